/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay.c - records back from their lines, and runs from files, whole and damaged */
#include <config.h>

#include <errno.h>
#include <unistd.h>

#include "../tap.h"
#include "plot/replay.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define PLAN "{" PLAN_FIELDS
#define SAMPLE(seq) "{" SAMPLE_FIELDS(seq)
#define VERDICT "{" VERDICT_FIELDS

#define PLAN_FIELDS                                                                             \
	"\"record\":\"plan\",\"version\":\"0.1.0\",\"time\":\"2026-11-24T15:59:06Z\","         \
	"\"host\":\"vm\",\"kernel\":\"6.18.0\",\"page_size\":4096,\"size\":67108864,"           \
	"\"interval\":4096,"                                                                    \
	"\"touch\":67108864,\"backing\":\"shared\",\"access\":\"read\",\"order\":\"random\","   \
	"\"passes\":2,\"threads\":4,\"lock\":\"onfault\",\"steps\":[\"dontneed\",\"hold:1s\"]," \
	"\"limit\":33554432,\"pid\":77,\"later\":{\"a\":[1,null]}}"
#define SAMPLE_FIELDS(seq)                                                               \
	"\"record\":\"sample\",\"seq\":" #seq ",\"elapsed_ns\":5,\"step\":\"touch\","   \
	"\"pid\":77,\"process\":\"subject\",\"touched\":4096,\"vsz\":8192,\"rss\":6000," \
	"\"rss_source\":\"smaps_rollup\",\"grew\":-4096,\"pss\":null,\"cg_pte\":12,"     \
	"\"committed\":null}"
#define VERDICT_FIELDS                                                                            \
	"\"record\":\"verdict\",\"outcome\":\"oom-sandbox\",\"exit_status\":137,\"signal\":9,"   \
	"\"touched\":8192,\"vsz\":1,\"rss\":2,\"grew\":3,\"exact\":true,\"proof\":[\"a\",\"b\"]," \
	"\"limit\":33554432,\"message\":\"killed\",\"summary\":\"grew\"}"

/* The same of a run with a name: two of these may be mixed. */
#define OF(run, kind) "{\"run\":\"" run "\"," kind
#define PLAN_OF(run) OF(run, PLAN_FIELDS)
#define SAMPLE_OF(run, seq) OF(run, SAMPLE_FIELDS(seq))
#define VERDICT_OF(run) OF(run, VERDICT_FIELDS)

/* What a plan must have, without its end. */
#define LEAST                                                                       \
	"{\"record\":\"plan\",\"page_size\":4096,\"size\":4096,\"interval\":4096," \
	"\"touch\":4096,\"backing\":\"memfd\","

/* Parses TEXT into one record that stays until the next call. */
static const struct record *parse(const char *text, int *ret_r)
{
	static struct record record;
	struct error err;

	memset(&record, 0x55, sizeof(record));
	*ret_r = record_parse(text, strlen(text), &record, &err);
	return &record;
}

static void test_plan(void)
{
	int r;
	const struct record *record = parse(PLAN, &r);
	const struct record_plan *plan = &record->plan;
	const struct workload *workload = &plan->workload;

	tap_ok(r == 0 && record->kind == RECORD_PLAN, "a plan");
	tap_ok(workload->region.bytes == 64 << 20 && workload->page_size == 4096 &&
	       workload->interval == 4096 && workload->touch == 64 << 20 &&
	       plan->limit == 32 << 20 && plan->pid == 77, "its figures");
	tap_ok(workload->region.backing == REGION_SHARED &&
	       workload->touch_params.access == TOUCH_READ &&
	       workload->touch_params.order == ORDER_RANDOM && workload->passes == 2 &&
	       workload->threads == 4 && workload->lock == REGION_LOCKED_ONFAULT,
	       "its manner");
	tap_ok(workload->step_count == 2 && !strcmp(workload->steps[1].name, "hold:1s"),
	       "its steps");
	tap_ok(!strcmp(plan->host.name, "vm") && !strcmp(plan->host.kernel, "6.18.0") &&
	       !strcmp(plan->host.time, "2026-11-24T15:59:06Z"), "where and when");
}

