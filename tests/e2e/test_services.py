"""scripts/services says what is wrong, where it is wrong: store, port; and shows no password."""

import socket
import subprocess
import unittest

from world import TOP, World


class Services(unittest.TestCase):
    def start(self, **how):
        """What a start that fails prints; nothing of it stays."""
        world = World(**how)
        self.addCleanup(world.__exit__)
        done = subprocess.run([TOP / "scripts/services", "start", world.dir], check=False, text=True,
                              capture_output=True, timeout=60)
        self.assertNotEqual(done.returncode, 0)
        return world, done.stderr

    def test_a_store_that_is_away_is_named_without_its_password(self):
        with socket.socket() as s:  # bound, and nobody listens
            s.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{s.getsockname()[1]}"
            world, said = self.start(store=f"mongodb://user:s3cret@{address}/candles")
        self.assertIn("the store cannot be reached", said)
        self.assertIn(f"@{address}/candles", said)
        self.assertNotIn("s3cret", said)
        self.assertFalse(list((world.dir / "run").glob("*.pid")), "nothing was started")
        for name in ("settings", "candlemill.conf"):
            self.assertEqual((world.dir / name).stat().st_mode & 0o077, 0, f"{name} holds the password")

    def test_a_folder_that_is_not_there(self):
        _, said = self.start(store="sqlite:/nowhere/at/all.db")
        self.assertIn("the store cannot be reached: sqlite:/nowhere/at/all.db", said)
        self.assertIn("No such file or directory", said)

    def test_a_port_that_another_program_has(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            s.listen()
            world = World(bus="none", worker="none")
            self.addCleanup(world.__exit__)
            settings = world.dir / "settings"
            settings.write_text(settings.read_text() + f"PORT={s.getsockname()[1]}\n")
            done = subprocess.run([TOP / "scripts/services", "start", world.dir], check=False, text=True,
                                  capture_output=True, timeout=60)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("the web server (lighttpd) ended at once", done.stderr)
        self.assertIn("already in use", done.stderr.lower().replace("\n", " "))


if __name__ == "__main__":
    unittest.main()
