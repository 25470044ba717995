/* SPDX-License-Identifier: GPL-2.0-or-later */
/* read-trace.c - who called the OOM killer: the call trace of a report */
#include <config.h>

#include "oomreport/reader.h"

/* "[<ffffffff81d91389>] ", "[c000000007fd3c70] [c0000000009f3d4c] " */
static void skip_addresses(struct strview *text)
{
	struct strview rest;
	uint64_t address;

	for (;;) {
		strview_skip_blanks(text);
		rest = *text;
		if (!strview_skip(&rest, "[<") && !strview_skip(&rest, "["))
			return;
		if (!strview_take_hex(&rest, &address) ||
		    (!strview_skip(&rest, ">]") && !strview_skip(&rest, "]")))
			return;
		*text = rest;
	}
}

static bool is_name_byte(char byte)
{
	return strview_is_digit(byte) || byte == '_' || (byte >= 'a' && byte <= 'z') ||
	       (byte >= 'A' && byte <= 'Z');
}

/* What stands behind a function's name: where in it, or (on 32-bit ARM) who called it. */
static bool is_frame_rest(struct strview text)
{
	struct strview from = text;

	strview_skip(&text, ")");
	if (strview_starts(text, " from ") && strview_has(text, "+0x"))
		return true;
	return strview_skip(&from, "+0x") && strview_has(strview_head(from, 20), "/0x");
}

/*
 * "dump_stack+0x5c/0x80", "? __alloc_pages+0x1cd/0x220", "[<ffffffff81d91389>]
 * x.isra.0+0xc1/0x128",
 * "[<c0010d40>] (dump_header) from [<c00d>] (out_of_memory+0x1c/0x20)"
 */
struct strview oom_frame(struct strview text, bool *ret_reliable)
{
	struct strview name, rest;
	size_t length = 0;

	skip_addresses(&text);
	*ret_reliable = !strview_skip(&text, "? ");
	strview_skip(&text, "(");
	while (length < text.length && is_name_byte(text.at[length]))
		length++;
	name = strview_head(text, length);
	rest = strview_from(text, length);
	while (strview_byte(rest, 0) == '.' || is_name_byte(strview_byte(rest, 0)))
		rest = strview_from(rest, 1);
	if (!length || strview_is_digit(name.at[0]) || !is_frame_rest(rest))
		return strview_head(text, 0);
	return name;
}

static bool trace_is_of(struct strview name, const char *const *pieces)
{
	for (; *pieces; pieces++)
		if (strview_starts(name, *pieces))
			return true;
	return false;
}

/* Whose trouble it was, by the function that called the killer. */
static enum oom_scope scope_of_caller(struct strview name, bool killer)
{
	static const char *const memcg[] = {
		"mem_cgroup_", "__mem_cgroup_", "try_charge", "obj_cgroup_charge", NULL,
	};

	if (trace_is_of(name, memcg))
		return OOM_SCOPE_MEMCG;
	if (strview_is(name, "moom_callback"))
		return OOM_SCOPE_SYSRQ;
	if (killer && (strview_starts(name, "__alloc_pages") || strview_starts(name,
			"__alloc_frozen_pages") ||
		       strview_is(name, "pagefault_out_of_memory")))
		return OOM_SCOPE_GLOBAL;
	return OOM_SCOPE_UNKNOWN;
}

/*
 * A frame with a '?' is what an older call may have left on the stack. Kernels without frame
 * pointers print nothing else: the first of them decides where there is none without.
 */
int read_trace(struct oom_partial *partial, struct strview text)
{
	static const char *const x86[] = {
		"entry_SYSCALL", "asm_exc_", "do_syscall_64", "x64_sys_call", "__x64_sys_", NULL,
	};
	static const char *const initramfs[] = {
		"unpack_to_rootfs", "do_populate_rootfs", "populate_rootfs", NULL,
	};
	struct partial_trace *trace = &partial->trace;
	bool reliable;
	struct strview name = oom_frame(text, &reliable);
	enum oom_scope scope = scope_of_caller(name, trace->killer);

	trace->x86 |= trace_is_of(name, x86);
	if (reliable && trace_is_of(name, initramfs))
		partial->report.boot = OOM_BOOT_INITRAMFS;
	/* What calls it further up has called something else. */
	if (trace->ended || (scope == OOM_SCOPE_UNKNOWN && !strview_is(name, "out_of_memory")))
		return 0;
	trace->killer |= strview_is(name, "out_of_memory");
	if (scope != OOM_SCOPE_UNKNOWN && (reliable || trace->scope == OOM_SCOPE_UNKNOWN))
		trace->scope = scope;
	trace->ended |= reliable && scope != OOM_SCOPE_UNKNOWN;
	return 0;
}

bool lacks_trace(const struct oom_partial *partial, struct strview text)
{
	const struct oom_report *report = &partial->report;

	(void)text;
	return partial->other || (report->trigger.present && !report->has_memory &&
				  report->memcg.memory.usage == OOM_UNKNOWN && !report->has_table);
}
