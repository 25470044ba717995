/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plot.c - script, gnuplot, file: one after the other */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/ascii.h"
#include "lib/cleanup.h"
#include "lib/macros.h"
#include "lib/program.h"
#include "lib/terminal.h"
#include "lib/utf8.h"
#include "plot/plot.h"

#define PROGRAM "gnuplot"

/* Where execvp(3) looks without $PATH. */
#define USUAL_PATH "/bin:/usr/bin"

/* As much of gnuplot's complaints as one line of ours can pass on. */
#define COMPLAINTS_MAX 600

/* A picture for a terminal that does not say how large it is, or for a file or pipe. */
#define USUAL_COLUMNS 80
#define USUAL_ROWS 24

/* Smaller than this gnuplot leaves parts out, and larger than any terminal is. */
#define LEAST_COLUMNS 40
#define LEAST_ROWS 16
#define MOST_CELLS 1000

int picture_kind_of(const char *file, enum picture_kind *ret_kind, struct error *err)
{
	static const char *const suffixes[] = {
		[PICTURE_SVG] = ".svg", [PICTURE_PNG] = ".png", [PICTURE_PDF] = ".pdf",
	};
	const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;
	const char *result = strrchr(name, '.');
	char escaped[256];

	if (!strcmp(file, "-")) {
		*ret_kind = PICTURE_TEXT;
		return 0;
	}
	/* ".png" is a name without a suffix. */
	for (int kind = PICTURE_SVG; result && result != name && kind <= PICTURE_PDF; kind++) {
		if (!ascii_same(result, suffixes[kind]))
			continue;
		*ret_kind = (enum picture_kind)kind;
		return 0;
	}
	error_set(err, "--plot '%s': the name does not say what kind of picture it is to be",
		  error_escape(escaped, sizeof(escaped), file));
	error_hint(err, "end it in .svg, .png or .pdf, or write --plot - to see it here");
	return -EINVAL;
}

int option_plot(const struct option_row *row, const char *text, void *filled, struct error *err)
{
	struct plot_request *plot = option_field(filled, row);

	plot->file = text;
	return picture_kind_of(text, &plot->kind, err);
}

static int picture_set_error(const char *file, int error, struct error *err)
{
	char escaped[256];

	error_set(err, "--plot: cannot write '%s': %s",
		  error_escape(escaped, sizeof(escaped), file), strerror(-error));
	error_hint_errno(err, error);
	return error;
}

/*
 * Opens a new file beside the one that FILE leads to, which it is to replace, with the names of
 * both for the caller to free. A file that is there is not replaced if that is not what its owner
 * would want. Returns the descriptor, or a negative errno.
 */
static int picture_open(const char *file, char **ret_target, char **ret_name)
{
	CLEANUP_FREE char *target = realpath(file, NULL), *name = NULL;
	struct stat status;
	const char *slash;
	int fd;

	if (target) {
		if (stat(target, &status) < 0)
			return -errno;
		if (!S_ISREG(status.st_mode))
			return S_ISDIR(status.st_mode) ? -EISDIR : -EINVAL;
		if (access(target, W_OK) < 0)
			return -errno;
	} else {
		if (errno != ENOENT)
			return -errno;
		/* A link that leads nowhere is not replaced by a picture. */
		if (lstat(file, &status) == 0)
			return -ENOENT;
		target = strdup(file);
		if (!target)
			return -ENOMEM;
	}
	slash = strrchr(target, '/');
	if (asprintf(&name, "%.*s.pagetouch-XXXXXX", slash ? (int)(slash - target) + 1 : 0,
		     target) < 0) {
		name = NULL;
		return -ENOMEM;
	}
	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	*ret_target = target;
	*ret_name = name;
	target = name = NULL;
	return fd;
}

int picture_check(const char *file, struct error *err)
{
	CLEANUP_FREE char *target = NULL, *name = NULL;
	int r = picture_open(file, &target, &name);

	if (r < 0) {
		picture_set_error(file, r, err);
		if (r == -EINVAL)
			error_hint(err, "it is there and is no regular file");
		return r;
	}
	close(r);
	unlink(name);
	return 0;
}

