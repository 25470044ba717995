#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# pagewatch-cgroup.sh - OOM kills in a memory cgroup that is followed, and in one beside it
. "${srcdir:=.}/tests/lib.sh"

[ -x "$(command -v "$PAGEWATCH")" ] || skip_all "no $PAGEWATCH here"
if sanitized; then
	skip_all 'a sanitizer needs more memory than the cgroup allows'
fi

if [ -e /sys/fs/cgroup/memory/memory.usage_in_bytes ]; then
	base=/sys/fs/cgroup/memory version=1 limit=memory.limit_in_bytes
elif [ -e /sys/fs/cgroup/cgroup.controllers ]; then
	base=/sys/fs/cgroup version=2 limit=memory.max
else
	skip_all 'no memory cgroups here'
fi
# The kernel's log may hold the pids of earlier runs.
mark=${tmp##*.}
group=$base/pagetouch-cgroup.$mark
beside=$base/pagetouch-beside.$mark
mkdir "$group" 2>/dev/null || skip_all 'no memory cgroup can be made here'

subjects='' watcher=''
# shellcheck disable=SC2317 # the trap calls it
end_all() {
	# shellcheck disable=SC2086 # words
	kill $subjects $watcher 2>/dev/null
	for directory in "$group/below" "$group" "$beside"; do
		[ ! -d "$directory" ] || eventually 20 rmdir "$directory"
	done
	cleanup
}
trap end_all EXIT
mkdir "$beside"
# Version 2 lets no cgroup have processes and give its controllers to those below it.
[ "$version" -eq 2 ] || mkdir "$group/below"

# limited DIRECTORY: it has a limit, and no swap beside it.
limited() {
	echo 40M >"$1/$limit" 2>/dev/null || return
	echo 40M >"$1/memory.memsw.limit_in_bytes" 2>/dev/null ||
		echo 0 >"$1/memory.swap.max" 2>/dev/null || :
}
for directory in "$group" "$beside"; do
	limited "$directory" || skip_all 'no memory cgroup can be limited here'
done
[ ! -d "$group/below" ] || limited "$group/below"

# visit DIRECTORY NAME: has the OOM killer take what NAME, in the cgroup, starts; NAME lives on.
# It starts it when $tmp/NAME.go is there; $tmp/NAME.done: that has been.
visit() {
	# shellcheck disable=SC2016 # the inner shell's
	sh -c 'echo $$ >"$0/cgroup.procs"
		: >"$2.in"
		until [ -e "$2.go" ]; do sleep 0.05; done
		"$1" -q --no-guard 96M
		echo $? >"$2.status"
		mv "$2.status" "$2.done"
		until [ -e "$2.end" ]; do sleep 0.05; done' \
		"$1" "$PAGETOUCH" "$tmp/$2" >/dev/null 2>&1 &
	subjects="$subjects $!"
	eventually 20 test -e "$tmp/$2.in"
}

# follow VISITED NAME OPTION...: follows $group, while the OOM killer visits the cgroup VISITED.
# shellcheck disable=SC2317 # eventually calls it
has_begun() {
	grep -q '^{"record":"sample"' "$tmp/$name.err"
}
follow() {
	name=$2
	visit "$1" "$2"
	"$PAGEWATCH" --json --cgroup "$group" >"$tmp/$name.out" 2>"$tmp/$name.err" &
	watcher=$!
	eventually 20 has_begun
	: >"$tmp/$name.go"
	eventually 60 test -e "$tmp/$name.done"
	kill -TERM "$watcher"
	status=0
	wait "$watcher" || status=$?
	watcher=''
	: >"$tmp/$name.end"
	# shellcheck disable=SC2086 # words
	wait $subjects
	subjects=''
	grep '^{"record":"verdict"' "$tmp/$name.err" >"$tmp/$name"
}

# Of all kills within five seconds, also those of other tests, the kernel reports ten.
# logged PLACE: whether the kernel's log names a victim that lived in PLACE.
logged() {
	kmsg_readable && dmesg 2>/dev/null | grep -q "task_memcg=/pagetouch-$1,"
}

follow "$group" own
if ! [ "$(cat "$tmp/own.done")" -eq 137 ]; then
	skip 'an OOM kill in a cgroup that is followed' "the OOM killer did not come: status $(cat "$tmp/own.done")"
	done_testing
fi
is "$status" 1 'an OOM kill in the cgroup that is followed is exit status 1'
has "$tmp/own" "pagetouch-cgroup\.$mark was followed for .*, and the OOM killer took [1-9][0-9]* of its processes" \
	'is said'
has "$tmp/own" "of memory cgroup /pagetouch-cgroup\.$mark: oom_kill went from 0 to 1\"" 'with its counter'
if ! logged "cgroup.$mark"; then
	skip 'whom it took' "the kernel's log does not say it"
else
	has "$tmp/own" '"victims":\[{"pid":[0-9]+,"comm":"pagetouch' 'who it was has its field'
	has "$tmp/own" 'The OOM killer took pagetouch[^ ]* \(pid [0-9]+\), which held ' 'and a sentence'
fi

follow "$beside" beside
is "$status $(cat "$tmp/beside.done")" '0 137' 'an OOM kill in another cgroup is not its'
has "$tmp/beside" '"victims":\[\]' 'and has no victim'
hasnt "$tmp/beside" 'OOM killer' 'nor a word'

if [ ! -d "$group/below" ]; then
	skip 'an OOM kill below it' 'not tried with version 2'
	done_testing
fi
follow "$group/below" below
# Version 1 counts it below alone.
if ! logged "cgroup.$mark/below"; then
	skip 'an OOM kill below it' "the kernel's log does not say it"
else
	is "$status" 1 'an OOM kill below it is one of its own'
	has "$tmp/below" "at the limit of memory cgroup /pagetouch-cgroup\.$mark" 'at whose limit'
fi
done_testing
