/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host.h - where and when a run takes place, for its record */
#ifndef PT_HOST_H
#define PT_HOST_H

#include <stddef.h>

#define HOST_TIME_MAX 32
#define HOST_JOB_MAX 16

/* An environment variable by which a scheduler tells a job who it is. */
struct host_variable {
	const char *name;
	const char *value;	/* points into the environment */
};

struct host {
	char time[HOST_TIME_MAX];	/* RFC 3339, UTC */
	char name[256];			/* gethostname(2) */
	char kernel[256];		/* uname(2) release */
	struct host_variable job[HOST_JOB_MAX];	/* those that are set */
	size_t jobs;
};

/* Fills it from the running system; what cannot be had is empty. */
void host_read(struct host *ret_host);

#endif
