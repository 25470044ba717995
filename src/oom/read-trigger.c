/* SPDX-License-Identifier: GPL-2.0-or-later */
/* read-trigger.c - who asked for memory: the first lines of a report */
#include <config.h>

#include "oom/reader.h"
#include "oom/scan-values.h"

/* TASK_COMM_LEN less the NUL: a longer name is one with clothes that were not known. */
#define COMM_BYTES 15

/* The line of the CPU has so much of a name, of which a worker's is longer: lib/dump_stack.c. */
#define CPU_COMM_BYTES 20

void read_comm(struct text text, char comm[static OOM_COMM_MAX])
{
	if (text.length)
		text_copy_to(text, comm, OOM_COMM_MAX);
}

/* "0x6200ca(GFP_HIGHUSER_MOVABLE)", also where a mailer has put a blank into it */
static int read_mask(struct oom_report *report, struct text text)
{
	struct text mask, rest;

	if (report->gfp_mask || !text_skip_past(&text, "gfp_mask="))
		return 0;
	mask = rest = text;
	if (!text_take_hex(&rest, &report->gfp_value))
		return 0;
	if (text_starts(rest, "(") && !text_skip_past(&rest, ")"))
		rest = text_from(rest, text_trim(rest).length);
	return value_keep(&report->gfp_mask, text_head(mask, (size_t)(rest.at - mask.at)));
}

/* "nodemask=0-1,4, order=0": a list ends with a comma and a blank. */
static int read_nodemask(struct oom_report *report, struct text text)
{
	size_t end;

	if (!text_skip_past(&text, "nodemask="))
		return 0;
	end = text_find(text, ", ");
	return value_keep(&report->nodemask, text_trim(text_head(text, end)));
}

/* Known clothes are gone. What is still too long for a name has unknown ones in front of it. */
static struct text cut_name(struct text name)
{
	static const char *const ends[] = { "] ", ": ", "> ", "\t" };
	size_t at;

	for (size_t i = 0; name.length > COMM_BYTES && i < sizeof(ends) / sizeof(ends[0]); i++) {
		at = text_find_last(name, ends[i]);
		if (at != TEXT_NONE)
			name = text_from(name, at + strlen(ends[i]));
	}
	while (name.length > COMM_BYTES && (at = text_find(name, " ")) != TEXT_NONE)
		name = text_from(name, at + 1);
	return name;
}

int read_invoked(struct oom_draft *draft, struct text text)
{
	static const char phrase[] = "invoked oom-killer";
	struct oom_report *report = &draft->report;
	size_t at = text_find_last(text, phrase);
	struct text rest;
	int r;

	if (at == TEXT_NONE)
		return 0;
	report->trigger.said = true;
	/* The blank in front of the phrase is not the name's. */
	read_comm(cut_name(text_head(text, at ? at - 1 : 0)), report->trigger.comm);
	rest = text_from(text, at + sizeof(phrase) - 1);
	value_number(rest, "order=", &report->order);
	value_number(rest, "oom_score_adj=", &report->trigger.adj);
	value_number(rest, "oom_adj=", &report->trigger.old_adj);
	value_number(rest, "oomkilladj=", &report->trigger.old_adj);
	r = read_mask(report, rest);
	return r < 0 ? r : read_nodemask(report, rest);
}

int read_cpuset(struct oom_draft *draft, struct text text)
{
	static const char key[] = " cpuset=";
	struct oom_report *report = &draft->report;
	size_t mems = text_find_last(text, " mems_allowed=");
	struct text path = text_head(text, mems);
	int r;

	if (mems == TEXT_NONE || !text_skip_past_last(&path, key))
		return 0;
	draft->has_cpuset = true;
	r = value_keep(&report->cpuset, path);
	text_skip_past_last(&text, " mems_allowed=");
	return r < 0 ? r : value_keep(&report->mems_allowed, text_trim(text));
}

/*
 * "Not tainted 6.1.0-50-cloud-amd64 #1", "Tainted: G        W IOE 5.4.0 #1": the word in front of
 * '#', behind the last "ainted", since a name may be so too
 */
static int read_kernel(struct oom_report *report, struct text text)
{
	struct text version;
	size_t blank;

	if (!text_skip_past_last(&text, "ainted"))
		return 0;
	version = text_trim(text_head(text, text_find(text, " #")));
	blank = text_find_last(version, " ");
	if (blank != TEXT_NONE)
		version = text_from(version, blank + 1);
	if (!text_is_digit(text_byte(version, 0)) || !text_has(version, "."))
		return 0;
	return value_keep(&report->kernel, version);
}

/* The name ends where "Not tainted", "Tainted:" or "Kdump:" begins; it may hold blanks itself. */
static struct text name_in(struct text text)
{
	static const char *const ends[] = { " Kdump: ", " Not tainted", " Tainted: ", " Not" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t at = text_find_last(text, ends[i]);

		if (at != TEXT_NONE)
			return text_head(text, at);
	}
	return text;
}

static bool ends_alike(struct text longer, struct text shorter)
{
	return longer.length >= shorter.length &&
	       !memcmp(longer.at + longer.length - shorter.length, shorter.at, shorter.length);
}

bool read_cpu_fits(const struct oom_report *report, struct text text)
{
	struct text known = text_of(report->trigger.comm), name;

	if (!known.length || !text_skip_past(&text, "omm: "))
		return true;
	name = name_in(text);
	/* Wrapped, a name may have lost blanks; and one of them may have unknown clothes on. */
	return name.length > CPU_COMM_BYTES || ends_alike(known, text_trim(name)) ||
	       ends_alike(text_trim(name), text_trim(known));
}

/* No clothes are in front of the name in this line: it decides, where both names end alike. */
static void compare_names(struct oom_report *report, struct text name)
{
	struct text known = text_of(report->trigger.comm);

	if (!name.length || name.length > CPU_COMM_BYTES)
		return;
	if (!known.length || ends_alike(known, name) || ends_alike(name, known))
		read_comm(name, report->trigger.comm);
}

int read_cpu(struct oom_draft *draft, struct text text)
{
	struct oom_report *report = &draft->report;
	struct text rest = text, head = text_head(text, text_find(text, "omm: "));

	if (draft->has_cpu)
		return 0;
	draft->has_cpu = true;
	value_number(head, "CPU: ", &report->trigger.cpu);
	value_number(head, " UID: ", &report->trigger.uid);
	value_number(head, "PID: ", &report->trigger.pid);
	value_number(head, "Pid: ", &report->trigger.pid);
	if (text_skip_past(&rest, "omm: "))
		compare_names(report, name_in(rest));
	return read_kernel(report, text);
}

int read_hardware(struct oom_draft *draft, struct text text)
{
	draft->has_hardware = true;
	text_skip_blanks(&text);
	text_skip(&text, "Hardware name: ");
	return value_keep(&draft->report.machine, text_trim(text));
}
