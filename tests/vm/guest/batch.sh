#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# batch.sh - in the guest with systemd: run the batch that the kernel's command line names
read -r line </proc/cmdline
line=${line#*vm_batch=}
exec sh "/vm/${line%%[!a-z]*}.sh"
