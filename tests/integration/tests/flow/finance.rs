//! The finance page of a real `filmless up`. Its figures equal those of `filmless usage query`, and claims uploaded
//! there give the same findings as `filmless usage reconcile`.

use filmless_domain::hospital::HOSPITAL_TIME;
use serde_json::{Value, json};

use crate::console::{Desk, account};
use crate::sample::Study;
use crate::system::System;
use crate::usage::{CT_CHEST, files_below, order, usage};

/// Releases three studies: two of insured patients in two departments, and one of somebody who pays.
async fn three_released(system: &System) -> Vec<Study> {
    let mut studies = Vec::new();
    for (number, department, is_insured) in [(81, "K01", true), (82, "K02", true), (83, "K02", false)] {
        let study = Study { patient_id: format!("N20-{number}"), ..Study::numbered(number) };
        let mut order = order(&study, &format!("LK-{number}"));
        order["visit"]["department"] = json!(department);
        if !is_insured {
            order["visit"].as_object_mut().unwrap().remove("insurance_card");
        }
        system.upload(&format!("incoming/{number}"), study.slice(1, 1)).await;
        system.upload_order(&order).await;
        system.until(&study.uid, "released").await;
        studies.push(study);
    }
    studies
}

fn this_month() -> String {
    jiff::Timestamp::now().to_zoned(HOSPITAL_TIME).strftime("%Y-%m").to_string()
}

/// The lines of a table, without heading and quotes.
fn csv(desk: &Desk, system: &System, name: &str) -> Vec<String> {
    let answer = desk.page(system, &format!("/staff/finance/{name}.csv"));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.text().lines().skip(1).map(|line| line.replace('"', "")).collect()
}

fn sum(answer: &Value, field: &str, is_in: impl Fn(&Value) -> bool) -> i64 {
    let rows = answer["rows"].as_array().unwrap().iter().filter(|row| is_in(row));
    rows.map(|row| row[field].as_i64().unwrap()).sum()
}

