#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# oomwhy-prefixes.sh - the same report behind every prefix that logs have gives the same facts
#
# tests/format-log.awk makes them out of recorded reports. What is compared is all of a record but
# where and when it was logged (facts_filter in tests/lib-oom.sh), and then the time, by itself.
. "${srcdir:=.}/tests/lib.sh"
# shellcheck source=tests/lib-oom.sh
. "$srcdir/tests/lib-oom.sh"
command -v jq >/dev/null || skip_all "no jq"

styles="secs secs-indent caller caller-cpu
	dmesg-T dmesg-T-fr dmesg-T-ja dmesg-T-de dmesg-x dmesg-Tx dmesg-r dmesg-J dmesg-iso dmesg-delta
	dmesg-d dmesg-reltime colour
	rfc3164 rfc3164-ktime rfc3164-repeat rfc3164-day rfc3164-year rfc3164-priority busybox-syslogd
	rfc5424 rfc5424-file rsyslog-iso rsyslog-iso-west
	journal-short journal-short-nohost journal-short-precise journal-short-iso
	journal-short-iso-precise journal-short-full journal-short-monotonic journal-short-unix
	journal-cat journal-verbose journal-json journal-json-bytes journal-json-pretty
	journal-json-pretty-bytes journal-export journal-export-binary
	kmsg kmsg-caller logcat-threadtime logcat-brief
	docker-json docker-json-ktime docker-compose kubectl cri cri-ktime cri-syslog
	grep-n grep-H grep-Hn grep-context unknown unknown-ktime html-pre html-br
	talos hypervisor tag-no-blank tag-no-colon bare-host ansible serial-console logfmt
	cloudwatch fluent-bit semicolons
	loki loki-pretty loki-query otel json-in-json json-payload json-talos
	json-list python-list python-tag cef cef-escaped cef-more
	graylog-csv splunk-csv xml table bytes bracketed-host console-string console-records"

wear_styles() {
	for style in $styles; do
		new_log
		log_as "$style" "$report" >"$log"
		expect_facts "$name: $style" "$bare"
	done
}

# changed NAME STYLE COMMAND...: the report in STYLE, as COMMAND passes it on.
changed() {
	new_log
	expect_facts "$name: $1" "$bare"
	log_as "$2" "$report" >"$tmp/prefixed"
	shift 2
	"$@" <"$tmp/prefixed" >"$log"
}

wear_changes() {
	for style in bare secs dmesg-T rfc3164 journal-short kmsg journal-json; do
		changed "$style, CRLF" "$style" sed "s/\$/$(printf '\r')/"
	done
	for style in bare secs rfc3164-ktime journal-json; do
		changed "$style, newest first" "$style" tac
	done
	for style in bare secs journal-short; do
		changed "$style, quoted twice" "$style" sed 's/^/> > /'
		changed "$style, quoted tightly" "$style" sed 's/^/>>/'
		changed "$style, indented by 4" "$style" sed 's/^/    /'
		changed "$style, indented by 8" "$style" sed 's/^/        /'
		changed "$style, indented by a tab" "$style" sed 's/^/	/'
		changed "$style, fenced" "$style" awk '
			BEGIN { print "It died again:\n\n\140\140\140" }
			{ print }
			END { print "\140\140\140\n\nAny idea?" }'
		changed "$style, empty lines between" "$style" sed G
	done
}

# shellcheck disable=SC2317 # called by name
# mail ENCODING: what is on standard input as the text of a mail, with soft line breaks.
mail() {
	printf 'Subject: it died\nContent-Transfer-Encoding: %s\n\n' "$1"
	if [ "$1" = base64 ]; then
		base64
	else
		tr '\n' '\1' | sed 's/[^\x01]\{60\}/&\x02/g' | tr '\1' '\n' |
			sed 's/=/=3D/g; s/\x02/=\n/g'
	fi
	printf '\n--boundary--\n'
}

wear_mails() {
	for style in bare secs rfc3164; do
		changed "$style, mail, quoted-printable" "$style" mail quoted-printable
		changed "$style, mail, base64" "$style" mail base64
		changed "$style, '=' as in a mail" "$style" sed 's/=/=3D/g'
		# The reader of mails has saved the header and the decoded text.
		changed "$style, decoded, with a header" "$style" sed \
			'1 { h; s/.*/Content-Transfer-Encoding: quoted-printable\n/p; x }'
	done
}

# Blanks behind every line are not told from blanks at the end of a name.
blank_ends='del(.explanation, .why, .ranking) |
	walk(if type == "string" then sub(" +$"; "") else . end)'

wear_blanks() {
	for style in bare secs journal-short; do
		changed "$style, blanks at the ends" "$style" sed 's/$/   /'
	done
}

