/* SPDX-License-Identifier: GPL-2.0-or-later */
/* task-columns.c - the columns of a task table, choosing from them, and what each shows */
#include <config.h>

#include <ctype.h>
#include <errno.h>

#include "../tap.h"
#include "output/report-printer.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define PAGE (UINT64_C(4) << 10)

static const char *names_of(const struct why_columns *choice, char text[static 1024])
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < choice->count; i++)
		used += (size_t)snprintf(text + used, 1024 - used, "%s%s", i ? "," : "",
					 task_columns[choice->index[i]].name);
	return text;
}

static const struct task_column *find(const char *name)
{
	for (size_t i = 0; i < task_column_count; i++)
		if (!strcmp(task_columns[i].name, name))
			return &task_columns[i];
	return NULL;
}

static void test_table(void)
{
	bool named = true, described = true, unique = true;

	for (size_t i = 0; i < task_column_count; i++) {
		const struct task_column *column = &task_columns[i];

		for (const char *at = column->name; *at; at++)
			named = named && isupper((unsigned char)*at);
		named = named && column->name[0];
		described = described && column->help[0] && column->source[0] &&
			    !strchr(column->help, '\n');
		for (size_t j = 0; j < i; j++)
			unique = unique && strcmp(column->name, task_columns[j].name) != 0;
	}
	tap_ok(named, "every column has a name of capital letters");
	tap_ok(unique, "no two columns have the same");
	tap_ok(described, "every column has a source and one line of help");
	tap_ok(task_column_count <= WHY_COLUMNS_MAX, "all columns fit into a choice");
}

#define DEFAULT "RANK,PID,NAME,RSS,SWAP,PTE,ADJ,BADNESS,SHARE"

static const struct {
	const char *list, *names;
} right[] = {
	{ "RSS", "RSS" },
	{ "rss", "RSS" },
	{ "pid,Rss,NAME", "PID,RSS,NAME" },
	{ "RSS,RSS", "RSS,RSS" },
	{ "+uid", DEFAULT ",UID" },
	{ "+TGID,score", DEFAULT ",TGID,SCORE" },
	{ "HELD,VSZ,RSS,ANON,FILE,SHMEM,SWAP,PTE", "HELD,VSZ,RSS,ANON,FILE,SHMEM,SWAP,PTE" },
};

#define X10 "xxxxxxxxxx"

static const struct {
	const char *list, *message;	/* what the message names */
} wrong[] = {
	{ "", "''" }, { "+", "''" }, { "NOPE", "'NOPE'" }, { "RSS,", "''" }, { ",RSS", "''" },
	{ "RSS,,PID", "''" }, { "RS", "'RS'" }, { "RSSS", "'RSSS'" }, { " RSS", "' RSS'" },
	{ "RSS PID", "'RSS PID'" }, { "++RSS", "'+RSS'" }, { "+NOPE", "'NOPE'" },
	{ "a\033b", "'a\\x1bb'" }, { "%s%n", "'%s%n'" },
	{ X10 X10 X10 X10 X10 X10 X10, "'" X10 X10 X10 X10 X10 X10 "'" },
};

static void test_lists(void)
{
	struct why_columns choice = task_column_default();
	struct error err = { .message = "" };
	char text[1024];

	tap_is_text(names_of(&choice, text), DEFAULT, "the default");
	for (size_t i = 0; i < ARRAY_SIZE(right); i++) {
		choice = task_column_default();
		tap_is(task_column_parse(right[i].list, &choice, &err), 0, right[i].list);
		tap_is_text(names_of(&choice, text), right[i].names, "the columns in this order");
	}
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		choice = task_column_default();
		err = (struct error){ .message = "" };
		tap_is(task_column_parse(wrong[i].list, &choice, &err), -EINVAL,
		       "a wrong list");
		tap_has(err.message, wrong[i].message, "is named");
		tap_ok(err.hint[0], "with a remedy");
		tap_is_text(names_of(&choice, text), DEFAULT, "the choice is untouched");
	}
	task_column_parse("NOPE", &choice, &err);
	for (size_t i = 0; i < task_column_count; i++)
		tap_has(err.hint, task_columns[i].name, "the message knows all columns");
}

static void test_long_list(void)
{
	struct why_columns choice = task_column_default();
	struct error err;
	char list[8 * WHY_COLUMNS_MAX] = "";
	int r = 0;

	for (int i = 0; i < WHY_COLUMNS_MAX; i++)
		strcat(list, i ? ",PID" : "PID");
	tap_is(task_column_parse(list, &choice, &err), 0, "as many columns as fit");
	tap_is((int64_t)choice.count, WHY_COLUMNS_MAX, "are all taken");
	r = task_column_parse("+PID", &choice, &err);
	tap_ok(r == -EINVAL && strstr(err.message, "more than 32 columns"),
	       "one more is too many");
	tap_is((int64_t)choice.count, WHY_COLUMNS_MAX, "and not taken");
	choice.count = 1;
	tap_is(task_column_parse("+UID", &choice, &err), 0,
	       "+ appends to the choice there is");
	tap_is((int64_t)choice.count, 2, "and not to the default");
}

