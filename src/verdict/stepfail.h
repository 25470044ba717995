/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stepfail.h - why the kernel refused to lock, to populate or to carry out a step */
#ifndef PT_STEPFAIL_H
#define PT_STEPFAIL_H

#include "lib/error.h"
#include "monitor/sample.h"
#include "workload/workload.h"

/*
 * Puts into *err what of WORKLOAD failed with ERROR, a negative errno, and the way out. STEP is
 * what was under way, of STEP_THEN it was THEN. A pure function.
 */
void stepfail_explain(const struct workload *workload, enum sample_step step,
		      const struct step *then, int error, struct error *err);

#endif
