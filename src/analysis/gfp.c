/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gfp.c - gfp masks: names by kernel version, and what they ask for in plain words */
#include <config.h>

#include <ctype.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "analysis/gfp.h"
#include "lib/strview.h"
#include "oomreport/report.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Kernels where the values of many flags changed, as oom_kernel_number() has them. */
#define RECLAIM_SPLIT 404	/* 4.4: __GFP_WAIT became direct and kswapd reclaim */
#define OTHER_NODE_GONE 410	/* 4.10: __GFP_OTHER_NODE went, those above moved down */
#define NOTRACK_GONE 418	/* 4.18: moved down again */
#define SHUFFLED 501		/* 5.1: "mm: shuffle GFP_* flags" */
#define IN_BIT_ORDER 616	/* 6.16 prints single flags by their bits */
#define LAST UINT_MAX

/* A value, and the kernels in which it has that name. */
struct gfp_name {
	const char *name;
	uint32_t value;
	unsigned since, until;
};

/* Most bits first, as in __def_gfpflag_names of include/trace/events/mmflags.h. */
static const struct gfp_name composites[] = {
	{ "GFP_TRANSHUGE", 0x4352da, 0, 403 },
	{ "GFP_TRANSHUGE", 0x4352ca, 404, 405 },
	{ "GFP_TRANSHUGE", 0x352ca, 406, 407 },
	{ "GFP_TRANSHUGE", 0x4342ca, 408, 417 },
	{ "GFP_TRANSHUGE", 0x2342ca, 418, 500 },
	{ "GFP_TRANSHUGE", 0x11c24ca, 514, 517 },
	{ "GFP_TRANSHUGE", 0x1c24ca, SHUFFLED, LAST },
	{ "GFP_TRANSHUGE_LIGHT", 0x342ca, 408, 500 },
	{ "GFP_TRANSHUGE_LIGHT", 0x11c20ca, 514, 517 },
	{ "GFP_TRANSHUGE_LIGHT", 0x1c20ca, SHUFFLED, LAST },
	{ "GFP_HIGHUSER_MOVABLE", 0x200da, 0, 403 },
	{ "GFP_HIGHUSER_MOVABLE", 0x24200ca, 404, 409 },
	{ "GFP_HIGHUSER_MOVABLE", 0x14200ca, 410, 417 },
	{ "GFP_HIGHUSER_MOVABLE", 0x6200ca, 418, 500 },
	/* With __GFP_SKIP_KASAN_POISON, which 5.18 has only where KASAN uses it. */
	{ "GFP_HIGHUSER_MOVABLE", 0x1100cca, 514, 517 },
	{ "GFP_HIGHUSER_MOVABLE", 0x100cca, SHUFFLED, LAST },
	{ "GFP_HIGHUSER", 0x200d2, 0, 403 },
	{ "GFP_HIGHUSER", 0x24200c2, 404, 409 },
	{ "GFP_HIGHUSER", 0x14200c2, 410, 417 },
	{ "GFP_HIGHUSER", 0x6200c2, 418, 500 },
	{ "GFP_HIGHUSER", 0x100cc2, SHUFFLED, LAST },
	{ "GFP_USER", 0x200d0, 0, 403 },
	{ "GFP_USER", 0x24200c0, 404, 409 },
	{ "GFP_USER", 0x14200c0, 410, 417 },
	{ "GFP_USER", 0x6200c0, 418, 500 },
	{ "GFP_USER", 0x100cc0, SHUFFLED, LAST },
	{ "GFP_TEMPORARY", 0x800d0, 0, 403 },
	{ "GFP_TEMPORARY", 0x24000d0, 404, 409 },
	{ "GFP_TEMPORARY", 0x14000d0, 410, 413 },
	{ "GFP_KERNEL_ACCOUNT", 0x25000c0, 405, 409 },
	{ "GFP_KERNEL_ACCOUNT", 0x15000c0, 410, 417 },
	{ "GFP_KERNEL_ACCOUNT", 0x7000c0, 418, 500 },
	{ "GFP_KERNEL_ACCOUNT", 0x400cc0, SHUFFLED, LAST },
	{ "GFP_KERNEL", 0xd0, 0, 403 },
	{ "GFP_KERNEL", 0x24000c0, 404, 409 },
	{ "GFP_KERNEL", 0x14000c0, 410, 417 },
	{ "GFP_KERNEL", 0x6000c0, 418, 500 },
	{ "GFP_KERNEL", 0xcc0, SHUFFLED, LAST },
	{ "GFP_NOFS", 0x50, 0, 403 },
	{ "GFP_NOFS", 0x2400040, 404, 409 },
	{ "GFP_NOFS", 0x1400040, 410, 417 },
	{ "GFP_NOFS", 0x600040, 418, 500 },
	{ "GFP_NOFS", 0xc40, SHUFFLED, LAST },
	{ "GFP_ATOMIC", 0x2080020, 404, 409 },
	{ "GFP_ATOMIC", 0x1080020, 410, 417 },
	{ "GFP_ATOMIC", 0x480020, 418, 500 },
	{ "GFP_ATOMIC", 0xa20, SHUFFLED, 602 },
	{ "GFP_ATOMIC", 0x820, 603, LAST },
	{ "GFP_NOIO", 0x10, 0, 403 },
	{ "GFP_NOIO", 0x2400000, 404, 409 },
	{ "GFP_NOIO", 0x1400000, 410, 417 },
	{ "GFP_NOIO", 0x600000, 418, 500 },
	{ "GFP_NOIO", 0xc00, SHUFFLED, LAST },
	{ "GFP_NOWAIT", 0x2000000, 404, 409 },
	{ "GFP_NOWAIT", 0x1000000, 410, 417 },
	{ "GFP_NOWAIT", 0x400000, 418, 500 },
	{ "GFP_NOWAIT", 0x800, SHUFFLED, 606 },
	{ "GFP_NOWAIT", 0x2800, 607, LAST },
};

