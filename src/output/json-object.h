/* SPDX-License-Identifier: GPL-2.0-or-later */
/* json-object.h - build a JSON record and write it as one line, through json-c */
#ifndef PT_JSON_OBJECT_H
#define PT_JSON_OBJECT_H

#include <json.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* An object with "record": KIND, or NULL: out of memory. */
struct json_object *json_new_record(const char *kind);

/* A string; what is no UTF-8 (RFC 3629) becomes U+FFFD. NULL: out of memory. */
struct json_object *json_new_text(const char *text);

/*
 * Each adds a field. A key that is there already gets the new value. An OBJECT that is NULL, for
 * want of memory, is left out of the record it belongs to: null.
 */
void json_add(struct json_object *object, const char *key, struct json_object *value);

/* null for NULL and for "". */
void json_add_text(struct json_object *object, const char *key, const char *text);

void json_add_integer(struct json_object *object, const char *key, int64_t value);
void json_add_flag(struct json_object *object, const char *key, bool value);

/* A size or count; UINT64_MAX, which stands for an unknown one, is null. */
void json_add_size(struct json_object *object, const char *key, uint64_t value);

/*
 * Writes OBJECT as one line, flushes and releases it. No control character, and none that turns
 * the direction of text, is written as it is. Returns 0, -ENOMEM, or a negative errno of writing.
 */
int json_write_record(FILE *stream, struct json_object *object);

#endif
