/* SPDX-License-Identifier: MIT
 *
 * [MDB] A view keeps the names that it was made with, and a rename leaves it broken. So it is made again behind
 * the rename, of the text that the server has of it: in that every column is called `name`.`column`, every
 * relation `database`.`relation`, whatever the text was that it was made of; and it stays as it is while the view
 * is broken. What the server answers is taken, so that nothing else of the view is lost.
 */
#include <string.h>

#include "drivers/mysql/my_render_follow.h"
#include "drivers/mysql/my_scan.h"
#include "drivers/mysql/my_schema.h"

/* What is told of a view once all of them were visited. */
typedef struct telling {
    struct telling *next;
    dunlin_string view;
    dn_mysql_list members;
} telling;

typedef struct following {
    dn_mysql_rendering *work;
    const dunlin_operation *operation;
    uint64_t at;            /* its place */
    dunlin_string relation; /* as facts call it, which know nothing of earlier operations */
    dunlin_string
        name; /* as it is called before a rename of it, or before and behind one of its column */
    dunlin_string column; /* empty: the relation itself is renamed */
    bool tells;
    telling *told;
    int depth;
    int32_t status;
} following;

/* --- facts and earlier operations ---------------------------------------------------------------------- */
static bool
renames_relation(const dunlin_operation *one)
{
    return one->verb == DUNLIN_VERB_RENAME && one->path_count == 1 && one->new_path_count == 1;
}

static dunlin_string
name_before(const dn_mysql_rendering *work, uint64_t at, dunlin_string name)
{
    while (at-- > 0)
        if (renames_relation(work->operations[at]) &&
            dn_kit_equal(work->operations[at]->new_path[0], name))
            name = work->operations[at]->path[0];
    return name;
}

static dunlin_string
name_behind(const dn_mysql_rendering *work, uint64_t at, dunlin_string name)
{
    for (uint64_t i = 0; i < at; i++)
        if (renames_relation(work->operations[i]) &&
            dn_kit_equal(work->operations[i]->path[0], name))
            name = work->operations[i]->new_path[0];
    return name;
}

static bool
is_dropped(const dn_mysql_rendering *work, uint64_t at, dunlin_string view)
{
    bool dropped = false;

    for (uint64_t i = 0; i < at; i++) {
        const dunlin_operation *one = work->operations[i];

        if (dn_kit_same(one->kind, DUNLIN_KIND_VIEW) && dn_kit_equal(one->path[0], view) &&
            (one->verb == DUNLIN_VERB_DROP || one->verb == DUNLIN_VERB_CREATE))
            dropped = one->verb == DUNLIN_VERB_DROP;
    }
    return dropped;
}

/* What facts say of a column is not what the server says. */
static bool
renamed_columns(const dn_mysql_rendering *work, uint64_t at)
{
    for (uint64_t i = 0; i < at; i++)
        if (dn_mysql_is_op(work->operations[i], DUNLIN_VERB_RENAME, DUNLIN_KIND_COLUMN))
            return true;
    return false;
}

/* Names of tables are kept, and told apart, as they are written. */
static bool
keeps_case(const dunlin_profile *profile)
{
    for (uint64_t i = 0; profile != NULL && i + 1 < profile->setting_count; i += 2)
        if (dn_kit_same(profile->settings[i], "lower_case_table_names"))
            return dn_kit_same(profile->settings[i + 1], "0");
    return true;
}

/* --- may it be done? ------------------------------------------------------------------------------------- */
/* Does the name, as a word of its own, stand in the text? */
static bool
mentions(dunlin_string text, dunlin_string name)
{
    dn_mysql_scan scan;
    dn_mysql_token token;

    dn_mysql_scan_begin(&scan, text);
    while (dn_mysql_scan_next(&scan, &token))
        if (token.kind != DN_MYSQL_STRING && dn_mysql_same_name(dn_mysql_name_of(&token), name))
            return true;
    return false;
}

static bool
depends_on(dn_kit_set depends, dunlin_string name)
{
    for (uint64_t i = 0; i < depends.count; i++)
        if (dn_kit_equal(depends.list[i].text, name))
            return true;
    return false;
}

