#!/bin/sh
# Makes ./configure from a git checkout (a release tarball has it already).
set -e
cd "$(dirname "$0")"
exec autoreconf --install --warnings=all,no-obsolete
