/* SPDX-License-Identifier: GPL-2.0-or-later */
/* death.c - whose doing a death was: by counters and records; --expect; throttling */
#include <config.h>

#include <errno.h>
#include <signal.h>

#include "../tap.h"
#include "verdict/death.h"
#include "verdict/verdict.h"
#include "workload/driver.h"

#define KIB UINT64_C(1024)
#define MIB (KIB * KIB)
#define NONE CGROUP_UNLIMITED
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define LEVELS_MAX 9

#define BOX "/user.slice/pagetouch-7"

/* One cgroup of a case: what it counted before and after. */
struct count {
	int version;		/* 0: there is no such level */
	const char *name;
	bool unread;		/* the counters could not be read */
	uint64_t kills[2], ooms[2];	/* oom_kill; events.local's oom */
	uint64_t peak, limit;
};

/* What was witnessed, and what must be found. */
struct scene {
	const char *name;
	struct count counts[LEVELS_MAX];
	bool alone, oomd, log_read;
	bool inner;		/* seen from within a cgroup namespace */
	bool foreign;		/* seen from within a pid namespace */
	bool shared;
	bool elsewhere;		/* the log found it in another cgroup */
	uint64_t others;	/* that the log names in its cgroup */
	uint64_t survived;	/* kills counted while it lived on */
	int vmstat;		/* by how much it rose; -1: not known */
	bool chosen_found, killed_found;
	struct oom_chosen chosen;
	struct oom_killed killed;
	enum outcome outcome;
	enum death_evidence evidence;
	const char *limiter;
	uint64_t limit;
};

