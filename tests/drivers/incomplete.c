/* SPDX-License-Identifier: MIT
 *
 * A driver whose table ends before the functions that it cannot do without.
 */
#include <dunlin/driver.h>

static int32_t
incomplete_url(const dunlin_call *call, dunlin_string url)
{
    (void)call;
    (void)url;
    return DUNLIN_OK;
}

static int32_t
incomplete_capabilities(const dunlin_call *call, const dunlin_profile *profile,
                        dunlin_capabilities *capabilities)
{
    (void)call;
    (void)profile;
    (void)capabilities;
    return DUNLIN_OK;
}

static int32_t
incomplete_lexer_rules(const dunlin_call *call, const dunlin_profile *profile)
{
    (void)call;
    (void)profile;
    return DUNLIN_OK;
}

static int32_t
incomplete_open(const dunlin_call *call, dunlin_string url, const dunlin_open_options *options,
                dunlin_connection **connection)
{
    (void)call;
    (void)url;
    (void)options;
    (void)connection;
    return DUNLIN_OK;
}

static const dunlin_driver table = {
    .size = offsetof(dunlin_driver, open),
    .abi = DUNLIN_DRIVER_ABI,
    .revision = DUNLIN_DRIVER_REVISION,
    .name = "incomplete",
    .version = "1",
    .url = incomplete_url,
    .capabilities = incomplete_capabilities,
    .lexer_rules = incomplete_lexer_rules,
    /* Behind the size it tells: not to be looked at. */
    .open = incomplete_open,
};

DUNLIN_DRIVER_EXPORT const dunlin_driver *dunlin_driver_entry_v0(uint32_t abi, uint32_t revision);

const dunlin_driver *
dunlin_driver_entry_v0(uint32_t abi, uint32_t revision)
{
    (void)abi;
    (void)revision;
    return &table;
}
