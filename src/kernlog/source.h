/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source.h - where a log comes from: a file, the running kernel, the journal */
#ifndef PT_SOURCE_H
#define PT_SOURCE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "kernlog/line-timestamp.h"
#include "lib/error.h"
#include "lib/strview.h"

/* The kernel gives a record whole or not at all; longer ones do not exist. */
#define KMSG_RECORD_MAX 8192

/* Who takes what a source reads. Both return 0 or a negative errno, which ends the reading. */
struct log_sink {
	void *context;

	/* The next LENGTH bytes of a log; lines may be torn between calls. */
	int (*feed)(void *context, const char *data, size_t length);

	/* A record without prefix, as the journal has them. HOST may be NULL. */
	int (*record)(void *context, struct strview message, const struct oom_time *time,
		      const char *host);
};

/* What a source has given when it was asked for more. */
enum oom_supply {
	OOM_SUPPLY_END,		/* nothing, and there will be no more */
	OOM_SUPPLY_MORE,	/* something */
	OOM_SUPPLY_IDLE,	/* nothing yet: wait for fd */
	OOM_SUPPLY_LOG_END,	/* one log of an archive has ended: what comes is another's */
};

struct oom_source {
	const char *name;	/* "standard input", "/dev/kmsg", "journal", a file's, "FILE:MEMBER"
				 * of an archive; not owned, and good until the next call */
	char label[256];		/* the same for a message: escaped, a file's in quotes */
	bool live;		/* the running kernel: monotonic times are of this boot */
	bool follow;		/* at its end, wait for more instead of ending */
	int fd;			/* to poll(2) for events */
	short events;
	int wake_ms;		/* ask again after so long even without events; -1: no need to */
	uint64_t lost;		/* records that were overwritten before they were read */
	void *state;		/* the source's own */

	/*
	 * Gives SINK the next portion; does not wait for one if `follow` is set. Returns an enum
	 * oom_supply, or a negative errno, of reading or the sink's, with *err set.
	 */
	int (*supply)(struct oom_source *source, const struct log_sink *sink, struct error *err);
	void (*close)(struct oom_source *source);
};

/*
 * All of these open a source, which oom_source_close() closes. They return 0, or a negative errno
 * with *err set, *ret_source untouched and nothing to close.
 */

/*
 * A log in the file PATH, which must stay: standard input, which is left open, if it is "-". With
 * KERNEL it is to be the kernel's log from its beginning, /dev/kmsg or a recorded one.
 */
int source_file_open(const char *path, bool kernel, bool follow, struct oom_source *ret_source,
		     struct error *err);

/* 32 hexadecimal digits in lower case, and a NUL. */
#define BOOT_ID_SIZE 33

/* Which boot is meant, as journalctl(1) has it. Zero is this one. */
struct boot_choice {
	const char *text;	/* as it was written; NULL: it was not */
	bool all;		/* "all": every boot */
	char id[BOOT_ID_SIZE];	/* what offset counts from; "": this boot, or the first one */
	int64_t offset;		/* without an id: 0 and below from this boot back,
				 * 1 is the first */
};

/*
 * Parses "0", "-1", "+1", "1", "all", a boot id with or without dashes, or a boot id with an
 * offset ("...-1"). Returns 0, or -EINVAL with *ret_choice untouched. TEXT must stay.
 */
int boot_parse(const char *text, struct boot_choice *ret_choice);

struct boot {
	char id[BOOT_ID_SIZE];
	uint64_t first_us;	/* its first entry's time, since 1970 */
};

/*
 * Finds the chosen one among COUNT boots, the oldest first. HERE is the index of this boot, or
 * what it would be. Returns its index, or -ENOENT. Not to be asked about all.
 */
int boot_find(const struct boot_choice *choice, const struct boot *boots, size_t count,
	      size_t here);

/*
 * The kernel's messages in the systemd journal, of the boot BOOT. DIRECTORY holds a recorded
 * journal; NULL: this machine's. -ENOSYS: built without.
 */
int source_journal_open(const char *directory, const struct boot_choice *boot, bool follow,
			struct oom_source *ret_source, struct error *err);

/* For --version: how the journal is read. */
extern const char source_journal_reader[];

/* So much of a file's beginning is enough to know it by. */
#define SOURCE_BEGINNING 512

/* Files that hold a log, but not as text: by their first bytes. */
struct log_packing {
	const char *bytes;
	size_t offset;		/* where these stand */
	const char *what;	/* "compressed with gzip" */
	const char *command;	/* that prints it as text, and what follows the file's name */
	const char *options;
	bool is_journal;	/* read by source_journal_open() only */
};

/* How what has BEGINNING, of SOURCE_BEGINNING bytes if there are so many, is packed; or NULL. */
const struct log_packing *log_packing_of(struct strview beginning);

/*
 * Has SOURCE, which has read BEGINNING, read that and what follows as what is compressed or an
 * archive. Returns 0; -ENOSYS: built without libarchive, and nothing was changed; or a negative
 * errno with *err set. In all cases but -ENOSYS oom_source_close() frees what it took.
 */
int source_archive_take(struct oom_source *source, struct strview beginning, struct error *err);

/* For --version: how compressed logs are read. */
extern const char source_archive_reader[];

/* NAME if it can be part of a command as it is, else "FILE". */
const char *source_command_name(const char *name);

/* Sets *err: ERROR, a negative errno, while reading. Returns it. */
int oom_source_fail(const struct oom_source *source, int error, struct error *err);

void oom_source_close(struct oom_source *source);

/*
 * Opens PATH, /dev/kmsg or a recording, at its beginning; *ret_device: it is the kernel's own.
 * Returns a descriptor or a negative errno (-ENXIO: there is something else, as in containers).
 */
int kmsg_open_log(const char *path, bool *ret_device);

/* Whether *status is of the kernel's own /dev/kmsg, by any name. */
bool kmsg_is_device(const struct stat *status);

/* Apart from all sources, what the kernel logs from now on, record by record: */

/* The same at its end. */
int kmsg_open(const char *path);

/*
 * Waits until DEADLINE (monotonic ns) for the next record and copies its text, without prefix and
 * continuation fields, into TEXT. Returns 1, 0 when the deadline has come, or a negative errno;
 * -EPIPE says that records were overwritten before they were read, and the next call goes on.
 */
int kmsg_next(int fd, uint64_t deadline_ns, char text[static KMSG_RECORD_MAX]);

#endif
