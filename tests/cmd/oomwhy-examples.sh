#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# oomwhy-examples.sh - every command line of EXAMPLES in oomwhy's manual prints what is shown there
#
# A command line is a line that begins with "$ " between .EX and .EE; what is shown is the lines
# behind it, where "..." stands for lines left out. The logs are those in fixtures/oomwhy-manual,
# which are the reports that READING A REPORT BY HAND explains.
. "${srcdir:=.}/tests/lib.sh"
# shellcheck source=tests/lib-manual.sh
. "$srcdir/tests/lib-manual.sh"

manual=$srcdir/man/oomwhy.1
logs=$srcdir/tests/fixtures/oomwhy-manual

[ -r "$manual" ] || skip_all "no $manual here"
put_in_path "$OOMWHY" oomwhy || skip_all "no $OOMWHY here"
mkdir "$tmp/logs"
cp "$logs"/*.log "$tmp/logs"

# matches REAL SHOWN: the same lines, where "..." in SHOWN stands for one line or more.
matches() {
	awk 'NR == FNR { shown[++count] = $0; next }
		function gap() { if (shown[at] == "...") { at++; open = 1; return 1 } return 0 }
		BEGIN { at = 1 }
		{
			if (gap())
				next
			if (shown[at] == $0 && at <= count) { at++; open = 0; next }
			if (!open) { print "# not shown: " $0; failed = 1; exit }
		}
		END {
			if (!failed && at <= count) { print "# not printed: " shown[at]; failed = 1 }
			exit failed
		}' "$2" "$1"
}

extract_examples "$manual" "$tmp/examples"

for example in "$tmp/examples"/*.command; do
	command=$(cat "$example")
	case $command in
	*'| jq '*)
		command -v jq >/dev/null || { skip "$command" 'jq is not installed' && continue; }
		;;
	esac
	(cd "$tmp/logs" && TZ=UTC sh -c "$command") >"$tmp/out" 2>&1 </dev/null
	if matches "$tmp/out" "${example%.command}.shown" >"$tmp/difference"; then
		ok 0 "$command"
	else
		ok 1 "$command"
		cat "$tmp/difference"
		sed 's/^/# printed: /' "$tmp/out" | head -n 80
	fi
done

# What READING A REPORT BY HAND shows, in pieces: without line numbers, broken at "...".
pieces_shown() {
	plain_manual "$manual" | awk '/^\.SH / { inside = ($0 == ".SH READING A REPORT BY HAND") }
		/^\.EX/ { block = inside; next }
		/^\.EE/ { block = 0 }
		block { print substr($0, 4) }' |
		awk '{ gsub(/\.\.\./, "\n"); print }' | sed -e 's/  */ /g' -e 's/^ //' -e 's/ $//' |
		grep . | sort -u
}

# The logs, a record on each line, without times, and the tables without uid and tgid.
records() {
	cat "$tmp"/logs/*.log | sed -E -e 's/^[0-9]+,[0-9]+,[0-9]+,-;//' -e 's/\\x0a/ /g' \
		-e 's/^\[ *([0-9]+)\] +[0-9]+ +[0-9]+ /[ \1] /' -e 's/ +/ /g' \
		-e 's/^\[ pid \] uid tgid/[pid]/'
}

pieces_shown >"$tmp/pieces"
records >"$tmp/records"
ok $((! $(grep -c . "$tmp/pieces"))) 'lines are explained by hand'
while read -r piece; do
	grep -qF -e "$piece" "$tmp/records" || echo "$piece"
done <"$tmp/pieces" >"$tmp/missing"
is "$(cat "$tmp/missing")" '' 'what is explained by hand is in the logs'
done_testing
