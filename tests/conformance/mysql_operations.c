/* SPDX-License-Identifier: MIT */
#include "tests/conformance/mysql_operations.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const booleans[] = {
    "not_null",  "unique",    "desc",         "invisible", "deferrable",
    "deferred",  "not_valid", "not_enforced", "cycle",     "nulls_not_distinct",
    "temporary", "first",     "implied"};
static const char *const numbers[] = {"length", "start", "increment", "min", "max", "cache"};
static const char *const expressions[] = {"default", "generated", "expr", "where", "definition"};

static int
is_one(dunlin_string name, const char *const *list, int count)
{
    for (int i = 0; i < count; i++)
        if (strlen(list[i]) == name.length && memcmp(list[i], name.data, name.length) == 0)
            return 1;
    return 0;
}

/* The end of a value: a comma or a bracket outside parentheses and quotes. */
static const char *
value_end(const char *at)
{
    int depth = 0;
    int quoted = 0;

    for (; *at != '\0'; at++) {
        if (*at == '\'' && (quoted || strchr(at + 1, '\'') != NULL))
            quoted = !quoted;
        else if (!quoted && (*at == '(' || *at == '['))
            depth++;
        else if (!quoted && depth > 0 && (*at == ')' || *at == ']'))
            depth--;
        else if (!quoted && depth == 0 && (*at == ',' || *at == ']'))
            break;
    }
    return at;
}

static dunlin_property *
add(written_operation *written, dunlin_string name, int32_t type)
{
    dunlin_property *property = &written->properties[written->operation.set_count++];

    assert_true(written->operation.set_count <= OPERATION_PROPERTIES);
    property->name = name;
    property->type = type;
    property->text = fake_string("");
    return property;
}

static const char *
read_members(written_operation *written, const char *at, int list)
{
    uint32_t index = 0;

    while (*at != '\0' && *at != ']') {
        const char *colon = at + strcspn(at, ":,[]'( ");
        dunlin_string name = {"", 0};
        dunlin_property *property;
        int32_t type = list ? DUNLIN_PROPERTY_IDENTIFIER : DUNLIN_PROPERTY_TEXT;

        if (*at == '!') {
            at++;
            written->unset[written->operation.unset_count++] =
                (dunlin_string){at, (uint64_t)(value_end(at) - at)};
            at = value_end(at);
            at += *at == ',';
            continue;
        }
        if (*colon == ':' && !(list && at[0] == '[')) {
            name = (dunlin_string){at, (uint64_t)(colon - at)};
            at = colon + 1;
            type = DUNLIN_PROPERTY_TEXT;
        }
        if (*at == '[') {
            property = add(written, name,
                           list && name.length == 0 ? DUNLIN_PROPERTY_STRUCT_BEGIN
                                                    : DUNLIN_PROPERTY_LIST_BEGIN);
            property->index = index++;
            at = read_members(written, at + 1, property->type == DUNLIN_PROPERTY_LIST_BEGIN);
            assert_int_equal(*at, ']');
            at++;
            add(written, fake_string(""), DUNLIN_PROPERTY_END);
        } else {
            const char *end = value_end(at);

            property = add(written, name, type);
            property->index = index++;
            property->text = (dunlin_string){at, (uint64_t)(end - at)};
            if (is_one(name, booleans, COUNT(booleans)))
                property->type = DUNLIN_PROPERTY_BOOLEAN;
            else if (is_one(name, numbers, COUNT(numbers)))
                property->type = DUNLIN_PROPERTY_INTEGER;
            else if (is_one(name, expressions, COUNT(expressions)))
                property->type = DUNLIN_PROPERTY_EXPRESSION;
            /* A type of the dialect, as somebody wrote it. */
            if (name.length == 6 && memcmp(name.data, "native", 6) == 0) {
                property->name = fake_string("type");
                property->type = DUNLIN_PROPERTY_EXPRESSION;
            }
            property->integer = strtoll(at, NULL, 10);
            at = end;
        }
        at += *at == ',';
    }
    return at;
}

static uint64_t
read_path(dunlin_string *path, char *text)
{
    uint64_t count = 0;

    for (char *part = text; part != NULL; count++) {
        char *slash = strchr(part, '/');

        if (slash != NULL)
            *slash = '\0';
        path[count] = fake_string(part);
        part = slash != NULL ? slash + 1 : NULL;
    }
    return count;
}

