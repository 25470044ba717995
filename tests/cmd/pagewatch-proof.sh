#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# pagewatch-proof.sh - that a command does not notice, for all statuses, signals and bytes; and that
# trees which are OOM-killed get the right verdict, and leave nothing
#
# PAGETOUCH_PROOF=all: 1 GiB through each stream, and 200 trees of each kind; some minutes.
. "${srcdir:=.}/tests/lib.sh"

[ -x "$(command -v "$PAGEWATCH")" ] || skip_all "no $PAGEWATCH here"
trees=3
bytes=$((16 * 1024 * 1024))
if [ "${PAGETOUCH_PROOF:-}" = all ]; then
	trees=200
	bytes=$((1024 * 1024 * 1024))
fi

# All statuses.
wrong=
code=0
while [ $code -le 255 ]; do
	status=0
	"$PAGEWATCH" -q sh -c "exit $code" >"$tmp/out" 2>&1 || status=$?
	[ "$status $(cat "$tmp/out")" = "$code " ] || wrong="$wrong $code:$status"
	code=$((code + 1))
done
is "$wrong" '' 'statuses 0 to 255 are passed on'

# All signals: of whom it dies...
if env --default-signal=INT true 2>/dev/null; then
	defaults='env --default-signal'
else
	defaults=
fi
wrong=
number=1
while [ $number -le 31 ]; do
	dies=yes
	case $number in
	2 | 3) [ -n "$defaults" ] || dies=skip ;; # whoever starts us may ignore them
	17 | 18 | 23 | 28) dies=no ;;
	19 | 20 | 21 | 22) dies=skip ;; # it would stop
	esac
	status=0
	# shellcheck disable=SC2086 # words
	[ $dies = skip ] || $defaults "$PAGEWATCH" -q sh -c "ulimit -c 0; kill -$number \$\$; exit 7" \
		>"$tmp/out" 2>&1 || status=$?
	case $dies:$status in
	skip:* | no:7) ;;
	yes:$((128 + number))) ;;
	*) wrong="$wrong $number:$status" ;;
	esac
	number=$((number + 1))
done
is "$wrong" '' 'of signals 1 to 31 those that kill kill, and the others do not'

# ... and which reach it through us. It counts them, and ends by itself.
wrong=
for signal in HUP INT QUIT ILL TRAP ABRT BUS FPE USR1 SEGV USR2 PIPE ALRM TERM CONT TSTP TTIN TTOU URG XCPU XFSZ \
	VTALRM PROF WINCH IO PWR SYS; do
	case $signal in
	INT | QUIT) [ -n "$defaults" ] || continue ;;
	esac
	: >"$tmp/got"
	: >"$tmp/out"
	# shellcheck disable=SC2016,SC2086 # the inner shell's; words
	$defaults "$PAGEWATCH" -q sh -c 'trap "echo got >>\"$0\"; exit 9" '$signal'
		echo ready
		while :; do sleep 0.02; done' "$tmp/got" >"$tmp/out" 2>"$tmp/err" &
	watcher=$!
	eventually 20 grep -q ready "$tmp/out"
	kill -s $signal "$watcher"
	eventually 20 test -s "$tmp/got"
	# What stops a command stops us, too.
	case $signal in
	TSTP | TTIN | TTOU) kill -s CONT "$watcher" ;;
	esac
	status=0
	wait "$watcher" || status=$?
	[ "$status $(wc -l <"$tmp/got")" = '9 1' ] || wrong="$wrong $signal:$status:$(wc -l <"$tmp/got")"
done
is "$wrong" '' 'all signals that can be caught reach the command, once'

# All bytes, through each stream.
# stream: as many bytes as are wanted, NUL among them.
stream() {
	yes "$(printf 'a line \001\177\200\377\033[2J zeroes zz\r')" | tr z '\000' | head -c "$bytes"
}
stream | cksum >"$tmp/wanted"
stream | "$PAGEWATCH" -q cat | cksum >"$tmp/got"
is "$(cat "$tmp/got")" "$(cat "$tmp/wanted")" "$((bytes / 1048576)) MiB through standard input and output"
# shellcheck disable=SC2069 # standard error alone goes through the pipe
stream | "$PAGEWATCH" --log-file "$tmp/rows" sh -c 'cat >&2' 2>&1 >/dev/null | head -c "$bytes" | cksum >"$tmp/got"
is "$(cat "$tmp/got")" "$(cat "$tmp/wanted")" 'through standard error, while rows go elsewhere'
stream | "$PAGEWATCH" -q head -c 1000 >"$tmp/out"
is "$(wc -c <"$tmp/out")" 1000 'a command that does not read all'

# Trees that are OOM-killed.
"$PAGEWATCH" -q --limit 64M true 2>"$tmp/err" || skip 'trees' "$(head -n 1 "$tmp/err")"
if [ -s "$tmp/err" ]; then
	done_testing
elif sanitized; then
	skip 'trees' 'a sanitizer needs much more memory'
	done_testing
fi
# tree STATUS OUTCOME KILLS COMMAND...: runs it $trees times in a sandbox of 24 MiB; $wrong is what was
# otherwise. KILLS are the OOM kills that there must be; 0: none may be.
tree() {
	tree_status=$1
	tree_outcome=$2
	tree_kills=$3
	shift 3
	wrong=
	turn=0
	while [ $turn -lt $trees ]; do
		turn=$((turn + 1))
		status=0
		"$PAGEWATCH" --json --log-file "$tmp/run" --limit 24M "$@" >"$tmp/out" 2>&1 || status=$?
		grep '"record":"verdict"' "$tmp/run" >"$tmp/verdict"
		kills=$(grep -o '"oom_kill":[0-9]*' "$tmp/verdict" | tail -n 1)
		kills=${kills#*:}
		# Before the memory of a victim is free the kernel may kill another one.
		[ "$tree_kills" -eq 0 ] || [ "$kills" -le "$tree_kills" ] || kills=$tree_kills
		[ "$status:$(field outcome "$tmp/verdict"):$kills" = "$tree_status:$tree_outcome:$tree_kills" ] ||
			wrong="$wrong $turn:$status:$(field outcome "$tmp/verdict"):$kills"
		cat "$tmp/verdict" >>"$tmp/all"
		rm "$tmp/run"
	done
}
needs="'$PAGETOUCH' -q --no-guard --oom-score-adj=keep 48M"
tree 3 exited 1 sh -c "$needs; exit 3"
is "$wrong" '' "$trees trees: a command that outlives its child's OOM kill"
tree 4 exited 2 sh -c "(setsid sh -c \"$needs\" & wait); $needs; exit 4"
is "$wrong" '' "$trees trees: a grandchild in a session of its own, and a child"
# shellcheck disable=SC2016 # the program is awk's
tree 137 oom-sandbox 1 awk 'BEGIN { for (i = 0; ; i++) a[i] = i }'
is "$wrong" '' "$trees times a command that is OOM-killed itself"
# shellcheck disable=SC2016 # the inner shell's
tree 137 killed 0 sh -c 'kill -9 $$'
is "$wrong" '' "$trees controls: SIGKILL without an OOM kill is none"
grep -o '"cgroup":"[^"]*/pagetouch-[0-9a-f]*"' "$tmp/all" | sed 's/.*\(pagetouch-[0-9a-f]*\)"/\1/' | sort -u >"$tmp/mine"
is "$(wc -l <"$tmp/mine")" $((4 * trees)) 'each had a sandbox of its own'
is "$(find /sys/fs/cgroup -type d -name 'pagetouch-*' 2>/dev/null | grep -F -f "$tmp/mine")" '' 'of which none is left'
done_testing
