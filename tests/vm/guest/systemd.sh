#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# systemd.sh - a delegated scope from the system manager and from a user's
# shellcheck source=tests/vm/guest/lib.sh
. /vm/lib.sh

# scoped NAME: what a run in a scope leaves behind.
scoped() {
	ends "$1" oom-sandbox 137
	has "$err" 'by way of a systemd scope' "$1: by way of a scope"
	eventually 10 no_scope
	ok $? "$1: the scope is gone afterwards"
}

as_tester() {
	run systemd-run --quiet --wait --pipe --collect -p User=tester -p PAMName=login -- "$@"
}

start_user() {
	useradd --create-home --uid 1000 --shell /bin/sh tester 2>/dev/null ||
		echo 'tester:x:1000:1000::/tmp:/bin/sh' >>/etc/passwd
	grep -q '^tester:' /etc/group || echo 'tester:x:1000:' >>/etc/group
}

# The command that the error names.
named_command() {
	as_tester systemd-run --quiet --user --scope -p Delegate=yes \
		pagetouch -v --json --limit 64M 1G 8M
	ends "the command that a refusal names" oom-sandbox 137
	# A user manager sets no user.delegate mark on its units (systemd 252): either way will do.
	has "$err" 'by way of a (systemd scope|delegated cgroup v2 subtree)' \
		"the command that a refusal names: a sandbox"
	sed -n 's/.*\(by way of\)/  \1/p' "$err"
	eventually 10 no_scope
	ok $? "the command that a refusal names: the scope is gone afterwards"
}

without_session() {
	run systemd-run --quiet --wait --pipe --collect -p User=tester -- \
		pagetouch --json --limit 64M 1G 8M
	is "$status" 125 "ordinary user without a session: exit 125"
	has "$err" 'XDG_RUNTIME_DIR=/run/user/1000' "ordinary user without a session: the refusal"
	clean "ordinary user without a session"
}

# gone_observer SIGNAL: no scope outlives the observer.
gone_observer() {
	hold --limit 64M
	kill -s "$1" "$observer"
	ended
	eventually 10 no_scope
	ok $? "root, SIG$1 to the observer: the scope is gone"
	clean "root, SIG$1 to the observer"
}

echo "  $(systemctl --version | head -n 1)"
start_user
for backing in private shared; do
	run pagetouch -v --json --limit 64M --$backing 1G 8M
	scoped "root, $backing"
	cp "$out" /tmp/run
	explains "root, $backing" memcg
	cp /tmp/run "$out"
	journalctl --sync
	explains "root, $backing, by the journal" memcg --journal
	has "$out" "^The sandbox [0-9a-f]{16} of pagetouch reached its limit of 64" \
		"root, $backing: oomwhy knows the scope as a sandbox"
done
for backing in private shared; do
	as_tester pagetouch -v --json --limit 64M --$backing 1G 8M
	scoped "ordinary user in a session, $backing"
done
named_command
without_session
gone_observer TERM
gone_observer KILL
echo END
