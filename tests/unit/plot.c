/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plot.c - names of pictures, rows that are kept, and the programs that draw them */
#include <config.h>

#include <errno.h>
#include <locale.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../tap.h"
#include "plot/plot.h"
#include "verdict/watch.h"

#define KIB UINT64_C(1024)
#define MIB (KIB * KIB)
#define GIB (KIB * MIB)
#define MS UINT64_C(1000000)
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static struct host host = { .name = "vm", .kernel = "6.18.0", .time = "2026-11-24T15:59:06Z" };
static struct workload workload;
static struct verdict verdict;

static const struct {
	const char *file;
	int kind;		/* -1: none */
} names[] = {
	{ "-", PICTURE_TEXT }, { "a.svg", PICTURE_SVG }, { "a.png", PICTURE_PNG },
	{ "a.pdf", PICTURE_PDF }, { "/b/c.d/a.PNG", PICTURE_PNG }, { "./a.b.Svg", PICTURE_SVG },
	{ "a", -1 }, { "", -1 }, { ".png", -1 }, { "a.png/b", -1 }, { "b/.svg", -1 }, { "a.", -1 },
	{ "a.jpg", -1 }, { "a.svgz", -1 }, { "a.svg ", -1 }, { "--", -1 }, { "png", -1 },
};

static void test_names(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct error err = { 0 };
		enum picture_kind kind = 99;
		int r = picture_kind_of(names[i].file, &kind, &err);

		if (names[i].kind >= 0)
			tap_ok(r == 0 && (int)kind == names[i].kind, "'%s' has its kind",
			       names[i].file);
		else
			tap_ok(r == -EINVAL && kind == 99 && err.message[0] && err.hint[0],
			       "'%s' is refused", names[i].file);
	}
}

static struct recording make_recording(uint64_t limit)
{
	workload = (struct workload){
		.region = { .bytes = 64 * MIB, .backing = REGION_PRIVATE },
		.touch_params.access = TOUCH_WRITE, .page_size = 4096, .touch = 64 * MIB,
		.passes = 1, .threads = 1,
	};
	return (struct recording){ .workload = &workload, .host = &host, .limit = limit };
}

static struct sample make_sample(uint64_t seq, uint64_t touched)
{
	struct sample sample = sample_blank(7);

	sample.seq = seq;
	sample.elapsed_ns = seq * 10 * MS;
	sample.touched = touched;
	sample.vsz = 72 * MIB;
	sample.rss = 2 * MIB + touched;
	sample.grew = (int64_t)touched;
	sample.minflt = 40 + touched / 4096;
	return sample;
}

/* Touches up to MOST in steps of EVERY; the row numbers go on behind those that are there. */
static void touch(struct recording *recording, uint64_t most, uint64_t every)
{
	for (uint64_t touched = 0; touched <= most; touched += every) {
		struct sample sample = make_sample(recording->moments, touched);

		if (recording_add(recording, &sample) < 0)
			exit(99);
	}
}

/* A row of the last step, or of one behind it that has another NAME. */
static void add_step(struct recording *recording, const char *name, uint64_t rss)
{
	struct sample sample = make_sample(recording->moments, 64 * MIB);
	size_t count = workload.step_count;
	struct error err;

	if (!count || strcmp(workload.steps[count - 1].name, name) != 0) {
		if (count < STEPS_MAX && step_parse(name, &workload.steps[count], &err) < 0)
			snprintf(workload.steps[count].name, SAMPLE_STEP_MAX, "%s", name);
		if (count < STEPS_MAX && !workload.steps[count].part.permyriad)
			workload.steps[count].bytes = workload.steps[count].part.bytes;
		workload.step_count += count < STEPS_MAX;
	}
	sample.step = STEP_THEN;
	sample.step_number = workload.step_count - 1;
	snprintf(sample.name, sizeof(sample.name), "%s", name);
	sample.rss = rss;
	if (recording_add(recording, &sample) < 0)
		exit(99);
}

static void add_child(struct recording *recording, uint64_t pid, uint64_t rss)
{
	struct sample sample = recording->rows[recording->count - 1].sample;

	sample.of_child = true;
	sample.pid = pid;
	sample.rss = rss;
	if (recording_add(recording, &sample) < 0)
		exit(99);
}

static void end(struct recording *recording, enum outcome outcome, int signal, uint64_t touched)
{
	verdict = (struct verdict){ .outcome = outcome, .signal = signal, .touched = touched,
				    .limit = SAMPLE_MISSING };
	recording->verdict = &verdict;
	recording->outcome = verdict_outcome_name(outcome);
}

