/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judge.h - from what is known of a run to its verdict: a pure function over facts */
#ifndef PT_JUDGE_H
#define PT_JUDGE_H

#include "verdict/verdict.h"

void verdict_decide(const struct verdict_evidence *evidence, struct verdict *ret_verdict);

#endif
