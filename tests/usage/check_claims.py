#!/usr/bin/env python3
"""Checks reconciliation with claims: check_claims.py FILMLESS FOLDER

A made-up month of claims in the forms in which hospitals hold them, every finding seeded once, against a made-up ledger.
What is found is computed a second time here, from the files themselves. Ends with 1 when anything differs.
"""

import base64
import collections
import csv
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import openpyxl

import ledger

MONTH = "2025-11"
CARD = "DN4790312345678"
# QĐ 130/QĐ-BYT, table 3, field 42.
MACHINES = {"SA": {"US"}, "XQ": {"DX", "CR", "MG", "RF"}, "CL": {"CT"}, "MRI": {"MR"}, "PET": {"PT", "CT"}, "DSA": {"XA"}}
filmless, folder = sys.argv[1], Path(sys.argv[2])
failures = 0


def same(what, found, expected):
    global failures
    is_so = found == expected
    print(f"{'ok  ' if is_so else 'FAIL'} {what}{'' if is_so else f': {found!r} is not {expected!r}'}", flush=True)
    failures += not is_so


class Ledger:
    """Writes a ledger as the system does: a line per event, chained."""

    def __init__(self):
        self.lines, self.digest = [], hashlib.sha256(b"").hexdigest()

    def study(self, number, modality="CT", code="18.0220.0041", payer="insured", printed=0, kinds=(), hour=9):
        uid = f"1.2.826.0.1.3680043.10.7.{number}"
        base = {"study_instance_uid": uid, "accession_number": f"A{number}", "episode": f"LK{number}", "department": "K19",
                "visit_class": "outpatient", "payer": payer, "modality": modality, "service_code": code,
                "price_variant": "film" if printed else "pacs", "unit_price_vnd": 512000}
        steps = [("study-received", 10, "instance"), ("study-released", 1, "study"), ("slip-made", 1, "slip")]
        steps += [("film-printed", printed, "film")] if printed else [("film-avoided", 3, "film")]
        for kind, quantity, unit in [step for step in steps if step[0] not in kinds] + [(k[1:], 1, "time") for k in kinds if k[0] == "+"]:
            at = f"2025-11-{number % 27 + 1:02}T{hour - 7 + 3:02}:{len(self.lines) % 60:02}:00.000Z"
            event = {"chain": {"sequence": len(self.lines) + 1, "previous": self.digest}, "schema": 1,
                     "id": hashlib.sha256(f"{kind} {uid}".encode()).hexdigest()[:32], "at": at, "kind": kind, **base,
                     "quantity": quantity, "unit": unit}
            line = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
            self.lines.append((at[:10], line))
            self.digest = hashlib.sha256(line).hexdigest()

    def write(self, root):
        # One object: the lines of a chain need not be in order of days.
        days = collections.defaultdict(list)
        for number, (_, line) in enumerate(self.lines, 1):
            days["2025-11-28"].append((number, line))
        for day, lines in days.items():
            path = root / "ledger" / day.replace("-", "/") / f"{lines[0][0]:012}.ndjson"
            path.parent.mkdir(parents=True)
            path.write_bytes(b"".join(line + b"\n" for _, line in lines))


def service(number, **changes):
    day = number % 27 + 1
    row = {"MA_LK": f"LK{number}", "STT": "1", "MA_DICH_VU": "18.0220.0041", "MA_NHOM": "2",
           "TEN_DICH_VU": "Chụp CLVT <sọ não> & mặt [Không in phim]", "SO_LUONG": "1.000", "DON_GIA_BV": "512000.000",
           "DON_GIA_BH": "512000.000", "THANH_TIEN_BV": "512000.00", "THANH_TIEN_BH": "512000.00", "T_BHTT": f"{409600 + number}.50",
           "MA_KHOA": "K19", "MA_BAC_SI": "001234", "NGAY_YL": f"202511{day:02}0800", "NGAY_TH_YL": f"202511{day:02}0830",
           "NGAY_KQ": f"202511{day:02}0900", "MA_MAY": "CL.1.79001.A1;A2"}
    return row | changes


