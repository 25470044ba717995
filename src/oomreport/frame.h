/* SPDX-License-Identifier: GPL-2.0-or-later */
/* frame.h - a line of a call trace */
#ifndef PT_FRAME_H
#define PT_FRAME_H

#include <stdbool.h>

#include "lib/strview.h"

/*
 * The function that TEXT, a line of a call trace, is about, without what the compiler has put
 * behind its name; length 0: it is no such line. ret_reliable: the kernel did not put a '?' in
 * front of it.
 */
struct strview oom_frame(struct strview text, bool *ret_reliable);

#endif
