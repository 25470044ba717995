/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay-file.c - find the runs in a file of records, and read the records of one */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/cleanup.h"
#include "plot/replay-file.h"

#define CHUNK 65536

static const char *name_of(const struct replay_file *file, char escaped[static 256])
{
	return strcmp(file->name, "-") ? error_escape(escaped, 256, file->name)
				       : "standard input";
}

static int replay_file_set_error(const struct replay_file *file, int error, struct error *err)
{
	char escaped[256];

	error_set(err, "--replay: cannot read '%s': %s", name_of(file, escaped),
		  strerror(-error));
	return error;
}

/* *err says what is wrong with the line that was read last; where it is, comes first. */
static int replay_file_line_error(const struct replay_file *file, int error, struct error *err)
{
	struct error what = *err;
	char escaped[256];

	error_set(err, "--replay: line %" PRIu64 " of '%s': %.1000s", file->number,
		  name_of(file, escaped), what.message);
	error_hint(err, "it must be as pagetouch --json has written it");
	return error;
}

/* Opens the file. What cannot be read twice is read once, into a file that has no name. */
static int open_stream(struct replay_file *file)
{
	CLEANUP_FREE char *chunk = malloc(CHUNK);
	FILE *stream = strcmp(file->name, "-") ? fopen(file->name, "re") : stdin;
	struct stat status;
	size_t got;
	int r = 0;

	file->stream = stream;
	if (!chunk || !stream || fstat(fileno(stream), &status) < 0)
		return -errno;
	if (S_ISDIR(status.st_mode))
		return -EISDIR;
	if (S_ISREG(status.st_mode))
		return 0;
	file->stream = tmpfile();
	if (!file->stream)
		return -errno;
	while ((got = fread(chunk, 1, CHUNK, stream)) > 0)
		if (fwrite(chunk, 1, got, file->stream) < got)
			break;
	if (ferror(stream) || fflush(file->stream) < 0 || ferror(file->stream))
		r = -EIO;
	if (stream != stdin)
		fclose(stream);
	rewind(file->stream);
	return r;
}

/* Returns 1, 0 at the end of the file, or a negative errno. */
static int replay_file_read_line(struct replay_file *file, struct error *err)
{
	int byte = EOF;

	errno = 0;
	file->length = 0;
	while (file->length < REPLAY_LINE_MAX && (byte = getc_unlocked(file->stream)) != EOF &&
	       byte != '\n')
		file->line[file->length++] = (char)byte;
	if (byte == EOF && ferror(file->stream))
		return replay_file_set_error(file, errno ? -errno : -EIO, err);
	if (byte == EOF && !file->length)
		return 0;
	file->number++;
	file->whole = byte == '\n';
	file->line[file->length] = '\0';
	if (file->length < REPLAY_LINE_MAX)
		return 1;
	error_set(err, "it is longer than any record");
	return replay_file_line_error(file, -EMSGSIZE, err);
}

/* Counts the runs, and goes to number RUN of them, or for 0 to the last. */
static int find_run(struct replay_file *file, uint64_t run, struct record *scratch,
		    struct error *err)
{
	off_t offset = ftello(file->stream), start = 0;
	uint64_t number = 0, start_number = 0;
	char escaped[256];
	int r;

	while ((r = replay_file_read_line(file, err)) > 0) {
		struct error ignored;

		scratch->kind = RECORD_OTHER;
		/* Most lines are samples, which a look at the text tells. */
		if (strstr(file->line, "\"plan\"") &&
		    record_parse(file->line, file->length, scratch, &ignored) != -EBADMSG &&
		    scratch->kind == RECORD_PLAN && (++file->runs == run || !run)) {
			file->chosen = file->runs;
			start = offset;
			start_number = number;
		}
		offset = ftello(file->stream);
		number = file->number;
	}
	if (r < 0)
		return r;
	if (file->runs && !file->chosen) {
		error_set(err, "--run %" PRIu64 ": there %s %" PRIu64 " run%s in '%s'", run,
			  file->runs == 1 ? "is" : "are", file->runs,
			  file->runs == 1 ? "" : "s", name_of(file, escaped));
		error_hint(err, "leave --run out for the last of them");
		return -ERANGE;
	}
	if (fseeko(file->stream, start, SEEK_SET) < 0)
		return replay_file_set_error(file, -errno, err);
	file->number = start_number;
	if (file->runs)
		return 0;
	/* A file without a run: is it JSON at all? */
	r = replay_file_read_line(file, err);
	if (r > 0)
		r = record_parse(file->line, file->length, scratch, err);
	if (r < 0)
		return replay_file_line_error(file, r, err);
	error_set(err, "--replay: there is no run in '%s': no record is a plan",
		  name_of(file, escaped));
	error_hint(err, "pagetouch --json SIZE >FILE makes such a file");
	return -ENODATA;
}

int replay_open(struct replay_file *file, const char *name, uint64_t run, struct error *err)
{
	struct record *scratch;
	int r;

	*file = (struct replay_file){ .name = name };
	r = open_stream(file);
	if (r < 0)
		return replay_file_set_error(file, r, err);
	file->line = malloc(REPLAY_LINE_MAX + 1);
	scratch = malloc(sizeof(*scratch));
	if (file->line && scratch)
		r = find_run(file, run, scratch, err);
	else
		r = replay_file_set_error(file, -ENOMEM, err);
	free(scratch);
	return r;
}

int replay_next(struct replay_file *file, struct record *ret_record, struct error *err)
{
	const struct sample *sample = &ret_record->sample;
	int r;

	while ((r = replay_file_read_line(file, err)) > 0) {
		r = record_parse(file->line, file->length, ret_record, err);
		/* "nul" is no JSON, but at the end of a file it may have been going to be. */
		if (r == -EBADMSG && !file->whole)
			r = -EAGAIN;
		else if (r == -EAGAIN && file->whole)
			r = -EBADMSG;
		/* It may be of another run even if something is wrong with it. */
		if (file->began && (r == 0 || r == -EINVAL) &&
		    strcmp(ret_record->run, file->run) != 0)
			continue;
		if (r < 0)
			return replay_file_line_error(file, r, err);
		if (ret_record->kind == RECORD_OTHER)
			continue;
		if (ret_record->kind == RECORD_PLAN && file->began)
			return 0;
		if (!file->began)
			memcpy(file->run, ret_record->run, sizeof(file->run));
		file->began = true;
		if (ret_record->kind != RECORD_SAMPLE)
			return 1;
		/* Without `run` two that were written into one file at once look like one. */
		if (file->sampled && sample->seq <= file->last_seq) {
			error_set(err,
				"seq is %" PRIu64 " behind %" PRIu64 ": are two runs mixed here?",
				sample->seq, file->last_seq);
			return replay_file_line_error(file, -EINVAL, err);
		}
		file->sampled = true;
		file->last_seq = sample->seq;
		return 1;
	}
	return r;
}

void replay_close(struct replay_file *file)
{
	if (file->stream && file->stream != stdin)
		fclose(file->stream);
	free(file->line);
	*file = (struct replay_file){ 0 };
}
