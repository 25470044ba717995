# SPDX-License-Identifier: GPL-2.0-or-later
# lib-setup.sh - from a fresh clone to a built pagetouch: what quickstart and quickcheck share
#
# The functions exit with status 1 and a reason when they cannot do what their name says.
# shellcheck shell=sh

# The top of the source: every script that reads this file is a directory below it.
top=$(cd "$(dirname "$0")/.." && pwd) || exit 1

say() {
	echo "${0##*/}: $*" >&2
}

die() {
	say "$*"
	exit 1
}

# logged COMMAND...: runs COMMAND with its output in build/setup.log, and shows the end of that if
# it fails.
logged() {
	mkdir -p "$top/build"
	"$@" >"$top/build/setup.log" 2>&1 </dev/null || {
		tail -n 20 "$top/build/setup.log" >&2
		return 1
	}
}

# build_depends PROFILE: the Build-Depends of debian/control, one to a line, alternatives as a|b;
# with the build profile `nocheck` without the test tools.
build_depends() {
	echo build-essential
	awk -v profile="$1" '
		/^[^ ]/ { inside = sub(/^Build-Depends:/, "") }
		inside {
			if (profile == "nocheck" && /<!nocheck>/)
				next
			gsub(/\([^)]*\)|<[^>]*>|[ ,]/, "")
			sub(/^debhelper-compat$/, "debhelper")
			print
		}' "$top/debian/control"
}

# missing_packages PROFILE: the packages to install for PROFILE; of alternatives, the first that apt
# knows.
missing_packages() {
	build_depends "$1" | while read -r alternatives; do
		wanted=
		for package in $(echo "$alternatives" | tr '|' ' '); do
			if [ "$(dpkg-query -Wf '${db:Status-Status}' "$package" 2>/dev/null)" = installed ]; then
				continue 2
			fi
			[ -n "$wanted" ] || ! apt-cache show "$package" >/dev/null 2>&1 ||
				wanted=$package
		done
		echo "${wanted:-${alternatives%%|*}}"
	done
}

# as_root COMMAND...: runs COMMAND as root; fails if that is not possible.
as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		logged "$@"
	else
		sudo -v >&2 && logged sudo "$@"
	fi
}

# leave_to_root PACKAGE...: ends, naming the command that root has to run.
leave_to_root() {
	die "the packages that it needs are not installed; run this as root, and try again:
    apt-get update && apt-get -y --no-install-recommends install $*"
}

# install_packages PROFILE: installs the build dependencies of debian/control. The sources of apt
# are used as they are.
install_packages() {
	command -v apt-get >/dev/null || {
		say "this is not a Debian system: going on with what is installed"
		return 0
	}
	[ -r "$top/debian/control" ] || {
		say "a release has no debian/control: going on with what is installed"
		return 0
	}
	packages=$(missing_packages "$1" | paste -s -d ' ')
	[ -n "$packages" ] || return 0
	[ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null || leave_to_root "$packages"
	as_root apt-get update || say "apt-get update failed: going on with the lists there are"
	packages=$(missing_packages "$1" | paste -s -d ' ')
	say "installing what the build needs: $packages"
	# shellcheck disable=SC2086 # words
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -y --no-install-recommends install \
		$packages || leave_to_root "$packages"
}

# build: bootstraps, configures in build/, and compiles, as far as that is not done yet.
build() {
	say "building in build/"
	mkdir -p "$top/build" || die "cannot make $top/build"
	if ! [ -x "$top/configure" ]; then
		logged autoreconf -fi "$top" || die "autoreconf failed"
	fi
	if ! [ -f "$top/build/Makefile" ]; then
		(cd "$top/build" && logged ../configure -q) || die "configure failed, see build/config.log"
	fi
	logged make -C "$top/build" -s -j "$(nproc)" all || die "make failed, see build/setup.log"
}
