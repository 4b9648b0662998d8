/* SPDX-License-Identifier: MIT
 *
 * dunlin driver check: the conformance kit against one driver and one database.
 */
#include <dunlin/dunlin.h>

#include <string.h>

#include "core/base/document.h"
#include "core/conformance/conformance.h"

static bool
is_file(const char *driver)
{
    size_t length = strlen(driver);

    return strchr(driver, '/') || (length > 3 && strcmp(driver + length - 3, ".so") == 0);
}

static int
find_driver(const dunlin_options *options, const char *name, const dn_driver **driver,
            dn_error *error)
{
    const dn_driver_places places = {.option = options ? options->driver_path : NULL};

    return is_file(name) ? dn_driver_load(name, driver, error)
                         : dn_driver_find(&places, name, driver, error);
}

static void
tell_driver(dunlin_result *result, const dn_conformance *kit)
{
    dunlin_node *root = dn_result_node(result);
    dunlin_node *node = dn_node_object(result, root, "driver");
    const dunlin_driver *table = &kit->driver->table;

    dn_node_set_text(result, node, "name", table->name);
    dn_node_set_text(result, node, "version", table->version);
    dn_node_set_text(result, node, "library", table->library ? table->library() : NULL);
    dn_node_set_text(result, node, "path", kit->driver->path);
    node = dn_node_object(result, root, "server");
    dn_node_set_text(result, node, "url", kit->shown_url);
    dn_node_set_text(result, node, "flavour", kit->flavour);
    dn_node_set_text(result, node, "version", kit->version);
    dn_node_set_text(result, node, "database", kit->database);
    dn_node_set_text(result, root, "quirks", kit->quirks_file);
}

static void
tell_cases(dunlin_result *result, const dn_conformance *kit)
{
    static const char *const outcomes[] = {"passed", "failed", "skipped", "todo"};
    dunlin_node *root = dn_result_node(result);
    dunlin_node *list = dn_node_array(result, root, "cases");
    dn_auto(dn_text) summary = DN_TEXT_INIT;

    for (size_t i = 0; i < kit->count; i++) {
        const dn_case_result *one = &kit->results[i];
        dunlin_node *node = dn_node_object(result, list, NULL);

        dn_node_set_text(result, node, "id", one->id);
        dn_node_set_text(result, node, "demand", one->demand);
        dn_node_set_text(result, node, "outcome", outcomes[one->outcome]);
        dn_node_set_text(result, node, "message", one->message);
        dn_node_set_text(result, node, "reason", one->reason);
        dn_node_set_integer(result, node, "duration_us", one->duration_us);
    }
    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++) {
        dn_node_set_integer(result, root, outcomes[i], (int64_t)kit->counts[i]);
        dn_text_printf(&summary, "%s%zu %s", i ? ", " : "", kit->counts[i], outcomes[i]);
    }
    dn_node_set_text(result, root, "summary", summary.data);
}

static int
check(const dunlin_options *options, const dunlin_driver_check_options *asked, dn_arena *arena,
      dunlin_result **result, dn_error *error)
{
    dn_conformance kit = {
        .url = asked->url,
        .quirks_file = asked->quirks_file,
        .only = asked->only,
        .only_count = (size_t)asked->only_count,
        .log = dn_log_from(options),
        .arena = arena,
    };
    dunlin_result *made;

    if (find_driver(options, asked->driver, &kit.driver, error) < 0 ||
        dn_conformance_run(&kit, error) < 0)
        return -1;
    made = dn_result_new("dunlin-driver-check/1");
    if (!made)
        return dn_no_memory(error);
    tell_driver(made, &kit);
    tell_cases(made, &kit);
    if (!dn_result_ok(made)) {
        dunlin_result_free(made);
        return dn_no_memory(error);
    }
    dn_result_set_exit_code(made, kit.counts[DN_CASE_FAILED] ? DUNLIN_EXIT_FAILED : DUNLIN_EXIT_OK);
    *result = made;
    return 0;
}

int
dunlin_driver_check(const dunlin_options *options, const dunlin_driver_check_options *asked,
                    dunlin_result **result, dunlin_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;

    *result = NULL;
    return check(options, asked, &arena, result, error);
}
