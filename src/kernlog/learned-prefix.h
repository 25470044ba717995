/* SPDX-License-Identifier: GPL-2.0-or-later */
/* learned-prefix.h - what stands around the kernel's text, learned from unmistakable lines */
#ifndef PT_LEARNED_PREFIX_H
#define PT_LEARNED_PREFIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernlog/known-prefix.h"
#include "lib/strview.h"

/* More shapes are not kept: of logs of several sources, mixed. */
#define PREFIX_SHAPES 4

/* A longer prefix is none. */
#define PREFIX_MAX 512

/* A longer skeleton is none. */
#define PREFIX_SKELETON_SIZE 128

/*
 * The skeleton of a line's prefix or suffix is its punctuation as it stands, 'w' for a word, ' '
 * for blanks between words. Blanks beside punctuation may be there or not.
 */
struct prefix_shape {
	char front[PREFIX_SKELETON_SIZE], back[PREFIX_SKELETON_SIZE];
	size_t blanks;		/* at the end of the front */
	size_t width;		/* of the front that it was learned from */
	char quote;		/* the text is a string in these; NUL: it is none */
	char sample[64];	/* a front that begins with a word, as it was; "" */
};

/* The shapes that this log has; zero is none. */
struct prefixes {
	struct prefix_shape shapes[PREFIX_SHAPES];
	size_t count, next;	/* how many there are; which is overwritten next */
};

/*
 * Where in LINE text of the kernel's begins that nothing else looks like: more of it than a
 * process's name can hold, and no path is in front of it. STRVIEW_NONE: nowhere. What begins
 * with a name ("%s invoked oom-killer") is not found.
 */
size_t prefix_find(struct strview line);

/*
 * Whether FRONT is that of no log: of source code, where a text is a comment or a string, or of a
 * mail's title.
 */
bool prefix_is_foreign(struct strview front);

/* Learns what stands in front of AT, as prefix_find() has it, and behind the text there. */
void prefix_learn(struct prefixes *prefixes, struct strview line, size_t at);

/*
 * Learns what stands behind the text of LINE, "%s invoked oom-killer: ...", for the shapes that it
 * has and that no other line has taught: where its text begins is not known, where it ends is.
 */
void prefix_learn_end(struct prefixes *prefixes, struct strview line);

/* A line's parts; without the quotes of a string. */
struct prefix_parts {
	struct strview front, text;
	char quote;		/* of the string that the text is; NUL: it is none */
};

/* Splits LINE by SHAPE. Returns false, with *ret_parts in any state, if it has another. */
bool prefix_split(const struct prefix_shape *shape, struct strview line,
		  struct prefix_parts *ret_parts);

/*
 * Whether FRONT has this SHAPE by no chance: there is much punctuation, or it is word by word the
 * one that was learned, a host's name.
 */
bool prefix_is_sure(const struct prefix_shape *shape, struct strview front);

/* Undoes the escapes of a string in QUOTE, in place. Returns the new length. */
size_t prefix_unquote(char *text, size_t length, char quote);

/*
 * Adds to *log_prefix what FRONT, which has nothing of the kernel's text, says of time, host and
 * caller. NOW_NS as in line-timestamp.h.
 */
void prefix_read(struct strview front, int64_t now_ns, struct log_prefix *log_prefix);

#endif
