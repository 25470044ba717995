/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plot.c - chart, script, gnuplot, file: one after the other */
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
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/safe.h"
#include "lib/stream.h"
#include "lib/terminal.h"
#include "plot/plot.h"

#define PROGRAM "gnuplot"

/* Where execvp(3) looks without $PATH. */
#define USUAL_PATH "/bin:/usr/bin"

/* As much of gnuplot's complaints as one line of ours can pass on. */
#define STDERR_MAX 600

/* A picture for a terminal that does not say how large it is, or for a file or pipe. */
#define USUAL_COLUMNS 80
#define USUAL_ROWS 24

/* Smaller than this gnuplot leaves parts out, and larger than any terminal is. */
#define LEAST_COLUMNS 40
#define LEAST_ROWS 16
#define MOST_CELLS 1000

/* Finds gnuplot in $PATH. */
static int find_gnuplot(char ret_path[static PATH_MAX], struct error *err)
{
	const char *directory = getenv("PATH");
	struct stat status;

	directory = directory ? directory : USUAL_PATH;
	for (;; directory++) {
		int length = (int)strcspn(directory, ":");

		/* An empty name is the working directory. */
		if (snprintf(ret_path, PATH_MAX, "%.*s%s" PROGRAM, length, directory,
			     length ? "/" : "./") < PATH_MAX &&
		    stat(ret_path, &status) == 0 && S_ISREG(status.st_mode) &&
		    access(ret_path, X_OK) == 0)
			return 0;
		directory += length;
		if (!*directory)
			break;
	}
	error_set(err, "--plot: gnuplot is not installed");
	error_hint(err, "apt install gnuplot-nox");
	return -ENOENT;
}

int plot_check(const struct plot_request *request, struct error *err)
{
	char path[PATH_MAX];
	int r = find_gnuplot(path, err);

	if (r < 0 || request->kind == PICTURE_TEXT)
		return r;
	return picture_check(request->file, err);
}

static unsigned within(int cells, unsigned least, unsigned usual)
{
	if (cells <= 0)
		return usual;
	return (unsigned)cells < least ? least : cells > MOST_CELLS ? MOST_CELLS : (unsigned)cells;
}

/* A file without a name and a place on disk. NULL: errno says why. */
static FILE *open_memory_file(void)
{
	int fd = memfd_create("pagetouch-plot", MFD_CLOEXEC);

	return fd < 0 ? NULL : fdopen(fd, "w+");
}

static int make_script(const struct plot_request *request, const struct recording *recording,
		       const struct column_choice *choice, FILE *stream)
{
	/* The last line of a terminal is for what the shell says next. */
	int rows = terminal_height(STDOUT_FILENO);
	struct chart_params params = {
		.x = request->x,
		.columns = choice,
		.kind = request->kind,
		.width = within(terminal_width(STDOUT_FILENO), LEAST_COLUMNS, USUAL_COLUMNS),
		.height = within(rows ? rows - 1 : 0, LEAST_ROWS, USUAL_ROWS),
	};
	CLEANUP_FREE struct chart *chart = malloc(sizeof(*chart));
	int r;

	if (!chart)
		return -ENOMEM;
	r = chart_make(recording, &params, chart);
	if (r < 0)
		return r;
	errno = 0;
	script_write(stream, chart, &params);
	r = stream_flush(stream);
	rewind(stream);
	return r;
}

