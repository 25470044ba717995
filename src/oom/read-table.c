/* SPDX-License-Identifier: GPL-2.0-or-later */
/* read-table.c - the table of tasks, whose header says which columns there are */
#include <config.h>

#include "oom/reader.h"
#include "oom/scan-values.h"

static const struct {
	const char *name;
	enum draft_column column;
} names[] = {
	{ "uid", DRAFT_UID }, { "tgid", DRAFT_TGID }, { "total_vm", DRAFT_TOTAL_VM },
	{ "rss", DRAFT_RSS }, { "rss_anon", DRAFT_RSS_ANON }, { "rss_file", DRAFT_RSS_FILE },
	{ "rss_shmem", DRAFT_RSS_SHMEM }, { "nr_ptes", DRAFT_PTES }, { "nr_pmds", DRAFT_PTES },
	{ "nr_puds", DRAFT_PTES }, { "pgtables_bytes", DRAFT_PGTABLES_BYTES },
	{ "swapents", DRAFT_SWAP }, { "oom_score_adj", DRAFT_ADJ }, { "oom_adj", DRAFT_OLD_ADJ },
};

static enum draft_column column_of(struct text word)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (text_is(word, names[i].name))
			return names[i].column;
	return DRAFT_SKIP;
}

static void note_columns(struct oom_draft *draft)
{
	struct oom_columns *columns = &draft->report.columns;

	*columns = (struct oom_columns){ 0 };
	for (size_t i = 0; i < draft->column_count; i++) {
		columns->rss_kinds |= draft->columns[i] == DRAFT_RSS_ANON;
		columns->swap |= draft->columns[i] == DRAFT_SWAP;
		columns->adj |= draft->columns[i] == DRAFT_ADJ;
		columns->old_adj |= draft->columns[i] == DRAFT_OLD_ADJ;
		columns->pgtables |= draft->columns[i] == DRAFT_PTES ||
				     draft->columns[i] == DRAFT_PGTABLES_BYTES;
	}
}

int read_table(struct oom_draft *draft, struct text text)
{
	struct text word, inside;

	draft->report.has_table = true;
	draft->column_count = 0;
	draft->padded_rows = text_is_blank(text_last(text));
	text_take_until(&text, "]", &inside);
	while (text_skip_blanks(&text), text.length && draft->column_count < DRAFT_COLUMNS_MAX) {
		word = text_take_word(&text);
		if (!word.length || text_is(word, "name"))
			break;
		draft->columns[draft->column_count++] = column_of(word);
	}
	note_columns(draft);
	return 0;
}

/* How many numbers stand behind the pid, in front of the name; the first of them are in VALUES. */
static size_t count_numbers(struct text text, int64_t *values, size_t room)
{
	size_t count = 0;

	while (text_skip_blanks(&text)) {
		struct text word = text_take_word(&text);
		int64_t value;

		if (!word.length || !text_take_i64(&word, &value) || word.length)
			break;
		if (count < room)
			values[count] = value;
		count++;
	}
	return count;
}

static void set_columns(struct oom_draft *draft, const enum draft_column *columns, size_t count)
{
	memcpy(draft->columns, columns, count * sizeof(*columns));
	draft->column_count = count;
	note_columns(draft);
}

