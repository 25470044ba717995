/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay-file.h - a file of records, line by line; of several runs in it one is read */
#ifndef PT_REPLAY_FILE_H
#define PT_REPLAY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "plot/replay-record.h"

/* No line of ours is longer, in bytes. */
#define REPLAY_LINE_MAX ((size_t)4 << 20)

struct replay_file {
	const char *name;	/* for messages; kept, not copied */
	FILE *stream;
	char *line;		/* the last one that was read; owned */
	size_t length;		/* of it, without its newline */
	bool whole;		/* it had a newline */
	uint64_t number;	/* of it, from 1 */
	uint64_t runs;		/* in the file */
	uint64_t chosen;	/* from 1 */
	bool began;		/* the plan was read */
	char run[HOST_RUN_MAX];	/* its run; "": written before records had it */
	uint64_t last_seq;	/* of the last sample; valid when sampled */
	bool sampled;
};

/*
 * Opens NAME ("-": standard input) and finds run number RUN in it, from 1; 0: the last. Returns 0,
 * or a negative errno with *err set. replay_close() is needed either way.
 */
int replay_open(struct replay_file *file, const char *name, uint64_t run, struct error *err);

/*
 * Reads the chosen run's next record, of a kind that is known: first its plan, then its samples,
 * then its verdict. Records of other runs among them are left out. Returns 1; 0: the run is over,
 * or the file; -EAGAIN: the file breaks off within a line; or another negative errno. For
 * negative ones *err is set.
 */
int replay_next(struct replay_file *file, struct record *ret_record, struct error *err);

void replay_close(struct replay_file *file);

#endif
