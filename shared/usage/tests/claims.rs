//! Compares claim lines with a small ledger, in every way in which they can differ.
#![allow(clippy::unwrap_used, missing_docs)]

use filmless_domain::chain::ChainHead;
use filmless_domain::usage::{Payer, UsageContext, UsageKind, UsageUnit};
use filmless_domain::{Order, StudyInstanceUid};
use filmless_usage::Line;
use filmless_usage::book::{Book, Study};
use filmless_usage::claims::{
    BadRow, ClaimFinding, ClaimLimits, Claims, Receivable, evidence_headings, evidence_lines, receivables,
    reconcile,
};
use serde_json::json;

const HEADER: &str = "MA_LK,STT,MA_DICH_VU,MA_NHOM,TEN_DICH_VU,SO_LUONG,NGAY_YL,NGAY_TH_YL,NGAY_KQ,MA_MAY";
const NAME: &str = "Chụp CLVT [Không in phim]";
const TIMES: &str = "202611240800,202611240830,202611240900";

/// A study of the episode after these steps, an hour apart, from 09:00.
fn study(book: &mut Book, head: &mut ChainHead, number: u32, modality: &str, steps: &[(UsageKind, i64)]) {
    study_of(book, head, (number, number, "2026-11-24"), modality, steps);
}

/// The same for a study on a given day, of an episode that may have several.
fn study_of(
    book: &mut Book,
    head: &mut ChainHead,
    (number, episode, day): (u32, u32, &str),
    modality: &str,
    steps: &[(UsageKind, i64)],
) {
    let order = json!({
        "accession_number": format!("A{number}"),
        "patient": { "id": "P", "name": "A", "birth_date": "1980-01-01" },
        "visit": { "episode": format!("LK{episode}"), "insurance_card": "DN4790312345678" },
        "service": { "code": "18.1", "unit_price_vnd": 512_000 },
    });
    let order = Order::parse(order.to_string().as_bytes()).unwrap();
    let uid = StudyInstanceUid::parse(&format!("1.2.{number}")).unwrap();
    let context = UsageContext::new(&uid, &[modality.to_owned()], Some(&order));
    for (hour, (kind, quantity)) in (9..).zip(steps) {
        let at = format!("{day}T{hour:02}:00:00+07:00").parse().unwrap();
        let event = context.event(*kind, &hour.to_string(), at).count(*quantity, UsageUnit::Time);
        let text = head.append(&event).unwrap();
        book.take(&Line::parse(text.as_bytes(), 1).unwrap());
    }
}

fn delivered() -> Vec<(UsageKind, i64)> {
    [UsageKind::StudyReceived, UsageKind::StudyReleased, UsageKind::MessageSent]
        .map(|kind| (kind, 1))
        .to_vec()
}

fn check(steps: &[(UsageKind, i64)], modality: &str, claim: &str, expected: &[ClaimFinding]) {
    let (mut book, mut head) = (Book::new(), ChainHead::default());
    study(&mut book, &mut head, 1, modality, steps);
    let claims = Claims::read(format!("{HEADER}\n{claim}\n").as_bytes()).unwrap();
    assert_eq!(claims.bad_rows, [], "{claim}");
    let result = reconcile(&claims, &book, "2026-11".parse().unwrap());
    let found: Vec<_> = result.findings.iter().map(|finding| finding.kind).collect();
    assert_eq!(found, expected, "{claim}");
}

