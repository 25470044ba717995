/* SPDX-License-Identifier: GPL-2.0-or-later */
/* messages.h - what is said on standard error beside the rows */
#ifndef PT_PAGEWATCH_MESSAGES_H
#define PT_PAGEWATCH_MESSAGES_H

#include "monitor/kill-sender.h"
#include "monitor/tree-sampler.h"
#include "monitor/where.h"
#include "pagewatch/options.h"

/* Whether the sender of a SIGKILL is going to be known, with -v. */
void watch_say_tracer(const struct watch_request *request, const struct kill_tracer *tracer);

/* Whose peak could not be reset, which --peak has asked for. */
void watch_say_peak(const struct watch_request *request, const struct tree_sampler *tree);

/* What --where could not read, and with -v what it has taken of ELAPSED_NS. */
void watch_say_reading(const struct watch_request *request, const struct where *where,
		       uint64_t elapsed_ns);

#endif
