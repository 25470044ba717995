/* SPDX-License-Identifier: GPL-2.0-or-later */
/* message.c - recognise the lines of a report by how they begin */
#include <config.h>

#include "kernlog/learned-prefix.h"
#include "lib/macros.h"
#include "oomreport/frame.h"
#include "oomreport/message.h"

/* What fits in a task's comm, TASK_COMM_LEN less the NUL (include/linux/sched.h). */
#define KERNEL_COMM_MAX 15

static bool starts_with_any(struct strview text, const char *const *pieces, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strview_starts(text, pieces[i]))
			return true;
	return false;
}

/*
 * "[  pid  ]   uid  tgid total_vm      rss ... name": the columns differ, these are always there.
 */
static bool is_table(struct strview text)
{
	struct strview inside;

	if (!strview_skip(&text, "[") || !strview_take_until(&text, "]", &inside))
		return false;
	return strview_is(strview_trim(inside), "pid") && strview_has(text, "tgid") &&
	       strview_has(text, "rss");
}

/* "[ 1234]" */
static bool line_take_pid(struct strview *text)
{
	uint64_t pid;

	if (!strview_skip(text, "["))
		return false;
	strview_skip_blanks(text);
	if (!strview_take_u64(text, &pid))
		return false;
	strview_skip_blanks(text);
	return strview_skip(text, "]");
}

static bool is_number(struct strview word)
{
	int64_t value;

	return strview_take_i64(&word, &value) && !word.length;
}

/*
 * "[ 1234]  uid  tgid total_vm ...": a number in brackets and some behind it. A mailer may have
 * broken it off after four; fewer are anything. In a table that is EXPECTED vendors' columns may
 * be no numbers.
 */
static bool is_row(struct strview text, bool expected)
{
	if (!line_take_pid(&text))
		return false;
	for (int numbers = 0; numbers < 4; numbers++) {
		struct strview word = { text.at, 0 };

		if (strview_skip_blanks(&text))
			word = strview_take_word(&text);
		if (!word.length || (!expected && !is_number(word)))
			return false;
	}
	return true;
}

static bool is_letter(char byte)
{
	return byte >= 'a' && byte <= 'z';
}

/*
 * How many of the bytes at the front are those of a figure's name ("isolated(anon)",
 * "Active_anon").
 */
static size_t figure_name(struct strview text)
{
	size_t length = strview_byte(text, 0) == 'A';

	while (length < text.length && length < 40 &&
	       (is_letter(text.at[length]) || strchr("_()", text.at[length])) && text.at[length])
		length++;
	return length;
}

/* "name: 123" or "name:123" of a figure. ret_unit: "kB" follows the digits. */
static bool begins_with_figure(struct strview text, bool *ret_unit)
{
	size_t length = figure_name(text);
	uint64_t number;

	text = strview_from(text, length);
	if (!length || !strview_skip(&text, ":"))
		return false;
	strview_skip_blanks(&text);
	if (!strview_take_u64(&text, &number))
		return false;
	*ret_unit = strview_starts(text, "kB") || strview_starts(text, "KB");
	return true;
}

/* One of the record's lines; other texts have figures too. */
static bool is_counts(struct strview text)
{
	static const char *const names[] = {
		"active_anon:", "Active_anon:", "active_file:", "inactive_file:", "unevictable:",
		"slab_reclaimable:", "mapped:", "shmem:", "pagetables:", "sec_pagetables:",
		"kernel_misc_reclaimable:", "free:", "dirty:", "writeback:", "inactive_anon:",
		"slab:", "bounce:", "isolated_anon:",
	};
	bool unit;

	return starts_with_any(text, names, ARRAY_SIZE(names)) &&
	       begins_with_figure(text, &unit) &&
	       !unit;
}

static bool is_zone_name(struct strview text)
{
	static const char *const names[] = {
		"DMA32", "DMA", "Normal", "HighMem", "Movable", "Device",
	};
	struct strview word = strview_take_word(&text);

	if (strview_last(word) == ':')
		word.length--;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strview_is(word, names[i]))
			return true;
	return false;
}

/* Lines that begin with "Node N " or, without NUMA, with a zone's name */
static enum oom_line_type node_message(struct strview text)
{
	uint64_t number;
	bool unit;

	if (strview_skip(&text, "Node ")) {
		if (!strview_take_u64(&text, &number) || !strview_skip(&text, " "))
			return OOM_LINE_NONE;
		if (strview_starts(text, "hugepages_total="))
			return OOM_LINE_HUGE;
		if (begins_with_figure(text, &unit))
			return OOM_LINE_NODE;
	}
	if (!is_zone_name(text))
		return OOM_LINE_NONE;
	strview_take_word(&text);
	strview_skip_blanks(&text);
	if (strview_starts(text, "free:"))
		return OOM_LINE_ZONE;
	if (strview_take_u64(&text, &number) && strview_starts(text, "*"))
		return OOM_LINE_BLOCKS;
	return OOM_LINE_NONE;
}

