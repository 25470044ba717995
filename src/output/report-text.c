/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report-text.c - a report explained for people: paragraphs, and the worst of the tasks */
#include <config.h>

#include <errno.h>
#include <string.h>

#include "analysis/explain-parts.h"
#include "lib/cleanup.h"
#include "output/task-table.h"

/* Tasks in the ranking, and victims that are shown below them because they are not among them. */
#define TASKS_SHOWN 10
#define VICTIMS_SHOWN 3

/* Names that are given of the tasks that could not be killed. */
#define NAMES_SHOWN 8

/* A name takes no more columns of the ranking: the kernel's have 15 bytes. */
#define NAME_WIDTH 24

/* Narrower than this, labels stand above their paragraphs and not beside them. */
#define BESIDE_WIDTH 60
#define ABOVE_INDENT 2

#define EXEMPT_ADJ (-1000)

static const char ranking_label[] = "Ranking";
static const char ranking_columns[] = "RANK,PID,BADNESS,SHARE,RSS,SWAP,PTE,ADJ,NAME";

/* The column at which paragraphs begin. */
static int paragraph_column(const struct why_printer *printer)
{
	size_t longest = strlen(ranking_label);

	if (printer->width && printer->width < BESIDE_WIDTH)
		return ABOVE_INDENT;
	for (int i = OOM_SECTION_SUMMARY + 1; i <= OOM_SECTION_GAPS; i++) {
		size_t length = strlen(oom_section_name((enum oom_section)i));

		longest = length > longest ? length : longest;
	}
	return (int)longest + 2;
}

/* Writes a paragraph with its label; "": it goes on with the label of the one before. */
static int put_paragraph(struct why_printer *printer, const char *label, const char *text)
{
	int column = paragraph_column(printer);
	bool above = column == ABOVE_INDENT;

	if (*label || !above)
		fprintf(printer->stream, "%s%s%s", printer->colour ? WHY_BOLD : "", label,
			printer->colour ? WHY_PLAIN : "");
	if (*label && above)
		fputc('\n', printer->stream);
	fprintf(printer->stream, "%*s", above ? column : column - (int)strlen(label), "");
	return why_wrap(printer, text, column, column, false);
}

static int put_explanation(struct why_printer *printer, const struct oom_explanation *explanation)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < explanation->count; i++) {
		const struct oom_paragraph *paragraph = &explanation->list[i];
		bool again = i && explanation->list[i - 1].section == paragraph->section;
		const char *label = again ? "" : oom_section_name(paragraph->section);

		if (paragraph->section == OOM_SECTION_SUMMARY) {
			r = why_wrap(printer, paragraph->text, 0, 0, false);
			fputs(i + 1 < explanation->count ? "\n" : "", printer->stream);
		} else {
			r = put_paragraph(printer, label, paragraph->text);
		}
	}
	return r;
}

static bool was_killed(const struct oom_report *report, const struct oom_task *task)
{
	for (size_t i = 0; i < report->victim_count; i++) {
		int64_t pid = report->victims[i].pid;

		/* The row of a process whose leader has exited is that of another thread. */
		if (pid != OOM_NO_NUMBER && (pid == task->pid || pid == task->tgid))
			return true;
	}
	return false;
}

/* The names of those that could not be killed. */
struct names {
	struct {
		const char *name;
		size_t tasks;
	} list[NAMES_SHOWN];
	size_t count;
	size_t others;		/* tasks with other names */
};

static void add_name(struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++) {
		if (!strcmp(names->list[i].name, name)) {
			names->list[i].tasks++;
			return;
		}
	}
	if (names->count == NAMES_SHOWN) {
		names->others++;
		return;
	}
	names->list[names->count].name = name;
	names->list[names->count++].tasks = 1;
}

/* " 3 tasks were exempt (oom_score_adj -1000): sshd, udevd (2)." */
static void write_exempt(FILE *text, const struct why_case *shown)
{
	const struct oom_report *report = shown->report;
	struct names names = { .count = 0 };

	if (!shown->ranking->exempt)
		return;
	for (size_t i = 0; i < report->task_count; i++)
		if (report->tasks[i].adj <= EXEMPT_ADJ)
			add_name(&names, report->tasks[i].comm);
	fprintf(text, " %zu %s exempt (oom_score_adj %d):", shown->ranking->exempt,
		shown->ranking->exempt == 1 ? "task was" : "tasks were", EXEMPT_ADJ);
	for (size_t i = 0; i < names.count; i++) {
		fprintf(text, "%s %s", i ? "," : "", NAME(names.list[i].name));
		if (names.list[i].tasks > 1)
			fprintf(text, " (%zu)", names.list[i].tasks);
	}
	if (names.others)
		fprintf(text, " and %zu more", names.others);
	fputc('.', text);
}

