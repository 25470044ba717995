/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source-file.c - what all sources have in common, and those that are read(2): a file, a pipe,
 * standard input, the running kernel's log (Documentation/ABI/testing/dev-kmsg)
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernlog/source.h"
#include "lib/cleanup.h"
#include "lib/macros.h"
#include "proc/place.h"

#define BLOCK_SIZE ((size_t)512 << 10)

/* The longest of `packings` that stands at the beginning. */
#define PACKING_BYTES 8

struct file_state {
	bool known;		/* the first bytes have been looked at */
	bool records;		/* /dev/kmsg: each read(2) is a record */
	bool overwritten;	/* the kernel has said so since the last record */
	uint64_t expected;	/* the number of the next record */
	size_t used;		/* bytes in the block that were not fed yet */
	char block[BLOCK_SIZE];
};

static const struct log_packing packings[] = {
	{ "\x1f\x8b", 0, "compressed with gzip", "zcat", "", false },
	{ "\xfd" "7zXZ", 0, "compressed with xz", "xzcat", "", false },
	{ "\x28\xb5\x2f\xfd", 0, "compressed with zstd", "zstdcat", "", false },
	{ "BZh", 0, "compressed with bzip2", "bzcat", "", false },
	{ "\x04\x22\x4d\x18", 0, "compressed with lz4", "lz4cat", "", false },
	{ "ustar", 257, "a tar archive", "tar -xOf", "", false },
	{ "LPKSHHRH", 0, "a binary journal", "journalctl --file", " -o export", true },
};

int oom_source_fail(const struct oom_source *source, int error, struct error *err)
{
	error_set(err, "cannot read %s: %s", source->label, strerror(-error));
	error_hint_errno(err, error);
	return error;
}

void oom_source_close(struct oom_source *source)
{
	source->close(source);
	source->state = NULL;
}

const char *source_command_name(const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/._+,:@-";

	return *name && *name != '-' && !name[strspn(name, plain)] && strlen(name) < 200
		? name : "FILE";
}

const struct log_packing *log_packing_of(struct strview beginning)
{
	for (size_t i = 0; i < ARRAY_SIZE(packings); i++)
		if (beginning.length > packings[i].offset &&
		    strview_starts(strview_from(beginning, packings[i].offset), packings[i].bytes))
			return &packings[i];
	return NULL;
}

/* Looks at what SOURCE begins with: text, or what is to be unpacked. Returns 0 or an errno. */
static int file_look(struct oom_source *source, struct strview beginning, struct error *err)
{
	const struct log_packing *packing = log_packing_of(beginning);
	int r = -ENOSYS;

	if (!packing)
		return 0;
	/* Unpacking waits for what it reads. */
	if (!packing->is_journal && !source->follow)
		r = source_archive_take(source, beginning, err);
	if (r != -ENOSYS)
		return r;
	error_set(err, "%s is %s", source->label, packing->what);
	error_hint(err, "use: %s %s%s | oomwhy", packing->command,
		   source_command_name(source->name), packing->options);
	return -EMEDIUMTYPE;
}

/* Reads once, behind what the block has. Returns an enum oom_supply or a negative errno. */
static int file_read(struct oom_source *source)
{
	struct pollfd readable = { .fd = source->fd, .events = POLLIN };
	struct file_state *state = source->state;
	char *at = state->block + state->used;
	struct strview record, level;
	uint64_t number;
	ssize_t got;

	if (source->follow && !state->records && poll(&readable, 1, 0) != 1)
		return OOM_SUPPLY_IDLE;
	/* A byte is left for the newline. */
	got = read(source->fd, at, BLOCK_SIZE - 1 - state->used);
	if (got < 0) {
		state->overwritten |= state->records && errno == EPIPE;
		if (errno == EINTR || (state->records && errno == EPIPE))
			return OOM_SUPPLY_MORE;
		if (errno != EAGAIN)
			return -errno;
		return source->follow || !state->records ? OOM_SUPPLY_IDLE : OOM_SUPPLY_END;
	}
	record = (struct strview){ at, (size_t)got };
	/* "6,438,6973814,-;text": counts what is missing before it. */
	if (state->records && strview_take_until(&record, ",", &level) &&
	    strview_take_u64(&record, &number)) {
		if (state->overwritten && number > state->expected)
			source->lost += number - state->expected;
		state->overwritten = false;
		state->expected = number + 1;
	}
	if (state->records && got && at[got - 1] != '\n')
		at[got++] = '\n';
	state->used += (size_t)got;
	return got ? OOM_SUPPLY_MORE : OOM_SUPPLY_END;
}

