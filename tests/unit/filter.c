/* SPDX-License-Identifier: GPL-2.0-or-later */
/* filter.c - points in time as people write them, which reports are wanted, and what is no text */
#include <config.h>

#include <errno.h>
#include <time.h>

#include "../tap.h"
#include "kernlog/source.h"
#include "lib/timestamp.h"
#include "analysis/filter.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define SECOND INT64_C(1000000000)
#define HOUR INT64_C(3600)
#define DAY (24 * HOUR)

/* 2026-11-24 10:20:30 UTC, a Tuesday; midnight before it. */
#define NOW INT64_C(1795515630)
#define MIDNIGHT INT64_C(1795478400)

#define UTC "UTC0"
/* Central Europe without tzdata: an hour east, and two in summer. */
#define CET "CET-1CEST,M3.5.0,M10.5.0/3"
#define WEST "EST5"

static void set_zone(const char *zone)
{
	setenv("TZ", zone, 1);
	tzset();
}

static const struct {
	const char *zone;
	const char *text;
	int64_t seconds, ns;
} times[] = {
	{ UTC, "now", NOW, 0 },
	{ UTC, "today", MIDNIGHT, 0 },
	{ UTC, "yesterday", MIDNIGHT - DAY, 0 },
	{ CET, "today", MIDNIGHT - HOUR, 0 },
	{ CET, "yesterday", MIDNIGHT - HOUR - DAY, 0 },
	{ WEST, "today", MIDNIGHT + 5 * HOUR, 0 },
	/* Dates. */
	{ UTC, "2026-11-24", MIDNIGHT, 0 },
	{ CET, "2026-11-24", MIDNIGHT - HOUR, 0 },
	{ UTC, "2026-11-24 10:20", NOW - 30, 0 },
	{ UTC, "2026-11-24 10:20:30", NOW, 0 },
	{ UTC, "2026-11-24T10:20:30", NOW, 0 },
	{ CET, "2026-11-24T10:20:30", NOW - HOUR, 0 },
	{ WEST, "2026-11-24 10:20:30", NOW + 5 * HOUR, 0 },
	/* In summer Central Europe is two hours ahead; its change leaves out an hour. */
	{ CET, "2026-07-01 12:00", 1782900000, 0 },
	{ CET, "2026-03-29 01:59:59", 1774745999, 0 },
	{ CET, "2026-03-29 03:00", 1774746000, 0 },
	{ UTC, "2024-02-29", 1709164800, 0 },
	{ UTC, "2000-02-29", 951782400, 0 },
	{ UTC, "1970-01-01", 0, 0 },
	{ UTC, "2026-12-31 23:59:60", 1798761600, 0 },
	{ UTC, "2261-12-31 23:59:59", 9214646399, 0 },
	/* Fractions, as dmesg --time-format iso and journalctl -o short-iso-precise have them. */
	{ UTC, "2026-11-24 10:20:30.5", NOW, 500000000 },
	{ UTC, "2026-11-24 10:20:30.000000001", NOW, 1 },
	{ UTC, "2026-11-24 10:20:30.1234567899999", NOW, 123456789 },
	{ WEST, "2026-11-24T10:20:30,333700+00:00", NOW, 333700000 },
	{ WEST, "2026-11-24T11:20:30.333700+0100", NOW, 333700000 },
	/* Zones. */
	{ WEST, "2026-11-24T10:20:30Z", NOW, 0 },
	{ WEST, "2026-11-24 10:20:30Z", NOW, 0 },
	{ WEST, "2026-11-24 10:20:30 UTC", NOW, 0 },
	{ WEST, "2026-11-24 10:20:30 +00:00", NOW, 0 },
	{ WEST, "2026-11-24T11:20:30+01:00", NOW, 0 },
	{ WEST, "2026-11-24T11:20:30+0100", NOW, 0 },
	{ WEST, "2026-11-24T11:20:30+01", NOW, 0 },
	{ WEST, "2026-11-24T04:50:30-05:30", NOW, 0 },
	{ WEST, "2026-11-24T10:20Z", NOW - 30, 0 },
	{ WEST, "2026-11-24 10:20+00", NOW - 30, 0 },
	/* A clock's time is of today, which begins where the clock is. */
	{ UTC, "10:20", NOW - 30, 0 },
	{ UTC, "10:20:30", NOW, 0 },
	{ UTC, "10:20:30.25", NOW, 250000000 },
	{ UTC, "00:00", MIDNIGHT, 0 },
	{ UTC, "23:59:59", MIDNIGHT + DAY - 1, 0 },
	{ CET, "10:20", NOW - 30 - HOUR, 0 },
	{ "AHEAD-14", "00:20", MIDNIGHT + 10 * HOUR + 20 * 60, 0 },
	{ WEST, "10:20Z", NOW - 30, 0 },
	/* Seconds. */
	{ WEST, "@1790000006", 1790000006, 0 },
	{ UTC, "@1790000006.966596", 1790000006, 966596000 },
	{ UTC, "@0", 0, 0 },
	{ UTC, "@9223372036", 9223372036, 0 },
	/* Before now. */
	{ UTC, "2h", NOW - 2 * HOUR, 0 },
	{ UTC, "-2h", NOW - 2 * HOUR, 0 },
	{ UTC, "2h ago", NOW - 2 * HOUR, 0 },
	{ UTC, "2 hours ago", NOW - 2 * HOUR, 0 },
	{ UTC, "1 hour", NOW - HOUR, 0 },
	{ UTC, "1d", NOW - DAY, 0 },
	{ UTC, "3 days ago", NOW - 3 * DAY, 0 },
	{ UTC, "2w", NOW - 14 * DAY, 0 },
	{ UTC, "1 week ago", NOW - 7 * DAY, 0 },
	{ UTC, "30min", NOW - 1800, 0 },
	{ UTC, "30m", NOW - 1800, 0 },
	{ UTC, "30 minutes ago", NOW - 1800, 0 },
	{ UTC, "90s", NOW - 90, 0 },
	{ UTC, "90 sec ago", NOW - 90, 0 },
	{ UTC, "1h30min", NOW - 5400, 0 },
	{ UTC, "1h 30min ago", NOW - 5400, 0 },
	{ UTC, "-1d 2h 3m 4s", NOW - DAY - 2 * HOUR - 184, 0 },
	{ UTC, "1.5h", NOW - 5400, 0 },
	{ UTC, "0.25s ago", NOW - 1, 750000000 },
	{ UTC, "0s", NOW, 0 },
};

