/* SPDX-License-Identifier: GPL-2.0-or-later */
/* script.c - write a program for gnuplot(1) */
#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/safe.h"
#include "lib/utf8.h"
#include "plot/script.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* At the left and the right, so that no curve lies on the border; a share of the width. */
#define MARGIN 0.015

/* With more rows a mark on each of them would hide the curve. */
#define MARKED_ROWS 48

/* What is around the plot's inside on a terminal, in characters: tics, labels, title, legend. */
#define TEXT_BESIDE 14
#define TEXT_AROUND 10

/* Marks of a text terminal: letters of the alphabet by their number. */
#define LETTER_O 15
#define LETTER_X 24

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

static size_t plot_script_character_length(const char *text)
{
	uint32_t character;
	size_t length = utf8_decode(text, &character);

	return length ? length : 1;
}

static size_t count_characters(const char *text)
{
	size_t count = 0;

	for (; *text; text += plot_script_character_length(text))
		count++;
	return count;
}

/* The quotes that TEXT begins with, at most MOST, as a text of their own. Returns how many. */
static size_t put_quotes(FILE *stream, const char *text, size_t most)
{
	size_t count = strspn(text, "'");

	count = count < most ? count : most;
	if (count)
		fprintf(stream, "\"%.*s\".", (int)count, text);
	return count;
}

/*
 * TEXT in single quotes, in which '' is ' and all else is itself; but ''' at the beginning is an
 * empty text and a quote too many. Of more than MOST characters the last ones are left out.
 */
static void put_text(FILE *stream, const struct script_paper *paper, const char *text, size_t most)
{
	size_t size = SAFE_ROOM(strlen(text)), length, quotes;
	char *safe = malloc(size);
	const char *at = safe ? safe_text(safe, size, text) : "";
	bool cut = count_characters(at) > most;

	most = cut && most > 3 ? most - 3 : most;
	quotes = put_quotes(stream, at, most);
	fputc('\'', stream);
	for (at += quotes, most -= quotes; *at && most; at += length, most--) {
		length = plot_script_character_length(at);
		for (size_t i = 0; i < length && paper->ascii && (unsigned char)*at >= 0x80; i++)
			fprintf(stream, "\\x%02x", (unsigned char)at[i]);
		if (paper->ascii && (unsigned char)*at >= 0x80)
			continue;
		if (*at == '\'')
			fputs("''", stream);
		else
			fwrite(at, 1, length, stream);
	}
	fputs(cut ? "...'" : "'", stream);
	free(safe);
}

static void put_terminal(FILE *stream, const struct script_paper *paper)
{
	if (paper->kind == PICTURE_TEXT)
		fprintf(stream, "set terminal dumb nofeed mono noenhanced size %u,%u\n",
			paper->columns, paper->rows);
	else
		fprintf(stream, "set terminal %s\n", papers[paper->kind].terminal);
	fputs("set encoding utf8\n", stream);
	fputs("set datafile missing 'NaN'\n", stream);
	fputs("set style textbox opaque noborder\n", stream);
}

static void put_titles(FILE *stream, const struct chart *chart, const struct script_paper *paper,
		       unsigned width)
{
	/* In pictures the letters of the title are larger. */
	width = paper->kind == PICTURE_TEXT ? width : width * 4 / 5;
	fputs("set title ", stream);
	put_text(stream, paper, chart->title, width);
	fputs(".\"\\n\".", stream);
	put_text(stream, paper, chart->subtitle, width);
	fprintf(stream, "%s\n", paper->kind == PICTURE_TEXT ? "" : " font ',16'");
	if (chart->x == CHART_X_ROW)
		fputs("set xlabel 'row'\n", stream);
	else
		fprintf(stream, "set xlabel '%s (%s)'\n",
			chart->x == CHART_X_TIME ? "time" : "touched", chart->x_unit.name);
	fprintf(stream, "set ylabel 'memory (%s)'\n", chart->y_unit.name);
}

/* The lowest tic: below 0 only if there is anything. */
static double first_tic(const struct chart *chart)
{
	double tic = 0;

	while (tic - chart->y_step >= chart->y_bottom)
		tic -= chart->y_step;
	return tic;
}

