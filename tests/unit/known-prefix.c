/* SPDX-License-Identifier: GPL-2.0-or-later */
/* known-prefix.c - what log programs put in front of lines is taken off, and nothing else */
#include <config.h>

#include <time.h>

#include "../tap.h"
#include "kernlog/prefix.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define SECOND INT64_C(1000000000)

/* 2026-11-23 12:00:00 UTC */
#define NOW (INT64_C(1795435200) * SECOND)

/* A message that begins with none of the prefixes. */
#define M "main.out invoked oom-killer: gfp_mask=0x0, order=0, oom_score_adj=0"

/* Lines that all have the message M, or the one that is given. */
static const struct {
	const char *line;
	const char *message;		/* NULL: M */
	const char *host;		/* NULL: none */
	const char *caller;		/* NULL: none */
	bool timed;
} lines[] = {
	{ M, NULL, NULL, NULL, false },
	{ "", "", NULL, NULL, false }, { "   ", "", NULL, NULL, false },
	{ "    " M, NULL, NULL, NULL, false }, { "\t" M, NULL, NULL, NULL, false },
	/* Mail and issue forms */
	{ "> " M, NULL, NULL, NULL, false }, { ">>> > " M, NULL, NULL, NULL, false },
	{ "> > [    6.966596] " M, NULL, NULL, NULL, true }, { "| " M, NULL, NULL, NULL, false },
	{ "    > " M, NULL, NULL, NULL, false },
	/* Tables */
	{ "| [    6.966596] " M " |", NULL, NULL, NULL, true },
	{ "| Nov 23 07:05:30 | " M " |", NULL, NULL, NULL, true },
	{ "|Nov 23 07:05:30|" M "|  ", NULL, NULL, NULL, true },
	{ "| [  123]     0   123 x |", "[  123]     0   123 x", NULL, NULL, false },
	/* dmesg and consoles */
	{ "[    6.966596] " M, NULL, NULL, NULL, true }, { "[6.9]" M, NULL, NULL, NULL, true },
	{ "<4>[    6.966596] " M, NULL, NULL, NULL, true }, { "<4>" M, NULL, NULL, NULL, false },
	{ "[    6.966596][ T5241] " M, NULL, NULL, "T5241", true },
	{ "[    6.966596] [ T5241] " M, NULL, NULL, "T5241", true },
	{ "[    6.966596][    C1] " M, NULL, NULL, "C1", true },
	{ "[Mon Nov 23 07:39:10 2026] " M, NULL, NULL, NULL, true },
	{ "[lun. nov. 23 07:39:10 2026] " M, NULL, NULL, NULL, true },
	{ "[    6.334471 <    0.000771>] " M, NULL, NULL, NULL, true },
	{ "[<    0.000771>] " M, NULL, NULL, NULL, true },
	{ "[Nov23 07:05] " M, NULL, NULL, NULL, true },
	{ "[Nov 3 07:05] " M, NULL, NULL, NULL, true },
	{ "[  +0.000029] " M, NULL, NULL, NULL, true },
	{ "2026-11-23T07:39:10,333700+00:00 " M, NULL, NULL, NULL, true },
	{ "kern  :warn  : [    6.966596] " M, NULL, NULL, NULL, true },
	{ "kern  :err   : " M, NULL, NULL, NULL, true },
	{ "[    6.966596] [1:  swapper/1:    0] " M, NULL, NULL, NULL, true },
	{ "** 57 printk messages dropped ** [    6.966596] " M, NULL, NULL, NULL, true },
	/* /dev/kmsg */
	{ "4,340,923437948,-;" M, NULL, NULL, NULL, true },
	{ "4,340,923437948,-,caller=T92;" M, NULL, NULL, "T92", true },
	{ "4,340,923437948,c,caller=C1,x;" M, NULL, NULL, "C1", true },
	{ "4,340,923437948,-; " M, " " M, NULL, NULL, true },
	{ "4,340,923437948,-;[    6.9] x", "[    6.9] x", NULL, NULL, true },
	{ "4,340,99999999999999999999999,-;" M, NULL, NULL, NULL, true },
	/* Syslog */
	{ "Nov 23 07:05:30 vmhost kernel: " M, NULL, "vmhost", NULL, true },
	{ "Nov 23 07:05:30 kernel: " M, NULL, NULL, NULL, true },
	{ "Nov 23 07:05:30 vmhost kernel: [    6.966596] " M, NULL, "vmhost", NULL, true },
	{ "Nov 23 07:05:30 vmhost kernel: [    6.966596][ T5241] " M, NULL, "vmhost", "T5241",
	  true },
	{ "Nov 23 07:05:30 vmhost kern.warn kernel: " M, NULL, "vmhost", NULL, true },
	{ "Mon Nov 23 07:05:30 2026 kern.warn kernel: [    6.966596] " M, NULL, NULL, NULL, true },
	{ "<4>Nov 23 07:05:30 vmhost kernel: " M, NULL, "vmhost", NULL, true },
	{ "2026-11-23T07:05:30+00:00 vmhost kernel: " M, NULL, "vmhost", NULL, true },
	{ "vmhost kernel: " M, NULL, "vmhost", NULL, true },
	{ "kernel: " M, NULL, NULL, NULL, true },
	{ "kernel:[    6.966596] " M, NULL, NULL, NULL, true },
	{ " kernel:" M, NULL, NULL, NULL, true },
	{ "Nov 23 07:05:30 vmhost kernel[1]: " M, NULL, "vmhost", NULL, true },
	{ "Nov 23 07:05:30 vmhost vmunix: " M, NULL, "vmhost", NULL, true },
	{ "<4>1 2026-11-23T07:05:30.5Z vmhost kernel - - - " M, NULL, "vmhost", NULL, true },
	{ "<4>1 2026-11-23T07:05:30.5Z vmhost kernel 0 ID47 [a b=\"c\"] " M, NULL, "vmhost", NULL,
	  true },
	{ "<4>1 2026-11-23T07:05:30.5Z fe80::1 kernel - - [a b=\"]\\\"]\"][c] \xef\xbb\xbf" M,
	  NULL,
	  "fe80::1", NULL, true },
	{ "<4>1 - - kernel - - - " M, NULL, NULL, NULL, true },
	{ "2026-11-23T07:05:30.5Z vmhost kernel - - - " M, NULL, "vmhost", NULL, true },
	/* The journal */
	{ "Nov 23 07:05:30.507335 vmhost kernel: " M, NULL, "vmhost", NULL, true },
	{ "Mon 2026-11-23 07:05:30 UTC vmhost kernel: " M, NULL, "vmhost", NULL, true },
	{ "Mon 2026-11-23 07:05:30 CEST vmhost kernel: " M, NULL, "vmhost", NULL, true },
	{ "Mon 2026-11-23 07:05:30 +03 vmhost kernel: " M, NULL, "vmhost", NULL, true },
	{ "[    6.966596] vmhost kernel: " M, NULL, "vmhost", NULL, true },
	{ "[    6.334471 <    0.000771>] vmhost kernel: " M, NULL, "vmhost", NULL, true },
	{ "1790000006.966596 vmhost kernel: " M, NULL, "vmhost", NULL, true },
	/* logcat: threadtime, uid, year, zone, epoch, time, brief, tag */
	{ "11-23 07:05:30.507     0     0 W kernel  : " M, NULL, NULL, NULL, true },
	{ "11-23 07:05:30.507  root     0     0 W kernel  : " M, NULL, NULL, NULL, true },
	{ "2026-11-23 07:05:30.507     0     0 W kernel  : " M, NULL, NULL, NULL, true },
	{ "11-23 07:05:30.507 +0100     0     0 W kernel  : " M, NULL, NULL, NULL, true },
	{ "1790000006.507     0     0 W kernel  : " M, NULL, NULL, NULL, true },
	{ "11-23 07:05:30.507     0     0 W         : " M, NULL, NULL, NULL, true },
	{ "11-23 07:05:30.507     0     0 I oom_reaper: reaped process 5 (x)",
	  "oom_reaper: reaped process 5 (x)", NULL, NULL, true },
	{ "11-23 07:05:30.507 W/kernel  (    0): " M, NULL, NULL, NULL, true },
	{ "W/kernel  (    0): " M, NULL, NULL, NULL, true },
	{ "W/kernel  : " M, NULL, NULL, NULL, true },
	/* Containers */
	{ "2026-11-23T07:05:30.123456789Z stdout F " M, NULL, NULL, NULL, true },
	{ "2026-11-23T07:05:30.123456789Z stderr P [    6.966596] " M, NULL, NULL, NULL, true },
	{ "2026-11-23T07:05:30.1+02:00 stdout F Nov 23 07:05:30 vmhost kernel: " M, NULL, "vmhost",
	  NULL, true },
	{ "2026-11-23T07:05:30.1Z Nov 23 07:05:30 vmhost kernel: " M, NULL, "vmhost", NULL, true },
	{ "svc_1  | [    6.966596] " M, NULL, NULL, NULL, true },
	{ "[pod/web-7d9c/log] [    6.966596] " M, NULL, NULL, NULL, true },
	/* grep */
	{ "12:[    6.966596] " M, NULL, NULL, NULL, true },
	{ "12-[    6.966596] " M, NULL, NULL, NULL, true },
	{ "12:" M, NULL, NULL, NULL, false },
	{ "kern.log:Nov 23 07:05:30 vmhost kernel: " M, NULL, "vmhost", NULL, true },
	{ "kern.log-Nov 23 07:05:30 vmhost kernel: " M, NULL, "vmhost", NULL, true },
	{ "kern.log-12-Nov 23 07:05:30 vmhost kernel: " M, NULL, "vmhost", NULL, true },
	{ "/var/log/messages-20261123:12:Nov 23 07:05:30 vmhost kernel: " M, NULL, "vmhost", NULL,
	  true },
	{ "a-2026-11-23.log-2026-11-23T07:05:30Z vmhost kernel: " M, NULL, "vmhost", NULL, true },
	{ "kmsg.txt:4,340,923437948,-;" M, NULL, NULL, NULL, true },
	{ "kern.log:<4>[    6.966596] " M, NULL, NULL, NULL, true },
	{ "kern.log-[  123]     0   123 x", "[  123]     0   123 x", NULL, NULL, false },
	/* A time and nothing else */
	{ "2026-11-23 07:05:30 " M, NULL, NULL, NULL, true },
	{ "6.966596 " M, NULL, NULL, NULL, true },
	{ ": " M, NULL, NULL, NULL, false },
};

