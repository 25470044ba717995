/* SPDX-License-Identifier: GPL-2.0-or-later */
/* events.c - counters of cgroups, ranks of processes, sandbox directories, and UTF-8 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "../tap.h"
#include "lib/utf8.h"
#include "proc/cgroup-counters.h"
#include "proc/process.h"
#include "sandbox/sandbox.h"
#include "tree-maker.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define FFFD "\xef\xbf\xbd"

/* memory.events and memory.events.local as kernels wrote them. */
static const struct {
	const char *name, *events, *local;	/* local NULL: no such file */
	uint64_t oom_kill, high, max, oom, local_oom, local_oom_kill;
} v2_cases[] = {
	{ "own limit, 6.1",
	  "low 0\nhigh 0\nmax 35\noom 1\noom_kill 1\noom_group_kill 0\n",
	  "low 0\nhigh 0\nmax 35\noom 1\noom_kill 1\noom_group_kill 0\n", 1, 0, 35, 1, 1, 1 },
	{ "memory.oom.group", "low 0\nhigh 0\nmax 35\noom 1\noom_kill 2\noom_group_kill 1\n",
	  "low 0\nhigh 0\nmax 35\noom 1\noom_kill 2\noom_group_kill 1\n", 2, 0, 35, 1, 1, 2 },
	{ "limit at the parent, the child",
	  "low 0\nhigh 0\nmax 0\noom 0\noom_kill 1\n", "low 0\nhigh 0\nmax 0\noom 0\noom_kill 1\n",
	  1, 0, 0, 0, 0, 1 },
	{ "limit at the parent, the parent",
	  "low 0\nhigh 0\nmax 9\noom 1\noom_kill 1\n", "low 0\nhigh 0\nmax 9\noom 1\noom_kill 0\n",
	  1, 0, 9, 1, 1, 0 },
	{ "memory.high", "low 0\nhigh 391\nmax 0\noom 0\noom_kill 0\n",
	  "low 0\nhigh 391\nmax 0\noom 0\noom_kill 0\n", 0, 391, 0, 0, 0, 0 },
	{ "keys in another order, one unknown", "oom_kill 7\nsock_throttled 9\noom 3\nhigh 2\n",
	  "oom_kill 5\noom 4\n", 7, 2, 0, 3, 4, 5 },
	{ "all that fits", "high 18446744073709551615\noom_kill 18446744073709551615\n", "oom 1\n",
	  UINT64_MAX, UINT64_MAX, 0, 0, 1, 0 },
	{ "empty files", "", "", 0, 0, 0, 0, 0, 0 },
	{ "garbage", "oom_kill many\nhigh -1\nmax\noom  \n",
	  "oom x\noom_kill 99999999999999999999\n", 0, 0, 0, 0, 0, 0 },
	{ "oom_kill alone is not oom", "oom_kill 3\noom_group_kill 4\n", "oom_kill 3\n", 3, 0, 0,
	  0, 0, 3 },
};

static void check_v2(size_t i, const struct cgroup_events *events, const char *how)
{
	tap_ok(events->known && events->has_local == (v2_cases[i].local != NULL),
	       "%s, %s: known", v2_cases[i].name, how);
	tap_ok(events->oom_kill == v2_cases[i].oom_kill && events->high == v2_cases[i].high &&
	       events->max == v2_cases[i].max && events->oom == v2_cases[i].oom,
	       "%s, %s: memory.events", v2_cases[i].name, how);
	tap_ok(events->local_oom == v2_cases[i].local_oom &&
	       events->local_oom_kill == v2_cases[i].local_oom_kill,
	       "%s, %s: memory.events.local", v2_cases[i].name, how);
}

static void test_v2(void)
{
	struct cgroup_level level = { 2, (char[]){ "/c" }, (char[]){ "/c" } };

	for (size_t i = 0; i < ARRAY_SIZE(v2_cases); i++) {
		struct tree tree = make_tree();
		struct cgroup_events events;

		memset(&events, 0x5a, sizeof(events));
		cgroup_events_parse_v2(v2_cases[i].events, v2_cases[i].local, &events);
		check_v2(i, &events, "parsed");
		put(&tree, "/c/memory.events", v2_cases[i].events);
		put(&tree, "/c/memory.events.local", v2_cases[i].local);
		if (!*v2_cases[i].events || !*v2_cases[i].local) {
			remove_tree(&tree);
			continue;
		}
		memset(&events, 0x5a, sizeof(events));
		cgroup_events_read(&tree.root, &level, &events);
		check_v2(i, &events, "read");
		remove_tree(&tree);
	}
}