/* The rows of "v2 (6.1 guest)" and of the ladder of verdicts, as they were measured. */
static const struct scene scenes[] = {
	{ .name = "v2, own limit", .alone = true, .vmstat = 1,
	  .counts = { { 2, BOX, false, { 0, 1 }, { 0, 1 }, 64 * MIB, 64 * MIB },
		      { 2, "/user.slice", false, { 0, 1 }, { 0, 0 }, NONE, NONE },
		      { 2, "/", true, { 0, 0 }, { 0, 0 }, NONE, NONE } },
	  .outcome = OUTCOME_OOM_SANDBOX, .evidence = DEATH_COUNTED, .limiter = BOX,
	  .limit = 64 * MIB },
	{ .name = "v2, memory.oom.group counts one process twice", .alone = true, .vmstat = 2,
	  .counts = { { 2, BOX, false, { 0, 2 }, { 0, 1 }, 64 * MIB, 64 * MIB } },
	  .outcome = OUTCOME_OOM_SANDBOX, .evidence = DEATH_COUNTED, .limiter = BOX,
	  .limit = 64 * MIB },
	{ .name = "v2, counters that did not begin at 0", .alone = true, .vmstat = 1,
	  .counts = { { 2, BOX, false, { 5, 6 }, { 3, 4 }, 64 * MIB, 64 * MIB } },
	  .outcome = OUTCOME_OOM_SANDBOX, .evidence = DEATH_COUNTED, .limiter = BOX,
	  .limit = 64 * MIB },
	{ .name = "v2, limit at the parent", .alone = true, .vmstat = 1,
	  .counts = { { 2, BOX, false, { 0, 1 }, { 0, 0 }, 32 * MIB, 64 * MIB },
		      { 2, "/user.slice", false, { 0, 1 }, { 0, 1 }, 48 * MIB, 48 * MIB } },
	  .outcome = OUTCOME_OOM_ANCESTOR, .evidence = DEATH_COUNTED, .limiter = "/user.slice",
	  .limit = 48 * MIB },
	{ .name = "v2, limit two levels up", .alone = true, .vmstat = 1,
	  .counts = { { 2, "/a/b/pagetouch-7", false, { 0, 1 }, { 0, 0 }, NONE, NONE },
		      { 2, "/a/b", false, { 0, 1 }, { 0, 0 }, NONE, NONE },
		      { 2, "/a", false, { 4, 5 }, { 2, 3 }, 9 * MIB, 9 * MIB } },
	  .outcome = OUTCOME_OOM_ANCESTOR, .evidence = DEATH_COUNTED, .limiter = "/a",
	  .limit = 9 * MIB },
	{ .name = "v2, the nearest limit that ran out is meant", .alone = true, .vmstat = 1,
	  .counts = { { 2, BOX, false, { 0, 1 }, { 0, 1 }, MIB, MIB },
		      { 2, "/user.slice", false, { 0, 9 }, { 0, 8 }, MIB, MIB } },
	  .outcome = OUTCOME_OOM_SANDBOX, .evidence = DEATH_COUNTED, .limiter = BOX, .limit =
		  MIB },
	{ .name = "v2, the whole machine", .alone = true, .vmstat = 1,
	  .counts = { { 2, BOX, false, { 0, 1 }, { 0, 0 }, 9 * MIB, 64 * MIB },
		      { 2, "/user.slice", false, { 0, 1 }, { 0, 0 }, NONE, NONE } },
	  .outcome = OUTCOME_OOM_GLOBAL, .evidence = DEATH_COUNTED, .limit = NONE },
	{ .name = "v2, SIGKILL or cgroup.kill by somebody", .alone = true,
	  .counts = { { 2, BOX, false, { 0, 0 }, { 0, 0 }, 9 * MIB, 64 * MIB } },
	  .outcome = OUTCOME_KILLED, .evidence = DEATH_UNPROVEN, .limit = NONE },
	{ .name = "v2, SIGKILL by somebody after older kills", .alone = true,
	  .counts = { { 2, BOX, false, { 5, 5 }, { 5, 5 }, 64 * MIB, 64 * MIB } },
	  .outcome = OUTCOME_KILLED, .evidence = DEATH_UNPROVEN, .limit = NONE },
	{ .name = "counters that fell are another cgroup's", .alone = true, .vmstat = 0,
	  .counts = { { 2, BOX, false, { 5, 0 }, { 5, 0 }, MIB, 64 * MIB } },
	  .outcome = OUTCOME_KILLED, .evidence = DEATH_UNPROVEN, .limit = NONE },
	{ .name = "v2, a peak at the limit is no kill", .alone = true,
	  .counts = { { 2, BOX, false, { 0, 0 }, { 0, 3 }, 64 * MIB, 64 * MIB } },
	  .outcome = OUTCOME_KILLED, .evidence = DEATH_UNPROVEN, .limit = NONE },
	{ .name = "v2, a kill in an ancestor is somebody else's", .alone = true, .vmstat = 1,
	  .counts = { { 2, BOX, false, { 0, 0 }, { 0, 0 }, 9 * MIB, 64 * MIB },
		      { 2, "/user.slice", false, { 0, 1 }, { 0, 1 }, MIB, MIB } },
	  .outcome = OUTCOME_KILLED, .evidence = DEATH_HINTED, .limit = NONE },
	{ .name = "v2, no sandbox, limit of the shared cgroup", .vmstat = 1,
	  .counts = { { 2, "/job", false, { 0, 1 }, { 0, 1 }, 64 * MIB, 64 * MIB } },
	  .outcome = OUTCOME_OOM_ANCESTOR, .evidence = DEATH_COUNTED, .limiter = "/job",
	  .limit = 64 * MIB },
	{ .name = "v2, no sandbox, the log does not name us", .vmstat = 1, .log_read = true,
	  .counts = { { 2, "/job", false, { 0, 1 }, { 0, 1 }, 64 * MIB, 64 * MIB } },
	  .outcome = OUTCOME_KILLED, .evidence = DEATH_HINTED, .limit = NONE },
	{ .name = "v2, own limit, the log was too late", .alone = true, .log_read = true,
	  .counts = { { 2, BOX, false, { 0, 1 }, { 0, 1 }, 64 * MIB, 64 * MIB } },
	  .outcome = OUTCOME_OOM_SANDBOX, .evidence = DEATH_COUNTED, .limiter = BOX,
	  .limit = 64 * MIB },
	{ .name = "v2, own limit, but how much it was is not known", .alone = true,
	  .counts = { { 2, BOX, false, { 0, 1 }, { 0, 1 }, NONE, NONE } },
	  .outcome = OUTCOME_OOM_SANDBOX, .evidence = DEATH_COUNTED, .limiter = BOX, .limit =
		  NONE },
	{ .name = "v1, own limit, without the log", .alone = true, .vmstat = 1,
	  .counts = { { 1, "/api/pagetouch-7", false, { 0, 1 }, { 0, 0 }, 64 * MIB, 64 * MIB },
		      { 1, "/api", false, { 0, 0 }, { 0, 0 }, 99 * MIB, NONE } },
	  .outcome = OUTCOME_OOM_SANDBOX, .evidence = DEATH_COUNTED, .limiter = "/api/pagetouch-7",
	  .limit = 64 * MIB },
	{ .name = "v1, own limit, with the log", .alone = true, .vmstat = 1,
	  .counts = { { 1, "/api/pagetouch-7", false, { 0, 1 }, { 0, 0 }, 64 * MIB, 64 * MIB },
		      { 1, "/api", false, { 0, 0 }, { 0, 0 }, 99 * MIB, NONE } },
	  .chosen_found = true, .chosen = { .memcg = "/api/pagetouch-7" },
	  .outcome = OUTCOME_OOM_SANDBOX, .evidence = DEATH_RECORDED, .limiter =
		  "/api/pagetouch-7",
	  .limit = 64 * MIB },
	{ .name = "v1, an ancestor's limit, by its peak", .alone = true, .vmstat = 1,
	  .counts = { { 1, "/api/pagetouch-7", false, { 0, 1 }, { 0, 0 }, 30 * MIB, 64 * MIB },
		      { 1, "/api", false, { 0, 0 }, { 0, 0 }, 48 * MIB, 48 * MIB } },
	  .outcome = OUTCOME_OOM_ANCESTOR, .evidence = DEATH_COUNTED, .limiter = "/api",
	  .limit = 48 * MIB },
	{ .name = "v1, a peak without a limit is no limit", .alone = true, .vmstat = 1,
	  .counts = { { 1, "/api/pagetouch-7", false, { 0, 1 }, { 0, 0 }, NONE, NONE },
		      { 1, "/api", false, { 0, 0 }, { 0, 0 }, NONE, 48 * MIB },
		      { 1, "/", false, { 0, 0 }, { 0, 0 }, 48 * MIB, NONE } },
	  .outcome = OUTCOME_OOM_GLOBAL, .evidence = DEATH_COUNTED, .limit = NONE },
	{ .name = "counters that cannot be read prove nothing", .alone = true, .vmstat = -1,
	  .counts = { { 2, BOX, true, { 0, 1 }, { 0, 1 }, 64 * MIB, 64 * MIB } },
	  .outcome = OUTCOME_KILLED, .evidence = DEATH_UNPROVEN, .limit = NONE },
	{ .name = "unread counters do not say whose limit it was", .alone = true, .vmstat = 1,
	  .counts = { { 2, BOX, false, { 0, 1 }, { 0, 0 }, MIB, 64 * MIB },
		      { 2, "/user.slice", true, { 0, 7 }, { 0, 7 }, 9 * MIB, 9 * MIB } },
	  .outcome = OUTCOME_OOM_GLOBAL, .evidence = DEATH_COUNTED, .limit = NONE },
	{ .name = "no cgroup at all", .vmstat = 0, .outcome = OUTCOME_KILLED,
	  .evidence = DEATH_UNPROVEN, .limit = NONE },
	{ .name = "only vmstat rose", .vmstat = 1, .alone = true,
	  .counts = { { 2, BOX, false, { 0, 0 }, { 0, 0 }, 9 * MIB, 64 * MIB } },
	  .outcome = OUTCOME_KILLED, .evidence = DEATH_HINTED, .limit = NONE },
	{ .name = "only vmstat rose, and there is no cgroup", .vmstat = 3,
	  .outcome = OUTCOME_KILLED, .evidence = DEATH_HINTED, .limit = NONE },
	{ .name = "systemd-oomd's mark", .alone = true, .oomd = true,
	  .counts = { { 2, BOX, false, { 0, 0 }, { 0, 0 }, 9 * MIB, 64 * MIB } },
	  .outcome = OUTCOME_OOMD, .evidence = DEATH_HINTED, .limit = NONE },
	{ .name = "a counter outweighs systemd-oomd's mark", .alone = true, .oomd = true,
	  .counts = { { 2, BOX, false, { 0, 1 }, { 0, 1 }, 64 * MIB, 64 * MIB } },
	  .outcome = OUTCOME_OOM_SANDBOX, .evidence = DEATH_COUNTED, .limiter = BOX,
	  .limit = 64 * MIB },
	{ .name = "records that were not found do not count",
	  .chosen = { .pid = 4711, .global = true, .memcg = "/other" },
	  .killed = { .pid = 4711, .memcg = true },
	  .outcome = OUTCOME_KILLED, .evidence = DEATH_UNPROVEN, .limit = NONE },
	{ .name = "global_oom in the log", .alone = true, .vmstat = 1, .chosen_found = true,
	  .counts = { { 2, BOX, false, { 0, 1 }, { 0, 0 }, 9 * MIB, 64 * MIB } },
	  .chosen = { .global = true, .task_memcg = BOX },
	  .outcome = OUTCOME_OOM_GLOBAL, .evidence = DEATH_RECORDED, .limit = NONE },
	{ .name = "global_oom in the log, no counters", .vmstat = -1, .chosen_found = true,
	  .chosen = { .global = true, .task_memcg = "/" },
	  .outcome = OUTCOME_OOM_GLOBAL, .evidence = DEATH_RECORDED, .limit = NONE },
	{ .name = "the log alone, no counters", .vmstat = -1, .chosen_found = true,
	  .chosen = { .memcg = "/docker/0123456789abcdef",
		      .task_memcg = "/docker/0123456789abcdef" },
	  .outcome = OUTCOME_OOM_ANCESTOR, .evidence = DEATH_RECORDED,
	  .limiter = "/docker/0123456789abcdef", .limit = NONE },
	{ .name = "the log names a parent", .alone = true, .vmstat = 1, .chosen_found = true,
	  .counts = { { 2, BOX, false, { 0, 1 }, { 0, 0 }, 9 * MIB, 64 * MIB },
		      { 2, "/user.slice", false, { 0, 1 }, { 0, 1 }, 48 * MIB, 48 * MIB },
		      { 2, "/", true, { 0, 0 }, { 0, 0 }, NONE, NONE } },
	  .chosen = { .memcg = "/user.slice", .task_memcg = BOX },
	  .outcome = OUTCOME_OOM_ANCESTOR, .evidence = DEATH_RECORDED, .limiter = "/user.slice",
	  .limit = 48 * MIB },
	{ .name = "a longer path in the log: cgroup namespace", .inner = true, .alone = true,
			.vmstat = 1,
	  .counts = { { 2, "/pagetouch-7", false, { 0, 1 }, { 0, 1 }, 64 * MIB, 64 * MIB },
		      { 2, "/", false, { 0, 1 }, { 0, 0 }, 99 * MIB, 128 * MIB } },
	  .chosen_found = true, .chosen = { .memcg = "/docker/0123/pagetouch-7",
					    .task_memcg = "/docker/0123/pagetouch-7" },
	  .outcome = OUTCOME_OOM_SANDBOX, .evidence = DEATH_RECORDED, .limiter = "/pagetouch-7",
	  .limit = 64 * MIB },
	{ .name = "a limit above the cgroup namespace", .inner = true, .alone = true, .vmstat = 1,
	  .counts = { { 2, "/pagetouch-7", false, { 0, 1 }, { 0, 0 }, 64 * MIB, 99 * MIB },
		      { 2, "/", false, { 0, 1 }, { 0, 0 }, 99 * MIB, 128 * MIB } },
	  .chosen_found = true, .chosen = { .memcg = "/kubepods/pod1",
					    .task_memcg = "/kubepods/pod1/c/pagetouch-7" },
	  .outcome = OUTCOME_OOM_ANCESTOR, .evidence = DEATH_RECORDED, .limiter = "/kubepods/pod1",
	  .limit = NONE },
	{ .name = "the namespace's own limit", .inner = true, .vmstat = 1,
	  .counts = { { 2, "/pagetouch-7", false, { 0, 1 }, { 0, 0 }, 64 * MIB, 99 * MIB },
		      { 2, "/", false, { 0, 1 }, { 0, 1 }, 128 * MIB, 128 * MIB } },
	  .chosen_found = true, .alone = true,
	  .chosen = { .memcg = "/docker/0123", .task_memcg = "/docker/0123/pagetouch-7" },
	  .outcome = OUTCOME_OOM_ANCESTOR, .evidence = DEATH_RECORDED, .limiter = "/",
	  .limit = 128 * MIB },
	{ .name = "who lives at the beginning of its namespace", .inner = true, .vmstat = 1,
	  .counts = { { 2, "/", false, { 0, 1 }, { 0, 1 }, 64 * MIB, 64 * MIB } },
	  .chosen_found = true,
	  .chosen = { .memcg = "/docker/0123", .task_memcg = "/docker/0123" },
	  .outcome = OUTCOME_OOM_ANCESTOR, .evidence = DEATH_RECORDED, .limiter = "/",
	  .limit = 64 * MIB },
	{ .name = "a path that ends like ours is not ours without a namespace", .vmstat = 1,
	  .counts = { { 2, "/b/job", false, { 0, 1 }, { 0, 0 }, 9 * MIB, 32 * MIB },
		      { 2, "/b", false, { 0, 0 }, { 0, 0 }, 9 * MIB, 64 * MIB } },
	  .chosen_found = true, .chosen = { .memcg = "/a/b", .task_memcg = "/a/b/job" },
	  .outcome = OUTCOME_OOM_ANCESTOR, .evidence = DEATH_RECORDED, .limiter = "/a/b",
	  .limit = NONE },
	{ .name = "pid namespace: the log does not deny", .vmstat = 1, .log_read = true,
	  .foreign = true,
	  .counts = { { 1, "/job", false, { 0, 1 }, { 0, 0 }, 64 * MIB, 64 * MIB } },
	  .outcome = OUTCOME_OOM_ANCESTOR, .evidence = DEATH_COUNTED, .limiter = "/job",
	  .limit = 64 * MIB },
	{ .name = "pid namespace, shared: the count is all there is", .vmstat = 1,
	  .log_read = true, .foreign = true, .shared = true,
	  .counts = { { 1, "/job", false, { 3, 4 }, { 0, 0 }, 64 * MIB, 64 * MIB } },
	  .outcome = OUTCOME_OOM_ANCESTOR, .evidence = DEATH_COUNTED, .limiter = "/job",
	  .limit = 64 * MIB },
	{ .name = "pid namespace, SIGKILL by somebody", .log_read = true, .foreign = true,
	  .counts = { { 1, "/job", false, { 4, 4 }, { 0, 0 }, 64 * MIB, 64 * MIB } },
	  .outcome = OUTCOME_KILLED, .evidence = DEATH_UNPROVEN, .limit = NONE },
	{ .name = "pid namespace, the kills were others'", .vmstat = 2, .log_read = true,
	  .foreign = true, .others = 2,
	  .counts = { { 1, "/job", false, { 3, 5 }, { 0, 0 }, 64 * MIB, 64 * MIB } },
	  .outcome = OUTCOME_KILLED, .evidence = DEATH_HINTED, .limit = NONE },
	{ .name = "pid namespace, one kill more than others'", .vmstat = 3, .log_read = true,
	  .foreign = true, .others = 2,
	  .counts = { { 1, "/job", false, { 3, 6 }, { 0, 0 }, 64 * MIB, 64 * MIB } },
	  .outcome = OUTCOME_OOM_ANCESTOR, .evidence = DEATH_COUNTED, .limiter = "/job",
	  .limit = 64 * MIB },
	{ .name = "who was put into the sandbox was killed there", .alone = true, .vmstat = 1,
	  .log_read = true, .others = 1,
	  .counts = { { 2, BOX, false, { 0, 1 }, { 0, 1 }, 64 * MIB, 64 * MIB } },
	  .outcome = OUTCOME_KILLED, .evidence = DEATH_HINTED, .limit = NONE },
	{ .name = "it outlived the kill in its sandbox", .alone = true, .vmstat = 1, .survived = 1,
	  .counts = { { 2, BOX, false, { 0, 1 }, { 0, 1 }, 64 * MIB, 64 * MIB } },
	  .outcome = OUTCOME_KILLED, .evidence = DEATH_HINTED, .limit = NONE },
	{ .name = "it outlived one kill of two", .alone = true, .vmstat = 2, .survived = 1,
	  .log_read = true, .others = 1,
	  .counts = { { 1, BOX, false, { 3, 5 }, { 0, 0 }, 64 * MIB, 64 * MIB } },
	  .outcome = OUTCOME_OOM_SANDBOX, .evidence = DEATH_COUNTED, .limiter = BOX,
	  .limit = 64 * MIB },
	{ .name = "it outlived a kill, and its record says more", .alone = true, .vmstat = 2,
	  .survived = 1, .chosen_found = true,
	  .counts = { { 1, BOX, false, { 0, 2 }, { 0, 0 }, 64 * MIB, 64 * MIB } },
	  .chosen = { .memcg = BOX, .task_memcg = BOX },
	  .outcome = OUTCOME_OOM_SANDBOX, .evidence = DEATH_RECORDED, .limiter = BOX,
	  .limit = 64 * MIB },
	{ .name = "moved out of the sandbox, and killed there", .alone = true, .vmstat = 1,
	  .elsewhere = true, .chosen_found = true,
	  .counts = { { 2, BOX, false, { 0, 0 }, { 0, 0 }, 9 * MIB, 64 * MIB } },
	  .chosen = { .memcg = "/other", .task_memcg = "/other" },
	  .outcome = OUTCOME_OOM_ANCESTOR, .evidence = DEATH_RECORDED, .limiter = "/other",
	  .limit = NONE },
	{ .name = "a record that our own counter denies", .alone = true, .vmstat = 1,
	  .chosen_found = true, .killed_found = true,
	  .counts = { { 2, BOX, false, { 0, 0 }, { 0, 0 }, 9 * MIB, 64 * MIB } },
	  .chosen = { .memcg = BOX, .task_memcg = BOX }, .killed = { .pid = 7, .memcg = true },
	  .outcome = OUTCOME_KILLED, .evidence = DEATH_HINTED, .limit = NONE },
	{ .name = "a record that the machine's counter denies", .vmstat = 0,
	  .chosen_found = true, .elsewhere = true,
	  .counts = { { 2, "/job", false, { 0, 0 }, { 0, 0 }, 9 * MIB, 64 * MIB } },
	  .chosen = { .memcg = "/other", .task_memcg = "/other" },
	  .outcome = OUTCOME_KILLED, .evidence = DEATH_UNPROVEN, .limit = NONE },
	{ .name = "a path that had no room in its record", .vmstat = 1, .chosen_found = true,
	  .killed_found = true, .killed = { .pid = 7, .memcg = true },
	  .counts = { { 1, "/job", false, { 0, 1 }, { 0, 0 }, 64 * MIB, 64 * MIB } },
	  .outcome = OUTCOME_OOM_ANCESTOR, .evidence = DEATH_RECORDED, .limiter = "/job",
	  .limit = 64 * MIB },
	{ .name = "half a name in the log is another cgroup", .vmstat = 1, .chosen_found = true,
	  .counts = { { 2, "/job", false, { 0, 1 }, { 0, 0 }, 9 * MIB, 64 * MIB } },
	  .chosen = { .memcg = "/batchjob", .task_memcg = "/batchjob/job" },
	  .outcome = OUTCOME_OOM_ANCESTOR, .evidence = DEATH_RECORDED, .limiter = "/batchjob",
	  .limit = NONE },
	{ .name = "an ancestor's limit in the log, no sandbox", .vmstat = 1, .chosen_found = true,
	  .counts = { { 2, "/job", false, { 0, 1 }, { 0, 1 }, 64 * MIB, 64 * MIB } },
	  .chosen = { .memcg = "/job", .task_memcg = "/job" },
	  .outcome = OUTCOME_OOM_ANCESTOR, .evidence = DEATH_RECORDED, .limiter = "/job",
	  .limit = 64 * MIB },
	{ .name = "the second line alone, for the machine", .vmstat = 1, .killed_found = true,
	  .killed = { .pid = 7, .global = true },
	  .outcome = OUTCOME_OOM_GLOBAL, .evidence = DEATH_RECORDED, .limit = NONE },
	{ .name = "the second line alone, for a cgroup", .vmstat = 1, .killed_found = true,
	  .alone = true, .killed = { .pid = 7, .memcg = true },
	  .counts = { { 2, BOX, false, { 0, 1 }, { 0, 1 }, 64 * MIB, 64 * MIB } },
	  .outcome = OUTCOME_OOM_SANDBOX, .evidence = DEATH_RECORDED, .limiter = BOX,
	  .limit = 64 * MIB },
	/* Up to 5.0 the second line does not say for whom: mm/oom_kill.c. */
	{ .name = "4.4, the second line, own limit by the peak", .alone = true,
	  .killed_found = true, .killed = { .pid = 7, .sized = true },
	  .counts = { { 1, "/api/pagetouch-7", false, { 0, 1 }, { 0, 0 }, 64 * MIB, 64 * MIB } },
	  .outcome = OUTCOME_OOM_SANDBOX, .evidence = DEATH_RECORDED, .limiter =
		  "/api/pagetouch-7",
	  .limit = 64 * MIB },
	{ .name = "4.4, the second line, nobody's limit", .killed_found = true,
	  .killed = { .pid = 7, .sized = true },
	  .counts = { { 1, "/api", false, { 0, 1 }, { 0, 0 }, 9 * MIB, 64 * MIB } },
	  .outcome = OUTCOME_OOM_GLOBAL, .evidence = DEATH_RECORDED, .limit = NONE },
	/* The log says that it was a cgroup's limit: then it was not the machine. */
	{ .name = "the second line, for a cgroup that cannot be seen", .killed_found = true,
	  .killed = { .pid = 7, .memcg = true },
	  .counts = { { 2, "/", false, { 0, 1 }, { 0, 0 }, 9 * MIB, 64 * MIB } },
	  .outcome = OUTCOME_OOM_ANCESTOR, .evidence = DEATH_RECORDED, .limit = NONE },
	{ .name = "a hostile name", .alone = true, .vmstat = 1,
	  .counts = { { 2, "/ev\\x1b[2J\\x27il%s%n/pagetouch-7", false, { 0, 1 }, { 0, 1 }, MIB,
			MIB } },
	  .outcome = OUTCOME_OOM_SANDBOX, .evidence = DEATH_COUNTED,
	  .limiter = "/ev\\x1b[2J\\x27il%s%n/pagetouch-7", .limit = MIB },
};

