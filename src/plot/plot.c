/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plot.c - chart, script, gnuplot, file: one after the other */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/macros.h"
#include "lib/safe.h"
#include "lib/stream.h"
#include "lib/terminal.h"
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

/* Starts gnuplot without the user's settings, and with these three files. */
static int plot_start_gnuplot(FILE *const files[3], pid_t *ret_pid)
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
		r = posix_spawn_file_actions_adddup2(&actions, fileno(files[fd]), fd);
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
		r = posix_spawnp(ret_pid, PROGRAM, &actions, &attributes, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return -r;
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

/* Lets gnuplot draw SCRIPT into PICTURE. CANCEL (-1: none), when it becomes readable, ends it. */
static int plot_run_gnuplot(FILE *script, FILE *picture, int cancel, struct error *err)
{
	CLEANUP_FILE FILE *complaints = plot_open_memory();
	struct pollfd fds[] = { { .events = POLLIN }, { .fd = cancel, .events = POLLIN } };
	int r = complaints ? 0 : -errno, wait_status = 0;
	struct stat drawn = { 0 };
	pid_t pid;

	if (r == 0)
		r = plot_start_gnuplot((FILE *[]){ script, picture, complaints }, &pid);
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
	/* The last line of a terminal is for what the shell says next. */
	int rows = terminal_height(STDOUT_FILENO) - 1, r = script && picture ? 0 : -errno;
	size_t length;

	*ret_text = NULL;
	errno = 0;
	if (r == 0)
		r = script_write(script, recording, request, choice,
				 plot_cells(terminal_width(STDOUT_FILENO), LEAST_COLUMNS,
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