#[test]
fn each_way_to_differ_is_found_and_nothing_else() {
    let fits = format!("LK1,1,18.1,2,{NAME},1,{TIMES},CL.1.79001.A1");
    check(&delivered(), "CT", &fits, &[]);
    check(&delivered(), "CT", &fits.replace("CL.1", "XX.1"), &[]);
    check(&delivered(), "CT", &fits.replace("CL.1", "MRI.1"), &[ClaimFinding::MachineAgainstModality]);
    check(&delivered(), "CT+PT", &fits.replace("CL.1", "MRI.1.1.A;PET.1"), &[]);
    check(&delivered(), "CT", &fits.replace("[Không in phim]", ""), &[ClaimFinding::FilmPriceWithoutFilm]);
    check(&delivered(), "CT", &fits.replace("0830", "0730"), &[ClaimFinding::TimesOutOfOrder]);
    check(
        &delivered(),
        "CT",
        &fits.replace("202611240900", "202611240829"),
        &[ClaimFinding::TimesOutOfOrder],
    );
    let late = fits.replace("202611240830", "202611241100").replace("202611240900", "202611241200");
    check(&delivered(), "CT", &late, &[ClaimFinding::TimesOutOfOrder]);
    let other = fits.replace("LK1", "LK2");
    check(&delivered(), "CT", &other, &[ClaimFinding::ClaimWithoutStudy, ClaimFinding::StudyWithoutClaim]);
    check(&delivered(), "CT", &fits.replace(",1,2026", ",2,2026"), &[ClaimFinding::ClaimWithoutStudy]);
    let with = |kind, quantity| [delivered(), vec![(kind, quantity)]].concat();
    check(&with(UsageKind::FilmPrinted, 2), "CT", &fits, &[ClaimFinding::PacsPriceWithFilm]);
    let film = fits.replace("[Không in phim]", "");
    check(&with(UsageKind::FilmPrinted, 2), "CT", &film, &[]);
    check(&with(UsageKind::StudyRecalled, 1), "CT", &fits, &[ClaimFinding::NoDeliveryEvidence]);
    check(&with(UsageKind::StudyHeld, 1), "CT", &fits, &[ClaimFinding::NoDeliveryEvidence]);
    // Erasure neither takes back a delivery nor brings back what was recalled or never released.
    check(&with(UsageKind::StudyErased, 1), "CT", &fits, &[]);
    let recalled = [with(UsageKind::StudyRecalled, 1), vec![(UsageKind::StudyErased, 1)]].concat();
    check(&recalled, "CT", &fits, &[ClaimFinding::NoDeliveryEvidence]);
    let unreleased = [(UsageKind::StudyReceived, 1), (UsageKind::StudyErased, 1)];
    check(&unreleased, "CT", &fits, &[ClaimFinding::NoDeliveryEvidence]);
    // A study that was taken back cannot be claimed, and nobody is asked to.
    check(&with(UsageKind::ReleaseCorrected, -1), "CT", &fits, &[ClaimFinding::NoDeliveryEvidence]);
    check(&with(UsageKind::ReleaseCorrected, -1), "CT", &other, &[ClaimFinding::ClaimWithoutStudy]);
    let unreleased = [(UsageKind::StudyReceived, 1)];
    check(&unreleased, "CT", &fits, &[ClaimFinding::NoDeliveryEvidence]);
    let untold = &delivered()[..2];
    check(untold, "CT", &fits, &[ClaimFinding::NoDeliveryEvidence]);
    check(&[untold, &[(UsageKind::StudyOpened, 1)]].concat(), "CT", &fits, &[]);
}

#[test]
fn letters_that_are_written_in_parts_are_the_same_letters() {
    let parts = "Kho\u{302}ng in phim";
    let fits = format!("LK1,1,18.1,2,{NAME},1,{TIMES},CL.1.79001.A1");
    for name in [parts, &parts.to_uppercase(), "Không  in\u{a0}phim", "khong in phim"] {
        let row = fits.replace("Không in phim", name);
        check(&delivered(), "CT", &row, &[]);
        let printed = [delivered(), vec![(UsageKind::FilmPrinted, 2)]].concat();
        check(&printed, "CT", &row, &[ClaimFinding::PacsPriceWithFilm]);
    }
    // A letter of four parts counts as one of the 1024 characters of a name, as in the tables.
    let long = fits.replace("Chụp CLVT", &"e\u{302}\u{301}".repeat(1000));
    check(&delivered(), "CT", &long, &[]);
}

