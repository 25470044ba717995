/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plausible.h - figures that no machine can have */
#ifndef PT_PLAUSIBLE_H
#define PT_PLAUSIBLE_H

#include "oomreport/report.h"

/*
 * Makes figures of *report, in bytes, unknown that cannot be right: beyond what processors can
 * address, more than the machine's RAM or than their zone has, or more free swap than there is.
 * Counts them in implausible.
 */
void oom_leave_out_implausible(struct oom_report *report);

#endif
