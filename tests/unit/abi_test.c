/* SPDX-License-Identifier: MIT
 *
 * The layout of the driver ABI on 64-bit machines, in golden numbers: a driver built yesterday
 * must find everything where it was. A change here is a change of DUNLIN_DRIVER_REVISION.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <dunlin/driver.h>

typedef struct member {
    const char *name;
    size_t offset;
    size_t golden;
    size_t size;
} member;

typedef struct layout {
    const char *name;
    size_t size;
    size_t golden;
    const member *members;
    size_t count;
} layout;

#define MEMBER(type, name, golden)                                                                 \
    {                                                                                              \
#name, offsetof(type, name), golden, sizeof(((type *)0)->name)                             \
    }
#define LAYOUT(type, golden, members)                                                              \
    {                                                                                              \
#type, sizeof(type), golden, members, sizeof members / sizeof members[0]                   \
    }

static const member string_members[] = {
    MEMBER(dunlin_string, data, 0),
    MEMBER(dunlin_string, length, 8),
};

static const member value_members[] = {
    MEMBER(dunlin_value, type, 0),
    MEMBER(dunlin_value, reserved, 4),
    MEMBER(dunlin_value, integer, 8),
    MEMBER(dunlin_value, text, 16),
};

static const member property_members[] = {
    MEMBER(dunlin_property, name, 0),   MEMBER(dunlin_property, type, 16),
    MEMBER(dunlin_property, index, 20), MEMBER(dunlin_property, integer, 24),
    MEMBER(dunlin_property, text, 32),
};

static const member fact_members[] = {
    MEMBER(dunlin_fact, size, 0),        MEMBER(dunlin_fact, kind, 8),
    MEMBER(dunlin_fact, path, 24),       MEMBER(dunlin_fact, path_count, 32),
    MEMBER(dunlin_fact, properties, 40), MEMBER(dunlin_fact, property_count, 48),
};

static const member operation_members[] = {
    MEMBER(dunlin_operation, size, 0),
    MEMBER(dunlin_operation, verb, 8),
    MEMBER(dunlin_operation, condition, 12),
    MEMBER(dunlin_operation, flags, 16),
    MEMBER(dunlin_operation, kind, 24),
    MEMBER(dunlin_operation, path, 40),
    MEMBER(dunlin_operation, path_count, 48),
    MEMBER(dunlin_operation, new_path, 56),
    MEMBER(dunlin_operation, new_path_count, 64),
    MEMBER(dunlin_operation, set, 72),
    MEMBER(dunlin_operation, set_count, 80),
    MEMBER(dunlin_operation, unset, 88),
    MEMBER(dunlin_operation, unset_count, 96),
    MEMBER(dunlin_operation, using_expression, 104),
    MEMBER(dunlin_operation, body, 120),
    MEMBER(dunlin_operation, span_begin, 136),
    MEMBER(dunlin_operation, span_end, 144),
};

static const member failure_members[] = {
    MEMBER(dunlin_failure, size, 0),         MEMBER(dunlin_failure, status, 8),
    MEMBER(dunlin_failure, native_code, 12), MEMBER(dunlin_failure, sqlstate, 16),
    MEMBER(dunlin_failure, offset, 24),      MEMBER(dunlin_failure, inner_offset, 32),
    MEMBER(dunlin_failure, inner_sql, 40),   MEMBER(dunlin_failure, message, 56),
    MEMBER(dunlin_failure, detail, 72),      MEMBER(dunlin_failure, hint, 88),
    MEMBER(dunlin_failure, object, 104),
};

static const member profile_members[] = {
    MEMBER(dunlin_profile, size, 0),           MEMBER(dunlin_profile, flavour, 8),
    MEMBER(dunlin_profile, version, 24),       MEMBER(dunlin_profile, major, 40),
    MEMBER(dunlin_profile, minor, 44),         MEMBER(dunlin_profile, patch, 48),
    MEMBER(dunlin_profile, reserved, 52),      MEMBER(dunlin_profile, settings, 56),
    MEMBER(dunlin_profile, setting_count, 64),
};

static const member capabilities_members[] = {
    MEMBER(dunlin_capabilities, size, 0),        MEMBER(dunlin_capabilities, flags, 8),
    MEMBER(dunlin_capabilities, lock_kind, 16),  MEMBER(dunlin_capabilities, identifier_limit, 20),
    MEMBER(dunlin_capabilities, loose_type, 24),
};

static const member server_members[] = {
    MEMBER(dunlin_server, size, 0),
    MEMBER(dunlin_server, profile, 8),
    MEMBER(dunlin_server, identity, 16),
    MEMBER(dunlin_server, name, 32),
    MEMBER(dunlin_server, path, 48),
    MEMBER(dunlin_server, backend, 64),
    MEMBER(dunlin_server, backend_start, 80),
    MEMBER(dunlin_server, read_only, 96),
    MEMBER(dunlin_server, pooled, 100),
    MEMBER(dunlin_server, empty, 104),
    MEMBER(dunlin_server, further_namespaces, 108),
};

static const member lexer_rule_members[] = {
    MEMBER(dunlin_lexer_rule, size, 0),     MEMBER(dunlin_lexer_rule, kind, 8),
    MEMBER(dunlin_lexer_rule, flags, 12),   MEMBER(dunlin_lexer_rule, open, 16),
    MEMBER(dunlin_lexer_rule, close, 32),   MEMBER(dunlin_lexer_rule, head, 48),
    MEMBER(dunlin_lexer_rule, openers, 64), MEMBER(dunlin_lexer_rule, closers, 80),
};

static const member token_members[] = {
    MEMBER(dunlin_token, size, 0),      MEMBER(dunlin_token, kind, 8),
    MEMBER(dunlin_token, reserved, 12), MEMBER(dunlin_token, text, 16),
    MEMBER(dunlin_token, offset, 32),
};

static const member class_members[] = {
    MEMBER(dunlin_class, size, 0),
    MEMBER(dunlin_class, flags, 8),
    MEMBER(dunlin_class, touches_known, 16),
    MEMBER(dunlin_class, reserved, 20),
};

static const member step_members[] = {
    MEMBER(dunlin_step, size, 0),
    MEMBER(dunlin_step, role, 8),
    MEMBER(dunlin_step, reserved, 12),
    MEMBER(dunlin_step, sql, 16),
    MEMBER(dunlin_step, first_operation, 32),
    MEMBER(dunlin_step, operation_count, 40),
    MEMBER(dunlin_step, expected, 48),
};

static const member note_members[] = {
    MEMBER(dunlin_note, size, 0),      MEMBER(dunlin_note, kind, 8),
    MEMBER(dunlin_note, reserved, 12), MEMBER(dunlin_note, operation, 16),
    MEMBER(dunlin_note, message, 24),
};

static const member item_members[] = {
    MEMBER(dunlin_item, size, 0),
    MEMBER(dunlin_item, kind, 8),
    MEMBER(dunlin_item, reserved, 12),
    MEMBER(dunlin_item, ordinal, 16),
    MEMBER(dunlin_item, sql, 24),
    MEMBER(dunlin_item, values, 40),
    MEMBER(dunlin_item, value_count, 48),
    MEMBER(dunlin_item, lock_timeout_ms, 56),
    MEMBER(dunlin_item, statement_timeout_ms, 64),
    MEMBER(dunlin_item, expected, 72),
};

static const member outcome_members[] = {
    MEMBER(dunlin_outcome, size, 0),     MEMBER(dunlin_outcome, ordinal, 8),
    MEMBER(dunlin_outcome, outcome, 16), MEMBER(dunlin_outcome, in_transaction, 20),
    MEMBER(dunlin_outcome, rows, 24),    MEMBER(dunlin_outcome, elapsed_us, 32),
};

static const member scope_members[] = {
    MEMBER(dunlin_scope, size, 0),
    MEMBER(dunlin_scope, depth, 8),
    MEMBER(dunlin_scope, reserved, 12),
    MEMBER(dunlin_scope, namespaces, 16),
    MEMBER(dunlin_scope, namespace_count, 24),
    MEMBER(dunlin_scope, exclusions, 32),
    MEMBER(dunlin_scope, exclusion_count, 40),
    MEMBER(dunlin_scope, keys, 48),
    MEMBER(dunlin_scope, key_count, 56),
    MEMBER(dunlin_scope, since, 64),
    MEMBER(dunlin_scope, texts, 80),
    MEMBER(dunlin_scope, text_count, 88),
};

static const member holder_members[] = {
    MEMBER(dunlin_holder, size, 0),   MEMBER(dunlin_holder, backend, 8),
    MEMBER(dunlin_holder, host, 24),  MEMBER(dunlin_holder, application, 40),
    MEMBER(dunlin_holder, since, 56),
};

static const member open_options_members[] = {
    MEMBER(dunlin_open_options, size, 0),
    MEMBER(dunlin_open_options, purpose, 8),
    MEMBER(dunlin_open_options, read_only, 12),
    MEMBER(dunlin_open_options, connect_timeout_ms, 16),
    MEMBER(dunlin_open_options, lock_timeout_ms, 24),
    MEMBER(dunlin_open_options, application, 32),
};

static const member process_members[] = {
    MEMBER(dunlin_process, size, 0),
    MEMBER(dunlin_process, arguments, 8),
    MEMBER(dunlin_process, argument_count, 16),
    MEMBER(dunlin_process, environment, 24),
    MEMBER(dunlin_process, environment_count, 32),
    MEMBER(dunlin_process, output, 40),
    MEMBER(dunlin_process, input, 56),
    MEMBER(dunlin_process, visit, 72),
    MEMBER(dunlin_process, context, 80),
};

static const member backup_options_members[] = {
    MEMBER(dunlin_backup_options, size, 0),         MEMBER(dunlin_backup_options, content, 8),
    MEMBER(dunlin_backup_options, reserved, 12),    MEMBER(dunlin_backup_options, path, 16),
    MEMBER(dunlin_backup_options, profile, 32),     MEMBER(dunlin_backup_options, tables, 40),
    MEMBER(dunlin_backup_options, table_count, 48),
};

static const member shadow_members[] = {
    MEMBER(dunlin_shadow, size, 0),
    MEMBER(dunlin_shadow, url, 8),
    MEMBER(dunlin_shadow, name, 24),
    MEMBER(dunlin_shadow, given, 40),
};

static const member shadow_found_members[] = {
    MEMBER(dunlin_shadow_found, size, 0),
    MEMBER(dunlin_shadow_found, state, 8),
    MEMBER(dunlin_shadow_found, reserved, 12),
    MEMBER(dunlin_shadow_found, name, 16),
};

static const member missing_members[] = {
    MEMBER(dunlin_missing, size, 0),       MEMBER(dunlin_missing, operation, 8),
    MEMBER(dunlin_missing, privilege, 16), MEMBER(dunlin_missing, object, 32),
    MEMBER(dunlin_missing, account, 48),   MEMBER(dunlin_missing, grant, 64),
};

static const member url_part_members[] = {
    MEMBER(dunlin_url_part, size, 0),      MEMBER(dunlin_url_part, name, 8),
    MEMBER(dunlin_url_part, value, 24),    MEMBER(dunlin_url_part, secret, 40),
    MEMBER(dunlin_url_part, reserved, 44),
};

static const member script_item_members[] = {
    MEMBER(dunlin_script_item, size, 0),
    MEMBER(dunlin_script_item, kind, 8),
    MEMBER(dunlin_script_item, role, 12),
    MEMBER(dunlin_script_item, sql, 16),
    MEMBER(dunlin_script_item, expected, 32),
    MEMBER(dunlin_script_item, values, 48),
    MEMBER(dunlin_script_item, value_count, 56),
    MEMBER(dunlin_script_item, operations, 64),
    MEMBER(dunlin_script_item, operation_count, 72),
    MEMBER(dunlin_script_item, otherwise, 80),
};

static const member script_part_members[] = {
    MEMBER(dunlin_script_part, size, 0),          MEMBER(dunlin_script_part, kind, 8),
    MEMBER(dunlin_script_part, flags, 12),        MEMBER(dunlin_script_part, condition, 16),
    MEMBER(dunlin_script_part, message, 32),      MEMBER(dunlin_script_part, absent, 48),
    MEMBER(dunlin_script_part, absent_count, 56), MEMBER(dunlin_script_part, items, 64),
    MEMBER(dunlin_script_part, item_count, 72),
};

static const member host_members[] = {
    MEMBER(dunlin_host, size, 0),
    MEMBER(dunlin_host, abi, 8),
    MEMBER(dunlin_host, revision, 12),
    MEMBER(dunlin_host, fail, 16),
    MEMBER(dunlin_host, log, 24),
    MEMBER(dunlin_host, notice, 32),
    MEMBER(dunlin_host, progress, 40),
    MEMBER(dunlin_host, cancelled, 48),
    MEMBER(dunlin_host, scratch, 56),
    MEMBER(dunlin_host, text, 64),
    MEMBER(dunlin_host, columns, 72),
    MEMBER(dunlin_host, row, 80),
    MEMBER(dunlin_host, next_item, 88),
    MEMBER(dunlin_host, item_done, 96),
    MEMBER(dunlin_host, read_chunk, 104),
    MEMBER(dunlin_host, fact, 112),
    MEMBER(dunlin_host, gone, 120),
    MEMBER(dunlin_host, unreadable, 128),
    MEMBER(dunlin_host, mark, 136),
    MEMBER(dunlin_host, find, 144),
    MEMBER(dunlin_host, each, 152),
    MEMBER(dunlin_host, tokens, 160),
    MEMBER(dunlin_host, parse, 168),
    MEMBER(dunlin_host, step, 176),
    MEMBER(dunlin_host, note, 184),
    MEMBER(dunlin_host, process, 192),
    MEMBER(dunlin_host, lexer_rule, 200),
    MEMBER(dunlin_host, classified, 208),
    MEMBER(dunlin_host, touched, 216),
    MEMBER(dunlin_host, url_part, 224),
    MEMBER(dunlin_host, profile, 232),
    MEMBER(dunlin_host, server, 240),
    MEMBER(dunlin_host, holder, 248),
    MEMBER(dunlin_host, url_text, 256),
    MEMBER(dunlin_host, expression_rule, 264),
    MEMBER(dunlin_host, translate, 272),
    MEMBER(dunlin_host, missing, 280),
    MEMBER(dunlin_host, shadow, 288),
    MEMBER(dunlin_host, members, 296),
};

static const member expression_rule_members[] = {
    MEMBER(dunlin_expression_rule, size, 0),      MEMBER(dunlin_expression_rule, kind, 8),
    MEMBER(dunlin_expression_rule, flags, 12),    MEMBER(dunlin_expression_rule, name, 16),
    MEMBER(dunlin_expression_rule, operands, 32), MEMBER(dunlin_expression_rule, result, 48),
    MEMBER(dunlin_expression_rule, native, 64),   MEMBER(dunlin_expression_rule, refusal, 80),
};

static const member call_members[] = {
    MEMBER(dunlin_call, size, 0),     MEMBER(dunlin_call, host, 8),
    MEMBER(dunlin_call, context, 16), MEMBER(dunlin_call, deadline_ns, 24),
    MEMBER(dunlin_call, wake_fd, 32), MEMBER(dunlin_call, flags, 36),
};

static const member driver_members[] = {
    MEMBER(dunlin_driver, size, 0),
    MEMBER(dunlin_driver, abi, 8),
    MEMBER(dunlin_driver, revision, 12),
    MEMBER(dunlin_driver, name, 16),
    MEMBER(dunlin_driver, version, 24),
    MEMBER(dunlin_driver, description, 32),
    MEMBER(dunlin_driver, dialect, 40),
    MEMBER(dunlin_driver, schemes, 48),
    MEMBER(dunlin_driver, library, 56),
    MEMBER(dunlin_driver, url, 64),
    MEMBER(dunlin_driver, assume, 72),
    MEMBER(dunlin_driver, capabilities, 80),
    MEMBER(dunlin_driver, lexer_rules, 88),
    MEMBER(dunlin_driver, quote_identifier, 96),
    MEMBER(dunlin_driver, quote_literal, 104),
    MEMBER(dunlin_driver, classify, 112),
    MEMBER(dunlin_driver, realise, 120),
    MEMBER(dunlin_driver, render, 128),
    MEMBER(dunlin_driver, open, 136),
    MEMBER(dunlin_driver, close, 144),
    MEMBER(dunlin_driver, describe, 152),
    MEMBER(dunlin_driver, run, 160),
    MEMBER(dunlin_driver, query, 168),
    MEMBER(dunlin_driver, introspect, 176),
    MEMBER(dunlin_driver, settle, 184),
    MEMBER(dunlin_driver, try_lock, 192),
    MEMBER(dunlin_driver, unlock, 200),
    MEMBER(dunlin_driver, lock_holder, 208),
    MEMBER(dunlin_driver, session_alive, 216),
    MEMBER(dunlin_driver, session_end, 224),
    MEMBER(dunlin_driver, debris, 232),
    MEMBER(dunlin_driver, check_privileges, 240),
    MEMBER(dunlin_driver, assess, 248),
    MEMBER(dunlin_driver, cancel_handle, 256),
    MEMBER(dunlin_driver, cancel, 264),
    MEMBER(dunlin_driver, cancel_free, 272),
    MEMBER(dunlin_driver, shadow_create, 280),
    MEMBER(dunlin_driver, shadow_reset, 288),
    MEMBER(dunlin_driver, shadow_drop, 296),
    MEMBER(dunlin_driver, shadow_list, 304),
    MEMBER(dunlin_driver, backup_check, 312),
    MEMBER(dunlin_driver, backup, 320),
    MEMBER(dunlin_driver, restore, 328),
    MEMBER(dunlin_driver, expression_rules, 336),
    MEMBER(dunlin_driver, type_classes, 344),
    MEMBER(dunlin_driver, affected, 352),
    MEMBER(dunlin_driver, script, 360),
    MEMBER(dunlin_driver, hazards, 368),
};

static const layout layouts[] = {
    LAYOUT(dunlin_string, 16, string_members),
    LAYOUT(dunlin_value, 32, value_members),
    LAYOUT(dunlin_property, 48, property_members),
    LAYOUT(dunlin_fact, 56, fact_members),
    LAYOUT(dunlin_operation, 152, operation_members),
    LAYOUT(dunlin_failure, 120, failure_members),
    LAYOUT(dunlin_profile, 72, profile_members),
    LAYOUT(dunlin_capabilities, 32, capabilities_members),
    LAYOUT(dunlin_server, 112, server_members),
    LAYOUT(dunlin_lexer_rule, 96, lexer_rule_members),
    LAYOUT(dunlin_token, 40, token_members),
    LAYOUT(dunlin_expression_rule, 96, expression_rule_members),
    LAYOUT(dunlin_class, 24, class_members),
    LAYOUT(dunlin_step, 64, step_members),
    LAYOUT(dunlin_note, 40, note_members),
    LAYOUT(dunlin_item, 88, item_members),
    LAYOUT(dunlin_outcome, 40, outcome_members),
    LAYOUT(dunlin_scope, 96, scope_members),
    LAYOUT(dunlin_holder, 72, holder_members),
    LAYOUT(dunlin_open_options, 48, open_options_members),
    LAYOUT(dunlin_process, 88, process_members),
    LAYOUT(dunlin_backup_options, 56, backup_options_members),
    LAYOUT(dunlin_missing, 80, missing_members),
    LAYOUT(dunlin_shadow, 56, shadow_members),
    LAYOUT(dunlin_shadow_found, 32, shadow_found_members),
    LAYOUT(dunlin_url_part, 48, url_part_members),
    LAYOUT(dunlin_script_item, 96, script_item_members),
    LAYOUT(dunlin_script_part, 80, script_part_members),
    LAYOUT(dunlin_host, 304, host_members),
    LAYOUT(dunlin_call, 40, call_members),
    LAYOUT(dunlin_driver, 376, driver_members),
};

/* On machines with other pointers the numbers are others, and drivers are built for those. */
static bool
has_64_bit_pointers(void)
{
    return sizeof(void *) == 8;
}

