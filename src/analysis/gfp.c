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

/* The value of each era, 0: none; and where that is not all of it, the first and last kernel. */
struct gfp_name {
	const char *name;
	uint32_t values[ARRAY_SIZE(gfp_eras)];
	unsigned since, until;
};

#define IN(...) .values = { __VA_ARGS__ }
#define ALL(value) IN(value, value, value, value, value)
#define OLD_NEW(old, new) IN(old, old, old, old, new)

/* Most bits first, as in __def_gfpflag_names of include/trace/events/mmflags.h. */
static const struct gfp_name composites[] = {
	{ "GFP_TRANSHUGE", IN(0, 0x352ca), .since = 406, .until = 407 },
	{ "GFP_TRANSHUGE", IN(0, 0, 0, 0, 0x11c24ca), .since = 514, .until = 517 },
	{ "GFP_TRANSHUGE", IN(0x4352da, 0x4352ca), .until = 405 },
	{ "GFP_TRANSHUGE", IN(0, 0x4342ca, 0x4342ca, 0x2342ca, 0x1c24ca), .since = 408 },
	{ "GFP_TRANSHUGE_LIGHT", IN(0, 0, 0, 0, 0x11c20ca), .since = 514, .until = 517 },
	{ "GFP_TRANSHUGE_LIGHT", IN(0, 0x342ca, 0x342ca, 0x342ca, 0x1c20ca), .since = 408 },
	/* With __GFP_SKIP_KASAN_POISON, which 5.18 has only where KASAN uses it */
	{ "GFP_HIGHUSER_MOVABLE", IN(0, 0, 0, 0, 0x1100cca), .since = 514, .until = 517 },
	{ "GFP_HIGHUSER_MOVABLE", IN(0x200da, 0x24200ca, 0x14200ca, 0x6200ca, 0x100cca) },
	{ "GFP_HIGHUSER", IN(0x200d2, 0x24200c2, 0x14200c2, 0x6200c2, 0x100cc2) },
	{ "GFP_USER", IN(0x200d0, 0x24200c0, 0x14200c0, 0x6200c0, 0x100cc0) },
	{ "GFP_TEMPORARY", IN(0x800d0, 0x24000d0, 0x14000d0), .until = 413 },
	{ "GFP_KERNEL_ACCOUNT", IN(0, 0x25000c0, 0x15000c0, 0x7000c0, 0x400cc0), .since = 405 },
	{ "GFP_KERNEL", IN(0xd0, 0x24000c0, 0x14000c0, 0x6000c0, 0xcc0) },
	{ "GFP_NOFS", IN(0x50, 0x2400040, 0x1400040, 0x600040, 0xc40) },
	{ "GFP_ATOMIC", IN(0, 0x2080020, 0x1080020, 0x480020, 0xa20), .until = 602 },
	{ "GFP_ATOMIC", IN(0, 0, 0, 0, 0x820), .since = 603 },
	{ "GFP_NOIO", IN(0x10, 0x2400000, 0x1400000, 0x600000, 0xc00) },
	{ "GFP_NOWAIT", IN(0, 0x2000000, 0x1000000, 0x400000, 0x800), .until = 606 },
	{ "GFP_NOWAIT", IN(0, 0, 0, 0, 0x2800), .since = 607 },
};

/*
 * Single bits, in the order of mmflags.h before 6.16. A bit that vendors took from a later kernel
 * keeps its name in an earlier one that does not use it. From 6.10 on what is above
 * __GFP_ZEROTAGS depends on the kernel's configuration.
 */