/* A case as the OOM monitor would tell it. */
struct explanation {
	struct oom_monitor_level levels[LEVELS_MAX];
	char names[LEVELS_MAX][1200];
	struct oom_evidence oom_evidence;
};

static void explain_levels(const struct scene *scene, struct explanation *explanation)
{
	for (size_t i = 0; i < LEVELS_MAX && scene->counts[i].version; i++) {
		const struct count *count = &scene->counts[i];
		struct oom_monitor_level *level = &explanation->levels[i];

		snprintf(explanation->names[i], sizeof(explanation->names[i]), "%s", count->name);
		*level = (struct oom_monitor_level){ .version = count->version,
						 .name = explanation->names[i],
						 .peak = { count->peak, count->limit } };
		level->before = (struct cgroup_events){ .known = !count->unread, .has_local = true,
			.oom_kill = count->kills[0], .local_oom_kill = count->kills[0],
			.local_oom = count->ooms[0] };
		level->after = (struct cgroup_events){ .known = !count->unread, .has_local = true,
			.oom_kill = count->kills[1], .local_oom_kill = count->kills[1],
			.local_oom = count->ooms[1] };
		explanation->oom_evidence.count = i + 1;
	}
}

static void results(const struct scene *scene, struct explanation *explanation)
{
	struct oom_evidence *oom_evidence = &explanation->oom_evidence;

	memset(explanation, 0, sizeof(*explanation));
	explain_levels(scene, explanation);
	oom_evidence->levels = explanation->levels;
	oom_evidence->alone = scene->alone;
	oom_evidence->oomd = scene->oomd;
	oom_evidence->whole_paths = !scene->inner;
	oom_evidence->foreign_pids = scene->foreign;
	oom_evidence->shared = scene->shared;
	oom_evidence->kill_record.elsewhere = scene->elsewhere;
	oom_evidence->kill_record.others = scene->others;
	oom_evidence->survived = scene->survived;
	oom_evidence->vmstat_known = scene->vmstat >= 0;
	oom_evidence->vmstat_before = 100;
	oom_evidence->vmstat_after = 100 + (scene->vmstat > 0 ? (uint64_t)scene->vmstat : 0);
	oom_evidence->kmsg_error = scene->chosen_found || scene->killed_found ||
				 scene->log_read ? 0 : -EPERM;
	oom_evidence->kill_record.chosen_found = scene->chosen_found;
	oom_evidence->kill_record.chosen = scene->chosen;
	oom_evidence->kill_record.killed_found = scene->killed_found;
	oom_evidence->kill_record.killed = scene->killed;
}

