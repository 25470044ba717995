/* SPDX-License-Identifier: GPL-2.0-or-later */
/* message.c - recognise the lines of a report by how they begin */
#include <config.h>

#include "oom/message.h"

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool has(struct text text, const char *piece)
{
	return text_find(text, piece) != TEXT_NONE;
}

/* "[  pid  ]   uid  tgid total_vm      rss ... name": the columns differ, these are always there. */
static bool is_table(struct text text)
{
	struct text inside;

	if (!text_skip(&text, "[") || !text_take_until(&text, "]", &inside))
		return false;
	return text_is(text_trim(inside), "pid") && has(text, "tgid") && has(text, "rss");
}

/*
 * "[ 1234]  uid  tgid total_vm ...": a number in brackets and some behind it. A mailer may have broken it
 * off after four; fewer are anything. In a table that is EXPECTED vendors' columns may be no numbers.
 */
static bool is_row(struct text text, bool expected)
{
	uint64_t number;
	int64_t value;
	int numbers = 0;
	struct text word;

	if (!text_skip(&text, "["))
		return false;
	text_skip_blanks(&text);
	if (!text_take_u64(&text, &number))
		return false;
	text_skip_blanks(&text);
	if (!text_skip(&text, "]"))
		return false;
	while (numbers < 4) {
		text_skip_blanks(&text);
		word = text_take_word(&text);
		if (!word.length || (!expected && (!text_take_i64(&word, &value) || word.length)))
			break;
		numbers++;
	}
	return numbers == 4;
}

/* "name:" or "name(kind):" of a figure, then a digit. ret_unit: "kB" follows the digits. */
static bool begins_with_figure(struct text text, bool *ret_unit)
{
	size_t length = 0;
	uint64_t number;

	while (length < text.length && length < 40 &&
	       ((text.at[length] >= 'a' && text.at[length] <= 'z') || text.at[length] == '_' ||
		text.at[length] == '(' || text.at[length] == ')' ||
		(!length && text.at[length] == 'A')))
		length++;
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
		"kernel_misc_reclaimable:", "free:", "dirty:", "writeback:", "inactive_anon:", "slab:",
		"bounce:", "isolated_anon:",
	};
	bool unit;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (text_starts(text, names[i]))
			return begins_with_figure(text, &unit) && !unit;
	return false;
}

static bool is_zone_name(struct text text)
{
	static const char *const names[] = {
		"DMA32", "DMA", "Normal", "HighMem", "Movable", "Device",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (text_starts(text, names[i])) {
			char next = text_byte(text, strlen(names[i]));

			return next == ' ' || next == ':';
		}
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
		return has(text, "=");
	if (!text_take_u64(&text, &number) || !text_skip(&text, " "))
		return false;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (text_starts(text, ends[i]))
			return true;
	return false;
}

static bool is_counter(struct text text)
{
	static const char *const names[] = { "memory: ", "memory+swap: ", "swap: ", "kmem: " };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (text_skip(&text, names[i]))
			return text_starts(text, "usage");
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
	       ((text.at[length] >= 'a' && text.at[length] <= 'z') || text.at[length] == '_' ||
		(length && is_digit(text.at[length]))))
		length++;
	text = text_from(text, length);
	if (length < 3 || !text_skip(&text, " ") || !text_take_u64(&text, &number))
		return false;
	return !text.length || text.at[0] == '\n' || text.at[0] == ' ';
}

/* "NAME   123KB   456KB" */
static bool is_slab(struct text text)
{
	uint64_t number;

	if (text_starts(text, "Name ") && has(text, "Used"))
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
	       text_take_u64(&text, &number) && has(text, "func:");
}

/* People write of killed processes too, but not with a number; or the line was broken here. */
static bool is_number_next(struct text text)
{
	text = text_trim(text);
	return !text.length || is_digit(text.at[0]);
}

