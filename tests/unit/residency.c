/* SPDX-License-Identifier: GPL-2.0-or-later */
/* residency.c - RSS grows page by page as pages are touched: sampler against /proc itself */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "monitor/sample.h"
#include "proc/process.h"
#include "proc/root.h"
#include "tests/tap.h"
#include "sandbox/enter.h"
#include "workload/subject.h"

#define PAGES 4096	/* 16 MiB with pages of 4 KiB */

/* What this test reads of /proc/PID by its own means, bytes. */
struct own_reading {
	uint64_t vm_size, vm_rss, rollup_rss;
};

static uint64_t read_key(pid_t pid, const char *file, const char *key)
{
	char path[64], line[512], format[64];
	unsigned long long kib = 0;
	FILE *stream;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	snprintf(format, sizeof(format), "%s:", key);
	stream = fopen(path, "r");
	if (!stream)
		return 0;
	while (fgets(line, sizeof(line), stream))
		if (!strncmp(line, format, strlen(format)))
			kib = strtoull(line + strlen(format), NULL, 10);
	fclose(stream);
	return kib * 1024;
}

static struct own_reading read_own(pid_t pid)
{
	return (struct own_reading){
		.vm_size = read_key(pid, "status", "VmSize"),
		.vm_rss = read_key(pid, "status", "VmRSS"),
		.rollup_rss = read_key(pid, "smaps_rollup", "Rss"),
	};
}

/* Carries one order out. Returns whether the subject did it within ten seconds. */
static bool type(struct subject *subject, enum subject_request_type what, uint64_t to)
{
	struct subject_request request = { .type = what, .what = TOUCH_WRITE, .to = to };
	struct pollfd answer = { .fd = subject->answers, .events = POLLIN };
	struct subject_answer got;

	if (subject_ask(subject, &request) < 0)
		return false;
	poll(&answer, 1, 10000);
	return subject_answered(subject, &got) == 0 && got.error == 0;
}

/* The results of all steps together: counts of steps that were wrong. */
struct tally {
	int rollup_wrong, vsz_wrong, sampler_wrong, count_wrong, failed;
	uint64_t worst_lag;	/* of VmRSS against smaps_rollup, bytes */
};

static void check_step(struct subject *subject, struct sampler *sampler, uint64_t touched,
		       const struct own_reading *first, struct tally *tally)
{
	struct own_reading own = read_own(subject->pid);
	struct sample sample;
	uint64_t lag;

	if (sampler_read(sampler, subject->pid, NEED_ROLLUP, &sample) < 0) {
		tally->failed++;
		return;
	}
	tally->rollup_wrong += own.rollup_rss - first->rollup_rss != touched;
	tally->vsz_wrong += own.vm_size != first->vm_size || sample.vsz != own.vm_size;
	tally->sampler_wrong += sample.rss_rollup != own.rollup_rss;
	tally->count_wrong += subject_touched(subject) != touched;
	lag = own.vm_rss > own.rollup_rss ? own.vm_rss - own.rollup_rss
					  : own.rollup_rss - own.vm_rss;
	if (lag > tally->worst_lag)
		tally->worst_lag = lag;
}

static void report(const char *kind, const struct tally *tally, uint64_t page_size)
{
	uint64_t tolerance = 64 * (uint64_t)sysconf(_SC_NPROCESSORS_CONF) * page_size;

	tap_ok(!tally->failed, "%s: every step is carried out and read", kind);
	tap_ok(!tally->count_wrong, "%s: the subject counts what it touches", kind);
	tap_ok(!tally->rollup_wrong, "%s: smaps_rollup grows by a page with every page", kind);
	tap_ok(!tally->vsz_wrong, "%s: VSZ stays", kind);
	tap_ok(!tally->sampler_wrong, "%s: the sampler reads what smaps_rollup says", kind);
	tap_ok(tally->worst_lag <= tolerance, "%s: VmRSS is within the kernel's tolerance", kind);
	printf("# worst difference of VmRSS from smaps_rollup: %" PRIu64 " KiB\n",
	       tally->worst_lag / 1024);
}

