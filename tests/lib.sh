# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034
# lib.sh - the Test Anything Protocol and a scratch directory for tests in sh
#
# A test sources this file, calls the functions below, and ends with `done_testing`.
# The commands under test are $PAGETOUCH, $PAGEWATCH and $OOMWHY (default: the installed ones). Each test has its
# own scratch directory $tmp, which is removed at the end, and prints to $tmp/out and $tmp/err.

: "${PAGETOUCH:=pagetouch}"
: "${OOMWHY:=oomwhy}"
: "${PAGEWATCH:=pagewatch}"
: "${srcdir:=$(dirname "$0")/../..}"
LC_ALL=C
export LC_ALL
unset PAGETOUCH_ROOT NO_COLOR POSIXLY_CORRECT COLUMNS
# Both commands look at their standard input: no test may have that of whoever runs it.
exec </dev/null
tap_count=0
tap_failures=0
tmp=$(mktemp -d "${TMPDIR:-/tmp}/pagetouch-test.XXXXXX") || exit 99
chmod 755 "$tmp"
page=$(getconf PAGESIZE)
page_kib=$((page / 1024))

cleanup() {
	rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 99' HUP INT TERM

# ok STATUS NAME: one test, passed when STATUS is 0.
ok() {
	tap_count=$((tap_count + 1))
	if [ "$1" -eq 0 ]; then
		printf 'ok %d - %s\n' "$tap_count" "$2"
	else
		tap_failures=$((tap_failures + 1))
		printf 'not ok %d - %s\n' "$tap_count" "$2"
	fi
	return 0
}

# is GOT WANTED NAME: equal texts.
is() {
	if [ "$1" = "$2" ]; then
		ok 0 "$3"
	else
		ok 1 "$3"
		printf '#      got: %s\n#   wanted: %s\n' "$1" "$2" | sed '2,$s/^\([^#]\)/# \1/'
	fi
}

# has FILE PATTERN NAME: a line of FILE matches the extended regular expression.
has() {
	if grep -Eq -- "$2" "$1"; then
		ok 0 "$3"
	else
		ok 1 "$3"
		printf '# no line matches: %s\n' "$2"
		sed 's/^/# /' "$1" | head -n 20
	fi
}

# hasnt FILE PATTERN NAME
hasnt() {
	if grep -Eq -- "$2" "$1"; then
		ok 1 "$3"
		grep -E -- "$2" "$1" | sed 's/^/# unwanted: /' | head -n 5
	else
		ok 0 "$3"
	fi
}

# empty FILE NAME
empty() {
	if [ -s "$1" ]; then
		ok 1 "$2"
		sed 's/^/# /' "$1" | head -n 5
	else
		ok 0 "$2"
	fi
}

# without_paths TEXT: without the directories of the source, of the build, and of the user.
without_paths() {
	printf '%s\n' "$1" |
		sed "s|$tmp/*||g; s|$(cd "$srcdir" && pwd)/*||g; s|$PWD/*||g; s|${HOME:-/root}/*|~/|g"
}

skip() {
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tap_count" "$1" "$(without_paths "$2")"
}

skip_all() {
	printf '1..0 # SKIP %s\n' "$(without_paths "$1")"
	exit 0
}

# run ARGS...: runs pagetouch into $tmp/out and $tmp/err; its status in $status.
run() {
	status=0
	"$PAGETOUCH" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
}

# run_oomwhy ARGS...: the same for oomwhy. Standard input is empty.
run_oomwhy() {
	status=0
	"$OOMWHY" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
}

# watch ARGS...: the same for pagewatch. Its standard input is the test's: empty, too.
watch() {
	status=0
	"$PAGEWATCH" "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
}

# put_in_path COMMAND NAME: from here on NAME, as a user types it, is the command under test. Fails
# if there is no such command.
put_in_path() {
	under_test=$(command -v "$1") || return 1
	case $under_test in
	/*) ;;
	*) under_test=$PWD/$under_test ;;
	esac
	mkdir -p "$tmp/bin"
	ln -s "$under_test" "$tmp/bin/$2"
	PATH=$tmp/bin:$PATH
	export PATH
}

# field NAME FILE: the values of a number or string field of JSON lines, one per line.
field() {
	sed -n 's/.*"'"$1"'":"\{0,1\}\([^,"}]*\).*/\1/p' "$2"
}

# eventually SECONDS COMMAND...: waits until the command succeeds.
eventually() {
	eventually_left=$(($1 * 20))
	shift
	while ! "$@"; do
		eventually_left=$((eventually_left - 1))
		[ "$eventually_left" -gt 0 ] || return 1
		sleep 0.05
	done
}

# gone PID: no such process, or only its zombie.
gone() {
	! grep -q '^State:.[^ZX]' "/proc/$1/status" 2>/dev/null
}

# can_drop: whether we can do without privilege, and who has none can reach the program.
# as_nobody COMMAND...: runs it so.
can_drop() {
	[ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null &&
		setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$PAGETOUCH" 2>/dev/null
}
as_nobody() {
	setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
}

kmsg_readable() {
	[ -r /dev/kmsg ] && dd if=/dev/kmsg of=/dev/null count=0 2>/dev/null
}

# run_reported ARGUMENT...: a run that ends with an OOM kill, repeated until the kernel's log has its
# report: of all kills within five seconds, also those of other tests, the kernel reports ten.
run_reported() {
	for attempt in 1 2 3 4; do
		run "$@"
		if ! kmsg_readable || grep -q "the kernel's log names the subject" "$tmp/out" "$tmp/err"; then
			return
		fi
		[ "$attempt" -eq 4 ] || sleep 6
	done
}

# rows FILE 'KEY...': the samples' fields as comma-separated values.
rows() {
	awk -v keys="$2" '/"record":"sample"/ {
		count = split(keys, key, " ")
		for (i = 1; i <= count; i++) {
			value = $0
			sub(".*\"" key[i] "\":\"?", "", value)
			sub("[,}\"].*", "", value)
			printf "%s%s", value == "null" ? "" : value, i < count ? "," : "\n"
		}
	}' "$1"
}

# left_behind FILE...: which cgroups of the verdicts in these records are still there.
left_behind() {
	cat "$@" | sed -n 's/.*"oom_cgroup":"[^"]*\(pagetouch-[0-9a-f]*\)".*/\1/p' >"$tmp/sandboxes"
	[ -s "$tmp/sandboxes" ] || echo "no sandbox is named"
	find /sys/fs/cgroup -type d -name 'pagetouch-*' 2>/dev/null | grep -F -f "$tmp/sandboxes"
}

# Whether the program was built with sanitizers, which make its own VSZ and RSS meaningless.
sanitized() {
	[ "${PAGETOUCH_SANITIZED:-no}" != no ]
}

done_testing() {
	printf '1..%d\n' "$tap_count"
	[ "$tap_failures" -eq 0 ]
	exit
}
