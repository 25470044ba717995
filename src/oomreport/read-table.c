/* SPDX-License-Identifier: GPL-2.0-or-later */
/* read-table.c - the table of tasks, whose header says which columns there are */
#include <config.h>

#include <stddef.h>

#include "lib/macros.h"
#include "oomreport/list-room.h"
#include "oomreport/reader.h"
#include "oomreport/scan-values.h"

/* Rows of two tables that are written at once are not further apart. */
#define ROWS_NEAR 256

static const struct {
	const char *name;
	enum partial_column column;
} names[] = {
	{ "uid", PARTIAL_UID }, { "tgid", PARTIAL_TGID }, { "total_vm", PARTIAL_TOTAL_VM },
	{ "rss", PARTIAL_RSS }, { "rss_anon", PARTIAL_RSS_ANON }, { "rss_file", PARTIAL_RSS_FILE },
	{ "rss_shmem", PARTIAL_RSS_SHMEM }, { "nr_ptes", PARTIAL_PTES },
	{ "nr_pmds", PARTIAL_PTES },
	{ "nr_puds", PARTIAL_PTES }, { "pgtables_bytes", PARTIAL_PGTABLES_BYTES },
	{ "swapents", PARTIAL_SWAP }, { "oom_score_adj", PARTIAL_ADJ },
	{ "oom_adj", PARTIAL_OLD_ADJ },
};

static enum partial_column row_column_of(struct strview word)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strview_is(word, names[i].name))
			return names[i].column;
	return PARTIAL_SKIP;
}

static void note_columns(struct oom_partial *partial)
{
	struct oom_columns *columns = &partial->report.columns;

	*columns = (struct oom_columns){ 0 };
	for (size_t i = 0; i < partial->column_count; i++) {
		columns->rss_kinds |= partial->columns[i] == PARTIAL_RSS_ANON;
		columns->swap |= partial->columns[i] == PARTIAL_SWAP;
		columns->adj |= partial->columns[i] == PARTIAL_ADJ;
		columns->old_adj |= partial->columns[i] == PARTIAL_OLD_ADJ;
		columns->pgtables |= partial->columns[i] == PARTIAL_PTES ||
				     partial->columns[i] == PARTIAL_PGTABLES_BYTES;
	}
}

/* Takes the names of columns from TEXT, the header behind the pid. */
static void take_columns(struct oom_partial *partial, struct strview text)
{
	partial->column_count = 0;
	while (strview_skip_blanks(&text), text.length &&
	       partial->column_count < PARTIAL_COLUMNS_MAX) {
		struct strview word = strview_take_word(&text);

		if (!word.length || strview_is(word, "name"))
			break;
		partial->columns[partial->column_count++] = row_column_of(word);
	}
	note_columns(partial);
}

int read_table(struct oom_partial *partial, struct strview text)
{
	struct strview inside;

	partial->padded_rows = strview_is_blank(strview_last(text));
	strview_take_until(&text, "]", &inside);
	take_columns(partial, text);
	return 0;
}

/* How many numbers stand behind the pid, in front of the name; the first of them are in VALUES. */
static size_t count_numbers(struct strview text, int64_t *values, size_t room)
{
	size_t count = 0;

	while (strview_skip_blanks(&text)) {
		struct strview word = strview_take_word(&text);
		int64_t value;

		if (!word.length || !strview_take_i64(&word, &value) || word.length)
			break;
		if (count < room)
			values[count] = value;
		count++;
	}
	return count;
}

/* The header was cut off: the number of columns tells the kernel's age, the fifth what it is. */
static void guess_columns(struct oom_partial *partial, struct strview text)
{
	const char *kernel = partial->report.kernel, *header = NULL;
	int64_t value[10] = { 0 };
	size_t count = count_numbers(text, value, 10);

	if (count >= 10)
		header = "uid tgid total_vm rss rss_anon rss_file rss_shmem pgtables_bytes "
			 "swapents oom_score_adj";
	else if (count == 8 || count == 9)
		header = "uid tgid total_vm rss nr_ptes nr_pmds swapents oom_score_adj";
	else if (count == 7 && value[4] && value[4] % 1024 == 0)
		header = "uid tgid total_vm rss pgtables_bytes swapents oom_score_adj";
	else if (count == 7 && kernel && strstr(kernel, ".el6"))
		header = "uid tgid total_vm rss cpu oom_adj oom_score_adj";
	else if (count == 7)
		header = "uid tgid total_vm rss nr_ptes swapents oom_score_adj";
	else if (count == 6)
		header = "uid tgid total_vm rss cpu oom_adj";
	if (header)
		take_columns(partial, strview_of(header));
}

