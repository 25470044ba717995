/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prefilter.c - the fast look for OOM reports finds what a slow one finds, wherever it lies */
#include <config.h>

#include <stddef.h>

#include "../tap.h"
#include "kernlog/prefilter.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define ROUNDS 3000
#define TEXT_MAX 700

/* As kernlog/prefilter.h has them; # is a digit. */
static const char *const needles[] = {
	"voked oom-killer", "oom-killer: ", "oom-kill:constraint", "oom_reaper: ",
	"reaped process #", "oom_score_adj", "oom_adj name", "Killed process #",
	"Kill process #", "kill process #", "ut of memory and no", "ut of memory: OOM vic",
	"ut of memory: syst", "ut of memory: comp", "ult of limit of", "ncoding: base64",
};

/* Lines that must not be skipped, of every kernel series. */
static const char *const lines[] = {
	"main.out invoked oom-killer: gfp_mask=0x201da, order=0, oomkilladj=0",
	"kworker/0:2 invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=-1, oom_score_adj=0",
	"oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom",
	"oom_reaper: reaped process 77 (a), now anon-rss:0kB, file-rss:0kB, shmem-rss:0kB",
	"oom_reaper: unable to reap pid:77 (a)",
	"[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name",
	"[ pid ]   uid  tgid total_vm      rss cpu oom_adj oom_score_adj name",
	"[ pid ]   uid  tgid total_vm      rss cpu oom_adj name",
	"Killed process 77 (a) total-vm:4kB, anon-rss:4kB, file-rss:0kB, shmem-rss:0kB",
	"Killed process 77, UID 27, (a) total-vm:4kB, anon-rss:4kB, file-rss:0kB",
	"Killed process 77 (a)",
	"Out of memory: Kill process 77 (a) score 865 or sacrifice child",
	"Out of memory: kill process 77 (a) score 12 or a child",
	"Kill process 77 (a) sharing same memory",
	"Memory cgroup out of memory: Killed process 77 (a) total-vm:4kB, anon-rss:4kB",
	"Out of memory and no killable processes...",
	"Out of memory: compulsory panic_on_oom is enabled",
	"Task in /a killed as a result of limit of /b",
	"Content-Transfer-Encoding: base64",
};

/* What is given up of them when a mailer wraps them there: a piece that holds the place. */
static const char *const given_up[] = {
	"Killed process", "Kill process", "kill process", "process 77", "Out of", "of memory",
	"memory and", "and no", "memory: comp", "result of", "of limit", "limit of",
	"oom_adj name", "oom_reaper: unable", "-Encoding: base64",
};

/* Ordinary text. */
static const char *const others[] = {
	"systemd[1]: docker.service: Main process exited, code=killed, status=9/KILL",
	"systemd[1]: docker.service: Failed with result 'oom-kill'.",
	"systemd[1]: Killing process 4 (a) with signal SIGKILL.",
	"kernel: oom_kill_process+0x10f/0x120",
	"earlyoom[7]: mem avail: 512 of 1000 MiB",
	"sshd[7]: Failed password for root from 192.0.2.1 port 22 ssh2",
	"will process 4 requests, the rest will be processed, result of limits",
	"the room is out of order: zoom_adj, bloom-killers",
	"java[7]: fork: Cannot allocate memory: out of memory. Out of memory: giving up",
};

static uint64_t state = 88172645463325252u;

/* xorshift: the same everywhere. */
static unsigned any_below(unsigned limit)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)((state >> 20) % limit);
}

/* The slow look: each needle with each digit by memmem(). */
static size_t slow_prefilter(const char *data, size_t length, size_t from)
{
	size_t found = length;

	for (size_t i = 0; i < ARRAY_SIZE(needles); i++) {
		const char *digit = strchr(needles[i], '#');

		for (char c = '0'; c <= (digit ? '9' : '0'); c++) {
			char text[32];
			const char *at;

			snprintf(text, sizeof(text), "%s", needles[i]);
			if (digit)
				text[digit - needles[i]] = c;
			at = memmem(data + from, length - from, text, strlen(text));
			if (at && (size_t)(at - data) < found)
				found = (size_t)(at - data);
		}
	}
	return found;
}

