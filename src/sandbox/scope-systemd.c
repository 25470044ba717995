/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scope-systemd.c - a transient, delegated scope through sd-bus */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include "lib/duration.h"
#include "proc/place.h"
#include "sandbox/sandbox.h"
#include "sandbox/scope.h"

#define MANAGER "org.freedesktop.systemd1", "/org/freedesktop/systemd1", \
		"org.freedesktop.systemd1.Manager"

/* How long systemd may take to be reached, for each answer, and for the job. */
#define WAIT_NS (10 * NS_PER_SECOND)

#define SLICE_MAX 256

struct job {
	const char *path;	/* NULL until it is known */
	bool done;
	bool failed;
};

/* JobRemoved(u id, o job, s unit, s result) */
static int on_job_removed(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	struct job *job = userdata;
	const char *path, *unit, *result;
	uint32_t id;

	(void)error;
	if (sd_bus_message_read(message, "uoss", &id, &path, &unit, &result) < 0)
		return 0;
	if (job->path && !strcmp(path, job->path)) {
		job->done = true;
		job->failed = strcmp(result, "done") != 0;
	}
	return 0;
}

/*
 * The last "*.slice" in PATH, for which the caller's own manager is asked: another one's would be
 * made anew, elsewhere. Empty: the default.
 */
static void find_slice(const char *path, char slice[static SLICE_MAX])
{
	const char *manager = geteuid() == 0 ? NULL : strstr(path, "/user@");

	slice[0] = '\0';
	if (geteuid() != 0 && !manager)
		return;
	for (path = manager ? manager : path; *path; ) {
		size_t length = strcspn(++path, "/");

		if (length > strlen(".slice") && length < SLICE_MAX &&
		    !memcmp(path + length - strlen(".slice"), ".slice", strlen(".slice")))
			snprintf(slice, SLICE_MAX, "%.*s", (int)length, path);
		path += length;
	}
}

/* Lets BUS work until it is ready or, with JOB, until that is done. */
static int scope_wait(sd_bus *bus, const struct job *job)
{
	uint64_t deadline = duration_now() + WAIT_NS, now;
	int r = 0;

	while (r >= 0 && !(job ? job->done : sd_bus_is_ready(bus) > 0)) {
		now = duration_now();
		if (now >= deadline)
			return -ETIMEDOUT;
		r = sd_bus_process(bus, NULL);
		if (r == 0)
			r = sd_bus_wait(bus, (deadline - now) / 1000);
	}
	return r < 0 ? r : 0;
}

int scope_enter(const char *path)
{
	char name[SANDBOX_NAME_MAX], unit[SANDBOX_NAME_MAX + 8], slice[SLICE_MAX];
	const char *mode = "inactive-or-failed";
	sd_bus_message *request = NULL, *reply = NULL;
	sd_bus_slot *slot = NULL;
	struct job job = { 0 };
	sd_bus *bus = NULL;
	int r;

	if (!place_has_systemd())
		return -ENOSYS;
	sandbox_dir_random_name(SANDBOX_PREFIX, name);
	snprintf(unit, sizeof(unit), "%s.scope", name);
	find_slice(path, slice);
	r = geteuid() == 0 ? sd_bus_open_system(&bus) : sd_bus_open_user(&bus);
	if (r >= 0)
		r = scope_wait(bus, NULL);
	if (r >= 0)
		r = sd_bus_match_signal_async(bus, &slot, MANAGER, "JobRemoved", on_job_removed,
					      NULL, &job);
	if (r >= 0)
		r = sd_bus_message_new_method_call(bus, &request, MANAGER, "StartTransientUnit");
	/* Without a slice the last property is one that is there already. */
	if (r >= 0)
		r = sd_bus_message_append(request, "ssa(sv)a(sa(sv))", unit, "fail", 5,
					  "Description", "s",
					  "pagetouch: a memory cgroup to die in",
					  "PIDs", "au", 1, (uint32_t)getpid(),
					  "Delegate", "b", 1,
					  "CollectMode", "s", mode,
					  slice[0] ? "Slice" : "CollectMode", "s",
					  slice[0] ? slice : mode, 0);
	if (r >= 0)
		r = sd_bus_call(bus, request, WAIT_NS / 1000, NULL, &reply);
	if (r >= 0)
		r = sd_bus_message_read(reply, "o", &job.path);
	if (r >= 0)
		r = scope_wait(bus, &job);
	if (r >= 0 && job.failed)
		r = -EIO;
	sd_bus_message_unref(request);
	sd_bus_message_unref(reply);
	sd_bus_slot_unref(slot);
	sd_bus_flush_close_unref(bus);
	return r < 0 ? r : 0;
}
