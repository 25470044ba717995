/* SPDX-License-Identifier: GPL-2.0-or-later */
/* option-values.c - read the value of each option, and say what is wrong with it */
#include <config.h>

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/duration.h"
#include "lib/number.h"
#include "pagetouch/option-values.h"
#include "workload/heap.h"
#include "workload/subject.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

int value_some(const char *name, const char *text, struct size *ret_size,
	       struct error *err)
{
	int r = size_parse(name, text, ret_size, err);

	if (r < 0 || ret_size->permyriad || ret_size->bytes)
		return r;
	error_set(err, "%s '%s' is nothing", name, text);
	error_hint(err, "%s must be above 0", name);
	return -EINVAL;
}

int value_rate(const char *text, struct request *request, struct error *err)
{
	size_t length = strlen(text);
	char size[128];
	int r;

	if (length > 2 && !strcmp(text + length - 2, "/s"))
		length -= 2;
	if (length < sizeof(size)) {
		memcpy(size, text, length);
		size[length] = '\0';
		text = size;
	}
	request->has_rate = true;
	r = value_some("--rate", text, &request->rate, err);
	if (r < 0 || !request->rate.permyriad)
		return r;
	error_set(err,
		  "--rate '%s' is a share of the memory that is left, which has no speed", text);
	error_hint(err, "write bytes per second, as in 100M/s");
	return -EINVAL;
}

/* Finds TEXT among the COUNT NAMES of OPTION's values. Returns its index or -EINVAL. */
static int parse_choice(const char *option, const char *const *names, size_t count,
			const char *text, struct error *err)
{
	char escaped[64], known[128] = "";
	size_t used = 0;

	for (size_t i = 0; i < count; i++)
		if (!strcmp(text, names[i]))
			return (int)i;
	for (size_t i = 0; i < count && used < sizeof(known); i++)
		used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s=%s",
					 !i ? "" : i + 1 < count ? ", " : " or ", option,
					 names[i]);
	error_set(err, "%s '%s' is not known", option,
		  error_escape(escaped, sizeof(escaped), text));
	error_hint(err, "write %s", known);
	return -EINVAL;
}

int value_thp(const char *text, struct request *request, struct error *err)
{
	static const char *const names[] = {
		[REGION_THP_NEVER] = "never",
		[REGION_THP_ALWAYS] = "always",
		[REGION_THP_SYSTEM] = "system",
	};
	int found = parse_choice("--thp", names, ARRAY_SIZE(names), text, err);

	if (found >= 0)
		request->thp = (enum region_thp)found;
	return found < 0 ? found : 0;
}

int value_access(const char *text, struct request *request, struct error *err)
{
	const char *names[TOUCH_ACCESSES];
	int found;

	for (int i = 0; i < TOUCH_ACCESSES; i++)
		names[i] = touch_access_name((enum touch_access)i);
	found = parse_choice("--access", names, ARRAY_SIZE(names), text, err);
	if (found >= 0)
		request->access = (enum touch_access)found;
	return found < 0 ? found : 0;
}

/* forward, backward, random or random:SEED */
int value_order(const char *text, struct request *request, struct error *err)
{
	static const char *const names[] = {
		[ORDER_FORWARD] = "forward",
		[ORDER_BACKWARD] = "backward",
		[ORDER_RANDOM] = "random",
	};
	bool seeded = !strncmp(text, "random:", 7);
	int found = parse_choice("--order", names, ARRAY_SIZE(names), seeded ? "random" : text,
				 err);
	char escaped[64];

	if (found < 0)
		return found;
	request->order = (enum order_kind)found;
	request->has_seed = seeded;
	if (!seeded || (number_parse_u64(text + 7, &request->seed) == 0 &&
			request->seed <= INT64_MAX && !strchr(text, '\n')))
		return 0;
	error_set(err, "--order '%s': SEED is not a number from 0 to 2^63 - 1",
		  error_escape(escaped, sizeof(escaped), text));
	error_hint(err, "write --order=random:7, or --order=random for a seed by chance");
	return -EINVAL;
}

