/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source-archive.c - logs that are compressed or in tar archives, through libarchive(3) */
#include <config.h>

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernlog/source.h"

#define BLOCK_SIZE ((size_t)64 << 10)

const char source_archive_reader[] = "compressed logs through libarchive";

/* A log that is compressed, in an archive that is compressed, in another one. */
#define DEPTH_MAX 4

/*
 * What unpacks to more than both is no log, but made to keep us busy: logs of repeated lines reach
 * some thousand times their size, though not with so much text.
 */
#define BOMB_SIZE ((uint64_t)64 << 30)
#define BOMB_RATIO 1000

/* An archive, or what was compressed alone: an archive of one member without a name. */
struct archive_layer {
	struct archive *archive;
	struct archive *outer;	/* whose member it is; NULL: it is read from `fd` */
	int fd;
	uint64_t taken;		/* bytes from `fd` */
	size_t length;		/* of what is in `block`: that was read before it was known what
				 * it is; 0: it has been given out */
	char block[];		/* BLOCK_SIZE at least */
};

struct archive_state {
	struct archive_layer *layers[DEPTH_MAX];
	int depth;
	const char *file;	/* the source's own name */
	char *member;		/* "FILE:MEMBER"; NULL: what was compressed alone */
	bool open;		/* a member is being read */
	bool begun;		/* some of it has been */
	uint64_t given;		/* bytes after unpacking */
};

/* An archive_read_callback(3). */
static la_ssize_t layer_read(struct archive *archive, void *context, const void **ret_block)
{
	struct archive_layer *layer = context;
	size_t length = layer->length;
	la_int64_t offset;
	ssize_t got;
	int r;

	*ret_block = layer->block;
	layer->length = 0;
	if (length)
		return (la_ssize_t)length;
	if (layer->outer) {
		r = archive_read_data_block(layer->outer, ret_block, &length, &offset);
		if (r >= ARCHIVE_WARN)
			return r == ARCHIVE_EOF ? 0 : (la_ssize_t)length;
		archive_set_error(archive, archive_errno(layer->outer), "%s",
				  archive_error_string(layer->outer));
		return -1;
	}
	do
		got = read(layer->fd, layer->block, BLOCK_SIZE);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		archive_set_error(archive, errno, "%s", strerror(errno));
	else
		layer->taken += (uint64_t)got;
	return got;
}

/*
 * Reads what begins with BEGINNING, from FD or as a member of the innermost archive, as an archive
 * from now on. Returns a status of libarchive's.
 */
static int state_push(struct archive_state *state, int fd, struct strview beginning)
{
	struct archive *archive = archive_read_new();
	size_t size = beginning.length > BLOCK_SIZE ? beginning.length : BLOCK_SIZE;
	struct archive_layer *layer = malloc(sizeof(*layer) + size);

	if (!layer || !archive) {
		free(layer);
		archive_read_free(archive);
		return ARCHIVE_FATAL;
	}
	*layer = (struct archive_layer){
		.archive = archive, .fd = fd,
		.outer = state->depth ? state->layers[state->depth - 1]->archive : NULL,
		.taken = beginning.length, .length = beginning.length,
	};
	memcpy(layer->block, beginning.at, beginning.length);
	state->layers[state->depth++] = layer;
	state->open = false;
	/* By name, since libarchive would leave others to programs that it runs. */
	archive_read_support_filter_gzip(archive);
	archive_read_support_filter_xz(archive);
	archive_read_support_filter_zstd(archive);
	archive_read_support_filter_bzip2(archive);
	archive_read_support_filter_lz4(archive);
	archive_read_support_format_tar(archive);
	archive_read_support_format_raw(archive);
	archive_read_support_format_empty(archive);
	return archive_read_open(archive, layer, NULL, layer_read, NULL);
}

static void state_pop(struct archive_state *state)
{
	struct archive_layer *layer = state->layers[--state->depth];

	archive_read_free(layer->archive);
	free(layer);
}

