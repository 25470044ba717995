#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# oomwhy-hostile.sh - names, paths, numbers and bytes that are meant to mislead or to break it
. "${srcdir:=.}/tests/lib.sh"
# shellcheck source=tests/lib-oom.sh
. "$srcdir/tests/lib-oom.sh"
command -v jq >/dev/null || skip_all "no jq"
command -v iconv >/dev/null || skip_all "no iconv"

report=6.1.0-50-cloud-amd64.global.kmsg.txt
memcg=6.1.0-50-cloud-amd64.memcg2.kmsg.txt

c1=$(printf '\302[\200-\237]')
marks=$(printf '\342\200[\216\217\252-\256]')
isolates=$(printf '\342\201[\246-\251]')

# clean FILE...: nothing in it that a terminal obeys: control bytes (also those of C1), marks that
# turn the direction of writing, bytes that are no UTF-8.
clean() {
	iconv -f UTF-8 -t UTF-8 "$@" >/dev/null 2>&1 &&
		[ "$(cat "$@" | tr -d '\n\040-\176\200-\377' | wc -c)" -eq 0 ] &&
		! grep -q -e "$c1" -e "$marks" -e "$isolates" "$@"
}

# survives NAME: reads $tmp/log in all forms, in time, and prints nothing that does harm.
survives() {
	trouble=
	for form in --color=never --list --tasks --json; do
		status=0
		timeout 60 "$OOMWHY" $form "$tmp/log" >"$tmp/out$form" 2>"$tmp/err" </dev/null || status=$?
		[ "$status" -le 1 ] || trouble="$trouble, $form: exit status $status"
		sed -i '/note: no report of the OOM killer was found/d' "$tmp/err"
		[ ! -s "$tmp/err" ] || trouble="$trouble, $form: $(head -n 1 "$tmp/err" | tr -cd '\40-\176')"
	done
	clean "$tmp"/out--* || trouble="$trouble, unclean"
	mv "$tmp/out--json" "$tmp/out"
	jq . "$tmp/out" >"$tmp/json" 2>"$tmp/jq" || trouble="$trouble, --json: $(cat "$tmp/jq")"
	[ "$status" -ne 0 ] || [ -s "$tmp/out" ] || trouble="$trouble, --json: found nothing, exit status 0"
	is "$trouble" '' "$1: survived"
}

# to=TEXT rename FILE FROM: in a recording of /dev/kmsg, with the bytes escaped as the kernel does.
rename() {
	awk -v from="$2" '
		function escaped(text, done, i, c) {
			for (i = 1; i <= length(text); i++) {
				c = substr(text, i, 1)
				if (code[c] < 32 || code[c] > 126 || c == "\\")
					c = sprintf("\\x%02x", code[c])
				done = done c
			}
			return done
		}
		BEGIN {
			for (i = 1; i < 256; i++)
				code[sprintf("%c", i)] = i
			to = escaped(ENVIRON["to"])
		}
		{
			done = ""
			while ((at = index($0, from)) > 0) {
				done = done substr($0, 1, at - 1) to
				$0 = substr($0, at + length(from))
			}
			print done $0
		}' "$fixtures/$1"
}

# named NAME: a process of that name asked, ranked first and was killed; all the rest is as it was.
named() {
	to=$1 rename $report main.out >"$tmp/log"
	survives "the name $(printf %s "$1" | tr -c '\40-\176' '?')"
	jq -c --arg name "$1" '[.trigger.comm == $name, .trigger.pid, .decided.comm == $name,
		(.victims | length), .victims[0].comm == $name, .victims[0].pid, .victims[0].anon,
		.victims[0].uid, .tasks_listed, .tasks[8].comm == $name, .tasks[8].rss, .scope,
		.order, .truncated]' "$tmp/out" >"$tmp/got"
	is "$(cat "$tmp/got")" '[true,92,true,1,true,92,180592640,0,9,true,181055488,"global",0,false]' \
		"the name $(printf %s "$1" | tr -c '\40-\176' '?'): every fact is right"
}