static const struct scene *find_scene(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(scenes); i++)
		if (!strcmp(scenes[i].name, name))
			return &scenes[i];
	printf("Bail out! there is no scene '%s'\n", name);
	exit(99);
}

static void check_scene(const struct scene *scene)
{
	static struct explanation explanation;
	struct death death;

	results(scene, &explanation);
	death = death_find(SIGKILL, &explanation.oom_evidence);
	tap_ok(death.outcome == scene->outcome, "%s: %s", scene->name,
	       verdict_outcome_name(scene->outcome));
	tap_is(death.evidence, scene->evidence, "how well that is proved");
	if (scene->limiter)
		tap_is_text(death.limiter ? death.limiter : "(none)", scene->limiter,
			    "whose limit it was");
	else if (scene->outcome != OUTCOME_OOM_ANCESTOR)
		tap_ok(!death.limiter, "%s: nobody's limit is named", scene->name);
	tap_ok(death.limit == scene->limit, "%s: the limit", scene->name);
}

static bool names_oom(enum outcome outcome)
{
	return outcome == OUTCOME_OOM_SANDBOX || outcome == OUTCOME_OOM_ANCESTOR ||
	       outcome == OUTCOME_OOM_GLOBAL;
}

static const enum outcome signal_outcomes[] = {
	[SIGKILL] = OUTCOME_OOM_SANDBOX, [SIGTERM] = OUTCOME_SIGTERM, [SIGBUS] = OUTCOME_SIGBUS,
	[SIGSEGV] = OUTCOME_SIGSEGV,
};

