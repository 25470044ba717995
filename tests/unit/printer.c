/* SPDX-License-Identifier: GPL-2.0-or-later */
/* printer.c - bars, cells, and what each format writes for plan, samples and verdict */
#include <config.h>

#include <errno.h>
#include <json.h>
#include <unistd.h>

#include "../tap.h"
#include "lib/cleanup.h"
#include "lib/program.h"
#include "output/printer.h"
#include "output/where.h"
#include "plot/plot.h"

#define KIB UINT64_C(1024)
#define MIB (KIB * KIB)
#define GIB (KIB * MIB)
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	int64_t part;
	uint64_t whole;
	int width;
	bool utf8;
	const char *bar;
} bars[] = {
	{ 0, 100, 15, false, "..........   0%" },
	{ 50, 100, 15, false, "#####.....  50%" },
	{ 100, 100, 15, false, "########## 100%" },
	{ 19, 100, 15, false, "#.........  19%" },
	{ 999, 1000, 15, false, "#########.  99%" },
	{ 150, 100, 15, false, "########## 100%" },
	{ -50, 100, 15, false, "..........   0%" },
	{ INT64_MIN, 100, 15, false, "..........   0%" },
	{ 5, 0, 15, false, "..........   0%" },
	{ 60, 100, BAR_WIDTH_MIN, false, "###..  60%" },
	{ INT64_MAX, INT64_MAX, 15, false, "########## 100%" },
	{ INT64_MAX, UINT64_MAX, 15, false, "####......  49%" },
	{ 0, 100, 15, true, "··········   0%" },
	{ 50, 100, 15, true, "█████·····  50%" },
	{ 100, 100, 15, true, "██████████ 100%" },
	{ 1, 80, 15, true, "▏·········   1%" },
	{ 7, 80, 15, true, "▉·········   8%" },
	{ 12, 80, 15, true, "█▌········  15%" },
	{ 79, 80, 15, true, "█████████▉  98%" },
};

static void test_bars(void)
{
	char text[BAR_TEXT_MAX(BAR_WIDTH_MAX)];

	for (size_t i = 0; i < ARRAY_SIZE(bars); i++)
		tap_is_text(bar_draw(bars[i].part, bars[i].whole, bars[i].width, bars[i].utf8,
				     text), bars[i].bar, "a bar");
}

/* Characters of UTF-8 text: all bytes that do not continue one. */
static int cells_of(const char *text)
{
	int cells = 0;

	for (; *text; text++)
		cells += ((unsigned char)*text & 0xc0) != 0x80;
	return cells;
}

/* Whatever the share: as wide as asked for, never shorter than before, inside its buffer. */
static void test_bar_growth(int width, bool utf8)
{
	char text[BAR_TEXT_MAX(BAR_WIDTH_MAX)], last[BAR_TEXT_MAX(BAR_WIDTH_MAX)] = "";
	bool wide = true, inside = true;
	int changes = 0;

	for (int64_t part = 0; part <= 1000; part++) {
		memset(text, '~', sizeof(text));
		bar_draw(part, 1000, width, utf8, text);
		inside = inside && memchr(text, '\0', BAR_TEXT_MAX(width));
		wide = wide && cells_of(text) == width;
		changes += strcmp(text, last) != 0;
		memcpy(last, text, sizeof(text));
	}
	tap_ok(inside && wide, "bars of %d cells are just that wide", width);
	tap_ok(changes > 100, "and change with every percent");
}

