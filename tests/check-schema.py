#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""check-schema.py SCHEMA - hold each line of standard input against the JSON Schema of the records

Here a field that the schema does not name is wrong: it would be one that no document promises.
"""
import json
import sys

import jsonschema


def close(schema):
    """Allow no properties but those that are named."""
    if isinstance(schema, dict):
        if "properties" in schema and "required" in schema and "allOf" not in schema:
            schema.setdefault("additionalProperties", False)
        for value in schema.values():
            close(value)
    elif isinstance(schema, list):
        for value in schema:
            close(value)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    close(schema)
    validator = jsonschema.Draft202012Validator(schema)
    wrong = count = 0
    for line in sys.stdin.buffer:
        count += 1
        record = json.loads(line)
        for error in validator.iter_errors(record):
            while error.context:
                error = error.context[0]
            wrong += 1
            print(f"line {count}, {record.get('record')}, {error.json_path}: {error.message[:200]}")
    print(f"{count} records, {wrong} wrong")
    return 1 if wrong or not count else 0


sys.exit(main())
