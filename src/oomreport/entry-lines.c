/* SPDX-License-Identifier: GPL-2.0-or-later */
/* entry-lines.c - what a message of JSON or of a journal's export has in it */
#include <config.h>

#include "kernlog/known-prefix.h"
#include "oomreport/entry-lines.h"
#include "oomreport/message.h"

void entry_add_time(const struct structured_entry *entry, struct oom_time *time)
{
	if (!time->has_wall && entry->time.raw[0])
		memcpy(time->raw, entry->time.raw, sizeof(time->raw));
	if (!time->has_wall && entry->time.has_wall) {
		time->has_wall = true;
		time->wall_ns = entry->time.wall_ns;
		time->wall_guessed = entry->time.wall_guessed;
	}
	if (!time->has_monotonic && entry->time.has_monotonic) {
		time->has_monotonic = true;
		time->monotonic_ns = entry->time.monotonic_ns;
	}
}

struct strview entry_take_line(struct strview *text)
{
	struct strview line = strview_head(*text, strview_find(*text, "\n"));

	*text = strview_from(*text, line.length + 1);
	while (strview_last(line) == '\r')
		line.length--;
	return line;
}

bool entry_holds_lines(struct strview message, bool record, int64_t now_ns)
{
	entry_take_line(&message);
	while (message.length) {
		struct log_prefix log_prefix;
		enum oom_line_type type;

		log_prefix_strip(entry_take_line(&message), now_ns, &log_prefix);
		if (log_prefix.timed)
			return true;
		type = oom_line_type_of(log_prefix.message, 0);
		if (!record && type != OOM_LINE_NONE && type != OOM_LINE_COUNTS)
			return true;
	}
	return false;
}

struct strview entry_text(const struct structured_entry *entry)
{
	static const char end[] = "\\r\\n";
	struct strview rest = { entry->message, entry->length };
	size_t kept = 0;

	if (entry->record || rest.length < 4 || memcmp(rest.at + rest.length - 4, end, 4))
		return rest;
	while (rest.length) {
		bool found = strview_skip(&rest, end);

		entry->message[kept++] = found ? '\n' : rest.at[0];
		rest = strview_from(rest, !found);
	}
	while (kept && entry->message[kept - 1] == '\n')
		kept--;
	return (struct strview){ entry->message, kept };
}
