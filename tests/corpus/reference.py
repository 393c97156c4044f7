"""The reference look of one frame, computed with pydicom and numpy after PS3.3 C.11 and C.7.6.3."""

from datetime import datetime

import numpy as np
import pydicom
from pydicom.dataset import Dataset
from pydicom.pixels import apply_color_lut, get_decoder

# Most syntaxes have several decoders. This order prefers those closest to the standards.
DECODER_ORDER = {"pylibjpeg": 0, "gdcm": 1, "pyjpegls": 2, "pydicom": 3}


def decode(ds, frame, raw=False):
    """Stored values of one frame, counted from 0, as pydicom decodes them; colours as RGB, unless raw."""
    decoder = get_decoder(ds.file_meta.TransferSyntaxUID)
    plugins = sorted(decoder.available_plugins, key=lambda p: DECODER_ORDER.get(p, 9)) or [""]
    errors = []
    for plugin in plugins:
        try:
            return decoder.as_array(ds, index=frame, raw=raw, decoding_plugin=plugin)[0]
        except Exception as error:  # noqa: BLE001 - every plug-in fails in its own way
            errors.append(f"{plugin}: {error}")
    raise ValueError("; ".join(errors) or "no decoder")


def first(value):
    if value is None or value == "":
        return None
    try:
        return float(value[0]) if hasattr(value, "__len__") and not isinstance(value, str) else float(value)
    except (TypeError, ValueError, IndexError):
        return None


def functional_group(ds, frame, keyword):
    for holder in (
        ds.get("PerFrameFunctionalGroupsSequence", [])[frame : frame + 1],
        ds.get("SharedFunctionalGroupsSequence", [])[:1],
    ):
        for item in holder:
            if keyword in item and len(item[keyword].value):
                return item[keyword].value[0]
    return {}


def attribute(ds, group, keyword):
    value = first(ds.get(keyword))
    return first(group.get(keyword)) if value is None else value


def look_up(item, values, signed):
    entries, start, bits = item.LUTDescriptor
    if signed and start > 32767:
        start -= 65536
    if not signed and start < 0:
        start += 65536
    data = item.LUTData
    data = np.frombuffer(data, "<u2") if isinstance(data, bytes) else np.asarray(data)
    data = data[: entries or 65536].astype(np.float64)
    bits = max(1, min(16, bits))
    while bits < 16 and data.max() >= 2**bits:
        bits += 1
    return data[np.clip(np.round(values).astype(np.int64) - start, 0, len(data) - 1)], bits


def window(values, center, width, function):
    if function == "SIGMOID":
        return 1 / (1 + np.exp(-4 * (values - center) / width))
    # LINEAR does not allow a width below 1 (PS3.3 C.11.2.1.2.1), so the exact function is meant.
    if function == "LINEAR_EXACT" or width < 1:
        return (values - center) / width + 0.5
    if width <= 1:
        return np.where(values > center - 0.5, 1.0, 0.0)
    return (values - (center - 0.5)) / (width - 1) + 0.5


def measured(ds, stored, values):
    """Which pixels are measurements: finite, and no padding (PS3.3 C.7.5.1.1.2)."""
    mask = np.isfinite(values)
    padding, limit = first(ds.get("PixelPaddingValue")), first(ds.get("PixelPaddingRangeLimit"))
    if padding is not None:
        limit = padding if limit is None else limit
        mask &= ~((stored >= min(padding, limit)) & (stored <= max(padding, limit)))
    return mask


def is_usual_ct(ds, intercept):
    """Slices of a CT without a window are seen in the usual one, all alike; a scout is not."""
    kinds = list(ds.get("ImageType") or [])
    is_signed = ds.PixelRepresentation == 1
    is_meant = intercept != 0 or (is_signed and kinds[:1] == ["ORIGINAL"] and "RescaleIntercept" in ds)
    is_hounsfield = ds.RescaleType.strip() == "HU" if ds.get("RescaleType") else is_meant
    is_slice = ds.get("Modality") == "CT" and "LOCALIZER" not in kinds
    return is_slice and is_hounsfield and (is_signed or intercept <= -1000)