/*
 * The program for RECORDING, for the caller to free. LIST: columns, or NULL for the usual ones;
 * TEXT: on a terminal of 80 by 24, not in a file.
 */
static char *draw_on(const struct recording *recording, const char *list, enum plot_x x, bool text)
{
	struct column_choice choice = column_choice_default(false);
	struct plot_request request = { .x = x, .kind = text ? PICTURE_TEXT : PICTURE_SVG };
	struct error err;
	char *script = NULL;
	size_t length;
	FILE *stream;

	if (list && column_choice_parse(list, false, &choice, &err) < 0)
		exit(99);
	stream = open_memstream(&script, &length);
	if (!stream || script_write(stream, recording, &request, &choice, 80, 24) < 0)
		exit(99);
	fclose(stream);
	return script;
}

static char *draw(const struct recording *recording, const char *list, enum plot_x x)
{
	return draw_on(recording, list, x, false);
}

/* What gnuplot, if there is one, makes of EXPRESSION when it has carried SCRIPT out. */
static void evaluates(const char *script, const char *expression, double wanted, const char *name)
{
	char path[] = "/tmp/pagetouch-plot.XXXXXX", command[256];
	int fd = mkstemp(path);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
	double value = 0;

	if (!file)
		exit(99);
	fprintf(file, "%sset print '-'\nprint sprintf('result %%.3f', %s)\n", script, expression);
	fclose(file);
	snprintf(command, sizeof(command), "command -v gnuplot >/dev/null || echo none; "
		 "gnuplot --default-settings %s 2>&1 | sed -n 's/^.*result //p'", path);
	file = popen(command, "r");
	if (file && fscanf(file, "%lf", &value) == 1)
		tap_ok(value == wanted, "%s: %s is %g", name, expression, value);
	else if (file && fgetc(file) == 'n')
		tap_skip(name, "there is no gnuplot");
	else
		tap_ok(false, "%s: gnuplot says nothing", name);
	pclose(file);
	unlink(path);
}

/* The points of BLOCK in SCRIPT, in units of X and, of y, in MiB; an empty line is a gap. */
static const char *points(const char *script, const char *block, double x)
{
	static char text[1024];
	char head[32];
	size_t used = 0;
	int length = snprintf(head, sizeof(head), "\n%s << EOD\n", block);
	const char *line = strstr(script, head);

	for (line = line ? line + length : "EOD"; strncmp(line, "EOD", 3) != 0;
	     line = strchr(line, '\n') + 1) {
		double at[2];

		if (sscanf(line, "%lf %lf", &at[0], &at[1]) == 2 && *line != '\n')
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%g %g\n",
						 at[0] / x, at[1] / MIB);
		else
			used += (size_t)snprintf(text + used, sizeof(text) - used, "\n");
	}
	text[used] = '\0';
	return text;
}

static void test_plain(void)
{
	struct recording recording = make_recording(SAMPLE_MISSING);
	char *script;

	touch(&recording, 64 * MIB, 32 * MIB);
	end(&recording, OUTCOME_COMPLETED, 0, 64 * MIB);
	script = draw(&recording, NULL, PLOT_X_AUTO);
	tap_has(script, "\nalong = 'touched'\n",
		"a run that touches once is drawn over touched bytes");
	tap_has(script, "\ntitle = \"pagetouch: 64.0 MiB private\"\n"
		"subtitle = \"vm, Linux 6.18.0, 2026-11-24T15:59:06Z\"\n",
		"the title says what, where and when");
	tap_has(script, "\nset xlabel along.(x_name eq '' ? '' : ' ('.x_name.')')\n",
		"and a unit");
	tap_has(script, "\nset ylabel 'memory ('.name(high).')'\n", "the y axis has a unit");
	tap_is_text(points(script, "$curve0", MIB), "0 2\n32 34\n64 66\n", "rows of RSS");
	tap_is_text(points(script, "$curve1", MIB), "0 72\n32 72\n64 72\n", "and of VSZ");
	tap_has(script, "$curve0 using (x($1)):(y($2)) lt 1 dt 1 title 'RSS'", "RSS, solid");
	tap_has(script, "$curve1 using (x($1)):(y($2)) lt 2 dt 2 title 'VSZ'", "VSZ, dashed");
	tap_has(script, "\nmarked = 1\n", "with a mark on each row");
	tap_has(script, "\nend = \"completed\"\n", "the end has a name");
	tap_has(script, "ls 1 title end\n", "in the legend");
	tap_ok(!strstr(script, "GREW") && !strstr(script, "MINFLT") &&
	       strstr(script, "\nlimits = 0\n"),
	       "nothing that was not asked for");
	tap_ok(!strstr(script, "set arrow from first"), "no step is marked when there is but one");
	tap_has(script, "\nx_end = 67108864\n", "the x axis reaches as far as the curves");
	evaluates(script, "high", 72 * MIB, "so does the y axis");
	evaluates(script, "low", 0, "from 0 on");
	evaluates(script, "right", 0, "without one at the right");
	evaluates(script, "broken", 0, "and whole");
	free(script);
	recording_free(&recording);
}

