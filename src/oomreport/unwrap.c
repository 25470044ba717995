/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unwrap.c - join the lines that a message was wrapped into */
#include <config.h>

#include "kernlog/unescape.h"
#include "oomreport/stages.h"

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

unsigned unwrap_expects(const struct unwrap *unwrap)
{
	unsigned expected = reassembler_expects(unwrap->reassembler);

	return expected | (unwrap->waiting ? oom_line_kinds[unwrap->line.type].begins : 0);
}

int unwrap_end(struct unwrap *unwrap)
{
	struct oom_line *line = &unwrap->line;
	struct strview *text = &line->stripped.message;

	if (!unwrap->waiting)
		return 0;
	unwrap->waiting = false;
	/*
	 * A pager that chops lines has '>' where it did so: of the last figure or path in front of
	 * it nobody knows how it goes on.
	 */
	if (oom_line_kinds[line->type].flags & OOM_LINE_ENDS_IN_FIGURE &&
	    strview_last(*text) == '>') {
		while (text->length && !strchr(", ", strview_last(*text)))
			text->length--;
		while (text->length && strchr(", ", strview_last(*text)))
			text->length--;
	}
	/* What it began like may not be what it is. */
	if (!unwrap->whole)
		line->type = oom_line_type_of(*text, reassembler_expects(unwrap->reassembler));
	if (!unwrap->kernels &&
	    !oom_line_is_kernels(line->type, *text, line->stripped.timed,
				 line->stripped.kmsg ||
				 reassembler_has_reports(unwrap->reassembler)))
		line->type = OOM_LINE_NONE;
	return reassembler_take(unwrap->reassembler, line);
}

/* Adds PIECE to the message that waits. */
static void unwrap_add(struct unwrap *unwrap, struct strview piece)
{
	struct strview *text = &unwrap->line.stripped.message;

	piece = strview_head(piece, UNWRAP_MAX - text->length);
	if (piece.length)
		memcpy(unwrap->text + text->length, piece.at, piece.length);
	text->length += piece.length;
	/* Where unescape_line() could not see it, torn into two lines. */
	plain_constraint(unwrap->text, strview_starts(*text, "oom-kill:c") ? 11 : 0);
}

/* Whether the message that waits is of a type with LINE behind it, and behind BETWEEN. */
static bool unwrap_has_type_with(struct unwrap *unwrap, const char *between,
			  const struct log_prefix *line)
{
	struct strview *text = &unwrap->line.stripped.message;
	size_t length = text->length;
	enum oom_line_type type;

	unwrap_add(unwrap, strview_of(between));
	unwrap_add(unwrap, strview_trim(line->message));
	type = oom_line_type_of(*text, reassembler_expects(unwrap->reassembler));
	text->length = length;
	return type != OOM_LINE_NONE;
}

/* The message that waits has got LINE; TYPE is what it is now. */
static void unwrap_note_piece(struct unwrap *unwrap, const struct log_prefix *line,
		       enum oom_line_type type)
{
	struct oom_line *waiting = &unwrap->line;

	unwrap->typed = type != OOM_LINE_NONE;
	/* With its rest it may turn out to be another. */
	if (!unwrap->whole && unwrap->typed)
		waiting->type = type;
	waiting->stripped.width = line->width;
	waiting->stripped.padding = line->padding;
	unwrap->whole = waiting->type != OOM_LINE_NONE &&
			oom_line_is_whole(waiting->type, waiting->stripped.message);
}

static struct strview last_word(struct strview text)
{
	size_t blank;

	text = strview_trim(text);
	blank = strview_find_last(text, " ");
	return blank == STRVIEW_NONE ? text : strview_from(text, blank + 1);
}

/* Whether the message that waits fills its last line but for BLANKS at its end that were lost. */
static bool unwrap_is_full(const struct unwrap *unwrap, size_t blanks)
{
	const struct log_prefix *last = &unwrap->line.stripped;

	return last->width + last->padding + blanks >= unwrap->style.width;
}

/* What LINE is by itself. Takes unknown prefixes off. */
static enum oom_line_type unwrap_classify(const struct unwrap *unwrap, struct oom_line *line)
{
	unsigned expected = unwrap_expects(unwrap);

	if (oom_line_classify(line, expected) == OOM_LINE_NONE && line->stripped.message.length)
		line->type = oom_line_type_find(&line->stripped.message, expected,
						line->stripped.timed || unwrap->waiting);
	return line->type;
}

