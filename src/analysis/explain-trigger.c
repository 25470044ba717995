/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explain-trigger.c - the headline; when it was, who asked for how much of which memory, what had
 * none left; and what the log does not have
 */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "analysis/explain-parts.h"
#include "analysis/gfp.h"
#include "lib/duration.h"
#include "lib/strview.h"
#include "lib/timestamp.h"

/* "Node 1, the only one that its cpuset allows, ran out of memory" */
static void summarize_nodes(struct oom_textbuf *buf, const char *list, const char *whose)
{
	if (!list || !strview_is_digit(*list))
		SAY("The memory nodes that %s allows ran out of memory", whose);
	else
		SAY(strpbrk(list, ",-")
		    ? "Nodes %s, the only ones that %s allows, ran out of memory"
		    : "Node %s, the only one that %s allows, ran out of memory",
		    SAFE(list), whose);
}

/* What ran out, and who was killed, or what else became of it. */
void oom_summarize(struct oom_textbuf *buf, const struct oom_report *report)
{
	const struct oom_victim *first = buf->victim;
	bool selected = report->selected.pid != OOM_NO_NUMBER;
	size_t count = oom_victims(report);
	uint64_t held = OOM_UNKNOWN;

	if (report->scope == OOM_SCOPE_MEMCG)
		oom_summarize_memcg(buf, report);
	else if (report->scope == OOM_SCOPE_CPUSET)
		summarize_nodes(buf, report->mems_allowed, "its cpuset");
	else if (report->scope == OOM_SCOPE_MEMPOLICY)
		summarize_nodes(buf, report->nodemask, "its NUMA policy");
	else
		SAY("%s", report->scope == OOM_SCOPE_GLOBAL
		    ? "The machine ran out of memory" : report->scope == OOM_SCOPE_SYSRQ
		    ? "Somebody asked for a kill by SysRq-f"
		    : "The OOM killer ran, and what had run out of memory is not said");
	for (size_t i = 0; i < report->victim_count; i++)
		if (!report->victims[i].repeated)
			held = oom_plus(held, oom_victim_held(report, &report->victims[i]));
	if (first && !first->presumed && count <= 1)
		ADD(": %s was killed%s", TASK(first), KNOWN("; it held %s", held));
	else if (first && !first->presumed)
		ADD(": %zu processes were killed, %s first%s", count, TASK(first),
		    KNOWN("; they held %s together, shared pages counted for each", held));
	/* The log has no line of the kill, but perhaps one of what was decided. */
	else if (report->panic)
		ADD(": the kernel panicked instead of killing a process");
	else if (report->none_killable)
		ADD(": there was no process that could be killed");
	else if (report->already_exiting)
		ADD(": the process chosen was exiting already, and was left to it");
	else if (selected || report->choice.present)
		ADD(": %s was chosen, its kill is not in the log",
		    selected ? TASK(&report->selected) : TASK(&report->choice));
	else
		ADD(": who was killed, if anybody, is not in the log");
	ADD(report->panic && first ? "; then the kernel panicked." : ".");
}

void oom_explain_when(struct oom_textbuf *buf, const struct oom_report *report)
{
	const struct oom_time *when = &report->time;
	uint64_t boot_ns = when->monotonic_ns < 0 ? 0 : (uint64_t)when->monotonic_ns;
	char text[TIMESTAMP_TEXT_MAX];

	/* As it was logged, unless that is nothing but the time that is said anyway. */
	SAY_IF(when->raw[0] && (when->wall_guessed || (!when->has_monotonic && !when->has_wall)),
	       "Logged as \"%s\"%s", SAFE(when->raw), when->has_wall ? ": " : "");
	if (when->has_wall)
		ADD("%s%s", timestamp_format(text, when->wall_ns, TIMESTAMP_UTC),
		    when->wall_guessed ? ", with year or time zone guessed"
		    : when->wall_derived ? " by this machine's clocks" : "");
	if (when->has_monotonic)
		ADD("%s%" PRIu64 ".%06" PRIu64 " s after boot%s",
		    buf->length ? "; " : "", boot_ns / NS_PER_SECOND,
		    boot_ns % NS_PER_SECOND / 1000,
		    PART_IF(boot_ns >= 60 * NS_PER_SECOND, " (%s)", SPAN(boot_ns)));
	if (buf->length)
		ADD(".");
	SAY_IF(report->kernel, "Linux %s", SAFE(report->kernel));
	SAY_IF(report->host, "%s host %s", report->kernel ? "on" : "On", SAFE(report->host));
	SAY_IF(report->machine, report->kernel || report->host ? "(%s)" : "On %s",
	       SAFE(report->machine));
	if (report->kernel || report->host || report->machine)
		ADD(".");
	/* A machine that comes up has other problems, and each claim its evidence. */
	SAY_IF(report->crash_kernel,
	       "This was the kernel that saves a dump after a crash (kdump): elfcorehdr= is on its command line.");
	SAY_IF(report->boot == OOM_BOOT_INITRAMFS,
	       "The kernel was still booting: by the call trace it was unpacking the initramfs.");
	SAY_IF(report->boot == OOM_BOOT_KERNEL,
	       "The kernel was still booting: process %" PRId64 " was %s, and no program had been started.",
	       report->trigger.pid, NAME(report->trigger.comm));
}

