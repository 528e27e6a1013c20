#!/usr/bin/env bash
# Records mail traffic with a real Postfix: receivers on loopback answer as large
# providers do, a few thousand messages go out over four bindings, and the log
# that Postfix writes is kept as it is. Everything happens in namespaces of its
# own: no network but loopback, own name service, own host name.
#
# usage: test/record/record.sh OUT.log [--minutes N] [--messages N] [--seed N]
set -euo pipefail
cd "$(dirname "$0")"

out=${1:?usage: record.sh OUT.log [--minutes N] [--messages N] [--seed N]}
shift
out=$(realpath "$out")
[ "$(id -u)" -eq 0 ] || { echo "record.sh: needs root, for the namespaces and for Postfix" >&2; exit 1; }
bash ../../scripts/install-test-packages.sh
command -v postfix >/dev/null || { echo "record.sh: Postfix is not installed" >&2; exit 1; }

resolver=$(mktemp)
trap 'rm -f "$resolver"' EXIT
echo "nameserver 127.0.0.1" >"$resolver"

unshare --net --mount --uts bash -euo pipefail -c '
  ip link set lo up
  hostname mail
  mount --bind "$1" /etc/resolv.conf
  shift
  exec node recording.mjs "$@"
' record "$resolver" --out "$out" "$@"
