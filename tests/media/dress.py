#!/usr/bin/env python3
"""Makes one study of real files of many kinds: dress.py OUT.

The files come with pydicom. All get the UIDs of one study and one patient; pixels and transfer syntaxes stay as they are.
"""
import json
import sys
from pathlib import Path

import pydicom
from pydicom.uid import UID

DATA = Path(pydicom.__file__).with_name("data") / "test_files"
STUDY = "1.2.826.0.1.3680043.10.1999.7"
PATIENT = {"id": "N20-0317542", "name": "Nguyễn Thị Hoà", "birth_date": "1958-03-02", "sex": "F", "phone": "0903 123 456", "language": "vi"}

# Each in a series of its own, which is numbered in this order.
FILES = [
    "CT_small.dcm",
    "MR_small_RLE.dcm",
    "MR_small_jpeg_ls_lossless.dcm",
    "MR_small_jp2klossless.dcm",
    "MR_small_bigendian.dcm",
    "MR_small_implicit.dcm",
    "SC_rgb_jpeg_dcmtk.dcm",
    "SC_rgb_rle_2frame.dcm",
    "image_dfl.dcm",
    "ExplVR_LitEndNoMeta.dcm",
    "test-SR.dcm",
    "rtplan.dcm",
    "rtdose_1frame.dcm",
    "rtstruct.dcm",
    "waveform_ecg.dcm",
]


def main(out):
    folder = Path(out) / "files"
    folder.mkdir(parents=True)
    for number, name in enumerate(FILES, 1):
        ds = pydicom.dcmread(DATA / name, force=True)
        dress(ds, number)
        ds.save_as(folder / name, enforce_file_format="file_meta" in ds.__dict__ and bool(ds.file_meta))
    order = {
        "accession_number": "A-MEDIA",
        "patient": PATIENT,
        "service": {"name": "Chụp đủ loại"},
        "result": {"status": "final", "conclusion": "Bình thường."},
    }
    (Path(out) / "order.json").write_text(json.dumps(order, ensure_ascii=False))


def dress(ds, number):
    uid = UID(f"{STUDY}.{number}.1")
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.PatientName, ds.PatientID, ds.PatientBirthDate, ds.PatientSex = "NGUYỄN^THỊ HOÀ", PATIENT["id"], "19580302", "F"
    for keyword in ["IssuerOfPatientID", "OtherPatientIDs", "OtherPatientIDsSequence"]:
        if keyword in ds:
            delattr(ds, keyword)
    ds.AccessionNumber = "A-MEDIA"
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SeriesNumber = STUDY, f"{STUDY}.{number}", number
    ds.SOPInstanceUID = uid
    if "RTPLAN" == ds.get("Modality"):
        # Without one, dcmtk would not list it; we do.
        ds.RTPlanLabel = ds.get("RTPlanLabel") or "PLAN"
    if getattr(ds, "file_meta", None):
        ds.file_meta.MediaStorageSOPInstanceUID = uid


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: dress.py OUT")
    main(sys.argv[1])
