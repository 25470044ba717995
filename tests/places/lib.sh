# SPDX-License-Identifier: GPL-2.0-or-later
# lib.sh - run pagetouch in a place where users run it, and count the verdicts that are wrong
#
# Sourced by check.sh on the machine and by tests/vm/guest/places.sh in a guest. Speaks TAP without
# numbers: one line for each place and outcome. What is right is known by construction: a limit was
# reached, a process was killed by hand, and so on; nothing of it is asked of pagetouch.
#
# A place is a function PLACE COMMAND... that runs COMMAND in it, below a memory cgroup with a
# limit of 64 MiB; the script that sources this sets $place_group, the directory below which its
# processes are, $place_cgroup, a pattern of that memory cgroup's name as the place shows it,
# $place_sandbox, one of its sandbox's, $places_dir for files, and $places_runs, how often each
# outcome is provoked.
# shellcheck shell=sh disable=SC2154 # names set by the script that sources it

places_out=$places_dir/out
places_err=$places_dir/err

# record_field NAME: of the verdict, empty without one.
record_field() {
	grep '"record":"verdict"' "$places_out" |
		sed -n 's/.*"'"$1"'":"\{0,1\}\([^,"}]*\).*/\1/p'
}

# named_below COMM...: the processes below the group that are called so.
named_below() {
	[ -n "$place_group" ] && [ -d "$place_group" ] || return 0
	find "$place_group" -name cgroup.procs -exec cat {} + 2>/dev/null | while read -r pid; do
		read -r comm 2>/dev/null <"/proc/$pid/comm" || continue
		for name; do
			[ "$comm" != "$name" ] || echo "$pid"
		done
	done
}

subject_below() {
	named_below pagetouch-subj pagetouch-subje pagetouch-child
}

observer_below() {
	named_below pagetouch
}

# patient SECONDS COMMAND...
patient() {
	patient_left=$(($1 * 20))
	shift
	while ! "$@"; do
		patient_left=$((patient_left - 1))
		[ "$patient_left" -gt 0 ] || return 1
		sleep 0.05
	done
}

holds_all() {
	grep -q '"touched":8388608' "$places_out"
}

has_ended() {
	grep -q '"record":"verdict"' "$places_out" || ! kill -0 "$place_job" 2>/dev/null
}

# signalled SIGNAL WHO: sends it by hand to the subject or the observer that holds its memory.
signalled() {
	patient 60 holds_all || return
	for pid in $("$2"); do
		kill -s "$1" "$pid"
	done
}

# kills_counted: how many kills were counted below the group.
kills_counted() {
	find "$place_group" \( -name memory.oom_control -o -name memory.events \) \
		-exec cat {} + 2>/dev/null | awk '$1 == "oom_kill" { n += $2 } END { print n + 0 }'
}

kill_was_counted() {
	[ "$(kills_counted)" -gt "$kills_before" ] || has_ended
}

# on_the_heels: what a service manager does: SIGTERM as soon as a kill was counted.
on_the_heels() {
	kills_before=$(kills_counted)
	patient_left=4000
	while ! kill_was_counted && [ "$patient_left" -gt 0 ]; do
		patient_left=$((patient_left - 1))
	done
	for pid in $(observer_below); do
		kill -s TERM "$pid" 2>/dev/null
	done
}

# start_in PLACE ARGUMENT...: pagetouch in the background.
start_in() {
	start_place=$1
	shift
	: >"$places_out"
	"$start_place" pagetouch --json "$@" >"$places_out" 2>"$places_err" </dev/null &
	place_job=$!
}