/* The records of pagewatch, which follows processes. */
static void test_followed(void)
{
	static const struct {
		const char *who, *name;
	} names[] = {
		{ "\"command\":[\"/usr/bin/sort\",\"-n\"],\"pid\":7", "sort" },
		{ "\"command\":[\"a/\"],\"pid\":7", "a/" },
		{ "\"command\":[\"a\\u001b[2J\"],\"pid\":7", "a\x1b[2J" },
		{ "\"command\":null,\"unit\":\"a.service\",\"pid\":null", "a.service" },
		{ "\"unit\":null,\"cgroup\":\"/b\"", "/b" },
		{ "\"pid\":7", "process 7" },
	};
	char text[512];
	int r;
	const struct record *record;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(text, sizeof(text), "{\"record\":\"plan\",\"program\":\"pagewatch\",%s,"
			 "\"limit\":4096,\"machine\":{\"mem_total\":8192}}", names[i].who);
		record = parse(text, &r);
		tap_ok(r == 0 && record->plan.followed && record->plan.limit == 4096 &&
		       record->plan.machine.mem_total == 8192, "a plan of pagewatch");
		tap_is_text(record->plan.name, names[i].name, "what was followed");
	}
	record = parse("{\"record\":\"sample\",\"seq\":1,\"elapsed_ns\":5,\"procs\":3,\"vsz\":9,"
		       "\"rss\":8,\"peak\":null,\"cpu\":99.5}", &r);
	tap_ok(r == 0 && record->sample.procs == 3 && record->sample.cpu == 9950 &&
	       record->sample.peak == SAMPLE_MISSING && record->sample.rss == 8, "a sample");
	parse("{\"record\":\"sample\",\"seq\":1,\"elapsed_ns\":5,\"procs\":3,\"vsz\":9,\"rss\":8,"
	      "\"cpu\":-1}", &r);
	tap_is(r, -EINVAL, "no share is negative");
	record = parse("{\"record\":\"verdict\",\"outcome\":\"exited\",\"exit_status\":3,\"pid\":7,"
		       "\"peak_rss\":50,\"peak_ns\":6,\"victims\":[{\"pid\":7,\"comm\":\"make\"},"
		       "{\"pid\":8,\"comm\":\"cc1\"}]}", &r);
	tap_ok(r == 0 && record->verdict.peaks.rss == 50 && record->verdict.peaks.rss_ns == 6 &&
	       !strcmp(record->verdict.victim, "cc1"), "a verdict, and who else was killed");
}

/* What a run can write, a replay can read. */
static void test_names(void)
{
	char text[256];
	int r;

	for (unsigned i = 0; i < TOUCH_ACCESSES; i++) {
		enum touch_access access = (enum touch_access)i;

		snprintf(text, sizeof(text), LEAST "\"access\":\"%s\"}",
			 touch_access_name(access));
		tap_ok(parse(text, &r)->plan.workload.touch_params.access == access && r == 0,
		       "access %s", touch_access_name(access));
	}
	for (size_t i = 0; i < step_rule_count; i++) {
		snprintf(text, sizeof(text), LEAST "\"steps\":"
			 "[\"%s:1.5K/2M\",\"%s:12.5%%\"]}", step_rules[i].name,
			 step_rules[i].name);
		tap_ok(parse(text, &r)->plan.workload.step_count == 2 && r == 0, "step %s",
		       step_rules[i].name);
	}
}

