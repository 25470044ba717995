#!/bin/busybox sh
# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-or-later
# init.sh - process 1 of a guest: mount, load modules, run one batch of scenarios, switch off

/bin/busybox --install -s /bin
PATH=/bin
export PATH
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t cgroup2 cgroup2 /sys/fs/cgroup
echo +memory >/sys/fs/cgroup/cgroup.subtree_control
chmod 1777 /tmp

# Modules depend on one another: what fails now may load when the others are there.
for _ in 1 2 3; do
	for module in /modules/*.ko; do
		insmod "$module" 2>/dev/null
	done
done

# Nothing but tests may die: the scripts are process 1, which the OOM killer leaves alone.
exec </dev/null >/dev/ttyS1 2>&1
# shellcheck disable=SC1090,SC2154 # vm_batch is a kernel parameter
. "/vm/$vm_batch.sh"
echo END
sync
reboot -f