/* Before 5.2 memory.events was local, and there was no other file. */
static void test_no_local(void)
{
	struct cgroup_level level = { 2, (char[]){ "/c" }, (char[]){ "/c" } };
	struct tree tree = make_tree();
	struct cgroup_events events;

	memset(&events, 0x5a, sizeof(events));
	put(&tree, "/c/memory.events", "low 0\nhigh 0\nmax 35\noom 1\noom_kill 1\n");
	cgroup_events_read(&tree.root, &level, &events);
	tap_ok(events.known && !events.has_local && events.oom_kill == 1 && events.max == 35,
	       "without memory.events.local memory.events is read");
	tap_ok(events.local_oom == 1 && events.local_oom_kill == 1,
	       "it is the local one then: kernel commit 9852ae3fe529");
	remove_tree(&tree);
}

/* memory.oom_control of v1. */
static const struct {
	const char *text;
	bool known;
	uint64_t oom_kill;
} v1_cases[] = {
	{ "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n", true, 1 },
	{ "oom_kill_disable 1\nunder_oom 1\noom_kill 0\n", true, 0 },
	{ "oom_kill_disable 0\nunder_oom 0\noom_kill 0", true, 0 },
	/* Before 4.13 nothing was counted. */
	{ "oom_kill_disable 0\nunder_oom 0\n", false, 0 }, { "", false, 0 },
	{ "oom_kill_disable 1\n", false, 0 }, { "oom_kill x\n", false, 0 },
	{ "xoom_kill 5\n", false, 0 },
};

static void test_v1(void)
{
	struct cgroup_level level = { 1, (char[]){ "/c" }, (char[]){ "/c" } };

	for (size_t i = 0; i < ARRAY_SIZE(v1_cases); i++) {
		struct tree tree = make_tree();
		struct cgroup_events events, read;

		memset(&events, 0x5a, sizeof(events));
		memset(&read, 0x5a, sizeof(read));
		cgroup_events_parse_v1(v1_cases[i].text, &events);
		put(&tree, "/c/memory.oom_control", v1_cases[i].text);
		put(&tree, "/c/memory.events", "oom_kill 9\n");
		cgroup_events_read(&tree.root, &level, &read);
		tap_ok(events.known == v1_cases[i].known && read.known == events.known,
		       "v1 case %zu: known", i);
		tap_ok(events.oom_kill == v1_cases[i].oom_kill && !events.high && !events.oom &&
		       read.oom_kill == events.oom_kill, "v1 case %zu: oom_kill", i);
		remove_tree(&tree);
	}
}

/* A root cgroup of v2 has no memory.events; nothing is known then, nothing is wrong. */
static void test_missing(void)
{
	struct cgroup_level level = { 2, (char[]){ "/c" }, (char[]){ "/c" } };
	struct tree tree = make_tree();
	struct cgroup_events events;
	struct cgroup_peak peak = { 0 };
	unsigned pressure = 42;

	memset(&events, 0x5a, sizeof(events));
	put(&tree, "/c/cgroup.procs", "1\n");
	cgroup_events_read(&tree.root, &level, &events);
	tap_ok(!events.known && !events.oom_kill && !events.high, "v2 without files: not known");
	cgroup_peak_read(&tree.root, &level, &peak);
	tap_ok(peak.peak == CGROUP_UNLIMITED && peak.limit == CGROUP_UNLIMITED,
	       "no peak and no limit");
	tap_is(cgroup_pressure_read(&tree.root, &level, &pressure), -ENOENT, "no pressure");
	tap_is(pressure, 42, "it is left alone");
	level.version = 1;
	memset(&events, 0x5a, sizeof(events));
	cgroup_events_read(&tree.root, &level, &events);
	tap_ok(!events.known && !events.oom_kill, "v1 without files: not known");
	put(&tree, "/c/memory.events.local", "oom 1\n");
	level.version = 2;
	cgroup_events_read(&tree.root, &level, &events);
	tap_ok(!events.known && !events.local_oom, "memory.events.local alone is nothing");
	remove_tree(&tree);
}

