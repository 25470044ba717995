# SPDX-License-Identifier: GPL-2.0-or-later
# format-log.awk - print a recorded kernel log as other programs would have
#
# usage: awk -v style=NAME [-v pid=CALLER] -f format-log.awk FILE
#
# FILE is a dump of /dev/kmsg. It is as if the machine, "vmhost", had been booted on Monday,
# 2026-09-21, at 14:13:20 UTC. A record of several lines comes out as the program prints it: with
# the prefix repeated, indented, or with an escape.

function repeated(count, what, text) {
	while (count-- > 0)
		text = text what
	return text
}

# replaced TEXT FROM TO: literally.
function replaced(text, from, to, done, at) {
	while ((at = index(text, from)) > 0) {
		done = done substr(text, 1, at - 1) to
		text = substr(text, at + length(from))
	}
	return done text
}

# The text of a record: \xNN undone.
function unescaped(text, done, at) {
	while ((at = index(text, "\\x")) > 0) {
		done = done substr(text, 1, at - 1) byte[substr(text, at + 2, 2)]
		text = substr(text, at + 4)
	}
	return done text
}

function json(text, done, i, c) {
	for (i = 1; i <= length(text); i++) {
		c = substr(text, i, 1)
		if (c == "\"" || c == "\\")
			c = "\\" c
		else if (code[c] < 32)
			c = sprintf("\\u%04x", code[c])
		done = done c
	}
	return "\"" done "\""
}

function bytes(text, between, done, i) {
	for (i = 1; i <= length(text); i++)
		done = done (i > 1 ? "," between : "") code[substr(text, i, 1)]
	return done
}

function html(text) {
	text = replaced(text, "&", "\001amp;")
	text = replaced(text, "<", "\001lt;")
	text = replaced(text, ">", "\001gt;")
	text = replaced(text, "\"", "\001quot;")
	return replaced(text, "\001", "&")
}

# The length of a binary field: 8 bytes, the lowest first.
function little_endian(number, i) {
	for (i = 0; i < 8; i++) {
		printf "%c", number % 256
		number = int(number / 256)
	}
}

# Time of day, of the boot's day.
function clock(usec, day) {
	day = 51200 + int(usec / 1000000)
	return sprintf("%02d:%02d:%02d", int(day / 3600), int(day / 60) % 60, day % 60)
}
function fraction(usec, digits) {
	return substr(sprintf("%06d", usec % 1000000), 1, digits)
}
function seconds(usec, width) {
	return sprintf("%" width "d.%06d", int(usec / 1000000), usec % 1000000)
}
function ktime(usec) {
	return "[" seconds(usec, 5) "] "
}

