/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gfp.c - gfp masks: names as printed, names by the values of a kernel, and their meaning */
#include <config.h>

#include "../tap.h"
#include "analysis/gfp.h"
#include "oomreport/report.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define NOTHING "nothing: a page fault that had already failed (pagefault_out_of_memory)"
#define MOVABLE "movable memory for a process's pages (a page fault or the page cache)"
#define ZEROED "movable memory for a process's pages, zeroed (a page fault)"
#define KERNEL "memory for the kernel itself"
#define ACCOUNTED "memory for the kernel itself, charged to a cgroup"
#define READ "memory for the page cache (a file being read)"
#define WRITTEN "memory for the page cache (a file being written)"
#define THP "a transparent huge page"
#define CACHE "memory for a cache of the kernel that can shrink (inodes, directory entries)"
#define NOFS "memory for the kernel itself, asked for by a file system"
#define NOIO "memory for the kernel itself, asked for in the course of input or output"
#define HASTE "memory for the kernel itself, without waiting for it"
#define VMALLOC "memory for the kernel itself (vmalloc)"
#define DMA "memory in the DMA zone (the lowest addresses, for old devices)"
#define DMA32 "memory in the DMA32 zone (below 4 GiB, for devices)"
#define FIXED "memory for user space that cannot be moved"
#define PIPE "memory for user space that cannot be moved, charged to a cgroup (a pipe, for one)"
#define TABLE "memory for the kernel itself, zeroed, charged to a cgroup (a page table, for one)"
#define PTE "a page table"
#define CHARGED "memory charged to the cgroup: a process's page, or the kernel's own"

/* The flags with bars between them, for the caller to look at before the next call. */
static const char *joined(const struct oom_gfp *gfp)
{
	static char text[OOM_GFP_FLAGS_MAX * (OOM_GFP_NAME_MAX + 1)];
	size_t length = 0;

	text[0] = '\0';
	for (size_t i = 0; i < gfp->count; i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s",
					   i ? "|" : "", gfp->flags[i]);
	return text;
}

/* A mask as a log has it: with VALUE OOM_UNKNOWN, the number is read from it too. */
struct row {
	const char *mask;
	unsigned kernel;
	const char *flags;	/* NULL: those in the parentheses */
	const char *kind;
};

static const char *wanted_flags(const struct row *row, char copy[static 256])
{
	if (row->flags)
		return row->flags;
	snprintf(copy, 256, "%s", strchr(row->mask, '(') + 1);
	*strchr(copy, ')') = '\0';
	return copy;
}

static void check(const struct row *row, uint64_t value, bool decoded, const char *name)
{
	struct oom_gfp gfp;
	char text[160], copy[256];

	oom_gfp_decode(row->mask, value, row->kernel, &gfp);
	snprintf(text, sizeof(text), "%s: %s of %u", name, row->mask ? row->mask : "(none)",
		 row->kernel);
	tap_is_text(joined(&gfp), wanted_flags(row, copy), text);
	snprintf(text, sizeof(text), "%s: its kind", name);
	tap_is_text(gfp.kind, row->kind, text);
	snprintf(text, sizeof(text), "%s: decoded by us or not", name);
	tap_is(gfp.decoded, decoded, text);
}

