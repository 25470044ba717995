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

#include "base/cleanup.h"
#include "log/magic.h"
#include "oom/source.h"

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

static int supply(struct oom_source *source, struct oom_parser *parser, struct trouble *trouble)
{
	struct file_state *state = source->state;
	int r = read_more(source, state), fed;

	if (r < 0)
		return oom_source_fail(source, r, trouble);
	/* A pipe may give its first bytes one by one. */
	if (!state->known && state->kept < MAGIC_SIZE && r != OOM_SUPPLY_END)
		return r;
	if (!state->known && magic_check(source->name, source->said, state->block, state->kept,
					 trouble) < 0)
		return -EMEDIUMTYPE;
	state->known = true;
	fed = state->kept ? oom_parser_feed(parser, state->block, state->kept) : 0;
	state->kept = 0;
	return fed < 0 ? oom_source_fail(source, fed, trouble) : r;
}

static void close_file(struct oom_source *source)
{
	if (source->fd != STDIN_FILENO)
		close(source->fd);
	free(source->state);
}

static int refuse(const char *path, const char *said, int error, struct trouble *trouble)
{
	if (error == EISDIR) {
		trouble_set(trouble, "%s is a directory", said);
		trouble_remedy(trouble, "name the files in it; a journal's is read so: "
			       "journalctl -D %s -k -o export | oomwhy", magic_command_name(path));
		return -error;
	}
	trouble_set(trouble, "cannot open %s: %s", said, strerror(error));
	if (error == EACCES)
		trouble_remedy(trouble, "use sudo, or be in the group that may read it (ls -l)");
	else
		trouble_remedy_errno(trouble, -error);
	return -error;
}

/* Makes a source of FD, which becomes its own; SAID has been filled in. */
static int make(const char *name, int fd, bool follow, const char *said,
		struct oom_source *ret_source, struct trouble *trouble)
{
	struct oom_source source = {
		.name = name, .follow = follow, .fd = fd, .events = POLLIN, .wake_ms = -1,
		.supply = supply, .close = close_file,
	};
	struct file_state *state = malloc(sizeof(*state));
	struct stat status;

	snprintf(source.said, sizeof(source.said), "%s", said);
	if (!state)
		return oom_source_fail(&source, -ENOMEM, trouble);
	if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
		free(state);
		return refuse(name, said, EISDIR, trouble);
	}
	state->known = false;
	state->kept = 0;
	posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	source.state = state;
	*ret_source = source;
	return 0;
}

int source_file_open(const char *path, struct oom_source *ret_source, struct trouble *trouble)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char escaped[200], said[sizeof(escaped) + 2];
	int r;

	snprintf(said, sizeof(said), "'%s'", trouble_escape(escaped, sizeof(escaped), path));
	if (fd < 0)
		return refuse(path, said, errno, trouble);
	r = make(path, fd, false, said, ret_source, trouble);
	if (r == 0)
		take_fd(&fd);
	return r;
}

int source_stdin_open(bool follow, struct oom_source *ret_source, struct trouble *trouble)
{
	static const char name[] = "standard input";

	return make(name, STDIN_FILENO, follow, name, ret_source, trouble);
}