def element(name, fields, cdata=False):
    def text(value):
        return f"<![CDATA[{value}]]>" if cdata else value.replace("&", "&amp;").replace("<", "&lt;")
    return f"<{name}>" + "".join(f"<{k}>{text(v)}</{k}>" for k, v in fields.items()) + f"</{name}>"


def dossier(rows, encoding="utf-8", card=CARD, result=None):
    """A HOSO: XML1, XML3 and XML4, and an XML2 that nobody asks for."""
    lk = rows[0]["MA_LK"]
    tables = {
        "XML1": element("TONG_HOP", {"MA_LK": lk, "STT": "1", "MA_BN": f"P{lk}", "HO_TEN": "Không Ai", "MA_THE_BHYT": card,
                                     "NGAY_VAO": "202511010700", "NGAY_RA": "202511301700"}),
        "XML2": "<CHITIEU_CHITIET_THUOC/>",
        "XML3": "<CHITIEU_CHITIET_DVKT_VTYT><DSACH_CHI_TIET_DVKT>\n" + "\n".join(element("CHI_TIET_DVKT", r, True) for r in rows)
                + "</DSACH_CHI_TIET_DVKT></CHITIEU_CHITIET_DVKT_VTYT>",
        "XML4": "<CHITIEU_CHITIET_DICHVUCANLAMSANG><DSACH_CHI_TIET_CLS>"
                + element("CHI_TIET_CLS", {"MA_LK": lk, "MA_DICH_VU": rows[0]["MA_DICH_VU"], "KET_LUAN": "Bình thường", **(result or {})})
                + "</DSACH_CHI_TIET_CLS></CHITIEU_CHITIET_DICHVUCANLAMSANG>",
    }
    files = ""
    for name, text in tables.items():
        packed = base64.b64encode(f'<?xml version="1.0" encoding="{encoding}"?>\n{text}'.encode(encoding)).decode()
        packed = "\n".join(re.findall(".{1,76}", packed))
        files += f"<FILEHOSO><LOAIHOSO>{name}</LOAIHOSO><NOIDUNGFILE>{packed}</NOIDUNGFILE></FILEHOSO>\n"
    return f"<HOSO>{files}</HOSO>"


def document(dossiers, encoding="utf-8"):
    return (f'<?xml version="1.0" encoding="{encoding}"?>\n<GIAMDINHHS><THONGTINDONVI><MACSKCB>79001</MACSKCB></THONGTINDONVI>'
            f"<THONGTINHOSO><NGAYLAP>20251130</NGAYLAP><SOLUONGHOSO>{len(dossiers)}</SOLUONGHOSO><DANHSACHHOSO>"
            f"{''.join(dossiers)}</DANHSACHHOSO></THONGTINHOSO></GIAMDINHHS>")