/* What a level held at most, and its limit. */
static const struct {
	int version;
	const char *peak, *limit, *usage;	/* NULL: no such file */
	uint64_t wanted_peak, wanted_limit;
} peak_cases[] = {
	{ 2, "67108864\n", "67108864\n", "4096\n", 67108864, 67108864 },
	{ 2, NULL, "67108864\n", "4096\n", CGROUP_UNLIMITED, 67108864 },	/* before 5.19 */
	{ 2, "4096\n", "max\n", "4096\n", 4096, CGROUP_UNLIMITED },
	{ 2, "x\n", "x\n", "4096\n", CGROUP_UNLIMITED, CGROUP_UNLIMITED },
	{ 1, "67108864\n", "67108864\n", "4096\n", 67108864, 67108864 },
	{ 1, "4096\n", "9223372036854771712\n", "4096\n", 4096, CGROUP_UNLIMITED },
};

static void test_peaks(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(peak_cases); i++) {
		bool first = peak_cases[i].version == 1;
		struct cgroup_level level = { peak_cases[i].version, (char[]){ "/c" },
					      (char[]){ "/c" } };
		struct tree tree = make_tree();
		struct cgroup_peak peak = { 0 };

		put(&tree, first ? "/c/memory.usage_in_bytes" : "/c/memory.current",
		    peak_cases[i].usage);
		put(&tree, first ? "/c/memory.limit_in_bytes" : "/c/memory.max",
		    peak_cases[i].limit);
		if (peak_cases[i].peak)
			put(&tree, first ? "/c/memory.max_usage_in_bytes" : "/c/memory.peak",
			    peak_cases[i].peak);
		cgroup_peak_read(&tree.root, &level, &peak);
		tap_ok(peak.peak == peak_cases[i].wanted_peak, "peak case %zu: peak", i);
		tap_ok(peak.limit == peak_cases[i].wanted_limit, "peak case %zu: limit", i);
		remove_tree(&tree);
	}
}

/* A process is throttled at memory.high and dies at memory.max: a verdict is about the second. */
static void test_limit_and_high(void)
{
	struct cgroup_level level = { 2, (char[]){ "/c" }, (char[]){ "/c" } };
	struct tree tree = make_tree();
	struct cgroup_peak peak = { 0 };

	put(&tree, "/c/memory.current", "4096\n");
	put(&tree, "/c/memory.max", "67108864\n");
	put(&tree, "/c/memory.high", "16777216\n");
	cgroup_peak_read(&tree.root, &level, &peak);
	tap_is((int64_t)peak.limit, 67108864, "memory.high is no limit that anybody dies at");
	remove_tree(&tree);
}

static const struct {
	const char *text;
	int result;
	unsigned permyriad;
} pressures[] = {
	{ "some avg10=90.10 avg60=1.00 avg300=2.00 total=5\n"
	  "full avg10=85.07 avg60=3.00 avg300=4.00 total=6\n", 0, 8507 },
	{ "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"
	  "full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n", 0, 0 },
	{ "full avg10=100.00 avg60=0.00", 0, 10000 }, { "full avg10=0.09 avg60=0.00", 0, 9 },
	{ "some avg10=1.00 avg60=0.00 avg300=0.00 total=0\n", -EINVAL, 42 },
	{ "", -EINVAL, 42 }, { "full avg10=\n", -EINVAL, 42 },
	{ "full avg10=x.yz\n", -EINVAL, 42 },
	{ "full avg10=5\n", -EINVAL, 42 },
};

static void test_pressure(void)
{
	struct cgroup_level level = { 2, (char[]){ "/c" }, (char[]){ "/c" } };
	struct tree tree = make_tree();

	for (size_t i = 0; i < ARRAY_SIZE(pressures); i++) {
		unsigned permyriad = 42;

		put(&tree, "/c/memory.pressure", pressures[i].text);
		tap_is(cgroup_pressure_read(&tree.root, &level, &permyriad), pressures[i].result,
		       "memory.pressure");
		tap_is(permyriad, pressures[i].permyriad, "full avg10 in hundredths");
	}
	remove_tree(&tree);
}

/* A directory too deep for any file name is not read, and not cut to another one. */
static void test_deep_level(void)
{
	static char directory[CGROUP_PATH_MAX + 100];
	struct cgroup_level level = { 2, directory, directory };
	struct tree tree = make_tree();
	struct cgroup_events events = { .known = true };
	unsigned pressure;

	memset(directory, 'a', sizeof(directory) - 1);
	cgroup_events_read(&tree.root, &level, &events);
	tap_ok(!events.known, "a path that is too long: not known");
	tap_is(cgroup_pressure_read(&tree.root, &level, &pressure), -ENAMETOOLONG,
	       "nor its pressure");
	remove_tree(&tree);
}

