/* SPDX-License-Identifier: GPL-2.0-or-later */
/* read-trigger.c - who asked for memory: the first lines of a report */
#include <config.h>

#include "lib/macros.h"
#include "oomreport/reader.h"
#include "oomreport/scan-values.h"

/* TASK_COMM_LEN less the NUL: a longer name is one with prefixes that were not known. */
#define COMM_BYTES 15

/* The line of the CPU has so much of a name, of which a worker's is longer: lib/dump_stack.c. */
#define CPU_COMM_BYTES 20

void read_comm(struct strview text, char comm[static OOM_COMM_MAX])
{
	if (text.length)
		strview_copy_to(text, comm, OOM_COMM_MAX);
}

/* "0x6200ca(GFP_HIGHUSER_MOVABLE)", also where a mailer has put a blank into it */
static int read_mask(struct oom_report *report, struct strview text)
{
	struct strview mask, rest;

	if (report->gfp_mask || !strview_skip_past(&text, "gfp_mask="))
		return 0;
	mask = rest = text;
	if (!strview_take_hex(&rest, &report->gfp_value))
		return 0;
	if (strview_starts(rest, "(") && !strview_skip_past(&rest, ")"))
		rest = strview_from(rest, strview_trim(rest).length);
	return value_keep(&report->gfp_mask, strview_head(mask, (size_t)(rest.at - mask.at)));
}

/* "nodemask=0-1,4, order=0": a list ends with a comma and a blank. */
static int read_nodemask(struct oom_report *report, struct strview text)
{
	size_t end;

	if (!strview_skip_past(&text, "nodemask="))
		return 0;
	end = strview_find(text, ", ");
	return value_keep(&report->nodemask, strview_trim(strview_head(text, end)));
}

/* Known prefixes are gone. What is still too long for a name has unknown ones in front of it. */
static struct strview cut_name(struct strview name)
{
	static const char *const ends[] = { "] ", ": ", "> ", "\t" };
	size_t at;

	for (size_t i = 0; name.length > COMM_BYTES && i < ARRAY_SIZE(ends); i++) {
		at = strview_find_last(name, ends[i]);
		if (at != STRVIEW_NONE)
			name = strview_from(name, at + strlen(ends[i]));
	}
	while (name.length > COMM_BYTES && (at = strview_find(name, " ")) != STRVIEW_NONE)
		name = strview_from(name, at + 1);
	return name;
}

int read_invoked(struct oom_partial *partial, struct strview text)
{
	static const char phrase[] = "invoked oom-killer";
	struct oom_report *report = &partial->report;
	size_t at = strview_find_last(text, phrase);
	struct strview rest;
	int r;

	if (at == STRVIEW_NONE)
		return 0;
	/* The blank in front of the phrase is not the name's. */
	read_comm(cut_name(strview_head(text, at ? at - 1 : 0)), report->trigger.comm);
	rest = strview_from(text, at + sizeof(phrase) - 1);
	value_number(rest, "order=", &report->order);
	value_number(rest, "oom_score_adj=", &report->trigger.adj);
	value_number(rest, "oom_adj=", &report->trigger.old_adj);
	value_number(rest, "oomkilladj=", &report->trigger.old_adj);
	r = read_mask(report, rest);
	return r < 0 ? r : read_nodemask(report, rest);
}

int read_cpuset(struct oom_partial *partial, struct strview text)
{
	static const char key[] = " cpuset=";
	struct oom_report *report = &partial->report;
	size_t mems = strview_find_last(text, " mems_allowed=");
	struct strview path = strview_head(text, mems);
	int r;

	if (mems == STRVIEW_NONE || !strview_skip_past_last(&path, key))
		return 0;
	r = value_keep(&report->cpuset, path);
	strview_skip_past_last(&text, " mems_allowed=");
	return r < 0 ? r : value_keep(&report->mems_allowed, strview_trim(text));
}

/*
 * "Not tainted 6.1.0-50-cloud-amd64 #1", "Tainted: G        W IOE 5.4.0 #1": the word in front of
 * '#', behind the last "ainted", since a name may be so too
 */
static int read_kernel(struct oom_report *report, struct strview text)
{
	struct strview version;
	size_t blank;

	if (!strview_skip_past_last(&text, "ainted"))
		return 0;
	version = strview_trim(strview_head(text, strview_find(text, " #")));
	blank = strview_find_last(version, " ");
	if (blank != STRVIEW_NONE)
		version = strview_from(version, blank + 1);
	if (!strview_is_digit(strview_byte(version, 0)) || !strview_has(version, "."))
		return 0;
	return value_keep(&report->kernel, version);
}

/* The name ends where "Not tainted", "Tainted:" or "Kdump:" begins; it may hold blanks itself. */
static struct strview name_in(struct strview text)
{
	static const char *const ends[] = { " Kdump: ", " Not tainted", " Tainted: ", " Not" };

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		size_t at = strview_find_last(text, ends[i]);

		if (at != STRVIEW_NONE)
			return strview_head(text, at);
	}
	return text;
}

static bool ends_alike(struct strview longer, struct strview shorter)
{
	return longer.length >= shorter.length &&
	       !memcmp(longer.at + longer.length - shorter.length, shorter.at, shorter.length);
}

/* It may be that of the process that invoked the killer. */
bool lacks_cpu(const struct oom_partial *partial, struct strview text)
{
	struct strview known = strview_of(partial->report.trigger.comm), name;

	if (!partial->report.trigger.present || partial->has_cpu)
		return false;
	if (!known.length || !strview_skip_past(&text, "omm: "))
		return true;
	name = name_in(text);
	/* Wrapped, a name may have lost blanks; and one of them may have unknown prefixes on. */
	return name.length > CPU_COMM_BYTES || ends_alike(known, strview_trim(name)) ||
	       ends_alike(strview_trim(name), strview_trim(known));
}

/* No prefixes are in front of the name in this line: it decides, where both names end alike. */
static void compare_names(struct oom_report *report, struct strview name)
{
	struct strview known = strview_of(report->trigger.comm);

	if (!name.length || name.length > CPU_COMM_BYTES)
		return;
	if (!known.length || ends_alike(known, name) || ends_alike(name, known))
		read_comm(name, report->trigger.comm);
}

int read_cpu(struct oom_partial *partial, struct strview text)
{
	struct oom_report *report = &partial->report;
	struct strview rest = text, head = strview_head(text, strview_find(text, "omm: "));

	if (partial->has_cpu)
		return 0;
	value_number(head, "CPU: ", &report->trigger.cpu);
	value_number(head, " UID: ", &report->trigger.uid);
	value_number(head, "PID: ", &report->trigger.pid);
	value_number(head, "Pid: ", &report->trigger.pid);
	if (strview_skip_past(&rest, "omm: "))
		compare_names(report, name_in(rest));
	return read_kernel(report, text);
}
