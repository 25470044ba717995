/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pods.h - the pods whose logs a node of Kubernetes keeps: /var/log/pods/NAMESPACE_NAME_UID */
#ifndef PT_PODS_H
#define PT_PODS_H

#include <stdbool.h>
#include <stddef.h>

#include "proc/root.h"

struct pod {
	char *space;			/* the namespace; owned, and the memory of the others */
	const char *name, *uid;
};

struct pods {
	struct pod *list;		/* owned */
	size_t count;
};

/* Lists the pods below ROOT: none where there are none. Returns 0 or -ENOMEM. */
int pods_read(const struct root *root, struct pods *ret_pods);

/*
 * Whether the pod with UID is called WANTED: its UID, with dashes or the underscores that systemd
 * writes for them, its name, or NAMESPACE/NAME.
 */
bool pods_is_called(const struct pods *pods, const char *uid, const char *wanted);

void pods_free(struct pods *pods);

#endif
