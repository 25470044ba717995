#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# places.sh - verdicts in scopes and services of systemd, of the system manager and of a user's, and
# where systemd-oomd kills
# shellcheck shell=sh disable=SC2034,SC2154 # names shared with places-lib.sh
places_dir=/tmp/places
places_runs=$(sed -n 's/.*vm_runs=\([0-9]*\).*/\1/p' /proc/cmdline)
places_set=$(sed -n 's/.*vm_places=\([a-z]*\).*/\1/p' /proc/cmdline)
mkdir -p "$places_dir"
# shellcheck source=tests/places/lib.sh
. /vm/places-lib.sh

# The whole tree: nobody else runs pagetouch here.
place_group=/sys/fs/cgroup

# in_units SLICE TYPE: where the limit is, and where the sandbox is.
in_units() {
	place_cgroup="$1/run-*.$2"
	place_sandbox="$1/pagetouch-*.scope/pagetouch-*"
}

# unit_run OPTION... -- COMMAND...: a unit of its own with a limit of 64 MiB.
unit_run() {
	systemd-run --quiet --collect -p MemoryMax=64M -p MemorySwapMax=0 "$@"
}

# service_run OPTION... -- COMMAND...: systemd-run itself returns 1 for all that was killed.
service_run() {
	unit_run --wait --pipe "$@"
}

in_scope() { unit_run --scope -- "$@"; }
in_delegated_scope() { unit_run --scope -p Delegate=yes -- "$@"; }
in_service() { service_run -p OOMPolicy=stop -- "$@"; }
in_lasting_service() { service_run -p OOMPolicy=continue -- "$@"; }
in_killed_service() { service_run -p OOMPolicy=kill -- "$@"; }
in_delegated_service() { service_run -p OOMPolicy=stop -p Delegate=yes -- "$@"; }
below_service_sh() {
	# shellcheck disable=SC2016 # the inner shell's
	service_run -p OOMPolicy=stop -- sh -c '"$@"; exit $?' sh "$@"
}
of_user() {
	setpriv --reuid=1000 --regid=1000 --init-groups env HOME=/home/tester USER=tester \
		XDG_RUNTIME_DIR=/run/user/1000 systemd-run --user --quiet --collect \
		-p MemoryMax=64M -p MemorySwapMax=0 "$@"
}
in_user_scope() { of_user --scope -- "$@"; }
in_user_service() { of_user --wait --pipe -- "$@"; }

start_user() {
	useradd --create-home --uid 1000 --shell /bin/sh tester 2>/dev/null
	loginctl enable-linger tester
	patient 60 test -S /run/user/1000/systemd/private
}

# chosen SOME ALL: the outcomes to provoke; all of them take some minutes.
chosen() {
	if [ "$places_set" = all ]; then
		echo "$2"
	else
		echo "$1"
	fi
}

# pressed OPTION... -- COMMAND...: killed when it waits for memory for 5 % of the time.
pressed() {
	systemd-run --quiet --collect --wait --pipe -p ManagedOOMMemoryPressure=kill \
		-p ManagedOOMMemoryPressureLimit=5% "$@"
}
in_pressed_service() { pressed -p MemoryHigh=16M -- "$@"; }
in_pressed_sandbox() {
	shift
	pressed -p Delegate=yes -- pagetouch --high 16M --limit 512M --swap 128M "$@"
}

oomd_kills() {
	journalctl --sync
	journalctl --boot --unit systemd-oomd | grep -c 'Killed .* due to memory pressure'
}

# systemd-oomd kills only where memory is reclaimed, which needs something to swap to.
swap_on() {
	for _ in 1 2 3; do
		for module in /modules/*.ko; do
			busybox insmod "$module" 2>/dev/null
		done
	done
	echo 128M >/sys/block/zram0/disksize && busybox mkswap /dev/zram0 >/dev/null &&
		busybox swapon /dev/zram0
}

busybox() { /opt/pagetouch/busybox "$@"; }

prove_oomd() {
	mkdir -p /etc/systemd/oomd.conf.d
	printf '[OOM]\nDefaultMemoryPressureDurationSec=1s\n' >/etc/systemd/oomd.conf.d/places.conf
	if ! swap_on || ! systemctl restart systemd-oomd; then
		place_skipped systemd-oomd "it does not start here, or there is no swap"
		return
	fi
	prove in_pressed_service oomd-all "systemd-oomd"
	prove in_pressed_sandbox oomd "systemd-oomd, a sandbox in a service with Delegate=yes"
	[ "$(oomd_kills)" -eq $((2 * places_runs)) ] || printf 'not '
	echo "ok - systemd-oomd killed each time"
}

chmod 1777 "$places_dir"
user_slice=/user.slice/user-1000.slice/user@1000.service/app.slice
echo "# $(systemctl --version | head -n 1)"
every="oom heels killed guard term completed"
# shellcheck disable=SC2046 # lists
{
	in_units /system.slice scope
	prove_all in_scope "a scope" $(chosen "oom heels sandbox" "$every sandbox")
	place_sandbox="/system.slice/run-*.scope/pagetouch-*"
	prove_all in_delegated_scope "a scope with Delegate=yes" $(chosen sandbox "$every sandbox")
	in_units /system.slice service
	place_statuses=any
	prove_all in_service "a service, OOMPolicy=stop" \
		$(chosen "oom killed sandbox" "oom shared killed guard term completed sandbox")
	prove_all below_service_sh "a service, OOMPolicy=stop, below sh" $(chosen oom "oom killed")
	prove_all in_lasting_service "a service, OOMPolicy=continue" $(chosen oom "$every sandbox")
	prove_all in_killed_service "a service, OOMPolicy=kill" \
		$(chosen both "both killed guard term completed")
	place_sandbox="/system.slice/run-*.service/pagetouch-*"
	prove_all in_delegated_service "a service, Delegate=yes" \
		$(chosen "oom sandbox" "oom killed guard term completed sandbox")
	prove_oomd
	place_statuses=
	if start_user; then
		in_units "$user_slice" scope
		prove_all in_user_scope "a user's scope" $(chosen "oom sandbox" "$every sandbox")
		in_units "$user_slice" service
		place_statuses=any
		prove_all in_user_service "a user's service" \
			$(chosen oom "oom killed guard term completed sandbox")
	else
		place_skipped "a user's units" "the user's manager did not start"
	fi
}
echo END