/* Every signal, while the counters say that there was an OOM kill: they are about SIGKILL only. */
static void test_signals(void)
{
	static struct explanation explanation;

	results(find_scene("v2, own limit"), &explanation);
	for (int number = 1; number <= 64; number++) {
		struct death death = death_find(number, &explanation.oom_evidence);
		enum outcome wanted = (size_t)number < ARRAY_SIZE(signal_outcomes)
					? signal_outcomes[number] : OUTCOME_KILLED;

		if (!wanted)
			wanted = OUTCOME_KILLED;
		tap_ok(death.outcome == wanted, "signal %d: %s", number,
		       verdict_outcome_name(wanted));
		if (number != SIGKILL)
			tap_ok(!death.limiter && death.limit == NONE &&
			       death.evidence == DEATH_UNPROVEN, "signal %d is no OOM kill",
			       number);
	}
}

static void test_unwatched(void)
{
	struct death death = death_find(SIGKILL, NULL);

	tap_ok(death.outcome == OUTCOME_KILLED && death.evidence == DEATH_UNPROVEN &&
	       !death.limiter && death.limit == NONE, "nothing was watched, nothing is known");
}

/* The verdict on the subject of a case, killed by SIGNAL. */
static struct verdict judge(const struct scene *scene, int signal)
{
	static struct explanation explanation;
	struct run_result result = { .reason = STOP_DIED, .wait_status = signal,
				     .touched = 48 * KIB };
	struct verdict_evidence evidence = { .result = &result, .touch = 64 * KIB, .pid = 4711,
					     .unit = SIZE_KIB };
	struct verdict verdict;

	if (scene) {
		results(scene, &explanation);
		evidence.oom_evidence = &explanation.oom_evidence;
	}
	verdict_decide(&evidence, &verdict);
	return verdict;
}

static bool is_harmless(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

static bool is_well_formed(const struct verdict *verdict)
{
	bool good = is_harmless(verdict->err.message) && is_harmless(verdict->err.hint) &&
		    verdict->evidence_count > 0 && verdict->evidence_count <= VERDICT_EVIDENCE_MAX;

	for (int i = 0; good && i < verdict->evidence_count; i++)
		good = verdict->evidence_line[i][0] && is_harmless(verdict->evidence_line[i]);
	return good;
}

static bool has_evidence(const struct verdict *verdict, const char *piece)
{
	for (int i = 0; i < verdict->evidence_count; i++)
		if (strstr(verdict->evidence_line[i], piece))
			return true;
	return false;
}

/* No proof, no OOM: not in the outcome, and not in the sentence. */
static void check_sentence(const struct scene *scene)
{
	struct verdict verdict = judge(scene, SIGKILL);

	tap_ok(verdict.outcome == scene->outcome && verdict.exit_status == 137 &&
	       verdict.signal == SIGKILL, "%s: outcome, status and signal", scene->name);
	tap_ok(is_well_formed(&verdict), "%s: sentences and proofs", scene->name);
	tap_has(verdict.err.message, "pid 4711", "the subject is named");
	tap_has(verdict.err.message, "48 KiB of 64 KiB", "how far it came is told");
	tap_has(verdict.err.message, "exit status 137", "the exit status is named");
	tap_ok(has_evidence(&verdict, "128 + 9"), "%s: 137 is explained", scene->name);
	tap_ok(has_evidence(&verdict, "49152 bytes"), "%s: the subject's own count", scene->name);
	tap_ok((strstr(verdict.err.message, "OOM") != NULL) == names_oom(scene->outcome) &&
	       names_oom(scene->outcome) == (scene->evidence >= DEATH_COUNTED),
	       "%s: OOM is said where it is proved, and only there", scene->name);
	tap_ok(!strstr(verdict.err.message, "(null)") && !strstr(verdict.err.message, "EiB"),
	       "%s: nothing is named that is not known", scene->name);
	if (scene->limiter && scene->outcome == OUTCOME_OOM_ANCESTOR)
		tap_has(verdict.err.message, scene->limiter, "the cgroup is named");
	if (verdict.outcome == OUTCOME_KILLED)
		tap_has(verdict.err.hint, "sender unknown", "it says that it does not know");
}

/* What the sentence or one of the evidence lines must hold. */
static const struct {
	const char *scene;
	const char *what;	/* NULL: see the evidence lines */
	const char *evidence;
} texts[] = {
	{ "v2, own limit", "OOM-killed at the limit of its sandbox (64.0 MiB)",
	  "memory.events of memory cgroup " BOX ": oom_kill went from 0 to 1" },
	{ "v2, own limit", "OOM-killed", "memory.events.local of " BOX ": oom went from 0 to 1" },
	{ "v2, own limit", "OOM-killed", "/proc/vmstat: oom_kill went from 100 to 101" },
	{ "v2, own limit", "OOM-killed", "it needs CAP_SYSLOG" },
	{ "it outlived the kill in its sandbox", "killed by SIGKILL",
	  "the subject outlived 1 OOM kill counted in " BOX },
	{ "v2, memory.oom.group counts one process twice", "its sandbox", "from 0 to 2" },
	{ "v2, limit at the parent", "memory cgroup /user.slice (48.0 MiB)",
	  "memory.events.local of /user.slice: oom went from 0 to 1" },
	{ "v2, the whole machine", "the machine ran out of memory", "oom_kill went from 0 to 1" },
	{ "v1, own limit, without the log", "its sandbox (64.0 MiB)", "memory.oom_control" },
	{ "v1, own limit, with the log", "its sandbox",
	  "the kernel's log names the subject, for the limit of /api/pagetouch-7" },
	{ "global_oom in the log", "the machine ran out of memory", "global_oom" },
	{ "the log alone, no counters", "memory cgroup /docker/0123456789abcdef",
	  "the kernel's log names the subject" },
	{ "systemd-oomd's mark", "killed by systemd-oomd", "128 + 9" },
	{ "v2, SIGKILL or cgroup.kill by somebody", "killed by SIGKILL (signal 9)", "CAP_SYSLOG" },
	{ "pid namespace: the log does not deny", "memory cgroup /job", "another pid namespace" },
	{ "pid namespace, the kills were others'", "killed by SIGKILL",
			"names 2 other processes" },
	{ "a record that our own counter denies", "killed by SIGKILL",
	  "the kernel's log names the subject" },
	{ "only vmstat rose", "killed by SIGKILL", "/proc/vmstat: oom_kill went from 100 to 101" },
};

static void test_texts(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct verdict verdict = judge(find_scene(texts[i].scene), SIGKILL);

		tap_has(verdict.err.message, texts[i].what, texts[i].scene);
		if (!tap_ok(has_evidence(&verdict, texts[i].evidence), "%s: evidence: %s",
			    texts[i].scene, texts[i].evidence))
			for (int j = 0; j < verdict.evidence_count; j++)
				printf("#   %s\n", verdict.evidence_line[j]);
	}
}

