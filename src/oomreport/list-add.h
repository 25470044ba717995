/* SPDX-License-Identifier: GPL-2.0-or-later */
/* list-add.h - lists that grow by one element at a time */
#ifndef PT_LIST_ADD_H
#define PT_LIST_ADD_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static inline int list_add(void *address, size_t *count, size_t most, const void *element,
			   size_t size)
{
	char *list;

	if (*count >= most)
		return 0;
	memcpy(&list, address, sizeof(list));
	/* There is room for the next power of two. */
	if (!(*count & (*count - 1))) {
		list = reallocarray(list, *count ? 2 * *count : 1, size);
		if (!list)
			return -ENOMEM;
		memcpy(address, &list, sizeof(list));
	}
	memcpy(list + size * (*count)++, element, size);
	return 1;
}

/*
 * Adds ELEMENT to LIST, a pointer to COUNT of them that has grown by this alone; of MOST no more
 * are kept. Returns 1, 0: it is full, or -ENOMEM, with the list as it was.
 */
#define LIST_ADD(list, count, most, element) \
	list_add(&(list), &(count), most, 1 ? &(element) : (list), sizeof(*(list)))

#endif
