/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plot-options.h - the options for pictures and for runs that are over, and what goes with them */
#ifndef PT_PLOT_OPTIONS_H
#define PT_PLOT_OPTIONS_H

#include "lib/option-table.h"
#include "pagetouch/plan.h"

/*
 * Each parses TEXT, which is what follows the option. Returns 0, or -EINVAL with *err set.
 */
int value_plot(const char *text, struct request *request, struct error *err);
int value_plot_x(const char *text, struct request *request, struct error *err);
int value_replay(const char *text, struct request *request, struct error *err);

/*
 * Checks --plot, --plot-x, --replay and --run in a REQUEST that WALK has filled in; OPERANDS:
 * there are some. Returns 0, or -EINVAL with *err set.
 */
int pictures_check(const struct option_walk *walk, const struct request *request, bool operands,
		   struct error *err);

#endif
