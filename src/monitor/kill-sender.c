/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kill-sender.c - have the kernel write each SIGKILL down, and read who sent it */
#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/macros.h"
#include "monitor/kill-sender.h"
#include "proc/place.h"

#define INSTANCE_PREFIX "pagewatch-"
#define INSTANCE_DIGITS 16

/* Where tracefs is; before Linux 4.1 it was a part of debugfs. */
static const char *const tracefs_mounts[] = {
	"sys/kernel/tracing/instances", "sys/kernel/debug/tracing/instances",
};

/* In this order. A buffer of a few pages for each processor holds some hundred signals. */
static const struct { const char *file, *text; } arming[] = {
	{ "buffer_size_kb", "16" },
	{ "events/signal/signal_generate/filter", "sig==9" },
	{ "events/signal/signal_generate/enable", "1" },
};

static bool is_instance_name(const char *name)
{
	size_t prefix = strlen(INSTANCE_PREFIX);

	return !strncmp(name, INSTANCE_PREFIX, prefix) &&
	       strspn(name + prefix, "0123456789abcdef") == INSTANCE_DIGITS &&
	       !name[prefix + INSTANCE_DIGITS];
}

/* One that is in use has an open file, and stays: rmdir(2) says EBUSY. */
static void remove_stale_instances(const struct root *root, const char *instances)
{
	int fd = openat(root->fd, instances, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!directory) {
		cleanup_close_fd(&fd);
		return;
	}
	while ((entry = readdir(directory)) != NULL)
		if (is_instance_name(entry->d_name))
			unlinkat(fd, entry->d_name, AT_REMOVEDIR);
	closedir(directory);
}

static int write_tracing_file(const struct root *root, const char *instance, const char *name,
			      const char *text)
{
	CLEANUP_FD int fd = -1;
	char path[192];

	snprintf(path, sizeof(path), "%s/%s", instance, name);
	fd = openat(root->fd, path, O_WRONLY | O_CLOEXEC);
	return fd < 0 || write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

/* Makes an instance below INSTANCES and arms it. Returns 0 or a negative errno. */
static int kill_tracer_arm(struct kill_tracer *tracer, const char *instances)
{
	const struct root *root = tracer->root;
	char made[sizeof(tracer->instance)], path[sizeof(made) + 16];
	uint64_t number;
	int r = 0;

	remove_stale_instances(root, instances);
	if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
		return -EIO;
	snprintf(made, sizeof(made), "%s/" INSTANCE_PREFIX "%016" PRIx64, instances, number);
	if (mkdirat(root->fd, made, 0700) < 0)
		return -errno;
	memcpy(tracer->instance, made, sizeof(made));
	/* Not "trace": while that is open, older kernels do not trace. */
	snprintf(path, sizeof(path), "%s/tracing_on", made);
	tracer->use = openat(root->fd, path, O_RDONLY | O_CLOEXEC);
	if (tracer->use < 0)
		r = -errno;
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(arming); i++)
		r = write_tracing_file(root, tracer->instance, arming[i].file, arming[i].text);
	return r;
}

void kill_tracer_open(const struct root *root, struct kill_tracer *tracer)
{
	*tracer = (struct kill_tracer){ .root = root, .use = -1, .error = -ENOENT };
	if (!namespace_is_initial("pid")) {
		tracer->error = -EXDEV;
		return;
	}
	for (size_t i = 0; tracer->error == -ENOENT && i < ARRAY_SIZE(tracefs_mounts); i++)
		tracer->error = kill_tracer_arm(tracer, tracefs_mounts[i]);
	if (tracer->error < 0)
		kill_tracer_close(tracer);
}

/*
 * "  a b-c-8879    [001] d..1. 39536.799120: signal_generate: sig=9 errno=0 code=0 comm=sh pid=7
 * grp=1 res=0": names may hold anything, and so the numbers are looked for from the right.
 */
static bool parse_kill_line(const char *line, pid_t pid, struct kill_sender *ret_sender)
{
	struct kill_sender sender = { .known = true };
	const char *event = strstr(line, ": signal_generate: sig=9 "), *target, *cpu, *dash;
	int code, result, number, who;

	if (!event || sscanf(event, ": signal_generate: sig=9 errno=%*d code=%d ", &code) != 1)
		return false;
	target = event;
	for (const char *next = event; (next = strstr(next, " pid=")) != NULL; next++)
		target = next;
	if (sscanf(target, " pid=%d grp=%*d res=%d", &number, &result) != 2 || number != pid ||
	    result != 0)
		return false;
	cpu = event;
	while (cpu > line && strncmp(cpu, " [", 2))
		cpu--;
	dash = cpu;
	while (dash > line && *dash != '-')
		dash--;
	if (dash == line || sscanf(dash, "-%d", &who) != 1)
		return false;
	line += strspn(line, " ");
	snprintf(sender.comm, sizeof(sender.comm), "%.*s", line < dash ? (int)(dash - line) : 0, line);
	if (!strcmp(sender.comm, "<...>"))
		sender.comm[0] = '\0';
	sender.pid = who;
	/* SI_USER and SI_TKILL are 0 and less. */
	sender.kernel = code > 0;
	sender.self = !sender.kernel && who == pid;
	*ret_sender = sender;
	return true;
}

struct kill_sender kill_trace_parse(const char *text, pid_t pid)
{
	struct kill_sender sender = { 0 };
	char line[512];

	for (; *text; text = keyed_next_line(text)) {
		snprintf(line, sizeof(line), "%.*s", (int)strcspn(text, "\n"), text);
		if (parse_kill_line(line, pid, &sender))
			break;
	}
	return sender;
}

struct kill_sender kill_tracer_find(const struct kill_tracer *tracer, pid_t pid)
{
	CLEANUP_FREE char *text = NULL;
	char path[sizeof(tracer->instance) + 16];

	snprintf(path, sizeof(path), "/%s/trace", tracer->instance);
	if (!tracer->instance[0] || root_read_all(tracer->root, path, &text) < 0)
		return (struct kill_sender){ 0 };
	return kill_trace_parse(text, pid);
}

void kill_tracer_close(struct kill_tracer *tracer)
{
	if (!tracer->instance[0])
		return;
	cleanup_close_fd(&tracer->use);
	tracer->use = -1;
	write_tracing_file(tracer->root, tracer->instance, arming[2].file, "0");
	unlinkat(tracer->root->fd, tracer->instance, AT_REMOVEDIR);
	tracer->instance[0] = '\0';
}
