/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unwrap.c - join the lines that a message was wrapped into */
#include <config.h>

#include <errno.h>
#include <stdlib.h>

#include "kernlog/unescape.h"
#include "oomreport/unwrap.h"

/* A word that is longer is not broken, so that its line may be longer than the others. */
#define LONG_WORD 40

/* So many lines of the same width are no chance. */
#define FULL_LINES 3

/* Blanks at either end of a line are lost where its end is not seen. */
#define LOST_BLANKS 2

void unwrap_begin(struct unwrap *unwrap)
{
	unwrap->waiting = false;
	unwrap->style = (struct unwrap_style){ .prefixed = false };
	unwrap->last_time = (struct oom_time){ .raw = "" };
	unwrap->last_host[0] = '\0';
	unwrap->message_timed = false;
}

static struct strview so_far(const struct unwrap *unwrap)
{
	return (struct strview){ unwrap->text, unwrap->length };
}

/*
 * A pager that chops lines has '>' where it did so: of the last figure or path in front of it
 * nobody knows how it goes on. The lines of these classes end in a figure.
 */
static void drop_cut_mark(struct unwrap *unwrap)
{
	if (!(oom_line_kinds[unwrap->type].flags & OOM_LINE_ENDS_IN_FIGURE) ||
	    strview_last(so_far(unwrap)) != '>')
		return;
	while (unwrap->length && !strchr(", ", unwrap->text[unwrap->length - 1]))
		unwrap->length--;
	while (unwrap->length && strchr(", ", unwrap->text[unwrap->length - 1]))
		unwrap->length--;
}

int unwrap_end(struct unwrap *unwrap)
{
	unsigned expected = reassembler_expects(unwrap->reassembler);
	enum oom_line_type type;

	if (!unwrap->waiting)
		return 0;
	unwrap->waiting = false;
	drop_cut_mark(unwrap);
	/* What it began like may not be what it is. */
	type = unwrap->whole ? unwrap->type : oom_line_type_of(so_far(unwrap), expected);
	if (!unwrap->kernels &&
	    !oom_line_is_kernels(type, so_far(unwrap), unwrap->timed,
				 unwrap->kmsg || reassembler_has_reports(unwrap->reassembler)))
		type = OOM_LINE_NONE;
	return reassembler_take(unwrap->reassembler, &(struct oom_line){
		.stripped = { .message = so_far(unwrap), .time = unwrap->time,
			      .caller = strview_of(unwrap->caller),
			      .host = strview_of(unwrap->host) },
		.type = type });
}

static void unwrap_add(struct unwrap *unwrap, struct strview piece)
{
	size_t room = UNWRAP_MAX - unwrap->length;
	size_t length = piece.length < room ? piece.length : room;

	if (length)
		memcpy(unwrap->text + unwrap->length, piece.at, length);
	unwrap->length += length;
	/* Where unescape_line() could not see it, torn into two lines. */
	plain_constraint(unwrap->text, strview_starts(so_far(unwrap), "oom-kill:c") ? 11 : 0);
}

/* What the message that waits would be with LINE behind it, and behind BETWEEN. */
static enum oom_line_type class_with(struct unwrap *unwrap, const char *between,
				     const struct log_prefix *line)
{
	size_t length = unwrap->length;
	enum oom_line_type type;

	unwrap_add(unwrap, strview_of(between));
	unwrap_add(unwrap, strview_trim(line->message));
	type = oom_line_type_of(so_far(unwrap), reassembler_expects(unwrap->reassembler));
	unwrap->length = length;
	return type;
}

/* What waits has got LINE; TYPE is what it is now. */
static void note_piece(struct unwrap *unwrap, const struct log_prefix *line,
		       enum oom_line_type type)
{
	unwrap->typed = type != OOM_LINE_NONE;
	/* With its rest it may turn out to be another. */
	if (!unwrap->whole && unwrap->typed)
		unwrap->type = type;
	unwrap->width = line->width;
	unwrap->padding = line->padding;
	unwrap->whole = unwrap->type != OOM_LINE_NONE &&
			oom_line_is_whole(unwrap->type, so_far(unwrap));
	/* What people write behind it, and is joined to it, does not change that. */
	if (unwrap->lines == 1)
		unwrap->kernels = unwrap->type != OOM_LINE_NONE &&
				  oom_line_is_kernels(unwrap->type, so_far(unwrap),
						      unwrap->timed,
						      reassembler_has_reports(unwrap->reassembler));
}

