/* SPDX-License-Identifier: GPL-2.0-or-later */
/* room.c - the least of MemAvailable and the room in every memory cgroup */
#include <config.h>

#include <errno.h>
#include <string.h>

#include "system/room.h"

#define MIB (UINT64_C(1) << 20)

uint64_t room_machine_reserve(uint64_t total)
{
	uint64_t tenth = total / 10;
	uint64_t reserve = tenth > 512 * MIB ? tenth : 512 * MIB;

	return reserve < total / 2 ? reserve : total / 2;
}

uint64_t room_cgroup_reserve(uint64_t limit)
{
	uint64_t share = limit / 50;

	return share > 4 * MIB ? share : 4 * MIB;
}

uint64_t room_headroom(const struct room *room)
{
	return room->bytes > room->reserve ? room->bytes - room->reserve : 0;
}

static bool is_tighter(const struct room *room, const struct room *than, bool guarded)
{
	if (guarded)
		return room_headroom(room) < room_headroom(than);
	return room->bytes < than->bytes;
}

/* Returns -ENOENT for a level without a limit. */
static int read_level(const struct room_source *source, const struct cgroup_level *level,
		      struct room *ret_room)
{
	struct cgroup_figures figures = { 0 };
	int r = cgroup_figures_read(source->root, level, &figures);

	*ret_room = (struct room){
		.bytes = cgroup_room(&figures),
		.reserve = room_cgroup_reserve(figures.limit),
		.limit = figures.limit,
		.cgroup = true,
	};
	trouble_escape(ret_room->name, sizeof(ret_room->name), level->name);
	return r;
}

int room_read(const struct room_source *source, bool guarded, struct room *ret_room)
{
	struct room least = { .reserve = room_machine_reserve(source->machine->mem_total) };
	struct room room = least;
	int r = machine_read_available(source->root, &least.bytes);

	for (size_t i = 0; r == 0 && i < source->chain->count; i++) {
		r = read_level(source, &source->chain->levels[i], &room);
		if (r == 0 && is_tighter(&room, &least, guarded))
			least = room;
		if (r < 0 && !cgroup_may_limit(r))
			r = 0;
	}
	*ret_room = r < 0 ? room : least;
	return r;
}

void room_complain(const struct room *room, int error, struct trouble *trouble)
{
	if (!room->cgroup) {
		trouble_set_errno(trouble, error, "cannot read how much memory is left");
		return;
	}
	trouble_set(trouble, "cannot read how much memory is left in memory cgroup %s: %s",
		    room->name, strerror(-error));
	if (!trouble_remedy_errno(trouble, error))
		trouble_remedy(trouble, "to go on without looking at it, use --no-guard and "
			       "no N%%");
}
