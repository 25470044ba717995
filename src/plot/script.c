/* SPDX-License-Identifier: GPL-2.0-or-later */
/* script.c - write a program for gnuplot(1): values of the run, one layout for all, the curves */
#include <config.h>

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/macros.h"
#include "lib/safe.h"
#include "lib/terminal.h"
#include "plot/chart.h"

/* With more rows a mark on each of them would hide the curve. */
#define MARKED_ROWS 48

/* Beside a step's name, in characters: the distance from its line and from the next name. */
#define NAME_GAP 1.5

/* A name that finds no room in so many lines, or so much of the height, covers another one. */
#define NAMES_LINES 64
#define NAMES_HEIGHT 0.4

/* What is around the plot's inside on a terminal, in characters: tics, labels, title, legend. */
#define TEXT_BESIDE 14
#define TEXT_AROUND 10

/* Of pictures the terminal with its font, of which their inside has room for... */
static const char *const terminals[] = {
	[PICTURE_SVG] =
		"svg size 960,600 fixed noenhanced font 'sans-serif,15' background '#ffffff'",
	[PICTURE_PNG] = "pngcairo size 1200,750 noenhanced font 'sans,14' background '#ffffff'",
	[PICTURE_PDF] =
		"pdfcairo size 10in,6.25in noenhanced font 'sans,15' background '#ffffff'",
};
/* ... so many characters. */
#define PICTURE_WIDTH 102
#define PICTURE_HEIGHT 23

/* What is the same in all pictures: gnuplot follows the values that stand before it. */
static const char layout_x[] =
	"set encoding utf8\n"
	"set style textbox opaque noborder\n"
	"set style arrow 1 nohead lc rgb '#606060' lw 1 dt 3\n"
	/*
	 * Okabe and Ito's colours, which people who see few colours can tell apart, but for
	 * yellow, which is pale on white; and marks, by which they differ without any colour.
	 */
	"set linetype 1 lc rgb '#D55E00' pt 7 lw 3\n"
	"set linetype 2 lc rgb '#0072B2' pt 5 lw 2.5\n"
	"set linetype 3 lc rgb '#009E73' pt 9 lw 2.5\n"
	"set linetype 4 lc rgb '#CC79A7' pt 11 lw 2.5\n"
	"set linetype 5 lc rgb '#E69F00' pt 13 lw 2.5\n"
	"set linetype 6 lc rgb '#56B4E9' pt 4 lw 2.5\n"
	"set linetype 7 lc rgb '#000000' pt 6 lw 2\n"
	"set pointsize 0.7\n"
	/* The first label is drawn below the others: it is for the break of the axis. */
	"set label 1 ''\n"
	"if (marked) { set style data linespoints } else { set style data lines }\n"

	"cut(text, most) = strlen(text) > most ? text[1:int(most) - 3].'...' : text\n"
	"set title cut(title, title_width).\"\\n\".cut(subtitle, title_width)\n"
	"set key bottom center outside horizontal width 2\n"
	/* The dumb terminal's marks are letters. */
	"mark = killed ? text ? 24 : 2 : text ? 15 : 6\n"
	"set style line 1 lc rgb '#000000' pt mark ps (killed ? 2.2 : 1.4) lw (killed ? 4 : 2)\n"
	"if (!text) {\n"
	"	set title font ',16'\n"
	"	set grid lc rgb '#c8c8c8' lw 1 dt 1\n"
	"	set key height 0.8 width 1 samplen 6\n"
	"}\n"

	/* Units in which the largest is above 1, tics at powers of 2 of them. */
	"power(bytes) = bytes < 1024 ? 0 : int(log(bytes) / log(1024) + 1e-9)\n"
	"name(bytes) = word('bytes KiB MiB GiB TiB PiB EiB', power(bytes) + 1)\n"
	"step(least) = 2.0**ceil(log(least) / log(2) - 1e-9)\n"
	"x_unit = 1\n"
	"x_name = ''\n"
	"if (along eq 'touched') {\n"
	"	x_unit = 1024.0**power(x_end)\n"
	"	x_name = name(x_end)\n"
	"	set xtics 0, step(x_end / x_unit / 9)\n"
	"}\n"
	"if (along eq 'time') {\n"
	"	do for [i = 1:5] {\n"
	"		if (x_end >= 2 * word('0 1.0e6 1.0e9 60.0e9 3600.0e9', i)) {\n"
	"			x_unit = word('1.0e3 1.0e6 1.0e9 60.0e9 3600.0e9', i) + 0\n"
	"			x_name = word('us ms s min h', i)\n"
	"		}\n"
	"	}\n"
	"}\n"
	"x(value) = value / x_unit\n"
	"set xlabel along.(x_name eq '' ? '' : ' ('.x_name.')')\n"
	/* A margin, so that no curve lies on the border. */
	"set xrange [x(-margin):x(x_end + margin)]\n"
	"set xtics nomirror\n"
	/* A line whose ends are beyond the border by an error of rounding is drawn. */
	"set clip two\n";

