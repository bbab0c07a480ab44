"""The worlds that every service test runs in: web servers x stores. One MongoDB-compatible server is
started for all of them; without it those worlds are skipped and say so."""

import atexit
import os
import shutil
import subprocess
import tempfile
import unittest

from world import TOP

WEBS = ("lighttpd", "apache", "apache-fcgid")
_server = None  # the URI without a database; "" when it cannot be had


def mongo_uri(database):
    """The URI of a database of its own on the shared test server, or None."""
    global _server
    if _server is None:
        _server = os.environ.get("CANDLEMILL_TEST_MONGO") or _start()
    return f"{_server}/{database}" if _server else None


def _start():
    folder = tempfile.mkdtemp(prefix="cm-mongo-", dir="/tmp")
    server = subprocess.Popen([TOP / "tests/mongo_server.sh", folder], stdout=subprocess.PIPE, text=True)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(server.wait, 20)
    atexit.register(server.terminate)
    return server.stdout.readline().split(" ")[0].strip()


def load(case, webs=WEBS, stores=("sqlite", "mongodb")):
    """A copy of the test class for each world: class attributes web and store_kind say which."""
    suite = unittest.TestSuite()
    for web in webs:
        for store in stores:
            name = f"{case.__name__}_{web}_{store}".replace("-", "_")
            clone = type(name, (case,), {"web": web, "store_kind": store})
            suite.addTests(unittest.defaultTestLoader.loadTestsFromTestCase(clone))
    return suite
