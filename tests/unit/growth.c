/* SPDX-License-Identifier: GPL-2.0-or-later */
/* growth.c - whether RSS grew by what was touched, and what is said when it did not */
#include <config.h>

#include "../tap.h"
#include "verdict/growth.h"

#define KIB INT64_C(1024)
#define MIB (KIB * KIB)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A subject of 2 MiB with 1 MiB resident, before it touches anything. */
static struct sample make_baseline(void)
{
	return (struct sample){
		.vsz = 2 * MIB, .rss = 1 * MIB, .rss_status = 1 * MIB, .rss_rollup = 1 * MIB,
		.anon_rollup = 256 * KIB, .shmem_rollup = 0, .file = 512 * KIB, .minflt = 100,
		.majflt = 1,
	};
}

/* The same after TOUCHED bytes have become resident as memory of BACKING's kind. */
static struct sample make_last(uint64_t touched, enum region_backing backing)
{
	struct sample last = make_baseline();

	last.touched = touched;
	last.rss_status += touched;
	last.rss_rollup += touched;
	*(backing == REGION_SHARED ? &last.shmem_rollup : &last.anon_rollup) += touched;
	last.minflt += 16;
	return last;
}

static struct growth measure(const struct sample *last, enum region_backing backing)
{
	struct sample baseline = make_baseline();

	return growth_measure(&baseline, last, backing);
}

static void test_as_planned(enum region_backing backing, const char *name)
{
	struct sample last = make_last(64 * KIB, backing);
	struct growth growth = measure(&last, backing);
	char reason[GROWTH_REASON_MAX] = "x";

	tap_ok(growth.exact, "%s: measured by smaps_rollup", name);
	tap_is(growth.vsz, 0, "VSZ stayed");
	tap_is(growth.rss, 64 * KIB, "RSS grew by what was touched");
	tap_is(growth.region, 64 * KIB, "so did the region's kind of memory");
	tap_is(growth.difference, 0, "there is no difference");
	tap_is(growth.minflt, 16, "minor faults");
	tap_is(growth.majflt, 0, "no major faults");
	tap_ok(growth_verified(&growth, 64 * KIB), "%s: verified", name);
	tap_is_text(growth_reason(&growth, 64 * KIB, SIZE_KIB, reason), "", "no reason to give");
}

static void test_region_kind(void)
{
	struct sample last = make_last(64 * KIB, REGION_SHARED);
	struct growth growth = measure(&last, REGION_PRIVATE);

	tap_is(growth.rss, 64 * KIB, "RSS counts every kind of memory");
	tap_is(growth.region, 0, "shared growth is not a private region's");
	tap_ok(!growth_verified(&growth, 64 * KIB), "and does not verify it");
}

static void test_status_only(void)
{
	struct sample last = make_last(64 * KIB, REGION_PRIVATE);
	char reason[GROWTH_REASON_MAX];
	struct growth growth;

	last.rss_rollup = SAMPLE_MISSING;
	last.anon_rollup = SAMPLE_MISSING;
	last.rss_status -= 16 * KIB;
	growth = measure(&last, REGION_PRIVATE);
	tap_ok(!growth.exact, "without smaps_rollup growth is not exact");
	tap_is(growth.rss, 48 * KIB, "it is by status");
	tap_is(growth.difference, -16 * KIB, "and may differ");
	tap_ok(!growth_verified(&growth, 64 * KIB), "it verifies nothing");
	growth_reason(&growth, 64 * KIB, SIZE_KIB, reason);
	tap_has(reason, "status", "the reason names the source");
}

static void test_status_equal(void)
{
	struct sample last = make_last(64 * KIB, REGION_PRIVATE);
	char reason[GROWTH_REASON_MAX];
	struct growth growth;

	last.rss_rollup = SAMPLE_MISSING;
	growth = measure(&last, REGION_PRIVATE);
	tap_is(growth.difference, 0, "status may agree with what was touched");
	tap_is_text(growth_reason(&growth, 64 * KIB, SIZE_KIB, reason), "", "no reason is needed");
	tap_ok(!growth_verified(&growth, 64 * KIB), "but it verifies nothing");
}

static void test_baseline_only(void)
{
	struct sample baseline = make_baseline(), last = make_last(64 * KIB, REGION_PRIVATE);
	struct growth growth;

	baseline.rss_rollup = SAMPLE_MISSING;
	growth = growth_measure(&baseline, &last, REGION_PRIVATE);
	tap_ok(!growth.exact && growth.rss == 64 * KIB,
	       "a source that only the last sample has is not used");
}

