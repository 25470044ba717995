/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay-file.c - find the runs in a file of records, and read the records of one */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/cleanup.h"
#include "plot/replay.h"

static const char *replay_program(const struct replay_file *file)
{
	return file->followed ? "pagewatch" : "pagetouch";
}

/* *err says what is wrong with the line that was read last; where it is, comes first. */
static int replay_line_error(const struct replay_file *file, int error, struct error *err)
{
	struct error what = *err;
	char escaped[256];

	error_set(err, "--replay: line %" PRIu64 " of '%s': %.1000s", file->number,
		  error_escape(escaped, sizeof(escaped), file->name), what.message);
	error_hint(err, "it must be as %s --json has written it", replay_program(file));
	return error;
}

static int replay_file_error(const struct replay_file *file, int error, struct error *err)
{
	char escaped[256];

	error_set(err, "--replay: cannot read '%s': %s",
		  error_escape(escaped, sizeof(escaped), file->name), strerror(-error));
	return error;
}

/* Returns 1, 0 at the end of the file, or a negative errno. */
static int replay_read_line(struct replay_file *file, struct error *err)
{
	ssize_t length;

	errno = 0;
	length = getline(&file->line, &file->room, file->stream);
	if (length < 0)
		return feof(file->stream) ? 0
		       : replay_file_error(file, errno ? -errno : -EIO, err);
	file->number++;
	file->whole = file->line[length - 1] == '\n';
	file->length = (size_t)length - file->whole;
	file->line[file->length] = '\0';
	if (file->length < REPLAY_LINE_MAX)
		return 1;
	error_set(err, "it is longer than any record");
	return replay_line_error(file, -EMSGSIZE, err);
}

/* Counts the runs, goes to number RUN of them, or for 0 to the last, and reads its plan. */
static int replay_find_run(struct replay_file *file, uint64_t run, struct record *scratch,
			   struct error *err)
{
	off_t offset = 0, start = 0;
	uint64_t start_number = 0;
	bool is_found = false;
	char escaped[256];
	int r;

	for (; (r = replay_read_line(file, err)) > 0; offset = ftello(file->stream)) {
		scratch->kind = RECORD_OTHER;
		/* Most lines are samples, which a look at the text tells. */
		if (!strstr(file->line, "\"plan\"") ||
		    record_parse(file->line, file->length, scratch, err) == -EBADMSG ||
		    scratch->kind != RECORD_PLAN || scratch->plan.followed != file->followed)
			continue;
		file->runs++;
		if (run && file->runs != run)
			continue;
		is_found = true;
		start = offset;
		start_number = file->number - 1;
	}
	if (r == 0 && fseeko(file->stream, start, SEEK_SET) < 0)
		r = replay_file_error(file, -errno, err);
	if (r < 0)
		return r;
	/* The plan; or, if there is no run, the first line: is it JSON at all? */
	file->number = start_number;
	r = replay_read_line(file, err);
	if (r > 0)
		r = record_parse(file->line, file->length, scratch, err);
	if (r < 0)
		return replay_line_error(file, r, err);
	if (is_found) {
		memcpy(file->run, scratch->run, sizeof(file->run));
		file->plan = scratch->plan;
		return 0;
	}
	error_escape(escaped, sizeof(escaped), file->name);
	if (file->runs) {
		error_set(err, "--run %" PRIu64 ": there %s %" PRIu64 " run%s in '%s'", run,
			  file->runs == 1 ? "is" : "are", file->runs,
			  file->runs == 1 ? "" : "s", escaped);
		error_hint(err, "leave --run out for the last of them");
		return -ERANGE;
	}
	error_set(err, "--replay: there is no run in '%s': no record is a plan of %s", escaped,
		  replay_program(file));
	error_hint(err, file->followed ? "pagewatch --json --log-file FILE COMMAND makes such a file"
				       : "pagetouch --json SIZE >FILE makes such a file");
	return -ENODATA;
}

int replay_open(struct replay_file *file, const char *name, bool followed, uint64_t run,
		struct error *err)
{
	CLEANUP_FREE struct record *scratch = malloc(sizeof(*scratch));
	FILE *stream = strcmp(name, "-") ? fopen(name, "re") : stdin;
	struct stat status;
	int byte, r = 0;

	*file = (struct replay_file){
		.name = strcmp(name, "-") ? name : "standard input",
		.followed = followed, .stream = stream,
	};
	if (!scratch || !stream || fstat(fileno(stream), &status) < 0)
		r = -errno;
	else if (S_ISDIR(status.st_mode))
		r = -EISDIR;
	if (r == 0 && !S_ISREG(status.st_mode)) {
		/* What cannot be read twice is read once, into a file that has no name. */
		file->stream = tmpfile();
		while (file->stream && (byte = getc_unlocked(stream)) != EOF)
			putc_unlocked(byte, file->stream);
		if (!file->stream)
			r = -errno;
		else if (ferror(stream) || ferror(file->stream) || fflush(file->stream) < 0)
			r = -EIO;
		else
			rewind(file->stream);
		if (stream != stdin)
			fclose(stream);
	}
	return r < 0 ? replay_file_error(file, r, err) : replay_find_run(file, run, scratch, err);
}

int replay_next(struct replay_file *file, struct record *ret_record, struct error *err)
{
	struct workload *workload = &file->plan.workload;
	struct sample *sample = &ret_record->sample;
	int r;

	while ((r = replay_read_line(file, err)) > 0) {
		r = record_parse(file->line, file->length, ret_record, err);
		/* "nul" is no JSON, but at the end of a file it may have been going to be. */
		if (r == -EBADMSG && !file->whole)
			r = -EAGAIN;
		else if (r == -EAGAIN && file->whole)
			r = -EBADMSG;
		/* It may be of another run even if something is wrong with it. */
		if ((r == 0 || r == -EINVAL) && strcmp(ret_record->run, file->run) != 0)
			continue;
		if (r < 0)
			return replay_line_error(file, r, err);
		if (ret_record->kind == RECORD_OTHER || ret_record->kind == RECORD_RUNS)
			continue;
		if (ret_record->kind != RECORD_SAMPLE)
			return ret_record->kind == RECORD_VERDICT;
		/* Without `run` two that were written into one file at once look like one. */
		if (sample->seq < file->least_seq) {
			error_set(err, "seq is %" PRIu64 " behind %" PRIu64
				  ": are two runs mixed here?", sample->seq, file->least_seq - 1);
			return replay_line_error(file, -EINVAL, err);
		}
		file->least_seq = sample->seq + 1;
		if (sample->step != STEP_THEN)
			return 1;
		/* It is the step of the row before, or one behind that in the plan's list. */
		while (file->then < workload->step_count &&
		       strcmp(workload->steps[file->then].name, sample->name) != 0)
			file->then++;
		/* What that does not tell is added to it as long as there is room. */
		if (file->then == workload->step_count && file->then < STEPS_MAX)
			workload->steps[workload->step_count++] = record_step(sample->name);
		sample->step_number = file->then;
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
