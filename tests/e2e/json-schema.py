#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks a JSON document on standard input against a schema: json-schema.py SCHEMA

Knows the part of JSON Schema draft 2020-12 that docs/json uses and refuses a schema that uses
more. Prints one line per mistake, with its place in the document, and exits 1 if there is any.
"""
import json
import re
import sys

IGNORED = {"$schema", "$id", "$defs", "title", "description"}
TYPES = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "null": lambda value: value is None,
}


def is_integer(value):
    return TYPES["integer"](value)


class Checker:
    def __init__(self, root):
        self.root = root

    def mistakes(self, schema, value, place="$"):
        for keyword, argument in schema.items():
            if keyword in IGNORED:
                continue
            check = getattr(self, "check_" + keyword.lstrip("$"), None)
            if check is None:
                raise SystemExit(f"the schema keyword '{keyword}' is not known here")
            yield from check(argument, value, place, schema)

    def check_type(self, names, value, place, _schema):
        names = [names] if isinstance(names, str) else names
        if not any(TYPES[name](value) for name in names):
            yield f"{place}: is not {' or '.join(names)}"

    def check_const(self, wanted, value, place, _schema):
        if value != wanted:
            yield f"{place}: is not {wanted!r}"

    def check_enum(self, wanted, value, place, _schema):
        if value not in wanted:
            yield f"{place}: {value!r} is none of {wanted}"

    def check_ref(self, name, value, place, _schema):
        prefix = "#/$defs/"
        if not name.startswith(prefix):
            raise SystemExit(f"the reference '{name}' is not known here")
        yield from self.mistakes(self.root["$defs"][name[len(prefix):]], value, place)

    def check_anyOf(self, schemas, value, place, _schema):
        found = [list(self.mistakes(schema, value, place)) for schema in schemas]
        if all(found):
            yield from max(found, key=len)

    def check_properties(self, properties, value, place, _schema):
        if isinstance(value, dict):
            for name in properties.keys() & value.keys():
                yield from self.mistakes(properties[name], value[name], f"{place}.{name}")

    def check_required(self, names, value, place, _schema):
        if isinstance(value, dict):
            for name in names:
                if name not in value:
                    yield f"{place}: lacks '{name}'"

    def check_additionalProperties(self, rest, value, place, schema):
        if not isinstance(value, dict):
            return
        for name in sorted(value.keys() - schema.get("properties", {}).keys()):
            if rest is False:
                yield f"{place}: '{name}' is not in the schema"
            elif isinstance(rest, dict):
                yield from self.mistakes(rest, value[name], f"{place}.{name}")

    def check_propertyNames(self, names, value, place, _schema):
        if isinstance(value, dict):
            for name in value:
                yield from self.mistakes(names, name, f"{place} (name)")

    def check_items(self, schema, value, place, _schema):
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield from self.mistakes(schema, item, f"{place}[{index}]")

    def check_minimum(self, least, value, place, _schema):
        if is_integer(value) and value < least:
            yield f"{place}: {value} is less than {least}"

    def check_maximum(self, most, value, place, _schema):
        if is_integer(value) and value > most:
            yield f"{place}: {value} is more than {most}"

    def check_maxLength(self, most, value, place, _schema):
        if isinstance(value, str) and len(value) > most:
            yield f"{place}: is longer than {most}"

    def check_pattern(self, pattern, value, place, _schema):
        if isinstance(value, str) and not re.search(pattern, value):
            yield f"{place}: {value!r} does not match {pattern}"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    found = list(Checker(schema).mistakes(schema, json.load(sys.stdin)))
    for mistake in found:
        print(mistake)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
