/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain.h - a report in sentences: what ran out, who was killed, why that one, what to do */
#ifndef PT_EXPLAIN_H
#define PT_EXPLAIN_H

#include "analysis/explanation.h"
#include "analysis/rank.h"
#include "oomreport/report.h"

/*
 * Explains *report, ranked. NEXT is the report after it in the log, or NULL. Sizes are said as
 * "28.7 GiB". Returns 0 or -ENOMEM.
 */
int oom_explain(const struct oom_report *report, const struct oom_ranking *ranking,
		const struct oom_report *next, struct oom_explanation *ret_explanation);

#endif
