/* SPDX-License-Identifier: GPL-2.0-or-later */
/* csv.c - comma-separated values: a header line and a line per sample */
#include <config.h>

#include <string.h>

#include "lib/program.h"
#include "output/printer.h"

static int csv_plan(struct printer *printer, const struct plan_record *record)
{
	const struct column_choice *choice = &printer->output->columns;

	(void)record;
	if (!printer->output->headings)
		return 0;
	for (size_t i = 0; i < choice->count; i++)
		fprintf(printer->stream, "%s%s", i ? "," : "", columns[choice->index[i]].name);
	fputc('\n', printer->stream);
	return stream_flush(printer->stream);
}

/* A name may be anything: RFC 4180. */
static void csv_name(FILE *stream, const char *name)
{
	bool quoted = strpbrk(name, ",\"\r\n") != NULL;

	if (quoted)
		fputc('"', stream);
	for (; *name; name++) {
		if (*name == '"')
			fputc('"', stream);
		fputc(*name, stream);
	}
	if (quoted)
		fputc('"', stream);
}

static int csv_sample(struct printer *printer, const struct sample *sample)
{
	const struct column_choice *choice = &printer->output->columns;
	char cell[PRINTER_CELL_MAX];

	for (size_t i = 0; i < choice->count; i++) {
		const struct column *column = &columns[choice->index[i]];

		printer_cell(column, sample, printer->output->unit, cell);
		fputs(i ? "," : "", printer->stream);
		if (column->kind == COLUMN_NAME)
			csv_name(printer->stream, cell);
		else
			fputs(cell, printer->stream);
	}
	fputc('\n', printer->stream);
	return stream_flush(printer->stream);
}

const struct printer_format printer_csv = {
	.plan = csv_plan,
	.sample = csv_sample,
	.process = csv_sample,
};
