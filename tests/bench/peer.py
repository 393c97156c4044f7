"""What pydicom, numpy and Pillow need for the same work. `peer.py one FILE OUT.jpg` does it in a whole process."""

import io
import json
import sys
import time
from pathlib import Path

import numpy as np
import pydicom
from PIL import Image

THUMBNAIL_SIDE = 256
THUMBNAIL_QUALITY = 80


def write_thumbnail(ds, path):
    """The middle frame in its first window, at most 256 pixels wide and high."""
    middle = int(ds.get("NumberOfFrames", 1)) // 2
    frame = pydicom.pixels.pixel_array(ds, index=middle) if "NumberOfFrames" in ds else ds.pixel_array
    if frame.ndim == 2:
        values = pydicom.pixels.apply_modality_lut(frame, ds)
        if "WindowCenter" in ds:
            values = pydicom.pixels.apply_voi_lut(values, ds, index=0)
        low, high = values.min(), values.max()
        frame = ((values - low) * (255 / max(high - low, 1))).astype(np.uint8)
        if ds.PhotometricInterpretation == "MONOCHROME1":
            frame = 255 - frame
    picture = Image.fromarray(frame)
    picture.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.HAMMING)
    picture.save(path, "JPEG", quality=THUMBNAIL_QUALITY)


def headers(paths):
    """CPU seconds to read every header and write its DICOM JSON."""
    files = [io.BytesIO(Path(path).read_bytes()) for path in paths]
    start = time.process_time()
    for file in files:
        pydicom.dcmread(file, stop_before_pixels=True).to_json()
    return time.process_time() - start


def thumbnails(paths, out):
    """CPU seconds for DICOM JSON and a thumbnail of every file."""
    start = time.process_time()
    for number, path in enumerate(paths):
        ds = pydicom.dcmread(path)
        metadata = ds.to_json_dict(bulk_data_threshold=1024, bulk_data_element_handler=lambda _: "pixels")
        (out / f"{number}.json").write_text(json.dumps(metadata))
        write_thumbnail(ds, out / f"{number}.jpg")
    return time.process_time() - start


if __name__ == "__main__":
    _, file, picture = sys.argv[1:]
    write_thumbnail(pydicom.dcmread(file), Path(picture))