static void walk(struct subject *subject, struct sampler *sampler, uint64_t page_size,
		 struct tally *tally)
{
	struct own_reading first;

	if (!type(subject, SUBJECT_PREPARE, 0) || !type(subject, SUBJECT_MAP, 0) ||
	    !type(subject, SUBJECT_BEGIN, PAGES * page_size)) {
		tally->failed++;
		return;
	}
	subject_touched(subject);
	first = read_own(subject->pid);
	for (uint64_t page = 1; page <= PAGES; page++) {
		if (!type(subject, SUBJECT_TOUCH, page * page_size)) {
			tally->failed++;
			return;
		}
		/* Each of the first pages, then one in 61: reading walks the page tables. */
		if (page <= 256 || page % 61 == 0 || page == PAGES)
			check_step(subject, sampler, page * page_size, &first, tally);
	}
}

static void test_backing(enum region_backing backing, uint64_t page_size)
{
	struct workload workload = {
		.region = { .bytes = PAGES * page_size, .backing = backing },
		.touch_params = { .unit = page_size, .stride = page_size },
		.threads = 1,
		.page_size = page_size,
	};
	const char *kind = region_backing_name(backing);
	struct sampler sampler;
	struct tally tally = { 0 };
	struct subject subject;
	struct error err;

	if (!tap_ok(subject_start(&workload, -1, 1000, &subject, &err) == 0,
		    "%s: start", kind))
		return;
	if (tap_ok(sampler_open(&sampler, NEED_ROLLUP) == 0, "%s: sampler", kind))
		walk(&subject, &sampler, page_size, &tally);
	report(kind, &tally, page_size);
	tap_ok(read_key(subject.pid, "smaps_rollup", "AnonHugePages") == 0,
	       "%s: no huge pages", kind);
	sampler_close(&sampler);
	subject_end(&subject);
}

/* A dead subject is an error, not a row of zeros. */
static void test_death(uint64_t page_size)
{
	struct workload workload = { .region.bytes = page_size, .page_size = page_size };
	struct sampler sampler;
	struct subject subject;
	struct error err;
	struct sample sample;
	struct root live;

	if (!tap_ok(root_open("/", &live) == 0 &&
		    subject_start(&workload, -1, OOM_SCORE_ADJ_KEEP, &subject, &err) == 0,
		    "death: start"))
		return;
	tap_ok(sampler_open(&sampler, NEED_ROLLUP) == 0, "death: sampler");
	tap_ok(!process_is_dying(&live, subject.pid), "death: it lives");
	kill(subject.pid, SIGKILL);
	poll(&(struct pollfd){ .fd = subject.pidfd, .events = POLLIN }, 1, 10000);
	tap_is(sampler_read(&sampler, subject.pid, NEED_STATUS, &sample), -ESRCH,
	       "death: a zombie's status");
	tap_is(sampler_read(&sampler, subject.pid, NEED_ROLLUP, &sample), -ESRCH,
	       "death: a zombie's smaps_rollup");
	tap_ok(process_is_dying(&live, subject.pid), "death: it is dying");
	subject_reap(&subject, 0);
	tap_ok(!process_is_dying(&live, subject.pid), "death: who is gone is not dying");
	root_close(&live);
	tap_is(sampler_read(&sampler, subject.pid, NEED_STATUS, &sample), -ESRCH,
	       "death: no such process");
	sampler_close(&sampler);
	subject_end(&subject);
}

int main(void)
{
	uint64_t page_size = (uint64_t)sysconf(_SC_PAGESIZE);
	const char *sanitizer = getenv("PAGETOUCH_SANITIZED");

	if (sanitizer && !strcmp(sanitizer, "valgrind"))
		tap_skip_all("valgrind knows no pidfd_open, and the process would be its own");
	test_backing(REGION_PRIVATE, page_size);
	test_backing(REGION_SHARED, page_size);
	test_death(page_size);
	return tap_done();
}
