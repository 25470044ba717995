/* SPDX-License-Identifier: GPL-2.0-or-later */
/* room.c - the least of MemAvailable and the room in every memory cgroup */
#include <config.h>

#include <errno.h>

#include "base/trouble.h"
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
	struct cgroup_figures figures;
	int r = cgroup_figures_read(source->root, level, &figures);

	if (r < 0)
		return r;
	*ret_room = (struct room){
		.bytes = cgroup_room(&figures),
		.reserve = room_cgroup_reserve(figures.limit),
		.limit = figures.limit,
		.cgroup = true,
	};
	trouble_escape(ret_room->name, sizeof(ret_room->name), level->name);
	return 0;
}

int room_read(const struct room_source *source, bool guarded, struct room *ret_room)
{
	struct room least = { .reserve = room_machine_reserve(source->machine->mem_total) };
	int r = machine_read_available(source->root, &least.bytes);

	if (r < 0)
		return r;
	for (size_t i = 0; i < source->chain->count; i++) {
		struct room room;

		r = read_level(source, &source->chain->levels[i], &room);
		/*
		 * For want of descriptors or memory a limit would go unseen;
		 * else there is none to see.
		 */
		if (r == -EMFILE || r == -ENFILE || r == -ENOMEM)
			return r;
		if (r < 0)
			continue;
		if (is_tighter(&room, &least, guarded))
			least = room;
	}
	*ret_room = least;
	return 0;
}
