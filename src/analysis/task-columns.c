/* SPDX-License-Identifier: GPL-2.0-or-later */
/* task-columns.c - the table of the task table's columns, choosing from it, and filling a cell */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "analysis/task-columns.h"
#include "lib/name-list.h"
#include "lib/safe.h"

/* In the order of task_columns. */
enum {
	RANK, PID, TGID, UID, NAME, ADJ, ADDS, BADNESS, SCORE, SHARE, HELD, VSZ, RSS, ANON, FILES,
	SHMEM, SWAP, PTE,
};

const struct task_column task_columns[] = {
	[RANK] = { "RANK", TASK_COLUMN_NUMBER, "place in the kernel's order: 1 is killed first",
		   "computed" },
	[PID] = { "PID", TASK_COLUMN_NUMBER, "process id", "[ pid ]" },
	[TGID] = { "TGID", TASK_COLUMN_NUMBER, "id of the thread group, the process", "tgid" },
	[UID] = { "UID", TASK_COLUMN_NUMBER, "user id", "uid" },
	[NAME] = { "NAME", TASK_COLUMN_TEXT, "name of the command", "name" },
	[ADJ] = { "ADJ", TASK_COLUMN_NUMBER, "oom_score_adj; -1000 is never killed",
		  "oom_score_adj, oom_adj up to 2.6.35" },
	[ADDS] = { "ADDS", TASK_COLUMN_NUMBER, "pages that ADJ adds to BADNESS", "computed" },
	[BADNESS] = { "BADNESS", TASK_COLUMN_NUMBER, "pages that the kernel ranks by",
	  "computed" },
	[SCORE] = { "SCORE", TASK_COLUMN_NUMBER, "BADNESS in thousandths of what ran out",
		    "computed" },
	[SHARE] = { "SHARE", TASK_COLUMN_NUMBER, "HELD in percent of what ran out", "computed" },
	[HELD] = { "HELD", TASK_COLUMN_SIZE, "RSS, SWAP and PTE together", "computed" },
	[VSZ] = { "VSZ", TASK_COLUMN_SIZE, "virtual size", "total_vm" },
	[RSS] = { "RSS", TASK_COLUMN_SIZE, "resident set size", "rss" },
	[ANON] = { "ANON", TASK_COLUMN_SIZE, "resident anonymous memory", "rss_anon, since 6.8" },
	[FILES] = { "FILE", TASK_COLUMN_SIZE, "resident file mappings", "rss_file, since 6.8" },
	[SHMEM] = { "SHMEM", TASK_COLUMN_SIZE, "resident shared memory", "rss_shmem, since 6.8" },
	[SWAP] = { "SWAP", TASK_COLUMN_SIZE, "swapped-out memory", "swapents, since 3.6" },
	[PTE] = { "PTE", TASK_COLUMN_SIZE, "page tables",
		  "pgtables_bytes; nr_ptes and nr_pmds before 4.15" },
};

const size_t task_column_count = sizeof(task_columns) / sizeof(task_columns[0]);

static const char task_columns_default_list[] = "RANK,PID,NAME,RSS,SWAP,PTE,ADJ,BADNESS,SHARE";

static const char *task_column_name(size_t index)
{
	return task_columns[index].name;
}

static int task_columns_append_list(const char *list, struct task_column_choice *choice,
				    struct error *err)
{
	const struct name_table table = { task_column_name, task_column_count, "PID,RSS" };

	return name_list_append(&table, list, choice->index, TASK_COLUMNS_MAX, &choice->count,
				err);
}

struct task_column_choice task_column_default(void)
{
	struct task_column_choice choice = { .count = 0 };
	struct error err;

	task_columns_append_list(task_columns_default_list, &choice, &err);
	return choice;
}

int task_column_parse(const char *list, struct task_column_choice *choice,
		      struct error *err)
{
	struct task_column_choice parsed = { .count = 0 };
	int r;

	if (*list == '+') {
		parsed = *choice;
		list++;
	}
	r = task_columns_append_list(list, &parsed, err);
	if (r == 0)
		*choice = parsed;
	return r;
}

static void put_number(char *cell, int64_t number)
{
	if (number != OOM_NO_NUMBER)
		snprintf(cell, TASK_CELL_MAX, "%" PRId64, number);
}

static void put_size(char *cell, uint64_t bytes, enum size_unit unit)
{
	char text[SIZE_TEXT_MAX];

	if (bytes != OOM_UNKNOWN)
		snprintf(cell, TASK_CELL_MAX, "%s", size_format(text, bytes, unit));
}

/* Shared pages count for each of their users: the shares may be over 100 % together. */
static void put_share(char *cell, const struct oom_task *task, const struct oom_ranking *ranking,
		      uint64_t page_size)
{
	double total;

	if (ranking->scale.total_pages == OOM_UNKNOWN || ranking->scale.total_pages == 0)
		return;
	total = (double)ranking->scale.total_pages * (double)page_size;
	snprintf(cell, TASK_CELL_MAX, "%.1f%%", 100 * (double)oom_task_held(task) / total);
}

static uint64_t size_of(size_t column, const struct oom_task *task)
{
	switch (column) {
	case HELD:
		return oom_task_held(task);
	case VSZ:
		return task->total_vm;
	case RSS:
		return task->rss;
	case ANON:
		return task->rss_anon;
	case FILES:
		return task->rss_file;
	case SHMEM:
		return task->rss_shmem;
	case SWAP:
		return task->swap;
	default:
		return task->pgtables;
	}
}

static int64_t number_of(size_t column, const struct oom_task *task,
			 const struct oom_ranking *ranking)
{
	switch (column) {
	case RANK:
		return task->rank ? (int64_t)task->rank : OOM_NO_NUMBER;
	case PID:
		return task->pid;
	case TGID:
		return task->tgid;
	case UID:
		return task->uid;
	case ADJ:
		return task->adj;
	case ADDS:
		return task->rank && ranking->scale.total_pages != OOM_UNKNOWN
		       ? badness_adj_pages(&ranking->scale, task) : OOM_NO_NUMBER;
	case BADNESS:
		return task->badness;
	default:
		return oom_task_score(ranking, task);
	}
}

const char *task_cell(const struct task_column *column, const struct oom_task *task,
		      const struct oom_ranking *ranking, uint64_t page_size, enum size_unit unit,
		      char cell[static TASK_CELL_MAX])
{
	size_t index = (size_t)(column - task_columns);

	cell[0] = '\0';
	if (column->kind == TASK_COLUMN_TEXT)
		safe_text(cell, TASK_CELL_MAX, task->comm);
	else if (column->kind == TASK_COLUMN_SIZE)
		put_size(cell, size_of(index, task), unit);
	else if (index == SHARE)
		put_share(cell, task, ranking, page_size);
	else
		put_number(cell, number_of(index, task, ranking));
	return cell;
}