#[test]
fn a_claim_is_for_the_examination_of_its_time_and_not_for_one_that_another_month_claimed() {
    let (mut book, mut head) = (Book::new(), ChainHead::default());
    for (number, day) in [(1, "2026-09-05"), (2, "2026-10-07"), (3, "2026-11-24"), (4, "2026-11-28")] {
        study_of(&mut book, &mut head, (number, 1, day), "CT", &delivered());
    }
    let row = format!("LK1,1,18.1,2,{NAME},1,{TIMES},CL.1");
    // The order may be written up to a day after the images, as in an emergency.
    let (later, much_later) = (row.replace("20261124", "20261128"), row.replace("20261124", "20261129"));
    let many = row.replace(",1,2026", ",3,2026");
    let first = row.replace("20261124", "20260905");
    for (rows, expected) in [
        (vec![&row], vec!["3"]),
        (vec![&later, &row], vec!["4", "3"]),
        (vec![&row, &much_later], vec!["3", "4"]),
        (vec![&many], vec!["2 3 4"]),
        (vec![&row, &first], vec!["3", "1"]),
        (vec![&row, &row, &row, &first], vec!["2", "3", "4", "1"]),
        (vec![&first], vec!["1"]),
    ] {
        let lines: Vec<&str> = rows.iter().map(|row| row.as_str()).collect();
        let claims = Claims::read(format!("{HEADER}\n{}\n", lines.join("\n")).as_bytes()).unwrap();
        let result = reconcile(&claims, &book, "2026-11".parse().unwrap());
        let uids = |studies: &[Study<'_>]| {
            studies.iter().map(|study| study.uid.trim_start_matches("1.2.")).collect::<Vec<_>>().join(" ")
        };
        let found: Vec<_> = result.matches.iter().map(|matched| uids(&matched.studies)).collect();
        assert_eq!(found, expected, "{rows:?}");
    }
}

#[test]
fn bad_rows_are_listed_and_the_good_ones_go_on() {
    let rows = [
        format!("LK1,1,18.1,2,{NAME},1,{TIMES},CL.1"),
        "LK1,2".to_owned(),
        format!("LK1,3,18.1,2,{NAME},viele,{TIMES},CL.1"),
        format!(",4,18.1,2,{NAME},1,{TIMES},CL.1"),
        "LK1,5,,1,,không,,,,".to_owned(),
        format!("LK1,6,18.1,02,\"Chụp,\ncó xuống dòng\",1,{TIMES},CL.1"),
        format!("LK1,7,18.1,2,{NAME},1,202611240800,202613240830,202611240900,CL.1"),
    ];
    let text = format!("\u{feff}{HEADER}\r\n{}", rows.join("\r\n"));
    let claims = Claims::read(text.as_bytes()).unwrap();
    let bad: Vec<_> = claims.bad_rows.iter().map(|row| (row.place.line, row.field)).collect();
    assert_eq!(bad, [(3, None), (4, Some("SO_LUONG")), (5, Some("MA_LK")), (9, Some("NGAY_TH_YL"))]);
    let of = |row: &BadRow| (row.ma_lk.clone(), row.ma_dich_vu.clone());
    let known = |lk: &str, code: &str| (lk.to_owned(), code.to_owned());
    let named: Vec<_> = claims.bad_rows.iter().map(of).collect();
    // If cells are missing, nobody knows which ones.
    assert_eq!(named, [known("", ""), known("LK1", "18.1"), known("", "18.1"), known("LK1", "18.1")]);
    assert_eq!(claims.lines.iter().map(|claim| claim.place.line).collect::<Vec<_>>(), [2, 7]);
    assert_eq!(claims.other_rows, 1);
    assert!(
        Claims::read("MA_LK;STT\n1;2\n".as_bytes()).unwrap_err().to_string().contains("thiếu MA_DICH_VU")
    );
}