/* The header was cut off: the number of columns tells the kernel's age, the fifth what it is. */
static void guess_columns(struct oom_draft *draft, struct text text)
{
	static const enum draft_column oldest[] = {
		DRAFT_UID, DRAFT_TGID, DRAFT_TOTAL_VM, DRAFT_RSS, DRAFT_SKIP, DRAFT_OLD_ADJ };
	static const enum draft_column el6[] = {
		DRAFT_UID, DRAFT_TGID, DRAFT_TOTAL_VM, DRAFT_RSS, DRAFT_SKIP, DRAFT_OLD_ADJ,
		DRAFT_ADJ };
	static const enum draft_column ptes[] = {
		DRAFT_UID, DRAFT_TGID, DRAFT_TOTAL_VM, DRAFT_RSS, DRAFT_PTES, DRAFT_SWAP,
		DRAFT_ADJ };
	static const enum draft_column bytes[] = {
		DRAFT_UID, DRAFT_TGID, DRAFT_TOTAL_VM, DRAFT_RSS, DRAFT_PGTABLES_BYTES, DRAFT_SWAP,
		DRAFT_ADJ };
	static const enum draft_column pmds[] = {
		DRAFT_UID, DRAFT_TGID, DRAFT_TOTAL_VM, DRAFT_RSS, DRAFT_PTES, DRAFT_PTES,
		DRAFT_SWAP, DRAFT_ADJ };
	static const enum draft_column kinds[] = {
		DRAFT_UID, DRAFT_TGID, DRAFT_TOTAL_VM, DRAFT_RSS, DRAFT_RSS_ANON, DRAFT_RSS_FILE,
		DRAFT_RSS_SHMEM, DRAFT_PGTABLES_BYTES, DRAFT_SWAP, DRAFT_ADJ };
	int64_t value[10] = { 0 };
	size_t count = count_numbers(text, value, 10);

	if (count >= 10)
		set_columns(draft, kinds, 10);
	else if (count == 8 || count == 9)
		set_columns(draft, pmds, 8);
	else if (count == 7 && value[4] && value[4] % 1024 == 0)
		set_columns(draft, bytes, 7);
	else if (count == 7 && draft->report.kernel && strstr(draft->report.kernel, ".el6"))
		set_columns(draft, el6, 7);
	else if (count == 7)
		set_columns(draft, ptes, 7);
	else if (count == 6)
		set_columns(draft, oldest, 6);
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

static void add_value(struct oom_task *task, enum draft_column column, int64_t value)
{
	switch (column) {
	case DRAFT_UID:
		task->uid = value;
		break;
	case DRAFT_TGID:
		task->tgid = value;
		break;
	case DRAFT_TOTAL_VM:
		task->total_vm = natural(value);
		break;
	case DRAFT_RSS:
		task->rss = natural(value);
		break;
	case DRAFT_RSS_ANON:
		task->rss_anon = natural(value);
		break;
	case DRAFT_RSS_FILE:
		task->rss_file = natural(value);
		break;
	case DRAFT_RSS_SHMEM:
		task->rss_shmem = natural(value);
		break;
	case DRAFT_PTES:
		add_tables(task, natural(value));
		break;
	case DRAFT_PGTABLES_BYTES:
		task->pgtables = natural(value);
		break;
	case DRAFT_SWAP:
		task->swap = natural(value);
		break;
	case DRAFT_ADJ:
		task->adj = value > 1000 ? 1000 : value < -1000 ? -1000 : (int)value;
		break;
	case DRAFT_OLD_ADJ:
		/* The newer one, which stands behind it, overwrites it. */
		task->adj = value > 15 ? 15 : value < -17 ? -17 : (int)value;
		break;
	case DRAFT_SKIP:
		break;
	}
}

/* Reads the numbers and the name of a row. Returns whether they were all there. */
static bool read_values(const struct oom_draft *draft, struct text text, struct oom_task *task)
{
	for (size_t i = 0; i < draft->column_count; i++) {
		int64_t value;

		text_skip_blanks(&text);
		/* A vendor's column may hold anything. */
		if (draft->columns[i] == DRAFT_SKIP && text_take_word(&text).length)
			continue;
		if (!text_take_i64(&text, &value))
			return false;
		add_value(task, draft->columns[i], value);
	}
	/* One blank is the kernel's, further ones are the name's. */
	text_skip(&text, " ");
	while (text.length && (strchr("\r\n", text_last(text)) ||
			       (draft->padded_rows && text_is_blank(text_last(text)))))
		text.length--;
	read_comm(text, task->comm);
	return true;
}

/* "[ 1234]" */
static bool take_pid(struct text *text, int64_t *ret_pid)
{
	struct text inside;

	if (!text_take_until(text, "]", &inside))
		return false;
	text_skip_blanks(&inside);
	text_skip(&inside, "[");
	text_skip_blanks(&inside);
	return text_take_i64(&inside, ret_pid);
}

bool read_row_pid(struct text text, int64_t *ret_pid)
{
	return take_pid(&text, ret_pid);
}

int read_row(struct oom_draft *draft, struct text text)
{
	struct oom_report *report = &draft->report;
	struct oom_task task = {
		.uid = OOM_NO_NUMBER, .tgid = OOM_NO_NUMBER, .rss_anon = OOM_UNKNOWN,
		.rss_file = OOM_UNKNOWN, .rss_shmem = OOM_UNKNOWN, .swap = OOM_UNKNOWN,
		.pgtables = OOM_UNKNOWN, .badness = OOM_NO_NUMBER,
	};
	struct oom_task *tasks;

	if (!take_pid(&text, &task.pid))
		return 0;
	if (!draft->column_count)
		guess_columns(draft, text);
	if (!draft->column_count || !read_values(draft, text, &task))
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
