/* SPDX-License-Identifier: GPL-2.0-or-later */
/* compare.h - two recordings, and by how much the second needs more */
#ifndef PT_COMPARE_H
#define PT_COMPARE_H

#include "pagewatch/options.h"

/*
 * Compares the recordings request->compare, of one run or of several, and prints what they have in
 * common and which figure decides. Returns the exit status: EXIT_UNMET if that of the second is
 * higher than --tolerance allows, or is not known.
 */
int compare_run(const struct watch_request *request);

#endif