static const char layout_y[] =
	/* VSZ beyond the break has its own tic, and a change of some per cent looks like one. */
	"y_unit = 1024.0**power(high)\n"
	"set ylabel 'memory ('.name(high).')'\n"
	"top = 1.05 * high / y_unit\n"
	"bottom = 1.05 * low / y_unit\n"
	"broken = far_high > 0\n"
	"middle = (far_low + far_high) / 2\n"
	"spread = far_high - far_low > middle / 5 ? (far_high - far_low) / 2 : middle / 10\n"
	"y(value) = !broken || value < far_low ? value / y_unit : "
	"top * (1.16 + 0.04 * (value - middle) / spread)\n"
	"whole = ((broken ? 1.24 * top : top) - bottom) / (1 - names / height)\n"
	"set yrange [bottom:bottom + whole]\n"
	"y_step = step((top - bottom) / (height < 6 ? 2 : height > 27 ? 9 : height / 3.0))\n"
	"set ytics y_step * ceil(bottom / y_step), y_step, top nomirror\n"
	"if (broken) {\n"
	/* Tics that gnuplot makes itself give way to one that is named. */
	"	set ytics (vsz 1.16 * top) nomirror\n"
	"	do for [i = ceil(bottom / y_step):int(top / y_step)] {\n"
	"		set ytics add (sprintf('%g', i * y_step) i * y_step)\n"
	"	}\n"
	"	do for [at in '1.06 1.0725'] {\n"
	"		set arrow from graph 0, first at * top to graph 1, first at * top as 1\n"
	"	}\n"
	/* Out of the way of the end's label, which may be as high. */
	"	set label 1 'the axis is broken here' at graph (end_at_right ? 0.03 : 0.97), "
	"first 1.06625 * top front boxed tc rgb '#606060'\n"
	"	if (end_at_right) { set label 1 left } else { set label 1 right }\n"
	"}\n"
	/* At the right the counts reach as high as the memory at the left, at the most. */
	"if (right > 0) {\n"
	"	set y2range [1.05 * right * bottom / top:1.05 * right * (bottom + whole) / top]\n"
	"	set y2tics\n"
	"	set y2label 'count'\n"
	"}\n"
	"set border (right > 0 ? 11 : 3)\n";

/* The linetypes above come with these dashes, and when there are more curves, with others. */
#define LINETYPES 7
static const unsigned dashes[] = { 1, 2, 4, 5, 3 };

/* What is being written, and on what. */
struct script {
	FILE *stream;
	const struct chart *chart;
	bool text;			/* for a terminal */
	double width, height;		/* of the plot's inside, in characters */
	double margin;			/* beside the curves */
};

/*
 * TEXT within double quotes. What means something to gnuplot there is written as an octal number,
 * and what means something to a terminal as \xNN.
 */
static void script_text(const struct script *script, const char *text)
{
	size_t size = SAFE_ROOM(strlen(text));
	CLEANUP_FREE char *safe = malloc(size);
	CLEANUP_FREE char *fit = NULL;

	if (safe)
		fit = script->text ? terminal_fit(safe_text(safe, size, text))
				   : strdup(safe_text(safe, size, text));
	for (const char *at = fit ? fit : ""; *at; at++)
		fprintf(script->stream, strchr("\"\\`@", *at) ? "\\%03o" : "%c", *at);
}

/* What was run, and what of it is not as usual; where and when. */
static void script_titles(const struct script *script)
{
	const struct recording *recording = script->chart->recording;
	const struct workload *workload = recording->workload;
	const struct host *host = recording->host;
	FILE *stream = script->stream;
	char size[SIZE_TEXT_MAX];

	fprintf(stream, "title = \"pagetouch: %s %s",
		size_text(size, workload->region.bytes, SIZE_HUMAN),
		region_backing_name(workload->region.backing));
	if (workload->touch_params.access != TOUCH_WRITE)
		fprintf(stream, ", %s", touch_access_name(workload->touch_params.access));
	if (workload->touch_params.order != ORDER_FORWARD)
		fprintf(stream, ", %s", order_name(workload->touch_params.order));
	if (workload->passes > 1)
		fprintf(stream, ", %" PRIu64 " passes", workload->passes);
	if (workload->threads > 1)
		fprintf(stream, ", %" PRIu64 " threads", workload->threads);
	if (recording->limit != SAMPLE_MISSING)
		fprintf(stream, ", limit %s", size_text(size, recording->limit, SIZE_HUMAN));
	fputs("\"\nsubtitle = \"", stream);
	script_text(script, host->name);
	if (host->kernel[0]) {
		fputs(host->name[0] ? ", Linux " : "Linux ", stream);
		script_text(script, host->kernel);
	}
	if (host->time[0]) {
		fputs(host->name[0] || host->kernel[0] ? ", " : "", stream);
		script_text(script, host->time);
	}
	fputs("\"\n", stream);
}

