/* SPDX-License-Identifier: GPL-2.0-or-later */
/* contradictions.c - kinds of memory, options and steps that do not go together */
#include <config.h>

#include <errno.h>
#include <stdio.h>

#include "lib/duration.h"
#include "lib/macros.h"
#include "monitor/driver.h"
#include "pagetouch/plan.h"
#include "sandbox/sandbox.h"

#define BIT(number) (1U << (number))
#define BIT_IF(condition, number) ((condition) ? BIT(number) : 0)

/* What the memory is: an enum region_backing, and what options and steps have made of it. */
enum memory_state {
	STATE_LOCKED = REGION_STACK + 1,	/* not hugetlb, which mlock(2) fills alone */
	STATE_HELD_FOR_EVER,
	STATE_UNMAPPED,				/* or a part of it */
	STATE_NO_LIMIT,
	STATE_NO_HIGH,
	STATE_CHILDREN_MAX,
};

#define ANY (BIT(STATE_LOCKED) - 1)
#define STACK BIT(REGION_STACK)
#define HEAP BIT(REGION_HEAP)
#define HUGETLB (BIT(REGION_HUGETLB) | BIT(REGION_HUGETLB_SHARED))
#define FILES (BIT(REGION_MEMFD) | BIT(REGION_FILE_PRIVATE) | BIT(REGION_FILE_SHARED))
#define SHARED (BIT(REGION_SHARED) | BIT(REGION_MEMFD) | BIT(REGION_FILE_SHARED))

/* What is asked of it: by a step, which may be an enum memory_advice, or by options. */
enum memory_asked {
	ASKED_TOUCH = ADVICE_TRIM + 1,
	ASKED_HOLD,
	ASKED_FORK,
	ASKED_LIMIT,
	ASKED_HIGH,
	ASKED_MISSING_TRIM,
	ASKED_CALL,				/* --access, of a file */
	ASKED_POPULATE,				/* --access */
	ASKED_THREADS,
	ASKED_ORDER,
	ASKED_STRIDE,
	ASKED_LOCK,
	ASKED_RESERVE,
	ASKED_THP,
};

#define ADVICES (BIT(ADVICE_TRIM + 1) - 1)
#define STEPS (BIT(ASKED_CALL) - 1)

