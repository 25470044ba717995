/* SPDX-License-Identifier: GPL-2.0-or-later */
/* residency.c - what one reading of a process costs, at each of several resident sizes */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bare.h"
#include "monitor/sample.h"

#define READINGS_MAX 500
/* Readings stop after so much time, but not before there are a few of them. */
#define SPENT_NS_MAX 1.5e9
#define READINGS_MIN 7

/* The process that is read: it makes memory resident when told to, then is still. */
struct target {
	pid_t pid;
	int orders, answers;
};

/* Who reads. */
enum caller { SAMPLER, BARE, CALLERS };

struct readings {
	size_t count;
	double median[CALLERS];	/* nanoseconds; negative: no reading */
};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static _Noreturn void be_target(size_t most, int orders, int answers)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), at = 0, to;
	volatile unsigned char *base = mmap(NULL, most, PROT_READ | PROT_WRITE,
					    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (base == MAP_FAILED)
		_exit(1);
	madvise((void *)base, most, MADV_NOHUGEPAGE);
	while (read(orders, &to, sizeof(to)) == (ssize_t)sizeof(to)) {
		for (; at < to; at += page)
			base[at] = 1;
		if (write(answers, &to, sizeof(to)) != (ssize_t)sizeof(to))
			break;
	}
	_exit(0);
}

static int start_target(size_t most, struct target *ret_target)
{
	int orders[2], answers[2];
	pid_t pid;

	if (pipe(orders) < 0 || pipe(answers) < 0)
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0) {
		close(orders[1]);
		be_target(most, orders[0], answers[1]);
	}
	close(orders[0]);
	close(answers[1]);
	*ret_target = (struct target){ pid, orders[1], answers[0] };
	return 0;
}

static int make_resident(struct target *target, size_t to)
{
	if (write(target->orders, &to, sizeof(to)) != (ssize_t)sizeof(to) ||
	    read(target->answers, &to, sizeof(to)) != (ssize_t)sizeof(to))
		return -EPIPE;
	return 0;
}

/* Returns nanoseconds, or a negative number when the reading failed. */
static double time_one(struct sampler *sampler, bool rollup, enum caller caller)
{
	struct sample sample;
	bool done;
	double start = now();

	if (caller == SAMPLER)
		done = sampler_read(sampler, rollup ? NEED_ROLLUP : NEED_STATUS, &sample) == 0;
	else
		done = bare_read(rollup);
	return done ? now() - start : -1;
}

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static double median(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare);
	return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

/* One source by pagetouch's sampler and by the library's own call, in turn. */
static void measure(struct sampler *sampler, bool rollup, struct readings *ret_readings)
{
	static double taken[CALLERS][READINGS_MAX];
	double spent = 0;
	size_t count = 0;

	for (int warm = 0; warm < 2 * CALLERS; warm++)
		time_one(sampler, rollup, warm % CALLERS);
	while (count < READINGS_MAX && (spent < SPENT_NS_MAX || count < READINGS_MIN)) {
		for (size_t i = 0; i < CALLERS; i++) {
			/* Who goes first changes, so that neither always finds warm caches. */
			enum caller caller = (i + count) % CALLERS;

			taken[caller][count] = time_one(sampler, rollup, caller);
			spent += taken[caller][count];
		}
		count++;
	}
	ret_readings->count = count;
	for (int caller = 0; caller < CALLERS; caller++)
		ret_readings->median[caller] = median(taken[caller], count);
}

static void print_readings(const struct readings *readings)
{
	for (int caller = 0; caller < CALLERS; caller++) {
		if (readings->median[caller] < 0)
			printf("\t-");
		else
			printf("\t%.0f", readings->median[caller]);
	}
}

/*
 * One line: resident bytes; the median nanoseconds of sampler and bare call for status,
 * then for smaps_rollup, "-" for none; the number of readings of each. The two sources
 * are apart because smaps_rollup leaves the caches cold, which would be charged to status.
 */
static void measure_both(struct sampler *sampler, size_t resident)
{
	struct readings status, rollup;

	measure(sampler, false, &status);
	measure(sampler, true, &rollup);
	printf("%zu", resident);
	print_readings(&status);
	print_readings(&rollup);
	printf("\t%zu\t%zu\n", status.count, rollup.count);
	fflush(stdout);
}

static int complain(const char *what)
{
	fprintf(stderr, "residency: %s\n", what);
	return 1;
}

/* BYTES in ascending order; the last is mapped at the start. */
int main(int argc, char **argv)
{
	struct target target = { 0 };
	struct sampler *sampler;
	struct error err;
	int status = 0;

	if (argc < 2)
		return complain("usage: residency BYTES...");
	if (start_target(strtoull(argv[argc - 1], NULL, 0), &target) < 0)
		return complain("cannot start the process that is read");
	if (sampler_new(target.pid, NEED_ROLLUP, &sampler, &err) < 0)
		return complain(err.message);
	if (bare_open(target.pid) < 0)
		fprintf(stderr, "residency: no bare readings with this library\n");
	for (int i = 1; status == 0 && i < argc; i++) {
		size_t resident = strtoull(argv[i], NULL, 0);

		if (make_resident(&target, resident) < 0)
			status = complain("the process that is read is gone");
		else
			measure_both(sampler, resident);
	}
	sampler_free(sampler);
	bare_close();
	close(target.orders);
	waitpid(target.pid, NULL, 0);
	return status;
}
