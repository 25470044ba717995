/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plot-options.c - parse and check --plot, --plot-x, --replay and --run */
#include <config.h>

#include <errno.h>
#include <string.h>

#include "pagetouch/plot-options.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

int value_plot(const char *text, struct request *request, struct error *err)
{
	request->plot.file = text;
	return picture_kind_of(text, &request->plot.kind, err);
}

int value_plot_x(const char *text, struct request *request, struct error *err)
{
	static const struct {
		const char *name;
		enum chart_x x;
	} axes[] = {
		{ "touched", CHART_X_TOUCHED }, { "time", CHART_X_TIME }, { "row", CHART_X_ROW },
	};
	char escaped[64];

	for (size_t i = 0; i < ARRAY_SIZE(axes); i++) {
		if (strcmp(text, axes[i].name) != 0)
			continue;
		request->plot.x = axes[i].x;
		return 0;
	}
	error_set(err, "--plot-x '%s' is not known",
		  error_escape(escaped, sizeof(escaped), text));
	error_hint(err, "write --plot-x=touched, --plot-x=time or --plot-x=row");
	return -EINVAL;
}

int value_replay(const char *text, struct request *request, struct error *err)
{
	request->replay = text;
	if (*text)
		return 0;
	error_set(err, "--replay: FILE '' is empty");
	error_hint(err,
		   "name a file that pagetouch --json has written, or - for standard input");
	return -EINVAL;
}

static bool goes_with_replay(const char *option)
{
	static const char *const names[] = {
		"replay", "run", "plot", "plot-x", "output", "bytes", "human", "noheadings",
		"quiet", "csv",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(option, names[i]))
			return true;
	return false;
}

/* What has been done cannot be done otherwise. */
static int check_replay(const struct option_walk *walk, bool operands, struct error *err)
{
	const struct option_table *table = walk->table;

	for (size_t i = 0; i < table->count; i++) {
		if (!walk->seen[i] || goes_with_replay(table->list[i].name))
			continue;
		error_set(err, "--replay and --%s contradict each other",
			  table->list[i].name);
		error_hint(err,
			   "--replay shows a run that is over: it goes with --plot and with "
			   "columns, units and --csv");
		return -EINVAL;
	}
	if (!operands)
		return 0;
	error_set(err, "--replay takes no SIZE");
	error_hint(err, "it shows a run that is over, which had one");
	return -EINVAL;
}

static int pictures_alone_error(const char *option, const char *other, struct error *err)
{
	error_set(err, "%s without %s has no meaning", option, other);
	error_hint(err, "add %s, or leave %s out", other, option);
	return -EINVAL;
}

int pictures_check(const struct option_walk *walk, const struct request *request, bool operands,
		   struct error *err)
{
	enum output_format format = request->output.format;

	if (request->plot.x != CHART_X_AUTO && !request->plot.file)
		return pictures_alone_error("--plot-x", "--plot FILE", err);
	if (request->run && !request->replay)
		return pictures_alone_error("--run", "--replay FILE", err);
	if (request->plot.file && request->plot.kind == PICTURE_TEXT &&
	    (format == OUTPUT_JSON || format == OUTPUT_CSV)) {
		error_set(err, "--plot - and --%s both write to standard output",
			  format == OUTPUT_JSON ? "json" : "csv");
		error_hint(err, "name a file for the picture, or leave one of them out");
		return -EINVAL;
	}
	return request->replay ? check_replay(walk, operands, err) : 0;
}
