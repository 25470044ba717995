/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pace.c - spread the touching evenly over time */
#include <config.h>

#include "base/duration.h"
#include "base/number.h"
#include "observe/pace.h"

/* Falling behind by more than this starts the schedule anew. */
#define PACE_STALL_NS (100 * NS_PER_MS)

struct pace pace_begin(uint64_t rate, uint64_t page_size, uint64_t now_ns)
{
	return (struct pace){ .rate = rate, .page_size = page_size, .start_ns = now_ns };
}

uint64_t pace_allows(const struct pace *pace, uint64_t now_ns)
{
	uint64_t bytes;

	if (!pace->rate)
		return UINT64_MAX;
	bytes = number_portion(pace->rate, now_ns - pace->start_ns, NS_PER_SECOND);
	if (__builtin_add_overflow(bytes, pace->start, &bytes) || bytes == UINT64_MAX)
		return UINT64_MAX;
	return bytes - bytes % pace->page_size;
}

uint64_t pace_due(const struct pace *pace, uint64_t touched, uint64_t end)
{
	uint64_t tick = number_portion(pace->rate, PACE_TICK_NS, NS_PER_SECOND);
	uint64_t more = tick > pace->page_size ? tick : pace->page_size;
	uint64_t bytes, wait, rest, due;

	more = more < end - touched ? more : end - touched;
	if (__builtin_add_overflow(touched - pace->start, more, &bytes) ||
	    number_muldiv(bytes, NS_PER_SECOND, pace->rate, &wait, &rest) < 0 ||
	    __builtin_add_overflow(wait, pace->start_ns, &due) ||
	    __builtin_add_overflow(due, (uint64_t)(rest != 0), &due))
		return UINT64_MAX;
	return due;
}

void pace_forgive(struct pace *pace, uint64_t touched, uint64_t now_ns)
{
	uint64_t due;

	if (!pace->rate)
		return;
	due = pace_due(pace, touched, UINT64_MAX);
	if (due > UINT64_MAX - PACE_STALL_NS || now_ns < due + PACE_STALL_NS)
		return;
	pace->start = touched;
	pace->start_ns = now_ns;
}
