/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report-printer.c - what each form of oomwhy writes of a report: whole, unknown, hostile, narrow
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <json.h>
#include <locale.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../tap.h"
#include "lib/terminal.h"
#include "lib/utf8.h"
#include "output/json-object.h"
#include "output/report-printer.h"

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define TASKS 16

/* Clears the screen, sets a title, C1, turns text around, is no UTF-8, ends a line. */
#define EVIL "\x1b[2J\x1b]0;x\x07\xc2\x9b\xe2\x80\xae\xff\n\\ \""

/* A report with all that was made of it, by hand. */
struct stage {
	struct oom_report report;
	struct oom_ranking ranking;
	struct oom_explanation explanation;
	struct oom_task tasks[TASKS];
	size_t order[TASKS];
	struct oom_victim victims[2];
	struct oom_figure figures[4];
	struct oom_node node;
	struct oom_zone zone;
	struct oom_huge huge;
	struct oom_cache slab, allocation;
	struct oom_sum sums[25];
	struct oom_paragraph paragraphs[8];
	struct why_case shown;
};

static void set_name(char *name, const char *text)
{
	snprintf(name, OOM_COMM_MAX, "%s", text);
}

/* Everything is unknown. */
static void set_empty_stage(struct stage *stage)
{
	memset(stage, 0, sizeof(*stage));
	oom_report_init(&stage->report);
	stage->report.page_size_known = true;
	stage->ranking = (struct oom_ranking){
		.scale = { .page_size = 4096, .total_pages = OOM_UNKNOWN }, .total_from = "",
		.printed_score = OOM_NO_NUMBER, .computed_score = OOM_NO_NUMBER,
		.chosen = OOM_NO_TASK,
	};
	stage->shown = (struct why_case){
		.number = 1, .source = "", .report = &stage->report, .ranking = &stage->ranking,
		.explanation = &stage->explanation,
	};
}

/* Task I of 16: the last two are exempt, one of 1 GiB is the worst. */
static void set_task(struct stage *stage, size_t i)
{
	struct oom_task *task = &stage->tasks[i];

	*task = (struct oom_task){
		.pid = 100 + (int64_t)i, .tgid = 100 + (int64_t)i, .uid = 1000,
		.total_vm = 4 * GIB, .rss = GIB >> i, .rss_anon = OOM_UNKNOWN,
		.rss_file = OOM_UNKNOWN, .rss_shmem = OOM_UNKNOWN, .swap = 4096 * i,
		.pgtables = 65536, .adj = i < TASKS - 2 ? 0 : -1000,
		.badness = i < TASKS - 2 ? (int64_t)((GIB >> i) / 4096) : OOM_NO_NUMBER,
		.rank = i < TASKS - 2 ? i + 1 : 0,
	};
	snprintf(task->comm, sizeof(task->comm), i < TASKS - 2 ? "task %zu" : "sshd", i);
	stage->order[i] = i;
}

static void set_victims(struct stage *stage)
{
	for (size_t i = 0; i < 2; i++) {
		stage->victims[i] = (struct oom_victim){
			.pid = 100, .uid = 1000, .total_vm = 4 * GIB, .anon = 1023 * MIB,
			.file = 0, .shmem = MIB, .pgtables = 65536, .adj = 0,
			.score = OOM_NO_NUMBER, .repeated = i == 1,
		};
		set_name(stage->victims[i].comm, "task 0");
	}
	stage->victims[0].reaped = (struct oom_reaped){ .present = true, .anon = 0, .file = 0,
							.shmem = MIB };
	stage->report.victims = stage->victims;
	stage->report.victim_count = 2;
}

static void results(struct stage *stage, enum oom_section section, const char *text)
{
	stage->paragraphs[stage->explanation.count++] =
		(struct oom_paragraph){ .section = section, .text = text };
	stage->explanation.list = stage->paragraphs;
}

static void set_tasks(struct stage *stage)
{
	for (size_t i = 0; i < TASKS; i++)
		set_task(stage, i);
	stage->report.has_table = true;
	stage->report.columns.swap = stage->report.columns.pgtables = true;
	stage->report.columns.adj = true;
	stage->report.tasks = stage->tasks;
	stage->report.task_count = stage->report.tasks_listed = TASKS;
	for (size_t i = 0; i < ARRAY_SIZE(stage->sums); i++)
		stage->sums[i] = (struct oom_sum){ "task", 2, GIB - i };
	stage->ranking.order = stage->order;
	stage->ranking.scale.rule = OOM_RULE_SIGNED;
	stage->ranking.scale.total_pages = 2 * GIB / 4096;
	stage->ranking.total_from = "RAM and swap";
	stage->ranking.candidates = TASKS - 2;
	stage->ranking.exempt = 2;
	stage->ranking.chosen = 0;
	stage->ranking.rank_of_victim = 1;
	stage->ranking.judged = stage->ranking.agrees = true;
	stage->ranking.computed_score = 500;
	stage->ranking.sums = stage->sums;
	stage->ranking.sum_count = ARRAY_SIZE(stage->sums);
	stage->explanation.note = (char *)"It is the worst.";
}