/* Whether the message that waits goes on in LINE. */
static bool unwrap_goes_on(struct unwrap *unwrap, struct oom_line *line)
{
	const struct log_prefix *stripped = &line->stripped, *first = &unwrap->line.stripped;
	const struct oom_time *a = &first->time, *b = &stripped->time;
	const struct unwrap_style *style = &unwrap->style;
	struct strview rest = stripped->message;
	enum oom_line_type type = OOM_LINE_NONE;
	bool at_once;

	if (!rest.length || unwrap->lines == UNWRAP_LINES_MAX ||
	    !oom_line_may_join(unwrap->line.type, rest))
		return false;
	if (stripped->timed) {
		/*
		 * A device that cuts its lines may have put a prefix of its own in front: the line
		 * alone is none of a report's, what it goes on with is not whole, and fills its
		 * line or was not enough to be one of a report's.
		 */
		at_once = a->has_monotonic && b->has_monotonic
			  ? a->monotonic_ns == b->monotonic_ns
			  : a->has_wall && b->has_wall && a->wall_ns == b->wall_ns;
		if (!at_once || first->kmsg || unwrap->whole ||
		    (unwrap->typed && !unwrap_is_full(unwrap, 0)) ||
		    !strview_is(stripped->host, unwrap->host))
			return false;
		type = oom_line_classify(line, reassembler_expects(unwrap->reassembler));
	}
	if (stripped->timed || unwrap->line.type == OOM_LINE_NONE)
		return (type == OOM_LINE_NONE || type == OOM_LINE_DECISION_REST) &&
		       (unwrap_has_type_with(unwrap, "", stripped) ||
			unwrap_has_type_with(unwrap, " ", stripped));
	/* " SUBSYSTEM=acpi", more of a record, but not of its text */
	if (first->kmsg && (unwrap->whole || stripped->indent))
		return false;
	/* Behind a whole one the next word would have had its place in the line before. */
	strview_skip_blanks(&rest);
	if (unwrap->whole &&
	    ((!style->wrapped && !(style->prefixed && oom_line_kinds[unwrap->line.type].flags &
						      OOM_LINE_HARMLESS)) ||
	     first->width + 1 + strview_take_word(&rest).length <= style->width))
		return false;
	type = unwrap_classify(unwrap, line);
	if (style->by_byte && !style->by_word && style->prefixed)
		return unwrap_is_full(unwrap, LOST_BLANKS);
	if (unwrap->whole)
		return type == OOM_LINE_NONE && !oom_line_is_other(stripped->message);
	return oom_line_goes_on(unwrap->line.type, stripped->message, type, style->prefixed);
}

/* Adds LINE to the message that waits. */
static void unwrap_join(struct unwrap *unwrap, const struct log_prefix *line)
{
	struct unwrap_style *style = &unwrap->style;
	struct log_prefix *waiting = &unwrap->line.stripped;
	enum oom_line_type type = unwrap->line.type;
	struct strview *text = &waiting->message, last;
	bool full = unwrap_is_full(unwrap, 0), torn = false, without;
	/* Behind a prefix the blanks of a text are its own. */
	bool indented = line->indent > waiting->indent ||
			(line->timed && strview_is_blank(strview_byte(line->message, 0)));

	while (strview_is_blank(strview_last(*text)))
		text->length--;
	last = last_word(*text);
	/* Who breaks at blanks leaves none at either end of a line. */
	if (waiting->padding || indented) {
		style->by_byte |= full && !waiting->padding;
	} else if (oom_line_is_torn(type, *text, last, line->message)) {
		style->by_byte |= full && strview_last(last) != ':';
		torn = true;
	} else {
		/* The oom-kill line is one word, unless a name in it has a blank. */
		torn = (type == OOM_LINE_DECISION && (full || strview_has(line->message, "="))) ||
		       (full && !style->by_word &&
			(style->by_byte || style->full >= FULL_LINES));
	}
	/* Where only one of both makes a line of a report, it is that. */
	without = unwrap_has_type_with(unwrap, "", line);
	if (without != unwrap_has_type_with(unwrap, " ", line)) {
		style->by_byte |= without && full;
		torn = without;
	}
	/* A blank is none if this log is broken inside of words, as was seen since. */
	if (unwrap->doubt && style->by_byte && !style->by_word) {
		char *blank = unwrap->text + unwrap->doubt;

		text->length--;
		memmove(blank, blank + 1, text->length - unwrap->doubt);
		unwrap->doubt = 0;
	}
	style->wrapped = true;
	style->by_word |= !torn && !unwrap_is_full(unwrap, LOST_BLANKS);
	if (!torn && full && !waiting->padding && !indented)
		unwrap->doubt = text->length;
	if (!torn)
		unwrap_add(unwrap, strview_of(" "));
	unwrap_add(unwrap, strview_trim(line->message));
	unwrap->lines++;
	unwrap_note_piece(unwrap, line,
		   oom_line_type_of(*text, reassembler_expects(unwrap->reassembler)));
}

