#!/usr/bin/env python3
"""Runs tests/browser/ (node, Chromium) against a world of its own; $SHOTS keeps the pictures."""

import os
import subprocess
import sys

from world import TOP, World

with World() as world:
    world.upload("SAMPLE-BTC", "1h", world.generate("SAMPLE-BTC", "1h", "2022-12-01", "2025-01-01", 11))
    world.upload("SAMPLE-ETH", "1m", world.generate("SAMPLE-ETH", "1m", "2023-01-01", "2024-07-01", 2))
    done = subprocess.run(["node", "--test", TOP / "tests/browser/service.test.mjs"], check=False,
                          env=dict(os.environ, CANDLEMILL_URL=world.url))
sys.exit(done.returncode)
