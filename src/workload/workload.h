/* SPDX-License-Identifier: GPL-2.0-or-later */
/* workload.h - what the subject is going to do, from its region to its last step */
#ifndef PT_WORKLOAD_H
#define PT_WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/error.h"
#include "lib/size.h"
#include "monitor/sample.h"
#include "workload/region.h"
#include "workload/touch.h"

/* So many steps may follow the touching (--then), and each other. */
#define STEPS_MAX 64

enum step_verb {
	VERB_ADVISE,		/* one system call, enum memory_advice */
	VERB_TOUCH,		/* visit pages, enum touch_access */
	VERB_HOLD,		/* wait */
	VERB_FORK,		/* fork a child that does nothing */
	VERB_FORK_TOUCH,	/* fork a child that visits pages, enum touch_access */
	VERB_BOUND,		/* change a bound of the sandbox, enum sandbox_bound */
};

/* What a step does, or-ed. */
enum step_does {
	STEP_READS = 1,		/* it reads the region */
	STEP_WRITES = 2,	/* it writes to it or lets it be written: it must be writable */
	STEP_FORKS = 4,
	STEP_COLLAPSES = 8,	/* it makes transparent huge pages */
	STEP_TAKES_EVERY = 16,	/* it changes pages alone, and leaves the mapping whole */
};

struct step_rule {
	const char *name;	/* as it is written, without what may follow */
	const char *argument;	/* what must follow: ":TIME", ":SIZE" or "" */
	enum step_verb verb;
	unsigned what;
	unsigned does;		/* enum step_does */
	const char *help;	/* one line */
};

extern const struct step_rule step_rules[];
extern const size_t step_rule_count;

struct step {
	const struct step_rule *rule;
	struct size part;	/* of the region, from its start; bytes 0 and no share: all of it.
				   VERB_BOUND: the limit, or its share of the room */
	struct size every;	/* part is of each so many bytes of it; 0: of the whole.
				   No share */
	uint64_t time;		/* VERB_HOLD: ns, or DURATION_INFINITE */
	uint64_t bytes;		/* what part is, of the region in whole pages; set with the plan */
	char name[SAMPLE_STEP_MAX];	/* as the user wrote it */
};

/*
 * Made once, with the plan, and pointed to by all who need it. Sizes in bytes and multiples of
 * touch_params.unit; times in nanoseconds.
 */
struct workload {
	struct region_spec region;	/* what is mapped */
	struct touch_params touch_params;	/* how it is touched */
	enum region_lock lock;		/* to be locked before it is touched */
	uint64_t threads;		/* that touch at once, 1 to TOUCH_THREADS_MAX */
	const char *file;		/* behind the region, for people; NULL: none */
	uint64_t page_size;		/* of anonymous memory */
	uint64_t span;			/* how much of the region is walked over */
	uint64_t touch;			/* how much of that is touched, in each pass */
	uint64_t interval;		/* touched between two rows, above 0 */
	uint64_t passes;		/* how often, 1 or more */
	uint64_t rate;			/* bytes per second; 0: as fast as possible */
	uint64_t hold;			/* keep the memory so long after touching */
	struct step steps[STEPS_MAX];	/* what follows, in this order */
	size_t step_count;
};

/*
 * Parses TEXT: NAME, NAME:SIZE, NAME:N%, NAME:SIZE/EVERY or hold:TIME. Returns 0, or -EINVAL or
 * -ERANGE with *err set and *ret_step untouched.
 */
int step_parse(const char *text, struct step *ret_step, struct error *err);

/*
 * Opens the file of WORKLOAD for reading, or makes one of the region's size if there is none, and
 * fills in the region's fd, which the caller closes, and on_tmpfs. The new one loses its name at
 * once, so that nothing is left however the run ends: it lives as long as it is open or mapped. Of
 * one that was there nothing is changed, not even its access to writers.
 * Returns 0, or a negative errno with *err set: -EDOM when the file is not what the command
 * line takes it for (too small, or to be written to), else why it could not be had.
 */
int backing_file_open(struct workload *workload, struct error *err);

#endif
