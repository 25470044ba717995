/* SPDX-License-Identifier: GPL-2.0-or-later */
/* summary.h - what was seen, in one or two sentences */
#ifndef PT_SUMMARY_H
#define PT_SUMMARY_H

#include "verdict/verdict.h"

/* Fills in what a measured run has shown: figures, summary, evidence, and --verify's end. */
void summary_of_growth(const struct verdict_evidence *evidence, struct verdict *verdict);

/* Says that memory.high slowed the subject down instead of killing it: it looks like a hang. */
void summary_of_throttling(const struct oom_evidence *oom_evidence, struct verdict *verdict);

#endif
