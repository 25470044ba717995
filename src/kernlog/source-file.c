/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source-file.c - read a log from a file, a pipe or standard input */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernlog/magic.h"
#include "kernlog/source.h"
#include "lib/cleanup.h"

#define BLOCK_SIZE ((size_t)512 << 10)

struct file_state {
	bool known;	/* the first bytes have been looked at */
	size_t kept;	/* bytes in the block that were not fed yet */
	char block[BLOCK_SIZE];
};

static bool is_readable(int fd)
{
	struct pollfd readable = { .fd = fd, .events = POLLIN };

	return poll(&readable, 1, 0) == 1;
}

/* Reads once. Returns an enum oom_supply or a negative errno. */
static int read_more(struct oom_source *source, struct file_state *state)
{
	ssize_t got;

	if (source->follow && !is_readable(source->fd))
		return OOM_SUPPLY_IDLE;
	do
		got = read(source->fd, state->block + state->kept, BLOCK_SIZE - state->kept);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno == EAGAIN ? OOM_SUPPLY_IDLE : -errno;
	state->kept += (size_t)got;
	return got ? OOM_SUPPLY_MORE : OOM_SUPPLY_END;
}

static int source_file_supply(struct oom_source *source, const struct log_sink *sink,
			      struct error *err)
{
	struct file_state *state = source->state;
	int r = read_more(source, state), fed;

	if (r < 0)
		return oom_source_fail(source, r, err);
	/* A pipe may give its first bytes one by one. */
	if (!state->known && state->kept < MAGIC_SIZE && r != OOM_SUPPLY_END)
		return r;
	if (!state->known && magic_check(source->name, source->label, state->block, state->kept,
					 err) < 0)
		return -EMEDIUMTYPE;
	state->known = true;
	fed = state->kept ? sink->feed(sink->context, state->block, state->kept) : 0;
	state->kept = 0;
	return fed < 0 ? oom_source_fail(source, fed, err) : r;
}

static void close_file(struct oom_source *source)
{
	if (source->fd != STDIN_FILENO)
		close(source->fd);
	free(source->state);
}

static int source_file_error(const char *path, const char *label, int error, struct error *err)
{
	if (error == EISDIR) {
		error_set(err, "%s is a directory", label);
		error_hint(err, "name the files in it; a journal's is read so: "
			   "journalctl -D %s -k -o export | oomwhy", magic_command_name(path));
		return -error;
	}
	error_set(err, "cannot open %s: %s", label, strerror(error));
	if (error == EACCES)
		error_hint(err, "use sudo, or be in the group that may read it (ls -l)");
	else
		error_hint_errno(err, -error);
	return -error;
}

/* Makes a source of FD, which becomes its own; LABEL has been filled in. */
static int make(const char *name, int fd, bool follow, const char *label,
		struct oom_source *ret_source, struct error *err)
{
	struct oom_source source = {
		.name = name, .follow = follow, .fd = fd, .events = POLLIN, .wake_ms = -1,
		.supply = source_file_supply, .close = close_file,
	};
	struct file_state *state = malloc(sizeof(*state));
	struct stat status;

	snprintf(source.label, sizeof(source.label), "%s", label);
	if (!state)
		return oom_source_fail(&source, -ENOMEM, err);
	if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
		free(state);
		return source_file_error(name, label, EISDIR, err);
	}
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
		return source_file_error(path, label, errno, err);
	r = make(path, fd, false, label, ret_source, err);
	if (r == 0)
		take_fd(&fd);
	return r;
}

int source_stdin_open(bool follow, struct oom_source *ret_source, struct error *err)
{
	static const char name[] = "standard input";

	return make(name, STDIN_FILENO, follow, name, ret_source, err);
}
