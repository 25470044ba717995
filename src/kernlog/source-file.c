/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source-file.c - what all sources have in common, and the one that reads a file, a pipe or
 * standard input
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernlog/source.h"
#include "lib/cleanup.h"
#include "lib/macros.h"

#define BLOCK_SIZE ((size_t)512 << 10)

/* So many bytes of a file's beginning are enough to know it by. */
#define MAGIC_SIZE 8

struct file_state {
	bool known;	/* the first bytes have been looked at */
	size_t kept;	/* bytes in the block that were not fed yet */
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

static int file_supply(struct oom_source *source, const struct log_sink *sink, struct error *err)
{
	struct pollfd readable = { .fd = source->fd, .events = POLLIN };
	struct file_state *state = source->state;
	struct strview block = { state->block, 0 };
	ssize_t got;
	int fed = 0;

	if (source->follow && poll(&readable, 1, 0) != 1)
		return OOM_SUPPLY_IDLE;
	do
		got = read(source->fd, state->block + state->kept, BLOCK_SIZE - state->kept);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno == EAGAIN ? OOM_SUPPLY_IDLE : oom_source_fail(source, -errno, err);
	block.length = state->kept + (size_t)got;
	state->kept = 0;
	if (!state->known) {
		/* A pipe may give its first bytes one by one. */
		if (got && block.length < MAGIC_SIZE) {
			state->kept = block.length;
			return OOM_SUPPLY_MORE;
		}
		if (source_check_text(source->name, source->label, block, err) < 0)
			return -EMEDIUMTYPE;
		state->known = true;
	}
	if (block.length)
		fed = sink->feed(sink->context, block.at, block.length);
	if (fed < 0)
		return oom_source_fail(source, fed, err);
	return got ? OOM_SUPPLY_MORE : OOM_SUPPLY_END;
}

static void file_close(struct oom_source *source)
{
	if (source->fd != STDIN_FILENO)
		close(source->fd);
	free(source->state);
}

static int file_open_error(const char *path, const char *label, int error, struct error *err)
{
	if (error == EISDIR) {
		error_set(err, "%s is a directory", label);
		error_hint(err,
			   "name the files in it; a journal's is read so: journalctl -D %s -k -o export | oomwhy",
			   source_command_name(path));
		return -error;
	}
	error_set(err, "cannot open %s: %s", label, strerror(error));
	if (error == EACCES)
		error_hint(err, "use sudo, or be in the group that may read it (ls -l)");
	else
		error_hint_errno(err, -error);
	return -error;
}

/* Makes a source of FD, which becomes its own. */
static int file_open(const char *name, int fd, bool follow, const char *label,
		     struct oom_source *ret_source, struct error *err)
{
	struct oom_source source = {
		.name = name, .follow = follow, .fd = fd, .events = POLLIN, .wake_ms = -1,
		.supply = file_supply, .close = file_close,
	};
	struct file_state *state;
	struct stat status;

	snprintf(source.label, sizeof(source.label), "%s", label);
	if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode))
		return file_open_error(name, label, EISDIR, err);
	state = malloc(sizeof(*state));
	if (!state)
		return oom_source_fail(&source, -ENOMEM, err);
	state->known = false;
	state->kept = 0;
	posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	source.state = state;
	*ret_source = source;
	return 0;
}

int source_file_open(const char *path, struct oom_source *ret_source, struct error *err)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char escaped[200], label[sizeof(escaped) + 2];
	int r;

	snprintf(label, sizeof(label), "'%s'", error_escape(escaped, sizeof(escaped), path));
	if (fd < 0)
		return file_open_error(path, label, errno, err);
	r = file_open(path, fd, false, label, ret_source, err);
	if (r == 0)
		take_fd(&fd);
	return r;
}

int source_stdin_open(bool follow, struct oom_source *ret_source, struct error *err)
{
	static const char name[] = "standard input";

	return file_open(name, STDIN_FILENO, follow, name, ret_source, err);
}
