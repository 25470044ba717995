/* SPDX-License-Identifier: GPL-2.0-or-later */
/* available.c - the least of MemAvailable and the room in every memory cgroup */
#include <config.h>

#include <errno.h>
#include <string.h>

#include "proc/available.h"

#define MIB (UINT64_C(1) << 20)

uint64_t machine_memory_reserve(uint64_t total)
{
	uint64_t tenth = total / 10;
	uint64_t reserve = tenth > 512 * MIB ? tenth : 512 * MIB;

	return reserve < total / 2 ? reserve : total / 2;
}

uint64_t cgroup_memory_reserve(uint64_t limit)
{
	uint64_t share = limit / 50;

	return share > 4 * MIB ? share : 4 * MIB;
}

uint64_t available_headroom(const struct available_memory *available)
{
	return available->bytes > available->reserve ? available->bytes - available->reserve : 0;
}

static bool is_tighter(const struct available_memory *available,
		       const struct available_memory *than, bool guarded)
{
	if (guarded)
		return available_headroom(available) < available_headroom(than);
	return available->bytes < than->bytes;
}

/* Returns -ENOENT for a level without a limit. */
static int read_level(const struct available_memory_source *source,
		      const struct cgroup_level *level,
		      struct available_memory *ret_available)
{
	struct cgroup_figures figures = { 0 };
	int r = cgroup_figures_read(source->root, level, &figures);

	*ret_available = (struct available_memory){
		.bytes = cgroup_available(&figures),
		.reserve = cgroup_memory_reserve(figures.limit),
		.limit = figures.limit,
		.cgroup = true,
	};
	error_escape(ret_available->name, sizeof(ret_available->name), level->name);
	return r;
}

int available_memory_read(const struct available_memory_source *source, bool guarded,
			  struct available_memory *ret_available)
{
	struct available_memory least =
		{ .reserve = machine_memory_reserve(source->machine->mem_total) };
	struct available_memory available = least;
	int r = machine_read_available(source->root, &least.bytes);

	for (size_t i = 0; r == 0 && i < source->chain->count; i++) {
		r = read_level(source, &source->chain->levels[i], &available);
		if (r == 0 && is_tighter(&available, &least, guarded))
			least = available;
		if (r < 0 && !cgroup_may_limit(r))
			r = 0;
	}
	*ret_available = r < 0 ? available : least;
	return r;
}

void room_complain(const struct available_memory *available, int error, struct error *err)
{
	if (!available->cgroup) {
		error_set_errno(err, error, "cannot read how much memory is left");
		return;
	}
	error_set(err, "cannot read how much memory is left in memory cgroup %s: %s",
		  available->name, strerror(-error));
	if (!error_hint_errno(err, error))
		error_hint(err, "to go on without looking at it, use --no-guard and "
			   "no N%%");
}
