/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options.h - the command line of oomwhy: one table of options, and what it asks for */
#ifndef PT_OOMWHY_OPTIONS_H
#define PT_OOMWHY_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernlog/source.h"
#include "lib/option-table.h"
#include "analysis/filter.h"
#include "output/report-printer.h"

struct query {
	char *const *files;		/* argv's; no file and not `journal`:
					 * the running kernel's log */
	size_t file_count;
	bool journal;			/* -j */
	struct boot_choice boot;	/* -b */
	bool follow;			/* -f */
	uint64_t last;			/* -n; 0: all */
	int64_t now_ns;			/* since 1970: what relative times refer to */
	struct oom_filter filter;	/* --since, --until, --pid, --comm, --cgroup */
	const char *columns;		/* -o, before it is known of what; NULL */
	struct why_output output;
};

extern const struct option_table query_table;

/*
 * Parses the command line; NOW_NS, since 1970, is what relative times refer to.
 * Prints nothing, reads nothing.
 */
enum options_result query_parse(int argc, char *argv[], int64_t now_ns, struct query *ret_query,
				struct error *err);

/* Prints --help, made of the option table and the column table, to standard output. */
void query_print_help(void);

#endif