/* "2062044 pages RAM" */
static bool is_pages(struct strview text)
{
	static const char *const ends[] = {
		"total pagecache pages", "pages in swap cache", "pages RAM", "pages HighMem",
		"pages reserved", "pages cma reserved", "pages hwpoisoned", "reserved pages",
		"pages of RAM", "free pages", "pages shared", "pages non-shared", "slab pages",
		"pages of HIGHMEM", "pages swap cached",
	};
	uint64_t number;

	if (strview_starts(text, "Free swap") || strview_starts(text, "Total swap"))
		return strview_has(text, "=");
	return strview_take_u64(&text, &number) && strview_skip(&text, " ") &&
	       starts_with_any(text, ends, ARRAY_SIZE(ends));
}

static bool is_counter(struct strview text)
{
	static const char *const names[] = { "memory: ", "memory+swap: ", "swap: ", "kmem: " };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strview_skip(&text, names[i]))
			return strview_skip_blanks(&text), strview_starts(text, "usage");
	return false;
}

/* "anon 33370112", "cache 0", "total_rss 4096", "oom_group_kill 1", or "cache:0KB rss:..." */
static bool is_stat(struct strview text)
{
	size_t length = 0;
	uint64_t number;
	bool unit;

	if (begins_with_figure(text, &unit))
		return unit;
	while (length < text.length && length < 40 &&
	       (is_letter(text.at[length]) || text.at[length] == '_' ||
		(length && strview_is_digit(text.at[length]))))
		length++;
	text = strview_from(text, length);
	if (length < 3 || !strview_skip(&text, " ") || !strview_take_u64(&text, &number))
		return false;
	return !text.length || text.at[0] == '\n' || strview_is_blank(text.at[0]);
}

/* "NAME   123KB   456KB" */
static bool is_slab(struct strview text)
{
	uint64_t number;

	if (strview_starts(text, "Name ") && strview_has(text, "Used"))
		return true;
	if (!strview_take_word(&text).length || !strview_skip_blanks(&text) ||
	    !strview_take_u64(&text, &number) || !strview_skip(&text, "KB") ||
	    !strview_skip_blanks(&text))
		return false;
	return strview_take_u64(&text, &number) && strview_starts(text, "KB");
}

static bool is_allocation(struct strview text)
{
	uint64_t number;

	return strview_take_u64(&text, &number) && strview_skip_blanks(&text) &&
	       strview_take_u64(&text, &number) && strview_has(text, "func:");
}

/* People write of killed processes too, but not with a number. */
static bool is_number_next(struct strview text)
{
	uint64_t pid;

	text = strview_trim(text);
	return strview_take_u64(&text, &pid) &&
	       (!text.length || strview_is_blank(text.at[0]) || strchr(":,(", text.at[0]));
}

/* What the kernel puts in front of "Kill process" and "Killed process". */
static const char *const causes[] = {
	"Memory cgroup out of memory: ", "Out of memory: ",
	"Out of memory (oom_kill_allocating_task): ",
	"Memory cgroup out of memory (oom_kill_allocating_task): ",
	"No available memory (MPOL_BIND): ", "No available memory in cpuset: ",
	"Out of memory (cpuset): ", "Out of memory (mempolicy): ", "oom_policy: ",
};

static void take_cause(struct strview *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(causes); i++)
		if (strview_skip(text, causes[i]))
			return;
}

/* "Killed process N", "Kill process N", "kill process N" */
static enum oom_line_type kill_message(struct strview text)
{
	take_cause(&text);
	if (strview_skip(&text, "Killed process"))
		return is_number_next(text) ? OOM_LINE_KILLED : OOM_LINE_NONE;
	if (strview_skip(&text, "OOM victim"))
		return is_number_next(text) ? OOM_LINE_EXITING : OOM_LINE_NONE;
	if ((strview_skip(&text, "Kill process") || strview_skip(&text, "kill process")) &&
	    is_number_next(text) && !strview_has(text, "sharing same memory"))
		return OOM_LINE_CHOICE;
	return OOM_LINE_NONE;
}

static enum oom_line_type reaper_message(struct strview text)
{
	if (!strview_skip(&text, "oom_reaper: "))
		return OOM_LINE_NONE;
	return strview_starts(text, "reaped process ") ? OOM_LINE_REAPED
	     : strview_starts(text, "unable to reap pid:") ? OOM_LINE_UNREAPED : OOM_LINE_NONE;
}

