/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rank-note.h - say in sentences what a ranking shows, and why it may differ from the kernel's */
#ifndef PT_RANK_NOTE_H
#define PT_RANK_NOTE_H

#include <stdbool.h>

#include "analysis/rank.h"
#include "oomreport/report.h"

/* Writes ranking->note; all else of *ranking is set. Names in it are safe for a terminal. */
void rank_note(const struct oom_report *report, struct oom_ranking *ranking);

/*
 * The part of it for what cannot be compared: no table, a rule that is not recomputable, nobody
 * chosen, or somebody who is not in the table. Returns false, having written nothing, when there
 * is something to compare (rank-unknown.c).
 */
bool rank_note_unknown(const struct oom_report *report, struct oom_ranking *ranking);

#endif