static const struct {
	const char *column;
	enum size_unit unit;
	struct sample sample;
	const char *cell;
} cells[] = {
	{ "RSS", SIZE_KIB, { .rss = 65537 }, "65" },
	{ "RSS", SIZE_BYTES, { .rss = 65537 }, "65537" },
	{ "RSS", SIZE_HUMAN, { .rss = 65536 }, "64.0K" },
	{ "RSS", SIZE_KIB, { .rss = 0 }, "0" },
	{ "RSS", SIZE_KIB, { .rss = SAMPLE_MISSING }, "" },
	{ "PSS", SIZE_HUMAN, { .pss = SAMPLE_MISSING }, "" },
	{ "MINFLT", SIZE_HUMAN, { .minflt = 65536 }, "65536" },
	{ "MINFLT", SIZE_KIB, { .minflt = SAMPLE_MISSING }, "" },
	{ "OOMSCORE", SIZE_BYTES, { .oom_score = 1334 }, "1334" },
	{ "GREW", SIZE_KIB, { .grew = 8192 }, "8" },
	{ "GREW", SIZE_KIB, { .grew = -8192 }, "-8" },
	{ "GREW", SIZE_BYTES, { .grew = -1 }, "-1" },
	{ "GREW", SIZE_HUMAN, { .grew = -3 * (int64_t)MIB / 2 }, "-1.5M" },
	{ "GREW", SIZE_BYTES, { .grew = INT64_MIN }, "-9223372036854775808" },
	{ "GREW", SIZE_KIB, { .grew = 0 }, "0" },
	{ "COMMITTED", SIZE_KIB, { .committed = -8192 }, "-8" },
	{ "COMMITTED", SIZE_BYTES, { .committed = SAMPLE_NO_GROWTH }, "" },
	{ "STEP", SIZE_KIB, { .step = STEP_TOUCH }, "touch" },
	{ "STEP", SIZE_BYTES, { .step = STEP_HOLD }, "hold" },
	{ "STEP", SIZE_HUMAN, { .step = STEP_THEN, .name = "protect:none:12.34%" },
	  "protect:none:12.34%" },
	{ "PID", SIZE_HUMAN, { .pid = 4194304 }, "4194304" },
	{ "CGUSE", SIZE_KIB, { .cg.total = SAMPLE_MISSING }, "" },
	{ "TIME", SIZE_KIB, { .elapsed_ns = 0 }, "0.000000" },
	{ "TIME", SIZE_BYTES, { .elapsed_ns = 1234567890 }, "1.234567" },
	{ "TIME", SIZE_HUMAN, { .elapsed_ns = 60000000999 }, "60.000000" },
	{ "TIME", SIZE_KIB, { .elapsed_ns = 5000 }, "0.000005" },
	{ "TOUCHED", SIZE_BYTES, { .touched = UINT64_MAX - 1 }, "18446744073709551614" },
};

static size_t index_of(const char *name)
{
	size_t i = 0;

	while (i < column_count && strcmp(columns[i].name, name) != 0)
		i++;
	if (i == column_count) {
		printf("Bail out! no column %s\n", name);
		exit(99);
	}
	return i;
}

static void test_cells(void)
{
	char text[PRINTER_CELL_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(cells); i++)
		tap_is_text(printer_cell(&columns[index_of(cells[i].column)], &cells[i].sample,
					 cells[i].unit, text), cells[i].cell, cells[i].column);
}

static struct output make_output(enum output_format format, const char *list)
{
	struct output output = { .format = format, .headings = true };
	struct error err;

	if (column_choice_parse(list, false, &output.columns, &err) < 0) {
		printf("Bail out! %s\n", err.message);
		exit(99);
	}
	return output;
}

/* A printer that writes into memory. */
static const struct host host = {
	.run = "0123456789abcdef0123456789abcdef",
	.time = "2024-05-06T07:08:09Z", .name = "node\"7\"\n\x1b[2J", .kernel = "6.1.0-18-amd64",
	.job = { { "SLURM_JOB_ID", "4711" }, { "POD_NAME", "it's \\ a \"pod\"" } }, .jobs = 2,
};

struct press {
	struct printer printer;
	char *text;
	size_t size;
};

static void open_press(struct press *press, const struct output *output)
{
	*press = (struct press){ .text = NULL };
	if (printer_open(&press->printer, output, stdout) < 0) {
		printf("Bail out! cannot open a printer\n");
		exit(99);
	}
	press->printer.stream = open_memstream(&press->text, &press->size);
	/* As a plan leaves it. */
	press->printer.plan.host = &host;
	press->printer.plan.pid = 4711;
}

static void close_press(struct press *press)
{
	printer_close(&press->printer);
	fclose(press->printer.stream);
	free(press->text);
}

static const struct machine machine = {
	.mem_total = 16 * GIB, .mem_available = 8 * GIB, .swap_total = 0, .overcommit_memory = 1,
	.boot_id = "5f0c3b1e-8a47-4e0a-9b57-0a2d7c9d1f11",
};

static const struct workload planned = {
	.region = { .bytes = 64 * GIB, .backing = REGION_SHARED },
	.page_size = 4096, .interval = 32 * MIB, .touch = 48 * GIB,
};

/* Writes the plan record of that. */
static int print_plan(struct press *press, const struct host *here)
{
	struct plan_record record = plan_record_of(&planned, here, &machine, 4711, SAMPLE_MISSING);

	return printer_plan(&press->printer, &record);
}