#[test]
fn a_study_whose_row_cannot_be_used_is_claimed_all_the_same() {
    let (mut book, mut head) = (Book::new(), ChainHead::default());
    for number in 1..4 {
        study_of(&mut book, &mut head, (number, 1, "2026-11-24"), "CT", &delivered());
    }
    let bad = format!("LK1,2,18.1,2,{NAME},1,{},CL.1", TIMES.replace("0830", "0860"));
    let good = format!("LK1,1,18.1,2,{NAME},1,{TIMES},CL.1");
    let without_machine = format!("LK1,3,18.1,2,{NAME},1,{TIMES},");
    for (rows, unclaimed) in [
        (vec![good.clone(), bad.clone()], vec!["1.2.3"]),
        (vec![good.clone(), bad.clone(), without_machine.clone()], vec![]),
        (vec![good.clone(), bad.replace(",1,2026", ",2,2026")], vec![]),
        (vec![good.clone(), bad.replace("LK1", "LK2")], vec!["1.2.2", "1.2.3"]),
        (vec![good.clone(), bad.replace("18.1", "18.2")], vec!["1.2.2", "1.2.3"]),
        (vec![bad.clone(), bad.replace(",1,2026", ",x,2026")], vec!["1.2.3"]),
        // A service code that is too long is unreadable.
        (vec![bad.replace("18.1", &"8".repeat(51))], vec!["1.2.1", "1.2.2", "1.2.3"]),
    ] {
        let claims = Claims::read(format!("{HEADER}\n{}\n", rows.join("\n")).as_bytes()).unwrap();
        let result = reconcile(&claims, &book, "2026-11".parse().unwrap());
        let found: Vec<_> =
            result.findings.iter().filter_map(|finding| finding.study_instance_uid.as_deref()).collect();
        assert_eq!(found, unclaimed, "{rows:?}");
        assert_eq!(result.at_risk.unclaimed.rows, unclaimed.len() as u64);
    }
}

#[test]
fn a_claim_keeps_its_fields_and_gets_the_evidence_beside_them() {
    let (mut book, mut head) = (Book::new(), ChainHead::default());
    study(&mut book, &mut head, 1, "CT", &delivered());
    let claim = format!(
        "{}\nLK1;1;18.1;2;{NAME};1;{};CL.1\nLK9;1;18.1;2;{NAME};1;{};CL.1\n",
        HEADER.replace(',', ";"),
        TIMES.replace(',', ";"),
        TIMES.replace(',', ";")
    );
    let claims = Claims::read(claim.as_bytes()).unwrap();
    let result = reconcile(&claims, &book, "2026-11".parse().unwrap());
    let lines = evidence_lines(&result);
    let at = |line: usize, name: &str| {
        let column = evidence_headings().iter().position(|heading| *heading == name).unwrap();
        lines[line][column].to_string()
    };
    assert_eq!(at(0, "TEN_DICH_VU"), NAME);
    assert_eq!(at(0, "FL_TRA_KQ_LUC"), "2026-11-24 10:00:00");
    assert_eq!(at(0, "FL_GUI_TIN_LUC"), "2026-11-24 11:00:00");
    assert_eq!((at(0, "FL_MO_LAN_DAU_LUC"), at(0, "FL_SAI_LECH")), (String::new(), String::new()));
    assert_eq!(
        (at(1, "FL_UID_CA_CHUP"), at(1, "FL_SAI_LECH")),
        (String::new(), "claim-without-study".into())
    );
}

