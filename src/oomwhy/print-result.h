/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * print-result.h - what becomes of each report that is found: dated, chosen, held, explained,
 * shown
 */
#ifndef PT_OOMWHY_PRINT_RESULT_H
#define PT_OOMWHY_PRINT_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "kernlog/source.h"
#include "lib/signals.h"
#include "oomreport/report.h"
#include "oomwhy/options.h"
#include "output/report-printer.h"

/* Why no more is to be read. */
enum why_stop {
	WHY_GO_ON,
	WHY_ENOUGH,		/* --quiet has its answer */
	WHY_SIGNAL,		/* died_of says which */
	WHY_OUTPUT,		/* standard output cannot be written; that has been said */
	WHY_MEMORY,		/* there is not enough of it */
};

struct why_result;

/* The reports of a run; all zero before why_results_begin(). */
struct why_results {
	const struct query *query;
	struct signals signals;		/* taken with --follow */
	const struct oom_source *source;	/* that the reports come from at present */
	struct why_printer printer;
	bool holding;			/* held is a report that waits for the one after it */
	struct oom_report held;
	struct why_result *first, *last;	/* --last: those that are kept, the oldest first */
	uint64_t kept;
	uint64_t found, shown;
	uint64_t others;		/* not asked for */
	uint64_t undated;		/* left out: no time to compare with --since and --until */
	uint64_t unplaced;		/* left out: no cgroup to compare with --cgroup */
	enum why_stop stop;
	int died_of;			/* the signal that this process is to die of; 0: none */
};

/* Prepares *results for QUERY: takes signals, opens the printer. Returns 0 or a negative errno. */
int why_results_begin(struct why_results *results, const struct query *query);

/* Takes a report from the parser; CONTEXT is a struct why_results. An oom_report_fn. */
int why_results_report(void *context, struct oom_report *report);

/*
 * Explains and shows the report that is held, if one is: none follows it. Returns 0, or -ECANCELED
 * with results->stop set.
 */
int why_results_held(struct why_results *results);

/* Shows what --last has kept. */
void why_results_kept(struct why_results *results);

/*
 * Waits until SOURCE has more, MOST_MS (-1: forever) have passed, a signal comes or whoever reads
 * our output is gone. Returns 0, or -ECANCELED with results->stop set.
 */
int why_results_wait(struct why_results *results, const struct oom_source *source, int most_ms);

/* Ends the reading because of WHY, unless it has ended already. Returns -ECANCELED. */
int why_results_stop(struct why_results *results, enum why_stop why);

void why_results_end(struct why_results *results);

#endif