/* A reading without smaps_rollup. */
static const struct sample reading = {
	.seq = 3, .elapsed_ns = 1500000000, .touched = 96 * MIB, .vsz = 64 * GIB + 2 * MIB,
	.rss = 97 * MIB, .grew = 96 * MIB, .anon = 1, .file = 2, .shmem = 3, .swap = 0,
	.pss = SAMPLE_MISSING, .uss = SAMPLE_MISSING, .huge = SAMPLE_MISSING,
	.pte = SAMPLE_MISSING, .minflt = 24600, .majflt = 0, .oom_score = SAMPLE_MISSING,
};

static void test_csv(void)
{
	struct output output = make_output(OUTPUT_CSV, "TIME,TOUCHED,PSS,GREW,MINFLT");
	struct sample falling = reading;
	struct press press;

	open_press(&press, &output);
	tap_is(print_plan(&press, &host), 0, "a plan is written");
	tap_is_text(press.text, "TIME,TOUCHED,PSS,GREW,MINFLT\n", "as a header, at once");
	tap_is(printer_sample(&press.printer, &reading), 0, "a sample is written");
	tap_has(press.text, "MINFLT\n1.500000,98304,,98304,24600\n", "as a line, at once");
	falling.grew = -4096;
	printer_sample(&press.printer, &falling);
	tap_has(press.text, "24600\n1.500000,98304,,-4,24600\n", "and another");
	tap_is(printer_verdict(&press.printer, &(struct verdict){ .exit_status = 3 }), 0,
	       "a verdict is no error");
	tap_ok(press.text[strlen(press.text) - 1] == '\n' && !strstr(press.text, "guard"),
	       "and not data");
	close_press(&press);
}

static void test_csv_options(void)
{
	struct output output = make_output(OUTPUT_CSV, "RSS");
	struct press press;

	output.headings = false;
	output.unit = SIZE_BYTES;
	open_press(&press, &output);
	print_plan(&press, &host);
	printer_sample(&press.printer, &reading);
	tap_is_text(press.text, "101711872\n", "no header, sizes in bytes");
	close_press(&press);
}

static void test_quiet(void)
{
	struct output output = make_output(OUTPUT_NONE, "RSS");
	struct press press;

	open_press(&press, &output);
	tap_is(print_plan(&press, &host), 0, "a quiet plan");
	tap_is(printer_sample(&press.printer, &reading), 0, "a quiet sample");
	tap_is(printer_verdict(&press.printer, &(struct verdict){ .exit_status = 3 }), 0,
	       "a quiet verdict");
	fflush(press.printer.stream);
	tap_is_text(press.text, "", "nothing is written");
	close_press(&press);
}

/* Checks a field of RECORD given as JSON text, "(none)" for a field that is not there. */
static void field_is(struct json_object *record, const char *key, const char *wanted)
{
	struct json_object *value;
	const char *got = "(none)";

	if (json_object_object_get_ex(record, key, &value))
		got = json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN |
						     JSON_C_TO_STRING_NOSLASHESCAPE);
	tap_is_text(got, wanted, key);
}

struct field {
	const char *key, *value;
};

static void fields_are(struct json_object *record, const struct field *fields)
{
	for (; fields->key; fields++)
		field_is(record, fields->key, fields->value);
}

/* Parses what has been written: one line, which is one record without control characters. */
static struct json_object *only_record(const struct press *press, const char *name)
{
	const char *end = strchr(press->text, '\n');
	bool plain = true;

	tap_ok(end && !end[1], "%s: one line", name);
	for (const char *c = press->text; c < end; c++)
		plain = plain && (unsigned char)*c >= ' ';
	tap_ok(plain, "%s: no control characters", name);
	return json_tokener_parse(press->text);
}

static void test_json_plan(void)
{
	static const struct field fields[] = {
		{ "record", "\"plan\"" }, { "run", "\"0123456789abcdef0123456789abcdef\"" },
		{ "version", "\"" PACKAGE_VERSION "\"" },
		{ "time", "\"2024-05-06T07:08:09Z\"" },
		{ "host", "\"node\\\"7\\\"\\n\\u001b[2J\"" },
		{ "boot_id", "\"5f0c3b1e-8a47-4e0a-9b57-0a2d7c9d1f11\"" },
		{ "kernel", "\"6.1.0-18-amd64\"" }, { "page_size", "4096" },
		{ "size", "68719476736" }, { "interval", "33554432" }, { "touch", "51539607552" },
		{ "backing", "\"shared\"" }, { "limit", "null" }, { "pid", "4711" },
		{ "machine", "{\"mem_total\":17179869184,\"mem_available\":8589934592,"
		  "\"swap_total\":0,\"overcommit_memory\":1}" },
		{ "job", "{\"SLURM_JOB_ID\":\"4711\",\"POD_NAME\":\"it's \\\\ a \\\"pod\\\"\"}" },
		{ NULL, NULL },
	};
	struct output output = make_output(OUTPUT_JSON, "RSS");
	struct json_object *record;
	struct press press;

	open_press(&press, &output);
	tap_is(print_plan(&press, &host), 0, "a plan is written");
	record = only_record(&press, "plan");
	fields_are(record, fields);
	json_object_put(record);
	close_press(&press);
}

