/* SPDX-License-Identifier: GPL-2.0-or-later */
/* script.c - write a program for gnuplot(1): values of the run, the layout, steps and curves */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/macros.h"
#include "lib/terminal.h"
#include "lib/utf8.h"
#include "plot/script.h"
#include "sandbox/sandbox.h"
#include "verdict/watch.h"

/* With more rows a mark on each of them would hide the curve. */
#define MARKED_ROWS 48
/* More steps than these are not marked. */
#define MARKED_STEPS 128

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
	[PICTURE_SVG] = "svg size 960,600 fixed font 'sans-serif,15'",
	[PICTURE_PNG] = "pngcairo size 1200,750 font 'sans,14'",
	[PICTURE_PDF] = "pdfcairo size 10in,6.25in font 'sans,15'",
};
/* ... so many characters. */
#define PICTURE_WIDTH 102
#define PICTURE_HEIGHT 23

/* The linetypes of the layout come with these dashes; more curves than there are, with others. */
#define LINETYPES 7
static const unsigned dashes[] = { 1, 2, 4, 5, 3 };
/* Whether COLUMN shows FIELD of struct sample. */
#define SHOWS(column, field) ((column)->offset == offsetof(struct sample, field))

/* What is written. x is in bytes, nanoseconds or rows, y in bytes. */
struct script {
	FILE *stream;			/* values and points, then the layout... */
	FILE *late;			/* ... and then what is drawn by it */
	const struct recording *recording;
	enum plot_x along;		/* not AUTO */
	bool text;			/* for a terminal */
	double width, height;		/* of the plot's inside, in characters */
	double x_end, margin;		/* how far the axis goes, and beside it */
	const struct sample *first, *last;	/* of the subject */
	double last_x, end_x;		/* of its last reading, and where the run ended */
	double since;			/* what was touched between these */
	bool killed;
	size_t step_count;
	struct script_step {
		const char *name;
		double x;		/* where it begins */
		const struct step *limit;	/* it, if it changes the limit; else NULL */
	} steps[MARKED_STEPS + 1];
	bool cut;			/* the last step has no row */
	size_t limits;			/* how often the limit was set, and */
	double limit;			/* what to at last; 0: not known, or there is none */
	size_t processes;
	uint64_t pids[RECORDING_PROCESSES];	/* of children, by their first rows, from 1 */
	size_t curves;
};

static double script_place(const struct script *script, const struct recorded_row *row)
{
	if (script->along == PLOT_X_TIME)
		return (double)row->sample.elapsed_ns;
	return script->along == PLOT_X_ROW ? (double)row->moment : (double)row->sample.touched;
}

/* Which process SAMPLE is of, 0: the subject; `processes`: one that is not among them. */
static size_t script_process(const struct script *script, const struct sample *sample)
{
	size_t process = 1;

	if (!sample->of_child)
		return 0;
	while (process < script->processes && script->pids[process] != sample->pid)
		process++;
	return process;
}

/*
 * TEXT within double quotes. What means something to gnuplot there is written as an octal number,
 * and what means something to a terminal as \xNN.
 */
static void script_text(const struct script *script, FILE *stream, const char *text)
{
	size_t size = SAFE_ROOM(strlen(text));
	CLEANUP_FREE char *safe = malloc(size);
	CLEANUP_FREE char *fit = NULL;

	if (safe)
		fit = script->text ? terminal_fit(safe_text(safe, size, text))
				   : strdup(safe_text(safe, size, text));
	for (const char *at = fit ? fit : ""; *at; at++)
		fprintf(stream, strchr("\"\\`@", *at) ? "\\%03o" : "%c", *at);
}

/*
 * Finds the processes, and the subject's steps. A step begins where the last row of the one before
 * is: its own first is at its end. One that was the end has no row.
 */
