/* SPDX-License-Identifier: GPL-2.0-or-later */
/* monitor.c - the monitor follows processes that it has not started, by a driver of 50 lines */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../tap.h"
#include "lib/duration.h"
#include "monitor/monitor.h"

#define MIB (UINT64_C(1) << 20)
#define TICK (20 * NS_PER_MS)
#define ROWS_MAX 256

/* Follows an existing process for a while: what it does is its own business. */
struct attach_driver {
	struct driver driver;
	uint64_t time;		/* ns */
	uint64_t asked;		/* how often the driver was asked about a reading */
};

/* The process grows when it is told to in `go`, and says in `grown` that it has. */
static int go[2], grown[2];

static int attach_lead(struct driver *base, struct monitor *monitor)
{
	struct attach_driver *driver = (struct attach_driver *)base;
	struct pollfd done = { .fd = grown[0], .events = POLLIN };
	int r = monitor_row(monitor, true);

	if (r == 0 && write(go[1], "", 1) != 1)
		r = -EIO;
	while (r == 0 && poll(&done, 1, 0) == 0)
		r = monitor_hold(monitor, TICK);
	return r < 0 ? r : monitor_hold(monitor, driver->time);
}

static int attach_describe(struct driver *base, unsigned process, bool exact,
			   struct sample *sample)
{
	(void)process;
	(void)exact;
	sample->step = STEP_HOLD;
	((struct attach_driver *)base)->asked++;
	return 0;
}

static int attach_reap(struct driver *base, unsigned process)
{
	int status = 0;

	(void)process;
	waitpid(base->subject.pid, &status, 0);
	return status;
}

static struct attach_driver attach(pid_t pid, uint64_t time)
{
	return (struct attach_driver){
		.driver = {
			.subject = { pid, (int)syscall(SYS_pidfd_open, pid, 0) },
			.event_fd = -1,
			.lead = attach_lead,
			.describe = attach_describe,
			.reap = attach_reap,
		},
		.time = time,
	};
}

/* What came of a run. */
struct seen {
	struct sample rows[ROWS_MAX];
	size_t count;
	int ticks, notes;
	pid_t victim;		/* to be killed at row number `kill_at` with `signal` */
	size_t kill_at;
	int signal;
	int error;		/* that the sink returns at row number `kill_at`; 0: none */
};

static int on_sample(void *context, const struct sample *sample)
{
	struct seen *seen = context;

	if (seen->count < ROWS_MAX)
		seen->rows[seen->count] = *sample;
	if (++seen->count != seen->kill_at)
		return 0;
	if (seen->victim)
		kill(seen->victim, seen->signal);
	return seen->error;
}

static void on_note(void *context, const char *sentence)
{
	(void)sentence;
	((struct seen *)context)->notes++;
}

static void on_tick(void *context, uint64_t touched, uint64_t elapsed_ns)
{
	((struct seen *)context)->ticks += touched == 0 && elapsed_ns > 0;
}

/* A process that grows by 8 MiB in 80 ms, and stays. */
static pid_t start_growing(void)
{
	unsigned char *memory;
	char byte;
	pid_t pid;

	tap_ok(pipe(go) == 0 && pipe(grown) == 0, "pipes to a process");
	pid = fork();
	if (pid)
		return pid;
	memory = malloc(8 * MIB);
	if (read(go[0], &byte, 1) != 1)
		_exit(1);
	for (uint64_t i = 0; memory && i < 8; i++) {
		poll(NULL, 0, 10);
		memset(memory + i * MIB, 1, MIB);
	}
	if (write(grown[1], "", 1) != 1)
		_exit(1);
	poll(NULL, 0, 20000);
	_exit(0);
}

static struct run_result follow(pid_t pid, uint64_t time, struct seen *seen)
{
	static struct root live;
	struct attach_driver driver = attach(pid, time);
	struct context_counters counters = { .machine = &live, .cgroup.fd = -1 };
	struct monitor_sink sink = { seen, on_sample, on_note, on_tick };
	struct guard guard = { 0 };
	struct signals signals = { .fd = -1 };
	struct monitor monitor = {
		.driver = &driver.driver, .guard = &guard, .signals = &signals,
		.counters = &counters, .sink = &sink, .every = TICK,
	};
	struct run_result result;