/* "Killed process N", "Kill process N", "kill process N" */
static enum oom_message kill_message(struct text text)
{
	static const char *const causes[] = {
		"Memory cgroup out of memory: ", "Out of memory: ",
		"Out of memory (oom_kill_allocating_task): ",
		"Memory cgroup out of memory (oom_kill_allocating_task): ",
		"No available memory (MPOL_BIND): ", "No available memory in cpuset: ",
		"Out of memory (cpuset): ", "Out of memory (mempolicy): ", "oom_policy: ",
	};

	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		if (text_skip(&text, causes[i]))
			break;
	if (text_skip(&text, "Killed process"))
		return is_number_next(text) ? OOM_MSG_KILLED : OOM_MSG_NONE;
	if (text_skip(&text, "OOM victim"))
		return is_number_next(text) ? OOM_MSG_EXITING : OOM_MSG_NONE;
	if ((text_skip(&text, "Kill process") || text_skip(&text, "kill process")) &&
	    is_number_next(text) && !has(text, "sharing same memory"))
		return OOM_MSG_CHOICE;
	return OOM_MSG_NONE;
}

static bool is_panic(struct text text)
{
	return text_starts(text, "Kernel panic - not syncing: ") ||
	       text_starts(text, "Kernel panic - not syncing:");
}

static enum oom_message reaper_message(struct text text)
{
	if (!text_skip(&text, "oom_reaper: "))
		return OOM_MSG_NONE;
	return text_starts(text, "reaped process ") ? OOM_MSG_REAPED
	     : text_starts(text, "unable to reap pid:") ? OOM_MSG_UNREAPED : OOM_MSG_NONE;
}

/*
 * "%s invoked oom-killer: gfp_mask=...", cut off behind the colon or in front of it at the most; or
 * wrapped behind "invoked", which unwrap.c then has to find out.
 */
static bool is_invoked(struct text text)
{
	static const char phrase[] = " invoked oom-killer";
	size_t at = text_find_last(text, phrase), end = text_find_last(text_trim(text), " invoked");

	if (at == TEXT_NONE)
		return end != TEXT_NONE && end + sizeof(" invoked") - 1 == text_trim(text).length;
	text = text_trim(text_from(text, at + sizeof(phrase) - 1));
	if (!text.length)
		return true;
	text_skip(&text, ":");
	text_skip_blanks(&text);
	return !text.length || text_starts(text, "gfp_mask=");
}

/* The lines that any first byte may begin, since a process name stands first. */
static enum oom_message named_message(struct text text)
{
	if (has(text, " cpuset=") && has(text, " mems_allowed="))
		return OOM_MSG_CPUSET;
	if (has(text, " callbacks suppressed") || has(text, "printk messages dropped"))
		return OOM_MSG_SUPPRESSED;
	return OOM_MSG_NONE;
}

static enum oom_message headed_message(struct text text)
{
	if (text_starts(text, "oom-kill:constraint="))
		return OOM_MSG_DECISION;
	if (text_starts(text, ",task=") || text_starts(text, ",oom_memcg=") ||
	    text_starts(text, ",global_oom,") || text_starts(text, ",task_memcg="))
		return OOM_MSG_DECISION_REST;
	if ((text_starts(text, "CPU: ") && has(text, "PID: ")) ||
	    (text_starts(text, "Pid: ") && has(text, "comm: ")))
		return OOM_MSG_CPU;
	if (text_starts(text, "Hardware name: "))
		return OOM_MSG_HARDWARE;
	if (text_starts(text, "Mem-Info:") || text_starts(text, "Mem-info:"))
		return OOM_MSG_MEMINFO;
	if (text_starts(text, "Memory cgroup stats"))
		return OOM_MSG_STATS;
	if ((text_starts(text, "Task in ") && has(text, " killed as a result")) ||
	    text_starts(text, "Memory limit reached of cgroup "))
		return OOM_MSG_MEMCG_TASK;
	if (text_starts(text, "Tasks in ") && has(text, " are going to be killed"))
		return OOM_MSG_GROUP;
	if (text_starts(text, "Memory allocations:") || text_starts(text, "Memory allocations ("))
		return OOM_MSG_ALLOCATIONS;
	if (text_starts(text, "Unreclaimable slab info:"))
		return OOM_MSG_SLABS;
	if (text_starts(text, "COMPACTION is disabled!!!"))
		return OOM_MSG_COMPACTION;
	if (text_starts(text, "Out of memory and no killable processes") ||
	    text_starts(text, "Memory cgroup out of memory and no killable processes"))
		return OOM_MSG_NONE_KILLABLE;
	if (has(text_head(text, 12), "ysRq") || text_starts(text, "sysrq: "))
		return has(text, "anual OOM") || has(text, "OOM request ignored") ? OOM_MSG_SYSRQ
										  : OOM_MSG_NONE;
	return is_panic(text) ? OOM_MSG_PANIC : OOM_MSG_NONE;
}