static void script_find_steps(struct script *script)
{
	const struct recording *recording = script->recording;
	const struct workload *workload = recording->workload;
	const struct verdict *verdict = recording->verdict;

	script->processes = 1;
	for (size_t i = 0; i < recording->count; i++) {
		const struct recorded_row *row = &recording->rows[i];
		const struct sample *sample = &row->sample;
		const struct step *then = sample->step != STEP_THEN ||
			sample->step_number >= workload->step_count
			? NULL : &workload->steps[sample->step_number];
		double x = script_place(script, row);

		script->x_end = MAX(script->x_end, x);
		if (script_process(script, sample) == script->processes &&
		    script->processes < RECORDING_PROCESSES)
			script->pids[script->processes++] = sample->pid;
		if (sample->of_child)
			continue;
		if (!script->first)
			script->first = sample;
		if ((!script->last || sample->step != script->last->step ||
		     sample->step_number != script->last->step_number) &&
		    script->step_count < MARKED_STEPS)
			script->steps[script->step_count++] = (struct script_step){
				sample_step_name(sample), script->last ? script->last_x : x,
				then && then->rule && then->rule->verb == VERB_BOUND &&
				then->rule->what == SANDBOX_LIMIT ? then : NULL,
			};
		script->last = sample;
		script->last_x = x;
	}
	if (!script->last)
		script->first = script->last = &recording->rows[0].sample;
	script->cut = verdict && *verdict->step &&
		      strcmp(verdict->step, sample_step_name(script->last)) != 0;
	if (script->cut)
		script->steps[script->step_count++] =
			(struct script_step){ verdict->step, script->last_x, NULL };
	/* The baseline alone, before the memory is locked, is no step. */
	if (script->step_count > 1 && script->steps[0].x >= script->steps[1].x) {
		script->step_count--;
		memmove(script->steps, script->steps + 1,
			script->step_count * sizeof(script->steps[0]));
	}
}

/* Finds where the run ended, which is behind the last row, and how far the axis goes. */
static void script_find_end(struct script *script)
{
	const struct recording *recording = script->recording;
	const struct verdict *verdict = recording->verdict;
	double planned = (double)recording->workload->touch;

	/* How much of it was touched in a step, is not known. */
	if (verdict && script->last->step == STEP_TOUCH &&
	    verdict->touched > script->last->touched)
		script->since = (double)(verdict->touched - script->last->touched);
	script->killed = verdict && verdict->signal && verdict->outcome != OUTCOME_INTERRUPTED;
	script->end_x = script->last_x;
	if (script->along == PLOT_X_TOUCHED)
		script->end_x += script->since;
	else if (script->along == PLOT_X_TIME && verdict &&
		 (script->killed || recording->followed))
		script->end_x = MAX(script->end_x, (double)verdict->elapsed_ns);
	/* As far as there is anything, or as the run was to go if that is not far beyond. */
	script->x_end = MAX(script->x_end, script->end_x);
	if (script->along == PLOT_X_TOUCHED && planned <= 2.5 * script->x_end &&
	    !(verdict && verdict->outcome == OUTCOME_COMPLETED))
		script->x_end = MAX(script->x_end, planned);
	script->x_end = script->x_end > 0 ? script->x_end : 1;
	script->margin = 0.015 * script->x_end;
}

/* What was run, and what of it is not as usual; where and when. */
static void script_titles(const struct script *script)
{
	const struct recording *recording = script->recording;
	const struct host *host = recording->host;
	const char *const parts[][2] = {
		{ "", host->name }, { "Linux ", host->kernel }, { "", host->time },
	};
	const char *between = "";
	FILE *stream = script->stream;
	char size[SIZE_TEXT_MAX];

	fprintf(stream, "title = \"%s: ", recording->followed ? "pagewatch" : "pagetouch");
	if (recording->followed)
		script_text(script, stream, recording->followed);
	else
		workload_print_title(stream, recording->workload);
	if (recording->limit != SAMPLE_MISSING)
		fprintf(stream, ", limit %s", size_text(size, recording->limit, SIZE_HUMAN));
	fputs("\"\nsubtitle = \"", stream);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (!*parts[i][1])
			continue;
		fprintf(stream, "%s%s", between, parts[i][0]);
		script_text(script, stream, parts[i][1]);
		between = ", ";
	}
	fputs("\"\n", stream);
}

