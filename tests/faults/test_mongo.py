"""The tests of tests/worker/ again, over the MongoDB store. Only with FAULTS=whole."""

import os
import tempfile
import unittest

from promise import MongoServer  # first: it makes tests/worker/ importable
import test_relay
import test_worker

WHOLE = os.environ.get("FAULTS") == "whole"
server = folder = None


def setUpModule():
    global server, folder
    if not WHOLE:
        raise unittest.SkipTest("FAULTS=whole runs it")
    folder = tempfile.TemporaryDirectory(prefix="cmm-", dir="/tmp")
    server = MongoServer(folder.name)
    if server.missing:
        tearDownModule()
        raise unittest.SkipTest("the MongoDB-compatible server cannot be had here")
    os.environ["WORLD_MONGO"] = server.base


def tearDownModule():
    os.environ.pop("WORLD_MONGO", None)
    server.close()
    folder.cleanup()


for module in (test_worker, test_relay):
    for name, case in list(vars(module).items()):
        if isinstance(case, type) and issubclass(case, unittest.TestCase):
            globals()[name] = type(name, (case,), {"__module__": __name__})


del module, name, case  # unittest would take the last one for a test of this module


if __name__ == "__main__":
    unittest.main()