static void test_sample(void)
{
	int r;
	const struct record *record = parse(SAMPLE(3), &r);
	const struct sample *sample = &record->sample;

	tap_ok(r == 0 && record->kind == RECORD_SAMPLE, "a sample");
	tap_ok(sample->seq == 3 && sample->elapsed_ns == 5 && sample->touched == 4096 &&
	       sample->vsz == 8192 && sample->rss == 6000 && sample->grew == -4096 &&
	       sample->cg.pte == 12 && sample->pid == 77, "its figures");
	tap_ok(sample->pss == SAMPLE_MISSING && sample->uss == SAMPLE_MISSING &&
	       sample->committed == SAMPLE_NO_GROWTH, "null and missing are both unknown");
	tap_ok(sample->exact && !sample->of_child && sample->step == STEP_TOUCH,
	       "what is no figure");
}

static void test_verdict(void)
{
	int r;
	const struct record *record = parse(VERDICT, &r);
	const struct verdict *verdict = &record->verdict.verdict;

	tap_ok(r == 0 && record->kind == RECORD_VERDICT, "a verdict");
	tap_ok(verdict->outcome == OUTCOME_OOM_SANDBOX && verdict->exit_status == 137 &&
	       verdict->signal == 9 && verdict->touched == 8192 && verdict->measured &&
	       verdict->evidence_count == 2 && !strcmp(verdict->evidence_line[1], "b"),
	       "what it says");
	tap_is_text(verdict->err.message, "killed",
		    "a message that is no summary is the trouble");
	record = parse("{\"record\":\"verdict\",\"outcome\":\"completed\",\"touched\":1,"
		       "\"message\":\"m\","
		       "\"summary\":\"m\"}",
		       &r);
	tap_ok(r == 0 && !*verdict->err.message && !strcmp(verdict->summary, "m") &&
		       !verdict->measured,
	       "one that is, is none");
	record = parse("{\"record\":\"verdict\",\"outcome\":\"of the future\",\"touched\":1}", &r);
	tap_ok(r == 0 && verdict->outcome == OUTCOME_FAILED &&
	       !strcmp(record->verdict.outcome, "of the future"), "an outcome that is not known");
}

static const struct {
	const char *text, *name;
	int r;
} lines[] = {
	{ "{\"record\":\"oom\",\"x\":1}", "a record of another kind", 0 },
	{ "{}", "no record", 0 },
	{ "[]", "a list", 0 },
	{ "null", "null", 0 },
	{ "12", "a number", 0 },
	{ "{\"record\":7}", "a kind that is no text", 0 },
	{ "", "nothing", -EAGAIN },
	{ "{", "an object that breaks off", -EAGAIN },
	{ "{\"record\":\"pl", "a text that breaks off", -EAGAIN },
	{ "nonsense", "no JSON", -EBADMSG },
	{ "{} {}", "two in a line", -EBADMSG },
	{ "{'record':'plan'}", "single quotes", -EBADMSG },
	{ "{\"record\":\"plan\"}", "a plan without a size", -EINVAL },
	{ "{\"record\":\"plan\",\"size\":1,\"page_size\":1,\"touch\":1,\"backing\":\"tape\"}",
	  "a backing that is not known", -EINVAL },
	{ "{\"record\":\"plan\",\"size\":1,\"page_size\":1,\"touch\":1,\"backing\":\"private\"}",
	  "the least of a plan", 0 },
	{ "{\"record\":\"plan\",\"size\":\"1\",\"page_size\":1,\"touch\":1,\"backing\":"
	  "\"private\"}",
	  "a size that is a text", -EINVAL },
	{ "{\"record\":\"plan\",\"size\":1,\"page_size\":1,\"touch\":1,\"backing\":\"heap\","
	  "\"piece\":\"x\"}", "a piece that is no number", -EINVAL },
	{ "{\"record\":\"plan\",\"size\":-1,\"page_size\":1,\"touch\":1,\"backing\":\"private\"}",
	  "a negative size", -EINVAL },
	{ "{\"record\":\"plan\",\"size\":1.5,\"page_size\":1,\"touch\":1,\"backing\":\"private\"}",
	  "half a byte", -EINVAL },
	{ "{\"record\":\"plan\",\"size\":18446744073709551615,\"page_size\":1,\"touch\":1,"
	  "\"backing\":\"private\"}",
	  "more than there can be", -EINVAL },
	{ "{\"record\":\"plan\",\"size\":1,\"page_size\":1,\"touch\":1,\"backing\":\"private\","
	  "\"steps\":[\"a,b\"]}",
	  "a step with a comma", -EINVAL },
	{ "{\"record\":\"plan\",\"size\":1,\"page_size\":1,\"touch\":1,\"backing\":\"private\","
	  "\"steps\":7}",
	  "steps that are no list", -EINVAL },
	{ "{\"record\":\"plan\",\"size\":1,\"page_size\":1,\"touch\":1,\"backing\":\"private\","
	  "\"host\":[]}",
	  "a host that is no text", -EINVAL },
	{ "{\"record\":\"sample\",\"seq\":1}", "a sample without figures", -EINVAL },
	{ "{\"record\":\"sample\",\"seq\":1,\"elapsed_ns\":1,\"touched\":1,\"vsz\":1,\"rss\":1}",
	  "a sample without a step", -EINVAL },
	{ "{\"record\":\"verdict\"}", "a verdict of nothing", -EINVAL },
	{ "{\"record\":\"verdict\",\"touched\":1,\"proof\":[1]}", "a proof that is a number",
	  -EINVAL },
	{ "{\"record\":\"verdict\",\"touched\":1,\"proof\":{}}", "proofs that are no list", 0 },
};

