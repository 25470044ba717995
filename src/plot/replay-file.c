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

/* What cannot be read twice is read once, into a file that has no name. */
static int spool(struct replay_file *file)
{
	CLEANUP_FREE char *chunk = malloc(CHUNK);
	FILE *copy = chunk ? tmpfile() : NULL;
	size_t got;
	int r = 0;

	if (!copy)
		return -errno;
	while ((got = fread(chunk, 1, CHUNK, file->stream)) > 0)
		if (fwrite(chunk, 1, got, copy) < got)
			break;
	if (ferror(file->stream) || fflush(copy) < 0 || ferror(copy))
		r = -EIO;
	if (file->stream != stdin)
		fclose(file->stream);
	rewind(copy);
	file->stream = copy;
	return r;
}

static int open_stream(struct replay_file *file)
{
	struct stat status;

	file->stream = strcmp(file->name, "-") ? fopen(file->name, "re") : stdin;
	if (!file->stream || fstat(fileno(file->stream), &status) < 0)
		return -errno;
	if (S_ISDIR(status.st_mode))
		return -EISDIR;
	return S_ISREG(status.st_mode) ? 0 : spool(file);
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

/* Most lines are samples, which a look at the text tells. */
static bool is_plan(const struct replay_file *file, struct record *scratch)
{
	struct error err;

	return strstr(file->line, "\"plan\"") &&
	       record_parse(file->line, file->length, scratch, &err) != -EBADMSG &&
	       scratch->kind == RECORD_PLAN;
}

/* Where a run begins. */
struct start {
	off_t offset;
	uint64_t number;	/* of the line before */
};

/* Counts the runs, and finds number RUN of them, or for 0 the last. */
static int find_run(struct replay_file *file, uint64_t run, struct record *scratch,
		    struct start *ret_start, struct error *err)
{
	struct start here = { .offset = ftello(file->stream) };
	int r;

	while ((r = replay_file_read_line(file, err)) > 0) {
		scratch->kind = RECORD_OTHER;
		if (is_plan(file, scratch)) {
			file->runs++;
			if (!run || file->runs == run) {
				file->chosen = file->runs;
				*ret_start = here;
			}
		}
		here = (struct start){ ftello(file->stream), file->number };
	}
	return r;
}

/* A file without a run: is it JSON at all? */
static int replay_file_open_error(struct replay_file *file, struct record *scratch,
				  struct error *err)
{
	char escaped[256];
	int r;

	rewind(file->stream);
	file->number = 0;
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

static int replay_file_choice_error(const struct replay_file *file, uint64_t run,
				    struct error *err)
{
	char escaped[256];

	error_set(err, "--run %" PRIu64 ": there %s %" PRIu64 " run%s in '%s'", run,
		  file->runs == 1 ? "is" : "are", file->runs, file->runs == 1 ? "" : "s",
		  name_of(file, escaped));
	error_hint(err, "leave --run out for the last of them");
	return -ERANGE;
}

static int choose_run(struct replay_file *file, uint64_t run, struct record *scratch,
		      struct error *err)
{
	struct start start = { 0 };
	int r = find_run(file, run, scratch, &start, err);

	if (r < 0)
		return r;
	if (!file->runs)
		return replay_file_open_error(file, scratch, err);
	if (!file->chosen)
		return replay_file_choice_error(file, run, err);
	if (fseeko(file->stream, start.offset, SEEK_SET) < 0)
		return replay_file_set_error(file, -errno, err);
	file->number = start.number;
	return 0;
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
		r = choose_run(file, run, scratch, err);
	else
		r = replay_file_set_error(file, -ENOMEM, err);
	free(scratch);
	return r;
}

/* Without `run` two runs that were written into one file at once cannot be told apart. */
static int check_order(struct replay_file *file, const struct sample *sample,
		       struct error *err)
{
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

/*
 * Whether the record, which was parsed with the result R, has the name of a run that is not
 * ours.
 */
static bool is_of_another_run(const struct replay_file *file, int r, const struct record *record)
{
	return file->began && (r == 0 || r == -EINVAL) && strcmp(record->run, file->run) != 0;
}

/* Returns 2 for a record that is to be left out, else as replay_next(). */
static int replay_file_take_record(struct replay_file *file, struct record *record,
				   struct error *err)
{
	int r = record_parse(file->line, file->length, record, err);

	/* "nul" is no JSON, but at the end of a file it may have been going to be. */
	if (r == -EBADMSG && !file->whole)
		r = -EAGAIN;
	else if (r == -EAGAIN && file->whole)
		r = -EBADMSG;
	if (is_of_another_run(file, r, record))
		return 2;
	if (r < 0)
		return replay_file_line_error(file, r, err);
	if (record->kind == RECORD_OTHER)
		return 2;
	if (record->kind == RECORD_PLAN && file->began)
		return 0;
	if (!file->began)
		memcpy(file->run, record->run, sizeof(file->run));
	file->began = true;
	return record->kind == RECORD_SAMPLE ? check_order(file, &record->sample, err) : 1;
}

int replay_next(struct replay_file *file, struct record *ret_record, struct error *err)
{
	int r;

	do {
		r = replay_file_read_line(file, err);
		if (r > 0)
			r = replay_file_take_record(file, ret_record, err);
	} while (r == 2);
	return r;
}

void replay_close(struct replay_file *file)
{
	if (file->stream && file->stream != stdin)
		fclose(file->stream);
	free(file->line);
	*file = (struct replay_file){ 0 };
}