static const struct {
	const char *text;
	int error;
} no_times[] = {
	{ "", -EINVAL }, { " ", -EINVAL }, { "x", -EINVAL }, { "soon", -EINVAL },
	{ "Now", -EINVAL }, { "now ", -EINVAL }, { " now", -EINVAL }, { "nowadays", -EINVAL },
	{ "tomorrows", -EINVAL }, { "-", -EINVAL }, { "@", -EINVAL }, { "@x", -EINVAL },
	{ "@-5", -EINVAL }, { "@5x", -EINVAL }, { "@ 5", -EINVAL }, { "@5.", -EINVAL },
	{ "5", -EINVAL }, { "-5", -EINVAL }, { "5 ago", -EINVAL }, { "h", -EINVAL },
	{ "2x", -EINVAL }, { "2H", -EINVAL }, { "2hago", -EINVAL }, { "2h agox", -EINVAL },
	{ "-2h ago", -EINVAL }, { "--2h", -EINVAL }, { "+2h", -EINVAL }, { "2h later", -EINVAL },
	{ "2h 3", -EINVAL }, { "2h ago 3m", -EINVAL }, { "ago", -EINVAL }, { "1e3s", -EINVAL },
	{ "2.h", -EINVAL }, { "0x2h", -EINVAL }, { "2hours3", -EINVAL },
	{ "2026", -EINVAL }, { "2026-11", -EINVAL }, { "2026-11-", -EINVAL },
	{ "2026-11-2", -EINVAL }, { "2026-11-244", -EINVAL }, { "26-11-24", -EINVAL },
	{ "2026/11/24", -EINVAL }, { "2026-00-24", -EINVAL }, { "2026-13-24", -EINVAL },
	{ "2026-11-00", -EINVAL }, { "2026-11-31", -EINVAL }, { "2026-02-29", -EINVAL },
	{ "2100-02-29", -EINVAL }, { "2026-11-24 ", -EINVAL }, { "2026-11-24T", -EINVAL },
	{ "2026-11-24x", -EINVAL }, { "2026-11-24Z", -EINVAL }, { "2026-11-24 10", -EINVAL },
	{ "2026-11-24 10:", -EINVAL }, { "2026-11-24 10:2", -EINVAL },
	{ "2026-11-24  10:20", -EINVAL }, { "2026-11-24 24:00", -EINVAL },
	{ "2026-11-24 10:60", -EINVAL }, { "2026-11-24 10:20:61", -EINVAL },
	{ "2026-11-24 10:20:", -EINVAL }, { "2026-11-24 10:20:30.", -EINVAL },
	{ "2026-11-24 10:20:30.x", -EINVAL }, { "2026-11-24 10:20.5", -EINVAL },
	{ "2026-11-24 10:20:30z", -EINVAL }, { "2026-11-24 10:20:30 ", -EINVAL },
	{ "2026-11-24 10:20:30 Zulu", -EINVAL }, { "2026-11-24 10:20:30 CET", -EINVAL },
	{ "2026-11-24 10:20:30+", -EINVAL }, { "2026-11-24 10:20:30+1", -EINVAL },
	{ "2026-11-24 10:20:30+24:00", -EINVAL }, { "2026-11-24 10:20:30+01:60", -EINVAL },
	{ "2026-11-24 10:20:30+0160", -EINVAL }, { "2026-11-24 10:20:30+01:0", -EINVAL },
	{ "2026-11-24 10:20:30+010", -EINVAL }, { "2026-11-24 10:20:30+01:00x", -EINVAL },
	{ "1:20", -EINVAL }, { "24:00", -EINVAL }, { "10:20:30:40", -EINVAL },
	{ "10:20 ago", -EINVAL }, { "-10:20", -EINVAL }, { "ab:cd", -EINVAL },
	{ "\x1b[2J", -EINVAL }, { "2h\n", -EINVAL },
	{ "1969-12-31 23:59:59", -ERANGE }, { "0000-01-01", -ERANGE }, { "2262-01-01", -ERANGE },
	{ "9999-12-31", -ERANGE }, { "1970-01-01 00:00+01:00", -ERANGE },
	{ "@9223372037", -ERANGE }, { "@18446744073709551616", -ERANGE },
	{ "60y", -EINVAL }, { "60000d", -ERANGE }, { "99999999999w", -ERANGE },
	{ "-18446744073709551615s", -ERANGE },
};

