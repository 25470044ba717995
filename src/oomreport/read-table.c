/* SPDX-License-Identifier: GPL-2.0-or-later */
/* read-table.c - the table of tasks, whose header says which columns there are */
#include <config.h>

#include "lib/macros.h"
#include "lib/number.h"
#include "oomreport/list-add.h"
#include "oomreport/partial.h"

#define AT(member) offsetof(struct oom_task, member)
#define SHOWS(member) offsetof(struct oom_report, columns.member)

/* A column of the table: what it is called, and where what it says has its place. */
struct task_column {
	const char *name;
	enum {
		COLUMN_NUMBER,	/* int64_t */
		COLUMN_SIZE,	/* uint64_t */
		COLUMN_TABLES,	/* page tables of a level: their sum is wanted, a uint64_t */
		COLUMN_ADJ, COLUMN_OLD_ADJ,	/* int */
	} kind;
	size_t place;		/* in struct oom_task */
	size_t shows;		/* the bool in struct oom_report that becomes true; 0: none */
};

/* A header has "oom_score_adj" behind "oom_adj", which it overwrites. */
static const struct task_column task_columns[] = {
	{ "uid", COLUMN_NUMBER, AT(uid), 0 },
	{ "tgid", COLUMN_NUMBER, AT(tgid), 0 },
	{ "total_vm", COLUMN_SIZE, AT(total_vm), 0 },
	{ "rss", COLUMN_SIZE, AT(rss), 0 },
	{ "rss_anon", COLUMN_SIZE, AT(rss_anon), SHOWS(rss_kinds) },
	{ "rss_file", COLUMN_SIZE, AT(rss_file), 0 },
	{ "rss_shmem", COLUMN_SIZE, AT(rss_shmem), 0 },
	{ "nr_ptes", COLUMN_TABLES, AT(pgtables), SHOWS(pgtables) },
	{ "nr_pmds", COLUMN_TABLES, AT(pgtables), SHOWS(pgtables) },
	{ "nr_puds", COLUMN_TABLES, AT(pgtables), SHOWS(pgtables) },
	{ "pgtables_bytes", COLUMN_SIZE, AT(pgtables), SHOWS(pgtables) },
	{ "swapents", COLUMN_SIZE, AT(swap), SHOWS(swap) },
	{ "oom_adj", COLUMN_OLD_ADJ, AT(adj), SHOWS(old_adj) },
	{ "oom_score_adj", COLUMN_ADJ, AT(adj), SHOWS(adj) },
};

/* Takes the names of columns from TEXT, the header behind the pid. */
static void take_columns(struct oom_partial *partial, struct strview text)
{
	struct strview word;

	partial->report.columns = (struct oom_columns){ 0 };
	partial->column_count = 0;
	partial->tables_in_pages = false;
	while (strview_skip_blanks(&text), partial->column_count < ARRAY_SIZE(partial->columns)) {
		const struct task_column *column = NULL;

		word = strview_take_word(&text);
		if (!word.length || strview_is(word, "name"))
			break;
		for (size_t i = 0; i < ARRAY_SIZE(task_columns) && !column; i++)
			if (strview_is(word, task_columns[i].name))
				column = &task_columns[i];
		partial->columns[partial->column_count++] = column;
		if (column && column->shows)
			*(bool *)((char *)&partial->report + column->shows) = true;
		partial->tables_in_pages |= column && column->kind == COLUMN_TABLES;
	}
}

int read_table(struct oom_partial *partial, struct strview text)
{
	struct strview inside;

	partial->padded_rows = strview_is_blank(strview_last(text));
	strview_take_until(&text, "]", &inside);
	take_columns(partial, text);
	return 0;
}

/*
 * The header was cut off: how many numbers TEXT, a row behind its pid, has in front of the name
 * tells the kernel's age, the fifth what it is.
 */
static void guess_columns(struct oom_partial *partial, struct strview text)
{
	const char *kernel = partial->report.kernel, *header = NULL;
	int64_t value, fifth = 0;
	size_t count = 0;

	for (; strview_skip_blanks(&text); count++) {
		struct strview word = strview_take_word(&text);

		if (!strview_take_i64(&word, &value) || word.length)
			break;
		if (count == 4)
			fifth = value;
	}
	if (count >= 10)
		header = "uid tgid total_vm rss rss_anon rss_file rss_shmem pgtables_bytes "
			 "swapents oom_score_adj";
	else if (count == 8 || count == 9)
		header = "uid tgid total_vm rss nr_ptes nr_pmds swapents oom_score_adj";
	else if (count == 7 && fifth && fifth % 1024 == 0)
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

static void set_value(struct oom_task *task, const struct task_column *column, int64_t value)
{
	void *place = (char *)task + column->place;
	uint64_t size = value < 0 ? 0 : (uint64_t)value, *sum = place;

	switch (column->kind) {
	case COLUMN_NUMBER:
		*(int64_t *)place = value;
		break;
	case COLUMN_SIZE:
		*sum = size;
		break;
	case COLUMN_TABLES:
		*sum = value_times(number_add_saturated(*sum == OOM_UNKNOWN ? 0 : *sum, size), 1);
		break;
	case COLUMN_ADJ:
		*(int *)place = (int)MAX(-1000, MIN(value, 1000));
		break;
	case COLUMN_OLD_ADJ:
		*(int *)place = (int)MAX(-17, MIN(value, 15));
	}
}

int read_row(struct oom_partial *partial, struct strview text)
{
	struct oom_report *report = &partial->report;
	struct oom_task task = OOM_TASK_UNKNOWN;
	struct strview pid;
	int64_t value;

	/* Where the table has no such column, nothing. */
	task.total_vm = task.rss = 0;
	/* "[ 1234]" */
	if (!strview_take_until(&text, "]", &pid) || !strview_skip_past(&pid, "["))
		return 0;
	strview_skip_blanks(&pid);
	if (!strview_take_i64(&pid, &task.pid))
		return 0;
	if (!partial->column_count)
		guess_columns(partial, text);
	if (!partial->column_count)
		return 0;
	for (size_t i = 0; i < partial->column_count; i++) {
		strview_skip_blanks(&text);
		/* A vendor's column may hold anything. */
		if (!partial->columns[i] && strview_take_word(&text).length)
			continue;
		if (!strview_take_i64(&text, &value))
			return 0;
		if (partial->columns[i])
			set_value(&task, partial->columns[i], value);
	}
	/* One blank is the kernel's, further ones are the name's. */
	strview_skip(&text, " ");
	while (text.length && (strchr("\r\n", strview_last(text)) ||
			       (partial->padded_rows && strview_is_blank(strview_last(text)))))
		text.length--;
	read_comm(text, task.comm);
	report->tasks_listed++;
	return LIST_ADD(report->tasks, report->task_count, OOM_TASKS_MAX, task);
}
