#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# drift.sh - --help, the manual page and the completions of each command say the same
. "${srcdir:=.}/tests/lib.sh"
. "$srcdir/tests/lib-drift.sh"

about pagetouch "$PAGETOUCH"
check_help TOUCHED
check_unknown_option
check_abbreviations --vers --ver
ask --noh --cs --outp=touched "$page" "$page"
is "$status $(tr '\n' ' ' <"$tmp/out")" "0 0 $page_kib " \
	'pagetouch: shortened options work together'
# The options of systemd-run are its own.
check_manual systemd-run
if check_words && can_complete; then
	check_completion
	completes '--verify --verbose --version' 'a prefix of three options' --ver
	completes '--json' 'a single match' --js
	completes '' 'no option behind --' -- --js
	completes '' 'nothing for a size' 1
	completes 'never always system' 'the values of --thp' --thp ''
	completes 'always' 'a value of --thp' --thp al
	completes 'always' '--thp=al as bash splits it' --thp = al
	completes 'never always system' '--thp= as bash splits it' --thp =
	completes '--thp=always' '--thp=al as one word' --thp=al
	completes 'write' 'a value of --access' --access w
	completes 'populate-write populate-read pread pwrite' 'values of --access' --access = p
	completes 'forward backward random' 'the orders' --order ''
	completes 'FILES' 'a file' --file ''
	completes 'FILES' 'a file to draw' --plot a
	completes 'FILES' 'a file to show' --replay = r
	completes 'touched time' 'the axes' --plot-x t
	completes '' 'nothing for --run' --run ''
	completes 'onfault' '--lock= as bash splits it' --lock =
	completes '' 'nothing behind --lock, whose value needs a =' --lock o
	completes '--hugetlb=2M --hugetlb=1G' '--hugetlb= as one word' --hugetlb=
	completes 'touch:read touch:write' 'a step' --then tou
	completes 'read write' 'a step as bash splits it' --then touch :
	completes 'read' 'a step as bash splits it, further' --then touch : r
	completes 'read write' 'a step behind a =' --then = fork : ''
	completes '--then=touch:read' 'a step as one word' --then=touch:r
	completes 'hold: high:' 'steps that take a time or a size' --then h
	completes '' 'nothing for --threads' -t ''
	completes 'infinity' '--hold infinity' --hold i
	completes '--oom-score-adj=keep' 'the word that --oom-score-adj takes' --oom-score-adj=
	completes 'ok oom oom-sandbox oom-ancestor oom-global oomd' 'the outcomes of --expect' \
		--expect = o
	completes 'sigterm sigbus sigsegv' 'outcomes by signals' --expect sig
	completes '' 'nothing for --limit' --limit ''
	completes '' 'nothing for --rate' --rate -
	completes 'PID PSS PTE' 'a column' -o P
	completes 'PID PSS PTE' 'a column in small letters' --output p
	completes 'RSS,TIME,PID RSS,TIME,PSS RSS,TIME,PTE' 'a column after a comma' -o RSS,TIME,P
	completes '+HUGE +HUGETLB' 'a column after +' -o +H
	completes '+HUGE,PID +HUGE,PSS +HUGE,PTE' 'a column after + and a comma' --output = +HUGE,P
	completes '+TOUCHED,TIME' 'a column is offered once' -o +TOUCHED,T
	completes '--output=TIME' '--output=TI as one word' --output=TI
	completes '-oPID -oPSS -oPTE' 'the list in the same word as -o' -oP
	completes 'MINFLT MAJFLT' 'a bundle that ends in o' -no M
	completes '-H' 'a short option' -H
fi
if check_other_shells; then
	offers 'always never system' '--thp '
	offers '--thp=always' '--thp=a'
	offers 'touch:read touch:write' '--then touch:'
	offers 'RSS,TIME RSS,TOUCHED' '-o RSS,T'
	offers 'oom oom-ancestor oom-global oom-sandbox oomd' '--expect oom'
	offers '' '1'
fi

about pagewatch "$PAGEWATCH"
check_help PROCS
check_unknown_option
check_abbreviations --vers --ex
check_manual pagetouch
if check_words && can_complete; then
	check_completion
	completes '--limit --log-file --live' 'a prefix of two options' --l
	completes 'FILES' 'what follows a command' ls --l
	completes 'FILES' 'what follows a command behind an option' --every 1s ls ''
	completes 'FILES' 'what follows a command behind --' -q -- ls -
	completes 'exited' 'the outcomes of --expect' --expect ex
	completes 'PID PROCS PEAK PSS PTE PSISOME% PSIFULL%' 'a column' -o P
	completes '--output=TIME' '--output=TI as one word' --output=TI
	completes 'FILES' 'a file' --log-file a
	completes 'FILES' 'a file to compare' --compare a
	completes 'minflt majflt' 'what --by takes' --by m
	completes '' 'nothing for --limit' --limit ''