/*
 * "%s invoked oom-killer: gfp_mask=...", cut off behind the colon or in front of it at the most. A
 * path of the oom-kill line may hold this too.
 */
static bool is_invoked(struct strview text)
{
	static const char phrase[] = "invoked oom-killer";
	size_t at = strview_find_last(text, phrase);
	struct strview rest;

	if (at == STRVIEW_NONE || (at && text.at[at - 1] != ' ') ||
	    strview_has(strview_head(text, at), "oom-kill:constraint="))
		return false;
	rest = strview_trim(strview_from(text, at + sizeof(phrase) - 1));
	if (!rest.length)
		return true;
	strview_skip(&rest, ":");
	strview_skip_blanks(&rest);
	return !rest.length || strview_starts(rest, "gfp_mask=");
}

/* What begins with more than a name can have, so that no name makes a line look like it. */
static enum oom_line_type headed_long(struct strview text)
{
	/* logcat has a blank in it. */
	if (strview_starts(text, "oom-kill:constraint=") ||
	    strview_starts(text, "oom-kill: constraint="))
		return OOM_LINE_DECISION;
	if ((strview_starts(text, "Task in ") && strview_has(text, " killed as a result")) ||
	    strview_starts(text, "Memory limit reached of cgroup "))
		return OOM_LINE_MEMCG_TASK;
	if (strview_starts(text, "Memory cgroup stats"))
		return OOM_LINE_STATS;
	if (strview_starts(text, "Tasks state (memory values in "))
		return OOM_LINE_TASKS;
	if (strview_starts(text, "Tasks in ") && strview_has(text, " are going to be killed"))
		return OOM_LINE_GROUP;
	if (strview_starts(text, "Out of memory and no killable processes") ||
	    strview_starts(text, "Memory cgroup out of memory and no killable processes"))
		return OOM_LINE_NONE_KILLABLE;
	if (strview_starts(text, "Kernel panic - not syncing:"))
		return strview_has(text, "ut of memory") ||
		       strview_has(text, "deadlocked on memory")
			? OOM_LINE_OOM_PANIC : OOM_LINE_PANIC;
	return OOM_LINE_NONE;
}

static bool is_dump(struct strview text)
{
	return strview_has(text, "page allocation failure: order:") ||
	       strview_has(text, "page allocation failure. order:") ||
	       strview_has(text, "page allocation stalls for ") ||
	       strview_starts(text, "sysrq: Show Memory") ||
		       strview_starts(text, "SysRq : Show Memory");
}

/* ___ratelimit(), by the name of who was limited */
static bool is_suppressed(struct strview text)
{
	static const char *const limited[] = {
		"oom_kill_process: ", "__oom_kill_process: ", "printk: ", "dump_header: ",
		"out_of_memory: ", "oom_reap_task: ",
	};
	uint64_t count;

	for (size_t i = 0; i < ARRAY_SIZE(limited); i++)
		if (strview_skip(&text, limited[i]))
			return strview_take_u64(&text, &count) &&
			       strview_starts(text, " callbacks suppressed");
	return false;
}

/*
 * The lines with a process's name in front, whatever it looks like; and what says something
 * anywhere.
 */
static enum oom_line_type named_message(struct strview text)
{
	if (is_invoked(text))
		return OOM_LINE_INVOKED;
	if (strview_has(text, " cpuset=") && strview_has(text, " mems_allowed="))
		return OOM_LINE_CPUSET;
	if (strview_has(text, " printk messages dropped"))
		return OOM_LINE_DROPPED;
	if (is_suppressed(text))
		return OOM_LINE_SUPPRESSED;
	return is_dump(text) ? OOM_LINE_DUMP : OOM_LINE_NONE;
}

static bool is_sysrq(struct strview text)
{
	return (strview_has(strview_head(text, 12), "ysRq") || strview_starts(text, "sysrq: ")) &&
	       strview_has(text, "anual OOM");
}

static enum oom_line_type headed_short(struct strview text)
{
	static const char *const boots[] = {
		"Linux version ", "Booting Linux on ", "Command line: ", "Kernel command line: ",
	};
	static const char *const rests[] = {
		",task=", ",oom_memcg=", ",global_oom,", ",task_memcg=",
	};

