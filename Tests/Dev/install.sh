# What the build, the tests, the generator and the benches need of the system (Debian 12).
# Nothing is remembered: each need is looked for, and only what is missing is installed.

# need | how to see that it is there | package
readonly needs='
compiler          | command -v g++                                    | build-essential
pkg-config        | command -v pkg-config                             | pkg-config
git               | command -v git                                    | git
curl              | command -v curl                                   | curl
jq                | command -v jq                                     | jq
python            | command -v python3                                | python3
yaml for python   | python3 -c "import yaml"                          | python3-yaml
setpriv           | command -v setpriv                                | util-linux
libpq             | pkg-config --exists libpq                         | libpq-dev
OpenSSL           | pkg-config --exists openssl                       | libssl-dev
openssl           | command -v openssl                                | openssl
protobuf-c        | pkg-config --exists libprotobuf-c                 | libprotobuf-c-dev
hiredis           | test -f /usr/include/hiredis/hiredis.h            | libhiredis-dev
curl library      | pkg-config --exists libcurl                       | libcurl4-openssl-dev
zlib              | pkg-config --exists zlib                          | zlib1g-dev
pango             | compgen -G "/usr/lib/*/libpangocairo-1.0.so"       | libpango1.0-dev
fonts             | compgen -G "/usr/share/fonts/*/noto/NotoSans-Regular.ttf" | fonts-noto-core
Chinese fonts     | compgen -G "/usr/share/fonts/*/droid/DroidSansFallbackFull.ttf" | fonts-droid-fallback
Korean fonts      | compgen -G "/usr/share/fonts/*/nanum/NanumGothic.ttf" | fonts-nanum
pdftotext         | command -v pdftotext                              | poppler-utils
protoc            | command -v protoc                                 | protobuf-compiler
protoc-c          | command -v protoc-c                               | protobuf-c-compiler
descriptor.proto  | test -f /usr/include/google/protobuf/descriptor.proto | libprotobuf-dev
tz database       | test -f /usr/share/zoneinfo/Europe/Berlin         | tzdata
redis-server      | command -v redis-server                           | redis-server
Postgres          | compgen -G "/usr/lib/postgresql/*/bin/initdb"     | postgresql
PgBouncer         | command -v /usr/sbin/pgbouncer                    | pgbouncer
pgbench           | compgen -G "/usr/lib/postgresql/*/bin/pgbench"    | postgresql-contrib
'

# The packages that are missing of a table like the one above. $1: the table.
missing_packages() {
  local name probe package
  while IFS='|' read -r name probe package; do
    [ -n "${name// /}" ] || continue
    eval "$probe" >/dev/null 2>&1 || printf '%s\n' "${package// /}"
  done <<<"$1" | sort -u
}

is_root_reachable() { [ "$(id -u)" = 0 ] || command -v sudo >/dev/null; }

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

apt_get() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -y -o DPkg::Lock::Timeout=120 "$@"; }

# Packages of servers start a service and create a cluster of the system's own; neither is wanted here.
# Both switches are set only where we install, and taken back afterwards, also after Ctrl-C. In a shell
# of its own, whose end does that.
apt_install() (
  policy=/usr/sbin/policy-rc.d clusters=/etc/postgresql-common/createcluster.conf
  made_policy="" made_switch="" status=0
  take_back() {
    [ -z "$made_policy" ] || as_root rm -f "$policy"
    [ -z "$made_switch" ] || as_root sed -i '/^create_main_cluster = false$/d' "$clusters"
  }
  trap take_back EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  if [ ! -e "$policy" ]; then
    made_policy=yes
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
  fi
  apt_get update || say "the package lists could not be refreshed; trying with what is known"
  if [[ " $* " == *" postgresql "* ]]; then
    apt_get install --no-install-recommends postgresql-common || true
    if [ -f "$clusters" ]; then
      made_switch=yes
      echo 'create_main_cluster = false' | as_root tee -a "$clusters" >/dev/null
    fi
  fi
  apt_get install --no-install-recommends "$@" || { apt_get -f install && apt_get install --no-install-recommends "$@"; } || status=$?
  exit "$status"
)

# After the packages: swift may need libraries that come with them.
require_swift() {
  local version
  version="$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -1)"
  if [ "$(printf '%s\n6.3\n' "$version" | sort -V | head -1)" != 6.3 ]; then
    fail "Swift 6.3 or newer is needed; this one is ${version:-unknown}"
  fi
}

# Sees to what a table asks for; a verb that needs more than the others brings a table of its own.
# $1: the table.
install_missing() {
  local missing=() left
  mapfile -t missing < <(missing_packages "$1")
  [ "${#missing[@]}" -gt 0 ] || return 0
  is_root_reachable || fail "not installed, and neither root nor sudo to do it: ${missing[*]}"
  say "installing: ${missing[*]}"
  apt_install "${missing[@]}" >&2 </dev/null || fail "apt could not install: ${missing[*]}"
  left="$(missing_packages "$1" | tr '\n' ' ')"
  [ -z "$left" ] || fail "still missing after the installation: $left"
}

install_needs() {
  command -v swift >/dev/null || fail "Swift 6.3 or newer is needed: install it and put swift on the PATH"
  install_missing "$needs"
  require_swift
}
