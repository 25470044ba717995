/* SPDX-License-Identifier: GPL-2.0-or-later */
/* contradictions.c - steps and kinds of memory that do not go together */
#include <config.h>

#include <errno.h>

#include "lib/duration.h"
#include "pagetouch/contradictions.h"
#include "sandbox/sandbox-limit.h"
#include "workload/heap.h"
#include "workload/memory-advice.h"
#include "workload/protocol.h"

/* Kinds of memory, or-ed together. */
enum kind {
	KIND_ANONYMOUS = 1,	/* private and anonymous */
	KIND_FILE = 2,		/* a private mapping of a file */
	KIND_SHARED = 4,	/* anonymous, a memfd or a file */
	KIND_HUGETLB = 8,
	KIND_HUGETLB_SHARED = 16,
	KIND_LOCKED = 32,	/* any of them but hugetlb, beside its own kind */
	KIND_HEAP = 64,
	KIND_STACK = 128,
};

#define KIND_PRIVATE (KIND_ANONYMOUS | KIND_FILE)
#define KIND_ANY_HUGETLB (KIND_HUGETLB | KIND_HUGETLB_SHARED)
#define KIND_MAPPED (KIND_PRIVATE | KIND_SHARED | KIND_ANY_HUGETLB)

/* What an advice cannot be done to, and what is said of that. */
static const struct objection {
	enum memory_advice advice;
	unsigned kinds;
	const char *why, *hint;
} objections[] = {
	{ ADVICE_FREE, KIND_FILE | KIND_SHARED | KIND_ANY_HUGETLB,
	  "MADV_FREE is for private anonymous memory alone",
	  "use --then dontneed, or leave the other kind of memory out" },
	{ ADVICE_REMOVE, KIND_PRIVATE | KIND_HUGETLB,
	  "MADV_REMOVE punches a hole into what is shared, and this region is private",
	  "add --shared, or use --then dontneed" },
	{ ADVICE_MERGE, KIND_SHARED | KIND_ANY_HUGETLB,
	  "equal pages are merged in private memory alone", "leave the other kind of memory out" },
	{ ADVICE_COLD, KIND_ANY_HUGETLB, "hugetlb pages are never reclaimed",
	  "leave one of them out" },
	{ ADVICE_PAGEOUT, KIND_ANY_HUGETLB, "hugetlb pages are never reclaimed",
	  "leave one of them out" },
	{ ADVICE_COLLAPSE, KIND_ANY_HUGETLB, "hugetlb pages are huge already",
	  "leave one of them out" },
	{ ADVICE_GUARD, KIND_ANY_HUGETLB, "a hugetlb page cannot be guarded",
	  "leave one of them out" },
	{ ADVICE_DONTNEED, KIND_LOCKED, "locked memory cannot be given back", "leave --lock out" },
	{ ADVICE_FREE, KIND_LOCKED, "locked memory cannot be given back", "leave --lock out" },
	{ ADVICE_COLD, KIND_LOCKED, "locked memory is never reclaimed", "leave --lock out" },
	{ ADVICE_PAGEOUT, KIND_LOCKED, "locked memory is never reclaimed", "leave --lock out" },
	{ ADVICE_REMOVE, KIND_LOCKED, "locked memory cannot be given back", "leave --lock out" },
	{ ADVICE_GUARD, KIND_LOCKED, "locked memory cannot be guarded", "leave --lock out" },
	{ ADVICE_TRIM, KIND_MAPPED | KIND_STACK,
	  "malloc_trim(3) gives back what was malloc(3)'s, and this is not", "add --heap" },
};

/* What holds for every advice but ADVICE_UNMAP and ADVICE_TRIM. */
static const struct objection of_heap = {
	.why = "the memory is malloc(3)'s own, which keeps its accounts in it",
	.hint = "use --then unmap and --then trim, or leave --heap out",
};
static const struct objection of_stack = {
	.why = "the stack is the kernel's to give and the program's to run on",
	.hint = "leave --stack out",
};
static const struct objection of_trim = {
	.why = "there is no malloc_trim(3) in this C library",
	.hint = "leave it out; the GNU C library has it",
};

static unsigned kinds_of(const struct request *request)
{
	static const unsigned kinds[] = {
		[REGION_PRIVATE] = KIND_ANONYMOUS,
		[REGION_SHARED] = KIND_SHARED,
		[REGION_MEMFD] = KIND_SHARED,
		[REGION_FILE_PRIVATE] = KIND_FILE,
		[REGION_FILE_SHARED] = KIND_SHARED,
		[REGION_HUGETLB] = KIND_HUGETLB,
		[REGION_HUGETLB_SHARED] = KIND_HUGETLB_SHARED,
		[REGION_HEAP] = KIND_HEAP,
		[REGION_STACK] = KIND_STACK,
	};

	/* mlock(2) fills a hugetlb mapping and does not lock it: region_lock_fills(). */
	if (request->lock == REGION_UNLOCKED || kinds[request->backing] & KIND_ANY_HUGETLB)
		return kinds[request->backing];
	return kinds[request->backing] | KIND_LOCKED;
}

