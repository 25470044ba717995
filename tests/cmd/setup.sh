#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# setup.sh - what tools/quickstart says where packages are missing, on a Debian that is made up
. "${srcdir:=.}/tests/lib.sh"

[ -r "$srcdir/tools/quickstart" ] || skip_all "no tools/quickstart here"

# stub NAME: a command that does what standard input says.
mkdir -p "$tmp/bin" "$tmp/tree/tools" "$tmp/tree/debian"
stub() {
	{ echo '#!/bin/sh' && cat; } >"$tmp/bin/$1"
	chmod 755 "$tmp/bin/$1"
}
for command in sh awk cat dirname env mkdir paste tail tr; do
	ln -s "$(command -v $command)" "$tmp/bin/$command"
done
cp "$srcdir/tools/quickstart" "$srcdir/tools/lib-setup.sh" "$tmp/tree/tools"
cat >"$tmp/tree/debian/control" <<'END'
Source: pagetouch
Build-Depends: debhelper-compat (= 13),
               jq <!nocheck>,
               libnew-dev | libold-dev,
               libthere-dev
Standards-Version: 4.7.2
END
# dpkg-query -Wf FORMAT PACKAGE; apt-cache show PACKAGE
stub dpkg-query <<'END'
[ "$3" != libthere-dev ] || echo installed
END
stub apt-cache <<'END'
[ "$2" != libnew-dev ]
END
stub apt-get <<'END'
echo "apt-get $*" >>"$calls" && [ "$1" = update ]
END

# quickstart UID
calls=$tmp/calls
export calls
quickstart() {
	stub id <<-END
	echo $1
	END
	: >"$calls"
	status=0
	PATH=$tmp/bin "$tmp/tree/tools/quickstart" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
}
wanted='build-essential debhelper libold-dev'

quickstart 1000
is "$status" 1 "an ordinary user without sudo: exit 1"
is "$(wc -l <"$tmp/err")" 2 "two lines"
has "$tmp/err" "^    apt-get update && apt-get -y --no-install-recommends install $wanted *\$" \
	"the whole command for root, with packages that there are"
empty "$calls" "and nothing is tried before"

quickstart 0
is "$(tr '\n' ';' <"$calls" | tr -s ' ')" \
	"apt-get update;apt-get -y --no-install-recommends install $wanted;" "root: they are installed"
is "$status" 1 "which may fail"
has "$tmp/err" "^    apt-get update && apt-get .* $wanted *\$" "and the command is said, too"

stub sudo <<'END'
[ "$1" = -v ] || exec "$@"
END
quickstart 1000
is "$(tr '\n' ';' <"$calls" | tr -s ' ')" \
	"apt-get update;apt-get -y --no-install-recommends install $wanted;" "with sudo: by that"
done_testing
