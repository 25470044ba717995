/* SPDX-License-Identifier: GPL-2.0-or-later */
/* step.c - the table of steps, and reading one */
#include <config.h>

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "lib/duration.h"
#include "lib/macros.h"
#include "sandbox/sandbox.h"
#include "workload/workload.h"

const struct step_rule step_rules[] = {
	{ "dontneed", "", VERB_ADVISE, ADVICE_DONTNEED, STEP_TAKES_EVERY,
	  "MADV_DONTNEED: give the pages back" },
	{ "free", "", VERB_ADVISE, ADVICE_FREE, STEP_TAKES_EVERY,
	  "MADV_FREE: they may be taken when memory is short" },
	{ "cold", "", VERB_ADVISE, ADVICE_COLD, STEP_TAKES_EVERY,
	  "MADV_COLD: they are the first to go" },
	{ "pageout", "", VERB_ADVISE, ADVICE_PAGEOUT, STEP_TAKES_EVERY,
	  "MADV_PAGEOUT: to swap, or to their file" },
	{ "remove", "", VERB_ADVISE, ADVICE_REMOVE, STEP_TAKES_EVERY | STEP_WRITES,
	  "MADV_REMOVE: punch a hole into what is shared" },
	{ "collapse", "", VERB_ADVISE, ADVICE_COLLAPSE, STEP_COLLAPSES,
	  "MADV_COLLAPSE: into huge pages, now" },
	{ "merge", "", VERB_ADVISE, ADVICE_MERGE, 0, "MADV_MERGEABLE: equal pages for ksmd" },
	{ "random", "", VERB_ADVISE, ADVICE_RANDOM, 0,
	  "MADV_RANDOM: no readahead, no fault-around" },
	{ "guard", "", VERB_ADVISE, ADVICE_GUARD, STEP_TAKES_EVERY,
	  "MADV_GUARD_INSTALL: touching it is SIGSEGV" },
	{ "hold", ":TIME", VERB_HOLD, 0, 0, "wait for TIME" },
	{ "touch:read", "", VERB_TOUCH, TOUCH_READ, STEP_READS, "read a byte of each page" },
	{ "touch:write", "", VERB_TOUCH, TOUCH_WRITE, STEP_WRITES, "write a byte into each page" },
	{ "fork", "", VERB_FORK, 0, STEP_FORKS, "fork a child, which is sampled too" },
	{ "fork:read", "", VERB_FORK_TOUCH, TOUCH_READ, STEP_FORKS | STEP_READS,
	  "the same, and it reads each page" },
	{ "fork:write", "", VERB_FORK_TOUCH, TOUCH_WRITE, STEP_FORKS | STEP_WRITES,
	  "the same, and it writes to each page" },
	{ "protect:none", "", VERB_ADVISE, ADVICE_PROTECT_NONE, 0, "mprotect, PROT_NONE" },
	{ "protect:write", "", VERB_ADVISE, ADVICE_PROTECT_WRITE, STEP_WRITES,
	  "mprotect, PROT_READ | PROT_WRITE" },
	{ "unmap", "", VERB_ADVISE, ADVICE_UNMAP, 0, "munmap; of a heap free(3), piece by piece" },
	{ "trim", "", VERB_ADVISE, ADVICE_TRIM, 0,
	  "malloc_trim(3): what was freed, to the kernel" },
	{ "limit", ":SIZE", VERB_BOUND, SANDBOX_LIMIT, 0,
	  "SIZE becomes the limit of the sandbox" },
	{ "high", ":SIZE", VERB_BOUND, SANDBOX_HIGH, 0, "SIZE becomes its memory.high" },
};

const size_t step_rule_count = ARRAY_SIZE(step_rules);

/* NUMBERS is "SIZE", "N%" or "SIZE/EVERY". */
static int step_parse_part(const char *text, const char *numbers, struct step *step,
			   struct error *err)
{
	const char *slash = strchr(numbers, '/');
	char part[SAMPLE_STEP_MAX], name[48];
	int r;

