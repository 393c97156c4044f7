//! What a page says beside its images: how to save files from within another app, and what is missing.

use super::{HOA, STUDY, get};

#[tokio::test]
async fn within_another_app_every_page_with_files_says_how_to_open_a_browser() {
    const ZALO: (&str, &str) =
        ("user-agent", "Mozilla/5.0 (Linux; Android 13) Mobile Safari/537.36 Zalo android/12");
    let download = format!("/studies/{STUDY}/download");
    let study = format!("/studies/{STUDY}");
    for path in ["/x/open-vi", "/s/open-share", study.as_str(), download.as_str()] {
        let within = get(path, &[("cookie", HOA), ZALO]).await.body;
        assert_eq!(within.matches("class=\"in-app\"").count(), 1, "{path}");
        assert!(within.contains("Mở bằng trình duyệt") && within.contains("/assets/in-app-"), "{path}");
        assert!(!get(path, &[("cookie", HOA)]).await.body.contains("in-app"), "{path} in a browser");
    }
    let in_english = get("/x/open-vi", &[("cookie", "filmless_language=en"), ZALO]).await.body;
    assert!(in_english.contains("Open in browser"));
}

#[tokio::test]
async fn the_tile_of_a_series_says_what_is_missing() {
    let answer = get(&format!("/studies/{STUDY}"), &[("cookie", HOA)]).await;
    for gap in [
        "2 tệp ảnh không đầy đủ, bị thiếu một phần.",
        "Thiếu 4 ảnh so với số ảnh ghi trong tệp.",
        "Có 2 tệp của lần chụp này bị hỏng hoặc bị trùng mã khi gửi đến nên không xem được.",
    ] {
        assert_eq!(answer.body.matches(gap).count(), 1, "{gap}");
    }
}
