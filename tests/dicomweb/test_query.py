"""QIDO-RS (PS3.18 10.6) with dicomweb-client."""

import unittest

import requests
from dicomweb_client import DICOMwebClient
from world import FILES, FOREIGN, HOA, LAN, MANY, PRIOR, the_world

STUDY, SERIES, INSTANCE = "0020000D", "0020000E", "00080018"


def values(answers, tag):
    return [answer[tag]["Value"][0] for answer in answers]


class Query(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = the_world()
        cls.address = cls.world.token(MANY)
        cls.client = DICOMwebClient(cls.address)
        cls.prior = DICOMwebClient(cls.world.token(PRIOR))

    def test_a_token_lists_its_study_and_nothing_else_whatever_is_asked(self):
        for filters in [None, {"PatientID": HOA["id"]}, {"00100020": "*"}, {"PatientName": "*"}, {"ModalitiesInStudy": "CT"}]:
            found = self.client.search_for_studies(search_filters=filters)
            self.assertEqual(values(found, STUDY), [MANY], filters)
        for filters in [{"StudyInstanceUID": PRIOR}, {"StudyInstanceUID": FOREIGN}, {"PatientID": LAN["id"]}, {"PatientID": "nobody"}]:
            self.assertEqual(self.client.search_for_studies(search_filters=filters), [], filters)
        found = self.client.search_for_studies(search_filters={"StudyInstanceUID": f"{FOREIGN},{MANY}"})
        self.assertEqual(values(found, STUDY), [MANY])

    def test_a_study_answers_what_the_standard_requires(self):
        [found] = self.client.search_for_studies()
        for tag, value in [
            ("00080020", "20260105"), ("00080030", "081500"), ("00080050", "A1"), ("00100020", HOA["id"]),
            ("00100030", "19580302"), ("00100040", "F"), ("00201206", len(FILES)), ("00201208", len(FILES)),
        ]:
            self.assertEqual(found[tag]["Value"], [value], tag)
        self.assertEqual(found["00100010"]["Value"][0]["Alphabetic"], "NGUYỄN^THỊ ĐÀO")
        self.assertIn("CT", found["00080061"]["Value"])
        self.assertEqual(found["00081190"]["Value"], [f"{self.address}/studies/{MANY}"])

    def test_names_are_found_with_wildcards_and_fuzzily_without_marks(self):
        for name, fuzzy, expected in [
            ("NGUYỄN*", False, 1), ("*ĐÀO*", False, 1), ("nguyễn*", False, 1), ("NGUYEN*", False, 0), ("Dao", False, 0),
            ("dao", True, 1), ("nguyen dao", True, 1), ("lan", True, 0), ("TR?N*", False, 0),
        ]:
            found = self.client.search_for_studies(search_filters={"PatientName": name}, fuzzymatching=fuzzy)
            self.assertEqual(len(found), expected, (name, fuzzy))

    def test_dates_are_found_by_range(self):
        for date, expected in [
            ("20260105", 1), ("20260101-20260131", 1), ("20260106-", 0), ("-20260105", 1), ("20260105-", 1), ("-20251231", 0),
        ]:
            found = self.client.search_for_studies(search_filters={"StudyDate": date})
            self.assertEqual(len(found), expected, date)

    def test_pages_are_honest_and_end(self):
        count = len(FILES)
        everything = values(self.client.search_for_series(MANY), SERIES)
        self.assertEqual(sorted(everything), sorted(f"{MANY}.{number}" for number in range(1, count + 1)))
        paged = []
        for offset in range(0, count + 5, 5):
            paged += values(self.client.search_for_series(MANY, limit=5, offset=offset), SERIES)
        self.assertEqual(paged, everything)
        # It asks with ever larger offsets until nothing comes.
        self.assertEqual(values(self.client.search_for_instances(MANY, limit=7, get_remaining=True), SERIES), everything)
        self.assertEqual(len(self.client.search_for_series(MANY, limit=0)), 0)

    def test_series_and_instances_are_found_on_every_level(self):
        for found in [self.client.search_for_instances(), self.client.search_for_instances(MANY)]:
            self.assertEqual(len(found), len(FILES))
        [palette] = self.client.search_for_series(search_filters={"SeriesDescription": "examples_pal*"})
        self.assertEqual(palette["00080060"]["Value"], ["US"])
        self.assertEqual(palette["00201209"]["Value"], [1])
        [instance] = self.client.search_for_instances(MANY, palette[SERIES]["Value"][0], fields=["00280010", "Columns"])
        self.assertEqual((instance["00280010"]["Value"], instance["00280011"]["Value"]), ([350], [800]))
        self.assertEqual(len(self.prior.search_for_series()), 1)
        self.assertEqual(len(self.prior.search_for_instances(PRIOR)), 5)
        modalities = self.client.search_for_series(MANY, search_filters={"Modality": "SR"})
        self.assertEqual(len(modalities), sum(name in ("test-SR", "reportsi") for name in FILES))

    def test_what_cannot_be_read_is_refused_and_says_why(self):
        for query, status in [
            ("studies?StudyDate=20261399", 400), ("studies?StudyDate=yesterday", 400), ("studies?limit=-1", 400),
            ("studies?limit=many", 400), ("studies?offset=x", 400), ("studies?fuzzymatching=perhaps", 400),
            ("studies?includefield=" + "00080020," * 100_000, 414), ("studies?NoSuchKeyword=1", 200),
            ("studies?StudyInstanceUID=1.2.%2A", 400), ("studies?StudyInstanceUID=1.2.x", 200), ("studies/1.2.x/series", 404), (f"studies/{FOREIGN}/series", 404),
            (f"studies/{PRIOR}/series", 404), (f"studies/{MANY}/series/{PRIOR}.1/instances", 404), ("nothing", 404),
        ]:
            answer = requests.get(f"{self.address}/{query}", headers={"Accept": "application/dicom+json"})
            allowed = (400, 413, 414, 431) if status == 414 else (status,)
            self.assertIn(answer.status_code, allowed, query[:60])
            self.assertNotIn(LAN["name"].encode(), answer.content)

    def test_unknown_foreign_and_ended_look_the_same(self):
        base = self.address.rsplit("/", 1)[0]
        answers = [
            requests.get(address)
            for address in [
                f"{base}/{'A' * 33}/studies", f"{base}/x/studies", f"{self.address}x/studies", f"{self.address}/studies/1.2.3/series",
                f"{self.address}/studies/{FOREIGN}/series", f"{self.address}/studies/{FOREIGN}/metadata",
            ]
        ]
        self.assertEqual({(answer.status_code, answer.content) for answer in answers}, {(404, answers[0].content)})

    def test_the_token_is_a_bearer_token_too(self):
        base, token = self.address.rsplit("/", 1)
        answer = requests.get(f"{base}/studies", headers={"Authorization": f"Bearer {token}", "Accept": "application/dicom+json"})
        self.assertEqual(values(answer.json(), STUDY), [MANY])
        self.assertRegex(token, r"^[A-Za-z0-9]{32,}$")


if __name__ == "__main__":
    unittest.main()
