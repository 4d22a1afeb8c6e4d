# Sourced by what fetches Debian's packages without installing them: an apt of its own in the folder $apt, with $apt/conf as its configuration.

# The addresses of Debian mirrors in this machine's own apt sources, one a line, both file formats, comments and disabled entries left out.
mirrors() {
  local file
  {
    for file in /etc/apt/sources.list.d/*.sources; do
      [ -r "$file" ] || continue
      awk '
        function flush(   i, n, words) {
          if (enabled != "no" && enabled != "false" && types ~ /(^| )deb( |$)/) { n = split(uris, words, " "); for (i = 1; i <= n; i++) print words[i] }
          types = uris = enabled = field = ""
        }
        /^#/ { next }
        /^[ \t]*$/ { flush(); next }
        /^[ \t]/ { line = $0 }
        /^[^ \t]/ { colon = index($0, ":"); field = tolower(substr($0, 1, colon - 1)); line = substr($0, colon + 1) }
        { gsub(/[ \t\r]+/, " ", line) }
        field == "types" { types = types line }
        field == "uris" { uris = uris line }
        field == "enabled" { gsub(/ /, "", line); enabled = tolower(line) }
        END { flush() }' "$file"
      echo
    done
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
      [ -r "$file" ] || continue
      # [option=value ...] comes between the type and the address, and may hold blanks.
      sed -n 's/#.*//; s/^[[:space:]]*deb[[:space:]][[:space:]]*//; t one
              d; :one
              s/^\[[^]]*\][[:space:]]*//; s/[[:space:]].*//p' "$file"
    done
  } | grep -i debian | grep -vi -e security -e '^cdrom:' | awk '!seen[$0]++' || true
}

keyring() {
  local file
  for file in /usr/share/keyrings/debian-archive-keyring.gpg /usr/share/keyrings/debian-archive-keyring.pgp; do
    if [ -r "$file" ]; then echo "$file"; return; fi
  done
}

# An apt that knows only $apt; the system's hooks would clean the system's caches, so they are cleared.
apt_folders() { # <what counts as installed: a file as dpkg's status>
  mkdir -p "$apt"/preferences.d "$apt"/state/lists/partial "$apt"/cache/archives/partial "$apt"/log
  cat >"$apt/conf" <<CONF
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "-";
Dir::Etc::preferences "$apt/preferences";
Dir::Etc::preferencesparts "$apt/preferences.d";
Dir::State "$apt/state";
Dir::State::lists "$apt/state/lists";
Dir::State::status "$1";
Dir::Cache "$apt/cache";
Dir::Cache::archives "$apt/cache/archives";
Dir::Log "$apt/log";
APT::Install-Recommends "false";
APT::Sandbox::User "root";
APT::Get::List-Cleanup "false";
Acquire::Languages "none";
Acquire::Retries "3";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
#clear DPkg::Pre-Install-Pkgs;
CONF
}

# From the first mirror that has the suite.
apt_update() { # <suite>
  local mirror
  while read -r mirror; do
    echo "deb [signed-by=$(keyring) target=Packages] $mirror $1 main" >"$apt/sources.list"
    rm -rf "$apt/state/lists"; mkdir -p "$apt/state/lists/partial"
    if apt-get -c "$apt/conf" -o APT::Update::Error-Mode=any update; then return; fi
  done < <(mirrors)
  return 1
}