/* The tics below a break, and VSZ above it, which has a unit of its own. */
static void put_broken_tics(FILE *stream, const struct chart *chart)
{
	char size[SIZE_TEXT_MAX];

	fprintf(stream, "set ytics (");
	for (double at = first_tic(chart); at <= chart->low; at += chart->y_step)
		fprintf(stream, "'%.10g' %.10g, ", at, at);
	fprintf(stream, "'%s' %.10g) nomirror\n",
		size_text(size, (uint64_t)chart->high_to, SIZE_HUMAN), chart->break_middle);
	for (int line = 0; line < 2; line++)
		fprintf(stream,
			"set arrow from graph 0, first %.10g to graph 1, first %.10g nohead "
			"lc rgb '" GREY "' dt 3\n",
			chart->break_at + line * chart->low / 80,
			chart->break_at + line * chart->low / 80);
	/* Out of the way of the end's label, which may be as high. */
	fprintf(stream,
		"set label 'the axis is broken here' at graph %s, first %.10g %s front boxed "
		"tc rgb '" GREY "'\n",
		chart->end.before ? "0.03" : "0.97", chart->break_at + chart->low / 160,
		chart->end.before ? "left" : "right");
}

static void put_axes(FILE *stream, const struct chart *chart, const struct script_paper *paper)
{
	double whole = (chart->y_top - chart->y_bottom) / (1 - chart->band);
	/* At the right the counts reach as high as the memory at the left, at the most. */
	double right = chart->right_top * (whole + chart->y_bottom) / chart->low;

	fprintf(stream, "set xrange [%.10g:%.10g]\n", -chart->x_end * MARGIN,
		chart->x_end * (1 + MARGIN));
	fprintf(stream, "set yrange [%.10g:%.10g]\n", chart->y_bottom, chart->y_bottom + whole);
	if (chart->x_step > 0)
		fprintf(stream, "set xtics 0,%.10g\n", chart->x_step);
	if (chart->broken)
		put_broken_tics(stream, chart);
	else
		fprintf(stream, "set ytics %.10g,%.10g,%.10g nomirror\n",
			first_tic(chart), chart->y_step, chart->y_top);
	if (chart->right_top > 0)
		fprintf(stream, "set y2range [%.10g:%.10g]\nset y2tics\nset y2label 'count'\n",
			right * chart->y_bottom / (whole + chart->y_bottom), right);
	fputs("set xtics nomirror\n", stream);
	fprintf(stream, "set border %d\n", chart->right_top > 0 ? 11 : 3);
	if (paper->kind == PICTURE_TEXT)
		fputs("set key bottom center outside horizontal width 2\n", stream);
	else
		fputs("set grid lc rgb '#c8c8c8' lw 1 dt 1\n"
		      "set key bottom center outside horizontal height 0.8 width 1 samplen 6\n",
		      stream);
}

static void put_steps(FILE *stream, const struct chart *chart, const struct script_paper *paper,
		      unsigned height)
{
	for (size_t i = 0; i < chart->step_count; i++) {
		const struct chart_step *step = &chart->steps[i];
		/* Of text the first line is for the name of the first step. */
		double top = paper->kind == PICTURE_TEXT ? 1 - (step->level + 1.5) / height : 1;

		fprintf(stream,
			"set arrow from first %.10g, graph 0 to first %.10g, graph %.4f nohead "
			"lc rgb '" GREY "' lw 1 dt 3\n",
			step->x, step->x, top);
		fputs("set label ", stream);
		put_text(stream, paper, step->name, SAMPLE_STEP_MAX);
		fprintf(stream, " at first %.10g, graph %.4f %s offset %s,0 front%s\n", step->x,
			1 - (step->level + 0.7) / height, step->before ? "right" : "left",
			step->before ? "-0.6" : "0.6",
			paper->kind == PICTURE_TEXT ? "" : " boxed");
	}
}

static void put_end(FILE *stream, const struct chart *chart, const struct script_paper *paper,
		    unsigned width)
{
	const struct chart_end *end = &chart->end;
	double share = end->x / chart->x_end;

	if (!*end->label)
		return;
	fputs("set label ", stream);
	put_text(stream, paper, end->label, (size_t)((end->before ? share : 1 - share) * width));
	fprintf(stream, " at first %.10g, first %.10g %s offset %s,%s front%s\n", end->x, end->y,
		end->before ? "right" : "left", end->before ? "-0.8" : "0.8",
		end->below ? "-1" : "1", paper->kind == PICTURE_TEXT ? "" : " boxed");
}

/* A table for each process: the place, then a column for each of its series. */
static void plot_script_put_rows(FILE *stream, const struct chart *chart, size_t process)
{
	const struct recording *recording = chart->recording;

	fprintf(stream, "$process%zu << EOD\n", process);
	for (size_t i = 0; i < recording->count; i++) {
		const struct recorded_row *row = &recording->rows[i];

		if (chart_process(chart, row) != process)
			continue;
		fprintf(stream, "%.10g", chart_place(chart, row));
		for (size_t s = 0; s < chart->series_count; s++) {
			double height = chart_height(chart, &chart->series[s], row);

			if (chart->series[s].process == process && isnan(height))
				fputs(" NaN", stream);
			else if (chart->series[s].process == process)
				fprintf(stream, " %.10g", height);
		}
		fputc('\n', stream);
	}
	fputs("EOD\n", stream);
}