static void test_columns(void)
{
	struct recording recording = make_recording(SAMPLE_MISSING);
	char *script;

	touch(&recording, 64 * MIB, 32 * MIB);
	recording.rows[0].sample.pss = MIB;
	recording.rows[2].sample.pss = 65 * MIB;
	script = draw(&recording, "+PSS,MINFLT", PLOT_X_AUTO);
	tap_is_text(points(script, "$curve2", MIB), "0 1\n64 65\n",
		    "a column that was appended, without what was not read");
	tap_has(script, "$curve3 << EOD\n0 40\n33554432 8232\n67108864 16424\nEOD\n",
		"and another");
	tap_has(script, "$curve3 using (x($1)):2 axes x1y2", "counts have an axis of their own");
	tap_has(script, "title 'MINFLT (right)'", "which the legend says");
	evaluates(script, "right", 16424, "which reaches as far as they do");
	tap_has(script, "\nend = \"the record ends here\"\n", "without a verdict");
	free(script);
	script = draw(&recording, "TIME,TOUCHED,GREW,STEP,PID,USS", PLOT_X_AUTO);
	tap_ok(strstr(script, "$curve2 <<") && !strstr(script, "$curve3 <<"),
	       "RSS, VSZ and GREW; TOUCHED is the axis; USS was not read");
	free(script);
	script = draw(&recording, "TOUCHED", PLOT_X_TIME);
	tap_has(script, "\nalong = 'time'\n", "time can be asked for");
	tap_has(script, "title 'TOUCHED'", "over which TOUCHED is a curve");
	free(script);
	script = draw(&recording, NULL, PLOT_X_ROW);
	tap_is_text(points(script, "$curve0", 1), "0 2\n1 34\n2 66\n",
		    "so can the number of the row");
	free(script);
	recording_free(&recording);
}

static void test_killed(void)
{
	struct recording recording = make_recording(32 * MIB);
	char *script;

	touch(&recording, 28 * MIB, 4 * MIB);
	end(&recording, OUTCOME_OOM_SANDBOX, 9, 31 * MIB);
	script = draw(&recording, NULL, PLOT_X_AUTO);
	tap_has(script, "limit 32.0 MiB\"\n", "the limit is in the title");
	tap_has(script, "title (limited ? 'limit 32.0 MiB' : '')", "and in the legend");
	evaluates(script, "limited", 1, "since it is near");
	tap_is_text(points(script, "$limit", MIB), "-0.96 32\n64.96 32\n", "and a line");
	tap_is_text(points(script, "$end", MIB), "28 30\n31 32\n",
		    "the end: what was touched since, up to the limit");
	tap_has(script, "title (estimated ? 'since the last row' : '')", "which the legend says");
	tap_has(script, "\nestimated = 1\n", "if there was something");
	tap_has(script,
		"\nset label end.\" at 31.0 MiB\" at first x(32505856), first y(end_y) left",
		"the kill has a label");
	tap_has(script, "\nend = \"oom-sandbox\"\nif (killed) { end = 'killed ('.end.')' }\n",
		"and is in the legend");
	tap_has(script, "\nkilled = 1\n", "as one");
	tap_has(script, "\nx_end = 67108864\n", "the axis goes as far as the run was to go");
	free(script);
	recording_free(&recording);
	recording = make_recording(512 * MIB);
	touch(&recording, 0, MIB);
	end(&recording, OUTCOME_OOM_SANDBOX, 9, 511 * MIB);
	script = draw(&recording, NULL, PLOT_X_AUTO);
	tap_is_text(points(script, "$end", MIB), "0 2\n511 512\n",
		    "a kill in the first interval has its place");
	free(script);
	recording_free(&recording);
}