# What stands in front of a line, by style; the newline mode in `mode`.
function prefix(level, usec, wall) {
	wall = clock(usec)
	mode = "repeat"
	if (style == "bare")
		return ""
	if (style == "secs" || style == "secs-indent") {
		mode = style == "secs" ? mode : "indent"
		return ktime(usec)
	}
	if (style == "caller")
		return "[" seconds(usec, 5) "][   T" pid "] "
	if (style == "caller-cpu")
		return "[" seconds(usec, 5) "][    C1] "
	if (style == "dmesg-r")
		return "<" level ">" ktime(usec)
	if (style == "logcat-threadtime")
		return "09-21 " wall "." fraction(usec, 3) "     0     0 W kernel  : "
	if (style == "logcat-brief")
		return "W/kernel  (    0): "
	if (style == "docker-compose")
		return "svc_1  | " ktime(usec)
	if (style == "kubectl")
		return "[pod/web-7d9c/log] " ktime(usec)
	if (style == "cri")
		return "2026-09-21T" wall "." fraction(usec, 6) "000Z stdout F "
	if (style == "cri-ktime")
		return "2026-09-21T" wall "." fraction(usec, 6) "000Z stdout F " ktime(usec)
	if (style == "cri-syslog")
		return "2026-09-21T" wall "." fraction(usec, 6) "000+02:00 stdout F Sep 21 " wall \
			" vmhost kernel: " ktime(usec)
	if (style == "unknown")
		return "foo|bar|" NR ": "
	if (style == "unknown-ktime")
		return "foo|bar|" NR ": " ktime(usec)
	# Prefixes that nothing is told of: found by what the neighbours say.
	if (style == "talos")
		return "kern: " sprintf("%7s", name_of[level]) ": [2026-09-21T" wall "." \
			fraction(usec, 6) "Z]: "
	if (style == "hypervisor")
		return "2026-09-21T" wall "." fraction(usec, 3) "Z In(05) vcpu-" NR % 8 \
			" - Guest: <" level ">" ktime(usec)
	if (style == "tag-no-blank")
		return "Sep 21 " wall " vmhost kernel:" ktime(usec)
	if (style == "tag-no-colon")
		return "Sep 21 " wall " vmhost kernel " ktime(usec)
	if (style == "bare-host")
		return "vmhost "
	if (style == "ansible")
		return "vm-1 | SUCCESS | rc=0 | (stdout) " ktime(usec)
	if (style == "serial-console")
		return "(vm-1.console) [21/Sep/2026 " wall "] -> " ktime(usec)
	if (style == "logfmt")
		return "level=" (NR % 3 ? "info" : "warn") " ts=2026-09-21T" wall "Z host=vmhost msg="
	if (style == "cloudwatch")
		return "1790000" sprintf("%03d", NR % 1000) "000\tvm/kernel/i-0abc\t{host: vmhost} => "
	if (style == "fluent-bit")
		return "[" NR "] kernel.log: [1790000000." fraction(usec, 6) ", {\"log\"=>"
	if (style == "semicolons")
		return NR ";2026-09-21 " wall ";vmhost;kernel;" level ";"
	# It looks like a list.
	if (style == "python-tag")
		return "[\047vm-1\047, \047console\047] " ktime(usec)
	if (style ~ /^cef/)
		return "<4>Sep 21 " wall " vmhost CEF:0|Vendor|Agent|1." (NR % 2) "|kern|kernel|3|" \
			"rt=Sep 21 2026 " wall " dvchost=vmhost msg="
	if (style == "graylog-csv")
		return "\"2026-09-21T" wall ".000Z\",\"vmhost\",\"kernel: " ktime(usec)
	if (style == "splunk-csv")
		return "\"Sep 21 " wall " vmhost kernel: " ktime(usec)
	if (style == "xml")
		return "<event time=\"2026-09-21T" wall "Z\"><msg>" ktime(usec)
	if (style == "table")
		return "| 2026-09-21 " wall " | vmhost | "
	if (style == "bytes")
		return "b\047" ktime(usec)
	if (style == "bracketed-host")
		return "Sep 21 " wall " [hostname] kernel: " ktime(usec)
	if (style == "grep-n")
		return NR ":" ktime(usec)
	if (style == "grep-H")
		return "/var/log/kern.log:" ktime(usec)
	if (style == "grep-Hn")
		return "kern.log.1:" NR ":Sep 21 " wall " vmhost kernel: " ktime(usec)
	if (style == "grep-context")
		return (NR % 7 ? "kern.log-" NR "-" : "kern.log:" NR ":") "Sep 21 " wall \
			" vmhost kernel: " ktime(usec)
	if (style == "busybox-syslogd")
		return "Sep 21 " wall " vmhost kern.warn kernel: " ktime(usec)
	if (style == "rfc3164-repeat")
		return "Sep 21 " wall " vmhost kernel: " ktime(usec)

	mode = "escape"
	if (style == "rfc3164")
		return "Sep 21 " wall " vmhost kernel: "
	if (style == "rfc3164-ktime")
		return "Sep 21 " wall " vmhost kernel: " ktime(usec)
	if (style == "rfc3164-day")
		return "Sep  1 " wall " vmhost kernel: " ktime(usec)
	if (style == "rfc3164-year")
		return "Sep 21 2026 " wall " vmhost kernel: " ktime(usec)
	if (style == "rfc3164-priority")
		return "<4>Sep 21 " wall " vmhost kernel: " ktime(usec)
	if (style == "rfc5424")
		return "<4>1 2026-09-21T" wall "." fraction(usec, 6) "+00:00 vmhost kernel - - - " \
			ktime(usec)
	if (style == "rfc5424-file")
		return "2026-09-21T" wall "." fraction(usec, 6) "+00:00 vmhost kernel - - - " ktime(usec)
	if (style == "rsyslog-iso")
		return "2026-09-21T" wall "." fraction(usec, 6) "+00:00 vmhost kernel: " ktime(usec)
	if (style == "rsyslog-iso-west")
		return "2026-09-21T" wall "." fraction(usec, 6) "-07:00 vmhost kernel: " ktime(usec)

	mode = "indent"
	if (style == "dmesg-T")
		return "[Mon Sep 21 " wall " 2026] "
	if (style == "dmesg-T-fr")
		return "[lun. sept. 21 " wall " 2026] "
	if (style == "dmesg-T-ja")
		return "[\346\234\210  9\346\234\210 21 " wall " 2026] "
	if (style == "dmesg-T-de")
		return "[Mo Sep 21 " wall " 2026] "
	if (style == "dmesg-x")
		return "kern  :" sprintf("%-6s", name_of[level]) ": " ktime(usec)
	if (style == "dmesg-Tx")
		return "kern  :" sprintf("%-6s", name_of[level]) ": [Mon Sep 21 " wall " 2026] "
	if (style == "dmesg-iso")
		return "2026-09-21T" wall "," fraction(usec, 6) "+00:00 "
	if (style == "dmesg-delta")
		return "[<" seconds(before == "" ? 0 : usec - before, 5) ">] "
	if (style == "dmesg-d")
		return "[" seconds(usec, 5) " <" seconds(before == "" ? 0 : usec - before, 5) ">] "
	if (style == "dmesg-reltime" && (before == "" || usec - before > 60000000))
		return "[Sep21 " substr(wall, 1, 5) "] "
	if (style == "dmesg-reltime")
		return "[" sprintf("%11s", "+" seconds(usec - before, 1)) "] "
	if (style == "journal-short")
		return "Sep 21 " wall " vmhost kernel: "
	if (style == "journal-short-nohost")
		return "Sep 21 " wall " kernel: "
	if (style == "journal-short-precise")
		return "Sep 21 " wall "." fraction(usec, 6) " vmhost kernel: "
	if (style == "journal-short-iso")
		return "2026-09-21T" wall "+0000 vmhost kernel: "
	if (style == "journal-short-iso-precise")
		return "2026-09-21T" wall "." fraction(usec, 6) "+00:00 vmhost kernel: "
	if (style == "journal-short-full")
		return "Mon 2026-09-21 " wall " UTC vmhost kernel: "
	if (style == "journal-short-monotonic")
		return "[" seconds(usec, 5) "] vmhost kernel: "
	if (style == "journal-short-unix")
		return 1790000000 + int(usec / 1000000) "." fraction(usec, 6) " vmhost kernel: "
	if (style == "journal-cat")
		return ""
	print "format-log.awk: no style " style >"/dev/stderr"
	failed = 1
	exit 1
}