static void test_hints(void)
{
	struct verdict hinted = judge(find_scene("only vmstat rose"), SIGKILL);
	struct verdict unproved = judge(find_scene("no cgroup at all"), SIGKILL);

	tap_has(hinted.err.hint, "on this machine", "a hint says that it is one");
	tap_has(hinted.err.hint, "nothing says", "and what it is not");
	tap_has(unproved.err.hint, "no counter and no record", "without one it says so");
	unproved = judge(find_scene("a record that our own counter denies"), SIGKILL);
	tap_has(unproved.err.hint, "no counter of OOM kills", "sources that disagree");
	unproved = judge(find_scene("pid namespace, shared: the count is all there is"), SIGKILL);
	tap_has(unproved.err.hint, "other processes too", "how sure a count is");
	unproved = judge(find_scene("pid namespace: the log does not deny"), SIGKILL);
	tap_is_text(unproved.err.hint, "", "alone it is sure");
	unproved = judge(NULL, SIGKILL);
	tap_ok(unproved.outcome == OUTCOME_KILLED && unproved.evidence_count == 2 &&
	       is_well_formed(&unproved), "an unwatched death has two proofs");
}

/* The sizes in the kernel's report. */
static void test_sizes(void)
{
	struct scene scene = *find_scene("the second line alone, for a cgroup");
	struct verdict verdict;

	verdict = judge(&scene, SIGKILL);
	tap_ok(!has_evidence(&verdict, "it held"), "a report without sizes gives none");
	tap_ok(!has_evidence(&verdict, "no record"), "but it is a record");
	scene.killed = (struct oom_killed){ .pid = 7, .memcg = true, .sized = true,
		.anon = 24288 * KIB, .file = 4 * KIB, .shmem = 580 * KIB, .pgtables = 84 * KIB };
	verdict = judge(&scene, SIGKILL);
	tap_ok(has_evidence(&verdict, "23.7 MiB anonymous") &&
	       has_evidence(&verdict, "4.0 KiB file") &&
	       has_evidence(&verdict, "580 KiB shared") &&
	       has_evidence(&verdict, "84.0 KiB of page"),
	       "sizes are told as the kernel counted them");
}

/* Why the log says nothing, by the error of opening or reading it. */
static void test_silence(void)
{
	static const struct { int error; const char *evidence; } cases[] = {
		{ -EPERM, "not permitted; it needs CAP_SYSLOG where kernel.dmesg_restrict" },
		{ -EACCES, "(/dev/kmsg: Permission denied)" },
		{ -ENOENT, "(/dev/kmsg: No such file" }, { -ENXIO, "(/dev/kmsg: No such dev" },
		{ -EMFILE, "Too many open files" }, { -EPIPE, "was overwritten" },
	};
	struct explanation *explanation = calloc(1, sizeof(*explanation));
	struct run_result result = { .reason = STOP_DIED, .wait_status = SIGKILL };

	for (size_t i = 0; explanation && i < ARRAY_SIZE(cases); i++) {
		struct verdict_evidence evidence = { .result = &result, .pid = 1,
						     .oom_evidence = &explanation->oom_evidence };
		struct verdict verdict;

		results(find_scene("v2, own limit"), explanation);
		explanation->oom_evidence.kmsg_error = cases[i].error;
		verdict_decide(&evidence, &verdict);
		tap_ok(has_evidence(&verdict, cases[i].evidence) &&
		       has_evidence(&verdict, "CAP_SYSLOG") == (i < 1), "%s", cases[i].evidence);
	}
	free(explanation);
}

static void test_no_record(void)
{
	static struct explanation explanation;
	struct run_result result = { .reason = STOP_DIED, .wait_status = SIGKILL };
	struct verdict_evidence evidence = { .result = &result, .pid = 1,
					     .oom_evidence = &explanation.oom_evidence };
	struct verdict verdict;

	results(find_scene("v2, own limit"), &explanation);
	explanation.oom_evidence.kmsg_error = 0;
	verdict_decide(&evidence, &verdict);
	tap_ok(has_evidence(&verdict, "no record about the subject") &&
	       !has_evidence(&verdict, "CAP_SYSLOG"), "a log that was read and says nothing");
}

/* Other signals: status, name, and where such a signal comes from. */
static const struct {
	int number;
	enum outcome outcome;
	const char *text, *hint;
} others[] = {
	{ SIGTERM, OUTCOME_SIGTERM, "SIGTERM", "earlyoom" },
	{ SIGBUS, OUTCOME_SIGBUS, "SIGBUS", "hugetlb" },
	{ SIGSEGV, OUTCOME_SIGSEGV, "SIGSEGV", "invalid access" },
	{ SIGABRT, OUTCOME_KILLED, "SIGABRT", "" }, { SIGHUP, OUTCOME_KILLED, "SIGHUP", "" },
	{ 40, OUTCOME_KILLED, "SIGRTMIN+6 (signal 40)", "" },
};

static void test_other_signals(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		struct verdict verdict = judge(find_scene("v2, own limit"), others[i].number);
		char status[32];

		snprintf(status, sizeof(status), "exit status %d", 128 + others[i].number);
		tap_ok(verdict.outcome == others[i].outcome && is_well_formed(&verdict) &&
		       verdict.exit_status == 128 + others[i].number, "%s is an end of its own",
		       others[i].text);
		tap_has(verdict.err.message, status, "its exit status is named");
		tap_has(verdict.err.message, others[i].text, "its name is told");
		tap_has(verdict.err.hint, others[i].hint, "and where it comes from");
		tap_ok(!strstr(verdict.err.message, "OOM") &&
		       !strstr(verdict.err.hint, "OOM"), "%s: no OOM killer sends it",
		       others[i].text);
		tap_ok(!has_evidence(&verdict, "kernel's log"), "%s: the log has no say",
		       others[i].text);
	}
}