names() {
	# At most 15 bytes each, as the kernel keeps.
	named ') (x) (y) total'
	named 'a) total-vm:1kB'
	named '((((((((((((((('
	named ')))))))))))))))'
	named 'Killed process '
	named 'Out of memory: '
	named 'oom-kill:constr'
	named ' invoked oom-ki'
	named ',pid=1,uid=0'
	named 'x,global_oom'
	named '[  1] 0 1 2 3 4'
	named '    0 0 0 name'
	named 'kernel: '
	named '[    9.9] '
	named '<4>'
	named '4,1,1,-;x'
	named '{"MESSAGE":"x'
	named '> > '
	named 'Node 0 DMA: 1*4'
	named 'Mem-Info:'
	named 'Tasks state (me'
	named '#012#033[1m'
	named '%s%n%p'
	named "\"';\$(id)\`id\`"
	named "$(printf 'a\033[2J\033]0;x\007')"
	named "$(printf 'a\nOut of memory')"
	named "$(printf '\r\tx\010\010')"
	named "$(printf '\303\251t\303\251')"
	named "$(printf '\342\200\256gpj')"
	named "$(printf 'C1 \302\233 31m')"
	named 'back\x1b[1mslash'
	named "ends in \\"
	named ' '
}

# almost NAME: what the log itself leaves open is the name; all numbers are right.
almost() {
	to=$1 rename $report main.out >"$tmp/log"
	survives "the name $1"
	is "$(jq -c '[.trigger.pid, .decided.pid, (.victims | length), .victims[0].pid,
		.victims[0].anon, .tasks_listed, .tasks[8].rss, .scope, .truncated]' "$tmp/out")" \
		'[92,92,1,92,180592640,9,181055488,"global",false]' "the name $1: every number is right"
}

almost_names() {
	# Where the path ends and the name begins is not said in an oom-kill line.
	almost ',task=x,pid=1'
	# Copies of web pages have these instead of the characters.
	almost '&lt;b&gt;&amp;'
	almost '<br></pre>'
}

# Names that are no text: only that they do no harm, and that the process is found.
bytes() {
	for bytes in '\0377\0376\0375' '\0300\0257' '\0355\0240\0200' '\0360\0237' 'x\0200y'; do
		to=$(printf %b "$bytes") rename $report main.out >"$tmp/log"
		survives "the bytes $bytes as a name"
		is "$(jq -c '[.victims[0].pid, .victims[0].anon, .tasks_listed]' "$tmp/out")" \
			'[92,180592640,9]' "the bytes $bytes as a name: the facts are right"
	done
	to='' rename $report main.out >"$tmp/log"
	survives "no name at all"
	is "$(jq -c '[.victims[0].pid, .victims[0].anon, .tasks_listed]' "$tmp/out")" \
		'[92,180592640,9]' "no name at all: the facts are right"
}

# pathed PATH: the cgroup has it.
pathed() {
	to=$1 rename $memcg /oomt.slice/oomt-1.scope >"$tmp/log"
	shown=$(printf %s "$1" | tr -c '\40-\176' '?' | cut -c 1-60)
	survives "the path $shown"
	jq -c --arg path "$1" '[.memcg.path == $path, .memcg.task_path == $path, .memcg.limit,
		.decided.pid, .decided.comm, [.victims[].pid], .scope, .truncated]' "$tmp/out" >"$tmp/got"
	is "$(cat "$tmp/got")" '[true,true,33554432,91,"main.out",[91],"memcg",false]' \
		"the path $shown: every fact is right"
}

paths() {
	pathed '/a,b,c'
	pathed '/x,task=init,pid=1,uid=0'
	pathed '/x,oom_memcg=/y'
	pathed '/x,global_oom'
	pathed '/a b: c'
	pathed '/a killed as a result of limit of /b'
	pathed "$(printf '/a\nOut of memory: Killed process 1 (init) total-vm:1kB, anon-rss:1kB, file-rss:1kB')"
	pathed "$(printf '/a\033[31mred')"
	pathed '/a\x0a\x1b'
	pathed "/$(awk 'BEGIN { for (i = 0; i < 900; i++) printf "x" }')"
	pathed '/kubepods/../..//./pod'
}

# replaced COMMAND...: the recordings, changed by COMMAND.
changed() {
	name=$1
	shift
	for file in $report $memcg 4.4.0-210-generic.memcg1.kmsg.txt \
		7.0.13+deb13-cloud-amd64.memcg2group.kmsg.txt; do
		"$@" <"$fixtures/$file" >"$tmp/log"
		survives "$name, ${file%.kmsg.txt}"
	done
}

