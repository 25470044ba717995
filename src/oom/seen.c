/* SPDX-License-Identifier: GPL-2.0-or-later */
/* seen.c - count lines, and read time and host off the first and the last one */
#include <config.h>

#include "log/clothing.h"
#include "log/fields.h"
#include "log/plain.h"
#include "oom/seen.h"

/* Each of the eight bytes of a word. */
#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Counts newlines, which must not cost what looking for words does: eight bytes at a time. */
static uint64_t count_lines(struct text data)
{
	uint64_t lines = 0;

	while (data.length >= sizeof(uint64_t)) {
		uint64_t counts = 0;

		/* A byte counts up to 255. */
		for (int i = 0; i < 255 && data.length >= sizeof(uint64_t); i++) {
			uint64_t word;

			memcpy(&word, data.at, sizeof(word));
			word ^= EACH('\n');
			word = ~(((word & EACH(0x7f)) + EACH(0x7f)) | word | EACH(0x7f));
			counts += word >> 7;
			data = text_from(data, sizeof(word));
		}
		for (; counts; counts >>= 8)
			lines += counts & 0xff;
	}
	for (size_t i = 0; i < data.length; i++)
		lines += data.at[i] == '\n';
	return lines;
}

static void keep_tail(struct seen *seen, struct text data)
{
	size_t kept = seen->tail_length;

	if (data.length > SEEN_BYTES)
		data = text_from(data, data.length - SEEN_BYTES);
	if (kept > SEEN_BYTES - data.length) {
		kept = SEEN_BYTES - data.length;
		memmove(seen->tail, seen->tail + seen->tail_length - kept, kept);
	}
	memcpy(seen->tail + kept, data.at, data.length);
	seen->tail_length = kept + data.length;
}

void seen_bytes(struct seen *seen, struct text data)
{
	struct text head = text_head(data, SEEN_BYTES - seen->head_length);

	if (!data.length)
		return;
	memcpy(seen->head + seen->head_length, head.at, head.length);
	seen->head_length += head.length;
	keep_tail(seen, data);
	seen->lines += count_lines(data);
	seen->torn = text_last(data) != '\n';
}

static void note_line(struct seen_line *line, const struct oom_time *time, struct text host)
{
	if (!time->has_wall && !time->has_monotonic)
		return;
	line->said = true;
	line->time = *time;
	text_copy_to(host, line->host, sizeof(line->host));
}

void seen_record(struct seen *seen, const struct oom_time *time, const char *host)
{
	seen->lines++;
	if (!seen->first.said)
		note_line(&seen->first, time, text_of(host));
	note_line(&seen->last, time, text_of(host));
}

static int take_entry(void *context, const struct fields_entry *entry)
{
	note_line(context, &entry->time, text_of(entry->host));
	return 0;
}

/* The lines of TEXT, up to the first with a time, or to the last. */
static void read_lines(struct text text, int64_t now_ns, bool first, struct seen_line *ret_line)
{
	struct fields fields = { .open = false };
	char copy[SEEN_BYTES];

	while (text.length && !(first && ret_line->said)) {
		struct text line = text_head(text, text_find(text, "\n"));
		struct clothing clothing;

		text = text_from(text, line.length + 1);
		if (fields_take(&fields, line, now_ns, take_entry, ret_line))
			continue;
		if (line.length)
			memcpy(copy, line.at, line.length);
		line = (struct text){ copy, plain_line(copy, line.length) };
		clothing_take_off(line, now_ns, &clothing);
		note_line(ret_line, &clothing.time, clothing.host);
	}
	fields_end(&fields, take_entry, ret_line);
	fields_free(&fields);
}

void seen_end(struct seen *seen, int64_t now_ns)
{
	struct text head = { seen->head, seen->head_length };
	struct text tail = { seen->tail, seen->tail_length };

	/* The first line of the tail is cut, unless the head has it too. */
	if (seen->tail_length == SEEN_BYTES)
		text_skip_past(&tail, "\n");
	if (!seen->first.said)
		read_lines(head, now_ns, true, &seen->first);
	read_lines(tail, now_ns, false, &seen->last);
	seen->lines += seen->torn;
	seen->torn = false;
	seen->head_length = seen->tail_length = 0;
}
