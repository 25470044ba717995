/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fit-tries.h - the tries of --fit, and what follows from them: pure, but for the output */
#ifndef PT_FIT_TRIES_H
#define PT_FIT_TRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pagewatch/options.h"

#define FIT_TRIES_MAX 96

/* How a try ended. */
enum fit_end { FIT_LIVED, FIT_KILLED, FIT_FAILED, FIT_SLOW };

/* Bytes; times in ns. */
struct fit_try {
	uint64_t limit;
	enum fit_end end;
	int status;		/* of the command; 128+N: killed by signal N */
	uint64_t elapsed_ns;
	uint64_t peak;		/* charged to the sandbox; CGROUP_UNLIMITED: not counted */
	bool at_limit;		/* it has used it up, at least once */
};

/* What is known so far. */
struct fit_tries {
	struct fit_try list[FIT_TRIES_MAX];
	size_t count;
	uint64_t low;		/* it does not live with that; 0: not known */
	uint64_t high;		/* it does with that; 0: with none */
	/*
	 * With `slower` it lives, but is clearly slower than where its limit is not used up, and
	 * with `fast`, the next one above, it is not; 0: not known of any.
	 */
	uint64_t slower, fast;
};

/*
 * The next limit to be tried: a multiple of STEP between LOW, with which it did not live, and
 * HIGH, with which it did; 0: they are no more than STEP apart. Bytes.
 */
uint64_t fit_next(uint64_t low, uint64_t high, uint64_t step);

/* A limit with a tenth more than LIMIT, in whole MiB; bytes. */
uint64_t fit_suggest(uint64_t limit);

/* The least time that it took where it has not used up its limit, or in the first try. */
uint64_t fit_usual_time(const struct fit_tries *tries);

/*
 * Whether it has used up LIMIT, and took clearly longer than usual in all tries with it that it
 * lived through; *ret_tries is how many these are.
 */
bool fit_is_slower(const struct fit_tries *tries, uint64_t limit, size_t *ret_tries);

/*
 * Sets tries->slower to the largest limit with which it is slower, and tries->fast to the next one
 * above with which it lives and is not; both to 0 if there is none.
 */
void fit_find_slower(struct fit_tries *tries);

/* The last try as a row of the table; a header above the first one. */
void fit_print_try(const struct fit_tries *tries, enum size_unit unit);

/* What follows, in sentences, of the command NAME. */
void fit_print_result(const struct fit_tries *tries, const char *name, enum size_unit unit);

/* The record. Returns 0 or a negative errno of writing. */
int fit_write_record(const struct fit_tries *tries, FILE *stream);

/* "lived", "OOM-killed", "failed", "too slow" */
const char *fit_end_name(enum fit_end end);

#endif
