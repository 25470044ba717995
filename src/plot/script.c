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
#include "plot/script.h"
#include "workload/touch.h"

/* With more rows a mark on each of them would hide the curve. */
#define MARKED_ROWS 48

/* What is around the plot's inside on a terminal, in characters: tics, labels, title, legend. */
#define TEXT_BESIDE 14
#define TEXT_AROUND 10

/* Marks of a text terminal: letters of the alphabet by their number. */
#define LETTER_O 15
#define LETTER_X 24

/* Above the highest point the axis has so much room. */
#define HEADROOM 1.05

/* How high VSZ above a break is, and how far it moves, by the height below the break. */
#define BREAK_MIDDLE 1.16
#define BREAK_SPREAD 0.04

#define GREY "#606060"

/* Sizes and fonts, and how many characters of that font the plot's inside then has room for. */
static const struct {
	const char *terminal;
	unsigned width, height;
} papers[] = {
	[PICTURE_SVG] = { "svg size 960,600 fixed noenhanced font 'sans-serif,15' background "
			  "'#ffffff'",
			  102, 23 },
	[PICTURE_PNG] = { "pngcairo size 1200,750 noenhanced font 'sans,14' background '#ffffff'",
			  102, 23 },
	[PICTURE_PDF] = { "pdfcairo size 10in,6.25in noenhanced font 'sans,15' background "
			  "'#ffffff'",
			  102, 23 },
};

/*
 * Okabe and Ito's colours, which people who see few colours can tell apart, but for yellow, which
 * is pale on white; and dashes and marks, by which they differ without any colour.
 */
static const struct look {
	const char *colour;
	unsigned dash, mark;
	double width;
} looks[] = {
	{ "#D55E00", 1, 7, 3 },		/* RSS */
	{ "#0072B2", 2, 5, 2.5 },	/* VSZ */
	{ "#009E73", 4, 9, 2.5 },
	{ "#CC79A7", 5, 11, 2.5 },
	{ "#E69F00", 3, 13, 2.5 },
	{ "#56B4E9", 1, 4, 2.5 },
	{ "#000000", 2, 6, 2 },
};

/* What is the same in all pictures: gnuplot follows the values that stand before it. */
static const char layout[] =
	"set encoding utf8\n"
	"set datafile missing 'NaN'\n"
	"set style textbox opaque noborder\n"
	"cut(text, most) = strlen(text) > most ? text[1:int(most) - 3].'...' : text\n"
	"power(least) = 2.0**ceil(log(least) / log(2) - 1e-9)\n"
	"set title cut(title, title_width).\"\\n\".cut(subtitle, title_width)\n"
	/* A margin, so that no curve lies on the border. */
	"set xrange [-0.015 * x_end:1.015 * x_end]\n"
	"if (x_in_bytes) { set xtics 0, power(x_end / 9.0) }\n"
	"set xtics nomirror\n"
	"whole = ((broken ? 1.24 * top : top) - bottom) / (1 - names / height)\n"
	"set yrange [bottom:bottom + whole]\n"
	"y_step = power((top - bottom) / (height < 6 ? 2 : height > 27 ? 9 : height / 3.0))\n"
	"set ytics y_step * ceil(bottom / y_step), y_step, top nomirror\n"
	"if (broken) {\n"
	/* Tics that gnuplot makes itself give way to one that is named. */
	"set ytics (vsz middle) nomirror\n"
	"do for [i = ceil(bottom / y_step):int(top / y_step)] {\n"
	"set ytics add (sprintf('%g', i * y_step) i * y_step)\n"
	"}\n"
	"set arrow from graph 0, first 1.06 * top to graph 1, first 1.06 * top nohead "
	"lc rgb '" GREY "' dt 3\n"
	"set arrow from graph 0, first 1.0725 * top to graph 1, first 1.0725 * top nohead "
	"lc rgb '" GREY "' dt 3\n"
	/* Out of the way of the end's label, which may be as high. */
	"set label 1 'the axis is broken here' at graph (end_before ? 0.03 : 0.97), "
	"first 1.06625 * top front boxed tc rgb '" GREY "'\n"
	"if (end_before) { set label 1 left } else { set label 1 right }\n"
	"}\n"
	/* At the right the counts reach as high as the memory at the left, at the most. */
	"if (right > 0) {\n"
	"set y2range [right * bottom / top:right * (bottom + whole) / top]\n"
	"set y2tics\n"
	"set y2label 'count'\n"
	"}\n"
	"set border (right > 0 ? 11 : 3)\n";

static const char layout_text[] =
	"set key bottom center outside horizontal width 2\n";

static const char layout_picture[] =
	"set title font ',16'\n"
	"set grid lc rgb '#c8c8c8' lw 1 dt 1\n"
	"set key bottom center outside horizontal height 0.8 width 1 samplen 6\n";

