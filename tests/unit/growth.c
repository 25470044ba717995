/* SPDX-License-Identifier: GPL-2.0-or-later */
/* growth.c - whether RSS grew by what was touched, and what is said when it did not */
#include <config.h>

#include "../tap.h"
#include "verdict/growth.h"

#define KIB INT64_C(1024)
#define MIB (KIB * KIB)
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

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

	last.touched = last.covered = touched;
	last.rss_status += touched;
	last.rss_rollup += touched;
	*(backing == REGION_SHARED ? &last.shmem_rollup : &last.anon_rollup) += touched;
	last.minflt += 16;
	return last;
}

/* The rule of a region of BACKING of 1 MiB of which TOUCHED bytes were written. */
static struct growth_rule rule_of(enum region_backing backing, uint64_t touched)
{
	struct workload workload = { .region = { .backing = backing, .bytes = 1 * MIB } };

	return growth_expect(&workload, touched, 0);
}

static struct growth measure(const struct sample *last, enum region_backing backing)
{
	struct sample baseline = make_baseline();
	struct growth_rule rule = rule_of(backing, last->covered);

	return growth_measure(&baseline, last, &rule);
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
	tap_ok(growth_verified(&growth), "%s: verified", name);
	tap_is_text(growth_reason(&growth, 64 * KIB, SIZE_KIB, reason), "", "no reason to give");
}

static void test_region_kind(void)
{
	struct sample last = make_last(64 * KIB, REGION_SHARED);
	struct growth growth = measure(&last, REGION_PRIVATE);

	tap_is(growth.rss, 64 * KIB, "RSS counts every kind of memory");
	tap_is(growth.region, 0, "shared growth is not a private region's");
	tap_ok(!growth_verified(&growth), "and does not verify it");
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
	tap_ok(!growth_verified(&growth), "it verifies nothing");
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
	tap_ok(!growth_verified(&growth), "but it verifies nothing");
}

static void test_baseline_only(void)
{
	struct sample baseline = make_baseline(), last = make_last(64 * KIB, REGION_PRIVATE);
	struct growth_rule rule;
	struct growth growth;

	baseline.rss_rollup = SAMPLE_MISSING;
	rule = rule_of(REGION_PRIVATE, 64 * KIB);
	growth = growth_measure(&baseline, &last, &rule);
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
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
		char reason[GROWTH_REASON_MAX] = "";
		struct growth growth = reasons[i].growth;

		growth.rule = rule_of(REGION_PRIVATE, 64 * KIB);
		growth_reason(&growth, 64 * KIB, SIZE_KIB, reason);
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
	struct growth growth = { .rule = rule_of(REGION_PRIVATE, 64 * KIB), .rss = 68 * KIB,
				 .exact = true, .region = 68 * KIB, .difference = 4 * KIB };
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
	for (size_t i = 0; i < ARRAY_SIZE(verifications); i++) {
		struct growth growth = verifications[i].growth;

		growth.rule = rule_of(REGION_PRIVATE, 64 * KIB);
		tap_ok(growth_verified(&growth) == verifications[i].verified,
		       "verified or not: %s", verifications[i].name);
	}
}

/*
 * What must have become resident of 1 MiB of which COVERED KiB were touched and LOCKED KiB
 * locked.
 */
