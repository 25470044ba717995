#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check.sh - boot real kernels under qemu and provoke in them what must not happen on a host
#
# Speaks TAP. $PAGETOUCH, $PAGEWATCH and $OOMWHY are the programs under test; what is downloaded is kept in
# $PAGETOUCH_VM_CACHE (default: pagetouch-vm in the user's cache directory) between runs.
# PAGETOUCH_VM_ONLY="trixie.limits bookworm.systemd ..." runs only these; PAGETOUCH_VM_KEEP=DIR
# keeps the consoles. PAGETOUCH_VM_PLACES=all provokes all outcomes in guest/places.sh instead of
# some, each PAGETOUCH_PLACES_RUNS (1) times; PAGETOUCH_VM_SECONDS (600) is how long a guest may
# take. Two guests run at a time. Needs no KVM, no privilege and, with a warm cache, no network.
set -u

here=$(cd "$(dirname "$0")" && pwd)
: "${PAGETOUCH:=$(command -v pagetouch)}"
: "${OOMWHY:=$(command -v oomwhy)}"
: "${PAGEWATCH:=$(command -v pagewatch)}"
cache=${PAGETOUCH_VM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pagetouch-vm}
LC_ALL=C
export LC_ALL
runs=${PAGETOUCH_PLACES_RUNS:-1}
tap_count=0
tap_failures=0
workers=

# shellcheck source=tests/vm/fetch.sh
. "$here/fetch.sh"
# shellcheck source=tests/vm/image.sh
. "$here/image.sh"
# shellcheck source=tests/vm/boot.sh
. "$here/boot.sh"

skip_all() {
	printf '1..0 # SKIP %s\n' "$1"
	exit 0
}

clean_up() {
	for worker in $workers; do
		kill "$worker" 2>/dev/null
	done
	stop_emulator
	rm -rf "$tmp"
}

# Memory of the guest in MiB and the scenarios of one boot: guest/NAME.sh.
batches="limits:512 swap:384 whole:256 bystanders:384 experiments:640"
# The same with systemd, which takes longer.
systemd_batches="systemd:768 places:768 watch:768"

is_wanted() {
	case " ${PAGETOUCH_VM_ONLY:-$1} " in
	*" $1 "*) return 0 ;;
	*) return 1 ;;
	esac
}

# has_root SUITE: whether its C library is new enough for the programs under test.
has_root() {
	case "$own_suite $1" in
	"$1 $1" | "bookworm trixie") ;;
	*) return 1 ;;
	esac
}

wants_systemd() {
	for batch in $systemd_batches; do
		! is_wanted "$1.${batch%:*}" || return 0
	done
	return 1
}

# prepare_systemd SUITE: the image with systemd, if it is wanted and available.
prepare_systemd() {
	has_root "$1" && wants_systemd "$1" || return 0
	if ! command -v mmdebstrap >/dev/null; then
		skip "a guest with the systemd of $1" "no mmdebstrap"
	elif ! fetch_root "$1"; then
		skip "a guest with the systemd of $1" "$reason"
		show_log "$tmp/root.log"
	else
		make_systemd "$1"
	fi
}

# work SUITE: all boots of one kernel, one after the other.
work() {
	trap 'stop_emulator; exit 99' HUP INT TERM
	kernel=$cache/kernel-$1/vmlinuz
	for batch in $batches; do
		name=$1.${batch%:*}
		! is_wanted "$name" ||
			boot "$name" "$kernel" "$tmp/$1.cpio" "${batch#*:}" "vm_batch=${batch%:*}"
	done
	[ -e "$tmp/$1-systemd.cpio" ] || return 0
	# With two processors, emulation now and then runs into code that Linux 6.12 is patching.
	boot_cpus=1
	for batch in $systemd_batches; do
		name=$1.${batch%:*}
		! is_wanted "$name" ||
			boot "$name" "$kernel" "$tmp/$1-systemd.cpio" "${batch#*:}" \
				"systemd.show_status=0 systemd.mask=serial-getty@ttyS0.service psi=1 \
				vm_batch=${batch%:*} vm_runs=$runs vm_places=${PAGETOUCH_VM_PLACES:-some}"
	done
}

# start_suite SUITE: fetches the kernel and starts its boots in the background.
start_suite() {
	if ! fetch_kernel "$1"; then
		skip "the kernel of $1" "$reason"
		show_log "$tmp/fetch-$1.log"
		return
	fi
	echo "# $1: $(cat "$cache/kernel-$1/package")"
	make_small "$1"
	prepare_systemd "$1"
	work "$1" &
	workers="$workers $!"
}

# report NAME: the guest's results as TAP.
report() {
	[ -r "$tmp/$1.result" ] || return 0
	while read -r line; do
		case $line in
		ok\ * | not\ ok\ *) renumber "$1" "$line" ;;
		*) printf '# %s\n' "$line" ;;
		esac
	done <"$tmp/$1.result"
}

check_requirements() {
	for program in qemu-system-x86_64:qemu-system-x86 cpio:cpio busybox:busybox-static \
		apt-get:apt dpkg-deb:dpkg ldd:libc-bin xz:xz-utils timeout:coreutils; do
		command -v "${program%:*}" >/dev/null || skip_all "no ${program%:*} (package ${program#*:})"
	done
	[ "$(uname -m)" = x86_64 ] || skip_all "the guests are x86-64, this machine is not"
	[ -x "$PAGETOUCH" ] || skip_all "no pagetouch to test: set PAGETOUCH"
	[ -x "$OOMWHY" ] || skip_all "no oomwhy to test: set OOMWHY"
	[ -x "$PAGEWATCH" ] || skip_all "no pagewatch to test: set PAGEWATCH"
	[ "${PAGETOUCH_SANITIZED:-no}" = no ] ||
		skip_all "a build with sanitizers needs more than the guests have"
	if ldd "$(command -v busybox)" >/dev/null 2>&1; then
		skip_all "busybox is not static (package busybox-static)"
	fi
	mkdir -p "$cache" || skip_all "no cache directory"
}

check_requirements
tmp=$(mktemp -d "${TMPDIR:-/var/tmp}/pagetouch-vm.XXXXXX") || exit 99
trap clean_up EXIT
trap 'exit 99' HUP INT TERM
own_suite=$(own_archive)
own_suite=${own_suite#* }
suites="bookworm trixie"
case " $suites " in
*" $own_suite "*) ;;
*) suites="$suites $own_suite" ;;
esac
for suite in $suites; do
	start_suite "$suite"
done
for worker in $workers; do
	wait "$worker"
done
workers=
for suite in $suites; do
	for batch in $batches $systemd_batches; do
		report "$suite.${batch%:*}"
	done
done
printf '1..%d\n' "$tap_count"
[ "$tap_failures" -eq 0 ]