/*
 * Single bits, in the order of mmflags.h before 6.16. A bit that vendors took from a later kernel
 * keeps its name in an earlier one that does not use it. From 6.10 on what is above
 * __GFP_ZEROTAGS depends on the kernel's configuration.
 */
static const struct gfp_name singles[] = {
	{ "GFP_DMA", 0x1, 0, LAST },
	{ "__GFP_HIGHMEM", 0x2, 0, LAST },
	{ "GFP_DMA32", 0x4, 0, LAST },
	{ "__GFP_HIGH", 0x20, 0, LAST },
	{ "__GFP_ATOMIC", 0x80000, 404, 500 },
	{ "__GFP_ATOMIC", 0x200, SHUFFLED, 602 },
	{ "__GFP_IO", 0x40, 0, LAST },
	{ "__GFP_FS", 0x80, 0, LAST },
	{ "__GFP_COLD", 0x100, 0, 414 },
	{ "__GFP_NOWARN", 0x200, 0, 500 },
	{ "__GFP_NOWARN", 0x2000, SHUFFLED, LAST },
	{ "__GFP_REPEAT", 0x400, 0, 412 },
	{ "__GFP_RETRY_MAYFAIL", 0x400, 413, 500 },
	{ "__GFP_RETRY_MAYFAIL", 0x4000, SHUFFLED, LAST },
	{ "__GFP_NOFAIL", 0x800, 0, 500 },
	{ "__GFP_NOFAIL", 0x8000, SHUFFLED, LAST },
	{ "__GFP_NORETRY", 0x1000, 0, 500 },
	{ "__GFP_NORETRY", 0x10000, SHUFFLED, LAST },
	{ "__GFP_COMP", 0x4000, 0, 500 },
	{ "__GFP_COMP", 0x40000, SHUFFLED, LAST },
	{ "__GFP_ZERO", 0x8000, 0, 500 },
	{ "__GFP_ZERO", 0x100, SHUFFLED, LAST },
	{ "__GFP_NOMEMALLOC", 0x10000, 0, 500 },
	{ "__GFP_NOMEMALLOC", 0x80000, SHUFFLED, LAST },
	{ "__GFP_MEMALLOC", 0x2000, 0, 500 },
	{ "__GFP_MEMALLOC", 0x20000, SHUFFLED, LAST },
	{ "__GFP_HARDWALL", 0x20000, 0, 500 },
	{ "__GFP_HARDWALL", 0x100000, SHUFFLED, LAST },
	{ "__GFP_THISNODE", 0x40000, 0, 500 },
	{ "__GFP_THISNODE", 0x200000, SHUFFLED, LAST },
	{ "__GFP_RECLAIMABLE", 0x80000, 0, 403 },
	{ "__GFP_RECLAIMABLE", 0x10, 404, LAST },
	{ "__GFP_MOVABLE", 0x8, 0, LAST },
	{ "__GFP_KMEMCG", 0x100000, 308, 315 },
	{ "__GFP_NOACCOUNT", 0x100000, 400, 404 },
	{ "__GFP_ACCOUNT", 0x100000, 405, 500 },
	{ "__GFP_ACCOUNT", 0x400000, SHUFFLED, LAST },
	{ "__GFP_NOTRACK", 0x200000, 0, 414 },
	{ "__GFP_WRITE", 0x1000000, 0, 409 },
	{ "__GFP_WRITE", 0x800000, 410, 417 },
	{ "__GFP_WRITE", 0x100, 418, 500 },
	{ "__GFP_WRITE", 0x1000, SHUFFLED, LAST },
	{ "__GFP_DIRECT_RECLAIM", 0x400000, 404, 417 },
	{ "__GFP_DIRECT_RECLAIM", 0x200000, 418, 500 },
	{ "__GFP_DIRECT_RECLAIM", 0x400, SHUFFLED, LAST },
	{ "__GFP_KSWAPD_RECLAIM", 0x800, 607, LAST },
	{ "__GFP_NO_KSWAPD", 0x400000, 0, 403 },
	{ "__GFP_OTHER_NODE", 0x800000, 0, 409 },
	{ "__GFP_NOLOCKDEP", 0x2000000, 412, 417 },
	{ "__GFP_NOLOCKDEP", 0x800000, 418, 513 },
	{ "__GFP_NOLOCKDEP", 0x2000000, 514, 517 },
	{ "__GFP_NOLOCKDEP", 0x8000000, 518, 602 },
	{ "__GFP_NOLOCKDEP", 0x4000000, 603, 609 },
	{ "__GFP_ZEROTAGS", 0x800000, 514, LAST },
	{ "__GFP_SKIP_ZERO", 0x1000000, 518, 609 },
	{ "__GFP_SKIP_KASAN_POISON", 0x1000000, 514, 517 },
	{ "__GFP_SKIP_KASAN_POISON", 0x4000000, 518, 602 },
	{ "__GFP_SKIP_KASAN_UNPOISON", 0x2000000, 518, 602 },
	{ "__GFP_SKIP_KASAN", 0x2000000, 603, 609 },
};

