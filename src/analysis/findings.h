/* SPDX-License-Identifier: GPL-2.0-or-later */
/* findings.h - when a figure of the memory usage is large enough to speak of, and what it says */
#ifndef PT_FINDINGS_H
#define PT_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "analysis/explain-parts.h"

/*
 * A figure that is named as a reason from so many percent of RAM on, which is far above what is
 * seen on machines that are well: page tables take 1 to 2 %, slab that cannot be dropped 2 to 5 %.
 * In the texts, which may be NULL, %B is how much it is and %S its share of RAM.
 */
struct oom_finding {
	size_t figure;		/* where it is in struct oom_memory_usage */
	unsigned percent;
	const char *fact, *advice;
};

/* What is free where the request could not use it; in the advice, or NULL, %S is what it could. */
struct oom_place_text {
	const char *name, *advice;
};

extern const struct oom_place_text oom_places[OOM_PLACES];

/* All of them, and those that are asked for alone. */
enum { OOM_FINDINGS = 9 };
enum { OOM_FINDING_SLAB, OOM_FINDING_HUGE = 4, OOM_FINDING_UNUSED_HUGE = 7 };

extern const struct oom_finding oom_findings[OOM_FINDINGS];

/* The figure of finding INDEX, if it is a reason; else 0. */
uint64_t oom_finding_bytes(const struct oom_memory_usage *usage, size_t index);

/* Begins a sentence, unless TEXT is NULL, in which BYTES stands for %B and SHARE for %S. */
void oom_sentence_of(struct oom_textbuf *buf, const char *text, const char *bytes,
		     const char *share);

/* The same for figures that are told each in its own way; percent of RAM. */
#define OOM_MUCH_ANON 50
#define OOM_MUCH_SHMEM 25
#define OOM_MUCH_CACHE 15
#define OOM_MUCH_FREE 10

/* Anonymous and shared memory together: shmem is on the anonymous lists unless it is locked. */
uint64_t oom_anon_and_shmem(const struct oom_memory_usage *usage);

/* There is swap, and less than a 50th of it is free. */
bool oom_swap_full(const struct oom_memory_usage *usage);

/*
 * A request for several pages in one piece failed although the zone has that much above its min
 * watermark: there is no block of the order, or of a higher one, that it could have.
 */
bool oom_is_fragmented(const struct oom_report *report, const struct oom_memory_usage *usage);

/* Much more is free in what the request could not use than in what it could. */
bool oom_is_ineligible(const struct oom_memory_usage *usage);

/* Bytes that a slab cache takes, or that were allocated. */
uint64_t oom_cache_size(const struct oom_cache *cache);

/* The largest caches, up to ROOM of them, not smaller than 1 MiB. Returns how many. */
size_t oom_top_caches(const struct oom_caches *caches, const struct oom_cache *ret_top[],
		      size_t room);

#endif