/* A unit of an axis: in bytes or nanoseconds; 1 for rows. */
struct script_unit {
	const char *name;
	double size;
};

/* What is being written, with the units of its axes. */
struct script {
	FILE *stream;
	const struct chart *chart;
	const struct script_paper *paper;
	struct script_unit x, y;
};

void script_inside(const struct script_paper *paper, unsigned *ret_width, unsigned *ret_height)
{
	if (paper->kind != PICTURE_TEXT) {
		*ret_width = papers[paper->kind].width;
		*ret_height = papers[paper->kind].height;
		return;
	}
	*ret_width = paper->columns > 2 * TEXT_BESIDE ? paper->columns - TEXT_BESIDE : TEXT_BESIDE;
	*ret_height = paper->rows > 2 * TEXT_AROUND ? paper->rows - TEXT_AROUND : TEXT_AROUND;
}

static struct script_unit unit_of_size(double largest)
{
	static const char *const names[] = { "bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	struct script_unit unit = { names[0], 1 };

	for (size_t i = 1; i < ARRAY_SIZE(names) && largest >= unit.size * 1024; i++)
		unit = (struct script_unit){ names[i], unit.size * 1024 };
	return unit;
}

static struct script_unit unit_of_time(double largest)
{
	static const struct script_unit units[] = {
		{ "h", 3600e9 }, { "min", 60e9 }, { "s", 1e9 }, { "ms", 1e6 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (largest >= 2 * units[i].size)
			return units[i];
	return (struct script_unit){ "us", 1e3 };
}

/*
 * TEXT in double quotes. What means something to gnuplot there is written as an octal number, and
 * what means something to a terminal as \xNN.
 */
static void put_text(const struct script *script, const char *text)
{
	size_t size = SAFE_ROOM(strlen(text));
	CLEANUP_FREE char *safe = malloc(size);

	fputc('"', script->stream);
	for (const char *at = safe ? safe_text(safe, size, text) : ""; *at; at++) {
		if (strchr("\"\\`@", *at))
			fprintf(script->stream, "\\%03o", (unsigned char)*at);
		else if (script->paper->ascii && (unsigned char)*at >= 0x80)
			fprintf(script->stream, "\\134x%02x", (unsigned char)*at);
		else
			fputc(*at, script->stream);
	}
	fputc('"', script->stream);
}

/* A line "NAME = TEXT", of what STREAM has collected in TEXT; closes and frees these. */
static void put_text_value(const struct script *script, const char *name, FILE *stream,
			   char **text)
{
	bool failed = !stream || fclose(stream) < 0;

	fprintf(script->stream, "%s = ", name);
	put_text(script, failed ? "" : *text);
	fputc('\n', script->stream);
	free(*text);
}

/* What was run, and what of it is not as usual; where and when. */
static void put_titles(const struct script *script)
{
	const struct plan_record *plan = &script->chart->recording->plan;
	char size[SIZE_TEXT_MAX], *title = NULL, *subtitle = NULL;
	size_t length;
	FILE *stream = open_memstream(&title, &length);

	if (stream) {
		fprintf(stream, "pagetouch: %s %s",
			size_text(size, plan->size, SIZE_HUMAN), plan->backing);
		if (plan->access && strcmp(plan->access, touch_access_name(TOUCH_WRITE)) != 0)
			fprintf(stream, ", %s", plan->access);
		if (plan->access && strcmp(plan->order, order_name(ORDER_FORWARD)) != 0)
			fprintf(stream, ", %s", plan->order);
		if (plan->access && plan->passes > 1)
			fprintf(stream, ", %" PRIu64 " passes", plan->passes);
		if (plan->access && plan->threads > 1)
			fprintf(stream, ", %u threads", plan->threads);
		if (plan->limit != SAMPLE_MISSING)
			fprintf(stream, ", limit %s", size_text(size, plan->limit, SIZE_HUMAN));
	}
	put_text_value(script, "title", stream, &title);
	stream = open_memstream(&subtitle, &length);
	if (stream) {
		const struct host *host = plan->host;

		fputs(host->name, stream);
		if (host->kernel[0])
			fprintf(stream, "%sLinux %s", *host->name ? ", " : "", host->kernel);
		if (host->time[0])
			fprintf(stream, "%s%s", *host->name || host->kernel[0] ? ", " : "",
				host->time);
	}
	put_text_value(script, "subtitle", stream, &subtitle);
}

/* The values that the layout follows. */
static void put_values(const struct script *script)
{
	const struct chart *chart = script->chart;
	FILE *stream = script->stream;
	double top = chart->high * HEADROOM / script->y.size;
	char size[SIZE_TEXT_MAX];
	unsigned width, height;

	script_inside(script->paper, &width, &height);
	/* In pictures the letters of the title are larger. */
	fprintf(stream, "title_width = %u\nheight = %u.0\nnames = %.10g\n",
		script->paper->kind == PICTURE_TEXT ? width : width * 4 / 5, height,
		chart->step_lines ? chart->step_lines + 0.5 : 0);
	fprintf(stream, "x_end = %.10g\nx_in_bytes = %d\n", chart->x_end / script->x.size,
		chart->x == CHART_X_TOUCHED);
	fprintf(stream, "bottom = %.10g\ntop = %.10g\nright = %.10g\n",
		chart->low * HEADROOM / script->y.size, top, chart->right * HEADROOM);
	/* VSZ above the break has a unit of its own. */
	fprintf(stream, "broken = %d\nmiddle = %.10g\nvsz = '%s'\nend_before = %d\n",
		chart->broken, top * BREAK_MIDDLE,
		size_text(size, chart->broken ? (uint64_t)chart->high_to : 0, SIZE_HUMAN),
		chart->end.before);
	if (chart->x == CHART_X_ROW)
		fputs("set xlabel 'row'\n", stream);
	else
		fprintf(stream, "set xlabel '%s (%s)'\n",
			chart->x == CHART_X_TIME ? "time" : "touched", script->x.name);
	fprintf(stream, "set ylabel 'memory (%s)'\n", script->y.name);
}

static void put_steps(const struct script *script)
{
	bool in_text = script->paper->kind == PICTURE_TEXT;
	unsigned width, height;

	script_inside(script->paper, &width, &height);
	for (size_t i = 0; i < script->chart->step_count; i++) {
		const struct chart_step *step = &script->chart->steps[i];
		double x = step->x / script->x.size;
		/* Of text the first line is for the name of the first step. */
		double top = in_text ? 1 - (step->level + 1.5) / height : 1;

		fprintf(script->stream,
			"set arrow from first %.10g, graph 0 to first %.10g, graph %.4f nohead "
			"lc rgb '" GREY "' lw 1 dt 3\nset label ",
			x, x, top);
		put_text(script, step->name);
		fprintf(script->stream, " at first %.10g, graph %.4f %s offset %s,0 front%s\n", x,
			1 - (step->level + 0.7) / height, step->before ? "right" : "left",
			step->before ? "-0.6" : "0.6", in_text ? "" : " boxed");
	}
}

static void put_end(const struct script *script)
{
	const struct chart_end *end = &script->chart->end;

	if (!*end->label)
		return;
	fputs("set label ", script->stream);
	put_text(script, end->label);
	fprintf(script->stream, " at first %.10g, first %.10g %s offset %s,%s front%s\n",
		end->x / script->x.size, end->y / script->y.size, end->before ? "right" : "left",
		end->before ? "-0.8" : "0.8", end->below ? "-1" : "1",
		script->paper->kind == PICTURE_TEXT ? "" : " boxed");
}

/* How high SERIES is in ROW, in units of its axis. */
static double script_height(const struct script *script, const struct chart_series *series,
			    const struct recorded_row *row)
{
	const struct chart *chart = script->chart;
	double value = chart_figure(series->column, row), middle, spread;

	if (series->right)
		return value;
	if (!chart->broken || isnan(value) || value < chart->high_from ||
	    !chart_column_is(series->column, "VSZ"))
		return value / script->y.size;
	/* A change of some per cent is to look like one. */
	middle = (chart->high_from + chart->high_to) / 2;
	spread = (chart->high_to - chart->high_from) / 2;
	spread = spread > middle / 10 ? spread : middle / 10;
	return (BREAK_MIDDLE + (value - middle) / spread * BREAK_SPREAD) * chart->high *
	       HEADROOM / script->y.size;
}

/* A table for each process: the place, then a column for each of its series. */
static void put_rows(const struct script *script, size_t process)
{
	const struct chart *chart = script->chart;

	fprintf(script->stream, "$process%zu << EOD\n", process);
	for (size_t i = 0; i < chart->recording->count; i++) {
		const struct recorded_row *row = &chart->recording->rows[i];

		if (chart_process(chart, row) != process)
			continue;
		fprintf(script->stream, "%.10g", chart_place(chart, row) / script->x.size);
		for (size_t s = 0; s < chart->series_count; s++) {
			double height = script_height(script, &chart->series[s], row);

			if (chart->series[s].process == process && isnan(height))
				fputs(" NaN", script->stream);
			else if (chart->series[s].process == process)
				fprintf(script->stream, " %.10g", height);
		}
		fputc('\n', script->stream);
	}
	fputs("EOD\n", script->stream);
}

/*
 * The last reading and the end, which may be one; the limit, a line that has corners where it
 * changes, and a gap where it is not shown. Returns whether any of it is shown.
 */
static bool put_marks(const struct script *script)
{
	const struct chart *chart = script->chart;
	const struct chart_end *end = &chart->end;
	FILE *stream = script->stream;
	double x = script->x.size, y = script->y.size, margin = 0.015 * chart->x_end;
	bool shown = false;

	fputs("$end << EOD\n", stream);
	if (end->estimated)
		fprintf(stream, "%.10g %.10g\n", end->last_x / x, end->last_y / y);
	fprintf(stream, "%.10g %.10g\nEOD\n", end->x / x, end->y / y);
	fprintf(stream, "$point << EOD\n%.10g %.10g\nEOD\n", end->x / x, end->y / y);
	fputs("$limit << EOD\n", stream);
	for (size_t i = 0; i < chart->limit_count; i++) {
		const struct chart_limit *limit = &chart->limits[i];
		double from = i || limit->x > 0 ? limit->x : -margin;
		double until = i + 1 < chart->limit_count ? chart->limits[i + 1].x
							  : chart->x_end + margin;

		shown = shown || limit->shown;
		if (limit->shown)
			fprintf(stream, "%.10g %.10g\n%.10g %.10g\n", from / x, limit->y / y,
				until / x, limit->y / y);
		else
			fputc('\n', stream);
	}
	fputs("EOD\n", stream);
	return shown;
}

static void put_plot(const struct script *script, bool limited)
{
	const struct chart *chart = script->chart;
	const struct chart_end *end = &chart->end;
	FILE *stream = script->stream;
	bool in_text = script->paper->kind == PICTURE_TEXT;
	bool marked = !in_text && chart->recording->count <= MARKED_ROWS;
	unsigned column[RECORDING_PROCESSES] = { 0 };
	char size[SIZE_TEXT_MAX];

	for (size_t s = 0; s < chart->series_count; s++) {
		const struct chart_series *series = &chart->series[s];
		const struct look *look = &looks[s % ARRAY_SIZE(looks)];

		fprintf(stream,
			"%s$process%zu using 1:%u axes %s with %s lc rgb '%s' dt %zu lw %.10g",
			s ? ", \\\n\t" : "plot ", series->process, ++column[series->process] + 1,
			series->right ? "x1y2" : "x1y1", marked ? "linespoints" : "lines",
			look->colour, (look->dash + s / ARRAY_SIZE(looks) - 1) % 5 + 1,
			look->width);
		if (marked)
			fprintf(stream, " pt %u ps 0.7", look->mark);
		fprintf(stream, " title '%s'", series->title);
	}
	/* A limit that changes has more sizes than there is room for. */
	if (limited)
		fprintf(stream, ", \\\n\t$limit using 1:2 with lines lc rgb '#000000' dt 4 lw 2 "
			"title 'limit%s%s'", chart->limit_count == 1 ? " " : "",
			chart->limit_count == 1
				? size_text(size, (uint64_t)chart->limits[0].y, SIZE_HUMAN) : "");
	if (end->estimated)
		fprintf(stream, ", \\\n\t$end using 1:2 with lines lc rgb '%s' dt 3 lw 2 title "
			"'since the last row'", looks[0].colour);
	fprintf(stream,
		", \\\n\t$point using 1:2 with points lc rgb '#000000' pt %d ps %s lw %d title ",
		in_text ? (end->killed ? LETTER_X : LETTER_O) : end->killed ? 2 : 6,
		end->killed ? "2.2" : "1.4", end->killed ? 4 : 2);
	put_text(script, end->name);
	fputc('\n', stream);
}

void script_write(FILE *stream, const struct chart *chart, const struct script_paper *paper)
{
	struct script script = {
		.stream = stream, .chart = chart, .paper = paper,
		.x = { "", 1 }, .y = unit_of_size(chart->high),
	};
	bool limited;

	if (chart->x != CHART_X_ROW)
		script.x = chart->x == CHART_X_TIME ? unit_of_time(chart->x_end)
						    : unit_of_size(chart->x_end);
	if (paper->kind == PICTURE_TEXT)
		fprintf(stream, "set terminal dumb nofeed mono noenhanced size %u,%u\n",
			paper->columns, paper->rows);
	else
		fprintf(stream, "set terminal %s\n", papers[paper->kind].terminal);
	put_values(&script);
	put_titles(&script);
	fputs(layout, stream);
	fputs(paper->kind == PICTURE_TEXT ? layout_text : layout_picture, stream);
	put_steps(&script);
	put_end(&script);
	for (size_t process = 0; process < chart->processes; process++)
		put_rows(&script, process);
	limited = put_marks(&script);
	put_plot(&script, limited);
}
