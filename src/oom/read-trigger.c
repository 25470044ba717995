/* SPDX-License-Identifier: GPL-2.0-or-later */
/* read-trigger.c - who asked for memory: the first lines of a report */
#include <config.h>

#include <errno.h>
#include <stdlib.h>

#include "oom/reader.h"

/* TASK_COMM_LEN less the NUL: a longer name is one with clothes that were not known. */
#define COMM_BYTES 15

void read_comm(struct text text, char comm[static OOM_COMM_MAX])
{
	if (text.length)
		text_copy_to(text, comm, OOM_COMM_MAX);
}

/* The text behind KEY up to a blank or a comma. */
static bool value_of(struct text text, const char *key, struct text *ret_value)
{
	size_t at = text_find(text, key), length = 0;

	if (at == TEXT_NONE)
		return false;
	text = text_from(text, at + strlen(key));
	while (length < text.length && !strchr(", \n\t", text.at[length]))
		length++;
	*ret_value = text_head(text, length);
	return true;
}

static void number_of(struct text text, const char *key, int64_t *ret_value)
{
	struct text value;

	if (value_of(text, key, &value))
		text_take_i64(&value, ret_value);
}

static int keep(char **kept, struct text text)
{
	if (*kept)
		return 0;
	*kept = text_copy(text_trim(text));
	return *kept ? 0 : -ENOMEM;
}

/* "0x6200ca(GFP_HIGHUSER_MOVABLE)", also where a mailer has put a blank into it */
static int read_mask(struct oom_report *report, struct text text)
{
	size_t at = text_find(text, "gfp_mask=");
	struct text mask, rest;

	if (at == TEXT_NONE || report->gfp_mask)
		return 0;
	mask = text_from(text, at + sizeof("gfp_mask=") - 1);
	rest = mask;
	if (!text_take_hex(&rest, &report->gfp_value))
		return 0;
	if (text_starts(rest, "(")) {
		size_t end = text_find(rest, ")");

		rest = end == TEXT_NONE ? text_from(rest, rest.length) : text_from(rest, end + 1);
	}
	return keep(&report->gfp_mask, text_head(mask, (size_t)(rest.at - mask.at)));
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
	static const char phrase[] = " invoked oom-killer";
	struct oom_report *report = &draft->report;
	size_t at = text_find_last(text, phrase);
	struct text rest;
	int r;

	if (at == TEXT_NONE)
		return 0;
	report->trigger.said = true;
	read_comm(cut_name(text_head(text, at)), report->trigger.comm);
	rest = text_from(text, at + sizeof(phrase) - 1);
	number_of(rest, "order=", &report->order);
	number_of(rest, "oom_score_adj=", &report->trigger.adj);
	number_of(rest, "oom_adj=", &report->trigger.old_adj);
	number_of(rest, "oomkilladj=", &report->trigger.old_adj);
	r = read_mask(report, rest);
	if (r == 0 && value_of(rest, "nodemask=", &text) && text.length)
		r = keep(&report->nodemask, text);
	return r;
}

int read_cpuset(struct oom_draft *draft, struct text text)
{
	struct oom_report *report = &draft->report;
	size_t at = text_find_last(text, " cpuset="), mems = text_find_last(text, " mems_allowed=");
	int r;

	if (at == TEXT_NONE || mems == TEXT_NONE || mems < at)
		return 0;
	draft->has_cpuset = true;
	r = keep(&report->cpuset, text_from(text_head(text, mems), at + sizeof(" cpuset=") - 1));
	return r < 0 ? r : keep(&report->mems_allowed,
				text_from(text, mems + sizeof(" mems_allowed=") - 1));
}

/* "Not tainted 6.1.0-50-cloud-amd64 #1", "Tainted: G        W IOE 5.4.0 #1": the word in front of '#' */
static int read_kernel(struct oom_report *report, struct text text)
{
	size_t at = text_find_last(text, " #"), start;
	struct text front;

	if (at == TEXT_NONE) {
		at = text_find_last(text, "ainted ");
		if (at == TEXT_NONE)
			return 0;
		front = text_trim(text_from(text, at + sizeof("ainted ") - 1));
	} else {
		front = text_trim(text_head(text, at));
		start = text_find_last(front, " ");
		front = text_from(front, start == TEXT_NONE ? 0 : start + 1);
	}
	if (text_byte(front, 0) < '0' || text_byte(front, 0) > '9' || text_find(front, ".") == TEXT_NONE)
		return 0;
	return keep(&report->kernel, front);
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

/*
 * This line prints up to 20 bytes of the name, and no clothes are in front of it: it decides where both
 * names end alike.
 */
static void compare_names(struct oom_report *report, struct text name)
{
	struct text known = text_of(report->trigger.comm);

	if (!name.length || name.length > 20)
		return;
	if (!known.length ||
	    (known.length > name.length &&
	     !memcmp(known.at + known.length - name.length, name.at, name.length)) ||
	    (known.length < name.length &&
	     !memcmp(name.at + name.length - known.length, known.at, known.length)))
		read_comm(name, report->trigger.comm);
}

int read_cpu(struct oom_draft *draft, struct text text)
{
	struct oom_report *report = &draft->report;
	struct text rest = text, value;
	size_t at;

	if (draft->has_cpu)
		return 0;
	draft->has_cpu = true;
	if (text_skip(&rest, "CPU: "))
		text_take_i64(&rest, &report->trigger.cpu);
	if (value_of(text_head(rest, 24), "UID: ", &value))
		text_take_i64(&value, &report->trigger.uid);
	if (value_of(text_head(text, 48), "PID: ", &value) || value_of(text_head(text, 24), "Pid: ", &value))
		text_take_i64(&value, &report->trigger.pid);
	at = text_find(text, "omm: ");
	if (at != TEXT_NONE)
		compare_names(report, name_in(text_from(text, at + sizeof("omm: ") - 1)));
	return read_kernel(report, text);
}

int read_hardware(struct oom_draft *draft, struct text text)
{
	draft->has_hardware = true;
	text_skip(&text, "Hardware name: ");
	return keep(&draft->report.machine, text);
}