/* What LINE, of TYPE, has to say may go on in the next; or, with BEGUN, must. */
static int wait_for_rest(struct unwrap *unwrap, const struct log_prefix *line,
			 enum oom_line_type type, enum oom_line_type begun)
{
	if (!unwrap->text)
		unwrap->text = malloc(UNWRAP_MAX);
	if (!unwrap->text)
		return -ENOMEM;
	unwrap->waiting = true;
	unwrap->type = begun;
	unwrap->whole = false;
	unwrap->lines = 1;
	unwrap->length = 0;
	unwrap->doubt = 0;
	unwrap->indent = line->indent;
	unwrap->kmsg = line->kmsg;
	unwrap->timed = line->timed;
	unwrap->time = line->time;
	strview_copy_to(line->caller, unwrap->caller, sizeof(unwrap->caller));
	strview_copy_to(line->host, unwrap->host, sizeof(unwrap->host));
	unwrap_add(unwrap, line->message);
	note_piece(unwrap, line, type);
	return 0;
}

static struct strview last_word(struct strview text)
{
	size_t blank;

	text = strview_trim(text);
	blank = strview_find_last(text, " ");
	return blank == STRVIEW_NONE ? text : strview_from(text, blank + 1);
}

/* How wide the lines of this log may be, as far as LINE tells. */
static void note_width(struct unwrap_style *style, const struct log_prefix *line)
{
	size_t word = last_word(line->message).length;
	size_t width = word > LONG_WORD ? line->width - word : line->width;

	if (width > style->width) {
		style->width = width;
		style->full = 0;
	}
	style->full += width == style->width && width == line->width;
}

static bool is_same_moment(const struct oom_time *a, const struct oom_time *b)
{
	if (a->has_monotonic && b->has_monotonic)
		return a->monotonic_ns == b->monotonic_ns;
	return a->has_wall && b->has_wall && a->wall_ns == b->wall_ns;
}

/* Whether what waits fills its last line. */
static bool unwrap_is_full(const struct unwrap *unwrap)
{
	return unwrap->width + unwrap->padding >= unwrap->style.width;
}

/*
 * Whether LINE is what a device that cuts its lines has put behind a prefix of its own: alone it
 * is none of a report's, what it goes on with is not whole, and fills its line or was not enough
 * to be one of a report's.
 */
static bool is_dressed_rest(struct unwrap *unwrap, struct oom_line *line)
{
	enum oom_line_type type;

	if (unwrap->kmsg || unwrap->whole || (unwrap->typed && !unwrap_is_full(unwrap)) ||
	    !is_same_moment(&unwrap->time, &line->stripped.time) ||
	    !strview_is(line->stripped.host, unwrap->host))
		return false;
	type = oom_line_classify(line, reassembler_expects(unwrap->reassembler));
	return type == OOM_LINE_NONE || type == OOM_LINE_DECISION_REST;
}

/* Whether what waits may go on in LINE at all: more than its text says. */
static bool unwrap_may_go_on(struct unwrap *unwrap, struct oom_line *given)
{
	const struct log_prefix *line = &given->stripped;
	const struct unwrap_style *style = &unwrap->style;
	struct strview rest = line->message;
	size_t next;

	strview_skip_blanks(&rest);
	next = strview_take_word(&rest).length;
	if (!line->message.length || unwrap->lines == UNWRAP_LINES_MAX ||
	    !oom_line_may_join(unwrap->type, line->message) ||
	    (line->timed && !is_dressed_rest(unwrap, given)))
		return false;
	if (line->timed || unwrap->type == OOM_LINE_NONE)
		return class_with(unwrap, "", line) != OOM_LINE_NONE ||
		       class_with(unwrap, " ", line) != OOM_LINE_NONE;
	/* " SUBSYSTEM=acpi", more of a record, but not of its text */
	if (unwrap->kmsg && (unwrap->whole || line->indent))
		return false;
	if (!unwrap->whole)
		return true;
	/* Else the first word of LINE would have had its place in the line before. */
	return (style->wrapped || (style->prefixed &&
		oom_line_kinds[unwrap->type].flags & OOM_LINE_HARMLESS)) &&
	       unwrap->width + 1 + next > style->width;
}

