#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# experiments.sh - each experiment of pagetouch-experiments(7) shows what the manual says it does
#
# The manual's source says by how much each column has to grow. That is compared with what the
# manual shows, with what is printed here, and, for all columns there are, with JSON records of
# the same command line, in a sandbox where there can be one. What this machine cannot do is
# skipped. For guests: PAGETOUCH_QUIET=yes: nobody else is on the machine (COMMITTED is compared
# everywhere), and each command is run only once, but PAGETOUCH_SHOW="NEED..." shows what those
# with such needs print, for tools/experiments.
. "${srcdir:=.}/tests/lib.sh"

manual=$srcdir/man/pagetouch-experiments.7
[ -r "$manual.in" ] || skip_all "no $manual.in here"
put_in_path "$PAGETOUCH" pagetouch || skip_all "no $PAGETOUCH here"
case $srcdir in
/*) ;;
*) srcdir=$PWD/$srcdir ;;
esac
# shellcheck source=tests/lib-experiments.sh
. "$srcdir/tests/lib-experiments.sh"

# Files in memory would be other experiments.
scratch=$tmp/scratch
disk_scratch=
trap 'give_huge_back; rm -rf "$disk_scratch"; cleanup' EXIT
if in_memory "$tmp" && disk_scratch=$(mktemp -d /var/tmp/pagetouch-test.XXXXXX 2>/dev/null); then
	scratch=$disk_scratch/scratch
fi
mkdir "$tmp/blocks" "$scratch"
run --touch 0 --json 100%
room=$(field size "$tmp/out")
[ -n "$room" ] || skip_all "pagetouch does not start here: $(head -n 1 "$tmp/err")"
[ "$room" -ge $((384 * 1048576)) ] || skip_all "less than 384 MiB may be used here: $room bytes"

# The manual without the rows: what is written, and not printed. Command lines stay.
without_rows() {
	awk '/^\.EX/ { print; rows = 1; next } /^\.EE/ { rows = 0 } !rows || /^[$>] /' "$1"
}
# The same of its source: what %run and %glance stand for.
as_manual() {
	awk '/^%title / { sub(/^%title /, ""); printf ".SS \"%d. %s\"\n", ++title, $0; next }
		/^%run/ { print ".in +4n"; print ".EX"; block = 1; next }
		/^%(row|child|show) / { next }
		block && /^[$>] / { gsub(/\\/, "\\e"); gsub(/-/, "\\-"); gsub(/\047/, "\\(aq"); print; next }
		block { print ".EE"; print ".in"; block = 0 }
		/^%(glance|note)/ { next }
		{ print }' "$1" |
		awk '{ line[NR] = $0 } END { for (i = 1; i <= NR; i++)
			if (line[i] != ".PP" || line[i + 1] !~ /^\.S[SH]/) print line[i] }'
}
# The names of kernels are put in when the manual is made.
same_text() {
	without_rows "$manual" | grep -v -e '^\.\\" Made by' >"$tmp/text"
	as_manual "$manual.in" >"$tmp/source"
	sed -i 's/Linux [0-9.]*\([ ,]\)/%\1/; s/%kernel/%/; s/%guest/%/' "$tmp/text" "$tmp/source"
	diff "$tmp/source" "$tmp/text" >"$tmp/diff"
	ok $? "the manual is made from its source: tools/experiments -i makes it anew"
	head -n 20 "$tmp/diff" | sed 's/^/# /'
}

# judge OPTION... BLOCK FILE...: into $tmp/judged: a line for each row that has to be there.
judge() {
	awk -v page="$page" -v processors="$(nproc)" -v lag="$lag" -v kernel="$(uname -r)" \
		-f "$srcdir/tests/experiments.awk" "$@" >"$tmp/judged"
}
agrees() {
	[ -s "$tmp/judged" ] && ! awk -F '|' '$2 != "" { wrong = 1 } END { exit !wrong }' "$tmp/judged"
}
# Nothing is wrong but COMMITTED, which is the whole machine's.
only_others() {
	! awk -F '|' '{ gsub(/ COMMITTED grew by [^;]*;/, "", $2) } $2 != "" { wrong = 1 }
		END { exit !wrong }' "$tmp/judged"
}
# report NAME: a test for each row.
report() {
	while IFS='|' read -r row wrong compared; do
		if [ -n "$wrong" ]; then
			ok 1 "$1: $row"
			echo "# $wrong"
		else
			ok 0 "$1: $row: $compared columns"
		fi
	done <"$tmp/judged"
}

# perform COMMAND: in a directory of its own; what it prints in $tmp/out and $tmp/err.
perform() {
	rm -rf "$scratch"
	mkdir "$scratch"
	status=0
	(
		cd "$scratch" && sh -e "$base.setup" && sh -c "$1"
	) >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
}

# all_columns COMMAND: the same command as JSON with all columns, in a sandbox if there can be one.
all_columns() {
	columns=PTE,KSM,OOMSCORE,COMMITTED
	case $1 in
	*--limit*) limit= ;;
	*) limit=$sandbox ;;
	esac
	[ -n "$no_sandbox" ] || columns=$columns,CGUSE,CGANON,CGFILE,CGSHMEM,CGPTE
	echo "$1" | sed -e 's/ -o [^ ]*//' -e 's/; echo .*//' \
		-e "s/pagetouch /pagetouch --json $limit -o +$columns /"
}

