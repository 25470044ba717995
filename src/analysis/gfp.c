/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gfp.c - gfp masks: names by kernel version, and what they ask for in plain words */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "analysis/gfp.h"
#include "lib/macros.h"
#include "lib/strview.h"
#include "oomreport/report.h"

/* Kernels from which on the values of many flags are others, as oom_kernel_number() has them. */
static const unsigned gfp_eras[] = {
	0,
	404,	/* 4.4: __GFP_WAIT became direct and kswapd reclaim */
	410,	/* 4.10: __GFP_OTHER_NODE went, those above moved down */
	418,	/* 4.18: __GFP_NOTRACK went, they moved down again */
	501,	/* 5.1: "mm: shuffle GFP_* flags" */
};

#define IN_BIT_ORDER 616	/* 6.16 prints single flags by their bits */

/* What the names say, as bits. */
enum {
	ZONE_DMA = 1, ZONE_DMA32 = 1 << 1, HIGHMEM = 1 << 2, MOVABLE = 1 << 3, USER = 1 << 4,
	WAIT = 1 << 5, IO = 1 << 6, FS = 1 << 7, ZERO = 1 << 8, COMP = 1 << 9, COLD = 1 << 10,
	WRITE = 1 << 11, ACCOUNT = 1 << 12, REPEAT = 1 << 13, RETRY = 1 << 14, NOTRACK = 1 << 15,
	NOWARN = 1 << 16, NOMEMALLOC = 1 << 17, RECLAIMABLE = 1 << 18, HUGE = 1 << 19,
	HASTE = 1 << 20, OTHER = 1 << 21,
	SET = 1 << 22,		/* a name for several flags, or for what asks with these alone */
};

#define KERNEL (WAIT | IO | FS)

/*
 * What a name says, where it stands several times once; its value in each era, 0: none; and where
 * that is not all of the era, the first and last kernel.
 */
struct gfp_name {
	const char *name;
	unsigned says;
	uint32_t values[ARRAY_SIZE(gfp_eras)];
	unsigned since, until;
};

#define IN(...) .values = { __VA_ARGS__ }
#define ALL(value) IN(value, value, value, value, value)
#define OLD_NEW(old, new) IN(old, old, old, old, new)

/*
 * Sets first, most bits first, as in __def_gfpflag_names of include/trace/events/mmflags.h; then
 * single bits, in the order of before 6.16. A bit that vendors took from a later kernel keeps its
 * name in an earlier one that does not use it. From 6.10 on what is above __GFP_ZEROTAGS depends
 * on the kernel's configuration.
 */
