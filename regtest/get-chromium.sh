#!/usr/bin/env bash
# Puts Debian's chromium into regtest/.tools/chromium, without root and without touching the system, as get-bitcoind.sh does with a node: what the system lacks of it is
# downloaded and unpacked. Does nothing where that has been done.
#
#   regtest/get-chromium.sh         fill regtest/.tools/chromium
#   regtest/get-chromium.sh --env   print "export CHROMIUM=…": what is set already, else what the system has, else regtest/.tools/chromium, which is filled only then
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
tools=$here/.tools/chromium

source "$here/debian-apt.sh"

say() { echo "get-chromium: $*" >&2; }
fail() { say "$@"; exit 1; }

install_chromium() {
  local deb log suite
  for program in apt-get dpkg-deb flock; do command -v "$program" >/dev/null || fail "this system has no $program: install chromium by hand, or name it by CHROMIUM"; done
  [ -n "$(keyring)" ] && [ -n "$(mirrors)" ] || fail "this is not Debian: install chromium by hand, or name it by CHROMIUM"
  suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-sid}")

  mkdir -p "$tools"
  exec 9>"$tools/lock"
  flock 9
  if [ -e "$tools/complete" ]; then return; fi   # another run was faster

  apt=$tools/apt log=$tools/log
  rm -rf "$apt" "$tools/root" "$log"
  mkdir -p "$tools/root"
  apt_folders /var/lib/dpkg/status   # what the system has need not come again
  say "installing Debian's chromium into $tools; nothing else is changed"
  apt_update "$suite" >>"$log" 2>&1 || { cat "$log" >&2; fail "no mirror of the machine's apt sources has Debian's suite $suite."; }
  apt-get -c "$apt/conf" install --yes --download-only chromium fonts-dejavu-core >>"$log" 2>&1 || { cat "$log" >&2; fail "apt could not download the packages."; }
  for deb in "$apt"/cache/archives/*.deb; do dpkg-deb -x "$deb" "$tools/root"; done

  cat >"$tools/fonts.conf" <<FONTS
<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>$tools/root/usr/share/fonts</dir><dir>/usr/share/fonts</dir><cachedir>$tools/fonts</cachedir></fontconfig>
FONTS
  cat >"$tools/chromium" <<'WRAPPER'
#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
LD_LIBRARY_PATH=$(find "$here/root/usr/lib" "$here/root/lib" -name '*.so*' -printf '%h\n' 2>/dev/null | sort -u | tr '\n' ':')
FONTCONFIG_FILE=$here/fonts.conf
export LD_LIBRARY_PATH FONTCONFIG_FILE
exec "$here/root/usr/lib/chromium/chromium" "$@"
WRAPPER
  chmod 755 "$tools/chromium"
  "$tools/chromium" --version >>"$log" 2>&1 || { cat "$log" >&2; fail "chromium was unpacked but does not run."; }
  rm -rf "$apt" "$log"
  : >"$tools/complete"
}

case "${1-}" in
  '') [ -e "$tools/complete" ] || install_chromium ;;
  --env)
    browser=${CHROMIUM:-$(command -v chromium || true)}
    if [ -z "$browser" ]; then [ -e "$tools/complete" ] || install_chromium; fi
    printf 'export CHROMIUM=%q\n' "${browser:-$tools/chromium}"
    ;;
  *) fail "usage: get-chromium.sh [--env]" ;;
esac