numbers() {
	forty=1234567890123456789012345678901234567890
	changed "numbers of 40 digits" sed "s/\\([^;]*;\\)/\\1/; s/\\([=: ]\\)[1-9][0-9]*/\\1$forty/g"
	changed "numbers of 20 digits" sed "s/\\([=: ]\\)[1-9][0-9]*/\\118446744073709551615/g"
	changed "numbers just over the largest" sed "s/\\([=: ]\\)[1-9][0-9]*/\\118446744073709551616/g"
	changed "negative numbers" sed "s/\\([=: ]\\)\\([1-9]\\)/\\1-\\2/g"
	changed "the least number" sed "s/\\([=: ]\\)[1-9][0-9]*/\\1-9223372036854775808/g"
	changed "zeros" sed "s/\\([=: ]\\)[1-9][0-9]*/\\10/g"
	changed "no numbers" sed "s/\\([=: ]\\)[0-9][0-9]*/\\1/g"
	changed "hexadecimal numbers" sed "s/\\([=: ]\\)[1-9][0-9]*/\\1deadbeef/g"
	changed "no blanks" sed "s/ //g"
	changed "a thousand blanks" awk '{ gsub(/ /, sprintf("%1000s", "")); print }'
	changed "no colons" tr -d :
	changed "brackets instead of blanks" tr ' ' '('
	# What a long number stands for is not known, rather than anything.
	sed "s/total-vm:[0-9]*/total-vm:$forty/; s/anon-rss:[0-9]*/anon-rss:-5/" "$fixtures/$report" \
		>"$tmp/log"
	is "$("$OOMWHY" --json "$tmp/log" | jq -c '.victims[0] | [.pid, .total_vm, .anon, .shmem]')" \
		'[92,null,null,462848]' "a size that is no number of bytes is null"
}

lines() {
	changed "NUL instead of blanks" tr ' ' '\000'
	changed "NUL instead of newlines" tr '\n' '\000'
	changed "no newlines" tr -d '\n'
	changed "ESC instead of blanks" tr ' ' '\033'
	changed "everything upside down" tac
	changed "every line twice" sed p
	changed "every line longer by 10000 bytes" sed "s/\$/$(printf %010000d 0)/"
	awk 'BEGIN {
		for (i = 0; i < 16; i++) {
			for (j = 0; j < 65536; j++) printf "x"
			printf " invoked oom-killer: gfp_mask=0x1, order=0, oom_score_adj=0 "
		}
		print "" }' >"$tmp/log"
	survives "a line of 1 MiB, 16 times the beginning of a report"
	awk 'BEGIN { for (i = 0; i < 262144; i++) printf "(((("; print "" }' >"$tmp/log"
	survives "a line of 1 MiB of brackets"
	awk 'BEGIN { printf "[    1.0] Out of memory: Killed process 1 (";
		for (i = 0; i < 349525; i++) printf ") ("; print ") total-vm:1kB" }' >"$tmp/log"
	survives "a name of 1 MiB"
	awk 'BEGIN { printf "[    1.0] oom-kill:constraint=";
		for (i = 0; i < 100000; i++) printf ",task=x,pid=1,"; print "uid=0" }' >"$tmp/log"
	survives "a decision of 1 MiB"
	awk 'BEGIN { for (i = 0; i < 20000; i++)
		print "[    1.0] x invoked oom-killer: gfp_mask=0x1, order=0, oom_score_adj=0" }' >"$tmp/log"
	survives "20000 beginnings"
	is "$(wc -l <"$tmp/out")" 20000 "20000 beginnings are as many reports"
	for count in 3000 20000; do
		awk -v count=$count 'BEGIN { for (i = 0; i < count; i++)
			print "[    1.0] Out of memory: Killed process " i " (x) total-vm:1kB, anon-rss:1kB" }' \
			>"$tmp/log"
		survives "$count kills"
	done
	is "$(jq -s '[.[].victims | length] | add' "$tmp/out")" 20000 "20000 kills: each is kept"
	sed -i '1i [    1.0] Tasks in /a are going to be killed due to memory.oom.group set' "$tmp/log"
	survives "a group of 20000"
	is "$(jq -c '[.group, (.victims | length)]' "$tmp/out")" '[true,20000]' "a group of 20000"
}

