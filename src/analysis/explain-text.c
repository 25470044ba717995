/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explain-text.c - the words of an explanation: paragraphs, names, shares, spans of time; and
 * what several sections ask of a report
 */
#include <config.h>

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/explain-parts.h"
#include "lib/cleanup.h"
#include "lib/duration.h"
#include "lib/number.h"

void oom_textbuf_begin(struct oom_textbuf *buf, const struct oom_report *report,
		       const struct oom_ranking *ranking, const struct oom_report *next,
		       struct oom_explanation *explanation)
{
	static const struct oom_ranking unranked = {
		.scale.total_pages = OOM_UNKNOWN, .total_from = "",
		.printed_score = OOM_NO_NUMBER, .computed_score = OOM_NO_NUMBER,
		.held = OOM_UNKNOWN,
	};

	*buf = (struct oom_textbuf){
		.report = report, .ranking = ranking ? ranking : &unranked, .next = next,
		.explanation = explanation,
	};
	oom_memory_usage_get(report, &buf->memory_usage);
	oom_memcg_usage_get(report, &buf->memcg_usage);
}

int oom_textbuf_end(struct oom_textbuf *buf)
{
	free(buf->text);
	buf->text = NULL;
	return buf->error;
}

__attribute__((format(printf, 2, 0)))
static void textbuf_add(struct oom_textbuf *buf, const char *format, va_list arguments)
{
	char *piece, *text;
	int length = buf->error ? -1 : vasprintf(&piece, format, arguments);

	if (length < 0) {
		buf->error = -ENOMEM;
		return;
	}
	text = realloc(buf->text, buf->length + (size_t)length + 1);
	if (text) {
		memcpy(text + buf->length, piece, (size_t)length + 1);
		buf->text = text;
		buf->length += (size_t)length;
	} else {
		buf->error = -ENOMEM;
	}
	free(piece);
}

void oom_append(struct oom_textbuf *buf, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	textbuf_add(buf, format, arguments);
	va_end(arguments);
}

void oom_sentence(struct oom_textbuf *buf, const char *format, ...)
{
	va_list arguments;

	if (buf->length && buf->end_count < OOM_SENTENCES_MAX)
		buf->ends[buf->end_count++] = buf->length;
	if (buf->length)
		oom_append(buf, " ");
	va_start(arguments, format);
	textbuf_add(buf, format, arguments);
	va_end(arguments);
}

void oom_paragraph(struct oom_textbuf *buf, enum oom_section section)
{
	struct oom_paragraph paragraph = { .section = section, .text = buf->text,
					   .end_count = buf->end_count };

	if (buf->length && !buf->error) {
		memcpy(paragraph.ends, buf->ends, sizeof(buf->ends));
		buf->error = oom_explanation_add(buf->explanation, &paragraph);
		if (!buf->error)
			buf->text = NULL;
	}
	buf->length = buf->end_count = 0;
}

