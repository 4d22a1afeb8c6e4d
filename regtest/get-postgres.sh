#!/usr/bin/env bash
# Finds PostgreSQL's server programs, or puts them into regtest/.tools, from Debian's own packages, without root and without touching the system: an
# apt with its own folders downloads them, dpkg-deb unpacks them. Starts a private, empty database with them for tests: loopback
# only, on a free port, its data in a temporary folder.
#
#   regtest/get-postgres.sh              make sure of the programs
#   regtest/get-postgres.sh --run FILE   start a database, write "export BTCCHANNELS_TEST_POSTGRES=…" (a connection string) into FILE once it answers, and run
#                                        until it is told to stop or whoever started it is gone; then nothing of it is left
#
# Every program is looked for in BTCCHANNELS_POSTGRES_BIN, then in /usr/lib/postgresql/*/bin, then where PATH has initdb, then in regtest/.tools.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
tools=$here/.tools/postgres

source "$here/debian-apt.sh"

say() { echo "get-postgres: $*" >&2; }
fail() { say "$@"; exit 1; }

is_server() { [ -x "$1/initdb" ] && [ -x "$1/postgres" ]; }

newest_in() { # <root>: the folder of the newest version's programs under it
  local bin
  for bin in $(ls -d "$1"/usr/lib/postgresql/*/bin 2>/dev/null | sort -Vr); do
    if is_server "$bin"; then echo "$bin"; return; fi
  done
}

# What stands on the PATH may be a wrapper or a link: the programs have to lie beside each other, where their own files are.
find_bin() {
  local bin initdb
  if [ -n "${BTCCHANNELS_POSTGRES_BIN:-}" ]; then
    is_server "$BTCCHANNELS_POSTGRES_BIN" || fail "BTCCHANNELS_POSTGRES_BIN is $BTCCHANNELS_POSTGRES_BIN, which has no initdb and postgres."
    echo "$BTCCHANNELS_POSTGRES_BIN"
    return
  fi
  bin=$(newest_in "")
  if [ -z "$bin" ] && initdb=$(command -v initdb); then
    bin=$(dirname "$(readlink -f "$initdb")")
    is_server "$bin" || bin=
  fi
  if [ -z "$bin" ] && [ -e "$tools/complete" ]; then bin=$(newest_in "$tools/root"); fi
  echo "$bin"
}

unsupported() {
  fail "$1
Install PostgreSQL's server (postgresql, or brew install postgresql), version 13 or newer, so that initdb is on the PATH, then run again."
}

# Unlike bitcoind, which only Debian's unstable suite has, this is of the system's own suite and runs with the system's C library. The server and the libraries that
# it needs come along, but for those of its compiler (JIT), which is large and off here. What is installed does not count: that may be anything.
install_tools() {
  local program suite names log=$tools/log apt=$tools/apt new=$tools/root package
  for program in apt-get apt-cache dpkg-deb flock; do
    command -v "$program" >/dev/null || unsupported "this system has no $program."
  done
  suite=$(. /etc/os-release 2>/dev/null && [ "${ID-}" = debian ] && echo "${VERSION_CODENAME-sid}") || unsupported "this is not Debian."

  [ -n "$(keyring)" ] && [ -n "$(mirrors)" ] || unsupported "there is no keyring of Debian's archive, or the machine's apt sources name no Debian mirror."

  mkdir -p "$tools"
  exec 9>"$tools/lock"
  flock 9
  if [ -e "$tools/complete" ]; then return; fi   # another run was faster

  rm -rf "$apt" "$new" "$log"
  mkdir -p "$new"
  : >"$tools/status"
  apt_folders "$tools/status"
  apt_update "$suite" >"$log" 2>&1 || { cat "$log" >&2; fail "apt could not read the packages of Debian's suite $suite."; }
  package=$(apt-cache -c "$apt/conf" search --names-only '^postgresql-[0-9]+$' | cut -d ' ' -f 1 | sort -V | tail -n 1)
  [ -n "$package" ] || fail "Debian's suite $suite has no PostgreSQL."
  say "installing Debian's $package into $tools; nothing else is changed"
  names=$(apt-get -c "$apt/conf" --simulate install "$package" 2>>"$log" | sed -n 's/^Inst \([^ ]*\) .*/\1/p' | grep -E '^(postgresql-[0-9]+|lib.*)$' |
    grep -vE '^(libc6|libc-.*|libperl.*|libllvm.*|libz3.*)$')
  (cd "$apt/cache/archives" && apt-get -c "$apt/conf" download $names) >>"$log" 2>&1 || { cat "$log" >&2; fail "apt could not download the packages."; }
  for package in "$apt"/cache/archives/*.deb; do dpkg-deb -x "$package" "$new"; done
  [ -n "$(newest_in "$new")" ] || fail "the packages brought no server."
  rm -rf "$apt" "$log" "$tools/status"
  : >"$tools/complete"
}

# The libraries that came along, where the programs are those of .tools.
libraries() { # <root>
  (cd "$1" && find . -name 'lib*.so.*' -path '*/lib/*' -exec dirname {} \; | sort -u | sed "s|^\.|$1|" | paste -sd :)
}

prepare() {
  bin=$(find_bin)
  if [ -z "$bin" ]; then install_tools; bin=$(find_bin); fi
  [ -n "$bin" ] || fail "the server's programs are missing."
}

free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))   # below what systems give out by themselves
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
}

# As root it runs as nobody: PostgreSQL refuses root.
as=()
if [ "$(id -u)" -eq 0 ]; then as=(setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups --inh-caps=-all); fi

run() { # <file for the connection string>
  # None of them local: what stops it runs after this has ended.
  parent=$PPID file=$1 library= server= answered=
  case "$bin" in "$tools"/*) root=$tools/root library=$(libraries "$tools/root") ;; *) root= ;; esac

  folder=$(mktemp -d "${TMPDIR:-/tmp}/btcchannels-postgres.XXXXXX")
  trap stop EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  stop() {
    trap - EXIT
    if [ -n "$server" ]; then kill -INT "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
    rm -rf "$folder" "$file"
  }

  chmod 711 "$folder"
  # A checkout that only root can enter (its home) is no place to run from as nobody.
  if [ -n "$root" ] && ! "${as[@]}" test -x "$bin/postgres"; then
    cp -r "$root" "$folder/root"
    bin=$folder/root${bin#"$root"} library=$(libraries "$folder/root")
  fi
  "${as[@]}" test -x "$folder" || fail "$folder cannot be entered by an unprivileged user: set TMPDIR to a folder that can."
  cp "$here/watch-parent.sh" "$folder/watch-parent.sh"
  mkdir "$folder/data" "$folder/run"
  password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  (umask 077; echo "$password" >"$folder/password")
  if [ "$(id -u)" -eq 0 ]; then chown nobody "$folder/data" "$folder/run" "$folder/password"; fi
  export LD_LIBRARY_PATH=$library${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} LC_ALL=C TZ=UTC
  [ -n "$LD_LIBRARY_PATH" ] || unset LD_LIBRARY_PATH

  (cd "$folder/data" && "${as[@]}" "$bin/initdb" --pgdata="$folder/data" --username=postgres --pwfile="$folder/password" --auth=scram-sha-256 \
    --encoding=UTF8 --locale=C --no-sync) >"$folder/log" 2>&1 || { cat "$folder/log" >&2; fail "initdb failed."; }

  for attempt in 1 2 3 4 5; do
    port=$(free_port)
    (cd "$folder/data" && exec "${as[@]}" sh "$folder/watch-parent.sh" "$bin/postgres" -D "$folder/data" -c listen_addresses=127.0.0.1 -c port="$port" -c unix_socket_directories="$folder/run" \
      -c fsync=on -c full_page_writes=on -c synchronous_commit=on -c max_connections=200 -c jit=off) >"$folder/log" 2>&1 9>&- &
    server=$!
    for ((waited = 0; waited < 300; waited++)); do
      if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && grep -q 'ready to accept connections' "$folder/log"; then answered=yes; break; fi
      kill -0 "$server" 2>/dev/null || break
      sleep 0.1
    done
    [ -z "$answered" ] || break
    kill -INT "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    server=
    grep -q 'could not bind\|in use' "$folder/log" || break   # someone else took the port meanwhile: another one
  done
  [ -n "$answered" ] || { cat "$folder/log" >&2; fail "PostgreSQL does not start."; }

  printf 'export BTCCHANNELS_TEST_POSTGRES=%q\n' "Host=127.0.0.1;Port=$port;Username=postgres;Password=$password;Database=postgres" >"$file.new"
  mv "$file.new" "$file"
  while { [ -e "/proc/$parent" ] || kill -0 "$parent" 2>/dev/null; } && kill -0 "$server" 2>/dev/null; do sleep 0.2; done
}

case "${1-}" in
  '') prepare ;;
  --run) [ $# -eq 2 ] || fail "usage: get-postgres.sh [--run FILE]"; prepare; run "$2" ;;
  *) fail "usage: get-postgres.sh [--run FILE]" ;;
esac