static void
every_struct_has_its_golden_size(void **state)
{
    (void)state;
    if (!has_64_bit_pointers())
        skip();
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++)
        if (layouts[i].size != layouts[i].golden)
            fail_msg("%s has %zu bytes, not %zu", layouts[i].name, layouts[i].size,
                     layouts[i].golden);
}

static void
every_member_stands_where_it_always_stood(void **state)
{
    (void)state;
    if (!has_64_bit_pointers())
        skip();
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++)
        for (size_t j = 0; j < layouts[i].count; j++)
            if (layouts[i].members[j].offset != layouts[i].members[j].golden)
                fail_msg("%s.%s stands at %zu, not at %zu", layouts[i].name,
                         layouts[i].members[j].name, layouts[i].members[j].offset,
                         layouts[i].members[j].golden);
}

/* Padding would hold whatever was on the stack, and compilers differ about it. That the members
 * follow one another up to the end also shows that the tables above leave none out. */
static void
no_struct_has_padding(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++) {
        size_t at = 0;

        for (size_t j = 0; j < layouts[i].count; j++) {
            if (layouts[i].members[j].offset != at)
                fail_msg("%s has a hole before %s", layouts[i].name, layouts[i].members[j].name);
            at += layouts[i].members[j].size;
        }
        if (at != layouts[i].size)
            fail_msg("%s has a hole at its end", layouts[i].name);
    }
}