	if (starts_with_any(text, rests, ARRAY_SIZE(rests)))
		return OOM_LINE_DECISION_REST;
	if ((strview_starts(text, "CPU: ") && strview_has(text, "PID: ")) ||
	    (strview_starts(text, "Pid: ") && strview_has(text, "comm: ")))
		return OOM_LINE_CPU;
	if (strview_starts(text, "Hardware name: "))
		return OOM_LINE_HARDWARE;
	if (strview_starts(text, "Mem-Info:") || strview_starts(text, "Mem-info:"))
		return OOM_LINE_MEMINFO;
	if (strview_starts(text, "Memory allocations:") ||
	    strview_starts(text, "Memory allocations ("))
		return OOM_LINE_ALLOCATIONS;
	if (strview_starts(text, "Unreclaimable slab info:"))
		return OOM_LINE_SLABS;
	if (strview_starts(text, "COMPACTION is disabled!!!"))
		return OOM_LINE_COMPACTION;
	if (starts_with_any(text, boots, ARRAY_SIZE(boots)))
		return OOM_LINE_BOOT;
	if (strview_is(strview_trim(text), "--"))
		return OOM_LINE_CUT;
	return is_sysrq(text) ? OOM_LINE_SYSRQ : OOM_LINE_NONE;
}

static enum oom_line_type figures_message(struct strview text, struct oom_expected expected)
{
	if (is_counts(text))
		return OOM_LINE_COUNTS;
	if (is_counter(text))
		return OOM_LINE_COUNTER;
	if (is_pages(text))
		return OOM_LINE_PAGES;
	if (expected.allocations && is_allocation(text))
		return OOM_LINE_ALLOCATION;
	if (expected.slabs && is_slab(text))
		return OOM_LINE_SLAB;
	return expected.stats && is_stat(text) ? OOM_LINE_STAT : OOM_LINE_NONE;
}

/* "[<ffffffff81d91389>] out_of_memory+0x1bd/0x4e0" */
static enum oom_line_type frame_message(struct strview text)
{
	bool reliable;

	return oom_frame(text, &reliable).length ? OOM_LINE_TRACE : OOM_LINE_NONE;
}

enum oom_line_type oom_line_type_of(struct strview text, struct oom_expected expected)
{
	static enum oom_line_type (*const kinds[])(struct strview text) = {
		kill_message, headed_short, node_message, reaper_message,
	};
	struct strview bare = text;
	enum oom_line_type message;

	strview_skip_blanks(&bare);
	message = headed_long(bare);
	if (message == OOM_LINE_NONE)
		message = named_message(text);
	if (message != OOM_LINE_NONE || !bare.length)
		return message;
	if (bare.at[0] == '[')
		return is_table(bare) ? OOM_LINE_TABLE
		     : is_row(bare, expected.rows) ? OOM_LINE_ROW : frame_message(bare);
	for (size_t i = 0; i < ARRAY_SIZE(kinds) && message == OOM_LINE_NONE; i++)
		message = kinds[i](bare);
	if (message == OOM_LINE_NONE)
		message = figures_message(bare, expected);
	return message == OOM_LINE_NONE ? frame_message(bare) : message;
}

/* What no other text has, wherever it stands. */
static size_t find_unmistakable(struct strview text)
{
	static const char *const beginnings[] = {
		"Memory cgroup out of memory: Kill", "Out of memory: Kill",
		"Out of memory (oom_kill_allocating_task): Kill",
		"oom-kill:constraint=CONSTRAINT_", "oom_reaper: reaped process ",
		"Killed process ",
	};
	size_t first = STRVIEW_NONE;

	for (size_t i = 0; i < ARRAY_SIZE(beginnings); i++) {
		size_t at = strview_find(text, beginnings[i]);

		if (at < first)
			first = at;
	}
	return first;
}

/* Behind what a message may begin where unknown prefixes are in front of it. */
static size_t line_prefix_length(struct strview text)
{
	char here = strview_byte(text, 0), next = strview_byte(text, 1);

	if (here == '\t')
		return 1;
	return next == ' ' && strchr(":]>|-)", here) && here ? 2 : 0;
}

enum oom_line_type oom_line_type_find(struct strview *text, struct oom_expected expected,
				      bool prefixed)
{
	struct strview rest = strview_head(*text, 256);
	size_t at = find_unmistakable(*text), prefix;
	enum oom_line_type message;

	if (at != STRVIEW_NONE && prefix_is_foreign(strview_head(*text, at)))
		return OOM_LINE_NONE;
	if (at != STRVIEW_NONE) {
		rest = strview_from(*text, at);
		message = oom_line_type_of(rest, expected);
		if (message != OOM_LINE_NONE) {
			*text = rest;
			return message;
		}
	}
	for (; !prefixed && rest.length; rest = strview_from(rest, 1)) {
		prefix = line_prefix_length(rest);
		if (!prefix)
			continue;
		at = (size_t)(rest.at - text->at) + prefix;
		message = oom_line_type_of(strview_from(*text, at), expected);
		if (message > OOM_LINE_CPUSET && !prefix_is_foreign(strview_head(*text, at))) {
			*text = strview_from(*text, at);
			return message;
		}
	}
	return OOM_LINE_NONE;
}

