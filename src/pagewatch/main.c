/* SPDX-License-Identifier: GPL-2.0-or-later */
/* main.c - run a command or follow processes, and show their memory and their end */
#include <config.h>

#include <locale.h>
#include <stdio.h>

#include "lib/program.h"
#include "monitor/sample.h"
#include "pagewatch/compare.h"
#include "pagewatch/fit.h"
#include "pagewatch/repeat.h"
#include "pagewatch/run.h"
#include "verdict/verdict.h"

int main(int argc, char *argv[])
{
	struct watch_request request;
	struct error err;
	enum options_result result;

	if (secure_check(&err) < 0) {
		error_print(&err);
		return EXIT_FAILED;
	}
	setlocale(LC_CTYPE, "");
	result = watch_options_parse(argc, argv, &request, &err);
	if (result == OPTIONS_WRONG) {
		error_print(&err);
		return EXIT_USAGE;
	}
	stdio_guard_open();
	if (result == OPTIONS_RUN && request.replay)
		return watch_replay(&request);
	if (result == OPTIONS_RUN && request.compare[0])
		return compare_run(&request);
	if (result == OPTIONS_RUN)
		return request.fit ? fit_run(&request)
			: request.runs ? repeat_run(&request) : watch_run_once(&request, NULL);
	if (result == OPTIONS_HELP)
		watch_print_help();
	else
		printf("pagewatch (pagetouch) %s, %s\n", PACKAGE_VERSION, sampler_backend);
	return stdio_guard_finish() < 0 ? EXIT_FAILED : EXIT_DONE;
}