static void test_json_unknown(void)
{
	struct host nobody = { .jobs = 0 };
	struct machine unknown = { .mem_total = 4096 };
	static const struct workload small = { .region.bytes = 4096, .page_size = 4096,
					       .interval = 4096, .touch = 4096 };
	struct plan_record bare = plan_record_of(&small, &nobody, &unknown, 1, 64 * MIB);
	static const struct field fields[] = {
		{ "run", "null" }, { "time", "null" }, { "host", "null" }, { "boot_id", "null" },
		{ "kernel", "null" }, { "backing", "\"private\"" }, { "job", "{}" },
		{ "limit", "67108864" },
		{ NULL, NULL },
	};
	struct output output = make_output(OUTPUT_JSON, "RSS");
	struct json_object *record;
	struct press press;

	open_press(&press, &output);
	printer_plan(&press.printer, &bare);
	record = only_record(&press, "bare plan");
	fields_are(record, fields);
	json_object_put(record);
	close_press(&press);
}

/* Names and variables are bytes; JSON is UTF-8 (RFC 8259, 8.1). */
static void test_json_utf8(void)
{
	struct host foreign = { .name = "caf\xc3\xa9", .job = { { "POD_NAME", "x\xff\xfe" } },
				.jobs = 1 };
	struct output output = make_output(OUTPUT_JSON, "RSS");
	struct press press;

	open_press(&press, &output);
	print_plan(&press, &foreign);
	tap_ok(strstr(press.text, "caf\xc3\xa9") || strstr(press.text, "caf\\u00e9"),
	       "UTF-8 is passed on");
	tap_ok(!strchr(press.text, '\xff') && !strchr(press.text, '\xfe'),
	       "bytes that are no UTF-8 are not");
	close_press(&press);
}

static void test_json_sample(void)
{
	static const struct field fields[] = {
		{ "record", "\"sample\"" }, { "seq", "3" }, { "elapsed_ns", "1500000000" },
		{ "step", "\"touch\"" }, { "touched", "100663296" }, { "vsz", "68721573888" },
		{ "rss", "101711872" }, { "rss_source", "\"status\"" }, { "grew", "100663296" },
		{ "anon", "1" }, { "file", "2" }, { "shmem", "3" }, { "swap", "0" },
		{ "pss", "null" }, { "uss", "null" }, { "huge", "null" }, { "pte", "null" },
		{ "minflt", "24600" }, { "majflt", "0" }, { "oom_score", "null" },
		{ NULL, NULL },
	};
	struct output output = make_output(OUTPUT_JSON, "RSS");
	struct json_object *record;
	struct press press;

	output.unit = SIZE_KIB;
	open_press(&press, &output);
	tap_is(printer_sample(&press.printer, &reading), 0, "a sample is written");
	record = only_record(&press, "sample");
	fields_are(record, fields);
	json_object_put(record);
	close_press(&press);
}

static void test_json_held(void)
{
	struct sample held = reading;
	static const struct field fields[] = {
		{ "step", "\"hold\"" }, { "rss_source", "\"smaps_rollup\"" }, { "grew", "-4096" },
		{ "pss", "5" }, { "uss", "6" }, { "huge", "0" }, { "pte", "8" },
		{ "oom_score", "1334" }, { NULL, NULL },
	};
	struct output output = make_output(OUTPUT_JSON, "RSS");
	struct json_object *record;
	struct press press;

	held.step = STEP_HOLD;
	held.exact = true;
	held.grew = -4096;
	held.pss = 5;
	held.uss = 6;
	held.huge = 0;
	held.pte = 8;
	held.oom_score = 1334;
	open_press(&press, &output);
	printer_sample(&press.printer, &held);
	record = only_record(&press, "held sample");
	fields_are(record, fields);
	json_object_put(record);
	close_press(&press);
}