static bool
is_of(const following *work, const dn_mysql_read *read)
{
    return dn_mysql_same_name(read->relation, work->relation);
}

static bool
is_plain(const dn_mysql_read *read)
{
    return dn_mysql_same_name(read->relation, read->name);
}

static bool
reads_relation(const following *work, const dn_mysql_reads *reads)
{
    for (size_t i = 0; i < reads->count; i++)
        if (is_of(work, &reads->list[i]))
            return true;
    return false;
}

/* A name by which columns of the relation go stands for nothing else in all of the text, and is nobody's new
 * name. A relation called like the column could be `name`.`column`, too. */
static bool
is_certain(const following *work, const dn_mysql_reads *reads)
{
    bool column = work->column.length > 0;

    if (reads->unsure || !reads_relation(work, reads))
        return false;
    for (size_t i = 0; i < reads->count; i++) {
        const dn_mysql_read *one = &reads->list[i];

        if (column && dn_mysql_same_name(one->relation, work->column))
            return false;
        for (size_t k = 0; k < reads->count; k++) {
            const dn_mysql_read *of = &reads->list[k];

            if (!is_of(work, of) || (!column && !is_plain(of)))
                continue;
            if (dn_mysql_same_name(one->name, of->name) && !is_of(work, one))
                return false;
            if (!column && dn_mysql_same_name(one->name, work->operation->new_path[0]))
                return false;
        }
    }
    return true;
}

/* --- the statement ------------------------------------------------------------------------------------------ */
static void
add_literal(following *work, dn_kit_text *out, const char *format, dunlin_string first,
            dunlin_string second)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};

    for (; *format != '\0'; format++) {
        if (*format == '1' || *format == '2')
            dn_kit_text_quote(&text, '`', *format == '1' ? first : second);
        else
            dn_kit_text_add_string(&text, (dunlin_string){format, 1});
    }
    dn_mysql_add_literal(out, &work->work->server, dn_kit_text_string(&text));
    out->failed |= text.failed;
}

#define QUOTED_DATABASE "CONCAT('`', REPLACE(DATABASE(), '`', '``'), '`.', "

/* `database`.`name` of the relation. */
static void
add_full_name(following *work, dn_kit_text *out, dunlin_string name)
{
    dn_kit_text_add(out, QUOTED_DATABASE);
    add_literal(work, out, "1", name, name);
    dn_kit_text_add(out, ")");
}

/* Views of a view call its columns `view`.`column`, without the database; which may have the name, too. */
static void
add_renamed_relation(following *work, const dn_mysql_reads *reads, dn_kit_text *out)
{
    dunlin_string new_name = work->operation->new_path[0];
    bool plain = false;

    for (size_t i = 0; i < reads->count; i++)
        plain |= is_of(work, &reads->list[i]) && is_plain(&reads->list[i]);
    dn_kit_text_add(out, plain ? "REPLACE(REPLACE(" : "REPLACE(");
    dn_kit_text_add(out, "VIEW_DEFINITION, ");
    add_full_name(work, out, work->name);
    dn_kit_text_add(out, ", ");
    add_full_name(work, out, new_name);
    dn_kit_text_add(out, ")");
    if (!plain)
        return;
    /* REPLACE of nothing changes nothing. */
    dn_kit_text_add(out, ", IF(DATABASE() = ");
    dn_mysql_add_literal(out, &work->work->server, work->name);
    dn_kit_text_add(out, ", '', ");
    add_literal(work, out, "1.`", work->name, new_name);
    dn_kit_text_add(out, "), ");
    add_literal(work, out, "1.`", new_name, new_name);
    dn_kit_text_add(out, ")");
}

/* The name by which the columns go now: an alias is what it was. */
static dunlin_string
called(const following *work, const dn_mysql_read *read)
{
    return is_plain(read) ? work->name : read->name;
}

static bool
is_first(const following *work, const dn_mysql_reads *reads, size_t at)
{
    if (!is_of(work, &reads->list[at]))
        return false;
    for (size_t i = 0; i < at; i++)
        if (is_of(work, &reads->list[i]) &&
            dn_mysql_same_name(reads->list[i].name, reads->list[at].name))
            return false;
    return true;
}

