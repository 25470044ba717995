#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# pagewatch-sender.sh - who sent the SIGKILL that a command died of, by the kernel's trace of signals
# shellcheck disable=SC2013,SC2016,SC2317 # words of a line, inner shells, what eventually() calls
. "${srcdir:=.}/tests/lib.sh"

[ -x "$(command -v "$PAGEWATCH")" ] || skip_all "no $PAGEWATCH here"

# The commands below run in a mount namespace with tracefs, or without it.
write_wrapper() {
	printf '#!/bin/sh\nexec unshare --mount --propagation private sh -c '\''%s && exec "$@"'\'' sh "%s" "$@"\n' \
		"$2" "$(command -v "$PAGEWATCH")" >"$tmp/$1"
	chmod 755 "$tmp/$1"
}
tracing=/sys/kernel/tracing
write_wrapper traced "mount -t tracefs none $tracing"
write_wrapper untraced "mount -t tmpfs none $tracing && { ! test -d /sys/kernel/debug/tracing || mount -t tmpfs none /sys/kernel/debug; }"

# traced ARGS...: into $tmp/err; its status in $status.
traced() {
	status=0
	"$tmp/traced" "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
}

# victim WRAPPER ARGS...: has pagewatch follow ARGS in the background, as $watcher; the command, once
# it is called NAME, as $victim.
is_called() {
	# In a sandbox pagewatch has another child, which ends it.
	for victim in $(cat "/proc/$watcher/task/$watcher/children" 2>/dev/null); do
		[ "$(cat "/proc/$victim/comm" 2>/dev/null)" != "$1" ] || return 0
	done
	return 1
}
victim() {
	name=$1
	wrapper=$2
	shift 2
	"$tmp/$wrapper" "$@" >"$tmp/out" 2>"$tmp/err" &
	watcher=$!
	eventually 60 is_called "$name"
}

finish() {
	status=0
	wait "$watcher" || status=$?
}

# kill_it [SIGNAL]: by a process whose pid is then in $killer.
kill_it() {
	# shellcheck disable=SC2016 # the inner shell's
	sh -c 'echo $$; kill -s "$2" "$1"; :' sh "$victim" "${1:-KILL}" >"$tmp/killer"
	killer=$(cat "$tmp/killer")
}

victim sleep untraced -v sleep 60 2>/dev/null
if ! [ -d "/proc/$watcher" ]; then
	skip_all 'no mount namespace can be made'
fi
kill_it
finish
is "$status" 137 'without tracefs'
has "$tmp/err" '^pagewatch: sender unknown: ' 'the sender is unknown'
has "$tmp/err" 'who sends a SIGKILL cannot be traced: ' 'and why'

traced -v true
if ! grep -q 'a SIGKILL is traced' "$tmp/err"; then
	skip 'the sender' "$(grep 'cannot be traced' "$tmp/err")"
	done_testing
fi
instance=$(sed -n 's/.* is traced, in \(.*\)/\1/p' "$tmp/err")

# there DIRECTORY: in tracefs.
there() {
	unshare --mount --propagation private sh -c 'mount -t tracefs none "$1" && test -d "$2"' sh "$tracing" "$1"
}
there "$instance"
is $? 1 'the instance is removed'
victim sleep traced sleep 60
kill_it
finish
is "$status" 137 'a SIGKILL by another process'
has "$tmp/err" "^pagewatch: sent by sh \\(pid $killer\\): " 'who sent it'
victim sleep traced --json sleep 60
kill_it
finish
has "$tmp/err" '"sender":{"pid":'"$killer"',"comm":"sh","kernel":false}' 'the same in the record'
# foreign SIGNAL ARG...: pagewatch follows a process that is not its own, until SIGNAL ends that.
foreign() {
	signal=$1
	shift
	sleep 60 &
	victim=$!
	# What the run before has shown is not to be taken for the first row.
	: >"$tmp/err"
	"$tmp/traced" -p "$victim" "$@" >"$tmp/out" 2>"$tmp/err" &
	watcher=$!
	eventually 60 grep -q '^ *0.000000\|"record":"sample"' "$tmp/err"
	kill_it "$signal"
	finish
	wait "$victim" 2>/dev/null
}
foreign KILL
is "$status" 0 'a process that is not ours'
has "$tmp/err" "^pagewatch: sleep \\(pid $victim\\) was killed by SIGKILL \\(signal 9\\) after" 'is known to be killed'
has "$tmp/err" "^pagewatch: evidence: the kernel's trace of signals: SIGKILL, sent by sh \\(pid $killer\\)" \
	'has its sender named, too'
foreign KILL --json
is "$(field outcome "$tmp/err" | tail -n 1)" killed 'that is its outcome'
hasnt "$tmp/err" 'wait status' 'but its wait status is its parent'\''s to know'
foreign KILL --expect killed
is "$status" 0 'which may be expected'
foreign TERM --json
is "$status $(field outcome "$tmp/err" | tail -n 1)" '0 completed' 'of another signal nothing is known'
foreign TERM --expect killed
is "$status" 1 'which is not the end that was expected'
# shellcheck disable=SC2016 # the inner shell's
traced sh -c 'kill -s KILL $$'
is "$status" 137 'a SIGKILL by itself'
has "$tmp/err" '^pagewatch: it sent the signal to itself: ' 'as is said'
# shellcheck disable=SC2016 # the inner shell's
traced --json sh -c 'kill -s TERM $$'
has "$tmp/err" '"sender":null' 'nothing is said of another signal'
traced --json sh -c 'exit 137'
has "$tmp/err" '"sender":null' 'nor of a status that looks like one'

unshare --mount --propagation private sh -c 'mount -t tracefs none "$1" && mkdir "$1/instances/$2" "$1/instances/$3"' \
	sh "$tracing" pagewatch-0123456789abcdef "pagewatch-test-$$"
traced true
there "$tracing/instances/pagewatch-0123456789abcdef"
is $? 1 'what a run has left that was killed is removed'
there "$tracing/instances/pagewatch-test-$$"
is $? 0 'and nobody else'\''s'
unshare --mount --propagation private sh -c 'mount -t tracefs none "$1" && rmdir "$1/instances/$2"' \
	sh "$tracing" "pagewatch-test-$$"
victim sleep traced -v sleep 60
instance=$(sed -n 's/.* is traced, in \(.*\)/\1/p' "$tmp/err")
traced true
there "$instance"
is $? 0 'nor one that is in use'
kill_it
finish

traced -q --limit 64M true
if [ "$status" -eq 125 ]; then
	skip 'a sandbox' "$(head -n 1 "$tmp/err")"
	done_testing
fi
traced --json --limit 32M -- awk 'BEGIN { for (i = 0; ; i++) a[i] = i }'
is "$status $(field outcome "$tmp/err" | tail -n 1)" '137 oom-sandbox' 'an OOM kill'
has "$tmp/err" '"sender":{"pid":[0-9]+,"comm":"awk","kernel":true}' 'comes from the kernel'
# A kill that was counted in its cgroup, and is not the command's.
victim sh traced --json --limit 32M -- sh -c 'tail /dev/zero; while :; do sleep 0.1; done'
killed() {
	# Of tail there is nothing any more, of sleep there may be.
	! pgrep -P "$victim" tail >/dev/null && pgrep -P "$victim" sleep >/dev/null
}
eventually 60 killed
kill_it
finish
is "$status $(field outcome "$tmp/err" | tail -n 1)" '137 killed' \
	'a kill that was counted is not taken for that of who was killed by another process'
has "$tmp/err" '"sender":{"pid":'"$killer"',"comm":"sh","kernel":false}' 'which is named'
done_testing
