#!/usr/bin/env python3
"""Gives freely licensed files to a patient who does not exist: dress.py DIR LANGUAGE OUT.

Finds the files of studies.json below DIR by their SHA-256, and writes them to OUT/<name>/ with name, dates and texts of
ours and an order beside each, OUT/<name>.json. Pixels stay as they are. The bone densitometry and the PET/CT are drawn here.
"""
import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import pydicom
from PIL import Image, ImageDraw
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

HERE = Path(__file__).parent
PATIENT = {
    "id": "N20-0317542",
    "name": "Nguyễn Thị Hoà",
    "birth_date": "1958-03-02",
    "sex": "F",
    "phone": "0903 123 456",
    "email": "hoa@example.vn",
}
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
# Elements that name a person or a place, and titles of other studies.
LEFT_OUT = [
    "InstitutionName", "InstitutionAddress", "ReferringPhysicianName", "PerformingPhysicianName", "OperatorsName",
    "PhysiciansOfRecord", "NameOfPhysiciansReadingStudy", "OtherPatientIDs", "OtherPatientNames", "PatientAge",
    "PatientComments", "StudyID", "RequestAttributesSequence", "AdditionalPatientHistory", "PatientAddress",
]


def main(folder, language, out):
    studies = json.loads((HERE / "studies.json").read_text())
    found = by_digest(folder, {digest for study in studies for digest in study.get("files", [])})
    for number, study in enumerate(studies):
        sets = DRAWN[study["drawn"]]() if "drawn" in study else [pydicom.dcmread(found[digest], force=True) for digest in study["files"]]
        dress(study["name"], study["date"], study["service"][language], number, sets, language, out)
        if "again_on" in study:
            for ds in sets:
                again(ds)
            dress(f"{study['name']}-before", study["again_on"], study["service"][language], number + 50, sets, language, out)


def by_digest(folder, digests):
    """The files with these digests, or the first letters of them."""
    found = {}
    for path in sorted(path for path in Path(folder).rglob("*") if path.is_file()):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        if digest in digests:
            found[digest] = path
    missing = digests - found.keys()
    if missing:
        sys.exit(f"{folder} lacks the files whose SHA-256 begin with {', '.join(sorted(missing))}")
    return found


def dress(name, date, service, number, sets, language, out):
    folder = Path(out) / name
    folder.mkdir(parents=True)
    accession = f"A{date}{number:03}"
    for place, ds in enumerate(sets):
        if "SpecificCharacterSet" in ds:
            ds.decode()
        ds.SpecificCharacterSet = "ISO_IR 192"
        ds.PatientName, ds.PatientID, ds.PatientSex = "NGUYEN^THI HOA", PATIENT["id"], PATIENT["sex"]
        ds.PatientBirthDate = PATIENT["birth_date"].replace("-", "")
        ds.StudyDate, ds.StudyTime, ds.AccessionNumber, ds.StudyDescription = date, "081500", accession, service
        for keyword in LEFT_OUT:
            if keyword in ds:
                delattr(ds, keyword)
        if not getattr(ds.file_meta, "MediaStorageSOPInstanceUID", None):
            ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
            ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID
        ds.save_as(folder / f"{place + 1:03}.dcm")
    order = {
        "accession_number": accession,
        "patient": PATIENT | {"language": language},
        "service": {"name": service},
        "declared_instances": len(sets),
        "result": {"status": "final"},
    }
    (Path(out) / f"{name}.json").write_text(json.dumps(order, ensure_ascii=False))


def again(ds):
    """The same pictures as another study, for a comparison."""
    for keyword in ["StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"]:
        setattr(ds, keyword, generate_uid(entropy_srcs=["again", getattr(ds, keyword)]))
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID


def dxa():
    """A lumbar spine as a bone densitometer draws it, and its table."""
    rows, columns = 900, 720
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    noise = np.random.default_rng(20201102).normal(0, 5, (rows, columns))
    grey = np.full((rows, columns), 18.0)
    spine = 180 + 16 * np.sin(y / 70)
    for level in range(5):
        top = 60 + level * 160
        inside = np.clip(1 - ((y - top - 66) / 70) ** 8, 0, 1) * np.clip(1 - ((x - spine) / (74 + 5 * level)) ** 6, 0, 1)
        grey += inside * (120 + 25 * np.cos((x - spine) / 24) - 60 * np.exp(-(((x - spine) / 14) ** 2 + ((y - top - 70) / 26) ** 2)))
    grey = np.clip(grey + noise, 0, 255)
    grey[:, 360:] = 245
    image = Image.fromarray(grey.astype(np.uint8)).convert("RGB")
    draw = ImageDraw.Draw(image)
    for place, name in enumerate(["L1", "L2", "L3", "L4"]):
        top = 60 + place * 160
        draw.rectangle([84, top - 8, 282, top + 144], outline=(255, 220, 80), width=2)
        draw.text((292, top + 60), name, fill=(255, 220, 80), font_size=24)
    lines = ["AP SPINE", "", "Region   BMD    T", "L1       0.812  -2.1", "L2       0.843  -2.3", "L3       0.901  -1.9",
             "L4       0.933  -1.7", "L1-L4    0.876  -2.0"]
    for place, line in enumerate(lines):
        for part, left in zip([line[:9], line[9:16], line[16:]], [384, 512, 620]):
            draw.text((left, 80 + 40 * place), part.strip(), fill=(20, 34, 44), font_size=24)
    bands = [((120, 180, 120), 0), ((235, 205, 110), 100), ((220, 120, 110), 180)]
    for colour, top in bands:
        draw.polygon([(390, 470 + top), (690, 530 + top), (690, 800), (390, 800)], fill=colour)
    draw.ellipse([540, 650, 560, 670], fill=(20, 34, 44))
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = SECONDARY_CAPTURE
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=["dxa", "instance"])
    ds = FileDataset(None, Dataset(), file_meta=meta, preamble=b"\0" * 128)
    ds.SOPClassUID, ds.SOPInstanceUID = SECONDARY_CAPTURE, meta.MediaStorageSOPInstanceUID
    ds.StudyInstanceUID = generate_uid(entropy_srcs=["dxa", "study"])
    ds.SeriesInstanceUID = generate_uid(entropy_srcs=["dxa", "series"])
    ds.Modality, ds.SeriesDescription, ds.ConversionType = "BMD", "AP spine", "WSD"
    ds.SeriesNumber, ds.InstanceNumber = 1, 1
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PlanarConfiguration = 3, "RGB", 0
    ds.Rows, ds.Columns = rows, columns
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 8, 8, 7, 0
    ds.PixelData = np.asarray(image).tobytes()
    return ds


