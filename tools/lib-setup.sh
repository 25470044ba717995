# SPDX-License-Identifier: GPL-2.0-or-later
# lib-setup.sh - from a fresh clone to a built pagetouch: what quickstart and quickcheck share
#
# The functions exit with status 1 and a reason when they cannot do what they are named after.
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

# Runs a command as root, and says which.
as_root() {
	say "running: $*"
	if [ "$(id -u)" -eq 0 ]; then
		"$@" </dev/null >&2
	elif command -v sudo >/dev/null; then
		sudo "$@" >&2
	else
		die "not root and there is no sudo; run as root: $*"
	fi
}

# missing_packages PROFILE: what debian/control asks for and is not installed. Succeeds, with
# nothing printed, when all is there; a system without dpkg-dev lacks at least that.
missing_packages() {
	command -v dpkg-checkbuilddeps >/dev/null || {
		echo "dpkg-dev"
		return 1
	}
	dpkg-checkbuilddeps ${1:+-P "$1"} "$top/debian/control" 2>&1
}

# install_packages PROFILE: installs the build dependencies of debian/control; with the
# build profile `nocheck` without the test tools. The sources of apt are used as they are.
install_packages() {
	command -v apt-get >/dev/null || {
		say "this is not a Debian system: going on with what is installed"
		return 0
	}
	if missing_packages "$1" >/dev/null; then
		return 0
	fi
	say "installing what debian/control names and this machine lacks"
	as_root apt-get update || say "apt-get update failed: going on with the lists there are"
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -y --no-install-recommends \
		${1:+-P "$1"} build-dep "$top" || die "apt-get could not install the build dependencies"
	missing_packages "$1" >&2 || die "the build dependencies are still not complete"
}

# build: bootstraps, configures in build/, and compiles; does only what is not done yet.
build() {
	if ! [ -x "$top/configure" ]; then
		say "bootstrapping: autoreconf -fi"
		(cd "$top" && autoreconf -fi) >&2 || die "autoreconf failed"
	fi
	mkdir -p "$top/build" || die "cannot make $top/build"
	if ! [ -f "$top/build/Makefile" ]; then
		say "configuring in build/"
		(cd "$top/build" && ../configure -q) >&2 || die "configure failed, see build/config.log"
	fi
	say "building"
	make -C "$top/build" -s -j "$(nproc)" all >&2 || die "make failed"
}
