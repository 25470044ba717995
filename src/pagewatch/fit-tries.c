/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fit-tries.c - what follows from tries under several limits, as a table, in words, as a record */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>

#include "lib/duration.h"
#include "lib/macros.h"
#include "lib/terminal.h"
#include "output/json-object.h"
#include "pagewatch/fit-tries.h"
#include "proc/cgroup.h"
#include "proc/host.h"

#define MIB (UINT64_C(1) << 20)

/* So much longer than usual is called slower: percent, and more than chance. */
#define SLOWER_PERCENT 5
#define SLOWER_NS (200 * NS_PER_MS)

const char *fit_end_name(enum fit_end end)
{
	static const char *const names[] = {
		[FIT_LIVED] = "lived", [FIT_KILLED] = "OOM-killed", [FIT_FAILED] = "failed",
		[FIT_SLOW] = "too slow",
	};

	return names[end];
}

uint64_t fit_next(uint64_t low, uint64_t high, uint64_t step)
{
	uint64_t middle = low / step * step + (high - low) / 2 / step * step;

	if (high - low <= step)
		return 0;
	return middle <= low ? middle + step : middle;
}

uint64_t fit_suggest(uint64_t limit)
{
	return (limit + limit / 10 + MIB - 1) / MIB * MIB;
}

uint64_t fit_usual_time(const struct fit_tries *tries)
{
	uint64_t least = UINT64_MAX;

	for (size_t i = 0; i < tries->count; i++) {
		const struct fit_try *try = &tries->list[i];

		if (try->end == FIT_LIVED &&
		    (!try->at_limit || try->limit == tries->list[0].limit))
			least = MIN(least, try->elapsed_ns);
	}
	return least;
}

bool fit_is_slower(const struct fit_tries *tries, uint64_t limit, size_t *ret_tries)
{
	uint64_t usual = fit_usual_time(tries), least = UINT64_MAX;
	bool was_at_limit = false;

	*ret_tries = 0;
	for (size_t i = 0; i < tries->count; i++) {
		const struct fit_try *try = &tries->list[i];

		if (try->limit != limit || try->end != FIT_LIVED)
			continue;
		++*ret_tries;
		least = MIN(least, try->elapsed_ns);
		was_at_limit = was_at_limit || try->at_limit;
	}
	return *ret_tries && was_at_limit && limit != tries->list[0].limit &&
	       least > usual + SLOWER_NS && least - usual > usual / 100 * SLOWER_PERCENT;
}

void fit_find_slower(struct fit_tries *tries)
{
	size_t ignored;

	tries->slower = tries->fast = 0;
	for (size_t i = 0; i < tries->count; i++)
		if (fit_is_slower(tries, tries->list[i].limit, &ignored))
			tries->slower = MAX(tries->slower, tries->list[i].limit);
	for (size_t i = 0; tries->slower && i < tries->count; i++) {
		const struct fit_try *try = &tries->list[i];

		if (try->end == FIT_LIVED && try->limit > tries->slower &&
		    (!tries->fast || try->limit < tries->fast))
			tries->fast = try->limit;
	}
}

void fit_print_try(const struct fit_tries *tries, enum size_unit unit)
{
	const struct fit_try *try = &tries->list[tries->count - 1];
	char limit[SIZE_TEXT_MAX], peak[SIZE_TEXT_MAX] = "";

	if (tries->count == 1)
		fprintf(stderr, "%12s %12s %10s %6s  %s\n", "LIMIT", "CHARGED", "TIME", "STATUS",
			"END");
	if (try->peak != CGROUP_UNLIMITED)
		size_format(peak, try->peak, unit);
	fprintf(stderr, "%12s %12s %6" PRIu64 ".%03" PRIu64 " %6d  %s\n",
		size_format(limit, try->limit, unit), peak, try->elapsed_ns / NS_PER_SECOND,
		try->elapsed_ns % NS_PER_SECOND / NS_PER_MS, try->status, fit_end_name(try->end));
}