	snprintf(name, sizeof(name), "--then %s: SIZE", step->rule->name);
	if (!slash || slash - numbers >= (ptrdiff_t)sizeof(part))
		return size_parse(name, numbers, &step->part, err);
	if (!(step->rule->does & STEP_TAKES_EVERY))
		return error_set_value(err, -EINVAL, "--then", text,
				       "has an EVERY, but is done to one range",
				       "dontneed, free, cold, pageout, remove and guard take :SIZE/EVERY");
	snprintf(part, sizeof(part), "%.*s", (int)(slash - numbers), numbers);
	r = size_parse(name, part, &step->part, err);
	snprintf(name, sizeof(name), "--then %s: EVERY", step->rule->name);
	if (r == 0)
		r = size_parse(name, slash + 1, &step->every, err);
	if (r < 0)
		return r;
	if (step->part.permyriad || step->every.permyriad)
		return error_set_value(err, -EINVAL, "--then", text,
				       "has a share, and nothing that it could be of",
				       "write both sizes in bytes, as in dontneed:2044K/2M");
	return step->every.bytes ? 0
	     : error_set_value(err, -EINVAL, "--then", text, "is done to nothing",
			       "EVERY must be above 0");
}

/* REST is what follows the name: "" or ":..." */
static int step_parse_rest(const char *text, const char *rest, struct step *step,
			   struct error *err)
{
	const struct step_rule *rule = step->rule;
	const char *fault = NULL, *hint = NULL;
	int r = 0;

	if (!*rest) {
		fault = rule->verb == VERB_HOLD ? "does not say how long"
		      : rule->verb == VERB_BOUND ? "does not say to what" : NULL;
		hint = rule->verb == VERB_HOLD
		     ? "write --then hold:TIME, as in hold:2s"
		     : "write --then limit:SIZE or high:SIZE, as in limit:32M";
	} else if (rule->verb == VERB_HOLD) {
		r = duration_parse("--then hold: TIME", rest + 1, &step->time, err);
		fault = step->time ? NULL : "is no time at all";
		hint = "TIME must be above 0";
	} else if (rule->verb == VERB_FORK) {
		fault = "has a size, but a fork is whole";
		hint = "write fork, fork:read or fork:write; the last two take :SIZE";
	} else if (rule->verb == VERB_ADVISE && rule->what == ADVICE_TRIM) {
		fault = "has a size, but malloc_trim(3) is whole";
		hint = "write trim alone, and unmap:SIZE before it";
	} else {
		r = step_parse_part(text, rest + 1, step, err);
		fault = step->part.bytes || step->part.permyriad ? NULL : "is done to nothing";
		hint = "SIZE must be above 0";
	}
	return r == 0 && fault ? error_set_value(err, -EINVAL, "--then", text, fault, hint) : r;
}

int step_parse(const char *text, struct step *ret_step, struct error *err)
{
	struct step step = { 0 };
	size_t longest = 0, used = 0;
	char known[512] = "";
	int r;

	/* The longest name that the text begins with, ended by its end or a colon. */
	for (size_t i = 0; i < step_rule_count; i++) {
		size_t length = strlen(step_rules[i].name);

		if (length > longest && !strncmp(text, step_rules[i].name, length) &&
		    (text[length] == '\0' || text[length] == ':')) {
			step.rule = &step_rules[i];
			longest = length;
		}
	}
	if (!step.rule) {
		for (size_t i = 0; i < step_rule_count; i++)
			used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s%s",
						 i ? ", " : "", step_rules[i].name,
						 step_rules[i].argument);
		error_set_value(err, -EINVAL, "--then", text, "is no step", "");
		error_hint(err, "the steps are %s; those that are done to memory take :SIZE or :N%%, some of them :SIZE/EVERY",
			   known);
		return -EINVAL;
	}
	r = step_parse_rest(text, text + longest, &step, err);
	if (r < 0)
		return r;
	if (strlen(text) >= sizeof(step.name))
		return error_set_value(err, -EINVAL, "--then", text, "is too long",
				       "write the number with fewer digits");
	memcpy(step.name, text, strlen(text) + 1);
	*ret_step = step;
	return 0;
}
