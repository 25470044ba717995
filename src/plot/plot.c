/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plot.c - chart, script, gnuplot, file: one after the other */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/terminal.h"
#include "plot/gnuplot.h"
#include "plot/plot.h"
#include "plot/script.h"

/* A picture for a terminal that does not say how large it is, or for a file or pipe. */
#define USUAL_COLUMNS 80
#define USUAL_ROWS 24

/* Smaller than this gnuplot leaves parts out, and larger than any terminal is. */
#define LEAST_COLUMNS 40
#define LEAST_ROWS 16
#define MOST_CELLS 1000

int plot_check(const struct plot_request *request, struct error *err)
{
	char path[PATH_MAX];
	int r = gnuplot_find(path, err);

	if (r < 0 || request->kind == PICTURE_TEXT)
		return r;
	return picture_check(request->file, err);
}

static unsigned within(int cells, unsigned least, unsigned usual)
{
	if (cells <= 0)
		return usual;
	return (unsigned)cells < least ? least : cells > MOST_CELLS ? MOST_CELLS : (unsigned)cells;
}

/* The last line of a terminal is for what the shell says next. */
static struct script_paper choose_paper(enum picture_kind kind)
{
	int rows = terminal_height(STDOUT_FILENO);

	return (struct script_paper){
		.kind = kind,
		.columns = within(terminal_width(STDOUT_FILENO), LEAST_COLUMNS, USUAL_COLUMNS),
		.rows = within(rows ? rows - 1 : 0, LEAST_ROWS, USUAL_ROWS),
		.ascii = kind == PICTURE_TEXT && !terminal_has_utf8(),
	};
}

static int make_script(const struct plot_request *request, const struct recording *recording,
		       const struct column_choice *choice, char **ret_script, size_t *ret_length)
{
	struct script_paper paper = choose_paper(request->kind);
	struct chart_params params = { .x = request->x, .columns = choice };
	CLEANUP_FREE struct chart *chart = malloc(sizeof(*chart));
	FILE *stream;
	int r;

	if (!chart)
		return -ENOMEM;
	script_inside(&paper, &params.width, &params.height);
	r = chart_make(recording, &params, chart);
	if (r < 0)
		return r;
	stream = open_memstream(ret_script, ret_length);
	if (!stream)
		return -errno;
	script_write(stream, chart, &paper);
	r = ferror(stream) ? -ENOMEM : 0;
	return fclose(stream) < 0 ? -ENOMEM : r;
}

/* Without the blanks behind its lines, and the empty lines at its ends. */
static char *trim_text(const struct gnuplot_picture *picture)
{
	char *text = malloc(picture->length + 2), *at = text;
	const char *byte = picture->bytes, *end = byte + picture->length;

	for (; text && byte < end; byte++) {
		if (*byte == '\n')
			while (at > text && at[-1] == ' ')
				at--;
		if (*byte != '\f' && (*byte != '\n' || at > text))
			*at++ = *byte;
	}
	while (text && at > text && strchr(" \n", at[-1]))
		at--;
	if (text)
		memcpy(at, "\n", 2);
	return text;
}

static int hand_over(const struct plot_request *request, const struct gnuplot_picture *picture,
		     char **ret_text, struct error *err)
{
	*ret_text = NULL;
	if (request->kind != PICTURE_TEXT)
		return picture_write(request->file, picture->bytes, picture->length, err);
	*ret_text = trim_text(picture);
	if (*ret_text)
		return 0;
	error_set_errno(err, -ENOMEM, "--plot");
	return -ENOMEM;
}

int plot_draw(const struct plot_request *request, const struct recording *recording,
	      const struct column_choice *choice, int cancel, char **ret_text,
	      struct error *err)
{
	CLEANUP_FREE char *script = NULL;
	struct gnuplot_picture picture = { 0 };
	char path[PATH_MAX];
	size_t length = 0;
	int r = make_script(request, recording, choice, &script, &length);

	if (r < 0) {
		error_set(err, "--plot: nothing was drawn: %s", r == -ENODATA
			  ? "no row was taken" : strerror(-r));
		return r;
	}
	r = gnuplot_find(path, err);
	if (r == 0)
		r = gnuplot_run(path, script, length, cancel, &picture, err);
	if (r < 0)
		return r;
	r = hand_over(request, &picture, ret_text, err);
	free(picture.bytes);
	return r;
}
