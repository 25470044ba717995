# SPDX-License-Identifier: GPL-2.0-or-later
# whole.sh - the whole machine runs out of memory, exactly as in the original experiment
# shellcheck shell=sh
# shellcheck source=tests/vm/guest/lib.sh
. /vm/lib.sh

original="pagetouch --json --no-guard --shared 0x1000000000 0x2000000"

guard() {
	run pagetouch --json 0x1000000000 0x2000000
	ends "the guard in a machine of 256 MiB" guard 3
	run pagetouch --json 50% 1M
	echo "  50%: $(field outcome)"
	said
}

overcommitting() {
	echo "$1" >/proc/sys/vm/overcommit_memory
	# shellcheck disable=SC2086 # words
	run protected $original
	ends "the original, overcommit $1" oom-global 137
	has "$out" 'for the whole machine' "the original, overcommit $1: the kernel's record"
	explains "the original, overcommit $1" global
	run pagetouch --json --no-guard 0x1000000000 0x2000000
	ends "private, overcommit $1" oom-global 137
	explains "private, overcommit $1" global
	run protected pagetouch --no-guard --shared 0x1000000000 0x2000000
	is "$status" 137 "as a table, overcommit $1: exit status 137"
	has "$err" 'OOM-killed because the machine ran out of memory' "as a table, overcommit $1: said in words"
	head -n 3 "$out"
	cat "$err"
}

# Shared memory is not reaped, so the killer may go on to the observer.
unprotected() {
	echo 0 >/proc/sys/vm/overcommit_memory
	# shellcheck disable=SC2086 # words
	run $original
	is "$status" 137 "the original, observer not protected: exit status 137"
	echo "  outcome: $(field outcome)"
	clean "the original, observer not protected"
}

strict() {
	echo 2 >/proc/sys/vm/overcommit_memory
	# shellcheck disable=SC2086 # words
	run $original
	ends "the original, overcommit 2" map-refused 125
	# shellcheck disable=SC2086
	run $original --expect enomem
	is "$status" 0 "the original, overcommit 2: --expect enomem is met"
	echo 0 >/proc/sys/vm/overcommit_memory
}

# Where an OOM is a panic there is no experiment.
panicky() {
	echo 1 >/proc/sys/vm/panic_on_oom
	run pagetouch --json 1M
	is "$status" 3 "vm.panic_on_oom=1 without a sandbox is refused"
	echo 2 >/proc/sys/vm/panic_on_oom
	run pagetouch --json --limit 32M 1M
	is "$status" 3 "vm.panic_on_oom=2 is refused even with one"
	echo 0 >/proc/sys/vm/panic_on_oom
}

guard
overcommitting 0
overcommitting 1
strict
panicky
unprotected
