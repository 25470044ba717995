/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain-memcg.c - the memory cgroup that ran out: its limit, what filled it, what to change */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "analysis/explain-parts.h"
#include "lib/ascii.h"
#include "lib/macros.h"

/* Bytes: a longer path, as those of pods, is told after what is shorter and says more. */
#define LONG_PATH 60

/* Percent of the limit. */
#define MUCH_SHMEM 15
#define MUCH_KERNEL 30
#define MOST_KERNEL 60
#define MUCH_DIRTY 25

/* "Memory cgroup /a reached its limit of 32.0 MiB" */
void oom_summarize_memcg(struct oom_textbuf *buf, const struct oom_report *report)
{
	static const char *const kinds[] = {
		[OOM_LIMIT_MEMORY] = "", [OOM_LIMIT_MEMSW] = " of memory and swap together",
		[OOM_LIMIT_KMEM] = " of kernel memory",
	};
	/* systemd and its like are written small even where a sentence begins. */
	static const char *const large[] = { "a ", "all ", "the ", "memory ", "cgroup ",
					     "container ", "login " };
	const struct oom_memcg_usage *usage = &buf->memcg_usage;
	const char *name = oom_memcg_name(buf, report->memcg.path, &buf->owner);
	const char *its = strncmp(name, "all ", 4) ? "its" : "their";
	uint64_t limit = usage->counter->limit;

	if (buf->bpf) {
		SAY("A BPF program asked for a kill in %s", name);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(large); i++)
		if (!strncmp(name, large[i], strlen(large[i]))) {
			name = oom_words(buf, "%c%s", ascii_upper(*name), name + 1);
			break;
		}
	if (usage->counter->unlimited)
		SAY("%s ran out of memory, without a limit of its own", name);
	else if (usage->below && limit != OOM_UNKNOWN)
		SAY("%s ran out of memory, though only %s of %s limit of %s was used when the report was made",
		    name, BYTES(usage->counter->usage), its, BYTES(limit));
	else
		SAY("%s reached %s limit%s%s", name, its, kinds[usage->reached],
		    KNOWN(" of %s", limit));
}

/* "The limit is set by docker run --memory.", by its owner or by the version of cgroups. */
static void append_setting(struct oom_textbuf *buf)
{
	static const char *const files[][3] = {
		[OOM_LIMIT_MEMORY] = { NULL, "memory.limit_in_bytes", "memory.max" },
		[OOM_LIMIT_MEMSW] = { NULL, "memory.memsw.limit_in_bytes", NULL },
		[OOM_LIMIT_KMEM] = { NULL, "memory.kmem.limit_in_bytes", NULL },
	};
	const struct oom_memcg_usage *usage = &buf->memcg_usage;
	const char *path = buf->report->memcg.path, *file = files[usage->reached][usage->version];

	/* Where the limit of memory is set, those of swap and of kernel memory may not be. */
	if (buf->owner.where[0] && usage->reached == OOM_LIMIT_MEMORY)
		SAY("The limit is set by %s.", SAFE(buf->owner.where));
	else if (path && file)
		SAY("The limit is %s of %s.", file, PATH(path));
}

/* "32.0 MiB of 32.0 MiB" */
static void append_counter(struct oom_textbuf *buf, const char *name,
			   const struct oom_counter *counter)
{
	if (counter->usage == OOM_UNKNOWN)
		return;
	ADD("%s %s%s", name, BYTES(counter->usage), counter->unlimited
	    ? " without a limit"
	    : KNOWN(" of %s", counter->limit));
	if (counter->failcnt && counter->failcnt != OOM_UNKNOWN)
		ADD(" (failcnt %" PRIu64 ")", counter->failcnt);
}

