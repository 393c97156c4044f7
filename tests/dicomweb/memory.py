"""Measures the memory of retrieval and packing: memory.py OUT.json [--instances N] [--frames N]

A CT of 2,000 files, a multi-frame of 1 GB, and the same compressed (RLE): what one request adds to the memory of
`serve-dicomweb`, what one job adds to that of `prepare-study`, and what a whole study adds to `filmless up`. Every figure is of a
new process that has answered a small question before. Needs 5 GB below TMPDIR.
"""

import argparse
import json
import os
import pathlib
import shutil
import sys
import tempfile

import numpy as np
import pydicom
import requests
from pydicom.encaps import encapsulate
from pydicom.pixels.encoders import RLELosslessEncoder
from pydicom.uid import ExplicitVRLittleEndian, RLELossless

import world
from function import MIB, Function, growth

SIDE = 512
GOAL_BYTES = 64 * MIB
PROFILE = os.environ.get("BENCH_PROFILE", "dev")
STREAMED_MAX = 199 * MIB
MULTIPART = 'multipart/related; type="{}"; transfer-syntax=*'
DICOM, BYTES, SINGLE = MULTIPART.format("application/dicom"), MULTIPART.format("application/octet-stream"), "application/dicom"
CT, NATIVE, COMPRESSED = (f"1.2.826.0.1.3680043.8.498.78.{number}" for number in (1, 2, 3))

figures = []


def report(name, grown, size, goal=GOAL_BYTES):
    figure = {"name": f"memory: {name}", "value": round(grown / MIB, 1), "unit": "MiB", "goal": goal / MIB, "met": grown <= goal, "profile": PROFILE}
    figures.append(figure)
    print(f"{'ok  ' if figure['met'] else 'LATE'} {name}: {figure['value']} MiB more (goal {figure['goal']:.0f}); {size / 1e6:.0f} MB answered or packed", flush=True)


def picture(number):
    """Smooth, so that it is rendered fast."""
    rows = np.arange(SIDE, dtype=np.uint16)[:, None] + np.zeros(SIDE, np.uint16)
    return rows + np.uint16(number % 100)


def data_set(study, number, syntax):
    dataset = pydicom.dcmread(world.source("CT_small"))
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientName, dataset.PatientID = world.HOA["name"].replace(" ", "^", 1), world.HOA["id"]
    dataset.PatientBirthDate, dataset.PatientSex = world.HOA["birth_date"].replace("-", ""), world.HOA["sex"]
    dataset.AccessionNumber = f"A{study.rsplit('.', 1)[1]}"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.SOPInstanceUID = study, f"{study}.1", f"{study}.1.{number}"
    dataset.InstanceNumber, dataset.ImagePositionPatient = number, [0, 0, number]
    dataset.Rows, dataset.Columns, dataset.PixelRepresentation = SIDE, SIDE, 0
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta.TransferSyntaxUID = syntax
    return dataset


def write_ct(folder, count):
    for number in range(1, count + 1):
        dataset = data_set(CT, number, ExplicitVRLittleEndian)
        dataset.PixelData = picture(number).tobytes()
        dataset.save_as(folder / f"{number:05}", enforce_file_format=True)


def write_multiframe(folder, study, frames, syntax):
    dataset = data_set(study, 1, syntax)
    # Multi-frame Grayscale Word Secondary Capture (PS3.3 A.8.4).
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.7.3"
    dataset.NumberOfFrames = frames
    if syntax == RLELossless:
        options = {"rows": SIDE, "columns": SIDE, "samples_per_pixel": 1, "bits_allocated": 16, "bits_stored": 12, "pixel_representation": 0, "photometric_interpretation": "MONOCHROME2", "number_of_frames": 1}
        noise = np.random.default_rng(7).integers(0, 4096, (4, SIDE, SIDE), np.uint16)
        coded = [RLELosslessEncoder.encode(frame, encoding_plugin="pylibjpeg", **options) for frame in noise]
        dataset.PixelData = encapsulate([coded[number % 4] for number in range(frames)], has_bot=False)
    else:
        dataset.PixelData = b"".join(picture(number).tobytes() for number in range(frames))
    dataset.save_as(folder / "1", enforce_file_format=True)


