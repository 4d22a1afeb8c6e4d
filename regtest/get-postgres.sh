#!/usr/bin/env bash
# Finds PostgreSQL's server programs, or puts them into regtest/.tools, from Debian's own packages, without root and without touching the system: an
# apt with its own folders downloads them, dpkg-deb unpacks them. Starts a private, empty database with them for tests: loopback
# only, on a free port, its data in a temporary folder.
#
#   regtest/get-postgres.sh              make sure of the programs
#   regtest/get-postgres.sh --run FILE   start a database, write "export BTCCHANNELS_TEST_POSTGRES=…" (a connection string) into FILE once it answers, and run
#                                        until it is told to stop or whoever started it is gone; then nothing of it is left
#   regtest/get-postgres.sh --control    the same for tests that break it: prints the connection string, then does what each line of its input says, prints "done"
#                                        after it, and ends with its input. kill: SIGKILL to the server and all its processes; start: again, on the same data;
#                                        crash: SIGKILL to one that serves a connection; hang and go on: SIGSTOP and SIGCONT to all
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

make_data() { # a folder with an empty database and its password
  case "$bin" in "$tools"/*) root=$tools/root library=$(libraries "$tools/root") ;; *) root= library= ;; esac
  folder=$(mktemp -d "${TMPDIR:-/tmp}/btcchannels-postgres.XXXXXX")
  trap stop EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP

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
}

# Whatever became of the server, and however this ends.
stop() {
  trap - EXIT
  if [ -n "$server" ]; then
    signal CONT
    kill -INT "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$folder" ${file:+"$file"}
}

try_start() { # on $port; false where it does not come up, and says why in the log
  local waited
  (cd "$folder/data" && exec "${as[@]}" sh "$folder/watch-parent.sh" "$bin/postgres" -D "$folder/data" -c listen_addresses=127.0.0.1 -c port="$port" -c unix_socket_directories="$folder/run" \
    -c fsync=on -c full_page_writes=on -c synchronous_commit=on -c max_connections=200 -c jit=off) >"$folder/log" 2>&1 </dev/null 9>&- &
  server=$!
  for ((waited = 0; waited < 300; waited++)); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && grep -q 'ready to accept connections' "$folder/log"; then return; fi
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  kill -INT "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  server=
  return 1
}

first_start() {
  local attempt
  for attempt in 1 2 3 4 5; do
    port=$(free_port)
    if try_start; then connection="Host=127.0.0.1;Port=$port;Username=postgres;Password=$password;Database=postgres"; return; fi
    grep -q 'could not bind\|in use' "$folder/log" || break   # someone else took the port meanwhile: another one
  done
  cat "$folder/log" >&2
  fail "PostgreSQL does not start."
}

run() { # <file for the connection string>
  parent=$PPID file=$1
  make_data
  first_start
  printf 'export BTCCHANNELS_TEST_POSTGRES=%q\n' "$connection" >"$file.new"
  mv "$file.new" "$file"
  while { [ -e "/proc/$parent" ] || kill -0 "$parent" 2>/dev/null; } && kill -0 "$server" 2>/dev/null; do sleep 0.2; done
}

# The processes that the server has started, each in a line.
children() {
  local status key value
  for status in /proc/[0-9]*/status; do
    while read -r key value; do
      [ "$key" = PPid: ] || continue
      if [ "$value" = "$server" ]; then status=${status%/status}; echo "${status#/proc/}"; fi
      break
    done 2>/dev/null <"$status" || true   # it has ended meanwhile
  done
}

signal() { # <signal>: to all of it; the server comes first, so that it starts no more
  local child
  kill "-$1" "$server" 2>/dev/null || true
  for child in $(children); do kill "-$1" "$child" 2>/dev/null || true; done
}

kill_server() {
  local child left
  kill -STOP "$server"
  left=$(children)
  kill -KILL "$server" $left 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  server=
  # Their memory is the data's as long as one of them lives, and no other server starts on it.
  for child in $left; do while kill -0 "$child" 2>/dev/null; do sleep 0.01; done; done
}

crash_connection() {
  local child
  for child in $(children); do
    if grep -q '127\.0\.0\.1(' "/proc/$child/cmdline" 2>/dev/null; then kill -KILL "$child" 2>/dev/null || true; return; fi
  done
}

control() {
  local command attempt
  make_data
  first_start
  echo "$connection"
  while read -r command; do
    case "$command" in
      kill) kill_server ;;
      start) for attempt in 1 2 3; do if try_start; then break; fi; done; [ -n "$server" ] || { cat "$folder/log" >&2; fail "PostgreSQL does not start again."; } ;;
      crash) crash_connection ;;
      hang) signal STOP ;;
      'go on') signal CONT ;;
      *) fail "there is no command '$command'" ;;
    esac
    echo "done"
  done
}

server= file=
case "${1-}" in
  '') prepare ;;
  --run) [ $# -eq 2 ] || fail "usage: get-postgres.sh [--run FILE | --control]"; prepare; run "$2" ;;
  --control) prepare; control ;;
  *) fail "usage: get-postgres.sh [--run FILE | --control]" ;;
esac
