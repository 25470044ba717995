#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# enomem.sh - a mapping that is refused: its cause, its figures and the way out, exit 125
# ulimit -v and -d are in every sh that Debian has.
# shellcheck disable=SC3045
. "${srcdir:=.}/tests/lib.sh"

# refused PATTERN REMEDY NAME: checks what the last run said.
refused() {
	is "$status" 125 "$3: exit 125"
	has "$tmp/err" "^pagetouch: cannot map .*$1" "$3: the cause and its figures"
	has "$tmp/err" "^pagetouch: .*$2" "$3: the way out"
	has "$tmp/out" '"outcome":"map-refused","exit_status":125' "$3: the verdict"
	is "$(grep -c '"record":"sample"' "$tmp/out")" 0 "$3: nothing is sampled"
}

if sanitized; then
	skip "RLIMIT_AS" "a sanitizer maps terabytes of its own"
else
	(ulimit -v 1000000 && "$PAGETOUCH" --json 2G) >"$tmp/out" 2>"$tmp/err"
	status=$?
	refused 'RLIMIT_AS is 977 MiB and the process already has [0-9.]+ MiB of VmSize' 'ulimit -v' RLIMIT_AS
	(ulimit -v 1000000 && "$PAGETOUCH" --json 500M 500M --touch 64K) >"$tmp/out" 2>"$tmp/err"
	is $? 0 "what fits under RLIMIT_AS is mapped"
	# From what the loader refuses to what is enough, which depends on the libraries.
	starved=0 wrong=
	for kib in $(seq 4096 96 16384); do
		status=0
		(ulimit -v "$kib" && exec timeout 20 "$PAGETOUCH" 4K) >"$tmp/out" 2>"$tmp/err" </dev/null ||
			status=$?
		[ "$status" -ne 0 ] || break
		! grep -q '^[^ ]*touch: .*Cannot allocate memory' "$tmp/err" || starved=$((starved + 1))
		[ "$status" -ne 124 ] && ! grep -q 'open files' "$tmp/err" || wrong="$wrong $kib"
	done
	is "$status" 0 "a small limit of address space is enough"
	is "$((starved > 0)):$wrong" '1:' "with less it says that memory is short, not files, and ends"
fi
if sanitized; then
	skip "RLIMIT_DATA" "a sanitizer maps terabytes of its own"
else
	(ulimit -d 1000000 && "$PAGETOUCH" --json 2G) >"$tmp/out" 2>"$tmp/err"
	status=$?
	refused 'RLIMIT_DATA is 977 MiB and the process already has .* of VmData' 'ulimit -d' RLIMIT_DATA
	(ulimit -d 1000000 && "$PAGETOUCH" -q --shared --touch 64K 2G) >"$tmp/out" 2>"$tmp/err"
	is $? 0 "RLIMIT_DATA does not count shared memory"
fi

mode=$(cat /proc/sys/vm/overcommit_memory)
ram=$(awk '/^(MemTotal|SwapTotal):/ { kib += $2 } END { print int(kib / 1048576) + 1 }' /proc/meminfo)
if [ "$mode" = 0 ] && ! sanitized; then
	run --json --reserve "$((ram * 2))G"
	refused 'vm.overcommit_memory is 0, which refuses a single request above RAM and swap' '--reserve' "overcommit mode 0"
	run -q --touch 64K "$((ram * 2))G"
	is "$status" 0 "without --reserve mode 0 maps twice the RAM"
elif [ "$mode" = 2 ]; then
	run --json "$((ram * 4))G"
	refused 'vm.overcommit_memory is 2' 'CommitLimit|overcommit_ratio' "overcommit mode 2"
else
	skip "overcommit" "mode $mode or a sanitizer build"
fi

if [ "$(getconf LONG_BIT)" = 64 ] && [ "$mode" != 2 ] && ! sanitized; then
	run --json 8E
	refused 'the address space has no such hole, the largest is [0-9.]+ [TPE]iB' 'fits' "no hole"
else
	skip "no hole" "32 bits, overcommit mode 2 or a sanitizer build"
fi

done_testing