# What stands behind a line.
function suffix(usec) {
	if (style == "graylog-csv")
		return "\""
	if (style == "splunk-csv")
		return "\",\"2026-09-21T" clock(usec) ".000+0000\",vmhost,\"/var/log/messages\""
	if (style == "xml")
		return "</msg></event>"
	if (style == "table")
		return " |"
	if (style == "cef-more")
		return " cat=kern outcome=/x"
	if (style == "bytes")
		return "\047"
	return ""
}

function print_plain(level, usec, text, front, back) {
	front = prefix(level, usec)
	back = suffix(usec)
	if (style ~ /csv$/)
		text = replaced(text, "\"", "\"\"")
	if (style == "xml")
		text = html(text)
	if (style == "cef-escaped")
		text = replaced(replaced(text, "\\", "\\\\"), "=", "\\=")
	if (mode == "repeat")
		text = replaced(text, "\n", back "\n" front) back
	else if (mode == "indent")
		text = replaced(text, "\n", "\n" repeated(length(front), " "))
	else
		text = replaced(text, "\n", "#012")
	print front text
}

function print_colour(usec, text, colon) {
	colon = match(text, /^[A-Za-z0-9. _-]*: /) ? RLENGTH : 0
	printf "\033[32m%s\033[0m", ktime(usec)
	if (colon)
		printf "\033[33m%s\033[0m", substr(text, 1, colon)
	text = substr(text, colon + 1)
	print "\033[1m" replaced(text, "\n", "\n               ") "\033[0m"
}

# One object of dmesg -J, with what closes the one before it.
function print_dmesg_json(level, usec, text) {
	print before == "" ? "{\n   \"dmesg\": [\n      {" : "      },{"
	printf "         \"pri\": %d,\n         \"time\": %s,\n         \"msg\": %s\n", level,
		seconds(usec, 5), json(text)
}