/* Names of steps that would cover each other stand on lines of their own. One needs no name. */
static void script_steps(const struct script *script)
{
	double taken[NAMES_LINES] = { 0 };	/* each line's names reach so far */
	unsigned most = (unsigned)MIN(NAMES_HEIGHT * script->height, NAMES_LINES), lines = 0;

	for (size_t i = 0; script->step_count > 1 && i < script->step_count; i++) {
		const struct script_step *step = &script->steps[i];
		double width = ((double)strlen(step->name) + NAME_GAP) / script->width *
			       script->x_end;
		bool before = step->x + width > script->x_end && step->x >= width;
		double from = before ? step->x - width : step->x;
		unsigned line = 0;

		while (line + 1 < most && from < taken[line])
			line++;
		taken[line] = from + width;
		lines = MAX(lines, line + 1);
		/* Of text the line of the name is not the line's. */
		fprintf(script->late,
			"set arrow from first x(%.15g), graph 0 to first x(%.15g), graph %.4f "
			"as 1\n",
			step->x, step->x, script->text ? 1 - (line + 1.5) / script->height : 1);
		fputs("set label \"", script->late);
		script_text(script, script->late, step->name);
		fprintf(script->late,
			"\" at first x(%.15g), graph %.4f %s offset %s,0 front boxed\n", step->x,
			1 - (line + 0.7) / script->height, before ? "right" : "left",
			before ? "-0.6" : "0.6");
	}
	fprintf(script->stream, "names = %g\n", lines ? lines + 0.5 : 0);
}

/* From X on the limit is BYTES, 0: not known, in whole pages as the kernel takes it. */
static void script_add_limit(struct script *script, double x, uint64_t bytes)
{
	uint64_t page_size = script->recording->workload->page_size;
	double limit = (double)(page_size ? bytes - bytes % page_size : bytes);

	if (script->limits && limit == script->limit)
		return;
	if (script->limits++)
		fprintf(script->stream, "%.15g %.15g\n", x, script->limit);
	fprintf(script->stream, "%.15g %.15g\n", x, limit);
	script->limit = limit;
}

/*
 * The limit is a line with corners where steps change it. One that was cut short may have, or
 * not; but the limit at the end was read, while a replay does not know what a share of memory was.
 */
static void script_limit(struct script *script)
{
	const struct recording *recording = script->recording;
	uint64_t last = recording->verdict ? recording->verdict->limit : SAMPLE_MISSING;
	size_t last_step = script->step_count;

	fputs("$limit << EOD\n", script->stream);
	if (recording->limit != SAMPLE_MISSING)
		script_add_limit(script, -script->margin, recording->limit);
	while (last_step > 0 && !script->steps[last_step - 1].limit)
		last_step--;
	for (size_t i = 0; i < last_step; i++) {
		const struct step *limit = script->steps[i].limit;
		bool is_read = i + 1 == last_step && !script->cut && last != SAMPLE_MISSING;

		if (limit)
			script_add_limit(script, script->steps[i].x,
					 limit->bytes || !is_read ? limit->bytes : last);
	}
	if (last != SAMPLE_MISSING)
		script_add_limit(script, script->last_x, last);
	if (script->limits)
		fprintf(script->stream, "%.15g %.15g\n", script->x_end + script->margin,
			script->limit);
	fprintf(script->stream, "EOD\nlimits = %zu\nlast_limit = %.15g\n", script->limits,
		script->limit);
}

/*
 * The end: RSS as it was last read, and what has been touched since, as far as that counts; its
 * name for the legend, and a label if the name does not say all.
 */