static const struct gfp_name gfp_names[] = {
	{ "GFP_TRANSHUGE", SET | HUGE | WAIT, IN(0, 0x352ca), 406, 407 },
	{ "GFP_TRANSHUGE", SET, IN(0, 0, 0, 0, 0x11c24ca), 514, 517 },
	{ "GFP_TRANSHUGE", SET, IN(0x4352da, 0x4352ca), .until = 405 },
	{ "GFP_TRANSHUGE", SET, IN(0, 0x4342ca, 0x4342ca, 0x2342ca, 0x1c24ca), 408 },
	{ "GFP_TRANSHUGE_LIGHT", SET | HUGE, IN(0, 0, 0, 0, 0x11c20ca), 514, 517 },
	{ "GFP_TRANSHUGE_LIGHT", SET, IN(0, 0x342ca, 0x342ca, 0x342ca, 0x1c20ca), 408 },
	/* With __GFP_SKIP_KASAN_POISON, which 5.18 has only where KASAN uses it */
	{ "GFP_HIGHUSER_MOVABLE", SET | KERNEL | USER | HIGHMEM | MOVABLE,
	  IN(0, 0, 0, 0, 0x1100cca), 514, 517 },
	{ "GFP_HIGHUSER_MOVABLE", SET, IN(0x200da, 0x24200ca, 0x14200ca, 0x6200ca, 0x100cca) },
	{ "GFP_HIGHUSER", SET | KERNEL | USER | HIGHMEM,
	  IN(0x200d2, 0x24200c2, 0x14200c2, 0x6200c2, 0x100cc2) },
	{ "GFP_USER", SET | KERNEL | USER, IN(0x200d0, 0x24200c0, 0x14200c0, 0x6200c0, 0x100cc0) },
	{ "GFP_TEMPORARY", SET | KERNEL | RECLAIMABLE,
	  IN(0x800d0, 0x24000d0, 0x14000d0), .until = 413 },
	{ "GFP_KERNEL_ACCOUNT", SET | KERNEL | ACCOUNT,
	  IN(0, 0x25000c0, 0x15000c0, 0x7000c0, 0x400cc0), 405 },
	{ "GFP_KERNEL", SET | KERNEL, IN(0xd0, 0x24000c0, 0x14000c0, 0x6000c0, 0xcc0) },
	{ "GFP_NOFS", SET | WAIT | IO, IN(0x50, 0x2400040, 0x1400040, 0x600040, 0xc40) },
	{ "GFP_ATOMIC", SET | HASTE, IN(0, 0x2080020, 0x1080020, 0x480020, 0xa20), .until = 602 },
	{ "GFP_ATOMIC", SET, IN(0, 0, 0, 0, 0x820), 603 },
	{ "GFP_NOIO", SET | WAIT, IN(0x10, 0x2400000, 0x1400000, 0x600000, 0xc00) },
	{ "GFP_NOWAIT", SET | HASTE, IN(0, 0x2000000, 0x1000000, 0x400000, 0x800), .until = 606 },
	{ "GFP_NOWAIT", SET, IN(0, 0, 0, 0, 0x2800), 607 },
	{ "GFP_DMA", ZONE_DMA, ALL(0x1) },
	{ "__GFP_HIGHMEM", HIGHMEM, ALL(0x2) },
	{ "GFP_DMA32", ZONE_DMA32, ALL(0x4) },
	{ "__GFP_HIGH", 0, ALL(0x20) },
	{ "__GFP_ATOMIC", 0, IN(0, 0x80000, 0x80000, 0x80000, 0x200), .until = 602 },
	{ "__GFP_IO", IO, ALL(0x40) },
	{ "__GFP_FS", FS, ALL(0x80) },
	{ "__GFP_COLD", COLD, IN(0x100, 0x100, 0x100), .until = 414 },
	{ "__GFP_NOWARN", NOWARN, OLD_NEW(0x200, 0x2000) },
	{ "__GFP_REPEAT", REPEAT, IN(0x400, 0x400, 0x400), .until = 412 },
	{ "__GFP_RETRY_MAYFAIL", RETRY, IN(0, 0, 0x400, 0x400, 0x4000), 413 },
	{ "__GFP_NOFAIL", 0, OLD_NEW(0x800, 0x8000) },
	{ "__GFP_NORETRY", 0, OLD_NEW(0x1000, 0x10000) },
	{ "__GFP_COMP", COMP, OLD_NEW(0x4000, 0x40000) },
	{ "__GFP_ZERO", ZERO, OLD_NEW(0x8000, 0x100) },
	{ "__GFP_NOMEMALLOC", NOMEMALLOC, OLD_NEW(0x10000, 0x80000) },
	{ "__GFP_MEMALLOC", 0, OLD_NEW(0x2000, 0x20000) },
	{ "__GFP_HARDWALL", USER, OLD_NEW(0x20000, 0x100000) },
	{ "__GFP_THISNODE", 0, OLD_NEW(0x40000, 0x200000) },
	{ "__GFP_RECLAIMABLE", RECLAIMABLE, IN(0x80000, 0x10, 0x10, 0x10, 0x10) },
	{ "__GFP_MOVABLE", MOVABLE, ALL(0x8) },
	{ "__GFP_KMEMCG", ACCOUNT, IN(0x100000), 308, 315 },
	{ "__GFP_NOACCOUNT", 0, IN(0x100000, 0x100000), 400, 404 },
	{ "__GFP_ACCOUNT", ACCOUNT, IN(0, 0x100000, 0x100000, 0x100000, 0x400000), 405 },
	{ "__GFP_NOTRACK", NOTRACK, IN(0x200000, 0x200000, 0x200000), .until = 414 },
	{ "__GFP_WRITE", WRITE, IN(0x1000000, 0x1000000, 0x800000, 0x100, 0x1000) },
	{ "__GFP_DIRECT_RECLAIM", WAIT, IN(0, 0x400000, 0x400000, 0x200000, 0x400) },
	{ "__GFP_KSWAPD_RECLAIM", 0, IN(0, 0, 0, 0, 0x800), 607 },
	{ "__GFP_NO_KSWAPD", 0, IN(0x400000) },
	{ "__GFP_OTHER_NODE", 0, IN(0x800000, 0x800000) },
	{ "__GFP_NOLOCKDEP", 0, IN(0, 0, 0, 0, 0x2000000), 514, 517 },
	{ "__GFP_NOLOCKDEP", 0, IN(0, 0, 0, 0, 0x4000000), 603, 609 },
	{ "__GFP_NOLOCKDEP", 0, IN(0, 0, 0, 0, 0x8000000), 518, 602 },
	{ "__GFP_NOLOCKDEP", 0, IN(0, 0, 0x2000000, 0x800000, 0x800000), 412, 513 },
	{ "__GFP_ZEROTAGS", 0, IN(0, 0, 0, 0, 0x800000), 514 },
	{ "__GFP_SKIP_ZERO", 0, IN(0, 0, 0, 0, 0x1000000), 518, 609 },
	{ "__GFP_SKIP_KASAN_POISON", 0, IN(0, 0, 0, 0, 0x1000000), 514, 517 },
	{ "__GFP_SKIP_KASAN_POISON", 0, IN(0, 0, 0, 0, 0x4000000), 518, 602 },
	{ "__GFP_SKIP_KASAN_UNPOISON", 0, IN(0, 0, 0, 0, 0x2000000), 518, 602 },
	{ "__GFP_SKIP_KASAN", 0, IN(0, 0, 0, 0, 0x2000000), 603, 609 },
	/* Other names that a mask may have */
	{ "__GFP_DMA", ZONE_DMA, ALL(0) },
	{ "__GFP_DMA32", ZONE_DMA32, ALL(0) },
	{ "__GFP_WAIT", WAIT, ALL(0) },
	{ "__GFP_RECLAIM", WAIT, ALL(0) },
};