static void
add_renamed_column(following *work, const dn_mysql_reads *reads, dn_kit_text *out)
{
    dunlin_string old = work->operation->path[1];
    dunlin_string new_name = work->operation->new_path[1];

    for (size_t i = 0; i < reads->count; i++)
        if (is_first(work, reads, i))
            dn_kit_text_add(out, "REPLACE(");
    dn_kit_text_add(out, "VIEW_DEFINITION");
    for (size_t i = 0; i < reads->count; i++) {
        if (!is_first(work, reads, i))
            continue;
        dn_kit_text_add(out, ", ");
        add_literal(work, out, "1.2", called(work, &reads->list[i]), old);
        dn_kit_text_add(out, ", ");
        add_literal(work, out, "1.2", called(work, &reads->list[i]), new_name);
        dn_kit_text_add(out, ")");
    }
}

/* Does the server's text say the old name? It shows no text to whom SHOW VIEW is not granted. */
static void
add_condition(following *work, const dn_mysql_reads *reads, dn_kit_text *out)
{
    dn_kit_text_add(out, "(VIEW_DEFINITION = ''");
    if (work->column.length == 0) {
        dn_kit_text_add(out, " OR LOCATE(");
        add_full_name(work, out, work->name);
        dn_kit_text_add(out, ", VIEW_DEFINITION) > 0");
    }
    for (size_t i = 0; i < reads->count && work->column.length > 0; i++) {
        if (!is_first(work, reads, i))
            continue;
        dn_kit_text_add(out, " OR LOCATE(");
        add_literal(work, out, "1.2", called(work, &reads->list[i]), work->operation->path[1]);
        dn_kit_text_add(out, ", VIEW_DEFINITION) > 0");
    }
    dn_kit_text_add(out, ")");
}

/* SELECT .. FROM information_schema.VIEWS ..: the statement that makes the view again, or no row. */
static void
add_question(following *work, const dn_mysql_reads *reads, dunlin_string view, const char *into,
             dn_kit_text *out)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text words = {0};

    dn_kit_text_add(out, "SELECT IF(VIEW_DEFINITION = '', ");
    dn_kit_text_add(&words,
                    "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a view is not shown without "
                    "SHOW VIEW'");
    dn_mysql_add_literal(out, &work->work->server, dn_kit_text_string(&words));
    dn_kit_text_add(
        out,
        ", CONCAT('CREATE OR REPLACE ALGORITHM = ', ALGORITHM, IF(DEFINER = CURRENT_USER(), '', "
        "CONCAT(' DEFINER = `', REPLACE(LEFT(DEFINER, CHAR_LENGTH(DEFINER) - "
        "CHAR_LENGTH(SUBSTRING_INDEX(DEFINER, '@', -1)) - 1), '`', '``'), '`', "
        "IF(DEFINER LIKE '%@', '', CONCAT('@`', SUBSTRING_INDEX(DEFINER, '@', -1), '`')))), "
        "' SQL SECURITY ', SECURITY_TYPE, ");
    add_literal(work, out, " VIEW 1 AS ", view, view);
    dn_kit_text_add(out, ", ");
    if (work->column.length > 0)
        add_renamed_column(work, reads, out);
    else
        add_renamed_relation(work, reads, out);
    dn_kit_text_format(out,
                       ", IF(CHECK_OPTION = 'NONE', '', CONCAT(' WITH ', CHECK_OPTION, ' CHECK "
                       "OPTION'))))%s FROM information_schema.VIEWS WHERE TABLE_SCHEMA = "
                       "DATABASE() AND TABLE_NAME = ",
                       into);
    dn_mysql_add_literal(out, &work->work->server, view);
    dn_kit_text_add(out, " AND ");
    add_condition(work, reads, out);
    out->failed |= words.failed;
}

/* In a script: the rename is done, by it or by an earlier one. */
static void
add_done(following *work, dn_kit_text *out)
{
    const dunlin_operation *operation = work->operation;
    bool column = work->column.length > 0;

    for (int i = 0; i < 2; i++) {
        const dunlin_string *path = i == 0 ? operation->new_path : operation->path;

        dn_kit_text_format(
            out,
            " AND %sEXISTS (SELECT 1 FROM information_schema.%s WHERE TABLE_SCHEMA = "
            "DATABASE() AND TABLE_NAME = ",
            i == 0 ? "" : "NOT ", column ? "COLUMNS" : "TABLES");
        dn_mysql_add_literal(out, &work->work->server, path[0]);
        if (column) {
            dn_kit_text_add(out, " AND COLUMN_NAME = ");
            dn_mysql_add_literal(out, &work->work->server, path[1]);
        }
        dn_kit_text_add(out, ")");
    }
}