/* A step changes the limit where it begins, and the line has a corner there. */
static void test_changed_limit(void)
{
	struct recording recording = make_recording(64 * MIB);
	char *script;

	touch(&recording, 32 * MIB, 16 * MIB);
	add_step(&recording, "high:1M", 8 * MIB);
	add_step(&recording, "limit:16777300", 8 * MIB);
	add_step(&recording, "limit:16777300", 8 * MIB);
	add_child(&recording, 8, 8 * MIB);
	recording.rows[recording.count - 1].sample.elapsed_ns += 5 * MS;
	add_step(&recording, "limit:24M", 8 * MIB);
	script = draw(&recording, NULL, PLOT_X_ROW);
	tap_is_text(points(script, "$limit", 1), "-0.09 64\n3 64\n3 16\n5 16\n5 24\n6.09 24\n",
		"each limit from its step on, in whole pages");
	tap_has(script, "title (limited ? 'limit' : ''),", "the legend has no size");
	tap_has(script, "limit 64.0 MiB\"\n", "but the title has the first");
	tap_has(script, "\nlimits = 3\n", "memory.high is another, the same step is none");
	free(script);
	script = draw(&recording, NULL, PLOT_X_TIME);
	tap_has(points(script, "$limit", MS), "\n30 64\n30 16\n50 16\n50 24\n",
		"over time, which a child does not make later");
	free(script);
	recording_free(&recording);
}

static void test_gaps_of_limit(void)
{
	struct recording recording = make_recording(UINT64_C(1) << 40);
	char *script;

	touch(&recording, 32 * MIB, 16 * MIB);
	add_step(&recording, "limit:24M", 8 * MIB);
	add_step(&recording, "limit:50%", 8 * MIB);
	add_step(&recording, "limit:1G", 8 * MIB);
	add_step(&recording, "limit:100M", 8 * MIB);
	add_step(&recording, "limit:50%", 8 * MIB);
	script = draw(&recording, NULL, PLOT_X_ROW);
	tap_is_text(points(script, "$limit", 1),
		    "-0.105 1.04858e+06\n2 1.04858e+06\n2 24\n3 24\n3 0\n4 0\n4 1024\n5 1024\n"
		    "5 100\n6 100\n6 0\n7.105 0\n", "a limit that is not known is 0");
	tap_has(script, "$limit using (x($1)):(shown($2) ? y($2) : NaN) with lines",
		"there are gaps");
	evaluates(script, "shown(0) + shown(1024 * 1024.0**2) + shown(1024 * 1024.0**3)", 0,
		  "where it is not known, or far above all else");
	evaluates(script, "shown(24 * 1024**2) + shown(100 * 1024**2)", 2, "but not elsewhere");
	evaluates(script, "high", 100 * MIB, "what is shown of it has room");
	free(script);
	end(&recording, OUTCOME_COMPLETED, 0, 32 * MIB);
	verdict.limit = 40 * MIB;
	script = draw(&recording, NULL, PLOT_X_ROW);
	tap_has(points(script, "$limit", 1), "6 100\n6 40\n7.105 40\n",
		"the limit at the end is known");
	free(script);
	recording_free(&recording);
	recording = make_recording(16 * MIB);
	touch(&recording, 0, MIB);
	add_step(&recording, "limit:12M", 2 * MIB);
	script = draw(&recording, NULL, PLOT_X_TOUCHED);
	tap_is_text(points(script, "$limit", MIB), "-0.96 16\n0 16\n0 12\n64.96 12\n",
		"changed before anything is touched");
	free(script);
	recording_free(&recording);
}

/* A step that was the end has no row: whether it has changed the limit was read. */
static void test_last_limit(void)
{
	struct recording recording = make_recording(64 * MIB);
	char *script;

	touch(&recording, 32 * MIB, 16 * MIB);
	end(&recording, OUTCOME_INTERRUPTED, 2, 32 * MIB);
	strcpy(verdict.step, "limit:20M");
	verdict.limit = 64 * MIB;
	script = draw(&recording, NULL, PLOT_X_ROW);
	tap_is_text(points(script, "$limit", 1), "-0.03 64\n2.03 64\n", "it has not");
	tap_has(script, "title (limited ? 'limit 64.0 MiB' : '')", "and the legend has the limit");
	free(script);
	verdict.limit = 20 * MIB;
	script = draw(&recording, NULL, PLOT_X_ROW);
	tap_has(points(script, "$limit", 1), "2 64\n2 20\n2.03 20\n", "it has");
	free(script);
	recording.limit = SAMPLE_MISSING;
	script = draw(&recording, NULL, PLOT_X_ROW);
	tap_is_text(points(script, "$limit", 1), "2 20\n2.03 20\n",
		    "there may have been none before");
	tap_has(script, "title (limited ? 'limit 20.0 MiB' : '')", "whose size is in the legend");
	free(script);
	recording_free(&recording);
}

