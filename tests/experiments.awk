# SPDX-License-Identifier: GPL-2.0-or-later
# experiments.awk - what each row of an experiment must show, compared with what a run shows
#
# Reads a block of man/pagetouch-experiments.7.in, whose %row and %child lines say by how much
# each column grows from the first row on, and then JSON records or a printed table of one run or
# several. Prints a line for each of those rows: "STEP of PROCESS|what is wrong|N": nothing between
# the bars if each column is right in one run at least: what others on the machine move they do not
# move in every run. N columns were compared.
#
#   awk -f experiments.awk -v page=4096 [-v processors=N] [-v lag=1] [-v quiet=1] \
#       [-v kernel=6.1] BLOCK RECORDS-OR-TABLE...
#   awk -f experiments.awk -v page=4096 -v glance=1 BLOCK...   the table "at a glance" instead
#
# processors: how many there are. lag: the kernel's counters lag. quiet: nobody else is on the
# machine, so that COMMITTED, which is the whole machine's, is compared even where it is not named;
# others=1: it is not compared at all.
#
# %row STEP [COLUMN=WHAT]... [| LABEL]: the subject's last row of STEP. WHAT is an amount, an
# amount ~ tolerance, LOW..HIGH, or ? for anything, and @VERSION behind it says since which kernel;
# "*=?": nothing else is looked at. A column that is not named does not grow, but RSS, PSS, USS and
# the sandbox's figures follow from ANON, FILE, SHMEM and PTE. Amounts: 64M 4K -64M bytes; 64Mp
# the pages in it; 64Mt what the page tables of so much memory need. %child: the row of the last
# child, where only what is named counts, and MINFLT is counted from its start.

BEGIN {
	count = split("VSZ GREW ANON FILE SHMEM PSS USS SWAP HUGE HUGETLB LAZYFREE LOCKED KSM PTE " \
		"MINFLT MAJFLT CGUSE CGANON CGFILE CGSHMEM CGPTE COMMITTED", column, " ")
	if (!processors)
		processors = 1
	set_tolerances()
}

function set_tolerances(   kib, batch) {
	kib = 1024
	# Who else has the program's libraries mapped comes and goes.
	tolerance["PSS"] = 512 * kib
	# A page of the program's own data or stack is written to for the first time.
	tolerance["USS"] = 32 * kib
	tolerance["LAZYFREE"] = 64 * page
	tolerance["PTE"] = 4 * page
	tolerance["MINFLT"] = 8
	# The kernel charges in batches of 64 pages for each processor.
	batch = 64 * page * (processors > 1 ? 2 : 1)
	tolerance["CGUSE"] = tolerance["CGPTE"] = batch
	# Nor does it add up what each processor has counted before that is so much.
	tolerance["CGANON"] = tolerance["CGFILE"] = tolerance["CGSHMEM"] = batch
	# The whole machine's; others come and go.
	tolerance["COMMITTED"] = 1024 * kib
	# Each thread holds back 64 faults, each of which may have mapped 16 pages.
	if (lag)
		tolerance["ANON"] = tolerance["FILE"] = tolerance["SHMEM"] = 1024 * page
}

function amount(text,   unit, number) {
	unit = text
	sub(/^-?[0-9.]+/, "", unit)
	number = text + 0
	if (unit ~ /^K/)
		number *= 1024
	else if (unit ~ /^M/)
		number *= 1048576
	else if (unit ~ /^G/)
		number *= 1073741824
	else if (unit ~ /^T/)
		number *= 1099511627776
	if (unit ~ /p$/)
		number /= page
	else if (unit ~ /t$/)
		number = number / page * 8
	return number
}

# older A B: versions such as 6.1.
function older(a, b,   x, y) {
	split(a, x, /[.-]/)
	split(b, y, /[.-]/)
	return x[1] + 0 < y[1] + 0 || (x[1] + 0 == y[1] + 0 && x[2] + 0 < y[2] + 0)
}

# expect NAME WHAT: sets low[] and high[] of this column, or any[].
function expect(name, what,   at) {
	delete any[name]
	slack[name] = tolerance[name] + 0
	if ((at = index(what, "@")) > 0) {
		if (kernel && older(kernel, substr(what, at + 1)))
			any[name] = 1
		what = substr(what, 1, at - 1)
	}
	if (what == "?") {
		any[name] = 1
	} else if ((at = index(what, "..")) > 0) {
		low[name] = amount(substr(what, 1, at - 1))
		high[name] = amount(substr(what, at + 2))
		slack[name] = 0
	} else if ((at = index(what, "~")) > 0) {
		low[name] = high[name] = amount(substr(what, 1, at - 1))
		slack[name] = amount(substr(what, at + 1))
	} else {
		low[name] = high[name] = amount(what)
	}
	# What an allocator adds does not make up for counters that lag.
	if (lag && name ~ /^(ANON|FILE|SHMEM)$/ && slack[name] < tolerance[name])
		slack[name] = tolerance[name]
	named[name] = 1
}

