#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# corpus.sh - every report of a corpus of kernel logs yields the facts that its index expects
#
# The corpus is in $PAGETOUCH_OOM_CORPUS, or in shared/oom-corpus beside the source; it is no part
# of this package. INDEX.tsv is about public/, INDEX-own.tsv about own/. A fact that the index does
# not state ("-" or an empty cell: the text does not say) must not be there, but is not counted.
# Ends with the figures by kernel series, as comments.
. "${srcdir:=.}/tests/lib.sh"

corpus=${PAGETOUCH_OOM_CORPUS:-$srcdir/../shared/oom-corpus}
[ -r "$corpus/INDEX.tsv" ] || skip_all "no corpus of kernel logs (PAGETOUCH_OOM_CORPUS)"
command -v jq >/dev/null || skip_all "no jq"

# Where the log says something else than the index: file, report, fact, value ("*": any).
#   077             five kills without a report each, of which the index makes one report
#   025, 026, 083   two events without a header each, of which the index makes one report: an
#                   oom-kill line, or the kill of another process, begins another report
#   023             of the 12 kills, 6 are the kernel's; the others another program has quoted
#   049             quotes the end of its last report first: report 1 is that fragment, and the
#                   index's 1 and 2 are 2 and 3
#   056             the kill line is wrapped: its sizes are in the next line
#   020, 071        the kernel is named in the trace of another task only, or after the report
#   035, 038, 041, 043, 044, 050, 052, 062, 088, 7.0.13 global
#                   the index leaves out what is there, wrapped most often
#   008             the first report has rows of a table, but their header is lost; a row is torn
#                   so that its pid has one more digit
#   memcgevil       the names hold ESC, a newline and brackets: the index has the end of the
#                   trigger's, and no victim
#   memcgnokill     the index is of the console. The first reports are lost in the recorded ring:
#                   what it has is checked at the end
cat >"$tmp/differences" <<'TEXT'
008-lk-el6-messages-multi4.txt	0	tasks	400
020-lkp-dmesg-12.txt	-	kernel	-
023-aks-5.15-md.txt	1	victims	6
025-aks-npd-syslog.txt	-	reports	2
025-aks-npd-syslog.txt	0	constraint	-
025-aks-npd-syslog.txt	0	scope	memcg
025-aks-npd-syslog.txt	0	memcg	-
025-aks-npd-syslog.txt	0	victims	1
025-aks-npd-syslog.txt	0	victim 1	-
025-aks-npd-syslog.txt	0	victim 1 uid	-
025-aks-npd-syslog.txt	0	victim 2	-
025-aks-npd-syslog.txt	0	victim 2 uid	-
025-aks-npd-syslog.txt	1	constraint	CONSTRAINT_MEMCG
025-aks-npd-syslog.txt	1	memcg	/kubepods.slice
025-aks-npd-syslog.txt	1	victims	2
025-aks-npd-syslog.txt	1	victim 0	68061(stress) 4195088/2884696/288/0
025-aks-npd-syslog.txt	1	victim 1	68061(stress) 4195088/2884696/288/0
025-aks-npd-syslog.txt	1	victim 1 uid	0
026-sapcc-kmsg-lines.txt	-	reports	2
026-sapcc-kmsg-lines.txt	1	constraint	CONSTRAINT_MEMCG
026-sapcc-kmsg-lines.txt	1	memcg	/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-poddfc377c9_c533_4d51_af9e_6e0e0b3db83b.slice
035-ml-cpuset-numa-patch.txt	0	trigger	mem_on_node0
035-ml-cpuset-numa-patch.txt	1	trigger	mem_on_node0
038-ml-mglru-6.8rc6-quoted.txt	0	tasks	1
038-ml-mglru-6.8rc6-quoted.txt	1	tasks	2
041-ml-memcg-6.18.txt	0	tasks	2
043-ml-selftests-cgroup.txt	0	trigger pid	946
043-ml-selftests-cgroup.txt	0	gfp	0xcc0
043-ml-selftests-cgroup.txt	0	order	0
043-ml-selftests-cgroup.txt	0	victims	1
043-ml-selftests-cgroup.txt	0	victim 0	946(test_memcontrol) 104840/30596/1056/0
043-ml-selftests-cgroup.txt	0	victim 0 uid	0
044-ml-ltp-5.10.6.txt	0	tasks	38
049-ml-next-5.8rc4-callerid.txt	-	reports	4
049-ml-next-5.8rc4-callerid.txt	1	is	2
049-ml-next-5.8rc4-callerid.txt	2	is	3
050-ml-next-5.9-kasan.txt	1	gfp	0xcc0
050-ml-next-5.9-kasan.txt	1	order	0
052-ml-i386-5.7-next-quoted.txt	0	trigger	mkfs.ext4
052-ml-i386-5.7-next-quoted.txt	0	trigger pid	397
052-ml-i386-5.7-next-quoted.txt	0	gfp	0x101cc0
052-ml-i386-5.7-next-quoted.txt	0	order	0
052-ml-i386-5.7-next-quoted.txt	0	tasks	28
052-ml-i386-5.7-next-quoted.txt	1	tasks	1
056-ml-xfs-lockdep.txt	0	tasks	124
056-ml-xfs-lockdep.txt	0	trigger pid	33609
056-ml-xfs-lockdep.txt	0	gfp	0x140dca
056-ml-xfs-lockdep.txt	0	order	0
056-ml-xfs-lockdep.txt	0	victim 0	33365(cc1plus) 11127840/10600360/4900/0
056-ml-xfs-lockdep.txt	0	victim 0 uid	1000
062-ml-btrfs-extentmap-quoted.txt	2	gfp	0xc2cc0
062-ml-btrfs-extentmap-quoted.txt	2	order	3
071-x-5.0-next-callerid-group.txt	-	kernel	-
077-x-k8s50632-el79-uid-after-name.txt	-	reports	5
077-x-k8s50632-el79-uid-after-name.txt	0	victims	1
077-x-k8s50632-el79-uid-after-name.txt	0	victim 1	-
077-x-k8s50632-el79-uid-after-name.txt	0	victim 1 uid	-
077-x-k8s50632-el79-uid-after-name.txt	0	victim 2	-
077-x-k8s50632-el79-uid-after-name.txt	0	victim 2 uid	-
077-x-k8s50632-el79-uid-after-name.txt	1	victims	1
077-x-k8s50632-el79-uid-after-name.txt	1	victim 0	799402(node) 642596/102060/13664/0
077-x-k8s50632-el79-uid-after-name.txt	1	victim 0 uid	1000
077-x-k8s50632-el79-uid-after-name.txt	2	victims	1
077-x-k8s50632-el79-uid-after-name.txt	2	victim 0	799889(node) 650784/110296/13516/0
077-x-k8s50632-el79-uid-after-name.txt	2	victim 0 uid	1000
077-x-k8s50632-el79-uid-after-name.txt	3	victims	1
077-x-k8s50632-el79-uid-after-name.txt	3	victim 0	799707(node) 613964/78132/13696/0
077-x-k8s50632-el79-uid-after-name.txt	3	victim 0 uid	1000
077-x-k8s50632-el79-uid-after-name.txt	4	victims	1
077-x-k8s50632-el79-uid-after-name.txt	4	victim 0	799791(node) 613964/78776/13704/0
077-x-k8s50632-el79-uid-after-name.txt	4	victim 0 uid	1000
083-x-qemu-cpuset-noprefix.txt	-	reports	2
083-x-qemu-cpuset-noprefix.txt	0	victims	1
083-x-qemu-cpuset-noprefix.txt	0	victim 1	-
083-x-qemu-cpuset-noprefix.txt	1	constraint	CONSTRAINT_MEMORY_POLICY
083-x-qemu-cpuset-noprefix.txt	1	victims	1
083-x-qemu-cpuset-noprefix.txt	1	victim 0	27410(qemu-system-x86) 19241588/14235148//
088-x-syzbot-memcg-colon-prefix.txt	0	memcg	/ile0
4.4.0-210-generic.memcgevil	0	trigger	a\u001b[1mb\nc (d) 
4.4.0-210-generic.memcgevil	0	trigger pid	100
4.4.0-210-generic.memcgevil	0	score	378
4.4.0-210-generic.memcgevil	0	victims	1
4.4.0-210-generic.memcgevil	0	own victim 0	100(a\u001b[1mb\nc (d) ) anon=12140 file=580 shmem=
5.4.0-216-generic.memcgevil	0	trigger	a\u001b[1mb\nc (d) 
5.4.0-216-generic.memcgevil	0	trigger pid	138
5.4.0-216-generic.memcgevil	0	victims	1
5.4.0-216-generic.memcgevil	0	own victim 0	138(a\u001b[1mb\nc (d) ) anon=11888 file=0 shmem=580
6.1.0-50-cloud-amd64.memcgevil	0	trigger	a\u001b[1mb\nc (d) 
6.1.0-50-cloud-amd64.memcgevil	0	trigger pid	99
6.1.0-50-cloud-amd64.memcgevil	0	victims	1
6.1.0-50-cloud-amd64.memcgevil	0	own victim 0	99(a\u001b[1mb\nc (d) ) anon=12140 file=0 shmem=580
6.12.107+deb13-cloud-amd64.memcgevil	0	trigger	a\u001b[1mb\nc (d) 
6.12.107+deb13-cloud-amd64.memcgevil	0	trigger pid	153
6.12.107+deb13-cloud-amd64.memcgevil	0	victims	1
6.12.107+deb13-cloud-amd64.memcgevil	0	own victim 0	153(a\u001b[1mb\nc (d) ) anon=12032 file=0 shmem=580
7.0.13+deb13-cloud-amd64.global	0	constraint	CONSTRAINT_NONE
7.0.13+deb13-cloud-amd64.global	0	tasks	9
7.0.13+deb13-cloud-amd64.global	0	victims	1
7.0.13+deb13-cloud-amd64.global	0	own victim 0	138(main.out) anon=162476 file=0 shmem=452
TEXT

# facts FILE: "FILE REPORT FACT VALUE" of each fact of JSON records; "-": null. Sizes in KiB.
cat >"$tmp/facts.jq" <<'TEXT'
def kib: if . == null then "" else . / 1024 | tostring end;
def escaped: if . == null then "-" elif type == "string" then tojson[1:-1] else tostring end;
def victim: "\(.pid)(\(.comm)) \(.total_vm | kib)/\(.anon | kib)/\(.file | kib)/\(.shmem | kib)";
def own: "\(.pid)(\(.comm)) anon=\(.anon | kib) file=\(.file | kib) shmem=\(.shmem | kib)";
(.source | sub(".*/"; "")) as $file | (.number - 1) as $number |
[
	["kernel", .kernel], ["scope", .scope], ["constraint", .constraint],
	["trigger", .trigger.comm], ["trigger pid", .trigger.pid],
	["gfp", (.gfp_mask | if . then sub("\\(.*"; "") else . end)], ["order", .order],
	["tasks", (if .tasks then .tasks_listed else null end)],
	["selected", (.choice | if . then "\(.pid)(\(.comm))/\(.score)" else . end)],
	["score", .choice.score],
	["memcg", .memcg.path], ["limit", (if .memcg.limit then .memcg.limit / 1024
		elif .memcg.unlimited then "none" else null end)],
	["panic", (if .panic then "panic" else null end)],
	["none killable", .none_killable],
	["victims", (.victims | length)]
] + [.victims | to_entries[] |
	["victim \(.key)", (.value | victim)], ["own victim \(.key)", (.value | own)],
	["victim \(.key) uid", .value.uid]
] | .[] | [$file, $number, .[0], (.[1] | escaped)] | join("\t")
TEXT

# The expected facts of the rows of an index, as those above. Of an unstated fact the value is "-",
# and a fact that is counted has a fifth field, the series of its kernel.
cat >"$tmp/public.awk" <<'TEXT'
function stated(text) { return text != "" && text != "-" }
function cell(column, report, parts, n) {
	n = split($column, parts, / \|\| /)
	return parts[report + 1 <= n ? report + 1 : n]
}
function fact(name, value) { print $1, report, name, stated(value) ? value : "-", series }
function process(text, name) {
	if (text ~ /\([0-9]+\)$/) {
		fact(name, substr(text, 1, match(text, /\([0-9]+\)$/) - 1))
		fact(name " pid", substr(text, RSTART + 1, RLENGTH - 2))
	} else {
		fact(name, text)
		fact(name " pid", "")
	}
}
function victims(text, list, n, more, uid, i) {
	if (match(text, / \+[0-9]+ more$/)) {
		more = substr(text, RSTART + 2, RLENGTH - 7)
		text = substr(text, 1, RSTART - 1)
	}
	n = stated(text) ? split(text, list, /; /) : 0
	fact("victims", n + more)
	for (i = 1; i <= n; i++) {
		uid = list[i]
		sub(/ \[[0-9]*\]$/, "", list[i])
		gsub(/.*\[|\]$/, "", uid)
		if (list[i] ~ / /)
			fact("victim " i - 1, list[i])
		# Where the kill line has none, it is that of the table or of the oom-kill line.
		if (stated(uid))
			fact("victim " i - 1 " uid", uid)
	}
}
BEGIN { FS = OFS = "\t" }
NR == 1 { next }
{
	series = match($3, /^[0-9]+\.[0-9]+/) ? substr($3, 1, RLENGTH) : "unknown"
	report = "-"
	fact("reports", $5)
	if ($3 ~ /^[0-9]+\.[0-9]+\..*[0-9a-z]$/ && $3 !~ /-rc$|\.x$/)
		fact("kernel", $3)
	for (report = 0; report < $5; report++) {
		process(cell(6, report), "trigger")
		fact("gfp", cell(7, report))
		fact("order", cell(8, report))
		constraint = cell(9, report)
		fact("constraint", constraint ~ /^C/ ? constraint : "")
		if (constraint ~ /^\(/)
			fact("scope", substr(constraint, 2, length(constraint) - 2))
		fact("tasks", cell(10, report))
		fact("selected", cell(11, report))
		victims(cell(12, report))
		memcg = limit = cell(13, report)
		sub(/ \([^ ]*\)$/, "", memcg)
		fact("memcg", memcg)
		gsub(/.* \(|\)$/, "", limit)
		limit = limit == "?" ? "" : limit
		fact("limit", limit + 0 > 4000000000000 ? "none" : limit)
	}
}
TEXT
cat >"$tmp/own.awk" <<'TEXT'
function fact(name, value) { print file, report, name, value == "" ? "-" : value, series }
BEGIN { FS = OFS = "\t" }
NR == 1 || $1 ~ /\.memcgnokill$/ && $1 !~ /^4\.4/ { next }
{
	series = $1
	sub(/^arm64-16k-/, "", series)
	match(series, /^[0-9]+\.[0-9]+/)
	series = substr(series, 1, RLENGTH) ($1 ~ /^arm64/ ? " arm64" : "")
	file = $1
	report = seen[file]++
	last[file] = series
	fact("trigger", $2)
	fact("trigger pid", $3)
	fact("gfp", $4)
	fact("order", $5)
	fact("constraint", $6 ~ /^C/ ? $6 : "")
	if ($6 ~ /^\(/)
		fact("scope", substr($6, 2, length($6) - 2))
	fact("tasks", $7)
	fact("score", $8)
	n = $9 == "" ? 0 : split($9, list, /;/)
	fact("victims", n)
	for (i = 1; i <= n; i++) {
		sub(/None$/, "", list[i])
		fact("own victim " i - 1, list[i])
	}
	fact("memcg", $10)
	fact("limit", $11)
	fact("panic", $12)
}
END {
	report = "-"
	for (file in seen) {
		series = last[file]
		fact("reports", seen[file])
	}
}
TEXT

# Compares the facts with the expected ones: prints "FILE, what is wrong", and adds
# "SERIES reports found facts right" to the file $figures.
cat >"$tmp/compare.awk" <<'TEXT'
function wrong(file, report, name, value, wanted) {
	print file, "report " report ": " name ": got " value ", wanted " wanted
}
# What we have as the fact NAME of the index's REPORT.
function have(file, report, name, wanted, i) {
	if (name == "reports")
		return reports[file] + 0
	if ((file, report, "is") in instead)
		report = instead[file, report, "is"]
	if (report != "-")
		return (file, report, name) in got ? got[file, report, name] : "-"
	# Of the whole file: some report has it.
	for (i = 0; i < reports[file]; i++)
		if (wanted == "-" ? got[file, i, name] != "-" : got[file, i, name] == wanted)
			return got[file, i, name]
	return "-"
}
BEGIN { FS = OFS = "\t" }
FILENAME == differences { instead[$1, $2, $3] = $4; next }
FILENAME == facts {
	got[$1, $2, $3] = $4
	if ($2 >= reports[$1])
		reports[$1] = $2 + 1
	next
}
{
	wanted = ($1, $2, $3) in instead ? instead[$1, $2, $3] : $4
	seen[$1, $2, $3]
	files[$1]
	if (wanted == "*")
		next
	value = have($1, $2, $3, wanted)
	if ($3 == "reports") {
		expected[$5] += wanted
		found[$5] += value < wanted ? value : wanted
	}
	if (value != wanted)
		wrong($1, $2, $3, value, wanted)
	if (wanted != "-") {
		stated[$5]++
		right[$5] += value == wanted
	}
}
END {
	# What the index has nothing of.
	for (key in instead) {
		split(key, part, SUBSEP)
		if (part[1] in files && !(key in seen) && part[3] != "is" &&
		    got[key] != instead[key])
			wrong(part[1], part[2], part[3], got[key], instead[key])
	}
	for (series in stated)
		print series, expected[series], found[series], stated[series],
			right[series] >>figures
}
TEXT

# check DIRECTORY EXPECTED: a test for each file of which EXPECTED has facts.
check() {
	: >"$tmp/json"
	for file in "$corpus/$1"/*; do
		status=0
		run_oomwhy --json "$file"
		if [ "$status" -gt 1 ] || [ -s "$tmp/err" ]; then
			ok 1 "$1: ${file##*/} is read"
		fi
		cat "$tmp/out" >>"$tmp/json"
	done
	jq -r -f "$tmp/facts.jq" "$tmp/json" | sed 's/\.\(kmsg\|console\)\.txt	/	/' >"$tmp/facts"
	: >"$tmp/figures"
	awk -v differences="$tmp/differences" -v facts="$tmp/facts" -v figures="$tmp/figures" \
		-f "$tmp/compare.awk" "$tmp/differences" "$tmp/facts" "$2" >"$tmp/wrong"
	cut -f 1 "$2" | sort -u | while read -r file; do
		printf '%s\t%d\n' "$file" "$(grep -cF "$file	" "$tmp/wrong")"
	done >"$tmp/files"
	while read -r file wrong; do
		is "$wrong" 0 "$1: $file"
		grep -F "$file	" "$tmp/wrong" | sed 's/^[^	]*	/# /'
	done <"$tmp/files"
	sort -V "$tmp/figures" | awk -F '\t' -v name="$1" '
		BEGIN { format = "# %-8s %-12s %8s %8s %8s %8s\n"
			printf format, name, "kernel", "reports", "found", "facts", "right" }
		{ printf format, "", $1, $2, $3, $4, $5; r += $2; f += $3; s += $4; t += $5 }
		END { printf format, "", "all", r, f, s, t }' >>"$tmp/table"
}

awk -f "$tmp/public.awk" "$corpus/INDEX.tsv" >"$tmp/public"
awk -f "$tmp/own.awk" "$corpus/INDEX-own.tsv" >"$tmp/own"
: >"$tmp/table"
check public "$tmp/public"
check own "$tmp/own"

# A cgroup in which nothing may be killed: hundreds of reports a second. The recorded ring begins
# and ends inside one; of the others each is whole.
for file in "$corpus"/own/[!4]*.memcgnokill.kmsg.txt; do
	name=${file##*/}
	run_oomwhy --json "$file"
	is "$(jq -s length "$tmp/out")" $(($(grep -c 'invoked oom-killer' "$file") + 1)) \
		"own: $name: the reports that begin in the ring, and the rest of one"
	pid=$(sed -n 's/.* PID: \([0-9]*\) .*/\1/p' "$file" | head -n 1)
	is "$(sed '1d;$d' "$tmp/out" | jq -c '[.scope, .constraint, .trigger.comm, .trigger.pid,
		.gfp_mask, .order, .tasks_listed, .memcg.limit, .victims, .none_killable, .truncated]' |
		sort -u)" "[\"memcg\",null,\"main.out\",$pid,\"0xcc0(GFP_KERNEL)\",0,1,33554432,[],true,false]" \
		"own: $name: and all of them but the first and the last are alike"
	is "$(sed -n '1p;$p' "$tmp/out" | jq -c '[.truncated, .cut_start, .cut_end, .none_killable]' |
		tr '\n' ' ')" '[true,true,false,true] [true,false,true,false] ' \
		"own: $name: the first lacks its beginning, and the last its end"
done
cat "$tmp/table"
done_testing
