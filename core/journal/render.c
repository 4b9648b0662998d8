/* SPDX-License-Identifier: MIT
 *
 * The bytes of a journal. A Drizzle journal is what JSON.stringify(journal, null, 2) makes of it; a
 * native one has each entry on a line of its own, so that a change in one entry is a change in one
 * line.
 */
#include "core/journal/parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { INDENT = 2, ON_ONE_LINE = -1 };

/* --- values ----------------------------------------------------------------------------------- */

/* As JavaScript prints a number, save for the zeros of very small exponents. */
static void
add_number(dn_text *text, double number)
{
    const double whole = 9007199254740992.0; /* 2^53: from here on there are no fractions */
    char digits[40];

    if (!isfinite(number)) {
        dn_text_add_string(text, "null");
        return;
    }
    if (fabs(number) < 1e21 && (fabs(number) >= whole || (double)(int64_t)number == number)) {
        dn_text_printf(text, "%.0f", number == 0 ? 0 : number);
        return;
    }
    for (int precision = 15; precision <= 17; precision++) {
        double back = 0;

        snprintf(digits, sizeof digits, "%.*g", precision, number);
        if (sscanf(digits, "%lf", &back) == 1 && memcmp(&back, &number, sizeof back) == 0)
            break;
    }
    dn_text_add_string(text, digits);
}

static void
add_line_end(dn_text *text, int indent)
{
    if (indent == ON_ONE_LINE)
        return;
    dn_text_add_char(text, '\n');
    for (int i = 0; i < indent; i++)
        dn_text_add_char(text, ' ');
}

static void
add_name(dn_text *text, const char *name)
{
    dn_json_add_string(text, name, strlen(name));
    dn_text_add_string(text, ": ");
}

static int
deeper(int indent)
{
    return indent == ON_ONE_LINE ? ON_ONE_LINE : indent + INDENT;
}

/* `indent` is that of the line the value starts on; the reader limits how deep a value goes. */
static void
add_value(dn_text *text, const cJSON *value, int indent)
{
    bool object = cJSON_IsObject(value);

    if (cJSON_IsString(value)) {
        dn_json_add_string(text, value->valuestring, strlen(value->valuestring));
    } else if (cJSON_IsNumber(value)) {
        add_number(text, value->valuedouble);
    } else if (!object && !cJSON_IsArray(value)) {
        dn_text_add_string(text, cJSON_IsTrue(value)    ? "true"
                                 : cJSON_IsFalse(value) ? "false"
                                                        : "null");
    } else {
        dn_text_add_char(text, object ? '{' : '[');
        for (const cJSON *child = value->child; child; child = child->next) {
            if (child != value->child)
                dn_text_add_string(text, indent == ON_ONE_LINE ? ", " : ",");
            add_line_end(text, deeper(indent));
            if (object)
                add_name(text, child->string);
            add_value(text, child, deeper(indent));
        }
        if (value->child)
            add_line_end(text, indent);
        dn_text_add_char(text, object ? '}' : ']');
    }
}

void
dn_journal_add_json(dn_text *text, const cJSON *value)
{
    add_value(text, value, 0);
}

/* --- entries ---------------------------------------------------------------------------------- */

typedef struct journal_writing {
    const dn_journal_form *form;
    const cJSON **originals; /* entries of the original, by position */
    size_t original_count;
    const char *entry_version;
    dn_text *text;
} journal_writing;

static const char *const native_members[] = {"idx", "tag", "when", NULL};
static const char *const drizzle_members[] = {"idx", "version", "when", "tag", "breakpoints", NULL};

static const char *const *
own_members(dn_layout layout)
{
    return layout == DN_LAYOUT_NATIVE ? native_members : drizzle_members;
}

static bool
is_own(dn_layout layout, const char *name)
{
    for (const char *const *own = own_members(layout); *own; own++)
        if (strcmp(*own, name) == 0)
            return true;
    return false;
}

/* A member that we decide, or else keep as it was. */
static void
add_own_value(const journal_writing *writing, const char *name, const cJSON *original,
              const dn_migration *migration, int indent)
{
    dn_text *text = writing->text;

    if (strcmp(name, "idx") == 0)
        dn_text_printf(text, "%lld", (long long)migration->idx);
    else if (strcmp(name, "when") == 0)
        dn_text_printf(text, "%lld", (long long)migration->when_ms);
    else if (strcmp(name, "tag") == 0)
        dn_json_add_string(text, migration->tag, strlen(migration->tag));
    else if (original)
        add_value(text, original, indent);
    else if (strcmp(name, "version") == 0)
        dn_json_add_string(text, writing->entry_version, strlen(writing->entry_version));
    else
        dn_text_add_string(text, "true");
}

/* Does the original have all members that we write? Then their order is kept. */
static bool
is_complete(dn_layout layout, const cJSON *original)
{
    for (const char *const *own = own_members(layout); *own; own++)
        if (!cJSON_GetObjectItemCaseSensitive(original, *own))
            return false;
    return true;
}

static void
start_member(const journal_writing *writing, bool *first, int indent)
{
    if (!*first)
        dn_text_add_string(writing->text, indent == ON_ONE_LINE ? ", " : ",");
    add_line_end(writing->text, indent);
    *first = false;
}