static void test_lines(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct error err = { 0 };
		static struct record record;
		int r = record_parse(lines[i].text, strlen(lines[i].text), &record, &err);

		tap_is(r, lines[i].r, lines[i].name);
		if (r < 0)
			tap_ok(err.message[0] != '\0', "which is said: %s", err.message);
	}
}

/* What a file says cannot steer a terminal. */
static void test_texts(void)
{
	int r;
	const struct record *record =
		parse("{\"record\":\"verdict\",\"outcome\":\"killed\",\"touched\":1,"
		      "\"message\":\"a\\u001b[2J\\u202e\\\\x1b\\n\xff\"}",
		      &r);

	tap_ok(r == 0, "hostile text is read");
	tap_is_text(record->verdict.verdict.err.message,
		    "a\\x1b[2J\\xe2\\x80\\xae\\x1b\\x0a\xef\xbf\xbd", "and made harmless");
}

static void test_long_texts(void)
{
	size_t size = 100000;
	char *text = malloc(size);
	static struct record record;
	struct error err;
	int length;

	if (!text)
		exit(99);
	length = snprintf(text, size,
			  "{\"record\":\"verdict\",\"outcome\":\"killed\",\"touched\":1,"
			  "\"message\":\"%050000d\",\"proof\":[\"%01000d\"]}",
			  1, 2);
	tap_is(record_parse(text, (size_t)length, &record, &err), 0,
	       "texts that are too long are cut");
	tap_ok(strlen(record.verdict.verdict.err.message) < ERROR_MESSAGE_MAX &&
	       strlen(record.verdict.verdict.evidence_line[0]) < VERDICT_EVIDENCE_TEXT_MAX,
	       "to their room");
	length = snprintf(text, size, "{\"record\":\"plan\"}");
	text[3] = '\0';
	tap_is(record_parse(text, (size_t)length, &record, &err), -EBADMSG,
	       "a NUL is no JSON");
	free(text);
}

static char path[] = "/tmp/pagetouch-replay.XXXXXX";

static void put(const char *text)
{
	FILE *stream = fopen(path, "w");

	if (!stream)
		exit(99);
	fputs(text, stream);
	fclose(stream);
}

