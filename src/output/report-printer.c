/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report-printer.c - choose the form of a report; colour, width, and what the forms share */
#include <config.h>

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/macros.h"
#include "lib/number.h"
#include "lib/program.h"
#include "lib/terminal.h"
#include "lib/utf8.h"
#include "output/report-printer.h"

#define STREAM_BUFFER 65536

/* Wider lines are hard to read, in narrower ones no paragraph fits. */
#define TEXT_WIDTH 80
#define TEXT_WIDTH_MAX 100
#define TEXT_WIDTH_MIN 20

void why_open(struct why_printer *printer, const struct why_output *output, FILE *stream)
{
	int fd = terminal_of(stream);
	bool terminal = isatty(fd);
	const char *wanted = getenv("COLUMNS");
	uint64_t width;

	*printer = (struct why_printer){
		.output = output,
		.stream = stream,
		.colour = output->colour == WHY_COLOUR_ALWAYS ||
			  (output->colour == WHY_COLOUR_AUTO && terminal &&
			   terminal_wants_colour()),
		.width = terminal_width(fd),
	};
	if (wanted && number_parse_u64(wanted, &width) == 0 && width && width <= INT16_MAX)
		printer->width = (int)width;
	if (output->form == WHY_TEXT)
		printer->width = !printer->width ? TEXT_WIDTH
				 : MAX(TEXT_WIDTH_MIN, MIN(printer->width, TEXT_WIDTH_MAX));
	else if (!terminal)
		printer->width = 0;
	/* A report goes out as a whole: stream_flush() sends it. */
	setvbuf(stream, NULL, _IOFBF, STREAM_BUFFER);
}

int why_columns_parse(const struct name_table *table, const char *list,
		      struct why_columns *choice, struct error *err)
{
	struct why_columns parsed = { .count = 0 };
	int r;

	if (*list == '+') {
		parsed = *choice;
		list++;
	}
	r = name_list_append(table, list, parsed.index, WHY_COLUMNS_MAX, &parsed.count, err);
	if (r == 0)
		*choice = parsed;
	return r;
}

int why_show(struct why_printer *printer, const struct why_case *shown)
{
	static int (*const forms[])(struct why_printer *, const struct why_case *) = {
		[WHY_TEXT] = why_text,
		[WHY_LIST] = why_list,
		[WHY_JSON] = why_json,
		[WHY_TASKS] = why_tasks,
	};
	int r;

	if (printer->output->form == WHY_QUIET)
		return 0;
	errno = 0;
	r = forms[printer->output->form](printer, shown);
	if (r == 0)
		r = stream_flush(printer->stream);
	printer->begun = true;
	return r;
}

char *why_safe(const char *raw)
{
	size_t room = SAFE_ROOM(strlen(raw));
	CLEANUP_FREE char *safe = malloc(room);

	return safe ? terminal_fit(safe_text(safe, room, raw)) : NULL;
}

/* The columns of a line of which INDENT are taken; 0: no wrapping. */
static size_t columns_left(const struct why_printer *printer, int indent)
{
	int room = printer->width - indent;

	return !printer->width ? 0 : room > 1 ? (size_t)room : 1;
}

int why_wrap(struct why_printer *printer, const char *text, int indent, int hanging, bool bold)
{
	CLEANUP_FREE char *fit = terminal_fit(text);
	size_t next, length;
	int lines = 1;

	if (!fit)
		return -ENOMEM;
	bold = bold && printer->colour;
	for (const char *line = fit;; line += next, lines++) {
		length = wrap_line(line, columns_left(printer, lines == 1 ? indent : hanging),
				   &next);
		fprintf(printer->stream, "%s%.*s%s\n", bold ? WHY_BOLD : "", (int)length, line,
			bold ? WHY_PLAIN : "");
		if (!line[next])
			return lines;
		fprintf(printer->stream, "%*s", hanging, "");
	}
}

int why_count_lines(const struct why_printer *printer, const char *text, size_t length,
		    int indent)
{
	CLEANUP_FREE char *part = strndup(text, length);
	CLEANUP_FREE char *fit = part ? terminal_fit(part) : NULL;
	size_t columns = columns_left(printer, indent), next = 0, end;
	int lines = 0;

	for (const char *line = fit; line && (!lines || *line); line += next) {
		end = wrap_line(line, columns, &next);
		lines++;
		/* A path that is too wide goes on in lines of the terminal's own. */
		for (size_t at = wrap_head(line, columns); columns > 1 && at < end; lines++)
			at += wrap_head(line + at, (size_t)printer->width);
	}
	return lines;
}

struct libscols_table *why_table_new(const struct why_printer *printer)
{
	struct libscols_table *table = scols_new_table();

	if (!table)
		return NULL;
	scols_table_set_stream(table, printer->stream);
	scols_table_enable_noheadings(table, !printer->output->headings);
	scols_table_enable_colors(table, printer->colour);
	/* The library would escape the escapes of safe cells, and cut what is too wide. */
	scols_table_enable_noencoding(table, 1);
	scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER);
	return table;
}

int why_title(struct why_printer *printer, const struct why_case *shown)
{
	const struct oom_report *report = shown->report;
	const char *separator = ": ", *raw = report->time.raw;
	/* Seconds since boot are known by their brackets, which not every log has. */
	bool bare = *raw && !raw[strspn(raw, "0123456789.")];
	const struct { const char *before, *raw, *behind; } parts[] = {
		{ bare ? "[" : "", raw, bare ? "]" : "" }, { "host ", report->host, "" },
		{ "kernel ", report->kernel, "" }, { "from ", shown->source, "" },
	};
	CLEANUP_FREE char *text = NULL;
	size_t length;
	FILE *title = open_memstream(&text, &length);
	int r = 0;

	if (!title)
		return -ENOMEM;
	fprintf(title, "Report %zu", shown->number);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		CLEANUP_FREE char *safe = NULL;

		if (!parts[i].raw || !*parts[i].raw)
			continue;
		safe = why_safe(parts[i].raw);
		r = safe ? r : -ENOMEM;
		fprintf(title, "%s%s%s%s", separator, parts[i].before, safe ? safe : "",
			parts[i].behind);
		separator = ", ";
	}
	if (fclose(title) != 0)
		r = -ENOMEM;
	return r < 0 ? r : why_wrap(printer, text, 0, 2, true);
}