/* "[     92]     0    92" */
static bool is_row_begun(struct strview text)
{
	if (!line_take_pid(&text))
		return false;
	while (strview_skip_blanks(&text), text.length)
		if (!is_number(strview_take_word(&text)))
			return false;
	return true;
}

/* "Node 0", "Node 0 DMA32:", "DMA:" */
static bool is_zone_begun(struct strview text)
{
	uint64_t node;
	struct strview zone;

	if (strview_skip(&text, "Node ")) {
		if (!strview_take_u64(&text, &node))
			return false;
		strview_skip_blanks(&text);
		if (!text.length)
			return true;
	}
	zone = text;
	strview_take_word(&zone);
	return is_zone_name(text) && !zone.length;
}

/* "2062044 pages", "12 total pagecache" */
static bool is_pages_begun(struct strview text)
{
	uint64_t number;

	return strview_take_u64(&text, &number) &&
	       (strview_starts(text, " pages") || strview_starts(text, " total pagecache"));
}

/* "CPU: 1", "Pid: 91," */
static bool is_cpu_begun(struct strview text)
{
	uint64_t number;

	if (!strview_skip(&text, "CPU: ") && !strview_skip(&text, "Pid: "))
		return false;
	return strview_take_u64(&text, &number) && (strview_skip(&text, ","), !text.length);
}

static bool line_ends_with(struct strview text, const char *piece)
{
	size_t length = strlen(piece);

	return text.length >= length &&
	       strview_is(strview_from(text, text.length - length), piece);
}

/* Whether TEXT is the first part of PIECE, enough of it to be no chance. */
static bool is_part(struct strview text, const char *piece)
{
	return text.length >= 4 && text.length <= strlen(piece) &&
	       !memcmp(text.at, piece, text.length);
}

/* "main.out invo", "main.out invoked oom-killer: gfp_ma" */
static bool is_invoked_begun(struct strview text)
{
	size_t at = strview_find_last(text, " inv");

	return at != STRVIEW_NONE &&
	       is_part(strview_from(text, at), " invoked oom-killer: gfp_mask=");
}

/* "Out of mem", "Out of memory: Kill", "Killed pro" */
static bool is_kill_begun(struct strview text)
{
	struct strview rest = text;

	for (size_t i = 0; i < ARRAY_SIZE(causes); i++)
		if (is_part(text, causes[i]))
			return true;
	take_cause(&rest);
	/* Behind a cause one letter is enough. */
	if (rest.at != text.at && rest.length < 4)
		return memchr("KkO", strview_byte(rest, 0), 3);
	return is_part(rest, "Killed process ") || is_part(rest, "Kill process ") ||
	       is_part(rest, "kill process ") || is_part(rest, "OOM victim ");
}

/* "[  pid  ]   uid" */
static bool is_table_begun(struct strview text)
{
	struct strview inside;

	return strview_skip(&text, "[") && strview_take_until(&text, "]", &inside) &&
	       strview_is(strview_trim(inside), "pid");
}

/* Of lines that begin alike always. */
static enum oom_line_type headed_begun(struct strview text)
{
	static const struct {
		const char *beginning;
		enum oom_line_type message;
	} beginnings[] = {
		{ "Hardware name: ", OOM_LINE_HARDWARE }, { "Task in /", OOM_LINE_MEMCG_TASK },
		{ "Tasks in /", OOM_LINE_GROUP }, { "Memory cgroup stats for /", OOM_LINE_STATS },
		{ "Memory limit reached of cgroup /", OOM_LINE_MEMCG_TASK },
		{ "Mem-Info:", OOM_LINE_MEMINFO }, { "Free swap  = ", OOM_LINE_PAGES },
		{ "Total swap = ", OOM_LINE_PAGES }, { "oom-kill:constraint=", OOM_LINE_DECISION },
		{ "oom_reaper: reaped process ", OOM_LINE_REAPED },
		{ "oom_reaper: unable to reap pid:", OOM_LINE_UNREAPED },
		{ "memory: usage ", OOM_LINE_COUNTER },
		{ "memory+swap: usage ", OOM_LINE_COUNTER },
		{ "swap: usage ", OOM_LINE_COUNTER }, { "kmem: usage ", OOM_LINE_COUNTER },
	};

	for (size_t i = 0; i < ARRAY_SIZE(beginnings); i++)
		if (is_part(text, beginnings[i].beginning))
			return beginnings[i].message;
	if (strview_starts(text, "Task in /"))
		return OOM_LINE_MEMCG_TASK;
	return strview_starts(text, "Tasks in /") ? OOM_LINE_GROUP : OOM_LINE_NONE;
}