static void gfp_add(struct oom_gfp *gfp, struct strview name)
{
	if (gfp->count < OOM_GFP_FLAGS_MAX && name.length && name.length < OOM_GFP_NAME_MAX)
		strview_copy_to(name, gfp->flags[gfp->count++], OOM_GFP_NAME_MAX);
}

/* Takes NAME out of *mask, if KERNEL has it and all its bits are set. */
static bool take(const struct gfp_name *name, unsigned kernel, uint64_t *mask, struct oom_gfp *gfp)
{
	if (kernel < name->since || kernel > name->until || (*mask & name->value) != name->value)
		return false;
	gfp_add(gfp, strview_of(name->name));
	*mask &= ~(uint64_t)name->value;
	return true;
}

/* Takes those of the single bits that are among BITS. */
static void take_singles(uint32_t bits, unsigned kernel, uint64_t *mask, struct oom_gfp *gfp)
{
	for (size_t i = 0; i < ARRAY_SIZE(singles); i++)
		if (singles[i].value & bits)
			take(&singles[i], kernel, mask, gfp);
}

/* What is wrong with the names of a kernel for a mask. */
enum { NO_COMPOSITE = 1, UNNAMED_BITS = 2 };

/* Names the bits of MASK as KERNEL does. Returns what is wrong. */