static void test_lines(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		const char *message = lines[i].message ? lines[i].message : M;
		size_t length = strlen(lines[i].line);
		char *line = malloc(length ? length : 1);
		struct log_prefix log_prefix;

		if (!line)
			abort();
		memcpy(line, lines[i].line, length);
		log_prefix_strip((struct strview){ line, length }, NOW, &log_prefix);
		if (!tap_ok(strview_is(log_prefix.message, message), "\"%s\"", lines[i].line))
			printf("#      got: \"%.*s\"\n", (int)log_prefix.message.length,
			       log_prefix.message.at);
		tap_ok(strview_is(log_prefix.host, lines[i].host ? lines[i].host : ""),
		       "its host");
		tap_ok(strview_is(log_prefix.caller, lines[i].caller ? lines[i].caller : ""),
		       "its caller");
		tap_ok(log_prefix.timed == lines[i].timed && !log_prefix.foreign, "it is %s",
		       lines[i].timed ? "timed" : "not timed");
		free(line);
	}
}

/* Names that look like prefixes, behind real ones or behind none. */
static const struct {
	const char *line, *message;
} names[] = {
	{ "[    6.966596] kernel: invoked oom-killer: x", "kernel: invoked oom-killer: x" },
	{ "[    6.966596] [T1] invoked oom-killer: x", "[T1] invoked oom-killer: x" },
	{ "[    6.966596] <4> invoked oom-killer: x", "<4> invoked oom-killer: x" },
	{ "[    6.966596] > invoked oom-killer: x", "> invoked oom-killer: x" },
	{ "[    6.966596] : x invoked oom-killer: x", ": x invoked oom-killer: x" },
	{ "[    6.966596] 4,1,1,-;x invoked oom-killer: x", "4,1,1,-;x invoked oom-killer: x" },
	{ "[    6.966596] a:12:[x invoked oom-killer: x", "a:12:[x invoked oom-killer: x" },
	{ "[    6.966596] W/x(1): invoked oom-killer: x", "W/x(1): invoked oom-killer: x" },
	{ "[    6.966596] kern  :warn  : invoked oom-killer: x",
	  "kern  :warn  : invoked oom-killer: x" },
	{ "[    6.966596] |x| invoked oom-killer: x", "|x| invoked oom-killer: x" },
	/* Blanks are the name's, and there may be no name. */
	{ "[    6.966596]   x  invoked oom-killer: x", "  x  invoked oom-killer: x" },
	{ "[    6.966596]  invoked oom-killer: x", " invoked oom-killer: x" },
	{ "Nov 23 07:05:30 vmhost kernel:   x invoked oom-killer: x",
	  "  x invoked oom-killer: x" },
	{ "Nov 23 07:05:30 vmhost kernel:  invoked oom-killer: x", " invoked oom-killer: x" },
	{ "Nov 23 07:05:30 vmhost kernel: [    6.966596]  x invoked oom-killer: x",
	  " x invoked oom-killer: x" },
	{ "Nov 23 07:05:30 vmhost kernel: kernel: invoked oom-killer: x",
	  "kernel: invoked oom-killer: x" },
	{ "Nov 23 07:05:30 vmhost kernel: Nov 23 07:05:30 invoked oom-killer: x",
	  "Nov 23 07:05:30 invoked oom-killer: x" },
	{ "4,1,1,-;kernel: invoked oom-killer: x", "kernel: invoked oom-killer: x" },
	{ "4,1,1,-;> [    1.0] invoked oom-killer: x", "> [    1.0] invoked oom-killer: x" },
	/* Without any prefix */
	{ "kernel: invoked oom-killer: x", "kernel: invoked oom-killer: x" },
	{ "[T1] invoked oom-killer: x", "[T1] invoked oom-killer: x" },
	{ "a:1:1 invoked oom-killer: x", "a:1:1 invoked oom-killer: x" },
	{ "1:x invoked oom-killer: x", "x invoked oom-killer: x" },
};