/* The rows of the ranking. */
struct rows {
	const struct oom_task *list[TASKS_SHOWN + VICTIMS_SHOWN];
	bool killed[TASKS_SHOWN + VICTIMS_SHOWN];
	size_t count;
	size_t first;		/* so many are the first of the ranking, the others are victims */
};

static bool report_text_has_row(const struct rows *rows, const struct oom_task *task)
{
	for (size_t i = 0; i < rows->count; i++)
		if (rows->list[i] == task)
			return true;
	return false;
}

static struct rows choose_rows(const struct why_case *shown)
{
	const struct oom_report *report = shown->report;
	size_t candidates = shown->ranking->candidates;
	size_t tasks = candidates ? candidates : report->task_count;
	struct rows rows = { .first = tasks < TASKS_SHOWN ? tasks : TASKS_SHOWN };

	for (; rows.count < rows.first; rows.count++) {
		rows.list[rows.count] = &report->tasks[shown->ranking->order[rows.count]];
		rows.killed[rows.count] = was_killed(report, rows.list[rows.count]);
	}
	for (size_t i = 0; i < report->victim_count; i++) {
		const struct oom_task *task = oom_find_task(report, report->victims[i].pid);

		if (!task || report_text_has_row(&rows, task) || rows.count == TASKS_SHOWN +
		    VICTIMS_SHOWN)
			continue;
		rows.list[rows.count] = task;
		rows.killed[rows.count++] = true;
	}
	return rows;
}

static void write_caption(FILE *text, const struct why_case *shown, const struct rows *rows)
{
	size_t candidates = shown->ranking->candidates, tasks = shown->report->task_count;
	bool marked = false;

	for (size_t i = 0; i < rows->count; i++)
		marked = marked || rows->killed[i];
	if (!candidates)
		fprintf(text, "%zu of %zu task%s, %s", rows->first, tasks, PLURAL(tasks),
			shown->ranking->chosen == OOM_NO_TASK ? "the largest first"
			: "first the chosen one, then the largest");
	else if (rows->first < candidates)
		fprintf(text, "The %zu worst of %zu tasks that could be killed", rows->first,
			candidates);
	else
		fprintf(text, "The %zu task%s that could be killed, the worst first", candidates,
			PLURAL(candidates));
	fprintf(text, "%s.", marked ? "; * was killed" : "");
	write_exempt(text, shown);
}

static int put_caption(struct why_printer *printer, const struct why_case *shown,
		       const struct rows *rows)
{
	CLEANUP_FREE char *caption = NULL;
	size_t length;
	FILE *text = open_memstream(&caption, &length);

	if (!text)
		return -ENOMEM;
	write_caption(text, shown, rows);
	return fclose(text) == 0 ? put_paragraph(printer, ranking_label, caption) : -ENOMEM;
}

static int report_text_put_rows(struct task_table *table, const struct why_printer *printer,
				const struct rows *rows)
{
	static const char *const least[] = { "PTE", "SWAP", "BADNESS", "RANK", "SHARE", NULL };
	int r = task_table_open(table, printer);

	for (size_t i = 0; r == 0 && i < rows->count; i++)
		r = task_table_add(table, rows->list[i], rows->killed[i]);
	if (r < 0)
		return r;
	task_table_fit(table, printer->width ? (size_t)printer->width : SIZE_MAX, least);
	return task_table_print(table);
}

static int put_ranking(struct why_printer *printer, const struct why_case *shown)
{
	struct task_column_choice choice = { .count = 0 };
	struct task_table table = {
		.choice = &choice,
		.shown = shown,
		.unit = printer->output->unit,
		.marks = true,
		.name_width = NAME_WIDTH,
	};
	struct rows rows = choose_rows(shown);
	struct error err;
	int r = task_column_parse(ranking_columns, &choice, &err);

	if (r == 0)
		r = put_caption(printer, shown, &rows);
	if (r == 0)
		r = report_text_put_rows(&table, printer, &rows);
	task_table_close(&table);
	return r;
}

int why_text(struct why_printer *printer, const struct why_case *shown)
{
	int r;

	if (printer->begun)
		fputc('\n', printer->stream);
	r = why_title(printer, shown);
	if (r == 0)
		r = put_explanation(printer, shown->explanation);
	if (r == 0 && shown->report->task_count)
		r = put_ranking(printer, shown);
	return r;
}