def clock(value):
    text = str(value).split(".")[0].split("+")[0].ljust(6, "0")
    return datetime.strptime(text[-6:], "%H%M%S")


def usual_uptake(ds):
    """The value that is white in a PET without a window, seven times the mean uptake of a body; None where that is not known."""
    if ds.get("Modality") != "PT" or ds.get("Units") not in ("GML", "BQML"):
        return None
    if ds.Units == "GML":
        return 7.0
    tracer = (ds.get("RadiopharmaceuticalInformationSequence") or [Dataset()])[0]
    weight, dose = ds.get("PatientWeight"), tracer.get("RadionuclideTotalDose")
    if not weight or not dose:
        return None
    if ds.get("DecayCorrection") == "ADMIN":
        return 7.0 * float(dose) / (float(weight) * 1000)
    injected = tracer.get("RadiopharmaceuticalStartDateTime") or tracer.get("RadiopharmaceuticalStartTime")
    half_life, begun = tracer.get("RadionuclideHalfLife"), ds.get("SeriesTime")
    if ds.get("DecayCorrection") != "START" or not injected or not half_life or not begun:
        return None
    if ds.get("AcquisitionTime") and clock(ds.AcquisitionTime) < clock(begun):
        return None
    waited = (clock(begun) - clock(injected)).total_seconds() % 86400
    return 7.0 * float(dose) * 0.5 ** (waited / float(half_life)) / (float(weight) * 1000)


def show(ds, frame, stored):
    """Eight-bit display values: rows × columns, or rows × columns × 3."""
    if stored.ndim == 3:
        if stored.dtype == np.uint8:
            return stored
        return np.clip(stored.astype(np.int64) >> max(0, ds.BitsStored - 8), 0, 255).astype(np.uint8)
    if ds.get("PhotometricInterpretation") == "PALETTE COLOR":
        coloured = apply_color_lut(stored, ds)
        return (coloured >> 8 if coloured.dtype == np.uint16 else coloured).astype(np.uint8)[..., :3]
    x = stored.astype(np.float64)
    signed = ds.get("PixelRepresentation", 0) == 1
    transformation = functional_group(ds, frame, "PixelValueTransformationSequence")
    slope = attribute(ds, transformation, "RescaleSlope") or 1.0
    intercept = attribute(ds, transformation, "RescaleIntercept") or 0.0
    # In angiography a table may lead back to X-ray intensity; that one is not for viewing.
    if ds.get("ModalityLUTSequence") and ds.get("PixelIntensityRelationship") not in ("LOG", "DISP"):
        y, _ = look_up(ds.ModalityLUTSequence[0], x, signed)
    else:
        y = x * slope + intercept
    voi = functional_group(ds, frame, "FrameVOILUTSequence")
    center, width = attribute(ds, voi, "WindowCenter"), attribute(ds, voi, "WindowWidth")
    if ds.get("VOILUTSequence"):
        v, bits = look_up(ds.VOILUTSequence[0], y, signed or intercept < 0)
        v = v / (2**bits - 1)
    elif center is not None and width is not None and width > 0:
        v = window(y, center, width, ds.get("VOILUTFunction") or voi.get("VOILUTFunction") or "LINEAR")
    elif is_usual_ct(ds, intercept):
        v = window(y, 40, 400, "LINEAR")
    elif white := usual_uptake(ds):
        v = y / white
    elif ds.get("Modality") in ("US", "IVUS") and ds.BitsStored <= 8 and not signed:
        v = y / (2**ds.BitsStored - 1)
    else:
        mask = measured(ds, x, y)
        low, high = (y[mask].min(), y[mask].max()) if mask.any() else (0, 0)
        v = (y - low) / (high - low) if high > low else np.zeros_like(y)
    v = np.clip(np.nan_to_num(v), 0, 1) * 255
    v = np.round(v).astype(np.uint8)
    inverse = ds.get("PresentationLUTShape") == "INVERSE"
    v = 255 - v if ds.get("PhotometricInterpretation") == "MONOCHROME1" or inverse else v
    # A supplemental palette colours values from its first entry upwards (PS3.3 C.7.6.19).
    if ds.get("PixelPresentation") in ("COLOR", "MIXED") and "RedPaletteColorLookupTableDescriptor" in ds:
        coloured = stored >= ds.RedPaletteColorLookupTableDescriptor[1]
        if coloured.any():
            colours = np.stack([palette(ds, stored, name) for name in ("Red", "Green", "Blue")], axis=-1)
            return np.where(coloured[..., None], colours, v[..., None])
    return v