static unsigned decode(uint64_t mask, unsigned kernel, struct oom_gfp *gfp)
{
	bool composed = false;
	char rest[24];

	gfp->count = 0;
	for (size_t i = 0; i < ARRAY_SIZE(composites); i++)
		composed |= take(&composites[i], kernel, &mask, gfp);
	for (uint32_t bit = 1; bit && kernel >= IN_BIT_ORDER; bit <<= 1)
		take_singles(bit, kernel, &mask, gfp);
	take_singles(UINT32_MAX, kernel, &mask, gfp);
	if (mask) {
		snprintf(rest, sizeof(rest), "0x%" PRIx64, mask);
		gfp_add(gfp, strview_of(rest));
	}
	return (mask ? UNNAMED_BITS : 0u) | (composed ? 0u : NO_COMPOSITE);
}

/*
 * Decodes MASK by KERNEL, or where that is not known (0) and the mask is a BARE number, as kernels
 * before 4.6 have it, by the values of the two kinds of them: in 4.4 and 4.5 all masks have a bit
 * that the others do not use. Who runs the OOM killer may wait, so that there is a composite in
 * the mask. Without one it is another kernel's.
 */
static bool decode_by(uint64_t mask, unsigned kernel, bool bare, struct oom_gfp *gfp)
{
	static const unsigned kinds[] = { RECLAIM_SPLIT - 1, 405 };

	if (kernel && !(decode(mask, kernel, gfp) & NO_COMPOSITE))
		return true;
	for (size_t i = 0; !kernel && bare && i < ARRAY_SIZE(kinds); i++)
		if (!decode(mask, kinds[i], gfp))
			return true;
	gfp->count = 0;
	return false;
}

static bool gfp_is_name(struct strview text)
{
	for (size_t i = 0; i < text.length; i++)
		if (!isalnum((unsigned char)text.at[i]) && text.at[i] != '_')
			return false;
	return true;
}

