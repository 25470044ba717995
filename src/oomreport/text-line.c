/* SPDX-License-Identifier: GPL-2.0-or-later */
/* text-line.c - take off what stands in front of the kernel's words, and put lines in order */
#include <config.h>

#include "kernlog/unescape.h"
#include "oomreport/stages.h"

/* What turn_take() gives out. */
static int take_in_order(void *context, const struct oom_line *kept)
{
	struct text_lines *lines = context;
	struct oom_line line = *kept;

	return unwrap_take(&lines->unwrap, &line);
}

int text_lines_take_stripped(struct text_lines *lines, struct oom_line *line)
{
	struct log_prefix *stripped = &line->stripped;
	enum oom_line_type type;
	int r = 0;

	lines->quiet += TEXT_LINE_QUIET;
	/*
	 * A line that is another program's by its tag is the kernel's nevertheless, if it is one
	 * without a tag that begins with two words and a colon: "Hardware name: ". What begins
	 * with a name could be anything.
	 */
	if (stripped->foreign) {
		stripped->host.length = 0;
		type = oom_line_classify(line, 0);
		if (type <= OOM_LINE_CPUSET || type >= OOM_LINE_DROPPED)
			return 0;
	}
	/*
	 * A line waits while it may be of a log that has its newest line first. What is no line of
	 * text comes from the kernel itself.
	 */
	if (stripped->width && lines->turn.order != TURN_FORWARD) {
		oom_line_classify(line, 0);
		r = turn_take(&lines->turn, line, take_in_order, lines);
	}
	if (r == 0)
		r = unwrap_take(&lines->unwrap, line);
	if (line->type != OOM_LINE_NONE)
		lines->quiet = 0;
	return r < 0 ? r : 0;
}

/*
 * Takes off the prefix that other lines of this log have taught, where LINE, which is TEXT without
 * what is known of prefixes beforehand, has none of a report's texts. The best is one that leaves
 * such a text.
 */
static void take_learned_prefix(struct text_lines *lines, struct strview text,
				struct oom_line *line)
{
	struct log_prefix *stripped = &line->stripped;
	struct oom_time before = stripped->time;
	struct prefix_parts parts, found = { .quote = '\0' };
	unsigned expected = unwrap_expects(&lines->unwrap);
	bool is_type = false;

	if (stripped->foreign || stripped->kmsg || !lines->prefixes.count)
		return;
	switch (oom_line_classify(line, expected)) {
	case OOM_LINE_NONE:
	case OOM_LINE_ROW: /* a prefix may begin with a number in brackets, too */
	case OOM_LINE_INVOKED: /* what is a name's is not known */
	case OOM_LINE_CPUSET:
		break;
	default:
		return;
	}
	for (size_t i = 0; !is_type && i < lines->prefixes.count; i++) {
		const struct prefix_shape *shape = &lines->prefixes.shapes[i];

		if (!prefix_split(shape, text, &parts))
			continue;
		is_type = oom_line_type_of(parts.text, expected) != OOM_LINE_NONE;
		if (is_type || (!found.text.at && prefix_is_sure(shape, parts.front)))
			found = parts;
	}
	if (!found.text.at || found.text.at < stripped->message.at)
		return;
	if (found.quote)
		found.text.length = prefix_unquote((char *)(uintptr_t)found.text.at,
						   found.text.length, found.quote);
	stripped->message = found.text;
	line->has_type = false;
	/* What was read where a known prefix seemed to be is a part of this one. */
	stripped->time = (struct oom_time){ .raw = "" };
	prefix_read(found.front, lines->now_ns, stripped);
	if (!stripped->time.has_wall && !stripped->time.has_monotonic)
		stripped->time = before;
	for (size_t i = 0; i < found.front.length && !stripped->timed; i++)
		stripped->timed = !strchr(" \t>|\"'", found.front.at[i]);
}

/*
 * Takes TEXT, of memory of ours. ENTRY, where not NULL, is what it was found in, and says what the
 * line does not.
 */
static int strip_line(struct text_lines *lines, struct strview text,
		      const struct structured_entry *entry)
{
	struct oom_line line = { .has_type = false };
	struct log_prefix *stripped = &line.stripped;
	struct strview *message = &stripped->message;
	struct oom_time *time = &stripped->time;
	size_t length;

	log_prefix_strip(text, lines->now_ns, stripped);
	take_learned_prefix(lines, text, &line);
	if (entry) {
		stripped->timed = true;
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
		if (entry->host[0])
			stripped->host = strview_of(entry->host);
		if (entry->caller[0])
			stripped->caller = strview_of(entry->caller);
	}
	/* The journal has it as it was. */
	if (!entry || !entry->record || stripped->kmsg) {
		length = unescape_bytes((char *)(uintptr_t)message->at, message->length,
					stripped->kmsg ? UNESCAPE_KMSG
					: stripped->syslog ? UNESCAPE_SYSLOG : UNESCAPE_OTHER);
		line.has_type = line.has_type && length == message->length;
		message->length = length;
	}
	return text_lines_take_stripped(lines, &line);
}

