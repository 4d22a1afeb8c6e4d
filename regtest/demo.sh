#!/usr/bin/env bash
# The main job, live, on a real bitcoind: a customer streams satoshi to a merchant and closes; a merchant closes by himself before expiry; a
# customer takes the refund from a merchant who vanished. Every sum is read from the chain and checked. Installs what it needs into
# regtest/.tools, and says so. Exit status 0 only if every sum is right.
#
#   regtest/demo.sh           human words
#   regtest/demo.sh --json    the same, and the result as one JSON object in the last line
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source regtest/build.sh
prepare
build regtest/Demo/Demo.csproj
exec dotnet artifacts/bundled/bin/Demo/release/Demo.dll "$@"
