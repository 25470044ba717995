/* SPDX-License-Identifier: GPL-2.0-or-later */
/* option-values.h - the value that follows an option, into the request */
#ifndef PT_OPTION_VALUES_H
#define PT_OPTION_VALUES_H

#include "lib/error.h"
#include "lib/size.h"
#include "pagetouch/plan.h"

/*
 * Each parses TEXT, which is what follows the option (NAME, where it is of several). Returns 0, or
 * -EINVAL or -ERANGE with *err set.
 */

/* A size that may not be 0. */
int value_some(const char *name, const char *text, struct size *ret_size, struct error *err);

/* A plain number from 1 to MOST. */
int value_number(const char *option, const char *text, uint64_t most, uint64_t *ret_number,
		 struct error *err);

/* A time above 0, in ns. */
int value_time(const char *name, const char *text, uint64_t *ret_ns, struct error *err);

int value_rate(const char *text, struct request *request, struct error *err);
int value_thp(const char *text, struct request *request, struct error *err);
int value_access(const char *text, struct request *request, struct error *err);
int value_order(const char *text, struct request *request, struct error *err);
int value_file(const char *text, struct request *request, struct error *err);
int value_then(const char *text, struct request *request, struct error *err);
int value_adj(const char *text, struct request *request, struct error *err);

/* TEXT is NULL where no value follows. */
int value_lock(const char *text, struct request *request, struct error *err);
int value_heap(const char *text, struct request *request, struct error *err);
int value_hugetlb(const char *text, struct request *request, struct error *err);

#endif
