/* SPDX-License-Identifier: GPL-2.0-or-later */
/* main.c - map memory lazily, touch it page by page, show VSZ stay while RSS grows */
#include <config.h>

#include <locale.h>
#include <stdio.h>

#include "lib/secure.h"
#include "lib/stdio-guard.h"
#include "pagetouch/options.h"
#include "pagetouch/replay.h"
#include "pagetouch/run.h"

static int pagetouch_print_help_or_version(enum options_result result)
{
	if (result == OPTIONS_HELP)
		options_print_help();
	else
		printf("pagetouch (pagetouch) %s, %s\n", PACKAGE_VERSION, sampler_backend);
	return stdio_guard_finish() < 0 ? EXIT_FAILED : EXIT_DONE;
}

/* A run of now. */
static int run(struct request *request, int *ret_signal, struct error *err)
{
	/* Too large for the stack that some limit leaves. */
	static struct pagetouch_run run;
	int status = pagetouch_prepare(&run, request, err);

	if (status != EXIT_DONE)
		error_print(err);
	else
		status = pagetouch_run(&run);
	pagetouch_close(&run);
	*ret_signal = run.died_of;
	return status;
}

int main(int argc, char *argv[])
{
	static struct request request;
	struct error err;
	enum options_result result;
	int status, died_of;

	if (secure_check(&err) < 0) {
		error_print(&err);
		return EXIT_FAILED;
	}
	setlocale(LC_CTYPE, "");
	stdio_guard_open();
	result = options_parse(argc, argv, &request, &err);
	if (result == OPTIONS_HELP || result == OPTIONS_VERSION)
		return pagetouch_print_help_or_version(result);
	if (result == OPTIONS_WRONG) {
		error_print(&err);
		return EXIT_USAGE;
	}
	status = request.replay ? replay_run(&request, &died_of)
				: run(&request, &died_of, &err);
	if (died_of)
		signals_die(died_of);
	return status;
}
