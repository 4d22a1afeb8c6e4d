#!/usr/bin/env bash
# Builds everything and runs all tests, those on a real bitcoind and a real PostgreSQL too; where the feed has NBitcoin's packages, a second time with them. Installs
# what they need into regtest/.tools, and says so; nothing else on the machine is changed. The last line is "N passed, N failed", with
# ", N skipped" where some are.
#
# With a real NBXplorer 2.6.7 on regtest the stories of chain and wallet run against it: NBXPLORER_URL is its address, NBXPLORER_COOKIE its cookie file (none without
# authentication). It has to pass all commands on (NBXPLORER_EXPOSERPC=1), and its bitcoind has a loaded wallet with coins. Where NBXPLORER_BITCOIND names that very
# bitcoind's RPC address, and NBXPLORER_BITCOIND_COOKIE its cookie file, merchants and customers of all other stories use both as well: all on that one node, one
# story after the other, those left out that stop the node. Without NBXPLORER_URL that part is skipped, and says so.
#
# A PostgreSQL named by BTCCHANNELS_TEST_POSTGRES is used as it is; else a private one runs for as long as the tests do. Tests that kill one start their own.
#
#   tests/run.sh            all
#   tests/run.sh --unit     only those without a node: seconds
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source regtest/build.sh

suites=(BtcChannels.Tests BtcChannels.RegtestTests)
case "${1-}" in
  '') ;;
  --unit) suites=(BtcChannels.Tests) ;;
  *) sed -n '2,14s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac

if ! prepare || ! build BtcChannels.sln; then
  echo "0 passed, 1 failed"
  exit 1
fi

if [ "${#suites[@]}" -gt 1 ]; then
  # Pages are looked at in a real browser.
  if ! browser=$(regtest/get-chromium.sh --env); then
    echo "0 passed, 1 failed"
    exit 1
  fi
  eval "$browser"
fi

results=$(mktemp -d)
postgres=
finish() {
  if [ -n "$postgres" ]; then kill "$postgres" 2>/dev/null || true; wait "$postgres" 2>/dev/null || true; fi
  rm -rf "$results"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
status=0

if [ -z "${BTCCHANNELS_TEST_POSTGRES:-}" ]; then
  regtest/get-postgres.sh --run "$results/postgres.env" &
  postgres=$!
  while [ ! -e "$results/postgres.env" ] && kill -0 "$postgres" 2>/dev/null; do sleep 0.1; done
  if [ ! -e "$results/postgres.env" ]; then
    echo "0 passed, 1 failed"
    exit 1
  fi
  source "$results/postgres.env"
fi

# Whether the feed has NBitcoin's packages: asked with a project that wants both, into a folder that goes away again. A feed that hangs counts as none.
packages_restore() {
  local known
  known=$(dotnet nuget locals global-packages --list | sed 's/^[^:]*: *//')
  timeout 90 dotnet restore regtest/BtcChannels.Regtest/BtcChannels.Regtest.csproj -p:BitcoinPackages=nuget -p:ArtifactsPath="$results/probe" \
    -p:RestorePackagesPath="$results/packages" -p:RestoreFallbackFolders="$known" -nodeReuse:false >/dev/null 2>&1
}

# run_suites <form>: bundled or nuget. A test that stands still is named and ends the run, long before anybody's patience does.
run_suites() {
  local suite
  for suite in "${suites[@]}"; do
    dotnet test "tests/$suite/$suite.csproj" --no-build --configuration Release -p:BitcoinPackages="$1" \
      --blame-hang-timeout 10m --blame-hang-dump-type none --logger "trx;LogFileName=$1.$suite.trx" --results-directory "$results" || status=1
  done
}

[ -n "${NBXPLORER_URL:-}" ] || echo "NBXPLORER_URL names no NBXplorer: skipped the stories with a real one"

forms=(bundled)
run_suites bundled
if packages_restore; then
  echo "NBitcoin's packages can be had: the suite runs a second time, with them"
  forms+=(nuget)
  if build BtcChannels.sln -p:BitcoinPackages=nuget; then run_suites nuget; else status=1; fi
else
  echo "NBitcoin's packages cannot be restored here: skipped the second run, with them"
fi

# <Counters total="3" executed="3" passed="3" failed="0" ... />; what was neither passed nor skipped has failed, a suite without result as well.
passed=0 failed=0 skipped=0
for run in "${forms[@]/%/.}"; do for suite in "${suites[@]}"; do
  counters=$(grep -o '<Counters [^>]*>' "$results/$run$suite.trx" 2>/dev/null || true)
  count() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$counters"; }
  if [ -z "$counters" ]; then failed=$((failed + 1)); continue; fi
  passed=$((passed + $(count passed)))
  skipped=$((skipped + $(count total) - $(count executed)))
  failed=$((failed + $(count executed) - $(count passed)))
done; done
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ] || status=1
if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi

if [ "$skipped" -gt 0 ]; then echo "$passed passed, $failed failed, $skipped skipped"; else echo "$passed passed, $failed failed"; fi
exit "$status"
