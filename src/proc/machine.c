/* SPDX-License-Identifier: GPL-2.0-or-later */
/* machine.c - read /proc/meminfo and the vm sysctls */
#include <config.h>

#include <errno.h>
#include <string.h>

#include "lib/cleanup.h"
#include "proc/keyed.h"
#include "proc/machine.h"

int machine_parse_meminfo(const char *text, struct machine *ret_machine)
{
	struct machine machine = *ret_machine;

	if (keyed_u64(text, "MemTotal", &machine.mem_total) < 0 ||
	    keyed_u64(text, "MemAvailable", &machine.mem_available) < 0)
		return -EINVAL;
	keyed_u64(text, "SwapTotal", &machine.swap_total);
	keyed_u64(text, "CommitLimit", &machine.commit_limit);
	keyed_u64(text, "Committed_AS", &machine.committed_as);
	keyed_u64(text, "Hugepagesize", &machine.huge_page);
	*ret_machine = machine;
	return 0;
}

int machine_read(const struct root *root, struct machine *ret_machine)
{
	struct machine machine = { 0 };
	CLEANUP_FREE char *text = NULL;
	int r = root_read_all(root, "/proc/meminfo", &text), length;

	if (r < 0)
		return r;
	r = machine_parse_meminfo(text, &machine);
	if (r < 0)
		return r;
	root_read_u64(root, "/proc/sys/vm/overcommit_memory", &machine.overcommit_memory);
	root_read_u64(root, "/proc/sys/vm/panic_on_oom", &machine.panic_on_oom);
	root_read_u64(root, "/proc/sys/vm/max_map_count", &machine.max_map_count);
	root_read_u64(root, "/sys/kernel/mm/transparent_hugepage/hpage_pmd_size",
		      &machine.thp_size);
	length = root_read(root, "/proc/sys/kernel/random/boot_id", machine.boot_id,
			   sizeof(machine.boot_id));
	machine.boot_id[length < 0 ? 0 : strcspn(machine.boot_id, "\n")] = '\0';
	*ret_machine = machine;
	return 0;
}

int machine_read_meminfo(const struct root *root, const char *key, uint64_t *ret_bytes)
{
	CLEANUP_FREE char *text = NULL;
	int r = root_read_all(root, "/proc/meminfo", &text);

	return r < 0 ? r : keyed_u64(text, key, ret_bytes);
}
