/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * oom-log.c - any bytes as a log: parsed, ranked, explained and printed in every form
 * (libFuzzer)
 */
#include <config.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/explanation.h"
#include "analysis/filter.h"
#include "oomreport/parser.h"
#include "output/report-printer.h"

/*
 * What a printed form may hold: no control character but newline, tab and the colours that are
 * ours.
 */
static void check_safe(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)text[i];

		if ((byte < ' ' && byte != '\n' && byte != '\t') || byte == 127)
			abort();
	}
}

static void print_case(enum why_form form, const struct why_case *shown)
{
	struct why_output output = {
		.form = form, .unit = SIZE_HUMAN, .headings = true, .colour = WHY_COLOUR_NEVER,
		.columns = task_column_default(),
	};
	struct why_printer printer;
	char *text = NULL;
	size_t length = 0;
	FILE *stream = open_memstream(&text, &length);

	if (!stream)
		abort();
	why_open(&printer, &output, stream);
	why_show(&printer, shown);
	fclose(stream);
	check_safe(text, length);
	free(text);
}

static void results(struct oom_report *report, struct oom_report *next)
{
	struct oom_ranking ranking;
	struct oom_explanation explanation = { 0 };
	struct why_case shown = { .number = 1, .source = "fuzz", .report = report };

	if (oom_rank(report, &ranking) < 0)
		abort();
	if (oom_explain(report, &ranking, next, &explanation) < 0)
		abort();
	shown.ranking = &ranking;
	shown.explanation = &explanation;
	for (int form = WHY_TEXT; form <= WHY_TASKS; form++)
		print_case((enum why_form)form, &shown);
	oom_explanation_free(&explanation);
	oom_ranking_free(&ranking);
}

/* The report before is explained with this one as what came next. */
static int on_report(void *context, struct oom_report *report)
{
	struct oom_report *held = context;

	if (held->page_size) {
		results(held, report);
		oom_report_free(held);
	}
	*held = *report;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte says how the rest is torn into pieces. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct oom_report held = { 0 };
	struct oom_parser *parser;
	size_t piece = size ? (size_t)data[0] * data[0] + 1 : 1;

	if (!size)
		return 0;
	parser = oom_parser_new(on_report, &held);
	if (!parser)
		abort();
	for (size_t at = 1; at < size; at += piece)
		oom_parser_feed(parser, (const char *)data + at,
				size - at < piece ? size - at : piece);
	oom_parser_end(parser);
	oom_parser_free(parser);
	if (held.page_size) {
		results(&held, NULL);
		oom_report_free(&held);
	}
	return 0;
}