/* A kill lies under the limit that there was, and its label not on it. */
static void test_kill_at_changed_limit(void)
{
	struct recording recording = make_recording(64 * MIB);
	struct step limit;
	struct error err;
	char *script;

	if (step_parse("limit:16M", &limit, &err) < 0)
		exit(99);
	limit.bytes = 16 * MIB;
	touch(&recording, 12 * MIB, 4 * MIB);
	end(&recording, OUTCOME_OOM_SANDBOX, 9, 31 * MIB);
	workload.steps[workload.step_count++] = limit;
	recording.rows[1].sample.step = STEP_THEN;
	script = draw(&recording, NULL, PLOT_X_ROW);
	tap_has(script, "\nend_y = 16777216\n", "no higher than the last limit");
	free(script);
	for (size_t i = 0; i < recording.count; i++)
		recording.rows[i].sample.rss = 14 * MIB;
	verdict.touched = 12 * MIB;
	verdict.limit = 16 * MIB;
	script = draw(&recording, NULL, PLOT_X_ROW);
	tap_has(script, " offset -0.8,above front", "the label is above the end");
	evaluates(script, "above", -1, "or below if no room between the end and the limit");
	verdict.limit = 40 * MIB;
	free(script);
	script = draw(&recording, NULL, PLOT_X_ROW);
	evaluates(script, "above", 1, "unless that is higher");
	free(script);
	recording_free(&recording);
}

/* Reading may grow nothing, and then the end is not drawn as if it had. */
static void test_flat(void)
{
	struct recording recording = make_recording(SAMPLE_MISSING);
	char *script;

	touch(&recording, 32 * MIB, 16 * MIB);
	for (size_t i = 0; i < recording.count; i++)
		recording.rows[i].sample.rss = 2 * MIB;
	end(&recording, OUTCOME_KILLED, 9, 40 * MIB);
	script = draw(&recording, NULL, PLOT_X_AUTO);
	tap_is_text(points(script, "$end", MIB), "32 2\n40 2\n",
		    "RSS that did not grow is not thought to have");
	evaluates(script, "broken", 1, "VSZ far above all else is drawn above a break");
	evaluates(script, "high", 2 * MIB, "which is above the others");
	evaluates(script, "y(72 * 1024**2) / top", 1.16, "where VSZ is");
	evaluates(script, "vsz", 72, "with its own tic");
	free(script);
	recording_free(&recording);
}

static void test_steps(void)
{
	struct recording recording = make_recording(SAMPLE_MISSING);
	const char *lines;
	char *script;

	touch(&recording, 64 * MIB, 16 * MIB);
	add_step(&recording, "dontneed", 2 * MIB);
	add_step(&recording, "fork", 2 * MIB);
	add_child(&recording, 8, MIB);
	add_step(&recording, "hold:1s", 2 * MIB);
	add_child(&recording, 8, MIB);
	add_child(&recording, 9, 3 * MIB);
	end(&recording, OUTCOME_COMPLETED, 0, 64 * MIB);
	script = draw(&recording, NULL, PLOT_X_AUTO);
	tap_has(script, "\nalong = 'time'\n", "steps are drawn over time");
	tap_has(script, "set label \"dontneed\" at first x(40000000),", "each is marked");
	tap_has(script, "set label \"fork\" at first x(50000000),", "one after the other");
	tap_has(script, "from first x(40000000), graph 0 to first x(40000000), graph 1.0000 ",
		"where the last row before it is");
	tap_has(script, "set label \"touch\" at first x(0),", "with its name");
	tap_has(script, "set label \"hold:1s\" at first x(60000000),", "and all their names");
	tap_is_text(points(script, "$curve2", MS), "60 1\n70 1\n", "a child has rows of its own");
	tap_is_text(points(script, "$curve3", MS), "70 3\n", "so has another one");
	tap_has(script, "title 'RSS, child 2'", "and a name in the legend");
	lines = strstr(script, "\nnames = ");
	tap_ok(lines && atof(lines + 9) > 1 && atof(lines + 9) < 12,
	       "the names have room above the curves");
	free(script);
	snprintf(verdict.step, sizeof(verdict.step), "touch:write");
	verdict.outcome = OUTCOME_OOM_SANDBOX;
	verdict.signal = 9;
	verdict.elapsed_ns = 200 * MS;
	script = draw(&recording, NULL, PLOT_X_AUTO);
	tap_has(script, "set label \"touch:write\" at first x(70000000),",
		"a step without a row, in which it ended");
	tap_has(script, "set label end.\" in touch:write\" at first x(200000000),", "and when");
	free(script);
	recording_free(&recording);
}