/* A report of a machine out of memory. */
static void set_stage(struct stage *stage)
{
	struct oom_report *report = &stage->report;

	set_empty_stage(stage);
	set_tasks(stage);
	set_victims(stage);
	snprintf(report->time.raw, sizeof(report->time.raw), "[ 7283.481043]");
	report->time.has_monotonic = report->time.has_wall = true;
	report->time.monotonic_ns = 7283481043000;
	report->time.wall_ns = 1700000000250000000;
	report->host = (char *)"web1";
	report->kernel = (char *)"6.1.0-18-amd64";
	report->scope = OOM_SCOPE_GLOBAL;
	report->trigger.present = true;
	set_name(report->trigger.comm, "asker");
	report->trigger.pid = 4711;
	report->trigger.adj = 0;
	report->gfp_mask = (char *)"0x140dca(GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO)";
	report->gfp_value = 0x140dca;
	report->order = 0;
	stage->shown.number = 2;
	stage->shown.source = "kern.log";
	results(stage, OOM_SECTION_SUMMARY, "The machine ran out: task 0 (pid 100) was killed.");
	results(stage, OOM_SECTION_TRIGGER,
		"asker (pid 4711) asked for one page of 4.0 KiB: memory for "
		"user space. It is not the one that was killed.");
	results(stage, OOM_SECTION_ADVICE, "Look at task 0.");
	results(stage, OOM_SECTION_ADVICE, "Add swap.");
}

/* A printer that writes into memory. */
struct press {
	struct why_output output;
	struct why_printer printer;
	char *text;
	size_t size;
};

static void open_coloured(struct press *press, enum why_form form, enum why_colour colour)
{
	*press = (struct press){
		.output = { .form = form, .verbose = true, .unit = SIZE_HUMAN, .headings = true,
			    .colour = colour, .columns = task_column_default() },
	};
	why_open(&press->printer, &press->output, open_memstream(&press->text, &press->size));
}

static void open_press(struct press *press, enum why_form form)
{
	open_coloured(press, form, WHY_COLOUR_AUTO);
}

static void close_press(struct press *press)
{
	fclose(press->printer.stream);
	free(press->text);
}

static bool is_plain(const char *text)
{
	for (; *text; text++)
		if (((unsigned char)*text < ' ' && *text != '\n') || *text == 0x7f)
			return false;
	return true;
}

static size_t widest_line(const char *text)
{
	size_t widest = 0;

	while (*text) {
		char line[1024];
		size_t length = strcspn(text, "\n"), width;

		snprintf(line, sizeof(line), "%.*s", (int)length, text);
		width = wrap_width(line);
		widest = width > widest ? width : widest;
		text += length + (text[length] == '\n');
	}
	return widest;
}

/* The columns at which PIECE begins in its line of TEXT; -1: it is not there. */
static int column_of(const char *text, const char *piece)
{
	const char *at = strstr(text, piece), *line = at;

	while (line && line > text && line[-1] != '\n')
		line--;
	return at ? (int)(at - line) : -1;
}

