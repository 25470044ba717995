/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain-memcg.c - the memory cgroup that ran out, and its limit */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "analysis/explain-parts.h"
#include "lib/ascii.h"
#include "lib/macros.h"

/* Bytes: a longer path, as those of pods, is told after what is shorter and says more. */
#define LONG_PATH 60

/* "Memory cgroup /a reached its limit of 32.0 MiB" */
void oom_summarize_memcg(struct oom_textbuf *buf)
{
	static const char *const kinds[] = {
		[OOM_LIMIT_MEMORY] = "", [OOM_LIMIT_MEMSW] = " of memory and swap together",
		[OOM_LIMIT_KMEM] = " of kernel memory",
	};
	/* systemd and its like are written small even where a sentence begins. */
	static const char *const large[] = { "a ", "all ", "the ", "memory ", "cgroup ",
					     "container ", "login " };
	const struct oom_memcg_usage *usage = &buf->memcg_usage;
	const char *name = oom_memcg_name(buf, buf->report->memcg.path, &buf->owner);
	const char *its = strncmp(name, "all ", 4) ? "its" : "their";
	uint64_t limit = usage->counter->limit;

	if (buf->bpf) {
		oom_sentence(buf, "A BPF program asked for a kill in %s", name);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(large); i++)
		if (!strncmp(name, large[i], strlen(large[i]))) {
			name = oom_words(buf, "%c%s", ascii_upper(*name), name + 1);
			break;
		}
	if (usage->counter->unlimited)
		oom_sentence(buf, "%s ran out of memory, without a limit of its own", name);
	else if (usage->below && limit != OOM_UNKNOWN)
		oom_sentence(buf, "%s ran out of memory, though only %s of %s limit of %s was used when the report was made",
			     name, BYTES(usage->counter->usage), its, BYTES(limit));
	else
		oom_sentence(buf, "%s reached %s limit%s%s", name, its, kinds[usage->reached],
			     PART_IF(limit != OOM_UNKNOWN, " of %s", BYTES(limit)));
}

/* "32.0 MiB of 32.0 MiB" */
static void append_counter(struct oom_textbuf *buf, const char *name,
			   const struct oom_counter *counter)
{
	if (counter->usage == OOM_UNKNOWN)
		return;
	oom_append(buf, "%s %s%s", name, BYTES(counter->usage), counter->unlimited
		   ? " without a limit"
		   : PART_IF(counter->limit != OOM_UNKNOWN, " of %s", BYTES(counter->limit)));
	if (counter->failcnt && counter->failcnt != OOM_UNKNOWN)
		oom_append(buf, " (failcnt %" PRIu64 ")", counter->failcnt);
}

/* The memory cgroup, what it used, and who sets its limit. */
void oom_explain_memcg_scope(struct oom_textbuf *buf)
{
	const struct oom_memcg *memcg = &buf->report->memcg;
	bool owned = buf->owner.what[0];
	bool is_long = owned && strlen(PATH(memcg->path)) > LONG_PATH;
	/* Of a process whose kill is not in the log it is known that the kernel chose it. */
	const char *killed = buf->victim ? "killed" : "chosen";

	if (buf->report->scope != OOM_SCOPE_MEMCG)
		return;
	if (!memcg->path)
		oom_sentence(buf, "A memory cgroup; which one, the log does not say.");
	else if (is_long)
		oom_sentence(buf, "The memory cgroup of %s.", SAFE(buf->owner.what));
	else
		oom_sentence(buf, "Memory cgroup %s%s%s.", PATH(memcg->path), owned ? ": " : "",
			     owned ? SAFE(buf->owner.what) : "");
	if (memcg->memory.usage != OOM_UNKNOWN) {
		oom_sentence(buf, "It used");
		append_counter(buf, "", &memcg->memory);
		if (memcg->swap.limit == 0)
			oom_append(buf, "; it may not swap");
		else if (memcg->swap.usage || !memcg->swap.unlimited)
			append_counter(buf, "; of swap", &memcg->swap);
		/* 0 with swap accounting switched off. */
		if (memcg->memsw.usage)
			append_counter(buf, "; of memory and swap together", &memcg->memsw);
		if (memcg->kmem.usage)
			append_counter(buf, "; of kernel memory", &memcg->kmem);
		oom_append(buf, ".");
	}
	SAY_IF(is_long, "Its path is %s.", PATH(memcg->path));
	if (buf->below)
		oom_sentence(buf, "The process %s lived below it, in %s: a limit counts for all cgroups below it together.",
			     killed, PATH(memcg->task_path));
	else if (memcg->path && memcg->task_path && strcmp(memcg->task_path, memcg->path) != 0)
		oom_sentence(buf, "The process %s lived in %s.", killed, PATH(memcg->task_path));
	if (memcg->path && !buf->memcg_usage.counter->unlimited)
		oom_append_setting(buf);
}
