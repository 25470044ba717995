#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# limits.sh - under tight limits of the process, both commands do their work or name the limit
# shellcheck disable=SC3045 # the options of ulimit, which dash has

# shellcheck source-path=SCRIPTDIR/..
. "${srcdir:-$(dirname "$0")/../..}/tests/lib.sh"

report=$srcdir/tests/fixtures/oom/4.18.0-25-generic.memcg2.kmsg.txt

# Each line of $tmp/commands, split into words, in a shell of its own with the limits of $1, a
# command; "STATUS words". What fails is shown with its first line.
under() {
	while read -r wanted words; do
		got=0
		# shellcheck disable=SC2086 # words
		(eval "$1" && exec timeout 60 env -i LC_ALL=C PATH="$PATH" $words) \
			>"$tmp/out" 2>"$tmp/err" </dev/null || got=$?
		is "$got" "$wanted" "$1: $(echo "$words" | sed "s:[^ ]*/::g")"
		[ "$got" = "$wanted" ] || sed 's/^/# /' "$tmp/err" | head -n 2
	done <"$tmp/commands"
}

if sanitized; then
	skip "a small stack" "a sanitizer's frames are larger"
else
	"$PAGETOUCH" --json 64K >"$tmp/run.json"
	cat >"$tmp/commands" <<-EOF
		0 $PAGETOUCH --help
		2 $PAGETOUCH --limit
		0 $PAGETOUCH 1M
		0 $PAGETOUCH --json --exact 1M
		0 $PAGETOUCH -t 4 --order random 1M
		0 $PAGETOUCH --heap=1K 1M
		0 $PAGETOUCH --stack --verify 1M
		0 $PAGETOUCH 1M --then fork:write --then dontneed
		0 $PAGETOUCH -o +SWAP,PTE,PSS,KSM,OOMSCORE,COMMITTED 1M
		0 $PAGETOUCH --replay $tmp/run.json
		0 $OOMWHY --help
		2 $OOMWHY --since
		0 $OOMWHY $report
		0 $OOMWHY --json $report
		0 $OOMWHY --tasks $report
		0 $OOMWHY --list $report
	EOF
	under 'ulimit -S -s 64'
	echo "125 $PAGETOUCH --stack 1M" >"$tmp/commands"
	under 'ulimit -s 64'
	has "$tmp/err" 'raise it: ulimit -s ' "and the limit is named"
fi

# Whatever a filter denies: "ERRNO CALLS STATUS PATTERN", the pattern in a line on standard error.
# Nothing hangs, is killed or stays.
denied() {
	while read -r error calls wanted pattern; do
		status=0
		timeout -s KILL 60 "$DENY" "$error" "$calls" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
		if [ "$status" -eq 77 ]; then
			skip "$calls denied" "no seccomp filter can be had here"
			return
		fi
		what="$calls: $error: pagetouch $(echo "$*" | sed 's/^[^ ]* //')"
		is "$status" "$wanted" "$what"
		has "$tmp/err" "$pattern" "$what: it is said"
	done
}

filter='a filter \(seccomp\)'
if [ ! -x "${DENY:-}" ]; then
	skip "denied system calls" "the helper is there only where the program was built"
elif sanitized; then
	skip "denied system calls" "a sanitizer needs some of them"
else
	denied "$PAGETOUCH" 1M --then fork:write <<-EOF
		EPERM kill 0 exactly what was touched
		EPERM kill,tgkill,pidfd_send_signal 0 exactly what was touched
		ENOSYS clone3,flock,fsetxattr 0 exactly what was touched
		EPERM prctl 0 exactly what was touched
		EPERM clone,clone3 125 $filter
		ENOSYS clone,clone3 125 $filter
		EAGAIN clone,clone3 125 ulimit -u
		EPERM kill,pidfd_open,pidfd_send_signal 125 $filter
		ENOSYS pidfd_open 125 $filter
		EMFILE pidfd_open 125 ulimit -n
		EPERM pipe2 125 $filter
		EMFILE pipe2 125 ulimit -n
		EPERM signalfd4 125 $filter
		EPERM madvise 125 $filter
		ENOSYS madvise 125 $filter
	EOF
	denied "$PAGETOUCH" --memfd 1M <<-EOF
		ENOSYS memfd_create 125 $filter
		EPERM memfd_create 125 $filter
		EMFILE memfd_create 125 ulimit -n
	EOF
	denied "$PAGETOUCH" --lock 1M <<-EOF
		ENOSYS mlock,mlock2 125 $filter
		EPERM mlock,mlock2 125 ulimit -l
	EOF
	# The control: the same reasons where there is no filter are those of the step.
	run 4K --then collapse
	hasnt "$tmp/err" "$filter" "a step that this memory cannot do is no matter of a filter"
fi

# Too little of each, for whichever command: nothing crashes, and the message names the limit.
if sanitized; then
	skip "limits of memory" "a sanitizer needs more address space"
else
	# With less the loader crashes before the program begins.
	for kib in 500 600 800 1000; do
		status=0
		(ulimit -d "$kib" && exec timeout 60 "$PAGETOUCH" 64K) >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
		(ulimit -d "$kib" && exec timeout 60 "$OOMWHY" --json "$report") >"$tmp/out" 2>"$tmp/err2" </dev/null || status=$status/$?
		# 127: its libraries cannot be loaded.
		case $status in
		*124* | *13?*) ok 1 "ulimit -d $kib: $status" ;;
		esac
		is "$(cat "$tmp/err" "$tmp/err2" | grep -v 'error while loading' | grep -c 'Cannot allocate memory$')" \
			"$(cat "$tmp/err" "$tmp/err2" | grep -c 'ulimit -d (RLIMIT_DATA)')" "ulimit -d $kib: the limit is named ($status)"
	done
fi
status=$({ (ulimit -f 0 && "$OOMWHY" --json "$report" >"$tmp/limited"; echo $? >&3) 2>&1 | cat >"$tmp/err"; } 3>&1)
is "$status" 125 "ulimit -f: what cannot be written is an error"
has "$tmp/err" 'ulimit -f \(RLIMIT_FSIZE\)' "and the limit is named"

# RLIMIT_CPU reaches whoever has used more: what was measured is said, and nothing is left.
(ulimit -S -t 1 && timeout -s KILL 60 "$PAGETOUCH" --passes 1000000 64K 4K) >"$tmp/out" 2>"$tmp/err" </dev/null
is $? 152 "ulimit -t: SIGXCPU"
has "$tmp/err" 'SIGXCPU.* after touching .* of 64 KiB' "it is said how far it came"
has "$tmp/err" 'ulimit -t \(RLIMIT_CPU\)' "and which limit it was"

done_testing