fi
if check_other_shells; then
	offers 'oom oom-ancestor oom-global oom-sandbox oomd' '--expect oom'
fi

about oomwhy "$OOMWHY"
check_help BADNESS
check_unknown_option
check_abbreviations --vers --j
ask --noh --outp=pid "$srcdir/tests/fixtures/oomwhy-manual/machine.log"
is "$status $(head -n 1 "$tmp/out" | tr -d ' ')" '0 91' 'oomwhy: shortened options work together'
check_manual 'systemd-run|journalctl|dmesg|pagetouch'
if check_words && can_complete; then
	check_completion
	completes '--journal --job --json' 'a prefix of two options' --j
	completes '--since' 'a single match' --si
	completes 'FILES' 'a file' kern
	completes 'FILES' 'a file, of which nothing is known' ''
	completes 'FILES' 'no option behind --, but a file' -- --js
	completes '' 'nothing for --pid' --pid 1
	completes '' 'nothing for --last' -n ''
	completes '' 'nothing for --comm' --comm = p
	completes 'now today yesterday' 'the words for a time' --since ''
	completes 'yesterday' 'a word for a time' --until y
	completes '--since=today' '--since=to as one word' --since=to
	completes '0 -1 all' 'boots' --boot ''
	completes '-1' 'a boot by its number' -b -
	completes '-1' 'a bundle that ends in b' -jfb -
	completes 'auto always never' '--color= as bash splits it' --color =
	completes 'always' '--color=al as bash splits it' --color = al
	completes '--color=never' '--color=n as one word' --color=n
	completes 'FILES' 'a file behind --color, whose value needs a =' --color al
	completes 'FILES' 'a file behind --tasks, whose value needs a =' --tasks ''
	completes '' 'nothing for --tasks=' --tasks =
	completes 'SCORE SHARE SHMEM SWAP' 'columns' -o S
	completes 'RSS' 'a column in small letters' --output rs
	completes 'PID,RSS,NAME' 'a column after a comma' -o PID,RSS,N
	completes '+SWAP' 'a column after +' -o +SW
	completes '--output=BADNESS' '--output=BA as one word' --output=BA
	completes '-oTGID' 'the list in the same word as -o' -oTG
	completes 'TGID' 'a bundle that ends in o' -Bo TG
	completes '-B' 'a short option' -B
fi
if check_other_shells; then
	offers '-1 0 all' '-b '
	offers 'PID,SCORE PID,SHARE PID,SHMEM PID,SWAP' '--output PID,S'
	mkdir "$tmp/log"
	offers "$tmp/log/" "$tmp/lo"
fi

# oomwhy reads logs: of what follows and drives a process nothing is linked into it.
if ls src/monitor/*.o >"$tmp/objects" 2>"$tmp/err" && nm oomwhy >"$tmp/oomwhy.nm" 2>"$tmp/err"; then
	awk '$2 == "T" { print $3 }' "$tmp/oomwhy.nm" | sort -u >"$tmp/linked"
	nm src/monitor/*.o src/pagetouch/*.o src/plot/*.o src/sandbox/*.o src/verdict/*.o \
		src/workload/*.o >"$tmp/pagetouch.nm"
	awk '$2 == "T" && $3 !~ /^(_|main$)/ { print $3 }' "$tmp/pagetouch.nm" |
		sort -u >"$tmp/foreign"
	grep -qx oom_parser_feed "$tmp/linked" && test "$(wc -l <"$tmp/foreign")" -gt 50
	ok $? 'oomwhy: what is linked into it can be seen'
	is "$(comm -12 "$tmp/linked" "$tmp/foreign")" '' \
		'oomwhy: linked without monitor, plot, sandbox, verdict, workload and pagetouch'
else
	skip 'oomwhy: what is linked into it' 'no objects here, or no nm'
fi

# In a release, too.
for document in README.md CONTRIBUTING.md; do
	if [ ! -r "$srcdir/$document" ]; then
		skip "$document" 'it is not here'
		continue
	fi
	grep -Eo 'tools/[a-z-]+|\]\([^):]+\)' "$srcdir/$document" | tr -d '])(' | sort -u >"$tmp/named"
	is "$(while read -r name; do
		[ -e "$srcdir/$name" ] || echo "$name"
	done <"$tmp/named")" '' "$document: the tools that it names and the files that it links to are there"
done

# What follows a process knows nothing of the one driver that there is: CONTRIBUTING.md. An installed
# test has no sources.
if [ -d "$srcdir/src/monitor" ]; then
	is "$(cd "$srcdir/src" && grep -l '#include "workload/' monitor/* output/* \
		verdict/verdict.h verdict/death.*)" '' \
		'monitor, output and the verdict on a death include nothing of the workload'
else
	skip 'what the monitor includes' 'the sources are not here'
fi
done_testing
