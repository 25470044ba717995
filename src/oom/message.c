/* SPDX-License-Identifier: GPL-2.0-or-later */
/* message.c - recognise the lines of a report by how they begin */
#include <config.h>

#include "log/prefix.h"
#include "oom/frame.h"
#include "oom/message.h"

/* What fits in a task's comm, TASK_COMM_LEN less the NUL (include/linux/sched.h). */
#define KERNEL_COMM_MAX 15

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool starts_with_any(struct text text, const char *const *pieces, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text_starts(text, pieces[i]))
			return true;
	return false;
}

/*
 * "[  pid  ]   uid  tgid total_vm      rss ... name": the columns differ, these are always there.
 */
static bool is_table(struct text text)
{
	struct text inside;

	if (!text_skip(&text, "[") || !text_take_until(&text, "]", &inside))
		return false;
	return text_is(text_trim(inside), "pid") && text_has(text, "tgid") &&
	       text_has(text, "rss");
}

/* "[ 1234]" */
static bool take_pid(struct text *text)
{
	uint64_t pid;

	if (!text_skip(text, "["))
		return false;
	text_skip_blanks(text);
	if (!text_take_u64(text, &pid))
		return false;
	text_skip_blanks(text);
	return text_skip(text, "]");
}

static bool is_number(struct text word)
{
	int64_t value;

	return text_take_i64(&word, &value) && !word.length;
}

/*
 * "[ 1234]  uid  tgid total_vm ...": a number in brackets and some behind it. A mailer may have
 * broken it off after four; fewer are anything. In a table that is EXPECTED vendors' columns may
 * be no numbers.
 */
