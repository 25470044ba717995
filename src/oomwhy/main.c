/* SPDX-License-Identifier: GPL-2.0-or-later */
/* main.c - find the OOM killer's reports in a kernel log and explain each */
#include <config.h>

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernlog/source.h"
#include "lib/program.h"
#include "lib/signals.h"
#include "lib/timestamp.h"
#include "oomwhy/options.h"
#include "oomwhy/run.h"

int main(int argc, char *argv[])
{
	struct query query;
	struct error err;
	enum options_result result;
	int status, died_of = 0;

	if (secure_check(&err) < 0) {
		error_print(&err);
		return WHY_FAILED;
	}
	setlocale(LC_CTYPE, "");
	/* Else the C library looks at that file again for each date of a log. */
	setenv("TZ", ":/etc/localtime", 0);
	stdio_guard_open();
	result = query_parse(argc, argv, timestamp_now(), &query, &err);
	if (result == OPTIONS_WRONG) {
		error_print(&err);
		return WHY_USAGE;
	}
	if (result == OPTIONS_HELP)
		query_print_help();
	else if (result == OPTIONS_VERSION)
		printf("oomwhy (pagetouch) %s, %s, %s\n", PACKAGE_VERSION,
		       source_journal_reader, source_archive_reader);
	if (result != OPTIONS_RUN)
		return stdio_guard_finish() < 0 ? WHY_FAILED : WHY_FOUND;
	status = oomwhy_run(&query, &died_of);
	if (died_of)
		signals_die(died_of);
	return status;
}
