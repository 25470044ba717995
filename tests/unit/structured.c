/* SPDX-License-Identifier: GPL-2.0-or-later */
/* structured.c - messages out of JSON, journal export and verbose, with times, hosts and bytes */
#include <config.h>

#include <errno.h>
#include <time.h>

#include "../tap.h"
#include "kernlog/structured.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define SECOND INT64_C(1000000000)

/* 2026-11-23 12:00:00 UTC */
#define NOW (INT64_C(1795435200) * SECOND)

#define WALL (INT64_C(1790000006) * SECOND + 966596000)

/* What came of a log. */
struct catch {
	int entries, left;		/* lines that were not taken */
	char messages[4096];		/* each in brackets */
	size_t length;
	struct structured_entry last;	/* its message is gone */
	int fail;			/* what the sink returns */
};

static int take_entry(void *context, const struct structured_entry *entry)
{
	struct catch *caught = context;

	caught->entries++;
	caught->length += (size_t)snprintf(caught->messages + caught->length,
					   sizeof(caught->messages) - caught->length, "[%.*s]",
					   (int)entry->length, entry->message);
	caught->last = *entry;
	return caught->fail;
}

/* Reads LENGTH bytes of LOG line by line, each in memory of its own. Returns the last result. */
static int read_bytes(const char *log, size_t length, struct catch *ret_caught)
{
	struct structured structured = { 0 };
	int r = 0;

	*ret_caught = (struct catch){ .fail = ret_caught->fail };
	while (r >= 0 && length) {
		const char *newline = memchr(log, '\n', length);
		size_t line = newline ? (size_t)(newline - log) : length;
		char *copy = malloc(line + 1);

		if (!copy)
			abort();
		memcpy(copy, log, line);
		r = structured_take(&structured, (struct strview){ copy, line }, NOW, take_entry,
				    ret_caught);
		free(copy);
		ret_caught->left += r == 0;
		log += line + (newline != NULL);
		length -= line + (newline != NULL);
	}
	if (r >= 0)
		r = structured_end(&structured, take_entry, ret_caught);
	structured_free(&structured);
	return r;
}

static struct catch read_log(const char *log)
{
	struct catch caught = { .fail = 0 };

	read_bytes(log, strlen(log), &caught);
	return caught;
}

