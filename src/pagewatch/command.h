/* SPDX-License-Identifier: GPL-2.0-or-later */
/* command.h - the command that is run: started untouched, and waited for with its orphans */
#ifndef PT_COMMAND_H
#define PT_COMMAND_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/error.h"
#include "lib/signals.h"

/* A command that could not be run, as in env(1) and timeout(1). */
enum {
	WATCH_CANNOT_EXECUTE = 126,
	WATCH_NOT_FOUND = 127,
};

struct command_spec {
	char **argv;			/* ended by NULL; the first is looked for in PATH */
	int cgroup;			/* directory of the cgroup that it lives in; -1: ours */
	int oom_score_adj;		/* -1000 to 1000, or OOM_SCORE_ADJ_KEEP */
	const struct signals *signals;	/* it gets what there was before these were taken */
};

struct command {
	pid_t pid;			/* 0: none was started */
	int pidfd;			/* readable when it has ended */
	int go, failures;		/* pipes to it, before it is executed */
	const char *name;		/* as it was called */
	bool reaped;
	int wait_status;		/* valid when reaped, as wait(2) gives it */
	/* Of all that were waited for here, with what these had waited for. */
	uint64_t minflt, majflt;
	uint64_t ticks;			/* CPU time, sysconf(_SC_CLK_TCK) */
};

/*
 * Makes the process of the command, in our own process group and session and with our standard
 * streams: the terminal's signals reach it as they reach us. It waits for command_execute().
 * Orphans that it leaves behind become our children. Returns 0, or a negative errno with *err set
 * and nothing left behind.
 */
int command_fork(const struct command_spec *spec, struct command *ret_command, struct error *err);

/*
 * Lets it execute the command; SIGNALS are passed on meanwhile. Returns 0, or the negative errno
 * of execve(2) with *err set.
 */
int command_execute(struct command *command, struct signals *signals, struct error *err);

/*
 * Passes a signal on that has reached this process, unless the command sent it, or the terminal,
 * which sends it to all of the process group. A signal that stops the command stops us, too.
 */
void command_pass_on(const struct command *command, const struct signalfd_siginfo *info);

/* Whether NUMBER asks a command to end: SIGINT, SIGTERM, SIGHUP, SIGQUIT. */
bool command_ends_by(int number);

/* Waits for those of our children that have ended. */
void command_reap_ended(struct command *command);

/* Waits for the command. Returns its wait status. */
int command_reap(struct command *command);

/* Waits for all of our children: they have been killed. */
void command_reap_all(struct command *command);

/*
 * For a command that --OPTION runs several times: where standard input is now; -1: it has no
 * places (a terminal). Returns 0, or -ESPIPE with *err set: what a pipe gives comes once.
 */
int command_find_input(const char *option, off_t *ret_offset, struct error *err);

/* Sets it there again. */
void command_rewind_input(off_t offset);

#endif
