/* SPDX-License-Identifier: GPL-2.0-or-later */
/* main.c - map memory lazily, touch it page by page, show VSZ stay while RSS grows */
#include <config.h>

#include <locale.h>
#include <stdio.h>

#include "lib/program.h"
#include "pagetouch/run.h"

int main(int argc, char *argv[])
{
	/* Too large for the stack that some limit leaves. */
	static struct pagetouch_run run;
	struct error err;
	enum options_result result;
	int status, died_of;

	if (secure_check(&err) < 0) {
		error_print(&err);
		return EXIT_FAILED;
	}
	setlocale(LC_CTYPE, "");
	stdio_guard_open();
	result = options_parse(argc, argv, &run.plan, &err);
	if (result == OPTIONS_HELP)
		options_print_help();
	else if (result == OPTIONS_VERSION)
		printf("pagetouch (pagetouch) %s, %s\n", PACKAGE_VERSION, sampler_backend);
	if (result == OPTIONS_HELP || result == OPTIONS_VERSION)
		return stdio_guard_finish() < 0 ? EXIT_FAILED : EXIT_DONE;
	if (result == OPTIONS_WRONG) {
		error_print(&err);
		return EXIT_USAGE;
	}
	if (run.plan.replay) {
		status = replay_run(&run.plan, &died_of);
	} else {
		status = pagetouch_run(&run);
		died_of = run.died_of;
	}
	if (died_of)
		signals_die(died_of);
	return status;
}