static void
add_entry(const journal_writing *writing, const dn_migration *migration, int indent)
{
    dn_layout layout = writing->form->layout;
    const cJSON *original = NULL;
    bool kept_order;
    bool first = true;

    if (migration->entry && migration->entry <= writing->original_count)
        original = writing->originals[migration->entry - 1];
    kept_order = original && is_complete(layout, original);
    dn_text_add_char(writing->text, '{');
    for (const char *const *own = own_members(layout); !kept_order && *own; own++) {
        const cJSON *value = cJSON_GetObjectItemCaseSensitive(original, *own);

        if (strcmp(*own, "when") == 0 && !migration->when_ms && !value)
            continue;
        start_member(writing, &first, deeper(indent));
        add_name(writing->text, *own);
        add_own_value(writing, *own, value, migration, deeper(indent));
    }
    for (const cJSON *member = original ? original->child : NULL; member; member = member->next) {
        bool own = is_own(layout, member->string);

        if (own && !kept_order)
            continue;
        start_member(writing, &first, deeper(indent));
        add_name(writing->text, member->string);
        if (own)
            add_own_value(writing, member->string, member, migration, deeper(indent));
        else
            add_value(writing->text, member, deeper(indent));
    }
    add_line_end(writing->text, indent);
    dn_text_add_char(writing->text, '}');
}

/* --- the journal ------------------------------------------------------------------------------ */

static void
add_entries(const journal_writing *writing, const dn_migration *migrations, size_t count)
{
    bool native = writing->form->layout == DN_LAYOUT_NATIVE;

    dn_text_add_char(writing->text, '[');
    for (size_t i = 0; i < count; i++) {
        if (i)
            dn_text_add_char(writing->text, ',');
        add_line_end(writing->text, 2 * INDENT);
        add_entry(writing, &migrations[i], native ? ON_ONE_LINE : 2 * INDENT);
    }
    if (count)
        add_line_end(writing->text, INDENT);
    dn_text_add_char(writing->text, ']');
}

/* Members of a journal that is made from nothing. */
static void
add_new_members(const journal_writing *writing)
{
    const dn_journal_form *form = writing->form;
    const char *dialect = form->dialect ? form->dialect : "portable";

    if (form->layout == DN_LAYOUT_NATIVE)
        dn_text_add_string(writing->text, "\n  \"version\": 1,\n  \"layout\": \"" DN_NATIVE_LAYOUT
                                          "\",\n  \"dialect\": ");
    else
        dn_text_add_string(writing->text, "\n  \"version\": \"7\",\n  \"dialect\": ");
    dn_json_add_string(writing->text, dialect, strlen(dialect));
    dn_text_add_string(writing->text, ",\n  \"entries\": ");
}

static int
index_originals(journal_writing *writing, dn_arena *arena, dn_error *error)
{
    const dn_json *json = writing->form->original;
    const cJSON *entries = json ? cJSON_GetObjectItemCaseSensitive(json->root, "entries") : NULL;
    size_t count = 0;

    for (const cJSON *entry = entries ? entries->child : NULL; entry; entry = entry->next)
        count++;
    writing->originals = dn_arena_array(arena, count + 1, sizeof *writing->originals);
    if (!writing->originals)
        return dn_no_memory(error);
    for (const cJSON *entry = entries ? entries->child : NULL; entry; entry = entry->next) {
        const cJSON *version = cJSON_GetObjectItemCaseSensitive(entry, "version");

        writing->originals[writing->original_count++] = entry;
        if (cJSON_IsString(version))
            writing->entry_version = version->valuestring;
    }
    return 0;
}

int
dn_journal_write(const dn_journal_form *form, const dn_migration *migrations, size_t count,
                 dn_text *text, dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    journal_writing writing = {.form = form,
                               .entry_version = form->entry_version ? form->entry_version : "7",
                               .text = text};
    const cJSON *member = form->original ? form->original->root->child : NULL;

    if (index_originals(&writing, &arena, error) < 0)
        return -1;
    dn_text_add_char(text, '{');
    if (!member) {
        add_new_members(&writing);
        add_entries(&writing, migrations, count);
    }
    for (; member; member = member->next) {
        add_line_end(text, INDENT);
        add_name(text, member->string);
        if (strcmp(member->string, "entries") == 0)
            add_entries(&writing, migrations, count);
        else
            add_value(text, member, INDENT);
        if (member->next)
            dn_text_add_char(text, ',');
    }
    dn_text_add_string(text, form->layout == DN_LAYOUT_NATIVE ? "\n}\n" : "\n}");
    return text->failed ? dn_no_memory(error) : 0;
}

dn_journal_stamp
dn_journal_stamp_of(const char *path)
{
    dn_journal_stamp stamp = {0};
    struct stat facts;

    if (stat(path, &facts) == 0)
        stamp = (dn_journal_stamp){
            .device = (uint64_t)facts.st_dev,
            .inode = (uint64_t)facts.st_ino,
            .size = (uint64_t)facts.st_size,
            .modified_ns = (int64_t)facts.st_mtim.tv_sec * 1000000000 + facts.st_mtim.tv_nsec,
        };
    return stamp;
}

int
dn_journal_original(const dn_journal *journal, dn_json *original, dn_error *error)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_journal_stamp stamp;

    if (!journal->path)
        return dn_fail(error, DUNLIN_USAGE, "journal.layout",
                       "'%s' has no journal that could be written", journal->folder);
    if (dn_file_read(journal->path, &text, error) < 0)
        return -1;
    stamp = dn_journal_stamp_of(journal->path);
    if (memcmp(&stamp, &journal->stamp, sizeof stamp) != 0)
        return dn_fail(error, DUNLIN_FAILED, "journal.changed",
                       "'%s' was changed by somebody else in the meantime", journal->path);
    return dn_json_parse(original, journal->path, text.data, text.length, false, "journal.syntax",
                         error);
}

int
dn_journal_render(const dn_journal *journal, const dn_migration *migrations, size_t count,
                  dn_text *text, dn_error *error)
{
    dn_auto(dn_json) original = {0};
    dn_journal_form form = {.layout = journal->layout, .original = &original};

    if (dn_journal_original(journal, &original, error) < 0)
        return -1;
    return dn_journal_write(&form, migrations, count, text, error);
}