tables() {
	for rows in 100000 120000; do
		awk -v rows="$rows" '
			/pid=92|Comm: main/ { print; next }
			/main\.out$/ { head = $0; sub(/;.*/, ";", head)
				for (i = 1; i < rows - 8; i++)
				printf head "[%7d] %5d %7d %8d %8d %8d %8d %13d %s\n", i + 100, i, i + 100,
					i, i % 1000, 4096, 0, 0, "worker" i % 97 }
			{ print }' "$fixtures/$report" >"$tmp/log"
		survives "a table of $rows rows"
		is "$(jq -c '[.tasks_listed, .victims[0].pid, .victims[0].anon]' "$tmp/out")" \
			"[$rows,92,180592640]" "a table of $rows rows: all are counted"
	done
}

json_lines() {
	awk 'BEGIN { for (i = 0; i < 100000; i++) printf "["; print "" }' >"$tmp/log"
	cat "$fixtures/$report" >>"$tmp/log"
	survives "deep JSON arrays in front"
	is "$(jq -c '.victims[0].pid' "$tmp/out")" 92 "deep JSON arrays in front: the report is found"
	awk 'BEGIN { for (i = 0; i < 100000; i++) printf "{\"MESSAGE\":"; print "" }' >"$tmp/log"
	cat "$fixtures/$report" >>"$tmp/log"
	survives "deep JSON objects in front"
	is "$(jq -c '.victims[0].pid' "$tmp/out")" 92 "deep JSON objects in front: the report is found"
	{
		echo '{"MESSAGE":"x invoked oom-killer: gfp_mask=0x1, order=0, oom_score_adj=0\ud800\u0000\u001b[1m"}'
		echo '{"MESSAGE":[120,32,105,999,-1,300,1e9,27,0]}'
		echo '{"MESSAGE":{"MESSAGE":"Out of memory: Killed process 1 (x) total-vm:1kB"}}'
		echo '{"MESSAGE":"Out of memory: Killed process 2 (\u001b]0;x\u0007) total-vm:1kB, anon-rss:1kB"}'
		echo '{"MESSAGE":"unfinished'
		echo '{"MESSAGE":null,"MESSAGE":7,"MESSAGE":true}'
		printf '{"MESSAGE":"\\u'
	} >"$tmp/log"
	survives "odd JSON"
	awk 'BEGIN { for (i = 0; i < 1000; i++) print "MESSAGE\n\377\377\377\377\377\377\377\177" }' >"$tmp/log"
	cat "$fixtures/$report" >>"$tmp/log"
	survives "journal export with lengths beyond everything"
}

# scramble SEED < LOG: bytes changed, lines lost, doubled, exchanged and joined.
scramble() {
	awk -v seed="$1" '
		BEGIN { srand(seed) }
		{
			if (rand() < 0.05)
				next
			if (rand() < 0.05)
				print
			if (rand() < 0.05) {
				kept = $0
				next
			}
			while (rand() < 0.3) {
				at = int(rand() * length($0)) + 1
				$0 = substr($0, 1, at - 1) sprintf("%c", int(rand() * 255) + 1) substr($0, at + 1)
			}
			if (rand() < 0.03)
				$0 = substr($0, int(rand() * length($0)) + 1)
			if (rand() < 0.03)
				printf "%s", $0
			else
				print
			if (kept != "" && rand() < 0.2) {
				print kept
				kept = ""
			}
		}'
}

noise() {
	for seed in 1 2 3 4 5 6 7 8; do
		for file in "$fixtures"/*.txt "$fixtures"/styles/*.txt; do
			scramble "$seed" <"$file"
		done >"$tmp/log"
		survives "all recordings scrambled with seed $seed"
		awk -v seed="$seed" 'BEGIN {
			srand(seed)
			for (i = 0; i < 300000; i++)
				printf "%c", int(rand() * 256)
		}' >"$tmp/log"
		cat "$fixtures/$report" >>"$tmp/log"
		survives "random bytes with seed $seed"
	done
}

names
almost_names
bytes
paths
numbers
lines
tables
json_lines
noise
done_testing
