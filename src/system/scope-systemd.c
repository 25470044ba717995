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

#include "base/duration.h"
#include "system/scope.h"

#define MANAGER "org.freedesktop.systemd1", "/org/freedesktop/systemd1", \
		"org.freedesktop.systemd1.Manager"

/* How long systemd may take for the job. */
#define JOB_NS (10 * NS_PER_SECOND)

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

static int build_request(sd_bus *bus, sd_bus_message **ret_request)
{
	char name[64];
	int r;

	snprintf(name, sizeof(name), "pagetouch-%d.scope", (int)getpid());
	r = sd_bus_message_new_method_call(bus, ret_request, MANAGER, "StartTransientUnit");
	if (r < 0)
		return r;
	return sd_bus_message_append(*ret_request, "ssa(sv)a(sa(sv))", name, "fail",
				     4,
				     "Description", "s", "pagetouch: a memory cgroup to die in",
				     "PIDs", "au", 1, (uint32_t)getpid(),
				     "Delegate", "b", 1,
				     "CollectMode", "s", "inactive-or-failed",
				     0);
}

static int wait_for_job(sd_bus *bus, const struct job *job)
{
	uint64_t deadline = duration_now() + JOB_NS;
	int r = 0;

	while (r >= 0 && !job->done && duration_now() < deadline) {
		r = sd_bus_process(bus, NULL);
		if (r == 0)
			r = sd_bus_wait(bus, (deadline - duration_now()) / 1000);
	}
	if (r < 0)
		return r;
	return !job->done ? -ETIMEDOUT : job->failed ? -EIO : 0;
}

static int start_scope(sd_bus *bus)
{
	sd_bus_message *request = NULL, *reply = NULL;
	sd_bus_slot *slot = NULL;
	struct job job = { 0 };
	int r;

	r = sd_bus_match_signal(bus, &slot, MANAGER, "JobRemoved", on_job_removed, &job);
	if (r >= 0)
		r = build_request(bus, &request);
	if (r >= 0)
		r = sd_bus_call(bus, request, JOB_NS / 1000, NULL, &reply);
	if (r >= 0)
		r = sd_bus_message_read(reply, "o", &job.path);
	if (r >= 0)
		r = wait_for_job(bus, &job);
	sd_bus_message_unref(request);
	sd_bus_message_unref(reply);
	sd_bus_slot_unref(slot);
	return r < 0 ? r : 0;
}

int scope_enter(void)
{
	sd_bus *bus = NULL;
	int r;

	if (access("/run/systemd/system", F_OK) < 0)
		return -ENOSYS;
	r = geteuid() == 0 ? sd_bus_open_system(&bus) : sd_bus_open_user(&bus);
	if (r >= 0)
		r = start_scope(bus);
	sd_bus_flush_close_unref(bus);
	return r < 0 ? r : 0;
}
