#!/usr/bin/env bash
# install-packages.sh PURPOSE…: installs what is missing of packages.txt for the purposes named (build, test, dev).
set -euo pipefail
cd "$(dirname "$0")/.."
missing=()
for purpose in "$@"; do
  while read -r kind package; do
    [ "$kind" = "$purpose" ] || continue
    dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done < <(grep -v '^#' packages.txt)
done
# Tests take any JDK of at least 17 that is there already.
if command -v javac >/dev/null 2>&1; then
  missing=("${missing[@]/default-jdk-headless/}")
fi
packages=()
for package in "${missing[@]}"; do [ -z "$package" ] || packages+=("$package"); done
[ ${#packages[@]} -gt 0 ] || exit 0
echo "Installing: ${packages[*]}"
run=()
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || { echo "Not root and no sudo: install these packages by hand: ${packages[*]}" >&2; exit 1; }
  run=(sudo)
fi
"${run[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
"${run[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