static bool inside_character(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

/* Of a path the beginning tells who made it and the end which one it is: the middle goes. */
const char *oom_cut(char *safe, size_t most, const char *text)
{
	size_t length = text ? strlen(text) : 0, head = most / 2, tail = length - (most - head);
	CLEANUP_FREE char *shorter = NULL;

	if (length <= most)
		return safe_text(safe, SAFE_ROOM(most + 4), text ? text : "");
	while (head && inside_character(text[head]))
		head--;
	while (tail < length && inside_character(text[tail]))
		tail++;
	if (asprintf(&shorter, "%.*s...%s", (int)head, text, text + tail) < 0) {
		shorter = NULL;
		return safe_text(safe, SAFE_ROOM(most + 4), "...");
	}
	return safe_text(safe, SAFE_ROOM(most + 4), shorter);
}

const char *oom_share(char text[static OOM_WORD_ROOM], uint64_t part, uint64_t whole)
{
	uint64_t percent, rest;

	text[0] = '\0';
	if (part == OOM_UNKNOWN || whole == OOM_UNKNOWN || !whole)
		return text;
	if (number_muldiv(part, 100, whole, &percent, &rest) < 0)
		percent = UINT64_MAX;
	else if (rest >= whole - whole / 2)
		percent++;
	if (!percent && part)
		snprintf(text, OOM_WORD_ROOM, "less than 1 %%");
	else if (percent == 100 && part < whole)
		snprintf(text, OOM_WORD_ROOM, "over 99 %%");
	else
		snprintf(text, OOM_WORD_ROOM, "%" PRIu64 " %%",
			 percent);
	return text;
}

/* 1.1, but 11 and 110. */
static void print_small(char text[static OOM_WORD_ROOM], uint64_t ns, uint64_t unit,
			const char *name)
{
	double value = (double)ns / (double)unit;

	snprintf(text, OOM_WORD_ROOM, "%.*f %s", value < 9.95 ? 1 : 0, value, name);
}

const char *oom_span(char text[static OOM_WORD_ROOM], uint64_t ns)
{
	uint64_t seconds = ns / NS_PER_SECOND, minutes = seconds / 60, hours = minutes / 60;

	if (ns < NS_PER_MS)
		snprintf(text, OOM_WORD_ROOM, "%" PRIu64 " us", ns / 1000);
	else if (ns < NS_PER_SECOND)
		print_small(text, ns, NS_PER_MS, "ms");
	else if (seconds < 60)
		print_small(text, ns, NS_PER_SECOND, "s");
	else if (hours < 1)
		snprintf(text, OOM_WORD_ROOM, "%" PRIu64 " min %" PRIu64 " s", minutes,
			 seconds % 60);
	else if (hours < 48)
		snprintf(text, OOM_WORD_ROOM, "%" PRIu64 " h %" PRIu64 " min", hours,
			 minutes % 60);
	else
		snprintf(text, OOM_WORD_ROOM, "%" PRIu64 " days", hours / 24);
	return text;
}

/* Whether the zones are of more than one node. */
static bool several_nodes(const struct oom_report *report)
{
	for (size_t i = 1; i < report->zone_count; i++)
		if (report->zones[i].node != report->zones[0].node)
			return true;
	return false;
}

const char *oom_zone_name(char text[static OOM_TEXT_SHOWN], const struct oom_report *report,
			  const struct oom_zone *zone)
{
	if (several_nodes(report))
		snprintf(text, OOM_TEXT_SHOWN, "zone %s of node %d", SAFE(zone->name), zone->node);
	else
		snprintf(text, OOM_TEXT_SHOWN, "zone %s", SAFE(zone->name));
	return text;
}

static int textbuf_by_size(const void *left, const void *right)
{
	const struct oom_part *a = left, *b = right;
	uint64_t a_bytes = a->bytes == OOM_UNKNOWN ? 0 : a->bytes;
	uint64_t b_bytes = b->bytes == OOM_UNKNOWN ? 0 : b->bytes;

	return (a_bytes < b_bytes) - (a_bytes > b_bytes);
}

size_t oom_append_parts(struct oom_textbuf *buf, struct oom_part *parts, size_t count,
			uint64_t whole)
{
	size_t appended = 0;

	qsort(parts, count, sizeof(*parts), textbuf_by_size);
	for (size_t i = 0; i < count; i++) {
		uint64_t bytes = parts[i].bytes;

		if (!bytes || bytes == OOM_UNKNOWN ||
		    (whole != OOM_UNKNOWN && bytes < whole / 200))
			continue;
		oom_append(buf, "%s%s %s", appended++ ? ", " : "", parts[i].name, BYTES(bytes));
		if (oom_at_least(bytes, 10, whole))
			oom_append(buf, " (%s)", SHARE(bytes, whole));
	}
	return appended;
}

const char *oom_memcg_name(char safe[static SAFE_ROOM(CGROUP_OWNER_TEXT_MAX)], const char *path)
{
	const size_t size = SAFE_ROOM(CGROUP_OWNER_TEXT_MAX);
	struct cgroup_owner owner;

	if (!path) {
		snprintf(safe, size, "a memory cgroup");
		return safe;
	}
	cgroup_owner_find(path, 0, &owner);
	if (owner.what[0])
		return safe_text(safe, size, owner.what);
	snprintf(safe, size, "memory cgroup %s",
		 oom_cut((char[SAFE_ROOM(84)]){ 0 }, 80, path));
	return safe;
}

void oom_append_setting(struct oom_textbuf *buf)
{
	static const char *const files[][3] = {
		[OOM_LIMIT_MEMORY] = { NULL, "memory.limit_in_bytes", "memory.max" },
		[OOM_LIMIT_MEMSW] = { NULL, "memory.memsw.limit_in_bytes", NULL },
		[OOM_LIMIT_KMEM] = { NULL, "memory.kmem.limit_in_bytes", NULL },
	};
	const struct oom_memcg_usage *memcg_usage = &buf->memcg_usage;
	const char *path = buf->report->memcg.path;
	const char *file = files[memcg_usage->reached][memcg_usage->version];
	struct cgroup_owner owner;

	if (!path)
		return;
	cgroup_owner_find(path, memcg_usage->version, &owner);
	/* Where the limit of memory is set, those of swap and of kernel memory may not be. */
	if (owner.where[0] && memcg_usage->reached == OOM_LIMIT_MEMORY)
		oom_sentence(buf, "The limit is set by %s.", SAFE(owner.where));
	else if (file)
		oom_sentence(buf, "The limit is %s of %s.", file, PATH(path));
}

bool oom_table_whole(const struct oom_report *report)
{
	bool ended = !report->cut_end || report->choice.present || report->victim_count ||
		     report->none_killable || report->selected.pid != OOM_NO_NUMBER;

	return report->has_table && report->task_count && ended && !report->cut_start &&
	       !report->missed && report->task_count == report->tasks_listed;
}

bool oom_table_left_out(const struct oom_report *report)
{
	return !report->has_table && !report->table_begun && !report->task_count &&
	       report->trigger.present &&
	       report->trigger.pid != OOM_NO_NUMBER && !report->cut_end && !report->missed &&
	       (report->has_memory || report->memcg.memory.usage != OOM_UNKNOWN);
}

bool oom_path_below(const char *path, const char *parent)
{
	size_t length = strlen(parent);

	while (length && parent[length - 1] == '/')
		length--;
	return !strncmp(path, parent, length) && path[length] == '/' && path[length + 1];
}

const struct oom_victim *oom_first_victim(const struct oom_report *report)
{
	return report->victim_count ? report->victims : NULL;
}

size_t oom_victims(const struct oom_report *report)
{
	size_t count = 0;

	for (size_t i = 0; i < report->victim_count; i++)
		count += !report->victims[i].repeated;
	return count;
}

uint64_t oom_victim_held(const struct oom_report *report, const struct oom_victim *victim)
{
	uint64_t held = oom_plus(oom_plus(victim->anon, victim->file), victim->shmem);
	const struct oom_task *task;

	if (held != OOM_UNKNOWN)
		return held;
	task = oom_find_task(report, victim->pid);
	return task ? task->rss : OOM_UNKNOWN;
}

const struct oom_task *oom_largest_task(const struct oom_report *report)
{
	const struct oom_task *largest = NULL;

	for (size_t i = 0; i < report->task_count && report->page_size_known; i++)
		if (!largest || oom_task_held(&report->tasks[i]) > oom_task_held(largest))
			largest = &report->tasks[i];
	return largest;
}

uint64_t oom_shmem_kept(const struct oom_report *report)
{
	uint64_t most = OOM_UNKNOWN;

	/* Victims may share it with each other: the largest is what they have at least. */
	for (size_t i = 0; i < report->victim_count; i++) {
		const struct oom_victim *victim = &report->victims[i];
		uint64_t kept = victim->reaped.present ? victim->reaped.shmem : victim->shmem;

		if (kept != OOM_UNKNOWN && (most == OOM_UNKNOWN || kept > most))
			most = kept;
	}
	return most;
}

bool oom_is_bpf(const struct oom_report *report)
{
	return report->constraint && strstr(report->constraint, "BPF");
}
