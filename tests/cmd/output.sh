#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# output.sh - output that cannot be written, terminals, progress
. "${srcdir:=.}/tests/lib.sh"

for format in '' --json --csv; do
	if [ -c /dev/full ]; then
		status=0
		# shellcheck disable=SC2086
		"$PAGETOUCH" $format 1M >/dev/full 2>"$tmp/err" || status=$?
		is "$status" 125 "a full disk is an error ($format)"
		has "$tmp/err" '^pagetouch: cannot write to standard output: No space left' "it is said ($format)"
	else
		skip "a full disk" "no /dev/full"
	fi
	status=0
	# shellcheck disable=SC2086
	"$PAGETOUCH" $format 64K >&- 2>"$tmp/err" || status=$?
	is "$status" 125 "a closed standard output is an error ($format)"
	# shellcheck disable=SC2086
	{ "$PAGETOUCH" $format 8M "$page" 2>"$tmp/err"; echo $? >"$tmp/status"; } | head -n 2 >"$tmp/out"
	is "$(cat "$tmp/status")" 141 "a closed pipe ends the run by SIGPIPE ($format)"
	empty "$tmp/err" "and silently ($format)"
done
for option in --help --version; do
	status=0
	"$PAGETOUCH" "$option" >/dev/full 2>"$tmp/err" || status=$?
	is "$status" 125 "$option to a full disk is an error"
done
(ulimit -f 0 && "$PAGETOUCH" 64K >"$tmp/limited"; echo $?) 2>&1 | cat >"$tmp/err"
is "$(tail -n 1 "$tmp/err")" 125 "a file size limit is an error of writing"
has "$tmp/err" 'File too large' "and is said"
status=0
(trap '' PIPE; "$PAGETOUCH" 8M "$page" 2>"$tmp/err"; echo $? >"$tmp/status") | head -n 2 >"$tmp/out"
is "$(cat "$tmp/status")" 125 "with SIGPIPE ignored a closed pipe is exit 125"
empty "$tmp/err" "also silently"

# Rows come as they are taken, not at the end.
: >"$tmp/out"
"$PAGETOUCH" --hold 60s --every 60s 64K >"$tmp/out" 2>"$tmp/err" &
observer=$!
eventually 60 sh -c "[ \$(wc -l <'$tmp/out') -ge 18 ]"
ok $? "rows are there while the run goes on"
kill "$observer"
wait "$observer" 2>/dev/null

# On a terminal, through script(1).
if command -v script >/dev/null && script -qec true /dev/null >/dev/null 2>&1; then
	on_terminal() {
		TERM=xterm script -qec "stty cols $1 rows 24; $2" "$tmp/typescript" </dev/null >/dev/null
		tr -d '\r' <"$tmp/typescript" | sed '/^Script/d' >"$tmp/screen"
	}
	on_terminal 100 "'$PAGETOUCH' 64K"
	has "$tmp/screen" 'RESIDENT' "a terminal gets a bar"
	has "$tmp/screen" '#{20,}.* 100%' "in ASCII in the C locale"
	has "$tmp/screen" "$(printf '\033\\[')" "with colour"
	on_terminal 100 "NO_COLOR=1 '$PAGETOUCH' 64K"
	hasnt "$tmp/screen" "$(printf '\033')" "NO_COLOR: no colour"
	on_terminal 100 "TERM=dumb '$PAGETOUCH' 64K"
	hasnt "$tmp/screen" "$(printf '\033')" "a dumb terminal: no colour"
	on_terminal 60 "NO_COLOR=1 '$PAGETOUCH' 64K 2>/dev/null"
	is "$(awk 'length > 60' "$tmp/screen" | wc -l)" 0 "the bar keeps to the terminal's width"
	on_terminal 60 "'$PAGETOUCH' 64K >/dev/null"
	is "$(awk 'length > 60 { wide++ } END { print (NR > 1), wide + 0 }' "$tmp/screen")" "1 0" \
		"the summary is broken at the terminal's width"
	is "$(tr -s '\n ' '  ' <"$tmp/screen" | grep -c 'Mapping took VSZ from .* minor faults\.')" 1 "and whole"
	on_terminal 30 "'$PAGETOUCH' 64K 2>/dev/null"
	hasnt "$tmp/screen" RESIDENT "a narrow terminal gets no bar"
	if locale -a 2>/dev/null | grep -qi '^C.utf-\{0,1\}8$'; then
		on_terminal 100 "LC_ALL=C.UTF-8 NO_COLOR=1 '$PAGETOUCH' 64K"
		has "$tmp/screen" '██' "with blocks in UTF-8"
	else
		skip "with blocks in UTF-8" "no C.UTF-8 locale"
	fi
	on_terminal 100 "'$PAGETOUCH' --rate 2M/s 4M >'$tmp/out'"
	has "$tmp/screen" 'of 4\.0 MiB touched' "progress on stderr when stdout is a file and stderr a terminal"
	on_terminal 100 "'$PAGETOUCH' -q --rate 2M/s 4M >'$tmp/out'"
	hasnt "$tmp/screen" 'touched' "no progress with -q"
