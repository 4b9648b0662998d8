/* SPDX-License-Identifier: MIT
 *
 * The settings every session of ours runs with. They are given while connecting, so that they
 * cost nothing and RESET ALL goes back to them. A pooler may refuse them there; then they are set.
 */
#include "drivers/postgres/pg_driver.h"

#include <string.h>

static const struct {
    const char *name;
    const char *value;
    bool reported; /* by the server to its client, and kept apart per client by poolers */
} pins[] = {
    {"DateStyle", "ISO", true},
    {"IntervalStyle", "postgres", true},
    {"TimeZone", "UTC", true},
    {"standard_conforming_strings", "on", true},
    {"client_min_messages", "notice", false},
    {"extra_float_digits", "1", false},
    {"bytea_output", "hex", false},
    {"quote_all_identifiers", "off", false},
    {"jit", "off", false},
};

enum { PINS = sizeof(pins) / sizeof(pins[0]) };

void
dn_pg_pins_options(dn_kit_text *text, const char *given, const dunlin_connection *connection)
{
    /* The later ones win. */
    if (given != NULL)
        dn_kit_text_format(text, "%s ", given);
    for (size_t i = 0; i < PINS; i++)
        dn_kit_text_format(text, "%s-c %s=%s", i > 0 ? " " : "", pins[i].name, pins[i].value);
    if (connection->read_only)
        dn_kit_text_add(text, " -c default_transaction_read_only=on");
    if (connection->lock_timeout_ms > 0)
        dn_kit_text_format(text, " -c lock_timeout=%lld", (long long)connection->lock_timeout_ms);
}

void
dn_pg_pins_statement(dn_kit_text *text, const dunlin_connection *connection, bool local)
{
    const char *lead = "SELECT";

    for (size_t i = 0; i < PINS; i++) {
        if (local == pins[i].reported)
            continue;
        dn_kit_text_format(text, "%s pg_catalog.set_config('%s', '%s', %s)", lead, pins[i].name,
                           pins[i].value, local ? "true" : "false");
        lead = ",";
    }
    if (local && connection->lock_timeout_ms > 0)
        dn_kit_text_format(text, "%s pg_catalog.set_config('lock_timeout', '%lld', true)", lead,
                           (long long)connection->lock_timeout_ms);
    if (local && connection->path != NULL) {
        dn_kit_text_format(text, "%s pg_catalog.set_config('search_path', ", lead);
        dn_kit_text_quote(text, '\'', dn_kit_string(connection->path));
        dn_kit_text_add(text, ", true)");
    }
}

/* What is there already is no news in a script that runs any number of times. */
void
dn_pg_pins_script(dn_kit_text *text)
{
    for (size_t i = 0; i < PINS; i++)
        dn_kit_text_format(text, "SET %s TO '%s';\n", pins[i].name,
                           strcmp(pins[i].name, "client_min_messages") == 0 ? "warning"
                                                                            : pins[i].value);
}

static bool
holds(const char *reported, const char *value)
{
    size_t length = strlen(value);

    /* "ISO, MDY": the order of day and month stays the server's. A server that does not report
     * a setting is taken at its word. */
    return reported == NULL || (strncmp(reported, value, length) == 0 &&
                                (reported[length] == '\0' || reported[length] == ','));
}

bool
dn_pg_pins_hold(const dunlin_connection *connection)
{
    for (size_t i = 0; i < PINS; i++)
        if (pins[i].reported &&
            !holds(PQparameterStatus(connection->pg, pins[i].name), pins[i].value))
            return false;
    return true;
}