static int lines_of(const char *text)
{
	int lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

static void test_text(void)
{
	struct press press;
	struct stage stage;

	set_stage(&stage);
	open_press(&press, WHY_TEXT);
	tap_is(why_show(&press.printer, &stage.shown), 0, "a report is told");
	tap_has(press.text, "Report 2: [ 7283.481043], host web1, kernel 6.1.0-18-amd64, from "
		"kern.log\nThe machine ran out: task 0 (pid 100) was killed.\n\nWho asked ",
		"a title, the summary, and paragraphs");
	tap_is(column_of(press.text, "Look at"), column_of(press.text, "asker ("),
	       "paragraphs stand below each other");
	tap_is(column_of(press.text, "Add swap"), column_of(press.text, "Look at"),
	       "also those with the label of the one before");
	tap_ok(strstr(press.text, oom_section_name(OOM_SECTION_ADVICE)) &&
	       !strstr(strstr(press.text, oom_section_name(OOM_SECTION_ADVICE)) + 1,
		       oom_section_name(OOM_SECTION_ADVICE)), "which stands there once");
	tap_has(press.text, "Ranking         The 10 worst of 14 tasks that could be killed; * was "
		"killed. 2\n", "the ranking says what it shows");
	tap_has(press.text, "tasks were exempt (oom_score_adj -1000): sshd (2).\n",
		"and who was exempt");
	tap_has(press.text, "  RANK PID BADNESS SHARE   RSS  SWAP   PTE ADJ NAME\n"
		"*    1 100  262144 50.0%  1.0G     0 64.0K   0 task 0\n"
		"     2 101  131072 25.0%  512M  4.0K 64.0K   0 task 1\n", "its rows");
	tap_ok(strstr(press.text, "task 9") && !strstr(press.text, "task 10"), "are ten");
	tap_ok(!strchr(press.text, '\x1b'), "without colour there is no escape sequence");
	tap_ok(widest_line(press.text) <= 80, "80 columns are enough");
	snprintf(stage.report.time.raw, sizeof(stage.report.time.raw), "7284.5");
	why_show(&press.printer, &stage.shown);
	tap_has(press.text, "task 9\n\nReport 2: [7284.5], host",
		"a blank line between reports; seconds since boot have brackets");
	close_press(&press);
}

/* Makes of the paragraph that was told last one of two sentences; the first has END bytes. */
static void end_sentence(struct stage *stage, size_t end)
{
	struct oom_paragraph *paragraph = &stage->paragraphs[stage->explanation.count - 1];

	paragraph->ends[paragraph->end_count++] = end;
}

/* A text of COUNT words, 8 bytes each. */
static const char *words(char *text, size_t count)
{
	for (size_t i = 0; i < count; i++)
		memcpy(text + 8 * i, "a word, ", 9);
	return text;
}

/* The first screen: what is most wanted, in whole sentences, and the five worst. */
static void test_text_brief(void)
{
	char memory[1024], why[1024], advice[1024];
	struct press press;
	struct stage stage;

	set_stage(&stage);
	stage.explanation.count = 2;
	results(&stage, OOM_SECTION_SCOPE, "The memory of the whole machine.");
	results(&stage, OOM_SECTION_MEMORY, words(memory, 60));
	end_sentence(&stage, 20 * 8);
	end_sentence(&stage, 30 * 8);
	results(&stage, OOM_SECTION_MEMORY, "Where all of it was.");
	results(&stage, OOM_SECTION_WHY, words(why, 30));
	results(&stage, OOM_SECTION_ADVICE, "Add swap. There is none.");
	end_sentence(&stage, strlen("Add swap."));
	results(&stage, OOM_SECTION_ADVICE, words(advice, 60));
	end_sentence(&stage, 30 * 8);
	stage.victims[0].pid = 112;
	open_press(&press, WHY_TEXT);
	press.output.verbose = false;
	tap_is(why_show(&press.printer, &stage.shown), 0, "the first screen is told");
	tap_is(lines_of(press.text), 25, "in 25 lines");
	tap_ok(widest_line(press.text) <= 80, "of 80 columns");
	tap_has(press.text, "was killed.\n\nWhat ran out    The memory of the whole machine.\n",
		"the summary, and what ran out");
	tap_ok(!strstr(press.text, "Who asked"), "who asked is left out");
	tap_ok(!strstr(press.text, "Where all"), "so is where all of the memory was");
	tap_has(press.text, "\nMemory          a word, ", "but not what it was short of");
	tap_has(press.text, "\nWhat to do      Add swap. There is none.\n                a word, ",
		"each advice is begun before one is told to its end");
	tap_has(press.text, "\nRanking         The 5 worst of 14 candidates; * was killed. More "
		"with -v.\n", "the caption says where the rest is");
	tap_ok(strstr(press.text, "task 4\n") && !strstr(press.text, "task 5\n"), "five tasks");
	tap_has(press.text, "task 12\n", "and the victim that is not among them");
	close_press(&press);
	stage.report.task_count = stage.ranking.candidates = 0;
	stage.explanation.count = 1;
	open_press(&press, WHY_TEXT);
	press.output.verbose = false;
	why_show(&press.printer, &stage.shown);
	tap_has(press.text, "task 0 (pid 100) was killed.\nMore with -v.\n",
		"without a table the rest has a line of its own");
	close_press(&press);
}

/* A path is not broken, so that a terminal does it: it takes two lines, or is left out. */
static void test_text_brief_path(void)
{
	char advice[1024], memory[1024], scope[512], path[131];
	int most = 0, shown = 0;

	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	snprintf(scope, sizeof(scope), "Its path is %s.", path);
	for (size_t count = 1; count < 50; count += 3) {
		struct press press;
		struct stage stage;
		int lines;

		set_stage(&stage);
		stage.explanation.count = 2;
		results(&stage, OOM_SECTION_SCOPE, scope);
		results(&stage, OOM_SECTION_MEMORY, words(memory, count));
		results(&stage, OOM_SECTION_ADVICE, words(advice, 100));
		for (size_t end = 8; end < 100 * 8; end += 72)
			end_sentence(&stage, end);
		stage.victims[0].pid = 112;
		open_press(&press, WHY_TEXT);
		press.output.verbose = false;
		why_show(&press.printer, &stage.shown);
		lines = lines_of(press.text);
		if (strstr(press.text, path)) {
			lines++;
			shown++;
		}
		most = lines > most ? lines : most;
		close_press(&press);
	}
	tap_ok(shown > 0, "a path wider than the terminal is whole: %d times", shown);
	tap_ok(most <= 25, "with what a terminal makes of it no more than 25 lines: %d", most);
}

/* At any width, wrapped; sizes in any unit; and a victim that is not among the ten worst. */
static void test_text_widths(void)
{
	static const char *const widths[] = { "20", "40", "60", "100", "80", "0", "x", "99999" };
	struct press press;
	struct stage stage;

	set_stage(&stage);
	stage.victims[0].pid = stage.victims[1].pid = 112;
	for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
		size_t width = (size_t)atoi(widths[i]);

		setenv("COLUMNS", widths[i], 1);
		open_press(&press, WHY_TEXT);
		why_show(&press.printer, &stage.shown);
		width = width > 100 || !width ? 80 : width < 40 ? 40 : width;
		tap_ok(widest_line(press.text) <= width, "COLUMNS=%s is not passed", widths[i]);
		tap_has(press.text, "*", "a victim that is not among the worst");
		tap_has(press.text, "task 12\n", "is shown below them");
		tap_ok(i != 1 || strstr(press.text, "\nWho asked\n  asker (pid 4711)"),
		       "labels stand above paragraphs where there is no room beside");
		close_press(&press);
	}
	unsetenv("COLUMNS");
	open_press(&press, WHY_TEXT);
	press.output.unit = SIZE_BYTES;
	why_show(&press.printer, &stage.shown);
	tap_has(press.text, " 1073741824 ", "sizes in bytes, if so wanted");
	tap_ok(widest_line(press.text) <= 80, "for which something else gives way");
	close_press(&press);
}

static void test_text_colour(void)
{
	struct press press;
	struct stage stage;
	bool known = true;

	set_stage(&stage);
	setenv("NO_COLOR", "1", 1);
	open_coloured(&press, WHY_TEXT, WHY_COLOUR_ALWAYS);
	why_show(&press.printer, &stage.shown);
	tap_has(press.text, WHY_BOLD "Report 2: ", "the title is bold");
	tap_has(press.text, WHY_BOLD "Who asked" WHY_PLAIN " ", "labels are");
	/* libsmartcols before 2.38 paints each cell by itself. */
	tap_ok(strstr(press.text, WHY_BOLD "*    1 100") ||
	       strstr(press.text, WHY_BOLD "*" WHY_PLAIN " " WHY_BOLD "   1" WHY_PLAIN " "
				  WHY_BOLD "100" WHY_PLAIN), "and all of the victim's row");
	for (const char *at = press.text; (at = strchr(at, '\x1b')); at++)
		known = known && (!strncmp(at, WHY_BOLD, 4) || !strncmp(at, WHY_PLAIN, 4));
	tap_ok(known, "and nothing else");
	close_press(&press);
}

