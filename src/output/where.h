/* SPDX-License-Identifier: GPL-2.0-or-later */
/* where.h - how the formats show what grew, by kind of mapping */
#ifndef PT_OUTPUT_WHERE_H
#define PT_OUTPUT_WHERE_H

#include "monitor/where.h"
#include "output/printer.h"

/* As struct printer_format has them. There is no table when nothing was read. */
int where_table_print(struct printer *printer, const struct where *where);
int where_json_print(struct printer *printer, const struct where *where);

#endif
