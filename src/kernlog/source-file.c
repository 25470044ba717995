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
#include <sys/sysmacros.h>
#include <unistd.h>

#include "kernlog/source.h"
#include "lib/cleanup.h"
#include "lib/duration.h"
#include "lib/macros.h"
#include "proc/place.h"

#define BLOCK_SIZE ((size_t)512 << 10)

/* So many bytes of a file's beginning are enough to know it by. */
#define MAGIC_SIZE 8

struct file_state {
	bool known;		/* the first bytes have been looked at */
	bool records;		/* /dev/kmsg: each read(2) is a record */
	bool overwritten;	/* the kernel has said so since the last record */
	uint64_t expected;	/* the number of the next record */
	size_t used;		/* bytes in the block that were not fed yet */
	char block[BLOCK_SIZE];
};

/* Files that hold a log, but not as text, by their first bytes. */
static const struct {
	const char *bytes;
	const char *what;
	const char *command;	/* that prints it, and what follows the file's name */
	const char *options;
} magics[] = {
	{ "\x1f\x8b", "compressed with gzip", "zcat", "" },
	{ "\xfd" "7zXZ", "compressed with xz", "xzcat", "" },
	{ "\x28\xb5\x2f\xfd", "compressed with zstd", "zstdcat", "" },
	{ "BZh", "compressed with bzip2", "bzcat", "" },
	{ "\x04\x22\x4d\x18", "compressed with lz4", "lz4cat", "" },
	{ "LPKSHHRH", "a binary journal", "journalctl --file", " -o export" },
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

int source_check_text(const char *name, const char *label, struct strview beginning,
		      struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(magics); i++) {
		if (!strview_starts(beginning, magics[i].bytes))
			continue;
		error_set(err, "%s is %s", label, magics[i].what);
		error_hint(err, "use: %s %s%s | oomwhy", magics[i].command,
			   source_command_name(name), magics[i].options);
		return -EMEDIUMTYPE;
	}
	return 0;
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
		/* A pipe may give its first bytes one by one. */
		if (r < 0 || (r != OOM_SUPPLY_END && block.length < MAGIC_SIZE))
			return r < 0 ? oom_source_fail(source, r, err) : r;
		if (source_check_text(source->name, source->label, block, err) < 0)
			return -EMEDIUMTYPE;
		state->known = true;
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

/* Whether STATUS is that of /dev/kmsg: Documentation/admin-guide/devices.txt. */
static bool is_kmsg(const struct stat *status)
{
	return S_ISCHR(status->st_mode) && status->st_rdev == makedev(1, 11);
}

/* Opens PATH, /dev/kmsg or a recording. Returns a descriptor or a negative errno. */
static int open_kmsg(const char *path, bool *ret_device)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat status;

	if (fd < 0)
		return -errno;
	/* What containers have in its place (a console, /dev/null) says nothing, or for ever. */
	if (fstat(fd, &status) < 0 || !(S_ISREG(status.st_mode) || is_kmsg(&status)))
		return -ENXIO;
	*ret_device = S_ISCHR(status.st_mode);
	return take_fd(&fd);
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
	kernel = kernel || (!input && stat(path, &status) == 0 && is_kmsg(&status));
	if (kernel)
		source.fd = open_kmsg(path, &device);
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

int kmsg_open(const char *path)
{
	bool device;
	CLEANUP_FD int fd = open_kmsg(path, &device);

	if (fd < 0)
		return fd;
	return lseek(fd, 0, SEEK_END) < 0 ? -errno : take_fd(&fd);
}

int kmsg_next(int fd, uint64_t deadline_ns, char text[static KMSG_RECORD_MAX])
{
	struct pollfd readable = { .fd = fd, .events = POLLIN };

	for (;;) {
		ssize_t length = read(fd, text, KMSG_RECORD_MAX - 1);
		uint64_t now = duration_now();

		if (length > 0) {
			/* "6,1234,5678901,-;text\n KEY=value\n" */
			const char *start;

			text[length] = '\0';
			start = strchr(text, ';');
			if (start)
				memmove(text, start + 1, strlen(start));
			text[strcspn(text, "\n")] = '\0';
			return 1;
		}
		if (length < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (now >= deadline_ns)
			return 0;
		poll(&readable, 1, (int)((deadline_ns - now) / NS_PER_MS) + 1);
	}
}
