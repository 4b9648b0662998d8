/* SPDX-License-Identifier: MIT
 *
 * What the driver's table says, and whether it can do what it claims.
 */
#include <dlfcn.h>
#include <string.h>

#include "core/conformance/check.h"

static int
names(dn_check *check)
{
    const dunlin_driver *table = &check->driver->table;

    if (!table->version[0])
        return dn_check_fail(check, "the table has no version");
    if (!table->dialect[0])
        return dn_check_fail(check, "the table has no dialect");
    if (!table->description[0])
        return dn_check_fail(check, "the table has no description");
    if (strchr(table->description, '\n'))
        return dn_check_fail(check, "the description has more than one line");
    return 0;
}

static bool
is_scheme_letter(char c, bool first)
{
    return (c >= 'a' && c <= 'z') ||
           (!first && ((c >= '0' && c <= '9') || c == '_' || c == '+' || c == '-' || c == '.'));
}

static int
check_scheme(dn_check *check, const char *from, size_t length)
{
    const char *name = check->driver->table.name;

    for (size_t i = 0; i < length; i++)
        if (!is_scheme_letter(from[i], i == 0))
            return dn_check_fail(check, "'%.*s' cannot be the scheme of a URL", (int)length, from);
    if (strlen(name) == length && strncmp(name, from, length) == 0)
        return dn_check_fail(check, "the name '%s' is among the further schemes", name);
    return 0;
}

static int
schemes(dn_check *check)
{
    const char *from = check->driver->table.schemes;

    while (*from) {
        size_t length = strcspn(from, " ");

        if (length == 0)
            return dn_check_fail(check, "the schemes '%s' are not separated by one blank each",
                                 check->driver->table.schemes);
        if (check_scheme(check, from, length) < 0)
            return -1;
        from += length;
        from += *from == ' ';
    }
    return 0;
}

static int
library(dn_check *check)
{
    const char *(*ask)(void) = check->driver->table.library;
    const char *text = ask ? ask() : NULL;

    if (!ask)
        return dn_check_skip(check, "the driver has no library()");
    if (!text || !text[0])
        return dn_check_fail(check, "library() gave no text");
    if (ask() != text)
        return dn_check_fail(check, "library() gave another pointer the second time");
    return 0;
}

static int
again(dn_check *check)
{
    dunlin_driver_entry entry;
    void *handle = dlopen(check->driver->path, RTLD_NOW | RTLD_LOCAL);
    const dunlin_driver *table;
    int answer = 0;

    if (!handle)
        return dn_check_fail(check, "the file cannot be opened a second time");
    *(void **)&entry = dlsym(handle, DUNLIN_DRIVER_ENTRY_SYMBOL);
    table = entry ? entry(DUNLIN_DRIVER_ABI, DUNLIN_DRIVER_REVISION) : NULL;
    if (!table)
        answer = dn_check_fail(check, "the entry gave no table");
    else if (entry(DUNLIN_DRIVER_ABI, DUNLIN_DRIVER_REVISION) != table)
        answer = dn_check_fail(check, "the entry gave another table the second time");
    else if (entry(DUNLIN_DRIVER_ABI + 1, DUNLIN_DRIVER_REVISION + 1) != table)
        answer = dn_check_fail(check, "the entry gave another table to a later host");
    /* One reference less; the driver itself stays. */
    dlclose(handle);
    return answer;
}

static int
functions(dn_check *check)
{
    const dunlin_driver *table = &check->driver->table;
    const struct {
        const char *name;
        bool present;
    } needed[] = {
        {"quote_identifier", table->quote_identifier != NULL},
        {"quote_literal", table->quote_literal != NULL},
        {"classify", table->classify != NULL},
        {"render", table->render != NULL},
        {"introspect", table->introspect != NULL},
        {"try_lock", table->try_lock != NULL},
        {"unlock", table->unlock != NULL},
    };

    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (!needed[i].present)
            return dn_check_fail(check, "the table has no function '%s'", needed[i].name);
    return 0;
}