# Whether journalctl prints a message as an array of bytes: one that cannot be printed; or, with
# the styles -bytes, one with a name that is as if it could not.
function is_array(text) {
	return text ~ /[\001-\010\013-\037\177-\377]/ || style ~ /bytes$/ && index(text, "main.out")
}

function realtime(usec) {
	return 1790000000 + int(usec / 1000000) fraction(usec, 6)
}

function print_journal_json(level, usec, text, array, between, start, value) {
	start = between "\t"
	if (between == "\n")
		value = array ? "[\n\t\t" bytes(text, "\n\t\t") "\n\t]" : json(text)
	else
		value = array ? "[" bytes(text, "") "]" : json(text)
	between = between == "" ? "" : "\n\t"
	print "{" between "\"_HOSTNAME\"" sep "\"vmhost\"," between "\"_TRANSPORT\"" sep \
		"\"kernel\"," between "\"MESSAGE\"" sep value "," between "\"PRIORITY\"" sep "\"" \
		level "\"," between "\"__REALTIME_TIMESTAMP\"" sep "\"" realtime(usec) "\"," between \
		"\"SYSLOG_IDENTIFIER\"" sep "\"kernel\"," between "\"_SOURCE_MONOTONIC_TIMESTAMP\"" sep \
		"\"" usec "\"" (between == "" ? "" : "\n") "}"
}

function print_export(level, usec, text, binary) {
	print "__CURSOR=s=0;i=" NR "\n__REALTIME_TIMESTAMP=" realtime(usec) \
		"\n_TRANSPORT=kernel\n_HOSTNAME=vmhost\nSYSLOG_IDENTIFIER=kernel\nPRIORITY=" level \
		"\n_SOURCE_MONOTONIC_TIMESTAMP=" usec
	if (binary || index(text, "\n")) {
		print "MESSAGE"
		little_endian(length(text))
		print text
	} else {
		print "MESSAGE=" text
	}
	print ""
}

function print_verbose(level, usec, text) {
	print "Mon 2026-09-21 " clock(usec) "." fraction(usec, 6) " UTC [s=0;i=" NR "]\n" \
		"    _TRANSPORT=kernel\n    _HOSTNAME=vmhost\n    PRIORITY=" level "\n" \
		"    SYSLOG_IDENTIFIER=kernel\n    MESSAGE=" replaced(text, "\n", "\n            ") "\n" \
		"    _SOURCE_MONOTONIC_TIMESTAMP=" usec
}

function print_docker(usec, text, time, lines, n, i) {
	time = "2026-09-21T" clock(usec) "." fraction(usec, 6) "000Z"
	n = split(text, lines, "\n")
	for (i = 1; i <= n; i++)
		print "{\"log\":" json((style == "docker-json" ? "" : ktime(usec)) lines[i] "\n") \
			",\"stream\":\"stdout\",\"time\":\"" time "\"}"
}

# A console as a cloud hands it out: all of it in one string, or a record for each line.
function print_console(usec, text, lines, n, i, line) {
	n = split(text, lines, "\n")
	for (i = 1; i <= n; i++) {
		line = json(ktime(usec) lines[i])
		line = substr(line, 2, length(line) - 2)
		if (style == "console-string")
			printf "%s%s\\r\\n", (before == "" && i == 1 ? \
				"{\n    \"Id\": \"i-0\",\n    \"Output\": \"" : ""), line
		else
			print "  {\n    \"textPayload\": \"" line "\\\\r\\\\n\",\n" \
				"    \"timestamp\": \"2026-09-21T" clock(usec) "Z\"\n  },"
	}
}