else
	skip "terminal" "script(1) is missing or has no terminal to give"
fi
run 64K
hasnt "$tmp/out" 'RESIDENT|#' "no bar in a file"

# An open file that does not block, because whoever shares it wants it so, and whose reader is slow.
slowly() {
	perl -MFcntl -e '
		pipe(my $read, my $write) or die;
		fcntl($write, 1031, 4096);	# F_SETPIPE_SZ
		fcntl($write, F_SETFL, O_WRONLY | O_NONBLOCK) or die;
		if (!fork) { open(STDOUT, ">&", $write); open(STDERR, ">&", $write) if $ENV{both}; exec @ARGV }
		close($write);
		while (sysread($read, my $piece, 1000)) { print $piece; select(undef, undef, undef, 0.001) }
		wait; exit $? >> 8' "$@"
}
if command -v perl >/dev/null; then
	slowly "$PAGETOUCH" --csv 4M 4K >"$tmp/out" 2>"$tmp/err"
	is "$? $(wc -l <"$tmp/out")" '0 1026' "standard output that does not block: every row arrives"
	hasnt "$tmp/err" 'unavailable|cannot write' "and nothing fails"
	both=1 slowly "$PAGETOUCH" --json 2M 4K >"$tmp/out" 2>"$tmp/err"
	is "$? $(grep -c '^{.*}$' "$tmp/out") $(grep -c 'RSS grow by 2048 KiB' "$tmp/out")" '0 515 1' \
		"nor does standard error: the summary arrives, too"
	report=$srcdir/tests/fixtures/oom/4.18.0-25-generic.global.kmsg.txt
	"$OOMWHY" --json "$report" "$report" "$report" "$report" >"$tmp/wanted"
	slowly "$OOMWHY" --json "$report" "$report" "$report" "$report" >"$tmp/out" 2>"$tmp/err"
	cmp -s "$tmp/out" "$tmp/wanted"
	ok $? "oomwhy: every line of $(wc -c <"$tmp/wanted") bytes arrives"
	slowly "$PAGETOUCH" --help >"$tmp/out" 2>"$tmp/err"
	is "$(wc -l <"$tmp/out")" "$("$PAGETOUCH" --help | wc -l)" "and so does all of the help"
	# Nobody reads at all: a signal is obeyed all the same.
	perl -MFcntl -e '
		pipe(my $read, my $write) or die;
		fcntl($write, 1031, 4096);
		fcntl($write, F_SETFL, O_WRONLY | O_NONBLOCK) or die;
		my $pid = fork;
		if (!$pid) { open(STDOUT, ">&", $write); exec @ARGV }
		my ($full, $left);
		vec($full, fileno($write), 1) = 1;
		do { select(undef, undef, undef, 0.05) } while select(undef, $left = $full, undef, 0);
		kill TERM => $pid;
		$SIG{ALRM} = sub { kill KILL => $pid };
		alarm 60;
		waitpid $pid, 0;
		print $? & 127' "$PAGETOUCH" --json --exact 64M 4K >"$tmp/out" 2>"$tmp/err"
	is "$(cat "$tmp/out")" 15 "with nobody who reads it ends by SIGTERM"
	has "$tmp/err" '^pagetouch: ended by SIGTERM after touching' "and says so"
	# The control: a reader who goes away is not waited for.
	timeout 60 "$PAGETOUCH" 4M 4K 2>"$tmp/err" | head -n 1 >"$tmp/out"
	empty "$tmp/err" "a reader who leaves ends it, in silence"
else
	skip "standard output that does not block" "no perl"
fi

done_testing
