/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host.h - which run this is, on which host and when, for its records */
#ifndef PT_HOST_H
#define PT_HOST_H

#include <stddef.h>

#include "lib/timestamp.h"

#define HOST_TIME_MAX TIMESTAMP_TEXT_MAX
#define HOST_JOB_MAX 16
#define HOST_RUN_MAX 33

/* An environment variable by which a scheduler identifies a job. */
struct host_variable {
	const char *name;
	const char *value;	/* points into the environment */
};

struct host {
	char run[HOST_RUN_MAX];		/* random: 32 hexadecimal digits */
	char time[HOST_TIME_MAX];	/* when host_read() was called: RFC 3339, UTC */
	char name[256];			/* gethostname(2) */
	char kernel[256];		/* uname(2) release */
	struct host_variable job[HOST_JOB_MAX];	/* those that are set */
	size_t jobs;
};

/* Fills it from the running system; what cannot be had is empty. */
void host_read(struct host *ret_host);

/* The time now: RFC 3339, UTC; "" when it cannot be had. */
void host_time(char text[static HOST_TIME_MAX]);

#endif