static int32_t
push_view(following *work, const dn_mysql_reads *reads, dunlin_string view)
{
    dn_mysql_rendering *to = work->work;
    dn_kit_text *sql = &to->sql;

    if (to->script) {
        dn_kit_text_add(sql, "SET @dunlin = COALESCE((");
        add_question(work, reads, view, "", sql);
        dn_kit_text_add(sql, " AND COALESCE(@dunlin_wanted, TRUE)");
        add_done(work, sql);
        dn_kit_text_add(sql, "), 'DO 0')");
        return dn_mysql_push_prepared(to, "@dunlin");
    }
    dn_kit_text_add(sql, "BEGIN NOT ATOMIC\n    DECLARE " DN_MYSQL_VIEW_AGAIN
                         " LONGTEXT CHARACTER SET utf8mb4;\n    ");
    add_question(work, reads, view, " INTO " DN_MYSQL_VIEW_AGAIN, sql);
    dn_kit_text_add(sql, ";\n    IF " DN_MYSQL_VIEW_AGAIN
                         " IS NOT NULL THEN\n        EXECUTE IMMEDIATE " DN_MYSQL_VIEW_AGAIN
                         ";\n    END IF;\nEND");
    return dn_mysql_push_step(to, to->at, 1, NULL);
}

/* Texts in it have the collation of the session that made it. */
static int32_t
push_in_collation(following *work, const dn_mysql_reads *reads, const dunlin_fact *fact)
{
    dn_mysql_rendering *to = work->work;
    dunlin_string view = name_behind(to, work->at, fact->path[0]);
    bool text = dn_mysql_makes_text(dn_kit_set_text(dn_mysql_fact_members(fact), "definition"));
    int32_t status = dn_mysql_end_alter(to);

    to->at = work->at;
    if (text && status == DUNLIN_OK) {
        dn_kit_text_add(
            &to->sql, "SET @dunlin_collation = @@SESSION.collation_connection, SESSION "
                      "collation_connection = COALESCE((SELECT COLLATION_CONNECTION FROM "
                      "information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ");
        dn_mysql_add_literal(&to->sql, &to->server, view);
        dn_kit_text_add(&to->sql, "), @@SESSION.collation_connection)");
        status = dn_mysql_push_step(to, to->at, 1, NULL);
    }
    if (status == DUNLIN_OK)
        status = push_view(work, reads, view);
    if (text && status == DUNLIN_OK) {
        dn_kit_text_add(&to->sql, "SET SESSION collation_connection = @dunlin_collation");
        status = dn_mysql_push_step(to, to->at, 1, NULL);
    }
    to->at = work->at + 1;
    return status;
}

/* --- what is known of it from then on ----------------------------------------------------------------------- */
static bool
is_read(const dn_mysql_reads *reads, const following *work, const dn_mysql_token *token)
{
    for (size_t i = 0; i < reads->count; i++)
        if (is_of(work, &reads->list[i]) && reads->list[i].token.data == token->text.data)
            return true;
    return false;
}

/* Is the name one by which columns of the relation are called? */
static bool
is_called(const dn_mysql_reads *reads, const following *work, dunlin_string name)
{
    for (size_t i = 0; i < reads->count; i++)
        if (is_of(work, &reads->list[i]) && dn_mysql_same_name(reads->list[i].name, name))
            return true;
    return false;
}