static uint64_t natural(int64_t value)
{
	return value < 0 ? 0 : (uint64_t)value;
}

/* Of page tables of each level there is a column. */
static void add_tables(struct oom_task *task, uint64_t count)
{
	uint64_t before = task->pgtables == OOM_UNKNOWN ? 0 : task->pgtables;

	if (__builtin_add_overflow(before, count, &task->pgtables))
		task->pgtables = OOM_UNKNOWN;
	task->pgtables = value_times(task->pgtables, 1);
}

static void add_value(struct oom_task *task, enum partial_column column, int64_t value)
{
	static const size_t sizes[] = {
		[PARTIAL_TOTAL_VM] = offsetof(struct oom_task, total_vm),
		[PARTIAL_RSS] = offsetof(struct oom_task, rss),
		[PARTIAL_RSS_ANON] = offsetof(struct oom_task, rss_anon),
		[PARTIAL_RSS_FILE] = offsetof(struct oom_task, rss_file),
		[PARTIAL_RSS_SHMEM] = offsetof(struct oom_task, rss_shmem),
		[PARTIAL_PGTABLES_BYTES] = offsetof(struct oom_task, pgtables),
		[PARTIAL_SWAP] = offsetof(struct oom_task, swap),
	};

	switch (column) {
	case PARTIAL_UID:
		task->uid = value;
		break;
	case PARTIAL_TGID:
		task->tgid = value;
		break;
	case PARTIAL_PTES:
		add_tables(task, natural(value));
		break;
	case PARTIAL_ADJ:
		task->adj = value > 1000 ? 1000 : value < -1000 ? -1000 : (int)value;
		break;
	case PARTIAL_OLD_ADJ:
		/* The newer one, which stands behind it, overwrites it. */
		task->adj = value > 15 ? 15 : value < -17 ? -17 : (int)value;
		break;
	case PARTIAL_SKIP:
		break;
	default:
		*(uint64_t *)(void *)((char *)task + sizes[column]) = natural(value);
	}
}

/* Reads the numbers and the name of a row. Returns whether they were all there. */
static bool read_values(const struct oom_partial *partial, struct strview text,
			struct oom_task *task)
{
	for (size_t i = 0; i < partial->column_count; i++) {
		int64_t value;

		strview_skip_blanks(&text);
		/* A vendor's column may hold anything. */
		if (partial->columns[i] == PARTIAL_SKIP && strview_take_word(&text).length)
			continue;
		if (!strview_take_i64(&text, &value))
			return false;
		add_value(task, partial->columns[i], value);
	}
	/* One blank is the kernel's, further ones are the name's. */
	strview_skip(&text, " ");
	while (text.length && (strchr("\r\n", strview_last(text)) ||
			       (partial->padded_rows && strview_is_blank(strview_last(text)))))
		text.length--;
	read_comm(text, task->comm);
	return true;
}

/* "[ 1234]" */
static bool row_take_pid(struct strview *text, int64_t *ret_pid)
{
	struct strview inside;

	if (!strview_take_until(text, "]", &inside))
		return false;
	strview_skip_blanks(&inside);
	strview_skip(&inside, "[");
	strview_skip_blanks(&inside);
	return strview_take_i64(&inside, ret_pid);
}

/* It has not got the row of that process just now. */
bool lacks_row(const struct oom_partial *partial, struct strview text)
{
	const struct oom_report *report = &partial->report;
	int64_t pid;

	if (!report->has_table || !row_take_pid(&text, &pid))
		return true;
	for (size_t i = 0; i < ROWS_NEAR && i < report->task_count; i++)
		if (report->tasks[report->task_count - 1 - i].pid == pid)
			return false;
	return true;
}

int read_row(struct oom_partial *partial, struct strview text)
{
	struct oom_report *report = &partial->report;
	struct oom_task task = OOM_TASK_UNKNOWN, *tasks;

	/* Where the table has no such column, nothing. */
	task.total_vm = task.rss = 0;
	if (!row_take_pid(&text, &task.pid))
		return 0;
	if (!partial->column_count)
		guess_columns(partial, text);
	if (!partial->column_count || !read_values(partial, text, &task))
		return 0;
	report->tasks_listed++;
	if (report->task_count == OOM_TASKS_MAX)
		return 0;
	tasks = list_room(report->tasks, report->task_count, sizeof(*tasks));
	if (!tasks)
		return -ENOMEM;
	report->tasks = tasks;
	tasks[report->task_count++] = task;
	return 0;
}
