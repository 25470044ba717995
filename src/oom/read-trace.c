/* SPDX-License-Identifier: GPL-2.0-or-later */
/* read-trace.c - who called the OOM killer: the call trace of a report */
#include <config.h>

#include "oom/frame.h"
#include "oom/reader.h"

/* "[<ffffffff81d91389>] ", "[c000000007fd3c70] [c0000000009f3d4c] " */
static void skip_addresses(struct text *text)
{
	struct text rest;
	uint64_t address;

	for (;;) {
		text_skip_blanks(text);
		rest = *text;
		if (!text_skip(&rest, "[<") && !text_skip(&rest, "["))
			return;
		if (!text_take_hex(&rest, &address) ||
		    (!text_skip(&rest, ">]") && !text_skip(&rest, "]")))
			return;
		*text = rest;
	}
}

static bool is_name_byte(char byte)
{
	return text_is_digit(byte) || byte == '_' || (byte >= 'a' && byte <= 'z') ||
	       (byte >= 'A' && byte <= 'Z');
}

/* What stands behind a function's name: where in it, or (on 32-bit ARM) who called it. */
static bool is_frame_rest(struct text text)
{
	struct text from = text;

	text_skip(&text, ")");
	if (text_starts(text, " from ") && text_has(text, "+0x"))
		return true;
	return text_skip(&from, "+0x") && text_has(text_head(from, 20), "/0x");
}

/*
 * "dump_stack+0x5c/0x80", "? __alloc_pages+0x1cd/0x220", "[<ffffffff81d91389>]
 * x.isra.0+0xc1/0x128",
 * "[<c0010d40>] (dump_header) from [<c00d>] (out_of_memory+0x1c/0x20)"
 */
struct text oom_frame(struct text text, bool *ret_reliable)
{
	struct text name, rest;
	size_t length = 0;

	skip_addresses(&text);
	*ret_reliable = !text_skip(&text, "? ");
	text_skip(&text, "(");
	while (length < text.length && is_name_byte(text.at[length]))
		length++;
	name = text_head(text, length);
	rest = text_from(text, length);
	while (text_byte(rest, 0) == '.' || is_name_byte(text_byte(rest, 0)))
		rest = text_from(rest, 1);
	if (!length || text_is_digit(name.at[0]) || !is_frame_rest(rest))
		return text_head(text, 0);
	return name;
}

static bool is_of(struct text name, const char *const *pieces)
{
	for (; *pieces; pieces++)
		if (text_starts(name, *pieces))
			return true;
	return false;
}

/* Whose trouble it was, by the function that called the killer. */
static enum oom_scope scope_of_caller(struct text name, bool killer)
{
	static const char *const memcg[] = {
		"mem_cgroup_", "__mem_cgroup_", "try_charge", "obj_cgroup_charge", NULL,
	};

	if (is_of(name, memcg))
		return OOM_SCOPE_MEMCG;
	if (text_is(name, "moom_callback"))
		return OOM_SCOPE_SYSRQ;
	if (killer && (text_starts(name, "__alloc_pages") || text_starts(name,
			"__alloc_frozen_pages") ||
		       text_is(name, "pagefault_out_of_memory")))
		return OOM_SCOPE_GLOBAL;
	return OOM_SCOPE_UNKNOWN;
}

/*
 * A frame with a '?' is what an older call may have left on the stack. Kernels without frame
 * pointers print nothing else: the first of them decides where there is none without.
 */
int read_trace(struct oom_draft *draft, struct text text)
{
	static const char *const x86[] = {
		"entry_SYSCALL", "asm_exc_", "do_syscall_64", "x64_sys_call", "__x64_sys_", NULL,
	};
	static const char *const initramfs[] = {
		"unpack_to_rootfs", "do_populate_rootfs", "populate_rootfs", NULL,
	};
	struct draft_trace *trace = &draft->trace;
	bool reliable;
	struct text name = oom_frame(text, &reliable);
	enum oom_scope scope = scope_of_caller(name, trace->killer);

	trace->x86 |= is_of(name, x86);
	if (reliable && is_of(name, initramfs))
		draft->report.boot = OOM_BOOT_INITRAMFS;
	/* What calls it further up has called something else. */
	if (trace->ended || (scope == OOM_SCOPE_UNKNOWN && !text_is(name, "out_of_memory")))
		return 0;
	trace->killer |= text_is(name, "out_of_memory");
	if (scope != OOM_SCOPE_UNKNOWN && (reliable || trace->scope == OOM_SCOPE_UNKNOWN))
		trace->scope = scope;
	trace->ended |= reliable && scope != OOM_SCOPE_UNKNOWN;
	return 0;
}