static void test_names(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct log_prefix log_prefix;

		log_prefix_strip(strview_of(names[i].line), NOW, &log_prefix);
		if (!tap_ok(strview_is(log_prefix.message, names[i].message), "\"%s\"",
			    names[i].line))
			printf("#      got: \"%.*s\"\n", (int)log_prefix.message.length,
			       log_prefix.message.at);
	}
}

/* Lines of the kernel's that begin like prefixes. */
static const char *const bare[] = {
	"[    675]     0   675   162013     3031   143360        0             0 systemd-journal",
	"[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name",
	"active_anon:163 inactive_anon:64615 isolated_anon:0",
	"oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0",
	"oom_reaper: reaped process 5 (x), now anon-rss:0kB, file-rss:0kB, shmem-rss:0kB",
	"Out of memory: Killed process 5 (x) total-vm:9kB", "2062044 pages RAM", "Mem-Info:",
	"Node 0 DMA: 1*4kB (U) 1*8kB (M) = 892kB",
	"memory: usage 32768kB, limit 32768kB, failcnt 8",
	"CPU: 1 PID: 91 Comm: main.out Not tainted 6.1.0-50-cloud-amd64 #1", "anon 33370112",
	"Hardware name: QEMU Standard PC (i440FX + PIIX, 1996), BIOS 1.16.2 04/01/2014",
	"Kernel panic - not syncing: Out of memory: compulsory panic_on_oom is enabled",
	"** 57 printk messages dropped **", "lowmem_reserve[]: 0 194 194 194", "Call Trace:",
	"Killed process 5 (x) total-vm:9kB, anon-rss:8kB",
	"Task in /a killed as a result of limit of /a",
	"1047212032   511334 fs/xfs/xfs_icache.c:82 [xfs] func:xfs_inode_alloc", "<TASK>",
	"Memory cgroup stats for /a: cache:0KB rss:9KB", "0 pages HighMem/MovableOnly",
	"sysrq: Manual OOM execution", "Tasks state (memory values in pages):",
	"[<ffff>] x+0x1/0x2",
};