/* The first that applies is said. */
const struct contradiction contradictions[] = {
	{ ANY & ~FILES, BIT(ASKED_CALL),
	  "this memory has no file that it could be done to", "add --memfd or --file PATH",
	  .sample = "--access=pread" },
	{ STACK, BIT(ASKED_THREADS),
	  "only the first thread's stack grows", .sample = "--stack -t 2", .option = "--threads" },
	{ STACK, BIT(ASKED_ORDER),
	  "a stack grows downwards, page by page", .sample = "--stack --order=backward",
	  .option = "--order" },
	{ HEAP, BIT(ASKED_ORDER),
	  "a piece is allocated when it is touched", .sample = "--heap --order=random",
	  .option = "--order" },
	{ STACK | HEAP, BIT(ASKED_STRIDE),
	  "no page may be left out", .sample = "--heap --stride=8K", .option = "--stride" },
	{ STACK | HEAP, BIT(ASKED_POPULATE),
	  "there is nothing yet to be populated: each page is written or read",
	  .sample = "--stack --access=populate-read", .option = "--access" },
	{ STACK | HEAP, BIT(ASKED_LOCK),
	  "there is nothing yet to be locked", .sample = "--heap --lock", .option = "--lock" },
	{ STACK | HEAP, BIT(ASKED_RESERVE),
	  "what it gets is always promised", .sample = "--stack --reserve",
	  .option = "--reserve" },
	{ STACK | HEAP, BIT(ASKED_THP),
	  "there is nothing yet to be advised on; with --thp=system it is as the system has it",
	  .sample = "--heap --thp=always", .option = "--thp=always" },
	{ BIT(REGION_MEMFD) | BIT(REGION_FILE_SHARED), BIT(ASKED_RESERVE),
	  "its pages are accounted one by one, or not at all",
	  "leave it out, or use --shared without a file", .sample = "--memfd --reserve",
	  .option = "--reserve" },
	{ BIT(STATE_HELD_FOR_EVER), STEPS,
	  "it would come after a hold without end", "give that a TIME, or leave the step out",
	  .sample = "--hold=infinity --then=cold" },
	{ FILES | SHARED | HUGETLB, BIT(ADVICE_FREE),
	  "MADV_FREE is for private anonymous memory alone",
	  "use --then dontneed, or leave the other kind of memory out",
	  .sample = "--shared --then=free" },
	{ BIT(REGION_PRIVATE) | BIT(REGION_FILE_PRIVATE) | BIT(REGION_HUGETLB),
	  BIT(ADVICE_REMOVE),
	  "MADV_REMOVE punches a hole into what is shared, and this region is private",
	  "add --shared, or use --then dontneed",
	  .sample = "--file=x --then=remove" },
	{ SHARED | HUGETLB, BIT(ADVICE_MERGE),
	  "equal pages are merged in private memory alone", "leave the other kind of memory out",
	  .sample = "--memfd --then=merge" },
	{ HUGETLB, BIT(ADVICE_COLD) | BIT(ADVICE_PAGEOUT),
	  "hugetlb pages are never reclaimed", .sample = "--hugetlb --then=cold" },
	{ HUGETLB, BIT(ADVICE_COLLAPSE),
	  "hugetlb pages are huge already", .sample = "--hugetlb --then=collapse" },
	{ HUGETLB, BIT(ADVICE_GUARD),
	  "a hugetlb page cannot be guarded", .sample = "--hugetlb --then=guard" },
	{ BIT(STATE_LOCKED), BIT(ADVICE_DONTNEED) | BIT(ADVICE_FREE) | BIT(ADVICE_REMOVE),
	  "locked memory cannot be given back", "leave --lock out",
	  .sample = "--lock --then=dontneed" },
	{ BIT(STATE_LOCKED), BIT(ADVICE_COLD) | BIT(ADVICE_PAGEOUT),
	  "locked memory is never reclaimed", "leave --lock out",
	  .sample = "--lock=onfault --then=pageout" },
	{ BIT(STATE_LOCKED), BIT(ADVICE_GUARD),
	  "locked memory cannot be guarded", "leave --lock out", .sample = "--lock --then=guard" },
	{ ANY & ~HEAP, BIT(ADVICE_TRIM),
	  "malloc_trim(3) gives back what was malloc(3)'s, and this is not", "add --heap",
	  .sample = "--then=trim" },
	{ ANY, BIT(ASKED_MISSING_TRIM),
	  "there is no malloc_trim(3) in this C library",
	  .hint = "leave it out; the GNU C library has it" },
	{ STACK, ADVICES,
	  "the stack is the kernel's to give and the program's to run on", "leave --stack out",
	  .sample = "--stack --then=unmap" },
	{ HEAP, ADVICES & ~(BIT(ADVICE_UNMAP) | BIT(ADVICE_TRIM)),
	  "the memory is malloc(3)'s own, which keeps its accounts in it",
	  "use --then unmap and --then trim, or leave --heap out",
	  .sample = "--heap --then=protect:none" },
	{ BIT(STATE_NO_HIGH), BIT(ASKED_HIGH),
	  "the sandbox has no memory.high that could be changed", "add --high SIZE",
	  .sample = "--limit=32M --then=high:32M" },
	{ BIT(STATE_NO_LIMIT), BIT(ASKED_LIMIT),
	  "the sandbox has no limit that could be changed", "add --limit SIZE",
	  .sample = "--high=32M --then=limit:32M" },
	{ BIT(STATE_UNMAPPED), BIT(ASKED_TOUCH) | (ADVICES & ~BIT(ADVICE_TRIM)),
	  "after unmap the region is not there any more, or not all of it", "put unmap behind it",
	  .sample = "--then=unmap:4K --then=fork:write" },
	{ BIT(STATE_CHILDREN_MAX), BIT(ASKED_FORK),
	  "there are too many children already", .hint = "up to 8 steps may fork" },
};

const size_t contradiction_count = ARRAY_SIZE(contradictions);