/* Reads run RUN of TEXT: a letter for each record; then how it ended, if not well. */
static const char *read_run(const char *text, uint64_t run)
{
	static char letters[64];
	static const char kinds[] = "?psv";
	static struct record record;
	struct replay_file file;
	struct error err = { 0 };
	size_t count = 0;
	int r;

	put(text);
	r = replay_open(&file, path, false, run, &err);
	if (r == 0)
		letters[count++] = 'p';
	while (r >= 0 && count < 40) {
		r = replay_next(&file, &record, &err);
		if (r <= 0)
			break;
		letters[count++] = kinds[record.kind];
	}
	replay_close(&file);
	letters[count] = '\0';
	if (r < 0)
		snprintf(letters + count, sizeof(letters) - count, "%s",
			 r == -EAGAIN ? "..." : "!");
	if (r < 0 && !err.message[0])
		return "no trouble was told";
	return letters;
}

static const struct {
	const char *text;
	uint64_t run;
	const char *records, *name;
} files[] = {
	{ PLAN "\n" SAMPLE(0) "\n" SAMPLE(1) "\n" VERDICT "\n", 0, "pssv", "a run" },
	{ PLAN "\n" SAMPLE(0) "\n" SAMPLE(1) "\n" VERDICT, 0, "pssv", "without the last newline" },
	{ PLAN "\n" SAMPLE(0) "\n{\"record\":\"news\"}\n{}\n" VERDICT "\n", 0, "psv",
	  "with other records" },
	{ PLAN "\n" SAMPLE(0) "\n" SAMPLE(1) "\n", 0, "pss", "without a verdict" },
	{ PLAN "\n" SAMPLE(0) "\n{\"record\":\"sam", 0, "ps...", "that breaks off" },
	{ PLAN "\n" SAMPLE(0) "\n{\"record\":\"plan\",\"si", 0, "ps...",
	  "that breaks off in what may be the next" },
	{ PLAN "\n" SAMPLE(0) "\n{\"record\":nul", 0, "ps...", "that breaks off in a word" },
	{ PLAN "\n" SAMPLE(0) "\n{\"record\":\"sam\n" SAMPLE(1) "\n", 0, "ps!",
	  "with a broken line" },
	{ PLAN "\n" SAMPLE(0) "\n\n" SAMPLE(1) "\n", 0, "ps!", "with an empty line" },
	{ PLAN "\n" SAMPLE(1) "\n" SAMPLE(1) "\n", 0, "ps!", "with a row twice" },
	{ PLAN "\n" SAMPLE(0) "\n" VERDICT "\n" PLAN "\n" VERDICT "\n", 0, "pv",
	  "the last of two" },
	{ PLAN "\n" SAMPLE(0) "\n" VERDICT "\n" PLAN "\n" VERDICT "\n", 1, "psv",
	  "the first of two" },
	{ PLAN "\n" SAMPLE(0) "\n" VERDICT "\n" PLAN "\n" VERDICT "\n", 2, "pv",
	  "the second of two" },
	{ PLAN "\n" SAMPLE(0) "\n" VERDICT "\n" PLAN "\n" VERDICT "\n", 3, "!",
	  "the third of two" },
	{ PLAN "\n" SAMPLE(0) "\n" PLAN "\n" VERDICT "\n", 1, "ps", "a first without a verdict" },
	{ PLAN_OF("a") "\n" PLAN_OF("b") "\n" SAMPLE_OF("a", 0) "\n" SAMPLE_OF("b", 0) "\n"
	  SAMPLE_OF("b", 1) "\n" SAMPLE_OF("a", 1) "\n" VERDICT_OF("b") "\n" VERDICT_OF("a") "\n",
	  0, "pssv", "the last of two that are mixed" },
	{ PLAN_OF("a") "\n" PLAN_OF("b") "\n" SAMPLE_OF("b", 0) "\n" SAMPLE_OF("b", 1) "\n"
	  VERDICT_OF("b") "\n" SAMPLE_OF("a", 0) "\n" VERDICT_OF("a") "\n",
	  1, "psv", "the first of two that are mixed" },
	{ PLAN_OF("a") "\n" SAMPLE_OF("a", 0) "\n" PLAN_OF("b") "\n" VERDICT_OF("b") "\n",
	  1, "ps", "a first without a verdict, and with a name" },
	{ PLAN_OF("a") "\n" SAMPLE_OF("a", 0) "\n{\"run\":\"b\",\"record\":\"sample\"}\n"
	  SAMPLE_OF("a", 1) "\n", 0, "pss", "among what is wrong with another" },
	{ PLAN_OF("a") "\n" SAMPLE_OF("a", 0) "\n{\"run\":\"a\",\"record\":\"sample\"}\n"
	  SAMPLE_OF("a", 1) "\n", 0, "ps!", "with what is wrong with itself" },
	{ PLAN_OF("a") "\n" SAMPLE_OF("a", 1) "\n" SAMPLE_OF("a", 1) "\n", 0, "ps!",
	  "with a name and a row twice" },
	{ "# a comment\n" PLAN "\n" SAMPLE(0) "\n" VERDICT "\n", 0, "psv",
	  "behind something else" },
	{ "{ \"record\": \"plan\", \"size\": 1, \"page_size\": 1, \"touch\": 1, \"backing\": "
	  "\"private\" }\n",
	  0, "p", "with blanks" },
	{ "", 0, "!", "an empty file" },
	{ "nonsense\n", 0, "!", "a file of something else" },
	{ "{\"record\":\"plan\"}\n", 0, "!", "a plan that says nothing" },
	{ SAMPLE(0) "\n", 0, "!", "a row without a plan" },
};