int picture_write(const char *file, const char *bytes, size_t length, struct error *err)
{
	CLEANUP_FREE char *target = NULL, *name = NULL;
	int fd = picture_open(file, &target, &name), r = 0;
	struct stat status;
	mode_t mask;
	FILE *stream;

	if (fd < 0)
		return picture_set_error(file, fd, err);
	stream = fdopen(fd, "w");
	/* As open(2) would make it, or as it was. */
	mask = umask(0);
	umask(mask);
	status.st_mode = 0666 & ~mask;
	(void)stat(target, &status);
	/* What a network file system could not write, it says when the file is closed. */
	if (!stream || fwrite(bytes, 1, length, stream) < length || fflush(stream) < 0 ||
	    fchmod(fd, status.st_mode & 0777) < 0)
		r = -errno;
	if (!stream)
		close(fd);
	else if (fclose(stream) < 0 && r == 0)
		r = -errno;
	if (r == 0 && rename(name, target) < 0)
		r = -errno;
	if (r == 0)
		return 0;
	unlink(name);
	return picture_set_error(file, r, err);
}

int plot_check(const struct plot_request *request, struct error *err)
{
	CLEANUP_FREE char *path = strdup(getenv("PATH") ? getenv("PATH") : USUAL_PATH);
	char program[PATH_MAX], *rest = path, *directory;
	struct stat status;

	while ((directory = strsep(&rest, ":"))) {
		/* An empty name is the working directory. */
		snprintf(program, sizeof(program), "%s/" PROGRAM, *directory ? directory : ".");
		if (stat(program, &status) == 0 && S_ISREG(status.st_mode) &&
		    access(program, X_OK) == 0)
			return request->kind == PICTURE_TEXT ? 0
				: picture_check(request->file, err);
	}
	error_set(err, "--plot: gnuplot is not installed");
	error_hint(err, "apt install gnuplot-nox");
	return -ENOENT;
}

/* A file without a name and a place on disk. NULL: errno says why. */
static FILE *plot_open_memory(void)
{
	int fd = memfd_create("pagetouch-plot", MFD_CLOEXEC);

	return fd < 0 ? NULL : fdopen(fd, "w+");
}

static unsigned plot_cells(int cells, int least, int usual)
{
	return (unsigned)(cells <= 0 ? usual : MIN(MAX(cells, least), MOST_CELLS));
}

/* Says how a gnuplot has failed: the last line of its complaints says why, others where (^). */
static int plot_gnuplot_error(int wait_status, FILE *complaints, struct error *err)
{
	char line[COMPLAINTS_MAX], safe[ERROR_MESSAGE_MAX] = "", how[64];

	rewind(complaints);
	while (fgets(line, sizeof(line), complaints)) {
		const char *text = line + strspn(line, " \t");

		line[strcspn(line, "\n")] = '\0';
		if (*text)
			safe_text(safe, sizeof(safe), text);
	}
	if (WIFSIGNALED(wait_status))
		snprintf(how, sizeof(how), "was killed by signal %d", WTERMSIG(wait_status));
	else if (WEXITSTATUS(wait_status))
		snprintf(how, sizeof(how), "failed with exit status %d", WEXITSTATUS(wait_status));
	else
		snprintf(how, sizeof(how), "drew nothing");
	error_set(err, "--plot: gnuplot %s%s%s", how, *safe ? ": " : "", safe);
	return -EPROTO;
}

/*
 * Lets gnuplot, without the user's settings, draw SCRIPT into PICTURE. CANCEL (-1: none), when it
 * becomes readable, ends it.
 */
