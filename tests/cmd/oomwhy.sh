#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# oomwhy.sh - the command oomwhy: sources, choice, forms, exit statuses, and a kill of our own
. "${srcdir:=.}/tests/lib.sh"

logs=$srcdir/tests/fixtures/oom
global=$logs/6.1.0-50-cloud-amd64.global.kmsg.txt
memcg=$logs/6.1.0-50-cloud-amd64.memcg2.kmsg.txt
two=$logs/6.1.0-50-cloud-amd64.memcgparenttwo.kmsg.txt
dated=$logs/styles/journal-short-iso-6.1.0-50-cloud-amd64.global.txt
undated=$logs/styles/dmesg-notime-global-6.1.txt
TZ=UTC
export TZ

# listed NAME PIDS ARGS...: the victims of --list, in order, and exit status 0; or none, and 1.
listed() {
	listed_name=$1
	pids=$2
	shift 2
	run_oomwhy --list --noheadings "$@"
	is "$(awk '{ printf "%s ", $4 }' "$tmp/out")$status" "$pids$([ -n "$pids" ]; echo $?)" "$listed_name"
	if [ -n "$pids" ]; then
		empty "$tmp/err" "$listed_name: nothing on standard error"
	else
		has "$tmp/err" '^oomwhy: note: no report that was asked for was found; others: 1, lines read: [1-9]' \
			"$listed_name: it is said"
	fi
}

# refused NAME STATUS PATTERN [REMEDY]: how the last run ended, in one line or two.
refused() {
	is "$status" "$2" "$1: exit status $2"
	has "$tmp/err" "^oomwhy: $3" "$1: it is said"
	if [ -n "${4:-}" ]; then
		has "$tmp/err" "^oomwhy: ($4)" "$1: with the remedy"
	fi
}