/* Names of steps that would cover each other stand on lines of their own. */
static void script_steps(const struct script *script)
{
	const struct chart *chart = script->chart;
	double taken[NAMES_LINES] = { 0 };	/* each line's names reach so far */
	unsigned most = (unsigned)MIN(NAMES_HEIGHT * script->height, NAMES_LINES), lines = 0;

	for (size_t i = 0; i < chart->step_count; i++) {
		const struct chart_step *step = &chart->steps[i];
		double width = ((double)strlen(step->name) + NAME_GAP) / script->width *
			       chart->x_end;
		bool before = step->x + width > chart->x_end && step->x >= width;
		double from = before ? step->x - width : step->x;
		unsigned line = 0;

		while (line + 1 < most && from < taken[line])
			line++;
		taken[line] = from + width;
		lines = MAX(lines, line + 1);
		/* Of text the line of the name is not the line's. */
		fprintf(script->stream,
			"set arrow from first x(%.15g), graph 0 to first x(%.15g), graph %.4f "
			"as 1\n",
			step->x, step->x, script->text ? 1 - (line + 1.5) / script->height : 1);
		fputs("set label \"", script->stream);
		script_text(script, step->name);
		fprintf(script->stream,
			"\" at first x(%.15g), graph %.4f %s offset %s,0 front boxed\n", step->x,
			1 - (line + 0.7) / script->height, before ? "right" : "left",
			before ? "-0.6" : "0.6");
	}
	fprintf(script->stream, "names = %g\n", lines ? lines + 0.5 : 0);
}

/* Names the end. The label is not to lie on the line of the limit. */
static void script_end(const struct script *script)
{
	const struct chart *chart = script->chart;
	const struct recording *recording = chart->recording;
	const struct verdict *verdict = recording->verdict;
	double limit = chart_last_limit(chart);
	double label_top = chart->end_y + 2 * (chart->high - chart->low) / script->height;
	bool right = chart->end_x > chart->x_end / 2;
	FILE *stream = script->stream;
	char size[SIZE_TEXT_MAX];

	fputs("end = \"", stream);
	if (verdict && verdict->outcome == OUTCOME_GUARD)
		fputs("stopped by the guard", stream);
	else if (verdict)
		script_text(script, recording->outcome);
	else
		fputs("the record ends here", stream);
	fputs("\"\nif (killed) { end = 'killed ('.end.')' }\n", stream);
	/* The name alone says all. */
	if (!verdict || verdict->outcome == OUTCOME_COMPLETED)
		return;
	fputs("set label end.\"", stream);
	if (*verdict->step) {
		fputs(" in ", stream);
		script_text(script, verdict->step);
	} else {
		fprintf(stream, " at %s", size_text(size, verdict->touched, SIZE_HUMAN));
	}
	fprintf(stream, "\" at first x(%.15g), first y(%.15g) %s offset %s,%s front boxed\n",
		chart->end_x, chart->end_y, right ? "right" : "left", right ? "-0.8" : "0.8",
		limit > chart->end_y && limit < label_top ? "-1" : "1");
}

/*
 * The limit is a line that has corners where it changes, and a gap where it is not shown. Returns
 * whether any of it is.
 */
static bool script_limit(const struct script *script)
{
	const struct chart *chart = script->chart;
	bool shown = false;

	fputs("$limit << EOD\n", script->stream);
	for (size_t i = 0; i < chart->limit_count; i++) {
		const struct chart_limit *limit = &chart->limits[i];
		double from = i || limit->x > 0 ? limit->x : -script->margin;
		double until = i + 1 < chart->limit_count ? limit[1].x
							  : chart->x_end + script->margin;

		shown = shown || limit->shown;
		if (limit->shown)
			fprintf(script->stream, "%.15g %.15g\n%.15g %.15g\n", from, limit->y,
				until, limit->y);
		else
			fputc('\n', script->stream);
	}
	fputs("EOD\n", script->stream);
	return shown;
}