	tap_ok(driver.driver.subject.pidfd >= 0 && root_open("/", &live) == 0 &&
	       signals_take(&signals) == 0, "an existing process can be followed");
	monitor_run(&monitor, &result);
	tap_ok(driver.asked >= seen->count, "the driver is asked about each reading");
	close(signals.fd);
	close(driver.driver.subject.pidfd);
	root_close(&live);
	return result;
}

static void test_rows(void)
{
	struct seen *seen = calloc(1, sizeof(*seen));
	pid_t pid = start_growing();
	struct run_result result = follow(pid, 1500 * NS_PER_MS, seen);
	bool ordered = true;

	tap_is(result.reason, STOP_DONE, "a run that the driver ends is done");
	tap_ok(result.measured && seen->count >= 4 && seen->count < ROWS_MAX, "it has rows");
	for (size_t i = 1; i < seen->count; i++)
		ordered = ordered && seen->rows[i].seq == i &&
			  seen->rows[i].elapsed_ns >= seen->rows[i - 1].elapsed_ns;
	tap_ok(ordered, "numbered, one after the other");
	tap_is((int64_t)seen->rows[0].seq, 0, "from the baseline on");
	tap_ok(result.last.pid == (uint64_t)pid && !result.last.of_child, "of that process");
	tap_ok(result.last.exact && result.last.grew >= (int64_t)(7 * MIB) &&
	       result.last.grew < (int64_t)(12 * MIB), "which has grown by what it used");
	tap_is_text(sample_step_name(&result.last), "hold", "named as the driver names it");
	tap_ok(result.elapsed_ns >= 1500 * NS_PER_MS && seen->ticks > 0, "and time has passed");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	free(seen);
}

static void test_death(void)
{
	struct seen *seen = calloc(1, sizeof(*seen));
	struct run_result result;

	seen->victim = start_growing();
	seen->kill_at = 3;
	seen->signal = SIGKILL;
	result = follow(seen->victim, 20 * NS_PER_SECOND, seen);
	tap_is(result.reason, STOP_DIED, "a death ends the run");
	tap_ok(WIFSIGNALED(result.wait_status) && WTERMSIG(result.wait_status) == SIGKILL,
	       "with its wait status");
	/* To die takes a moment, in which there may be another row. */
	tap_ok(seen->count >= 3 && result.last.seq == seen->count - 1,
	       "the last row is that before it");
	tap_ok(!result.child && !result.signal, "and nothing else is to blame");
	free(seen);
}

static void test_signal(void)
{
	struct seen *seen = calloc(1, sizeof(*seen));
	pid_t pid = start_growing();
	struct run_result result;

	seen->victim = getpid();
	seen->kill_at = 2;
	seen->signal = SIGTERM;
	result = follow(pid, 20 * NS_PER_SECOND, seen);
	tap_is(result.reason, STOP_SIGNAL, "a signal to the monitor ends the run");
	tap_is(result.signal, SIGTERM, "and is told");
	tap_ok(seen->count == 3 && result.last.exact, "with a last, exact row");
	tap_is(kill(pid, 0), 0, "whom it follows lives on");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	free(seen);
}

static void test_output(void)
{
	struct seen *seen = calloc(1, sizeof(*seen));
	pid_t pid = start_growing();
	struct run_result result;

	seen->kill_at = 2;
	seen->error = -ENOSPC;
	result = follow(pid, 20 * NS_PER_SECOND, seen);
	tap_is(result.reason, STOP_OUTPUT, "a sink that fails ends the run");
	tap_is(result.error, -ENOSPC, "with its error");
	tap_is((int64_t)seen->count, 2, "without another row");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	free(seen);
}

int main(void)
{
	const char *sanitizer = getenv("PAGETOUCH_SANITIZED");

	if (sanitizer && strcmp(sanitizer, "no") != 0)
		tap_skip_all("under a sanitizer or valgrind the process's numbers mean nothing");
	test_rows();
	test_death();
	test_signal();
	test_output();
	return tap_done();
}