# What programs, people and sources write of kills is no report.
no_reports() {
	cat >"$tmp/words" <<-'END'
		2026-01-12T10:00:00Z INFO watchdog: Killed process 1234 (worker) after timeout
		2026-01-12T10:00:02Z WARN app: Out of memory: Killed process group 12
		Jan 12 10:00:03 web01 monit[22]: 'mysqld' process killed: Out of memory
		Jan 12 10:00:05 web01 myjob[99]: task java invoked oom-killer once again
		{"level":"info","msg":"Killed process 42 (node)","ts":1}
		Out of memory: Killed process 1234
		watchdog: memory: usage high, limit near
		Subject: Re: [Bug 12345] Out of memory: Killed process 123 (mysqld)
		Subject: [PATCH] mm, oom: print "Killed process 1 (init)" only once
		* mm: Out of memory: Killed process 99 (foo) makes no sense (Bug 1)
		Re: foo invoked oom-killer: gfp_mask=0x201da, order=0
		"pattern": "Killed process \\d+ (.+) total-vm:\\d+kB, anon-rss:\\d+kB.*"
		pr_info("[  pid  ]   uid  tgid total_vm      rss swapents oom_score_adj name\n");
		pr_info("memory: usage %llukB, limit %llukB, failcnt %lu\n",
		pr_cont(" are going to be killed due to memory.oom.group set\n");
		panic("Out of memory: %s panic_on_oom is enabled\n",
		Memory cgroup out of memory: Killed process XXXXX (java)
		log = "kernel: Out of memory: Killed process 1234"
		dmesg | grep -e 'oom_reaper: reaped process' -e 'oom-kill:constraint=CONSTRAINT_NONE' && echo
		kernel: oom-kill:constraint=CONSTRAINT_NONE,...,task_memcg=/a/<vmid>.scope,task=kvm,pid=<pid>,uid=0
		kernel: Out of memory: Killed process <pid> (kvm) total-vm:<X>kB, anon-rss:<Y>kB, ...
		/* "Killed process 123 (comm) total-vm:4kB, anon-rss:4kB" */
		printf("Out of memory: Killed process 9 (a) total-vm:4kB, anon-rss:4kB");
	END
	run_oomwhy --list "$tmp/words"
	empty "$tmp/out" "words about kills are no reports"
	run_oomwhy --list "$srcdir"/src/*/*.[ch]
	empty "$tmp/out" "nor are the sources of this program"
}

exit_statuses() {
	run_oomwhy "$global"
	is "$status" 0 "a report: exit status 0"
	empty "$tmp/err" "a report: nothing on standard error"
	echo 'usb 1-1: new high-speed USB device' >"$tmp/log"
	run_oomwhy "$tmp/log"
	is "$status" 1 "no report: exit status 1"
	empty "$tmp/out" "no report: nothing on standard output"
	is "$(cat "$tmp/err")" "oomwhy: note: no report of the OOM killer was found; lines read: 1" \
		"no report: it is said what was read"
	{
		echo '2026-11-23T07:39:10+00:00 one kernel: usb 1-1: new high-speed USB device'
		seq 20000
		echo '2026-11-24T07:39:10+00:00 two kernel: usb 1-1: USB disconnect'
		printf 'more'
	} >"$tmp/log"
	TZ=UTC run_oomwhy "$tmp/log"
	has "$tmp/err" 'found; lines read: 20003, the first of 2026-11-23T07:39:10, one, the last of 2026-11-24T07:39:10, two$' \
		"times and hosts of the first and the last line"
	run_oomwhy --quiet "$tmp/log"
	empty "$tmp/err" "no report, --quiet: nothing on standard error"
	no_reports
	: >"$tmp/nothing"
	status=0
	: | "$OOMWHY" 2>"$tmp/err" || status=$?
	is "$status $(cat "$tmp/err")" \
		"1 oomwhy: note: no report of the OOM killer was found; lines read: 0, from standard input" \
		"an input that nobody meant is named"
	run_oomwhy "$tmp/nothing"
	is "$status" 1 "an empty file: exit status 1"
	run_oomwhy --no-such-option
	is "$status" 2 "usage: exit status 2"
	run_oomwhy "$tmp/missing"
	refused "a missing file" 125 "cannot open '.*/missing': No such file or directory"
	run_oomwhy --list "$tmp/missing" "$global"
	is "$status $(grep -c main.out "$tmp/out")" "125 1" "a missing file: the others are read all the same"
	for form in --json --list --tasks --quiet; do
		run_oomwhy $form "$global"
		is "$status" 0 "$form: exit status 0"
		run_oomwhy $form "$tmp/log"
		is "$status $(wc -c <"$tmp/out")" "1 0" "$form: none: exit status 1, and no output"
	done
	run_oomwhy --quiet "$global"
	empty "$tmp/out" "--quiet prints nothing"
	# The answer to --quiet is known long before the end of this log.
	mkfifo "$tmp/slow"
	{ cat "$memcg"; exec sleep 60; } >"$tmp/slow" &
	slow=$!
	status=0
	timeout 30 "$OOMWHY" --quiet <"$tmp/slow" || status=$?
	is "$status" 0 "--quiet ends at the first report"
	kill "$slow"
}

usage() {
	for wrong in '--json --list' '--list --tasks' '--json --quiet' '--last 0' '--last x' \
		'--last' '--pid -1' '--pid x' '--pid' '--since nonsense' '--until 2026-13-01' \
		'--since tomorrow --until yesterday' '--color=purple' '-o NOSUCH --tasks' '-o PID --json' \
		'--tasks=0' '--tasks=x' '--boot nonsense' '--journal FILE' '-f FILE'; do
		# shellcheck disable=SC2086 # a list of words
		run_oomwhy $wrong
		is "$status" 2 "$wrong: exit status 2"
		is "$(wc -c <"$tmp/out")$(sed -n '1s/^oomwhy: .*//p; 2s/^oomwhy: .*//p' "$tmp/err" | wc -l)" 02 \
			"$wrong: two lines on standard error"
	done
}

sources() {
	listed "a file" '92 ' "$global"
	listed "two files" '92 91 ' "$global" "$memcg"
	"$OOMWHY" --list --noheadings <"$global" >"$tmp/out"
	is "$(awk '{ print $4 }' "$tmp/out")" 92 "standard input that is a file is read without being named"
	# shellcheck disable=SC2002
	cat "$global" | "$OOMWHY" --list --noheadings >"$tmp/out"
	is "$(awk '{ print $4 }' "$tmp/out")" 92 "so is a pipe"
	# shellcheck disable=SC2002
	cat "$memcg" | "$OOMWHY" --list --noheadings "$global" - >"$tmp/out"
	is "$(awk '{ printf "%s ", $4 }' "$tmp/out")" '92 91 ' "- is standard input, in its place"
	"$OOMWHY" --json <"$global" >"$tmp/out"
	has "$tmp/out" '"source":"standard input"' "which is named so"
	run_oomwhy --json "$global"
	has "$tmp/out" '"source":"[^"]*6\.1\.0-50-cloud-amd64\.global\.kmsg\.txt"' "a file is named as it was given"
	cp "$global" "$tmp/-log"
	status=0
	(cd "$tmp" && "$OOMWHY" --list -- -log) >"$tmp/out" 2>"$tmp/err" || status=$?
	is "$status" 0 "behind -- a file's name may begin with -"
	run_oomwhy "$tmp"
	refused "a directory" 125 "'.*' is a directory" "name the files in it"
	# Newest first by the order of the report, newest last by the times
	sed -n 's/^[0-9]*,[^;]*;//p' "$global" |
		grep -E 'Comm: |invoked|tgid|^\[ |Killed|oom-kill:' | tac |
		awk '{ printf "[%5d.000000] %s\n", NR, $0 }' >"$tmp/backward"
	run_oomwhy "$tmp/backward"
	refused "newest first, as it seems" 125 "'.*' has its newest line first, and cannot be turned here" "turn it: tac FILE"
	is "$(wc -c <"$tmp/out")" 0 "nothing is told of it"
	printf 'LPKSHHRH\0\0\0\0' >"$tmp/system.journal"
	run_oomwhy "$tmp/system.journal"
	refused "a file of the journal" 125 "'.*' is a binary journal" "use: journalctl --file (.*/system\\.journal|FILE) -o export"
	if can_drop; then
		cp "$global" "$tmp/secret"
		chmod 600 "$tmp/secret"
		status=0
		as_nobody "$OOMWHY" "$tmp/secret" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
		refused "an unreadable file" 125 "cannot open '.*/secret': Permission denied" "use sudo"
	fi
}

choice() {
	listed "--last 1" '93 ' --last 1 "$two"
	listed "-n 1 of several files" '93 ' -n 1 "$global" "$memcg" "$two"
	listed "--last more than there are" '94 93 ' --last 5 "$two"
	is "$("$OOMWHY" --json "$two" | field number /dev/stdin | tr '\n' ' ')" '1 2 ' "reports are numbered"
	listed "--pid of a victim" '94 ' --pid 94 "$two" "$global"
	listed "--pid of one that asked" '94 93 ' --pid 93 "$two"
	listed "--pid of nobody" '' --pid 84 "$global"
	listed "--comm" '92 91 ' --comm main.out "$global" "$memcg"
	listed "--comm must be the whole name" '' --comm main "$global"
	listed "--comm longer than the kernel's names" '92 ' --comm a-name-of-more-than-15-bytes "$tmp/long"
	listed "--comm with a blank, two of a group" '92 ' --comm 'Web Content' \
		"$logs/6.1.0-50-cloud-amd64.memcg2group.kmsg.txt"
	listed "--cgroup" '91 ' --cgroup /oomt.slice/oomt-1.scope "$global" "$memcg"
	listed "--cgroup above" '91 94 93 ' --cgroup /oomt.slice "$global" "$memcg" "$two"
	listed "--cgroup as a directory" '91 ' --cgroup /sys/fs/cgroup/oomt.slice/oomt-1.scope/ "$memcg"
	listed "--cgroup is not a beginning of a name" '' --cgroup /oom "$memcg"
	listed "--cgroup without the suffix of a unit" '91 ' --cgroup oomt/oomt-1 "$memcg"
	sed '/oom-kill:constraint/d; /limit of/d' "$memcg" | sed 's|/oomt[^ :,]*||g' >"$tmp/suppressed"
	run_oomwhy --list --cgroup oomt "$tmp/suppressed"
	is "$status" 1 "--cgroup with a report that names none: none"
	has "$tmp/err" '^oomwhy: note: reports left out, since they name no cgroup .*: 1$' "and it is noted"
	listed "--cgroup and --comm together" '91 ' --cgroup /oomt.slice --comm main.out "$global" "$memcg"
	listed "--since before" '92 ' --since 2026-09-21 "$dated"
	listed "--since after" '' --since 2026-09-22 "$dated"
	listed "--since to the second" '92 ' --since '2026-09-21 14:13:26' "$dated"
	listed "--since a second later" '' --since '2026-09-21 14:13:27' "$dated"
	listed "--until before" '' --until 2026-09-20 "$dated"
	listed "--until to the second" '92 ' --until '2026-09-21 14:13:26' "$dated"
	listed "--since @SECONDS" '92 ' --since @1790000006 "$dated"
	listed "--since and --until" '92 ' --since 2026-09-21 --until 2026-09-22 "$dated"
	for log in "$global" "$undated"; do
		run_oomwhy --list --since yesterday "$log"
		is "$status" 1 "--since with a log without dates: none"
		has "$tmp/err" '^oomwhy: note: reports left out, since their log has no dates .*: 1$' "and it is noted"
	done
}

forms() {
	run_oomwhy --list "$global" "$memcg"
	is "$(head -n 1 "$tmp/out" | tr -s ' ')" 'TIME SCOPE SIZE PID VICTIM TRIGGER CGROUP' "--list has a header"
	is "$(wc -l <"$tmp/out")" 3 "--list: a line per report"
	run_oomwhy --list --bytes --noheadings "$global"
	is "$(awk '{ print $3 }' "$tmp/out")" 181055488 "--list --bytes"
	run_oomwhy --tasks --noheadings "$global"
	is "$(wc -l <"$tmp/out")" 9 "--tasks: a line for each of 9 tasks"
	run_oomwhy --tasks=2 --noheadings "$global"
	is "$(awk '{ printf "%s %s ", $1, $2 }' "$tmp/out")" '1 92 2 91 ' "--tasks=2: the two worst"
	run_oomwhy -o PID,RSS,SWAP,PTE,ADJ,BADNESS,NAME --bytes --noheadings "$global"
	is "$(grep main.out "$tmp/out" | tr -s ' ' | sed 's/^ //')" \
		'92 181055488 0 393216 0 44299 main.out' "-o: the table with these columns"
	run_oomwhy --verbose "$two"
	is "$(grep -c '^Report [12]:' "$tmp/out")" 2 "the text has both reports"
	has "$tmp/out" '^What followed +1[0-9]* ms after the kill, main' "and the one says that the other followed"
	for heading in When 'Who asked' 'What ran out' Memory Killed 'Why that one' 'What came back' \
		'What to do' Ranking; do
		grep -q "^$heading  " "$tmp/out"
		ok $? "the text says: $heading"
	done
	if command -v jq >/dev/null; then
		run_oomwhy --json "$two"
		is "$(wc -l <"$tmp/out")" 2 "--json: a line per report"
		is "$(jq -c '[.record, .scope, .truncated]' "$tmp/out" | sort -u)" '["oom","memcg",false]' "--json: records"
		for key in record time_raw kernel scope constraint trigger gfp_mask gfp_flags order page_size \
			memcg tasks_listed tasks victims why truncated explanation; do
			jq -e -s --arg key $key 'all(.[]; has($key))' "$tmp/out" >/dev/null
			ok $? "the record has $key"
		done
		for key in pid tgid uid comm total_vm rss rss_anon rss_file rss_shmem swap pgtables \
			oom_score_adj badness rank; do
			jq -e -s --arg key $key 'all(.[].tasks[]; has($key))' "$tmp/out" >/dev/null
			ok $? "each task has $key"
		done
		for key in pid comm uid total_vm anon file shmem pgtables oom_score_adj score reaped; do
			jq -e -s --arg key $key 'all(.[].victims[]; has($key))' "$tmp/out" >/dev/null
			ok $? "each victim has $key"
		done
	else
		skip "--json" "no jq"
	fi
}

# Each recorded report is told in 25 lines of 80 columns, in which there is what a tired reader must
# know: who was killed, whose limit it was, what to do, and who had most.
first_screens() {
	command -v jq >/dev/null || { skip "the first screens" "no jq" && return; }
	(cd "$logs" && "$OOMWHY" ./*.txt) >"$tmp/text" </dev/null
	(cd "$logs" && "$OOMWHY" --json ./*.txt) >"$tmp/json" </dev/null
	mkdir "$tmp/screens"
	awk -v base="$tmp/screens/" '/^Report [0-9]+:/ { screen = base (++count) } { print >screen }' "$tmp/text"
	jq -r '(.explanation / "\n")[] | select(startswith("In short: "))[10:]' "$tmp/json" |
		tr -s ' ' >"$tmp/summaries"
	jq -r '[if .tasks then "^Ranking +(The )?[0-9]+ " else "More with -v" end] +
		([.explanation | match("\n(What to do|What ran out): "; "g").captures[0].string | "^\(.)  "] | unique) |
		join("|")' "$tmp/json" >"$tmp/wanted"
	number=0 lacking='' large=''
	while read -r summary <&3 && read -r wanted <&4; do
		number=$((number + 1))
		screen=$tmp/screens/$number
		sed -i '${ /^$/d; }' "$screen"
		[ "$(awk '{ if (length > most) most = length } END { print NR <= 25 && most <= 80 }' "$screen")" = 1 ] ||
			large="$large $number"
		tr -s ' \n' '  ' <"$screen" | grep -qF -e "$summary" || lacking="$lacking $number: $summary"
		[ "$(grep -cE -e "$wanted" "$screen")" -eq "$(echo "$wanted" | tr '|' '\n' | sort -u | wc -l)" ] ||
			lacking="$lacking $number: $wanted"
	done 3<"$tmp/summaries" 4<"$tmp/wanted"
	is "$number" "$(grep -c '^Report' "$tmp/text")" "$number reports are told"
	is "$large" '' "each on a screen of 25 lines and 80 columns"
	is "$lacking" '' "with the victim, whose limit it was, what to do and the worst tasks"
	run_oomwhy "$logs/6.1.0-50-cloud-amd64.sysrq.kmsg.txt"
	tr -s ' \n' '  ' <"$tmp/out" >"$tmp/text"
	has "$tmp/text" 'Why that one bigadj .* Its oom_score_adj of 600 has added' "and why it was that one"
	pod=/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1b2c3d4e_1111_2222_3333_444455556666.slice
	pod=$pod/cri-containerd-9f02d9fa004973b1cfd4c2b0c1d7a1d1e5ad3b0f6b0b8e1c4f6a7d8e9fa0b1c2.scope
	sed "s,/oomt.slice/oomt-1.scope,$pod,g" "$logs/6.1.0-50-cloud-amd64.memcg2.kmsg.txt" >"$tmp/pod.log"
	run_oomwhy "$tmp/pod.log"
	tr -s ' \n' '  ' <"$tmp/out" >"$tmp/text"
	has "$tmp/text" 'What ran out The memory cgroup of Kubernetes pod .* It used 32.0 MiB of 32.0 MiB' \
		"whose path is long is told by its owner"
	run_oomwhy -v "$tmp/pod.log"
	tr -s ' \n' '  ' <"$tmp/out" >"$tmp/text"
	has "$tmp/text" "Its path is $pod\." "and -v tells the path"
}

# widest: the length of the longest line of the text.
widest() {
	awk '{ if (length > most) most = length } END { print most + 0 }' "$tmp/out"
}

width_and_colour() {
	for columns in 40 60 80 100; do
		COLUMNS=$columns "$OOMWHY" -v "$memcg" >"$tmp/out" </dev/null
		sed -n '/^Ranking/q; p' "$tmp/out" | grep -v '/' >"$tmp/text"
		[ "$(awk '{ if (length > most) most = length } END { print most }' "$tmp/text")" -le $columns ]
		ok $? "COLUMNS=$columns: the text is not wider"
	done
	COLUMNS=300 "$OOMWHY" -v "$memcg" >"$tmp/out" </dev/null
	[ "$(sed -n '/^Ranking/q; p' "$tmp/out" | awk '{ if (length > most) most = length } END { print most }')" -le 100 ]
	ok $? "COLUMNS=300: nor than 100, which is as much as one likes to read"
	COLUMNS=nonsense "$OOMWHY" -v "$memcg" >"$tmp/other" </dev/null
	"$OOMWHY" -v "$memcg" >"$tmp/out" </dev/null
	cmp -s "$tmp/out" "$tmp/other"
	ok $? "COLUMNS=nonsense is as without"
	escape=$(printf '\033')
	hasnt "$tmp/out" "$escape" "a file gets no colour"
	"$OOMWHY" -v --color=always "$memcg" >"$tmp/out" </dev/null
	has "$tmp/out" "$escape\\[" "--color=always"
	NO_COLOR=1 "$OOMWHY" -v --color=always "$memcg" >"$tmp/out" </dev/null
	has "$tmp/out" "$escape\\[" "--color=always although NO_COLOR is set"
	sed "s/$escape\\[[0-9;]*m//g" "$tmp/out" | cmp -s - "$tmp/other"
	ok $? "colour is emphasis only: without it the text is the same"
	if ! command -v script >/dev/null || ! script -qec true /dev/null >/dev/null 2>&1; then
		skip "on a terminal" "no script(1) that works"
		return
	fi
	on_terminal() {
		TERM=xterm script -qec "stty cols $1 rows 24; $2" "$tmp/typescript" </dev/null >/dev/null
		tr -d '\r' <"$tmp/typescript" | sed '/^Script/d' >"$tmp/screen"
	}
	on_terminal 60 "'$OOMWHY' '$memcg'"
	has "$tmp/screen" "$escape\\[" "a terminal gets colour"
	sed "s/$escape\\[[0-9;]*m//g; /^Ranking/,\$d" "$tmp/screen" | grep -v '/' >"$tmp/out"
	[ "$(widest)" -le 60 ]
	ok $? "and its width is kept"
	for plain in 'NO_COLOR=1' 'TERM=dumb'; do
		on_terminal 80 "$plain '$OOMWHY' '$memcg'"
		hasnt "$tmp/screen" "$escape" "$plain: no colour"
	done
	on_terminal 80 "'$OOMWHY' --color=never '$memcg'"
	hasnt "$tmp/screen" "$escape" "--color=never: no colour"
	on_terminal 80 "'$OOMWHY' '$tmp/nothing'"
	has "$tmp/screen" 'note: no report of the OOM killer was found' "on a terminal silence is no answer"
}

unwritable() {
	for form in --color=never --list --json --tasks; do
		if [ -c /dev/full ]; then
			status=0
			"$OOMWHY" $form "$global" >/dev/full 2>"$tmp/err" </dev/null || status=$?
			refused "a full disk, $form" 125 'cannot write to standard output: No space left'
		fi
		status=0
		"$OOMWHY" $form "$global" >&- 2>"$tmp/err" </dev/null || status=$?
		is "$status" 125 "a closed standard output is an error, $form"
		for i in 1 2 3 4 5 6 7 8 9 10; do
			cat "$global" "$memcg"
		done >"$tmp/log"
		{ "$OOMWHY" $form "$tmp/log" "$tmp/log" 2>"$tmp/err" </dev/null; echo $? >"$tmp/status"; } |
			(exec <&-; sleep 0.3)
		case $(cat "$tmp/status") in
		141) ok 0 "a closed pipe ends it by SIGPIPE, $form" ;;
		0) skip "a closed pipe, $form" "all went into the pipe before it was closed" ;;
		*) ok 1 "a closed pipe ends it by SIGPIPE, $form, not with $(cat "$tmp/status")" ;;
		esac
		empty "$tmp/err" "and silently, $form"
	done
	: "$i"
}

follows() {
	mkfifo "$tmp/pipe"
	"$OOMWHY" --follow --list --noheadings <"$tmp/pipe" >"$tmp/out" 2>"$tmp/err" &
	follower=$!
	exec 3>"$tmp/pipe"
	cat "$global" >&3
	eventually 20 grep -q ' 92 main.out' "$tmp/out"
	ok $? "--follow: a report is there before the log ends"
	cat "$memcg" >&3
	eventually 20 grep -q ' 91 main.out' "$tmp/out"
	ok $? "--follow: and the next"
	kill -s TERM "$follower"
	status=0
	wait "$follower" || status=$?
	exec 3>&-
	is "$status" 143 "--follow: SIGTERM ends it"
	is "$(wc -l <"$tmp/out")" 2 "--follow: no report is lost or said twice"
	empty "$tmp/err" "--follow: silently"
}

# Where the tests run in a container themselves, what is said there is right without the variable, too.
contained="in a container the kernel's log is the host's"
restricted() {
	if ! can_drop || [ ! -c /dev/kmsg ]; then
		skip "/dev/kmsg without privilege" "cannot drop privileges here, or no /dev/kmsg"
		return
	fi
	status=0
	as_nobody "$OOMWHY" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
	if [ "$(cat /proc/sys/kernel/dmesg_restrict 2>/dev/null)" = 1 ]; then
		refused "/dev/kmsg without privilege" 125 "cannot open the kernel's log /dev/kmsg: .*kernel\\.dmesg_restrict" \
			"use sudo; or --journal, as a member of the group adm; or as root: sysctl kernel.dmesg_restrict=0|$contained"
		empty "$tmp/out" "/dev/kmsg without privilege: nothing on standard output"
		status=0
		as_nobody env container=docker "$OOMWHY" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
		refused "the same in a container" 125 "cannot open the kernel's log /dev/kmsg: .*CAP_SYSLOG" \
			"$contained"
	else
		skip "/dev/kmsg without privilege" "kernel.dmesg_restrict is not 1"
	fi
	mkdir -p "$tmp/root/dev"
	status=0
	PAGETOUCH_ROOT=$tmp/root "$OOMWHY" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
	refused "no /dev/kmsg" 125 "cannot open the kernel's log .*: No such file" "here is none.* give oomwhy a log: oomwhy FILE|$contained"
	hasnt "$tmp/err" 'sudo|CAP_SYSLOG' "which no privilege would bring"
	status=0
	container=docker PAGETOUCH_ROOT=$tmp/root "$OOMWHY" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
	refused "no /dev/kmsg in a container" 125 "cannot open the kernel's log .*: No such file" \
		"$contained"
	# What containers may have in its place.
	for instead in /dev/zero /dev/null "$tmp/root/fifo"; do
		[ -e "$instead" ] || mkfifo "$instead"
		ln -sf "$instead" "$tmp/root/dev/kmsg"
		status=0
		PAGETOUCH_ROOT=$tmp/root timeout 20 "$OOMWHY" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
		refused "${instead##*/} for /dev/kmsg" 125 "cannot open the kernel's log .*: No such device" \
			"here is none|$contained"
	done
}

# A kill provoked here, in a memory cgroup with a limit: what pagetouch says of it, oomwhy must say.
fresh() {
	if ! kmsg_readable; then
		skip "a kill of our own" "the kernel's log is not readable"
		return
	elif ! command -v jq >/dev/null; then
		skip "a kill of our own" "no jq"
		return
	fi
	run -q --limit 32M 1M
	if [ "$status" -eq 125 ]; then
		skip "a kill of our own" "$(head -n 1 "$tmp/err")"
		return
	fi
	for backing in private shared; do
		run_reported --json --limit 32M --$backing 1G 8M
		mv "$tmp/out" "$tmp/run"
		pid=$(head -n 1 "$tmp/run" | jq .pid)
		is "$(tail -n 1 "$tmp/run" | jq -r .outcome)" oom-sandbox "a kill of our own, $backing: pagetouch's subject is killed"
		path=$(tail -n 1 "$tmp/run" | jq -r .counters.after.cgroup)
		run_oomwhy --last 1 --pid "$pid" --json
		is "$status $(wc -l <"$tmp/out")" '0 1' "$backing: the live log has its report"
		empty "$tmp/err" "$backing: read without a word"
		is "$(jq -c '[.source, .scope, .constraint, .truncated, .host]' "$tmp/out")" \
			'["/dev/kmsg","memcg","CONSTRAINT_MEMCG",false,null]' "$backing: it is of a memory cgroup"
		is "$(jq -c '[.memcg.path, .memcg.task_path, .memcg.limit]' "$tmp/out")" \
			"[\"$path\",\"$path\",33554432]" "$backing: of the sandbox $path, with its limit"
		is "$(jq -c '[.victims[0].pid, .victims[0].comm, .decided.pid, .trigger.pid, .why.agrees,
			.why.rank_of_victim, .memcg.owner.kind]' "$tmp/out")" \
			"[$pid,\"pagetouch-subj\",$pid,$pid,true,1,\"pagetouch\"]" "$backing: the subject, and rightly so"
		is "$(jq .kernel "$tmp/out")" "\"$(uname -r)\"" "$backing: the kernel is this one"
		is "$(jq .page_size "$tmp/out")" "$page" "$backing: and so is the page size"
		touched=$(tail -n 1 "$tmp/run" | jq .touched)
		held=$(jq ".victims[0] | if \"$backing\" == \"shared\" then .shmem else .anon end" "$tmp/out")
		sanitized || {
			# The kernel's counters may lag by some pages.
			[ "$held" -ge $((touched - 1048576)) ] && [ "$held" -le $((touched + 1048576)) ]
			ok $? "$backing: it held what pagetouch counted, to 1 MiB ($held, $touched)"
		}
		began=$(head -n 1 "$tmp/run" | jq '.time | fromdate')
		is "$(jq --argjson began "$began" '.time | sub("\\.[0-9]*"; "") | fromdate - $began |
			. >= -2 and . <= 60' "$tmp/out")" true "$backing: at that time"
		if unshare -T --boottime 100000 --fork true 2>/dev/null; then
			status=0
			unshare -T --boottime 100000 --fork "$OOMWHY" --last 1 --pid "$pid" --json >"$tmp/shifted" \
				2>"$tmp/err" || status=$?
			is "$status $(cat "$tmp/err")" '0 ' "$backing: found in a time namespace"
			is "$(jq --argjson began "$began" '.time | sub("\\.[0-9]*"; "") | fromdate - $began |
				. >= -2 and . <= 60' "$tmp/shifted")" true "$backing: and dated there"
		else
			skip "$backing: in a time namespace" "no time namespaces here"
		fi
		run_oomwhy --last 1 --comm pagetouch-subj --cgroup "$path" --list --noheadings
		is "$(awk '{ print $2, $4, $5, $7 }' "$tmp/out")" "memcg $pid pagetouch-subj $path" \
			"$backing: found by its name and by its cgroup"
		run_oomwhy --last 1 --pid "$pid"
		# The text is wrapped.
		tr -s ' \n' '  ' <"$tmp/out" >"$tmp/words"
		has "$tmp/words" "limit of 32\\.0 MiB: pagetouch-subj \\(pid $pid\\) was killed" "$backing: said in words"
		run_oomwhy --since "@$began" --until now --pid "$pid" --quiet
		is "$status" 0 "$backing: found by its time"
		run_oomwhy --until "@$((began - 3600))" --pid "$pid" --quiet
		is "$status" 1 "$backing: and not an hour before"
	done
}

sed 's/main\.out/a-name-of-more-/g' "$global" >"$tmp/long"
exit_statuses
usage
sources
choice
forms
first_screens
width_and_colour
unwritable
follows
restricted
fresh
done_testing
