/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tree.c - which processes are followed together, in made trees of /proc and of cgroups */
#include <config.h>

#include <errno.h>

#include "../tap.h"
#include "lib/macros.h"
#include "monitor/tree-sampler.h"
#include "proc/tree.h"
#include "proc/unit.h"
#include "tree-maker.h"

static const struct {
	const char *text, *comm;
	int64_t minflt, majflt, ticks, start;
	bool valid, zombie, unexecuted;
} stats[] = {
	{ "7 (sh) S 1 7 7 0 -1 4194304 10 200 3 40 5 6 70 80 20 0 1 0 999 1 2", "sh",
	  210, 43, 161, 999, true, false, false },
	{ "7 (a) b) (c) R 1 7 7 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 5 1 2", "a) b) (c",
	  1, 0, 0, 5, true, false, false },
	{ "7 () Z 1 7 7 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 5 0 0", "", 3, 7, 26, 5, true, true,
	  false },
	{ "7 (two\nlines) S 1 7 7 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 5 1 2",
	  "two\nlines", 0, 0, 0, 5, true, false, false },
	{ "7 (fork) S 1 7 7 0 -1 4194368 0 0 0 0 0 0 0 0 20 0 1 0 5 1 2", "fork", 0, 0, 0, 5, true,
	  false, true },
	{ "7 (short) S 1 7 7 0", NULL, 0, 0, 0, 0, false, false, false },
	{ "7 no name S 1 7 7 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 5", NULL, 0, 0, 0, 0, false,
	  false, false },
	{ "", NULL, 0, 0, 0, 0, false, false, false },
};

static void test_stat(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(stats); i++) {
		struct tree_process process = { 0 };
		int r = tree_parse_stat(stats[i].text, &process);

		tap_is(r, stats[i].valid ? 0 : -EINVAL, stats[i].valid ? "a stat" : "no stat");
		if (r < 0)
			continue;
		tap_is_text(process.comm, stats[i].comm, "its name");
		tap_is((int64_t)process.minflt, stats[i].minflt, "minor faults, waited-for ones too");
		tap_is((int64_t)process.majflt, stats[i].majflt, "major faults");
		tap_is((int64_t)process.ticks, stats[i].ticks, "processor time");
		tap_is((int64_t)process.start, stats[i].start, "when it was started");
		tap_ok(process.zombie == stats[i].zombie, "whether it has ended");
		tap_ok(process.unexecuted == stats[i].unexecuted, "whether it has called execve");
	}
}

/* Puts a process into TREE whose thread THREAD, its first or its second, has CHILDREN. */
static void put_process(const struct tree *tree, int pid, int start, int thread,
			const char *children)
{
	char path[64], text[256];

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	snprintf(text, sizeof(text), "%d (p%d) S 1 7 7 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 %d 0 %d 1",
		 pid, pid, thread == pid ? 1 : 2, start);
	put(tree, path, text);
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, thread);
	put(tree, path, children);
}

/* The pids of PROCESSES, in order, with blanks behind them. */
static const char *pids_of(const struct process_tree *processes, char text[static 256])
{
	int used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < processes->count; i++)
		used += snprintf(text + used, 256 - (size_t)used, "%d ",
				 (int)processes->processes[i].pid);
	return text;
}