/* What the log cannot be ranked by, has no rank; what is not there, no column. */
static void test_text_unranked(void)
{
	struct press press;
	struct stage stage;

	set_stage(&stage);
	stage.ranking.candidates = stage.ranking.exempt = 0;
	stage.ranking.chosen = OOM_NO_TASK;
	stage.ranking.scale.total_pages = OOM_UNKNOWN;
	for (size_t i = 0; i < TASKS; i++) {
		stage.tasks[i].badness = OOM_NO_NUMBER;
		stage.tasks[i].rank = 0;
		stage.tasks[i].swap = stage.tasks[i].pgtables = OOM_UNKNOWN;
	}
	open_press(&press, WHY_TEXT);
	why_show(&press.printer, &stage.shown);
	tap_has(press.text, "10 of 16 tasks, the largest first; * was killed.\n",
		"without a ranking the largest are shown");
	tap_has(press.text, "  PID   RSS ADJ NAME\n* 100  1.0G   0 task 0\n",
		"without columns in which nothing stands");
	close_press(&press);
}

static void test_list(void)
{
	struct press press;
	struct stage stage;

	set_stage(&stage);
	open_press(&press, WHY_LIST);
	tap_is(why_show(&press.printer, &stage.shown), 0, "a report is listed");
	tap_is_text(press.text, "TIME                SCOPE      SIZE     PID VICTIM             "
		    "TRIGGER         CGROUP\n2023-11-14T22:13:20 global     1.0G     100 task 0 "
		    "            asker           -\n", "in a line below a header, at once");
	stage.report.scope = OOM_SCOPE_MEMCG;
	stage.report.memcg.path = (char *)"/kubepods.slice/kubepods-burstable.slice/kubepods-"
		"burstable-pod0d11.slice/cri-containerd-9f02d9fa0049.scope";
	stage.report.time.has_wall = false;
	stage.victims[1].repeated = false;
	why_show(&press.printer, &stage.shown);
	tap_has(press.text, "\n[ 7283.481043]      memcg      2.0G     100 task 0 +1          "
		"asker           /kubepods.slice/kubepods-burstable.slice/kubepods-burstable-"
		"pod0d11.slice/cri-containerd-9f02d9fa0049.scope\n", "whatever its length");
	tap_is(lines_of(press.text), 3, "under the same header");
	close_press(&press);
	open_press(&press, WHY_LIST);
	press.output.headings = false;
	press.output.unit = SIZE_KIB;
	why_show(&press.printer, &stage.shown);
	tap_is(column_of(press.text, "2097152     100 task 0 +1"), 33,
	       "or under none; sizes in KiB, if so wanted");
	close_press(&press);
}

/* What is wider than its column moves the others: nothing is cut, nothing runs together. */
static void test_list_wide(void)
{
	struct press press;
	struct stage stage;

	set_stage(&stage);
	set_name(stage.victims[0].comm, "a name of more than fifteen bytes");
	stage.victims[0].pid = 4194304000;
	stage.report.victim_count = 1;
	open_press(&press, WHY_LIST);
	why_show(&press.printer, &stage.shown);
	tap_has(press.text, " 4194304000 a name of more than fifteen bytes asker           -\n",
		"a wide cell is whole");
	close_press(&press);
}

static void test_tasks(void)
{
	struct error err;
	struct press press;
	struct stage stage;

	set_stage(&stage);
	stage.order[0] = 1;
	stage.order[1] = 0;
	open_press(&press, WHY_TASKS);
	press.output.unit = SIZE_BYTES;
	task_column_parse("pid,name,rss,rss", &press.output.columns, &err);
	tap_is(why_show(&press.printer, &stage.shown), 0, "tasks are shown");
	tap_has(press.text, "from kern.log\nPID NAME           RSS        RSS\n"
		"101 task 1   536870912  536870912\n100 task 0  1073741824 1073741824\n",
		"in the order of the ranking, with the columns that are wanted");
	tap_is(lines_of(press.text), TASKS + 2, "all of them");
	tap_has(press.text, "115 sshd         32768      32768\n", "also those that are exempt");
	press.output.tasks = 3;
	why_show(&press.printer, &stage.shown);
	tap_is(lines_of(press.text), TASKS + 2 + 1 + 5, "or the worst, behind a blank line");
	close_press(&press);
	open_press(&press, WHY_TASKS);
	press.output.tasks = 2;
	press.output.headings = false;
	why_show(&press.printer, &stage.shown);
	why_show(&press.printer, &stage.shown);
	tap_is(lines_of(press.text), 4, "without headings there is nothing but rows");
	tap_has(press.text, "2 101 task 1 512M ", "of the default columns");
	close_press(&press);
}

