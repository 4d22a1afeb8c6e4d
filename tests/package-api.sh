#!/usr/bin/env bash
# Compiles everything against the API of NBitcoin's packages and of NBXplorer.Client, where the packages themselves cannot be had: assemblies without code are made of
# their lists of members, and all projects are built with -p:BitcoinPackages=nuget on those. It shows that the code is written for the packages,
# not that it runs with them. Writes nothing but a folder that goes away again.
#
#   tests/package-api.sh [folder]    of nbitcoin/api.txt, nbitcoin/testframework-api.txt, nbitcoin/surface.md and nbxplorer/client-api.txt; ../shared by default
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source regtest/build.sh

lists=${1-../shared}
if [ ! -f "$lists/nbitcoin/api.txt" ]; then echo "No lists of members in $lists: nothing compared" >&2; exit 2; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

build tests/BtcChannels.PackageApi/BtcChannels.PackageApi.csproj
dotnet artifacts/bundled/bin/BtcChannels.PackageApi/release/BtcChannels.PackageApi.dll "$lists" "$work/feed"
# The packages stay out of the machine's own folder: they have the names and versions of real ones.
known=$(dotnet nuget locals global-packages --list | sed 's/^[^:]*: *//')
build BtcChannels.sln -p:BitcoinPackages=nuget -p:ArtifactsPath="$work/artifacts" -p:RestoreAdditionalProjectSources="$work/feed" \
  -p:RestorePackagesPath="$work/packages" -p:RestoreFallbackFolders="$known"
echo "All projects compile against the packages' API"