/* Processes of a machine: pid, oom_score, comm. */
static const struct {
	const char *pid, *score, *comm;	/* NULL: no such file */
} processes[] = {
	{ "1", "0\n", "init\n" }, { "7", "666\n", "cupsd\n" }, { "42", "1334\n", "chromium\n" },
	{ "100", "800\n", "a\x1b[2Jb\nc'\xff\n" }, { "101", "1334\n", "chromium\n" },
	{ "102", "12\n", NULL }, { "103", NULL, "gone\n" }, { "104", "x\n", "odd\n" },
	{ "105", "-5\n", "odd\n" }, { "self", "2000\n", "self\n" }, { "irq", "2000\n", "irq\n" },
};

static struct tree make_processes(void)
{
	struct tree tree = make_tree();
	char path[64];

	put(&tree, "/proc/uptime", "1 1\n");
	for (size_t i = 0; i < ARRAY_SIZE(processes); i++) {
		snprintf(path, sizeof(path), "/proc/%s/oom_score", processes[i].pid);
		if (processes[i].score)
			put(&tree, path, processes[i].score);
		snprintf(path, sizeof(path), "/proc/%s/comm", processes[i].pid);
		if (processes[i].comm)
			put(&tree, path, processes[i].comm);
	}
	return tree;
}

static void test_tasks(void)
{
	struct task_score scores[8];
	struct tree tree = make_processes();

	tap_is(tasks_by_oom_score(&tree.root, scores, 8), 6, "all processes with a score");
	tap_ok(scores[0].score == 1334 && scores[1].score == 1334 && scores[2].score == 800 &&
	       scores[3].score == 666 && scores[4].score == 12 && scores[5].score == 0,
	       "the highest come first");
	tap_ok(scores[0].pid + scores[1].pid == 143 && scores[3].pid == 7 && scores[5].pid == 1,
	       "each with its pid");
	tap_is_text(scores[0].comm, "chromium", "and its name");
	tap_is_text(scores[2].comm, "a\\x1b[2Jb", "a hostile name is harmless, and one line");
	tap_is_text(scores[4].comm, "", "a name that cannot be read is empty");
	remove_tree(&tree);
}

/* Fewer places than processes, whatever the order in which they are found. */
static void test_few_places(void)
{
	struct tree tree = make_processes();

	for (size_t places = 0; places <= 3; places++) {
		struct task_score *scores = malloc(4 * sizeof(*scores));

		if (!scores)
			bail_out("allocate", "scores");
		memset(scores, 0x5a, 4 * sizeof(*scores));
		tap_is(tasks_by_oom_score(&tree.root, scores, places), (int64_t)places,
		       "as many as there is room for");
		if (places > 0)
			tap_is((int64_t)scores[0].score, 1334, "the highest are kept");
		tap_ok(scores[places].score == UINT64_C(0x5a5a5a5a5a5a5a5a),
		       "nothing is written behind %zu places", places);
		free(scores);
	}
	remove_tree(&tree);
}

static void test_no_proc(void)
{
	struct task_score scores[1];
	struct tree tree = make_tree();

	tap_is(tasks_by_oom_score(&tree.root, scores, 1), -ENOENT, "no /proc is an error");
	put(&tree, "/proc", "a file");
	tap_is(tasks_by_oom_score(&tree.root, scores, 1), -ENOTDIR, "so is one that is a file");
	remove_tree(&tree);
}

static int open_directory(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		bail_out("open", path);
	return fd;
}