# Documents in which no field has the name of a message: a line of the log is a string somewhere.
function print_document(usec, text, lines, n, i, line) {
	n = split(text, lines, "\n")
	for (i = 1; i <= n; i++) {
		line = json((style == "json-talos" ? "kern:    info: [2026-09-21T" clock(usec) \
			"Z]: " : "") lines[i])
		if (style == "loki")
			print "{\"stream\":{\"host\":\"vmhost\"},\"values\":[[\"" \
				realtime(usec) "000\"," line "]]}"
		else if (style == "loki-query")
			printf "%s[\"%s\",%s]", (before == "" && i == 1 ? "{\"status\":" \
				"\"success\",\"data\":{\"result\":[{\"stream\":" \
				"{\"host\":\"vmhost\"},\"values\":[" : ","), \
				realtime(usec) "000", line
		else if (style == "loki-pretty")
			printf "%s        [\n          \"%s\",\n          %s\n        ]", \
				(before == "" && i == 1 ? "{\n  \"stream\": {\n" \
				"    \"host\": \"vmhost\"\n  },\n" \
				"      \"values\": [\n" : ",\n"), realtime(usec) "000", line
		else if (style == "otel")
			print "{\"resourceLogs\":[{\"resource\":{\"attributes\":[{\"key\":" \
				"\"host.name\",\"value\":{\"stringValue\":\"vmhost\"}}]}," \
				"\"scopeLogs\":[{\"logRecords\":[{\"body\":{\"stringValue\":" \
				line "}}]}]}]}"
		else if (style == "json-list" || style == "python-list")
			printf "%s%s", (before == "" && i == 1 ? "[" : ", "), \
				(style == "json-list" ? line : \
				"\047" substr(line, 2, length(line) - 2) "\\n\047")
		else if (style == "json-in-json")
			print "{\"log\":" json("{\"level\":\"warn\",\"message\":" line "}") \
				",\"stream\":\"stdout\"}"
		else
			print "{\"payload\":" line ",\"tags\":[\"a\",\"b\"]}"
	}
}

function print_record(level, usec, text) {
	if (style == "colour")
		print_colour(usec, text)
	else if (style == "dmesg-J")
		print_dmesg_json(level, usec, text)
	else if (style == "journal-json" || style == "journal-json-bytes")
		print_journal_json(level, usec, text, is_array(text), "")
	else if (style == "journal-json-pretty" || style == "journal-json-pretty-bytes")
		print_journal_json(level, usec, text, is_array(text), "\n")
	else if (style == "journal-export" || style == "journal-export-binary")
		print_export(level, usec, text, style ~ /binary$/)
	else if (style == "journal-verbose")
		print_verbose(level, usec, text)
	else if (style == "docker-json" || style == "docker-json-ktime")
		print_docker(usec, text)
	else if (style ~ /^(loki|loki-pretty|loki-query|otel|json-.*|python-list)$/)
		print_document(usec, text)
	else if (style == "console-string" || style == "console-records")
		print_console(usec, text)
	else if (style == "html-pre" || style == "html-br")
		print_html(level, usec, text)
	else
		print_plain(level, usec, text)
}

function print_html(level, usec, text, line) {
	line = html(replaced(ktime(usec) text, "\n", "\n" ktime(usec)))
	if (style == "html-br")
		line = replaced(line, "\n", "<br>\n") "<br>"
	print (before == "" && style == "html-pre" ? "<pre>" : "") line
}

BEGIN {
	split("emerg alert crit err warn notice info debug", names, " ")
	for (i = 1; i <= 8; i++)
		name_of[i - 1] = names[i]
	digits = "0123456789abcdef"
	for (i = 1; i < 256; i++) {
		c = sprintf("%c", i)
		code[c] = i
		byte[substr(digits, int(i / 16) + 1, 1) substr(digits, i % 16 + 1, 1)] = c
	}
	sep = style ~ /pretty/ ? " : " : ":"
	pid = pid ? pid : 92
}

/^[0-9]+,[0-9]+,[0-9]+,/ {
	colon = index($0, ";")
	split(substr($0, 1, colon - 1), head, ",")
	if (style == "kmsg") {
		print
	} else if (style == "kmsg-caller") {
		print head[1] "," head[2] "," head[3] "," head[4] ",caller=T" pid substr($0, colon)
	} else {
		print_record(head[1], head[3], unescaped(substr($0, colon + 1)))
	}
	before = head[3]
}

END {
	if (failed)
		exit 1
	if (style == "dmesg-J")
		print "      }\n   ]\n}"
	if (style == "html-pre")
		print "</pre>"
	if (style == "loki-pretty")
		print "\n      ]\n}"
	if (style == "console-string")
		print "\",\n    \"Timestamp\": \"2026-09-21T15:00:00Z\"\n}"
	if (style == "loki-query")
		print "]}]}}"
	if (style ~ /-list$/)
		print "]"
}