/* Whether both find the same places in LENGTH bytes, which are copied so that they end hard. */
static bool agree(const char *data, size_t length)
{
	char *copy = malloc(length ? length : 1);
	size_t found = 0;
	bool same = copy != NULL;

	if (!copy)
		return false;
	memcpy(copy, data, length);
	for (size_t from = 0; same && from < length; from = found + 1) {
		found = oom_prefilter(copy, length, from);
		same = found == slow_prefilter(copy, length, from);
	}
	if (!same)
		printf("# in %zu bytes: %zu: %.*s\n", length, found, (int)length, data);
	free(copy);
	return same;
}

/* A needle with a digit for its #. */
static size_t some_needle(char text[static 32], size_t index)
{
	char *digit;

	snprintf(text, 32, "%s", needles[index]);
	digit = strchr(text, '#');
	if (digit)
		*digit = (char)('0' + any_below(10));
	return strlen(text);
}

/* A beginning, an end or the whole of a needle. */
static size_t add_piece(char *text, size_t at, size_t room)
{
	char piece[32];
	size_t length = some_needle(piece, any_below(ARRAY_SIZE(needles)));
	size_t first = any_below(3) ? 0 : any_below((unsigned)length);
	size_t count = any_below(2) ? length - first : any_below((unsigned)(length - first + 1));

	count = count < room ? count : room;
	memcpy(text + at, piece + first, count);
	return count;
}

/* Any bytes, letters of needles, or pieces of needles, in turn. */
static size_t make_text(char text[static TEXT_MAX], unsigned kind)
{
	static const char letters[] = "om-_kil: edprcsKutf";
	size_t length = any_below(TEXT_MAX), at = 0;

	while (at < length) {
		if (kind % 3 == 0)
			text[at++] = (char)any_below(256);
		else if (kind % 3 == 1)
			text[at++] = letters[any_below(sizeof(letters) - 1)];
		else
			at += add_piece(text, at, length - at);
	}
	return length;
}