static void test_bare(void)
{
	static const char *const fronts[] = {
		"", "[    6.966596] ", "Nov 23 07:05:30 vmhost kernel: ", "2026-11-23 07:05:30 ",
		"4,1,1,-;", "2026-11-23T07:05:30.1Z stdout F ", "2026-11-23T07:39:10,3+00:00 ",
	};
	char line[256];

	for (size_t i = 0; i < ARRAY_SIZE(bare); i++)
		for (size_t f = 0; f < ARRAY_SIZE(fronts); f++) {
			struct log_prefix log_prefix;

			snprintf(line, sizeof(line), "%s%s", fronts[f], bare[i]);
			log_prefix_strip(strview_of(line), NOW, &log_prefix);
			tap_ok(strview_is(log_prefix.message, bare[i]), "\"%s\" stays", line);
		}
}

/* Whose words they are: another program's keep its name, unless it passes the kernel's line on. */
static const struct {
	const char *line;
	bool foreign;
	const char *message;
} tags[] = {
	{ "Nov 23 07:05:30 vmhost kubelet[12]: Out of memory: Killed process 5 (x)", true,
	  "vmhost kubelet[12]: Out of memory: Killed process 5 (x)" },
	{ "Nov 23 07:05:30 vmhost x: y", true, "vmhost x: y" },
	{ "2026-11-23T07:05:30Z vmhost x[1]: y", true, "vmhost x[1]: y" },
	{ "1790000006.966596 vmhost x: y", true, "vmhost x: y" },
	{ "<4>1 2026-11-23T07:05:30Z vmhost app - - - y", true, "vmhost app - - - y" },
	{ "Nov 23 07:05:30 vmhost klogger: [    6.966596] y", false, "y" },
	{ "Nov 23 07:05:30 Hardware name: y", true, "Hardware name: y" },
	{ "Nov 23 07:05:30 Memory allocations:", true, "Memory allocations:" },
	{ "Nov 23 07:05:30 vmhost systemd-coredump x", false, "vmhost systemd-coredump x" },
	{ "x: y", false, "x: y" }, { "vmhost x: y", false, "vmhost x: y" },
	{ "Nov 23 07:05:30 a b: invoked oom-killer: x", false, "a b: invoked oom-killer: x" },
};

