/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gnuplot.c - start gnuplot, feed it, collect what it draws and what it complains of */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/safe.h"
#include "plot/gnuplot.h"

#define PROGRAM "gnuplot"

/* Where execvp(3) looks without $PATH. */
#define USUAL_PATH "/bin:/usr/bin"

/* No picture of ours is larger. */
#define PICTURE_MAX ((size_t)64 << 20)

/* As much of its complaints as one line of ours can pass on. */
#define STDERR_MAX 600

#define CHUNK 65536

/* A gnuplot at work, and what has come of it so far. */
struct work {
	pid_t pid;
	int input, output, errors, cancel;	/* -1: closed, or none */
	const char *script;
	size_t left;				/* of the script */
	struct gnuplot_picture picture;
	size_t capacity;
	char stderr_text[STDERR_MAX];
	size_t stderr_length;
};

static bool is_program(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

int gnuplot_find(char ret_path[static PATH_MAX], struct error *err)
{
	const char *directory = getenv("PATH");
	char path[PATH_MAX];

	directory = directory ? directory : USUAL_PATH;
	for (;; directory++) {
		int length = (int)strcspn(directory, ":");

		/* An empty name is the working directory. */
		if (snprintf(path, sizeof(path), "%.*s%s" PROGRAM, length, directory,
			     length ? "/" : "./") < (int)sizeof(path) && is_program(path)) {
			memcpy(ret_path, path, sizeof(path));
			return 0;
		}
		directory += length;
		if (!*directory)
			break;
	}
	error_set(err, "--plot: gnuplot is not installed");
	error_hint(err, "apt install gnuplot-nox");
	return -ENOENT;
}

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Our ends of three pipes do not block; the others are for standard input, output and errors. */
static int gnuplot_make_pipes(struct work *work, int theirs[3])
{
	int *ours[3] = { &work->input, &work->output, &work->errors };

	for (int i = 0; i < 3; i++) {
		int ends[2], mine = i ? 0 : 1;

		if (pipe2(ends, O_CLOEXEC) < 0)
			return -errno;
		*ours[i] = ends[mine];
		theirs[i] = ends[!mine];
		if (fcntl(ends[mine], F_SETFL, O_NONBLOCK) < 0)
			return -errno;
	}
	return 0;
}

/* $GNUTERM would be tried before our terminal is set, and if it is unknown, be an error. */
static char **environment(void)
{
	size_t count = 0, kept = 0;
	char **names;

	while (environ[count])
		count++;
	names = calloc(count + 1, sizeof(*names));
	for (size_t i = 0; names && i < count; i++)
		if (strncmp(environ[i], "GNUTERM=", 8) != 0)
			names[kept++] = environ[i];
	return names;
}

/* The signals that we block or ignore are our own affair. */
static int set_signals(posix_spawnattr_t *attributes)
{
	sigset_t none, usual;

	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);
	sigaddset(&usual, SIGXFSZ);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setsigdefault(attributes, &usual);
	return posix_spawnattr_setflags(attributes,
					POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

static int spawn(const char *path, const int theirs[3], pid_t *ret_pid)
{
	char *arguments[] = { (char[]){ PROGRAM }, (char[]){ "--default-settings" },
			      (char[]){ "-" }, NULL };
	char **names = environment();
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int r = names ? 0 : ENOMEM;

	if (r)
		return -r;
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	for (int fd = 0; fd < 3 && r == 0; fd++)
		r = posix_spawn_file_actions_adddup2(&actions, theirs[fd], fd);
	if (r == 0)
		r = set_signals(&attributes);
	if (r == 0)
		r = posix_spawn(ret_pid, path, &actions, &attributes, arguments, names);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	free(names);
	return -r;
}

static int gnuplot_start(struct work *work, const char *path)
{
	int theirs[3] = { -1, -1, -1 };
	int r = gnuplot_make_pipes(work, theirs);

	if (r == 0)
		r = spawn(path, theirs, &work->pid);
	for (int i = 0; i < 3; i++)
		close_end(&theirs[i]);
	return r;
}

/* A gnuplot that does not read on says why in another way. */
static void feed(struct work *work)
{
	ssize_t written = write(work->input, work->script, work->left);

	if (written < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (written > 0) {
		work->script += written;
		work->left -= (size_t)written;
	}
	if (written < 0 || !work->left)
		close_end(&work->input);
}

static int gnuplot_make_room(struct work *work)
{
	char *grown;

	if (work->capacity - work->picture.length >= CHUNK)
		return 0;
	if (work->picture.length > PICTURE_MAX)
		return -EFBIG;
	grown = realloc(work->picture.bytes, 2 * work->capacity + CHUNK);
	if (!grown)
		return -ENOMEM;
	work->picture.bytes = grown;
	work->capacity = 2 * work->capacity + CHUNK;
	return 0;
}

static int collect(struct work *work)
{
	int r = gnuplot_make_room(work);
	ssize_t got;

	if (r < 0)
		return r;
	got = read(work->output, work->picture.bytes + work->picture.length, CHUNK);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (got <= 0)
		close_end(&work->output);
	else
		work->picture.length += (size_t)got;
	return 0;
}

/* What is too much is read, so that gnuplot can go on, and forgotten. */
static void gnuplot_read_output(struct work *work)
{
	char text[1024];
	ssize_t got = read(work->errors, text, sizeof(text));
	size_t room = sizeof(work->stderr_text) - 1 - work->stderr_length, kept;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		close_end(&work->errors);
		return;
	}
	kept = (size_t)got < room ? (size_t)got : room;
	memcpy(work->stderr_text + work->stderr_length, text, kept);
	work->stderr_length += kept;
}

/* Until gnuplot has closed its ends, which it does at its end. */
static int attend(struct work *work)
{
	int r = 0;

	while (r == 0 && (work->output >= 0 || work->errors >= 0)) {
		struct pollfd fds[] = {
			{ .fd = work->input, .events = POLLOUT },
			{ .fd = work->output, .events = POLLIN },
			{ .fd = work->errors, .events = POLLIN },
			{ .fd = work->cancel, .events = POLLIN },
		};

		if (poll(fds, 4, -1) < 0) {
			if (errno != EINTR)
				return -errno;
			continue;
		}
		if (fds[3].revents)
			return -EINTR;
		if (fds[0].revents)
			feed(work);
		if (fds[1].revents)
			r = collect(work);
		if (fds[2].revents)
			gnuplot_read_output(work);
	}
	return r;
}

/* The lines of what gnuplot said, one behind the other, without those that point with a ^. */
static void join_stderr(struct work *work, char joined[static STDERR_MAX])
{
	char *rest = NULL;
	size_t used = 0;

	joined[0] = '\0';
	work->stderr_text[work->stderr_length] = '\0';
	for (char *line = strtok_r(work->stderr_text, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		line += strspn(line, " \t");
		if (!*line || !strcmp(line, "^") || !strncmp(line, "gnuplot>", 8))
			continue;
		used += (size_t)snprintf(joined + used, STDERR_MAX - used, "%s%s",
					 used ? "; " : "", line);
		if (used >= STDERR_MAX)
			return;
	}
}

static int gnuplot_judge(struct work *work, int wait_status, struct error *err)
{
	char joined[STDERR_MAX], safe[SAFE_ROOM(STDERR_MAX)], how[64];

	if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0 && work->picture.length)
		return 0;
	join_stderr(work, joined);
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

static int finish(struct work *work, int r, struct error *err)
{
	int wait_status = 0;

	close_end(&work->input);
	close_end(&work->output);
	close_end(&work->errors);
	if (r < 0 && work->pid > 0)
		kill(work->pid, SIGKILL);
	while (work->pid > 0 && waitpid(work->pid, &wait_status, 0) < 0 && errno == EINTR)
		;
	if (r == 0)
		return gnuplot_judge(work, wait_status, err);
	error_set(err, r == -EINTR ? "--plot: interrupted before the picture was drawn"
				       : "--plot: cannot run gnuplot: %s", strerror(-r));
	return r;
}

int gnuplot_run(const char *path, const char *script, size_t length, int cancel,
		struct gnuplot_picture *ret_picture, struct error *err)
{
	struct work work = {
		.input = -1, .output = -1, .errors = -1, .cancel = cancel,
		.script = script, .left = length,
	};
	int r = gnuplot_start(&work, path);

	if (r == 0)
		r = attend(&work);
	r = finish(&work, r, err);
	if (r < 0)
		free(work.picture.bytes);
	else
		*ret_picture = work.picture;
	return r;
}