/* "for 8 pages in one piece, 32.0 KiB (order 3): ...", and what the mask is. */
static void append_request(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;
	int64_t order = report->order;
	struct oom_gfp gfp;
	const char *kind;

	if (!report->gfp_value) {
		ADD(" by a page fault that had found no memory; its own request is not logged (mask 0).");
		return;
	}
	if (order >= 0 && order <= 30)
		ADD(" for %s%s (order %d)", order
		    ? oom_words(buf, "%ld pages in one piece", 1L << order) : "one page",
		    PART_IF(report->page_size_known, ", %s",
			    BYTES(oom_times(UINT64_C(1) << order, report->page_size))),
		    (int)order);
	oom_gfp_decode(report->gfp_mask, report->gfp_value, oom_kernel_number(report->kernel),
		       &gfp);
	kind = oom_gfp_kind(&gfp, report->scope == OOM_SCOPE_MEMCG, order);
	ADD(*kind ? ": %s." : ".", kind);
	if (!report->gfp_mask || (!gfp.count && report->gfp_value == OOM_UNKNOWN))
		return;
	SAY("The mask 0x%" PRIx64 " is ", report->gfp_value);
	for (size_t i = 0; i < gfp.count && i < OOM_GFP_FLAGS_MAX; i++)
		ADD("%s%s", i ? "|" : "", SAFE(gfp.flags[i]));
	ADD("%s.", !gfp.count
	    ? "not decoded: its bits differ from kernel to kernel"
	    : gfp.decoded ? " (decoded here, the log has only the number)" : "");
}

void oom_explain_trigger(struct oom_textbuf *buf, const struct oom_report *report)
{
	int64_t adj = report->trigger.adj, old_adj = report->trigger.old_adj;
	int64_t pid = report->trigger.pid;
	bool known = pid != OOM_NO_NUMBER;
	const struct oom_victim *victim = buf->victim;
	const char *who = TASK(&report->trigger);

	if (report->scope == OOM_SCOPE_SYSRQ || report->order == -1 || buf->bpf) {
		if (buf->bpf)
			SAY("A BPF program asked (%s)", SAFE(report->constraint));
		else
			SAY("SysRq-f asked, from a keyboard, a serial line or /proc/sysrq-trigger (order -1)");
		ADD("%s.",
		    PART_IF(report->trigger.present, "; %s only carried it out%s", who,
			    buf->bpf ? "" : ", and who sent it is not logged"));
		return;
	}
	if (!report->trigger.present)
		return;
	SAY("%s%s%s asked", who,
	    PART_IF(adj != OOM_NO_NUMBER, ", with oom_score_adj %" PRId64 ",", adj),
	    PART_IF(adj == OOM_NO_NUMBER && old_adj != OOM_NO_NUMBER,
		    ", with oom_adj %" PRId64 ",", old_adj));
	append_request(buf);
	if (!victim)
		return;
	/*
	 * Whether the one that asked was killed. Its pid is a thread's, the pids of the table are
	 * processes'. So a pid that differs from the victim's does not make it another process,
	 * unless the table has it.
	 */
	if (known && report->choice.present && pid == report->choice.pid && pid != victim->pid)
		SAY("It was chosen itself, but %s was killed in its place.", TASK(victim));
	else if (known && pid == victim->pid)
		SAY("It is the process that was killed.");
	else if (known && pid == report->selected.pid && oom_names_two_threads(report))
		SAY("It is a thread of the process that was killed.");
	else if (known && oom_find_task(report, pid))
		SAY("It is not the one that was killed: the kernel kills the worst, not the one that asks.");
	else if (known && report->has_table && !report->cut_start)
		SAY("Its pid is not in the table of processes: it was a thread of one of them, or %s.",
		    report->scope == OOM_SCOPE_GLOBAL ? "the kernel's own"
						      : "of none that is listed");
	else
		SAY_IF(strcmp(report->trigger.comm, victim->comm) != 0,
		       "Not the one that asks is killed, but the worst: here %s.", TASK(victim));
}