static void test_times(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
		struct error err = { "", "" };
		int64_t ns = -1;

		set_zone(times[i].zone);
		tap_is(timestamp_parse("--since", times[i].text, NOW * SECOND, &ns, &err), 0,
		       times[i].text);
		tap_is(ns, times[i].seconds * SECOND + times[i].ns, times[i].text);
	}
}

static void test_no_times(void)
{
	set_zone(UTC);
	for (size_t i = 0; i < ARRAY_SIZE(no_times); i++) {
		struct error err = { "", "" };
		char escaped[64];
		int64_t ns = -1;
		int r = timestamp_parse("--until", no_times[i].text, NOW * SECOND, &ns, &err);

		error_escape(escaped, sizeof(escaped), no_times[i].text);
		tap_ok(r < 0 && ns == -1, "no time: '%s'", escaped);
		/* A number of more digits than can be kept is wrong one way or the other. */
		if (strlen(no_times[i].text) < 20)
			tap_is(r, no_times[i].error, "the error says why");
		tap_ok(!strncmp(err.message, "--until '", 9) && err.hint[0],
		       "and two lines say it");
	}
}

static void test_format(void)
{
	char text[TIMESTAMP_TEXT_MAX];

	set_zone(CET);
	tap_is_text(timestamp_format(text, NOW * SECOND + 123456789, TIMESTAMP_LOCAL_ZONE),
		    "2026-11-24T11:20:30.123456+01:00", "a time is written with its zone");
	set_zone("MARQUESAS9:30");
	tap_is_text(timestamp_format(text, NOW * SECOND, TIMESTAMP_LOCAL_ZONE),
		    "2026-11-24T00:50:30.000000-09:30",
		    "whichever it is");
	set_zone(UTC);
	tap_is_text(timestamp_format(text, -1, TIMESTAMP_LOCAL_ZONE),
		    "1969-12-31T23:59:59.999999+00:00", "also before 1970");
	set_zone(CET);
	tap_is_text(timestamp_format(text, NOW * SECOND + 999, TIMESTAMP_LOCAL),
		    "2026-11-24T11:20:30", "local time without more");
	tap_is_text(timestamp_format(text, NOW * SECOND, TIMESTAMP_UTC), "2026-11-24T10:20:30Z",
		    "UTC");
	tap_is_text(timestamp_format(text, NOW * SECOND + 250000000, TIMESTAMP_UTC),
		    "2026-11-24T10:20:30.250000Z", "UTC with the fraction that there is");
	tap_ok(timestamp_format(text, INT64_MIN, TIMESTAMP_LOCAL_ZONE)[0] &&
	       timestamp_format(text, INT64_MAX, TIMESTAMP_UTC)[0],
	       "and at the ends of time");
	tap_ok(timestamp_now() > INT64_C(1700000000) * SECOND, "there is a present");
}

