/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scope.h - ask systemd for a delegated scope to run in: org.freedesktop.systemd1(5) */
#ifndef PT_SCOPE_H
#define PT_SCOPE_H

/*
 * Moves this process into a transient scope of its own with Delegate=yes: of the system manager
 * for root, else of the user's. PATH is its cgroup of now: the scope is put into the same slice.
 * Returns 0 when it is there, or a negative errno (-ENOSYS: built without libsystemd, or no
 * systemd runs here; -ETIMEDOUT: no answer within 10 s; -EIO: the scope could not be started;
 * -ENOMEDIUM, -ENOENT or -ECONNREFUSED: the user's manager cannot be reached).
 */
int scope_enter(const char *path);

#endif
