/* SPDX-License-Identifier: GPL-2.0-or-later */
/* print-result.h - what is said of the end of a run, beside its rows */
#ifndef PT_PAGETOUCH_PRINT_RESULT_H
#define PT_PAGETOUCH_PRINT_RESULT_H

#include <stdbool.h>

#include "output/printer.h"
#include "verdict/verdict.h"

/*
 * Prints summary, error and evidence of VERDICT to standard error, as FORMAT leaves room for: its
 * first line, or VERBOSE: all lines. A terminal gets lines of its own width.
 */
void print_result(const struct verdict *verdict, enum output_format format, bool verbose);

#endif