/// A file of one visit, as sent to the insurance.
fn sent(services: &str) -> String {
    use base64::Engine;
    let table = format!(
        "<CHITIEU_CHITIET_DVKT_VTYT><DSACH_CHI_TIET_DVKT>{services}</DSACH_CHI_TIET_DVKT></CHITIEU_CHITIET_DVKT_VTYT>"
    );
    let packed = base64::engine::general_purpose::STANDARD.encode(table);
    format!(
        "<GIAMDINHHS><THONGTINHOSO><DANHSACHHOSO><HOSO><FILEHOSO><LOAIHOSO>XML3</LOAIHOSO><NOIDUNGFILE>{packed}\
         </NOIDUNGFILE></FILEHOSO></HOSO></DANHSACHHOSO></THONGTINHOSO></GIAMDINHHS>"
    )
}

fn sent_service() -> String {
    let [ordered, performed, result] = TIMES.split(',').collect::<Vec<_>>()[..] else { unreachable!() };
    format!(
        "<CHI_TIET_DVKT><MA_LK>LK1</MA_LK><STT>1</STT><MA_DICH_VU>18.1</MA_DICH_VU><MA_NHOM>2</MA_NHOM>\
         <TEN_DICH_VU>{NAME}</TEN_DICH_VU><SO_LUONG>1</SO_LUONG><T_BHTT>409600.5</T_BHTT><NGAY_YL>{ordered}</NGAY_YL>\
         <NGAY_TH_YL>{performed}</NGAY_TH_YL><NGAY_KQ>{result}</NGAY_KQ><MA_MAY>CL.1.79001.A</MA_MAY></CHI_TIET_DVKT>"
    )
}

#[test]
fn claims_as_they_are_sent_are_read_from_bytes() {
    let (mut book, mut head) = (Book::new(), ChainHead::default());
    study(&mut book, &mut head, 1, "CT", &delivered());
    let mut claims = Claims::default();
    claims.add("a.xml", sent(&sent_service()).as_bytes()).unwrap();
    claims.add("b.xml", sent(&sent_service().replace("LK1", "LK9")).as_bytes()).unwrap();
    let result = reconcile(&claims, &book, "2026-11".parse().unwrap());
    assert_eq!((claims.dossiers, result.matched_claims), (2, 1));
    let [finding] = &result.findings[..] else { panic!("{:?}", result.findings) };
    assert_eq!(finding.place.as_ref().unwrap().to_string(), "b.xml, HOSO 1, dòng 1");
    assert_eq!((finding.kind, finding.amount_vnd), (ClaimFinding::ClaimWithoutStudy, Some(409_601)));
    assert_eq!((result.at_risk.total.rows, result.at_risk.total.amount_vnd), (1, 409_601));
}

#[test]
fn what_macos_and_excel_add_of_their_own_is_passed_over() {
    let row = format!("LK1,1,18.1,2,{NAME},1,{TIMES},CL.1");
    for (first, mark) in
        [("sep=,", ","), ("SEP=;\r", ";"), ("\"sep=;\"", ";"), ("\u{feff}sep=\t", "\t"), ("sep=|", "|")]
    {
        let table = format!("{HEADER}\n{row}\nLK2\n").replace(',', mark);
        let claims = Claims::read(format!("{first}\n{table}").as_bytes()).unwrap();
        let lines = (claims.lines[0].place.line, claims.bad_rows[0].place.line);
        assert_eq!((claims.lines.len(), lines), (1, (3, 4)), "{first}");
        assert_eq!(claims.lines[0].value("TEN_DICH_VU"), NAME);
    }
    let refused = Claims::read("sep=,\nMA_LK,STT\n".as_bytes()).unwrap_err().to_string();
    assert!(refused.contains("dòng 2: dòng tiêu đề thiếu MA_DICH_VU"), "{refused}");

    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in [
        ("a/a.csv", format!("{HEADER}\n{row}\n")),
        ("__MACOSX/a/._a.csv", "\0\u{5}\u{16}\u{7}\0".to_owned()),
        ("__MACOSX/b.xml", "<".to_owned()),
        ("a/._b.xml", "\0\u{5}".to_owned()),
        ("a/.DS_Store", "Bud1".to_owned()),
        ("a/doc.pdf", "%PDF".to_owned()),
    ] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, text.as_bytes()).unwrap();
    }
    let mut claims = Claims::default();
    claims.add("m.zip", &zip.finish().unwrap().into_inner()).unwrap();
    assert_eq!((claims.lines.len(), &claims.other_files[..]), (1, &["m.zip/a/doc.pdf".to_owned()][..]));
}