def send(ours, study, write):
    folder = ours.folder / study
    folder.mkdir()
    write(folder)
    world.send(ours, folder, world.order(folder, study, world.HOA))
    shutil.rmtree(folder)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("out", type=pathlib.Path)
    arguments.add_argument("--instances", type=int, default=2000)
    arguments.add_argument("--frames", type=int, default=2000)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        ours, process = start(pathlib.Path(scratch), options)
        try:
            measure(ours, process)
        finally:
            process.terminate()
            process.wait()
    earlier = json.loads(options.out.read_text()) if options.out.exists() else []
    names = {figure["name"] for figure in figures}
    options.out.write_text(json.dumps([one for one in earlier if one["name"] not in names] + figures, indent=1))


def start(folder, options):
    import subprocess

    command = [world.FILMLESS, "up", "--data", str(folder / "data"), "--port", "0", "--settle", "2s"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=world.ROOT, text=True)
    ours = world.World(folder, json.loads(process.stdout.readline()))
    send(ours, CT, lambda into: write_ct(into, options.instances))
    send(ours, NATIVE, lambda into: write_multiframe(into, NATIVE, options.frames, ExplicitVRLittleEndian))
    send(ours, COMPRESSED, lambda into: write_multiframe(into, COMPRESSED, options.frames, RLELossless))
    ours.sessions[world.HOA["id"]] = world.open_link(ours, world.HOA, CT)
    for study in (NATIVE, COMPRESSED):
        world.await_released(ours, study)
    return ours, process


def measure(ours, process):
    for name, study in [("many files", CT), ("a multi-frame", NATIVE), ("a compressed multi-frame", COMPRESSED)]:
        token, series = ours.token(study), f"/studies/{study}/series/{study}.1"
        instance = f"{series}/instances/{study}.1.1"
        frames = f"{instance}/frames/1" if study == CT else f"{instance}/frames/" + ",".join(map(str, range(1, 301)))
        for what, task in [
            ("a large answer", {"task": "pack-retrieval", "retrieval": {}}),
            ("the ZIP as uploaded", {"task": "pack-download"}),
            ("the ZIP for other software", {"task": "pack-download", "kind": "media"}),
        ]:
            packed(ours, f"{what} of {name}", {**task, "study_instance_uid": study})
        for what, path, accept in [
            ("metadata", f"{series}/metadata", "application/dicom+json"),
            ("instance", instance, SINGLE),
            ("frames", frames, BYTES),
            ("frame 1 decoded", f"{instance}/frames/1", BYTES.replace("*", ExplicitVRLittleEndian)),
            ("series", series, DICOM),
            ("study", f"/studies/{study}", DICOM),
        ]:
            served(ours, f"{what} of {name}", token, path, accept)
        whole = f"{token}/studies/{study}"
        requests.get(f"{token}/studies").raise_for_status()
        grown, size = growth(process, lambda: read(whole))
        report(f"filmless up, the study of {name}, streamed", grown, size)


def read(address):
    with requests.get(address, headers={"Accept": DICOM}, stream=True) as answer:
        answer.raise_for_status()
        return sum(len(piece) for piece in answer.iter_content(MIB))


def served(ours, name, token, path, accept):
    function = Function(ours, "serve-dicomweb")
    try:
        status, _, _ = function.get(f"{token}/studies", "application/dicom+json")
        assert status == 200, status
        grown, (status, _, size) = growth(function.process, lambda: function.get(token + path, accept))
        # What is too large to be streamed was put together before.
        assert status in (200, 307), status
        report(f"{name} ({status})", grown, size)
    finally:
        function.stop()


def packed(ours, name, task):
    function = Function(ours, "prepare-study", 3538)
    try:
        grown, _ = growth(function.process, lambda: function.handle(task))
        report(name, grown, 0)
    finally:
        function.stop()


if __name__ == "__main__":
    main()