# What is not named follows from others, or is 0.
function follow(name, a, b, c, d,   i, list, n) {
	if (name in named)
		return
	slack[name] = tolerance[name] + 0
	low[name] = high[name] = 0
	delete any[name]
	n = split(a " " b " " c " " d, list, " ")
	for (i = 1; i <= n; i++) {
		if (list[i] in any)
			any[name] = 1
		low[name] += low[list[i]]
		high[name] += high[list[i]]
	}
}

# read_row LINE: the expectations of a %row or %child.
function read_row(line,   words, n, i, at, all) {
	split("", named)
	split("", any)
	label = ""
	if ((at = index(line, " | ")) > 0) {
		label = substr(line, at + 3)
		line = substr(line, 1, at - 1)
	}
	n = split(line, words, " ")
	is_child = words[1] == "%child"
	step = words[2]
	for (i = 3; i <= n; i++) {
		at = index(words[i], "=")
		if (words[i] == "*=?")
			all = 1
		else
			expect(substr(words[i], 1, at - 1), substr(words[i], at + 1))
	}
	if (all || is_child) {
		for (i = 1; i <= count; i++)
			if (!(column[i] in named))
				any[column[i]] = 1
		return
	}
	for (i = 1; i <= count; i++)
		if (column[i] !~ /^(GREW|PSS|USS|CG.*)$/)
			follow(column[i])
	if (others || (!quiet && !("COMMITTED" in named)))
		any["COMMITTED"] = 1
	follow("GREW", "ANON", "FILE", "SHMEM")
	follow("PSS", "GREW")
	follow("USS", "GREW")
	follow("CGANON", "ANON")
	follow("CGFILE", "FILE")
	follow("CGSHMEM", "SHMEM")
	follow("CGPTE", "PTE")
	follow("CGUSE", "CGANON", "CGFILE", "CGSHMEM", "CGPTE")
	if (glance)
		return
	# The kernel's index of the pages of a file: about 576 bytes for 64 of them.
	if (!("CGUSE" in named))
		high["CGUSE"] += (high["CGFILE"] + high["CGSHMEM"]) / page * 10
	if (!("CGPTE" in named))
		high["CGPTE"] += (high["CGFILE"] + high["CGSHMEM"]) / page * 10
}

# observe STEP PROCESS: the values of one printed row are in value[]; keeps the last of them.
function observe(step, process,   name) {
	if (!seen++)
		for (name in value)
			first[name] = value[name]
	for (name in value)
		last[step, process, name] = value[name]
	rows[step, process] = 1
}