/* Victims 100 (mysqld) and 101, asked for by 99 (php-fpm) at NOW, in a pod. */
static void make_report(struct oom_report *report, struct oom_victim victims[static 2])
{
	static char path[] = "/kubepods.slice/pod1.slice/cri-abc.scope";
	static char task_path[] = "/kubepods.slice/pod1.slice/cri-abc.scope/a\\x2db\x1b";

	*report = (struct oom_report){ .trigger =
		{ .present = true, .comm = "php-fpm", .pid = 99 } };
	report->time = (struct oom_time){ .has_wall = true, .wall_ns = NOW * SECOND };
	victims[0] = (struct oom_victim){ .pid = 100, .comm = "mysqld" };
	victims[1] = (struct oom_victim){ .pid = 101, .comm = "a-name-cut-shor" };
	report->victims = victims;
	report->victim_count = 2;
	report->selected = (struct oom_task){ .pid = 102, .comm = "chosen" };
	report->memcg.path = path;
	report->memcg.task_path = task_path;
}

static const struct {
	const char *name;
	struct oom_filter filter;
	enum oom_match wanted;
} filters[] = {
	{ "nothing is asked for", { 0 }, OOM_MATCHES },
	{ "since then", { .has_since = true, .since_ns = NOW * SECOND }, OOM_MATCHES },
	{ "since later", { .has_since = true, .since_ns = NOW * SECOND + 1 }, OOM_DIFFERS },
	{ "until then", { .has_until = true, .until_ns = NOW * SECOND }, OOM_MATCHES },
	{ "until earlier", { .has_until = true, .until_ns = NOW * SECOND - 1 }, OOM_DIFFERS },
	{ "the trigger's pid", { .has_pid = true, .pid = 99 }, OOM_MATCHES },
	{ "a victim's pid", { .has_pid = true, .pid = 101 }, OOM_MATCHES },
	{ "the pid of neither", { .has_pid = true, .pid = 98 }, OOM_DIFFERS },
	{ "the chosen one's, who was not killed", { .has_pid = true, .pid = 102 }, OOM_DIFFERS },
	{ "pid 0", { .has_pid = true }, OOM_DIFFERS },
	{ "the trigger's name", { .comm = "php-fpm" }, OOM_MATCHES },
	{ "a victim's name", { .comm = "mysqld" }, OOM_MATCHES },
	{ "a part of a name", { .comm = "mysql" }, OOM_DIFFERS },
	{ "more than a name", { .comm = "mysqld2" }, OOM_DIFFERS },
	{ "another case", { .comm = "MySQLd" }, OOM_DIFFERS },
	{ "a name as it is shown", { .comm = "my\\x73qld" }, OOM_MATCHES },
	{ "a name with a NUL", { .comm = "mysqld\\x00" }, OOM_DIFFERS },
	{ "a name that the kernel cut", { .comm = "a-name-cut-short-here" }, OOM_MATCHES },
	{ "the same as it is shown", { .comm = "a\\x2dname-cut-short" }, OOM_MATCHES },
	{ "a shorter one", { .comm = "a-name-cut-sho" }, OOM_DIFFERS },
	{ "another long one", { .comm = "a-name-cut-Short-here" }, OOM_DIFFERS },
	{ "the chosen one's name", { .comm = "chosen" }, OOM_DIFFERS },
	{ "the cgroup", { .cgroup = "/kubepods.slice/pod1.slice/cri-abc.scope" }, OOM_MATCHES },
	{ "one above", { .cgroup = "/kubepods.slice/pod1.slice" }, OOM_MATCHES },
	{ "with a slash behind it", { .cgroup = "/kubepods.slice//" }, OOM_MATCHES },
	{ "the root", { .cgroup = "/" }, OOM_MATCHES },
	{ "where it is mounted", { .cgroup = "/sys/fs/cgroup/kubepods.slice" }, OOM_MATCHES },
	{ "in version 1", { .cgroup = "/sys/fs/cgroup/memory/kubepods.slice" }, OOM_MATCHES },
	{ "all that is mounted", { .cgroup = "/sys/fs/cgroup/" }, OOM_MATCHES },
	{ "another mount", { .cgroup = "/sys/fs/cgroup2/kubepods.slice" }, OOM_DIFFERS },
	{ "a part of a name", { .cgroup = "/kube" }, OOM_DIFFERS },
	{ "a name and a part of its suffix", { .cgroup = "/kubepods.sl" }, OOM_DIFFERS },
	{ "a name with another suffix", { .cgroup = "/kubepods.scope" }, OOM_DIFFERS },
	{ "a unit without its suffix", { .cgroup = "/kubepods" }, OOM_MATCHES },
	{ "each without its suffix", { .cgroup = "kubepods/pod1/cri-abc" }, OOM_MATCHES },
	{ "one with, one without", { .cgroup = "/kubepods/pod1.slice" }, OOM_MATCHES },
	{ "more than there is", { .cgroup = "kubepods/pod1/cri-abc/a/b/c/d" }, OOM_DIFFERS },
	{ "one beside it", { .cgroup = "/kubepods.slice/pod2.slice" }, OOM_DIFFERS },
	{ "below any", { .cgroup = "pod1.slice" }, OOM_MATCHES },
	{ "two below any", { .cgroup = "pod1.slice/cri-abc.scope/" }, OOM_MATCHES },
	{ "the first without a slash", { .cgroup = "kubepods.slice" }, OOM_MATCHES },
	{ "a part of one below any", { .cgroup = "cri-ab" }, OOM_DIFFERS },
	{ "the end of one below any", { .cgroup = "abc.scope" }, OOM_DIFFERS },
	{ "one further down, as systemd has it", { .cgroup = "a\\x2db\x1b" }, OOM_MATCHES },
	{ "the same, as it is shown", { .cgroup = "a\\x5cx2db\\x1b" }, OOM_MATCHES },
	{ "the same, neither way", { .cgroup = "a\\x2db\\x1b" }, OOM_DIFFERS },
	{ "a long one", { .cgroup = "/kubepods.slice/pod1.slice/cri-abc.scope/a\\x2db\x1b/c" },
	  OOM_DIFFERS },
	{ "all of it", { .has_since = true, .has_until = true, .until_ns = INT64_MAX,
			 .has_pid = true, .pid = 99, .comm = "mysqld", .cgroup = "/" },
	  OOM_MATCHES },
	{ "all but the name", { .has_since = true, .has_pid = true, .pid = 99, .comm = "x",
				.cgroup = "/" }, OOM_DIFFERS },
};