/* Names as the kernel prints them; they are not all there without the closing parenthesis. */
static bool split_names(struct strview mask, struct oom_gfp *gfp)
{
	struct strview names, name;

	if (!strview_take_until(&mask, "(", &names) || !strview_take_until(&mask, ")", &names))
		return false;
	while (names.length) {
		if (!strview_take_until(&names, "|", &name)) {
			name = names;
			names.length = 0;
		}
		name = strview_trim(name);
		if (gfp_is_name(name))
			gfp_add(gfp, name);
	}
	return true;
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
	{ HUGE, 0,
	  "a transparent huge page" },
	{ MOVABLE | COMP | NOMEMALLOC, 0,
	  "a transparent huge page" },
	{ HIGHMEM | COMP | RETRY, 0,
	  "a huge page" },
	{ HIGHMEM | COMP | REPEAT, 0,
	  "a huge page" },
	{ ZONE_DMA, 0,
	  "memory in the DMA zone (the lowest addresses, for old devices)" },
	{ ZONE_DMA32, 0,
	  "memory in the DMA32 zone (below 4 GiB, for devices)" },
	{ WRITE, 0,
	  "memory for the page cache (a file being written)" },
	{ MOVABLE | COLD, 0,
	  "memory for the page cache (a file being read)" },
	{ HIGHMEM | MOVABLE | FS | ZERO, 0,
	  "movable memory for a process's pages, zeroed (a page fault)" },
	{ HIGHMEM | MOVABLE | FS, 0,
	  "movable memory for a process's pages (a page fault or the page cache)" },
	{ HIGHMEM | MOVABLE | WAIT, 0,
	  "memory for the page cache, asked for by a file system" },
	{ HIGHMEM | USER | ACCOUNT, 0,
	  "memory for user space that cannot be moved, charged to a cgroup (a pipe, for one)" },
	{ HIGHMEM | USER, 0,
	  "memory for user space that cannot be moved" },
	{ HIGHMEM | WAIT | ACCOUNT, 0,
	  "memory for the kernel itself (vmalloc), charged to a cgroup" },
	{ HIGHMEM | WAIT, 0,
	  "memory for the kernel itself (vmalloc)" },
	{ USER | FS, 0,
	  "memory for user space that the kernel reaches directly (a buffer, for one)" },
	{ KERNEL | NOTRACK | ZERO, 0,
	  "a page table" },
	{ KERNEL | REPEAT | ZERO, NOWARN,
	  "a page table" },
	{ KERNEL | ACCOUNT | ZERO, 0,
	  "memory for the kernel itself, zeroed, charged to a cgroup (a page table, for one)" },
	{ WAIT | ACCOUNT, 0,
	  "memory for the kernel itself, charged to a cgroup" },
	{ WAIT | RECLAIMABLE, 0,
	  "memory for a cache of the kernel that can shrink (inodes, directory entries)" },
	{ KERNEL, 0,
	  "memory for the kernel itself" },
	{ WAIT | IO, 0,
	  "memory for the kernel itself, asked for by a file system" },
	{ WAIT, OTHER,
	  "memory for the kernel itself, asked for in the course of input or output" },
	{ HASTE, OTHER,
	  "memory for the kernel itself, without waiting for it" },
};

static const char anybodys[] =
	"memory charged to the cgroup: a process's page, or the kernel's own";

static const char nothing[] =
	"nothing: a page fault that had already failed (pagefault_out_of_memory)";

static unsigned meaning(const char *flag)
{
	for (size_t i = 0; i < ARRAY_SIZE(meanings); i++)
		if (!strcmp(meanings[i].name, flag))
			return meanings[i].says;
	return flag[0] == '0' ? OTHER : 0;
}

static void find_kind(struct oom_gfp *gfp)
{
	unsigned says = 0;

	for (size_t i = 0; i < gfp->count; i++)
		says |= meaning(gfp->flags[i]);
	for (size_t i = 0; i < ARRAY_SIZE(kinds) && !*gfp->kind; i++)
		if ((says & kinds[i].has) == kinds[i].has && !(says & kinds[i].hasnt))
			gfp->kind = kinds[i].kind;
	gfp->charged = gfp->kind;
	if (gfp->count == 1 && says == KERNEL)
		gfp->charged = anybodys;
}

void oom_gfp_decode(const char *mask, uint64_t value, unsigned kernel, struct oom_gfp *ret_gfp)
{
	struct strview text = mask ? strview_of(mask) : (struct strview){ "", 0 };

	*ret_gfp = (struct oom_gfp){ .kind = "", .charged = "" };
	if (value == OOM_UNKNOWN) {
		struct strview number = text;

		/* What overflows is OOM_UNKNOWN again. */
		if (!strview_starts(number, "0x") || !strview_take_hex(&number, &value))
			value = OOM_UNKNOWN;
	}
	split_names(text, ret_gfp);
	if (!ret_gfp->count && value && value != OOM_UNKNOWN)
		ret_gfp->decoded = decode_by(value, kernel, !strview_has(text, "("), ret_gfp);
	find_kind(ret_gfp);
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
