#!/bin/sh
# The MongoDB-compatible server of the tests: SecantusDB, from PyPI into a cache folder of its own.
#   tests/mongo_server.sh FOLDER [PORT] [OPTION...]
# serves FOLDER on 127.0.0.1 (PORT 0 or none: a free one) in the foreground and, once it answers,
# prints "URI PID-OF-THE-SERVER" on stdout. SIGTERM ends both, and so does the server's own end.
# Exit 77: it cannot be had here (no python3-venv, no pip, no network).
set -u
version=0.7.0b3
cache=${CANDLEMILL_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/candlemill}/secantusdb-$version
folder=${1:?usage: mongo_server.sh FOLDER [PORT] [OPTION...]}
port=${2:-0}
shift
[ $# -eq 0 ] || shift

# Made beside its place and moved there, so that two tests at once, or a broken download, leave
# nothing half made. (A venv's scripts name their folder: python is called by its path instead.)
if [ ! -x "$cache/bin/python3" ]; then
    mkdir -p "$(dirname "$cache")" || exit 77
    new=$cache.$$
    {
        python3 -m venv "$new" && "$new/bin/python3" -m pip install --quiet \
            --disable-pip-version-check "secantusdb==$version"
    } >"$new.log" 2>&1 || {
        tail -n 3 "$new.log" >&2
        rm -rf "$new" "$new.log"
        exit 77
    }
    rm -f "$new.log"
    mv -T "$new" "$cache" 2>/dev/null || rm -rf "$new"
fi
python=$cache/bin/python3

[ "$port" != 0 ] || port=$("$python" -c '
import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])') || exit 1
mkdir -p "$folder" || exit 1

"$python" "$cache/bin/secantusd-py" --host 127.0.0.1 --port "$port" --storage-path "$folder" \
    --sync-on-commit --log-level WARNING "$@" >&2 &
server=$!
trap 'kill "$server" 2>/dev/null; wait "$server"; exit 0' TERM INT HUP

"$python" -c '
import sys, time, os, pymongo
port, pid = int(sys.argv[1]), int(sys.argv[2])
deadline = time.monotonic() + 30
while True:
    try:
        pymongo.MongoClient("127.0.0.1", port, directConnection=True,
                            serverSelectionTimeoutMS=200).admin.command("ping")
        break
    except pymongo.errors.PyMongoError:
        os.kill(pid, 0)
        if time.monotonic() > deadline:
            raise
' "$port" "$server" || {
    kill "$server" 2>/dev/null
    exit 1
}
echo "mongodb://127.0.0.1:$port $server"
exec >&2 # whoever reads the line sees its end
wait "$server" 2>/dev/null
