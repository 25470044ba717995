/* SPDX-License-Identifier: GPL-2.0-or-later */
/* columns.c - the table of columns, choosing from it, and what each column shows */
#include <config.h>

#include <ctype.h>
#include <errno.h>

#include "../tap.h"
#include "monitor/columns.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Writes the names of CHOICE, separated by commas. */
static const char *names_of(const struct column_choice *choice, char text[static 1024])
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < choice->count; i++)
		used += (size_t)snprintf(text + used, 1024 - used, "%s%s", i ? "," : "",
					 columns[choice->index[i]].name);
	return text;
}

static const struct column *find(const char *name)
{
	for (size_t i = 0; i < column_count; i++)
		if (!strcmp(columns[i].name, name))
			return &columns[i];
	return NULL;
}

static bool is_upper_case(const char *name)
{
	for (; *name; name++)
		if (!isupper((unsigned char)*name) && *name != '%')
			return false;
	return true;
}

static void test_table(void)
{
	bool named = true, keyed = true, unique = true, described = true, inside = true;

	for (size_t i = 0; i < column_count; i++) {
		named = named && columns[i].name[0] && is_upper_case(columns[i].name);
		described = described && columns[i].source[0] && columns[i].help[0] &&
			    !strchr(columns[i].help, '\n');
		inside = inside && columns[i].offset % sizeof(uint64_t) == 0 &&
			 columns[i].offset + sizeof(uint64_t) <= sizeof(struct sample);
		keyed = keyed && columns[i].key[0] && strspn(columns[i].key,
			"abcdefghijklmnopqrstuvwxyz_") == strlen(columns[i].key);
		for (size_t j = 0; j < i; j++)
			unique = unique && strcmp(columns[i].name, columns[j].name) &&
				 strcmp(columns[i].key, columns[j].key) &&
				 columns[i].offset != columns[j].offset;
	}
	tap_ok(named, "every column has a name of capital letters");
	tap_ok(keyed, "and a key of small letters");
	tap_ok(unique, "no two columns have a name, a key or a figure in common");
	tap_ok(described, "every column has a source and one line of help");
	tap_ok(inside, "every column's figure lies in a sample");
	tap_ok(column_count <= COLUMN_CHOICE_MAX && column_count <= 256,
	       "all columns fit into a choice");
}

/* A sample in which every figure is another number. */
static const struct sample numbered = {
	.seq = 1, .elapsed_ns = 2, .step = STEP_HOLD, .exact = true, .touched = 3, .vsz = 4,
	.rss = 5, .grew = -6, .anon = 7, .file = 8, .shmem = 9, .swap = 10, .pss = 11, .uss = 12,
	.huge = 13, .pte = 14, .minflt = 15, .majflt = 16, .oom_score = 17, .rss_status = 18,
	.rss_rollup = 19, .anon_rollup = 20, .shmem_rollup = 21, .pid = 22, .hugetlb = 23,
	.lazyfree = 24, .locked = 25, .ksm = 26, .cg.total = 27, .cg.anon = 28, .cg.file = 29,
	.cg.shmem = 30, .cg.pte = 31, .committed = -32, .name = "dontneed",
};

static const struct {
	const char *name;
	int64_t value;
	enum column_kind kind;
	unsigned needs;
} figures[] = {
	{ "PID", 22, COLUMN_ID, NEED_STATUS },
	{ "HUGETLB", 23, COLUMN_SIZE, NEED_ROLLUP },
	{ "LAZYFREE", 24, COLUMN_SIZE, NEED_ROLLUP },
	{ "LOCKED", 25, COLUMN_SIZE, NEED_STATUS },
	{ "KSM", 26, COLUMN_SIZE, NEED_KSM },
	{ "CGUSE", 27, COLUMN_SIZE, NEED_CGROUP_USAGE },
	{ "CGANON", 28, COLUMN_SIZE, NEED_CGROUP_STAT },
	{ "CGFILE", 29, COLUMN_SIZE, NEED_CGROUP_STAT },
	{ "CGSHMEM", 30, COLUMN_SIZE, NEED_CGROUP_STAT },
	{ "CGPTE", 31, COLUMN_SIZE, NEED_CGROUP_STAT },
	{ "COMMITTED", -32, COLUMN_GROWTH, NEED_COMMITTED },
	{ "TIME", 2, COLUMN_TIME, NEED_STATUS },
	{ "TOUCHED", 3, COLUMN_SIZE, NEED_STATUS },
	{ "VSZ", 4, COLUMN_SIZE, NEED_STATUS },
	{ "RSS", 5, COLUMN_SIZE, NEED_STATUS },
	{ "GREW", -6, COLUMN_GROWTH, NEED_STATUS },
	{ "ANON", 7, COLUMN_SIZE, NEED_STATUS },
	{ "FILE", 8, COLUMN_SIZE, NEED_STATUS },
	{ "SHMEM", 9, COLUMN_SIZE, NEED_STATUS },
	{ "SWAP", 10, COLUMN_SIZE, NEED_STATUS },
	{ "PSS", 11, COLUMN_SIZE, NEED_ROLLUP },
	{ "USS", 12, COLUMN_SIZE, NEED_ROLLUP },
	{ "HUGE", 13, COLUMN_SIZE, NEED_ROLLUP },
	{ "PTE", 14, COLUMN_SIZE, NEED_PTE },
	{ "MINFLT", 15, COLUMN_COUNT, NEED_STATUS },
	{ "MAJFLT", 16, COLUMN_COUNT, NEED_STATUS },
	{ "OOMSCORE", 17, COLUMN_COUNT, NEED_OOM_SCORE },
};

