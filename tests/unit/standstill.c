/* SPDX-License-Identifier: GPL-2.0-or-later */
/* standstill.c - what keeps a subject from running, by what the kernel says of it */
#include <config.h>

#include "../tap.h"
#include "monitor/standstill.h"

static const struct {
	const char *status, *wchan;
	enum standstill found;
} states[] = {
	{ "Name:\tx\nState:\tR (running)\n", "0", STANDSTILL_NONE },
	{ "Name:\tx\nState:\tS (sleeping)\n", "pipe_read", STANDSTILL_NONE },
	{ "Name:\tx\nState:\tD (disk sleep)\n", "folio_wait_bit_common", STANDSTILL_NONE },
	{ "Name:\tx\nState:\tD (disk sleep)\n", "__refrigerator", STANDSTILL_FROZEN },
	{ "Name:\tx\nState:\tD (disk sleep)\n", "refrigerator", STANDSTILL_FROZEN },
	{ "Name:\tx\nState:\tS (sleeping)\n", "do_freezer_trap", STANDSTILL_FROZEN },
	{ "Name:\tx\nState:\tT (stopped)\n", "do_signal_stop", STANDSTILL_STOPPED },
	{ "Name:\tx\nState:\tt (tracing stop)\n", "", STANDSTILL_STOPPED },
	{ "Name:\tx\nState:\tZ (zombie)\n", "", STANDSTILL_NONE },
	{ "", "", STANDSTILL_NONE },
};

static const struct {
	const char *oom_control;
	bool waits;
} controls[] = {
	{ "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n", false },
	{ "oom_kill_disable 1\nunder_oom 0\noom_kill 3\n", false },
	{ "oom_kill_disable 0\nunder_oom 1\noom_kill 3\n", false },
	{ "oom_kill_disable 1\nunder_oom 1\noom_kill 0\n", true },
	{ "oom_kill_disable 1\nunder_oom 1\n", true }, { "", false },
};

int main(void)
{
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		tap_is(standstill_by_state(states[i].status, states[i].wchan), states[i].found,
		       "state and wchan");
	for (size_t i = 0; i < sizeof(controls) / sizeof(controls[0]); i++)
		tap_ok(standstill_waits_for_memory(controls[i].oom_control) == controls[i].waits,
		       "memory.oom_control");
	return tap_done();
}
