# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # names shared with the scripts that source it
# lib-experiments.sh - the experiments of pagetouch-experiments(7): taken apart, and what each needs
#
# For tests/cmd/experiments.sh and tools/experiments, which set $tmp and have `pagetouch` in PATH.

# extract SOURCE DIRECTORY: writes each block of the manual's source into four files: NN.block
# (%number, %run, %show, %row...), NN.lines (the command lines as written, "> " continues one), NN.command
# (the last of them as one line) and NN.setup (those before it).
extract() {
	awk -v directory="$2" '
		function finish() {
			if (command != "")
				print command >(base ".setup")
			command = ""
		}
		/^%title / { title++; letter = 0; next }
		/^%run/ {
			base = sprintf("%s/%02d%s", directory, title, letter ? substr("abcdefgh", letter, 1) : "")
			letter++
			printf "%%number %d\n%s\n", title, $0 >(base ".block")
			printf "" >(base ".setup")
			open = 1
			next
		}
		open && /^\$ / { finish(); command = substr($0, 3); print >(base ".lines"); next }
		open && /^> / { sub(/\\$/, "", command); command = command substr($0, 3); print >(base ".lines"); next }
		open && /^%(row|child|show) / { print >(base ".block"); next }
		open {
			open = 0
			printf "$ %s\n%%end\n", command >(base ".block")
			print command >(base ".command")
			command = ""
		}' "$1"
}

# as_roff: escapes text for roff; from_roff: the reverse.
as_roff() {
	sed -e 's/\\/\\e/g' -e 's/-/\\-/g' -e "s/'/\\\\(aq/g" -e 's/^\./\\\&./'
}
from_roff() {
	sed -e 's/\\&//g' -e 's/\\-/-/g' -e "s/\\\\(aq/'/g" -e 's/\\e/\\/g'
}

# shown BASE MANUAL: what the manual shows below this command.
shown() {
	awk '/^\.EX/ { block = 1; next } /^\.EE/ { block = 0; print "" } block' "$2" | from_roff |
		awk 'FNR == NR { wanted = "$ " $0; next }
			/^\$ / { line = $0; found = line == wanted; next }
			/^> / { sub(/\\$/, "", line); line = line substr($0, 3); found = line == wanted; next }
			$0 == "" { found = 0 }
			found' "$1.command" -
}

# kernel_is VERSION.PATCHLEVEL: or later.
kernel_is() {
	uname -r | awk -F '[.-]' -v wanted="$1" '{ split(wanted, w, ".")
		exit !($1 > w[1] || ($1 == w[1] && $2 >= w[2])) }'
}

# The size of one transparent huge page, or 0.
huge_size() {
	cat /sys/kernel/mm/transparent_hugepage/hpage_pmd_size 2>/dev/null || echo 0
}

has_swap() {
	[ "$(wc -l </proc/swaps)" -gt 1 ]
}

# in_memory DIRECTORY: whether its files are in memory.
in_memory() {
	case $(stat -f -c %T "$1" 2>/dev/null || stat -f "$1" | sed -n 's/.*Type: //p') in
	tmpfs | ramfs | *01021994 | *858458f6 | rootfs) return 0 ;;
	*) return 1 ;;
	esac
}

# refused ARGUMENTS...: pagetouch's own reason why it cannot do this here.
refused() {
	if pagetouch -q "$@" >"$tmp/refused" 2>&1 </dev/null; then
		return
	fi
	head -n 1 "$tmp/refused"
}

# Reserves 16 hugetlb pages, if root may; give_huge_back puts the old number back.
huge_pool=/proc/sys/vm/nr_hugepages
huge_before=
take_huge() {
	[ "$(getconf PAGESIZE)" -eq 4096 ] && grep -q '^Hugepagesize: *2048 kB' /proc/meminfo || return 0
	if [ -w $huge_pool ] && [ "$(cat $huge_pool)" -eq 0 ]; then
		huge_before=0
		echo 16 2>/dev/null >$huge_pool
	fi
}
give_huge_back() {
	if [ -n "$huge_before" ] && [ "$(cat $huge_pool)" -eq 16 ]; then
		echo "$huge_before" >$huge_pool
	fi
	huge_before=
}
free_huge() {
	sed -n 's/^HugePages_Free: *//p' /proc/meminfo
}

# obstacle NEED: why this machine does not have it, if it does not. $scratch is the run's directory.
obstacle() {
	case $1 in
	4k) [ "$(getconf PAGESIZE)" -eq 4096 ] || echo "a page is $(getconf PAGESIZE) bytes here" ;;
	sandbox) refused --limit 32M 1M ;;
	zeros)
		pagetouch -H --access read 64K 2>&1 </dev/null | grep -q 'no page of zeros' &&
			echo "this kernel has no page of zeros"
		;;
	swap)
		if ! has_swap; then
			echo "there is no swap here"
		else
			refused --limit 32M --swap 32M 1M
		fi
		;;
	noswap) ! has_swap || echo "there is swap here" ;;
	lock) refused --lock 64M ;;
	glibc)
		getconf GNU_LIBC_VERSION >/dev/null 2>&1 || echo "the C library is not GNU's"
		env | grep -q -e '^MALLOC_' -e '^GLIBC_TUNABLES' && echo "malloc(3) was told otherwise"
		;;
	arenas) [ "$(nproc)" -ge 2 ] || echo "one processor has 8 arenas" ;;
	stack) refused --stack --touch 0 64M ;;
	populate) kernel_is 5.14 || echo "MADV_POPULATE_WRITE needs Linux 5.14" ;;
	collapse) kernel_is 6.1 || echo "MADV_COLLAPSE needs Linux 6.1" ;;
	guard) kernel_is 6.13 || echo "MADV_GUARD_INSTALL needs Linux 6.13" ;;
	thp)
		if [ "$(huge_size)" -ne 2097152 ]; then
			echo "no huge pages of 2 MiB here"
		elif grep -q '\[never\]' /sys/kernel/mm/transparent_hugepage/enabled; then
			echo "transparent huge pages are off here"
		fi
		;;
	hugetlb)
		[ "$(free_huge)" -ge 16 ] 2>/dev/null ||
			echo "no 16 hugetlb pages of 2 MiB are reserved here"
		;;
	ksm) [ "$(cat /sys/kernel/mm/ksm/run 2>/dev/null)" = 1 ] || echo "ksmd does not run here" ;;
	# Wanted for COMMITTED, which otherwise shows what other processes do.
	quiet) ;;
	shm) [ -w /dev/shm ] || echo "no /dev/shm to write to" ;;
	disk) ! in_memory "$scratch" || echo "no file system on a disk for files" ;;
	direct)
		dd if=/dev/zero of="$scratch/direct" bs=1M count=1 oflag=direct 2>/dev/null ||
			echo "files cannot be written past the page cache here"
		rm -f "$scratch/direct"
		;;
	addresses)
		[ "$(cat /proc/sys/vm/overcommit_memory)" != 2 ] || echo "vm.overcommit_memory is 2"
		refused --touch 0 1T
		;;
	*) echo "what is the need '$1'?" ;;
	esac
}

# obstacles BLOCK: the first reason, if any, why this experiment cannot be done here.
obstacles() {
	needs=$(sed -n 's/^%run *//p' "$1")
	for need in $needs; do
		obstacle "$need"
	done | head -n 1
}