/* Logs of one form, and the messages that they have. */
static const struct {
	const char *log, *messages;
	int left;
} logs[] = {
	/* No form at all */
	{ "", "", 0 }, { "x\n\n[    6.966596] main.out\n", "", 3 }, { "MESSAGES=x\n", "", 1 },
	{ "\"quoted\" text\n\"quoted\": text, too\nx\n", "", 2 }, { "[1, 2]\n", "", 1 },
	/* JSON, a line each */
	{ "{\"MESSAGE\":\"a\"}\n{\"MESSAGE\":\"b\"}\n", "[a][b]", 0 },
	{ "{\"log\":\"a\\n\",\"stream\":\"stdout\"}\n", "[a]", 0 },
	{ "{\"msg\":\"a\"}{\"msg\":\"b\"}\n", "[a]", 0 },
	{ "  {\"message\":\"a\"}  \n", "[a]", 0 },
	{ "{\"MESSAGE\":\"a\\u0041\\\"\\\\\\/\\t\"}\n", "[aA\"\\/\t]", 0 },
	{ "{\"MESSAGE\":[97,27,91,49,109,98]}\n", "[a\033[1mb]", 0 },
	{ "{\"MESSAGE\":[255,254]}\n", "[\xff\xfe]", 0 },
	{ "{\"MESSAGE\":[\"a\",\"b\"]}\n", "[a]", 0 },
	{ "{\"MESSAGE\":[]}\n{\"MESSAGE\":null}\n{\"MESSAGE\":5}\n{}\n{\"x\":1}\n", "", 0 },
	{ "{\"MESSAGE\":\"a\"\n", "", 1 }, { "{x}\n{\n", "", 1 },
	{ "{\"a\":{\"b\":{\"message\":\"c\"}},\"z\":{}}\n", "[c]", 0 },
	{ "{\"log\":{\"message\":\"a\"}}\n", "[a]", 0 },
	{ "{\"message\":\"a\",\"text\":\"b\"}\n", "[a]", 0 },
	{ "[{\"line\":\"a\"},{\"line\":\"b\"},3]\n", "[a][b]", 0 },
	{ "{\"dmesg\":[{\"pri\":4,\"msg\":\"a\"},{\"pri\":4,\"msg\":\"b\"}]}\n", "[a][b]", 0 },
	{ "{\"hits\":{\"hits\":[{\"_source\":{\"message\":\"a\"}}]}}\n", "[a]", 0 },
	{ "{\"text\":\"\"}\n", "[]", 0 },
	/* No name for a message: all strings, or beside another message what is the kernel's */
	{ "{\"values\":[[\"1790000006966596000\",\"a\"]]}\n", "[a]", 0 },
	{ "[[\"1790000006966596000\",\"a\"],[\"1790000006966596001\",\"b\"]]\n", "[a][b]", 0 },
	{ "[\"a\",\"b\"]\n", "[a][b]", 0 },
	{ "{\"x\":{\"y\":[\"a\",{\"z\":\"b\"}]}}\n", "[a][b]", 0 },
	{ "{\"message\":\"oom!\",\"why\":\"oom-kill:constraint=CONSTRAINT_NONE\"}\n",
	  "[oom-kill:constraint=CONSTRAINT_NONE]", 0 },
	{ "{\"message\":\"oom!\",\"why\":\"Killed process\",\"tags\":[\"a\"]}\n", "[oom!]", 0 },
	{ "{\"MESSAGE\":\"a\",\"_CMDLINE\":\"grep oom-kill:constraint=CONSTRAINT_\"}\n", "[a]",
	  0 },
	{ "{\"log\":\"{\\\"message\\\":\\\"a\\\"}\"}\n", "[a]", 0 },
	{ "{\"log\":\"{a}\"}\n", "[{a}]", 0 },
	{ "{\"log\":\"{\\\"x\\\":1}\"}\n", "[{\"x\":1}]", 0 },
	{ "{\n\"values\": [\n[\n\"1790000006966596000\",\n\"a\"\n]\n]\n}\n", "[a]", 3 },
	{ "{\n\"values\": [[\"1790000006966596000\",\"a\"]],\n}\n", "[a]", 0 },
	/* Of other programs */
	{ "{\"_TRANSPORT\":\"syslog\",\"SYSLOG_IDENTIFIER\":\"kernel\",\"MESSAGE\":\"a\"}\n", "",
	  0 },
	{ "{\"SYSLOG_IDENTIFIER\":\"x\",\"_TRANSPORT\":\"kernel\",\"MESSAGE\":\"a\"}\n", "", 0 },
	{ "{\"MESSAGE\":\"a\",\"_TRANSPORT\":\"kernel\",\"SYSLOG_IDENTIFIER\":\"kernel\"}\n",
	  "[a]",
	  0 },
	{ "{\"ident\":\"kubelet\",\"message\":\"a\"}\n{\"ident\":\"kernel\",\"message\":\"b\"}\n",
	  "[b]", 0 },
	/* dmesg -J; the bracket at its end could be anybody's */
	{ "{\n   \"dmesg\": [\n      {\n         \"pri\": 4,\n         \"time\":     6.333700,\n"
	  "         \"msg\": \"a\"\n      },{\n         \"pri\": 4,\n         \"msg\": \"b\\nc\"\n"
	  "      }\n   ]\n}\n", "[a][b\nc]", 1 },
	/* journalctl -o json-pretty, with bytes in one line or in many */
	{ "{\n\t\"_TRANSPORT\" : \"kernel\",\n\t\"MESSAGE\" : \"a\",\n\t\"PRIORITY\" : \"4\"\n}\n"
	  "{\n\t\"MESSAGE\" : [ 97, 98 ]\n}\n", "[a][ab]", 0 },
	{ "{\n\t\"MESSAGE\" : [\n\t\t97,\n\t\t10,\n\t\t98\n\t],\n\t\"_TRANSPORT\" : "
	  "\"kernel\"\n}\n",
	  "[a\nb]", 0 },
	{ "{\n\t\"_CMDLINE\" : [\n\t\t97,\n\t\t98\n\t],\n\t\"MESSAGE\" : \"a\",\n\t\"X\" : [\n"
	  "\t\t1\n\t],\n\t\"_TRANSPORT\" : \"stdout\"\n}\n", "", 0 },
	{ "{\n\t\"MESSAGE\" : [\n\t\t97\n", "[a]", 0 },
	{ "{\n\t\"MESSAGE\" : \"unfinished\n}\n", "", 0 },
	{ "\t\"MESSAGE\" : \"a\",\nplain\n", "[a]", 1 },
	/* Lines that were torn: the value is what they begin with, or a string alone. */
	{ "\t\"MESSAGE\" : \"a\"B\" : \"b\",\n}\n", "[a]", 0 },
	{ "\t\"MESSAGE\" : \"a\",\n\t\"B\"],C\" : \"b\",\n}\n", "[a]", 1 },
	{ "\t\"MESSAGE\" : \"a\",\n\t\"B\" : 5} [\n97,\n98\n]\n}\n", "[a]", 3 },
	/* Export */
	{ "__CURSOR=1\nMESSAGE=a=b\n_TRANSPORT=kernel\n\n__CURSOR=2\nMESSAGE=b\n\n", "[a=b][b]",
	  0 },
	{ "__CURSOR=1\nMESSAGE=a\n__CURSOR=2\nMESSAGE=b\n", "[a][b]", 0 },
	{ "__CURSOR=1\nMESSAGE=a\n_TRANSPORT=audit\n\n", "", 0 },
	{ "MESSAGE=a\nMESSAGE=b\n\nMESSAGE=\n\n", "[a][]", 0 },
	{ "MESSAGE=a\nsomething else\n", "[a]", 1 },
	/* Verbose: what is indented more than the fields are goes on with a message. */
	{ "Mon 2026-09-21 14:13:26.966596 UTC [s=1;i=1]\n    _TRANSPORT=kernel\n    MESSAGE=a\n"
	  "Mon 2026-09-21 14:13:26.967262 UTC [s=1;i=2]\n    MESSAGE=b\n             c\n"
	  "             A=d\n    PRIORITY=4\n    _TRANSPORT=kernel\n", "[a][b\nc\nA=d]", 0 },
	{ "Mon 2026-09-21 14:13:26.966596 UTC [s=1;i=1]\n    MESSAGE=a\n    _TRANSPORT=stdout\n",
	  "", 0 },
	{ "    MESSAGE=a\n            b\n    PRIORITY=4\n\n", "[a\nb]", 0 },
};

