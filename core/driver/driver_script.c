/* SPDX-License-Identifier: MIT
 *
 * Servers that nobody asks, and scripts for their stock clients.
 */
#include "core/driver/call.h"

#include <string.h>

/* --- profiles ------------------------------------------------------------------------------------ */
typedef struct profile_target {
    dn_arena *arena;
    dunlin_profile *made;
} profile_target;

static dunlin_string
keep(dn_arena *arena, dunlin_string text, bool *failed)
{
    const char *copy = dn_arena_copy(arena, text.data ? text.data : "", (size_t)text.length);

    *failed = *failed || !copy;
    return dn_span(copy, (size_t)text.length);
}

static int32_t
take_profile(dn_call *call, const dunlin_profile *profile)
{
    profile_target *target = call->target;
    dunlin_profile *made = dn_arena_alloc(target->arena, sizeof *made);
    dunlin_string *settings =
        dn_arena_array(target->arena, profile->setting_count + 1, sizeof *settings);
    bool failed = false;

    if (!made || !settings)
        return dn_call_no_memory(call);
    *made = *profile;
    made->size = sizeof *made;
    made->flavour = keep(target->arena, profile->flavour, &failed);
    made->version = keep(target->arena, profile->version, &failed);
    for (uint64_t i = 0; i < profile->setting_count; i++)
        settings[i] = keep(target->arena, profile->settings[i], &failed);
    made->settings = settings;
    if (failed)
        return dn_call_no_memory(call);
    target->made = made;
    return DUNLIN_OK;
}

int
dn_driver_assume(const dn_driver *driver, const char *text, dn_arena *arena,
                 const dunlin_profile **profile, dn_error *error)
{
    static const dn_call_sinks sinks = {.profile = take_profile};
    profile_target target = {arena, NULL};
    dn_call call;

    *profile = NULL;
    if (!driver->table.assume) {
        if (!text)
            return 0;
        return dn_driver_cannot(driver, "take a server for granted", error);
    }
    dn_call_begin(&call, driver, "assume", &sinks, &target, error);
    if (dn_call_end(&call, driver->table.assume(&call.driver_view, dn_string(text))) < 0)
        return -1;
    *profile = target.made;
    return 0;
}

dunlin_string
dn_profile_setting(const dunlin_profile *profile, const char *name)
{
    for (uint64_t i = 0; profile && i + 1 < profile->setting_count; i += 2)
        if (dn_string_equal(profile->settings[i], name))
            return profile->settings[i + 1];
    return dn_string("");
}

/* --- scripts --------------------------------------------------------------------------------------- */
static int32_t
take_text(dn_call *call, dunlin_string text)
{
    dn_text *out = call->target;

    dn_text_add(out, text.data, (size_t)text.length);
    return out->failed ? dn_call_no_memory(call) : DUNLIN_OK;
}

int
dn_driver_script(const dn_driver *driver, const dunlin_profile *profile,
                 const dunlin_script_part *part, dn_text *text, dn_error *error)
{
    static const dn_call_sinks sinks = {.text = take_text};
    dn_call call;

    if (!driver->table.script)
        return dn_driver_cannot(driver, "write scripts", error);
    dn_call_begin(&call, driver, "script", &sinks, text, error);
    return dn_call_end(&call, driver->table.script(&call.driver_view, profile, part));
}