/* The points of all curves, and then the one command that draws them. */
static void script_curves(const struct script *script)
{
	const struct chart *chart = script->chart;
	const struct recording *recording = chart->recording;
	FILE *stream = script->stream;
	char size[SIZE_TEXT_MAX];
	bool limited;

	for (size_t s = 0; s < chart->series_count; s++) {
		fprintf(stream, "$curve%zu << EOD\n", s);
		for (size_t i = 0; i < recording->count; i++) {
			const struct recorded_row *row = &recording->rows[i];
			double value = chart_figure(chart, &chart->series[s], row);

			if (!isnan(value))
				fprintf(stream, "%.15g %.15g\n", chart_place(chart, row), value);
		}
		fputs("EOD\n", stream);
	}
	limited = script_limit(script);
	fprintf(stream, "$end << EOD\n%.15g %.15g\n%.15g %.15g\nEOD\nplot ", chart->last_x,
		chart->last_y, chart->end_x, chart->end_y);
	for (size_t s = 0; s < chart->series_count; s++) {
		const struct chart_series *series = &chart->series[s];
		bool right = series->column->kind == COLUMN_COUNT;

		fprintf(stream, "$curve%zu using (x($1)):%s lt %zu dt %u title '%s", s,
			right ? "2 axes x1y2" : "(y($2))", s % LINETYPES + 1,
			dashes[(s + s / LINETYPES) % ARRAY_SIZE(dashes)], series->column->name);
		if (series->process)
			fprintf(stream, ", child %zu", series->process);
		fprintf(stream, "%s', \\\n\t", right ? " (right)" : "");
	}
	if (limited) {
		/* A limit that changes has more sizes than there is room for. */
		if (chart->limit_count == 1)
			size_text(size, (uint64_t)chart->limits[0].y, SIZE_HUMAN);
		fprintf(stream,
			"$limit using (x($1)):(y($2)) with lines lc rgb '#000000' dt 4 lw 2 "
			"title 'limit%s%s', \\\n\t", chart->limit_count == 1 ? " " : "",
			chart->limit_count == 1 ? size : "");
	}
	if (chart->end_x > chart->last_x || chart->end_y > chart->last_y)
		fputs("$end using (x($1)):(y($2)) with lines lc rgb '#D55E00' dt 3 lw 2 "
		      "title 'since the last row', \\\n\t", stream);
	fputs("$end using (x($1)):(y($2)) every ::1 with points ls 1 title end\n", stream);
}

void script_write(FILE *stream, const struct chart *chart, enum picture_kind kind, unsigned width,
		  unsigned height)
{
	static const char *const names[] = {
		[CHART_X_TOUCHED] = "touched", [CHART_X_TIME] = "time", [CHART_X_ROW] = "row",
	};
	struct script script = {
		.stream = stream,
		.chart = chart,
		.text = kind == PICTURE_TEXT,
		.width = PICTURE_WIDTH,
		.height = PICTURE_HEIGHT,
		.margin = 0.015 * chart->x_end,
	};
	char size[SIZE_TEXT_MAX];

	if (script.text) {
		script.width = MAX((int)width - TEXT_BESIDE, TEXT_BESIDE);
		script.height = MAX((int)height - TEXT_AROUND, TEXT_AROUND);
		fprintf(stream, "set terminal dumb nofeed mono noenhanced size %u,%u\n",
			width, height);
	} else {
		fprintf(stream, "set terminal %s\n", terminals[kind]);
	}
	script_titles(&script);
	/* In pictures the letters of the title are larger. */
	fprintf(stream, "text = %d\nmarked = %d\nkilled = %d\nend_at_right = %d\n",
		script.text, !script.text && chart->recording->count <= MARKED_ROWS, chart->killed,
		chart->end_x > chart->x_end / 2);
	fprintf(stream, "title_width = %d\nheight = %.1f\n",
		(int)(script.text ? script.width : script.width * 4 / 5), script.height);
	fprintf(stream, "along = '%s'\nx_end = %.15g\nmargin = %.15g\n", names[chart->x],
		chart->x_end, script.margin);
	fprintf(stream, "low = %.1f\nhigh = %.1f\nright = %.1f\n", chart->low, chart->high,
		chart->right);
	fprintf(stream, "far_low = %.1f\nfar_high = %.1f\nvsz = '%s'\n", chart->far_low,
		chart->far_high, size_text(size, (uint64_t)chart->far_high, SIZE_HUMAN));
	fputs(layout_x, stream);
	script_steps(&script);
	fputs(layout_y, stream);
	script_end(&script);
	script_curves(&script);
}
