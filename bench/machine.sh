# SPDX-License-Identifier: GPL-2.0-or-later
# machine.sh - what the figures were measured on, to the screen and to $BENCH_TSV
# shellcheck shell=sh

# machine FIGURE VALUE UNIT
machine() {
	printf 'run\tmachine\t%s\t%s\t%s\t\t\n' "$1" "$2" "$3" >>"$BENCH_TSV"
	printf '%-14s %s\n' "$1" "$2"
}

load() {
	cut -d ' ' -f 1-3 /proc/loadavg
}

# No name of this machine: what it is, not which one.
describe() {
	machine date "$(date -u +%Y-%m-%dT%H:%M:%SZ)" ''
	machine program "$("$PAGETOUCH" --version | head -n 1)" ''
	machine kernel "$(uname -srm)" ''
	machine cpu "$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)" ''
	machine cpus "$(getconf _NPROCESSORS_ONLN)" 1
	machine hypervisor "$(grep -q '^flags.* hypervisor' /proc/cpuinfo && echo yes || echo no)" ''
	machine memory "$(awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo)" KiB
	machine page-size "$(getconf PAGESIZE)" B
	machine load-before "$(load)" ''
}
