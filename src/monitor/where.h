/* SPDX-License-Identifier: GPL-2.0-or-later */
/* where.h - in which kinds of mappings the memory of processes is, and what of it has grown */
#ifndef PT_WHERE_H
#define PT_WHERE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proc/smaps.h"
#include "proc/tree.h"

/* Which readings are kept: the first, that with most memory (RSS and hugetlb), the last. */
enum where_moment { WHERE_FIRST, WHERE_PEAK, WHERE_LAST, WHERE_MOMENTS };

/* In one reading: mappings of one kind, added up over all processes. */
struct where_share {
	uint64_t mappings;	/* of which anything can be accessed or is there */
	struct mapping_figures figures;
};

/* The mappings of one kind and name. */
struct where_entry {
	enum mapping_kind kind;
	char *name;		/* of a file, or as the memory was named; "": it has none */
	struct where_share shares[WHERE_MOMENTS];
};

/* One reading as a whole. Times in ns since the first row. */
struct where_reading {
	uint64_t elapsed_ns;
	uint64_t processes;	/* that were read */
	uint64_t unreadable;	/* that may not be read */
	struct where_share all;
};

/* All zero at first, but for the first member; free with where_free(). */
struct where {
	const struct root *root;
	struct where_entry *entries;	/* sorted by kind and name */
	size_t count, room;
	struct where_reading readings[WHERE_MOMENTS];	/* valid once read_count is not 0 */
	uint64_t read_count;
	uint64_t cost_ns;		/* of all readings */
	uint64_t last_cost_ns, last_end_ns;	/* of the last one; when it ended (monotonic) */
	uint64_t last_rss;		/* what the caller knew then; bytes */
};

/*
 * Whether to read again, now that RSS bytes are held: at first; when a quarter more is there than
 * when it was last read; and when anything has changed, if reading has not taken more than a
 * hundredth of the time.
 */
bool where_is_due(const struct where *where, uint64_t rss);

/*
 * Reads smaps of all processes of TREE, of which RSS bytes are known, ELAPSED_NS after the first
 * row. Of who ends meanwhile only what was read by then is in it. Returns 0 or a negative errno.
 */
int where_read(struct where *where, const struct process_tree *tree, uint64_t rss,
	       uint64_t elapsed_ns);

/* What SHARE holds, bytes: RSS and hugetlb pages. */
uint64_t where_held(const struct where_share *share);

/* Whether any reading has found a process, or a mapping of one that ended meanwhile. */
bool where_was_read(const struct where *where);

void where_free(struct where *where);

#endif
