#!/usr/bin/env bash
# run.sh [ARGUMENT…]: gets what the tests need, then runs them all; arguments go to `cargo test`.
#
# The PostgreSQL servers are kept in FLEXREADY_TEST_CACHE; without it, in a cache directory of the machine for root and
# of the user else. Tests of the developers' shared material run when FLEXREADY_SHARED names it.
set -euo pipefail
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")/.."

die() { echo "run.sh: $*" >&2; exit 1; }

HOME=${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}
PATH=$PATH:/usr/sbin:${CARGO_HOME:-$HOME/.cargo}/bin
export HOME PATH
command -v cargo >/dev/null || die 'cargo is missing: install Rust as rust-version in Cargo.toml says, or newer'

# command and Debian package: a dependency compiles a little C, and a pooler is recognised by asking through one
needed=('cc gcc libc6-dev' 'openssl openssl' 'pgbouncer pgbouncer' 'sha256sum coreutils' 'tar tar' 'flock util-linux' 'shellcheck shellcheck')
# Reports are looked at in a browser
if ! command -v chromium-browser google-chrome chrome >/dev/null; then needed+=('chromium chromium'); fi
# The validators of the shared material
if [ -n "${FLEXREADY_SHARED:-}" ]; then needed+=('xmllint libxml2-utils' 'python3 python3'); fi
missing=()
for need in "${needed[@]}"; do
  command -v "${need%% *}" >/dev/null || missing+=(${need#* })
done
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then die "install these first: ${missing[*]}"; fi
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } >&2
fi

# Root runs the servers as another account, which cannot enter root's home
if [ "$(id -u)" = 0 ]; then place=/var/cache; else place=${XDG_CACHE_HOME:-$HOME/.cache}; fi
export FLEXREADY_PG_SERVERS=${FLEXREADY_TEST_CACHE:-$place/flexready-test-servers}
mkdir -p "$FLEXREADY_PG_SERVERS"
FLEXREADY_PG_SERVERS=$(cd "$FLEXREADY_PG_SERVERS" && pwd)
tests/get-servers.sh "$FLEXREADY_PG_SERVERS"

exec cargo test --locked --no-fail-fast "$@"