static bool is_row(struct text text, bool expected)
{
	if (!take_pid(&text))
		return false;
	for (int numbers = 0; numbers < 4; numbers++) {
		struct text word = { text.at, 0 };

		if (text_skip_blanks(&text))
			word = text_take_word(&text);
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
static size_t figure_name(struct text text)
{
	size_t length = text_byte(text, 0) == 'A';

	while (length < text.length && length < 40 &&
	       (is_letter(text.at[length]) || strchr("_()", text.at[length])) && text.at[length])
		length++;
	return length;
}

/* "name: 123" or "name:123" of a figure. ret_unit: "kB" follows the digits. */
static bool begins_with_figure(struct text text, bool *ret_unit)
{
	size_t length = figure_name(text);
	uint64_t number;

	text = text_from(text, length);
	if (!length || !text_skip(&text, ":"))
		return false;
	text_skip_blanks(&text);
	if (!text_take_u64(&text, &number))
		return false;
	*ret_unit = text_starts(text, "kB") || text_starts(text, "KB");
	return true;
}

/* One of the record's lines; other texts have figures too. */
static bool is_counts(struct text text)
{
	static const char *const names[] = {
		"active_anon:", "Active_anon:", "active_file:", "inactive_file:", "unevictable:",
		"slab_reclaimable:", "mapped:", "shmem:", "pagetables:", "sec_pagetables:",
		"kernel_misc_reclaimable:", "free:", "dirty:", "writeback:", "inactive_anon:",
		"slab:", "bounce:", "isolated_anon:",
	};
	bool unit;

	return starts_with_any(text, names, COUNT(names)) && begins_with_figure(text, &unit) &&
	       !unit;
}

static bool is_zone_name(struct text text)
{
	static const char *const names[] = {
		"DMA32", "DMA", "Normal", "HighMem", "Movable", "Device",
	};
	struct text word = text_take_word(&text);

	if (text_last(word) == ':')
		word.length--;
	for (size_t i = 0; i < COUNT(names); i++)
		if (text_is(word, names[i]))
			return true;
	return false;
}

/* Lines that begin with "Node N " or, without NUMA, with a zone's name */
static enum oom_message node_message(struct text text)
{
	uint64_t number;
	bool unit;

	if (text_skip(&text, "Node ")) {
		if (!text_take_u64(&text, &number) || !text_skip(&text, " "))
			return OOM_MSG_NONE;
		if (text_starts(text, "hugepages_total="))
			return OOM_MSG_HUGE;
		if (begins_with_figure(text, &unit))
			return OOM_MSG_NODE;
	}
	if (!is_zone_name(text))
		return OOM_MSG_NONE;
	text_take_word(&text);
	text_skip_blanks(&text);
	if (text_starts(text, "free:"))
		return OOM_MSG_ZONE;
	if (text_take_u64(&text, &number) && text_starts(text, "*"))
		return OOM_MSG_BLOCKS;
	return OOM_MSG_NONE;
}

/* "2062044 pages RAM" */
static bool is_pages(struct text text)
{
	static const char *const ends[] = {
		"total pagecache pages", "pages in swap cache", "pages RAM", "pages HighMem",
		"pages reserved", "pages cma reserved", "pages hwpoisoned", "reserved pages",
		"pages of RAM", "free pages", "pages shared", "pages non-shared", "slab pages",
		"pages of HIGHMEM", "pages swap cached",
	};
	uint64_t number;

	if (text_starts(text, "Free swap") || text_starts(text, "Total swap"))
		return text_has(text, "=");
	return text_take_u64(&text, &number) && text_skip(&text, " ") &&
	       starts_with_any(text, ends, COUNT(ends));
}

static bool is_counter(struct text text)
{
	static const char *const names[] = { "memory: ", "memory+swap: ", "swap: ", "kmem: " };

	for (size_t i = 0; i < COUNT(names); i++)
		if (text_skip(&text, names[i]))
			return text_skip_blanks(&text), text_starts(text, "usage");
	return false;
}

/* "anon 33370112", "cache 0", "total_rss 4096", "oom_group_kill 1", or "cache:0KB rss:..." */
static bool is_stat(struct text text)
{
	size_t length = 0;
	uint64_t number;
	bool unit;

	if (begins_with_figure(text, &unit))
		return unit;
	while (length < text.length && length < 40 &&
	       (is_letter(text.at[length]) || text.at[length] == '_' ||
		(length && text_is_digit(text.at[length]))))
		length++;
	text = text_from(text, length);
	if (length < 3 || !text_skip(&text, " ") || !text_take_u64(&text, &number))
		return false;
	return !text.length || text.at[0] == '\n' || text_is_blank(text.at[0]);
}

/* "NAME   123KB   456KB" */
static bool is_slab(struct text text)
{
	uint64_t number;

	if (text_starts(text, "Name ") && text_has(text, "Used"))
		return true;
	if (!text_take_word(&text).length || !text_skip_blanks(&text) ||
	    !text_take_u64(&text, &number) || !text_skip(&text, "KB") || !text_skip_blanks(&text))
		return false;
	return text_take_u64(&text, &number) && text_starts(text, "KB");
}

static bool is_allocation(struct text text)
{
	uint64_t number;

	return text_take_u64(&text, &number) && text_skip_blanks(&text) &&
	       text_take_u64(&text, &number) && text_has(text, "func:");
}

/* People write of killed processes too, but not with a number. */
static bool is_number_next(struct text text)
{
	uint64_t pid;

	text = text_trim(text);
	return text_take_u64(&text, &pid) &&
	       (!text.length || text_is_blank(text.at[0]) || strchr(":,(", text.at[0]));
}

/* What the kernel puts in front of "Kill process" and "Killed process". */
static const char *const causes[] = {
	"Memory cgroup out of memory: ", "Out of memory: ",
	"Out of memory (oom_kill_allocating_task): ",
	"Memory cgroup out of memory (oom_kill_allocating_task): ",
	"No available memory (MPOL_BIND): ", "No available memory in cpuset: ",
	"Out of memory (cpuset): ", "Out of memory (mempolicy): ", "oom_policy: ",
};

static void take_cause(struct text *text)
{
	for (size_t i = 0; i < COUNT(causes); i++)
		if (text_skip(text, causes[i]))
			return;
}

/* "Killed process N", "Kill process N", "kill process N" */
static enum oom_message kill_message(struct text text)
{
	take_cause(&text);
	if (text_skip(&text, "Killed process"))
		return is_number_next(text) ? OOM_MSG_KILLED : OOM_MSG_NONE;
	if (text_skip(&text, "OOM victim"))
		return is_number_next(text) ? OOM_MSG_EXITING : OOM_MSG_NONE;
	if ((text_skip(&text, "Kill process") || text_skip(&text, "kill process")) &&
	    is_number_next(text) && !text_has(text, "sharing same memory"))
		return OOM_MSG_CHOICE;
	return OOM_MSG_NONE;
}

static enum oom_message reaper_message(struct text text)
{
	if (!text_skip(&text, "oom_reaper: "))
		return OOM_MSG_NONE;
	return text_starts(text, "reaped process ") ? OOM_MSG_REAPED
	     : text_starts(text, "unable to reap pid:") ? OOM_MSG_UNREAPED : OOM_MSG_NONE;
}

/*
 * "%s invoked oom-killer: gfp_mask=...", cut off behind the colon or in front of it at the most. A
 * path of the oom-kill line may hold this too.
 */
static bool is_invoked(struct text text)
{
	static const char phrase[] = "invoked oom-killer";
	size_t at = text_find_last(text, phrase);
	struct text rest;

	if (at == TEXT_NONE || (at && text.at[at - 1] != ' ') ||
	    text_has(text_head(text, at), "oom-kill:constraint="))
		return false;
	rest = text_trim(text_from(text, at + sizeof(phrase) - 1));
	if (!rest.length)
		return true;
	text_skip(&rest, ":");
	text_skip_blanks(&rest);
	return !rest.length || text_starts(rest, "gfp_mask=");
}

/* What begins with more than a name can have, so that no name makes a line look like it. */
static enum oom_message headed_long(struct text text)
{
	/* logcat has a blank in it. */
	if (text_starts(text, "oom-kill:constraint=") ||
	    text_starts(text, "oom-kill: constraint="))
		return OOM_MSG_DECISION;
	if ((text_starts(text, "Task in ") && text_has(text, " killed as a result")) ||
	    text_starts(text, "Memory limit reached of cgroup "))
		return OOM_MSG_MEMCG_TASK;
	if (text_starts(text, "Memory cgroup stats"))
		return OOM_MSG_STATS;
	if (text_starts(text, "Tasks in ") && text_has(text, " are going to be killed"))
		return OOM_MSG_GROUP;
	if (text_starts(text, "Out of memory and no killable processes") ||
	    text_starts(text, "Memory cgroup out of memory and no killable processes"))
		return OOM_MSG_NONE_KILLABLE;
	if (text_starts(text, "Kernel panic - not syncing:"))
		return text_has(text, "ut of memory") || text_has(text, "deadlocked on memory")
			? OOM_MSG_OOM_PANIC : OOM_MSG_PANIC;
	return OOM_MSG_NONE;
}

static bool is_dump(struct text text)
{
	return text_has(text, "page allocation failure: order:") ||
	       text_has(text, "page allocation failure. order:") ||
	       text_has(text, "page allocation stalls for ") ||
	       text_starts(text, "sysrq: Show Memory") || text_starts(text, "SysRq : Show Memory");
}

/* ___ratelimit(), by the name of who was limited */
static bool is_suppressed(struct text text)
{
	static const char *const limited[] = {
		"oom_kill_process: ", "__oom_kill_process: ", "printk: ", "dump_header: ",
		"out_of_memory: ", "oom_reap_task: ",
	};
	uint64_t count;

	for (size_t i = 0; i < COUNT(limited); i++)
		if (text_skip(&text, limited[i]))
			return text_take_u64(&text, &count) &&
			       text_starts(text, " callbacks suppressed");
	return false;
}

/*
 * The lines with a process's name in front, whatever it looks like; and what says something
 * anywhere.
 */
static enum oom_message named_message(struct text text)
{
	if (is_invoked(text))
		return OOM_MSG_INVOKED;
	if (text_has(text, " cpuset=") && text_has(text, " mems_allowed="))
		return OOM_MSG_CPUSET;
	if (text_has(text, " printk messages dropped"))
		return OOM_MSG_DROPPED;
	if (is_suppressed(text))
		return OOM_MSG_SUPPRESSED;
	return is_dump(text) ? OOM_MSG_DUMP : OOM_MSG_NONE;
}

static bool is_sysrq(struct text text)
{
	return (text_has(text_head(text, 12), "ysRq") || text_starts(text, "sysrq: ")) &&
	       text_has(text, "anual OOM");
}

static enum oom_message headed_short(struct text text)
{
	static const char *const boots[] = {
		"Linux version ", "Booting Linux on ", "Command line: ", "Kernel command line: ",
	};
	static const char *const rests[] = {
		",task=", ",oom_memcg=", ",global_oom,", ",task_memcg=",
	};

	if (starts_with_any(text, rests, COUNT(rests)))
		return OOM_MSG_DECISION_REST;
	if ((text_starts(text, "CPU: ") && text_has(text, "PID: ")) ||
	    (text_starts(text, "Pid: ") && text_has(text, "comm: ")))
		return OOM_MSG_CPU;
	if (text_starts(text, "Hardware name: "))
		return OOM_MSG_HARDWARE;
	if (text_starts(text, "Mem-Info:") || text_starts(text, "Mem-info:"))
		return OOM_MSG_MEMINFO;
	if (text_starts(text, "Memory allocations:") || text_starts(text, "Memory allocations ("))
		return OOM_MSG_ALLOCATIONS;
	if (text_starts(text, "Unreclaimable slab info:"))
		return OOM_MSG_SLABS;
	if (text_starts(text, "COMPACTION is disabled!!!"))
		return OOM_MSG_COMPACTION;
	if (starts_with_any(text, boots, COUNT(boots)))
		return OOM_MSG_BOOT;
	if (text_is(text_trim(text), "--"))
		return OOM_MSG_CUT;
	return is_sysrq(text) ? OOM_MSG_SYSRQ : OOM_MSG_NONE;
}

static enum oom_message figures_message(struct text text, struct oom_expected expected)
{
	if (is_counts(text))
		return OOM_MSG_COUNTS;
	if (is_counter(text))
		return OOM_MSG_COUNTER;
	if (is_pages(text))
		return OOM_MSG_PAGES;
	if (expected.allocations && is_allocation(text))
		return OOM_MSG_ALLOCATION;
	if (expected.slabs && is_slab(text))
		return OOM_MSG_SLAB;
	return expected.stats && is_stat(text) ? OOM_MSG_STAT : OOM_MSG_NONE;
}

/* "[<ffffffff81d91389>] out_of_memory+0x1bd/0x4e0" */
static enum oom_message frame_message(struct text text)
{
	bool reliable;

	return oom_frame(text, &reliable).length ? OOM_MSG_TRACE : OOM_MSG_NONE;
}

enum oom_message oom_message_of(struct text text, struct oom_expected expected)
{
	static enum oom_message (*const kinds[])(struct text text) = {
		kill_message, headed_short, node_message, reaper_message,
	};
	struct text bare = text;
	enum oom_message message;

	text_skip_blanks(&bare);
	message = headed_long(bare);
	if (message == OOM_MSG_NONE)
		message = named_message(text);
	if (message != OOM_MSG_NONE || !bare.length)
		return message;
	if (bare.at[0] == '[')
		return is_table(bare) ? OOM_MSG_TABLE
		     : is_row(bare, expected.rows) ? OOM_MSG_ROW : frame_message(bare);
	for (size_t i = 0; i < COUNT(kinds) && message == OOM_MSG_NONE; i++)
		message = kinds[i](bare);
	if (message == OOM_MSG_NONE)
		message = figures_message(bare, expected);
	return message == OOM_MSG_NONE ? frame_message(bare) : message;
}

/* What no other text has, wherever it stands. */
static size_t find_unmistakable(struct text text)
{
	static const char *const beginnings[] = {
		"Memory cgroup out of memory: Kill", "Out of memory: Kill",
		"Out of memory (oom_kill_allocating_task): Kill",
		"oom-kill:constraint=CONSTRAINT_", "oom_reaper: reaped process ",
		"Killed process ",
	};
	size_t first = TEXT_NONE;

	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++) {
		size_t at = text_find(text, beginnings[i]);

		if (at < first)
			first = at;
	}
	return first;
}

/* Behind what a message may begin where unknown clothes are in front of it. */
static size_t clothes_length(struct text text)
{
	char here = text_byte(text, 0), next = text_byte(text, 1);

	if (here == '\t')
		return 1;
	return next == ' ' && strchr(":]>|-)", here) && here ? 2 : 0;
}

enum oom_message oom_message_find(struct text *text, struct oom_expected expected, bool dressed)
{
	struct text rest = text_head(*text, 256);
	size_t at = find_unmistakable(*text), clothes;
	enum oom_message message;

	if (at != TEXT_NONE && prefix_is_foreign(text_head(*text, at)))
		return OOM_MSG_NONE;
	if (at != TEXT_NONE) {
		rest = text_from(*text, at);
		message = oom_message_of(rest, expected);
		if (message != OOM_MSG_NONE) {
			*text = rest;
			return message;
		}
	}
	for (; !dressed && rest.length; rest = text_from(rest, 1)) {
		clothes = clothes_length(rest);
		if (!clothes)
			continue;
		at = (size_t)(rest.at - text->at) + clothes;
		message = oom_message_of(text_from(*text, at), expected);
		if (message > OOM_MSG_CPUSET && !prefix_is_foreign(text_head(*text, at))) {
			*text = text_from(*text, at);
			return message;
		}
	}
	return OOM_MSG_NONE;
}

/* "[     92]     0    92" */
static bool is_row_begun(struct text text)
{
	if (!take_pid(&text))
		return false;
	while (text_skip_blanks(&text), text.length)
		if (!is_number(text_take_word(&text)))
			return false;
	return true;
}

/* "Node 0", "Node 0 DMA32:", "DMA:" */
static bool is_zone_begun(struct text text)
{
	uint64_t node;
	struct text zone;

	if (text_skip(&text, "Node ")) {
		if (!text_take_u64(&text, &node))
			return false;
		text_skip_blanks(&text);
		if (!text.length)
			return true;
	}
	zone = text;
	text_take_word(&zone);
	return is_zone_name(text) && !zone.length;
}

/* "2062044 pages", "12 total pagecache" */
static bool is_pages_begun(struct text text)
{
	uint64_t number;

	return text_take_u64(&text, &number) &&
	       (text_starts(text, " pages") || text_starts(text, " total pagecache"));
}

/* "CPU: 1", "Pid: 91," */
static bool is_cpu_begun(struct text text)
{
	uint64_t number;

	if (!text_skip(&text, "CPU: ") && !text_skip(&text, "Pid: "))
		return false;
	return text_take_u64(&text, &number) && (text_skip(&text, ","), !text.length);
}

static bool ends_with(struct text text, const char *piece)
{
	size_t length = strlen(piece);

	return text.length >= length && text_is(text_from(text, text.length - length), piece);
}

/* Whether TEXT is the first part of PIECE, enough of it to be no chance. */
static bool is_part(struct text text, const char *piece)
{
	return text.length >= 4 && text.length <= strlen(piece) &&
	       !memcmp(text.at, piece, text.length);
}

/* "main.out invo", "main.out invoked oom-killer: gfp_ma" */
static bool is_invoked_begun(struct text text)
{
	size_t at = text_find_last(text, " inv");

	return at != TEXT_NONE && is_part(text_from(text, at), " invoked oom-killer: gfp_mask=");
}

/* "Out of mem", "Out of memory: Kill", "Killed pro" */
static bool is_kill_begun(struct text text)
{
	struct text rest = text;

	for (size_t i = 0; i < COUNT(causes); i++)
		if (is_part(text, causes[i]))
			return true;
	take_cause(&rest);
	/* Behind a cause one letter is enough. */
	if (rest.at != text.at && rest.length < 4)
		return memchr("KkO", text_byte(rest, 0), 3);
	return is_part(rest, "Killed process ") || is_part(rest, "Kill process ") ||
	       is_part(rest, "kill process ") || is_part(rest, "OOM victim ");
}

/* "[  pid  ]   uid" */
static bool is_table_begun(struct text text)
{
	struct text inside;

	return text_skip(&text, "[") && text_take_until(&text, "]", &inside) &&
	       text_is(text_trim(inside), "pid");
}

/* Of lines that begin alike always. */
static enum oom_message headed_begun(struct text text)
{
	static const struct {
		const char *beginning;
		enum oom_message message;
	} beginnings[] = {
		{ "Hardware name: ", OOM_MSG_HARDWARE }, { "Task in /", OOM_MSG_MEMCG_TASK },
		{ "Tasks in /", OOM_MSG_GROUP }, { "Memory cgroup stats for /", OOM_MSG_STATS },
		{ "Memory limit reached of cgroup /", OOM_MSG_MEMCG_TASK },
		{ "Mem-Info:", OOM_MSG_MEMINFO }, { "Free swap  = ", OOM_MSG_PAGES },
		{ "Total swap = ", OOM_MSG_PAGES }, { "oom-kill:constraint=", OOM_MSG_DECISION },
		{ "oom_reaper: reaped process ", OOM_MSG_REAPED },
		{ "oom_reaper: unable to reap pid:", OOM_MSG_UNREAPED },
		{ "memory: usage ", OOM_MSG_COUNTER }, { "memory+swap: usage ", OOM_MSG_COUNTER },
		{ "swap: usage ", OOM_MSG_COUNTER }, { "kmem: usage ", OOM_MSG_COUNTER },
	};

	for (size_t i = 0; i < COUNT(beginnings); i++)
		if (is_part(text, beginnings[i].beginning))
			return beginnings[i].message;
	if (text_starts(text, "Task in /"))
		return OOM_MSG_MEMCG_TASK;
	return text_starts(text, "Tasks in /") ? OOM_MSG_GROUP : OOM_MSG_NONE;
}

enum oom_message oom_message_begun(struct text text, struct oom_expected expected)
{
	text = text_trim(text);
	if (is_invoked_begun(text))
		return OOM_MSG_INVOKED;
	if (is_cpu_begun(text))
		return OOM_MSG_CPU;
	if (is_zone_begun(text))
		return OOM_MSG_ZONE;
	if (is_pages_begun(text))
		return OOM_MSG_PAGES;
	if (is_table_begun(text))
		return OOM_MSG_TABLE;
	if (expected.rows && is_row_begun(text))
		return OOM_MSG_ROW;
	if (is_kill_begun(text))
		return OOM_MSG_KILLED;
	if (text_has(text, " cpuset="))
		return OOM_MSG_CPUSET;
	return headed_begun(text);
}

/* A row ends with a name; how many columns are in front of it only the table's header tells. */
static bool row_has_name(struct text text)
{
	struct text word, last = { text.at, 0 };

	while (text_skip_blanks(&text), text.length) {
		word = text_take_word(&text);
		if (!word.length)
			break;
		last = word;
	}
	return last.length && !is_number(last);
}

/* Whether a digit is behind KEY, and blanks perhaps. */
static bool has_value(struct text text, const char *key)
{
	if (!text_skip_past_last(&text, key))
		return false;
	text_skip_blanks(&text);
	text_skip(&text, "-");
	return text_is_digit(text_byte(text, 0));
}

bool oom_message_whole(enum oom_message message, struct text text)
{
	switch (message) {
	case OOM_MSG_INVOKED:
		return has_value(text, "oom_score_adj=") || has_value(text, "oom_adj=") ||
		       has_value(text, "oomkilladj=");
	case OOM_MSG_CPU:
		return text_has(text, " #");
	case OOM_MSG_MEMCG_TASK:
		return text_has(text, "limit of /") || text_has(text, "of cgroup /");
	case OOM_MSG_COUNTER:
		return has_value(text, "failcnt ");
	case OOM_MSG_NODE:
		return text_has(text, "all_unreclaimable?");
	case OOM_MSG_ZONE:
		return text_has(text, "free_cma:") || text_has(text, "all_unreclaimable?");
	case OOM_MSG_BLOCKS:
		return text_has(text, " = ");
	case OOM_MSG_HUGE:
		return text_has(text, "hugepages_size=");
	case OOM_MSG_PAGES:
		return !text_has(text_head(text, 10), "swap") || has_value(text, "=");
	case OOM_MSG_TABLE:
		return text_has(text, " name");
	case OOM_MSG_ROW:
		return row_has_name(text);
	case OOM_MSG_DECISION:
		return has_value(text, ",uid=");
	case OOM_MSG_CHOICE:
		return text_has(text, " child");
	case OOM_MSG_KILLED:
		return has_value(text, "oom_score_adj:");
	case OOM_MSG_REAPED:
		return text_skip_past_last(&text, "shmem-rss:") && text_has(text, "kB");
	case OOM_MSG_GROUP:
		return ends_with(text_trim(text), " set");
	case OOM_MSG_STATS:
		return text_has(text, "unevictable:") || text_last(text_trim(text)) == ':';
	default:
		return true;
	}
}

/* The rest of a line about a kill, which may begin inside a word: "non-rss:4kB, ", "B, ". */
static bool is_rest_of_kill(struct text line)
{
	static const char *const beginnings[] = {
		"process ", "(", ",", ":", "UID", "now ", "kB", "B",
	};
	struct text rest = line, word = text_take_word(&rest);

	return starts_with_any(line, beginnings, COUNT(beginnings)) || text_is_digit(line.at[0]) ||
	       (text_skip_past(&word, ":") && text_is_digit(text_byte(word, 0))) ||
	       text_has(rest, "total-vm:");
}

/* Whether LINE has nothing but figures, as the record of a node and of a zone. */
static bool is_figures(struct text line)
{
	for (size_t i = 0; i < line.length; i++)
		if (!is_letter(line.at[i]) && !text_is_digit(line.at[i]) &&
		    (line.at[i] < 'A' || line.at[i] > 'Z') && !strchr(" \t_():?-", line.at[i]))
			return false;
	return true;
}

bool oom_message_may_join(enum oom_message message, struct text line)
{
	return (message != OOM_MSG_NODE && message != OOM_MSG_ZONE) || is_figures(line);
}

bool oom_message_goes_on(enum oom_message message, struct text line, enum oom_message class,
			 bool dressed)
{
	text_skip_blanks(&line);
	if (!line.length)
		return false;
	if (class != OOM_MSG_NONE && class != OOM_MSG_COUNTS && class != OOM_MSG_STAT && !dressed)
		return false;
	switch (message) {
	case OOM_MSG_NODE:
	case OOM_MSG_ZONE:
		return true;
	case OOM_MSG_KILLED:
	case OOM_MSG_REAPED:
		return (dressed && class == OOM_MSG_NONE) || is_rest_of_kill(line);
	case OOM_MSG_INVOKED:
		return text_has(line, "=") || line.at[0] == '(' || text_is_digit(line.at[0]) ||
		       text_starts(line, "oom-killer:");
	default:
		return class == OOM_MSG_NONE || dressed;
	}
}

/*
 * "dump_stack+0x5c/0x80", "? __alloc_pages+0x1cd/0x220", "[<ffffffff81d91389>]
 * dump_stack+0xc1/0x128"
 */
static bool is_trace(struct text line)
{
	struct text head = text_head(line, 80);

	return text_has(head, "+0x") && text_has(head, "/0x");
}

bool oom_message_is_other(struct text line)
{
	static const char *const beginnings[] = {
		"Call Trace:", "Call trace:", "<TASK>", "</TASK>", "lowmem_reserve[]:",
		"Tasks state (", "Modules linked in:", "RIP:", "RSP:", "Code:", "---[", "Node ",
		"DMA ", "Normal ",
	};

	text_skip_blanks(&line);
	if (starts_with_any(line, beginnings, COUNT(beginnings)) || is_trace(line))
		return true;
	/* "...", "[...]", "```": somebody has left something out, or it has ended. */
	for (size_t i = 0; i < line.length; i++)
		if (is_letter(line.at[i]) || text_is_digit(line.at[i]) ||
		    (line.at[i] >= 'A' && line.at[i] <= 'Z'))
			return false;
	return true;
}

/* "inactive_f" of "inactive_file:0kB", "mapped:3" of "mapped:388kB" */
static bool is_figure_torn(struct text word)
{
	static const char *const names[] = {
		"Node", "DMA", "DMA32", "Normal", "HighMem", "Movable", "Device",
		"all_unreclaimable?", "yes", "no",
	};

	if (text_has(word, ":"))
		return !ends_with(word, "kB") && !ends_with(word, "KB") &&
		       !text_starts(word, "pages_scanned:");
	for (size_t i = 0; i < COUNT(names); i++)
		if (text_is(word, names[i]))
			return false;
	return !is_number(word);
}

/* Behind the name of a kill line's process all words are "key:value", ", UID N" apart. */
static bool is_kill_torn(struct text so_far, struct text word)
{
	if (!text_has(so_far, "total-vm:") && !text_has(so_far, " now anon-rss:"))
		return false;
	if (!text_has(word, ":"))
		return true;
	return text_has(word, "-rss:") || text_has(word, "-vm:") || text_starts(word, "pgtables:")
		? !ends_with(word, "kB") && !ends_with(word, "kB,") : text_last(word) == ':';
}

/* The mask has no blanks; behind "invoked" all words have a '=', and a comma at their end. */
static bool is_invoked_torn(struct text so_far, struct text word)
{
	size_t mask = text_find_last(so_far, "gfp_mask=");

	if (mask != TEXT_NONE && text_has(text_from(so_far, mask), "(") &&
	    !text_has(text_from(so_far, mask), ")"))
		return true;
	if (!text_has(so_far, " invoked ") || text_is(word, "invoked") ||
	    text_is(word, "oom-killer:"))
		return false;
	/* The last has no comma, and its number may be whole. */
	return !text_has(word, "=") || text_last(word) == '=' ||
	       (text_last(word) != ',' && !text_starts(word, "oom"));
}

/* A '#' follows the version of the kernel. */
static bool is_version_torn(struct text so_far, struct text word, struct text next)
{
	return text_has(so_far, "ainted") && text_is_digit(text_byte(word, 0)) &&
	       !text_has(so_far, " #") && text_byte(next, 0) != '#';
}

bool oom_message_torn(enum oom_message message, struct text so_far, struct text word,
		      struct text next)
{
	switch (message) {
	case OOM_MSG_CPU:
		return is_version_torn(so_far, word, next);
	case OOM_MSG_INVOKED:
		return is_invoked_torn(so_far, word);
	case OOM_MSG_NODE:
	case OOM_MSG_ZONE:
		return is_figure_torn(word);
	case OOM_MSG_KILLED:
	case OOM_MSG_REAPED:
		return is_kill_torn(so_far, word);
	case OOM_MSG_HUGE:
		return text_starts(word, "huge") &&
		       (!text_has(word, "=") || text_last(word) == '=');
	default:
		return false;
	}
}

/* Whether REST is nothing, or the first part of one of WORDS, or begins with one. */
static bool is_begun_with(struct text rest, const char *const *words, size_t count)
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
static bool is_kernels_process(struct text rest, const char *const *behind, size_t count)
{
	static const char *const names[] = { "(", ", UID " };
	uint64_t pid;

	text_skip_blanks(&rest);
	if (!text_take_u64(&rest, &pid))
		return false;
	text_skip_blanks(&rest);
	if (!is_begun_with(rest, names, COUNT(names)))
		return false;
	for (size_t i = 0; i < count; i++)
		if (text_has(rest, behind[i]))
			return true;
	/* A name may have brackets too, but no more than fits. */
	if (text_find_last(rest, ")") != TEXT_NONE && !text_has(rest, "\\") &&
	    text_find_last(rest, ")") > KERNEL_COMM_MAX + 1)
		return false;
	return !text_skip_past_last(&rest, ")") ||
	       (text_skip_blanks(&rest), is_begun_with(text_trim(rest), behind, count));
}

/* Behind what may stand in front of it. Titles and prose have a cause too, but no sizes. */
static bool is_kernels_kill(struct text text, bool timed, bool expected)
{
	static const char *const sizes[] = { "total-vm:", "vsz:", ", UID " };
	struct text rest = text;

	take_cause(&rest);
	expected |= (timed && rest.at != text.at) || text_has(rest, "total-vm:") ||
		    text_has(rest, " vsz:");
	return expected && text_skip(&rest, "Killed process") &&
	       is_kernels_process(rest, sizes, COUNT(sizes));
}

/* A mailer may have broken it off behind the cause. */
static bool is_kernels_choice(struct text text, bool timed, bool expected)
{
	static const char *const scores[] = { "score " };
	struct text rest = text;

	take_cause(&rest);
	expected |= rest.at != text.at && (timed || text_has(rest, " score "));
	return expected &&
	       (text_skip(&rest, "Kill process") || text_skip(&rest, "kill process")) &&
	       is_kernels_process(rest, scores, COUNT(scores));
}

/* "constraint=CONSTRAINT_NONE,nodemask=", cut off anywhere, or without what nobody needs */
static bool is_kernels_decision(struct text text)
{
	static const char *const behind[] = {
		"nodemask=", "cpuset=", "oom_memcg=", "global_oom", "task",
	};

	if (!text_skip_past(&text, "constraint=CONSTRAINT_"))
		return false;
	while (text_byte(text, 0) == '_' ||
	       (text_byte(text, 0) >= 'A' && text_byte(text, 0) <= 'Z'))
		text = text_from(text, 1);
	if (!text_skip(&text, ","))
		return !text.length;
	text_skip_blanks(&text);
	return is_begun_with(text, behind, COUNT(behind));
}

/* "memory: usage 4kB, limit", cut off anywhere behind the first word */
static bool is_kernels_counter(struct text text)
{
	return text_skip_past(&text, "usage") &&
	       (text_skip_blanks(&text), !text.length || text_is_digit(text.at[0]));
}

bool oom_message_is_kernels(enum oom_message message, struct text text, bool timed,
			    bool expected)
{
	text_skip_blanks(&text);
	switch (message) {
	case OOM_MSG_INVOKED:
		return !prefix_is_foreign(text) &&
		       (text_has(text, "gfp_mask=0x") ||
			(timed && !text_has(text, "gfp_mask=%")));
	case OOM_MSG_KILLED:
		return is_kernels_kill(text, timed, expected);
	case OOM_MSG_CHOICE:
		return is_kernels_choice(text, timed, expected);
	case OOM_MSG_DECISION:
		return is_kernels_decision(text);
	case OOM_MSG_COUNTER:
		return is_kernels_counter(text);
	case OOM_MSG_TABLE:
	case OOM_MSG_GROUP:
	case OOM_MSG_NONE_KILLABLE:
		return !text_has(text, "\\n\"");
	case OOM_MSG_REAPED:
		return text_skip_past(&text, "reaped process ") &&
		       text_is_digit(text_byte(text, 0));
	case OOM_MSG_UNREAPED:
		return text_skip_past(&text, "reap pid:") && text_is_digit(text_byte(text, 0));
	default:
		return true;
	}
}
