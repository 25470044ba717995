/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unwrap.c - join the lines that a message was wrapped into */
#include <config.h>

#include <errno.h>
#include <stdlib.h>

#include "oom/unwrap.h"

int unwrap_end(struct unwrap *unwrap)
{
	struct text text = { unwrap->text, unwrap->length };

	if (!unwrap->waiting)
		return 0;
	unwrap->waiting = false;
	/* "... invoked" was waiting for "oom-killer", and something else came. */
	if (unwrap->class == OOM_MSG_INVOKED && text_find(text, " invoked oom-killer") == TEXT_NONE)
		return 0;
	return assembly_take(unwrap->assembly, unwrap->class, text, &unwrap->time,
			     text_of(unwrap->caller), text_of(unwrap->host));
}

static void add(struct unwrap *unwrap, struct text piece)
{
	size_t room = UNWRAP_MAX - unwrap->length;
	size_t length = piece.length < room ? piece.length : room;

	if (length)
		memcpy(unwrap->text + unwrap->length, piece.at, length);
	unwrap->length += length;
}

static int wait_for_rest(struct unwrap *unwrap, const struct clothing *line, enum oom_message class)
{
	if (!unwrap->text)
		unwrap->text = malloc(UNWRAP_MAX);
	if (!unwrap->text)
		return -ENOMEM;
	unwrap->waiting = true;
	unwrap->class = class;
	unwrap->lines = 1;
	unwrap->length = 0;
	unwrap->time = line->time;
	text_copy_to(line->caller, unwrap->caller, sizeof(unwrap->caller));
	text_copy_to(line->host, unwrap->host, sizeof(unwrap->host));
	add(unwrap, line->message);
	return 0;
}

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* Whether what is there and REST are one word: a line without blanks, or one broken at any byte. */
static bool joins_tight(const struct unwrap *unwrap, struct text rest)
{
	struct text so_far = { unwrap->text, unwrap->length };
	char last = text_byte(so_far, so_far.length - 1), next = text_byte(rest, 0);

	if (unwrap->class == OOM_MSG_DECISION || last == ' ')
		return true;
	if (unwrap->class != OOM_MSG_KILLED && unwrap->class != OOM_MSG_REAPED &&
	    unwrap->class != OOM_MSG_ZONE && unwrap->class != OOM_MSG_NODE)
		return false;
	return next == ':' || next == ',' || last == ':' ||
	       (is_digit(last) && (is_digit(next) || text_starts(rest, "kB"))) ||
	       (text_find(so_far, "total-vm:") != TEXT_NONE && last == '-');
}

static int go_on(struct unwrap *unwrap, struct text rest)
{
	rest = text_trim(rest);
	if (!joins_tight(unwrap, rest))
		add(unwrap, text_of(" "));
	add(unwrap, rest);
	unwrap->lines++;
	if (!oom_message_whole(unwrap->class, (struct text){ unwrap->text, unwrap->length }))
		return 0;
	return unwrap_end(unwrap);
}

/* Lines without a time are of the message above them, or of a log without times. */
static void inherit_time(struct unwrap *unwrap, struct clothing *line)
{
	bool has_time = line->time.raw[0] || line->time.has_monotonic || line->time.has_wall;

	if (has_time)
		unwrap->last_time = line->time;
	else
		line->time = unwrap->last_time;
	if (line->timed)
		unwrap->dressed = true;
}

int unwrap_take(struct unwrap *unwrap, const struct clothing *given, enum oom_message *ret_class)
{
	struct clothing line = *given;
	struct oom_expected expected = assembly_expects(unwrap->assembly);
	enum oom_message class = oom_message_of(line.message, expected);
	int r;

	if (class == OOM_MSG_NONE && line.message.length)
		class = oom_message_find(&line.message, expected, line.timed || unwrap->waiting);
	*ret_class = class;
	inherit_time(unwrap, &line);
	if (unwrap->waiting && !line.timed && unwrap->lines < UNWRAP_LINES_MAX &&
	    oom_message_goes_on(unwrap->class, line.message, class, unwrap->dressed)) {
		*ret_class = unwrap->class;
		return go_on(unwrap, line.message);
	}
	r = unwrap_end(unwrap);
	if (r < 0)
		return r;
	if (class != OOM_MSG_NONE && !oom_message_whole(class, line.message))
		return wait_for_rest(unwrap, &line, class);
	return assembly_take(unwrap->assembly, class, line.message, &line.time, line.caller, line.host);
}

void unwrap_free(struct unwrap *unwrap)
{
	free(unwrap->text);
	unwrap->text = NULL;
}