static const struct gfp_name singles[] = {
	{ "GFP_DMA", ALL(0x1) },
	{ "__GFP_HIGHMEM", ALL(0x2) },
	{ "GFP_DMA32", ALL(0x4) },
	{ "__GFP_HIGH", ALL(0x20) },
	{ "__GFP_ATOMIC", IN(0, 0x80000, 0x80000, 0x80000, 0x200), .until = 602 },
	{ "__GFP_IO", ALL(0x40) },
	{ "__GFP_FS", ALL(0x80) },
	{ "__GFP_COLD", IN(0x100, 0x100, 0x100), .until = 414 },
	{ "__GFP_NOWARN", OLD_NEW(0x200, 0x2000) },
	{ "__GFP_REPEAT", IN(0x400, 0x400, 0x400), .until = 412 },
	{ "__GFP_RETRY_MAYFAIL", IN(0, 0, 0x400, 0x400, 0x4000), .since = 413 },
	{ "__GFP_NOFAIL", OLD_NEW(0x800, 0x8000) },
	{ "__GFP_NORETRY", OLD_NEW(0x1000, 0x10000) },
	{ "__GFP_COMP", OLD_NEW(0x4000, 0x40000) },
	{ "__GFP_ZERO", OLD_NEW(0x8000, 0x100) },
	{ "__GFP_NOMEMALLOC", OLD_NEW(0x10000, 0x80000) },
	{ "__GFP_MEMALLOC", OLD_NEW(0x2000, 0x20000) },
	{ "__GFP_HARDWALL", OLD_NEW(0x20000, 0x100000) },
	{ "__GFP_THISNODE", OLD_NEW(0x40000, 0x200000) },
	{ "__GFP_RECLAIMABLE", IN(0x80000, 0x10, 0x10, 0x10, 0x10) },
	{ "__GFP_MOVABLE", ALL(0x8) },
	{ "__GFP_KMEMCG", IN(0x100000), .since = 308, .until = 315 },
	{ "__GFP_NOACCOUNT", IN(0x100000, 0x100000), .since = 400, .until = 404 },
	{ "__GFP_ACCOUNT", IN(0, 0x100000, 0x100000, 0x100000, 0x400000), .since = 405 },
	{ "__GFP_NOTRACK", IN(0x200000, 0x200000, 0x200000), .until = 414 },
	{ "__GFP_WRITE", IN(0x1000000, 0x1000000, 0x800000, 0x100, 0x1000) },
	{ "__GFP_DIRECT_RECLAIM", IN(0, 0x400000, 0x400000, 0x200000, 0x400) },
	{ "__GFP_KSWAPD_RECLAIM", IN(0, 0, 0, 0, 0x800), .since = 607 },
	{ "__GFP_NO_KSWAPD", IN(0x400000) },
	{ "__GFP_OTHER_NODE", IN(0x800000, 0x800000) },
	{ "__GFP_NOLOCKDEP", IN(0, 0, 0, 0, 0x2000000), .since = 514, .until = 517 },
	{ "__GFP_NOLOCKDEP", IN(0, 0, 0, 0, 0x4000000), .since = 603, .until = 609 },
	{ "__GFP_NOLOCKDEP", IN(0, 0, 0, 0, 0x8000000), .since = 518, .until = 602 },
	{ "__GFP_NOLOCKDEP", IN(0, 0, 0x2000000, 0x800000, 0x800000), .since = 412, .until = 513 },
	{ "__GFP_ZEROTAGS", IN(0, 0, 0, 0, 0x800000), .since = 514 },
	{ "__GFP_SKIP_ZERO", IN(0, 0, 0, 0, 0x1000000), .since = 518, .until = 609 },
	{ "__GFP_SKIP_KASAN_POISON", IN(0, 0, 0, 0, 0x1000000), .since = 514, .until = 517 },
	{ "__GFP_SKIP_KASAN_POISON", IN(0, 0, 0, 0, 0x4000000), .since = 518, .until = 602 },
	{ "__GFP_SKIP_KASAN_UNPOISON", IN(0, 0, 0, 0, 0x2000000), .since = 518, .until = 602 },
	{ "__GFP_SKIP_KASAN", IN(0, 0, 0, 0, 0x2000000), .since = 603, .until = 609 },
};

static void gfp_add(struct oom_gfp *gfp, struct strview name)
{
	if (gfp->count < OOM_GFP_FLAGS_MAX && name.length && name.length < OOM_GFP_NAME_MAX)
		strview_copy_to(name, gfp->flags[gfp->count++], OOM_GFP_NAME_MAX);
}

/* Takes those of NAMES out of *mask that KERNEL has, are all set, and have one of BITS. */
static bool gfp_take(const struct gfp_name *names, size_t count, uint32_t bits, unsigned kernel,
		     uint64_t *mask, struct oom_gfp *gfp)
{
	size_t era = ARRAY_SIZE(gfp_eras) - 1;
	bool taken = false;

	while (kernel < gfp_eras[era])
		era--;
	for (size_t i = 0; i < count; i++) {
		uint32_t value = names[i].values[era];

		if (!(value & bits) || (*mask & value) != value || kernel < names[i].since ||
		    (names[i].until && kernel > names[i].until))
			continue;
		gfp_add(gfp, strview_of(names[i].name));
		*mask &= ~(uint64_t)value;
		taken = true;
	}
	return taken;
}

/* Names the bits of MASK as KERNEL does. Returns whether there was a composite. */
static bool gfp_name_bits(uint64_t mask, unsigned kernel, struct oom_gfp *gfp, bool *ret_unnamed)
{
	bool composed;
	char rest[24];

	gfp->count = 0;
	composed = gfp_take(composites, ARRAY_SIZE(composites), UINT32_MAX, kernel, &mask, gfp);
	for (uint32_t bit = 1; bit && kernel >= IN_BIT_ORDER; bit <<= 1)
		gfp_take(singles, ARRAY_SIZE(singles), bit, kernel, &mask, gfp);
	gfp_take(singles, ARRAY_SIZE(singles), UINT32_MAX, kernel, &mask, gfp);
	if (mask) {
		snprintf(rest, sizeof(rest), "0x%" PRIx64, mask);
		gfp_add(gfp, strview_of(rest));
	}
	*ret_unnamed = mask;
	return composed;
}