static void test_filters(void)
{
	struct oom_victim victims[2];
	struct oom_report report;

	make_report(&report, victims);
	for (size_t i = 0; i < ARRAY_SIZE(filters); i++)
		tap_is(oom_filter_match(&filters[i].filter, &report), filters[i].wanted,
		       filters[i].name);
}

static const struct {
	const char *name;
	struct oom_filter filter;
	enum oom_match wanted;
} owners[] = {
	{ "a unit", { .unit = "kubepods.slice" }, OOM_MATCHES },
	{ "without its suffix", { .unit = "kubepods" }, OOM_MATCHES },
	{ "another unit", { .unit = "kubepods-burstable.slice" }, OOM_DIFFERS },
	{ "a pod's UID", { .pod = "8d5f2a31-1111-4222-8333-944444444444" }, OOM_MATCHES },
	{ "as systemd writes it", { .pod = "8d5f2a31_1111_4222_8333_944444444444" }, OOM_MATCHES },
	{ "a part of it", { .pod = "8d5f2a31-1111-4222-8333" }, OOM_DIFFERS },
	{ "a pod's name", { .pod = "web-0" }, OOM_MATCHES },
	{ "with its namespace", { .pod = "shop/web-0" }, OOM_MATCHES },
	{ "in another namespace", { .pod = "sho/web-0" }, OOM_DIFFERS },
	{ "another pod's name", { .pod = "db-0" }, OOM_DIFFERS },
	{ "a container's id", { .container = "0123456789abcdef" }, OOM_MATCHES },
	{ "its beginning", { .container = "0123" }, OOM_MATCHES },
	{ "its end", { .container = "cdef" }, OOM_DIFFERS },
	{ "a pod and its container", { .pod = "web-0", .container = "01" }, OOM_MATCHES },
	{ "a pod and another's", { .pod = "web-0", .container = "02" }, OOM_DIFFERS },
	{ "no job", { .job = "4" }, OOM_DIFFERS },
	{ "a victim's UID", { .has_user = true, .user = 33 }, OOM_MATCHES },
	{ "another UID", { .has_user = true, .user = 7 }, OOM_DIFFERS },
	{ "the host", { .host = "web1" }, OOM_MATCHES },
	{ "with another's domain", { .host = "web1.example.org" }, OOM_DIFFERS },
	{ "with its domain", { .host = "WEB1.example.net" }, OOM_MATCHES },
	{ "a part of its name", { .host = "web" }, OOM_DIFFERS },
	{ "more than its name", { .host = "web11" }, OOM_DIFFERS },
};

