/* SPDX-License-Identifier: GPL-2.0-or-later */
/* read-trigger.c - who asked for memory, and who called the OOM killer: the first lines */
#include <config.h>

#include "lib/ascii.h"
#include "lib/macros.h"
#include "oomreport/partial.h"

/* The line of the CPU has so much of a name, of which a worker's is longer: lib/dump_stack.c. */
#define CPU_COMM_BYTES 20

/* "x invoked oom-killer: gfp_mask=0x14000c0(GFP_KERNEL), nodemask=(null), order=0, ..." */
int read_invoked(struct oom_partial *partial, struct strview text)
{
	static const char phrase[] = "invoked oom-killer";
	static const char *const ends[] = { "] ", ": ", "> ", "\t" };
	struct oom_report *report = &partial->report;
	size_t at = strview_find_last(text, phrase);
	struct strview name, rest, mask, nodes;
	int r;

	if (at == STRVIEW_NONE)
		return 0;
	nodes = rest = mask = strview_from(text, at + sizeof(phrase) - 1);
	/* The blank in front of the phrase is not the name's. */
	name = strview_head(text, at ? at - 1 : 0);
	/* Known prefixes are gone. What is still too long for a name has unknown ones on. */
	for (size_t i = 0; name.length > OOM_KERNEL_COMM_MAX && i < ARRAY_SIZE(ends); i++)
		strview_skip_past_last(&name, ends[i]);
	while (name.length > OOM_KERNEL_COMM_MAX && strview_skip_past(&name, " "))
		;
	read_comm(name, report->trigger.comm);
	value_signed(rest, "order=", &report->order);
	value_signed(rest, "oom_score_adj=", &report->trigger.adj);
	value_signed(rest, "oom_adj=", &report->trigger.old_adj);
	value_signed(rest, "oomkilladj=", &report->trigger.old_adj);
	if (strview_skip_past(&mask, "gfp_mask=") &&
	    (rest = mask, strview_take_hex(&rest, &report->gfp_value))) {
		/* A mailer may have put a blank between the brackets. */
		if (strview_starts(rest, "(") && !strview_skip_past(&rest, ")"))
			rest = strview_from(rest, strview_trim(rest).length);
		r = value_keep(&report->gfp_mask, strview_head(mask, mask.length - rest.length));
		if (r < 0)
			return r;
	}
	/* "nodemask=0-1,4, order=0": a list ends with a comma and a blank. */
	if (!strview_skip_past(&nodes, "nodemask="))
		return 0;
	return value_keep(&report->nodemask,
			  strview_trim(strview_head(nodes, strview_find(nodes, ", "))));
}

/* "main.out cpuset=/ mems_allowed=0" */
int read_cpuset(struct oom_partial *partial, struct strview text)
{
	struct strview path = strview_head(text, strview_find_last(text, " mems_allowed="));
	int r;

	if (!strview_skip_past_last(&text, " mems_allowed=") ||
	    !strview_skip_past_last(&path, " cpuset="))
		return 0;
	r = value_keep(&partial->report.cpuset, path);
	return r < 0 ? r : value_keep(&partial->report.mems_allowed, strview_trim(text));
}

/* The name ends where "Not tainted", "Tainted:" or "Kdump:" begins; it may hold blanks itself. */
static struct strview name_in(struct strview text)
{
	static const char *const ends[] = { " Kdump: ", " Not tainted", " Tainted: ", " Not" };

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		size_t at = strview_find_last(text, ends[i]);

		if (at != STRVIEW_NONE)
			return strview_head(text, at);
	}
	return text;
}

/* Whether the shorter one is the end of the other. */
static bool end_alike(struct strview name, struct strview other)
{
	size_t length = MIN(name.length, other.length);

	return !memcmp(name.at + name.length - length, other.at + other.length - length, length);
}

/* It may be that of the process that invoked the killer. */
bool lacks_cpu(const struct oom_partial *partial, struct strview text)
{
	struct strview known = strview_of(partial->report.trigger.comm), name;

	if (!partial->report.trigger.present || partial->has_cpu)
		return false;
	if (!known.length || !strview_skip_past(&text, "omm: "))
		return true;
	name = name_in(text);
	/* Wrapped, a name may have lost blanks; and one of them may have unknown prefixes on. */
	return name.length > CPU_COMM_BYTES ||
	       end_alike(strview_trim(known), strview_trim(name));
}