static const struct oom_task full = {
	.pid = 15665, .tgid = 15664, .uid = 1000, .comm = "main.out", .total_vm = PAGE * 1000,
	.rss = PAGE * 90, .rss_anon = PAGE * 20, .rss_file = PAGE * 30, .rss_shmem = PAGE * 40,
	.swap = PAGE * 8, .pgtables = PAGE * 2, .adj = 50, .badness = 150, .rank = 2,
};

static const struct oom_task bare = {
	.pid = OOM_NO_NUMBER, .tgid = OOM_NO_NUMBER, .uid = OOM_NO_NUMBER, .total_vm = OOM_UNKNOWN,
	.rss = OOM_UNKNOWN, .rss_anon = OOM_UNKNOWN, .rss_file = OOM_UNKNOWN,
	.rss_shmem = OOM_UNKNOWN, .swap = OOM_UNKNOWN, .pgtables = OOM_UNKNOWN, .adj = -1000,
	.badness = OOM_NO_NUMBER,
};

static const struct {
	const char *name, *cell, *bare;
	enum task_column_kind kind;
} cells[] = {
	{ "RANK", "2", "", TASK_COLUMN_NUMBER }, { "PID", "15665", "", TASK_COLUMN_NUMBER },
	{ "TGID", "15664", "", TASK_COLUMN_NUMBER }, { "UID", "1000", "", TASK_COLUMN_NUMBER },
	{ "NAME", "main.out", "", TASK_COLUMN_TEXT }, { "ADJ", "50", "-1000", TASK_COLUMN_NUMBER },
	{ "ADDS", "50", "", TASK_COLUMN_NUMBER }, { "BADNESS", "150", "", TASK_COLUMN_NUMBER },
	{ "SCORE", "150", "", TASK_COLUMN_NUMBER }, { "SHARE", "10.0%", "0.0%",
	  TASK_COLUMN_NUMBER },
	{ "HELD", "400", "0", TASK_COLUMN_SIZE }, { "VSZ", "4000", "", TASK_COLUMN_SIZE },
	{ "RSS", "360", "", TASK_COLUMN_SIZE }, { "ANON", "80", "", TASK_COLUMN_SIZE },
	{ "FILE", "120", "", TASK_COLUMN_SIZE }, { "SHMEM", "160", "", TASK_COLUMN_SIZE },
	{ "SWAP", "32", "", TASK_COLUMN_SIZE }, { "PTE", "8", "", TASK_COLUMN_SIZE },
};

static void test_cells(void)
{
	struct oom_ranking ranking = {
		.scale = { .rule = OOM_RULE_SIGNED, .page_size = PAGE, .total_pages = 1000 },
		.total_from = "RAM",
	};
	char cell[TASK_CELL_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(cells); i++) {
		const struct task_column *column = find(cells[i].name);

		if (!tap_ok(column != NULL, "there is a column %s", cells[i].name))
			continue;
		tap_ok(column->kind == cells[i].kind, "%s is of its kind", cells[i].name);
		tap_is_text(task_cell(column, &full, &ranking, PAGE, SIZE_KIB, cell),
			    cells[i].cell,
			    "it shows its own figure");
		tap_is_text(task_cell(column, &bare, &ranking, PAGE, SIZE_KIB, cell),
			    cells[i].bare,
			    "and nothing where the report says nothing");
	}
	tap_is((int64_t)ARRAY_SIZE(cells), (int64_t)task_column_count,
	       "every column is tested here");
	tap_is_text(task_cell(find("RSS"), &full, &ranking, PAGE, SIZE_BYTES, cell), "368640",
		    "a size in bytes");
	tap_is_text(task_cell(find("RSS"), &full, &ranking, PAGE, SIZE_HUMAN, cell), "360K",
		    "for people");
	ranking.scale.total_pages = OOM_UNKNOWN;
	tap_is_text(task_cell(find("SHARE"), &full, &ranking, PAGE, SIZE_KIB, cell), "",
		    "without a total no share");
	tap_is_text(task_cell(find("SCORE"), &full, &ranking, PAGE, SIZE_KIB, cell), "",
		    "no score");
	tap_is_text(task_cell(find("ADDS"), &full, &ranking, PAGE, SIZE_KIB, cell), "",
		    "and nothing that an adj adds");
	ranking.scale.total_pages = 0;
	tap_is_text(task_cell(find("SHARE"), &full, &ranking, PAGE, SIZE_KIB, cell), "",
		    "nor with a total of nothing");
}

static void test_names(void)
{
	struct oom_ranking ranking = { .scale = { .page_size = PAGE, .total_pages = 1000 } };
	struct oom_task task = full;
	char cell[TASK_CELL_MAX];

	snprintf(task.comm, sizeof(task.comm), "a\033[1mb\nc (d) ");
	tap_is_text(task_cell(find("NAME"), &task, &ranking, PAGE, SIZE_KIB, cell),
		    "a\\x1b[1mb\\x0ac (d) ", "a hostile name is made safe");
	memset(task.comm, 1, sizeof(task.comm) - 1);
	task.comm[sizeof(task.comm) - 1] = '\0';
	task_cell(find("NAME"), &task, &ranking, PAGE, SIZE_KIB, cell);
	tap_is((int64_t)strlen(cell), (OOM_COMM_MAX - 1) * 4, "the longest fits");
}

int main(void)
{
	test_table();
	test_lists();
	test_long_list();
	test_cells();
	test_names();
	return tap_done();
}