/* How it is touched, and a file whose name is hostile. */
static void test_json_touch_params(void)
{
	static const struct field fields[] = {
		{ "backing", "\"file-shared\"" }, { "access", "\"populate-read\"" },
		{ "order", "\"random\"" }, { "seed", "42" }, { "unit", "4096" },
		{ "stride", "65536" }, { "passes", "3" }, { "threads", "2" },
		{ "lock", "\"onfault\"" }, { "file", "\"a\\\"b\\n\"" }, { "shared", "true" },
		{ "steps", "[\"dontneed:50%\",\"fork\"]" }, { NULL, NULL },
	};
	static struct workload workload = {
		.region = { .bytes = MIB, .backing = REGION_FILE_SHARED },
		.touch_params = { .access = TOUCH_POPULATE_READ, .order = ORDER_RANDOM,
				  .seed = 42, .unit = 4096, .stride = 65536 },
		.passes = 3, .threads = 2, .lock = REGION_LOCKED_ONFAULT, .step_count = 2,
		.file = "a\"b\n",
		.steps = { { .name = "dontneed:50%" }, { .name = "fork" } },
	};
	struct plan_record record = plan_record_of(&workload, &host, &machine, 7, SAMPLE_MISSING);
	struct output output = make_output(OUTPUT_JSON, "RSS");
	struct json_object *object;
	struct press press;

	open_press(&press, &output);
	printer_plan(&press.printer, &record);
	object = only_record(&press, "plan with a manner");
	fields_are(object, fields);
	json_object_put(object);
	close_press(&press);
}

static void test_json_step(void)
{
	static const struct field fields[] = {
		{ "step", "\"free\"" }, { "pid", "4712" }, { "process", "\"child\"" },
		{ "hugetlb", "1" }, { "lazyfree", "2" }, { "locked", "3" }, { "ksm", "4" },
		{ "cg_usage", "5" }, { "cg_anon", "6" }, { "cg_file", "7" }, { "cg_shmem", "8" },
		{ "cg_pte", "null" }, { "committed", "-9" },
		{ "run", "\"0123456789abcdef0123456789abcdef\"" }, { NULL, NULL },
	};
	struct sample sample = reading;
	struct output output = make_output(OUTPUT_JSON, "RSS");
	struct json_object *record;
	struct press press;

	sample.step = STEP_THEN;
	snprintf(sample.name, sizeof(sample.name), "free");
	sample.pid = 4712;
	sample.of_child = true;
	sample.hugetlb = 1;
	sample.lazyfree = 2;
	sample.locked = 3;
	sample.ksm = 4;
	sample.cg.total = 5;
	sample.cg.anon = 6;
	sample.cg.file = 7;
	sample.cg.shmem = 8;
	sample.cg.pte = SAMPLE_MISSING;
	sample.committed = -9;
	open_press(&press, &output);
	printer_sample(&press.printer, &sample);
	record = only_record(&press, "sample of a step");
	fields_are(record, fields);
	json_object_put(record);
	close_press(&press);
}

static void check_verdict(const struct verdict *verdict, const struct field *fields,
			  const char *name)
{
	struct output output = make_output(OUTPUT_JSON, "RSS");
	struct json_object *record;
	struct press press;

	open_press(&press, &output);
	tap_is(printer_verdict(&press.printer, verdict), 0, "a verdict is written");
	record = only_record(&press, name);
	fields_are(record, fields);
	json_object_put(record);
	close_press(&press);
}

static void test_json_verdict(void)
{
	static const struct verdict completed = {
		.outcome = OUTCOME_COMPLETED, .exact = true, .measured = true, .touched = 65536,
		.vsz = 3145728, .rss = 1114112, .grew = 65536, .limit = SAMPLE_MISSING,
		.summary = "All went well.", .time = "2024-05-06T07:08:10Z",
		.oom_limit = SAMPLE_MISSING,
		.evidence_count = 1, .evidence_line = { "smaps_rollup: \"65536\"" },
	};
	static const struct field fields[] = {
		{ "record", "\"verdict\"" }, { "run", "\"0123456789abcdef0123456789abcdef\"" },
		{ "time", "\"2024-05-06T07:08:10Z\"" },
		{ "host", "\"node\\\"7\\\"\\n\\u001b[2J\"" }, { "pid", "4711" },
		{ "job", "{\"SLURM_JOB_ID\":\"4711\",\"POD_NAME\":\"it's \\\\ a \\\"pod\\\"\"}" },
		{ "oom_cgroup", "null" }, { "oom_limit", "null" }, { "outcome", "\"completed\"" },
		{ "exit_status", "0" },
		{ "signal", "null" }, { "touched", "65536" }, { "vsz", "3145728" },
		{ "rss", "1114112" }, { "grew", "65536" }, { "exact", "true" },
		{ "proof", "[\"smaps_rollup: \\\"65536\\\"\"]" },
		{ "limit", "null" }, { "counters", "null" },
		{ "message", "\"All went well.\"" }, { NULL, NULL },
	};

	check_verdict(&completed, fields, "verdict");
}

