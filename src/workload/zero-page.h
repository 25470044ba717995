/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zero-page.h - whether reading anonymous memory makes it resident */
#ifndef PT_ZERO_PAGE_H
#define PT_ZERO_PAGE_H

#include <stdbool.h>

/*
 * Whether anonymous memory that is only read stays the kernel's one page of zeros, which is in no
 * RSS. Nearly every kernel has it; where it is forbidden (mm_forbids_zeropage(),
 * include/linux/mm.h; s390 does so for some guests), a read fault brings a page of the process's
 * own, as a write fault does. Found by reading a page: bit 56 of its entry in /proc/self/pagemap
 * (since Linux 4.2, Documentation/admin-guide/mm/pagemap.rst) says that it is mapped by nobody
 * else. True as well when that cannot be found.
 */
bool zero_page_shared(void);

#endif