static void test_descendants(void)
{
	struct tree tree = make_tree();
	struct process_tree processes = { 0 };
	char text[256];

	put_process(&tree, 10, 100, 10, "11 12 ");
	put_process(&tree, 11, 101, 11, "");
	put_process(&tree, 12, 102, 12, "13 ");
	put_process(&tree, 12, 102, 99, "14 15 ");
	put_process(&tree, 13, 103, 13, "");
	put_process(&tree, 14, 104, 14, "");
	put_process(&tree, 20, 200, 20, "");
	tap_is(tree_read_descendants(&tree.root, 10, true, &processes), 0, "a tree");
	pids_of(&processes, text);
	tap_ok(processes.count == 5 && tree_find(&processes, 10) && tree_find(&processes, 11) &&
	       tree_find(&processes, 12) && tree_find(&processes, 13) && tree_find(&processes, 14),
	       "has all that descend from it, also from a second thread: %s", text);
	tap_ok(!tree_find(&processes, 20), "and nobody else");
	tap_ok(!tree_find(&processes, 15), "nor who has gone meanwhile");
	tree_free(&processes);
	tap_is(tree_read_descendants(&tree.root, 10, false, &processes), 0, "all below");
	tap_ok(processes.count == 4 && !tree_find(&processes, 10), "are without the first");

	/* 12 ends: its children have another parent, and a new process gets its pid. */
	put_process(&tree, 12, 555, 12, "");
	put_process(&tree, 12, 555, 99, "");
	put_process(&tree, 10, 100, 10, "11 ");
	tap_is(tree_read_descendants(&tree.root, 10, false, &processes), 0, "a later reading");
	tap_ok(processes.count == 3 && tree_find(&processes, 11) && tree_find(&processes, 13) &&
	       tree_find(&processes, 14),
	       "keeps the orphans, and has not the stranger with the old pid: %s",
	       pids_of(&processes, text));
	/* By now their files are kept open. */
	put_process(&tree, 11, 101, 11, "16 ");
	put_process(&tree, 16, 106, 16, "");
	put_process(&tree, 14, 666, 14, "");
	tap_is((int64_t)processes.kept, 3, "the files of those who stay are kept open");
	tap_is(tree_read_descendants(&tree.root, 10, false, &processes), 0, "by which");
	tap_is_text(pids_of(&processes, text), "11 13 16 ", "a child is found, and who has gone is not");
	tap_is((int64_t)processes.kept, 2, "whose files are closed");
	tree_free(&processes);
	tap_is((int64_t)processes.kept, 0, "as all are in the end");
	processes.left_out = 16;
	tap_is(tree_read_descendants(&tree.root, 11, true, &processes), 0, "a child that is left out");
	tap_is_text(pids_of(&processes, text), "11 ", "is not found");
	tree_free(&processes);
	tap_is(tree_read_process(&tree.root, 13, &processes), 0, "one alone");
	tap_is_text(pids_of(&processes, text), "13 ", "is one");
	tap_is(tree_read_process(&tree.root, 77, &processes), 0, "one that is not there");
	tap_is_text(pids_of(&processes, text), "", "is none");
	tree_free(&processes);
	remove_tree(&tree);
}

static void test_cgroups(void)
{
	static const char mounts[] =
		"30 1 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
	struct tree tree = make_tree();
	struct process_tree processes = { 0 };
	struct cgroup_level level = { 0 };
	struct error err;
	char text[256];

	for (int pid = 10; pid < 14; pid++)
		put_process(&tree, pid, pid, pid, "");
	put(&tree, "/proc/self/mountinfo", mounts);
	put(&tree, "/sys/fs/cgroup/cgroup.procs", "1\n");
	put(&tree, "/sys/fs/cgroup/a.slice/cgroup.procs", "");
	put(&tree, "/sys/fs/cgroup/a.slice/web.service/cgroup.procs", "10\n11\n");
	put(&tree, "/sys/fs/cgroup/a.slice/web.service/inner/cgroup.procs", "12\n");
	put(&tree, "/sys/fs/cgroup/a.slice/twice.service/cgroup.procs", "13\n");
	put(&tree, "/sys/fs/cgroup/b.slice/cgroup.procs", "");
	put(&tree, "/sys/fs/cgroup/b.slice/twice.service/cgroup.procs", "");
	if (tap_ok(unit_find_cgroup(&tree.root, NULL, "web", &level, &err) == 0,
		   "a unit is found by its name")) {
		tap_is_text(level.name, "/a.slice/web.service", "as a service");
		tap_is(tree_read_cgroup(&tree.root, &level, &processes), 0, "who lives there");
		tap_is_text(pids_of(&processes, text), "10 11 12 ", "and below it");
		free(level.directory);
		free(level.name);
	}
	for (int i = 0; i < 2; i++) {
		const char *path = i ? "/sys/fs/cgroup/a.slice/web.service" : "/a.slice/web.service";

		if (tap_ok(unit_find_cgroup(&tree.root, path, NULL, &level, &err) == 0,
			   "a cgroup is found as %s", path)) {
			tap_is_text(level.directory, "/sys/fs/cgroup/a.slice/web.service",
				    "in its directory");
			free(level.directory);
			free(level.name);
		}
	}
	tap_is(unit_find_cgroup(&tree.root, NULL, "twice", &level, &err), -EEXIST,
	       "two units of a name");
	tap_has(err.hint, "--cgroup /", "the way out names one");
	tap_is(unit_find_cgroup(&tree.root, NULL, "none", &level, &err), -ENOENT, "none");
	tap_has(err.message, "'none.service'", "is named");
	tap_is(unit_find_cgroup(&tree.root, "/c.slice", NULL, &level, &err), -ENOENT,
	       "no such path");
	level = (struct cgroup_level){ .directory = (char *)"/sys/fs/cgroup/gone" };
	tap_is(tree_read_cgroup(&tree.root, &level, &processes), -ENOENT, "a cgroup that has gone");
	tree_free(&processes);
	remove_tree(&tree);
}

int main(void)
{
	test_stat();
	test_descendants();
	test_cgroups();
	return tap_done();
}