static const struct {
	const char *name;
	enum region_backing backing;
	enum touch_access access;
	bool read_only;
	uint64_t covered, locked;
	enum growth_kind kind;
	enum growth_cause cause;
	uint64_t least, most;
} rules[] = {
	{ "private, written", REGION_PRIVATE, TOUCH_WRITE, false, 64, 0, GROWTH_ANON, GROWTH_PLAIN,
	  64, 64 },
	{ "private, populated", REGION_PRIVATE, TOUCH_POPULATE_WRITE, false, 64, 0, GROWTH_ANON,
	  GROWTH_PLAIN, 64, 64 },
	{ "private, read", REGION_PRIVATE, TOUCH_READ, true, 64, 0, GROWTH_ANON, GROWTH_ZERO_PAGE,
	  0, 0 },
	{ "private, populated to read", REGION_PRIVATE, TOUCH_POPULATE_READ, false, 64, 0,
	  GROWTH_ANON, GROWTH_ZERO_PAGE, 0, 0 },
	{ "private, locked", REGION_PRIVATE, TOUCH_WRITE, false, 64, 1024, GROWTH_ANON,
	  GROWTH_LOCKED, 1024, 1024 },
	{ "private, locked and read, but writable", REGION_PRIVATE, TOUCH_READ, false, 64, 1024,
	  GROWTH_ANON, GROWTH_LOCKED, 1024, 1024 },
	{ "private, locked and never to be written", REGION_PRIVATE, TOUCH_READ, true, 64, 1024,
	  GROWTH_ANON, GROWTH_ZERO_PAGE, 0, 0 },
	{ "private, all written and locked", REGION_PRIVATE, TOUCH_WRITE, false, 1024, 1024,
	  GROWTH_ANON, GROWTH_PLAIN, 1024, 1024 },
	{ "shared, written", REGION_SHARED, TOUCH_WRITE, false, 64, 0, GROWTH_SHMEM, GROWTH_PLAIN,
	  64, 64 },
	{ "shared, read", REGION_SHARED, TOUCH_READ, true, 64, 0, GROWTH_SHMEM, GROWTH_PLAIN, 64,
	  64 },
	{ "memfd, read", REGION_MEMFD, TOUCH_POPULATE_READ, true, 64, 0, GROWTH_SHMEM,
	  GROWTH_PLAIN, 64, 64 },
	{ "memfd, locked", REGION_MEMFD, TOUCH_READ, true, 64, 1024, GROWTH_SHMEM, GROWTH_LOCKED,
	  1024, 1024 },
	{ "file copied", REGION_FILE_PRIVATE, TOUCH_WRITE, false, 64, 0, GROWTH_REGION,
	  GROWTH_PLAIN, 64, 64 },
	{ "file read", REGION_FILE_PRIVATE, TOUCH_READ, true, 64, 0, GROWTH_REGION, GROWTH_AROUND,
	  64, 1024 },
	{ "file shared, written", REGION_FILE_SHARED, TOUCH_WRITE, false, 64, 0, GROWTH_REGION,
	  GROWTH_AROUND, 64, 1024 },
	{ "file shared, not written at all", REGION_FILE_SHARED, TOUCH_WRITE, false, 0, 0,
	  GROWTH_REGION, GROWTH_PLAIN, 0, 0 },
	{ "file shared, read", REGION_FILE_SHARED, TOUCH_READ, true, 64, 0, GROWTH_REGION,
	  GROWTH_AROUND, 64, 1024 },
	{ "file not touched at all", REGION_FILE_SHARED, TOUCH_READ, true, 0, 0, GROWTH_REGION,
	  GROWTH_PLAIN, 0, 0 },
	{ "file locked", REGION_FILE_SHARED, TOUCH_READ, true, 0, 1024, GROWTH_REGION,
	  GROWTH_LOCKED, 1024, 1024 },
	{ "memfd, by pwrite", REGION_MEMFD, TOUCH_PWRITE, false, 64, 0, GROWTH_SHMEM,
	  GROWTH_CALLED, 0, 0 },
	{ "memfd, by pread, locked", REGION_MEMFD, TOUCH_PREAD, true, 64, 1024, GROWTH_SHMEM,
	  GROWTH_LOCKED, 1024, 1024 },
	{ "file, by pread", REGION_FILE_PRIVATE, TOUCH_PREAD, true, 64, 0, GROWTH_REGION,
	  GROWTH_CALLED, 0, 0 },
	{ "file shared, by pwrite", REGION_FILE_SHARED, TOUCH_PWRITE, false, 64, 0, GROWTH_REGION,
	  GROWTH_CALLED, 0, 0 },
	{ "hugetlb, written", REGION_HUGETLB, TOUCH_WRITE, false, 64, 0, GROWTH_HUGETLB,
	  GROWTH_NO_RSS, 64, 64 },
	{ "hugetlb, read", REGION_HUGETLB_SHARED, TOUCH_READ, true, 64, 0, GROWTH_HUGETLB,
	  GROWTH_NO_RSS, 64, 64 },
	{ "stack, written", REGION_STACK, TOUCH_WRITE, false, 64, 0, GROWTH_ANON, GROWTH_PLAIN, 64,
	  64 },
	{ "stack, read", REGION_STACK, TOUCH_READ, true, 64, 0, GROWTH_ANON, GROWTH_ZERO_PAGE, 0,
	  0 },
};

/* The rule for a region of 1 MiB of which COVERED KiB were touched and LOCKED KiB locked. */
static struct growth_rule expect_of(struct region_spec region, enum touch_access access,
				    uint64_t covered, uint64_t locked)
{
	struct workload workload = { .region = region, .touch_params.access = access };

	workload.region.bytes = 1 * MIB;
	return growth_expect(&workload, covered * (uint64_t)KIB, locked * (uint64_t)KIB);
}