CT, PET = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.128"
STEP_MM, SLICES = 5.0, 40


def petct():
    """A trunk of ellipses in CT and PET: lungs, heart, liver, spine, and two lesions that take up the tracer."""
    files = []
    for modality, side, mm in [("CT", 256, 1.6), ("PT", 128, 3.2)]:
        y, x = (np.mgrid[0:side, 0:side].astype(np.float32) - side / 2 + 0.5) * mm
        noise = np.random.default_rng(20201215)
        for place in range(SLICES):
            z = (place - SLICES / 2) * STEP_MM
            values = trunk(modality, x, y, z)
            grain = 12 if modality == "CT" else 0.03 * values + 60
            values = values + noise.normal(0, 1, values.shape) * grain
            files.append(emitted_or_not(modality, place, z, side, mm, values))
    return files


def trunk(modality, x, y, z):
    """In HU, or in becquerel per millilitre."""
    def inside(cx, cy, cz, rx, ry, rz):
        return ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 + ((z - cz) / rz) ** 2 < 1

    air, soft, fat = (-1000, 45, -90) if modality == "CT" else (20, 3200, 1200)
    values = np.full(x.shape, air, dtype=np.float64)
    for shape, in_ct, in_pet in [
        (inside(0, 0, 0, 165, 112, 900), fat, fat), (inside(0, 0, 0, 150, 98, 900), soft, soft),
        (inside(-75, -8, 40, 58, 72, 105), -820, 900), (inside(75, -8, 40, 58, 72, 105), -820, 900),
        (inside(22, -35, 5, 48, 42, 48), 50, 9000), (inside(-55, -10, -85, 88, 70, 62), 60, 11000),
        (inside(0, 66, 0, 22, 20, 900), 420, 5200), (inside(0, 66, 0, 9, 9, 900), 30, 2600),
        (inside(-70, -20, 30, 14, 14, 14), 40, 42000), (inside(58, 28, -5, 9, 9, 10), 40, 30000),
    ]:
        values[shape] = in_ct if modality == "CT" else in_pet
    return values


def emitted_or_not(modality, place, z, side, mm, values):
    uid = lambda *parts: generate_uid(entropy_srcs=["petct", *map(str, parts)])
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = CT if modality == "CT" else PET
    meta.MediaStorageSOPInstanceUID = uid(modality, place)
    ds = FileDataset(None, Dataset(), file_meta=meta, preamble=b"\0" * 128)
    ds.SOPClassUID, ds.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = uid("study"), uid(modality), uid("frame")
    ds.Modality, ds.SeriesDescription = modality, "CT low dose" if modality == "CT" else "PET FDG"
    ds.SeriesNumber, ds.InstanceNumber = 1 if modality == "CT" else 2, place + 1
    ds.SeriesDate = ds.AcquisitionDate = "20201215"
    ds.SeriesTime = ds.AcquisitionTime = "093000"
    ds.ImagePositionPatient = [-(side - 1) * mm / 2, -(side - 1) * mm / 2, z]
    ds.ImageOrientationPatient, ds.PixelSpacing, ds.SliceThickness = [1, 0, 0, 0, 1, 0], [mm, mm], STEP_MM
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows = ds.Columns = side
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 1
    ds.RescaleSlope, ds.RescaleIntercept = (1, 0) if modality == "CT" else (2, 0)
    if modality == "CT":
        ds.RescaleType, ds.WindowCenter, ds.WindowWidth = "HU", 40, 400
    else:
        ds.Units, ds.DecayCorrection, ds.CorrectedImage, ds.PatientWeight = "BQML", "START", ["ATTN", "DECY", "SCAT"], 58
        ds.WindowCenter, ds.WindowWidth = 12000, 24000
        tracer = Dataset()
        tracer.RadiopharmaceuticalStartTime, tracer.RadionuclideTotalDose, tracer.RadionuclideHalfLife = "083000", 290e6, 6586.2
        ds.RadiopharmaceuticalInformationSequence = [tracer]
    ds.PixelData = np.clip(np.rint(values / ds.RescaleSlope), -32768, 32767).astype(np.int16).tobytes()
    return ds


DRAWN = {"dxa": lambda: [dxa()], "petct": petct}

if __name__ == "__main__":
    main(*sys.argv[1:])