static int
claims(dn_check *check)
{
    const dunlin_driver *table = &check->driver->table;
    const struct {
        uint64_t flag;
        const char *claim;
        const char *name;
        bool present;
    } promised[] = {
        {DUNLIN_CAN_CANCEL, "cancelling", "cancel_handle", table->cancel_handle != NULL},
        {DUNLIN_CAN_CANCEL, "cancelling", "cancel", table->cancel != NULL},
        {DUNLIN_CAN_CANCEL, "cancelling", "cancel_free", table->cancel_free != NULL},
        {DUNLIN_CAN_BACKUP_ITSELF, "backing up by itself", "backup", table->backup != NULL},
        {DUNLIN_CAN_BACKUP_ITSELF, "backing up by itself", "restore", table->restore != NULL},
        {DUNLIN_CAN_INTROSPECT_OBJECTS, "listing objects", "introspect", table->introspect != NULL},
        {DUNLIN_CAN_INTROSPECT_FACTS, "reading facts", "introspect", table->introspect != NULL},
        {DUNLIN_CAN_FINGERPRINT, "fingerprints", "introspect", table->introspect != NULL},
        {DUNLIN_CAN_FINGERPRINT, "fingerprints", "classify", table->classify != NULL},
        {DUNLIN_CAN_TRANSLATE, "translating", "render", table->render != NULL},
        {DUNLIN_CAN_TRANSLATE, "translating", "realise", table->realise != NULL},
        {DUNLIN_CAN_TRANSLATE, "translating", "expression_rules", table->expression_rules != NULL},
        {DUNLIN_CAN_TRANSLATE, "translating", "introspect", table->introspect != NULL},
    };

    for (size_t i = 0; i < sizeof promised / sizeof promised[0]; i++)
        if ((check->capabilities->flags & promised[i].flag) && !promised[i].present)
            return dn_check_fail(check, "the driver claims %s and has no function '%s'",
                                 promised[i].claim, promised[i].name);
    return 0;
}

static int
plausible(dn_check *check)
{
    const dunlin_capabilities *can = check->capabilities;
    const uint64_t known = ((uint64_t)DUNLIN_CAN_REFER_AHEAD << 1) - 1;

    if (can->flags & ~known)
        return dn_check_fail(check, "the flags 0x%llx have no meaning",
                             (unsigned long long)(can->flags & ~known));
    if (can->lock_kind < DUNLIN_LOCK_SESSION || can->lock_kind > DUNLIN_LOCK_LEASE)
        return dn_check_fail(check, "%d is no kind of lock", (int)can->lock_kind);
    /* dunlin_migrations and its key must fit. */
    if (can->identifier_limit != 0 && can->identifier_limit < 30)
        return dn_check_fail(check, "names of %d bytes are too short for the tracker tables",
                             (int)can->identifier_limit);
    return 0;
}

static int
offline(dn_check *check)
{
    dunlin_capabilities without;

    return dn_driver_capabilities(check->driver, NULL, &without, &check->error);
}

static const dn_case cases[] = {
    {"entry.names", "the table says version, dialect and, in one line, what the driver is for",
     names, NULL, 0},
    {"entry.schemes", "further schemes are names of schemes, separated by one blank", schemes, NULL,
     0},
    {"entry.library", "library() gives the same text for ever", library, NULL, 0},
    {"entry.again", "the entry gives the same table every time and to every host", again, NULL, 0},
    {"entry.functions", "the functions that migrations need are there", functions, NULL, 0},
    {"entry.claims", "the functions of every claimed capability are there", claims, NULL, 0},
    {"entry.capabilities", "the capabilities have known flags and plausible numbers", plausible,
     NULL, 0},
    {"entry.offline", "capabilities() answers without a profile", offline, NULL, 0},
};

const dn_area dn_area_entry = DN_AREA(cases);