/* Whether what waits fills its last line but for blanks at its end that were lost. */
static bool is_nearly_full(const struct unwrap *unwrap)
{
	return unwrap->width + unwrap->padding + LOST_BLANKS >= unwrap->style.width;
}

/* Whether LINE, of TYPE, goes on with what waits. */
static bool goes_on(const struct unwrap *unwrap, const struct log_prefix *line,
		    enum oom_line_type type)
{
	if (line->timed || unwrap->type == OOM_LINE_NONE)
		return true;
	if (unwrap->style.by_byte && !unwrap->style.by_word && unwrap->style.prefixed)
		return is_nearly_full(unwrap);
	if (unwrap->whole)
		return type == OOM_LINE_NONE && !oom_line_is_other(line->message);
	return oom_line_goes_on(unwrap->type, line->message, type, unwrap->style.prefixed);
}

/* Whether what waits ends in the middle of a word that LINE goes on with. */
static bool unwrap_is_torn(struct unwrap *unwrap, const struct log_prefix *line)
{
	struct unwrap_style *style = &unwrap->style;
	bool full = unwrap_is_full(unwrap);
	struct strview last = last_word(so_far(unwrap));

	if (unwrap->padding)
		return false;
	/* Who breaks at blanks leaves none at the beginning of a line. */
	if (line->indent > unwrap->indent) {
		style->by_byte |= full;
		return false;
	}
	if (oom_line_is_torn(unwrap->type, so_far(unwrap), last, line->message)) {
		style->by_byte |= full && strview_last(last) != ':';
		return true;
	}
	/* One word, unless a name in it has a blank. */
	if (unwrap->type == OOM_LINE_DECISION && (full || strview_has(line->message, "=")))
		return true;
	return full && !style->by_word && (style->by_byte || style->full >= FULL_LINES);
}

/* The same, but where only one of both makes a line of a report, it is that. */
static bool is_torn_by_class(struct unwrap *unwrap, const struct log_prefix *line)
{
	bool torn = unwrap_is_torn(unwrap, line);
	bool without = class_with(unwrap, "", line) != OOM_LINE_NONE;

	if (without == (class_with(unwrap, " ", line) != OOM_LINE_NONE))
		return torn;
	unwrap->style.by_byte |= without && unwrap_is_full(unwrap);
	return without;
}

static void unwrap_go_on(struct unwrap *unwrap, const struct log_prefix *line)
{
	struct unwrap_style *style = &unwrap->style;
	bool full = unwrap_is_full(unwrap) && !unwrap->padding && line->indent <= unwrap->indent;
	bool torn;

	while (unwrap->length && strview_is_blank(unwrap->text[unwrap->length - 1]))
		unwrap->length--;
	torn = is_torn_by_class(unwrap, line);
	/* A blank is none if this log is broken inside of words, as was seen since. */
	if (unwrap->doubt && style->by_byte && !style->by_word) {
		char *blank = unwrap->text + unwrap->doubt;

		unwrap->length--;
		memmove(blank, blank + 1, unwrap->length - unwrap->doubt);
		unwrap->doubt = 0;
	}
	style->wrapped = true;
	style->by_word |= !torn && !is_nearly_full(unwrap);
	if (!torn && full)
		unwrap->doubt = unwrap->length;
	if (!torn)
		unwrap_add(unwrap, strview_of(" "));
	unwrap_add(unwrap, strview_trim(line->message));
	unwrap->lines++;
	note_piece(unwrap, line, oom_line_type_of(so_far(unwrap), reassembler_expects(unwrap->reassembler)));
}

