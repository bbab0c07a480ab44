"""The worlds that every service test runs in: web servers x stores. One MongoDB-compatible server is
started for all of them; without it those worlds are skipped and say so."""

import atexit
import os
import subprocess
import unittest

from world import TOP

WEBS = ("lighttpd", "apache", "apache-fcgid")
_mongo = None


def mongo_uri(database):
    """The URI of a database of its own on the shared test server, or None."""
    global _mongo
    if _mongo is None:
        _mongo = _start()
    return _mongo and _mongo.replace("/?", f"/{database}?") if _mongo else None


def _start():
    given = os.environ.get("CANDLEMILL_TEST_MONGO")
    if given:
        return given
    server = subprocess.Popen([TOP / "tests/mongo_server.sh"], stdout=subprocess.PIPE, text=True)
    atexit.register(server.wait, 20)
    atexit.register(server.terminate)
    return server.stdout.readline().strip() or ""


def load(case, webs=WEBS, stores=("sqlite", "mongodb")):
    """A copy of the test class for each world: class attributes web and store_kind say which."""
    suite = unittest.TestSuite()
    for web in webs:
        for store in stores:
            name = f"{case.__name__}_{web}_{store}".replace("-", "_")
            clone = type(name, (case,), {"web": web, "store_kind": store})
            suite.addTests(unittest.defaultTestLoader.loadTestsFromTestCase(clone))
    return suite