enum oom_line_type oom_line_type_begun(struct strview text, struct oom_expected expected)
{
	text = strview_trim(text);
	if (is_invoked_begun(text))
		return OOM_LINE_INVOKED;
	if (is_cpu_begun(text))
		return OOM_LINE_CPU;
	if (is_zone_begun(text))
		return OOM_LINE_ZONE;
	if (is_pages_begun(text))
		return OOM_LINE_PAGES;
	if (is_table_begun(text))
		return OOM_LINE_TABLE;
	if (expected.rows && is_row_begun(text))
		return OOM_LINE_ROW;
	if (is_kill_begun(text))
		return OOM_LINE_KILLED;
	if (strview_has(text, " cpuset="))
		return OOM_LINE_CPUSET;
	return headed_begun(text);
}

/* A row ends with a name; how many columns are in front of it only the table's header tells. */
static bool row_has_name(struct strview text)
{
	struct strview word, last = { text.at, 0 };

	while (strview_skip_blanks(&text), text.length) {
		word = strview_take_word(&text);
		if (!word.length)
			break;
		last = word;
	}
	return last.length && !is_number(last);
}

/* Whether a digit is behind KEY, and blanks perhaps. */
static bool has_value(struct strview text, const char *key)
{
	if (!strview_skip_past_last(&text, key))
		return false;
	strview_skip_blanks(&text);
	strview_skip(&text, "-");
	return strview_is_digit(strview_byte(text, 0));
}

bool oom_line_is_whole(enum oom_line_type message, struct strview text)
{
	switch (message) {
	case OOM_LINE_INVOKED:
		return has_value(text, "oom_score_adj=") || has_value(text, "oom_adj=") ||
		       has_value(text, "oomkilladj=");
	case OOM_LINE_CPU:
		return strview_has(text, " #");
	case OOM_LINE_MEMCG_TASK:
		return strview_has(text, "limit of /") || strview_has(text, "of cgroup /");
	case OOM_LINE_COUNTER:
		return has_value(text, "failcnt ");
	case OOM_LINE_NODE:
		return strview_has(text, "all_unreclaimable?");
	case OOM_LINE_ZONE:
		return strview_has(text, "free_cma:") || strview_has(text, "all_unreclaimable?");
	case OOM_LINE_BLOCKS:
		return strview_has(text, " = ");
	case OOM_LINE_HUGE:
		return strview_has(text, "hugepages_size=");
	case OOM_LINE_PAGES:
		return !strview_has(strview_head(text, 10), "swap") || has_value(text, "=");
	case OOM_LINE_TABLE:
		return strview_has(text, " name");
	case OOM_LINE_ROW:
		return row_has_name(text);
	case OOM_LINE_DECISION:
		return has_value(text, ",uid=");
	case OOM_LINE_CHOICE:
		return strview_has(text, " child");
	case OOM_LINE_KILLED:
		return has_value(text, "oom_score_adj:");
	case OOM_LINE_REAPED:
		return strview_skip_past_last(&text, "shmem-rss:") && strview_has(text, "kB");
	case OOM_LINE_GROUP:
		return line_ends_with(strview_trim(text), " set");
	case OOM_LINE_STATS:
		return strview_has(text, "unevictable:") || strview_last(strview_trim(text)) ==
		       ':';
	default:
		return true;
	}
}

/* The rest of a line about a kill, which may begin inside a word: "non-rss:4kB, ", "B, ". */
static bool is_rest_of_kill(struct strview line)
{
	static const char *const beginnings[] = {
		"process ", "(", ",", ":", "UID", "now ", "kB", "B",
	};
	struct strview rest = line, word = strview_take_word(&rest);

	return starts_with_any(line, beginnings, ARRAY_SIZE(beginnings)) ||
	       strview_is_digit(line.at[0]) ||
	       (strview_skip_past(&word, ":") && strview_is_digit(strview_byte(word, 0))) ||
	       strview_has(rest, "total-vm:");
}

/* Whether LINE has nothing but figures, as the record of a node and of a zone. */
static bool is_figures(struct strview line)
{
	for (size_t i = 0; i < line.length; i++)
		if (!is_letter(line.at[i]) && !strview_is_digit(line.at[i]) &&
		    (line.at[i] < 'A' || line.at[i] > 'Z') && !strchr(" \t_():?-", line.at[i]))
			return false;
	return true;
}

bool oom_line_may_join(enum oom_line_type message, struct strview line)
{
	return (message != OOM_LINE_NODE && message != OOM_LINE_ZONE) || is_figures(line);
}

