/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boot.h - which boot of the machine is meant, as journalctl(1) has it */
#ifndef PT_BOOT_H
#define PT_BOOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 32 hexadecimal digits in lower case, and a NUL. */
#define BOOT_ID_SIZE 33

struct boot_choice {
	bool all;		/* "all": every boot */
	char id[BOOT_ID_SIZE];	/* what offset counts from; "": this boot, or the first one */
	int64_t offset;		/* without an id: 0 and below from this boot back,
				 * 1 is the first */
};

struct boot {
	char id[BOOT_ID_SIZE];
	uint64_t first_us;	/* its first entry's time, since 1970 */
};

/*
 * Parses "0", "-1", "+1", "1", "all", a boot id with or without dashes, or a boot id with an
 * offset ("...-1"). Returns 0, or -EINVAL with *ret_choice untouched.
 */
int boot_parse(const char *text, struct boot_choice *ret_choice);

/*
 * Finds the chosen one among COUNT boots, the oldest first. HERE is the index of this boot, or
 * what it would be. Returns its index, or -ENOENT. Not to be asked about all.
 */
int boot_find(const struct boot_choice *choice, const struct boot *boots, size_t count,
	      size_t here);

#endif
