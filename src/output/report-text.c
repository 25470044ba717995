/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report-text.c - a report explained for people: the first screen, or all paragraphs; the worst
 * of the tasks
 */
#include <config.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/explain-parts.h"
#include "lib/cleanup.h"
#include "lib/macros.h"
#include "output/report-printer.h"

/* A report without --verbose fits a terminal of so many lines. */
#define SCREEN_LINES 25

/* Tasks in the ranking, and victims that are shown below them because they are not among them. */
#define TASKS_BRIEF 5
#define TASKS_VERBOSE 10
#define VICTIMS_BRIEF 1
#define VICTIMS_VERBOSE 3

/* Names that are given of the tasks that could not be killed. */
#define NAMES_SHOWN 8

/* A name takes no more columns of the ranking: the kernel's have 15 bytes. */
#define NAME_WIDTH 24

/* Narrower than this, labels stand above their paragraphs and not beside them. */
#define BESIDE_WIDTH 60
#define ABOVE_INDENT 2

static const char ranking_label[] = "Ranking";
static const char more[] = "More with -v.";

/* What the first screen has of each section: the most wanted takes its lines first. */
static const struct brief {
	enum oom_section section;
	int lines;		/* at most, while others want some */
	bool always;		/* one sentence at least, whatever the others have taken */
	bool first_only;	/* nothing of its paragraphs but the first */
} briefs[] = {
	{ OOM_SECTION_ADVICE, 7, true, false },
	/* Why it ran out; the second paragraph is where all of it was. */
	{ OOM_SECTION_MEMORY, 4, true, true },
	{ OOM_SECTION_GAPS, 2, false, false },
	{ OOM_SECTION_WHY, 3, false, false },
	{ OOM_SECTION_SCOPE, 3, false, false },
};

