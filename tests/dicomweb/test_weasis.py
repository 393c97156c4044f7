"""Weasis's way: a manifest, and each file from an address of its own."""

import hashlib
import pathlib
import subprocess
import unittest

from world import MANY, the_world


class Manifest(unittest.TestCase):
    def test_javas_client_gets_every_file_of_the_manifest(self):
        world = the_world()
        walk = pathlib.Path(__file__).with_name("Walk.java")
        command = ["java", str(walk), f"{world.token(MANY)}/weasis.xml"]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        walked = dict(line.split() for line in printed.splitlines())
        uploads = {file.dataset.SOPInstanceUID: hashlib.sha256(file.bytes).hexdigest() for file in world.files[MANY]}
        self.assertEqual(walked, uploads)


if __name__ == "__main__":
    unittest.main()