def plane(ds, group, frame):
    """One overlay plane over one frame, rows × columns of booleans; None where there is none (PS3.3 C.9.2, C.9.3)."""
    if (group, 0x3000) in ds and len(ds[group, 0x3000].value):
        count = int(ds[group, 0x15].value or 1) if (group, 0x15) in ds else None
        first = int(ds[group, 0x51].value) - 1 if (group, 0x51) in ds else None
        place = 0 if count is None and first is None else frame - (first or 0)
        if not 0 <= place < (count or 1):
            return None
        bits = ds.overlay_array(group)
        return (bits[place] if bits.ndim == 3 else bits).astype(bool)
    if (group, 0x102) in ds and ds.BitsAllocated == 16 and not ds.file_meta.TransferSyntaxUID.is_compressed:
        order = ">u2" if ds.file_meta.TransferSyntaxUID == pydicom.uid.ExplicitVRBigEndian else "<u2"
        words = np.frombuffer(ds.PixelData, order, ds.Rows * ds.Columns, frame * ds.Rows * ds.Columns * 2)
        bit = ds[group, 0x102].value
        unused = bit > ds.HighBit or bit <= ds.HighBit - ds.BitsStored
        return (words >> bit & 1).reshape(ds.Rows, ds.Columns).astype(bool) if unused else None
    return None


def outline(bits):
    """The pixels of a region that have a neighbour outside."""
    p = np.pad(bits, 1)
    return bits & ~(p[:-2, 1:-1] & p[2:, 1:-1] & p[1:-1, :-2] & p[1:-1, 2:])


def draw_overlays(ds, frame, shown):
    """Overlays in white, whatever the photometric interpretation, as DCMTK draws graphics; regions as outlines."""
    for group in range(0x6000, 0x6020, 2):
        if (group, 0x10) not in ds:
            continue
        bits = plane(ds, group, frame)
        if bits is None:
            continue
        if (group, 0x40) in ds and ds[group, 0x40].value == "R":
            bits = outline(bits)
        top, left = (int(v) - 1 for v in ds[group, 0x50].value) if (group, 0x50) in ds else (0, 0)
        rows, columns = np.nonzero(bits)
        rows, columns = rows + top, columns + left
        inside = (rows >= 0) & (rows < shown.shape[0]) & (columns >= 0) & (columns < shown.shape[1])
        shown[rows[inside], columns[inside]] = 255
    return shown


def palette(ds, stored, name):
    """One colour of a palette of plain sixteen-bit entries."""
    _, start, _ = ds[f"{name}PaletteColorLookupTableDescriptor"].value
    data = np.frombuffer(ds[f"{name}PaletteColorLookupTableData"].value, "<u2")
    data = data >> 8 if data.max() > 255 else data
    return data[np.clip(stored.astype(np.int64) - start, 0, len(data) - 1)].astype(np.uint8)


def read(path):
    """A data set that has a transfer syntax, whether the file says so or not."""
    ds = pydicom.dcmread(path, force=True)
    if not getattr(ds, "file_meta", None) or "TransferSyntaxUID" not in ds.file_meta:
        implicit, little = ds.original_encoding
        if not hasattr(ds, "file_meta") or ds.file_meta is None:
            ds.file_meta = pydicom.dataset.FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = (
            pydicom.uid.ImplicitVRLittleEndian
            if implicit
            else pydicom.uid.ExplicitVRLittleEndian
            if little
            else pydicom.uid.ExplicitVRBigEndian
        )
    return ds


def render(path, frame):
    """The look of one frame of a file, counted from 0."""
    ds = read(path)
    return draw_overlays(ds, frame, show(ds, frame, decode(ds, frame)).copy())


def stored(path, frame):
    """The stored values of one frame, interleaved, without any colour conversion."""
    return decode(read(path), frame, raw=True)
