/* SPDX-License-Identifier: GPL-2.0-or-later */
/* process-name.h - how sentences call a process */
#ifndef PT_PROCESS_NAME_H
#define PT_PROCESS_NAME_H

#include <stdint.h>

#include "lib/safe.h"
#include "oomreport/report.h"

#define OOM_NAME_ROOM (SAFE_ROOM(OOM_COMM_MAX) + 32)
#define OOM_WHO_ROOM (OOM_NAME_ROOM + 32)

/*
 * main.out, or in quotes what could be taken for a part of the sentence; "a process" for "". Made
 * safe for a terminal. Returns text.
 */
const char *oom_name(char text[static OOM_NAME_ROOM], const char *comm);

/* main.out (pid 15665); process 15665; the name alone without a pid. Returns text. */
const char *oom_who(char text[static OOM_WHO_ROOM], const char *comm, int64_t pid);

#define NAME(comm) oom_name((char[OOM_NAME_ROOM]){ 0 }, comm)
#define WHO(comm, pid) oom_who((char[OOM_WHO_ROOM]){ 0 }, comm, pid)

#endif