/* What the names say, as bits. */
enum {
	ZONE_DMA = 1, ZONE_DMA32 = 1 << 1, HIGHMEM = 1 << 2, MOVABLE = 1 << 3, USER = 1 << 4,
	WAIT = 1 << 5, IO = 1 << 6, FS = 1 << 7, ZERO = 1 << 8, COMP = 1 << 9, COLD = 1 << 10,
	WRITE = 1 << 11, ACCOUNT = 1 << 12, REPEAT = 1 << 13, RETRY = 1 << 14, NOTRACK = 1 << 15,
	NOWARN = 1 << 16, NOMEMALLOC = 1 << 17, RECLAIMABLE = 1 << 18, HUGE = 1 << 19,
	HASTE = 1 << 20, OTHER = 1 << 21,
};

#define KERNEL (WAIT | IO | FS)

static const struct { const char *name; unsigned says; } meanings[] = {
	{ "GFP_TRANSHUGE", HUGE | WAIT },
	{ "GFP_TRANSHUGE_LIGHT", HUGE },
	{ "GFP_HIGHUSER_MOVABLE", KERNEL | USER | HIGHMEM | MOVABLE },
	{ "GFP_HIGHUSER", KERNEL | USER | HIGHMEM },
	{ "GFP_USER", KERNEL | USER },
	{ "GFP_TEMPORARY", KERNEL | RECLAIMABLE },
	{ "GFP_KERNEL_ACCOUNT", KERNEL | ACCOUNT },
	{ "GFP_KERNEL", KERNEL },
	{ "GFP_NOFS", WAIT | IO },
	{ "GFP_NOIO", WAIT },
	{ "GFP_ATOMIC", HASTE },
	{ "GFP_NOWAIT", HASTE },
	{ "GFP_DMA", ZONE_DMA },
	{ "__GFP_DMA", ZONE_DMA },
	{ "GFP_DMA32", ZONE_DMA32 },
	{ "__GFP_DMA32", ZONE_DMA32 },
	{ "__GFP_HIGHMEM", HIGHMEM },
	{ "__GFP_MOVABLE", MOVABLE },
	{ "__GFP_HARDWALL", USER },
	{ "__GFP_WAIT", WAIT },
	{ "__GFP_RECLAIM", WAIT },
	{ "__GFP_DIRECT_RECLAIM", WAIT },
	{ "__GFP_IO", IO },
	{ "__GFP_FS", FS },
	{ "__GFP_ZERO", ZERO },
	{ "__GFP_COMP", COMP },
	{ "__GFP_COLD", COLD },
	{ "__GFP_WRITE", WRITE },
	{ "__GFP_ACCOUNT", ACCOUNT },
	{ "__GFP_KMEMCG", ACCOUNT },
	{ "__GFP_REPEAT", REPEAT },
	{ "__GFP_RETRY_MAYFAIL", RETRY },
	{ "__GFP_NOTRACK", NOTRACK },
	{ "__GFP_NOWARN", NOWARN },
	{ "__GFP_NOMEMALLOC", NOMEMALLOC },
	{ "__GFP_RECLAIMABLE", RECLAIMABLE },
};

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

static void gfp_find_kind(struct oom_gfp *gfp)
{
	unsigned says = 0;

	for (size_t i = 0; i < gfp->count; i++) {
		says |= gfp->flags[i][0] == '0' ? OTHER : 0;
		for (size_t j = 0; j < ARRAY_SIZE(meanings); j++)
			if (!strcmp(meanings[j].name, gfp->flags[i]))
				says |= meanings[j].says;
	}
	gfp->movable = says & (MOVABLE | HUGE);
	gfp->highest_zone = says & ZONE_DMA32 ? OOM_PLACE_DMA32
			    : says & ZONE_DMA ? OOM_PLACE_DMA
			    : !(says & (HIGHMEM | HUGE)) ? OOM_PLACE_NORMAL
			    : gfp->movable ? OOM_PLACE_MOVABLE : OOM_PLACE_HIGHMEM;
	for (size_t i = 0; i < ARRAY_SIZE(kinds) && !*gfp->kind; i++)
		if ((says & kinds[i].has) == kinds[i].has && !(says & kinds[i].hasnt))
			gfp->kind = kinds[i].kind;
	gfp->charged = gfp->kind;
	if (gfp->count == 1 && says == KERNEL)
		gfp->charged = anybodys;
}

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
	gfp_find_kind(ret_gfp);
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