/* The record of SHOWN, parsed, after a look at its line. */
static struct json_object *record_of(const struct why_case *shown, const char *name)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *record;
	char *repaired, *escaped;
	struct press press;

	open_press(&press, WHY_JSON);
	tap_is(why_show(&press.printer, shown), 0, name);
	tap_ok(press.size && strchr(press.text, '\n') == press.text + press.size - 1,
	       "%s: one line, flushed", name);
	press.text[press.size - 1] = '\0';
	tap_ok(is_plain(press.text), "%s: no control characters", name);
	repaired = utf8_repair(press.text);
	escaped = utf8_escape(press.text);
	tap_is_text(press.text, repaired, "in UTF-8");
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	record = json_tokener_parse_ex(tokener, escaped, (int)strlen(escaped) + 1);
	tap_ok(record && json_tokener_get_error(tokener) == json_tokener_success,
	       "%s: strict JSON", name);
	json_tokener_free(tokener);
	free(repaired);
	free(escaped);
	close_press(&press);
	return record;
}

/*
 * Checks the field at PATH ("trigger.pid", "tasks.0.rank"), given as JSON text, "(none)" for a
 * field that is not there.
 */
static void field_is(struct json_object *record, const char *path, const char *wanted)
{
	const char *got = "(none)";
	char pointer[128];

	snprintf(pointer, sizeof(pointer), "/%s", path);
	for (char *dot; (dot = strchr(pointer, '.'));)
		*dot = '/';
	if (json_pointer_get(record, pointer, &record) == 0)
		got = json_object_to_json_string_ext(record, JSON_C_TO_STRING_PLAIN |
						     JSON_C_TO_STRING_NOSLASHESCAPE);
	tap_is_text(got, wanted, path);
}

struct field {
	const char *path, *value;
};

static void fields_are(struct json_object *record, const struct field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++)
		field_is(record, fields[i].path, fields[i].value);
}

static void test_json(void)
{
	static const struct field fields[] = {
		{ "record", "\"oom\"" }, { "number", "2" }, { "source", "\"kern.log\"" },
		{ "time", "\"2023-11-14T22:13:20.250000Z\"" }, { "time_guessed", "false" },
		{ "time_raw", "\"[ 7283.481043]\"" }, { "monotonic_ns", "7283481043000" },
		{ "host", "\"web1\"" }, { "kernel", "\"6.1.0-18-amd64\"" },
		{ "scope", "\"global\"" },
		{ "trigger", "{\"comm\":\"asker\",\"pid\":4711,\"uid\":null,\"cpu\":null,"
		  "\"oom_score_adj\":0,\"oom_adj\":null}" },
		{ "gfp_mask", "\"0x140dca(GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO)\"" },
		{ "gfp_flags", "[\"GFP_HIGHUSER_MOVABLE\",\"__GFP_COMP\",\"__GFP_ZERO\"]" },
		{ "order", "0" }, { "page_size", "4096" }, { "tasks_listed", "16" },
		{ "tasks.0", "{\"pid\":100,\"tgid\":100,\"uid\":1000,\"comm\":\"task 0\","
		  "\"total_vm\":4294967296,\"rss\":1073741824,\"rss_anon\":null,\"rss_file\":null,"
		  "\"rss_shmem\":null,\"swap\":0,\"pgtables\":65536,\"oom_score_adj\":0,"
		  "\"badness\":262144,\"rank\":1}" },
		{ "tasks.15.badness", "null" }, { "tasks.15.rank", "null" },
		{ "tasks.16", "(none)" },
		{ "victims.0", "{\"pid\":100,\"comm\":\"task 0\",\"uid\":1000,"
		  "\"total_vm\":4294967296,\"anon\":1072693248,\"file\":0,\"shmem\":1048576,"
		  "\"pgtables\":65536,\"oom_score_adj\":0,\"score\":null,\"reaped\":{\"anon\":0,"
		  "\"file\":0,\"shmem\":1048576,\"failed\":false,\"time_raw\":null},"
		  "\"repeated\":false,\"presumed\":false,\"time_raw\":null}" },
		{ "victims.1.repeated", "true" }, { "victims.1.reaped", "null" },
		{ "why", "{\"rank_of_victim\":1,\"agrees\":true,\"note\":\"It is the worst.\"}" },
		{ "ranking.rule", "\"signed\"" }, { "ranking.total_pages", "524288" },
		{ "ranking.candidates", "14" }, { "ranking.exempt", "2" },
		{ "ranking.sums.19", "{\"comm\":\"task\",\"tasks\":2,\"held\":1073741805}" },
		{ "ranking.sums.20", "(none)" }, { "truncated", "false" },
		{ "explanation", "\"In short: The machine ran out: task 0 (pid 100) was killed."
		  "\\nWho asked: asker (pid 4711) asked for one page of 4.0 KiB: memory for user "
		  "space. It is not the one that was killed.\\nWhat to do: Look at task 0."
		  "\\nWhat to do: Add swap.\"" },
	};
	struct json_object *record;
	struct stage stage;

	set_stage(&stage);
	record = record_of(&stage.shown, "a report");
	fields_are(record, fields, ARRAY_SIZE(fields));
	json_object_put(record);
}

