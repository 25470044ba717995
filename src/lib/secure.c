/* SPDX-License-Identifier: GPL-2.0-or-later */
/* secure.c - AT_SECURE and its reasons */
#include <config.h>

#include <errno.h>
#include <linux/capability.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/secure.h"

bool secure_execution(void)
{
	return getauxval(AT_SECURE) != 0;
}

int secure_check(struct error *err)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };
	bool raised = getuid() != geteuid() || getgid() != getegid();

	if (!secure_execution())
		return 0;
	/* If the capabilities cannot be read, assume that there are some. */
	if (!raised && getuid() != 0)
		raised = syscall(SYS_capget, &header, data) < 0 || data[0].permitted ||
			 data[1].permitted;
	/* A security module's change of domain sets AT_SECURE, too, but gives no privilege. */
	if (!raised)
		return 0;
	error_set(err,
		  "will not run set-user-ID, set-group-ID or with the capabilities of its file");
	error_hint(err,
		   "take them off (chmod ug-s, setcap -r), and use sudo where privilege is needed");
	return -EPERM;
}
