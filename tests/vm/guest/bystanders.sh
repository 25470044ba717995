# SPDX-License-Identifier: GPL-2.0-or-later
# bystanders.sh - who else dies when the whole machine runs out of memory
# shellcheck shell=sh
# shellcheck source=tests/vm/guest/lib.sh
. /vm/lib.sh

bystanders=
askers=

# Each holds 8 MiB and is no likelier victim than any other process.
start_bystanders() {
	bystanders=
	for i in 1 2 3 4 5 6 7 8; do
		pagetouch --json --no-guard --oom-score-adj keep --hold infinity 8M >/tmp/bystander.$i 2>&1 &
		bystanders="$bystanders $!"
	done
	for i in 1 2 3 4 5 6 7 8; do
		eventually 60 grep -q '"touched":8388608' /tmp/bystander.$i
	done
}

# Some process always asks for memory: while a dying hog still holds its own, there must be another
# victim.
start_askers() {
	askers=
	for i in 1 2; do
		protected sh -c 'while :; do cat /proc/self/maps; done' >/dev/null 2>&1 &
		askers="$askers $!"
	done
}

stop_askers() {
	for pid in $askers; do
		kill "$pid"
		wait "$pid" 2>/dev/null
	done
}

# alive: how many bystanders still have their subject (an observer without one ends).
alive() {
	alive_count=0
	for pid in $bystanders; do
		case $(sed -n 's/^State:.\(.\).*/\1/p' "/proc/$pid/status" 2>/dev/null) in
		'' | Z | X) ;;
		*) alive_count=$((alive_count + 1)) ;;
		esac
	done
	echo "$alive_count"
}

stop_bystanders() {
	for pid in $bystanders; do
		kill "$pid" 2>/dev/null
	done
	for pid in $bystanders; do
		wait "$pid" 2>/dev/null
	done
}

restart_bystanders() {
	stop_askers
	stop_bystanders
	start_bystanders
	start_askers
}

# trial OPTION...: one global OOM; counts deaths and verdicts.
trial() {
	run pagetouch --json --no-guard "$@" 0x1000000000 0x2000000
	sleep 0.5
	now=$(alive)
	dead=$((dead + 8 - now))
	[ "$now" -eq 8 ] || hurt=$((hurt + 1))
	[ "$(field outcome) $status" != "oom-global 137" ] || verdicts=$((verdicts + 1))
}

# trials COUNT OPTION...
trials() {
	left=$1
	shift
	dead=0
	hurt=0
	verdicts=0
	start_bystanders
	start_askers
	is "$(alive)" 8 "eight bystanders $*"
	while [ "$left" -gt 0 ]; do
		trial "$@"
		left=$((left - 1))
		[ "$left" -eq 0 ] || [ "$now" -eq 8 ] || restart_bystanders
	done
	stop_askers
	stop_bystanders
}

trials 5 --private
is "$dead" 0 "private: of 8 bystanders none dies in 5 runs"
is "$verdicts" 5 "private: five times oom-global, exit status 137"
clean private
trials 2 --shared
echo "  shared: $dead bystanders died, in $hurt of 2 runs; $verdicts runs had a verdict"
ok 0 "shared: they may die, $dead did, in $hurt of 2 runs"
clean shared