def make():
    shutil.rmtree(folder, ignore_errors=True)
    claims = folder / "claims"
    claims.mkdir(parents=True)
    book = Ledger()
    for number in range(1, 21):
        changes = {3: {"printed": 2}, 5: {"kinds": ("slip-made",)}, 8: {"printed": 1}, 13: {"kinds": ("+study-recalled",)},
                   14: {"payer": "self"}, 16: {"modality": "MR"}, 18: {"modality": "CT+PT"}}.get(number, {})
        book.study(number, **changes)
    book.write(folder / "copy")
    other = {"MA_LK": "LK1", "STT": "2", "MA_NHOM": "13", "TEN_DICH_VU": "", "SO_LUONG": "một", "NGAY_YL": "x"}
    clean = [dossier([service(1), other, {**other, "MA_NHOM": "01"}]), dossier([service(2, NGAY_KQ="")])]
    seeded = [
        dossier([service(3)]),                                                          # film printed, claimed at the price without film
        dossier([service(4, TEN_DICH_VU="Chụp CLVT sọ não")]),                          # claimed at the price with film, none printed
        dossier([service(5)]),                                                          # nothing shows that it was delivered
        dossier([service(6, NGAY_TH_YL="202511070759")]),                               # performed before ordered
        dossier([service(7, MA_MAY="MRI.1.79001.B7")]),                                 # this machine makes other images
        dossier([service(9, MA_DICH_VU="18.9999.0000")]),                               # no such study; study 9 stays unclaimed
        dossier([service(10, SO_LUONG="2.5.1")]),                                       # not usable; study 10 is still claimed
    ]
    # A row with two findings counts once in the total.
    seeded16 = [dossier([service(8, MA_MAY="HH.1.79001.C", MA_KHOA="K02")], "utf-16"), dossier([service(13)], "utf-16")]
    (claims / "utf8.xml").write_text("\ufeff" + document(clean + seeded), encoding="utf-8")
    (claims / "utf16.xml").write_bytes(document(seeded16, "utf-16").encode("utf-16"))
    (claims / "khai.xml").write_bytes(document([dossier([service(14)], card="")], "utf-16").encode("utf-16-le"))
    with zipfile.ZipFile(claims / "thang11.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/XML_15.xml", document([dossier([service(15, MA_MAY="CT.1.79001.A1")])]))
        archive.writestr("doc.pdf", b"%PDF")
    for name, mark, numbers, amount in [("excel.csv", ";", [16, 17], "409.617"), ("chuyen.tsv", "\t", [18], "409,618")]:
        text = io.StringIO()
        rows = [service(n, SO_LUONG="1", T_BHTT=amount, MA_THE_BHYT=CARD, MA_MAY="PET.1.79001.D" if n == 18 else "CL.1.79001.A1")
                for n in numbers]
        writer = csv.DictWriter(text, list(rows[0]), delimiter=mark)
        writer.writeheader()
        writer.writerows(rows)
        (claims / name).write_bytes(text.getvalue().encode("utf-16" if mark == "\t" else "utf-8-sig"))
    return claims


def amount_of(text):
    """Of amounts: at most two decimals, so three digits after a mark are thousands."""
    if re.fullmatch(r"\d{1,3}[.,]\d{3}", text):
        text = re.sub("[.,]", "", text)
    return int(Decimal(text.replace(",", ".")).quantize(Decimal(1), ROUND_HALF_UP))


def rows_of(claims):
    """(file, HOSO, row) of every service, read by Python's own parser."""
    def xml(name, data):
        text = data.decode("utf-16-le") if data[1:2] == b"\0" and data[:1] == b"<" else data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
        for n, hoso in enumerate(ET.fromstring(re.sub(r"^<\?.*?\?>", "", text)).iter("HOSO"), 1):
            tables = {}
            for file in hoso.iter("FILEHOSO"):
                tables[file.findtext("LOAIHOSO")] = ET.fromstring(base64.b64decode(file.findtext("NOIDUNGFILE")))
            visit = {f.tag: f.text or "" for f in tables["XML1"]}
            for item in tables["XML3"].iter("CHI_TIET_DVKT"):
                yield name, n, {f.tag: f.text or "" for f in item} | {k: visit[k] for k in ("MA_THE_BHYT", "NGAY_VAO", "NGAY_RA")}

    for path in sorted(claims.iterdir()):
        if path.suffix == ".xml":
            yield from xml(path.name, path.read_bytes())
        elif path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                for name in (n for n in archive.namelist() if n.endswith(".xml")):
                    yield from xml(f"{path.name}/{name}", archive.read(name))
        else:
            encoding, mark = ("utf-16", "\t") if path.suffix == ".tsv" else ("utf-8-sig", ";")
            for row in csv.DictReader(io.StringIO(path.read_bytes().decode(encoding)), delimiter=mark):
                yield path.name, None, row


