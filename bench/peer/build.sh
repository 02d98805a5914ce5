#!/usr/bin/env bash
# build.sh CLASSES: compiles the peer into the folder CLASSES and prints the class path to run it with.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
classes=$1
libs=$("$here/fetch.sh")
class_path=$(printf '%s:' "$libs"/*.jar)
rm -rf "$classes"
mkdir -p "$classes"
javac -Xlint:all,-processing -Werror --release 17 -d "$classes" -cp "$class_path" "$here"/src/weir/bench/*.java
echo "$classes:$class_path"