static void
read_line(written_operation *written, char *line)
{
    static const char *const verbs[] = {"", "create", "alter", "drop", "rename", "data", "native"};
    dunlin_operation *operation = &written->operation;
    char *kind = strchr(line, ' ') + 1;
    char *path = NULL;
    char *rest = NULL;

    kind[-1] = '\0';
    operation->size = sizeof(*operation);
    for (int i = 1; i < COUNT(verbs); i++)
        if (strcmp(line, verbs[i]) == 0)
            operation->verb = i;
    assert_int_not_equal(operation->verb, 0);
    operation->set = written->properties;
    operation->unset = written->unset;
    operation->path = written->path;
    if (operation->verb >= DUNLIN_VERB_DATA) {
        operation->body = fake_string(kind);
        operation->kind = fake_string("");
        return;
    }
    path = strchr(kind, ' ') + 1;
    path[-1] = '\0';
    rest = strchr(path, ' ');
    if (rest != NULL)
        *rest++ = '\0';
    operation->kind = fake_string(kind);
    operation->path_count = read_path(written->path, path);
    if (operation->verb == DUNLIN_VERB_RENAME) {
        written->new_path[0] = written->path[0];
        written->new_path[operation->path_count - 1] = fake_string(rest);
        operation->new_path = written->new_path;
        operation->new_path_count = operation->path_count;
    } else if (rest != NULL && strcmp(rest, "cascade") == 0) {
        operation->flags = DUNLIN_OPERATION_CASCADE;
    } else if (rest != NULL && strncmp(rest, "as ", 3) == 0) {
        operation->body = fake_string(rest + 3);
    } else if (rest != NULL) {
        const char *end = read_members(written, rest, 0);

        assert_string_equal(end, "");
    }
}

void
write_operations(written_list *list, const char *lines)
{
    char *line;
    char *place = NULL;

    memset(list, 0, sizeof(*list));
    list->text = strdup(lines);
    for (line = strtok_r(list->text, "\n", &place); line != NULL;
         line = strtok_r(NULL, "\n", &place)) {
        written_operation *written = &list->written[list->count];

        assert_true(list->count < OPERATIONS);
        read_line(written, line);
        written->fact = (dunlin_fact){.size = sizeof(dunlin_fact),
                                      .kind = written->operation.kind,
                                      .path = written->operation.path,
                                      .path_count = written->operation.path_count,
                                      .properties = written->operation.set,
                                      .property_count = written->operation.set_count};
        list->facts[list->count] = &written->fact;
        list->list[list->count++] = &written->operation;
    }
}

void
written_free(written_list *list)
{
    free(list->text);
    list->text = NULL;
}

/* --- rendering --- */
static struct {
    char *text;
    size_t size;
    FILE *file;
    int32_t status;
} steps;

static int32_t
take_step(const dunlin_call *call, const dunlin_step *step)
{
    (void)call;
    fprintf(steps.file, "%.*s;\n", (int)step->sql.length, step->sql.data);
    return DUNLIN_OK;
}

const char *
render_written(const dunlin_profile *profile, int32_t mode,
               const dunlin_operation *const *operations, size_t count)
{
    const dunlin_call *call = fake_call(&host);

    free(steps.text);
    steps.text = NULL;
    steps.file = open_memstream(&steps.text, &steps.size);
    assert_non_null(steps.file);
    host.services.step = take_step;
    steps.status = driver->render(call, profile, mode, operations, count);
    fclose(steps.file);
    return steps.text;
}

int32_t
render_status(void)
{
    return steps.status;
}

const dunlin_profile *
assumed_profile(const char *text)
{
    static dunlin_profile profile;
    int version[3] = {0, 0, 0};
    const char *blank = strchr(text, ' ');

    assert_int_equal(sscanf(blank, " %d.%d.%d", &version[0], &version[1], &version[2]), 3);
    profile = (dunlin_profile){.size = sizeof(profile),
                               .flavour = {text, (uint64_t)(blank - text)},
                               .major = version[0],
                               .minor = version[1],
                               .patch = version[2]};
    return &profile;
}

/* Its settings do not outlive the call that told them; the versions do. */
const dunlin_profile *
server_profile(void)
{
    static dunlin_profile profile;

    assert_done(&host, driver->describe(fake_call(&host), db));
    profile = host.profile;
    profile.flavour =
        fake_string(strstr(host.lines, "mariadb|") == host.lines ? "mariadb" : "mysql");
    profile.settings = NULL;
    profile.setting_count = 0;
    return &profile;
}

void
run_operations(const dunlin_operation *const *operations, size_t count)
{
    char *place = NULL;
    char *text;

    render_written(server_profile(), DUNLIN_RENDER_RUN, operations, count);
    if (steps.status != DUNLIN_OK)
        print_error("%s\n", host.message);
    assert_int_equal(steps.status, DUNLIN_OK);
    text = strdup(steps.text);
    /* No statement of a test has a line that ends with a semicolon inside it. */
    for (char *statement = text; *statement != '\0'; statement = place) {
        place = strstr(statement, ";\n");
        assert_non_null(place);
        *place = '\0';
        place += 2;
        if (fake_execute(&host, db, statement) != DUNLIN_OK)
            print_error("%s\n%s\n", statement, host.message);
        assert_int_equal(host.status, DUNLIN_OK);
    }
    free(text);
}
