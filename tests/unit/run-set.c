/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run-set.c - what several runs have needed */
#include <config.h>

#include <math.h>

#include "../tap.h"
#include "lib/macros.h"
#include "verdict/run-set.h"

#define NONE SAMPLE_MISSING

/* Makes runs of which RSS is that of VALUES, and nothing else is known. */
static struct run_set set_of(const uint64_t *values, size_t count)
{
	struct run_figures runs[8];
	struct run_set set;

	for (size_t i = 0; i < count; i++) {
		for (size_t figure = 0; figure < RUN_FIGURES; figure++)
			runs[i].value[figure] = NONE;
		runs[i].value[FIGURE_RSS] = values[i];
	}
	if (run_set_of(runs, count, &set) < 0)
		exit(99);
	return set;
}

static void test_spread(void)
{
	static const struct {
		uint64_t values[5];
		size_t count;
		uint64_t known, min, median, max;
	} sets[] = {
		{ { 7 }, 1, 1, 7, 7, 7 },
		{ { 9, 3, 5 }, 3, 3, 3, 5, 9 },
		{ { 9, 3, 5, 6 }, 4, 4, 3, 6, 9 },
		{ { 4, 2 }, 2, 2, 2, 3, 4 },
		{ { NONE, 8, NONE, 2, 4 }, 5, 3, 2, 4, 8 },
		{ { NONE, NONE }, 2, 0, NONE, NONE, NONE },
		{ { 0, 0, 1 }, 3, 3, 0, 0, 1 },
		{ { UINT64_MAX - 1, UINT64_MAX - 3 }, 2, 2, UINT64_MAX - 3, UINT64_MAX - 2,
		  UINT64_MAX - 1 },
		{ { 0 }, 0, 0, NONE, NONE, NONE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
		struct run_set set = set_of(sets[i].values, sets[i].count);
		const struct run_spread *spread = &set.spread[FIGURE_RSS];

		tap_ok(set.runs == sets[i].count && spread->count == sets[i].known,
		       "how many runs there are, and how many know it");
		tap_ok(spread->min == sets[i].min && spread->median == sets[i].median &&
		       spread->max == sets[i].max, "least, median, most of set %d", (int)i);
		tap_ok(!set.spread[FIGURE_PSS].count &&
		       set.spread[FIGURE_PSS].median == NONE, "what is not known");
	}
}

static void test_change(void)
{
	static const struct {
		uint64_t a, b;
		double percent;
	} pairs[] = {
		{ 100, 110, 10 }, { 100, 90, -10 }, { 5, 5, 0 }, { 0, 0, 0 }, { 200, 0, -100 },
	};
	struct run_set a, b;

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		a = set_of(&pairs[i].a, 1);
		b = set_of(&pairs[i].b, 1);
		tap_ok(fabs(run_set_change(&a, &b, FIGURE_RSS) - pairs[i].percent) < 1e-9,
		       "a change of %d %%", (int)pairs[i].percent);
	}
	a = set_of((const uint64_t[]){ 0 }, 1);
	b = set_of((const uint64_t[]){ 1 }, 1);
	tap_ok(isinf(run_set_change(&a, &b, FIGURE_RSS)), "from nothing to something");
	b = set_of((const uint64_t[]){ NONE }, 1);
	tap_ok(isnan(run_set_change(&a, &b, FIGURE_RSS)) &&
	       isnan(run_set_change(&b, &a, FIGURE_RSS)), "what is not known has no change");
}

int main(void)
{
	test_spread();
	test_change();
	return tap_done();
}
