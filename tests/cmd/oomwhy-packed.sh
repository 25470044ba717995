#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# oomwhy-packed.sh - compressed logs and archives, whole, damaged, nested and made to keep us busy
. "${srcdir:=.}/tests/lib.sh"

global=$srcdir/tests/fixtures/oom/6.1.0-50-cloud-amd64.global.kmsg.txt
memcg=$srcdir/tests/fixtures/oom/6.1.0-50-cloud-amd64.memcg2.kmsg.txt
has_libarchive=yes
"$OOMWHY" --version | grep -q 'through libarchive' || has_libarchive=no

# found FILE: the records of FILE without its name, and the exit status.
found() {
	run_oomwhy --json "$1"
	sed 's/"source":"[^"]*",//' "$tmp/out"
	echo "$status"
}

"$OOMWHY" --json "$global" "$memcg" >"$tmp/both"
found "$global" >"$tmp/whole"
for program in gzip:zcat xz:xzcat zstd:zstdcat bzip2:bzcat lz4:lz4cat; do
	packer=${program%:*}
	if ! command -v "$packer" >/dev/null; then
		skip "$packer" "it is not installed"
		continue
	fi
	"$packer" -c <"$global" >"$tmp/log"
	if [ "$has_libarchive" = no ]; then
		run_oomwhy "$tmp/log"
		is "$status" 125 "$packer is refused"
		has "$tmp/err" "'.*' is compressed with $packer" "by its name"
		has "$tmp/err" "use: ${program#*:} (.*/log|FILE) \\| oomwhy" "with what makes text of it"
		continue
	fi
	is "$(found "$tmp/log")" "$(cat "$tmp/whole")" "$packer, known by what it holds"
	"$packer" -c <"$memcg" >"$tmp/second"
	cat "$tmp/log" "$tmp/second" >"$tmp/members"
	run_oomwhy --list --noheadings "$tmp/members"
	is "$(wc -l <"$tmp/out")" 2 "$packer, one file behind the other"
	is "$("$OOMWHY" --list --noheadings <"$tmp/log" | wc -l)" 1 "$packer from standard input"
	(cat "$tmp/log"; sleep 1) | "$OOMWHY" --follow - >"$tmp/out" 2>"$tmp/err"
	has "$tmp/err" "use: ${program#*:} FILE \\| oomwhy" "$packer is not followed"
	# Cut within what it holds: what stands before that is told, and that it was cut
	(cat "$memcg" "$global"; head -c 200000 /dev/urandom | od -x) | "$packer" -c >"$tmp/long"
	head -c $(($(wc -c <"$tmp/long") / 2)) "$tmp/long" >"$tmp/cut"
	run_oomwhy --list --noheadings "$tmp/cut"
	is "$status" 125 "$packer, cut off"
	has "$tmp/err" "cannot read '.*' beyond [0-9]+ bytes of what it unpacks to: " "which is said"
	is "$(wc -l <"$tmp/out")" "$("${program#*:}" <"$tmp/cut" 2>/dev/null | "$OOMWHY" --list --noheadings 2>/dev/null | wc -l)" \
		"with what stands before it"
done
if [ "$has_libarchive" = no ]; then
	done_testing
fi

# An archive as support tools make them: directories, links, compressed logs, a journal, no text
mkdir -p "$tmp/sos/var/log" "$tmp/sos/etc"
cp "$global" "$tmp/sos/var/log/kern.log"
gzip -c "$memcg" >"$tmp/sos/var/log/kern.log.2.gz"
printf 'LPKSHHRH\0\0\0\0' >"$tmp/sos/var/log/system.journal"
head -c 5000 /dev/urandom >"$tmp/sos/etc/key"
ln -s ../var/log/kern.log "$tmp/sos/etc/link"
for form in ustar pax gnu; do
	(cd "$tmp/sos" && tar --format=$form --sort=name -cf "$tmp/sos.tar" .)
	run_oomwhy --json "$tmp/sos.tar"
	is "$status" 0 "a $form archive"
	is "$(sed 's/"record":"oom","number":[0-9]*,"source":"\([^"]*\)".*/\1/; s/.*sos\.tar://' "$tmp/out" | tr '\n' ' ')" \
		"./var/log/kern.log ./var/log/kern.log.2.gz " "each report is named by its member"
	is "$(sed 's/"source":"[^"]*",//' "$tmp/out")" "$(sed 's/"source":"[^"]*",//' "$tmp/both")" \
		"and the same as in the file alone"
done
xz -c "$tmp/sos.tar" >"$tmp/sos.tar.xz"
gzip -c "$tmp/sos.tar.xz" >"$tmp/sos.tar.xz.gz"
for file in sos.tar.xz sos.tar.xz.gz; do
	run_oomwhy --list --noheadings "$tmp/$file"
	is "$status:$(wc -l <"$tmp/out")" 0:2 "$file"
done
head -c 100 "$tmp/sos.tar.xz" >"$tmp/cut.tar.xz"
run_oomwhy "$tmp/cut.tar.xz" "$global"
is "$status" 125 "an archive that is cut off at once"
has "$tmp/out" 'The machine ran out of memory' "and the file after it"
run_oomwhy --last=1 --json "$tmp/sos.tar"
has "$tmp/out" '"source":"[^"]*:./var/log/kern.log.2.gz"' "--last keeps the name"
# Two halves of one report in two members are two
head -n 30 "$global" >"$tmp/sos/var/log/a"
tail -n +31 "$global" >"$tmp/sos/var/log/b"
(cd "$tmp/sos/var/log" && tar -cf "$tmp/halves.tar" a b)
run_oomwhy --json "$tmp/halves.tar"
is "$(grep -c '"truncated":true' "$tmp/out")" 2 "a report does not go on in another member"

# One in the other
cp "$global" "$tmp/deep"
for depth in 1 2 3 4 5 6 7 8; do
	(cd "$tmp" && tar -czf deeper deep)
	mv "$tmp/deeper" "$tmp/deep"
	[ "$depth" -ne 4 ] || cp "$tmp/deep" "$tmp/deep4"
done
run_oomwhy "$tmp/deep4"
is "$status" 0 "an archive in an archive, four deep"
run_oomwhy "$tmp/deep"
is "$status" 1 "eight deep is not looked into"
printf '\037\213\010\000junkjunkjunkjunk' >"$tmp/junk"
run_oomwhy "$tmp/junk"
is "$status" 125 "what only begins like gzip"
: | gzip -c >"$tmp/empty"
run_oomwhy "$tmp/empty"
is "$status" 1 "nothing, compressed"
printf '%s\n' 'BZh is how the log of a user began' >"$tmp/text"
cat "$global" >>"$tmp/text"
run_oomwhy --list "$tmp/text"
is "$status" 0 "a text that begins with BZh"
if sanitized; then
	skip "300 MB of zeros, in little memory" "a sanitizer needs the addresses"
else
	head -c 300000000 /dev/zero | gzip -1c >"$tmp/zeros"
	# shellcheck disable=SC3045 # dash and bash have it
	(ulimit -v 300000 && exec "$OOMWHY" "$tmp/zeros") >"$tmp/out" 2>"$tmp/err"
	is $? 1 "300 MB of zeros, in little memory"
fi
done_testing
