#!/usr/bin/env bash
# run.sh [ARGUMENT…]: installs the requirements of the tests, then runs all tests. Arguments are passed to `cargo test`.
#
# FLEXREADY_TEST_CACHE is the cache directory for the PostgreSQL servers. By default, root uses /var/cache, and other
# users their own cache directory. Tests of the developers' shared material only run if FLEXREADY_SHARED is its path.
set -euo pipefail
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")/.."

die() { echo "run.sh: $*" >&2; exit 1; }

HOME=${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}
PATH=$PATH:/usr/sbin:${CARGO_HOME:-$HOME/.cargo}/bin
export HOME PATH
command -v cargo >/dev/null || die 'cargo is missing: install Rust as rust-version in Cargo.toml says, or newer'

# Command and Debian package. A dependency compiles C code, and the pooler tests query through pgbouncer
needed=('cc gcc libc6-dev' 'openssl openssl' 'pgbouncer pgbouncer' 'sha256sum coreutils' 'tar tar' 'flock util-linux' 'shellcheck shellcheck')
# HTML reports are tested in a browser
if ! command -v chromium-browser google-chrome chrome >/dev/null; then needed+=('chromium chromium'); fi
# Validators for the shared material
if [ -n "${FLEXREADY_SHARED:-}" ]; then needed+=('xmllint libxml2-utils' 'python3 python3'); fi
missing=()
for need in "${needed[@]}"; do
  command -v "${need%% *}" >/dev/null || missing+=(${need#* })
done
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then die "install these first: ${missing[*]}"; fi
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } >&2
fi

# Root runs the servers as a different account, which cannot read root's home directory
if [ "$(id -u)" = 0 ]; then place=/var/cache; else place=${XDG_CACHE_HOME:-$HOME/.cache}; fi
export FLEXREADY_PG_SERVERS=${FLEXREADY_TEST_CACHE:-$place/flexready-test-servers}
mkdir -p "$FLEXREADY_PG_SERVERS"
FLEXREADY_PG_SERVERS=$(cd "$FLEXREADY_PG_SERVERS" && pwd)
tests/get-servers.sh "$FLEXREADY_PG_SERVERS"

exec cargo test --locked --no-fail-fast "$@"
