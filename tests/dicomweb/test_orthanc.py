"""Another hospital's Orthanc pulls what was shared with it."""

import unittest

from orthanc import Orthanc
from world import FOREIGN, MANY, PRIOR, the_world


class Pull(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = the_world()
        servers = {name: {"Url": f"{cls.world.token(study)}/"} for name, study in [("many", MANY), ("prior", PRIOR)]}
        cls.orthanc = Orthanc(servers)

    @classmethod
    def tearDownClass(cls):
        cls.orthanc.stop()

    def test_a_study_and_a_series_are_copied_byte_for_byte(self):
        self.orthanc.post("/dicom-web/servers/many/retrieve", {"Resources": [{"Study": MANY}]})
        self.orthanc.post("/dicom-web/servers/prior/retrieve", {"Resources": [{"Study": PRIOR, "Series": f"{PRIOR}.1"}]})
        copies = self.orthanc.files()
        uploads = [*self.world.files[MANY], *self.world.files[PRIOR]]
        self.assertEqual(len(copies), len(uploads))
        for file in uploads:
            with self.subTest(file.name):
                self.assertEqual(copies[file.dataset.SOPInstanceUID], file.bytes)

    def test_it_finds_the_study_and_not_the_one_of_somebody_else(self):
        found = self.orthanc.post("/dicom-web/servers/many/qido", {"Uri": "/studies", "Arguments": {"PatientName": "*"}})
        self.assertEqual([study["0020000D"]["Value"] for study in found], [MANY])
        found = self.orthanc.post("/dicom-web/servers/many/qido", {"Uri": "/studies", "Arguments": {"0020000D": FOREIGN}})
        self.assertEqual(found, [])


if __name__ == "__main__":
    unittest.main()