/* The longest names that the OOM monitor gives: cut, never spilled. */
static void test_long_names(void)
{
	struct scene scene = *find_scene("v2, own limit");
	char name[1024];
	struct verdict verdict;

	memset(name, 'x', sizeof(name) - 1);
	name[0] = '/';
	name[sizeof(name) - 1] = '\0';
	scene.counts[0].name = name;
	verdict = judge(&scene, SIGKILL);
	tap_ok(is_well_formed(&verdict), "a name of 1023 bytes, own limit");
	scene.alone = false;
	verdict = judge(&scene, SIGKILL);
	tap_ok(is_well_formed(&verdict), "a name of 1023 bytes, an ancestor's limit");
	tap_has(verdict.err.message, name, "it is told whole");
	tap_has(verdict.err.message, "exit status 137", "and what follows it too");
}

/* More levels than there is room for evidence lines. */
static void test_deep(void)
{
	struct scene scene = { .name = "deep", .vmstat = 1 };
	struct verdict verdict;

	for (size_t i = 0; i < LEVELS_MAX; i++)
		scene.counts[i] = (struct count){ 2, "/a", false, { 0, 1 }, { 0, 1 }, MIB, MIB };
	verdict = judge(&scene, SIGKILL);
	tap_ok(verdict.evidence_count <= VERDICT_EVIDENCE_MAX && is_well_formed(&verdict),
	       "the proofs of a deep tree stay within their room");
}

/* What --expect NAME takes for met. */
#define BIT(outcome) (1U << (outcome))
static const struct {
	const char *name;
	unsigned outcomes;
} expectations[] = {
	{ "ok", BIT(OUTCOME_COMPLETED) },
	{ "oom", BIT(OUTCOME_OOM_SANDBOX) | BIT(OUTCOME_OOM_ANCESTOR) | BIT(OUTCOME_OOM_GLOBAL) },
	{ "enomem", BIT(OUTCOME_MAP_REFUSED) }, { "completed", BIT(OUTCOME_COMPLETED) },
	{ "guard", BIT(OUTCOME_GUARD) }, { "interrupted", BIT(OUTCOME_INTERRUPTED) },
	{ "oom-sandbox", BIT(OUTCOME_OOM_SANDBOX) }, { "oom-ancestor", BIT(OUTCOME_OOM_ANCESTOR) },
	{ "oom-global", BIT(OUTCOME_OOM_GLOBAL) }, { "oomd", BIT(OUTCOME_OOMD) },
	{ "sigterm", BIT(OUTCOME_SIGTERM) }, { "sigbus", BIT(OUTCOME_SIGBUS) },
	{ "sigsegv", BIT(OUTCOME_SIGSEGV) }, { "killed", BIT(OUTCOME_KILLED) },
	{ "map-refused", BIT(OUTCOME_MAP_REFUSED) },
};

static const char *const no_expectations[] = {
	"", "nosuch", "OOM", "oom ", " oom", "oom,ok", "oom-", "oo", "failed", "137", "\x1b[2J",
};

static void test_expectation_parse(void)
{
	struct expectation expectation;
	struct error err;

	for (size_t i = 0; i < ARRAY_SIZE(expectations); i++) {
		expectation = (struct expectation){ 0 };
		tap_ok(expectation_parse(expectations[i].name, &expectation, &err) == 0 &&
		       expectation.outcomes == expectations[i].outcomes &&
		       !strcmp(expectation.name, expectations[i].name), "--expect %s",
		       expectations[i].name);
	}
	for (size_t i = 0; i < ARRAY_SIZE(no_expectations); i++) {
		expectation.outcomes = 0x5a5a;
		tap_ok(expectation_parse(no_expectations[i], &expectation, &err) == -EINVAL &&
		       expectation.outcomes == 0x5a5a, "--expect case %zu is no outcome", i);
		tap_ok(strstr(err.message, "--expect") && is_harmless(err.message),
		       "the first line names it (case %zu)", i);
		tap_ok(strstr(err.hint, "oom-sandbox") && strstr(err.hint, "enomem"),
		       "the second lists what there is (case %zu)", i);
	}
}

/* A run that ended for REASON, and what is expected of it. */
struct run {
	struct workload workload;
	struct machine machine;
	struct run_result result;
	struct workload_result workload_result;
	bool verify;
	const char *expect;
	const struct scene *scene;
};

static struct run make_run(enum stop_reason reason, const char *expect)
{
	struct run run = { .workload.region = { .bytes = 64 * KIB }, .expect = expect,
			   .result = { .reason = reason, .touched = 64 * KIB } };

	if (reason == STOP_DIED)
		run.result.wait_status = SIGKILL;
	if (reason == STOP_UNSTARTED)
		run.result.error = -ENOMEM;
	if (reason == STOP_SIGNAL)
		run.result.signal = SIGINT;
	if (reason == STOP_FAILED)
		error_set(&run.result.err, "cannot read the subject");
	return run;
}

static struct verdict decide(const struct run *run)
{
	static struct explanation explanation;
	struct error err;
	struct verdict_evidence evidence = {
		.workload = &run->workload, .result = &run->result,
		.workload_result = &run->workload_result, .machine = &run->machine,
		.touch = 64 * KIB, .pid = 4711, .verify = run->verify,
	};
	struct verdict verdict;

	if (run->scene) {
		results(run->scene, &explanation);
		evidence.oom_evidence = &explanation.oom_evidence;
	}
	if (run->expect && expectation_parse(run->expect, &evidence.expect, &err) < 0)
		tap_ok(false, "the test expects what there is: %s", run->expect);
	verdict_decide(&evidence, &verdict);
	return verdict;
}

static const struct {
	enum stop_reason reason;
	const char *scene;	/* NULL: nothing was watched */
	const char *expect;
	int status;
} ends[] = {
	{ STOP_DONE, NULL, NULL, 0 }, { STOP_DONE, NULL, "ok", 0 },
	{ STOP_DONE, NULL, "completed", 0 }, { STOP_DONE, NULL, "oom", 1 },
	{ STOP_DONE, NULL, "enomem", 1 }, { STOP_GUARD, NULL, NULL, 3 },
	{ STOP_GUARD, NULL, "guard", 0 }, { STOP_GUARD, NULL, "ok", 1 },
	{ STOP_GUARD, NULL, "oom", 1 }, { STOP_SIGNAL, NULL, NULL, 130 },
	{ STOP_SIGNAL, NULL, "interrupted", 0 }, { STOP_SIGNAL, NULL, "ok", 1 },
	{ STOP_UNSTARTED, NULL, NULL, 125 }, { STOP_UNSTARTED, NULL, "enomem", 0 },
	{ STOP_UNSTARTED, NULL, "map-refused", 0 }, { STOP_UNSTARTED, NULL, "ok", 1 },
	{ STOP_DIED, "v2, own limit", NULL, 137 }, { STOP_DIED, "v2, own limit", "oom", 0 },
	{ STOP_DIED, "v2, own limit", "oom-sandbox", 0 },
	{ STOP_DIED, "v2, own limit", "oom-global", 1 }, { STOP_DIED, "v2, own limit", "ok", 1 },
	{ STOP_DIED, "v2, own limit", "killed", 1 },
	{ STOP_DIED, "v2, limit at the parent", "oom", 0 },
	{ STOP_DIED, "v2, limit at the parent", "oom-sandbox", 1 },
	{ STOP_DIED, "v2, the whole machine", "oom", 0 },
	{ STOP_DIED, "systemd-oomd's mark", "oom", 1 },
	{ STOP_DIED, "systemd-oomd's mark", "oomd", 0 },
	{ STOP_DIED, "only vmstat rose", "oom", 1 },
	{ STOP_DIED, "only vmstat rose", "killed", 0 }, { STOP_DIED, NULL, "oom", 1 },
	/* A failure of pagetouch itself is no end that anybody may expect. */
	{ STOP_FAILED, NULL, "ok", 125 }, { STOP_FAILED, NULL, "oom", 125 },
	{ STOP_OUTPUT, NULL, "ok", 125 },
};