static void gfp_add(struct oom_gfp *gfp, struct strview name)
{
	if (gfp->count < OOM_GFP_FLAGS_MAX && name.length && name.length < OOM_GFP_NAME_MAX)
		strview_copy_to(name, gfp->flags[gfp->count++], OOM_GFP_NAME_MAX);
}

/* Takes the names that are a set or not, that KERNEL has, and that have one of BITS, off *mask. */
static bool gfp_take(unsigned set, uint32_t bits, unsigned kernel, uint64_t *mask,
		     struct oom_gfp *gfp)
{
	size_t era = ARRAY_SIZE(gfp_eras) - 1;
	bool taken = false;

	while (kernel < gfp_eras[era])
		era--;
	for (size_t i = 0; i < ARRAY_SIZE(gfp_names); i++) {
		const struct gfp_name *name = &gfp_names[i];
		uint32_t value = name->values[era];

		if ((name->says & SET) != set || !(value & bits) || (*mask & value) != value ||
		    kernel < name->since || (name->until && kernel > name->until))
			continue;
		gfp_add(gfp, strview_of(name->name));
		*mask &= ~(uint64_t)value;
		taken = true;
	}
	return taken;
}

/* Names the bits of MASK as KERNEL does. Returns whether there was a set. */
static bool gfp_name_bits(uint64_t mask, unsigned kernel, struct oom_gfp *gfp, bool *ret_unnamed)
{
	bool composed;
	char rest[24];

	gfp->count = 0;
	composed = gfp_take(SET, UINT32_MAX, kernel, &mask, gfp);
	for (uint32_t bit = 1; bit && kernel >= IN_BIT_ORDER; bit <<= 1)
		gfp_take(0, bit, kernel, &mask, gfp);
	gfp_take(0, UINT32_MAX, kernel, &mask, gfp);
	if (mask) {
		snprintf(rest, sizeof(rest), "0x%" PRIx64, mask);
		gfp_add(gfp, strview_of(rest));
	}
	*ret_unnamed = mask;
	return composed;
}