/* A column without the name of its relation before it stays. */
static void
rename_in_text(const following *work, const dn_mysql_reads *reads, dunlin_string text,
               dn_kit_text *out)
{
    bool column = work->column.length > 0;
    dunlin_string relation = dn_kit_string("");
    const char *copied = text.data;
    bool behind_dot = false;
    dn_mysql_scan scan;
    dn_mysql_token token;

    dn_mysql_scan_begin(&scan, text);
    while (dn_mysql_scan_next(&scan, &token)) {
        dn_mysql_token next = dn_mysql_scan_peek(&scan);
        bool name = token.kind == DN_MYSQL_NAME || token.kind == DN_MYSQL_WORD;
        bool dot = dn_mysql_is_symbol(&next, '.');
        bool is = column ? name && behind_dot && is_called(reads, work, relation) &&
                               dn_mysql_same_name(dn_mysql_name_of(&token), work->column)
                         : is_read(reads, work, &token) ||
                               (name && dot && !behind_dot &&
                                dn_mysql_same_name(dn_mysql_name_of(&token), work->relation) &&
                                is_called(reads, work, work->relation));

        if (is) {
            dn_kit_text_add_string(out,
                                   (dunlin_string){copied, (uint64_t)(token.text.data - copied)});
            dn_kit_text_quote(out, '`', work->operation->new_path[column ? 1 : 0]);
            copied = token.text.data + token.text.length;
        }
        if (name && dot)
            relation = dn_mysql_name_of(&token);
        behind_dot = dn_mysql_is_symbol(&token, '.');
    }
    dn_kit_text_add_string(out,
                           (dunlin_string){copied, (uint64_t)(text.data + text.length - copied)});
}

static int32_t
note_fact(following *work, const dn_mysql_reads *reads, const dunlin_fact *fact)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    dn_kit_pool *pool = &work->work->pool;
    dn_kit_set members = dn_mysql_fact_members(fact);
    dn_kit_set depends = dn_kit_set_list(members, "depends");
    telling *told = (telling *)dn_kit_pool_take(pool, sizeof(*told));

    if (told == NULL)
        return dn_kit_no_memory(work->work->call);
    *told = (telling){.next = work->told, .view = dn_kit_pool_copy(pool, fact->path[0])};
    work->told = told;
    rename_in_text(work, reads, dn_kit_set_text(members, "definition"), &text);
    dn_mysql_add(&told->members, "definition", DUNLIN_PROPERTY_EXPRESSION,
                 dn_kit_pool_text(pool, &text));
    if (depends.count == 0 || work->column.length > 0)
        return DUNLIN_OK;
    dn_mysql_open_member(&told->members, "depends", DUNLIN_PROPERTY_LIST_BEGIN);
    for (uint64_t i = 0; i < depends.count; i++)
        dn_mysql_add(&told->members, NULL, DUNLIN_PROPERTY_TEXT,
                     dn_kit_equal(depends.list[i].text, work->relation)
                         ? work->operation->new_path[0]
                         : dn_kit_pool_copy(pool, depends.list[i].text));
    dn_mysql_close_member(&told->members);
    return DUNLIN_OK;
}

static void
tell_facts(following *work)
{
    const dunlin_call *call = work->work->call;

    for (telling *told = work->told; told != NULL; told = told->next) {
        const dunlin_fact fact = {.size = sizeof(fact),
                                  .kind = dn_kit_string(DUNLIN_KIND_VIEW),
                                  .path = &told->view,
                                  .path_count = 1,
                                  .properties = told->members.items,
                                  .property_count = told->members.count};

        if (work->status == DUNLIN_OK)
            work->status = told->members.failed || work->work->pool.failed
                               ? dn_kit_no_memory(call)
                               : call->host->fact(call, &fact);
        dn_mysql_list_free(&told->members);
    }
}

/* --- each view --------------------------------------------------------------------------------------------------- */
static int32_t follow_view(const dunlin_fact *fact, void *context);

static bool
is_told(const following *work, dunlin_string view)
{
    for (const telling *told = work->told; told != NULL; told = told->next)
        if (dn_kit_equal(told->view, view))
            return true;
    return false;
}

/* The server takes no view of a broken one: those that it reads first. */
static void
follow_below(following *work, const dn_mysql_reads *reads)
{
    enum { DEEPEST = 32 };

    if (work->depth == DEEPEST)
        return;
    work->depth++;
    for (size_t i = 0; i < reads->count && work->status == DUNLIN_OK; i++) {
        dunlin_string name = name_before(work->work, work->at, reads->list[i].relation);
        const dunlin_fact *view =
            name.length > 0 ? dn_mysql_find(work->work, DUNLIN_KIND_VIEW, name, dn_kit_string(""))
                            : NULL;
        dn_mysql_reads below;

        if (view == NULL)
            continue;
        dn_mysql_read_query(dn_kit_set_text(dn_mysql_fact_members(view), "definition"), &below);
        follow_below(work, &below);
        follow_view(view, work);
    }
    work->depth--;
}