#[test]
fn every_limit_on_claim_files_holds() {
    let row = sent_service();
    let refusal = |limits: ClaimLimits, bytes: &[u8]| {
        Claims::within(limits).add("f", bytes).err().map(|error| error.to_string()).unwrap_or_default()
    };
    let limits = ClaimLimits::default;
    let two = sent(&row.repeat(2));
    let visits = sent(&row).replace("<HOSO>", "<HOSO></HOSO><HOSO>");
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for name in ["a.xml", "b.xml"] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, sent(&row).as_bytes()).unwrap();
    }
    let zip = zip.finish().unwrap().into_inner();
    let wide = format!("{HEADER},X\n");
    for (limits, bytes, why) in [
        (ClaimLimits { file_bytes_max: 100, ..limits() }, two.as_bytes(), "tệp quá lớn"),
        (ClaimLimits { rows_max: 1, ..limits() }, two.as_bytes(), "quá nhiều dòng"),
        (ClaimLimits { dossiers_max: 1, ..limits() }, visits.as_bytes(), "quá nhiều hồ sơ"),
        (ClaimLimits { depth_max: 4, ..limits() }, two.as_bytes(), "lồng nhau quá sâu"),
        (ClaimLimits { zip_entries_max: 1, ..limits() }, &zip, "quá nhiều tệp"),
        (ClaimLimits { zip_unpacked_bytes_max: 1200, ..limits() }, &zip, "giải nén ra quá lớn"),
        (ClaimLimits { columns_max: 10, ..limits() }, wide.as_bytes(), "quá nhiều cột"),
    ] {
        let told = refusal(limits.clone(), bytes);
        assert!(told.contains(why), "{why}: {told}");
        assert_eq!(refusal(ClaimLimits::default(), bytes), "", "{why}");
    }
}

#[test]
fn receivables_count_what_stands_where_it_is_charged_and_leave_the_rest_open() {
    let (mut book, mut head) = (Book::new(), ChainHead::default());
    for number in [1, 2, 3] {
        study(&mut book, &mut head, number, "CT", &delivered());
    }
    let claim = |episode: &str, machine: &str, card: &str| {
        format!("{episode},1,18.1,2,{NAME},1,{TIMES},{machine}.1.79001.A1,80000,K09,{card}\n")
    };
    let header = format!("{HEADER},T_BHTT,MA_KHOA,MA_THE_BHYT\n");
    // One claim stands, one has a finding, one has no study; nobody claims the third study.
    let text =
        [header, claim("LK1", "CL", ""), claim("LK2", "MRI", ""), claim("LK9", "CL", "DN4790312345678")]
            .concat();
    let claims = Claims::read(text.as_bytes()).unwrap();
    let month = "2026-11".parse().unwrap();
    let result = reconcile(&claims, &book, month);
    let receivable = |department: &str, sums: [i64; 3]| Receivable {
        department: department.to_owned(),
        payer: Payer::Insured,
        claimed_vnd: sums[0],
        accepted_vnd: sums[1],
        settled_vnd: sums[2],
    };
    let expected = [receivable("", [160_000, 80_000, 512_000]), receivable("K09", [80_000, 0, 0])];
    assert_eq!(receivables(&result, month), expected);
    // In another month the same claims settle nothing that was charged in this one.
    let other = "2026-12".parse().unwrap();
    let settled: i64 =
        receivables(&reconcile(&claims, &book, other), other).iter().map(|r| r.settled_vnd).sum();
    assert_eq!(settled, 0);
}