static void test_json_killed(void)
{
	static const struct verdict killed = {
		.outcome = OUTCOME_KILLED, .exit_status = 137, .signal = 9, .touched = 4096,
		.err = { "killed\nby \x1b[2J", "" }, .summary = "not this",
		.evidence_count = 2, .evidence_line = { "a", "b" }, .oom_cgroup = "/a/b\"c",
		/* A limit may be larger than a signed number. */
		.oom_limit = UINT64_MAX - 4095,
	};
	static const struct field fields[] = {
		{ "outcome", "\"killed\"" }, { "exit_status", "137" }, { "signal", "9" },
		{ "touched", "4096" }, { "vsz", "null" }, { "rss", "null" }, { "grew", "null" },
		{ "exact", "false" }, { "proof", "[\"a\",\"b\"]" },
		{ "oom_cgroup", "\"/a/b\\\"c\"" }, { "oom_limit", "18446744073709547520" },
		{ "message", "\"killed\\nby \\u001b[2J\"" }, { NULL, NULL },
	};
	static const struct field silent[] = {
		{ "message", "null" }, { "proof", "[]" }, { NULL, NULL },
	};

	check_verdict(&killed, fields, "killed verdict");
	check_verdict(&(struct verdict){ .quiet_failure = true }, silent, "silent verdict");
}

#define UNKNOWN "\"cgroup\":null,\"oom_kill\":null,\"high\":null,\"vmstat_oom_kill\":null"

/* The counters, known and not known, of v1 and v2. */
static void test_json_counters(void)
{
	struct oom_monitor_level level = {
		.version = 2, .name = (char[]){ "/a/pagetouch-7" },
		.before = { .known = true, .oom_kill = 0, .high = 3 },
		.after = { .known = true, .oom_kill = 2, .high = 394 },
	};
	struct oom_evidence oom_evidence = { .levels = &level, .count = 1, .vmstat_known = true,
				       .vmstat_before = 100, .vmstat_after = 102 };
	struct verdict verdict = { .limit = 64 * MIB, .oom_evidence = &oom_evidence };
	static const struct field v2[] = {
		{ "limit", "67108864" },
		{ "counters", "{\"before\":{\"cgroup\":\"/a/pagetouch-7\",\"oom_kill\":0,"
		  "\"high\":3,\"vmstat_oom_kill\":100},\"after\":{\"cgroup\":\"/a/pagetouch-7\","
		  "\"oom_kill\":2,\"high\":394,\"vmstat_oom_kill\":102}}" }, { NULL, NULL },
	};
	static const struct field v1[] = {
		{ "counters", "{\"before\":{\"cgroup\":\"/a/pagetouch-7\",\"oom_kill\":0,"
		  "\"high\":null,\"vmstat_oom_kill\":100},\"after\":{\"cgroup\":"
		  "\"/a/pagetouch-7\",\"oom_kill\":null,\"high\":null,\"vmstat_oom_kill\":102}}" },
		{ NULL, NULL },
	};
	static const struct field nothing[] = {
		{ "counters", "{\"before\":{" UNKNOWN "},\"after\":{" UNKNOWN "}}" },
		{ NULL, NULL },
	};

	check_verdict(&verdict, v2, "counters of v2");
	level.version = 1;
	level.after.known = false;
	check_verdict(&verdict, v1, "counters of v1, one unread");
	oom_evidence = (struct oom_evidence){ 0 };
	check_verdict(&verdict, nothing, "no counters");
}

/* Lets PRINT write to standard output and returns what came, which the caller frees. */
static char *capture(void (*print)(const void *context), const void *context)
{
	int saved = dup(STDOUT_FILENO);
	FILE *file = tmpfile();
	char *text = calloc(1, 65536);

	if (saved < 0 || !file || !text)
		exit(99);
	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	print(context);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	rewind(file);
	text[fread(text, 1, 65535, file)] = '\0';
	fclose(file);
	return text;
}

struct table {
	struct output output;
	uint64_t size;
	const struct sample *samples;
	size_t count;
};

static void print_table(const void *context)
{
	const struct table *table = context;
	struct plan_record record = { .host = &host, .machine = &machine, .size = table->size };
	struct printer printer;

	if (printer_open(&printer, &table->output, stdout) == 0 &&
	    printer_plan(&printer, &record) == 0)
		for (size_t i = 0; i < table->count; i++)
			printer_sample(&printer, &table->samples[i]);
	printer_close(&printer);
}