/* What the machine and a cgroup had; names of figures that mean something else already. */
static void set_memory(struct stage *stage)
{
	struct oom_report *report = &stage->report;
	const struct oom_figures figures = { stage->figures, 4 };

	stage->figures[0] = (struct oom_figure){ "free", 4 * MIB };
	stage->figures[1] = (struct oom_figure){ "free", 5 * MIB };
	stage->figures[2] = (struct oom_figure){ "node", UINT64_MAX };
	stage->figures[3] = (struct oom_figure){ "ram\xff\x1b", 1 };
	report->memory = figures;
	report->ram = 2 * GIB;
	stage->node = (struct oom_node){ 1, figures };
	report->nodes = &stage->node;
	stage->zone = (struct oom_zone){ 1, "DMA32", figures, true, { 7, 8, UINT64_MAX },
					{ 0 } };
	report->zones = &stage->zone;
	stage->huge = (struct oom_huge){ 0, 9, 8, 0, 2 * MIB };
	report->huge = &stage->huge;
	report->node_count = report->zone_count = report->huge_count = 1;
	stage->slab = (struct oom_cache){ "kmalloc-1k", MIB, 2 * MIB };
	report->slabs = (struct oom_caches){ &stage->slab, 1 };
	stage->allocation = (struct oom_cache){ "mm/slub.c:1 func:x", MIB, OOM_UNKNOWN };
	report->allocations = (struct oom_caches){ &stage->allocation, 1 };
	report->scope = OOM_SCOPE_MEMCG;
	report->memcg.path = (char *)"/system.slice/web.service";
	report->memcg.memory = (struct oom_counter){ 32 * MIB, 32 * MIB, 12, false };
	report->memcg.swap = (struct oom_counter){ 0, UINT64_MAX - 1, 0, true };
	report->memcg.stats = figures;
	report->cut_end = true;
}

static void test_json_memory(void)
{
	static const struct field fields[] = {
		{ "memory", "{\"ram\":2147483648,\"ram_reserved\":null,\"ram_highmem\":null,"
		  "\"ram_cma\":null,\"ram_hwpoisoned\":null,\"swap_total\":null,"
		  "\"swap_free\":null,\"swapcache\":null,\"pagecache\":null,\"free\":4194304,"
		  "\"node\":null,\"ram\xef\xbf\xbd\\u001b\":1}" },
		{ "nodes", "[{\"node\":1,\"free\":4194304,\"ram\xef\xbf\xbd\\u001b\":1}]" },
		{ "zones", "[{\"node\":1,\"zone\":\"DMA32\",\"blocks\":[7,8,null,0,0,0,0,0,0,0,0,"
		  "0,0,0,0,0],\"free\":4194304,\"ram\xef\xbf\xbd\\u001b\":1}]" },
		{ "hugepages", "[{\"node\":0,\"total\":9,\"free\":8,\"surplus\":0,"
		  "\"page_size\":2097152}]" },
		{ "slabs", "[{\"name\":\"kmalloc-1k\",\"used\":1048576,\"total\":2097152}]" },
		{ "allocations", "[{\"name\":\"mm/slub.c:1 func:x\",\"used\":1048576,"
		  "\"total\":null}]" },
		{ "memcg.path", "\"/system.slice/web.service\"" }, { "memcg.limit", "33554432" },
		{ "memcg.usage", "33554432" }, { "memcg.failcnt", "12" },
		{ "memcg.unlimited", "false" },
		{ "memcg.swap", "{\"limit\":null,\"unlimited\":true,\"usage\":0,\"failcnt\":0}" },
		{ "memcg.memsw", "null" }, { "memcg.stats.free", "4194304" },
		{ "memcg.owner.unit", "\"web.service\"" }, { "memcg.task_owner", "null" },
		{ "truncated", "true" }, { "cut_start", "false" }, { "cut_end", "true" },
	};
	struct json_object *record;
	struct stage stage;

	set_stage(&stage);
	set_memory(&stage);
	record = record_of(&stage.shown, "a report of a cgroup");
	fields_are(record, fields, ARRAY_SIZE(fields));
	json_object_put(record);
}

/* Tables up to 2.6.35 have a scale of their own. */
static void test_json_old(void)
{
	struct json_object *record;
	struct stage stage;

	set_stage(&stage);
	stage.report.columns = (struct oom_columns){ .old_adj = true };
	stage.tasks[0].adj = -17;
	record = record_of(&stage.shown, "an old report");
	field_is(record, "tasks.0.oom_score_adj", "null");
	field_is(record, "tasks.0.oom_adj", "-17");
	json_object_put(record);
}

/* The names that are an interface are there, whatever the log says. */
static void test_json_unknown(void)
{
	static const struct field fields[] = {
		{ "time", "null" }, { "time_guessed", "null" }, { "time_raw", "null" },
		{ "monotonic_ns", "null" }, { "kernel", "null" }, { "scope", "\"unknown\"" },
		{ "constraint", "null" }, { "trigger.comm", "null" }, { "trigger.pid", "null" },
		{ "trigger.oom_score_adj", "null" }, { "gfp_mask", "null" },
		{ "gfp_flags", "null" },
		{ "order", "null" }, { "memcg.path", "null" }, { "memcg.limit", "null" },
		{ "memcg.usage", "null" }, { "memcg.failcnt", "null" }, { "memcg.owner", "null" },
		{ "tasks_listed", "null" }, { "tasks", "null" }, { "victims", "[]" },
		{ "why", "{\"rank_of_victim\":null,\"agrees\":null,\"note\":null}" },
		{ "truncated", "false" }, { "explanation", "null" }, { "panic", "null" },
		{ "choice", "null" }, { "decided", "null" }, { "memory.ram", "null" },
		{ "ranking.rule", "null" }, { "ranking.total_pages", "null" },
	};
	struct json_object *record;
	struct stage stage;

	set_empty_stage(&stage);
	record = record_of(&stage.shown, "an empty report");
	fields_are(record, fields, ARRAY_SIZE(fields));
	json_object_put(record);
}

