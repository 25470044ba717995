/* SPDX-License-Identifier: GPL-2.0-or-later */
/* seen.c - count lines, and read time and host off the first and the last one */
#include <config.h>

#include "kernlog/prefix.h"
#include "kernlog/structured.h"
#include "kernlog/unescape.h"
#include "oomreport/seen.h"

/* Each of the eight bytes of a word. */
#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

void seen_bytes(struct seen *seen, struct strview data)
{
	struct strview head = strview_head(data, SEEN_BYTES - seen->head_length);

	if (!data.length)
		return;
	memcpy(seen->head + seen->head_length, head.at, head.length);
	seen->head_length += head.length;
	strview_keep_last(seen->tail, &seen->tail_length, SEEN_BYTES, data);
	seen->torn = strview_last(data) != '\n';
	/* Counting must not cost what looking for words does: eight bytes at a time. */
	while (data.length >= sizeof(uint64_t)) {
		uint64_t counts = 0, word;

		/* A byte counts up to 255. */
		for (int i = 0; i < 255 && data.length >= sizeof(word); i++) {
			memcpy(&word, data.at, sizeof(word));
			word ^= EACH('\n');
			word = ~(((word & EACH(0x7f)) + EACH(0x7f)) | word | EACH(0x7f));
			counts += word >> 7;
			data = strview_from(data, sizeof(word));
		}
		for (; counts; counts >>= 8)
			seen->lines += counts & 0xff;
	}
	for (size_t i = 0; i < data.length; i++)
		seen->lines += data.at[i] == '\n';
}

static void seen_note_line(struct seen_line *line, const struct oom_time *time,
			   struct strview host)
{
	if (!time->has_wall && !time->has_monotonic)
		return;
	line->has_time = true;
	line->time = *time;
	strview_copy_to(host, line->host, sizeof(line->host));
}

void seen_record(struct seen *seen, const struct oom_time *time, const char *host)
{
	seen->lines++;
	if (!seen->first.has_time)
		seen_note_line(&seen->first, time, strview_of(host));
	seen_note_line(&seen->last, time, strview_of(host));
}

static int seen_take_entry(void *context, const struct structured_entry *entry)
{
	seen_note_line(context, &entry->time, strview_of(entry->host));
	return 0;
}

/* The lines of TEXT, of memory of ours, up to the first with a time, or to the last. */
static void seen_read_lines(struct strview text, int64_t now_ns, bool first,
			    struct seen_line *ret_line)
{
	struct structured structured = { .open = false };

	while (text.length && !(first && ret_line->has_time)) {
		struct strview line = strview_head(text, strview_find(text, "\n"));
		struct log_prefix stripped;

		text = strview_from(text, line.length + 1);
		if (structured_take(&structured, line, now_ns, seen_take_entry, ret_line))
			continue;
		line.length = unescape_line((char *)(uintptr_t)line.at, line.length);
		log_prefix_strip(line, now_ns, &stripped);
		seen_note_line(ret_line, &stripped.time, stripped.host);
	}
	structured_end(&structured, seen_take_entry, ret_line);
	structured_free(&structured);
}

void seen_end(struct seen *seen, int64_t now_ns)
{
	struct strview head = { seen->head, seen->head_length };
	struct strview tail = { seen->tail, seen->tail_length };

	/* The first line of the tail is cut, unless the head has it too. */
	if (seen->tail_length == SEEN_BYTES)
		strview_skip_past(&tail, "\n");
	if (!seen->first.has_time)
		seen_read_lines(head, now_ns, true, &seen->first);
	seen_read_lines(tail, now_ns, false, &seen->last);
	seen->lines += seen->torn;
	seen->torn = false;
	seen->head_length = seen->tail_length = 0;
}
