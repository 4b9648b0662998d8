/* SPDX-License-Identifier: MIT
 *
 * Calls of functions, and everything that goes by a rule with operands.
 */
#include "core/ddl/write.h"

#include <string.h>

enum { MOST_OPERANDS = 64 };

static bool
write_parts(dn_writer *writer, const dn_node *const *operands, size_t count, dn_part *parts)
{
    dn_text text = DN_TEXT_INIT;
    bool fine = true;

    for (size_t i = 0; fine && i < count; i++) {
        dn_shape shape;

        fine = dn_write_node(writer, operands[i], &text, &shape) &&
               dn_write_part(writer, &text, shape, &parts[i]);
    }
    dn_text_free(&text);
    return fine;
}

/* Why no rule fits: the classes that were found. */
static bool
refuse_classes(dn_writer *writer, const char *what, const char *name, const dn_node *node,
               const dn_class *classes, size_t count)
{
    dn_text list = DN_TEXT_INIT;

    for (size_t i = 0; i < count && i < 6; i++) {
        if (i)
            dn_text_add_string(&list, ", ");
        dn_text_add_string(&list, dn_class_name(classes[i]));
    }
    dn_write_refuse(writer, node->offset, "%s %s has no translation for operands of the classes %s",
                    what, name, list.data ? list.data : "none");
    dn_text_free(&list);
    return false;
}

static const char *
kind_name(int32_t kind)
{
    return kind == DUNLIN_RULE_FUNCTION ? "the function"
           : kind == DUNLIN_RULE_CAST   ? "a cast to"
                                        : "the operator";
}

/* The rule that fits, or none where none is needed. */
static bool
find_rule(dn_writer *writer, int32_t kind, const char *name, const dn_node *node,
          const dn_node *const *operands, size_t count, bool needed, const dn_rule **rule)
{
    dn_class classes[MOST_OPERANDS];
    bool any = false;

    *rule = NULL;
    if (!writer->target->rules)
        return true;
    for (size_t i = 0; i < count; i++)
        classes[i] = dn_class_of(writer, operands[i]);
    *rule = dn_rule_find(writer->target->rules, kind, name, operands, classes, count, &any);
    if (!*rule && any)
        return refuse_classes(writer, kind_name(kind), name, node, classes, count);
    if (!*rule && needed)
        return dn_write_refuse(writer, node->offset, "%s %s has no translation", kind_name(kind),
                               name);
    if (*rule && (*rule)->refusal.length)
        return dn_write_refuse(writer, node->offset, "%s %s: %.*s", kind_name(kind), name,
                               (int)(*rule)->refusal.length, (*rule)->refusal.data);
    return true;
}

static dunlin_string
template_of(const dn_rule *rule, const char *standard)
{
    return rule && rule->native.length ? rule->native : dn_string(standard);
}

static bool
is_case(const dn_text *out, size_t before)
{
    return out->length - before > 9 && memcmp(out->data + before, "CASE ", 5) == 0 &&
           memcmp(out->data + out->length - 4, " END", 4) == 0;
}

bool
dn_write_by_rule(dn_writer *writer, int32_t kind, const char *name, const dn_node *node,
                 const dn_node *const *operands, size_t count, const char *standard, bool needed,
                 dn_text *out, dn_shape *shape)
{
    dn_part parts[MOST_OPERANDS];
    const dn_rule *rule;
    size_t before = out->length;
    dunlin_string native;
    dunlin_string computed;

    if (!name || !standard || count > MOST_OPERANDS)
        return dn_write_refuse(writer, node->offset, "this has too many operands");
    if (!find_rule(writer, kind, name, node, operands, count, needed, &rule) ||
        !write_parts(writer, operands, count, parts))
        return false;
    native = template_of(rule, standard);
    if (!dn_write_compute_once(writer, native, operands, count, parts, &computed) ||
        !dn_write_template(writer, native, parts, count, operands,
                           kind == DUNLIN_RULE_CAST ? node->text : dn_string(""), out, shape) ||
        !dn_write_computed(writer, computed, before, out, shape))
        return false;
    if (*shape == DN_SHAPE_OTHER && is_case(out, before))
        *shape = DN_SHAPE_ATOM;
    return true;
}