/* Wherever steps begin, no name covers another while there is room. */
static void test_many_steps(void)
{
	struct recording recording = make_recording(SAMPLE_MISSING);
	char *script, places[16][32] = { "" };
	int same = 0, count = 0;

	touch(&recording, 64 * MIB, 64 * MIB);
	for (int i = 0; i < 8; i++)
		add_step(&recording, i % 2 ? "touch:write" : "dontneed", 2 * MIB);
	for (size_t i = 0; i < recording.count; i++)
		recording.rows[i].sample.elapsed_ns = i < 2 ? 0 : i * 1000;
	recording.rows[recording.count - 1].sample.elapsed_ns = 1000 * MS;
	script = draw(&recording, NULL, PLOT_X_AUTO);
	/* "graph HEIGHT left" or "right" */
	for (char *at = script; count < 16 && (at = strstr(at, "set label \"")); count++) {
		at = strstr(at, ", graph ");
		snprintf(places[count], sizeof(places[0]), "%.*s", (int)strcspn(at + 2, "o"),
			 at + 2);
		for (int i = 0; i < count; i++)
			same += !strcmp(places[i], places[count]);
	}
	tap_is(count, 8, "all steps are marked");
	tap_is(same, 0, "steps that begin at once have their names below each other");
	free(script);
	recording_free(&recording);
}

static const char *const hostile[] = {
	"a'.system('id').'b",
	"`id`",
	"$(id)",
	"a\nsystem 'id'",
	"\\",
	"'",
	"''''",
	"'.system('id').'",
	"{/Symbol a}_b^c@d",
	"EOD\nplot x",
	"\x1b[2J",
	"\xff\xfe",
	"a\xe2\x80\xae b",
	"\"\\n!id",
	"\".system(\"id\").\"",
	"@title\\",
	"\\\"",
};

/*
 * From an opening double quote to behind the closing one; NULL: there is something in it that is
 * no text to gnuplot.
 */
static const char *skip_quoted(const char *text)
{
	for (text++; *text != '"'; text++) {
		bool octal = *text == '\\' && strspn(text + 1, "01234567") >= 3;

		if ((unsigned char)*text < ' ' || strchr("`@", *text) ||
		    (*text == '\\' && !octal && strncmp(text, "\\n\".cut", 7) != 0))
			return NULL;
	}
	return text + 1;
}

/* Whether SCRIPT, apart from its quoted texts, is what PLAIN is apart from them. */
static bool is_same_program(const char *script, const char *plain)
{
	while (script && plain && *script == *plain) {
		if (!*script)
			return true;
		if (*script == '"') {
			script = skip_quoted(script);
			plain = skip_quoted(plain);
		} else {
			script++;
			plain++;
		}
	}
	return false;
}

/* No text of a record is anything but text. */
static void test_hostile(void)
{
	struct recording recording = make_recording(SAMPLE_MISSING);
	struct host usual = host;
	char *plain, *script;

	touch(&recording, 64 * MIB, 32 * MIB);
	end(&recording, OUTCOME_KILLED, 9, 64 * MIB);
	plain = draw(&recording, NULL, PLOT_X_AUTO);
	for (size_t i = 0; i < ARRAY_SIZE(hostile); i++) {
		snprintf(host.name, sizeof(host.name), "%s", hostile[i]);
		recording.outcome = hostile[i];
		script = draw(&recording, NULL, PLOT_X_AUTO);
		if (!tap_ok(is_same_program(script, plain), "hostile text %zu is but text", i))
			printf("# %s\n", script);
		free(script);
	}
	host = usual;
	free(plain);
	recording_free(&recording);
}

static void test_text(void)
{
	struct recording recording = make_recording(SAMPLE_MISSING);
	char *script;

	touch(&recording, 64 * MIB, 32 * MIB);
	snprintf(host.name, sizeof(host.name), "h\xc3\xb6st");
	setlocale(LC_ALL, "C");
	script = draw_on(&recording, NULL, PLOT_X_AUTO, true);
	tap_has(script, "set terminal dumb nofeed mono noenhanced size 80,24\n",
		"a terminal's size");
	tap_has(script, "\"h\\134xc3\\134xb6st, Linux", "a locale without UTF-8");
	tap_has(script, "\nmarked = 0\n", "no marks on curves of text");
	free(script);
	script = draw(&recording, NULL, PLOT_X_AUTO);
	tap_has(script, "\"h\xc3\xb6st, Linux", "which matters to a terminal alone");
	free(script);
	memset(host.kernel, 'x', sizeof(host.kernel) - 1);
	if (setlocale(LC_ALL, "C.UTF-8")) {
		script = draw_on(&recording, NULL, PLOT_X_AUTO, true);
		tap_has(script, "\"h\xc3\xb6st, Linux xxxx", "a locale with it");
		free(script);
		setlocale(LC_ALL, "C");
	} else {
		tap_skip("a locale with it", "there is no C.UTF-8");
	}
	script = draw_on(&recording, NULL, PLOT_X_AUTO, true);
	tap_has(script, "\ntitle_width = 66\n", "gnuplot cuts what is too long for the title");
	free(script);
	snprintf(host.name, sizeof(host.name), "vm");
	snprintf(host.kernel, sizeof(host.kernel), "6.18.0");
	recording_free(&recording);
}

