/* SPDX-License-Identifier: GPL-2.0-or-later */
/* output.h - how the user wants to see the samples */
#ifndef PT_OUTPUT_H
#define PT_OUTPUT_H

#include <stdbool.h>

#include "lib/size.h"
#include "monitor/columns.h"

enum output_format {
	OUTPUT_TABLE,
	OUTPUT_JSON,
	OUTPUT_CSV,
	OUTPUT_NONE,		/* --quiet */
};

struct output {
	enum output_format format;
	enum size_unit unit;		/* of table and csv; JSON is in bytes */
	bool headings;
	struct column_choice columns;
};

#endif
