#!/usr/bin/env bash
# Debian packages that some tests need: Lua 5.1 and PCRE2 for it, the real engines
# that ours are held against, and Postfix, whose log we read. Without root, or on
# another system, those tests are skipped and say so. No service is started.
set -u
packages=(lua5.1 lua-rex-pcre2 postfix iproute2 bsdutils)
missing=()
for package in "${packages[@]}"; do
  dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
done
[ "${#missing[@]}" -eq 0 ] && exit 0
if ! command -v apt-get >/dev/null 2>&1; then
  echo "test packages: no apt-get here; the tests that need ${missing[*]} are skipped"
  exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "test packages: not root, so ${missing[*]} cannot be installed; the tests that need them are skipped"
  exit 0
fi

# A mail server starts when it is installed, unless the system's policy says no.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
{ apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/dev/null 2>&1 ||
  echo "test packages: ${missing[*]} could not be installed; the tests that need them are skipped"
exit 0