enum oom_message oom_message_of(struct text text, struct oom_expected expected)
{
	enum oom_message message;

	/* A name may begin with anything, but this line is the kernel's whatever it begins with. */
	if (is_invoked(text))
		return OOM_MSG_INVOKED;
	text_skip_blanks(&text);
	if (!text.length)
		return OOM_MSG_NONE;
	if (text.at[0] == '[')
		return is_table(text) ? OOM_MSG_TABLE
		     : is_row(text, expected.rows) ? OOM_MSG_ROW : OOM_MSG_NONE;
	message = kill_message(text);
	if (message == OOM_MSG_NONE)
		message = headed_message(text);
	if (message == OOM_MSG_NONE)
		message = node_message(text);
	if (message == OOM_MSG_NONE)
		message = reaper_message(text);
	if (message != OOM_MSG_NONE)
		return message;
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
	if (expected.stats && is_stat(text))
		return OOM_MSG_STAT;
	return named_message(text);
}

/* What no other text has, wherever it stands. */
static size_t find_unmistakable(struct text text)
{
	static const char *const beginnings[] = {
		"Memory cgroup out of memory: Kill", "Out of memory: Kill",
		"Out of memory (oom_kill_allocating_task): Kill", "oom-kill:constraint=CONSTRAINT_",
		"oom_reaper: reaped process ", "Killed process ",
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
		if (message > OOM_MSG_CPUSET) {
			*text = text_from(*text, at);
			return message;
		}
	}
	return OOM_MSG_NONE;
}

/* A row ends with a name; how many columns are in front of it only the table's header tells. */
static bool row_has_name(struct text text)
{
	struct text word, last = { text.at, 0 };
	int64_t value;

	while (text_skip_blanks(&text), text.length) {
		word = text_take_word(&text);
		if (!word.length)
			break;
		last = word;
	}
	return last.length && (!text_take_i64(&last, &value) || last.length);
}

bool oom_message_whole(enum oom_message message, struct text text)
{
	switch (message) {
	case OOM_MSG_INVOKED:
		return has(text, "oom_score_adj=") || has(text, "oom_adj=") || has(text, "oomkilladj=");
	case OOM_MSG_CPU:
		return has(text, " #");
	case OOM_MSG_MEMCG_TASK:
		return has(text, "limit of /") || has(text, "of cgroup /");
	case OOM_MSG_COUNTER:
		return has(text, "failcnt ");
	case OOM_MSG_NODE:
		return has(text, "all_unreclaimable?") || has(text, "writeback_tmp:");
	case OOM_MSG_ZONE:
		return has(text, "free_cma:") || has(text, "all_unreclaimable?");
	case OOM_MSG_BLOCKS:
		return has(text, " = ");
	case OOM_MSG_HUGE:
		return has(text, "hugepages_size=");
	case OOM_MSG_TABLE:
		return has(text, " name");
	case OOM_MSG_ROW:
		return row_has_name(text);
	case OOM_MSG_DECISION:
		return has(text, ",uid=");
	case OOM_MSG_CHOICE:
		return has(text, " child");
	case OOM_MSG_KILLED:
		return has(text, "oom_score_adj:");
	case OOM_MSG_REAPED:
		return has(text, "shmem-rss:");
	case OOM_MSG_GROUP:
		return has(text, "set");
	case OOM_MSG_STATS:
		return has(text, "unevictable:") || text_byte(text_trim(text), text_trim(text).length - 1) == ':';
	default:
		return true;
	}
}

/* A line that begins with a figure and its unit: the rest of a node's, a zone's or a kill's line */
static bool begins_with_size(struct text line)
{
	bool unit;

	return begins_with_figure(line, &unit);
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
		return line.at[0] == '(' || begins_with_size(line) || text_starts(line, "total-vm:") ||
		       text_starts(line, "anon-rss:") || text_starts(line, "file-rss:") ||
		       text_starts(line, "shmem-rss:") || text_starts(line, "UID") ||
		       is_digit(line.at[0]) || text_starts(line, "now ") || line.at[0] == ',' ||
		       line.at[0] == ':';
	case OOM_MSG_INVOKED:
		return has(line, "=") || line.at[0] == '(' || text_starts(line, "oom-killer:");
	default:
		return class == OOM_MSG_NONE || dressed;
	}
}
