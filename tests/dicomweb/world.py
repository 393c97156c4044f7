"""A running Filmless with studies of two patients, made of the real files that come with pydicom."""

import atexit
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass, field

import pydicom
import requests
from pydicom.uid import UID

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
FILMLESS = os.environ.get("FILMLESS_BIN", str(TARGET / "debug" / "filmless"))
WAIT_SECONDS_MAX = 180

# Each becomes a series of its own: every transfer syntax and kind of object that the files of pydicom have.
FILES = """
CT_small MR_small MR_small_RLE MR_small_bigendian MR_small_implicit MR_small_jp2klossless MR_small_jpeg_ls_lossless
J2K_pixelrep_mismatch JPEG2000 JPEGLSNearLossless_08 JPEGLSNearLossless_16 JPGExtended JPEG-lossy SC_rgb_dcmtk_+eb+cr
SC_rgb_dcmtk_+eb+cy+s2 SC_rgb_jls_lossy_line SC_rgb_jpeg_gdcm SC_rgb_rle SC_rgb_rle_16bit_2frame SC_rgb_small_odd
SC_ybr_full_422_uncompressed examples_jpeg2k examples_overlay examples_palette examples_rgb_color examples_ybr_color image_dfl
liver_1frame rtdose rtplan test-SR reportsi waveform_ecg
""".split()

MANY, PRIOR, FOREIGN = (f"1.2.826.0.1.3680043.8.498.77.{number}" for number in (1, 2, 3))
HOA = {"id": "N26-0001", "name": "NGUYỄN THỊ ĐÀO", "birth_date": "1958-03-02", "sex": "F", "phone": "0903123456"}
LAN = {"id": "N26-0002", "name": "TRẦN VĂN LÂN", "birth_date": "1960-07-08", "sex": "M", "phone": "0903123457"}


def source(name):
    return pathlib.Path(pydicom.__file__).with_name("data") / "test_files" / f"{name}.dcm"


@dataclass
class Uploaded:
    """A file as the hospital uploaded it."""

    name: str
    path: pathlib.Path
    dataset: pydicom.Dataset

    @property
    def bytes(self):
        return self.path.read_bytes()

    @property
    def syntax(self):
        return self.dataset.file_meta.TransferSyntaxUID


@dataclass
class World:
    folder: pathlib.Path
    running: dict
    files: dict = field(default_factory=dict)  # study UID -> its files
    sessions: dict = field(default_factory=dict)  # patient id -> session with cookie

    @property
    def portal(self):
        return self.running["portal"]

    def token(self, study, patient=HOA):
        """A new viewer token of a study, as the page "Open with" makes one: the address of DICOMweb."""
        answer = self.sessions[patient["id"]].post(
            f"{self.portal}/studies/{study}/viewer-token", headers={"Accept": "application/json"}
        )
        answer.raise_for_status()
        return answer.json()["dicomweb"]


def write(folder, name, study, patient, number, **attributes):
    """A copy of a file of pydicom that belongs to the patient; its pixels and their transfer syntax stay."""
    dataset = pydicom.dcmread(source(name))
    meta_syntax = dataset.file_meta.get("TransferSyntaxUID")
    assert meta_syntax, name
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientName = patient["name"].replace(" ", "^", 1)
    dataset.PatientID = patient["id"]
    dataset.PatientBirthDate = patient["birth_date"].replace("-", "")
    dataset.PatientSex = patient["sex"]
    dataset.AccessionNumber = f"A{study.rsplit('.', 1)[1]}"
    dataset.StudyInstanceUID = study
    dataset.SeriesInstanceUID = f"{study}.{number}"
    dataset.SOPInstanceUID = f"{study}.{number}.1"
    dataset.SeriesNumber = number
    dataset.InstanceNumber = 1
    dataset.StudyDate = "20260105"
    dataset.StudyTime = "081500"
    dataset.StudyDescription = "Chụp mọi thứ"
    dataset.SeriesDescription = name
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    path = folder / f"{number:04}"
    dataset.save_as(path, enforce_file_format=True)
    return Uploaded(name, path, pydicom.dcmread(path))


def order(folder, study, patient):
    path = folder.parent / f"{study}.json"
    path.write_text(json.dumps({"accession_number": f"A{study.rsplit('.', 1)[1]}", "patient": patient}))
    return path


def start():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="filmless-dicomweb-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    command = [FILMLESS, "up", "--data", str(folder / "data"), "--port", "0", "--settle", "1s"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True)
    atexit.register(process.terminate)
    world = World(folder, json.loads(process.stdout.readline()))
    for study, patient, names, attributes in [
        (MANY, HOA, FILES, {}),
        (PRIOR, HOA, ["CT_small"] * 5, {"StudyDate": "20240229", "StudyDescription": "Chụp cũ", "SeriesInstanceUID": f"{PRIOR}.1"}),
        (FOREIGN, LAN, ["CT_small"], {}),
    ]:
        into = folder / study
        into.mkdir()
        numbered = enumerate(names, 1)
        world.files[study] = [write(into, name, study, patient, number, **attributes) for number, name in numbered]
        send(world, into, order(into, study, patient))
    for patient, study in [(HOA, MANY), (LAN, FOREIGN)]:
        world.sessions[patient["id"]] = open_link(world, patient, study)
    await_released(world, PRIOR)
    return world


def send(world, files, order):
    keys = {"AWS_ACCESS_KEY_ID": world.running["access_key_id"], "AWS_SECRET_ACCESS_KEY": world.running["secret_access_key"]}
    command = [FILMLESS, "send", str(files), "--order", str(order), "--to", world.running["s3"]]
    subprocess.run(command, check=True, env={**os.environ, **keys}, stdout=subprocess.DEVNULL)


def until(find, what):
    end = time.monotonic() + WAIT_SECONDS_MAX
    while time.monotonic() < end:
        found = find()
        if found is not None:
            return found
        time.sleep(0.2)
    raise AssertionError(f"{what} did not happen within {WAIT_SECONDS_MAX} s")


def status_of(world, study):
    command = [FILMLESS, "status", study, "--json", "--data", str(world.folder / "data")]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    studies = json.loads(answer.stdout or "{}").get("studies", [])
    return studies[0] if studies else None


def await_released(world, study):
    def released():
        found = status_of(world, study)
        return found if found and found["state"] == "released" else None

    return until(released, f"the release of {study}")


def open_link(world, patient, study):
    """A session of the patient, by the link of the SMS and the birth date."""
    await_released(world, study)

    def link():
        for message in (world.folder / "data" / "outbox" / "sms").glob("*.json"):
            sms = json.loads(message.read_text())
            if re.sub(r"\D", "", sms["to"])[-9:] == patient["phone"][-9:]:
                return re.search(r"https?://\S+/x/\S+", sms["text"]).group()
        return None

    address = until(link, "the SMS")
    session = requests.Session()
    year, month, day = patient["birth_date"].split("-")
    answer = session.post(address, data={"answer": f"{day}{month}{year}"})
    assert "/studies/" in answer.url, (answer.status_code, answer.url)
    return session


_world = None


def the_world():
    """The same for all tests: it takes a while."""
    global _world
    if _world is None:
        _world = start()
    return _world


def is_compressed(syntax):
    return UID(syntax).is_compressed
