/* SPDX-License-Identifier: GPL-2.0-or-later */
/* summary.h - what was seen, in one or two sentences */
#ifndef PT_SUMMARY_H
#define PT_SUMMARY_H

#include "verdict/growth.h"
#include "verdict/verdict.h"

/*
 * Writes the sentences for a measured run into *ret_verdict->summary, in the unit of the
 * plan's output: VSZ before and after the mapping, how much was touched, and by how much
 * RSS grew, by which source.
 */
void summary_write(const struct verdict_evidence *evidence, const struct growth *growth,
		   struct verdict *ret_verdict);

#endif