/* Each form shows an empty report, and a second one. */
static void test_unknown(void)
{
	struct press press;
	struct stage stage;

	set_empty_stage(&stage);
	for (enum why_form form = WHY_TEXT; form <= WHY_QUIET; form++) {
		open_press(&press, form);
		tap_is(why_show(&press.printer, &stage.shown), 0, "an empty report is shown");
		tap_is(why_show(&press.printer, &stage.shown), 0, "and another");
		fflush(press.printer.stream);
		tap_ok((form == WHY_QUIET) == !press.size, "unless all shall be quiet");
		tap_ok(form != WHY_LIST || column_of(press.text, "unknown       -       - -      "
						     "            -               -\n") == 20,
		       "in the list each cell has something");
		close_press(&press);
	}
}

/* The log is in somebody else's hands: names, paths, times, hosts. */
static void set_evil_stage(struct stage *stage)
{
	struct oom_report *report = &stage->report;

	set_stage(stage);
	for (size_t i = 0; i < TASKS; i++)
		set_name(stage->tasks[i].comm, i % 2 ? EVIL : EVIL EVIL);
	set_name(stage->victims[0].comm, EVIL);
	set_name(report->trigger.comm, EVIL);
	set_name(report->selected.comm, EVIL);
	report->selected.pid = 100;
	report->choice.present = true;
	set_name(report->choice.comm, EVIL);
	snprintf(report->time.raw, sizeof(report->time.raw), "%s", EVIL);
	report->time.has_wall = false;
	report->host = report->kernel = report->machine = report->panic = (char *)EVIL;
	report->constraint = report->gfp_mask = report->cpuset = (char *)EVIL;
	report->memcg.path = report->memcg.task_path = report->group_path = (char *)"/a" EVIL;
	stage->shown.source = EVIL;
	stage->sums[0].comm = EVIL;
	report->tasks_listed = SIZE_MAX;
	report->order = INT64_MAX;
	stage->tasks[0].rss = stage->tasks[0].swap = UINT64_MAX - 1;
	stage->victims[0].anon = UINT64_MAX - 1;
	stage->tasks[1].pid = INT64_MAX;
	stage->tasks[2].badness = INT64_MIN + 1;
}

static void test_hostile(void)
{
	static const enum why_form forms[] = { WHY_TEXT, WHY_LIST, WHY_TASKS };
	struct json_object *record;
	struct press press;
	struct stage stage;

	set_evil_stage(&stage);
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		open_press(&press, forms[i]);
		tap_is(why_show(&press.printer, &stage.shown), 0, "a hostile report is shown");
		tap_ok(is_plain(press.text), "without control characters");
		tap_ok(!strpbrk(press.text, "\xc2\xe2\xff"),
		       "nor bytes that may be some elsewhere");
		tap_has(press.text, "\\x1b[2J", "but for eyes");
		tap_ok(!strstr(press.text, "\\x5cx1b"), "escaped once");
		tap_ok(forms[i] != WHY_TEXT || widest_line(press.text) <= 80, "and cut to fit");
		close_press(&press);
	}
	record = record_of(&stage.shown, "a hostile report");
	field_is(record, "panic", "\"\\u001b[2J\\u001b]0;x\\u0007\xc2\x9b\xe2\x80\xae"
		 "\xef\xbf\xbd\\n\\\\ \\\"\"");
	field_is(record, "tasks.0.rss", "null");
	field_is(record, "tasks.1.pid", "9223372036854775807");
	field_is(record, "tasks_listed", "null");
	json_object_put(record);
}

/* What json-c leaves as it is and a terminal would obey. */
static void test_json_harmless(void)
{
	struct stage stage;
	struct press press;

	set_empty_stage(&stage);
	stage.report.panic = (char *)"\x7f|\xc2\x9b|\xe2\x80\xae|\xc3\xa9|\xf0\x9f\x98\x80";
	open_press(&press, WHY_JSON);
	why_show(&press.printer, &stage.shown);
	tap_has(press.text, "\"panic\":\"\\u007f|\\u009b|\\u202e|\xc3\xa9|\xf0\x9f\x98\x80\"",
		"is escaped, and other UTF-8 is not");
	close_press(&press);
}

static void test_utf8(void)
{
	struct press press;
	struct stage stage;

	set_stage(&stage);
	set_name(stage.tasks[0].comm, "gr\xc3\xbcn");
	set_name(stage.victims[0].comm, "gr\xc3\xbcn");
	set_name(stage.tasks[1].comm, "\xe6\x97\xa5\xe6\x9c\xac");
	if (!setlocale(LC_CTYPE, "C.UTF-8")) {
		tap_skip("names in UTF-8", "there is no C.UTF-8");
		return;
	}
	open_press(&press, WHY_TASKS);
	press.output.tasks = 3;
	why_show(&press.printer, &stage.shown);
	tap_has(press.text, " 100 gr\xc3\xbcn   1.0G ", "UTF-8 is shown as it is");
	tap_has(press.text, " 101 \xe6\x97\xa5\xe6\x9c\xac   512M ", "and measured in columns");
	close_press(&press);
	open_press(&press, WHY_LIST);
	why_show(&press.printer, &stage.shown);
	tap_has(press.text, " gr\xc3\xbcn               asker ", "in the list too");
	close_press(&press);
	set_evil_stage(&stage);
	open_press(&press, WHY_TEXT);
	why_show(&press.printer, &stage.shown);
	tap_ok(is_plain(press.text) && !strstr(press.text, "\xc2\x9b") &&
	       !strstr(press.text, "\xe2\x80\xae"), "but nothing that steers or deceives");
	close_press(&press);
	setlocale(LC_CTYPE, "C");
}

