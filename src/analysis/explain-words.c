/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explain-words.c - the words of an explanation: names, shares, spans of time; and what several
 * sections ask of a report
 */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/explain-parts.h"
#include "lib/duration.h"
#include "lib/number.h"

static bool is_inside_character(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

/* Of a path the beginning tells who made it and the end which one it is: the middle goes. */
const char *oom_cut(char *safe, size_t most, const char *text)
{
	size_t length = text ? strlen(text) : 0, head = most / 2, tail = length - (most - head);
	char shorter[OOM_PATH_SHOWN + 4];

	if (length <= most)
		return safe_text(safe, SAFE_ROOM(most + 4), text ? text : "");
	while (head && is_inside_character(text[head]))
		head--;
	while (tail < length && is_inside_character(text[tail]))
		tail++;
	snprintf(shorter, sizeof(shorter), "%.*s...%s", (int)head, text, text + tail);
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
		return strcpy(text, "less than 1 %");
	if (percent == 100 && part < whole)
		return strcpy(text, "over 99 %");
	snprintf(text, OOM_WORD_ROOM, "%" PRIu64 " %%", percent);
	return text;
}

const char *oom_span(char text[static OOM_WORD_ROOM], uint64_t ns)
{
	uint64_t seconds = ns / NS_PER_SECOND, minutes = seconds / 60, hours = minutes / 60;
	bool below = ns < NS_PER_SECOND;
	double value = (double)ns / (double)(below ? NS_PER_MS : NS_PER_SECOND);

	if (ns < NS_PER_MS)
		snprintf(text, OOM_WORD_ROOM, "%" PRIu64 " us", ns / 1000);
	else if (seconds < 60)
		/* 1.1, but 11 and 110 */
		snprintf(text, OOM_WORD_ROOM, "%.*f %s", value < 9.95 ? 1 : 0, value,
			 below ? "ms" : "s");
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

const char *oom_zone_name(char text[static OOM_TEXT_SHOWN], const struct oom_report *report,
			  const struct oom_zone *zone)
{
	bool several = false;

	for (size_t i = 1; i < report->zone_count; i++)
		several |= report->zones[i].node != report->zones[0].node;
	if (several)
		snprintf(text, OOM_TEXT_SHOWN, "zone %s of node %d", SAFE(zone->name), zone->node);
	else
		snprintf(text, OOM_TEXT_SHOWN, "zone %s", SAFE(zone->name));
	return text;
}

const char *oom_memcg_name(char safe[static OOM_MEMCG_ROOM], const char *path,
			   const struct cgroup_owner *owner)
{
	if (owner->what[0])
		return safe_text(safe, OOM_MEMCG_ROOM, owner->what);
	if (path)
		snprintf(safe, OOM_MEMCG_ROOM, "memory cgroup %s",
			 oom_cut((char[SAFE_ROOM(84)]){ 0 }, 80, path));
	else
		snprintf(safe, OOM_MEMCG_ROOM, "a memory cgroup");
	return safe;
}

static int part_compare_size(const void *left, const void *right)
{
	const struct oom_part *a = left, *b = right;

	/* OOM_UNKNOWN + 1 is 0: the least. */
	return (a->bytes + 1 < b->bytes + 1) - (a->bytes + 1 > b->bytes + 1);
}

size_t oom_append_parts(struct oom_textbuf *buf, struct oom_part *parts, size_t count,
			uint64_t whole)
{
	size_t appended = 0;

	qsort(parts, count, sizeof(*parts), part_compare_size);
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

void oom_append_setting(struct oom_textbuf *buf)
{
	static const char *const files[][3] = {
		[OOM_LIMIT_MEMORY] = { NULL, "memory.limit_in_bytes", "memory.max" },
		[OOM_LIMIT_MEMSW] = { NULL, "memory.memsw.limit_in_bytes", NULL },
		[OOM_LIMIT_KMEM] = { NULL, "memory.kmem.limit_in_bytes", NULL },
	};
	const struct oom_memcg_usage *usage = &buf->memcg_usage;
	const char *path = buf->report->memcg.path, *file = files[usage->reached][usage->version];

	/* Where the limit of memory is set, those of swap and of kernel memory may not be. */
	if (buf->owner.where[0] && usage->reached == OOM_LIMIT_MEMORY)
		oom_sentence(buf, "The limit is set by %s.", SAFE(buf->owner.where));
	else if (path && file)
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
