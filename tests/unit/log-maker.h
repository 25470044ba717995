/* SPDX-License-Identifier: GPL-2.0-or-later */
/* log-maker.h - logs put together line by line for the tests of the parser, and what it finds */
#ifndef PT_LOG_MAKER_H
#define PT_LOG_MAKER_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oomreport/parser.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define KIB UINT64_C(1024)

struct log {
	char *bytes;
	size_t length, capacity;
};

static inline void log_add_bytes(struct log *log, const char *bytes, size_t length)
{
	if (log->length + length > log->capacity) {
		log->capacity = 2 * (log->length + length) + 4096;
		log->bytes = realloc(log->bytes, log->capacity);
		if (!log->bytes)
			abort();
	}
	memcpy(log->bytes + log->length, bytes, length);
	log->length += length;
}

static inline void __attribute__((format(printf, 2, 3)))
log_add(struct log *log, const char *format, ...)
{
	static char text[128 * 1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	log_add_bytes(log, text, strlen(text));
}

/* What is in front of each line. */
enum log_style { LOG_BARE, LOG_SECS, LOG_KMSG, LOG_SYSLOG, LOG_JSON, LOG_STYLES };

/* Adds TEXT as logged US microseconds after boot; of several lines each has the front. */
static inline void log_add_line(struct log *log, enum log_style style, unsigned us,
				const char *text)
{
	switch (style) {
	case LOG_SECS:
		log_add(log, "[%5u.%06u] ", us / 1000000, us % 1000000);
		break;
	case LOG_KMSG:
		log_add(log, "6,1,%u,-;", us);
		break;
	case LOG_SYSLOG:
		log_add(log, "Nov 23 07:%02u:%02u vmhost kernel: ", us / 60000000 % 60,
			us / 1000000 % 60);
		break;
	case LOG_JSON:
		log_add(log, "{\"_SOURCE_MONOTONIC_TIMESTAMP\":\"%u\",\"MESSAGE\":\"", us);
		break;
	default:
		break;
	}
	log_add(log, style == LOG_JSON ? "%s\"}\n" : "%s\n", text);
}

/* Adds LINES, NULL behind the last, a millisecond apart. */
static inline void log_add_lines(struct log *log, enum log_style style, unsigned us,
				 const char *const *lines)
{
	for (; *lines; lines++, us += 1000)
		log_add_line(log, style, us, *lines);
}

static inline void log_free(struct log *log)
{
	free(log->bytes);
	*log = (struct log){ .bytes = NULL };
}

#define REPORTS_MAX 64

/* What was found: the first reports are kept. */
struct found {
	size_t count;
	struct oom_report reports[REPORTS_MAX];
	int fail;			/* what is returned for each report */
};

static inline int found_add(void *context, struct oom_report *report)
{
	struct found *found = context;

	if (found->count < REPORTS_MAX)
		found->reports[found->count] = *report;
	else
		oom_report_free(report);
	found->count++;
	return found->fail;
}

static inline void found_free(struct found *found)
{
	for (size_t i = 0; i < found->count && i < REPORTS_MAX; i++)
		oom_report_free(&found->reports[i]);
	found->count = 0;
}

static inline struct oom_parser *parser_to(struct found *found)
{
	struct oom_parser *parser = oom_parser_new(found_add, found);

	if (!parser)
		abort();
	return parser;
}

/* Parses LOG, PIECE bytes at a time. Returns the last result. */
static inline int log_parse(const struct log *log, size_t piece, struct found *found)
{
	struct oom_parser *parser = parser_to(found);
	int r = 0;

	found->count = 0;
	for (size_t at = 0; r == 0 && at < log->length; at += piece) {
		size_t length = log->length - at < piece ? log->length - at : piece;
		char *copy = malloc(length);

		if (!copy)
			abort();
		memcpy(copy, log->bytes + at, length);
		r = oom_parser_feed(parser, copy, length);
		free(copy);
	}
	if (r == 0)
		r = oom_parser_end(parser);
	oom_parser_free(parser);
	return r;
}

/* Parses lines without its prefix, and releases what was made for it. */
static inline void lines_parse(const char *const *lines, enum log_style style, struct found *found)
{
	struct log log = { .bytes = NULL };

	log_add_lines(&log, style, 6000000, lines);
	log_parse(&log, SIZE_MAX, found);
	log_free(&log);
}

static inline size_t facts_add(char *text, size_t size, size_t at, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static inline size_t facts_add(char *text, size_t size, size_t at, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(text + at, size - at, format, arguments);
	va_end(arguments);
	at += (size_t)length;
	return at < size ? at : size - 1;
}

static inline size_t facts_of_victims(const struct oom_report *report, char *text, size_t size,
				      size_t at)
{
	for (size_t i = 0; i < report->victim_count; i++) {
		const struct oom_victim *victim = &report->victims[i];

		at = facts_add(text, size, at, "killed %ld (%s) %lu %lu %lu %lu %ld%s%s | ",
			       (long)victim->pid, victim->comm, (long)victim->total_vm,
			       (long)victim->anon, (long)victim->file, (long)victim->shmem,
			       (long)victim->uid, victim->repeated ? " again" : "",
			       victim->reaped.present ? " reaped" : "");
	}
	return at;
}

/* What REPORT says, but for when and where it was logged, as text. */
static inline const char *facts_of(const struct oom_report *report)
{
	static char text[64 * 1024];
	size_t size = sizeof(text), at = 0;

	at = facts_add(text, size, at, "%s (%ld) %s %ld on %s, %s, scope %d, page %lu%s | ",
		       report->trigger.present ? report->trigger.comm : "-",
			(long)report->trigger.pid,
		       report->gfp_mask ? report->gfp_mask : "-", (long)report->order,
		       report->kernel ? report->kernel : "-",
			report->machine ? report->machine : "-",
		       report->scope, (long)report->page_size, report->page_size_known ? "" : "?");
	at = facts_add(text, size, at, "%s %s %s %s, %s in %s, %lu of %lu, %s%s%s%s | ",
		       report->constraint ? report->constraint : "-",
		       report->nodemask ? report->nodemask : "-",
		       report->cpuset ? report->cpuset : "-",
		       report->mems_allowed ? report->mems_allowed : "-",
		       report->memcg.path ? report->memcg.path : "-",
		       report->memcg.task_path ? report->memcg.task_path : "-",
		       (long)report->memcg.memory.usage, (long)report->memcg.memory.limit,
		       report->group ? "group " : "", report->none_killable ? "none " : "",
		       report->cut_start ? "cut " : "", report->cut_end ? "open" : "");
	at = facts_add(text, size, at, "memory %zu, nodes %zu, zones %zu, huge %zu, stats %zu | ",
		       report->memory.count, report->node_count, report->zone_count,
		       report->huge_count, report->memcg.stats.count);
	at = facts_add(text, size, at, "ram %lu swap %lu choice %ld (%s) %ld decided %ld (%s) | ",
		       (long)report->ram, (long)report->swap_total, (long)report->choice.pid,
		       report->choice.comm, (long)report->choice.score, (long)report->selected.pid,
		       report->selected.comm);
	for (size_t i = 0; i < report->task_count; i++)
		at = facts_add(text, size, at, "task %ld (%s) %lu %lu %lu %d | ",
			       (long)report->tasks[i].pid, report->tasks[i].comm,
			       (long)report->tasks[i].total_vm, (long)report->tasks[i].rss,
			       (long)report->tasks[i].swap, report->tasks[i].adj);
	facts_of_victims(report, text, size, at);
	return text;
}

#endif
