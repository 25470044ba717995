/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan-record.h - a workload in plain words and figures, as plan records and pictures have it */
#ifndef PT_PLAN_RECORD_H
#define PT_PLAN_RECORD_H

#include "output/printer.h"
#include "workload/workload.h"

/* The record of WORKLOAD, which must outlive it; host, machine, pid and limit are the caller's. */
struct plan_record plan_record_of(const struct workload *workload);

#endif
