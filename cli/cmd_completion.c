/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "cli/completion.h"
#include "cli/json.h"

static const struct {
    const char *shell;
    void (*print)(FILE *out);
} scripts[] = {
    {"bash", dn_cli_complete_bash}, {"zsh", dn_cli_complete_zsh}, {"fish", dn_cli_complete_fish}};

static int
print_document(dn_cli *cli, const char *shell, void (*print)(FILE *out))
{
    dn_json_writer json = {cli->output.out, false};
    char *script = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&script, &size);

    if (!stream)
        return -1;
    print(stream);
    if (fclose(stream) == 0) {
        dn_cli_json_open(&json, NULL, '{');
        dn_cli_json_text(&json, "format", "dunlin-completion/1");
        dn_cli_json_text(&json, "shell", shell);
        dn_cli_json_text(&json, "script", script);
        dn_cli_json_close(&json, '}');
        putc('\n', cli->output.out);
    }
    free(script);
    return 0;
}

int
dn_cmd_completion(dn_cli *cli)
{
    const char *shell = cli->arguments->words.items[0];
    dunlin_error error = {0};

    for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
        if (strcmp(scripts[i].shell, shell) != 0)
            continue;
        if (!cli->output.json)
            scripts[i].print(cli->output.out);
        else if (print_document(cli, shell, scripts[i].print) < 0)
            break;
        return DUNLIN_EXIT_OK;
    }
    dn_cli_fail(&error, DUNLIN_NO_MEMORY, "memory", "out of memory");
    return dn_cli_finish(cli, -1, NULL, &error, NULL, NULL);
}