/* The memory cgroup, what it used, and who sets its limit. */
void oom_explain_memcg_scope(struct oom_textbuf *buf, const struct oom_report *report)
{
	const struct oom_memcg *memcg = &report->memcg;
	bool owned = buf->owner.what[0];
	bool is_long = owned && strlen(PATH(memcg->path)) > LONG_PATH;
	/* Of a process whose kill is not in the log it is known that the kernel chose it. */
	const char *killed = buf->victim ? "killed" : "chosen";

	if (!memcg->path)
		SAY("A memory cgroup; which one, the log does not say.");
	else if (is_long)
		SAY("The memory cgroup of %s.", SAFE(buf->owner.what));
	else
		SAY("Memory cgroup %s%s%s.", PATH(memcg->path), owned ? ": " : "",
		    owned ? SAFE(buf->owner.what) : "");
	if (memcg->memory.usage != OOM_UNKNOWN) {
		SAY("It used");
		append_counter(buf, "", &memcg->memory);
		if (memcg->swap.limit == 0)
			ADD("; it may not swap");
		else if (memcg->swap.usage || !memcg->swap.unlimited)
			append_counter(buf, "; of swap", &memcg->swap);
		/* 0 with swap accounting switched off. */
		if (memcg->memsw.usage)
			append_counter(buf, "; of memory and swap together", &memcg->memsw);
		if (memcg->kmem.usage)
			append_counter(buf, "; of kernel memory", &memcg->kmem);
		ADD(".");
	}
	SAY_IF(is_long, "Its path is %s.", PATH(memcg->path));
	if (buf->below)
		SAY("The process %s lived below it, in %s: a limit counts for all cgroups below it together.",
		    killed, PATH(memcg->task_path));
	else if (memcg->path && memcg->task_path && strcmp(memcg->task_path, memcg->path) != 0)
		SAY("The process %s lived in %s.", killed, PATH(memcg->task_path));
	if (memcg->path && !buf->memcg_usage.counter->unlimited)
		append_setting(buf);
}

/* What was it that the limit was full of, and could any of it be dropped? */
void oom_explain_memcg(struct oom_textbuf *buf, const struct oom_report *report)
{
	const struct oom_counter *memory = &report->memcg.memory;
	const struct oom_memcg_usage *usage = &buf->memcg_usage;
	struct oom_part parts[] = {
		{ "anonymous", usage->anon },
		{ "shared memory and tmpfs", usage->shmem },
		{ usage->shmem != OOM_UNKNOWN ? "file cache" : "file cache and shared memory",
		  usage->file },
		{ "kernel memory", usage->kernel },
		{ "network buffers", usage->sock },
	};
	struct oom_part kernel[] = {
		{ "reclaimable slab", usage->slab_reclaimable },
		{ "unreclaimable slab", usage->slab_unreclaimable },
		{ "page tables", usage->pagetables },
		{ "stacks", usage->stacks },
		{ "per-CPU data", usage->percpu },
	};
	uint64_t whole = memory->usage == OOM_UNKNOWN ? memory->limit : memory->usage;
	const char *text;

	if (usage->anon == OOM_UNKNOWN && usage->file == OOM_UNKNOWN)
		return;
	if (usage->own_only) {
		SAY("Most of its memory was in cgroups below it whose figures the log does not have.");
		return;
	}
	text = PARTS(parts, whole);
	SAY("%s %s.", whole == OOM_UNKNOWN ? "It had" : oom_words(buf, "Of %s:", BYTES(whole)),
	    *text ? text : "hardly anything that memory.stat counts");
	SAY_IF(usage->swap != OOM_UNKNOWN && usage->swap, "In swap: %s.", BYTES(usage->swap));
	text = PARTS(kernel, usage->kernel);
	SAY_IF(oom_at_least(usage->kernel, 10, memory->usage) &&
	       (usage->slab_unreclaimable != OOM_UNKNOWN || usage->pagetables != OOM_UNKNOWN),
	       "Of the kernel memory: %s.", *text ? text : "nothing large in any count");
	if (usage->fixed == OOM_UNKNOWN || memory->limit == OOM_UNKNOWN || memory->unlimited)
		return;
	SAY_IF(oom_at_least(usage->fixed, 80, memory->limit),
	       "%s%s was file cache, which can be dropped.", usage->file ? "Only " : "None of it",
	       PART_IF(usage->file, "%s", BYTES(usage->file)));
	SAY_IF(oom_at_least(usage->dirty, 25, memory->limit),
	       "%s of the file cache was dirty or being written.", BYTES(usage->dirty));
}