static void test_files(void)
{
	struct replay_file file;
	struct error err;
	int fd = mkstemp(path);

	if (fd < 0)
		exit(99);
	close(fd);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		tap_is_text(read_run(files[i].text, files[i].run), files[i].records,
			    files[i].name);
	unlink(path);
	tap_is(replay_open(&file, path, false, 0, &err), -ENOENT, "a file that is not there");
	replay_close(&file);
	tap_is(replay_open(&file, "/", false, 0, &err), -EISDIR, "a directory");
	replay_close(&file);
}

/* Which pass or which step of --then a row is of, by the plan's list of them. */
static void test_step_numbers(void)
{
	static const struct { const char *step; uint64_t number; } steps[] = {
		{ "touch", 0 }, { "pass:2", 1 }, { "hold", 0 }, { "dontneed", 0 },
		{ "hold:1s", 1 }, { "hold:1s", 1 }, { "unlisted", 2 }, { "limit:1M", 3 },
	};
	static struct record record;
	struct replay_file file;
	struct error err;
	int fd = mkstemp(path);
	FILE *stream = fd < 0 ? NULL : fdopen(fd, "w");

	if (!stream)
		exit(99);
	fputs(PLAN "\n", stream);
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
		fprintf(stream, "{\"record\":\"sample\",\"seq\":%zu,\"elapsed_ns\":1,"
			"\"touched\":1,\"vsz\":1,\"rss\":1,\"step\":\"%s\"}\n", i, steps[i].step);
	fclose(stream);
	if (replay_open(&file, path, false, 0, &err) < 0)
		exit(99);
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		tap_is(replay_next(&file, &record, &err), 1, steps[i].step);
		tap_is((int64_t)record.sample.step_number, (int64_t)steps[i].number, "its number");
	}
	tap_ok(file.plan.workload.step_count == 4 &&
	       file.plan.workload.steps[3].rule->verb == VERB_BOUND &&
	       file.plan.workload.steps[3].bytes == 1 << 20 && !file.plan.workload.steps[2].rule,
	       "what the plan does not list is added to it, known or not");
	replay_close(&file);
	unlink(path);
}

int main(void)
{
	test_plan();
	test_followed();
	test_names();
	test_sample();
	test_verdict();
	test_lines();
	test_texts();
	test_long_texts();
	test_files();
	strcpy(path + strlen(path) - 6, "XXXXXX");
	test_step_numbers();
	return tap_done();
}