/* --- OVER --- */
static bool
write_window(dn_writer *writer, const dn_window *window, uint64_t offset, dn_text *out)
{
    const dn_rule *rule;

    if (window->name.length)
        return dn_write_clause(writer, "window", offset, &rule) &&
               dn_write_name(writer, window->name, out);
    dn_text_add_char(out, '(');
    if (window->partition.count) {
        dn_text_add_string(out, "PARTITION BY ");
        if (!dn_write_made_texts(writer, &window->partition, out))
            return false;
    }
    if (window->order.count) {
        dn_text_add_string(out, window->partition.count ? " ORDER BY " : "ORDER BY ");
        if (!dn_write_sorts(writer, &window->order, NULL, out))
            return false;
    }
    if (window->frame.length) {
        if (!dn_write_clause(writer, "frame", window->frame_offset, &rule))
            return false;
        dn_text_add_char(out, ' ');
        dn_text_add(out, window->frame.data, window->frame.length);
    }
    dn_text_add_char(out, ')');
    return true;
}

/* --- calls --- */
static bool
is_plain(const char *name)
{
    static const char *const plain[] = {"coalesce", "nullif", "count", "sum", "min", "max"};

    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        if (strcmp(name, plain[i]) == 0)
            return true;
    return false;
}

static bool
is_plain_name(const char *name)
{
    for (const char *c = name; *c; c++)
        if (!(*c >= 'a' && *c <= 'z') && *c != '_' && !(*c >= '0' && *c <= '9'))
            return false;
    return !(*name >= '0' && *name <= '9');
}

/* A name that is not a usual one, or would be read as something else, is quoted. */
static bool
write_call_name(dn_writer *writer, const dn_node *node, dn_text *out)
{
    if (!is_plain_name(node->name) || !dn_tree_calls(node->name, node->items.count > 0))
        return dn_write_name(writer, dn_string(node->name), out);
    dn_text_add_string(out, node->name);
    return true;
}

/* NAME($*), as a template. */
static const char *
plain_call(dn_writer *writer, const dn_node *node)
{
    dn_text written = DN_TEXT_INIT;
    dn_text text = DN_TEXT_INIT;
    const char *made = NULL;

    if (write_call_name(writer, node, &written)) {
        for (size_t i = 0; i < written.length; i++) {
            if (written.data[i] == '$')
                dn_text_add_char(&text, '$');
            dn_text_add_char(&text, written.data[i]);
        }
        dn_text_add_string(&text, "($*)");
        made = text.failed ? NULL : dn_arena_copy(writer->arena, text.data, text.length);
    }
    dn_text_free(&written);
    dn_text_free(&text);
    return made;
}

/* "extract year" is written extract(year FROM x). */
static const char *
standard_call(dn_writer *writer, const dn_node *node)
{
    const char *blank = strchr(node->name, ' ');

    if (strncmp(node->name, "extract ", 8) == 0)
        return dn_arena_printf(writer->arena, "extract(%s FROM $1)", blank + 1);
    if (strncmp(node->name, "date_trunc ", 11) == 0)
        return dn_arena_printf(writer->arena, "date_trunc('%s', $1)", blank + 1);
    return plain_call(writer, node);
}

/* sum(x) FILTER (WHERE c), where there is no FILTER: sum(CASE WHEN c THEN x END). */
static bool
as_case(dn_writer *writer, const dn_node *node, dn_node *copy)
{
    static const char *const able[] = {"count", "sum", "avg", "min", "max", "string_agg"};
    dn_node *made = dn_arena_alloc(writer->arena, sizeof *made);
    dn_node **list = dn_arena_array(writer->arena, node->items.count + 3, sizeof(dn_node *));
    dn_node *one = dn_arena_alloc(writer->arena, sizeof *one);
    bool fine = false;

    for (size_t i = 0; i < sizeof able / sizeof able[0]; i++)
        fine = fine || strcmp(node->name, able[i]) == 0;
    if (!fine || !node->items.count || !made || !list || !one)
        return dn_write_refuse(writer, node->offset, "FILTER has no translation");
    memset(made, 0, sizeof *made);
    memset(one, 0, sizeof *one);
    made->kind = DN_NODE_CASE;
    made->offset = node->offset;
    one->kind = DN_NODE_NUMBER;
    one->text = dn_string("1");
    made->items.list = list + node->items.count;
    made->items.list[0] = node->filter;
    made->items.list[1] = node->items.list[0]->kind == DN_NODE_STAR ? one : node->items.list[0];
    made->items.count = 2;
    memcpy(list, node->items.list, node->items.count * sizeof(dn_node *));
    list[0] = made;
    copy->items.list = list;
    copy->filter = NULL;
    return true;
}

