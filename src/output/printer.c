/* SPDX-License-Identifier: GPL-2.0-or-later */
/* printer.c - choose the format; what all formats share */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "lib/duration.h"
#include "lib/utf8.h"
#include "output/printer.h"

#define STREAM_BUFFER 65536

static const struct printer_format *const formats[] = {
	[OUTPUT_TABLE] = &printer_table,
	[OUTPUT_JSON] = &printer_json,
	[OUTPUT_CSV] = &printer_csv,
	[OUTPUT_NONE] = &(const struct printer_format){ 0 },
};

int printer_open(struct printer *printer, const struct output *output, FILE *stream)
{
	*printer = (struct printer){
		.format = formats[output->format],
		.output = output,
		.stream = stream,
	};
	/* Whole rows go out at once, whatever the stream was: stream_flush() sends them. */
	setvbuf(printer->stream, NULL, _IOFBF, STREAM_BUFFER);
	return printer->format->open ? printer->format->open(printer) : 0;
}

int printer_plan(struct printer *printer, const struct plan_record *record)
{
	printer->plan = *record;
	errno = 0;
	return printer->format->plan ? printer->format->plan(printer, record) : 0;
}

int printer_sample(struct printer *printer, const struct sample *sample)
{
	errno = 0;
	return printer->format->sample ? printer->format->sample(printer, sample) : 0;
}

int printer_process(struct printer *printer, const struct sample *sample)
{
	errno = 0;
	return printer->format->process ? printer->format->process(printer, sample) : 0;
}

int printer_where(struct printer *printer, const struct where *where)
{
	errno = 0;
	return printer->format->where ? printer->format->where(printer, where) : 0;
}

int printer_verdict(struct printer *printer, const struct verdict *verdict)
{
	errno = 0;
	return printer->format->verdict ? printer->format->verdict(printer, verdict) : 0;
}

void printer_close(struct printer *printer)
{
	if (printer->format && printer->format->close)
		printer->format->close(printer);
}

const char *printer_cell(const struct column *column, const struct sample *sample,
			 enum size_unit unit, char text[static PRINTER_CELL_MAX])
{
	bool is_text = column->kind == COLUMN_TEXT || column->kind == COLUMN_NAME;
	uint64_t value = is_text ? 0 : column_value(column, sample);
	char size[SIZE_TEXT_MAX];

	text[0] = '\0';
	if (column->kind == COLUMN_TEXT)
		snprintf(text, PRINTER_CELL_MAX, "%s", sample_step_name(sample));
	else if (column->kind == COLUMN_NAME)
		safe_text(text, PRINTER_CELL_MAX, (const char *)sample + column->offset);
	else if (column_is_missing(column, value))
		return text;
	else if (column->kind == COLUMN_GROWTH)
		snprintf(text, PRINTER_CELL_MAX, "%s%s", (int64_t)value < 0 ? "-" : "",
			 size_format(size, size_magnitude((int64_t)value), unit));
	else if (column->kind == COLUMN_SIZE)
		size_format(text, value, unit);
	else if (column->kind == COLUMN_PERCENT)
		snprintf(text, PRINTER_CELL_MAX, "%" PRIu64 ".%" PRIu64, value / 100,
			 value % 100 / 10);
	else if (column->kind == COLUMN_TIME)
		snprintf(text, PRINTER_CELL_MAX, "%" PRIu64 ".%06" PRIu64, value / NS_PER_SECOND,
			 value % NS_PER_SECOND / 1000);
	else
		snprintf(text, PRINTER_CELL_MAX, "%" PRIu64, value);
	return text;
}
