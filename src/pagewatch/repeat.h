/* SPDX-License-Identifier: GPL-2.0-or-later */
/* repeat.h - a command that is run several times */
#ifndef PT_REPEAT_H
#define PT_REPEAT_H

#include "pagewatch/options.h"

/*
 * Runs the command of REQUEST request->warmup times, which are not counted, and request->runs
 * times, and prints what these have needed. Returns the exit status: 0, that of the run whose
 * failure has ended it, or EXIT_UNMET.
 */
int repeat_run(const struct watch_request *request);

#endif