static const struct objection *find_objection(unsigned kinds, const struct step *step)
{
	if (step->rule->verb != VERB_ADVISE)
		return NULL;
	for (size_t i = 0; i < sizeof(objections) / sizeof(objections[0]); i++)
		if (objections[i].advice == step->rule->what && objections[i].kinds & kinds)
			return &objections[i];
	if (step_trims(step))
		return heap_can_trim() ? NULL : &of_trim;
	if (kinds & KIND_STACK)
		return &of_stack;
	return kinds & KIND_HEAP && step->rule->what != ADVICE_UNMAP ? &of_heap : NULL;
}

static int contradictions_error(const struct step *step, const char *why, const char *hint,
				struct error *err)
{
	error_set(err, "--then %s: %s", step->name, why);
	error_hint(err, "%s", hint);
	return -EINVAL;
}

/* What is changed must be there: only version 2 of cgroups has memory.high. */
static int check_bound(const struct request *request, const struct step *step,
		       struct error *err)
{
	if (step->rule->what == SANDBOX_HIGH)
		return request->has_high ? 0
			: contradictions_error(step,
				"the sandbox has no memory.high that could be changed",
					       "add --high SIZE", err);
	return request->has_limit ? 0
		: contradictions_error(step, "the sandbox has no limit that could be changed",
				       "add --limit SIZE", err);
}

static int check_steps(const struct request *request, struct error *err)
{
	unsigned kinds = kinds_of(request), children = 0;
	bool unmapped = false, endless = request->hold == DURATION_INFINITE;

	for (size_t i = 0; i < request->step_count; i++) {
		const struct step *step = &request->steps[i];
		const struct objection *objection = find_objection(kinds, step);

		if (endless)
			return contradictions_error(step, "it would come after a hold without end",
				      "give that a TIME, or leave the step out", err);
		if (objection)
			return contradictions_error(step, objection->why, objection->hint, err);
		if (step->rule->verb == VERB_BOUND && check_bound(request, step, err) < 0)
			return -EINVAL;
		if (unmapped && step_needs_region(step))
			return contradictions_error(step,
				"after unmap the region is not there any more, "
						    "or not all of it",
						    "put unmap behind it", err);
		children += step_forks(step);
		if (children > SUBJECT_CHILDREN_MAX)
			return contradictions_error(step, "there are too many children already",
						    "up to 8 steps may fork", err);
		endless = step->rule->verb == VERB_HOLD && step->time == DURATION_INFINITE;
		unmapped = unmapped || (step->rule->verb == VERB_ADVISE &&
					step->rule->what == ADVICE_UNMAP);
	}
	return 0;
}

static int check_access(const struct request *request, struct error *err)
{
	if (!touch_calls(request->access) || request->backing == REGION_MEMFD ||
	    region_is_file(request->backing))
		return 0;
	error_set(err, "--access %s: this memory has no file that it could be done to",
		  touch_access_name(request->access));
	error_hint(err, "add --memfd or --file PATH");
	return -EINVAL;
}

/* What cannot be asked of memory that comes as it is touched, option by option. */
static int check_growing(const struct request *request, struct error *err)
{
	bool stack = request->backing == REGION_STACK;
	const char *option = stack ? "--stack" : "--heap", *other = NULL, *why = NULL;

	if (!region_grows(request->backing))
		return 0;
	if (stack && request->threads > 1) {
		other = "--threads";
		why = "only the first thread's stack grows";
	} else if (request->order != ORDER_FORWARD) {
		other = "--order";
		why = stack ? "a stack grows downwards, page by page"
			    : "a piece is allocated when it is touched";
	} else if (request->has_stride) {
		other = "--stride";
		why = "no page may be left out";
	} else if (request->access != TOUCH_WRITE && request->access != TOUCH_READ) {
		other = "--access";
		why = "there is nothing yet to be populated: each page is written or read";
	} else if (request->lock != REGION_UNLOCKED) {
		other = "--lock";
		why = "there is nothing yet to be locked";
	} else if (request->reserve) {
		other = "--reserve";
		why = "what it gets is always promised";
	} else if (request->thp == REGION_THP_ALWAYS) {
		other = "--thp=always";
		why = "there is nothing yet to be advised on; with --thp=system it is as the "
		      "system has it";
	}
	if (!other)
		return 0;
	error_set(err, "%s and %s do not go together: %s", option, other, why);
	error_hint(err, "leave one of them out");
	return -EINVAL;
}

int contradictions_check(const struct request *request, struct error *err)
{
	int r = check_access(request, err);

	if (r == 0)
		r = check_growing(request, err);
	if (r < 0)
		return r;
	if (request->reserve && (request->backing == REGION_MEMFD ||
				 request->backing == REGION_FILE_SHARED)) {
		error_set(err,
			  "--reserve has no meaning for a shared file or a memfd: its pages are "
			  "accounted one by one, or not at all");
		error_hint(err, "leave it out, or use --shared without a file");
		return -EINVAL;
	}
	return r < 0 ? r : check_steps(request, err);
}