/* Every struct but the three that travel in arrays (and nothing else) begins with its size. */
static void
every_struct_that_may_grow_begins_with_its_size(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++) {
        const char *name = layouts[i].name;
        bool frozen = strcmp(name, "dunlin_string") == 0 || strcmp(name, "dunlin_value") == 0 ||
                      strcmp(name, "dunlin_property") == 0;
        bool sized = strcmp(layouts[i].members[0].name, "size") == 0;

        if (frozen == sized)
            fail_msg("%s %s", name, frozen ? "is frozen and has a size" : "has no size");
    }
}

static void
the_revision_is_the_one_these_numbers_belong_to(void **state)
{
    (void)state;
    assert_int_equal(DUNLIN_DRIVER_ABI, 0);
    assert_int_equal(DUNLIN_DRIVER_REVISION, 11);
    assert_string_equal(DUNLIN_DRIVER_ENTRY_SYMBOL, "dunlin_driver_entry_v0");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_struct_has_its_golden_size),
        cmocka_unit_test(every_member_stands_where_it_always_stood),
        cmocka_unit_test(no_struct_has_padding),
        cmocka_unit_test(every_struct_that_may_grow_begins_with_its_size),
        cmocka_unit_test(the_revision_is_the_one_these_numbers_belong_to),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
