/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explain-reclaimed.c - what the OOM reaper got back of a victim's memory, and what it could not
 */
#include <config.h>

#include <inttypes.h>

#include "analysis/explain-parts.h"

#define REAPER_SINCE 406
#define REAPED_SHOWN 3

static void append_reaped(struct oom_textbuf *buf, const struct oom_victim *victim)
{
	const struct oom_reaped *reaped = &victim->reaped;
	const struct oom_time *killed = &victim->time, *done = &reaped->time;
	uint64_t before = oom_plus(victim->anon, victim->file);
	uint64_t left = oom_plus(reaped->anon, reaped->file);

	oom_sentence(buf, "The OOM reaper was done with %s", WHO(victim->comm, victim->pid));
	if (killed->has_monotonic && done->has_monotonic &&
	    done->monotonic_ns - killed->monotonic_ns >= 1000)
		oom_append(buf, " %s after the kill",
			   SPAN((uint64_t)done->monotonic_ns - (uint64_t)killed->monotonic_ns));
	if (!left && before != OOM_UNKNOWN && before)
		oom_append(buf, " and got back all of the %s that was not shared memory",
			   BYTES(before));
	else if (before != OOM_UNKNOWN && left != OOM_UNKNOWN && before)
		oom_append(buf, " and got back %s of the %s that was not shared memory",
			   BYTES(oom_minus(before, left)), BYTES(before));
	oom_append(buf, ".");
	if (left != OOM_UNKNOWN && left)
		oom_sentence(buf, "%s was left until its exit.", BYTES(left));
	if (reaped->shmem != OOM_UNKNOWN && reaped->shmem)
		oom_sentence(buf, "%s of shared memory it could not free: such memory stays "
			     "until %s has exited and nobody else maps it, and what is in tmpfs, "
			     "/dev/shm or a memfd stays as long as the file does.",
			     BYTES(reaped->shmem), WHO(victim->comm, victim->pid));
}

/* No line: before 4.6 there was no reaper, and later it prints none if the exit was faster. */
static void append_nothing(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;
	unsigned kernel = oom_kernel_number(report->kernel);
	uint64_t shmem = oom_shmem_kept(report);

	if (kernel && kernel < REAPER_SINCE)
		oom_sentence(buf,
			     "The memory came back when the process had exited, which the log "
			     "does not show: kernels before 4.6 have no OOM reaper.");
	else if (report->cut_end)
		oom_sentence(buf, "The log ends before it could say.");
	else
		oom_sentence(buf, "There is no line of the OOM reaper: the memory came back when "
			     "the process had exited; when that was, the log does not say.");
	if (shmem && oom_at_least(shmem, 25, oom_victim_held(report, oom_first_victim(report))))
		oom_sentence(buf, "Of it %s was shared memory, which comes back only when nobody "
			     "maps it any more and no file in tmpfs, /dev/shm or a memfd holds "
			     "it.", BYTES(shmem));
}

void oom_explain_reclaimed(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;
	size_t appended = 0, more = 0;

	if (!report->victim_count)
		return;
	for (size_t i = 0; i < report->victim_count; i++) {
		const struct oom_victim *victim = &report->victims[i];

		if (appended == REAPED_SHOWN) {
			more += victim->reaped.present || victim->reaped.failed;
			continue;
		}
		if (victim->reaped.present)
			append_reaped(buf, victim);
		else if (victim->reaped.failed)
			oom_sentence(buf,
				     "The OOM reaper could not get at the memory of %s, which therefore stayed until it had exited.",
				     WHO(victim->comm, victim->pid));
		else
			continue;
		oom_paragraph(buf, OOM_SECTION_RECLAIMED);
		appended++;
	}
	if (!appended)
		append_nothing(buf);
	if (more)
		oom_sentence(buf, "The reaper has a line for %zu more.", more);
	oom_paragraph(buf, OOM_SECTION_RECLAIMED);
}