/* The column at which paragraphs begin. */
static int paragraph_column(const struct why_printer *printer)
{
	size_t longest = strlen(ranking_label);

	if (printer->width && printer->width < BESIDE_WIDTH)
		return ABOVE_INDENT;
	for (int i = OOM_SECTION_SUMMARY + 1; i <= OOM_SECTION_GAPS; i++)
		longest = MAX(longest, strlen(oom_section_name((enum oom_section)i)));
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

/*
 * Finds how many bytes of each paragraph are shown, always whole sentences, where LINES are left
 * for all of them: of each section first the beginnings of its paragraphs, then what follows.
 */
static void choose_sentences(const struct why_printer *printer,
			     const struct oom_explanation *explanation, int lines, size_t shown[])
{
	int column = paragraph_column(printer);
	size_t count = explanation->count;

	/* In a second round what is left is for whoever can use it. */
	for (size_t i = 0; i < 2 * ARRAY_SIZE(briefs); i++) {
		const struct brief *brief = &briefs[i % ARRAY_SIZE(briefs)];
		bool again = i >= ARRAY_SIZE(briefs);
		int left = !again && brief->lines < lines ? brief->lines : lines, used = 0;

		for (size_t j = 0; j < 2 * count; j++) {
			const struct oom_paragraph *paragraph = &explanation->list[j % count];
			int room = brief->always && !again && !used ? INT_MAX : left - used, had;
			size_t *end = &shown[j % count];

			if (paragraph->section != brief->section ||
			    (brief->first_only && j % count &&
			     paragraph[-1].section == paragraph->section))
				continue;
			/* A label above takes a line, but only once. */
			had = *end ? why_count_lines(printer, paragraph->text, *end, column)
				   : column == ABOVE_INDENT ? -1 : 0;
			/* As many sentences more as there is room for. */
			for (size_t k = j < count ? 1 : paragraph->end_count + 1; k-- > 0;) {
				size_t next = k < paragraph->end_count ? paragraph->ends[k]
								       : strlen(paragraph->text);
				int taken = why_count_lines(printer, paragraph->text, next,
							    column) - had;

				if (next > *end && taken > room)
					continue;
				used += next > *end ? taken : 0;
				*end = MAX(*end, next);
				break;
			}
		}
		lines -= used;
	}
}

/* Writes the explanation; without --verbose what is most wanted of it, in LINES. */
static int put_explanation(struct why_printer *printer, const struct oom_explanation *explanation,
			   int lines)
{
	CLEANUP_FREE size_t *shown = calloc(explanation->count + 1, sizeof(*shown));
	enum oom_section last = OOM_SECTION_SUMMARY;
	int r = 0;

	if (!shown)
		return -ENOMEM;
	for (size_t i = 0; i < explanation->count; i++) {
		const struct oom_paragraph *paragraph = &explanation->list[i];
		bool summary = paragraph->section == OOM_SECTION_SUMMARY;

		if (printer->output->verbose || summary)
			shown[i] = strlen(paragraph->text);
		/* A blank line follows it. */
		lines -= summary ? 1 + why_count_lines(printer, paragraph->text, shown[i], 0) : 0;
	}
	if (!printer->output->verbose)
		choose_sentences(printer, explanation, lines, shown);
	for (size_t i = 0; r >= 0 && i < explanation->count; i++) {
		const struct oom_paragraph *paragraph = &explanation->list[i];
		CLEANUP_FREE char *text = strndup(paragraph->text, shown[i]);

		if (!text)
			return -ENOMEM;
		if (paragraph->section == OOM_SECTION_SUMMARY) {
			r = why_wrap(printer, text, 0, 0, false);
			fputs(i + 1 < explanation->count ? "\n" : "", printer->stream);
		} else if (*text) {
			r = put_paragraph(printer, paragraph->section == last ? ""
					  : oom_section_name(paragraph->section), text);
			last = paragraph->section;
		}
	}
	return r;
}

/* " 3 tasks were exempt (oom_score_adj -1000): sshd, udevd (2)." */
static void write_exempt(FILE *text, const struct why_case *shown)
{
	const struct oom_report *report = shown->report;
	struct { const char *name; size_t tasks; } names[NAMES_SHOWN] = { { NULL, 0 } };
	size_t others = 0;

	if (!shown->ranking->exempt)
		return;
	for (size_t i = 0; i < report->task_count; i++) {
		const char *name = report->tasks[i].comm;
		size_t at = 0;

		if (report->tasks[i].adj > BADNESS_EXEMPT)
			continue;
		while (at < NAMES_SHOWN && names[at].name && strcmp(names[at].name, name) != 0)
			at++;
		if (at == NAMES_SHOWN) {
			others++;
			continue;
		}
		names[at].name = name;
		names[at].tasks++;
	}
	fprintf(text, " %zu %s exempt (oom_score_adj %d):", shown->ranking->exempt,
		shown->ranking->exempt == 1 ? "task was" : "tasks were", BADNESS_EXEMPT);
	for (size_t i = 0; i < NAMES_SHOWN && names[i].name; i++) {
		fprintf(text, "%s %s", i ? "," : "", NAME(names[i].name));
		if (names[i].tasks > 1)
			fprintf(text, " (%zu)", names[i].tasks);
	}
	if (others)
		fprintf(text, " and %zu more", others);
	fputc('.', text);
}

/* The rows of the ranking. */
struct rows {
	size_t tasks[TASKS_VERBOSE + VICTIMS_VERBOSE];
	bool killed[TASKS_VERBOSE + VICTIMS_VERBOSE];
	size_t count;
	size_t first;		/* so many are the first of the ranking, the others are victims */
	bool marked;		/* one of them was killed */
};

static struct rows choose_rows(const struct why_case *shown, bool verbose)
{
	const struct oom_report *report = shown->report;
	size_t candidates = shown->ranking->candidates, most;
	struct rows rows = { .first = candidates ? candidates : report->task_count };

	rows.first = MIN(rows.first, verbose ? TASKS_VERBOSE : TASKS_BRIEF);
	for (; rows.count < rows.first; rows.count++)
		rows.tasks[rows.count] = shown->ranking->order[rows.count];
	most = rows.first + (verbose ? VICTIMS_VERBOSE : VICTIMS_BRIEF);
	for (size_t i = 0; i < report->victim_count; i++) {
		int64_t pid = report->victims[i].pid;
		const struct oom_task *task = oom_find_task(report, pid);
		bool listed = false;

		for (size_t j = 0; j < rows.count && pid != OOM_NO_NUMBER; j++) {
			const struct oom_task *row = &report->tasks[rows.tasks[j]];

			/* A leader that has exited is listed as another of its threads. */
			if (pid == row->pid || pid == row->tgid)
				rows.marked = rows.killed[j] = true;
			listed = listed || row == task;
		}
		if (task && !listed && rows.count < most) {
			rows.tasks[rows.count] = (size_t)(task - report->tasks);
			rows.marked = rows.killed[rows.count++] = true;
		}
	}
	return rows;
}

/* What stands above the rows. The caller frees it; NULL: out of memory. */
static char *make_caption(const struct why_case *shown, const struct rows *rows, bool verbose)
{
	size_t candidates = shown->ranking->candidates, tasks = shown->report->task_count;
	size_t length;
	char *caption = NULL;
	FILE *text = open_memstream(&caption, &length);

	if (!text)
		return NULL;
	if (!candidates)
		fprintf(text, "%zu of %zu task%s, %s", rows->first, tasks, PLURAL(tasks),
			shown->ranking->chosen == OOM_NO_TASK ? "the largest first"
			: "first the chosen one, then the largest");
	else if (rows->first < candidates)
		fprintf(text, "The %zu worst of %zu %s", rows->first, candidates,
			verbose ? "tasks that could be killed" : "candidates");
	else
		fprintf(text, "The %zu %s%s%s, the worst first", candidates,
			verbose ? "task" : "candidate", PLURAL(candidates),
			verbose ? " that could be killed" : "");
	fprintf(text, "%s.", rows->marked ? "; * was killed" : "");
	if (verbose)
		write_exempt(text, shown);
	else
		fprintf(text, " %s", more);
	if (fclose(text) == 0)
		return caption;
	free(caption);
	return NULL;
}

int why_text(struct why_printer *printer, const struct why_case *shown)
{
	bool verbose = printer->output->verbose;
	struct rows rows = choose_rows(shown, verbose);
	CLEANUP_FREE char *caption = make_caption(shown, &rows, verbose);
	static const char *const least[] = { "PTE", "SWAP", "BADNESS", "RANK", "SHARE", NULL };
	struct why_columns columns = { .count = 0 };
	const struct task_table table = {
		.choice = &columns, .tasks = rows.tasks, .count = rows.count,
		.killed = rows.killed, .name_width = NAME_WIDTH, .least = least,
	};
	struct error err;
	int lines, r;

	if (!caption)
		return -ENOMEM;
	if (printer->begun)
		fputc('\n', printer->stream);
	r = why_title(printer, shown);
	if (r < 0)
		return r;
	/* Below the explanation stand the caption, the heading and the rows, or one line. */
	lines = SCREEN_LINES - r - 1;
	if (rows.count)
		lines -= why_count_lines(printer, caption, strlen(caption),
					 paragraph_column(printer)) + (int)rows.count;
	r = put_explanation(printer, shown->explanation, lines);
	if (r >= 0 && !rows.count && !verbose)
		fprintf(printer->stream, "%s\n", more);
	if (r < 0 || !rows.count)
		return MIN(r, 0);
	task_column_parse("RANK,PID,BADNESS,SHARE,RSS,SWAP,PTE,ADJ,NAME", &columns, &err);
	r = put_paragraph(printer, ranking_label, caption);
	return r < 0 ? r : why_task_table(printer, shown, &table);
}