static void test_logs(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(logs); i++) {
		struct catch caught = read_log(logs[i].log);

		tap_is_text(caught.messages, logs[i].messages,
			    logs[i].log[0] ? "messages" : "none");
		if (!tap_ok(caught.left == logs[i].left, "log %zu: lines of no form", i))
			printf("#      got: %d\n#   wanted: %d\n", caught.left, logs[i].left);
	}
}

/* A binary field: its name, the length as 8 bytes, the data, a newline. */
static void check_binary(const char *data, size_t length, const char *name)
{
	static const char front[] = "__CURSOR=1\nX\n\3\0\0\0\0\0\0\0\n\n\n\nMESSAGE\n";
	static const char behind[] = "\n_HOSTNAME=vmhost\n\n__CURSOR=2\nMESSAGE=next\n\n";
	static char log[4096];
	struct catch caught = { .fail = 0 };
	size_t at = sizeof(front) - 1;

	memcpy(log, front, at);
	for (size_t i = 0; i < 8; i++)
		log[at++] = (char)((uint64_t)length >> 8 * i);
	memcpy(log + at, data, length);
	at += length;
	memcpy(log + at, behind, sizeof(behind) - 1);
	read_bytes(log, at + sizeof(behind) - 1, &caught);
	tap_is(caught.entries, 2, name);
	tap_is(caught.left, 0, "all of it is taken");
	while (length && (data[length - 1] == '\n' || data[length - 1] == '\r'))
		length--;
	tap_ok(caught.length == length + sizeof("[][next]") - 1 &&
	       !memcmp(caught.messages + 1, data, length), "the message has its bytes");
}

