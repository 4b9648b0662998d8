/* SPDX-License-Identifier: MIT */
#include "tests/unit/cli_fakes.h"

#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "core/base/document.h"

cli_fakes fakes;

/* --- results --------------------------------------------------------------------------------- */

static void copy(dunlin_result *result, dunlin_node *into, const cJSON *from);

static void
copy_one(dunlin_result *result, dunlin_node *into, const cJSON *one)
{
    if (cJSON_IsString(one))
        dn_node_set_text(result, into, one->string, one->valuestring);
    else if (cJSON_IsNumber(one))
        dn_node_set_integer(result, into, one->string, (int64_t)one->valuedouble);
    else if (cJSON_IsBool(one))
        dn_node_set_boolean(result, into, one->string, cJSON_IsTrue(one));
    else if (cJSON_IsObject(one))
        copy(result, dn_node_object(result, into, one->string), one);
    else if (cJSON_IsArray(one))
        copy(result, dn_node_array(result, into, one->string), one);
    else
        dn_node_set_null(result, into, one->string);
}

static void
copy(dunlin_result *result, dunlin_node *into, const cJSON *from)
{
    for (const cJSON *one = from->child; one; one = one->next)
        copy_one(result, into, one);
}

static int
answer(const dunlin_options *options, dunlin_result **result, dunlin_error *error)
{
    static cJSON *json; /* of the last answer, whose names the result has */

    cJSON_Delete(json);
    json = fakes.json ? cJSON_Parse(fakes.json) : NULL;

    if (fakes.log)
        options->log(fakes.log_level, fakes.log, options->context);
    if (fakes.json && !json)
        abort(); /* the test's own document is wrong */
    if (json) {
        *result = dn_result_new("dunlin-fake/1");
        copy(*result, dn_result_node(*result), json);
        dn_result_set_exit_code(*result, fakes.exit_code);
    }
    *error = fakes.error;
    return fakes.error.status ? -1 : 0;
}

/* --- use cases ------------------------------------------------------------------------------- */

__attribute__((format(printf, 1, 2))) static void
note(const char *format, ...)
{
    va_list list;

    va_start(list, format);
    vsnprintf(fakes.called, sizeof(fakes.called), format, list);
    va_end(list);
}

static const char *
shown(const char *text)
{
    return text ? text : "-";
}

int
dunlin_init(const dunlin_options *options, const dunlin_init_options *init, dunlin_result **result,
            dunlin_error *error)
{
    note("init %s", shown(init->dialect));
    return answer(options, result, error);
}

int
dunlin_new(const dunlin_options *options, const char *name, dunlin_result **result,
           dunlin_error *error)
{
    note("new %s", name);
    return answer(options, result, error);
}

int
dunlin_status(const dunlin_options *options, const dunlin_status_options *status,
              dunlin_result **result, dunlin_error *error)
{
    note("status check=%d dir=%s url=%s timeout=%lld", status->check, shown(options->directory),
         shown(options->url), (long long)options->lock_timeout_ms);
    return answer(options, result, error);
}

int
dunlin_migrate(const dunlin_options *options, const dunlin_migrate_options *migrate,
               dunlin_result **result, dunlin_error *error)
{
    note("migrate to=%s dry=%d single=%d no-backup=%d nonempty=%d allow=%llu:%s,%s",
         shown(migrate->to), migrate->dry_run, migrate->single_transaction, migrate->no_backup,
         migrate->allow_nonempty, (unsigned long long)migrate->allow_count,
         migrate->allow_count > 0 ? migrate->allow[0] : "-",
         migrate->allow_count > 1 ? migrate->allow[1] : "-");
    return answer(options, result, error);
}

int
dunlin_repair(const dunlin_options *options, const dunlin_repair_options *repair,
              dunlin_result **result, dunlin_error *error)
{
    note("repair apply=%d no-backup=%d shadow=%d,%s", repair->apply, repair->no_backup,
         repair->shadow, shown(repair->shadow_url));
    return answer(options, result, error);
}

int
dunlin_adopt(const dunlin_options *options, const dunlin_adopt_options *adopt,
             dunlin_result **result, dunlin_error *error)
{
    note("adopt apply=%d no-backup=%d", adopt->apply, adopt->no_backup);
    return answer(options, result, error);
}

int
dunlin_journal_check(const dunlin_options *options, dunlin_result **result, dunlin_error *error)
{
    note("journal check");
    return answer(options, result, error);
}

int
dunlin_journal_rebuild(const dunlin_options *options, int dry_run, dunlin_result **result,
                       dunlin_error *error)
{
    note("journal rebuild dry=%d", dry_run);
    return answer(options, result, error);
}

int
dunlin_merge(const dunlin_options *options, const dunlin_merge_options *merge,
             dunlin_result **result, dunlin_error *error)
{
    note("merge apply=%d offline=%d onto=%s", merge->apply, merge->offline, shown(merge->onto));
    return answer(options, result, error);
}

int
dunlin_merge_driver(const char *base, const char *ours, const char *theirs, dunlin_error *error)
{
    note("merge-driver %s %s %s", base, ours, theirs);
    *error = fakes.error;
    return fakes.error.status ? -1 : 0;
}

int
dunlin_backup(const dunlin_options *options, const char *destination, dunlin_result **result,
              dunlin_error *error)
{
    note("backup %s", shown(destination));
    return answer(options, result, error);
}

int
dunlin_backups(const dunlin_options *options, dunlin_result **result, dunlin_error *error)
{
    note("backups");
    return answer(options, result, error);
}

int
dunlin_resume(const dunlin_options *options, const char *tag, int done, dunlin_result **result,
              dunlin_error *error)
{
    note("resume %s %d", tag, done);
    return answer(options, result, error);
}

int
dunlin_restore(const dunlin_options *options, const char *name, dunlin_result **result,
               dunlin_error *error)
{
    note("restore %s", name);
    return answer(options, result, error);
}

int
dunlin_driver_check(const dunlin_options *options, const dunlin_driver_check_options *check,
                    dunlin_result **result, dunlin_error *error)
{
    note("driver check %s %s %s", check->driver, check->url, shown(check->quirks_file));
    return answer(options, result, error);
}

int
dunlin_drivers(const dunlin_options *options, dunlin_result **result, dunlin_error *error)
{
    note("drivers");
    return answer(options, result, error);
}

/* --- running a line -------------------------------------------------------------------------- */

cli_run
run_line(const char *const *words)
{
    char *argv[16] = {(char *)"dunlin"};
    int argc = 1;
    cli_run run = {0};
    size_t out_size = 0;
    size_t err_size = 0;
    dn_arguments arguments;
    dunlin_error error = {0};
    dn_cli cli = {.arguments = &arguments};

    for (; *words && argc < 16; words++)
        argv[argc++] = (char *)*words;
    if (dn_cli_parse(argc, argv, &arguments, &error) < 0 || !arguments.command)
        abort(); /* the parser has tests of its own */
    dn_cli_output_init(&cli.output, open_memstream(&run.out, &out_size),
                       open_memstream(&run.err, &err_size), arguments.color);
    cli.output.json = arguments.json > 0;
    cli.output.quiet = arguments.quiet > 0;
    cli.output.verbose = arguments.verbose;
    dn_cli_library_options(&cli);
    run.code = arguments.command->run(&cli);
    fclose(cli.output.out);
    fclose(cli.output.err);
    dn_cli_arguments_free(&arguments);
    return run;
}

void
run_free(cli_run *run)
{
    free(run->out);
    free(run->err);
}
