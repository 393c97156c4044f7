//! The hospital's result for a study: only its patient reads it, and from the order that counts now.

use serde_json::json;
use tempfile::TempDir;

use crate::portal::{Browser, opens, path_of};
use crate::sample::Study;
use crate::system::{System, link_of};

#[tokio::test(flavor = "multi_thread")]
async fn the_result_that_counts_now_stands_beside_the_images_of_its_order_alone() {
    let system = System::start();
    let (study, other) = (Study::numbered(71), Study::numbered(72));
    let mut order = study.order();
    order["result"] = json!({ "status": "preliminary", "conclusion": "CHUA-KY" });
    let mut beside = other.order();
    beside["patient"]["id"] = json!(study.patient_id);
    beside["result"] = json!({ "status": "final", "conclusion": "CUA-PHIEU-KHAC" });
    system.upload_order(&order).await;
    system.upload_order(&beside).await;
    system.upload("incoming/1", study.slice(1, 1)).await;
    system.until(&study.uid, "released").await;
    let patient = Browser::default();
    let link = link_of(&system.all_sms()[0]);
    let (_, page) = patient.submit(&system, &path_of(&link), &[("answer", "020358")]);
    assert!(
        page.contains("canvas") && !page.contains("CHUA-KY") && !page.contains("CUA-PHIEU-KHAC"),
        "{page}"
    );

    let url = format!("{}/studies/{}", system.text("portal"), study.uid);
    let shows = async |words: &str| {
        system
            .until_some(words, || {
                Some(patient.get(&url)).filter(|(status, page)| *status == 200 && page.contains(words))
            })
            .await
            .1
    };
    order["result"] = json!({ "status": "final", "conclusion": "Phổi sáng.\nKhông tràn dịch.", "reported_by": "BS. An",
                              "reported_at": "2026-11-27T08:30:00+07:00" });
    system.upload_order(&order).await;
    let page = shows("Phổi sáng.\nKhông tràn dịch.").await;
    assert!(page.contains("BS. An") && page.contains("08:30, 27/11/2026"), "{page}");

    // A correction too large for the table is shown in full, and the older text is gone.
    let long = format!("SUA-LAI {}HET", "Mô tả rất dài. ".repeat(20_000));
    order["result"] = json!({ "status": "corrected", "conclusion": long });
    system.upload_order(&order).await;
    let page = shows("SUA-LAI").await;
    assert!(page.contains("HET") && page.contains("thay cho kết quả trước") && !page.contains("Phổi sáng"));

    order["status"] = json!("cancelled");
    system.upload_order(&order).await;
    system.until_some("the order withdrawn", || Some(()).filter(|()| patient.get(&url).0 == 404)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_email_says_the_result_only_where_messages_carry_secrets() {
    for (policy, is_told) in [("all", true), ("link-only", false)] {
        let folder = TempDir::new().unwrap();
        let system = System::start_in(folder.path(), &["--message-secrets", policy]);
        let study = Study::numbered(73);
        let mut order = study.order();
        order["result"] = json!({ "status": "final", "conclusion": "Khong thay bat thuong" });
        system.upload_order(&order).await;
        system.upload("incoming/1", study.slice(1, 1)).await;
        system.until(&study.uid, "released").await;
        system.until_some("the email", || Some(()).filter(|()| system.all_emails().len() == 1)).await;
        let email = String::from_utf8_lossy(&system.all_emails()[0]).into_owned();
        assert_eq!(email.contains("Khong thay bat thuong"), is_told, "{policy}");
        assert!(!system.all_sms()[0]["text"].as_str().unwrap().contains("bat thuong"));
        let (_, page) = opens(&system, &link_of(&system.all_sms()[0]));
        assert!(page.contains("Khong thay bat thuong"), "the page says it in any case");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_does_not_die_of_typing() {
    let system = System::start();
    let study = Study::numbered(74);
    system.upload_order(&study.order()).await;
    system.upload("incoming/1", study.slice(1, 1)).await;
    system.until(&study.uid, "released").await;
    let path = path_of(&link_of(&system.all_sms()[0]));
    assert!(path[3..].bytes().all(|b| b.is_ascii_alphanumeric()), "programs cut other characters off");
    let answer = |path: &str, text: &str| Browser::default().submit(&system, path, &[("answer", text)]);
    for _ in 0..15 {
        for incomplete in
            ["", "02", "02/03", "0203195", "31/02/1958", "1958", "02/03/2058", "ba", "3 Foo 1958"]
        {
            let (status, page) = answer(&path, incomplete);
            assert_eq!(status, 422, "{incomplete:?}");
            assert!(page.contains("không bị tính"));
        }
    }
    for added in ["", ".", "%20", ",&fbclid=x", "?utm_source=zalo", "%E2%80%8B", "/"] {
        for _ in 0..9 {
            assert_eq!(answer(&path, "03/03/1958").0, 403);
        }
        let (status, page) = answer(&format!("{path}{}", added.trim_end_matches('/')), "2/3/58");
        assert!(status == 200 && page.contains("canvas"), "{added}: a right answer gives the tries back");
    }
    for left in (0..10).rev() {
        let (status, page) = answer(&path, "03/03/58");
        assert_eq!((status, page.contains("Đường dẫn đã bị khóa")), (403, left == 0));
    }
    assert_eq!(answer(&path, "02/03/1958").0, 404, "ten wrong answers are the end of it");
}