static void test_lines(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		size_t length = strlen(lines[i]);

		tap_ok(oom_prefilter(lines[i], length, 0) < length && agree(lines[i], length),
		       "found: %s", lines[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		tap_is((int64_t)oom_prefilter(others[i], strlen(others[i]), 0),
		       (int64_t)strlen(others[i]), others[i]);
}

/* Whether LINE may be lost when it is wrapped at AT. */
static bool may_be_lost(const char *line, size_t at)
{
	for (size_t i = 0; i < ARRAY_SIZE(given_up); i++) {
		const char *piece = strstr(line, given_up[i]);
		size_t first = piece ? (size_t)(piece - line) : SIZE_MAX;

		if (piece && at >= first && at < first + strlen(given_up[i]))
			return true;
	}
	return false;
}

static void test_wrapped(void)
{
	size_t wrapped = 0, lost = 0, wrong = 0;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		size_t length = strlen(lines[i]);
		char text[128];

		for (size_t at = 0; at < length; at++) {
			if (lines[i][at] != ' ')
				continue;
			snprintf(text, sizeof(text), "%s", lines[i]);
			text[at] = '\n';
			wrapped++;
			if (oom_prefilter(text, length, 0) < length)
				continue;
			lost++;
			wrong += !may_be_lost(lines[i], at);
		}
	}
	tap_ok(wrapped > 100 && !wrong, "a wrapped line is found, or known to be given up");
	printf("# %zu of %zu lost\n", lost, wrapped);
}

/* Each needle at each offset, whole and torn, in text of one byte. */
static void test_offsets(void)
{
	char text[128], needle[32];
	bool same = true;

	for (size_t i = 0; i < ARRAY_SIZE(needles); i++) {
		size_t count = some_needle(needle, i);

		for (size_t at = 0; at + count < sizeof(text); at++) {
			memset(text, (int)any_below(256), sizeof(text));
			memcpy(text + at, needle, count);
			for (size_t length = at + 1; length <= at + count + 1; length++)
				same = same && agree(text, length);
		}
	}
	tap_ok(same, "each needle at each offset, torn at each place");
}

/* All that is periodic is a trap for what skips. */
static void test_periods(void)
{
	char text[TEXT_MAX], needle[32];
	bool same = true;

	for (size_t i = 0; i < ARRAY_SIZE(needles); i++) {
		size_t count = some_needle(needle, i);

		for (size_t period = 1; period <= count; period++) {
			for (size_t at = 0; at < sizeof(text); at++)
				text[at] = needle[at % period];
			same = same && agree(text, sizeof(text));
		}
	}
	tap_ok(same, "each beginning of a needle, again and again");
	for (int byte = 0; byte < 256; byte++) {
		memset(text, byte, sizeof(text));
		same = same && oom_prefilter(text, sizeof(text), 0) == sizeof(text);
	}
	tap_ok(same, "nothing in text of one byte");
}

static void test_random(void)
{
	char text[TEXT_MAX];
	size_t hits = 0;
	bool same = true;

	for (unsigned round = 0; same && round < ROUNDS; round++) {
		size_t length = make_text(text, round);

		same = agree(text, length);
		hits += oom_prefilter(text, length, 0) < length;
	}
	tap_ok(same && hits > ROUNDS / 6, "the same as the slow look in any text");
}

static void test_from(void)
{
	char text[] = "Killed process 1 Killed process 2";

	tap_is((int64_t)oom_prefilter(text, sizeof(text) - 1, 0), 0, "from the first");
	tap_is((int64_t)oom_prefilter(text, sizeof(text) - 1, 1), 17, "from behind its beginning");
	tap_is((int64_t)oom_prefilter(text, sizeof(text) - 1, 17), 17, "from the second");
	tap_is((int64_t)oom_prefilter(text, sizeof(text) - 1, 18), 33, "none is left");
	tap_is((int64_t)oom_prefilter(text, sizeof(text) - 1, 33), 33, "from the end");
	tap_is((int64_t)oom_prefilter(text, sizeof(text) - 1, 99), 33, "from behind the end");
	tap_is((int64_t)oom_prefilter(text, 0, 0), 0, "no data");
}

/* Reads TEXT in pieces of up to MOST bytes, as a parser does; marks where something was found. */
static void prefilter_in_pieces(const char *text, size_t length, unsigned most, bool *marks)
{
	for (size_t end = 0, begin = 0; end < length;) {
		size_t piece = 1 + any_below(most), at = 0;

		end = end + piece < length ? end + piece : length;
		while ((at = oom_prefilter(text + begin, end - begin, at)) < end - begin)
			marks[begin + at++] = true;
		begin = end > OOM_PREFILTER_OVERLAP ? end - OOM_PREFILTER_OVERLAP : 0;
	}
}

static void test_overlap(void)
{
	char text[TEXT_MAX];
	bool same = true;

	for (unsigned round = 0; same && round < ROUNDS / 10; round++) {
		size_t length = make_text(text, 1 + round % 2);
		bool marks[TEXT_MAX] = { false };

		prefilter_in_pieces(text, length, 1 + any_below(200), marks);
		for (size_t at = 0; at < length; at++)
			same = same && marks[at] == (slow_prefilter(text, length, at) == at);
	}
	tap_ok(same, "the overlap is enough, however the text is torn");
}

int main(void)
{
	test_lines();
	test_wrapped();
	test_offsets();
	test_periods();
	test_random();
	test_from();
	test_overlap();
	return tap_done();
}