static bool exists(int parent, const char *name)
{
	struct stat status;

	return fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

static void test_make(void)
{
	struct tree tree = make_tree();
	int parent = open_directory(tree.path), fd, second, other;
	char name[SANDBOX_NAME_MAX] = "", again[SANDBOX_NAME_MAX] = "";

	fd = sandbox_dir_make(parent, "pagetouch-", name);
	tap_ok(fd >= 0 && exists(parent, name), "a directory is made");
	tap_ok(!strncmp(name, "pagetouch-", 10) && strlen(name) == 26 &&
	       strspn(name + 10, "0123456789abcdef") == 16, "its name is random: %s", name);
	second = sandbox_dir_make(parent, "pagetouch-", again);
	tap_ok(second >= 0 && strcmp(name, again) != 0, "the next one has another: %s", again);
	other = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	tap_ok(flock(other, LOCK_EX | LOCK_NB) < 0, "it is locked");
	tap_ok(fcntl(fd, F_GETFD) & FD_CLOEXEC, "no program inherits the lock");
	close(fd);
	tap_ok(flock(other, LOCK_EX | LOCK_NB) == 0, "the lock ends with its descriptor");
	close(other);
	close(second);
	tap_is(sandbox_dir_make(parent, "no/such", name), -ENOENT,
	       "one that cannot be is an error");
	close(parent);
	remove_tree(&tree);
}

/* Without a descriptor for it, the new directory goes again. */
static void test_make_undone(void)
{
	struct rlimit before, few;
	struct tree tree = make_tree();
	int parent = open_directory(tree.path), r;
	char name[SANDBOX_NAME_MAX];

	getrlimit(RLIMIT_NOFILE, &before);
	few = before;
	few.rlim_cur = (rlim_t)parent + 1;
	setrlimit(RLIMIT_NOFILE, &few);
	r = sandbox_dir_make(parent, "pagetouch-", name);
	setrlimit(RLIMIT_NOFILE, &before);
	tap_is(r, -EMFILE, "a directory that cannot be opened is an error");
	tap_is(unlinkat(AT_FDCWD, tree.path, AT_REMOVEDIR), 0, "and nothing is left of it");
	close(parent);
	root_close(&tree.root);
}

static void test_remove(void)
{
	struct tree tree = make_tree();
	int parent = open_directory(tree.path);

	put(&tree, "/pagetouch-2/file", "");
	put(&tree, "/pagetouch-3", "");
	mkdirat(parent, "pagetouch-1", 0755);
	tap_is(sandbox_dir_remove(parent, "pagetouch-1"), 0, "a directory is removed");
	tap_ok(!exists(parent, "pagetouch-1"), "it is gone");
	tap_is(sandbox_dir_remove(parent, "pagetouch-1"), 0, "one that is gone needs no removing");
	tap_is(sandbox_dir_remove(parent, "pagetouch-2"), -ENOTEMPTY, "what is full stays");
	tap_is(sandbox_dir_remove(parent, "pagetouch-3"), -ENOTDIR, "what is no directory stays");
	tap_ok(exists(parent, "pagetouch-2") && exists(parent, "pagetouch-3"), "both are there");
	close(parent);
	remove_tree(&tree);
}

/* What stays in a sweep: no name of ours, or no mark. */
static const char *const not_ours[] = {
	"other", "pagetouch", "pagetouch-", "pagetouch-7", "pagetouch-observer-7",
	"pagetouch-0123456789abcdef", "pagetouch-observer-0123456789abcdef",
	"xpagetouch-0123456789abcdef", "pagetouch-0123456789ABCDEF",
	"pagetouch-0123456789abcde", "pagetouch-0123456789abcdef0",
	"pagetouch-0123456789abcdef.scope",
};

static void test_sweep(void)
{
	char locked_name[SANDBOX_NAME_MAX], stale[SANDBOX_NAME_MAX], observer[SANDBOX_NAME_MAX];
	struct tree tree = make_tree();
	int parent = open_directory(tree.path), locked, fd;
	bool marks = fsetxattr(parent, "user.test", "1", 1, 0) == 0;

	locked = sandbox_dir_make(parent, "pagetouch-", locked_name);
	close(sandbox_dir_make(parent, "pagetouch-", stale));
	close(sandbox_dir_make(parent, "pagetouch-observer-", observer));
	for (size_t i = 0; i < sizeof(not_ours) / sizeof(not_ours[0]); i++)
		mkdirat(parent, not_ours[i], 0755);
	put(&tree, "/pagetouch-1123456789abcdef", "a file");
	put(&tree, "/elsewhere/file", "");
	tap_ok(symlinkat("elsewhere", parent, "pagetouch-2123456789abcdef") == 0,
	       "a symbolic link is made");
	/* A marked name that has a mark of somebody else's making, but no name of ours. */
	fd = openat(parent, "pagetouch-7", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fsetxattr(fd, "user.pagetouch", "1", 1, 0);
	close(fd);
	tap_is(sandbox_dir_sweep(parent), 0, "a sweep");
	if (marks)
		tap_ok(!exists(parent, stale) && !exists(parent, observer),
		       "what earlier runs left is removed");
	else
		tap_skip("what earlier runs left is removed", "no extended attributes here");
	tap_ok(exists(parent, locked_name), "what a living run has locked stays");
	for (size_t i = 0; i < sizeof(not_ours) / sizeof(not_ours[0]); i++)
		tap_ok(exists(parent, not_ours[i]), "%s stays", not_ours[i]);
	tap_ok(exists(parent, "pagetouch-1123456789abcdef") &&
	       exists(parent, "pagetouch-2123456789abcdef") && exists(parent, "elsewhere"),
	       "files and links stay");
	close(locked);
	sandbox_dir_sweep(parent);
	tap_ok(!marks || !exists(parent, locked_name), "without its lock it does not");
	close(parent);
	remove_tree(&tree);
}

/* A child that waits to be killed. */
static pid_t make_child(void)
{
	pid_t child = fork();

	if (child < 0)
		bail_out("fork", "a child");
	if (child == 0) {
		alarm(60);
		for (;;)
			pause();
	}
	return child;
}

/* A child of a child of ours, which both wait to be killed. */
static pid_t make_grandchild(pid_t *ret_child)
{
	int results[2];
	pid_t pid = 0;

	if (pipe2(results, O_CLOEXEC) < 0 || (*ret_child = fork()) < 0)
		bail_out("fork", "a child");
	if (*ret_child == 0) {
		pid = make_child();
		if (write(results[1], &pid, sizeof(pid)) != sizeof(pid))
			_exit(1);
		alarm(60);
		for (;;)
			pause();
	}
	close(results[1]);
	if (read(results[0], &pid, sizeof(pid)) != sizeof(pid))
		bail_out("fork", "a grandchild");
	close(results[0]);
	return pid;
}

static void reap(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* cgroup.procs lists one of another pid namespace, this process, a child, and a stranger. */
static void test_kill(void)
{
	struct tree tree = make_tree();
	pid_t child = make_child(), spared = make_child(), between;
	pid_t stranger = make_grandchild(&between);
	int fd, status = 0;
	char list[sizeof(tree.path) + 64];

	snprintf(list, sizeof(list), "0\n%d\n%d\n%d\n", (int)getpid(), (int)stranger, (int)child);
	put(&tree, "/box/cgroup.procs", list);
	put(&tree, "/empty/file", "");
	snprintf(list, sizeof(list), "%s/box", tree.path);
	fd = open_directory(list);
	sandbox_dir_kill(fd, true);
	close(fd);
	tap_ok(waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
	       WTERMSIG(status) == SIGKILL, "a child that is listed is killed, this process not");
	tap_ok(waitpid(spared, &status, WNOHANG) == 0, "what is not listed lives");
	reap(between);
	tap_is(kill(stranger, 0), 0, "what is no child of ours lives");
	kill(stranger, SIGKILL);
	reap(spared);
	snprintf(list, sizeof(list), "%s/empty", tree.path);
	fd = open_directory(list);
	sandbox_dir_kill(fd, true);
	close(fd);
	tap_ok(true, "without a list nobody is killed");
	remove_tree(&tree);
}

static void test_files(void)
{
	struct tree tree = make_tree();
	char text[64] = "";
	int fd = open_directory(tree.path);

	put(&tree, "/memory.max", "max\n");
	tap_is(sandbox_dir_write_u64(fd, "memory.max", UINT64_MAX), 0, "a number is written");
	tap_is(root_read(&tree.root, "memory.max", text, sizeof(text)), 20, "and read");
	tap_is_text(text, "18446744073709551615", "as it was");
	tap_is(root_read(&tree.root, "memory.max", text, 20), -EFBIG, "what is long is refused");
	tap_is(sandbox_dir_write(fd, "memory.high", "1"), -ENOENT, "no file is made");
	tap_ok(!exists(fd, "memory.high"), "there is none");
	tap_is(root_read(&tree.root, "memory.high", text, sizeof(text)), -ENOENT, "none is read");
	close(fd);
	remove_tree(&tree);
}

static const struct {
	const char *text;	/* NULL: no such file */
	bool has;
} words[] = {
	{ "memory\n", true }, { "cpuset cpu io memory hugetlb pids rdma misc\n", true },
	{ "cpu memory", true }, { "memory cpu\n", true }, { "cpu memoryless\n", false },
	{ "cpu xmemory\n", false }, { "cpu pids\n", false }, { "\n", false }, { "", false },
	{ NULL, false },
};

static void test_words(void)
{
	struct tree tree = make_tree();
	int fd = open_directory(tree.path);

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (words[i].text)
			put(&tree, "/cgroup.controllers", words[i].text);
		else
			unlinkat(fd, "cgroup.controllers", 0);
		tap_ok(sandbox_dir_has_word(fd, "cgroup.controllers", "memory") == words[i].has,
		       "controllers, case %zu", i);
	}
	close(fd);
	remove_tree(&tree);
}

/* Bytes, and what they are repaired to; NULL: they are well-formed. */
static const struct {
	const char *text, *repaired;
} texts[] = {
	{ "", NULL }, { "plain\n\t\x7f", NULL }, { "caf\xc3\xa9", NULL },
	/* The first and the last of each length, and beside the surrogates. */
	{ "\xc2\x80", NULL }, { "\xdf\xbf", NULL }, { "\xe0\xa0\x80", NULL },
	{ "\xef\xbf\xbf", NULL }, { "\xf0\x90\x80\x80", NULL }, { "\xf4\x8f\xbf\xbf", NULL },
	{ "\xed\x9f\xbf", NULL }, { "\xee\x80\x80", NULL }, { FFFD, NULL },
	/* Bytes that begin nothing. */
	{ "\xff", FFFD }, { "\xfe", FFFD }, { "a\x80z", "a" FFFD "z" }, { "\xbf\xbf", FFFD FFFD },
	{ "\xf5\x80\x80\x80", FFFD FFFD FFFD FFFD },
	{ "\xf8\x88\x80\x80\x80", FFFD FFFD FFFD FFFD FFFD },
	/* Overlong forms. */
	{ "\xc0\xaf", FFFD FFFD }, { "\xc1\xbf", FFFD FFFD }, { "\xe0\x80\xaf", FFFD FFFD FFFD },
	{ "\xe0\x9f\xbf", FFFD FFFD FFFD }, { "\xf0\x80\x80\xaf", FFFD FFFD FFFD FFFD },
	{ "\xf0\x8f\xbf\xbf", FFFD FFFD FFFD FFFD },
	/* Surrogates. */
	{ "\xed\xa0\x80", FFFD FFFD FFFD }, { "\xed\xbf\xbf", FFFD FFFD FFFD },
	/* Above U+10FFFF. */
	{ "\xf4\x90\x80\x80", FFFD FFFD FFFD FFFD },
	/* Cut sequences: at the end, and before something else. */
	{ "\xc3", FFFD }, { "\xe2\x82", FFFD FFFD }, { "\xf0\x9f\x92", FFFD FFFD FFFD },
	{ "\xe2\x82x", FFFD FFFD "x" }, { "\xc3\xc3\xa9", FFFD "\xc3\xa9" },
	{ "\xe2\xe2\x82\xac", FFFD "\xe2\x82\xac" }, { "\xf0\x9f\x92/", FFFD FFFD FFFD "/" },
};

static void test_utf8(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		const char *wanted = texts[i].repaired ? texts[i].repaired : texts[i].text;
		char *text = strdup(texts[i].text);	/* of exactly its size */
		char *repaired = text ? utf8_repair(text) : NULL;

		if (repaired)
			tap_ok(!strcmp(repaired, wanted), "UTF-8 case %zu is %s", i,
			       texts[i].repaired ? "repaired" : "left alone");
		else
			tap_ok(false, "UTF-8 case %zu: out of memory", i);
		free(repaired);
		free(text);
	}
}

/* All pairs of bytes: what comes out is well-formed, so that a second repair changes nothing. */
static void test_utf8_pairs(void)
{
	bool stable = true;

	for (unsigned pair = 0x101; pair <= 0xffff; pair++) {
		char text[3] = { (char)(pair >> 8), (char)(pair & 0xff), '\0' };
		char *once = utf8_repair(text), *twice = once ? utf8_repair(once) : NULL;

		stable = stable && twice && !strcmp(once, twice);
		free(once);
		free(twice);
	}
	tap_ok(stable, "what was repaired needs no repair");
}

/* change BYTES: what a whole change of the limit comes to. */
static int change(const struct sandbox *sandbox, enum sandbox_bound bound, uint64_t bytes)
{
	struct limit_change change;
	struct pollfd end;
	int r = sandbox_limit_begin(sandbox, bound, bytes, &change);

	if (r < 0)
		return r;
	end = (struct pollfd){ .fd = change.pidfd, .events = POLLIN };
	poll(&end, 1, -1);
	return sandbox_limit_end(&change);
}

/* Files that are no cgroup's keep what was in them behind what is written. */
static void test_limit_v1(void)
{
	struct tree tree = make_tree();
	struct sandbox sandbox = { .version = 1, .swap = 1000000,
				   .fd = open_directory(tree.path) };
	char text[64];

	tap_is(change(&sandbox, SANDBOX_LIMIT, 7000000), -ENOENT,
	       "no file to write to is an error");
	put(&tree, "/memory.limit_in_bytes", "5000000");
	tap_is(change(&sandbox, SANDBOX_LIMIT, 7000000), 0, "v1 without swap accounting");
	tap_is((int64_t)sandbox_limit_read(&sandbox), 7000000, "its limit");
	put(&tree, "/memory.memsw.limit_in_bytes", "6000000");
	put(&tree, "/memory.max_usage_in_bytes", "8000000");
	tap_is(change(&sandbox, SANDBOX_LIMIT, 3000000), 0, "v1, lowered");
	root_read(&tree.root, "memory.memsw.limit_in_bytes", text, sizeof(text));
	tap_is_text(text, "4000000", "memory and swap together");
	root_read(&tree.root, "memory.max_usage_in_bytes", text, sizeof(text));
	tap_is_text(text, "0000000", "the peak begins anew");
	put(&tree, "/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n");
	tap_is((int64_t)sandbox_kills(&sandbox), 3, "kills");
	unlinkat(sandbox.fd, "memory.memsw.limit_in_bytes", 0);
	put(&tree, "/memory.memsw.limit_in_bytes/no", "");
	tap_is(change(&sandbox, SANDBOX_LIMIT, 2000000), -EISDIR, "memory and swap, refused");
	tap_is((int64_t)sandbox_limit_read(&sandbox), 3000000, "leave the limit that was there");
	tap_is(change(&sandbox, SANDBOX_LIMIT, 4000000), -EISDIR, "the same when it is raised");
	tap_is((int64_t)sandbox_limit_read(&sandbox), 3000000, "which is done second");
	close(sandbox.fd);
	remove_tree(&tree);
}

/* Opening a FIFO nobody reads takes as long as reclaiming may. */
static void test_limit_v2(void)
{
	struct tree tree = make_tree();
	struct sandbox sandbox = { .version = 2, .fd = open_directory(tree.path) };
	struct limit_change under_way;

	tap_ok(sandbox_limit_read(&sandbox) == CGROUP_UNLIMITED && !sandbox_kills(&sandbox),
	       "nothing to read");
	put(&tree, "/memory.max", "max\n");
	tap_ok(sandbox_limit_read(&sandbox) == CGROUP_UNLIMITED, "no limit");
	tap_is(change(&sandbox, SANDBOX_LIMIT, 3000), 0, "v2");
	tap_is((int64_t)sandbox_limit_read(&sandbox), 3000, "its limit");
	put(&tree, "/memory.high", "max\n");
	tap_is(change(&sandbox, SANDBOX_HIGH, 2000), 0, "memory.high");
	tap_is((int64_t)sandbox_limit_read(&sandbox), 3000, "is another");
	put(&tree, "/memory.events",
	    "low 0\nhigh 5\nmax 7\noom 1\noom_kill 2\noom_group_kill 0\n");
	tap_is((int64_t)sandbox_kills(&sandbox), 2, "kills");
	unlinkat(sandbox.fd, "memory.high", 0);
	mkfifoat(sandbox.fd, "memory.high", 0600);
	tap_is(sandbox_limit_begin(&sandbox, SANDBOX_HIGH, 1000, &under_way), 0,
	       "one that takes long");
	tap_is(sandbox_limit_end(&under_way), -EINTR, "is ended");
	tap_ok(kill(under_way.writer, 0) < 0 && errno == ESRCH, "and nobody is left of it");
	close(sandbox.fd);
	remove_tree(&tree);
}

int main(void)
{
	const char *sanitizer = getenv("PAGETOUCH_SANITIZED");

	test_v2();
	test_no_local();
	test_v1();
	test_missing();
	test_peaks();
	test_limit_and_high();
	test_pressure();
	test_deep_level();
	test_tasks();
	test_few_places();
	test_no_proc();
	test_make();
	test_make_undone();
	test_remove();
	test_sweep();
	test_kill();
	test_files();
	test_words();
	if (sanitizer && !strcmp(sanitizer, "valgrind")) {
		tap_skip("changing a limit", "this valgrind has no pidfd_open(2)");
	} else {
		test_limit_v1();
		test_limit_v2();
	}
	test_utf8();
	test_utf8_pairs();
	return tap_done();
}
