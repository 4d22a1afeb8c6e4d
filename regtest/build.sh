# Sourced by the scripts that build and run, from the top of the tree: what they share.

# No process stays behind: neither build nodes nor the compiler's server.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# Says what is missing, and brings bitcoind and libsecp256k1 where they are.
prepare() {
  if ! command -v dotnet >/dev/null; then
    echo "The .NET SDK is missing: install version 10 or newer, so that 'dotnet' is on the PATH" >&2
    return 1
  fi
  local tools
  tools=$(regtest/get-bitcoind.sh --env) || return 1
  eval "$tools"
}

# build <project or solution> [property...]: Release, with NuGet's packages from the machine's own sources.
build() {
  echo "Restoring NuGet packages and building $*"
  dotnet build "$@" --configuration Release -p:UseSharedCompilation=false -nodeReuse:false --verbosity quiet -consoleLoggerParameters:NoSummary
}
