# SPDX-License-Identifier: GPL-2.0-or-later
# lib.sh - run pagetouch in a guest, compare its verdict and what oomwhy says of the kill, and print
# to stdout what check.sh reads
# shellcheck shell=sh disable=SC2034,SC2154 # names shared with the script that sources it

root=/sys/fs/cgroup
out=/tmp/out
err=/tmp/err
status=0

# ok STATUS NAME
ok() {
	if [ "$1" -eq 0 ]; then
		echo "ok - $2"
	else
		echo "not ok - $2"
	fi
}

# is GOT WANTED NAME
is() {
	if [ "$1" = "$2" ]; then
		ok 0 "$3"
	else
		ok 1 "$3"
		echo "     got: $1"
		echo "  wanted: $2"
	fi
}

# has FILE PATTERN NAME
has() {
	if grep -Eq -- "$2" "$1"; then
		ok 0 "$3"
	else
		ok 1 "$3"
		echo "  no line matches: $2"
		tail -n 16 "$1"
	fi
}

# field NAME [FILE]: from the verdict, or the JSON lines of FILE.
field() {
	if [ $# -eq 1 ]; then
		tail -n 1 "$out" >/tmp/last
		field "$1" /tmp/last
	else
		sed -n 's/.*"'"$1"'":"\{0,1\}\([^,"}]*\).*/\1/p' "$2"
	fi
}

# said: the sentence of the verdict.
said() {
	echo "  said: $(tail -n 1 "$out" | sed -n 's/.*"message":"\([^"]*\)".*/\1/p')"
}

# run COMMAND...: into $out and $err; its status in $status.
run() {
	status=0
	"$@" >"$out" 2>"$err" </dev/null || status=$?
}


# within CGROUP COMMAND...
within() {
	within_group=$1
	shift
	# shellcheck disable=SC2016
	sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$root/$within_group" "$@"
}

# protected COMMAND...: the OOM killer must spare the observer; the subject's score is its own.
protected() {
	# shellcheck disable=SC2016
	sh -c 'echo -1000 >/proc/self/oom_score_adj && exec "$@"' sh "$@"
}

processes() {
	for process in /proc/[0-9]*; do
		read -r comm 2>/dev/null <"$process/comm" || continue
		case $comm in
		pagetouch | pagetouch-subj* | pagetouch-child) echo "${process#/proc/}" ;;
		esac
	done
}

no_process() {
	[ -z "$(processes)" ]
}

# eventually SECONDS COMMAND...
eventually() {
	eventually_left=$(($1 * 10))
	shift
	while ! "$@"; do
		eventually_left=$((eventually_left - 1))
		[ "$eventually_left" -gt 0 ] || return 1
		sleep 0.1
	done
}

cgroups_left() {
	find "$root" -type d -name 'pagetouch-[0-9a-fo]*'
}

# no_scope: neither manager has a scope of ours any more.
no_scope() {
	! find "$root" -type d -name 'pagetouch-*.scope' | grep -q . &&
		! systemctl --all --no-legend list-units 'pagetouch-*.scope' | grep -q .
}

# clean NAME: no process and no cgroup of pagetouch's is left.
clean() {
	eventually 5 no_process
	is "$(cgroups_left)$(processes)" '' "$1: no cgroup and no process is left"
}

# ends NAME OUTCOME STATUS: how the last run ended, and that it left nothing behind.
ends() {
	is "$(field outcome) $(field exit_status) $status" "$2 $3 $3" "$1: $2, exit status $3"
	said
	if [ "$(field outcome)" != "$2" ]; then
		tail -n 12 "$err"
		tail -n 1 "$out"
	fi
	clean "$1"
}

# holds: whether the run in the background has touched its 8 MiB.
holds() {
	grep -q '"touched":8388608' "$out"
}

# hold OPTION...: a run in the background that holds 8 MiB; its process in $observer.
hold() {
	: >"$out"
	pagetouch --json "$@" --hold infinity 8M >"$out" 2>"$err" </dev/null &
	observer=$!
	eventually 60 holds
}

# ended: waits for the run in the background; its status in $status.
ended() {
	status=0
	wait "$observer" 2>/dev/null || status=$?
}

# limited CGROUP SIZE: makes a cgroup with a limit and without swap.
limited() {
	mkdir "$root/$1"
	echo "$2" >"$root/$1/memory.max"
	[ ! -e "$root/$1/memory.swap.max" ] || echo 0 >"$root/$1/memory.swap.max"
}

# explains NAME SCOPE [OPTION...]: oomwhy says of the last run's kill what pagetouch said: whose
# doing it was, that the subject was killed, and that it was the worst. OPTIONs choose the source.
explains() {
	explains_name=$1
	explains_scope=$2
	shift 2
	subject=$(field pid "$out" | head -n 1)
	run oomwhy "$@" --json --last 1 --pid "$subject"
	is "$status $(wc -l <"$out")" "0 1" "$explains_name: oomwhy finds its report"
	has "$out" "\"scope\":\"$explains_scope\"" "$explains_name: oomwhy: its scope is $explains_scope"
	has "$out" "\"victims\":\\[\\{\"pid\":$subject,\"comm\":\"pagetouch-subj\"" \
		"$explains_name: oomwhy: the subject was killed"
	has "$out" '"rank_of_victim":1,"agrees":true' "$explains_name: oomwhy: it was the worst"
	has "$out" '"truncated":false' "$explains_name: oomwhy: the report is whole"
	has "$out" "\"kernel\":\"$(uname -r | sed 's/[+.]/\\&/g')\"" "$explains_name: oomwhy: it is of this kernel"
	run oomwhy "$@" --last 1 --pid "$subject"
	echo "  oomwhy said: $(sed -n '2,3p' "$out" | tr '\n' ' ')"
}