/* What keeps a run from being verified, and what the reason then says. */
static const struct {
	const char *name;
	struct growth growth;
	const char *pieces[3];
} reasons[] = {
	{ "VSZ rose", { .vsz = 128 * KIB, .rss = 64 * KIB, .exact = true, .region = 64 * KIB },
	  { "VSZ", "rose", "128 KiB" } },
	{ "VSZ fell", { .vsz = -4 * KIB, .rss = 64 * KIB, .exact = true, .region = 64 * KIB },
	  { "VSZ", "fell", "4 KiB" } },
	{ "huge pages", { .rss = 2048 * KIB, .exact = true, .region = 2048 * KIB,
			  .difference = 1984 * KIB, .huge = 2 * MIB },
	  { "huge pages", "1984 KiB", NULL } },
	{ "swap", { .rss = 24 * KIB, .exact = true, .region = 24 * KIB, .difference = -40 * KIB,
		    .swap = 40 * KIB },
	  { "swap", "40 KiB", NULL } },
	{ "file pages came in", { .rss = 76 * KIB, .exact = true, .region = 64 * KIB,
				  .difference = 12 * KIB, .file = 12 * KIB },
	  { "file", "12 KiB", "came in" } },
	{ "file pages were reclaimed", { .rss = 52 * KIB, .exact = true, .region = 64 * KIB,
					 .difference = -12 * KIB, .file = -12 * KIB },
	  { "file", "12 KiB", "reclaimed" } },
	{ "the region grew too much", { .rss = 68 * KIB, .exact = true, .region = 68 * KIB,
					.difference = 4 * KIB },
	  { "region", "4 KiB", NULL } },
	{ "the region grew too little", { .rss = 56 * KIB, .exact = true, .region = 56 * KIB,
					  .difference = -8 * KIB },
	  { "region", "8 KiB", "missing" } },
	{ "too little, although with huge pages", { .rss = 56 * KIB, .exact = true,
		.region = 56 * KIB, .difference = -8 * KIB, .huge = 2 * MIB },
	  { "region", "8 KiB", "missing" } },
	{ "two that cancel out", { .rss = 64 * KIB, .exact = true, .region = 60 * KIB,
				   .file = 4 * KIB },
	  { "file", "region", "4 KiB" } },
	{ "status lags", { .rss = 60 * KIB, .difference = -4 * KIB }, { "status", "lag", NULL } },
	{ "another kind of memory grew", { .rss = 72 * KIB, .exact = true, .region = 64 * KIB,
					   .difference = 8 * KIB },
	  { "8 KiB", NULL, NULL } },
};

static void test_reasons(void)
{
	for (size_t i = 0; i < COUNT(reasons); i++) {
		char reason[GROWTH_REASON_MAX] = "";

		growth_reason(&reasons[i].growth, 64 * KIB, SIZE_KIB, reason);
		if (!tap_ok(reason[0], "%s: there is a reason", reasons[i].name))
			continue;
		for (size_t j = 0; j < 3 && reasons[i].pieces[j]; j++)
			tap_has(reason, reasons[i].pieces[j], reasons[i].name);
		tap_ok(!strstr(reason, ", ,") && reason[strlen(reason) - 1] != ',',
		       "%s: it reads as a list", reasons[i].name);
	}
}

static void test_units(void)
{
	struct growth growth = { .rss = 68 * KIB, .exact = true, .region = 68 * KIB,
				 .difference = 4 * KIB };
	char reason[GROWTH_REASON_MAX];

	growth_reason(&growth, 64 * KIB, SIZE_BYTES, reason);
	tap_has(reason, "4096 bytes", "a reason in bytes");
	growth_reason(&growth, 64 * KIB, SIZE_HUMAN, reason);
	tap_has(reason, "4.0 KiB", "a reason in human units");
}

/* Everything at once, with the largest figures: it still ends inside the buffer. */
static void test_longest_reason(void)
{
	struct growth growth = { .vsz = INT64_MIN, .rss = INT64_MIN, .exact = true,
				 .region = INT64_MIN, .difference = INT64_MIN, .file = INT64_MIN,
				 .swap = INT64_MAX, .huge = UINT64_MAX };
	char reason[GROWTH_REASON_MAX + 1];

	reason[GROWTH_REASON_MAX] = '~';
	growth_reason(&growth, 0, SIZE_BYTES, reason);
	tap_ok(memchr(reason, '\0', GROWTH_REASON_MAX) && reason[GROWTH_REASON_MAX] == '~',
	       "the longest reason stays in its buffer");
	tap_has(reason, "9223372036854775808 bytes", "the largest figure is said");
}

static const struct {
	const char *name;
	struct growth growth;
	bool verified;
} verifications[] = {
	{ "exactly", { .exact = true, .region = 64 * KIB, .rss = 64 * KIB }, true },
	{ "other kinds of memory do not count", { .exact = true, .region = 64 * KIB,
		.rss = 80 * KIB, .difference = 16 * KIB, .file = 16 * KIB }, true },
	{ "one page too many", { .exact = true, .region = 68 * KIB, .rss = 68 * KIB }, false },
	{ "one page too few", { .exact = true, .region = 60 * KIB, .rss = 60 * KIB }, false },
	{ "RSS agrees, the region does not", { .exact = true, .region = 60 * KIB,
		.rss = 64 * KIB, .file = 4 * KIB }, false },
	{ "VSZ moved", { .exact = true, .region = 64 * KIB, .rss = 64 * KIB, .vsz = 4 * KIB },
	  false },
	{ "VSZ fell", { .exact = true, .region = 64 * KIB, .rss = 64 * KIB, .vsz = -4 * KIB },
	  false },
	{ "not exact", { .region = 64 * KIB, .rss = 64 * KIB }, false },
};

static void test_verified(void)
{
	for (size_t i = 0; i < COUNT(verifications); i++)
		tap_ok(growth_verified(&verifications[i].growth, 64 * KIB) ==
		       verifications[i].verified, "verified or not: %s", verifications[i].name);
}

static void test_falling(void)
{
	struct sample last = make_last(0, REGION_PRIVATE);
	struct growth growth;

	last.rss_rollup -= 8 * KIB;
	last.file -= 8 * KIB;
	last.vsz -= 4 * KIB;
	growth = measure(&last, REGION_PRIVATE);
	tap_is(growth.rss, -8 * KIB, "RSS may fall");
	tap_is(growth.vsz, -4 * KIB, "so may VSZ");
	tap_is(growth.file, -8 * KIB, "so may file pages");
	tap_is(growth.difference, -8 * KIB, "the difference is negative");
}

int main(void)
{
	test_as_planned(REGION_PRIVATE, "private");
	test_as_planned(REGION_SHARED, "shared");
	test_region_kind();
	test_status_only();
	test_status_equal();
	test_baseline_only();
	test_reasons();
	test_units();
	test_longest_reason();
	test_verified();
	test_falling();
	return tap_done();
}
