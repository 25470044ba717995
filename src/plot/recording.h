/* SPDX-License-Identifier: GPL-2.0-or-later */
/* recording.h - the rows of a run, kept for its picture: never more than a picture can show */
#ifndef PT_RECORDING_H
#define PT_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/sample.h"
#include "proc/host.h"
#include "verdict/verdict.h"
#include "workload/workload.h"

/* No more rows are kept, however long the run: some for each dot of a picture's width. */
#define RECORDING_ROWS 4096

/* So many processes, the subject and children, are kept of a moment. */
#define RECORDING_PROCESSES 16

struct recorded_row {
	uint64_t moment;	/* from 0: a row of the subject and those of its children */
	bool edge;		/* the first or the last moment of a step of --then */
	struct sample sample;
};

/* What is pointed to, apart from the rows, is not owned, and must outlive the recording. */
struct recording {
	const struct workload *workload;	/* of the steps what they are called and do */
	const char *followed;		/* by pagewatch, instead of a workload; NULL: none was */
	const char *victim;		/* of those followed, whom the OOM killer took; NULL */
	const struct host *host;
	uint64_t limit;			/* of the sandbox at the start; SAMPLE_MISSING: none */
	const struct verdict *verdict;	/* NULL: how the run ended is not known */
	const char *outcome;		/* of the verdict, as in its record */
	struct recorded_row *rows;	/* in order */
	size_t count;
	uint64_t moments;		/* that were seen */
	uint64_t every;			/* one moment in so many is kept, beside the edges */
	size_t edges;			/* steps of --then that have begun or ended */
	size_t tail;			/* where the rows of the last moment begin */
};

/*
 * Adds a row; a child's belongs to the moment of the row before. When there are too many, every
 * second moment between the edges of steps is let go. Returns 0 or -ENOMEM.
 */
int recording_add(struct recording *recording, const struct sample *sample);

/* Frees the rows. */
void recording_free(struct recording *recording);

#endif