/* Rows that are kept of a run of COUNT, with a step of one row in its middle. */
static void test_thinning(uint64_t count)
{
	struct recording recording = make_recording(SAMPLE_MISSING);
	bool step = false, in_order = true;
	const struct recorded_row *last;

	for (uint64_t i = 0; i < count; i++) {
		struct sample sample = make_sample(i, i * 4096);

		if (i == count / 2) {
			sample.step = STEP_THEN;
			snprintf(sample.name, sizeof(sample.name), "cold");
		}
		if (recording_add(&recording, &sample) < 0)
			exit(99);
	}
	for (size_t i = 0; i < recording.count; i++) {
		step = step || recording.rows[i].sample.step == STEP_THEN;
		in_order = in_order &&
			   (!i || recording.rows[i].sample.seq > recording.rows[i - 1].sample.seq);
	}
	last = &recording.rows[recording.count - 1];
	tap_ok(recording.count <= RECORDING_ROWS && (count < 4096 || recording.count > 1500),
	       "of %" PRIu64 " rows %zu are kept", count, recording.count);
	tap_ok(recording.rows[0].sample.seq == 0 && last->sample.seq == count - 1 && step &&
		       in_order,
	       "the first, the last, a step, and all in order");
	recording_free(&recording);
}

/* A step is kept although thousands of passes are let go, and may have changed the limit. */
static void test_passes(void)
{
	struct recording recording = make_recording(64 * MIB);
	struct error err;
	char *script;

	for (uint64_t i = 0; i < 20000; i++) {
		struct sample sample = make_sample(i, 4096);

		if (i == 9999) {
			sample.step = STEP_THEN;
			if (step_parse("limit:16M", &workload.steps[0], &err) < 0)
				exit(99);
			workload.steps[0].bytes = 16 * MIB;
			workload.step_count = 1;
		} else {
			sample.step_number = i % 2;
		}
		if (recording_add(&recording, &sample) < 0)
			exit(99);
	}
	tap_ok(recording.count <= RECORDING_ROWS, "of 20000 passes %zu rows are kept",
	       recording.count);
	script = draw(&recording, NULL, PLOT_X_TIME);
	tap_has(script, "\nlimits = 2\n", "among them the step in their middle");
	free(script);
	recording_free(&recording);
}

/* Children go with their parents, and no file can make us keep more than there is room for. */
static void test_crowds(void)
{
	struct recording recording = make_recording(SAMPLE_MISSING);
	uint64_t children = 0, parents = 0;
	struct sample sample = make_sample(0, MIB);

	sample.step = STEP_THEN;
	for (int i = 0; i < 5000; i++) {
		add_step(&recording, "hold:1s", MIB);
		add_child(&recording, 8, MIB);
		add_child(&recording, 9, MIB);
	}
	for (size_t i = 0; i < recording.count; i++)
		*(recording.rows[i].sample.of_child ? &children : &parents) += 1;
	tap_ok(recording.count <= RECORDING_ROWS && children == 2 * parents,
	       "parents with all their children");
	for (int i = 0; i < 20000; i++) {
		sample.step_number = (uint64_t)i;
		if (recording_add(&recording, &sample) < 0)
			exit(99);
	}
	tap_ok(recording.count <= RECORDING_ROWS, "more steps than there are places");
	for (int i = 0; i < 20000; i++)
		add_child(&recording, (uint64_t)i, MIB);
	tap_ok(recording.count <= RECORDING_ROWS + RECORDING_PROCESSES,
	       "more children than there are places");
	recording_free(&recording);
}