static const char *const tree_figures[] = {
	"COMMAND",
	"PROCS", "PEAK", "CPU%", "PSISOME%", "PSIFULL%", "SWPIN", "SWPOUT", "CGPEAK", "CGSWPIN", "CGSWPOUT",
};

static void test_figures(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(figures); i++) {
		const struct column *column = find(figures[i].name);

		if (!tap_ok(column != NULL, "there is a column %s", figures[i].name))
			continue;
		tap_is((int64_t)column_value(column, &numbered), figures[i].value,
		       "it shows its own figure");
		tap_ok(column->kind == figures[i].kind, "%s is of its kind", figures[i].name);
		tap_is(column->needs, figures[i].needs, "it needs what it is read from");
	}
	tap_ok(find("STEP") && find("STEP")->kind == COLUMN_TEXT, "STEP is a text");
	for (size_t i = 0; i < ARRAY_SIZE(tree_figures); i++) {
		const struct column *column = find(tree_figures[i]);

		tap_ok(column && column->only == COLUMN_TREE_ONLY,
		       "%s is of a tree of processes", tree_figures[i]);
	}
	tap_is((int64_t)(ARRAY_SIZE(figures) + 1 + ARRAY_SIZE(tree_figures)),
	       (int64_t)column_count,
	       "every column is tested here");
}

/* STEP and PID join by themselves, but not a list in which all columns are named. */
static void test_lead(void)
{
	static const struct { const char *list, *lead, *names; } leads[] = {
		{ NULL, "STEP", "STEP,TOUCHED,VSZ,RSS,GREW,MINFLT" },
		{ NULL, "STEP,PID", "STEP,PID,TOUCHED,VSZ,RSS,GREW,MINFLT" },
		{ "+PSS", "STEP", "STEP,TOUCHED,VSZ,RSS,GREW,MINFLT,PSS" },
		{ "+STEP", "STEP,PID", "PID,TOUCHED,VSZ,RSS,GREW,MINFLT,STEP" },
		{ "RSS", "STEP,PID", "RSS" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(leads); i++) {
		struct column_choice choice = column_choice_default(false);
		struct error err;
		char text[1024];

		if (leads[i].list)
			column_choice_parse(leads[i].list, false, &choice, &err);
		column_choice_lead(&choice, leads[i].lead);
		tap_is_text(names_of(&choice, text), leads[i].names,
			    "columns that join by themselves");
	}
}

static void test_default(void)
{
	struct column_choice choice = column_choice_default(false);
	char text[1024];

	tap_is_text(names_of(&choice, text), "TOUCHED,VSZ,RSS,GREW,MINFLT", "the default");
	tap_is(column_choice_needs(&choice), NEED_STATUS, "the default costs nothing extra");
}

static const struct {
	const char *list, *names;
	unsigned needs;
} right[] = {
	{ "RSS", "RSS", NEED_STATUS },
	{ "rss", "RSS", NEED_STATUS },
	{ "RsS,vSz", "RSS,VSZ", NEED_STATUS },
	{ "MINFLT,RSS,TIME", "MINFLT,RSS,TIME", NEED_STATUS },
	{ "RSS,RSS", "RSS,RSS", NEED_STATUS },
	{ "+PSS", "TOUCHED,VSZ,RSS,GREW,MINFLT,PSS", NEED_ROLLUP },
	{ "+pte,oomscore", "TOUCHED,VSZ,RSS,GREW,MINFLT,PTE,OOMSCORE",
	  NEED_PTE | NEED_OOM_SCORE },
	{ "+RSS", "TOUCHED,VSZ,RSS,GREW,MINFLT,RSS", NEED_STATUS },
	{ "PSS,USS,HUGE,PTE,OOMSCORE", "PSS,USS,HUGE,PTE,OOMSCORE",
	  NEED_ROLLUP | NEED_PTE | NEED_OOM_SCORE },
};

static void test_right(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(right); i++) {
		struct column_choice choice = { 0 };
		struct error err;
		char text[1024];

		tap_is(column_choice_parse(right[i].list, false, &choice, &err), 0, right[i].list);
		tap_is_text(names_of(&choice, text), right[i].names, "the columns in this order");
		tap_is(column_choice_needs(&choice), right[i].needs, "and what they need");
	}
}

