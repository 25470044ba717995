#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# watch.sh - pagewatch under systemd: scopes as sandboxes, services and cgroups that are followed
# shellcheck source=tests/vm/guest/lib.sh
. /vm/lib.sh

log=/tmp/log
# A program that eats whatever it may, and one that waits first until it is told to.
eats="tail /dev/zero"
waits="while [ ! -e /tmp/go ]; do sleep 0.1; done"

# watch OPTION...: pagewatch, whose records go to $log.
watch() {
	rm -f "$log"
	run pagewatch --json --log-file "$log" "$@"
}

# judged NAME OUTCOME STATUS: by the verdict in $log, and by the exit status.
judged() {
	grep '"record":"verdict"' "$log" >/tmp/verdict
	is "$(field outcome /tmp/verdict) $status" "$2 $3" "$1: $2, exit status $3"
	echo "  said: $(sed -n 's/.*"message":"\([^"]*\)".*/\1/p' /tmp/verdict)"
}

sandboxed() {
	# shellcheck disable=SC2086 # words
	watch -v --limit 64M $eats
	judged "$1" oom-sandbox 137
	has "$err" 'by way of a systemd scope' "$1: by way of a scope"
	is "$(field oom_limit /tmp/verdict)" 67108864 "$1: whose limit it was"
	eventually 10 no_scope
	ok $? "$1: the scope is gone"
	watch --limit 64M sh -c "$eats; exit 3"
	judged "$1, a child" exited 3
	has "$err" 'The OOM killer took tail \(pid [0-9]+\), which held .* of anonymous memory, at the limit of the sandbox' \
		"$1, a child: it is named"
	has /tmp/verdict '"counters":.*"after":\{"cgroup":"[^"]*","oom_kill":1' "$1, a child: it was counted"
	# Whether systemd ends a scope of which one process was OOM-killed is its own affair: we live.
	eventually 10 no_scope
	ok $? "$1, a child: the scope is gone"
	watch --limit 64M sh -c 'exit 5'
	judged "$1, a control" exited 5
}

# followed NAME OPTION...: the service, as long as it runs, and no longer.
followed() {
	followed_name=$1
	shift
	rm -f /tmp/go "$log"
	systemd-run --quiet --unit=followed --collect sh -c "sleep 1000 & $waits; kill \$!"
	pagewatch --json --log-file "$log" --every 200ms -o +CGUSE "$@" >"$out" 2>"$err" </dev/null &
	watcher=$!
	eventually 60 grep -qs '"record":"sample".*"procs":[2-9]' "$log"
	ok $? "$followed_name: all its processes are followed"
	has "$log" '"cg_usage":[1-9]' "$followed_name: and what it is charged for"
	touch /tmp/go
	status=0
	wait "$watcher" || status=$?
	judged "$followed_name" completed 0
}

# killed: a process of a service that is OOM-killed at its MemoryMax=.
killed() {
	rm -f /tmp/go "$log"
	systemd-run --quiet --unit=eater --collect -p MemoryMax=64M -p MemorySwapMax=0 sh -c "$waits; exec $eats"
	pagewatch --json --log-file "$log" -p "$(systemctl show -P MainPID eater)" >"$out" 2>"$err" </dev/null &
	watcher=$!
	eventually 60 grep -qs '"record":"sample"' "$log"
	touch /tmp/go
	status=0
	wait "$watcher" || status=$?
	judged "a service at its MemoryMax=" oom-ancestor 1
	has /tmp/verdict '"oom_cgroup":"/system.slice/eater.service"' "a service at its MemoryMax=: whose limit it was"
}

fitted() {
	run pagewatch --fit --json --limit 128M pagetouch -q --no-guard --oom-score-adj=keep 41M
	is "$status $(sed -n 's/.*"fit":{"limit":\([0-9]*\),.*/\1/p' "$err")" "0 46137344" \
		"--fit: 44 MiB for what needs 43"
	eventually 10 no_scope
	ok $? "--fit: no scope is left"
}

several() {
	watch --runs 2 --limit 64M pagetouch -q --no-guard 24M
	is "$status $(grep -c '"record":"runs"' "$log")" "0 1" "--runs in sandboxes"
	has "$log" '"peak_cgroup":\{"min":2[0-9]{7},' "--runs: what they were charged for"
}

echo "  $(systemctl --version | head -n 1)"
sandboxed root
followed "a unit" --unit followed
followed "a cgroup" --cgroup /system.slice/followed.service
killed
fitted
several
echo END