static void test_binary(void)
{
	static char ten[11] = "\n23456789\n", long_one[2571];

	check_binary("", 0, "no byte");
	check_binary("a", 1, "one byte");
	check_binary("a\nb", 3, "a newline inside");
	check_binary("\nab", 3, "a newline first");
	check_binary("\n\n\nab\n\n", 7, "many, also at the end");
	check_binary("\n", 1, "nothing but one");
	check_binary(ten, 10, "a length that is a newline");
	check_binary("MESSAGE=x\n__CURSOR=3\n\n", 22, "what looks like an entry");
	memset(long_one, 'x', sizeof(long_one));
	long_one[0] = '\n';
	check_binary(long_one, 2560, "a length with a newline in the second byte");
	check_binary(long_one, 2570, "a length of two newlines");
}

static void test_binary_lengths(void)
{
	static const char huge[] = "__CURSOR=1\nMESSAGE\n\377\377\377\377\377\377\377\377a\n"
				   "MESSAGE=b\n\n";
	static const char cut[] = "__CURSOR=1\nMESSAGE\n\5\0\0";
	static const char early[] = "__CURSOR=1\nMESSAGE\n\5\0\0\0\0\0\0\0ab";
	struct catch caught = { .fail = 0 };

	read_bytes(huge, sizeof(huge) - 1, &caught);
	tap_is_text(caught.messages, "[b]", "a length beyond everything is none");
	read_bytes(cut, sizeof(cut) - 1, &caught);
	tap_is(caught.entries, 0, "a length that is cut");
	read_bytes(early, sizeof(early) - 1, &caught);
	tap_is_text(caught.messages, "[ab]", "data that is cut");
}

/* What stands beside the message. */
static void test_entries(void)
{
	struct catch caught = read_log(
		"{\"__REALTIME_TIMESTAMP\":\"1790000006966596\",\"__MONOTONIC_TIMESTAMP\":\"7\","
		"\"_SOURCE_MONOTONIC_TIMESTAMP\":\"6966590\",\"_HOSTNAME\":\"vmhost\","
		"\"MESSAGE\":\"a\"}");
	const struct structured_entry *entry = &caught.last;

	tap_ok(entry->time.has_wall && entry->time.wall_ns == WALL && !entry->time.wall_guessed,
	       "when the journal had it");
	tap_ok(entry->time.has_monotonic && entry->time.monotonic_ns == 6966590000,
	       "when the kernel did");
	tap_is_text(entry->time.raw, "1790000006966596", "as it was logged");
	tap_is_text(entry->host, "vmhost", "on which host");
	tap_ok(entry->record, "a record of the kernel's");
	caught = read_log("{\"__MONOTONIC_TIMESTAMP\":\"7\",\"MESSAGE\":\"a\"}");
	tap_ok(entry->time.monotonic_ns == 7000 && !entry->time.has_wall && !entry->host[0],
	       "the journal's clock in place of the kernel's");
	caught = read_log("__CURSOR=1\n__REALTIME_TIMESTAMP=1790000006966596\nMESSAGE=a\n"
			  "_SOURCE_MONOTONIC_TIMESTAMP=6966590\n_HOSTNAME=vmhost\n\n");
	tap_ok(entry->time.wall_ns == WALL && entry->time.monotonic_ns == 6966590000 &&
	       !strcmp(entry->host, "vmhost") && entry->record, "an export says the same");
	caught = read_log("Mon 2026-09-21 14:13:26.966596 UTC [s=1;i=1]\n    _HOSTNAME=vmhost\n"
			  "    _SOURCE_MONOTONIC_TIMESTAMP=6966590\n    MESSAGE=a\n");
	tap_ok(entry->time.wall_ns == WALL && entry->time.monotonic_ns == 6966590000 &&
	       !strcmp(entry->host, "vmhost"), "and so does verbose");
	tap_is_text(entry->time.raw, "Mon 2026-09-21 14:13:26.966596 UTC", "in its words");
}