/*
 * The first whose HAS is all there and whose HASNT is not is what was asked for. Who asks so:
 * alloc_zeroed_user_highpage_movable(), page_cache_alloc_cold(), grab_cache_page_write_begin(),
 * pipe_write(), htlb_alloc_mask(), PGALLOC_GFP (__GFP_REPEAT, later __GFP_NOTRACK) and
 * GFP_PGTABLE_USER, __vmalloc().
 */
static const struct { unsigned has, hasnt; const char *kind; } kinds[] = {
	{ HUGE, 0, "a transparent huge page" },
	{ MOVABLE | COMP | NOMEMALLOC, 0, "a transparent huge page" },
	{ HIGHMEM | COMP | RETRY, 0, "a huge page" },
	{ HIGHMEM | COMP | REPEAT, 0, "a huge page" },
	{ ZONE_DMA, 0, "memory in the DMA zone (the lowest addresses, for old devices)" },
	{ ZONE_DMA32, 0, "memory in the DMA32 zone (below 4 GiB, for devices)" },
	{ WRITE, 0, "memory for the page cache (a file being written)" },
	{ MOVABLE | COLD, 0, "memory for the page cache (a file being read)" },
	{ HIGHMEM | MOVABLE | FS | ZERO, 0,
	  "movable memory for a process's pages, zeroed (a page fault)" },
	{ HIGHMEM | MOVABLE | FS, 0,
	  "movable memory for a process's pages (a page fault or the page cache)" },
	{ HIGHMEM | MOVABLE | WAIT, 0, "memory for the page cache, asked for by a file system" },
	{ HIGHMEM | USER | ACCOUNT, 0,
	  "memory for user space that cannot be moved, charged to a cgroup (a pipe, for one)" },
	{ HIGHMEM | USER, 0, "memory for user space that cannot be moved" },
	{ HIGHMEM | WAIT | ACCOUNT, 0,
	  "memory for the kernel itself (vmalloc), charged to a cgroup" },
	{ HIGHMEM | WAIT, 0, "memory for the kernel itself (vmalloc)" },
	{ USER | FS, 0,
	  "memory for user space that the kernel reaches directly (a buffer, for one)" },
	{ KERNEL | NOTRACK | ZERO, 0, "a page table" },
	{ KERNEL | REPEAT | ZERO, NOWARN, "a page table" },
	{ KERNEL | ACCOUNT | ZERO, 0,
	  "memory for the kernel itself, zeroed, charged to a cgroup (a page table, for one)" },
	{ WAIT | ACCOUNT, 0, "memory for the kernel itself, charged to a cgroup" },
	{ WAIT | RECLAIMABLE, 0,
	  "memory for a cache of the kernel that can shrink (inodes, directory entries)" },
	{ KERNEL, 0, "memory for the kernel itself" },
	{ WAIT | IO, 0, "memory for the kernel itself, asked for by a file system" },
	{ WAIT, OTHER,
	  "memory for the kernel itself, asked for in the course of input or output" },
	{ HASTE, OTHER, "memory for the kernel itself, without waiting for it" },
};