static void test_owners(void)
{
	static char path[] = "/kubepods.slice/kubepods-pod8d5f2a31_1111_4222_8333_944444444444.slice/"
			     "cri-containerd-0123456789abcdef0123456789abcdef"
			     "0123456789abcdef0123456789abcdef.scope";
	static char host[] = "web1.example.net", session[] = "/user.slice/user-1000.slice/x.scope";
	static char job[] = "/slurm/uid_1000/job_4/step_0/task_0";
	static char space[] = "shop";
	struct pod known[] = { { space, "db-0", "00000000-1111-4222-8333-944444444444" },
			       { space, "web-0", "8d5f2a31-1111-4222-8333-944444444444" } };
	struct pods pods = { known, 2 };
	struct oom_victim victims[2];
	struct oom_report report;
	struct oom_filter user = { .has_user = true, .user = 1000 }, number = { .job = "4" };

	make_report(&report, victims);
	victims[1].uid = 33;
	report.host = host;
	report.memcg.path = report.memcg.task_path = path;
	for (size_t i = 0; i < ARRAY_SIZE(owners); i++) {
		struct oom_filter filter = owners[i].filter;

		filter.pods = &pods;
		tap_is(oom_filter_match(&filter, &report), owners[i].wanted, owners[i].name);
	}
	report.memcg.task_path = session;
	tap_is(oom_filter_match(&user, &report), OOM_MATCHES, "the user whose slice it is");
	report.memcg.task_path = job;
	tap_is(oom_filter_match(&user, &report), OOM_MATCHES, "the user whose job it is");
	tap_is(oom_filter_match(&number, &report), OOM_MATCHES, "the job");
	number.job = "44";
	tap_is(oom_filter_match(&number, &report), OOM_DIFFERS, "another job");
	report.host = NULL;
	tap_is(oom_filter_match(&(struct oom_filter){ .host = "web1" }, &report), OOM_HOSTLESS,
	       "a host is asked for, none is named");
	report.memcg.path = report.memcg.task_path = NULL;
	tap_is(oom_filter_match(&number, &report), OOM_UNPLACED, "a job, and no cgroup is named");
}