/* "CPU: 1 UID: 0 PID: 91 Comm: x Not tainted 6.1.0-50-cloud-amd64 #1", "Pid: 13, comm: x ..." */
int read_cpu(struct oom_partial *partial, struct strview text)
{
	struct oom_report *report = &partial->report;
	struct strview rest = text;

	/* No prefixes are in front of this name: it decides, where both names end alike. */
	if (strview_skip_past(&rest, "omm: ")) {
		rest = name_in(rest);
		if (rest.length <= CPU_COMM_BYTES &&
		    end_alike(strview_of(report->trigger.comm), rest))
			read_comm(rest, report->trigger.comm);
	}
	/*
	 * "Tainted: G        W IOE 5.4.0 #1": the kernel is the word in front of '#', behind the
	 * last "ainted", since a name may be so too.
	 */
	if (!strview_skip_past_last(&text, "ainted"))
		return 0;
	text = strview_trim(strview_head(text, strview_find(text, " #")));
	strview_skip_past_last(&text, " ");
	if (!strview_is_digit(strview_byte(text, 0)) || !strview_has(text, "."))
		return 0;
	return value_keep(&report->kernel, text);
}

/* What a function may be called. */
static size_t name_length(struct strview text)
{
	size_t length = 0;

	while (length < text.length && (ascii_is_alphanumeric(text.at[length]) ||
					text.at[length] == '_'))
		length++;
	return length;
}

/*
 * "dump_stack+0x5c/0x80", "? __alloc_pages+0x1cd/0x220",
 * "[<ffffffff81d91389>] x.isra.0+0xc1/0x128", "[c000000007fd3c70] [c0000000009f3d4c] x+0x1/0x2",
 * "[<c0010d40>] (dump_header) from [<c00d>] (out_of_memory+0x1c/0x20)" (on 32-bit ARM)
 */
struct strview oom_frame(struct strview text, bool *ret_reliable)
{
	struct strview name, rest, from;
	uint64_t address;

	while (strview_skip_blanks(&text), rest = text, strview_skip(&rest, "[")) {
		strview_skip(&rest, "<");
		if (!strview_take_hex(&rest, &address) ||
		    (!strview_skip(&rest, ">]") && !strview_skip(&rest, "]")))
			break;
		text = rest;
	}
	*ret_reliable = !strview_skip(&text, "? ");
	strview_skip(&text, "(");
	name = strview_head(text, name_length(text));
	rest = strview_from(text, name.length);
	/* What the compiler has put behind the name */
	while (strview_skip(&rest, "."))
		rest = strview_from(rest, name_length(rest));
	from = rest;
	strview_skip(&rest, ")");
	if (name.length && !strview_is_digit(name.at[0]) &&
	    ((strview_skip(&from, "+0x") && strview_has(strview_head(from, 20), "/0x")) ||
	     (strview_starts(rest, " from ") && strview_has(rest, "+0x"))))
		return name;
	return strview_head(text, 0);
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
	/* Whose memory ran out, by the beginning of the function that called the killer. */
	static const struct {
		const char *name;
		enum oom_scope scope;
	} callers[] = {
		{ "mem_cgroup_", OOM_SCOPE_MEMCG }, { "__mem_cgroup_", OOM_SCOPE_MEMCG },
		{ "try_charge", OOM_SCOPE_MEMCG }, { "obj_cgroup_charge", OOM_SCOPE_MEMCG },
		{ "moom_callback", OOM_SCOPE_SYSRQ }, { "__alloc_pages", OOM_SCOPE_GLOBAL },
		{ "__alloc_frozen_pages", OOM_SCOPE_GLOBAL },
		{ "pagefault_out_of_memory", OOM_SCOPE_GLOBAL },
	};
	struct partial_trace *trace = &partial->trace;
	bool reliable;
	struct strview name = oom_frame(text, &reliable);
	enum oom_scope scope = OOM_SCOPE_UNKNOWN;

	trace->x86 |= oom_line_is_one_of(name, x86);
	if (reliable && oom_line_is_one_of(name, initramfs))
		partial->report.boot = OOM_BOOT_INITRAMFS;
	for (size_t i = 0; i < ARRAY_SIZE(callers); i++)
		if (strview_starts(name, callers[i].name))
			scope = callers[i].scope;
	if (scope == OOM_SCOPE_GLOBAL && !trace->killer)
		scope = OOM_SCOPE_UNKNOWN;
	trace->killer |= !trace->ended && strview_is(name, "out_of_memory");
	/* What calls the one that decides, further up, has called something else. */
	if (scope == OOM_SCOPE_UNKNOWN || trace->ended)
		return 0;
	if (reliable || trace->scope == OOM_SCOPE_UNKNOWN)
		trace->scope = scope;
	trace->ended = reliable;
	return 0;
}

bool lacks_trace(const struct oom_partial *partial, struct strview text)
{
	const struct oom_report *report = &partial->report;

	(void)text;
	return partial->other || (report->trigger.present && !report->has_memory &&
				  report->memcg.memory.usage == OOM_UNKNOWN && !report->has_table);
}
