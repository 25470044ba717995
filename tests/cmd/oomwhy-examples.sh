#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# oomwhy-examples.sh - every command line of EXAMPLES in oomwhy's manual prints what is shown there
#
# A command line is a line that begins with "$ " between .EX and .EE; what is shown is the lines
# behind it, where "..." stands for lines left out. The logs are those in fixtures/oomwhy-manual,
# which are the reports that READING A REPORT BY HAND explains.
. "${srcdir:=.}/tests/lib.sh"

manual=$srcdir/man/oomwhy.1
logs=$srcdir/tests/fixtures/oomwhy-manual

[ -r "$manual" ] || skip_all "no $manual here"
program=$(command -v "$OOMWHY") || skip_all "no $OOMWHY here"
case $program in
/*) ;;
*) program=$PWD/$program ;;
esac
mkdir "$tmp/bin" "$tmp/logs"
ln -s "$program" "$tmp/bin/oomwhy"
cp "$logs"/*.log "$tmp/logs"
PATH=$tmp/bin:$PATH
export PATH

# The text of the manual, without the escapes of roff.
plain_manual() {
	sed -e 's/\\-/-/g' -e "s/\\\\(aq/'/g" -e 's/\\(ha/^/g' -e 's/\\(ti/~/g' -e 's/\\&//g' \
		-e 's/\\e/\\/g' "$manual"
}

# Writes each example into two files: NN.command and NN.shown.
extract() {
	awk '/^\.SH / { inside = ($0 == ".SH EXAMPLES") }
		/^\.EX/ { block = inside; base = ""; next }
		/^\.EE/ { block = 0 }
		block && /^\$ / { base = sprintf("%s/%02d", directory, ++count)
			printf "" >(base ".shown")
			print substr($0, 3) >(base ".command")
			next }
		block && base { print >(base ".shown") }' directory="$tmp" "$tmp/plain"
}

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

plain_manual >"$tmp/plain"
extract
is "$(find "$tmp" -name '*.command' | grep -c .)" "$(grep -c '^\$ ' "$tmp/plain")" \
	'every command line of the manual is an example'

for example in "$tmp"/*.command; do
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
	awk '/^\.SH / { inside = ($0 == ".SH READING A REPORT BY HAND") }
		/^\.EX/ { block = inside; next }
		/^\.EE/ { block = 0 }
		block { print substr($0, 4) }' "$tmp/plain" |
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