static void script_end(const struct script *script)
{
	const struct recording *recording = script->recording;
	const struct verdict *verdict = recording->verdict;
	const struct sample *first = script->first, *last = script->last;
	double touched = (double)last->touched - (double)first->touched, growth = 1;
	double last_y = (double)last->rss, end_y;
	bool at_right = script->end_x > script->x_end / 2;
	FILE *stream = script->stream;
	char size[SIZE_TEXT_MAX];

	/* Reading may add nothing. */
	if (touched > 0)
		growth = ((double)last->rss - (double)first->rss) / touched;
	end_y = last_y + script->since * MAX(0, MIN(1, growth));
	/* Of processes that were followed more is known than the rows show. */
	if (verdict && verdict->peaks && verdict->peaks->rss_ns > last->elapsed_ns)
		end_y = MAX(end_y, (double)verdict->peaks->rss);
	if (verdict && verdict->outcome == OUTCOME_OOM_SANDBOX && script->limit > 0)
		end_y = MIN(end_y, MAX(script->limit, last_y));
	fprintf(stream, "$end << EOD\n%.15g %.15g\n%.15g %.15g\nEOD\n", script->last_x, last_y,
		script->end_x, end_y);
	fprintf(stream, "end_y = %.15g\nend_at_right = %d\nestimated = %d\nkilled = %d\nend = \"",
		end_y, at_right, script->end_x > script->last_x || end_y > last_y, script->killed);
	if (!verdict)
		fputs("the record ends here", stream);
	else if (verdict->outcome == OUTCOME_GUARD)
		fputs("stopped by the guard", stream);
	else
		script_text(script, stream, recording->outcome);
	fputs("\"\nif (killed) { end = 'killed ('.end.')' }\n", stream);
	if (!verdict || (verdict->outcome == OUTCOME_COMPLETED && !recording->victim))
		return;
	fputs("set label end.\"", script->late);
	if (*verdict->step || recording->victim) {
		fputs(recording->victim ? ", OOM kill of " : " in ", script->late);
		script_text(script, script->late,
			    recording->victim ? recording->victim : verdict->step);
	} else if (!recording->followed) {
		fprintf(script->late, " at %s", size_text(size, verdict->touched, SIZE_HUMAN));
	}
	fprintf(script->late,
		"\" at first x(%.15g), first y(end_y) %s offset %s,above front boxed\n",
		script->end_x, at_right ? "right" : "left", at_right ? "-0.8" : "0.8");
}

/*
 * The curve of COLUMN for PROCESS, unless none of its figures was read. VSZ and GREW of a child
 * say nothing new; what is around both processes is one.
 */
static void script_curve(struct script *script, size_t process, const struct column *column)
{
	const struct recording *recording = script->recording;
	bool right = column->kind == COLUMN_COUNT, was_read = false;
	FILE *stream = script->stream;

	if (column->kind > COLUMN_COUNT ||
	    (SHOWS(column, touched) && script->along == PLOT_X_TOUCHED))
		return;
	if (process && (SHOWS(column, vsz) || SHOWS(column, grew) ||
			column->needs & (NEED_CGROUP_USAGE | NEED_CGROUP_STAT | NEED_COMMITTED)))
		return;
	for (size_t i = 0; i < recording->count; i++) {
		const struct recorded_row *row = &recording->rows[i];
		uint64_t value = column_value(column, &row->sample);

		if (script_process(script, &row->sample) != process ||
		    column_is_missing(column, value))
			continue;
		if (!was_read)
			fprintf(stream, "$curve%zu << EOD\n", script->curves);
		was_read = true;
		fprintf(stream, "%.15g %.15g\n", script_place(script, row),
			column->kind == COLUMN_GROWTH ? (double)(int64_t)value : (double)value);
	}
	if (!was_read)
		return;
	fprintf(stream, "EOD\nstats $curve%zu using 2 nooutput\n%s", script->curves,
		/* Counts that are all 0 have an axis, too. */
		right ? "right = max(right, max(STATS_max, 1))\n"
		: SHOWS(column, vsz) && !recording->followed ? "vsz_high = STATS_max\n"
		: "low = min(low, STATS_min)\nhigh = max(high, STATS_max)\n");
	fprintf(script->late, "%s$curve%zu using (x($1)):%s lt %zu dt %u title '%s",
		script->curves ? "" : "plot ", script->curves,
		right ? "2 axes x1y2" : "(y($2))", script->curves % LINETYPES + 1,
		dashes[(script->curves + script->curves / LINETYPES) % ARRAY_SIZE(dashes)],
		column->name);
	if (process)
		fprintf(script->late, ", child %zu", process);
	else if (right)
		fputs(" (right)", script->late);
	fputs("', \\\n\t", script->late);
	script->curves++;
}