static int archive_fail(const struct oom_source *source, struct error *err)
{
	const struct archive_state *state = source->state;
	const char *why = archive_error_string(state->layers[state->depth - 1]->archive);
	char reason[200];

	error_set(err, "cannot read %s beyond %" PRIu64 " bytes of what it unpacks to: %s",
		  source->label, state->given,
		  error_escape(reason, sizeof(reason), why ? why : strerror(ENOMEM)));
	error_hint(err, "it is cut off or damaged: what stands before that has been read");
	return -EIO;
}

/* Goes to the next member that may be a log. Returns an enum oom_supply or a negative errno. */
static int archive_next(struct oom_source *source, struct error *err)
{
	struct archive_state *state = source->state;
	struct archive *archive = state->layers[state->depth - 1]->archive;
	struct archive_entry *entry;
	const char *path;
	int r = archive_read_next_header(archive, &entry);

	if (r == ARCHIVE_EOF) {
		if (state->depth == 1)
			return OOM_SUPPLY_END;
		state_pop(state);
		return OOM_SUPPLY_MORE;
	}
	if (r < ARCHIVE_WARN)
		return archive_fail(source, err);
	state->open = archive_format(archive) == ARCHIVE_FORMAT_RAW ||
		      archive_entry_filetype(entry) == AE_IFREG;
	state->begun = false;
	if (!state->open || archive_format(archive) == ARCHIVE_FORMAT_RAW)
		return OOM_SUPPLY_MORE;
	path = archive_entry_pathname(entry);
	source->name = state->file;
	free(state->member);
	if (asprintf(&state->member, "%s:%s", state->file, path ? path : "?") < 0) {
		state->member = NULL;
		return oom_source_fail(source, -ENOMEM, err);
	}
	source->name = state->member;
	return OOM_SUPPLY_MORE;
}

/* A member that is a binary journal is read as text, in which there is nothing. */
static bool is_packed(struct strview beginning)
{
	const struct log_packing *packing = log_packing_of(beginning);

	return packing && !packing->is_journal;
}

static int archive_supply(struct oom_source *source, const struct log_sink *sink,
			  struct error *err)
{
	struct archive_state *state = source->state;
	struct archive *archive = state->layers[state->depth - 1]->archive;
	struct strview block;
	la_int64_t offset;
	int r;

	if (!state->open)
		return archive_next(source, err);
	r = archive_read_data_block(archive, (const void **)&block.at, &block.length, &offset);
	if (r == ARCHIVE_EOF) {
		state->open = false;
		return OOM_SUPPLY_LOG_END;
	}
	if (r < ARCHIVE_WARN)
		return archive_fail(source, err);
	if (!state->begun && state->depth < DEPTH_MAX && is_packed(block)) {
		r = state_push(state, -1, block);
		return r < ARCHIVE_WARN ? archive_fail(source, err) : OOM_SUPPLY_MORE;
	}
	state->begun = true;
	state->given += block.length;
	if (state->given > BOMB_SIZE && state->given / BOMB_RATIO > state->layers[0]->taken) {
		error_set(err, "%s unpacks to more than %d times its size: it is no log",
			  source->label, BOMB_RATIO);
		error_hint(err, "the first %" PRIu64 " bytes of that have been read", state->given);
		return -EFBIG;
	}
	r = sink->feed(sink->context, block.at, block.length);
	return r < 0 ? oom_source_fail(source, r, err) : OOM_SUPPLY_MORE;
}

static void archive_close(struct oom_source *source)
{
	struct archive_state *state = source->state;

	while (state->depth)
		state_pop(state);
	if (source->fd != STDIN_FILENO)
		close(source->fd);
	free(state->member);
	free(state);
}

int source_archive_take(struct oom_source *source, struct strview beginning, struct error *err)
{
	struct archive_state *state = calloc(1, sizeof(*state));
	int r;

	if (!state)
		return oom_source_fail(source, -ENOMEM, err);
	state->file = source->name;
	r = state_push(state, source->fd, beginning);
	free(source->state);
	source->state = state;
	source->supply = archive_supply;
	source->close = archive_close;
	return r < ARCHIVE_WARN && state->depth ? archive_fail(source, err)
	     : r < ARCHIVE_WARN ? oom_source_fail(source, -ENOMEM, err) : 0;
}
