/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pods.c - the pods whose logs a node of Kubernetes keeps (pkg/kubelet/kuberuntime/helpers.go) */
#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "proc/pods.h"

/* Adds the pod of the directory NAME, if it is one's. */
static int pods_add(struct pods *pods, const char *name)
{
	char *first, *last;
	struct pod *grown, pod;

	/* None of the three has an underscore. */
	if (*name == '.' || !strchr(name, '_') || strchr(name, '_') == strrchr(name, '_'))
		return 0;
	grown = reallocarray(pods->list, pods->count + 1, sizeof(pod));
	if (!grown)
		return -ENOMEM;
	pods->list = grown;
	pod.space = strdup(name);
	if (!pod.space)
		return -ENOMEM;
	first = strchr(pod.space, '_');
	last = strrchr(pod.space, '_');
	*first = *last = '\0';
	pod.name = first + 1;
	pod.uid = last + 1;
	pods->list[pods->count++] = pod;
	return 0;
}

int pods_read(const struct root *root, struct pods *ret_pods)
{
	int fd = openat(root->fd, "var/log/pods", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int r = 0;

	*ret_pods = (struct pods){ 0 };
	if (!directory) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	while (r == 0 && (entry = readdir(directory)))
		r = pods_add(ret_pods, entry->d_name);
	closedir(directory);
	if (r < 0)
		pods_free(ret_pods);
	return r;
}

static bool is_same_uid(const char *uid, const char *wanted)
{
	while (*uid && (*uid == *wanted || (*uid == '-' && *wanted == '_')))
		uid++, wanted++;
	return !*uid && !*wanted;
}

bool pods_is_called(const struct pods *pods, const char *uid, const char *wanted)
{
	const char *slash = strchr(wanted, '/');

	if (is_same_uid(uid, wanted))
		return true;
	for (size_t i = 0; i < pods->count; i++) {
		const struct pod *pod = &pods->list[i];
		size_t space = strlen(pod->space);

		if (!strcmp(pod->uid, uid) && !strcmp(pod->name, slash ? slash + 1 : wanted) &&
		    (!slash || (space == (size_t)(slash - wanted) &&
				!strncmp(pod->space, wanted, space))))
			return true;
	}
	return false;
}

void pods_free(struct pods *pods)
{
	for (size_t i = 0; i < pods->count; i++)
		free(pods->list[i].space);
	free(pods->list);
	*pods = (struct pods){ 0 };
}
