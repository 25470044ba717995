/* SPDX-License-Identifier: GPL-2.0-or-later */
/* available.c - the least of MemAvailable and what every memory cgroup leaves */
#include <config.h>

#include <errno.h>
#include <string.h>

#include "lib/macros.h"
#include "proc/available.h"

#define MIB (UINT64_C(1) << 20)

uint64_t machine_memory_reserve(uint64_t total)
{
	return MIN(MAX(total / 10, 512 * MIB), total / 2);
}

uint64_t cgroup_memory_reserve(uint64_t limit)
{
	return MAX(limit / 50, 4 * MIB);
}

uint64_t available_headroom(const struct available_memory *available)
{
	return available->bytes > available->reserve ? available->bytes - available->reserve : 0;
}

int available_memory_prepare(const struct root *root, bool heeded, struct machine *ret_machine,
			     struct cgroup_chain *ret_chain, struct error *err)
{
	int r = machine_read(root, ret_machine);

	if (r < 0) {
		error_set(err, "cannot read /proc/meminfo: %s", strerror(-r));
		if (!error_hint_errno(err, r))
			error_hint(err, "is proc mounted on /proc, and without subset=pid?");
		return r;
	}
	r = cgroup_chain_read(root, "self", ret_chain);
	/* Without /proc/self/cgroup there is no cgroup to respect. */
	if (r == 0 || r == -ENOENT || (r == -EXDEV && !heeded))
		return 0;
	if (r == -EXDEV)
		return error_return(err, r,
				    "cannot find out which memory cgroups we are in: the cgroup file system that is mounted does not show ours\n"
				    "mount that of this cgroup namespace");
	error_set_errno(err, r, "cannot read which memory cgroups we are in");
	return r;
}

int available_memory_read(const struct available_memory_source *source, bool guarded,
			  struct available_memory *ret_available)
{
	struct available_memory least =
		{ .reserve = machine_memory_reserve(source->machine->mem_total) };
	int r = machine_read_meminfo(source->root, "MemAvailable", &least.bytes);

	for (size_t i = 0; r == 0 && i < source->chain->count; i++) {
		const struct cgroup_level *level = &source->chain->levels[i];
		struct cgroup_figures figures = { 0 };
		struct available_memory here = { .cgroup = true };

		error_escape(here.name, sizeof(here.name), level->name);
		r = cgroup_figures_read(source->root, level, &figures);
		if (r < 0 && cgroup_may_limit(r)) {
			*ret_available = here;
			return r;
		}
		if (r < 0) {
			r = 0;
			continue;
		}
		here.bytes = cgroup_available(&figures);
		here.limit = figures.limit;
		here.reserve = cgroup_memory_reserve(figures.limit);
		if (guarded ? available_headroom(&here) < available_headroom(&least)
			    : here.bytes < least.bytes)
			least = here;
	}
	*ret_available = least;
	return r;
}

void available_memory_error(const struct available_memory *available, int error, struct error *err)
{
	if (!available->cgroup) {
		error_set_errno(err, error, "cannot read how much memory is left");
		return;
	}
	error_set(err, "cannot read how much memory is left in memory cgroup %s: %s",
		  available->name, strerror(-error));
	if (!error_hint_errno(err, error))
		error_hint(err, "to go on without looking at it, use --no-guard and no N%%");
}