/* The try with which it did not live: below the smallest limit. NULL: there was none. */
static const struct fit_try *fit_failed_try(const struct fit_tries *tries)
{
	const struct fit_try *failed = NULL;

	for (size_t i = 0; i < tries->count; i++)
		if (tries->low && tries->list[i].limit == tries->low)
			failed = &tries->list[i];
	return failed;
}

/* Below what it is slower, and by how much at the next limit that was tried. */
static void fit_print_slower(const struct fit_tries *tries, enum size_unit unit)
{
	uint64_t usual = fit_usual_time(tries) / NS_PER_MS, least = UINT64_MAX;
	char text[512], sizes[2][SIZE_TEXT_MAX];

	for (size_t i = 0; i < tries->count; i++) {
		const struct fit_try *try = &tries->list[i];

		if (try->limit == tries->slower)
			least = MIN(least, try->elapsed_ns / NS_PER_MS);
	}
	snprintf(text, sizeof(text),
		 "Below %s it is more than %d %% slower: with %s it took %" PRIu64 ".%03" PRIu64 " s instead of %" PRIu64 ".%03" PRIu64 " s, at its limit, where the kernel has to reclaim pages.",
		 size_text(sizes[0], tries->fast, unit), SLOWER_PERCENT,
		 size_text(sizes[1], tries->slower, unit), least / 1000, least % 1000,
		 usual / 1000, usual % 1000);
	terminal_say("", text);
}

void fit_print_result(const struct fit_tries *tries, const char *name, enum size_unit unit)
{
	const struct fit_try *failed = fit_failed_try(tries);
	uint64_t suggested = fit_suggest(MAX(tries->high, tries->fast));
	char text[1024], sizes[2][SIZE_TEXT_MAX], escaped[256];

	snprintf(text, sizeof(text), "%s lives with %s%s%s%s.",
		 error_escape(escaped, sizeof(escaped), name),
		 size_text(sizes[0], tries->high, unit), failed ? ", and with " : "",
		 failed ? size_text(sizes[1], tries->low, unit) : "",
		 !failed ? "; less was not tried" : failed->end == FIT_KILLED ? " it is OOM-killed"
		 : failed->end == FIT_SLOW ? " it takes too long" : " it fails");
	terminal_say("", text);
	if (tries->fast)
		fit_print_slower(tries, unit);
	snprintf(text, sizeof(text),
		 "With a tenth to spare%s: MemoryMax=%" PRIu64 "M, or a Kubernetes limit of %" PRIu64 "Mi",
		 tries->fast ? ", and not slower" : "", suggested / MIB, suggested / MIB);
	terminal_say("", text);
}

int fit_write_record(const struct fit_tries *tries, FILE *stream)
{
	struct json_object *record = json_new_record("fit"), *object = json_object_new_object();
	struct json_object *list = json_object_new_array();
	const struct fit_try *failed = fit_failed_try(tries);
	bool killed = failed && failed->end == FIT_KILLED;
	struct host host;

	host_read(&host);
	json_add_text(record, "run", host.run);
	json_add_text(record, "time", host.time);
	json_add_text(record, "host", host.name);
	json_add_size(object, "limit", tries->high ? tries->high : UINT64_MAX);
	json_add_size(object, "killed_at", killed ? tries->low : UINT64_MAX);
	json_add_size(object, "slower_below", tries->fast ? tries->fast : UINT64_MAX);
	for (size_t i = 0; i < tries->count; i++) {
		const struct fit_try *try = &tries->list[i];
		struct json_object *one = json_object_new_object();

		json_add_size(one, "limit", try->limit);
		json_add_text(one, "end", fit_end_name(try->end));
		json_add_integer(one, "exit_status", try->status);
		json_add_size(one, "elapsed_ns", try->elapsed_ns);
		json_add_size(one, "peak_cgroup", try->peak);
		json_add_flag(one, "at_limit", try->at_limit);
		json_object_array_add(list, one);
	}
	json_add(object, "tries", list);
	json_add(record, "fit", object);
	return json_write_record(stream, record);
}