/* RSS first and VSZ second, which look the same in every picture; then what was asked for. */
static void script_curves(struct script *script, const struct column_choice *choice)
{
	const struct column_choice usual = column_choice_default(script->recording->followed);
	bool followed = script->recording->followed;
	const struct column *rss = columns, *vsz = columns;
	char size[SIZE_TEXT_MAX] = "";
	size_t asked = 0;

	while (!SHOWS(rss, rss))
		rss++;
	while (!SHOWS(vsz, vsz))
		vsz++;
	/* What the table has anyway is not asked for: columns that lead, and the usual ones. */
	while (!choice->by_name && choice->index[asked] != usual.index[0])
		asked++;
	if (!choice->by_name)
		asked += usual.count;
	fputs("low = 0\nhigh = 0\nright = 0\nvsz_high = 0\n", script->stream);
	for (size_t process = 0; process < script->processes; process++) {
		script_curve(script, process, rss);
		if (!followed)
			script_curve(script, process, vsz);
		/* Of processes that are followed VSZ says little, but the table's sizes do. */
		for (size_t i = 0; i < column_count; i++) {
			const struct column *column = &columns[i];
			bool named = memchr(choice->index + asked, (int)i, choice->count - asked);
			bool usually = followed && column->kind == COLUMN_SIZE && column != vsz &&
				       memchr(choice->index, (int)i, choice->count);

			if (column != rss && (followed || column != vsz) && (named || usually))
				script_curve(script, process, column);
		}
	}
	/* A limit that changes has more sizes than there is room for. */
	if (script->limits == 1 && script->limit > 0)
		size_text(size, (uint64_t)script->limit, SIZE_HUMAN);
	fprintf(script->late,
		"$limit using (x($1)):(shown($2) ? y($2) : NaN) with lines lc rgb '#000000' dt 4 "
		"lw 2 title (limited ? 'limit%s%s' : ''), \\\n\t"
		"$end using (x($1)):(estimated ? y($2) : NaN) with lines lc rgb '#D55E00' dt 3 "
		"lw 2 title (estimated ? 'since the last row' : ''), \\\n\t"
		"$end using (x($1)):(y($2)) every ::1 with points ls 1 title end\n",
		*size ? " " : "", size);
}

int script_write(FILE *stream, const struct recording *recording,
		 const struct plot_request *request, const struct column_choice *choice,
		 unsigned width, unsigned height)
{
	static const char *const names[] = {
		[PLOT_X_TOUCHED] = "touched", [PLOT_X_TIME] = "time", [PLOT_X_ROW] = "row",
	};
	struct script script = {
		.stream = stream, .recording = recording,
		.text = request->kind == PICTURE_TEXT,
		.width = PICTURE_WIDTH, .height = PICTURE_HEIGHT,
	};
	CLEANUP_FREE char *late = NULL;
	size_t length;

	if (!recording->count)
		return -ENODATA;
	script.along = request->x ? request->x : PLOT_X_TOUCHED;
	for (size_t i = 0; request->x == PLOT_X_AUTO && i < recording->count; i++)
		if (recording->followed || recording->rows[i].sample.step != STEP_TOUCH ||
		    recording->rows[i].sample.step_number)
			script.along = PLOT_X_TIME;
	script.late = open_memstream(&late, &length);
	if (!script.late)
		return -ENOMEM;
	if (script.text) {
		script.width = MAX((int)width - TEXT_BESIDE, TEXT_BESIDE);
		script.height = MAX((int)height - TEXT_AROUND, TEXT_AROUND);
		fprintf(stream, "set terminal dumb nofeed mono noenhanced size %u,%u\n", width,
			height);
	} else {
		fprintf(stream, "set terminal %s noenhanced background '#ffffff'\n",
			terminals[request->kind]);
	}
	script_find_steps(&script);
	script_find_end(&script);
	script_titles(&script);
	/* In pictures the letters of the title are larger. */
	fprintf(stream, "title_width = %d\nheight = %.1f\ntext = %d\nmarked = %d\n",
		(int)(script.text ? script.width : script.width * 4 / 5), script.height,
		script.text, !script.text && recording->count <= MARKED_ROWS);
	fprintf(stream, "along = '%s'\nx_end = %.15g\nmargin = %.15g\n", names[script.along],
		script.x_end, script.margin);
	fputs("min(a, b) = a < b ? a : b\nmax(a, b) = a > b ? a : b\n", stream);
	script_steps(&script);
	script_limit(&script);
	script_end(&script);
	script_curves(&script, choice);
	fputs(script_layout, stream);
	if (fclose(script.late) < 0)
		return -ENOMEM;
	fputs(late, stream);
	return 0;
}