void oom_explain_scope(struct oom_textbuf *buf, const struct oom_report *report)
{
	bool cpuset = report->scope == OOM_SCOPE_CPUSET;
	const char *lived = report->memcg.task_path;
	const char *nodes = cpuset ? report->mems_allowed : report->nodemask;
	/* Of a process whose kill is not in the log it is known that the kernel chose it. */
	const char *killed = buf->victim ? "killed" : "chosen";

	switch (report->scope) {
	case OOM_SCOPE_GLOBAL:
		SAY("The memory of the whole machine, not a limit.");
		if (lived && buf->task_owner.kind == CGROUP_OWNER_UNKNOWN)
			SAY("The process %s lived in memory cgroup %s.", killed, PATH(lived));
		else if (lived && buf->task_owner.kind != CGROUP_OWNER_ROOT) {
			SAY("The process %s lived in %s.", killed, SAFE(buf->task_owner.what));
			SAY("Its memory cgroup was %s.", PATH(lived));
		}
		break;
	case OOM_SCOPE_MEMCG:
		break;
	case OOM_SCOPE_CPUSET:
	case OOM_SCOPE_MEMPOLICY:
		/* "(null)" is no list. */
		SAY("The nodes that a %s allows%s%s.", cpuset ? "cpuset"
		    : "NUMA policy (mbind, set_mempolicy, numactl)",
		    PART_IF(nodes && strview_is_digit(*nodes), ": %s", SAFE(nodes)),
		    PART_IF(report->cpuset && cpuset, " (cpuset %s)", PATH(report->cpuset)));
		break;
	case OOM_SCOPE_SYSRQ:
		SAY("Nothing need have run out: a kill was asked for, and memory may have been plentiful.");
		break;
	default:
		SAY_IF(report->constraint, "The log says %s, which is not known here.",
		       SAFE(report->constraint));
		break;
	}
}

/* What is cut off, lost, suppressed or missing; what cannot be right, or is not known. */
void oom_explain_gaps(struct oom_textbuf *buf, const struct oom_report *report)
{
	const struct oom_time *when = &report->time;
	bool asked = report->trigger.present;

	SAY_IF(report->cut_start, "The beginning of this report is cut off%s.",
	       report->trigger.present ? "" : ": who asked, and for what, is lost");
	SAY_IF(report->cut_end, "The end of this report is cut off.");
	SAY_IF(report->missed, "%" PRIu64 " line%s of it %s suppressed or lost.", report->missed,
	       PLURAL(report->missed), report->missed == 1 ? "was" : "were");
	SAY_IF(report->suppressed,
	       "The kernel says that it suppressed %" PRIu64 " message%s here or before (\"callbacks suppressed\"): lines of this report may be among them.",
	       report->suppressed, PLURAL(report->suppressed));
	SAY_IF(report->victim_count && !asked && !report->cut_start && !report->has_table &&
	       !report->has_memory,
	       "There is only the kill: either the rest was filtered out, or the kernel left it out, which prints at most 10 reports in 5 seconds.");
	if (asked && !report->has_table)
		SAY(oom_table_left_out(report)
		    ? "There is no table of processes: vm.oom_dump_tasks is 0, or those lines were left out."
		    : "The table of processes is missing or not whole.");
	else
		SAY_IF(report->task_count < report->tasks_listed,
		       "Of the table's %zu rows %zu were kept.", report->tasks_listed,
		       report->task_count);
	SAY_IF(asked && !report->has_memory && report->scope == OOM_SCOPE_GLOBAL,
	       "The figures of the memory (Mem-Info) are missing, so what filled it cannot be said.");
	SAY_IF(buf->memory_usage.torn,
	       "Lines of the memory's figures are missing: the zones add up to less than the whole.");
	SAY_IF(report->implausible == 1, "One figure cannot be right and is left out: %s.",
	       SAFE(report->implausible_name));
	SAY_IF(report->implausible > 1,
	       "%zu figures cannot be right and are left out, %s among them.",
	       report->implausible, SAFE(report->implausible_name));
	SAY_IF(!report->page_size_known && (report->task_count || report->has_memory),
	       "How large a page was, the log does not say: what it counts in pages alone, as the table of processes, is not given in bytes.");
	SAY_IF(!when->has_monotonic && !when->has_wall && !when->raw[0],
	       "When it was is not in the log.");
}
