/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan-record.h - a workload in plain words and figures, as plan records and pictures have it */
#ifndef PT_PLAN_RECORD_H
#define PT_PLAN_RECORD_H

#include "output/printer.h"
#include "workload/workload.h"

/* The record of a run of WORKLOAD; LIMIT is the sandbox's. What is pointed to must outlive it. */
struct plan_record plan_record_of(const struct workload *workload, const struct host *host,
				  const struct machine *machine, int pid, uint64_t limit);

#endif