# A figure that somebody else has moved does not move the same way each time.
compare() {
	rm -f "$tmp"/run.*
	for try in 1 2 3 4 5 6 7 8; do
		perform "$1"
		cp "$tmp/out" "$tmp/run.$try"
		judge -v quiet="${PAGETOUCH_QUIET:+1}" "$base.block" "$tmp"/run.*
		agrees && return
	done
	if only_others && [ -z "${PAGETOUCH_QUIET:-}" ]; then
		skip "$command: COMMITTED" "others commit memory at the same time"
		judge -v others=1 "$base.block" "$tmp"/run.*
	else
		sed 's/^/# /' "$tmp/err" | head -n 5
	fi
}

# The heading, and so the columns, are those of the manual; so are the steps.
headings() {
	awk '/^[ A-Z]+$/ && /TOUCHED/ { gsub(/ +/, " "); sub(/^ /, ""); print; at = $1 == "STEP"; next }
		at && NF > 3 && $1 ~ /^[a-z]/ { print $1 }' "$1" | uniq
}

# wanted_status BASE
wanted_status() {
	sed -n 's/^%show \([0-9]*\)$/\1/p' "$1.block"
}

is_to_be_shown() {
	needs=$(sed -n 's/^%run *//p' "$base.block")
	for need in $needs; do
		case " ${PAGETOUCH_SHOW:-} " in
		*" $need "*) return 0 ;;
		esac
	done
	return 1
}

experiment() {
	: >"$tmp/shown"
	[ ! -r "$manual" ] || shown "$base" "$manual" >"$tmp/shown"
	if [ -s "$tmp/shown" ]; then
		judge -v page=4096 -v lag= -v processors=2 -v kernel= "$base.block" "$tmp/shown"
		report "$name, shown in the manual"
	elif [ -r "$manual" ]; then
		ok 1 "$name: the manual shows rows"
	fi
	reason=$(obstacles "$base.block")
	if [ -z "$reason" ] && sanitized; then
		reason="the figures of a build with sanitizers are not the program's"
	fi
	if [ -n "$reason" ]; then
		skip "$command" "$reason"
		return
	fi
	compare "$(all_columns "$command")"
	report "$command"
	[ -z "${PAGETOUCH_QUIET:-}" ] || is_to_be_shown || return 0
	perform "$command"
	if [ -n "$(wanted_status "$base")" ]; then
		is "$(tail -n 1 "$tmp/out")" "$(wanted_status "$base")" "$command: exit status"
	else
		is "$status" 0 "$command: exit status"
	fi
	if [ -n "${PAGETOUCH_QUIET:-}" ]; then
		sed "s/^/# ${base##*/}| /" "$tmp/out"
		sed "s/^/# ${base##*/}! /" "$tmp/err"
	elif [ -s "$tmp/shown" ]; then
		is "$(headings "$tmp/out")" "$(headings "$tmp/shown")" "$command: columns and steps are as shown"
	fi
}

extract "$manual.in" "$tmp/blocks"
lag=
run 64K
! grep -q 'RSS counters lag' "$tmp/err" || lag=1
no_sandbox=$(obstacle sandbox)
sandbox=
[ -n "$no_sandbox" ] || sandbox='--limit 256M'
[ -z "$no_sandbox" ] || skip "the columns of the sandbox" "$no_sandbox"
if [ -r "$manual" ]; then
	same_text
	is "$(grep -c '^\$ ' "$manual")" "$(cat "$tmp"/blocks/*.setup "$tmp"/blocks/*.command | grep -c .)" \
		"each command line of the manual is tested"
fi
take_huge
for block in "$tmp"/blocks/*.block; do
	base=${block%.block}
	command=$(cat "$base.command")
	name=${base##*/}
	experiment
done
give_huge_back
done_testing