int value_number(const char *option, const char *text, uint64_t most, uint64_t *ret_number,
		 struct error *err)
{
	uint64_t number;
	char escaped[64];

	if (number_parse_u64(text, &number) == 0 && number >= 1 && number <= most &&
	    !strchr(text, '\n')) {
		*ret_number = number;
		return 0;
	}
	error_set(err, "%s '%s' is not a number from 1 to %llu", option,
		  error_escape(escaped, sizeof(escaped), text), (unsigned long long)most);
	error_hint(err, "write digits alone, as in %s=2", option);
	return -EINVAL;
}

int value_lock(const char *text, struct request *request, struct error *err)
{
	static const char *const names[] = { "onfault" };

	request->lock = text ? REGION_LOCKED_ONFAULT : REGION_LOCKED;
	return text ? parse_choice("--lock", names, ARRAY_SIZE(names), text, err) : 0;
}

int value_hugetlb(const char *text, struct request *request, struct error *err)
{
	struct size size = { 0 };
	char escaped[64];

	request->hugetlb = true;
	if (!text)
		return 0;
	if (size_parse("--hugetlb", text, &size, err) < 0)
		return -EINVAL;
	request->huge_page = size.bytes;
	if (size.bytes > (uint64_t)sysconf(_SC_PAGESIZE) && !(size.bytes & (size.bytes - 1)))
		return 0;
	error_set(err, "--hugetlb '%s' is no size of a huge page",
		  error_escape(escaped, sizeof(escaped), text));
	error_hint(err, "write --hugetlb=2M or --hugetlb=1G, or what else there is in "
		   "/sys/kernel/mm/hugepages");
	return -EINVAL;
}

int value_heap(const char *text, struct request *request, struct error *err)
{
	struct size size = { 0 };
	char escaped[64];

	request->piece = 0;
	if (!text)
		return 0;
	if (size_parse("--heap", text, &size, err) < 0)
		return -EINVAL;
	request->piece = size.bytes;
	if (!size.permyriad && size.bytes >= HEAP_PIECE_LEAST)
		return 0;
	error_set(err, "--heap '%s' is no size of a piece",
		  error_escape(escaped, sizeof(escaped), text));
	error_hint(err, "PIECE is in bytes, %d at least, as in --heap=1000",
		   HEAP_PIECE_LEAST);
	return -EINVAL;
}

int value_file(const char *text, struct request *request, struct error *err)
{
	request->file = text;
	if (*text)
		return 0;
	error_set(err, "--file: PATH '' is empty");
	error_hint(err, "name a file; one that is not there is made for the run");
	return -EINVAL;
}

int value_then(const char *text, struct request *request, struct error *err)
{
	if (request->step_count == STEPS_MAX) {
		error_set(err, "--then: more than %d steps", STEPS_MAX);
		error_hint(err, "leave some of them out");
		return -EINVAL;
	}
	return step_parse(text, &request->steps[request->step_count++], err);
}

int value_time(const char *name, const char *text, uint64_t *ret_ns,
	       struct error *err)
{
	int r = duration_parse(name, text, ret_ns, err);

	if (r < 0 || *ret_ns)
		return r;
	error_set(err, "%s '%s' is no time at all", name, text);
	error_hint(err, "%s must be above 0", name);
	return -EINVAL;
}

int value_adj(const char *text, struct request *request, struct error *err)
{
	char escaped[64], *rest;
	long value;

	if (!strcmp(text, "keep")) {
		request->oom_score_adj = SUBJECT_KEEP_ADJ;
		return 0;
	}
	errno = 0;
	value = strtol(text, &rest, 10);
	if (!*text || isspace((unsigned char)*text) || *rest || errno || value < -1000 ||
	    value > 1000) {
		error_set(err, "--oom-score-adj '%s' is not a number from -1000 to 1000",
			  error_escape(escaped, sizeof(escaped), text));
		error_hint(err,
			   "1000 makes the subject the OOM killer's first choice; 'keep' "
			   "leaves it as it is");
		return -EINVAL;
	}
	request->oom_score_adj = (int)value;
	return 0;
}