static int file_supply(struct oom_source *source, const struct log_sink *sink, struct error *err)
{
	struct file_state *state = source->state;
	struct strview block = { state->block, 0 };
	int r, fed = 0;

	/* As many records as are there and fit. */
	do
		r = file_read(source);
	while (r == OOM_SUPPLY_MORE && state->records &&
	       BLOCK_SIZE - state->used > 2 * KMSG_RECORD_MAX);
	block.length = state->used;
	if (!state->known) {
		/* A pipe may give its first bytes one by one; who follows it does not wait. */
		size_t enough = source->follow ? PACKING_BYTES : SOURCE_BEGINNING;

		if (r < 0 || (r != OOM_SUPPLY_END && block.length < enough))
			return r < 0 ? oom_source_fail(source, r, err) : r;
		state->known = true;
		fed = file_look(source, block, err);
		if (fed < 0 || source->state != state)
			return fed < 0 ? fed : OOM_SUPPLY_MORE;
	}
	state->used = 0;
	if (block.length)
		fed = sink->feed(sink->context, block.at, block.length);
	if (fed < 0)
		r = fed;
	else if (block.length && r == OOM_SUPPLY_IDLE)
		r = OOM_SUPPLY_MORE;
	return r < 0 ? oom_source_fail(source, r, err) : r;
}

static void file_close(struct oom_source *source)
{
	if (source->fd != STDIN_FILENO)
		close(source->fd);
	free(source->state);
}

/* Sets *err: why SOURCE, or the KERNEL's log, could not be opened. Returns ERROR. */
static int source_open_error(const struct oom_source *source, bool kernel, int error,
			     struct error *err)
{
	bool denied = error == -EPERM || error == -EACCES;
	bool missing = error == -ENOENT || error == -ENXIO || error == -ENODEV;

	if (error == -EISDIR) {
		error_set(err, "%s is a directory", source->label);
		error_hint(err,
			   "name the files in it; a journal's is read so: journalctl -D %s -k -o export | oomwhy",
			   source_command_name(source->name));
		return error;
	}
	error_set(err, "cannot open %s: %s%s", source->label, strerror(-error), kernel && denied ?
		  " (it needs CAP_SYSLOG where kernel.dmesg_restrict is 1)" : "");
	if (kernel && (denied || missing) && place_is_container())
		error_hint(err,
			   "in a container the kernel's log is the host's: run oomwhy there, or give it a log: oomwhy FILE");
	else if (kernel && denied)
		error_hint(err,
			   "use sudo; or --journal, as a member of the group adm; or as root: sysctl kernel.dmesg_restrict=0");
	else if (kernel && missing)
		error_hint(err,
			   "here is none, as in a chroot or a container: give oomwhy a log: oomwhy FILE");
	else if (error == -EACCES)
		error_hint(err, "use sudo, or be in the group that may read it (ls -l)");
	else
		error_hint_errno(err, error);
	return error;
}

int source_file_open(const char *path, bool kernel, bool follow, struct oom_source *ret_source,
		     struct error *err)
{
	bool input = !kernel && !strcmp(path, "-"), device = false;
	struct oom_source source = {
		.name = input ? "standard input" : path, .follow = follow, .fd = STDIN_FILENO,
		.events = POLLIN, .wake_ms = -1, .supply = file_supply, .close = file_close,
	};
	struct file_state *state;
	struct stat status;
	char escaped[200];

	/* By any name: read as a file, it would never end. */
	kernel = kernel || (!input && stat(path, &status) == 0 && kmsg_is_device(&status));
	if (kernel)
		source.fd = kmsg_open_log(path, &device);
	else if (!input && (source.fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)) < 0)
		source.fd = -errno;
	snprintf(source.label, sizeof(source.label), kernel ? "the kernel's log %s"
		 : input ? "%s" : "'%s'",
		 kernel || input ? source.name : error_escape(escaped, sizeof(escaped), path));
	if (source.fd < 0)
		return source_open_error(&source, kernel, source.fd, err);
	source.state = state = malloc(sizeof(*state));
	if (!state || (!kernel && fstat(source.fd, &status) == 0 && S_ISDIR(status.st_mode))) {
		file_close(&source);
		return state ? source_open_error(&source, false, -EISDIR, err)
			     : oom_source_fail(&source, -ENOMEM, err);
	}
	memset(state, 0, offsetof(struct file_state, block));
	posix_fadvise(source.fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	state->known = kernel;
	state->records = source.live = device;
	*ret_source = source;
	return 0;
}