/* What a report lacks is not what was asked for. */
static void test_gaps(void)
{
	struct oom_filter since = { .has_since = true },
			  other = { .has_since = true, .comm = "x" };
	struct oom_filter pid = { .has_pid = true, .pid = 102 }, name = { .comm = "chosen" };
	struct oom_filter cgroup = { .cgroup = "/" }, nobody = { .has_pid = true };
	struct oom_victim victims[2];
	struct oom_report report;

	make_report(&report, victims);
	report.time.has_wall = false;
	tap_is(oom_filter_match(&since, &report), OOM_UNDATED,
	       "a time is asked for, none is there");
	tap_is(oom_filter_match(&other, &report), OOM_DIFFERS, "unless it is not wanted anyway");
	report.victim_count = 0;
	tap_is(oom_filter_match(&pid, &report), OOM_MATCHES,
	       "without a kill, the one who was chosen counts");
	tap_is(oom_filter_match(&name, &report), OOM_MATCHES, "and its name");
	report.selected = (struct oom_task){ .pid = OOM_NO_NUMBER, .comm = "chosen" };
	report.trigger.present = false;
	report.trigger.pid = 0;
	tap_is(oom_filter_match(&name, &report), OOM_DIFFERS, "no name is no name");
	tap_is(oom_filter_match(&nobody, &report), OOM_DIFFERS, "no trigger is not pid 0");
	report.memcg.path = NULL;
	tap_is(oom_filter_match(&cgroup, &report), OOM_MATCHES, "the victim's cgroup is enough");
	report.memcg.task_path = NULL;
	tap_is(oom_filter_match(&cgroup, &report), OOM_UNPLACED, "none is named: not told");
	cgroup.comm = "x";
	tap_is(oom_filter_match(&cgroup, &report), OOM_DIFFERS, "unless it is not wanted anyway");
}

static const struct {
	const char *bytes;
	size_t length;
	const char *command;	/* that makes text of it, "": it is text */
} beginnings[] = {
	{ "\x1f\x8b\x08\0\0\0\0\0", 8, "zcat" },
	{ "\xfd" "7zXZ\0\0\4", 8, "xzcat" },
	{ "\x28\xb5\x2f\xfd\x04\x58\x91\x00", 8, "zstdcat" },
	{ "BZh91AY&", 8, "bzcat" },
	{ "\x04\x22\x4d\x18\x64\x40\xa7\x00", 8, "lz4cat" },
	{ "LPKSHHRH", 8, "journalctl --file" },
	{ "\x1f\x8b", 2, "zcat" },
	{ "\x1f", 1, "" },
	{ "LPKSHHR", 7, "" },
	{ "", 0, "" },
	{ "6,438,69", 8, "" },
	{ "[    6.3", 8, "" },
	{ "\0\0\0\0\0\0\0\0", 8, "" },
	{ "ustar", 6, "" },
	{ "Nov 24 1", 8, "" },
};

static void test_packings(void)
{
	char tar[512] = "kern.log";

	for (size_t i = 0; i < ARRAY_SIZE(beginnings); i++) {
		struct strview beginning = { beginnings[i].bytes, beginnings[i].length };
		const struct log_packing *packing = log_packing_of(beginning);

		tap_is_text(packing ? packing->command : "", beginnings[i].command,
			    "a file's first bytes");
	}
	memcpy(tar + 257, "ustar", 5);
	tap_ok(log_packing_of((struct strview){ tar, sizeof(tar) }) != NULL, "a tar archive");
	tap_ok(!log_packing_of((struct strview){ tar, 257 }), "its name alone is text");
	tap_is_text(source_command_name("/var/log/kern.log.2.gz"), "/var/log/kern.log.2.gz",
		    "a plain name is written into a command");
	tap_is_text(source_command_name("a b"), "FILE", "one with a blank is not");
	tap_is_text(source_command_name("a;reboot"), "FILE", "nor one that is a command");
	tap_is_text(source_command_name("-rf"), "FILE", "nor one that is an option");
	tap_is_text(source_command_name("\x1b[2J"), "FILE", "nor one with escapes");
	tap_is_text(source_command_name(""), "FILE", "nor an empty one");
}

int main(void)
{
	test_times();
	test_no_times();
	test_format();
	test_filters();
	test_owners();
	test_gaps();
	test_packings();
	return tap_done();
}
