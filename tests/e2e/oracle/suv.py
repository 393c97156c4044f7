"""PET images whose headers differ in what an SUV needs, and the factor that QIBA's pseudo-code gives for each, with numpy.

Writes both to one JSON file, the headers in the DICOM JSON Model as pydicom has them:

    python suv.py ../../../web/test/fixtures/suv.json

The pseudo-code is that of "SUV Calculation", QIBA FDG-PET/CT, vendor-neutral with GE's private scan time. A null factor is a refusal.
"""

import json
import sys
from datetime import datetime, timedelta

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

HALF_LIFE_S = 6586.2
F18_BQ = 350e6


def image(*, series, acquisition=None, injected, weight=72.5, units="BQML", decay="START", corrected=("DECY", "ATTN"), dose=F18_BQ, with_date=False, half_life=HALF_LIFE_S, suv_type=None):
    data = Dataset()
    data.Modality, data.Units, data.DecayCorrection, data.CorrectedImage = "PT", units, decay, list(corrected)
    data.SeriesDate, data.SeriesTime = series.strftime("%Y%m%d"), series.strftime("%H%M%S.%f")
    at = acquisition or series
    data.AcquisitionDate, data.AcquisitionTime = at.strftime("%Y%m%d"), at.strftime("%H%M%S.%f")
    if weight is not None:
        data.PatientWeight = weight
    if suv_type is not None:
        data.SUVType = suv_type
    drug = Dataset()
    drug.RadiopharmaceuticalStartTime = injected.strftime("%H%M%S.%f")
    if with_date:
        drug.RadiopharmaceuticalStartDateTime = injected.strftime("%Y%m%d%H%M%S.%f")
    drug.RadionuclideTotalDose, drug.RadionuclideHalfLife = dose, half_life
    data.RadiopharmaceuticalInformationSequence = Sequence([drug])
    return data


def factor(data, injected):
    """What one unit of the file is in g/ml; `injected` is when it truly was, for those files that tell a time without a date."""
    drug = data.RadiopharmaceuticalInformationSequence[0]
    if data.Units == "GML":
        return 1.0 if data.get("SUVType", "BW") == "BW" else None
    is_corrected = {"ATTN", "DECY"} <= set(data.CorrectedImage)
    if data.Units != "BQML" or not is_corrected or data.get("PatientWeight") is None:
        return None
    if data.DecayCorrection == "ADMIN":
        left = np.float64(1)
    elif data.DecayCorrection == "START":
        scan = datetime.strptime(data.SeriesDate + data.SeriesTime, "%Y%m%d%H%M%S.%f")
        elapsed = np.float64((scan - injected).total_seconds())
        if elapsed < 0:
            return None
        left = np.exp2(-elapsed / np.float64(drug.RadionuclideHalfLife))
    else:
        return None
    return float(np.float64(data.PatientWeight) * 1000 / (np.float64(drug.RadionuclideTotalDose) * left))


def cases():
    noon = datetime(2026, 1, 31, 12, 0, 0)
    night = datetime(2026, 2, 1, 0, 20, 0)
    minutes = lambda count: timedelta(minutes=count)
    yield "an hour before the scan", dict(series=noon, injected=noon - minutes(61.5))
    yield "an hour before, and the bed is at its third position", dict(series=noon, acquisition=noon + minutes(7), injected=noon - minutes(60))
    yield "before midnight, by time alone", dict(series=night, injected=night - minutes(65))
    yield "before midnight, by date", dict(series=night, injected=night - minutes(65), with_date=True)
    yield "a minute after the scan began", dict(series=noon, injected=noon + minutes(1))
    yield "an hour after the scan began, by date", dict(series=noon, injected=noon + minutes(60), with_date=True)
    yield "a day too early, by date", dict(series=noon, injected=noon - timedelta(days=1, hours=1), with_date=True)
    yield "corrected to the injection", dict(series=noon, injected=noon - minutes(60), decay="ADMIN")
    yield "corrected to the injection, which is noted after the scan", dict(series=noon, injected=noon + minutes(60), decay="ADMIN")
    yield "not corrected to a known time", dict(series=noon, injected=noon - minutes(60), decay="NONE")
    yield "without a weight", dict(series=noon, injected=noon - minutes(60), weight=None)
    yield "in counts", dict(series=noon, injected=noon - minutes(60), units="CNTS")
    yield "in g/ml by weight", dict(series=noon, injected=noon - minutes(60), units="GML", suv_type="BW")
    yield "in g/ml by lean mass", dict(series=noon, injected=noon - minutes(60), units="GML", suv_type="LBM")
    yield "in cm²/ml", dict(series=noon, injected=noon - minutes(60), units="CM2ML", suv_type="BSA")
    yield "without attenuation correction", dict(series=noon, injected=noon - minutes(60), corrected=("DECY",))


def main(out):
    found = []
    for name, how in cases():
        data = image(**how)
        right = factor(data, how["injected"])
        # Ten half-lives later nothing is left to see: such a date is wrong, whatever the formula gives.
        is_too_late = (how["series"] - how["injected"]).total_seconds() > 10 * HALF_LIFE_S
        found.append({"name": name, "header": data.to_json_dict(), "factor": None if is_too_late else right})
    with open(out, "w") as file:
        json.dump(found, file, ensure_ascii=False, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