/* Whether what IS can be ASKED, of PLAN by STEP (NULL: by options). */
static int check_asked(const struct plan *plan, unsigned is, unsigned asked,
		       const struct step *step, struct error *err)
{
	const struct contradiction *row = contradictions, *end = row + contradiction_count;
	const char *hint;

	while (row < end && !(row->is & is && row->asked & asked))
		row++;
	if (row == end)
		return 0;
	hint = row->hint ? row->hint : "leave one of them out";
	if (step)
		return error_return(err, -EINVAL, "--then %s: %s\n%s", step->name, row->why, hint);
	if (!row->option)
		return error_return(err, -EINVAL, "--access %s: %s\n%s",
				    touch_access_name(plan->workload.touch_params.access),
				    row->why, hint);
	if (is & (STACK | HEAP))
		return error_return(err, -EINVAL, "%s and %s do not go together: %s\n%s",
				    is & STACK ? "--stack" : "--heap", row->option, row->why,
				    hint);
	return error_return(err, -EINVAL,
			    "%s has no meaning for a shared file or a memfd: %s\n%s",
			    row->option, row->why, hint);
}

int contradictions_check(const struct plan *plan, struct error *err)
{
	static const unsigned asked_by_verb[] = {
		[VERB_ADVISE] = 0, [VERB_BOUND] = 0,	/* by what is done */
		[VERB_TOUCH] = BIT(ASKED_TOUCH), [VERB_HOLD] = BIT(ASKED_HOLD),
		[VERB_FORK] = BIT(ASKED_FORK),
		[VERB_FORK_TOUCH] = BIT(ASKED_FORK) | BIT(ASKED_TOUCH),
	};
	const struct workload *workload = &plan->workload;
	enum touch_access access = workload->touch_params.access;
	bool locked = workload->lock != REGION_UNLOCKED;
	unsigned is = BIT(workload->region.backing), children = 0;
	unsigned asked = BIT_IF(access == TOUCH_PREAD || access == TOUCH_PWRITE, ASKED_CALL) |
			 BIT_IF(access == TOUCH_POPULATE_READ || access == TOUCH_POPULATE_WRITE,
				ASKED_POPULATE) |
			 BIT_IF(workload->threads > 1, ASKED_THREADS) |
			 BIT_IF(workload->touch_params.order != ORDER_FORWARD, ASKED_ORDER) |
			 BIT_IF(plan->has_stride, ASKED_STRIDE) | BIT_IF(locked, ASKED_LOCK) |
			 BIT_IF(workload->region.reserve, ASKED_RESERVE) |
			 BIT_IF(workload->region.thp == REGION_THP_ALWAYS, ASKED_THP);
	int r = check_asked(plan, is, asked, NULL, err);

	is |= BIT_IF(locked && !(is & HUGETLB), STATE_LOCKED) |
	      BIT_IF(!plan->has_limit, STATE_NO_LIMIT) |
	      BIT_IF(!plan->has_high, STATE_NO_HIGH) |
	      BIT_IF(workload->hold == DURATION_INFINITE, STATE_HELD_FOR_EVER);
	for (size_t i = 0; r == 0 && i < workload->step_count; i++) {
		const struct step *step = &workload->steps[i];
		const struct step_rule *rule = step->rule;

		asked = asked_by_verb[rule->verb];
		if (rule->verb == VERB_ADVISE)
			asked = BIT(rule->what) |
				BIT_IF(rule->what == ADVICE_TRIM && !heap_can_trim(),
				       ASKED_MISSING_TRIM);
		else if (rule->verb == VERB_BOUND)
			asked = BIT(rule->what == SANDBOX_HIGH ? ASKED_HIGH : ASKED_LIMIT);
		r = check_asked(plan, is, asked, step, err);
		children += (asked & BIT(ASKED_FORK)) != 0;
		is |= BIT_IF(step->time == DURATION_INFINITE, STATE_HELD_FOR_EVER) |
		      BIT_IF(asked == BIT(ADVICE_UNMAP), STATE_UNMAPPED) |
		      BIT_IF(children == DRIVER_CHILDREN_MAX, STATE_CHILDREN_MAX);
	}
	return r;
}
