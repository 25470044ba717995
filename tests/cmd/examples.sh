#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# examples.sh - every command line of the manual's EXAMPLES does what is shown there
#
# A command line is a line that begins with "$ " between .EX and .EE; what is shown is the
# lines behind it. "..." stands for rows left out. The exit status is 0, or what is shown
# last where the command line ends with "; echo $?". What is printed as evidence comes last,
# and depends on the machine; a kill may come a row earlier or later than shown.
. "${srcdir:=.}/tests/lib.sh"
# shellcheck source=tests/lib-manual.sh
. "$srcdir/tests/lib-manual.sh"

manual=$srcdir/man/pagetouch.1
gib=$((1024 * 1024 * 1024))

[ -r "$manual" ] || skip_all "no $manual here"
put_in_path "$PAGETOUCH" pagetouch || skip_all "no $PAGETOUCH here"

# What may still be used, by the memory cgroups as well as by MemAvailable.
run --touch 0 --json 100%
room=$(field size "$tmp/out")
[ -n "$room" ] || skip_all "pagetouch does not start here: $(head -n 1 "$tmp/err")"

# Reduces output to what is the same on all machines: headings, TOUCHED, kinds of records.
shape() {
	awk '{ separator = /,/ && !/ / ? "," : " " }
		$0 == "..." { print; next }
		/^[{]"record":"/ { sub(/^[{]"record":"/, ""); sub(/".*/, ""); print "record", $0; next }
		/^[ ,A-Z]+$/ && /TOUCHED/ {
			fields = split($0, heading, separator == "," ? "," : " ")
			for (i = 1; i <= fields; i++)
				if (heading[i] == "TOUCHED")
					at = i
			gsub(/[ ,]+/, " ")
			print "heading", $0
			next
		}
		fields && split($0, cell, separator == "," ? "," : " ") == fields &&
			cell[at] ~ /^[0-9.]+[KMGTPE]?$/ { print "row", cell[at]; next }
		/^[0-9]+$/ { print "number", $0 }' "$1"
}

# The sentences in the output before the evidence, in one line, with all figures replaced.
sentences() {
	sed '/^pagetouch: evidence: /,$d' "$1" | grep '[a-z] [a-z]' | grep -v '^{' | tr '\n' ' ' |
		sed -E 's/[0-9][0-9.]*[0-9]|[0-9]/N/g; s/N ([KMGTPE]iB|bytes)/N U/g; s/ +$//'
}

# matches REAL SHOWN: the lines of SHOWN, where "..." stands for any lines.
matches() {
	if ! grep -qx '\.\.\.' "$2"; then
		diff -u "$2" "$1" >"$tmp/diff"
		return
	fi
	sed '/^\.\.\.$/,$d' "$2" >"$tmp/first"
	sed '1,/^\.\.\.$/d' "$2" >"$tmp/last"
	firsts=$(wc -l <"$tmp/first")
	lasts=$(wc -l <"$tmp/last")
	head -n "$firsts" "$1" | diff -u "$tmp/first" - >"$tmp/diff" &&
		tail -n "$lasts" "$1" | diff -u "$tmp/last" - >"$tmp/diff" &&
		[ "$(wc -l <"$1")" -gt $((firsts + lasts)) ]
}

# The lines of FILE without the last row.
without_last_row() {
	awk '{ line[NR] = $0 } $1 == "row" { last = NR }
		END { for (i = 1; i <= NR; i++) if (i != last) print line[i] }' "$1"
}

# matches, but for a row more or less where a kill decides which is the last.
matches_as_far() {
	matches "$1" "$2" && return
	case $command in
	*--limit*) ;;
	*) return 1 ;;
	esac
	without_last_row "$1" >"$tmp/real.short"
	without_last_row "$2" >"$tmp/shown.short"
	matches "$tmp/real.short" "$2" || matches "$1" "$tmp/shown.short"
}

# Why the examples with a sandbox cannot be run, if there is a reason.
run -q --limit 32M 1M
no_sandbox=
[ "$status" -ne 125 ] || no_sandbox=$(head -n 1 "$tmp/err")

