/* SPDX-License-Identifier: GPL-2.0-or-later */
/* place.c - look for a service manager, and for traces of a container manager */
#include <config.h>

#include <stdlib.h>
#include <unistd.h>

#include "lib/macros.h"
#include "proc/place.h"

bool place_has_systemd(void)
{
	return access("/run/systemd/system", F_OK) == 0;
}

bool place_is_container(void)
{
	static const char *const traces[] = {
		"/run/.containerenv",		/* podman */
		"/.dockerenv",
		"/run/systemd/container",
		"/sys/fs/cgroup/memory.max",	/* no root of a hierarchy has it */
	};

	for (size_t i = 0; i < ARRAY_SIZE(traces); i++)
		if (access(traces[i], F_OK) == 0)
			return true;
	return getenv("container") != NULL || getenv("KUBERNETES_SERVICE_HOST") != NULL;
}
