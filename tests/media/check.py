#!/usr/bin/env python3
"""Reads file-sets with programs that nobody here wrote: check.py ZIP[=ORIGINALS]...

dcmtk indexes the same files and must come to the same records; dicom3tools, GDCM and pydicom read the directory. Every file must be
found, be what was uploaded, and have the digest that SHA256SUMS says.
"""
import collections
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pydicom
from pydicom.fileset import FileSet

# What other software may expect of a medium (PS3.11 D and J).
ALLOWED = {
    "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.70",
    "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91",
}
NAME = re.compile(r"^[A-Z0-9_]{1,8}(/[A-Z0-9_]{1,8}){0,7}$")
WEB_NAME = re.compile(r"^(INDEX\.HTM|README\.TXT|SHA256SUMS|DICOMDIR|IHE_PDI/([A-Z0-9_]{1,8}/)?[A-Z0-9_]{1,8}\.(JS|JPG|TXT))$")
# What dicom3tools says of files, and not of the directory.
problems = []


def fail(what, *more):
    problems.append(" ".join([what, *map(str, more)]))


def run(*command):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, errors="replace", check=False)


def main(words):
    for word in words:
        path, _, originals = word.partition("=")
        path = Path(path)
        with tempfile.TemporaryDirectory() as folder:
            with zipfile.ZipFile(path) as archive:
                archive.extractall(folder)
            count = check(path.stem, Path(folder))
            compared = compare(path.stem, Path(folder), Path(originals)) if originals else 0
            print(f"{path.stem}: {count} files are as other software expects them, {compared} pictures are those of the originals")
    if problems:
        sys.exit("\n".join(problems))


def check(name, root):
    files = {str(path.relative_to(root)): path for path in sorted(root.rglob("*")) if path.is_file()}
    dicom = {id: path for id, path in files.items() if id.startswith("DICOM/")}
    for id in files:
        if not NAME.match(id) and not WEB_NAME.match(id):
            fail(name, "has a file that not every system reads:", id)
    check_sums(name, root, files)
    check_directory(name, root, dicom)
    check_against_dcmtk(name, root, dicom)
    validated = run("dciodvfy", root / "DICOMDIR")
    for line in (validated.stdout + validated.stderr).splitlines():
        if line.startswith("Error"):
            fail(name, "dciodvfy:", line)
    if (gdcm := run("gdcminfo", root / "DICOMDIR")).returncode != 0:
        fail(name, "GDCM cannot read the directory:", gdcm.stderr)
    return len(dicom)


def check_sums(name, root, files):
    listed = dict(reversed(line.split("  ", 1)) for line in (root / "SHA256SUMS").read_text().splitlines())
    if set(listed) != set(files) - {"SHA256SUMS"}:
        fail(name, "SHA256SUMS and the files differ:", set(listed) ^ set(files))
    for id, digest in listed.items():
        if hashlib.sha256(files[id].read_bytes()).hexdigest() != digest:
            fail(name, "has another digest than SHA256SUMS says:", id)


def check_directory(name, root, dicom):
    directory = FileSet(root / "DICOMDIR")
    found = set()
    for instance in directory:
        path = Path(instance.path)
        id = str(path.relative_to(root))
        found.add(id)
        ds = pydicom.dcmread(path)
        for keyword in ["StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID"]:
            if ds.get(keyword) != getattr(instance, keyword):
                fail(name, id, "has another", keyword, "than the directory says")
        if ds.file_meta.TransferSyntaxUID != instance.node._record.ReferencedTransferSyntaxUIDInFile:
            fail(name, id, "has another transfer syntax than the directory says")
        if ds.file_meta.TransferSyntaxUID not in ALLOWED:
            fail(name, id, "has a transfer syntax that no general purpose profile has:", ds.file_meta.TransferSyntaxUID.name)
    if found != set(dicom):
        fail(name, "the directory and the files differ:", found ^ set(dicom))
    if len(directory.find_values("PatientID")) != 1 or directory.find_values("PatientName")[0] == "":
        fail(name, "has not one patient:", directory.find_values("PatientName"))


def compare(name, root, folder):
    """Every sample is the original's; a codec with a loss may round by one."""
    originals = {}
    for path in folder.iterdir():
        ds = pydicom.dcmread(path, force=True)
        originals[ds.SOPInstanceUID] = ds
    compared = 0
    for path in sorted((root / "DICOM").rglob("I*")):
        ds = pydicom.dcmread(path)
        original = originals.pop(ds.SOPInstanceUID, None)
        if original is None:
            fail(name, path, "is none of the originals")
        elif "PixelData" in ds:
            theirs, ours = original.pixel_array.astype(np.int64), ds.pixel_array.astype(np.int64)
            allowed = 1 if original.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.4.50" else 0
            if theirs.shape != ours.shape or np.abs(theirs - ours).max() > allowed:
                fail(name, path, "has other samples than its original")
            compared += 1
    if originals:
        fail(name, "lacks", *originals)
    return compared


def records(path):
    dumped = run("dcmdump", "-q", path).stdout
    return collections.Counter(re.findall(r"\(0004,1430\) CS \[([A-Z ]+?) *\]", dumped))


def check_against_dcmtk(name, root, dicom):
    """The same files, indexed by dcmtk under the profile that README.TXT names."""
    profile = re.search(r"STD-GEN-\S+[A-Z0-9]", (root / "README.TXT").read_text("utf-8-sig"))[0]
    option = {"STD-GEN-CD": "-Pgp", "STD-GEN-USB-JPEG": "-Pfl", "STD-GEN-USB-J2K": "-Pf2"}[profile]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        shutil.copytree(root / "DICOM", copy / "DICOM")
        made = run("dcmmkdir", option, "+I", "+Nrs", "-Nec", "+id", copy, "+r", "+D", copy / "DICOMDIR", "DICOM")
        theirs, ours = records(copy / "DICOMDIR") if (copy / "DICOMDIR").exists() else {}, records(root / "DICOMDIR")
        if theirs != ours:
            fail(name, "dcmmkdir comes to", dict(theirs), "and not to", dict(ours), made.stderr[:2000])


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: check.py ZIP[=ORIGINALS]...")
    main(sys.argv[1:])