/* The same where the kernel has no page of zeros. */
static const struct {
	const char *name;
	enum region_backing backing;
	enum touch_access access;
	uint64_t covered, locked;
	enum growth_cause cause;
	uint64_t most;
} rules_without_zeros[] = {
	{ "private, read", REGION_PRIVATE, TOUCH_READ, 64, 0, GROWTH_PLAIN, 64 },
	{ "private, populated to read", REGION_PRIVATE, TOUCH_POPULATE_READ, 64, 0, GROWTH_PLAIN,
	  64 },
	{ "private, locked and read", REGION_PRIVATE, TOUCH_READ, 64, 1024, GROWTH_LOCKED, 1024 },
	{ "stack, read", REGION_STACK, TOUCH_READ, 64, 0, GROWTH_PLAIN, 64 },
	{ "private, not touched", REGION_PRIVATE, TOUCH_READ, 0, 0, GROWTH_ZERO_PAGE, 0 },
};

static void test_rules_without_zeros(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rules_without_zeros); i++) {
		struct growth_rule rule = expect_of((struct region_spec){
			.backing = rules_without_zeros[i].backing, .read_only = true,
			.own_zeros = true }, rules_without_zeros[i].access,
			rules_without_zeros[i].covered, rules_without_zeros[i].locked);

		tap_ok(rule.cause == rules_without_zeros[i].cause, "without a page of zeros: %s",
		       rules_without_zeros[i].name);
		tap_is((int64_t)rule.least, (int64_t)rules_without_zeros[i].most * KIB,
		       "just as much");
		tap_is((int64_t)rule.most, (int64_t)rule.least, "and no more");
	}
}

static void test_rules(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		struct growth_rule rule = expect_of((struct region_spec){
			.backing = rules[i].backing, .read_only = rules[i].read_only },
			rules[i].access, rules[i].covered, rules[i].locked);

		tap_ok(rule.kind == rules[i].kind && rule.cause == rules[i].cause,
		       "%s: where it shows, and why", rules[i].name);
		tap_is((int64_t)rule.least, (int64_t)rules[i].least * KIB, "at the least");
		tap_is((int64_t)rule.most, (int64_t)rules[i].most * KIB, "at the most");
	}
}

/* A heap of 1 MiB in pieces of PIECE bytes, of which COVERED KiB were touched by THREADS. */
static struct growth_rule heap_rule(uint64_t piece, uint64_t covered, unsigned threads,
				    enum touch_access access)
{
	struct workload workload = {
		.region = { .backing = REGION_HEAP, .bytes = 1 * MIB, .piece = piece },
		.touch_params.access = access, .threads = threads,
	};

	return growth_expect(&workload, covered * (uint64_t)KIB, 0);
}

static void test_heap(void)
{
	struct growth_rule rule = heap_rule(1024, 1024, 1, TOUCH_WRITE);
	struct growth growth = { .exact = true, .vsz = 1 * MIB, .region = 1 * MIB };

	tap_ok(rule.kind == GROWTH_ANON && rule.cause == GROWTH_ALLOCATOR && rule.vsz_grows,
	       "a heap is anonymous, and VSZ grows with it");
	tap_is((int64_t)rule.least, 960 * KIB, "some of it may have been there");
	tap_is((int64_t)rule.most, (1024 + 24 + 64) * KIB, "the allocator adds some");
	growth.rule = rule;
	tap_ok(growth_verified(&growth), "verified");
	growth.vsz = 959 * KIB;
	tap_ok(!growth_verified(&growth), "unless VSZ grew by less");
	growth.vsz = 64 * MIB;
	tap_ok(growth_verified(&growth), "it may grow by more: an arena");
	growth.region = 1113 * KIB;
	tap_ok(!growth_verified(&growth), "but RSS may not");
	rule = heap_rule(4096, 64, 16, TOUCH_WRITE);
	tap_ok(rule.least == 0 && (int64_t)rule.most == 64 * KIB + 16 * 24 + 1 * MIB,
	       "each thread has an arena");
	rule = heap_rule(1 * MIB, 1024, 1, TOUCH_READ);
	tap_ok(rule.least == 0 && rule.cause == GROWTH_ZERO_PAGE &&
	       (int64_t)rule.vsz_least == 960 * KIB,
	       "what is only read need not be resident");
}

