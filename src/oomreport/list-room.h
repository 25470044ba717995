/* SPDX-License-Identifier: GPL-2.0-or-later */
/* list-room.h - lists that grow by one element at a time */
#ifndef PT_LIST_ROOM_H
#define PT_LIST_ROOM_H

#include <stdlib.h>

/*
 * LIST, which has COUNT elements of SIZE bytes, with room for one more, perhaps elsewhere; it must
 * have grown by this alone. NULL: out of memory, and LIST is as it was.
 */
static inline void *list_room(void *list, size_t count, size_t size)
{
	/* There is room for the next power of two. */
	return count & (count - 1) ? list : reallocarray(list, count ? 2 * count : 1, size);
}

#endif