/* Takes out the spaces that a table is filled up with. */
static char *squeeze(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++) {
		bool edge = to == text || to[-1] == '\n' || from[1] == ' ' || from[1] == '\n';

		if (*from != ' ' || !edge)
			*to++ = *from;
	}
	*to = '\0';
	return text;
}

static void test_table(void)
{
	static const struct sample samples[] = {
		{ .touched = 0, .vsz = 3 * MIB, .rss = MIB, .pss = SAMPLE_MISSING },
		{ .touched = 32 * KIB, .vsz = 3 * MIB, .rss = MIB + 32 * KIB, .grew = 32 * KIB,
		  .pss = SAMPLE_MISSING },
		{ .touched = 64 * KIB, .vsz = 3 * MIB, .rss = MIB + 64 * KIB, .grew = 64 * KIB,
		  .pss = 77 * KIB },
	};
	struct table table = { make_output(OUTPUT_TABLE, "TOUCHED,RSS,GREW,PSS"), 64 * KIB,
			       samples, ARRAY_SIZE(samples) };
	char *text = capture(print_table, &table);

	tap_is_text(squeeze(text), "TOUCHED RSS GREW PSS\n0 1024 0\n32 1056 32\n64 1088 64 77\n",
		    "a header, and a row for each sample with gaps for what is missing");
	free(text);
	table.output.headings = false;
	text = capture(print_table, &table);
	tap_ok(!strstr(text, "RSS") && strstr(text, "1024") == strchr(text, '1'),
	       "a table without a header");
	free(text);
}

/* Values that round up to one digit more, or to a minus sign more. */
static const struct {
	enum size_unit unit;
	uint64_t size;
	struct sample sample;
} wide_rows[] = {
	{ SIZE_HUMAN, 128 * KIB, { .touched = 1, .vsz = 100 * KIB - 1, .rss = 64 * KIB } },
	{ SIZE_HUMAN, 2 * GIB, { .touched = 1, .vsz = GIB - 1, .rss = 100 * MIB - 1 } },
	{ SIZE_HUMAN, 64 * KIB, { .touched = 1, .vsz = 99 * KIB, .rss = KIB,
				  .grew = -99 * (int64_t)KIB } },
	{ SIZE_KIB, 64 * GIB, { .touched = 64 * GIB, .vsz = 64 * GIB + MIB, .rss = 64 * GIB,
				.grew = 64 * GIB } },
	{ SIZE_BYTES, 64 * GIB, { .touched = 64 * GIB, .vsz = 64 * GIB + MIB, .rss = 64 * GIB,
				  .grew = 64 * GIB } },
	{ SIZE_BYTES, 64 * KIB, { .touched = 64 * KIB, .vsz = 3 * MIB, .rss = MIB,
				  .grew = -(int64_t)MIB } },
	{ SIZE_KIB, 64 * KIB, { .elapsed_ns = UINT64_C(7200000000000), .vsz = MIB } },
	{ SIZE_KIB, 64 * KIB, { .vsz = MIB, .minflt = 123456789 } },
};

/* Names are made safe once: of a process and of a mapping, with what would colour a terminal. */
static void test_hostile_names(void)
{
	static const struct { enum output_format format; const char *row; } rows[] = {
		{ OUTPUT_TABLE, " 7 m\\x1b[31m\\x0a'\\x5c" }, { OUTPUT_CSV, "7,m\\x1b[31m\\x0a'\\x5c\n" },
	};
	struct where_entry entry = {
		.kind = MAPPING_SHMEM, .name = (char[]){ "/dev/shm/m\x1b[31m\n'\\" },
		.shares[WHERE_PEAK] = { .mappings = 1, .figures.rss = 4096 },
	};
	const struct where where = {
		.entries = &entry, .count = 1, .read_count = 1,
		.readings[WHERE_PEAK] = { .processes = 1, .all = entry.shares[WHERE_PEAK] },
	};
	const struct where unread = {
		.read_count = 1, .readings[WHERE_PEAK].unreadable = 1,
	};
	const struct sample sample = { .pid = 7, .comm = "m\x1b[31m\n'\\" };
	const struct output shown = { .format = OUTPUT_TABLE, .tree = true };
	struct press press;
	struct error err;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP_FREE char *text = NULL;
		struct table table = { { .format = rows[i].format, .tree = true }, MIB,
				       &sample, 1 };

		tap_is(column_choice_parse("PID,COMMAND", true, &table.output.columns, &err), 0, "columns");
		text = capture(print_table, &table);
		tap_has(text, rows[i].row, "the name of a process");
	}
	open_press(&press, &shown);
	tap_is(printer_where(&press.printer, &where), 0, "a table of mappings");
	tap_has(press.text, " /dev/shm/m\\x1b[31m\\x0a'\\x5c", "the name of a mapping");
	close_press(&press);
	open_press(&press, &shown);
	tap_is(printer_where(&press.printer, &unread), 0, "mappings that could not be read");
	fflush(press.printer.stream);
	tap_is_text(press.text, "", "are no table");
	close_press(&press);
}