static void test_expect(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		struct run run = make_run(ends[i].reason, ends[i].expect);
		struct verdict verdict;

		run.scene = ends[i].scene ? find_scene(ends[i].scene) : NULL;
		verdict = decide(&run);
		tap_ok(verdict.exit_status == ends[i].status, "%s%s%s, --expect=%s: exit %d",
		       verdict_outcome_name(verdict.outcome), ends[i].scene ? ", " : "",
		       ends[i].scene ? ends[i].scene : "", ends[i].expect ? ends[i].expect : "",
		       ends[i].status);
		if (ends[i].status == EXIT_UNMET)
			tap_ok(strstr(verdict.err.message, ends[i].expect) ||
			       strstr(verdict.err.hint, ends[i].expect),
			       "what was expected is told");
	}
}

static void test_expect_verify(void)
{
	struct run run = make_run(STOP_DONE, "ok");
	struct verdict verdict;

	run.verify = true;
	run.result.measured = true;
	run.result.last.touched = run.result.last.covered = 64 * KIB;
	run.result.last.rss_rollup = SAMPLE_MISSING;
	run.workload_result.filled = run.result.last;
	run.result.baseline.rss_rollup = SAMPLE_MISSING;
	verdict = decide(&run);
	tap_is(verdict.exit_status, 1, "an expected end does not make up for --verify");
	tap_has(verdict.err.message, "not verified", "it says which of them was not met");
}

static void test_expect_message(void)
{
	struct run run = make_run(STOP_DONE, "oom");
	struct verdict verdict = decide(&run);

	tap_has(verdict.err.message, "expected oom, but the run ended as completed",
		"both ends are in the sentence");
	run = make_run(STOP_DIED, "ok");
	run.scene = find_scene("v2, own limit");
	verdict = decide(&run);
	tap_has(verdict.err.message, "OOM-killed", "what happened stays the message");
	tap_has(verdict.err.hint, "expected ok, but the run ended as oom-sandbox",
		"what was expected comes second");
	tap_ok(!strstr(verdict.err.message, "exit status 137"), "and no exit status but its own");
}

/* A run in a sandbox whose memory.high was reached from BEFORE to AFTER times. */
static struct verdict throttle(uint64_t before, uint64_t after, bool alone, bool known)
{
	struct run run = make_run(STOP_DONE, NULL);
	struct oom_monitor_level level =
		{ .version = 2, .name = (char[]){ BOX }, .pressure = 8507 };
	struct oom_evidence oom_evidence = { .levels = &level, .count = 1, .alone = alone };
	struct sandbox_spec sandbox = { .limit = 64 * MIB, .high = 16 * MIB };
	struct verdict_evidence evidence = {
		.workload = &run.workload, .result = &run.result,
		.workload_result = &run.workload_result, .machine = &run.machine,
		.touch = 64 * KIB, .oom_evidence = &oom_evidence, .sandbox = &sandbox,
	};
	struct verdict verdict;

	level.before = (struct cgroup_events){ .known = true, .high = before };
	level.after = (struct cgroup_events){ .known = known, .high = known ? after : 0 };
	verdict_decide(&evidence, &verdict);
	verdict.oom_evidence = NULL;
	return verdict;
}

static void test_throttling(void)
{
	struct verdict verdict = throttle(0, 391, true, true);

	tap_ok(verdict.outcome == OUTCOME_COMPLETED && verdict.exit_status == 0,
	       "throttling is an end like any other");
	tap_has(verdict.summary, "memory.high 391 times", "the summary tells it");
	tap_has(verdict.summary, "slow, not hung", "and that it is no hang");
	tap_has(verdict.summary, "85.07 %", "with the share of time");
	tap_ok(has_evidence(&verdict, "high went up by 391") && has_evidence(&verdict, "85.07 %"),
	       "so does the evidence");
	tap_is((int64_t)verdict.limit, (int64_t)(64 * MIB), "the sandbox's limit is on record");
	tap_ok(!strstr(throttle(391, 391, true, true).summary, "Throttled"), "no rise, no throttling");
	tap_has(throttle(100, 391, true, true).summary, "291 times", "only the rise counts");
	tap_ok(!strstr(throttle(0, 391, false, true).summary, "Throttled"),
	       "in a shared cgroup others may be throttled");
	verdict = throttle(5, 0, true, false);
	tap_ok(!strstr(verdict.summary, "Throttled"),
	       "a counter that cannot be read any more has not wrapped around");
}

static void test_no_sandbox(void)
{
	struct run run = make_run(STOP_DONE, NULL);
	struct verdict verdict = decide(&run);

	tap_ok(verdict.limit == SAMPLE_MISSING && !verdict.oom_evidence,
	       "without a sandbox there is no limit and no counter");
}

static void test_signal_names(void)
{
	static const struct { int number; const char *name; } names[] = {
		{ 1, "SIGHUP" }, { SIGKILL, "SIGKILL" }, { SIGABRT, "SIGABRT" },
		{ SIGFPE, "SIGFPE" }, { SIGSYS, "SIGSYS" }, { SIGXFSZ, "SIGXFSZ" },
		{ SIGPIPE, "SIGPIPE" }, { 0, "a signal without a name" },
		{ 32, "a signal without a name" }, { 65, "a signal without a name" },
		{ -1, "a signal without a name" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		tap_is_text(verdict_signal_name(names[i].number), names[i].name, "a signal's name");
	for (int number = 1; number <= SIGRTMAX; number++)
		tap_ok(number == 32 || number == 33 ||
		       !strncmp(verdict_signal_name(number), "SIG", 3), "signal %d has one", number);
	tap_is_text(verdict_signal_name(SIGRTMIN), "SIGRTMIN", "the first real-time signal");
	tap_is_text(verdict_signal_name(SIGRTMIN + 1), "SIGRTMIN+1", "the second");
	tap_is_text(verdict_signal_name(SIGRTMIN + 17), "SIGRTMIN+17", "another");
	tap_is_text(verdict_signal_name(SIGRTMIN + 29), "SIGRTMIN+29", "another");
	tap_is_text(verdict_signal_name(SIGRTMAX), "SIGRTMIN+30", "the last one");
}

int main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(scenes); i++) {
		check_scene(&scenes[i]);
		check_sentence(&scenes[i]);
	}
	test_signals();
	test_unwatched();
	test_texts();
	test_hints();
	test_sizes();
	test_silence();
	test_no_record();
	test_other_signals();
	test_long_names();
	test_deep();
	test_expectation_parse();
	test_expect();
	test_expect_verify();
	test_expect_message();
	test_throttling();
	test_no_sandbox();
	test_signal_names();
	return tap_done();
}