function read_json(line,   fields, n, i, at, key, text, step, process) {
	if (line !~ /^[{]"record":"sample"/)
		return
	split("", value)
	n = split(substr(line, 2, length(line) - 2), fields, ",")
	for (i = 1; i <= n; i++) {
		at = index(fields[i], "\":")
		key = toupper(substr(fields[i], 2, at - 2))
		text = substr(fields[i], at + 2)
		gsub(/"/, "", text)
		if (key == "STEP")
			step = text
		else if (key == "PROCESS")
			process = text
		else if (text != "null")
			value[key == "CG_USAGE" ? "CGUSE" : key ~ /^CG_/ ? "CG" substr(key, 4) : key] = text + 0
	}
	observe(step, process)
}

function read_table(line,   cell, n, i, step, process) {
	n = split(line, cell, " ")
	if (line ~ /^[ A-Z]+$/ && line ~ /TOUCHED|RSS/) {
		cells = split(line, heading, " ")
		return
	}
	if (!cells || n != cells || cell[n] !~ /^-?[0-9]+$/)
		return
	split("", value)
	step = "touch"
	process = "subject"
	for (i = 1; i <= n; i++) {
		if (heading[i] == "STEP")
			step = cell[i]
		else if (heading[i] == "PID") {
			if (!subject)
				subject = cell[i]
			process = cell[i] == subject ? "subject" : "child"
		} else
			value[heading[i]] = cell[i] * (heading[i] ~ /FLT$/ ? 1 : 1024)
	}
	observe(step, process)
}

# compare ROW: the last read expectations with the last row that they speak of, in this run.
function compare(row,   process, i, name, got, more) {
	process = is_child ? "child" : "subject"
	name_of[row] = step " of " process
	if (!((step, process) in rows))
		return
	is_there[row] = 1
	for (i = 1; i <= count; i++) {
		name = column[i]
		if ((name in any) || !((step, process, name) in last))
			continue
		got = last[step, process, name]
		if (!(is_child && name == "MINFLT") && !(name == "COMMITTED"))
			got -= first[name]
		# Where the program's own files are in memory, their pages are counted there, and in FILE
		# there is only the kernel's own code in every process (vdso(7)).
		more = name != "SHMEM" || first["FILE"] > 4 * page ? 0 : is_child ? 1024 * page : slack["FILE"]
		if (got >= low[name] - slack[name] - more && got <= high[name] + slack[name] + more)
			right[row, name] = 1
		complaint[row, name] = sprintf(" %s grew by %.0f, not %.0f%s;", name, got, low[name], \
			high[name] > low[name] ? sprintf("..%.0f", high[name]) : "")
	}
}

# The end of a run: its rows are compared, and forgotten.
function end_run(   i) {
	for (i = 1; i <= lines; i++) {
		read_row(wanted[i])
		compare(i)
	}
	split("", first)
	split("", last)
	split("", rows)
	seen = cells = subject = 0
}

# What no run had right.
function print_row(row,   i, wrong, compared) {
	for (i = 1; i <= count; i++) {
		if (!((row, column[i]) in complaint))
			continue
		compared++
		if (!((row, column[i]) in right))
			wrong = wrong complaint[row, column[i]]
	}
	printf "%s|%s|%d\n", name_of[row], (row in is_there) ? wrong : " there is no such row", compared
}

# For the table at a glance: MiB, without a fraction where there is none.
function mib(name,   text) {
	if (name in any)
		return ""
	text = sprintf("%.1f", high[name] / 1048576)
	if (text == "0.0" && high[name] > 0)
		text = sprintf("%.2f", high[name] / 1048576)
	sub(/\.0+$/, "", text)
	return (high[name] > low[name] ? "<" : "") text
}
function number_of(name, divisor) {
	if (name in any)
		return ""
	return (high[name] > low[name] ? "<" : "") sprintf("%.0f", high[name] / divisor)
}
function glance_row() {
	# Not what kinds of noise are allowed for, but what follows from the kinds of memory.
	if (!("CGUSE" in any) && !("CGUSE" in named))
		high["CGUSE"] = high["CGANON"] + high["CGFILE"] + high["CGSHMEM"] + high["CGPTE"]
	if (!("CGUSE" in named))
		low["CGUSE"] = high["CGUSE"]
	# A child's RSS, without what it has of the program's own pages.
	if (is_child && (("ANON" in named) || ("SHMEM" in named))) {
		delete any["GREW"]
		low["GREW"] = high["GREW"] = (("ANON" in named) ? high["ANON"] : 0) + \
			(("SHMEM" in named) ? high["SHMEM"] : 0)
	}
	if (!(("VSZ" in any) || is_child))
		high["VSZ"] = low["VSZ"] = low["VSZ"] + size
	line = sprintf("%3s %-31s %7s %5s %5s %5s %6s %6s", experiment, label, mib("VSZ"), mib("GREW"), \
		mib("PSS"), mib("CGUSE"), number_of("PTE", 1024), number_of("MINFLT", 1))
	sub(/ +$/, "", line)
	print line
}

FNR == 1 && ++files > 2 && !glance { end_run() }
glance && /^%number / { experiment = $2; next }
glance && /^\$ .*pagetouch / { size = 0
	for (i = NF; i > 1 && !size; i--)
		if ($i ~ /^[0-9]+[KMGT]$/ && $(i - 1) !~ /^[0-9]+[KMGT]$/)
			size = amount($i)
	# What is not mapped before the first row.
	if (/ --(heap|stack)/)
		size = 0
	next }
glance && /^%(row|child) / { glance_line[++glance_lines] = $0; next }
glance && /^%end/ {
	for (i = 1; i <= glance_lines; i++) {
		read_row(glance_line[i])
		if (label != "")
			glance_row()
	}
	glance_lines = 0
	next
}
glance { next }
files == 1 && /^%(row|child) / { wanted[++lines] = $0; next }
files == 1 { next }
/^[{]/ { read_json($0); next }
{ read_table($0) }

END {
	if (glance)
		exit
	end_run()
	for (i = 1; i <= lines; i++)
		print_row(i)
}
