/* SPDX-License-Identifier: GPL-2.0-or-later */
/* line-time.h - when a line was logged, as far as its log says */
#ifndef PT_LINE_TIME_H
#define PT_LINE_TIME_H

#include <stdbool.h>
#include <stdint.h>

/* When a line was logged. */
struct oom_time {
	char raw[72];		/* as logged; "" when the log has no times */
	bool has_monotonic, has_wall;
	int64_t monotonic_ns;	/* since boot, by the kernel's clock */
	int64_t wall_ns;	/* since 1970, UTC */
	bool inherited;		/* the time of the line before: this one has none */
	bool wall_guessed;	/* year or time zone is not in the log, ours was taken */
	bool wall_derived;	/* from the time since boot,
				 * by the clocks of the machine it runs on */
};

#endif