/* LINE goes on with no other: it waits for its rest, or is handed on. */
static int unwrap_begin_message(struct unwrap *unwrap, struct oom_line *line)
{
	const struct log_prefix *stripped = &line->stripped;
	struct log_prefix *waiting = &unwrap->line.stripped;
	bool has_reports = reassembler_has_reports(unwrap->reassembler);
	enum oom_line_type begun = line->type;

	/* What is no line of text comes from the kernel itself, and was never wrapped. */
	if (!stripped->width)
		return reassembler_take(unwrap->reassembler, line);
	if (begun == OOM_LINE_NONE)
		begun = oom_line_type_begun(stripped->message,
					    reassembler_expects(unwrap->reassembler));
	/* A line may have been broken off before anything of a report's was in it. */
	if (begun == OOM_LINE_NONE && (!stripped->timed || stripped->kmsg ||
				       !stripped->message.length ||
				       stripped->width != unwrap->style.width))
		return reassembler_take(unwrap->reassembler, line);
	unwrap->waiting = true;
	unwrap->whole = false;
	unwrap->lines = 1;
	unwrap->doubt = 0;
	unwrap->line = *line;
	unwrap->line.type = begun;
	waiting->host = strview_of(strview_copy_to(stripped->host, unwrap->host,
						   sizeof(unwrap->host)));
	waiting->caller = strview_of(strview_copy_to(stripped->caller, unwrap->caller,
						     sizeof(unwrap->caller)));
	waiting->message = (struct strview){ unwrap->text, 0 };
	unwrap_add(unwrap, stripped->message);
	unwrap_note_piece(unwrap, stripped, line->type);
	/* What people write behind it, and is joined to it, does not change that. */
	unwrap->kernels = begun != OOM_LINE_NONE &&
			  oom_line_is_kernels(begun, waiting->message, waiting->timed,
					      has_reports);
	return 0;
}

int unwrap_take(struct unwrap *unwrap, struct oom_line *line)
{
	struct unwrap_style *style = &unwrap->style;
	struct log_prefix *stripped = &line->stripped;
	struct oom_time *time = &stripped->time;
	struct strview message = stripped->message;
	size_t word = last_word(message).length;
	size_t width = word > LONG_WORD ? stripped->width - word : stripped->width;
	bool has_time = time->raw[0] || time->has_monotonic || time->has_wall, goes_on;
	int r = 0;

	/* How wide the lines of this log may be. */
	if (width > style->width) {
		style->width = width;
		style->full = 0;
	}
	style->full += width == style->width && width == stripped->width;
	style->prefixed |= stripped->timed;
	/*
	 * Lines without time and host are of the message above them, or of a log without times.
	 * The date of what is no message, of a mail that quotes some, is not theirs.
	 */
	if (!has_time && (stripped->timed || unwrap->message_timed)) {
		*time = unwrap->last_time;
		time->inherited = true;
	}
	if (stripped->timed || stripped->host.length)
		strview_copy_to(stripped->host, unwrap->last_host, sizeof(unwrap->last_host));
	else
		stripped->host = strview_of(unwrap->last_host);
	goes_on = unwrap->waiting && unwrap_goes_on(unwrap, line);
	if (!goes_on)
		r = unwrap_end(unwrap);
	if (r < 0)
		return r;
	if (stripped->dropped)
		reassembler_miss(unwrap->reassembler, stripped->dropped);
	unwrap_classify(unwrap, line);
	if (has_time) {
		unwrap->last_time = *time;
		unwrap->message_timed = line->type != OOM_LINE_NONE;
	}
	if (!goes_on)
		return unwrap_begin_message(unwrap, line);
	/* What seemed to be prefixes is a part of the message. */
	stripped->message = message;
	line->type = unwrap->line.type;
	unwrap_join(unwrap, stripped);
	return 0;
}