static const struct {
	const char *list, *names;	/* what the message names */
} wrong[] = {
	{ "", "''" }, { "+", "''" }, { ",", "''" }, { "RSS,", "''" }, { ",RSS", "''" },
	{ "RSS,,VSZ", "''" }, { "NOSUCH", "'NOSUCH'" }, { "RSS,nosuch,VSZ", "'nosuch'" },
	{ "RS", "'RS'" }, { "RSSX", "'RSSX'" }, { "RSS VSZ", "'RSS VSZ'" }, { " RSS", "' RSS'" },
	{ "RSS, VSZ", "' VSZ'" }, { "++RSS", "'+RSS'" }, { "RSS,+VSZ", "'+VSZ'" },
	{ "RSS\n", "'RSS\\x0a'" }, { "\x1b[2J", "'\\x1b[2J'" }, { "-RSS", "'-RSS'" },
	{ "RSS;VSZ", "'RSS;VSZ'" }, { "\xc2\xb5", "'\\xc2\\xb5'" },
	{ "rows-and-rows-and-rows-and-rows-and-rows-and-rows-and-rows-and-rows-and-rows",
	  "'rows-and-rows" },
};

static void test_wrong(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct column_choice choice = { .count = 77 };
		struct error err = { "", "" };

		tap_is(column_choice_parse(wrong[i].list, false, &choice, &err), -EINVAL,
		       "a wrong list is refused");
		tap_is((int64_t)choice.count, 77, "it leaves the choice alone");
		tap_has(err.message, wrong[i].names, "the message names the word");
		tap_has(err.message, "--output", "and the option");
	}
}

static void test_known_names(void)
{
	struct column_choice choice;
	struct error err = { "", "" };

	column_choice_parse("nosuch", false, &choice, &err);
	for (size_t i = 0; i < column_count; i++)
		if (column_is_for(&columns[i], false))
			tap_has(err.hint, columns[i].name, "the way out names every column");
	column_choice_parse("TOUCHED", true, &choice, &err);
	for (size_t i = 0; i < column_count; i++)
		tap_ok(column_is_for(&columns[i], true) == !!strstr(err.hint, columns[i].name) ||
		       !strcmp(columns[i].name, "STEP") || !strcmp(columns[i].name, "PID"),
		       "of a tree, too: %s", columns[i].name);
}

/* Makes a list of COUNT columns. */
static char *repeat(size_t count, char text[static 1024])
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < count; i++)
		used += (size_t)snprintf(text + used, 1024 - used, "%sRSS", i ? "," : "");
	return text;
}

static void test_many(void)
{
	struct column_choice choice = { 0 };
	struct error err = { "", "" };
	char text[1024];

	tap_is(column_choice_parse(repeat(COLUMN_CHOICE_MAX, text), false, &choice, &err), 0,
	       "as many columns as a choice holds");
	tap_is((int64_t)choice.count, COLUMN_CHOICE_MAX, "all of them");
	tap_is(column_choice_parse(repeat(COLUMN_CHOICE_MAX + 1, text), false, &choice, &err),
	       -EINVAL, "one more is refused");
	tap_has(err.message, "--output", "the message names the option");
	tap_ok(err.hint[0], "and there is a way out");
}

int main(void)
{
	test_table();
	test_figures();
	test_default();
	test_right();
	test_wrong();
	test_known_names();
	test_many();
	test_lead();
	return tap_done();
}
