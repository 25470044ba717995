/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plot.c - names of pictures, rows that are kept, charts, and the programs that draw them */
#include <config.h>

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../tap.h"
#include "plot/chart.h"
#include "plot/picture.h"
#include "plot/recording.h"
#include "plot/script.h"

#define KIB UINT64_C(1024)
#define MIB (KIB * KIB)
#define GIB (KIB * MIB)
#define MS UINT64_C(1000000)
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static struct host host = { .name = "vm", .kernel = "6.18.0", .time = "2026-11-24T15:59:06Z" };
static struct machine machine;

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
	return (struct recording){
		.plan = {
			.host = &host, .machine = &machine, .size = 64 * MIB, .backing = "private",
			.page_size = 4096, .touch = 64 * MIB, .limit = limit, .pid = 7,
		},
	};
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

static void add_step(struct recording *recording, const char *name, uint64_t rss)
{
	struct sample sample = make_sample(recording->moments, 64 * MIB);

	sample.step = STEP_THEN;
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

static void end(struct recording *recording, const char *outcome, int signal, uint64_t touched)
{
	recording->end =
		(struct recorded_end){ .known = true, .signal = signal, .touched = touched,
				       .limit = SAMPLE_MISSING };
	snprintf(recording->end.outcome, sizeof(recording->end.outcome), "%s", outcome);
}

/* The program for RECORDING, for the caller to free. LIST: columns, or NULL for the usual ones. */
static char *draw(const struct recording *recording, const char *list, enum chart_x x,
		  const struct script_paper *paper, struct chart *ret_chart)
{
	struct column_choice choice = column_choice_default();
	struct chart_params params = { .x = x, .columns = &choice };
	struct error err;
	char *script = NULL;
	size_t length;
	FILE *stream;

	if (list && column_choice_parse(list, &choice, &err) < 0)
		exit(99);
	script_inside(paper, &params.width, &params.height);
	if (chart_make(recording, &params, ret_chart) < 0)
		exit(99);
	stream = open_memstream(&script, &length);
	if (!stream)
		exit(99);
	script_write(stream, ret_chart, paper);
	fclose(stream);
	return script;
}

static const struct script_paper svg = { .kind = PICTURE_SVG };

static void test_plain(void)
{
	struct recording recording = make_recording(SAMPLE_MISSING);
	struct chart chart;
	char *script;

	touch(&recording, 64 * MIB, 32 * MIB);
	end(&recording, "completed", 0, 64 * MIB);
	script = draw(&recording, NULL, CHART_X_AUTO, &svg, &chart);
	tap_is(chart.x, CHART_X_TOUCHED, "a run that touches once is drawn over touched bytes");
	tap_has(script, "\ntitle = \"pagetouch: 64.0 MiB private\"\n"
		"subtitle = \"vm, Linux 6.18.0, 2026-11-24T15:59:06Z\"\n",
		"the title says what, where and when");
	tap_has(script, "set xlabel 'touched (MiB)'\n", "the x axis has a unit");
	tap_has(script, "set ylabel 'memory (MiB)'\n", "the y axis has a unit");
	tap_has(script, "$process0 << EOD\n0 2 72\n32 34 72\n64 66 72\nEOD\n", "rows in MiB");
	tap_has(script, "using 1:2 axes x1y1 with linespoints lc rgb '#D55E00' dt 1",
		"RSS, solid");
	tap_has(script, "using 1:3 axes x1y1 with linespoints lc rgb '#0072B2' dt 2",
		"VSZ, dashed");
	tap_has(script, "title \"completed\"\n", "the end is in the legend");
	tap_ok(!strstr(script, "GREW") && !strstr(script, "MINFLT") &&
	       !strstr(script, "$limit using"),
	       "nothing that was not asked for");
	tap_ok(!strstr(script, "set arrow from first"), "no step is marked when there is but one");
	tap_has(script, "\nx_end = 64\nx_in_bytes = 1\nbottom = 0\ntop = 75.6\nright = 0\n"
		"broken = 0\n", "the axes reach as far as the curves");
	free(script);
	recording_free(&recording);
}

static void test_columns(void)
{
	struct recording recording = make_recording(SAMPLE_MISSING);
	struct chart chart;
	char *script;

	touch(&recording, 64 * MIB, 32 * MIB);
	recording.rows[0].sample.pss = MIB;
	recording.rows[2].sample.pss = 65 * MIB;
	script = draw(&recording, "+PSS,MINFLT", CHART_X_AUTO, &svg, &chart);
	tap_has(script, "0 2 72 1 40\n32 34 72 NaN 8232\n64 66 72 65 16424\n",
		"columns that were appended, and what was not read");
	tap_has(script, "axes x1y2 with linespoints", "counts have an axis of their own");
	tap_has(script, "title 'MINFLT (right)'", "which the legend says");
	tap_has(script, "\nright = 17245.2\n", "which reaches as far as they do");
	tap_has(script, "title \"the record ends here\"", "without a verdict");
	free(script);
	script = draw(&recording, "TIME,TOUCHED,GREW,STEP,PID,USS", CHART_X_AUTO, &svg, &chart);
	tap_is((int64_t)chart.series_count, 3,
	       "RSS, VSZ and GREW; TOUCHED is the axis; USS was not read");
	free(script);
	script = draw(&recording, "TOUCHED", CHART_X_TIME, &svg, &chart);
	tap_has(script, "set xlabel 'time (ms)'", "time can be asked for");
	tap_has(script, "title 'TOUCHED'", "over which TOUCHED is a curve");
	free(script);
	script = draw(&recording, NULL, CHART_X_ROW, &svg, &chart);
	tap_has(script, "0 2 72\n1 34 72\n2 66 72\n", "so can the number of the row");
	free(script);
	recording_free(&recording);
}

static void test_killed(void)
{
	struct recording recording = make_recording(32 * MIB);
	struct chart chart;
	char *script;

	touch(&recording, 28 * MIB, 4 * MIB);
	end(&recording, "oom-sandbox", 9, 31 * MIB);
	script = draw(&recording, NULL, CHART_X_AUTO, &svg, &chart);
	tap_has(script, "limit 32.0 MiB\"\n", "the limit is in the title");
	tap_has(script, "title 'limit 32.0 MiB'", "and in the legend");
	tap_has(script, " 32\nEOD\nplot", "and a line");
	tap_has(script, "$end << EOD\n28 30\n31 32\nEOD\n",
		"the end: what was touched since, up to the limit");
	tap_has(script,
		"set label \"killed (oom-sandbox) at 31.0 MiB\" at first 31, first 32 left",
		"the kill has a label");
	tap_has(script, "title \"killed (oom-sandbox)\"", "and is in the legend");
	tap_ok(chart.x_end == 64 * MIB, "the axis goes as far as the run was to go");
	free(script);
	recording_free(&recording);
	recording = make_recording(512 * MIB);
	touch(&recording, 0, MIB);
	end(&recording, "oom-sandbox", 9, 511 * MIB);
	script = draw(&recording, NULL, CHART_X_AUTO, &svg, &chart);
	tap_has(script, "$point << EOD\n511 512\nEOD\n",
		"a kill in the first interval has its place");
	free(script);
	recording_free(&recording);
}

/* A step changes the limit where it begins, and the line has a corner there. */
static void test_changed_limit(void)
{
	struct recording recording = make_recording(64 * MIB);
	struct chart chart;
	char *script;

	touch(&recording, 32 * MIB, 16 * MIB);
	add_step(&recording, "high:1M", 8 * MIB);
	add_step(&recording, "limit:16777300", 8 * MIB);
	add_step(&recording, "limit:16777300", 8 * MIB);
	add_child(&recording, 8, 8 * MIB);
	recording.rows[recording.count - 1].sample.elapsed_ns += 5 * MS;
	add_step(&recording, "limit:24M", 8 * MIB);
	script = draw(&recording, NULL, CHART_X_ROW, &svg, &chart);
	tap_has(script, "$limit << EOD\n-0.09 64\n3 64\n3 16\n5 16\n5 24\n6.09 24\nEOD\n",
		"each limit from its step on, in whole pages");
	tap_has(script, "dt 4 lw 2 title 'limit',", "the legend has no size");
	tap_has(script, "limit 64.0 MiB\"\n", "but the title has the first");
	tap_is((int64_t)chart.limit_count, 3, "memory.high is another, the same step is none");
	free(script);
	script = draw(&recording, NULL, CHART_X_TIME, &svg, &chart);
	tap_has(script, "\n30 64\n30 16\n50 16\n50 24\n",
		"over time, which a child does not make later");
	free(script);
	recording_free(&recording);
}

static void test_gaps_of_limit(void)
{
	struct recording recording = make_recording(UINT64_C(1) << 40);
	struct chart chart;
	char *script;

	touch(&recording, 32 * MIB, 16 * MIB);
	add_step(&recording, "limit:24M", 8 * MIB);
	add_step(&recording, "limit:50%", 8 * MIB);
	add_step(&recording, "limit:1G", 8 * MIB);
	add_step(&recording, "limit:100M", 8 * MIB);
	add_step(&recording, "limit:50%", 8 * MIB);
	script = draw(&recording, NULL, CHART_X_ROW, &svg, &chart);
	tap_has(script, "$limit << EOD\n\n2 24\n3 24\n\n\n5 100\n6 100\n\nEOD\n",
		"gaps where it is not known, or far above all else");
	tap_ok(chart.high == 100 * MIB, "what is shown of it has room");
	free(script);
	end(&recording, "completed", 0, 32 * MIB);
	recording.end.limit = 40 * MIB;
	script = draw(&recording, NULL, CHART_X_ROW, &svg, &chart);
	tap_has(script, "6 100\n6 40\n7.105 40\nEOD\n", "the limit at the end is known");
	free(script);
	recording_free(&recording);
	recording = make_recording(16 * MIB);
	touch(&recording, 0, MIB);
	add_step(&recording, "limit:12M", 2 * MIB);
	script = draw(&recording, NULL, CHART_X_TOUCHED, &svg, &chart);
	tap_has(script, "$limit << EOD\n-0.96 16\n0 16\n0 12\n64.96 12\nEOD\n",
		"changed before anything is touched");
	free(script);
	recording_free(&recording);
}

/* A step that was the end has no row: whether it has changed the limit was read. */
static void test_last_limit(void)
{
	struct recording recording = make_recording(64 * MIB);
	struct chart chart;
	char *script;

	touch(&recording, 32 * MIB, 16 * MIB);
	end(&recording, "interrupted", 2, 32 * MIB);
	strcpy(recording.end.step, "limit:20M");
	recording.end.limit = 64 * MIB;
	script = draw(&recording, NULL, CHART_X_ROW, &svg, &chart);
	tap_has(script, "$limit << EOD\n-0.03 64\n2.03 64\nEOD\n", "it has not");
	tap_has(script, "title 'limit 64.0 MiB'", "and the legend has the limit");
	free(script);
	recording.end.limit = 20 * MIB;
	script = draw(&recording, NULL, CHART_X_ROW, &svg, &chart);
	tap_has(script, "2 64\n2 20\n2.03 20\nEOD\n", "it has");
	free(script);
	recording.plan.limit = SAMPLE_MISSING;
	script = draw(&recording, NULL, CHART_X_ROW, &svg, &chart);
	tap_has(script, "$limit << EOD\n2 20\n2.03 20\nEOD\n", "there may have been none before");
	tap_has(script, "title 'limit 20.0 MiB'", "whose size is in the legend");
	free(script);
	recording_free(&recording);
}

/* A kill lies under the limit that there was, and its label not on it. */
static void test_kill_at_changed_limit(void)
{
	struct recording recording = make_recording(64 * MIB);
	struct chart chart;

	touch(&recording, 12 * MIB, 4 * MIB);
	end(&recording, "oom-sandbox", 9, 31 * MIB);
	recording.rows[1].sample.step = STEP_THEN;
	strcpy(recording.rows[1].sample.name, "limit:16M");
	free(draw(&recording, NULL, CHART_X_ROW, &svg, &chart));
	tap_ok(chart.end.y == 16 * MIB, "no higher than the last limit");
	for (size_t i = 0; i < recording.count; i++)
		recording.rows[i].sample.rss = 14 * MIB;
	recording.end.touched = 12 * MIB;
	recording.end.limit = 16 * MIB;
	free(draw(&recording, NULL, CHART_X_ROW, &svg, &chart));
	tap_ok(chart.end.below, "the label has no room between the end and the limit");
	recording.end.limit = 40 * MIB;
	free(draw(&recording, NULL, CHART_X_ROW, &svg, &chart));
	tap_ok(!chart.end.below, "unless that is higher");
	recording_free(&recording);
}

/* Reading may grow nothing, and then the end is not drawn as if it had. */
static void test_flat(void)
{
	struct recording recording = make_recording(SAMPLE_MISSING);
	struct chart chart;
	char *script;

	touch(&recording, 32 * MIB, 16 * MIB);
	for (size_t i = 0; i < recording.count; i++)
		recording.rows[i].sample.rss = 2 * MIB;
	end(&recording, "killed", 9, 40 * MIB);
	script = draw(&recording, NULL, CHART_X_AUTO, &svg, &chart);
	tap_has(script, "$end << EOD\n32 2\n40 2\nEOD\n",
		"RSS that did not grow is not thought to have");
	tap_has(script, "\ntop = 2.1\nright = 0\nbroken = 1\nmiddle = 2.436\nvsz = '72.0 MiB'\n",
		"VSZ far above all else is drawn above a break");
	tap_has(script, "\n0 2 2.436\n16 2 2.436\n32 2 2.436\nEOD\n", "at its own tic");
	free(script);
	recording_free(&recording);
}

static void test_steps(void)
{
	struct recording recording = make_recording(SAMPLE_MISSING);
	struct chart chart;
	char *script;

	touch(&recording, 64 * MIB, 16 * MIB);
	add_step(&recording, "dontneed", 2 * MIB);
	add_step(&recording, "fork", 2 * MIB);
	add_child(&recording, 8, MIB);
	add_step(&recording, "hold:1s", 2 * MIB);
	add_child(&recording, 8, MIB);
	add_child(&recording, 9, 3 * MIB);
	end(&recording, "completed", 0, 64 * MIB);
	script = draw(&recording, NULL, CHART_X_AUTO, &svg, &chart);
	tap_is(chart.x, CHART_X_TIME, "steps are drawn over time");
	tap_is((int64_t)chart.step_count, 4, "each is marked");
	tap_has(script, "from first 40, graph 0 to first 40, graph 1.0000 nohead",
		"where the last row before it is");
	tap_has(script, "set label \"touch\" at first 0,", "with its name");
	tap_has(script, "set label \"hold:1s\" at first 60,", "and all their names");
	tap_has(script, "$process1 << EOD\n60 1\n70 1\nEOD\n", "a child has rows of its own");
	tap_has(script, "$process2 << EOD\n70 3\nEOD\n", "so has another one");
	tap_has(script, "title 'RSS, child 2'", "and a name in the legend");
	tap_ok(chart.step_lines > 0 && chart.step_lines < 12,
	       "the names have room above the curves");
	free(script);
	snprintf(recording.end.step, sizeof(recording.end.step), "touch:write");
	snprintf(recording.end.outcome, sizeof(recording.end.outcome), "oom-sandbox");
	recording.end.signal = 9;
	recording.end.elapsed_ns = 200 * MS;
	script = draw(&recording, NULL, CHART_X_AUTO, &svg, &chart);
	tap_has(script, "set label \"touch:write\" at first 70,",
		"a step without a row, in which it ended");
	tap_has(script, "\"killed (oom-sandbox) in touch:write\" at first 200,", "and when");
	free(script);
	recording_free(&recording);
}

/* Wherever steps begin, no name covers another while there is room. */
static void test_many_steps(void)
{
	struct recording recording = make_recording(SAMPLE_MISSING);
	struct chart chart;
	char *script;
	int same = 0;

	touch(&recording, 64 * MIB, 64 * MIB);
	for (int i = 0; i < 8; i++)
		add_step(&recording, i % 2 ? "touch:write" : "dontneed", 2 * MIB);
	for (size_t i = 0; i < recording.count; i++)
		recording.rows[i].sample.elapsed_ns = i < 2 ? 0 : i * 1000;
	recording.rows[recording.count - 1].sample.elapsed_ns = 1000 * MS;
	script = draw(&recording, NULL, CHART_X_AUTO, &svg, &chart);
	for (size_t i = 0; i < chart.step_count; i++)
		for (size_t j = 0; j < i; j++)
			same += chart.steps[i].level == chart.steps[j].level &&
				chart.steps[i].before == chart.steps[j].before;
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
	struct chart chart;
	char *plain, *script;

	touch(&recording, 64 * MIB, 32 * MIB);
	end(&recording, "killed", 9, 64 * MIB);
	plain = draw(&recording, NULL, CHART_X_AUTO, &svg, &chart);
	for (size_t i = 0; i < ARRAY_SIZE(hostile); i++) {
		snprintf(host.name, sizeof(host.name), "%s", hostile[i]);
		snprintf(recording.end.outcome, sizeof(recording.end.outcome), "%s", hostile[i]);
		script = draw(&recording, NULL, CHART_X_AUTO, &svg, &chart);
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
	struct script_paper paper = {
		.kind = PICTURE_TEXT, .columns = 80, .rows = 24, .ascii = true
	};
	struct recording recording = make_recording(SAMPLE_MISSING);
	struct chart chart;
	char *script;

	touch(&recording, 64 * MIB, 32 * MIB);
	snprintf(host.name, sizeof(host.name), "h\xc3\xb6st");
	script = draw(&recording, NULL, CHART_X_AUTO, &paper, &chart);
	tap_has(script, "set terminal dumb nofeed mono noenhanced size 80,24\n",
		"a terminal's size");
	tap_has(script, "\"h\\134xc3\\134xb6st, Linux", "a locale without UTF-8");
	tap_has(script, "with lines lc", "no marks on curves of text");
	free(script);
	paper.ascii = false;
	memset(host.kernel, 'x', sizeof(host.kernel) - 1);
	script = draw(&recording, NULL, CHART_X_AUTO, &paper, &chart);
	tap_has(script, "\"h\xc3\xb6st, Linux xxxx", "a locale with it");
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
	struct chart chart;
	char *script;

	for (uint64_t i = 0; i < 20000; i++) {
		struct sample sample = make_sample(i, 4096);

		if (i == 9999) {
			sample.step = STEP_THEN;
			strcpy(sample.name, "limit:16M");
		} else if (i % 2) {
			strcpy(sample.name, "another");
		}
		if (recording_add(&recording, &sample) < 0)
			exit(99);
	}
	tap_ok(recording.count <= RECORDING_ROWS, "of 20000 passes %zu rows are kept",
	       recording.count);
	script = draw(&recording, NULL, CHART_X_TIME, &svg, &chart);
	tap_is((int64_t)chart.limit_count, 2, "among them the step in their middle");
	free(script);
	recording_free(&recording);
}

/* Children go with their parents, and no file can make us keep more than there is room for. */
static void test_crowds(void)
{
	struct recording recording = make_recording(SAMPLE_MISSING);
	uint64_t children = 0, parents = 0;
	char name[SAMPLE_STEP_MAX];

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
		snprintf(name, sizeof(name), "pass:%d", i);
		add_step(&recording, name, MIB);
	}
	tap_ok(recording.count <= RECORDING_ROWS, "more steps than there are places");
	for (int i = 0; i < 20000; i++)
		add_child(&recording, (uint64_t)i, MIB);
	tap_ok(recording.count <= RECORDING_ROWS + RECORDING_PROCESSES,
	       "more children than there are places");
	recording_free(&recording);
}

static void test_empty(void)
{
	struct recording recording = make_recording(SAMPLE_MISSING);
	struct column_choice choice = column_choice_default();
	struct chart_params params = { .columns = &choice, .width = 80, .height = 20 };
	struct chart chart;

	tap_is(chart_make(&recording, &params, &chart), -ENODATA,
	       "without a row there is no chart");
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
	test_empty();
	test_files();
	return tap_done();
}