/// Requests an export and waits until the page says how it ended.
async fn exported(desk: &Desk, system: &System, month: &str) {
    let asked = desk.act(system, "/staff/finance/export", &[("month", month)]);
    assert_eq!((asked.status, asked.location.as_str()), (303, "/staff/finance"), "{}", asked.text());
    let is_done = || {
        let page = desk.page(system, "/staff/finance").text();
        (page.contains(": Xong") || page.contains(", Xong") || page.contains("Xong,")).then_some(page)
    };
    let page = system.until_some("an export", is_done).await;
    assert!(page.contains(&format!(": {month}. Xong")), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_has_the_figures_of_the_queries_and_its_lines_come_to_them() {
    let system = System::start();
    three_released(&system).await;
    let (month, password) = (this_month(), account(&system, "ke-toan", &["finance"]));
    let desk = Desk::of(&system, "ke-toan", &password);
    // Get every event into the ledger before the page exports it.
    assert!(usage(&system, &["verify"]).0);
    exported(&desk, &system, &month).await;

    let (is_done, studies) = usage(&system, &["query", "studies", "--month", &month]);
    let (_, films) = usage(&system, &["query", "films", "--month", &month]);
    let (_, messages) = usage(&system, &["query", "messages", "--month", &month]);
    assert!(is_done, "{studies}");
    let all = |_: &Value| true;
    let released = sum(&studies, "studies_released", all);
    let charged = sum(&studies, "charged_vnd", all);
    assert_eq!((released, charged), (3, 3 * 512_000), "the queries know the three studies");
    let (saved, cost) = (sum(&films, "film_saved_vnd", all), sum(&messages, "cost_vnd", all));
    let expected = format!("{month},{released},{charged},{saved},{cost}");
    assert_eq!(csv(&desk, &system, "months")[0], expected);
    let of = |field: &'static str, value: &'static str| move |row: &Value| row[field] == value;
    let expected = [
        format!("K01,{}", sum(&studies, "charged_vnd", of("department", "K01"))),
        format!("K02,{}", sum(&studies, "charged_vnd", of("department", "K02"))),
        format!("Tổng,{charged}"),
    ];
    assert_eq!(csv(&desk, &system, "departments"), expected);
    let [avoided, printed] = ["films_avoided", "films_printed"].map(|field| sum(&films, field, all));
    assert_eq!(csv(&desk, &system, "films")[0], format!("{month},{avoided},{printed}"));
    let insured = sum(&studies, "charged_vnd", of("payer", "insured"));
    let expected =
        [format!("{month} – BHYT,{insured},,,"), format!("{month} – Tự trả,{},,,", charged - insured)];
    assert_eq!(csv(&desk, &system, "receivables"), expected);

    let lines = desk.page(&system, &format!("/staff/finance/lines?month={month}&department=K02")).text();
    assert_eq!(lines.matches("data-label=\"Số tiền\">512.000").count(), 2, "{lines}");
    assert!(lines.contains("Tiền thu của lựa chọn này: 1.024.000"), "{lines}");
    for secret in ["Hoà", "HOA", "0903", "1958", "N20-8", "DN479"] {
        assert!(!lines.contains(secret), "{secret}: {lines}");
    }

    assert_eq!(
        desk.act(&system, "/staff/finance/budget", &[("period", &month), ("films", "40")]).status,
        303
    );
    assert_eq!(csv(&desk, &system, "budget")[0], format!("{month},40,{printed},{}", 40 - printed));
    let cleared = [("period", month.as_str()), ("films", "")];
    assert_eq!(desk.act(&system, "/staff/finance/budget", &cleared).status, 303);
    assert_eq!(csv(&desk, &system, "budget")[0], format!("{month},,{printed},"));
    let wrong = [("period", "11/2026"), ("films", "40")];
    assert_eq!(desk.act(&system, "/staff/finance/budget", &wrong).status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn claims_that_are_handed_over_come_to_what_the_command_says_and_leave_nothing_but_sums() {
    let system = System::start();
    three_released(&system).await;
    let (month, password) = (this_month(), account(&system, "ke-toan", &["finance"]));
    let desk = Desk::of(&system, "ke-toan", &password);
    assert!(usage(&system, &["export"]).0);
    let name = "Chụp CLVT ngực [Không in phim]";
    let times = "202601050800,202601050830,202601050900";
    let claim = |episode: &str, stt: u8, asked: u32| {
        format!("{episode},{stt},{CT_CHEST},2,{name},1,512000,{asked},{times},CL.1.79001.A1,DN4790312345678")
    };
    let claims = [
        "MA_LK,STT,MA_DICH_VU,MA_NHOM,TEN_DICH_VU,SO_LUONG,DON_GIA_BV,T_BHTT,NGAY_YL,NGAY_TH_YL,NGAY_KQ,MA_MAY,MA_THE_BHYT".to_owned(),
        claim("LK-81", 1, 409_600),
        claim("LK-99", 1, 409_600),
    ]
    .join("\r\n");
    let file = system.embedded().data.join("claims.csv");
    std::fs::write(&file, &claims).unwrap();
    let (is_done, told) =
        usage(&system, &["reconcile", "--claims", file.to_str().unwrap(), "--month", &month]);
    assert!(is_done, "{told}");
    std::fs::remove_file(&file).unwrap();

    let sent = desk.upload(&system, "/staff/finance/claims", &month, claims.as_bytes());
    let address = format!("/staff/finance/claims?month={month}");
    assert_eq!((sent.status, sent.location.as_str()), (303, address.as_str()), "{}", sent.text());
    let is_compared = || {
        let page = desk.page(&system, &address).text();
        (page.contains("Kết quả đối chiếu lúc") && !page.contains("Đang đối chiếu")).then_some(page)
    };
    let page = system.until_some("a comparison", is_compared).await;
    let kept = std::fs::read_to_string(kept_file(&system, &month)).unwrap();
    let kept: Value = serde_json::from_str(&kept).unwrap();
    assert_eq!(kept["claims"], told["claims"]);
    assert_eq!(kept["matched_claims"], told["matched_claims"]);
    assert_eq!(kept["total"]["amount_vnd"], told["at_risk"]["total"]["amount_vnd"]);
    assert_eq!(kept["unclaimed"]["amount_vnd"], told["at_risk"]["unclaimed"]["amount_vnd"]);
    for line in kept["findings"].as_array().unwrap() {
        let expected = &told["at_risk"]["findings"][line["name"].as_str().unwrap()];
        assert_eq!(line["amount_vnd"], expected["amount_vnd"], "{line}");
    }
    assert!(page.contains("Có đề nghị thanh toán, không có ca chụp"), "{page}");
    let list = desk.page(&system, &format!("/staff/finance/claims/{month}/list"));
    assert_eq!(list.status, 303, "{}", list.text());
    let workbook = Desk::default().get(&list.location);
    assert!(workbook.status == 200 && workbook.bytes.starts_with(b"PK"), "the list is a workbook");

    // One of the two insured studies is claimed and accepted; the other is open.
    let receivables = csv(&desk, &system, "receivables");
    assert_eq!(receivables[0], format!("{month} – BHYT,1024000,819200,409600,512000"));
    // The claim without a study names no department, and none of it is open.
    assert_eq!(csv(&desk, &system, "open"), ["Không rõ,0", "K01,0", "K02,512000", "Tổng,512000"]);

    // An unusable file is reported, and changes nothing that is kept.
    let broken = b"<GIAMDINHHS><THONGTINHOSO>Nguyen Thi Hoa";
    assert_eq!(desk.upload(&system, "/staff/finance/claims", &month, broken).status, 303);
    let is_told = || {
        let page = desk.page(&system, &address).text();
        page.contains("không dùng được tệp").then_some(page)
    };
    let page = system.until_some("why the file cannot be used", is_told).await;
    assert!(page.contains("XML") && !page.contains("Nguyen"), "{page}");
    assert_eq!(csv(&desk, &system, "receivables"), receivables);
    let too_large = vec![b'x'; (4 << 20) + 1];
    assert_eq!(desk.upload(&system, "/staff/finance/claims", &month, &too_large).status, 422);

    let left = files_below(&system.embedded().data.join("buckets/usage"));
    let asked: Vec<_> = left.iter().filter(|path| path.to_string_lossy().contains("/asked/")).collect();
    assert!(asked.is_empty(), "what was handed over is still there: {asked:?}");
    for secret in ["DN4790312345678", "LK-99", "Nguyen"] {
        assert!(!system.log().contains(secret), "{secret} is in the log");
        assert!(!kept.to_string().contains(secret), "{secret} is kept");
    }
}

fn kept_file(system: &System, month: &str) -> std::path::PathBuf {
    system.embedded().data.join(format!("buckets/usage/claims/months/{month}.json"))
}