static void test_tags(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(tags); i++) {
		struct log_prefix log_prefix;

		log_prefix_strip(strview_of(tags[i].line), NOW, &log_prefix);
		tap_ok(log_prefix.foreign == tags[i].foreign &&
		       strview_is(log_prefix.message, tags[i].message),
		       "\"%s\" is %s", tags[i].line,
		tags[i].foreign ? "another's" : "not another's");
	}
}

static void test_escapes(void)
{
	struct log_prefix log_prefix;

	log_prefix_strip(strview_of("4,340,923437948,-;x"), NOW, &log_prefix);
	tap_ok(log_prefix.kmsg && !log_prefix.syslog && log_prefix.time.has_monotonic &&
	       log_prefix.time.monotonic_ns == INT64_C(923437948000),
		"/dev/kmsg's escapes and time");
	tap_is_text(log_prefix.time.raw, "923.437948", "which is written as usual");
	log_prefix_strip(strview_of("Nov 23 07:05:30 vmhost kernel: x"), NOW, &log_prefix);
	tap_ok(log_prefix.syslog && !log_prefix.kmsg && log_prefix.time.has_wall, "syslog's");
	log_prefix_strip(strview_of("[    6.966596] x"), NOW, &log_prefix);
	tap_ok(!log_prefix.syslog && !log_prefix.kmsg, "nobody's");
	log_prefix_strip(strview_of("** 57 printk messages dropped ** [    6.9] x"), NOW,
			 &log_prefix);
	tap_is((int64_t)log_prefix.dropped, 57, "lines that were lost");
	tap_ok(log_prefix_is_kmsg(strview_of("4,340,923437948,-;")) &&
	       log_prefix_is_kmsg(strview_of("4,340,923437948,-,caller=T1;x")) &&
	       !log_prefix_is_kmsg(strview_of("4,340,923437948,-")) &&
	       !log_prefix_is_kmsg(strview_of("")) &&
	       !log_prefix_is_kmsg(strview_of("4,340;x")) &&
	       !log_prefix_is_kmsg(strview_of("x4,3,9,-;")),
	       "a record is known by its numbers");
}