static bool has_time(const struct log_prefix *line)
{
	return line->time.raw[0] || line->time.has_monotonic || line->time.has_wall;
}

/*
 * Lines without time and host are of the message above them, or of a log without times. The
 * date of what is no message, of a mail that quotes some, is not theirs.
 */
static void inherit_prefix(struct unwrap *unwrap, struct log_prefix *line)
{
	if (!has_time(line) && (line->timed || unwrap->message_timed)) {
		line->time = unwrap->last_time;
		line->time.inherited = true;
	}
	if (line->timed || line->host.length)
		strview_copy_to(line->host, unwrap->last_host, sizeof(unwrap->last_host));
	else
		line->host = strview_of(unwrap->last_host);
	if (line->timed)
		unwrap->style.prefixed = true;
}

unsigned unwrap_expects(const struct unwrap *unwrap)
{
	unsigned expected = reassembler_expects(unwrap->reassembler);

	return expected | (unwrap->waiting ? oom_line_kinds[unwrap->type].begins : 0);
}

/* What LINE is. Takes unknown prefixes off. */
static enum oom_line_type classify(const struct unwrap *unwrap, struct oom_line *line)
{
	unsigned expected = unwrap_expects(unwrap);

	if (oom_line_classify(line, expected) == OOM_LINE_NONE && line->stripped.message.length)
		line->type = oom_line_type_find(&line->stripped.message, expected,
						line->stripped.timed || unwrap->waiting);
	return line->type;
}

/* A line that goes on with no other. */
static int unwrap_begin_message(struct unwrap *unwrap, struct oom_line *given)
{
	const struct log_prefix *line = &given->stripped;
	enum oom_line_type type = given->type, begun = type;

	if (type == OOM_LINE_NONE && line->width)
		begun = oom_line_type_begun(line->message, reassembler_expects(unwrap->reassembler));
	/*
	 * What is no line of text was never wrapped. Others may have been broken off before
	 * anything of a report's was in them.
	 */
	if (line->width &&
	    (begun != OOM_LINE_NONE || (line->timed && !line->kmsg && line->message.length &&
				       line->width == unwrap->style.width)))
		return wait_for_rest(unwrap, line, type, begun);
	/* What is no line of text either comes from the kernel itself. */
	if (line->width && !oom_line_is_kernels(type, line->message, line->timed,
						reassembler_has_reports(unwrap->reassembler)))
		given->type = OOM_LINE_NONE;
	return reassembler_take(unwrap->reassembler, given);
}

int unwrap_take(struct unwrap *unwrap, struct oom_line *line)
{
	struct log_prefix *stripped = &line->stripped;
	struct strview message = stripped->message;
	bool timed = has_time(stripped);
	int r = 0;

	inherit_prefix(unwrap, stripped);
	note_width(&unwrap->style, stripped);
	if (unwrap->waiting && !unwrap_may_go_on(unwrap, line))
		r = unwrap_end(unwrap);
	if (r < 0)
		return r;
	if (stripped->dropped)
		reassembler_miss(unwrap->reassembler, stripped->dropped);
	classify(unwrap, line);
	if (timed) {
		unwrap->last_time = stripped->time;
		unwrap->message_timed = line->type != OOM_LINE_NONE;
	}
	if (unwrap->waiting && goes_on(unwrap, stripped, line->type)) {
		/* What seemed to be prefixes is a part of the message. */
		stripped->message = message;
		line->type = unwrap->type;
		unwrap_go_on(unwrap, stripped);
		return 0;
	}
	if (unwrap->waiting) {
		r = unwrap_end(unwrap);
		classify(unwrap, line);
	}
	return r < 0 ? r : unwrap_begin_message(unwrap, line);
}

void unwrap_free(struct unwrap *unwrap)
{
	free(unwrap->text);
	unwrap->text = NULL;
}