/* Starts the gnuplot at PATH, without the user's settings, with these three descriptors. */
static int start_gnuplot(const char *path, const int descriptors[3], pid_t *ret_pid)
{
	char *arguments[] = { (char[]){ PROGRAM }, (char[]){ "--default-settings" },
			      (char[]){ "-" }, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, usual;
	int r = 0;

	/* It would be tried before our terminal is set, and if it is unknown, be an error. */
	unsetenv("GNUTERM");
	posix_spawn_file_actions_init(&actions);
	for (int fd = 0; fd < 3 && r == 0; fd++)
		r = posix_spawn_file_actions_adddup2(&actions, descriptors[fd], fd);
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
		r = posix_spawn(ret_pid, path, &actions, &attributes, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return -r;
}

/* Reads what gnuplot says until it closes its standard error, which it does at its end. */
static int read_complaints(int errors, int cancel, char complaints[static STDERR_MAX])
{
	size_t used = 0;

	for (;;) {
		struct pollfd fds[] = {
			{ .fd = errors, .events = POLLIN }, { .fd = cancel, .events = POLLIN },
		};
		char text[256];
		ssize_t got = -1;

		if (poll(fds, 2, -1) >= 0) {
			if (fds[1].revents)
				return -EINTR;
			got = read(errors, text, sizeof(text));
		}
		if (got < 0 && errno != EINTR)
			return -errno;
		if (got == 0)
			return 0;
		/* What is too much is read, so that gnuplot can go on, and forgotten. */
		for (ssize_t i = 0; i < got && used < STDERR_MAX - 1; i++)
			complaints[used++] = text[i];
	}
}

/* Says how a gnuplot has failed: its lines one behind the other, without those that point (^). */
static int gnuplot_error(int wait_status, char *complaints, struct error *err)
{
	char joined[STDERR_MAX] = "", safe[ERROR_MESSAGE_MAX], how[64];
	char *rest = NULL;
	size_t used = 0;

	for (char *line = strtok_r(complaints, "\n", &rest); line && used < sizeof(joined);
	     line = strtok_r(NULL, "\n", &rest)) {
		line += strspn(line, " \t");
		if (*line && strcmp(line, "^") != 0 && strncmp(line, "gnuplot>", 8) != 0)
			used += (size_t)snprintf(joined + used, sizeof(joined) - used, "%s%s",
						 used ? "; " : "", line);
	}
	safe_text(safe, sizeof(safe), joined);
	if (WIFSIGNALED(wait_status))
		snprintf(how, sizeof(how), "was killed by signal %d", WTERMSIG(wait_status));
	else if (WEXITSTATUS(wait_status))
		snprintf(how, sizeof(how), "failed with exit status %d", WEXITSTATUS(wait_status));
	else
		snprintf(how, sizeof(how), "drew nothing");
	error_set(err, "--plot: gnuplot %s%s%s", how, *safe ? ": " : "", safe);
	return -EPROTO;
}

/* Lets gnuplot draw SCRIPT into PICTURE. CANCEL (-1: none), when it becomes readable, ends it. */
static int run_gnuplot(FILE *script, FILE *picture, int cancel, struct error *err)
{
	char path[PATH_MAX], complaints[STDERR_MAX] = "";
	int errors[2], r = find_gnuplot(path, err), wait_status = 0;
	struct stat drawn = { 0 };
	pid_t pid = 0;

	if (r < 0)
		return r;
	r = pipe2(errors, O_CLOEXEC) < 0 ? -errno : 0;
	if (r == 0) {
		r = start_gnuplot(path, (int[]){ fileno(script), fileno(picture), errors[1] },
				  &pid);
		close(errors[1]);
		if (r == 0)
			r = read_complaints(errors[0], cancel, complaints);
		close(errors[0]);
	}
	if (r < 0 && pid > 0)
		kill(pid, SIGKILL);
	while (pid > 0 && waitpid(pid, &wait_status, 0) < 0 && errno == EINTR)
		;
	if (r < 0) {
		error_set(err, r == -EINTR ? "--plot: interrupted before the picture was drawn"
					   : "--plot: cannot run gnuplot: %s", strerror(-r));
		return r;
	}
	if (wait_status || fstat(fileno(picture), &drawn) < 0 || !drawn.st_size)
		return gnuplot_error(wait_status, complaints, err);
	return 0;
}

/* Takes the blanks behind the lines of TEXT away, and the empty lines at its ends. */
static void trim_text(char *text)
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
	CLEANUP_FILE FILE *script = open_memory_file();
	CLEANUP_FILE FILE *picture = open_memory_file();
	CLEANUP_FREE char *bytes = NULL;
	size_t length;
	int r = script && picture ? make_script(request, recording, choice, script) : -errno;

	*ret_text = NULL;
	if (r < 0) {
		error_set(err, "--plot: nothing was drawn: %s", r == -ENODATA
			  ? "no row was taken" : strerror(-r));
		error_hint_errno(err, r);
		return r;
	}
	r = run_gnuplot(script, picture, cancel, err);
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
	trim_text(bytes);
	*ret_text = bytes;
	bytes = NULL;
	return 0;
}