bool oom_line_goes_on(enum oom_line_type message, struct strview line, enum oom_line_type type,
		      bool prefixed)
{
	strview_skip_blanks(&line);
	if (!line.length)
		return false;
	if (type != OOM_LINE_NONE && type != OOM_LINE_COUNTS && type != OOM_LINE_STAT && !prefixed)
		return false;
	switch (message) {
	case OOM_LINE_NODE:
	case OOM_LINE_ZONE:
		return true;
	case OOM_LINE_KILLED:
	case OOM_LINE_REAPED:
		return (prefixed && type == OOM_LINE_NONE) || is_rest_of_kill(line);
	case OOM_LINE_INVOKED:
		return strview_has(line, "=") || line.at[0] == '(' ||
		       strview_is_digit(line.at[0]) ||
		       strview_starts(line, "oom-killer:");
	default:
		return type == OOM_LINE_NONE || prefixed;
	}
}

/*
 * "dump_stack+0x5c/0x80", "? __alloc_pages+0x1cd/0x220", "[<ffffffff81d91389>]
 * dump_stack+0xc1/0x128"
 */
static bool is_trace(struct strview line)
{
	struct strview head = strview_head(line, 80);

	return strview_has(head, "+0x") && strview_has(head, "/0x");
}

bool oom_line_is_other(struct strview line)
{
	static const char *const beginnings[] = {
		"Call Trace:", "Call trace:", "<TASK>", "</TASK>", "lowmem_reserve[]:",
		"Modules linked in:", "RIP:", "RSP:", "Code:", "---[", "Node ",
		"DMA ", "Normal ",
	};

	strview_skip_blanks(&line);
	if (starts_with_any(line, beginnings, ARRAY_SIZE(beginnings)) || is_trace(line))
		return true;
	/* "...", "[...]", "```": somebody has left something out, or it has ended. */
	for (size_t i = 0; i < line.length; i++)
		if (is_letter(line.at[i]) || strview_is_digit(line.at[i]) ||
		    (line.at[i] >= 'A' && line.at[i] <= 'Z'))
			return false;
	return true;
}

/* "inactive_f" of "inactive_file:0kB", "mapped:3" of "mapped:388kB" */
static bool is_figure_torn(struct strview word)
{
	static const char *const names[] = {
		"Node", "DMA", "DMA32", "Normal", "HighMem", "Movable", "Device",
		"all_unreclaimable?", "yes", "no",
	};

	if (strview_has(word, ":"))
		return !line_ends_with(word, "kB") && !line_ends_with(word, "KB") &&
		       !strview_starts(word, "pages_scanned:");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strview_is(word, names[i]))
			return false;
	return !is_number(word);
}

/* Behind the name of a kill line's process all words are "key:value", ", UID N" apart. */
static bool is_kill_torn(struct strview so_far, struct strview word)
{
	if (!strview_has(so_far, "total-vm:") && !strview_has(so_far, " now anon-rss:"))
		return false;
	if (!strview_has(word, ":"))
		return true;
	return strview_has(word, "-rss:") || strview_has(word, "-vm:") ||
	       strview_starts(word, "pgtables:")
		? !line_ends_with(word, "kB") && !line_ends_with(word, "kB,")
			: strview_last(word) == ':';
}

/* The mask has no blanks; behind "invoked" all words have a '=', and a comma at their end. */
static bool is_invoked_torn(struct strview so_far, struct strview word)
{
	size_t mask = strview_find_last(so_far, "gfp_mask=");

	if (mask != STRVIEW_NONE && strview_has(strview_from(so_far, mask), "(") &&
	    !strview_has(strview_from(so_far, mask), ")"))
		return true;
	if (!strview_has(so_far, " invoked ") || strview_is(word, "invoked") ||
	    strview_is(word, "oom-killer:"))
		return false;
	/* The last has no comma, and its number may be whole. */
	return !strview_has(word, "=") || strview_last(word) == '=' ||
	       (strview_last(word) != ',' && !strview_starts(word, "oom"));
}

/* A '#' follows the version of the kernel. */
static bool is_version_torn(struct strview so_far, struct strview word, struct strview next)
{
	return strview_has(so_far, "ainted") && strview_is_digit(strview_byte(word, 0)) &&
	       !strview_has(so_far, " #") && strview_byte(next, 0) != '#';
}

bool oom_line_is_torn(enum oom_line_type message, struct strview so_far, struct strview word,
		      struct strview next)
{
	switch (message) {
	case OOM_LINE_CPU:
		return is_version_torn(so_far, word, next);
	case OOM_LINE_INVOKED:
		return is_invoked_torn(so_far, word);
	case OOM_LINE_NODE:
	case OOM_LINE_ZONE:
		return is_figure_torn(word);
	case OOM_LINE_KILLED:
	case OOM_LINE_REAPED:
		return is_kill_torn(so_far, word);
	case OOM_LINE_HUGE:
		return strview_starts(word, "huge") &&
		       (!strview_has(word, "=") || strview_last(word) == '=');
	default:
		return false;
	}
}