static void test_widths(void)
{
	struct log_prefix log_prefix;

	log_prefix_strip(strview_of("> > [    6.9] abc  "), NOW, &log_prefix);
	tap_ok(log_prefix.width == 17 && log_prefix.padding == 2 && log_prefix.indent == 0,
	       "a line's width");
	log_prefix_strip(strview_of("    [    6.9] abc"), NOW, &log_prefix);
	tap_ok(log_prefix.width == 17 && log_prefix.padding == 0 && log_prefix.indent == 4,
	       "indented");
	log_prefix_strip(strview_of(">   abc"), NOW, &log_prefix);
	tap_ok(log_prefix.width == 7 && log_prefix.indent == 2, "quoted and indented");
	log_prefix_strip(strview_of("     "), NOW, &log_prefix);
	tap_ok(log_prefix.width == 0 && log_prefix.padding == 5, "empty but for blanks");
}

/* Every beginning of every line, in memory of its own. */
static void test_cut(void)
{
	size_t longest = 0;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		for (size_t length = 0; length <= strlen(lines[i].line); length++) {
			char *line = malloc(length ? length : 1);
			struct log_prefix log_prefix;

			if (!line)
				abort();
			memcpy(line, lines[i].line, length);
			log_prefix_strip((struct strview){ line, length }, NOW, &log_prefix);
			if (log_prefix.message.at < line ||
			    log_prefix.message.at + log_prefix.message.length > line + length)
				longest = SIZE_MAX;
			else if (log_prefix.message.length > longest)
				longest = log_prefix.message.length;
			free(line);
		}
	tap_ok(longest != SIZE_MAX && longest > strlen(M), "a message lies in its line");
}

static void test_many(void)
{
	static char line[64 * 1024];
	static const char *const pieces[] = { "> ", "[    6.9] ", "kernel: ", "<4>", "a:", "a-",
		"|" };

	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		struct log_prefix log_prefix;

		for (size_t at = 0; at < sizeof(line); at++)
			line[at] = pieces[i][at % strlen(pieces[i])];
		log_prefix_strip((struct strview){ line, sizeof(line) }, NOW, &log_prefix);
		tap_ok(log_prefix.message.length <= sizeof(line), "64 KiB of \"%s\"", pieces[i]);
	}
}

int main(void)
{
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	test_lines();
	test_names();
	test_bare();
	test_tags();
	test_escapes();
	test_widths();
	test_cut();
	test_many();
	return tap_done();
}
