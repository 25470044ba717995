/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pagetouch.c - map memory lazily, touch it page by page, show VSZ stay while RSS grows */
#include <config.h>

#include <locale.h>
#include <stdio.h>

#include "base/secure.h"
#include "base/stdio-guard.h"
#include "options/options.h"
#include "replay-session.h"
#include "session.h"

static int print_help_or_version(enum options_result result)
{
	if (result == OPTIONS_HELP)
		options_print_help();
	else
		printf("pagetouch (pagetouch) %s, %s\n", PACKAGE_VERSION, sampler_backend);
	return stdio_guard_finish() < 0 ? EXIT_FAILED : EXIT_DONE;
}

/* A run of now. */
static int run(struct request *request, int *ret_signal, struct trouble *trouble)
{
	/* Too large for the stack that some limit leaves. */
	static struct session session;
	int status = session_prepare(&session, request, trouble);

	if (status != EXIT_DONE)
		trouble_print(trouble);
	else
		status = session_run(&session);
	session_close(&session);
	*ret_signal = session.died_of;
	return status;
}

int main(int argc, char *argv[])
{
	static struct request request;
	struct trouble trouble;
	enum options_result result;
	int status, died_of;

	if (secure_check(&trouble) < 0) {
		trouble_print(&trouble);
		return EXIT_FAILED;
	}
	setlocale(LC_CTYPE, "");
	stdio_guard_open();
	result = options_parse(argc, argv, &request, &trouble);
	if (result == OPTIONS_HELP || result == OPTIONS_VERSION)
		return print_help_or_version(result);
	if (result == OPTIONS_WRONG) {
		trouble_print(&trouble);
		return EXIT_USAGE;
	}
	status = request.replay ? replay_session(&request, &died_of)
				: run(&request, &died_of, &trouble);
	if (died_of)
		signals_die(died_of);
	return status;
}
