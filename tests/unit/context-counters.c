/* SPDX-License-Identifier: GPL-2.0-or-later */
/* context-counters.c - what is read around the processes: stall, swapping, a cgroup that goes */
#include <config.h>

#include <errno.h>
#include <fcntl.h>

#include "../tap.h"
#include "lib/duration.h"
#include "monitor/columns.h"
#include "proc/cgroup-counters.h"
#include "tree-maker.h"

#define PRESSURE "some avg10=0.%02d avg60=1.00 avg300=12.34 total=%d\n" \
		 "full avg10=0.00 avg60=0.00 avg300=0.00 total=%d\n"

static void test_parse(void)
{
	struct cgroup_stall stall = { 1, 2 };
	char text[256];

	snprintf(text, sizeof(text), PRESSURE, 5, 217550746, 33366840);
	tap_is(cgroup_stall_parse(text, &stall), 0, "a memory.pressure");
	tap_ok(stall.some == 217550746 && stall.full == 33366840, "has two totals");
	tap_is(cgroup_stall_parse("some avg10=0.00 avg60=0.00 avg300=0.00 total=1\n", &stall), -EINVAL,
	       "half of one is none");
	tap_is(cgroup_stall_parse("", &stall), -EINVAL, "nor is nothing");
	tap_is((int64_t)stall.some, 217550746, "and leaves the last figures alone");
}

static void put_pressure(const struct tree *tree, int some, int full)
{
	char text[256];

	snprintf(text, sizeof(text), PRESSURE, 0, some, full);
	put(tree, "/cg/memory.pressure", text);
}

static void test_read(void)
{
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	const unsigned needs = NEED_CGROUP_PEAK | NEED_PSI | NEED_SWAPPING | NEED_CGROUP_USAGE |
			       NEED_CGROUP_STAT;
	struct tree tree = make_tree();
	struct context_counters counters = { .machine = &tree.root, .version = 2 };
	struct sample sample = sample_blank(1);

	put(&tree, "/proc/vmstat", "nr_free_pages 9\npswpin 100\npswpout 200\n");
	put(&tree, "/cg/memory.current", "4096\n");
	put(&tree, "/cg/memory.stat", "anon 7\npswpin 3\npswpout 5\n");
	put_pressure(&tree, 1000, 500);
	counters.cgroup.fd = openat(tree.root.fd, "cg", O_PATH | O_DIRECTORY);
	tap_is(context_counters_read(&counters, needs, &sample), 0, "a first reading");
	tap_ok(sample.psi_some == SAMPLE_MISSING && sample.psi_full == SAMPLE_MISSING,
	       "has no share of a time that has not begun");
	tap_ok(sample.swpin == 0 && sample.swpout == 0, "and what was swapped before does not count");
	tap_ok(sample.cg.total == 4096 && sample.cg.anon == 7 && sample.cg.swpin == 3 * page &&
	       sample.cg.swpout == 5 * page, "the cgroup's own count does");
	/* As if it had been a second ago: half of it, and a tenth. */
	counters.stall_ns -= NS_PER_SECOND;
	put_pressure(&tree, 501000, 100500);
	put(&tree, "/proc/vmstat", "pswpin 103\npswpout 204\n");
	sample = sample_blank(1);
	context_counters_read(&counters, needs, &sample);
	tap_ok(sample.psi_some <= 5000 && sample.psi_some > 0, "the share of a second: some");
	tap_ok(sample.psi_full <= 1000 && sample.psi_full > 0, "and full");
	tap_ok(sample.psi_some / 5 <= sample.psi_full + 1 &&
		       sample.psi_full <= sample.psi_some / 5 + 1,
	       "in the proportion of the two");
	tap_ok(sample.swpin == 3 * page && sample.swpout == 4 * page, "what the machine has swapped");

	/* memory.peak: what is written to it is not what is read next. */
	tap_ok(sample.cg_peak == SAMPLE_MISSING, "no peak where there is no memory.peak");
	counters.peak_fd = 0;
	put(&tree, "/cg/memory.peak", "9000\n");
	sample = sample_blank(1);
	context_counters_read(&counters, NEED_CGROUP_PEAK, &sample);
	tap_ok(sample.cg_peak == SAMPLE_MISSING, "what was before the first row is not of a row");
	for (uint64_t peak = 300; peak >= 100; peak -= 100) {
		char text[32];

		snprintf(text, sizeof(text), "%d\n", (int)peak);
		put(&tree, "/cg/memory.peak", text);
		sample = sample_blank(1);
		context_counters_read(&counters, NEED_CGROUP_PEAK, &sample);
		tap_is((int64_t)sample.cg_peak, (int64_t)peak, "a peak since then, also a lower one");
	}

	/* Version 1 and some kernels have neither; a cgroup of others may go. */
	remove_tree(&tree);
	sample = sample_blank(1);
	tap_ok(context_counters_read(&counters, needs, &sample) < 0, "a sandbox that is gone is an error");
	counters.foreign = true;
	sample = sample_blank(1);
	tap_is(context_counters_read(&counters, needs, &sample), 0, "another cgroup may go");
	tap_ok(sample.psi_some == SAMPLE_MISSING && sample.swpin == SAMPLE_MISSING &&
	       sample.cg.total == SAMPLE_MISSING && sample.cg.anon == SAMPLE_MISSING,
	       "and what is not there is missing");
	context_counters_close(&counters);
}

int main(void)
{
	test_parse();
	test_read();
	return tap_done();
}
