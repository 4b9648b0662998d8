/* SPDX-License-Identifier: MIT
 *
 * Comparisons in scripts of views, sequences and triggers. Of triggers the server keeps the author's text: it is
 * compared without blanks and comments.
 */
#include "drivers/mysql/my_compare.h"

bool
dn_mysql_compares_object(const dunlin_operation *operation)
{
    return dn_mysql_operates_on(operation, DUNLIN_KIND_VIEW) ||
           dn_mysql_operates_on(operation, DUNLIN_KIND_SEQUENCE) ||
           dn_mysql_operates_on(operation, DUNLIN_KIND_TRIGGER);
}

static void
begin(const dn_mysql_comparing *at, const char *kind, dunlin_string name)
{
    dn_kit_text_format(at->text, "SELECT CONCAT('%s ''', ", kind);
    dn_mysql_compare_add_literal(at, name);
    dn_kit_text_format(at->text,
                       ", ''' exists, but different: it is (', COALESCE(t.said, 'no %s'), "
                       "'), wanted is (', w.said, ')') FROM ",
                       kind);
}

/* --- views ------------------------------------------------------------------------------------------ */
static void
add_view(const dn_mysql_comparing *at, dunlin_string name)
{
    dn_mysql_compare_add(
        at,
        "(SELECT 1 AS one, CONCAT(VIEW_DEFINITION, IF(CHECK_OPTION = 'NONE', '', CONCAT(' WITH ', "
        "CHECK_OPTION, ' CHECK OPTION')), ' SQL SECURITY ', SECURITY_TYPE) AS said FROM "
        "information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ");
    dn_mysql_compare_add_literal(at, name);
    dn_mysql_compare_add(at, ")");
}

static void
add_difference_of_view(const dn_mysql_comparing *at)
{
    begin(at, "view", at->operation->path[0]);
    add_view(at, dn_kit_string(DUNLIN_SCRIPT_LIKE));
    dn_mysql_compare_add(at, " w LEFT JOIN ");
    add_view(at, at->operation->path[0]);
    dn_mysql_compare_add(at, " t ON t.one = w.one WHERE NOT BINARY w.said <=> t.said");
}

/* --- sequences ---------------------------------------------------------------------------------------- */
static void
add_sequence(const dn_mysql_comparing *at, dunlin_string name)
{
    dn_mysql_compare_add(
        at, "(SELECT CONCAT('START ', start_value, ' INCREMENT ', increment, ' MINVALUE ', "
            "minimum_value, ' MAXVALUE ', maximum_value, ' CACHE ', cache_size, IF(cycle_option, ' "
            "CYCLE', '')) AS said FROM ");
    dn_kit_text_quote(at->text, '`', name);
    dn_mysql_compare_add(at, ")");
}

static void
add_difference_of_sequence(const dn_mysql_comparing *at)
{
    begin(at, "sequence", at->operation->path[0]);
    add_sequence(at, dn_kit_string(DUNLIN_SCRIPT_LIKE));
    dn_mysql_compare_add(at, " w JOIN ");
    add_sequence(at, at->operation->path[0]);
    dn_mysql_compare_add(at, " t WHERE w.said <> t.said");
}

/* --- triggers ----------------------------------------------------------------------------------------- */
static void
begin_plain(const dn_mysql_comparing *at)
{
    dn_mysql_compare_add(at, "REPLACE(REGEXP_REPLACE(");
}

static void
end_plain(const dn_mysql_comparing *at)
{
    dn_mysql_compare_add(at, ", '(?s)(--|#)[^\\n]*|/[*].*?[*]/|[[:space:]]+', ''), '`', '')");
}

static void
add_trigger(const dn_mysql_comparing *at, dunlin_string name)
{
    dn_mysql_compare_add(at, "(SELECT CONCAT(ACTION_TIMING, ' ', EVENT_MANIPULATION, ' ', "
                             "ACTION_STATEMENT) AS said FROM information_schema.TRIGGERS WHERE "
                             "TRIGGER_SCHEMA = DATABASE() AND TRIGGER_NAME = ");
    dn_mysql_compare_add_literal(at, name);
    dn_mysql_compare_add(at, ")");
}

static void
add_difference_of_trigger(const dn_mysql_comparing *at)
{
    dunlin_string name = at->operation->path[at->operation->path_count - 1];

    begin(at, "trigger", name);
    add_trigger(at, dn_kit_string(DUNLIN_SCRIPT_LIKE));
    dn_mysql_compare_add(at, " w JOIN ");
    add_trigger(at, name);
    dn_mysql_compare_add(at, " t WHERE LOWER(");
    begin_plain(at);
    dn_mysql_compare_add(at, "w.said");
    end_plain(at);
    dn_mysql_compare_add(at, ") <> LOWER(");
    begin_plain(at);
    dn_mysql_compare_add(at, "t.said");
    end_plain(at);
    dn_mysql_compare_add(at, ")");
}

void
dn_mysql_add_difference_of_object(const dn_mysql_comparing *at)
{
    if (dn_mysql_operates_on(at->operation, DUNLIN_KIND_VIEW))
        add_difference_of_view(at);
    else if (dn_mysql_operates_on(at->operation, DUNLIN_KIND_SEQUENCE))
        add_difference_of_sequence(at);
    else
        add_difference_of_trigger(at);
}
