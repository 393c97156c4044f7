#!/usr/bin/env python3
"""Writes a study of every modality whose pixels are made up: make_corpus.py DIR

The same versions of numpy and Pillow write the same bytes. Noise and edges are as strong as in real pictures, because
both decide what compression costs.
"""

import io
import sys
import uuid
from pathlib import Path

import numpy as np
from PIL import Image
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless, JPEGBaseline8Bit

NAMESPACE = uuid.UUID("5f0c2a8e-7d41-4b6a-9a57-61c1a5a3f2d0")
STORAGE = "1.2.840.10008.5.1.4.1.1."
CT, MR, CR, US, XA, NM, SC = (STORAGE + tail for tail in ("2", "4", "1", "3.1", "12.1", "20", "7"))


def uid(*parts):
    return f"2.25.{uuid.uuid5(NAMESPACE, '/'.join(map(str, parts))).int}"


def data_set(sop_class, modality, series, number, syntax=ExplicitVRLittleEndian):
    """An instance without pixels, with the attributes that modalities commonly write."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = sop_class
    meta.MediaStorageSOPInstanceUID = uid(modality, series, number)
    meta.TransferSyntaxUID = syntax
    ds = FileDataset(None, {}, file_meta=meta, preamble=bytes(128))
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.ImageType = ["ORIGINAL", "PRIMARY"]
    ds.SOPClassUID, ds.SOPInstanceUID = sop_class, meta.MediaStorageSOPInstanceUID
    ds.StudyDate = ds.SeriesDate = ds.ContentDate = "20240311"
    ds.StudyTime, ds.SeriesTime, ds.ContentTime = "081500", "081730", f"0818{number % 60:02d}"
    ds.AccessionNumber, ds.Modality, ds.Manufacturer = "HN240311", modality, "Made up"
    ds.InstitutionName = "Bệnh viện Thử nghiệm"
    ds.StudyDescription, ds.SeriesDescription = f"{modality} thử nghiệm", f"Chuỗi {series}"
    ds.PatientName, ds.PatientID = "Nguyễn^Văn Thử", "BN000001"
    ds.PatientBirthDate, ds.PatientSex = "19700101", "M"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = uid(modality), uid(modality, series)
    ds.StudyID, ds.SeriesNumber, ds.InstanceNumber = "1", series, number
    private = ds.private_block(0x0029, "MADE UP HEADER", create=True)
    private.add_new(0x10, "OB", bytes(range(256)) * 8)
    return ds


def slice_of(ds, number, spacing, thickness):
    ds.FrameOfReferenceUID = uid(ds.Modality, "frame of reference")
    ds.ImagePositionPatient, ds.ImageOrientationPatient = [-150, -150, number * thickness], [1, 0, 0, 0, 1, 0]
    ds.PixelSpacing, ds.SliceThickness, ds.SliceLocation = [spacing, spacing], thickness, number * thickness
    ds.PatientPosition, ds.ProtocolName = "HFS", "Thường quy"


def put_pixels(ds, frames, bits, photometric="MONOCHROME2"):
    frames = np.ascontiguousarray(frames)
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, photometric
    ds.Rows, ds.Columns = frames.shape[-2:]
    if frames.ndim == 3:
        ds.NumberOfFrames = frames.shape[0]
    ds.BitsAllocated = frames.dtype.itemsize * 8
    ds.BitsStored, ds.HighBit, ds.PixelRepresentation = bits, bits - 1, 0
    ds.add_new(0x7FE00010, "OW", frames.tobytes())


def grid(rows, columns):
    return np.meshgrid(np.linspace(-1, 1, rows), np.linspace(-1, 1, columns), indexing="ij")


def ellipse(y, x, center, radii):
    return ((y - center[0]) / radii[0]) ** 2 + ((x - center[1]) / radii[1]) ** 2 < 1


def noise(random, shape):
    """Noise that neighbours share in part, as that of detectors and reconstructions."""
    white = random.standard_normal(shape, np.float32)
    return (white + np.roll(white, 1, -1) + np.roll(white, 1, -2)) / 3**0.5


def ct(count=300):
    y, x = grid(512, 512)
    for number in range(1, count + 1):
        random, z = np.random.default_rng([1, number]), number / count
        values = np.full(x.shape, -1000.0)
        values[ellipse(y, x, (0, 0), (0.65, 0.85))] = 40
        for side in (-1, 1):
            values[ellipse(y, x, (0, side * 0.38), (0.4 * (1 - abs(z - 0.5)), 0.28))] = -830
        values[ellipse(y, x, (0.42, 0), (0.1, 0.12))] = 500
        values[ellipse(y, x, (-0.05, 0.06), (0.2 * z + 0.05, 0.16))] = 160
        values += noise(random, x.shape) * np.where(values > -1000, 22, 9)
        ds = data_set(CT, "CT", 2, number)
        slice_of(ds, number, 0.7, 1)
        ds.RescaleSlope, ds.RescaleIntercept, ds.RescaleType = 1, -1024, "HU"
        ds.WindowCenter, ds.WindowWidth = [40, -600], [400, 1500]
        put_pixels(ds, np.clip(np.rint(values + 1024), 0, 4095).astype("<u2"), 12)
        yield ds


def mr(count=120):
    y, x = grid(256, 256)
    for number in range(1, count + 1):
        random, size = np.random.default_rng([2, number]), 0.5 + 0.4 * np.sin(np.pi * number / (count + 1))
        values = np.where(ellipse(y, x, (0, 0), (0.9 * size, 0.75 * size)), 700.0, 0)
        values[ellipse(y, x, (0, 0), (0.8 * size, 0.65 * size))] = 420
        values[ellipse(y, x, (0, -0.12), (0.25 * size, 0.08))] = 900
        values = np.hypot(values * (1 + 0.2 * x) + noise(random, x.shape) * 14, noise(random, x.shape) * 14)
        ds = data_set(MR, "MR", 1 + (number - 1) // 40, number)
        slice_of(ds, number, 0.9, 4)
        ds.RepetitionTime, ds.EchoTime, ds.MagneticFieldStrength = 4200, 98, 1.5
        ds.WindowCenter, ds.WindowWidth = 450, 900
        put_pixels(ds, np.clip(values, 0, 4095).astype("<u2"), 12)
        yield ds


def cr():
    y, x = grid(3000, 2500)
    values = 9500 - 5000 * np.exp(-((x / 0.75) ** 4) - (y / 0.95) ** 4)
    for side in (-1, 1):
        values += 4000 * np.exp(-(((x - side * 0.36) / 0.27) ** 4) - (y / 0.5) ** 4)
    values -= 600 * (np.sin(y * 24 - x * x * 4) > 0.8)
    values += noise(np.random.default_rng(3), x.shape) * np.sqrt(values) * 0.7
    ds = data_set(CR, "CR", 1, 1)
    ds.ImagerPixelSpacing, ds.BodyPartExamined, ds.ViewPosition = [0.143, 0.143], "CHEST", "PA"
    ds.WindowCenter, ds.WindowWidth = 7000, 9000
    put_pixels(ds, np.clip(values, 0, 16383).astype("<u2"), 14, "MONOCHROME1")
    yield ds


def us(count=60):
    y, x = grid(600, 800)
    depth, angle = np.hypot(x * 4 / 3, y + 1.1), np.arctan2(x * 4 / 3, y + 1.1)
    frames = []
    for number in range(count):
        random, phase = np.random.default_rng([4, number]), 2 * np.pi * number / 30
        echo = 60 + 60 * np.exp(-(((depth - 1.1 - 0.06 * np.sin(phase)) / 0.05) ** 2))
        echo *= (depth > 0.2) & (depth < 2) & (abs(angle) < 0.62)
        grey = np.clip(echo * abs(noise(random, x.shape)), 0, 255)
        flow = ellipse(y, x, (0, 0.1), (0.25, 0.2)) * (120 + 100 * np.sin(phase + 5 * x))
        colours = np.stack([np.maximum(grey, flow), grey, np.maximum(grey, 0.5 * flow)], -1)
        jpeg = io.BytesIO()
        Image.fromarray(colours.astype(np.uint8)).save(jpeg, "JPEG", quality=88, subsampling="4:2:2")
        frames.append(jpeg.getvalue())
    ds = data_set(US, "US", 1, 1, JPEGBaseline8Bit)
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PlanarConfiguration = 3, "YBR_FULL_422", 0
    ds.Rows, ds.Columns, ds.NumberOfFrames = 600, 800, count
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 8, 8, 7, 0
    ds.FrameTime, ds.FrameIncrementPointer, ds.LossyImageCompression = 33.3, 0x00181063, "01"
    ds.add_new(0x7FE00010, "OB", encapsulate(frames))
    ds["PixelData"].is_undefined_length = True
    yield ds


def xa(count=100):
    y, x = grid(512, 512)
    vessel = np.exp(-(((y - 0.4 * np.sin(3 * x)) / 0.02) ** 2)) + np.exp(-(((x - 0.3 * np.sin(4 * y)) / 0.015) ** 2))
    random = np.random.default_rng(5)
    filled = [np.clip(2.5 * number / count - np.hypot(x, y), 0, 1) for number in range(count)]
    frames = [160 + 30 * x - 90 * vessel * f + noise(random, x.shape) * 4.5 for f in filled]
    ds = data_set(XA, "XA", 1, 1)
    ds.FrameTime, ds.FrameIncrementPointer = 66.7, 0x00181063
    ds.ImagerPixelSpacing, ds.WindowCenter, ds.WindowWidth = [0.308, 0.308], 128, 256
    put_pixels(ds, np.clip(frames, 0, 255).astype(np.uint8), 8)
    yield ds


def nm(count=64):
    y, x = grid(64, 64)
    random = np.random.default_rng(6)
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
    counts = [4 + 90 * np.exp(-(((x - 0.4 * np.cos(a)) / 0.2) ** 2) - ((y + 0.1) / 0.25) ** 2) for a in angles]
    ds = data_set(NM, "NM", 1, 1)
    ds.ImageType = ["ORIGINAL", "PRIMARY", "TOMO", "EMISSION"]
    ds.PixelSpacing, ds.NumberOfDetectors, ds.NumberOfEnergyWindows = [6.6, 6.6], 1, 1
    put_pixels(ds, random.poisson(counts).astype("<u2"), 16)
    yield ds


def dxa():
    """A bone density report as densitometers send it: a colour secondary capture."""
    y, x = grid(1024, 768)
    page = np.full((*x.shape, 3), 245, np.uint8)
    page[60:500, 80:400] = np.clip(60 + noise(np.random.default_rng(7), (440, 320)) * 12, 0, 255)[..., None]
    page[60:500, 200:280] += 90
    for row in range(560, 960, 24):
        page[row : row + 10, 80 : 300 + row % 300] = 40
    page[100:450, 460:700][::2] = (250, 220, 80)
    ds = data_set(SC, "OT", 1, 1)
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PlanarConfiguration = 3, "RGB", 0
    ds.Rows, ds.Columns = page.shape[:2]
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 8, 8, 7, 0
    ds.add_new(0x7FE00010, "OB", page.tobytes())
    yield ds


def write(out):
    for name, instances in {"ct": ct, "mr": mr, "cr": cr, "us": us, "xa": xa, "nm": nm, "dxa": dxa}.items():
        (out / name).mkdir(parents=True, exist_ok=True)
        for number, ds in enumerate(instances(), 1):
            ds.save_as(out / name / f"{number:04d}.dcm", enforce_file_format=True)
    # The same X-ray as an archive stores it, in a loop of its own because the study has one of each.
    (compressed,) = cr()
    compressed.compress(JPEG2000Lossless, encoding_plugin="pylibjpeg")
    (out / "compressed").mkdir(exist_ok=True)
    compressed.save_as(out / "compressed/cr-jpeg-2000.dcm", enforce_file_format=True)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
