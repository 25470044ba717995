# SPDX-License-Identifier: GPL-2.0-or-later
# image.sh - the initramfs archives: busybox, the programs with their libraries, the guest's scripts
#
# Sourced by check.sh, which sets $cache, $tmp, $here, $PAGETOUCH, $PAGEWATCH and $OOMWHY.
# shellcheck shell=sh disable=SC2034,SC2154 # names shared with the script that sources it

# needed_libraries: what the programs are linked with, and the loader.
needed_libraries() {
	ldd "$PAGETOUCH" "$PAGEWATCH" "$OOMWHY" |
		sed -n 's/^.*=> \(\/[^ ]*\) .*$/\1/p; s/^[[:space:]]*\(\/[^ ]*\) .*$/\1/p' | sort -u
}

# put_busybox TREE
put_busybox() {
	mkdir -p "$1/bin" "$1/etc" "$1/proc" "$1/sys" "$1/dev" "$1/tmp"
	cp "$(command -v busybox)" "$1/bin/busybox"
	echo 'root:x:0:0:root:/:/bin/sh' >"$1/etc/passwd"
	echo 'tester:x:1000:1000:tester:/tmp:/bin/sh' >>"$1/etc/passwd"
	printf 'root:x:0:\ntester:x:1000:\n' >"$1/etc/group"
}

# put_scripts TREE: all of guest/ into /vm.
put_scripts() {
	mkdir -p "$1/vm"
	cp "$here"/guest/*.sh "$1/vm/"
	cp "$here/../places/lib.sh" "$1/vm/places-lib.sh"
	chmod 755 "$1"/vm/*.sh
	put_experiments "$1/vm/source"
}

# put_experiments TREE: the test of the experiments, which guest/experiments.sh runs.
put_experiments() {
	mkdir -p "$1/man" "$1/tests/cmd"
	cp "$here/../../man/pagetouch-experiments.7.in" "$1/man/"
	cp "$here/../lib.sh" "$here/../lib-experiments.sh" "$here/../experiments.awk" "$1/tests/"
	cp "$here/../cmd/experiments.sh" "$1/tests/cmd/"
}

# pack TREE FILE
pack() {
	(cd "$1" && find . | cpio --quiet -o -H newc -R 0:0) >"$2"
}

# make_small SUITE: $tmp/SUITE.cpio, a root of busybox with the swap modules of that kernel.
make_small() {
	tree=$tmp/tree-$1
	put_busybox "$tree"
	put_scripts "$tree"
	mv "$tree/vm/init.sh" "$tree/init"
	cp "$PAGETOUCH" "$tree/bin/pagetouch"
	cp "$OOMWHY" "$tree/bin/oomwhy"
	cp -r "$cache/kernel-$1/modules" "$tree/modules"
	for library in $(needed_libraries); do
		mkdir -p "$tree$(dirname "$library")"
		cp -L "$library" "$tree$library"
	done
	pack "$tree" "$tmp/$1.cpio"
}

# The C library is the guest's own: it is as new as ours, or newer.
put_private_libraries() {
	for library in $(needed_libraries); do
		case ${library##*/} in
		libc.so.* | ld-linux*) ;;
		*) cp -L "$library" "$1/" ;;
		esac
	done
}

# make_systemd SUITE: $tmp/SUITE-systemd.cpio, the cached root with what this run adds to it.
make_systemd() {
	tree=$tmp/tree-$1-systemd
	units=$tree/etc/systemd/system
	mkdir -p "$tree/opt/pagetouch/lib" "$tree/usr/bin" "$units/multi-user.target.wants"
	put_scripts "$tree"
	put_private_libraries "$tree/opt/pagetouch/lib"
	cp "$PAGETOUCH" "$tree/opt/pagetouch/pagetouch"
	cp "$PAGEWATCH" "$tree/opt/pagetouch/pagewatch"
	cp "$OOMWHY" "$tree/opt/pagetouch/oomwhy"
	for program in pagetouch pagewatch oomwhy; do
		cat >"$tree/usr/bin/$program" <<-END
			#!/bin/sh
			LD_LIBRARY_PATH=/opt/pagetouch/lib exec /opt/pagetouch/$program "\$@"
		END
		chmod 755 "$tree/usr/bin/$program"
	done
	cp "$(command -v busybox)" "$tree/opt/pagetouch/busybox"
	cp -r "$cache/kernel-$1/modules" "$tree/modules"
	cp "$here/guest/pagetouch-vm.service" "$units/"
	ln -s ../pagetouch-vm.service "$units/multi-user.target.wants/"
	ln -s usr/lib/systemd/systemd "$tree/init"
	pack "$tree" "$tree.cpio"
	cat "$cache/root-$1.cpio" "$tree.cpio" >"$tmp/$1-systemd.cpio"
}
