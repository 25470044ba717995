/* SPDX-License-Identifier: GPL-2.0-or-later */
/* recording.h - the rows of a run, kept for its picture: never more than a picture can show */
#ifndef PT_RECORDING_H
#define PT_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/sample.h"
#include "output/printer.h"
#include "verdict/verdict.h"

/* About so many rows are kept, however long the run: some for each dot of a picture's width. */
#define RECORDING_ROWS 4096

/* So many processes, the subject and children, are kept of a moment. */
#define RECORDING_PROCESSES 16

/* Room for the name of an outcome. */
#define RECORDING_OUTCOME_MAX 24

struct recorded_row {
	uint64_t moment;	/* from 0: a row of the subject and those of its children */
	bool edge;		/* the first or the last moment of a step */
	struct sample sample;
};

/* How the run ended, as far as a picture says it. */
struct recorded_end {
	bool known;				/* false: there was no verdict */
	char outcome[RECORDING_OUTCOME_MAX];	/* as in the verdict record */
	char step[SAMPLE_STEP_MAX];		/* cut short; "": the first touching, or none */
	int signal;				/* of the subject or the observer; 0: none */
	uint64_t elapsed_ns;			/* since the baseline; 0: not known */
	uint64_t touched;			/* bytes, true also after a kill */
	uint64_t limit;				/* of the sandbox, bytes; SAMPLE_MISSING: none */
};

/* All zero and a `plan`: nothing has been recorded yet. */
struct recording {
	struct plan_record plan;	/* what it points to must outlive the recording */
	struct recorded_row *rows;	/* in order; owned */
	size_t count, capacity;
	uint64_t moments;		/* that were seen */
	uint64_t every;			/* one moment in so many is kept, beside the edges */
	size_t tail;			/* where the rows of the last moment begin */
	struct recorded_end end;
};

/*
 * Adds a row; a child's belongs to the moment of the row before. When there are too many, every
 * second moment between the edges of steps is let go; of thousands of steps those go first that
 * are no --then. Returns 0 or -ENOMEM.
 */
int recording_add(struct recording *recording, const struct sample *sample);

/* The end that VERDICT tells of. */
struct recorded_end recorded_end_of(const struct verdict *verdict);

/* Frees what is owned. */
void recording_free(struct recording *recording);

#endif