/* Processes that pagewatch has followed: a limit of 64 MiB, one of them killed. */
static void test_followed(void)
{
	static const struct workload none;
	static const char *const lists[] = { NULL, "RSS,VSZ", "+MINFLT" };
	static const char *const curves[] = { "RSS PEAK PSS ", "RSS VSZ ", "RSS PEAK PSS MINFLT " };
	struct watch_peaks peaks = { .known = true, .rss = 40 * MIB, .rss_ns = 25 * MS };
	struct recording recording = { .workload = &none, .host = &host, .followed = "a\"b",
				       .limit = 64 * MIB, .victim = "cc1" };
	struct sample sample = make_sample(0, 0);
	char *script, drawn[128], title[32];

	for (uint64_t row = 0; row < 3; row++) {
		sample.seq = row;
		sample.elapsed_ns = 10 * MS * row;
		sample.pss = MIB * row;
		sample.peak = 3 * MIB * row;
		recording_add(&recording, &sample);
	}
	end(&recording, OUTCOME_EXITED, 0, 0);
	verdict.elapsed_ns = 30 * MS;
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		struct column_choice choice = column_choice_default(true);
		struct error err;
		size_t length;
		FILE *stream = open_memstream(&script, &length);

		verdict.peaks = i ? &peaks : NULL;
		if (lists[i] && column_choice_parse(lists[i], true, &choice, &err) < 0)
			exit(99);
		script_write(stream, &recording, &(struct plot_request){ .kind = PICTURE_SVG },
			     &choice, 80, 24);
		fclose(stream);
		drawn[0] = '\0';
		for (const char *at = script; (at = strstr(at, "dt ")); at++)
			if (sscanf(at, "dt %*u title '%31[A-Z]", title) == 1)
				snprintf(drawn + strlen(drawn), sizeof(drawn) - strlen(drawn),
					 "%s ", title);
		tap_is_text(drawn, curves[i], "sizes of the table, or what was named");
		tap_has(script, "title = \"pagewatch: a\\042b, limit 64.0 MiB\"", "the title");
		tap_has(script, "along = 'time'", "over time");
		tap_has(script, i ? "$end << EOD\n20000000 2097152\n30000000 41943040\nEOD"
				  : "$end << EOD\n20000000 2097152\n30000000 2097152\nEOD",
			"to the end, and to a peak that was seen later");
		tap_has(script, "set label end.\", OOM kill of cc1\" at", "whom the OOM killer took");
		free(script);
	}
	recording_free(&recording);
}

static void test_empty(void)
{
	struct recording recording = make_recording(SAMPLE_MISSING);
	struct column_choice choice = column_choice_default(false);

	tap_is(script_write(stdout, &recording, &(struct plot_request){ 0 }, &choice, 80, 24),
	       -ENODATA, "without a row there is no picture");
}

/* All of a file or nothing: what was there stays when the new one cannot be written. */
static void test_files(void)
{
	char directory[] = "/tmp/pagetouch-plot.XXXXXX", file[64], link[64];
	struct error err;
	struct stat status;

	if (!mkdtemp(directory))
		exit(99);
	snprintf(file, sizeof(file), "%s/a.svg", directory);
	snprintf(link, sizeof(link), "%s/b.svg", directory);
	umask(027);
	tap_is(picture_check(file, &err), 0, "a new file can be written");
	tap_ok(access(file, F_OK) < 0, "trying leaves nothing");
	tap_is(picture_write(file, "<svg>", 5, &err), 0, "and is written");
	tap_ok(stat(file, &status) == 0 && (status.st_mode & 0777) == 0640 && status.st_size == 5,
	       "with the usual mode");
	tap_ok(chmod(file, 0604) == 0 && symlink("a.svg", link) == 0 &&
		       picture_check(link, &err) == 0 &&
		       picture_write(link, "<svg/>", 6, &err) == 0,
	       "through a link");
	tap_ok(lstat(link, &status) == 0 && S_ISLNK(status.st_mode), "which stays one");
	tap_ok(stat(file, &status) == 0 && (status.st_mode & 0777) == 0604 && status.st_size == 6,
	       "the file behind it keeps its mode");
	unlink(link);
	unlink(file);
	tap_is(rmdir(directory), 0, "nothing else is there");
	tap_is(picture_check(file, &err), -ENOENT, "a directory that is not there");
	tap_has(err.message, "No such file or directory", "which is said");
	tap_is(picture_write(file, "<svg>", 5, &err), -ENOENT, "when writing, too");
	tap_is(picture_check("/dev/null", &err), -EINVAL,
	       "a device is no place for a picture");
	tap_is(picture_check("/", &err), -EISDIR, "nor a directory");
}

int main(void)
{
	test_names();
	test_plain();
	test_columns();
	test_killed();
	test_changed_limit();
	test_gaps_of_limit();
	test_last_limit();
	test_kill_at_changed_limit();
	test_flat();
	test_steps();
	test_many_steps();
	test_hostile();
	test_text();
	test_thinning(1);
	test_thinning(100);
	test_thinning(4097);
	test_thinning(262144);
	test_passes();
	test_crowds();
	test_followed();
	test_empty();
	test_files();
	return tap_done();
}