/* What cannot be written is an error, in each form and whether the buffer holds it or not. */
static void test_errors(void)
{
	struct press press = { .output = { .headings = true, .columns = task_column_default() } };
	struct stage stage;
	int ends[2];

	set_stage(&stage);
	signal(SIGPIPE, SIG_IGN);
	for (enum why_form form = WHY_TEXT; form < WHY_QUIET; form++) {
		press.output.form = form;
		why_open(&press.printer, &press.output, fopen("/dev/full", "w"));
		tap_is(why_show(&press.printer, &stage.shown), -ENOSPC, "no space is an error");
		fclose(press.printer.stream);
		if (pipe(ends) < 0)
			continue;
		close(ends[0]);
		why_open(&press.printer, &press.output, fdopen(ends[1], "w"));
		tap_is(why_show(&press.printer, &stage.shown), -EPIPE, "no reader is one");
		tap_is(why_show(&press.printer, &stage.shown), -EPIPE, "the next time too");
		fclose(press.printer.stream);
	}
}

/* A terminal of COLUMNS; its other end in *ret_master. NULL: there is none. */
static FILE *open_terminal(unsigned short columns, int *ret_master)
{
	struct winsize size = { .ws_row = 24, .ws_col = columns };
	int slave;

	*ret_master = posix_openpt(O_RDWR | O_NOCTTY);
	if (*ret_master < 0 || grantpt(*ret_master) < 0 || unlockpt(*ret_master) < 0)
		return NULL;
	slave = open(ptsname(*ret_master), O_RDWR | O_NOCTTY);
	if (slave < 0 || ioctl(slave, TIOCSWINSZ, &size) < 0)
		return NULL;
	return fdopen(slave, "w");
}

/* All that was written to the closed terminal of MASTER; one read may get less than that. */
static void read_terminal(int master, char text[static 8192])
{
	size_t length = 0;
	ssize_t got;

	while (length < 8191 && (got = read(master, text + length, 8191 - length)) > 0)
		length += (size_t)got;
	text[length] = '\0';
}

/* What the terminal of COLUMNS gets; it holds a page. */
static const char *shown_on_terminal(const struct stage *stage, enum why_form form,
				     unsigned short columns, char text[static 8192])
{
	struct why_output output = { .form = form, .verbose = true, .unit = SIZE_HUMAN,
				     .headings = true };
	struct why_printer printer;
	int master;
	FILE *terminal = open_terminal(columns, &master);

	if (!terminal)
		return NULL;
	why_open(&printer, &output, terminal);
	tap_is(why_show(&printer, &stage->shown), 0, "a terminal takes a report");
	fclose(terminal);
	read_terminal(master, text);
	close(master);
	return text;
}

static void test_terminal(void)
{
	struct press press;
	struct stage stage;
	char text[8192];

	set_stage(&stage);
	stage.report.memcg.path = (char *)"/kubepods.slice/kubepods-burstable.slice/"
					  "cri-9f02.scope";
	stage.report.task_count = 0;
	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
	if (!shown_on_terminal(&stage, WHY_TEXT, 50, text)) {
		tap_skip("on a terminal", "there are no pseudo-terminals");
		return;
	}
	tap_ok(!strncmp(text, WHY_BOLD "Report 2: ", 14), "a terminal gets colour");
	tap_has(text, WHY_BOLD "Who asked" WHY_PLAIN "\r\n  asker (pid 4711) asked for one page "
		"of 4.0 KiB:\r\n  memory for", "and lines of its own width");
	setenv("NO_COLOR", "1", 1);
	tap_ok(!strchr(shown_on_terminal(&stage, WHY_TEXT, 50, text), '\x1b'),
	       "not with NO_COLOR");
	setenv("NO_COLOR", "", 1);
	tap_ok(strchr(shown_on_terminal(&stage, WHY_TEXT, 50, text), '\x1b'),
	       "unless it is empty");
	setenv("TERM", "dumb", 1);
	tap_ok(!strchr(shown_on_terminal(&stage, WHY_TEXT, 50, text), '\x1b'), "nor a dumb one");
	shown_on_terminal(&stage, WHY_LIST, 110, text);
	tap_has(text, " asker           ...rstable.slice/cri-9f02.scope\r\n",
		"of a path the end is shown");
	tap_has(shown_on_terminal(&stage, WHY_LIST, 80, text), " ...ri-9f02.scope\r\n",
		"also where there is little room for it");
	tap_ok(widest_line(text) <= 81, "within 80 columns");
	snprintf(stage.report.trigger.comm, sizeof(stage.report.trigger.comm),
		 "systemd-journal");
	tap_has(shown_on_terminal(&stage, WHY_LIST, 80, text), " systemd~ ...ri-9f02.scope\r\n",
		"a name that is cut says so");
	tap_has(shown_on_terminal(&stage, WHY_LIST, 110, text), " systemd-journal ",
		"where there is room it is whole");
	setenv("COLUMNS", "80", 1);
	open_press(&press, WHY_LIST);
	why_show(&press.printer, &stage.shown);
	tap_has(press.text, " systemd-journal /kubepods.slice/kubepods-burstable.slice/",
		"and in a pipe, however narrow");
	close_press(&press);
	unsetenv("COLUMNS");
	tap_ok(!strchr(text, '\x1b') && strstr(text, " CGROUP\r\n"), "with its heading");
}

int main(void)
{
	unsetenv("COLUMNS");
	setenv("TZ", "UTC", 1);
	test_text();
	test_text_brief();
	test_text_brief_path();
	test_text_widths();
	test_text_colour();
	test_text_unranked();
	test_list();
	test_list_wide();
	test_tasks();
	test_json();
	test_json_memory();
	test_json_old();
	test_json_unknown();
	test_json_harmless();
	test_unknown();
	test_hostile();
	test_utf8();
	test_errors();
	test_terminal();
	return tap_done();
}
