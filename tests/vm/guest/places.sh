#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# places.sh - verdicts in scopes and services of systemd, of the system manager and of a user's
# shellcheck shell=sh disable=SC2034,SC2154 # names shared with places-lib.sh
places_dir=/tmp/places
places_runs=$(sed -n 's/.*vm_runs=\([0-9]*\).*/\1/p' /proc/cmdline)
: "${places_runs:=3}"
mkdir -p "$places_dir"
# shellcheck source=tests/places/lib.sh
. /vm/places-lib.sh

# The whole tree: nobody else runs pagetouch here.
place_group=/sys/fs/cgroup

# in_units SLICE TYPE: where the limit is, and where the sandbox.
in_units() {
	place_cgroup="$1/run-*.$2"
	place_sandbox="$1/pagetouch-*.scope/pagetouch-*"
}

# unit_run OPTION... -- COMMAND...: a unit of its own with a limit of 64 MiB.
unit_run() {
	systemd-run --quiet --collect -p MemoryMax=64M -p MemorySwapMax=0 "$@"
}

# service_run OPTION... -- COMMAND...: systemd-run's own status is 1 for whatever was killed.
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

chmod 1777 "$places_dir"
user_slice=/user.slice/user-1000.slice/user@1000.service/app.slice
echo "# $(systemctl --version | head -n 1)"
every="oom heels killed guard term completed"
# shellcheck disable=SC2086 # a list
{
	in_units /system.slice scope
	prove_all in_scope "a scope" $every sandbox
	prove_all in_delegated_scope "a scope with Delegate=yes" $every sandbox
	in_units /system.slice service
	place_statuses=any
	prove_all in_service "a service, OOMPolicy=stop" oom shared killed guard term completed sandbox
	prove_all below_service_sh "a service, OOMPolicy=stop, below sh" oom killed
	prove_all in_lasting_service "a service, OOMPolicy=continue" $every sandbox
	prove_all in_delegated_service "a service, Delegate=yes" oom killed guard term completed sandbox
	prove_all in_killed_service "a service, OOMPolicy=kill" both killed guard term completed
	place_statuses=
	if start_user; then
		in_units "$user_slice" scope
		prove_all in_user_scope "a user's scope" $every sandbox
		in_units "$user_slice" service
		place_statuses=any
		prove_all in_user_service "a user's service" oom killed guard term completed sandbox
	else
		place_skipped "a user's units" "the user's manager did not start"
	fi
}
echo END
