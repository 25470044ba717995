/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay.h - the records of --json back into what they were made of */
#ifndef PT_PLOT_REPLAY_H
#define PT_PLOT_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/error.h"
#include "plot/plot.h"
#include "verdict/run-set.h"
#include "verdict/verdict.h"
#include "verdict/watch.h"
#include "workload/workload.h"

enum record_kind {
	RECORD_OTHER,		/* JSON, but none of ours: to be left out */
	RECORD_PLAN,
	RECORD_SAMPLE,
	RECORD_VERDICT,
	RECORD_RUNS,		/* pagewatch --runs; no part of a run */
};

/* What a plan record says, and what its struct plan_record points to. */
struct record_plan {
	struct host host;	/* without the scheduler's variables */
	struct machine machine;	/* of that mem_total alone, and as 0 if it is missing */
	struct workload workload;	/* as far as it is told; a step without a rule: unknown */
	uint64_t limit;
	int pid;
	/* Of processes that pagewatch has followed; there is no workload then. */
	bool followed;
	char name[128];		/* of the command, cgroup, unit or process, as it is */
};

/*
 * `outcome` is what was written, also when it is no outcome that we know (verdict.outcome is then
 * OUTCOME_FAILED); verdict.err has no remedy if there is none in the record.
 */
struct record_verdict {
	struct verdict verdict;
	char outcome[24];
	/* Of processes that were followed. */
	struct watch_peaks peaks;	/* rss and rss_ns alone; 0: not known */
	bool followed;
	struct run_figures figures;
	char victim[64];		/* whom the OOM killer took; "": nobody else than that */
};

struct record {
	enum record_kind kind;
	char run[HOST_RUN_MAX];	/* "": written before records had it */
	union {
		struct record_plan plan;
		struct sample sample;
		struct record_verdict verdict;
		struct run_set runs;
	};
};

/*
 * Reads LINE of LENGTH bytes and a NUL. Fields that are not known are left out, and those that are
 * missing or null are unknown, but for a few without which a row is none. Texts come out fit for a
 * terminal. Which step of --then a sample is of, the plan must tell. Returns 0; -EAGAIN: it is
 * JSON that breaks off; -EBADMSG: it is no JSON; or -EINVAL: a field is wrong; with *err saying
 * what, for the caller to say in which line. Kind and run are valid with -EINVAL, too.
 */
int record_parse(const char *line, size_t length, struct record *ret_record,
		 struct error *err);

/* Makes NAME a step, with a rule if it is one that we know. */
struct step record_step(const char *name);

/* No line of ours is longer, in bytes. */
#define REPLAY_LINE_MAX ((size_t)4 << 20)

/* A file of records, line by line; of several runs in it one is read. */
struct replay_file {
	const char *name;	/* for messages; kept, not copied */
	bool followed;		/* runs of pagewatch are read, else of pagetouch */
	FILE *stream;
	char *line;		/* the last one that was read; owned */
	size_t room;		/* of getline(3) */
	size_t length;		/* of it, without its newline */
	bool whole;		/* it had a newline */
	uint64_t number;	/* of it, from 1 */
	uint64_t runs;		/* in the file */
	char run[HOST_RUN_MAX];	/* the one that is read; "": written before records had it */
	struct record_plan plan;
	size_t then;		/* the plan's step that the last sample was of */
	uint64_t least_seq;	/* that the next sample may have */
};

/*
 * Opens NAME ("-": standard input), finds run number RUN of pagewatch (FOLLOWED) or of pagetouch in
 * it, from 1, or for 0 the last, and reads its plan. Returns 0, or a negative errno with *err set.
 * replay_close() is needed either way.
 */
int replay_open(struct replay_file *file, const char *name, bool followed, uint64_t run,
		struct error *err);

/*
 * Reads the next sample of the chosen run, or its verdict. Records of other runs among them are
 * left out. Returns 1; 0: the run is over, or the file; -EAGAIN: the file breaks off within a
 * line; or another negative errno. For negative ones *err is set.
 */
int replay_next(struct replay_file *file, struct record *ret_record, struct error *err);

void replay_close(struct replay_file *file);

/* A run that is shown again. Too large for the stack that some limit leaves. */
struct replay {
	struct output output;		/* of its rows */
	const struct plot_request *plot;
	/* Prints how it ended, as FORMAT leaves room for. */
	void (*print_end)(const struct verdict *verdict, enum output_format format, bool verbose);

	struct replay_file file;
	struct printer printer;
	struct record record;		/* the last one that was read */
	struct recording recording;	/* for a picture */
	bool printing;
};

/* As replay_open(), for a picture too if one is asked for. replay_end() is needed either way. */
int replay_begin(struct replay *replay, const char *name, bool followed, uint64_t run,
		 struct error *err);

/*
 * Prints the rows of the run and its end to standard output, if no picture is asked for or --csv;
 * and keeps the rows if one is. Returns 0, or a negative errno with *err set.
 */
int replay_show(struct replay *replay, struct error *err);

void replay_end(struct replay *replay);

#endif
