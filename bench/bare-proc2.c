/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bare-proc2.c - procps_pids_select() for the same items as src/monitor/sample-proc2.c */
#include <libproc2/pids.h>
#include <stddef.h>

#include "bare.h"

static enum pids_item items[] = {
	PIDS_VM_SIZE, PIDS_VM_RSS, PIDS_VM_RSS_ANON, PIDS_VM_RSS_FILE, PIDS_VM_RSS_SHARED,
	PIDS_VM_SWAP, PIDS_VM_RSS_LOCKED, PIDS_FLT_MIN, PIDS_FLT_MAJ,
	PIDS_SMAP_RSS, PIDS_SMAP_ANONYMOUS, PIDS_SMAP_PSS_SHMEM, PIDS_SMAP_PSS,
	PIDS_SMAP_PRV_TOTAL, PIDS_SMAP_HUGE_ANON, PIDS_SMAP_HUGE_SHMEM,
	PIDS_SMAP_HUGE_TLBPRV, PIDS_SMAP_HUGE_TLBSHR, PIDS_SMAP_LAZY_FREE,
};

#define STATUS_ITEMS 9
#define ALL_ITEMS 19

static struct pids_info *status_info, *rollup_info;
static unsigned target;

int bare_open(pid_t pid)
{
	int r = procps_pids_new(&status_info, items, STATUS_ITEMS);

	target = (unsigned)pid;
	return r < 0 ? r : procps_pids_new(&rollup_info, items, ALL_ITEMS);
}

bool bare_read(bool rollup)
{
	struct pids_info *info = rollup ? rollup_info : status_info;
	struct pids_fetch *fetch = procps_pids_select(info, &target, 1, PIDS_SELECT_PID);

	return fetch && fetch->counts->total == 1;
}

void bare_close(void)
{
	procps_pids_unref(&status_info);
	procps_pids_unref(&rollup_info);
}
