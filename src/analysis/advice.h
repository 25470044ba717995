/* SPDX-License-Identifier: GPL-2.0-or-later */
/* advice.h - what the files that give advice share */
#ifndef PT_ADVICE_H
#define PT_ADVICE_H

#include "analysis/findings.h"

void oom_advise_memcg(struct oom_textbuf *buf);		/* advice-memcg.c */
void oom_advise_machine(struct oom_textbuf *buf);	/* advice-machine.c */

/* Says how little of SHMEM the processes have mapped, if it is little and the table tells. */
void oom_append_unmapped(struct oom_textbuf *buf, uint64_t shmem);

/* The name of many tasks that hold much of WHOLE together, none of them most of it; or NULL. */
const struct oom_sum *oom_many_of_one_name(const struct oom_textbuf *buf, uint64_t whole);

#endif