# provoke PLACE OUTCOME: one run; the launcher's status in $place_status.
provoke() {
	case $2 in
	oom | heels | both | oomd | oomd-all) start_in "$1" --no-guard 256M 256M ;;
	shared) start_in "$1" --no-guard --shared 256M 256M ;;
	sandbox) start_in "$1" --limit 24M 256M 256M ;;
	guard) start_in "$1" 256M 256M ;;
	killed | term) start_in "$1" --hold infinity 8M 8M ;;
	*) start_in "$1" 8M 8M ;;
	esac
	case $2 in
	heels) on_the_heels ;;
	killed) signalled KILL subject_below ;;
	term) signalled TERM observer_below ;;
	esac
	place_status=0
	patient 90 has_ended || kill "$place_job"
	wait "$place_job" 2>/dev/null || place_status=$?
}

# seen: what a run said: outcome, exit status, the limit that killed, and whose limit it was.
seen() {
	for field in outcome exit_status oom_limit oom_cgroup; do
		record_field "$field" | tr '\n' ' '
	done
}

# is_killed_at LIMIT CGROUP: what was said of the limit that killed.
is_killed_at() {
	# shellcheck disable=SC2254 # a pattern
	case "$(record_field oom_limit) $(record_field oom_cgroup)" in
	"$1 "$2) ;;
	*) return 1 ;;
	esac
}

# is_right OUTCOME: whether what was said is what was done.
is_right() {
	case "$1:$(seen)" in
	# The observer is killed with its subject: it says nothing, or what was the case.
	both: | oomd-all:) ;;
	oom:"oom-ancestor 137 "* | shared:"oom-ancestor 137 "* | heels:"oom-ancestor 137 "* | \
		both:"oom-ancestor 137 "*) is_killed_at 67108864 "$place_cgroup" ;;
	sandbox:"oom-sandbox 137 "*) is_killed_at 25165824 "$place_sandbox" ;;
	guard:"guard 3 null null " | term:"interrupted 143 null null " | \
		completed:"completed 0 null null " | oomd:"oomd 137 null null " | \
		oomd-all:"oomd 137 null null ") ;;
	killed:"killed 137 null null ") grep -q 'sender unknown' "$places_out" ;;
	refused:) grep -q '/proc' "$places_err" ;;
	*) return 1 ;;
	esac
}

# status_wanted OUTCOME: what the launcher ends with if it hands the status on.
status_wanted() {
	case $1 in
	guard) echo 3 ;;
	term) echo 143 ;;
	completed) echo 0 ;;
	refused) echo 125 ;;
	*) echo 137 ;;
	esac
}

# status_is_right OUTCOME: launchers with statuses of their own set $place_statuses to
# "OUTCOME:STATUS ...", "any" where the status says nothing.
status_is_right() {
	status_right=$(status_wanted "$1")
	for pair in ${place_statuses:-}; do
		case $pair in
		any) return 0 ;;
		"$1":*) status_right=${pair#*:} ;;
		esac
	done
	[ "$place_status" = "$status_right" ]
}

# tell_wrong: what the last run said, as a comment.
tell_wrong() {
	echo "# run $runs_done: launcher's status $place_status, verdict: $(seen)"
	grep '"record":"verdict"' "$places_out" |
		sed 's/.*"proof":\(\[[^]]*\]\).*"message":\(.*\),"summary.*/\1 \2/; s/^/#   /'
	sed 's/^/#   /' "$places_err" | tail -n 5
}

# prove PLACE OUTCOME NAME: provokes it $places_runs times.
prove() {
	runs_done=0
	runs_right=0
	while [ "$runs_done" -lt "$places_runs" ]; do
		provoke "$1" "$2"
		runs_done=$((runs_done + 1))
		if is_right "$2" && status_is_right "$2"; then
			runs_right=$((runs_right + 1))
		else
			tell_wrong
		fi
	done
	places_not=
	[ "$runs_right" -eq "$runs_done" ] || places_not='not '
	echo "${places_not}ok - $3: $2 $runs_right of $runs_done"
}

# prove_all PLACE NAME OUTCOME...
prove_all() {
	all_place=$1
	all_name=$2
	shift 2
	for outcome; do
		prove "$all_place" "$outcome" "$all_name"
	done
}

place_skipped() {
	echo "ok - $1 # SKIP $2"
}