/* Of a view that this very run makes, only the text is known, with columns as they were then. */
static bool
is_concerned(const following *work, const dunlin_fact *view, dn_mysql_reads *reads)
{
    dn_kit_set members = dn_mysql_fact_members(view);
    dn_kit_set depends = dn_kit_set_list(members, "depends");
    dunlin_string text = dn_kit_set_text(members, "definition");

    if (view->path_count != 1 || dn_kit_equal(view->path[0], work->relation) ||
        is_dropped(work->work, work->at, view->path[0]))
        return false;
    if (depends.count == 0 && !mentions(text, work->relation))
        return false;
    if (depends.count > 0 && (!depends_on(depends, work->relation) ||
                              (work->column.length > 0 && !renamed_columns(work->work, work->at) &&
                               !mentions(text, work->column))))
        return false;
    dn_mysql_read_query(text, reads);
    return depends.count > 0 || reads->unsure || reads_relation(work, reads);
}

static bool
may_follow(const following *work, const dunlin_fact *view, const dn_mysql_reads *reads)
{
    const dn_mysql_rendering *to = work->work;

    return to->server.mariadb && keeps_case(to->profile) &&
           (to->call->flags & DUNLIN_CALL_OWN_WORDS) == 0 &&
           !dn_mysql_says_charset(dn_kit_set_text(dn_mysql_fact_members(view), "definition")) &&
           is_certain(work, reads);
}

static int32_t
follow_view(const dunlin_fact *fact, void *context)
{
    following *work = context;
    const dunlin_string *old = &work->operation->path[work->column.length > 0 ? 1 : 0];
    dn_mysql_reads reads;
    bool follows;

    if (work->status != DUNLIN_OK || !is_concerned(work, fact, &reads))
        return work->status;
    follows = may_follow(work, fact, &reads);
    if (work->tells && !follows)
        work->status = dn_mysql_lossy(work->work, "view '%.*s' still says '%.*s': make it again",
                                      (int)fact->path[0].length, fact->path[0].data,
                                      (int)old->length, old->data);
    if (work->tells || !follows || is_told(work, fact->path[0]))
        return work->status;
    follow_below(work, &reads);
    if (work->status == DUNLIN_OK)
        work->status = push_in_collation(work, &reads, fact);
    if (work->status == DUNLIN_OK)
        work->status = note_fact(work, &reads, fact);
    return work->status;
}

static int32_t
each_view(dn_mysql_rendering *work, uint64_t at, bool tells)
{
    const dunlin_operation *operation = work->operations[at];
    following follow = {.work = work, .operation = operation, .at = at, .tells = tells};
    uint64_t last = operation->path_count - 1;

    if (work->call->host->each == NULL || operation->verb != DUNLIN_VERB_RENAME ||
        operation->new_path_count != operation->path_count)
        return DUNLIN_OK;
    follow.name = operation->path[0];
    follow.relation = name_before(work, at, follow.name);
    if (dn_kit_same(operation->kind, DUNLIN_KIND_COLUMN)) {
        follow.column = operation->path[1];
        /* The server finds columns whatever the case of their letters. */
        if (dn_mysql_same_name(operation->path[last], operation->new_path[last]))
            return DUNLIN_OK;
    } else if (operation->path_count != 1) {
        return DUNLIN_OK;
    }
    work->call->host->each(work->call, dn_kit_string(DUNLIN_KIND_VIEW), follow_view, &follow);
    tell_facts(&follow);
    return follow.status;
}

int32_t
dn_mysql_note_views(dn_mysql_rendering *work)
{
    return each_view(work, work->at, true);
}

int32_t
dn_mysql_follow_views(dn_mysql_rendering *work)
{
    return work->quiet ? DUNLIN_OK : each_view(work, work->at - 1, false);
}
