/* SPDX-License-Identifier: GPL-2.0-or-later */
/* step.h - what may follow the touching (--then): one table, and one line of it as asked for */
#ifndef PT_STEP_H
#define PT_STEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/error.h"
#include "lib/size.h"
#include "monitor/sample.h"

/* So many steps may follow each other. */
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
 * Parses TEXT: NAME, NAME:SIZE, NAME:N%, NAME:SIZE/EVERY or hold:TIME. Returns 0, or -EINVAL or
 * -ERANGE with *err set and *ret_step untouched.
 */
int step_parse(const char *text, struct step *ret_step, struct error *err);

static inline bool step_reads(const struct step *step)
{
	return step->rule->does & STEP_READS;
}

static inline bool step_forks(const struct step *step)
{
	return step->rule->does & STEP_FORKS;
}

#endif
