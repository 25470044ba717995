/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scan-values.h - what the parsers of a report's lines share: values by key */
#ifndef PT_SCAN_VALUES_H
#define PT_SCAN_VALUES_H

#include <errno.h>

#include "lib/strview.h"
#include "oomreport/report.h"

/* Longer paths and masks are cut. */
#define VALUE_TEXT_MAX 8192

/* COUNT units as bytes; more than uint64_t holds is much, and not OOM_UNKNOWN. */
static inline uint64_t value_times(uint64_t count, uint64_t unit)
{
	uint64_t product;

	if (__builtin_mul_overflow(count, unit, &product) || product == OOM_UNKNOWN)
		return OOM_UNKNOWN - 1;
	return product;
}

/* Takes an unsigned number and the blanks in front of it. Returns whether there was one. */
static inline bool value_take(struct strview *text, uint64_t *ret_number)
{
	strview_skip_blanks(text);
	return strview_take_u64(text, ret_number);
}

/*
 * The number right behind the last KEY of TEXT; untouched where there is none. The last, because a
 * name or a path in front of the figures may hold the key too.
 */
static inline void value_number(struct strview text, const char *key, int64_t *ret_number)
{
	if (strview_skip_past_last(&text, key))
		strview_take_i64(&text, ret_number);
}

/* The same for a count, with or without blanks in front; for KEY "" at the front of TEXT. */
static inline void value_count(struct strview text, const char *key, uint64_t *ret_count)
{
	uint64_t count;

	if ((!*key || strview_skip_past_last(&text, key)) && value_take(&text, &count))
		*ret_count = value_times(count, 1);
}

/* The same for a count of kB. Without its unit it is cut, perhaps inside the number. */
static inline void value_kib(struct strview text, const char *key, uint64_t *ret_bytes)
{
	uint64_t count;

	if (strview_skip_past_last(&text, key) && value_take(&text, &count) &&
	    (strview_starts(text, "k") || strview_starts(text, "K")))
		*ret_bytes = value_times(count, 1024);
}

/* The numbers of nodes that TEXT begins with: "0-1,4". */
static inline struct strview value_nodes(struct strview text)
{
	size_t length = 0;

	while (strview_is_digit(strview_byte(text, length)) || strview_byte(text, length) == '-' ||
	       strview_byte(text, length) == ',')
		length++;
	while (length && text.at[length - 1] == ',')
		length--;
	return strview_head(text, length);
}

/* Keeps the first TEXT that is not empty. Returns 0 or -ENOMEM. */
static inline int value_keep(char **kept, struct strview text)
{
	if (*kept || !text.length)
		return 0;
	*kept = strview_copy(strview_head(text, VALUE_TEXT_MAX));
	return *kept ? 0 : -ENOMEM;
}

#endif
