/* SPDX-License-Identifier: GPL-2.0-or-later */
/* json-object.c - fields of a JSON record, and its line */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/program.h"
#include "lib/utf8.h"
#include "output/json-object.h"

struct json_object *json_new_record(const char *kind)
{
	struct json_object *object = json_object_new_object();

	json_add_text(object, "record", kind);
	return object;
}

struct json_object *json_new_text(const char *text)
{
	char *valid = utf8_repair(text);
	struct json_object *object = valid ? json_object_new_string(valid) : NULL;

	free(valid);
	return object;
}

void json_add(struct json_object *object, const char *key, struct json_object *value)
{
	if (!object || json_object_object_add(object, key, value) < 0)
		json_object_put(value);
}

void json_add_text(struct json_object *object, const char *key, const char *text)
{
	json_add(object, key, text && *text ? json_new_text(text) : NULL);
}

void json_add_integer(struct json_object *object, const char *key, int64_t value)
{
	json_add(object, key, json_object_new_int64(value));
}

void json_add_flag(struct json_object *object, const char *key, bool value)
{
	json_add(object, key, json_object_new_boolean(value));
}

void json_add_size(struct json_object *object, const char *key, uint64_t value)
{
	json_add(object, key, value == UINT64_MAX ? NULL : json_object_new_uint64(value));
}

/* json-c escapes what JSON forbids: the control characters below the blank, and no others. */
int json_write_record(FILE *stream, struct json_object *object)
{
	const char *text = object ? json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN |
						JSON_C_TO_STRING_NOSLASHESCAPE) : NULL;
	const char *written = text;
	uint32_t character = 0;
	int r = -ENOMEM;

	for (size_t length; text && *text; text += length) {
		char alone[5] = "", safe[SAFE_ROOM(sizeof(alone))];

		length = 1;
		if (*text >= ' ' && *text < 0x7f)
			continue;
		length = utf8_decode(text, &character);
		length = length ? length : 1;
		/* All that is harmful is below U+10000: one \u. */
		memcpy(alone, text, length);
		if (character > UINT16_MAX || !strcmp(safe_text(safe, sizeof(safe), alone), alone))
			continue;
		fwrite(written, 1, (size_t)(text - written), stream);
		fprintf(stream, "\\u%04x", (unsigned)character);
		written = text + length;
	}
	if (text) {
		fprintf(stream, "%s\n", written);
		r = stream_flush(stream);
	}
	json_object_put(object);
	return r;
}
