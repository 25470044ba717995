# SPDX-License-Identifier: GPL-2.0-or-later
# boot.sh - one guest under qemu, its results from the second serial line, numbered as TAP
#
# Sourced by check.sh, which sets $tmp. A guest prints "ok - NAME" and "not ok - NAME" to
# ttyS1, anything else there is a comment, and "END" when it has finished.
# shellcheck shell=sh disable=SC2034,SC2154 # names shared with the script that sources it

# A guest that takes longer has hung.
boot_seconds=${PAGETOUCH_VM_SECONDS:-600}
boot_cpus=2
emulator=

# emulate NAME KERNEL INITRD MIB PARAMETERS: runs qemu until the guest is off, or kills it. Its
# processors take turns in one thread: two threads now and then run into code that Linux 6.12 is
# patching, and the guest panics.
emulate() {
	timeout -k 5 "$boot_seconds" qemu-system-x86_64 -machine pc -accel tcg,thread=single -cpu max \
		-m "$4" -smp "$boot_cpus" -nodefaults -no-reboot -display none \
		-serial "file:$tmp/$1.console" -serial "file:$tmp/$1.serial" \
		-kernel "$2" -initrd "$3" \
		-append "console=ttyS0 panic=-1 quiet no_timer_check tsc=reliable $5" \
		</dev/null >"$tmp/$1.qemu" 2>&1 &
	emulator=$!
	wait "$emulator"
	boot_status=$?
	emulator=
}

stop_emulator() {
	[ -z "$emulator" ] || kill "$emulator" 2>/dev/null
}

# explain NAME: the end of the console of a guest that did not finish.
explain() {
	grep -qx END "$tmp/$1.words" && return
	echo "not ok - the guest ran to its end (qemu's status $boot_status)"
	cat "$tmp/$1.qemu"
	tr -d '\r' <"$tmp/$1.console" | tail -n 30
}

# boot NAME KERNEL INITRD MIB PARAMETERS: the results go to $tmp/NAME.result.
boot() {
	boot_start=$(date +%s)
	emulate "$@"
	tr -d '\r' <"$tmp/$1.serial" >"$tmp/$1.words"
	{
		grep -vx END "$tmp/$1.words"
		explain "$1"
		echo "$(($(date +%s) - boot_start)) s under qemu"
	} >"$tmp/$1.result"
	[ -z "${PAGETOUCH_VM_KEEP:-}" ] || cp "$tmp/$1.console" "$tmp/$1.result" "$PAGETOUCH_VM_KEEP/"
}

# renumber NAME LINE: a guest's test as one of this script's.
renumber() {
	tap_count=$((tap_count + 1))
	case $2 in
	not*)
		tap_failures=$((tap_failures + 1))
		printf 'not ok %d - %s: %s\n' "$tap_count" "$1" "${2#not ok - }"
		;;
	*)
		printf 'ok %d - %s: %s\n' "$tap_count" "$1" "${2#ok - }"
		;;
	esac
}

skip() {
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tap_count" "$1" "$2"
}

show_log() {
	[ ! -r "$1" ] || tail -n 5 "$1" | sed 's/^/# /; s,//[^ /]*/,//.../,g'
}
