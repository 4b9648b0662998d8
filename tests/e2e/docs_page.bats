#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `dunlin docs`: the schema as a page to read.

load helper

setup() {
    helper_setup
    cp -r "$tree/migrations" migrations
    write_config .
    dunlin migrate --to "$(basename "$(printf '%s\n' migrations/*.sql | tail -n 2 | head -n 1)" .sql)"
    assert_exit 0
    sql app.db "CREATE TABLE \"a<b>&c\" (\"<script>alert(1)</script>\" TEXT DEFAULT '</td>', n REAL)"
}

@test "the page holds every table, the diagram and the history, and asks no network" {
    run_json docs
    assert_exit 0
    assert_json_form docs
    assert_json '[.path, .drawn]' '["schema.html",true]'
    # What does not fit into a section cannot be scrolled to: names of any length are broken.
    grep -q 'nav,main{overflow-wrap:anywhere}' schema.html
    grep -q 'prefers-color-scheme:dark' schema.html
    python3 - "$(json .tables)" <<'END'
import html.parser, sys

class Page(html.parser.HTMLParser):
    void = {"meta", "input", "link", "br"}

    def __init__(self):
        super().__init__()
        self.open, self.sections, self.links, self.ids, self.states = [], [], [], [], []
        self.texts = []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        assert "src" not in given, given
        if tag not in self.void:
            self.open.append(tag)
        if tag == "section":
            self.ids.append(given["id"])
            self.sections.append(given.get("data-name"))
        if tag == "a" and "svg" not in self.open:
            self.links.append(given["href"])

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        self.texts.append((list(self.open), data))

page = Page()
page.feed(open("schema.html", encoding="utf-8").read())
assert not page.open, page.open
names = [name for name in page.sections if name]
assert "a<b>&c" in names and "users" in names and "team_revenue" in names, names
assert len(names) >= int(sys.argv[1]) + 1
assert page.links and all(link[0] == "#" and link[1:] in page.ids for link in page.links)
cells = [text for where, text in page.texts if where and where[-1] in ("th", "td")]
assert "<script>alert(1)</script>" in cells, cells
assert cells.count("applied") > 5 and cells.count("pending") == 1, cells
assert sum(where[-1:] == ["script"] for where, text in page.texts) == 1
END
}

@test "keys, checks and indexes are told in the words of SQL" {
    sql app.db 'CREATE TABLE other (id INTEGER PRIMARY KEY, n INTEGER CONSTRAINT few CHECK (n < 9) REFERENCES users ON DELETE CASCADE,
        g INTEGER AS (n * 2), t TEXT NOT NULL); CREATE UNIQUE INDEX low ON other (lower(t), n DESC) WHERE n > 0'
    dunlin docs
    assert_exit 0
    sed -n 's/.*data-name="other">//; T; :a; n; p; /<\/section>/q; ba' schema.html >told
    assert_equal "$(grep -o '<th>id</th>.*\|<th>g</th>.*\|<h3>.*' told)" "$(cat <<'OUT'
<th>id</th><td>INTEGER</td><td></td><td><abbr title="primary key">PK</abbr> </td><td>counts by itself</td><td></td></tr>
<th>g</th><td>INTEGER</td><td>yes</td><td></td><td>= n * 2</td><td></td></tr>
<h3>Primary key</h3><ul><li><b>(id)</b> <code>(id)</code></li>
<h3>Foreign keys</h3><ul><li><b>(n)-&gt;users(id)</b> <code>(n) references users (id), on delete cascade</code></li>
<h3>Checks</h3><ul><li><b>few</b> <code>n &lt; 9</code></li>
<h3>Indexes</h3><ul><li><b>low</b> <code>unique (lower(t), n desc) where n &gt; 0</code></li>
OUT
    )"
    grep -q '<th>type</th><th>null</th><th>key</th>' told
}

@test "without Graphviz the diagram is text" {
    mkdir bin
    ln -s "$(command -v mktemp)" "$(command -v rm)" bin
    PATH=$PWD/bin dunlin docs --output page.html
    assert_exit 0
    assert_stdout "Graphviz is not installed"
    assert_equal "$(grep -c '^erDiagram$\|<pre>erDiagram' page.html)" 1
}

@test "more tables than anybody reads in one picture are listed without one" {
    printf 'CREATE TABLE many_%d (id INTEGER PRIMARY KEY);\n' {1..1001} | sqlite3 app.db
    run_json docs
    assert_exit 0
    assert_json_form docs
    assert_json '[.drawn, .too_large]' '[false,true]'
    ! grep -q '<svg' schema.html || fail "a picture was drawn"
    # In a narrow window the list does not push the tables away, and what is not seen is not laid out.
    grep -q 'max-width:50rem.*max-height' schema.html
    grep -q 'section\[data-name\]{content-visibility:auto' schema.html
    grep -q 'tables are too many for one picture: <code>dunlin diagram --table' schema.html
    dunlin docs
    assert_stdout 'there is no diagram of so many tables: dunlin diagram --table NAME draws a part'
}

@test "the page of an empty database leads nowhere that is not there" {
    dunlin docs --url sqlite:empty.db
    assert_exit 0
    ! grep -q 'href="#diagram"' schema.html || fail "there is no diagram"
    grep -q 'pending' schema.html
}
