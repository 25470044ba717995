/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pictures.c - parse and check --plot, --plot-x, --replay and --run */
#include <config.h>

#include <errno.h>
#include <string.h>

#include "options/pictures.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

int value_plot(const char *text, struct request *request, struct trouble *trouble)
{
	request->plot.file = text;
	return picture_kind_of(text, &request->plot.kind, trouble);
}

int value_plot_x(const char *text, struct request *request, struct trouble *trouble)
{
	static const struct {
		const char *name;
		enum chart_x x;
	} axes[] = {
		{ "touched", CHART_X_TOUCHED }, { "time", CHART_X_TIME }, { "row", CHART_X_ROW },
	};
	char escaped[64];

	for (size_t i = 0; i < COUNT(axes); i++) {
		if (strcmp(text, axes[i].name) != 0)
			continue;
		request->plot.x = axes[i].x;
		return 0;
	}
	trouble_set(trouble, "--plot-x '%s' is not known",
		    trouble_escape(escaped, sizeof(escaped), text));
	trouble_remedy(trouble, "write --plot-x=touched, --plot-x=time or --plot-x=row");
	return -EINVAL;
}

int value_replay(const char *text, struct request *request, struct trouble *trouble)
{
	request->replay = text;
	if (*text)
		return 0;
	trouble_set(trouble, "--replay: FILE '' is empty");
	trouble_remedy(trouble,
		       "name a file that pagetouch --json has written, or - for standard input");
	return -EINVAL;
}

static bool goes_with_replay(const char *option)
{
	static const char *const names[] = {
		"replay", "run", "plot", "plot-x", "output", "bytes", "human", "noheadings",
		"quiet", "csv",
	};

	for (size_t i = 0; i < COUNT(names); i++)
		if (!strcmp(option, names[i]))
			return true;
	return false;
}

/* What has been done cannot be done otherwise. */
static int check_replay(const struct option_walk *walk, bool operands, struct trouble *trouble)
{
	const struct option_table *table = walk->table;

	for (size_t i = 0; i < table->count; i++) {
		if (!walk->seen[i] || goes_with_replay(table->list[i].name))
			continue;
		trouble_set(trouble, "--replay and --%s contradict each other",
			    table->list[i].name);
		trouble_remedy(trouble,
			       "--replay shows a run that is over: it goes with --plot and with "
			       "columns, units and --csv");
		return -EINVAL;
	}
	if (!operands)
		return 0;
	trouble_set(trouble, "--replay takes no SIZE");
	trouble_remedy(trouble, "it shows a run that is over, which had one");
	return -EINVAL;
}

static int complain_alone(const char *option, const char *other, struct trouble *trouble)
{
	trouble_set(trouble, "%s without %s has no meaning", option, other);
	trouble_remedy(trouble, "add %s, or leave %s out", other, option);
	return -EINVAL;
}

int pictures_check(const struct option_walk *walk, const struct request *request, bool operands,
		   struct trouble *trouble)
{
	enum output_format format = request->output.format;

	if (request->plot.x != CHART_X_AUTO && !request->plot.file)
		return complain_alone("--plot-x", "--plot FILE", trouble);
	if (request->run && !request->replay)
		return complain_alone("--run", "--replay FILE", trouble);
	if (request->plot.file && request->plot.kind == PICTURE_TEXT &&
	    (format == OUTPUT_JSON || format == OUTPUT_CSV)) {
		trouble_set(trouble, "--plot - and --%s both write to standard output",
			    format == OUTPUT_JSON ? "json" : "csv");
		trouble_remedy(trouble, "name a file for the picture, or leave one of them out");
		return -EINVAL;
	}
	return request->replay ? check_replay(walk, operands, trouble) : 0;
}
