#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# places.sh - real OOM kills where users have them: below a limit that is not ours, with somebody
# who stops what is left, in namespaces; and what only looks like them
. "${srcdir:=.}/tests/lib.sh"

own=$(sed -n 's/^[0-9]*:memory:\(.*\)/\1/p' /proc/self/cgroup)
outer=/sys/fs/cgroup/memory$own/test-places.$$
[ -n "$own" ] && mkdir "$outer" 2>/dev/null || skip_all "no cgroup v1 memory controller that this user may write"
trap 'leave; cleanup' EXIT
leave() {
	cd / && eventually 5 rmdir "$outer" 2>/dev/null
}

# within COMMAND...: runs it in a cgroup with a limit of its own.
cat >"$tmp/within" <<'EOT'
#!/bin/sh
echo $$ >"$outer/cgroup.procs" && exec "$@"
EOT
chmod +x "$tmp/within"
export outer

# watch DIRECTORY PID: sends SIGTERM to PID as soon as DIRECTORY has counted an OOM kill, as systemd does.
watch() {
	while [ -d "/proc/$2" ]; do
		while read -r key value; do
			if [ "$key" = oom_kill ] && [ "$value" -gt "$kills" ]; then
				[ "$delay" = 0 ] || sleep "$delay"
				kill -TERM "$2"
				return
			fi
		done <"$1/memory.oom_control"
	done
}
kills_now() {
	sed -n 's/^oom_kill //p' "$outer/memory.oom_control"
}
finish() {
	status=0
	wait "$observer" 2>/dev/null || status=$?
}

if [ -z "$(kills_now)" ]; then
	skip "kills are counted" "this kernel does not count them (before 4.13)"
	done_testing
fi

# SIGTERM on the heels of an OOM kill: the kill is what ended the run.
echo 200M >"$outer/memory.limit_in_bytes"
wrong=0
untold=0
for delay in 0 0 0 0.001 0.003 0.01; do
	kills=$(kills_now)
	"$tmp/within" "$PAGETOUCH" --json --no-guard 1G 64M >"$tmp/out" 2>"$tmp/err" &
	observer=$!
	watch "$outer" "$observer"
	finish
	tail -n 1 "$tmp/out" | grep -q '"outcome":"oom-ancestor","exit_status":137,' && [ "$status" -eq 137 ] || {
		wrong=$((wrong + 1))
		tail -n 1 "$tmp/out" | sed "s/^/# $status: /"
	}
	grep -q 'the observer received SIGTERM' "$tmp/out" || untold=$((untold + 1))
done
is "$wrong" 0 "SIGTERM right after an OOM kill: it is called an OOM kill"
# The very last one may come after the verdict.
[ "$untold" -lt 6 ]
ok $? "and the signal is told, too"

# Controls: the signal without a kill, and with somebody else's.
: >"$tmp/out"
"$tmp/within" "$PAGETOUCH" --json --no-guard --hold infinity 8M >"$tmp/out" 2>"$tmp/err" &
observer=$!
eventually 20 grep -q '"touched":8388608,' "$tmp/out"
kill -TERM "$observer"
finish
is "$status $(tail -n 1 "$tmp/out" | field outcome /dev/stdin)" "143 interrupted" "SIGTERM without a kill"
for attempt in 1 2 3; do
	: "$attempt" >"$tmp/out"
	"$tmp/within" "$PAGETOUCH" --json --no-guard --hold infinity 8M >"$tmp/out" 2>"$tmp/err" &
	observer=$!
	eventually 20 grep -q '"touched":8388608,' "$tmp/out"
	kills=$(kills_now)
	delay=0
	"$tmp/within" "$PAGETOUCH" -q --no-guard 1G 2>/dev/null &
	other=$!
	watch "$outer" "$observer"
	finish
	wait "$other"
	is "$? $status $(tail -n 1 "$tmp/out" | field outcome /dev/stdin)" "137 143 interrupted" \
		"SIGTERM with an OOM kill of somebody else in the same cgroup"
done

done_testing
