#!/usr/bin/env bash
# Puts a real bitcoind and libsecp256k1 into regtest/.tools, from Debian's own packages, without root and without
# touching the system: an apt with its own folders downloads them, dpkg-deb unpacks them, wrappers run them with the
# loader that came along. Does nothing where that has been done.
#
#   regtest/get-bitcoind.sh         fill regtest/.tools
#   regtest/get-bitcoind.sh --env   print "export BITCOIND=… SECP256K1_LIBRARY=…": what is set already, else what the system
#                                   has, else regtest/.tools, which is filled only then. In a script:
#                                   tools=$(regtest/get-bitcoind.sh --env) && eval "$tools"
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
tools=$here/.tools
format=1   # of the folder; a higher one makes older folders incomplete

source "$here/debian-apt.sh"

say() { echo "get-bitcoind: $*" >&2; }
fail() { say "$@"; exit 1; }

complete() { [ "$(head -n 1 "$tools/complete" 2>/dev/null)" = "format $format" ]; }

unsupported() {
  fail "$1
Install these by hand, then run again:
  bitcoind       Bitcoin Core or Knots 28 or newer, on the PATH or named by BITCOIND
  libsecp256k1   the system's package (libsecp256k1-2 or newer, libsecp256k1-devel, brew install secp256k1), or a path in SECP256K1_LIBRARY
Where a Docker engine is, docker-compose.regtest.yml brings a node as well."
}

# A wrapper finds its folder from its own place, so that .tools can be moved or copied. Debian's programs want a newer libstdc++
# than stable systems have, hence the loader and the libraries that came along.
wrapper() { # <program> <what runs it, or nothing>
  cat >"$new/bin/$1" <<WRAPPER
#!/bin/sh
here=\$(dirname "\$(readlink -f "\$0")")
root=\$here/../root
exec $2 "\$root$loader" --library-path "\$root$libraries:\$root${libraries#/usr}" "\$root/usr/bin/$1" "\$@"
WRAPPER
  chmod 755 "$new/bin/$1"
}

# The path, from the unpacked folder, of the first file of that name.
unpacked() { (cd "$new/root" && find . -name "$1" | sort | sed -n '1s/^\.//p'); }

install_tools() {
  local deb log secp
  for program in apt-get apt-cache dpkg-deb dpkg flock; do
    command -v "$program" >/dev/null || unsupported "this system has no $program."
  done
  [ -n "$(keyring)" ] || unsupported "this is not Debian: there is no keyring of Debian's archive under /usr/share/keyrings."
  [ -n "$(mirrors)" ] || unsupported "the machine's apt sources name no Debian mirror."

  mkdir -p "$tools"
  exec 9>"$tools/lock"
  flock 9
  if complete; then return; fi   # another run was faster

  apt=$tools/apt new=$tools/new log=$tools/log
  rm -rf "$apt" "$new" "$tools/complete" "$log"
  mkdir -p "$new/bin" "$new/lib" "$new/root"
  : >"$new/status"   # nothing is installed there
  apt_folders "$new/status"
  say "installing Debian's bitcoin-knots (bitcoind, bitcoin-cli, bitcoin-wallet) and libsecp256k1 into $tools; nothing else is changed"

  apt_update sid >>"$log" 2>&1 || { cat "$log" >&2; fail "no mirror of the machine's apt sources has Debian's suite sid."; }

  secp=$(apt-cache -c "$apt/conf" search --names-only '^libsecp256k1-[0-9]+$' | cut -d ' ' -f 1 | sort -V | tail -n 1)
  [ -n "$secp" ] || fail "Debian's suite sid has no libsecp256k1."
  apt-get -c "$apt/conf" install --yes --download-only bitcoin-knots "$secp" >>"$log" 2>&1 || { cat "$log" >&2; fail "apt could not download the packages."; }
  for deb in "$apt"/cache/archives/*.deb; do dpkg-deb -x "$deb" "$new/root"; done

  libraries=$(unpacked libc.so.6) loader=$(unpacked 'ld-linux*.so.*')
  [ -n "$libraries" ] && [ -n "$loader" ] || fail "the packages brought no C library."
  libraries=$(dirname "$libraries")

  cp "$here/watch-parent.sh" "$new/bin/watch-parent.sh"
  wrapper bitcoind '"$here/watch-parent.sh"'
  wrapper bitcoin-cli ''
  wrapper bitcoin-wallet ''
  ln -s "../root$(unpacked 'libsecp256k1.so.*')" "$new/lib/libsecp256k1.so"
  "$new/bin/bitcoind" -version >>"$log" 2>&1 || { cat "$log" >&2; fail "bitcoind was unpacked but does not run."; }
  [ -r "$new/lib/libsecp256k1.so" ] || fail "libsecp256k1 was not in its package."

  rm -rf "$tools/bin" "$tools/lib" "$tools/root"
  mv "$new/bin" "$new/lib" "$new/root" "$tools/"
  { echo "format $format"; (cd "$apt/cache/archives" && ls -- *.deb); } >"$tools/complete.new"
  rm -rf "$apt" "$new" "$log"
  mv "$tools/complete.new" "$tools/complete"
}

system_library() {
  local file
  case "$(uname -s)" in
    Darwin) for file in /opt/homebrew/lib/libsecp256k1.dylib /usr/local/lib/libsecp256k1.dylib; do if [ -r "$file" ]; then echo "$file"; return; fi; done ;;
    *) PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null | grep -e "$(uname -m | tr _ -)" -e "$(uname -m | sed 's/aarch64/AArch64/')" |
         sed -n 's/.*=> \(.*libsecp256k1\.so\.[0-9][0-9]*\)$/\1/p' | sort -V | tail -n 1 || true ;;
  esac
}

print_env() {
  local node=${BITCOIND:-} library=${SECP256K1_LIBRARY:-}
  [ -n "$node" ] || node=$(command -v bitcoind || true)
  [ -n "$library" ] || library=$(system_library)
  if [ -z "$node" ] || [ -z "$library" ]; then complete || install_tools; fi
  printf 'export BITCOIND=%q SECP256K1_LIBRARY=%q\n' "${node:-$tools/bin/bitcoind}" "${library:-$tools/lib/libsecp256k1.so}"
}

case "${1-}" in
  '') complete || install_tools ;;
  --env) print_env ;;
  *) fail "usage: get-bitcoind.sh [--env]" ;;
esac