/* Whether REST is nothing, or the first part of one of WORDS, or begins with one. */
static bool is_begun_with(struct strview rest, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(words[i]);

		length = rest.length < length ? rest.length : length;
		if (!memcmp(rest.at, words[i], length))
			return true;
	}
	return false;
}

/* "N (comm) total-vm:...", "N, UID 27, (mysqld) ...", "N (comm)", cut off anywhere */
static bool is_kernels_process(struct strview rest, const char *const *behind, size_t count)
{
	static const char *const names[] = { "(", ", UID " };
	uint64_t pid;

	strview_skip_blanks(&rest);
	if (!strview_take_u64(&rest, &pid))
		return false;
	strview_skip_blanks(&rest);
	if (!is_begun_with(rest, names, ARRAY_SIZE(names)))
		return false;
	for (size_t i = 0; i < count; i++)
		if (strview_has(rest, behind[i]))
			return true;
	/* A name may have brackets too, but no more than fits. */
	if (strview_find_last(rest, ")") != STRVIEW_NONE && !strview_has(rest, "\\") &&
	    strview_find_last(rest, ")") > KERNEL_COMM_MAX + 1)
		return false;
	return !strview_skip_past_last(&rest, ")") ||
	       (strview_skip_blanks(&rest), is_begun_with(strview_trim(rest), behind, count));
}

/* Behind what may stand in front of it. Titles and prose have a cause too, but no sizes. */
static bool is_kernels_kill(struct strview text, bool timed, bool expected)
{
	static const char *const sizes[] = { "total-vm:", "vsz:", ", UID " };
	struct strview rest = text;

	take_cause(&rest);
	expected |= (timed && rest.at != text.at) || strview_has(rest, "total-vm:") ||
		    strview_has(rest, " vsz:");
	return expected && strview_skip(&rest, "Killed process") &&
	       is_kernels_process(rest, sizes, ARRAY_SIZE(sizes));
}

/* A mailer may have broken it off behind the cause. */
static bool is_kernels_choice(struct strview text, bool timed, bool expected)
{
	static const char *const scores[] = { "score " };
	struct strview rest = text;

	take_cause(&rest);
	expected |= rest.at != text.at && (timed || strview_has(rest, " score "));
	return expected &&
	       (strview_skip(&rest, "Kill process") || strview_skip(&rest, "kill process")) &&
	       is_kernels_process(rest, scores, ARRAY_SIZE(scores));
}

/* "constraint=CONSTRAINT_NONE,nodemask=", cut off anywhere, or without what nobody needs */
static bool is_kernels_decision(struct strview text)
{
	static const char *const behind[] = {
		"nodemask=", "cpuset=", "oom_memcg=", "global_oom", "task",
	};

	if (!strview_skip_past(&text, "constraint=CONSTRAINT_"))
		return false;
	while (strview_byte(text, 0) == '_' ||
	       (strview_byte(text, 0) >= 'A' && strview_byte(text, 0) <= 'Z'))
		text = strview_from(text, 1);
	if (!strview_skip(&text, ","))
		return !text.length;
	strview_skip_blanks(&text);
	return is_begun_with(text, behind, ARRAY_SIZE(behind));
}

/* "memory: usage 4kB, limit", cut off anywhere behind the first word */
static bool is_kernels_counter(struct strview text)
{
	return strview_skip_past(&text, "usage") &&
	       (strview_skip_blanks(&text), !text.length || strview_is_digit(text.at[0]));
}

bool oom_line_is_kernels(enum oom_line_type message, struct strview text, bool timed,
			 bool expected)
{
	strview_skip_blanks(&text);
	switch (message) {
	case OOM_LINE_INVOKED:
		return !prefix_is_foreign(text) &&
		       (strview_has(text, "gfp_mask=0x") ||
			(timed && !strview_has(text, "gfp_mask=%")));
	case OOM_LINE_KILLED:
		return is_kernels_kill(text, timed, expected);
	case OOM_LINE_CHOICE:
		return is_kernels_choice(text, timed, expected);
	case OOM_LINE_DECISION:
		return is_kernels_decision(text);
	case OOM_LINE_COUNTER:
		return is_kernels_counter(text);
	case OOM_LINE_TABLE:
	case OOM_LINE_GROUP:
	case OOM_LINE_NONE_KILLABLE:
		return !strview_has(text, "\\n\"");
	case OOM_LINE_REAPED:
		return strview_skip_past(&text, "reaped process ") &&
		       strview_is_digit(strview_byte(text, 0));
	case OOM_LINE_UNREAPED:
		return strview_skip_past(&text, "reap pid:") &&
		       strview_is_digit(strview_byte(text, 0));
	default:
		return true;
	}
}
