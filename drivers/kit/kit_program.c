/* SPDX-License-Identifier: MIT
 *
 * The programs of a server's vendor, which the host runs for backups.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drivers/kit/kit.h"

bool
dn_kit_in_path(const char *program)
{
    const char *at = getenv("PATH");
    bool found = false;

    while (at != NULL && *at != '\0' && !found) {
        DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text path = {0};
        size_t length = strcspn(at, ":");

        dn_kit_text_format(&path, "%.*s/%s", (int)length, at, program);
        found = !path.failed && access(path.data, X_OK) == 0;
        at += length + (at[length] == ':' ? 1 : 0);
    }
    return found;
}

static int32_t
take_version(dunlin_string text, void *context)
{
    dn_kit_text_add_string(context, text);
    return 0;
}

int32_t
dn_kit_ask_version(const dunlin_call *call, const char *program, dn_kit_text *said)
{
    dunlin_string arguments[] = {dn_kit_string(program), dn_kit_string("--version")};
    dunlin_process process = {.size = sizeof(process),
                              .arguments = arguments,
                              .argument_count = 2,
                              .visit = take_version,
                              .context = said};
    int32_t status = call->host->process(call, &process);

    if (status == DUNLIN_OK && (said->failed || said->length == 0))
        dn_kit_text_add(said, "?");
    return said->failed ? dn_kit_no_memory(call) : status;
}

const char *
dn_kit_sentence(const dunlin_call *call, const dn_kit_text *text)
{
    char *copy = text->failed ? NULL : call->host->scratch(call, text->length + 1);

    return copy != NULL ? memcpy(copy, text->data, text->length + 1) : "out of memory";
}