# When it was, as far as each style says: the time without its year, which some logs do not have;
# whether the year or the zone is guessed; the seconds since boot; the host.
tell_times() {
	mkdir "$tmp/when"
	while read -r style time guessed monotonic host; do
		log_as "$style" "$report" >"$tmp/when/$style"
		echo "$style $time $guessed $monotonic $host"
	done >"$tmp/times" <<-'END'
		bare null null null null
		secs null null 6966596000 null
		caller null null 6966596000 null
		colour null null 6966596000 null
		kmsg null null 6966596000 null
		kmsg-caller null null 6966596000 null
		dmesg-x null null 6966596000 null
		dmesg-r null null 6966596000 null
		dmesg-d null null 6966596000 null
		dmesg-J null null 6966596000 null
		dmesg-delta null null null null
		dmesg-T 09-21T14:13:26Z true null null
		dmesg-T-fr 09-21T14:13:26Z true null null
		dmesg-T-ja 09-21T14:13:26Z true null null
		dmesg-T-de 09-21T14:13:26Z true null null
		dmesg-Tx 09-21T14:13:26Z true null null
		dmesg-iso 09-21T14:13:26.966596Z false null null
		dmesg-reltime 09-21T14:13:00Z true null null
		rfc3164 09-21T14:13:26Z true null vmhost
		rfc3164-ktime 09-21T14:13:26Z true 6966596000 vmhost
		rfc3164-day 09-01T14:13:26Z true 6966596000 vmhost
		rfc3164-year 09-21T14:13:26Z true 6966596000 vmhost
		rfc3164-priority 09-21T14:13:26Z true 6966596000 vmhost
		busybox-syslogd 09-21T14:13:26Z true 6966596000 vmhost
		rfc5424 09-21T14:13:26.966596Z false 6966596000 vmhost
		rfc5424-file 09-21T14:13:26.966596Z false 6966596000 vmhost
		rsyslog-iso 09-21T14:13:26.966596Z false 6966596000 vmhost
		rsyslog-iso-west 09-21T21:13:26.966596Z false 6966596000 vmhost
		journal-short 09-21T14:13:26Z true null vmhost
		journal-short-nohost 09-21T14:13:26Z true null null
		journal-short-precise 09-21T14:13:26.966596Z true null vmhost
		journal-short-iso 09-21T14:13:26Z false null vmhost
		journal-short-iso-precise 09-21T14:13:26.966596Z false null vmhost
		journal-short-full 09-21T14:13:26Z false null vmhost
		journal-short-monotonic null null 6966596000 vmhost
		journal-short-unix 09-21T14:13:26.966596Z false null vmhost
		journal-cat null null null null
		journal-verbose 09-21T14:13:26.966596Z false 6966596000 vmhost
		journal-json 09-21T14:13:26.966596Z false 6966596000 vmhost
		journal-json-bytes 09-21T14:13:26.966596Z false 6966596000 vmhost
		journal-json-pretty 09-21T14:13:26.966596Z false 6966596000 vmhost
		journal-export 09-21T14:13:26.966596Z false 6966596000 vmhost
		journal-export-binary 09-21T14:13:26.966596Z false 6966596000 vmhost
		logcat-threadtime 09-21T14:13:26.966000Z true null null
		docker-json 09-21T14:13:26.966596Z false null null
		docker-compose null null 6966596000 null
		kubectl null null 6966596000 null
		cri 09-21T14:13:26.966596Z false null null
		cri-ktime 09-21T14:13:26.966596Z false 6966596000 null
		grep-n null null 6966596000 null
		grep-H null null 6966596000 null
		grep-Hn 09-21T14:13:26Z true 6966596000 vmhost
		grep-context 09-21T14:13:26Z true 6966596000 vmhost
		html-pre null null 6966596000 null
		html-br null null 6966596000 null
		talos 09-21T14:13:26.966596Z false null null
		hypervisor 09-21T14:13:26.966000Z false 6966596000 null
		tag-no-blank 09-21T14:13:26Z true 6966596000 vmhost
		tag-no-colon 09-21T14:13:26Z true 6966596000 vmhost
		semicolons 09-21T14:13:26Z true null vmhost
		cef 09-21T14:13:26Z true null vmhost
		graylog-csv 09-21T14:13:26Z false 6966596000 vmhost
		splunk-csv 09-21T14:13:26Z true 6966596000 vmhost
		table 09-21T14:13:26Z true null null
		bracketed-host 09-21T14:13:26Z true 6966596000 hostname
		console-records 09-21T14:13:26Z false 6966596000 null
		loki 09-21T14:13:26.966596Z false null vmhost
		loki-pretty 09-21T14:13:26.966596Z false null null
		loki-query 09-21T14:13:26.966596Z false null vmhost
		json-talos 09-21T14:13:26Z false null null
	END
	(cd "$tmp/when" && "$OOMWHY" --json ./*) | jq -r '[.source[2:], .time[5:], .time_guessed,
		.monotonic_ns, .host] | map(tostring) | join(" ")' >"$tmp/got"
	while read -r style wanted; do
		is "$(grep "^$style " "$tmp/got")" "$style $wanted" "$name: when: $style"
	done <"$tmp/times"
}

# take FILE: the recording of which the following is about, and what it is bare.
take() {
	report=$1
	name=${report%.kmsg.txt}
	new_log
	bare=$log
	log_as bare "$report" >"$bare"
	expect_facts "$name: bare it has the facts of its recording" "$fixtures/$report"
}

reports='4.4.0-210-generic.memcg1.kmsg.txt 6.1.0-50-cloud-amd64.global.kmsg.txt
	6.1.0-50-cloud-amd64.memcg2.kmsg.txt 7.0.13+deb13-cloud-amd64.memcg2group.kmsg.txt'

for recording in $reports; do
	take "$recording"
	wear_styles
	wear_changes
	wear_mails
done
# Names that do not print: as journalctl has them, in arrays of bytes.
report=6.1.0-50-cloud-amd64.memcgevil.kmsg.txt
name=${report%.kmsg.txt}
bare=$fixtures/$report
styles='kmsg kmsg-caller journal-json journal-json-pretty journal-export journal-export-binary'
wear_styles
check_facts
for recording in $reports; do
	take "$recording"
	wear_blanks
done
check_facts "$blank_ends"
report=6.1.0-50-cloud-amd64.global.kmsg.txt
name=${report%.kmsg.txt}
tell_times
done_testing