static int plot_run_gnuplot(FILE *script, FILE *picture, int cancel, struct error *err)
{
	char *arguments[] = { (char[]){ PROGRAM }, (char[]){ "--default-settings" },
			      (char[]){ "-" }, NULL };
	CLEANUP_FILE FILE *complaints = plot_open_memory();
	FILE *const files[] = { script, picture, complaints };
	struct pollfd fds[] = { { .events = POLLIN }, { .fd = cancel, .events = POLLIN } };
	int r = complaints ? 0 : -errno, wait_status = 0;
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	struct stat drawn = { 0 };
	sigset_t none, usual;
	pid_t pid;

	/* It would be tried before our terminal is set, and if it is unknown, be an error. */
	unsetenv("GNUTERM");
	posix_spawn_file_actions_init(&actions);
	for (int fd = 0; fd < 3 && r == 0; fd++)
		r = -posix_spawn_file_actions_adddup2(&actions, fileno(files[fd]), fd);
	/* The signals that we block or ignore are our own affair. */
	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);
	sigaddset(&usual, SIGXFSZ);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &usual);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	if (r == 0)
		r = -posix_spawnp(&pid, PROGRAM, &actions, &attributes, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	if (r < 0) {
		error_set(err, "--plot: cannot run gnuplot: %s", strerror(-r));
		return r;
	}
	fds[0].fd = (int)syscall(SYS_pidfd_open, pid, 0);
	while (fds[0].fd >= 0 && poll(fds, 2, -1) < 0 && errno == EINTR)
		;
	if (fds[1].revents)
		kill(pid, SIGKILL);
	cleanup_close_fd(&fds[0].fd);
	while (waitpid(pid, &wait_status, 0) < 0 && errno == EINTR)
		;
	if (fds[1].revents) {
		error_set(err, "--plot: interrupted before the picture was drawn");
		return -EINTR;
	}
	if (wait_status || fstat(fileno(picture), &drawn) < 0 || !drawn.st_size)
		return plot_gnuplot_error(wait_status, complaints, err);
	return 0;
}

/* Takes the blanks behind the lines of TEXT away, and the empty lines at its ends. */
static void plot_trim_text(char *text)
{
	char *at = text;

	for (const char *byte = text; *byte; byte++) {
		if (*byte == '\n')
			while (at > text && at[-1] == ' ')
				at--;
		if (*byte != '\f' && (*byte != '\n' || at > text))
			*at++ = *byte;
	}
	while (at > text && strchr(" \n", at[-1]))
		at--;
	memcpy(at, "\n", 2);
}

int plot_draw(const struct plot_request *request, const struct recording *recording,
	      const struct column_choice *choice, int cancel, char **ret_text,
	      struct error *err)
{
	CLEANUP_FILE FILE *script = plot_open_memory();
	CLEANUP_FILE FILE *picture = plot_open_memory();
	CLEANUP_FREE char *bytes = NULL;
	int terminal = request->terminal ? request->terminal : STDOUT_FILENO;
	/* The last line of a terminal is for what the shell says next. */
	int rows = terminal_height(terminal) - 1, r = script && picture ? 0 : -errno;
	size_t length;

	*ret_text = NULL;
	errno = 0;
	if (r == 0)
		r = script_write(script, recording, request, choice,
				 plot_cells(terminal_width(terminal), LEAST_COLUMNS,
					    USUAL_COLUMNS),
				 plot_cells(rows, LEAST_ROWS, USUAL_ROWS));
	if (r == 0)
		r = stream_flush(script);
	if (r < 0) {
		error_set(err, "--plot: nothing was drawn: %s", r == -ENODATA
			  ? "no row was taken" : strerror(-r));
		error_hint_errno(err, r);
		return r;
	}
	rewind(script);
	r = plot_run_gnuplot(script, picture, cancel, err);
	if (r < 0)
		return r;
	fseeko(picture, 0, SEEK_END);
	length = (size_t)ftello(picture);
	rewind(picture);
	bytes = calloc(1, length + 2);
	if (!bytes || fread(bytes, 1, length, picture) < length) {
		error_set_errno(err, -ENOMEM, "--plot");
		return -ENOMEM;
	}
	if (request->kind != PICTURE_TEXT)
		return picture_write(request->file, bytes, length, err);
	plot_trim_text(bytes);
	*ret_text = bytes;
	bytes = NULL;
	return 0;
}