static void test_stack(void)
{
	struct growth growth = { .exact = true, .vsz = 64 * KIB, .region = 64 * KIB,
				 .rss = 64 * KIB };
	char reason[GROWTH_REASON_MAX];

	growth.rule = rule_of(REGION_STACK, 64 * KIB);
	tap_ok(growth_verified(&growth), "a stack takes VSZ along");
	tap_is_text(growth_reason(&growth, 64 * KIB, SIZE_KIB, reason), "",
		    "which needs no reason");
	growth.vsz = 0;
	tap_ok(!growth_verified(&growth), "and is not verified if it does not");
}

/* What is said when RSS grew by something else than was touched, as it had to. */
static const struct {
	const char *name;
	struct growth growth;
	const char *reason;
} causes[] = {
	{ "read only",
	  { .rule = { .cause = GROWTH_ZERO_PAGE }, .exact = true, .difference = -64 * KIB },
	  "what is only read stays the one page of zeros, which is in no RSS" },
	{ "by calls",
	  { .rule = { .cause = GROWTH_CALLED }, .exact = true, .difference = -64 * KIB },
	  "what pread and pwrite reach is the file, not the mapping" },
	{ "allocator",
	  { .rule = { .cause = GROWTH_ALLOCATOR, .vsz_grows = true, .least = 0, .most = 1 << 20 },
	    .exact = true,
	    .vsz = 128 * KIB,
	    .region = 72 * KIB,
	    .rss = 72 * KIB,
	    .difference = 8 * KIB },
	  "malloc(3) itself took 8 KiB" },
	{ "spare memory",
	  { .rule = { .cause = GROWTH_ALLOCATOR, .vsz_grows = true, .least = 0, .most = 1 << 20 },
	    .exact = true,
	    .vsz = 128 * KIB,
	    .region = 60 * KIB,
	    .rss = 60 * KIB,
	    .difference = -4 * KIB },
	  "malloc(3) had 4 KiB of it resident already" },
	{ "hugetlb",
	  { .rule = { .kind = GROWTH_HUGETLB, .cause = GROWTH_NO_RSS,
		    .least = 65536, .most = 65536 },
	    .exact = true,
	    .region = 64 * KIB,
	    .difference = -64 * KIB },
	  "hugetlb pages are in no RSS, but 64 KiB came into use" },
	{ "locked",
	  { .rule = { .kind = GROWTH_ANON, .cause = GROWTH_LOCKED,
		    .least = 1 << 20, .most = 1 << 20 },
	    .exact = true,
	    .region = 1 * MIB,
	    .rss = 1 * MIB,
	    .difference = 960 * KIB },
	  "mlock made 960 KiB more of the region resident" },
	{ "around",
	  { .rule = { .kind = GROWTH_REGION, .cause = GROWTH_AROUND,
		    .least = 65536, .most = 1 << 20 },
	    .exact = true,
	    .region = 128 * KIB,
	    .rss = 128 * KIB,
	    .difference = 64 * KIB },
	  "the kernel mapped 64 KiB more of the file around what was touched" },
	{ "read only, and the program grew too",
	  { .rule = { .cause = GROWTH_ZERO_PAGE },
	    .exact = true,
	    .rss = 4 * KIB,
	    .difference = -60 * KIB },
	  "what is only read stays the one page of zeros, which is in no RSS, 4 KiB of other "
	  "memory of "
	  "the subject came in" },
};

static void test_causes(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(causes); i++) {
		char reason[GROWTH_REASON_MAX];

		growth_reason(&causes[i].growth, 64 * KIB, SIZE_KIB, reason);
		tap_is_text(reason, causes[i].reason, causes[i].name);
		tap_ok(growth_verified(&causes[i].growth), "%s: and is verified", causes[i].name);
	}
}

/* Memory that was touched of a file is what smaps says of the region, not what the program has. */
static void test_file(void)
{
	struct sample baseline = make_baseline(), last = make_last(64 * KIB, REGION_PRIVATE);
	struct growth_rule rule = rule_of(REGION_FILE_SHARED, 64 * KIB);
	struct growth growth;

	baseline.region_rss = 0;
	last.region_rss = 64 * KIB;
	last.rss_rollup += 16 * KIB;
	growth = growth_measure(&baseline, &last, &rule);
	tap_is(growth.region, 64 * KIB, "a file's region is measured by its own mapping");
	tap_is(growth.file, 16 * KIB, "what else came in is the program's");
	tap_ok(growth_verified(&growth), "which does not count");
	last.region_rss = SAMPLE_MISSING;
	growth = growth_measure(&baseline, &last, &rule);
	tap_ok(!growth.exact && !growth_verified(&growth), "without smaps nothing is verified");
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
	test_rules();
	test_rules_without_zeros();
	test_heap();
	test_stack();
	test_causes();
	test_file();
	test_falling();
	return tap_done();
}