static bool
write_ordered(dn_writer *writer, const dn_node *node, dn_text *out, dn_shape *shape)
{
    dn_part parts[3];
    dn_text text = DN_TEXT_INIT;
    const dn_rule *rule = NULL;
    bool fine;

    if (writer->target->rules) {
        rule = dn_rule_named(writer->target->rules, DUNLIN_RULE_FUNCTION, "string_agg order by");
        if (!rule || rule->refusal.length)
            return dn_write_refuse(writer, node->offset,
                                   "ORDER BY in string_agg has no translation");
    }
    fine = node->items.count == 2 &&
           write_parts(writer, (const dn_node *const *)node->items.list, 2, parts) &&
           dn_write_sorts(writer, &node->order, NULL, &text) &&
           dn_write_part(writer, &text, DN_SHAPE_ATOM, &parts[2]);
    dn_text_free(&text);
    return fine && dn_write_template(writer,
                                     rule && rule->native.length
                                         ? rule->native
                                         : dn_string("string_agg($1, $2 ORDER BY $3)"),
                                     parts, 3, NULL, dn_string(""), out, shape);
}

/* DISTINCT is written before the first argument. */
static bool
write_distinct(dn_writer *writer, const dn_node *node, dn_text *out, dn_shape *shape)
{
    dn_part part;
    dn_text text = DN_TEXT_INIT;
    bool fine;

    if (node->items.count != 1)
        return dn_write_refuse(writer, node->offset,
                               "DISTINCT with several arguments has no translation");
    if (writer->target->rules && !is_plain(node->name) &&
        !dn_rule_named(writer->target->rules, DUNLIN_RULE_FUNCTION, node->name))
        return dn_write_refuse(writer, node->offset, "the function %s has no translation",
                               node->name);
    dn_text_add_string(&text, "DISTINCT ");
    fine = dn_write_expression(writer, node->items.list[0], &text) &&
           dn_write_part(writer, &text, DN_SHAPE_ATOM, &part);
    dn_text_free(&text);
    if (!fine)
        return false;
    if (!write_call_name(writer, node, out))
        return false;
    dn_text_printf(out, "(%.*s)", (int)part.text.length, part.text.data);
    *shape = DN_SHAPE_ATOM;
    return true;
}

bool
dn_write_call(dn_writer *writer, const dn_node *node, dn_text *out, dn_shape *shape)
{
    dn_node copy = *node;
    const dn_rule *rule;
    bool fine;

    if (node->filter && writer->target->rules &&
        !dn_rule_named(writer->target->rules, DUNLIN_RULE_CLAUSE, "filter") &&
        !as_case(writer, node, &copy))
        return false;
    if (copy.order.count && strcmp(copy.name, "string_agg") == 0 && !copy.distinct)
        fine = write_ordered(writer, &copy, out, shape);
    else if (copy.order.count)
        fine =
            dn_write_refuse(writer, node->offset, "ORDER BY in %s has no translation", node->name);
    else if (copy.distinct)
        fine = write_distinct(writer, &copy, out, shape);
    else
        fine = dn_write_by_rule(writer, DUNLIN_RULE_FUNCTION, copy.name, node,
                                (const dn_node *const *)copy.items.list, copy.items.count,
                                standard_call(writer, &copy), !is_plain(copy.name), out, shape);
    if (!fine)
        return false;
    if (copy.filter) {
        dn_text_add_string(out, " FILTER (WHERE ");
        if (!dn_write_expression(writer, copy.filter, out))
            return false;
        dn_text_add_char(out, ')');
    }
    if (!node->over)
        return true;
    if (!dn_write_clause(writer, "over", node->offset, &rule))
        return false;
    dn_text_add_string(out, " OVER ");
    return write_window(writer, node->over, node->offset, out);
}