/* The largest part of the kernel's memory, and what makes it grow. */
static void advise_kernel(struct oom_textbuf *buf, uint64_t limit)
{
	const struct oom_memcg_usage *usage = &buf->memcg_usage;
	const struct oom_part parts[] = {
		{ "unreclaimable slab (open files, sockets, threads)",
		  usage->slab_unreclaimable },
		{ "reclaimable slab (inodes, directory entries)", usage->slab_reclaimable },
		{ "page tables (large or shared mappings in many processes)", usage->pagetables },
		{ "kernel stacks (threads)", usage->stacks },
		{ "per-CPU data (cgroups, BPF maps)", usage->percpu },
	}, *most = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (parts[i].bytes != OOM_UNKNOWN && parts[i].bytes &&
		    (!most || parts[i].bytes > most->bytes))
			most = &parts[i];
	ADVISE_IF(!usage->own_only && oom_at_least(usage->kernel, MUCH_KERNEL, limit),
		  usage->kernel,
		  "Look at the kernel's memory, not at the processes: it took %s (%s of the limit)%s.",
		  BYTES(usage->kernel), SHARE(usage->kernel, limit),
		  PART_IF(most, ", most of it %s: %s", most->name, BYTES(most->bytes)));
}

void oom_advise_memcg(struct oom_textbuf *buf, const struct oom_report *report)
{
	const struct oom_memory_usage *machine = &buf->memory_usage;
	const struct oom_memcg_usage *usage = &buf->memcg_usage;
	const struct oom_task *task = buf->largest;
	uint64_t limit = usage->counter->unlimited ? OOM_UNKNOWN : usage->counter->limit;
	bool large = task && oom_at_least(task->rss, 50, limit);
	bool fixed = oom_at_least(usage->fixed, 80, limit) &&
		     !oom_at_least(usage->kernel, MOST_KERNEL, limit);

	advise_kernel(buf, limit);
	/* Who held it, and that little of it could be dropped */
	if (large || fixed) {
		SAY("Raise the limit of %s, or make what runs there need less:%s%s. How much it would have come to need, the log does not say.",
		    BYTES(limit),
		    PART_IF(large, " %s alone held %s (%s of the limit)%s", TASK(task),
			    BYTES(task->rss), SHARE(task->rss, limit), fixed ? ", and" : ""),
		    PART_IF(fixed, " %s%s of what it used was file cache, which can be dropped",
			    usage->file ? "only " : "nothing",
			    PART_IF(usage->file, "%s", BYTES(usage->file))));
		append_setting(buf);
		SAY_IF(buf->below,
		       "A higher limit of %s would not help: the one above it was reached.",
		       oom_memcg_name(buf, report->memcg.task_path, &buf->task_owner));
		oom_advice(buf, large ? task->rss : oom_minus(usage->fixed, usage->kernel));
	}
	oom_advise_fewer(buf, limit);
	if (!usage->own_only && oom_at_least(usage->shmem, MUCH_SHMEM, limit)) {
		SAY("Look for files in tmpfs, /dev/shm, memory-backed volumes (emptyDir with medium Memory) and memfds: shared memory of %s is charged here (%s of the limit), and what is in a file outlives every kill.",
		    BYTES(usage->shmem), SHARE(usage->shmem, limit));
		oom_say_unmapped(buf, usage->shmem);
		oom_advice(buf, usage->shmem);
	}
	ADVISE_IF(oom_at_least(usage->dirty, MUCH_DIRTY, limit), usage->dirty,
		  "Write in smaller portions (fsync, O_DIRECT) or to faster storage: %s of file cache was waiting to be written (%s of the limit).",
		  BYTES(usage->dirty), SHARE(usage->dirty, limit));
	/* Old kernels show the machine's memory in a cgroup's report too. */
	ADVISE_IF(limit != OOM_UNKNOWN && machine->free != OOM_UNKNOWN && machine->free >= limit,
		  0, "The machine has room for a higher limit: %s was free%s.",
		  BYTES(machine->free), KNOWN(" of %s", machine->ram));
}
