/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rank-scale.h - find the rule and the total by which a report's tasks are to be ranked */
#ifndef PT_RANK_SCALE_H
#define PT_RANK_SCALE_H

#include "analysis/badness.h"
#include "analysis/rank.h"
#include "oomreport/report.h"

/*
 * Sets rule, bonus, total and printed score in *ranking, whose `chosen` is set already, and
 * returns the scale that they make.
 */
struct badness_scale rank_choose_scale(const struct oom_report *report,
				       struct oom_ranking *ranking);

#endif
