"""WADO-RS and WADO-URI (PS3.18 10.4, 9): whatever comes back equals what the hospital uploaded."""

import io
import unittest
from json import dumps

import numpy as np
import pydicom
import requests
from dicomweb_client import DICOMwebClient
from PIL import Image
from pictures import frame_count, metadata_of, of_native, parts, samples, stored_frames
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian
from world import FILES, MANY, PRIOR, the_world

WHOLE = 'multipart/related; type="application/dicom"; transfer-syntax=*'
FRAMES = 'multipart/related; type="application/octet-stream"; transfer-syntax=*'
NATIVE = f'multipart/related; type="application/octet-stream"; transfer-syntax={ExplicitVRLittleEndian}'


def is_comparable(file):
    """Whether pydicom decodes it: it has no decoder for this JPEG of 12 bits."""
    return frame_count(file.dataset) > 0 and file.dataset.BitsAllocated > 1 and file.name != "JPEG-lossy"


class Retrieve(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = the_world()
        cls.address = cls.world.token(MANY)
        cls.client = DICOMwebClient(cls.address)
        cls.files = cls.world.files[MANY]

    def of(self, file, below=""):
        dataset = file.dataset
        return f"{self.address}/studies/{MANY}/series/{dataset.SeriesInstanceUID}/instances/{dataset.SOPInstanceUID}{below}"

    def get(self, address, accept, status=200, **more):
        answer = requests.get(address, headers={"Accept": accept, **more})
        self.assertEqual(answer.status_code, status, (address.split("/studies", 1)[-1], accept, answer.text[:200]))
        return answer

    def test_every_instance_comes_back_byte_for_byte(self):
        for file in self.files:
            with self.subTest(file.name):
                [(headers, body)] = parts(self.get(self.of(file), WHOLE))
                self.assertEqual(body, file.bytes)
                self.assertTrue(headers["Content-Type"].startswith("application/dicom"))
                self.assertEqual(self.get(self.of(file), "application/dicom; transfer-syntax=*").content, file.bytes)

    def test_a_study_and_a_series_come_back_byte_for_byte(self):
        bodies = [body for _, body in parts(self.get(f"{self.address}/studies/{MANY}", WHOLE))]
        self.assertEqual(sorted(bodies), sorted(file.bytes for file in self.files))
        prior = self.world.token(PRIOR)
        bodies = [body for _, body in parts(self.get(f"{prior}/studies/{PRIOR}/series/{PRIOR}.1", WHOLE))]
        self.assertEqual(bodies, [file.bytes for file in self.world.files[PRIOR]], "in their order")
        datasets = self.client.retrieve_study(MANY)
        self.assertEqual(len(datasets), len(FILES))

    def test_stored_frames_come_back_byte_for_byte(self):
        for file in self.files:
            count = frame_count(file.dataset)
            if count == 0:
                continue
            with self.subTest(file.name):
                numbers = ",".join(str(number) for number in range(1, count + 1))
                found = parts(self.get(self.of(file, f"/frames/{numbers}"), FRAMES))
                self.assertEqual(len(found), count)
                for number, ((headers, body), stored) in enumerate(zip(found, stored_frames(file.dataset))):
                    self.assertIn("transfer-syntax=", headers["Content-Type"])
                    if file.syntax == ExplicitVRBigEndian:
                        # Frames have no media type of their own in big endian.
                        self.assertIn(ExplicitVRLittleEndian, headers["Content-Type"])
                        stored = np.frombuffer(stored, ">u2").astype("<u2").tobytes()
                    if not file.syntax.is_deflated:
                        self.assertEqual(body.rstrip(b"\0"), stored.rstrip(b"\0"), number)

    def test_decoded_frames_equal_those_of_pydicom(self):
        for file in self.files:
            if not is_comparable(file):
                continue
            with self.subTest(file.name):
                is_ybr = file.dataset.PhotometricInterpretation == "YBR_FULL_422"
                if is_ybr and file.syntax.is_compressed:
                    # Decoded samples are RGB, and the metadata says YBR: a client would convert them once more.
                    self.assertIn("50", self.get(self.of(file, "/frames/1"), NATIVE, 406).text)
                    continue
                [(_, body)] = parts(self.get(self.of(file, "/frames/1"), NATIVE))
                if is_ybr:
                    # Stored as it is asked for: two of three samples are there.
                    self.assertEqual(body, stored_frames(file.dataset)[0])
                    continue
                ours = of_native(body, file.dataset)
                theirs = samples(file.dataset, 0)
                # Decoders of lossy JPEG round differently, by a step or two.
                is_exact = not (file.syntax.is_compressed and "JPEG Baseline" in file.syntax.name or "Extended" in file.syntax.name)
                difference = np.abs(ours.astype(np.int64) - theirs.astype(np.int64)).max()
                self.assertLessEqual(difference, 0 if is_exact else 3)

    def test_an_instance_is_transcoded_to_explicit_little_endian(self):
        for file in self.files:
            if not is_comparable(file):
                continue
            with self.subTest(file.name):
                answer = self.get(self.of(file), f"application/dicom; transfer-syntax={ExplicitVRLittleEndian}")
                transcoded = pydicom.dcmread(io.BytesIO(answer.content))
                self.assertEqual(transcoded.file_meta.TransferSyntaxUID, ExplicitVRLittleEndian)
                self.assertEqual(transcoded.SOPInstanceUID, file.dataset.SOPInstanceUID)
                self.assertEqual(transcoded.PatientName, file.dataset.PatientName)
                difference = np.abs(samples(transcoded, 0).astype(np.int64) - samples(file.dataset, 0).astype(np.int64)).max()
                self.assertLessEqual(difference, 3 if "Baseline" in file.syntax.name or "Extended" in file.syntax.name else 0)

    def test_metadata_is_complete_and_its_bulk_data_is_there(self):
        for file in self.files:
            series, instance = file.dataset.SeriesInstanceUID, file.dataset.SOPInstanceUID
            with self.subTest(file.name):
                [json] = self.client.retrieve_series_metadata(MANY, series)
                # Addresses are relative to what was asked for.
                alone = dumps(self.client.retrieve_instance_metadata(MANY, series, instance))
                self.assertEqual(alone.replace('"bulkdata/', f'"instances/{instance}/bulkdata/'), dumps(json))
                self.compare(file.dataset, json, series, [])
                self.assertEqual(metadata_of({k: v for k, v in json.items() if "BulkDataURI" not in v}).SOPInstanceUID, instance)
        self.assertEqual(len(self.client.retrieve_study_metadata(MANY)), len(FILES))

    def compare(self, dataset, json, series, path):
        for element in dataset:
            if element.tag.group <= 2 or element.tag.element == 0 or element.keyword in ("PixelData", "SpecificCharacterSet", "DataSetTrailingPadding"):
                continue
            key = f"{element.tag:08X}"
            self.assertIn(key, json, path)
            found = json[key]
            if element.VR == "SQ":
                for number, item in enumerate(element.value):
                    self.compare(item, found["Value"][number], series, [*path, key, number])
            elif "BulkDataURI" in found:
                address = f"{self.address}/studies/{MANY}/series/{series}/{found['BulkDataURI']}"
                [(_, body)] = parts(self.get(address, "multipart/related; type=application/octet-stream"))
                self.assertEqual(body.rstrip(b"\0"), bytes(element.value).rstrip(b"\0"), (path, key))
                self.assertEqual(self.get(address, "application/octet-stream", 206, Range="bytes=1-3").content, body[1:4])
            elif element.VR not in ("UN", "OB", "OW", "OF", "OD", "OL", "OB or OW") and element.value not in (None, ""):
                self.assertTrue(found.get("Value"), (path, key, element.VR))

    def test_pictures_are_rendered(self):
        palette = next(file for file in self.files if file.name == "examples_palette")
        for accept, kind in [("image/jpeg", "JPEG"), ("image/png", "PNG"), ("image/webp", "WEBP")]:
            for below in ["/rendered", "/frames/1/rendered"]:
                picture = Image.open(io.BytesIO(self.get(self.of(palette, below), accept).content))
                self.assertEqual((picture.format, picture.size), (kind, (800, 350)))
        colours = np.asarray(Image.open(io.BytesIO(self.get(self.of(palette, "/rendered"), "image/png").content)).convert("RGB"))
        theirs = pydicom.pixels.apply_color_lut(palette.dataset.pixel_array, palette.dataset) >> 8
        self.assertLessEqual(np.abs(colours.astype(int) - theirs.astype(int)).max(), 1)
        for below in ["/rendered?viewport=400,400", "/thumbnail?viewport=128,128", "/thumbnail"]:
            picture = Image.open(io.BytesIO(self.get(self.of(palette, below), "image/jpeg").content))
            self.assertAlmostEqual(picture.width / picture.height, 800 / 350, delta=0.05)
            self.assertLessEqual(picture.width, 400 if "rendered" in below else 256)

    def test_a_window_changes_the_picture_as_the_standard_says(self):
        ct = next(file for file in self.files if file.name == "CT_small")
        address = self.of(ct, "/rendered?window=100,500,linear")
        shown = np.asarray(Image.open(io.BytesIO(self.get(address, "image/png").content)).convert("L")).astype(float)
        values = ct.dataset.pixel_array * float(ct.dataset.RescaleSlope) + float(ct.dataset.RescaleIntercept)
        expected = np.clip((values - 99.5) / 499 + 0.5, 0, 1) * 255
        self.assertLessEqual(np.abs(shown - expected).max(), 1)

    def test_wado_uri_serves_older_software(self):
        ct = next(file for file in self.files if file.name == "CT_small")
        uid = f"studyUID={MANY}&seriesUID={ct.dataset.SeriesInstanceUID}&objectUID={ct.dataset.SOPInstanceUID}"
        whole = self.get(f"{self.address}/wado?requestType=WADO&{uid}&contentType=application/dicom", "*/*")
        self.assertEqual(whole.content, ct.bytes)
        picture = self.get(f"{self.address}/wado?requestType=WADO&{uid}&contentType=image/jpeg&rows=64&columns=64", "*/*")
        self.assertEqual(Image.open(io.BytesIO(picture.content)).size, (64, 64))
        self.get(f"{self.address}/wado?requestType=OTHER&{uid}", "*/*", 400)

    def test_what_is_not_there_or_cannot_be_read_is_refused(self):
        ct = next(file for file in self.files if file.name == "CT_small")
        sr = next(file for file in self.files if file.name == "test-SR")
        for below, accept, statuses in [
            ("/frames/0", FRAMES, (400, 404)), ("/frames/1000000000", FRAMES, (404,)), ("/frames/x", FRAMES, (400,)),
            ("/frames/1,2", FRAMES, (404,)), ("/frames/", FRAMES, (404,)), ("/bulkdata/00100010x", "*/*", (400, 404)),
            ("/frames/1", "video/mp4", (406,)), ("/rendered", "text/plain", (406,)), ("/rendered?viewport=x", "image/jpeg", (400,)),
            ("/rendered?window=1,0,linear", "image/jpeg", (400,)), ("/rendered?quality=1000", "image/jpeg", (400,)),
            ("", "application/dicom; transfer-syntax=1.2.840.10008.1.2.4.100", (406,)), ("", "nonsense", (400, 406)),
        ]:
            answer = requests.get(self.of(ct, below), headers={"Accept": accept})
            self.assertIn(answer.status_code, statuses, (below, accept))
            self.assertTrue(answer.text, (below, "says why"))
        self.assertIn(requests.get(self.of(sr, "/frames/1"), headers={"Accept": FRAMES}).status_code, (400, 404))


if __name__ == "__main__":
    unittest.main()
