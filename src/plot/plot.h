/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plot.h - a picture of a recorded run: from what was asked for to the file, or the text */
#ifndef PT_PLOT_H
#define PT_PLOT_H

#include <stddef.h>

#include "lib/error.h"
#include "lib/option-table.h"
#include "output/printer.h"
#include "plot/script.h"

/*
 * Tries whether the picture will be possible: gnuplot is there, and the file can be written.
 * Returns 0, or a negative errno with *err set.
 */
int plot_check(const struct plot_request *request, struct error *err);

/*
 * Draws RECORDING with the columns of CHOICE, and writes the file. A picture that is text goes
 * into *ret_text instead, which is the caller's to free and to print; else that is NULL. CANCEL
 * (-1: none), when it becomes readable, ends it. Returns 0, or a negative errno with *err set and
 * nothing written.
 */
int plot_draw(const struct plot_request *request, const struct recording *recording,
	      const struct column_choice *choice, int cancel, char **ret_text,
	      struct error *err);

/*
 * Finds the kind by the suffix of FILE, in any case; "-" is a terminal. Returns 0, or -EINVAL with
 * *err set and *ret_kind untouched.
 */
int picture_kind_of(const char *file, enum picture_kind *ret_kind, struct error *err);

/* For an option's row: fills a struct plot_request. */
int option_plot(const struct option_row *row, const char *text, void *filled, struct error *err);

/*
 * Tries whether FILE can be written, without leaving a trace. A file that is there must be a
 * regular one that may be written. Returns 0, or a negative errno with *err set.
 */
int picture_check(const char *file, struct error *err);

/*
 * Writes LENGTH BYTES as FILE, in place of one that is there: FILE is all of it, or what it was. A
 * symbolic link is followed. Returns 0, or a negative errno with *err set.
 */
int picture_write(const char *file, const char *bytes, size_t length, struct error *err);

/* The record of a run of WORKLOAD; LIMIT is the sandbox's. What is pointed to must outlive it. */
struct plan_record plan_record_of(const struct workload *workload, const struct host *host,
				  const struct machine *machine, int pid, uint64_t limit);

#endif