# shellcheck disable=SC3045 # where ulimit has no -v, the example is skipped
# The reason why this machine cannot run COMMAND, if there is one.
obstacle() {
	case $1 in
	*ulimit*)
		if sanitized; then
			echo 'a sanitizer needs more address space than ulimit -v leaves'
		elif ! (ulimit -v 1000000) 2>/dev/null; then
			echo 'ulimit -v cannot be set here'
		fi
		return
		;;
	*--limit*)
		[ -z "$no_sandbox" ] || echo "$no_sandbox"
		[ "$(cat /proc/sys/vm/overcommit_memory)" != 2 ] || echo 'vm.overcommit_memory is 2'
		limit=$(ulimit -v 2>/dev/null)
		[ "${limit:-unlimited}" = unlimited ] || echo "ulimit -v is $limit"
		;;
	*1G* | *0x40000000*)
		[ "$room" -ge $((3 * gib)) ] || echo "less than 3 GiB may be used here: $room bytes"
		;;
	*1T*)
		[ "$(cat /proc/sys/vm/overcommit_memory)" != 2 ] || echo 'vm.overcommit_memory is 2'
		limit=$(ulimit -v 2>/dev/null)
		[ "${limit:-unlimited}" = unlimited ] || echo "ulimit -v is $limit"
		;;
	*--thp=*)
		[ -d /sys/kernel/mm/transparent_hugepage ] || echo 'the kernel has no transparent huge pages'
		;;
	esac
	[ "$room" -ge "$gib" ] || echo "less than 1 GiB may be used here: $room bytes"
}

# Whether the steps that are shown (in KiB) are smaller than a page of this machine.
steps_too_small() {
	awk -v page="$page_kib" '$1 == "row" && $2 > 0 { small = $2 ~ /^[0-9]+$/ && $2 < page
		exit } END { exit !small }' "$tmp/shown"
}

check_shape() {
	shape "$example.shown" >"$tmp/shown"
	shape "$tmp/both" >"$tmp/real"
	if steps_too_small; then
		skip "$command: what is shown" "a page is $page_kib KiB here"
	elif matches_as_far "$tmp/real" "$tmp/shown"; then
		ok 0 "$command: headings, rows and TOUCHED are as shown"
	else
		ok 1 "$command: headings, rows and TOUCHED are as shown"
		sed 's/^/# /' "$tmp/diff" | head -n 30
	fi
}

# The first sentence that is shown, or all of an error, is among what is said.
check_sentences() {
	shown=$(sentences "$example.shown" | sed 's/\([a-z]\.\) .*/\1/')
	[ -n "$shown" ] || return 0
	said=$(sentences "$tmp/both")
	case $said in
	*"$shown"*) ok 0 "$command: the sentence is as shown" ;;
	*) is "$said" "$shown" "$command: the sentence is as shown" ;;
	esac
}

# Without -v the evidence is one line: the kernel's record where its log can be read, or its count.
check_evidence() {
	grep -q '^pagetouch: evidence: ' "$example.shown" || return 0
	fact="(the kernel's log names the subject, for the limit of [^ ]+|"
	fact="$fact"'memory[.][a-z_]+ of memory cgroup [^ ]+: oom_kill went from 0 to [1-9])'
	is "$(grep -c '^pagetouch: evidence: ' "$example.shown")" 1 "$command: the manual shows a line of evidence"
	tr '\n' ' ' <"$example.shown" | sed 's/ pagetouch: /\n&/g' | grep -Eq "evidence: $fact"
	ok $? "$command: which proves most"
	is "$(grep -c '^pagetouch: evidence: ' "$tmp/err")" 1 "$command: and one is there"
	has "$tmp/err" "^pagetouch: evidence: $fact\$" "$command: which proves most, too"
}

# What is said goes behind what is printed, as if standard error were the slower one.
run_example() {
	status=0
	sh -c "$command" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
	cat "$tmp/out" "$tmp/err" >"$tmp/both"
	wanted=0
	case $command in
	*'; echo $?')
		status=$(tail -n 1 "$tmp/out")
		wanted=$(tail -n 1 "$example.shown")
		;;
	esac
}

# ulimit and all else leave 1 TiB, but the processor or the kernel may not have it.
lacks_addresses() {
	grep -q 'the address space has no such hole' "$tmp/err"
}

extract_examples "$manual" "$tmp/examples"

for example in "$tmp"/examples/*.command; do
	command=$(cat "$example")
	example=${example%.command}
	reason=$(obstacle "$command" | head -n 1)
	if [ -n "$reason" ]; then
		skip "$command" "$reason"
		continue
	fi
	run_example
	if lacks_addresses; then
		skip "$command" 'the address space is too small here'
		continue
	fi
	is "$status" "$wanted" "$command: exit status $wanted"
	check_shape
	check_sentences
	check_evidence
done
done_testing
