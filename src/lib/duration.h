/* SPDX-License-Identifier: GPL-2.0-or-later */
/* duration.h - lengths of time as people write them, and the monotonic clock */
#ifndef PT_DURATION_H
#define PT_DURATION_H

#include <stdint.h>

#include "lib/error.h"

/* A duration without end, in nanoseconds. */
#define DURATION_INFINITE UINT64_MAX

#define NS_PER_SECOND UINT64_C(1000000000)
#define NS_PER_MS UINT64_C(1000000)

/*
 * Parses TEXT, called NAME in messages: a decimal number, also a fraction, of
 * seconds, or with ns, us, ms, s, m (or min), h or d; or "infinity".
 * Returns 0, or -EINVAL or -ERANGE with *err set and *ret_ns untouched.
 */
int duration_parse(const char *name, const char *text, uint64_t *ret_ns,
		   struct error *err);

/* Nanoseconds on CLOCK_MONOTONIC. */
uint64_t duration_now(void);

/* Nanoseconds of processor time that this thread has had. */
uint64_t duration_of_thread(void);

#endif
