#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check.sh - pagetouch in the users' places on this machine: namespaces, bwrap, podman, Slurm
#
# Speaks TAP. $PAGETOUCH is the program under test. Each outcome is provoked PAGETOUCH_PLACES_RUNS
# times (3); PAGETOUCH_PLACES_ONLY="bwrap podman" runs only these. Needs root and version 1 of
# memory cgroups, where podman's containers and Slurm's jobs can be made without a service manager;
# tests/vm/guest/places.sh does the same with systemd and version 2.
set -u

here=$(cd "$(dirname "$0")" && pwd)
: "${PAGETOUCH:=$(command -v pagetouch)}"
places_runs=${PAGETOUCH_PLACES_RUNS:-3}
places_root=/sys/fs/cgroup/memory
LC_ALL=C
export LC_ALL

skip_all() {
	printf '1..0 # SKIP %s\n' "$1"
	exit 0
}

[ "$(id -u)" -eq 0 ] || skip_all "not root"
[ -x "$PAGETOUCH" ] || skip_all "no pagetouch to test: set PAGETOUCH"
[ "${PAGETOUCH_SANITIZED:-no}" = no ] || skip_all "a build with sanitizers needs more memory"
[ -r "$places_root/memory.oom_control" ] || [ -r "$places_root/memory.limit_in_bytes" ] ||
	skip_all "no version 1 memory controller"
places_top=$places_root$(sed -n 's/^[0-9]*:memory:\(.*\)/\1/p' /proc/self/cgroup)/places.$$
mkdir "$places_top" 2>/dev/null || skip_all "no memory cgroup can be made"
places_dir=$(mktemp -d "${TMPDIR:-/var/tmp}/places.XXXXXX") || exit 99
chmod 755 "$places_dir"

# remove_groups: version 1 has a directory of ours in each hierarchy that a runtime used.
remove_groups() {
	find /sys/fs/cgroup -depth -type d -path "*places.$$*" -exec rmdir {} \; 2>/dev/null
}

clean_up() {
	stop_podman
	stop_slurm
	# shellcheck disable=SC2038 # pids
	find "$places_top" -name cgroup.procs -exec sort -u {} + 2>/dev/null | xargs -r kill -9 2>/dev/null
	sleep 0.2
	remove_groups
	rm -rf "$places_dir"
}

# shellcheck source=tests/places/lib.sh
. "$here/lib.sh"
# shellcheck source=tests/places/podman.sh
. "$here/podman.sh"
# shellcheck source=tests/places/slurm.sh
. "$here/slurm.sh"
trap clean_up EXIT
trap 'exit 99' HUP INT TERM

is_wanted() {
	case " ${PAGETOUCH_PLACES_ONLY:-$1} " in
	*" $1 "*) return 0 ;;
	*) return 1 ;;
	esac
}

mkdir -p "$places_dir/bin"
cp "$PAGETOUCH" "$places_dir/bin/pagetouch"
PATH=$places_dir/bin:$PATH
place_group=$places_top/limited
mkdir "$place_group"
echo 64M >"$place_group/memory.limit_in_bytes"
digits=$(printf '[0-9a-f]%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)
limited_cgroup=${place_group#"$places_root"}
place_cgroup=$limited_cgroup
place_sandbox=$limited_cgroup/pagetouch-$digits

# limited COMMAND...: in the cgroup of 64 MiB.
limited() {
	# shellcheck disable=SC2016 # the inner shell's
	exec sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$place_group" "$@"
}

in_group() { limited "$@"; }
in_pidns() { limited unshare -p --fork --mount-proc "$@"; }
in_cgroupns() { limited unshare -C "$@"; }
in_own_mount() {
	# shellcheck disable=SC2016 # the inner shell's
	limited unshare -C -m sh -c 'umount "$0" && mount -t cgroup -o memory none "$0" && exec "$@"' \
		"$places_root" "$@"
}
in_both() { limited unshare -C -p --fork --mount-proc "$@"; }
below_sh() {
	# shellcheck disable=SC2016 # the inner shell's
	limited unshare -p --fork --mount-proc sh -c '"$@"; exit $?' sh "$@"
}
in_foreign_proc() { limited unshare -p --fork "$@"; }
in_bwrap() { limited bwrap --dev-bind / / "$@"; }
in_bwrap_pid() { limited bwrap --dev-bind / / --unshare-pid --proc /proc "$@"; }
in_bwrap_all() { limited bwrap --bind / / --dev /dev --proc /proc --unshare-all "$@"; }
in_bwrap_foreign() { limited bwrap --dev-bind / / --unshare-pid "$@"; }

prove_namespaces() {
	every="oom shared heels killed guard term completed"
	# shellcheck disable=SC2086 # a list
	{
		prove_all in_group "a cgroup" $every sandbox
		unshare -p --fork --mount-proc true 2>/dev/null ||
			{ place_skipped "namespaces" "unshare is not allowed here"; return; }
		prove_all in_pidns "pid namespace" $every sandbox
		prove_all below_sh "pid namespace, below sh" $every
		prove_all in_cgroupns "cgroup namespace, the host's mount" $every sandbox
		prove_all in_both "pid and cgroup namespace" $every sandbox
		prove_all in_foreign_proc "pid namespace, the host's /proc" refused
		place_cgroup=/
		place_sandbox=/pagetouch-$digits
		prove_all in_own_mount "cgroup namespace, its own mount" $every sandbox
		place_cgroup=$limited_cgroup
		place_sandbox=$limited_cgroup/pagetouch-$digits
	}
}

prove_bwrap() {
	if ! command -v bwrap >/dev/null || ! bwrap --dev-bind / / --unshare-pid true 2>/dev/null; then
		place_skipped bwrap "no bwrap that may make namespaces (package bubblewrap)"
		return
	fi
	prove_all in_bwrap "bwrap" oom heels killed guard term completed
	prove_all in_bwrap_pid "bwrap --unshare-pid, its own /proc" oom heels killed guard term completed
	prove_all in_bwrap_all "bwrap --unshare-all" oom heels killed guard term completed
	prove_all in_bwrap_foreign "bwrap --unshare-pid, the host's /proc" refused
}

prove_wanted() {
	for part in namespaces bwrap podman slurm; do
		! is_wanted "$part" || "prove_$part"
	done
}

# number: the lines of prove() as TAP, each as it comes.
number() {
	count=0
	failed=0
	while IFS= read -r line; do
		case $line in
		not\ ok\ -*) count=$((count + 1)) failed=$((failed + 1)) line="not ok $count${line#not ok}" ;;
		ok\ -*) count=$((count + 1)) line="ok $count${line#ok}" ;;
		esac
		printf '%s\n' "$line"
	done
	echo "1..$count"
	[ "$failed" -eq 0 ] && [ "$count" -gt 0 ]
}

prove_wanted 2>&1 | number
