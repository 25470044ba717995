/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rank-text.h - say in sentences what a ranking shows, and why it may differ from the kernel's */
#ifndef PT_RANK_TEXT_H
#define PT_RANK_TEXT_H

#include "analysis/rank.h"
#include "oomreport/report.h"

/*
 * Writes the note of *ranking, which is of *report: why it agrees with the choice, does not, or
 * cannot be judged. Names in it are safe for a terminal; what does not fit is left out.
 */
void oom_ranking_note(const struct oom_report *report, struct oom_ranking *ranking);

#endif