def expected(claims):
    studies = collections.defaultdict(list)
    for event in ledger.lines(folder / "copy"):
        studies[event["study_instance_uid"]].append(event)
    by_key = {(e[0]["episode"], e[0]["service_code"]): uid for uid, e in studies.items()}
    findings, used, risk, other, bad = [], set(), {}, 0, []
    for file, hoso, row in rows_of(claims):
        if row["MA_NHOM"].lstrip("0") != "2":
            other += 1
            continue
        if row["SO_LUONG"] not in ("1", "1.000"):
            bad.append((file, hoso, "SO_LUONG"))
            used.add(by_key.get((row["MA_LK"], row["MA_DICH_VU"])))
            continue
        uid = by_key.get((row["MA_LK"], row["MA_DICH_VU"]))
        kinds = []
        if uid is None:
            kinds.append("claim-without-study")
        if row["NGAY_TH_YL"] < row["NGAY_YL"] or (row["NGAY_KQ"] and row["NGAY_KQ"] < row["NGAY_TH_YL"]):
            kinds.append("times-out-of-order")
        if uid:
            used.add(uid)
            events = studies[uid]
            printed, without = ledger.quantity(events, "film-printed"), "[Không in phim]" in row["TEN_DICH_VU"]
            kinds += ["pacs-price-with-film"] if without and printed else []
            kinds += ["film-price-without-film"] if not without and not printed else []
            if ledger.has(events, "study-recalled") or not ledger.has(events, "slip-made", "sms-sent", "message-sent", "study-opened"):
                kinds.append("no-delivery-evidence")
            group = row["MA_MAY"].split(".")[0]
            made = MACHINES.get(group, set() if group == "HH" else None)
            if made is not None and not made & set(events[0]["modality"].split("+")):
                kinds.append("machine-against-modality")
        payer = "insured" if row.get("MA_THE_BHYT") else studies[uid][0]["payer"] if uid else "unknown"
        amount = amount_of(row["T_BHTT"])
        findings += [(kind, file, hoso, row["MA_LK"], amount) for kind in kinds]
        if kinds:
            risk[(file, hoso, row["MA_LK"])] = (kinds, row["MA_KHOA"], payer, amount)
    for uid, events in studies.items():
        if uid not in used and events[0]["payer"] == "insured":
            findings.append(("study-without-claim", None, None, events[0]["episode"], events[0]["unit_price_vnd"]))
    return findings, risk, other, bad


def sums(pairs):
    found = collections.defaultdict(lambda: [0, 0])
    for key, amount in pairs:
        found[key][0] += 1
        found[key][1] += amount
    return {key: tuple(value) for key, value in found.items()}


def flat(sums_found):
    return {key: (value["rows"], value["amount_vnd"]) for key, value in sums_found.items()}


def reconcile(*words):
    command = [filmless, "usage", "reconcile", "--month", MONTH, "--from", folder / "copy", *words]
    return subprocess.run([str(word) for word in command], capture_output=True, text=True)


