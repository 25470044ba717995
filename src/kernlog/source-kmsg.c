/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source-kmsg.c - read the running kernel's log: Documentation/ABI/testing/dev-kmsg */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernlog/kmsg.h"
#include "kernlog/source.h"
#include "lib/cleanup.h"
#include "lib/strview.h"
#include "proc/place.h"

#define BLOCK_SIZE ((size_t)256 << 10)

struct kmsg_state {
	bool records;		/* each read(2) is a record; else this is a recorded log */
	bool overwritten;	/* the kernel has said so since the last record */
	uint64_t expected;	/* the number of the next record */
	size_t used;
	char block[BLOCK_SIZE];
};

/* "6,438,6973814,-;text": counts what is missing before it. */
static void count_lost(struct oom_source *source, struct strview record)
{
	struct kmsg_state *state = source->state;
	struct strview before;
	uint64_t number;

	if (!strview_take_until(&record, ",", &before) || !strview_take_u64(&record, &number))
		return;
	if (state->overwritten && number > state->expected)
		source->lost += number - state->expected;
	state->overwritten = false;
	state->expected = number + 1;
}

/* Reads once, behind what the block has. Returns an enum oom_supply or a negative errno. */
static int read_once(struct oom_source *source)
{
	struct kmsg_state *state = source->state;
	char *at = state->block + state->used;
	/* A byte is left for the newline. */
	ssize_t got = read(source->fd, at, BLOCK_SIZE - 1 - state->used);

	if (got < 0 && errno == EPIPE)
		state->overwritten = true;
	if (got < 0 && (errno == EPIPE || errno == EINTR))
		return OOM_SUPPLY_MORE;
	if (got < 0)
		return errno != EAGAIN ? -errno :
		       source->follow ? OOM_SUPPLY_IDLE : OOM_SUPPLY_END;
	if (got == 0)
		return OOM_SUPPLY_END;
	if (state->records) {
		count_lost(source, (struct strview){ at, (size_t)got });
		if (at[got - 1] != '\n')
			at[got++] = '\n';
	}
	state->used += (size_t)got;
	return OOM_SUPPLY_MORE;
}

static int source_kmsg_supply(struct oom_source *source, const struct log_sink *sink,
			      struct error *err)
{
	struct kmsg_state *state = source->state;
	int r = OOM_SUPPLY_MORE, fed;

	/* As many records as are there and fit. */
	while (r == OOM_SUPPLY_MORE && BLOCK_SIZE - state->used > 2 * KMSG_RECORD_MAX)
		r = read_once(source);
	fed = state->used ? sink->feed(sink->context, state->block, state->used) : 0;
	if (fed == 0 && state->used && r == OOM_SUPPLY_IDLE)
		r = OOM_SUPPLY_MORE;
	state->used = 0;
	if (fed < 0)
		r = fed;
	return r < 0 ? oom_source_fail(source, r, err) : r;
}

static void close_kmsg(struct oom_source *source)
{
	close(source->fd);
	free(source->state);
}

static int source_kmsg_error(const char *path, int error, struct error *err)
{
	bool denied = error == EPERM || error == EACCES;
	bool missing = error == ENOENT || error == ENXIO || error == ENODEV;

	error_set(err, "cannot open the kernel's log %s: %s%s", path, strerror(error),
		  denied ? " (it needs CAP_SYSLOG where kernel.dmesg_restrict is 1)" : "");
	if ((denied || missing) && place_is_container())
		error_hint(err,
			   "in a container the kernel's log is the host's: run oomwhy there, "
			   "or give it a log: oomwhy FILE");
	else if (denied)
		error_hint(err,
			   "use sudo; or --journal, as a member of the group adm; or as root: "
			   "sysctl kernel.dmesg_restrict=0");
	else if (missing)
		error_hint(err,
			   "here is none, as in a chroot or a container: give oomwhy a log: "
			   "oomwhy FILE");
	else
		error_hint_errno(err, -error);
	return -error;
}

int source_kmsg_open(const char *path, bool follow, struct oom_source *ret_source,
		     struct error *err)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct oom_source source = {
		.name = path, .follow = follow, .fd = fd, .events = POLLIN,
		.wake_ms = -1, .supply = source_kmsg_supply, .close = close_kmsg,
	};
	struct kmsg_state *state;
	struct stat status;

	if (fd < 0)
		return source_kmsg_error(path, errno, err);
	/* What containers have in its place (a console, /dev/null) says nothing, or for ever. */
	if (fstat(fd, &status) < 0 || !(S_ISREG(status.st_mode) || kmsg_is(&status)))
		return source_kmsg_error(path, ENXIO, err);
	snprintf(source.label, sizeof(source.label), "the kernel's log %s", path);
	state = malloc(sizeof(*state));
	if (!state)
		return oom_source_fail(&source, -ENOMEM, err);
	state->records = S_ISCHR(status.st_mode);
	source.live = state->records;
	state->overwritten = false;
	state->expected = 0;
	state->used = 0;
	source.state = state;
	*ret_source = source;
	take_fd(&fd);
	return 0;
}

bool source_is_kmsg(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && kmsg_is(&status);
}
