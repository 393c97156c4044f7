"""What pydicom makes of a file, for comparison with what DICOMweb answers."""

import numpy as np
import pydicom
from pydicom.encaps import generate_frames
from pydicom.pixels import get_decoder

# Several decoders exist for most syntaxes; this order prefers those that follow the standards most closely.
DECODERS = {"pylibjpeg": 0, "gdcm": 1, "pyjpegls": 2, "pydicom": 3}


def frame_count(dataset):
    return int(dataset.get("NumberOfFrames") or 1) if "PixelData" in dataset else 0


def stored_frames(dataset):
    """The frames as they are in the file, byte for byte."""
    count = frame_count(dataset)
    if dataset.file_meta.TransferSyntaxUID.is_encapsulated:
        return [bytes(frame) for frame in generate_frames(dataset.PixelData, number_of_frames=count)]
    length = len(dataset.PixelData) // count
    bits = dataset.Rows * dataset.Columns * dataset.SamplesPerPixel * dataset.BitsAllocated
    if dataset.PhotometricInterpretation == "YBR_FULL_422":
        bits = bits * 2 // 3
    length = min(length, bits // 8) if bits % 8 == 0 else length
    return [dataset.PixelData[frame * length : (frame + 1) * length] for frame in range(count)]


def samples(dataset, frame, raw=False):
    """Stored values of one frame, counted from 0; colours as RGB, unless raw."""
    decoder = get_decoder(dataset.file_meta.TransferSyntaxUID)
    plugins = sorted(decoder.available_plugins, key=lambda name: DECODERS.get(name, 9)) or [""]
    for plugin in plugins:
        try:
            return decoder.as_array(dataset, index=frame, raw=raw, decoding_plugin=plugin)[0]
        except Exception as error:  # noqa: BLE001 - each plug-in fails in its own way
            problem = error
    raise problem


def of_native(data, metadata):
    """The samples of a frame in Explicit VR Little Endian, with the shape that its metadata tells."""
    bits, signed = int(metadata.BitsAllocated), int(metadata.get("PixelRepresentation", 0))
    kind = np.dtype(f"<{'i' if signed else 'u'}{bits // 8}")
    shape = [metadata.Rows, metadata.Columns]
    shape += [metadata.SamplesPerPixel] if metadata.SamplesPerPixel > 1 else []
    count = int(np.prod(shape))
    return np.frombuffer(data, kind)[:count].reshape(shape)


def parts(answer):
    """The parts of a multipart/related answer (RFC 2046 5.1): pairs of headers and bytes."""
    content_type = answer.headers["Content-Type"]
    boundary = next(word.strip()[9:].strip('"') for word in content_type.split(";") if word.strip().startswith("boundary="))
    pieces = (b"\r\n" + answer.content).split(b"\r\n--" + boundary.encode())
    assert pieces[-1].startswith(b"--"), "the closing boundary is missing"
    found = []
    for piece in pieces[1:-1]:
        head, _, body = piece.partition(b"\r\n\r\n")
        lines = [line.split(b": ", 1) for line in head.decode().encode().split(b"\r\n") if line]
        found.append(({name.decode(): value.decode() for name, value in lines}, body))
    return found


def metadata_of(json):
    return pydicom.Dataset.from_json(json)
