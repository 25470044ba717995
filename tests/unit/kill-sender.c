/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kill-sender.c - who sent a SIGKILL, by lines of a trace */
#include <config.h>

#include <errno.h>

#include "../tap.h"
#include "lib/macros.h"
#include "monitor/kill-sender.h"
#include "tree-maker.h"

#define AT " [001] d..1. 39536.799120: signal_generate: "
#define HEAD "# tracer: nop\n#\n#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION\n"

/* Of process 7. SENDER 0: not known. */
static const struct {
	const char *text;
	int sender;
	const char *comm;
	bool kernel, self;
} traces[] = {
	{ HEAD "            bash-8879   " AT "sig=9 errno=0 code=0 comm=sh pid=7 grp=1 res=0\n",
	  8879, "bash", false, false },
	{ "              sh-7      " AT "sig=9 errno=0 code=0 comm=sh pid=7 grp=1 res=0\n",
	  7, "sh", false, true },
	{ "              sh-7      " AT "sig=9 errno=0 code=-6 comm=sh pid=7 grp=0 res=0\n",
	  7, "sh", false, true },
	{ "              sh-7      " AT "sig=9 errno=0 code=128 comm=sh pid=7 grp=1 res=0\n",
	  7, "sh", true, false },
	{ "            cc1 -91     " AT "sig=9 errno=0 code=128 comm=sh pid=7 grp=1 res=0",
	  91, "cc1 ", true, false },
	{ "  a [000] - b-c-8879    " AT "sig=9 errno=0 code=0 comm=a pid=1 pid=7 grp=1 res=0\n",
	  8879, "a [000] - b-c", false, false },
	{ "           <...>-8879   " AT "sig=9 errno=0 code=0 comm=sh pid=7 grp=1 res=0\n",
	  8879, "", false, false },
	{ "          a\tb\033-8879 " AT "sig=9 errno=0 code=0 comm=sh pid=7 grp=1 res=0\n",
	  8879, "a\tb\033", false, false },
	{ "  first-1 " AT "sig=9 errno=0 code=0 comm=sh pid=8 grp=1 res=0\n"
	  "  again-2 " AT "sig=9 errno=0 code=0 comm=sh pid=7 grp=1 res=1\n"
	  "  third-3 " AT "sig=9 errno=0 code=0 comm=sh pid=7 grp=1 res=0\n"
	  "  fourth-4 " AT "sig=9 errno=0 code=0 comm=sh pid=7 grp=1 res=0\n", 3, "third", false, false },
	{ "  bash-1 " AT "sig=9 errno=0 code=0 comm=sh pid=77 grp=1 res=0\n", 0, "", false, false },
	{ "  bash-1 " AT "sig=15 errno=0 code=0 comm=sh pid=7 grp=1 res=0\n", 0, "", false, false },
	{ "  bash-1 " AT "sig=9 errno=0 code=0 comm=sh pid=7 grp=1 res=2\n", 0, "", false, false },
	{ "  bash-1 " AT "sig=9 errno=0 code=0 comm=sh pid=7", 0, "", false, false },
	{ ": signal_generate: sig=9 errno=0 code=0 comm=sh pid=7 grp=1 res=0", 0, "", false, false },
	{ "-: signal_generate: sig=9 errno=0 code=0 comm=sh pid=7 grp=1 res=0", 0, "", false, false },
	{ HEAD, 0, "", false, false },
	{ "", 0, "", false, false },
};

static void test_traces(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(traces); i++) {
		struct kill_sender sender = kill_trace_parse(traces[i].text, 7);

		tap_ok(sender.known == (traces[i].sender != 0), "trace %zu: known or not", i);
		tap_is(sender.pid, traces[i].sender, "the sender");
		tap_is_text(sender.comm, traces[i].comm, "its name");
		tap_ok(sender.kernel == traces[i].kernel && sender.self == traces[i].self,
		       "the kernel, itself, or another");
	}
}

/* A machine without tracefs, and one where it cannot be armed. */
static void test_places(void)
{
	struct tree tree = make_tree();
	struct kill_tracer tracer;

	kill_tracer_open(&tree.root, &tracer);
	tap_ok(tracer.error == -ENOENT || tracer.error == -EXDEV, "no tracefs");
	tap_ok(!kill_tracer_find(&tracer, 7).known, "nothing is known");
	kill_tracer_close(&tracer);
	put(&tree, "/sys/kernel/tracing/instances/pagewatch-0123/x", "");
	kill_tracer_open(&tree.root, &tracer);
	tap_ok(tracer.error < 0, "no instance");
	tap_is_text(tracer.instance, "", "what was made is removed");
	kill_tracer_close(&tracer);
	remove_tree(&tree);
}

int main(void)
{
	test_traces();
	test_places();
	return tap_done();
}