/* Whether every cell of SAMPLE stands whole in ROW. */
static bool row_is_whole(const char *row, const struct output *output,
			 const struct sample *sample)
{
	for (size_t i = 0; i < output->columns.count; i++) {
		char cell[PRINTER_CELL_MAX];

		printer_cell(&columns[output->columns.index[i]], sample, output->unit, cell);
		row += strspn(row, " ");
		if (strncmp(row, cell, strlen(cell)) || !strchr(" \n", row[strlen(cell)]))
			return false;
		row += strlen(cell);
	}
	return true;
}

static void test_wide_rows(void)
{
	static const char list[] = "TIME,TOUCHED,VSZ,RSS,GREW,MINFLT";

	for (size_t i = 0; i < ARRAY_SIZE(wide_rows); i++) {
		struct sample samples[2] = { { .vsz = wide_rows[i].sample.vsz,
					       .minflt = wide_rows[i].sample.minflt },
					     wide_rows[i].sample };
		struct output output = make_output(OUTPUT_TABLE, list);
		struct table table = { output, wide_rows[i].size, samples, 2 };
		char *text, *row;

		table.output.headings = false;
		table.output.unit = wide_rows[i].unit;
		text = capture(print_table, &table);
		row = strchr(text, '\n');
		tap_ok(row && row_is_whole(row + 1, &table.output, &samples[1]),
		       "no cell of wide row %zu is cut", i);
		if (!tap_ok(row && strlen(row + 1) == (size_t)(row + 1 - text),
			    "wide row %zu is as long as the row before", i))
			printf("#   %s", row ? row + 1 : "(none)\n");
		free(text);
	}
}

/* What stream_flush() says of a write to PATH, with a buffer of its own or none. */
static int flush_to(const char *path, int mode)
{
	FILE *stream = fopen(path, "w");
	int r;

	if (!stream)
		return -ENOTSUP;
	setvbuf(stream, NULL, mode, mode == _IONBF ? 0 : 4096);
	fputs("a row\n", stream);
	r = stream_flush(stream);
	fclose(stream);
	return r;
}

static void test_flush(void)
{
	tap_is(flush_to("/dev/null", _IOFBF), 0, "what can be written is no error");
	if (access("/dev/full", W_OK) != 0) {
		tap_skip("a full disk", "no /dev/full");
		return;
	}
	tap_is(flush_to("/dev/full", _IOFBF), -ENOSPC, "a full disk");
	tap_is(flush_to("/dev/full", _IOLBF), -ENOSPC, "a full disk, line by line");
	tap_is(flush_to("/dev/full", _IONBF), -ENOSPC, "a full disk, unbuffered");
}

/* Every format tells of a disk that is full. */
static void test_full(void)
{
	static const enum output_format formats[] = { OUTPUT_JSON, OUTPUT_CSV };

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		struct output output = make_output(formats[i], "RSS");
		struct printer printer;

		if (printer_open(&printer, &output, stdout) < 0)
			exit(99);
		printer.plan.host = &host;
		printer.stream = fopen("/dev/full", "w");
		if (!printer.stream) {
			tap_skip("a full disk", "no /dev/full");
			continue;
		}
		tap_is(printer_sample(&printer, &reading), -ENOSPC, "a full disk is told of");
		printer_close(&printer);
		fclose(printer.stream);
	}
}

int main(void)
{
	test_bars();
	test_bar_growth(BAR_WIDTH_MIN, false);
	test_bar_growth(BAR_WIDTH_MAX, true);
	test_cells();
	test_csv();
	test_csv_options();
	test_quiet();
	test_json_plan();
	test_json_unknown();
	test_json_utf8();
	test_json_sample();
	test_json_held();
	test_json_touch_params();
	test_json_step();
	test_json_verdict();
	test_json_killed();
	test_json_counters();
	test_table();
	test_hostile_names();
	test_wide_rows();
	test_flush();
	test_full();
	return tap_done();
}