static const char anybodys[] =
	"memory charged to the cgroup: a process's page, or the kernel's own";

static const char nothing[] =
	"nothing: a page fault that had already failed (pagefault_out_of_memory)";

/*
 * A number is decoded by KERNEL, or where that is not known (0) and there is nothing but the
 * number, as kernels before 4.6 have it, by the values of the two kinds of them: in 4.4 and 4.5
 * all masks have a bit that the others do not use. Who runs the OOM killer may wait, so that there
 * is a composite in the mask. Without one it is another kernel's.
 */
void oom_gfp_decode(const char *mask, uint64_t value, unsigned kernel, struct oom_gfp *ret_gfp)
{
	struct strview text = mask ? strview_of(mask) : (struct strview){ "", 0 };
	struct strview number = text, rest = text, names = { "", 0 }, name;
	bool bare = !strview_has(text, "("), unnamed;
	unsigned says = 0;

	*ret_gfp = (struct oom_gfp){ .kind = "", .charged = "" };
	/* What overflows is OOM_UNKNOWN again. */
	if (value == OOM_UNKNOWN && strview_starts(number, "0x"))
		strview_take_hex(&number, &value);
	/* Names are not all there without the closing parenthesis. */
	if (strview_skip_past(&rest, "("))
		strview_take_until(&rest, ")", &names);
	while (names.length) {
		if (!strview_take_until(&names, "|", &name)) {
			name = names;
			names.length = 0;
		}
		name = strview_trim(name);
		if (strview_has_only(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789_"))
			gfp_add(ret_gfp, name);
	}
	if (!ret_gfp->count && value && value != OOM_UNKNOWN) {
		if (kernel)
			ret_gfp->decoded = gfp_name_bits(value, kernel, ret_gfp, &unnamed);
		for (unsigned kind = 403; !kernel && bare && kind <= 405 && !ret_gfp->decoded;
		     kind += 2)
			ret_gfp->decoded = gfp_name_bits(value, kind, ret_gfp, &unnamed) &&
					   !unnamed;
		ret_gfp->count = ret_gfp->decoded ? ret_gfp->count : 0;
	}
	for (size_t i = 0; i < ret_gfp->count; i++) {
		says |= ret_gfp->flags[i][0] == '0' ? OTHER : 0;
		for (size_t j = 0; j < ARRAY_SIZE(gfp_names); j++)
			if (!strcmp(gfp_names[j].name, ret_gfp->flags[i]))
				says |= gfp_names[j].says;
	}
	ret_gfp->movable = says & (MOVABLE | HUGE);
	ret_gfp->highest_zone = says & ZONE_DMA32 ? OOM_PLACE_DMA32
			    : says & ZONE_DMA ? OOM_PLACE_DMA
			    : !(says & (HIGHMEM | HUGE)) ? OOM_PLACE_NORMAL
			    : ret_gfp->movable ? OOM_PLACE_MOVABLE : OOM_PLACE_HIGHMEM;
	for (size_t i = 0; i < ARRAY_SIZE(kinds) && !*ret_gfp->kind; i++)
		if ((says & kinds[i].has) == kinds[i].has && !(says & kinds[i].hasnt))
			ret_gfp->kind = kinds[i].kind;
	ret_gfp->charged = ret_gfp->kind;
	if (ret_gfp->count == 1 && says == (SET | KERNEL))
		ret_gfp->charged = anybodys;
	if (!ret_gfp->count && value == 0)
		ret_gfp->kind = ret_gfp->charged = nothing;
}

const char *oom_gfp_kind(const struct oom_gfp *gfp, bool charged, int64_t order)
{
	const char *kind = charged ? gfp->charged : gfp->kind;

	if (order <= 0 || !strstr(kind, "a page table"))
		return kind;
	return !strcmp(kind, "a page table")
	       ? "memory for the kernel itself"
	       : "memory for the kernel itself, zeroed, charged to a cgroup";
}