/* Takes the lines that wait: it is known what stands in front of a text, or will not be. */
static int release_held(struct text_lines *lines)
{
	struct strview rest = { lines->held_text, lines->held_length };
	size_t count = lines->held_count;
	int r = 0;

	if (count)
		prefix_learn_end(&lines->prefixes, strview_head(rest, lines->held[0].length));
	lines->held_count = lines->held_length = 0;
	for (size_t i = 0; r == 0 && i < count; i++) {
		const struct held_line *held = &lines->held[i];

		r = strip_line(lines, strview_head(rest, held->length),
			       held->has_entry ? &held->entry : NULL);
		rest = strview_from(rest, held->length);
	}
	return r;
}

int text_lines_take(struct text_lines *lines, struct strview text,
		    const struct structured_entry *entry)
{
	size_t at;
	int r;

	lines->escaped = lines->escaped || strview_has(text, "gfp_mask\\=0x") ||
			 strview_has(text, "oom-kill:constraint\\=CONSTRAINT_");
	if (lines->escaped)
		text.length = plain_equals((char *)(uintptr_t)text.at, text.length);
	/* An unmistakable line teaches its prefix, unless that is known beforehand. */
	at = prefix_find(text);
	if (at != STRVIEW_NONE) {
		struct log_prefix known;

		log_prefix_strip(text, lines->now_ns, &known);
		if (!known.foreign && known.message.at < text.at + at)
			prefix_learn(&lines->prefixes, text, at);
	} else if ((lines->held_count || strview_has(text, "invoked oom-killer: gfp_mask=")) &&
		   lines->held_count < TEXT_LINES_HELD && !strview_has(text, "\n") &&
		   text.length < TEXT_LINES_HELD_MAX - lines->held_length) {
		struct held_line *held = &lines->held[lines->held_count++];

		held->length = text.length;
		held->has_entry = entry != NULL;
		if (entry)
			held->entry = *entry;
		if (text.length)
			memcpy(lines->held_text + lines->held_length, text.at, text.length);
		lines->held_length += text.length;
		return 0;
	}
	r = release_held(lines);
	return r < 0 ? r : strip_line(lines, text, entry);
}

/* Takes the first line of *text, which may end as those of a serial console do. */
static struct strview take_first_line(struct strview *text)
{
	struct strview line = strview_head(*text, strview_find(*text, "\n"));

	*text = strview_from(*text, line.length + 1);
	while (strview_last(line) == '\r')
		line.length--;
	return line;
}

int text_lines_take_entry(struct text_lines *lines, const struct structured_entry *entry)
{
	static const char end[] = "\\r\\n";
	struct strview rest = { entry->message, entry->length }, behind;
	bool many = false;
	int r = 0;

	/* A serial console's line ends, as a cloud's log keeps them */
	if (!entry->record && rest.length >= 4 && !memcmp(rest.at + rest.length - 4, end, 4)) {
		size_t kept = 0;

		while (rest.length) {
			bool found = strview_skip(&rest, end);

			entry->message[kept++] = found ? '\n' : rest.at[0];
			rest = strview_from(rest, !found);
		}
		while (kept && entry->message[kept - 1] == '\n')
			kept--;
		rest = (struct strview){ entry->message, kept };
	}
	/*
	 * Its lines are so many of a log if one behind the first has a time of its own or, where
	 * it is not known that the message is one record, begins what is no part of another.
	 */
	behind = rest;
	for (take_first_line(&behind); !many && behind.length;) {
		struct log_prefix stripped;
		enum oom_line_type type;

		log_prefix_strip(take_first_line(&behind), lines->now_ns, &stripped);
		type = oom_line_type_of(stripped.message, 0);
		many = stripped.timed || (!entry->record && type != OOM_LINE_NONE &&
					  type != OOM_LINE_COUNTS);
	}
	if (!many)
		return text_lines_take(lines, rest, entry);
	while (r == 0 && rest.length)
		r = text_lines_take(lines, take_first_line(&rest), entry);
	return r;
}

int text_lines_pause(struct text_lines *lines)
{
	int r = release_held(lines);

	if (r == 0)
		r = turn_pause(&lines->turn, take_in_order, lines);
	return r < 0 ? r : unwrap_end(&lines->unwrap);
}

void text_lines_begin(struct text_lines *lines)
{
	unwrap_begin(&lines->unwrap);
	lines->prefixes.count = lines->prefixes.next = 0;
	lines->escaped = false;
}

int text_lines_end(struct text_lines *lines)
{
	int r = turn_end(&lines->turn, take_in_order, lines);

	return r < 0 ? r : unwrap_end(&lines->unwrap);
}
