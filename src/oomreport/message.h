/* SPDX-License-Identifier: GPL-2.0-or-later */
/* message.h - what a line of the kernel's is about, and whether it is whole */
#ifndef PT_MESSAGE_H
#define PT_MESSAGE_H

#include <stdbool.h>

#include "kernlog/prefix.h"
#include "oomreport/line-type.h"

/*
 * Says what TEXT, without its prefix but with all its blanks, is. EXPECTED are lists, enum
 * oom_list. Names and paths are attacker's text: a line is never taken for what a name at its
 * beginning (of 15 bytes) or a path inside makes it look like.
 */
enum oom_line_type oom_line_type_of(struct strview text, unsigned expected);

/* A line of a log, and what it is, which is asked once where nobody begins a list meanwhile. */
struct oom_line {
	struct log_prefix stripped;
	bool has_type;			/* oom_line_type_of() was asked with EXPECTED */
	unsigned expected;
	enum oom_line_type type;
};

/* oom_line_type_of() the message of LINE. */
enum oom_line_type oom_line_classify(struct oom_line *line, unsigned expected);

/*
 * The same for a line that is none as it stands: unknown prefixes may be in front of it. Only what
 * is unmistakable is looked for where the line is PREFIXED in known ones. Takes them off.
 */
enum oom_line_type oom_line_type_find(struct strview *text, unsigned expected,
				      bool prefixed);

/*
 * The same for a line that is none because a mailer has broken it off too early to tell. It is a
 * guess: what it becomes with its rest, oom_line_type_of() says.
 */
enum oom_line_type oom_line_type_begun(struct strview text, unsigned expected);

/*
 * Whether TEXT, which is a MESSAGE, has all that is looked for in it; a mailer may have wrapped
 * it. A whole one may have more behind it: what a later kernel adds.
 */
bool oom_line_is_whole(enum oom_line_type message, struct strview text);

/*
 * Whether LINE, which has neither time nor tag, may be the rest of an unfinished MESSAGE. TYPE is
 * what LINE would be by itself; PREFIXED: the lines of this log have times or tags.
 */
bool oom_line_goes_on(enum oom_line_type message, struct strview line, enum oom_line_type type,
		      bool prefixed);

/* Whether LINE may be a part of MESSAGE at all, by its bytes. */
bool oom_line_may_join(enum oom_line_type message, struct strview line);

/*
 * Whether TEXT, a MESSAGE by its first words, is the kernel's: others write of killed processes
 * too, with numbers, and quote the kernel's source. TIMED: it has a time or a tag. EXPECTED: a
 * report is open, so that shorter lines of old kernels may follow.
 */
bool oom_line_is_kernels(enum oom_line_type message, struct strview text, bool timed,
			 bool expected);

/*
 * Whether LINE is no rest of any message: it begins one that reports have, but that nobody needs.
 */
bool oom_line_is_other(struct strview line);

/*
 * Whether WORD, the last of SO_FAR, an unfinished MESSAGE that NEXT goes on with, is only the
 * first part of one: then the line was broken at any byte, not at a blank.
 */
bool oom_line_is_torn(enum oom_line_type message, struct strview so_far, struct strview word,
		      struct strview next);

#endif