static void test_printed(void)
{
	static const struct row rows[] = {
		{ "0x6200ca(GFP_HIGHUSER_MOVABLE)", 418, NULL, MOVABLE },
		{ "0x6280ca(GFP_HIGHUSER_MOVABLE|__GFP_ZERO)", 500, NULL, ZEROED },
		{ "0x140dca(GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO)", 601, NULL, ZEROED },
		{ "0x140dca(GFP_HIGHUSER_MOVABLE|__GFP_ZERO|__GFP_COMP)", 700, NULL, ZEROED },
		{ "0x140cca(GFP_HIGHUSER_MOVABLE|__GFP_COMP)", 612, NULL, MOVABLE },
		/* The names count, not the values of the version: vendors move flags. */
		{ "0x140cca(GFP_HIGHUSER_MOVABLE|__GFP_COMP)", 310, NULL, MOVABLE },
		{ "0x1100cca(GFP_HIGHUSER_MOVABLE)", 515, NULL, MOVABLE },
		{ "0xcc0(GFP_KERNEL)", 0, NULL, KERNEL },
		{ "0x40cc0(GFP_KERNEL|__GFP_COMP)", 610, NULL, KERNEL },
		{ "0x400dc0(GFP_KERNEL_ACCOUNT|__GFP_ZERO)", 510, NULL, TABLE },
		{ "0x27080c0(GFP_KERNEL_ACCOUNT|__GFP_ZERO|__GFP_NOTRACK)", 408, NULL, PTE },
		{ "0x400cc0(GFP_KERNEL_ACCOUNT)", 601, NULL, ACCOUNTED },
		{ "0x500cc2(GFP_HIGHUSER|__GFP_ACCOUNT)", 508, NULL, PIPE },
		{ "0x100cc2(GFP_HIGHUSER)", 506, NULL, FIXED },
		{ "0x100cc0(GFP_USER)", 506, NULL,
		  "memory for user space that the kernel reaches directly (a buffer, for one)" },
		{ "0x101cc0(GFP_USER|__GFP_WRITE)", 507, NULL, WRITTEN },
		{ "0x101c4a(GFP_NOFS|__GFP_HIGHMEM|__GFP_HARDWALL|__GFP_MOVABLE|__GFP_WRITE)", 608,
		  NULL, WRITTEN },
		{ "0x100c4a(GFP_NOFS|__GFP_HIGHMEM|__GFP_HARDWALL|__GFP_MOVABLE)", 608, NULL,
		  "memory for the page cache, asked for by a file system" },
		{ "0xcc2(GFP_KERNEL|__GFP_HIGHMEM)", 601, NULL, VMALLOC },
		{ "0xcc4(GFP_KERNEL|GFP_DMA32)", 601, NULL, DMA32 },
		{ "0xcc1(GFP_KERNEL|GFP_DMA)", 601, NULL, DMA },
		{ "0x1c24ca(GFP_TRANSHUGE)", 504, NULL, THP },
		{ "0x1c20ca(GFP_TRANSHUGE_LIGHT)", 504, NULL, THP },
		{ "0x346cca(GFP_HIGHUSER_MOVABLE|__GFP_NOWARN|__GFP_RETRY_MAYFAIL|__GFP_COMP"
		  "|__GFP_THISNODE)", 601, NULL, "a huge page" },
		{ "0xc40(GFP_NOFS)", 601, NULL, NOFS },
		{ "0x408d40(GFP_NOFS|__GFP_NOFAIL|__GFP_ZERO|__GFP_ACCOUNT)", 607, NULL,
		  ACCOUNTED },
		{ "0xc00(GFP_NOIO)", 601, NULL, NOIO },
		{ "0xa20(GFP_ATOMIC)", 601, NULL, HASTE },
		{ "0xcd0(GFP_KERNEL|__GFP_RECLAIMABLE)", 601, NULL, CACHE },
		{ "0x0()", 601, NULL, NOTHING },
		{ "0x800cc0(GFP_KERNEL|0x800000)", 601, NULL, KERNEL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check(&rows[i], OOM_UNKNOWN, false, "as printed");
}

/* What the kernels of the recordings printed beside the number, and what 4.4 did not print. */
static void test_recorded(void)
{
	static const struct row rows[] = {
		{ "0x24000c0", 404, "GFP_KERNEL", KERNEL },
		{ "0x24200ca", 404, "GFP_HIGHUSER_MOVABLE", MOVABLE },
		{ "0x24280ca", 404, "GFP_HIGHUSER_MOVABLE|__GFP_ZERO", ZEROED },
		{ "0x6000c0", 418, "GFP_KERNEL", KERNEL },
		{ "0x6200ca", 418, "GFP_HIGHUSER_MOVABLE", MOVABLE },
		{ "0x6280ca", 418, "GFP_HIGHUSER_MOVABLE|__GFP_ZERO", ZEROED },
		{ "0x6000c0", 500, "GFP_KERNEL", KERNEL },
		{ "0x6200ca", 500, "GFP_HIGHUSER_MOVABLE", MOVABLE },
		{ "0x6280ca", 500, "GFP_HIGHUSER_MOVABLE|__GFP_ZERO", ZEROED },
		{ "0xcc0", 504, "GFP_KERNEL", KERNEL },
		{ "0x100cca", 504, "GFP_HIGHUSER_MOVABLE", MOVABLE },
		{ "0x100dca", 504, "GFP_HIGHUSER_MOVABLE|__GFP_ZERO", ZEROED },
		{ "0x100dca", 510, "GFP_HIGHUSER_MOVABLE|__GFP_ZERO", ZEROED },
		{ "0x1100cca", 515, "GFP_HIGHUSER_MOVABLE", MOVABLE },
		{ "0x1100dca", 515, "GFP_HIGHUSER_MOVABLE|__GFP_ZERO", ZEROED },
		{ "0x140cca", 519, "GFP_HIGHUSER_MOVABLE|__GFP_COMP", MOVABLE },
		{ "0x140dca", 519, "GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO", ZEROED },
		{ "0x140dca", 601, "GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO", ZEROED },
		{ "0x140dca", 605, "GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO", ZEROED },
		{ "0x140dca", 612, "GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO", ZEROED },
		{ "0x140dca", 616, "GFP_HIGHUSER_MOVABLE|__GFP_ZERO|__GFP_COMP", ZEROED },
		{ "0x140dca", 618, "GFP_HIGHUSER_MOVABLE|__GFP_ZERO|__GFP_COMP", ZEROED },
		{ "0x140dca", 700, "GFP_HIGHUSER_MOVABLE|__GFP_ZERO|__GFP_COMP", ZEROED },
		{ "0x140cca", 700, "GFP_HIGHUSER_MOVABLE|__GFP_COMP", MOVABLE },
		{ "0xcc0", 700, "GFP_KERNEL", KERNEL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check(&rows[i], OOM_UNKNOWN, true, "recorded");
}

/* Values out of the headers of each version. */
static const struct row values[] = {
	{ "0x201da", 206, "GFP_HIGHUSER_MOVABLE|__GFP_COLD", READ },
	{ "0x201da", 310, "GFP_HIGHUSER_MOVABLE|__GFP_COLD", READ },
	{ "0x280da", 206, "GFP_HIGHUSER_MOVABLE|__GFP_ZERO", ZEROED },
	{ "0x200da", 318, "GFP_HIGHUSER_MOVABLE", MOVABLE },
	{ "0xd0", 302, "GFP_KERNEL", KERNEL },
	{ "0xd4", 206, "GFP_KERNEL|GFP_DMA32", DMA32 },
	{ "0xd1", 310, "GFP_KERNEL|GFP_DMA", DMA },
	{ "0x84d0", 206, "GFP_KERNEL|__GFP_REPEAT|__GFP_ZERO", PTE },
	{ "0x2084d0", 206, "GFP_KERNEL|__GFP_REPEAT|__GFP_ZERO|__GFP_NOTRACK", PTE },
	{ "0x86d0", 310, "GFP_KERNEL|__GFP_NOWARN|__GFP_REPEAT|__GFP_ZERO", KERNEL },
	{ "0x800d0", 310, "GFP_TEMPORARY", CACHE },
	{ "0x1000d0", 310, "GFP_KERNEL|__GFP_KMEMCG", ACCOUNTED },
	{ "0x1000d0", 318, "GFP_KERNEL|0x100000", KERNEL },
	{ "0x1000d0", 402, "GFP_KERNEL|__GFP_NOACCOUNT", KERNEL },
	{ "0x10200da", 310, "GFP_HIGHUSER_MOVABLE|__GFP_WRITE", WRITTEN },
	{ "0x4352da", 310, "GFP_TRANSHUGE", THP },
	{ "0x47d2da", 403, "GFP_TRANSHUGE|__GFP_ZERO|__GFP_THISNODE", THP },
	{ "0xd2", 310, "GFP_KERNEL|__GFP_HIGHMEM", VMALLOC },
	{ "0x50", 302, "GFP_NOFS", NOFS },
	{ "0x10", 302, "GFP_NOIO", NOIO },
	{ "0x242c0ca", 409, "GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO", ZEROED },
	{ "0x24201ca", 404, "GFP_HIGHUSER_MOVABLE|__GFP_COLD", READ },
	{ "0x26080c0", 404, "GFP_KERNEL|__GFP_ZERO|__GFP_NOTRACK", PTE },
	{ "0x25000c0", 404, "GFP_KERNEL|__GFP_NOACCOUNT", KERNEL },
	{ "0x25000c0", 405, "GFP_KERNEL_ACCOUNT", ACCOUNTED },
	{ "0x34200ca", 409, "GFP_HIGHUSER_MOVABLE|__GFP_WRITE", WRITTEN },
	{ "0x4352ca", 405, "GFP_TRANSHUGE", THP },
	{ "0x352ca", 406, "GFP_TRANSHUGE", THP },
	{ "0x4342ca", 409, "GFP_TRANSHUGE", THP },
	{ "0x342ca", 409, "GFP_TRANSHUGE_LIGHT", THP },
	{ "0x14200ca", 410, "GFP_HIGHUSER_MOVABLE", MOVABLE },
	{ "0x14280ca", 415, "GFP_HIGHUSER_MOVABLE|__GFP_ZERO", ZEROED },
	{ "0x14201ca", 414, "GFP_HIGHUSER_MOVABLE|__GFP_COLD", READ },
	{ "0x14000c0", 413, "GFP_KERNEL", KERNEL },
	{ "0x15080c0", 415, "GFP_KERNEL_ACCOUNT|__GFP_ZERO", TABLE },
	{ "0x14000d0", 413, "GFP_TEMPORARY", CACHE },
	{ "0x14000d0", 414, "GFP_KERNEL|__GFP_RECLAIMABLE", CACHE },
	{ "0x14004c0", 412, "GFP_KERNEL|__GFP_REPEAT", KERNEL },
	{ "0x14004c0", 413, "GFP_KERNEL|__GFP_RETRY_MAYFAIL", KERNEL },
	{ "0x1c200ca", 417, "GFP_HIGHUSER_MOVABLE|__GFP_WRITE", WRITTEN },
	{ "0x6201ca", 419, "GFP_HIGHUSER_MOVABLE|__GFP_WRITE", WRITTEN },
	{ "0x7080c0", 419, "GFP_KERNEL_ACCOUNT|__GFP_ZERO", TABLE },
	{ "0x600040", 418, "GFP_NOFS", NOFS },
	{ "0x480020", 420, "GFP_ATOMIC", HASTE },
	{ "0x2342ca", 420, "GFP_TRANSHUGE", THP },
	{ "0x101cca", 501, "GFP_HIGHUSER_MOVABLE|__GFP_WRITE", WRITTEN },
	{ "0x1c24ca", 510, "GFP_TRANSHUGE", THP },
	{ "0x11c24ca", 515, "GFP_TRANSHUGE", THP },
	{ "0xa20", 602, "GFP_ATOMIC", HASTE },
	{ "0x820", 603, "GFP_ATOMIC", HASTE },
	{ "0x2800", 607, "GFP_NOWAIT", HASTE },
	{ "0x802cc0", 510, "GFP_KERNEL|__GFP_NOWARN|__GFP_NOLOCKDEP", KERNEL },
	{ "0x2000cc0", 515, "GFP_KERNEL|__GFP_NOLOCKDEP", KERNEL },
	{ "0x1000cc0", 612, "GFP_KERNEL|0x1000000", KERNEL },
	{ "0xcc0cc0", 616, "GFP_KERNEL_ACCOUNT|__GFP_COMP|__GFP_NOMEMALLOC|__GFP_ZEROTAGS",
	  ACCOUNTED },
};

static void test_values(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(values); i++)
		check(&values[i], OOM_UNKNOWN, true, "by value");
}

/* The kernel is not known: a bare number is of one before 4.6, and two kinds of them differ. */
static void test_unnamed(void)
{
	static const struct row proven[] = {
		{ "0x201da", 0, "GFP_HIGHUSER_MOVABLE|__GFP_COLD", READ },
		{ "0x280da", 0, "GFP_HIGHUSER_MOVABLE|__GFP_ZERO", ZEROED },
		{ "0xd0", 0, "GFP_KERNEL", KERNEL },
		{ "0x84d0", 0, "GFP_KERNEL|__GFP_REPEAT|__GFP_ZERO", PTE },
		{ "0x24280ca", 0, "GFP_HIGHUSER_MOVABLE|__GFP_ZERO", ZEROED },
		{ "0x24000c0", 0, "GFP_KERNEL", KERNEL },
	};
	static const struct row open[] = {
		/* Later kernels print names, which are cut off here, or not to be had. */
		{ "0x14200ca", 0, "", "" }, { "0x6200ca", 0, "", "" },
		{ "0x6280ca(GFP_HI", 0, "", "" }, { "0x100cca", 0, "", "" },
		{ "0x140dca", 0, "", "" }, { "0x201da(GFP_", 0, "", "" },
		/* Not of the kernel that the log names: who asks must be able to wait. */
		{ "0xcc0", 0, "", "" }, { "0x50", 418, "", "" }, { "0xcc0", 310, "", "" },
		{ "0x6200ca", 601, "", "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(proven); i++)
		check(&proven[i], OOM_UNKNOWN, true, "a kernel that is not named");
	for (size_t i = 0; i < ARRAY_SIZE(open); i++)
		check(&open[i], OOM_UNKNOWN, false, "not decoded");
}

/* A page table is one page. */
static void test_orders(void)
{
	struct oom_gfp gfp;

	oom_gfp_decode("0x400dc0(GFP_KERNEL_ACCOUNT|__GFP_ZERO)", OOM_UNKNOWN, 601, &gfp);
	tap_is_text(oom_gfp_kind(&gfp, false, 0), TABLE, "one page may be a table");
	tap_is_text(oom_gfp_kind(&gfp, true, 3), "memory for the kernel itself, zeroed, charged "
		    "to a cgroup", "eight are none");
	oom_gfp_decode("0x84d0", OOM_UNKNOWN, 310, &gfp);
	tap_is_text(oom_gfp_kind(&gfp, false, OOM_NO_NUMBER), PTE, "nor are they said to be more");
	tap_is_text(oom_gfp_kind(&gfp, false, 1), KERNEL, "two are none");
}

static void test_damaged(void)
{
	static const struct row cut[] = {
		{ "0x6200ca(GFP_HIGHUSER_MOV", 418, "GFP_HIGHUSER_MOVABLE", MOVABLE },
		{ "0x6280ca(GFP_HIGHUSER_MOVABLE|", 418, "GFP_HIGHUSER_MOVABLE|__GFP_ZERO",
		  ZEROED },
		{ "0xcc0()", 601, "GFP_KERNEL", KERNEL },
		{ "0xcc0(\x1b[31m|a b|__GFP_THIS_IS_A_NAME_LONGER_THAN_ANY_THERE_IS)", 601,
		  "GFP_KERNEL", KERNEL },
	};
	static const struct row nothing[] = {
		{ NULL, 0, "", "" },
		{ "", 601, "", "" },
		{ "gibberish", 601, "", "" },
		{ "0x", 601, "", "" },
		{ "0xfffffffffffffffffff", 601, "", "" },
		{ ")(", 601, "", "" },
	};
	static const struct row untidy = { "0xcc0(|GFP_KERNEL||__GFP_COMP | \x1b]0;x\a|)", 601,
					   "GFP_KERNEL|__GFP_COMP", KERNEL };
	struct oom_gfp gfp;

	for (size_t i = 0; i < ARRAY_SIZE(cut); i++)
		check(&cut[i], OOM_UNKNOWN, true, "damaged");
	for (size_t i = 0; i < ARRAY_SIZE(nothing); i++)
		check(&nothing[i], OOM_UNKNOWN, false, "no mask");
	check(&untidy, OOM_UNKNOWN, false, "untidy");
	oom_gfp_decode("0xfffffffffffffffe", OOM_UNKNOWN, 601, &gfp);
	tap_ok(gfp.count > 1 && gfp.count <= OOM_GFP_FLAGS_MAX &&
	       !strcmp(gfp.flags[gfp.count - 1], "0xfffffffff0000000"),
	       "all bits: the rest is a number (%s)", gfp.flags[gfp.count ? gfp.count - 1 : 0]);
}

static void test_many_names(void)
{
	char mask[4096] = "0x1(";
	struct oom_gfp gfp;

	for (int i = 0; i < 300; i++)
		strcat(mask, "__GFP_A|");
	strcat(mask, "__GFP_B)");
	oom_gfp_decode(mask, 1, 601, &gfp);
	tap_is((int64_t)gfp.count, OOM_GFP_FLAGS_MAX, "too many names: the first");
}

/* The number comes from the caller; the text may be missing. */
static void test_value_alone(void)
{
	struct oom_gfp gfp;

	oom_gfp_decode(NULL, 0x201da, 310, &gfp);
	tap_is_text(joined(&gfp), "GFP_HIGHUSER_MOVABLE|__GFP_COLD", "a value without text");
	oom_gfp_decode("0x201da", 0x280da, 310, &gfp);
	tap_is_text(joined(&gfp), "GFP_HIGHUSER_MOVABLE|__GFP_ZERO",
		    "the value goes before the text");
	oom_gfp_decode(NULL, 0, 310, &gfp);
	tap_is_text(gfp.kind, NOTHING, "0 asks for nothing");
	tap_is((int64_t)gfp.count, 0, "0 has no flags");
	oom_gfp_decode("0x0", OOM_UNKNOWN, 302, &gfp);
	tap_is_text(gfp.charged, NOTHING, "0 asks for nothing in a cgroup either");
}

static void test_charged(void)
{
	struct oom_gfp gfp;

	oom_gfp_decode("0xcc0(GFP_KERNEL)", 0xcc0, 601, &gfp);
	tap_is_text(gfp.charged, CHARGED, "GFP_KERNEL charges anybody's page");
	oom_gfp_decode("0xd0", 0xd0, 302, &gfp);
	tap_is_text(gfp.charged, CHARGED, "GFP_KERNEL of an old kernel too");
	oom_gfp_decode("0x400cc0(GFP_KERNEL_ACCOUNT)", 0x400cc0, 601, &gfp);
	tap_is_text(gfp.charged, ACCOUNTED, "GFP_KERNEL_ACCOUNT charges the kernel's own");
	oom_gfp_decode("0x100cca(GFP_HIGHUSER_MOVABLE)", 0x100cca, 504, &gfp);
	tap_is_text(gfp.charged, MOVABLE, "other masks charge what they ask for");
}

int main(void)
{
	test_printed();
	test_recorded();
	test_values();
	test_unnamed();
	test_orders();
	test_damaged();
	test_many_names();
	test_value_alone();
	test_charged();
	return tap_done();
}