/* The limit: a line that has corners where it changes, and a gap where it is not shown. */
static void put_limit(FILE *stream, const struct chart *chart)
{
	double margin = chart->x_end * MARGIN;

	fputs("$limit << EOD\n", stream);
	for (size_t i = 0; i < chart->limit_count; i++) {
		const struct chart_limit *limit = &chart->limits[i];
		double from = i || limit->x > 0 ? limit->x : -margin;
		double until = chart_limit_until(chart, i);

		if (i + 1 == chart->limit_count)
			until += margin;
		if (limit->shown)
			fprintf(stream, "%.10g %.10g\n%.10g %.10g\n", from, limit->y, until,
				limit->y);
		else
			fputc('\n', stream);
	}
	fputs("EOD\n", stream);
}

static bool is_limit_shown(const struct chart *chart)
{
	for (size_t i = 0; i < chart->limit_count; i++)
		if (chart->limits[i].shown)
			return true;
	return false;
}

/* The last reading and the end, which may be one; the limit. */
static void put_marks(FILE *stream, const struct chart *chart)
{
	const struct recording *recording = chart->recording;
	const struct recorded_row *last = NULL;

	for (size_t i = 0; i < recording->count; i++)
		if (!chart_process(chart, &recording->rows[i]))
			last = &recording->rows[i];
	fputs("$end << EOD\n", stream);
	if (last && chart->end.estimated)
		fprintf(stream, "%.10g %.10g\n", chart_place(chart, last),
			(double)last->sample.rss / chart->y_unit.size);
	fprintf(stream, "%.10g %.10g\nEOD\n", chart->end.x, chart->end.y);
	fprintf(stream, "$point << EOD\n%.10g %.10g\nEOD\n", chart->end.x, chart->end.y);
	if (is_limit_shown(chart))
		put_limit(stream, chart);
}

static void put_series(FILE *stream, const struct chart *chart, const struct script_paper *paper)
{
	bool marked = paper->kind != PICTURE_TEXT && chart->recording->count <= MARKED_ROWS;
	unsigned column[RECORDING_PROCESSES] = { 0 };

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
		fputs(" title ", stream);
		put_text(stream, paper, series->title, sizeof(series->title));
	}
}

/* A limit that changes has more sizes than there is room for. */
static void put_limit_title(FILE *stream, const struct chart *chart)
{
	double bytes = chart->limits[0].y * chart->y_unit.size;
	char size[SIZE_TEXT_MAX];

	fputs(", \\\n\t$limit using 1:2 with lines lc rgb '#000000' dt 4 lw 2 title 'limit",
	      stream);
	if (chart->limit_count == 1)
		fprintf(stream, " %s", size_text(size, (uint64_t)bytes, SIZE_HUMAN));
	fputc('\'', stream);
}

static void put_plot(FILE *stream, const struct chart *chart, const struct script_paper *paper)
{
	put_series(stream, chart, paper);
	if (is_limit_shown(chart))
		put_limit_title(stream, chart);
	if (chart->end.estimated)
		fprintf(stream, ", \\\n\t$end using 1:2 with lines lc rgb '%s' dt 3 lw 2 title "
			"'since the last row'", looks[0].colour);
	fprintf(stream,
		", \\\n\t$point using 1:2 with points lc rgb '#000000' pt %d ps %s lw %d title ",
		paper->kind == PICTURE_TEXT ? (chart->end.killed ? LETTER_X : LETTER_O)
					    : (chart->end.killed ? 2 : 6),
		chart->end.killed ? "2.2" : "1.4", chart->end.killed ? 4 : 2);
	put_text(stream, paper, chart->end.name, sizeof(chart->end.name));
	fputc('\n', stream);
}

void script_write(FILE *stream, const struct chart *chart, const struct script_paper *paper)
{
	unsigned width, height;

	script_inside(paper, &width, &height);
	put_terminal(stream, paper);
	put_titles(stream, chart, paper, width);
	put_axes(stream, chart, paper);
	put_steps(stream, chart, paper, height);
	put_end(stream, chart, paper, width);
	for (size_t process = 0; process < chart->processes; process++)
		plot_script_put_rows(stream, chart, process);
	put_marks(stream, chart);
	put_plot(stream, chart, paper);
}