static void test_shippers(void)
{
	struct catch caught = read_log("{\"log\":\"a\",\"time\":\"2026-09-21T14:13:26.966596Z\"}");
	const struct structured_entry *entry = &caught.last;

	tap_ok(entry->time.wall_ns == WALL && !entry->record, "docker's time");
	caught = read_log("{\"message\":\"a\",\"ts\":1790000006.5,\"host\":\"h\"}");
	tap_ok(entry->time.wall_ns == WALL - 466596000 && !strcmp(entry->host, "h"), "a number");
	caught = read_log("{\"message\":\"a\",\"timestamp\":1790000006966}");
	tap_is(entry->time.wall_ns, WALL - 596000, "milliseconds");
	caught = read_log("{\"message\":\"a\",\"time\":true,\"host\":{\"name\":\"h\"}}");
	tap_ok(!entry->time.has_wall && !entry->host[0], "what is neither");
	caught = read_log("{\n\"time\":    4017.507335,\n\"caller\": \"T16459\",\n\"msg\": "
			  "\"a\"\n}");
	tap_ok(entry->time.monotonic_ns == 4017507335000 && !strcmp(entry->caller, "T16459") &&
	       entry->record, "dmesg's time and caller");
	caught = read_log("{\"caller\":\"main.go:12\",\"msg\":\"a\"}");
	tap_is_text(entry->caller, "", "another's caller");
	caught = read_log("{\"_HOSTNAME\":\"a-name-that-is-longer-than-any-host-could-have-since-"
			  "there-are-64-bytes-for-it-at-the-most\",\"msg\":\"a\"}");
	tap_is((int64_t)strlen(entry->host), sizeof(entry->host) - 1, "too long a name is cut");
}

/* An entry does not inherit from the one before. */
static void test_forgetting(void)
{
	struct catch caught = read_log("{\"_HOSTNAME\":\"h\",\"time\":1790000006,\"msg\":\"a\"}\n"
				       "{\"_TRANSPORT\":\"x\",\"msg\":\"b\"}\n{\"log\":\"c\"}\n");

	tap_is_text(caught.messages, "[a][c]", "two entries");
	tap_ok(!caught.last.host[0] && !caught.last.time.has_wall && !caught.last.time.raw[0] &&
	       !caught.last.record, "the second has nothing of the first");
}

static void test_errors(void)
{
	struct catch caught = { .fail = -EPIPE };

	tap_is(read_bytes("{\"msg\":\"a\"}\n{\"msg\":\"b\"}\n", 24, &caught), -EPIPE,
	       "what the sink returns is passed on");
	tap_is(caught.entries, 1, "and nothing is read behind it");
	tap_is(read_bytes("MESSAGE=a", 9, &caught), -EPIPE, "also at the end");
	tap_is(read_bytes("{\n\"msg\": \"a\"\n}\n", 15, &caught), -EPIPE, "also of many lines");
}

static void test_limits(void)
{
	size_t length = 2 * STRUCTURED_MESSAGE_MAX;
	char *line = malloc(length + 32);
	struct structured structured = { 0 };
	struct catch caught = { .fail = 0 };
	struct strview text = { line, length };

	if (!line)
		abort();
	memset(line, 'x', length);
	memcpy(line, "MESSAGE=", 8);
	tap_ok(structured_take(&structured, text, NOW, take_entry, &caught) == 1 &&
	       structured_end(&structured, take_entry, &caught) == 0 &&
	       caught.last.length == STRUCTURED_MESSAGE_MAX, "a message that is too long is cut");
	memset(line, '[', length);
	tap_is(structured_take(&structured, text, NOW, take_entry, &caught), 0,
	       "brackets without end");
	for (size_t i = 0; i + 5 <= length; i += 5)
		memcpy(line + i, "{\"a\":", 5);
	tap_is(structured_take(&structured, text, NOW, take_entry, &caught), 0,
	       "objects without end");
	structured_free(&structured);
	free(line);
}

int main(void)
{
	setenv("TZ", "UTC0", 1);
	tzset();
	test_logs();
	test_binary();
	test_binary_lengths();
	test_entries();
	test_shippers();
	test_forgetting();
	test_errors();
	test_limits();
	return tap_done();
}