def check_month(claims):
    findings, risk, other, bad = expected(claims)
    done = reconcile("--claims", claims, "--out", folder / "out", "--json")
    if done.returncode:
        sys.exit(f"reconcile: {done.stderr}")
    found = json.loads(done.stdout)
    key = lambda f: (f["kind"], f.get("file"), f.get("dossier"), f["ma_lk"], f["amount_vnd"])
    order = lambda finding: tuple(str(part) for part in finding)
    same("every finding, by file, dossier and amount", sorted(map(key, found["findings"]), key=order), sorted(findings, key=order))
    kinds = collections.Counter(f[0] for f in findings)
    same("every kind of finding is seeded", len(kinds), 7)
    same("rows of other groups", found["other_rows"], other)
    same("rows that cannot be used", [(r["file"], r["dossier"], r["field"]) for r in found["bad_rows"]], bad)
    at_risk = found["at_risk"]
    by_kind = [(kind, amount) for kinds_of, _, _, amount in risk.values() for kind in kinds_of]
    unclaimed = [(f[0], f[4]) for f in findings if f[0] == "study-without-claim"]
    same("amounts by finding", flat(at_risk["findings"]), sums(by_kind + unclaimed))
    same("amounts by department", flat(at_risk["departments"]), sums((r[1], r[3]) for r in risk.values()))
    same("amounts by payer", flat(at_risk["payers"]), sums((r[2], r[3]) for r in risk.values()))
    total = (len(risk), sum(r[3] for r in risk.values()))
    same("the total, each row once", (at_risk["total"]["rows"], at_risk["total"]["amount_vnd"]), total)
    same("a row with two findings is in it", any(len(r[0]) > 1 for r in risk.values()), True)
    same("machines that the decision does not have", found["unknown_machines"], {"CT": 1})
    same("files that are no claims", found["other_files"], ["thang11.zip/doc.pdf"])
    book = openpyxl.load_workbook(folder / "out" / f"doi-chieu-{MONTH}.xlsx", read_only=True)
    lines = list(book["Dòng cần sửa"].iter_rows(values_only=True))
    same("a line of the workbook per finding and bad row", len(lines) - 1, len(findings) + len(bad))
    last = [line for line in book["Tiền có rủi ro"].iter_rows(values_only=True) if line[0] == "Tổng cộng"]
    same("the workbook's total", [(line[2], line[4]) for line in last], [total])
    evidence = list(csv.DictReader((folder / "out" / f"bang-chung-{MONTH}.csv").read_text("utf-8-sig").splitlines()))
    of_one = next(line for line in evidence if line["MA_LK"] == "LK1")
    same("XML1 and XML4 stand beside the service", (of_one["MA_BN"], of_one["MA_THE_BHYT"], of_one["KET_LUAN"]), ("PLK1", CARD, "Bình thường"))
    told = reconcile("--claims", *sorted(claims.iterdir())).stdout
    same("the list names file, dossier and line in Vietnamese", "utf8.xml, HOSO 5, dòng 3: no-delivery-evidence: Không có bằng chứng" in told, True)


def check_refusals():
    """What is no claim file is refused, and the place named."""
    good = document([dossier([service(1)])])
    for name, text, why in [
        ("dtd", good.replace("<GIAMDINHHS>", '<!DOCTYPE GIAMDINHHS [<!ENTITY x SYSTEM "file:///etc/passwd">]><GIAMDINHHS>', 1), "dòng 2: không nhận DTD"),
        ("entity", good.replace("79001", "&x;", 1), "thực thể"),
        ("cut", good[: len(good) // 2], "HOSO 1, dòng"),
        ("other", "<HSDLDK></HSDLDK>", "không phải GIAMDINHHS"),
        ("empty", document([]), "không có HOSO"),
    ]:
        path = folder / f"{name}.xml"
        path.write_text(text, encoding="utf-8")
        done = reconcile("--claims", path)
        same(f"refused: {name}", (done.returncode, f"{name}.xml" in done.stderr and why in done.stderr), (1, True))
    broken = folder / "base64.xml"
    broken.write_text(re.sub("<NOIDUNGFILE>[^<]{8}", "<NOIDUNGFILE>!!", good).replace("<SOLUONGHOSO>1", "<SOLUONGHOSO>3"), encoding="utf-8")
    found = json.loads(reconcile("--claims", broken, "--json").stdout)
    same("tables that are no base64 and a wrong count are listed", [r["field"] for r in found["bad_rows"]], ["NOIDUNGFILE"] * 3 + ["SOLUONGHOSO"])


def main():
    claims = make()
    check_month(claims)
    check_refusals()
    if failures:
        sys.exit(f"{failures} checks of claims failed; the files are in {folder}")


main()
