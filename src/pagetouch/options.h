/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options.h - the command line of pagetouch: one table of options */
#ifndef PT_PAGETOUCH_OPTIONS_H
#define PT_PAGETOUCH_OPTIONS_H

#include "lib/error.h"
#include "lib/option-table.h"
#include "pagetouch/plan.h"

extern const struct option_table options_table;

/*
 * Parses the command line, and finds what contradicts itself in it. Prints nothing and maps
 * nothing.
 */
enum options_result options_parse(int argc, char *argv[], struct plan *ret_plan,
				  struct error *err);

/* Prints --help, made of the option table and the column table, to standard output. */
void options_print_help(void);

#endif
