/* SPDX-License-Identifier: GPL-2.0-or-later */
/* advice.h - what the files that give advice share */
#ifndef PT_ADVICE_H
#define PT_ADVICE_H

#include "analysis/findings.h"

/* Below this an absolute size is no cause of a machine's trouble. */
#define OOM_LARGE (UINT64_C(64) << 20)

/* Says one advice, or nothing. One that is to be sorted sets the weight. */
typedef void oom_adviser(struct oom_textbuf *buf);

#define OOM_ADVISERS_MAX 24

/*
 * Makes a paragraph of what each of the advisers says, and the findings if they are asked for, at
 * most OOM_ADVISERS_MAX: those with the largest weight first, those without one last, in their
 * order.
 */
void oom_advise_by(struct oom_textbuf *buf, oom_adviser *const advisers[], size_t count,
		   bool findings);

/* Says how little of SHMEM the processes have mapped, if it is little and the table tells. */
void oom_append_unmapped(struct oom_textbuf *buf, uint64_t shmem);

/* The name of many tasks that hold much of WHOLE together, none of them most of it; or NULL. */
const struct oom_sum *oom_many_of_one_name(const struct oom_textbuf *buf, uint64_t whole);

#endif
