#!/usr/bin/env python3
"""Gives freely licensed files to a patient who does not exist: dress.py DIR LANGUAGE OUT.

Finds the files of studies.json below DIR by their SHA-256, and writes them to OUT/<name>/ with name, dates and texts of
ours and an order beside each, OUT/<name>.json. Pixels stay as they are. The bone densitometry is drawn here.
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
        sets = [dxa()] if study.get("drawn") else [pydicom.dcmread(found[digest], force=True) for digest in study["files"]]
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


if __name__ == "__main__":
    main(*sys.argv[1:])
