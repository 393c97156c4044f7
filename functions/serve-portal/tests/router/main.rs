//! The portal from outside: every page by its address.

// clippy.toml exempts test functions, not their helpers.
#![allow(clippy::panic, clippy::unwrap_used)]

mod answer;
mod beside;
mod consult;
mod marks;
mod minutes;
mod openapi;
mod record;
mod room;
mod room_kept;
mod room_on_aws;
mod software;
mod staff;
mod world;

use answer::Answer;
use axum::body::Body;
use axum::http::header::{
    ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION,
    ORIGIN, SET_COOKIE, VARY,
};
use axum::http::{HeaderName, Method, Request, StatusCode};
use filmless_domain::{Hospital, SeriesInstanceUid, StudyInstanceUid, object_key};
use world::{S3, STUDY, STUDY_OF_ANOTHER, Setup, WITHHELD, World, shared};

const HOA: &str = "filmless_session=session-of-hoa";
const GUEST: &str = "filmless_session=session-of-guest";
const JOHN: &str = "filmless_session=session-of-john";

fn request(method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Request<Body> {
    let mut builder = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(Body::from(body.to_owned())).unwrap()
}

fn form(path: &str, headers: &[(&str, &str)], typed: &str) -> Request<Body> {
    let mut headers = headers.to_vec();
    headers.push(("content-type", "application/x-www-form-urlencoded"));
    request(Method::POST, path, &headers, typed)
}

/// Requests a page of the shared world. Only for requests that change nothing another test looks at.
async fn get(path: &str, headers: &[(&str, &str)]) -> Answer {
    shared().await.send(request(Method::GET, path, headers, "")).await
}

/// Sends a form to the shared world. Only for forms that are refused or whose effect no other test looks at.
async fn post(path: &str, headers: &[(&str, &str)], typed: &str) -> Answer {
    shared().await.send(form(path, headers, typed)).await
}

/// Sends a form to a world of its own.
async fn post_alone(path: &str, headers: &[(&str, &str)], typed: &str) -> Answer {
    World::new().await.send(form(path, headers, typed)).await
}

/// Token and code of a share, from the page that shows them once.
fn secrets_of(page: &str) -> (String, String) {
    let after = |mark: &str| page[page.find(mark).unwrap() + mark.len()..].to_owned();
    let link = after(&format!("{}/s/", world::PUBLIC_URL));
    let token = link.split(['<', '"']).next().unwrap().to_owned();
    let rest: Vec<char> = after("secret digits").chars().collect();
    let is_code = |text: &&[char]| {
        text.iter().enumerate().all(|(place, c)| if place == 3 { *c == ' ' } else { c.is_ascii_digit() })
    };
    let code: String = rest.windows(7).find(is_code).unwrap().iter().collect();
    (token, code.replace(' ', "+"))
}

/// The cookie an answer sets, ready to send back.
fn cookie_of(answer: &Answer) -> String {
    answer.header(SET_COOKIE).split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn right_account_and_password_lead_to_the_studies() {
    let world = World::new().await;
    let typed = format!("account=+N20-0317542+&password={}", world.known.password);
    let answer = world.send(form("/sign-in", &[], &typed)).await;
    assert_eq!((answer.status, answer.header(LOCATION)), (StatusCode::SEE_OTHER, "/studies"));
    let cookie = cookie_of(&answer);
    assert!(cookie.starts_with("filmless_session="));
    assert_eq!(answer.header(SET_COOKIE), format!("{cookie}; Path=/; HttpOnly; SameSite=Lax"));
    let list = world.send(request(Method::GET, "/studies", &[("cookie", &cookie)], "")).await;
    assert!(list.body.contains("Nguyễn Thị Hoà"), "{}", list.body);
}

#[tokio::test]
async fn wrong_password_and_too_many_of_them_are_told_apart_and_named() {
    let world = World::new().await;
    let sign_in = || world.send(form("/sign-in", &[], "account=N20-0317542&password=wrong"));
    let denied = sign_in().await;
    assert_eq!(denied.status, StatusCode::FORBIDDEN);
    assert!(denied.body.contains("Tài khoản hoặc mật khẩu chưa đúng"));
    assert!(denied.body.contains(r#"value="N20-0317542""#), "the account need not be typed again");
    assert!(!denied.body.contains("wrong"), "the password is not repeated");
    assert_eq!(denied.header(SET_COOKIE), "");

    for _ in 1..world.services.settings.limits.sign_in_failures_max {
        assert_eq!(sign_in().await.status, StatusCode::FORBIDDEN);
    }
    let slowed = sign_in().await;
    assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(slowed.header(HeaderName::from_static("retry-after")), "90");
    assert!(slowed.body.contains("Xin chờ 2 phút"));
}

#[tokio::test]
async fn a_link_asks_before_it_shows_anything() {
    let page = get("/x/open-vi", &[]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains(r#"inputmode="numeric""#));
    for secret in ["Nguyễn", "N20-0317542", "CLVT", "open-vi\"", S3] {
        let shown = page.body.replace(r#"name="back" value="/x/open-vi""#, "");
        assert!(!shown.contains(secret), "{secret}");
    }
    assert_eq!(page.header(SET_COOKIE), "");
}

#[tokio::test]
async fn a_link_opens_with_the_right_answer_only() {
    let world = World::new().await;
    let wrong = world.send(form("/x/open-vi", &[], "answer=03031958")).await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    assert!(wrong.body.contains("Còn 4 lần nhập"));
    assert_eq!(wrong.header(SET_COOKIE), "");

    let right = world.send(form("/x/open-vi", &[], "answer=02031958+")).await;
    assert_eq!(right.status, StatusCode::SEE_OTHER);
    assert_eq!(right.header(LOCATION), format!("/studies/{STUDY}"));
    let cookie = cookie_of(&right);
    assert!(cookie.starts_with("filmless_session="));
    let study = world.send(request(Method::GET, right.header(LOCATION), &[("cookie", &cookie)], "")).await;
    assert!(study.status == StatusCode::OK && study.body.contains("Nguyễn Thị Hoà"));
}

#[tokio::test]
async fn an_incomplete_date_costs_nothing_and_the_last_page_says_what_to_do() {
    let incomplete = post("/x/open-vi", &[], "answer=0203").await;
    assert_eq!(incomplete.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(incomplete.body.contains("Lần nhập này không bị tính") && incomplete.body.contains("<form"));
    let no_such_day = post("/x/open-vi", &[], "answer=31021958").await;
    assert_eq!(no_such_day.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(no_such_day.body.contains("Trong lịch không có ngày này") && no_such_day.body.contains("<form"));
    for (answer, words) in [("02032058", "ở tương lai"), ("abc", "cũng không phải mật khẩu")] {
        let refused = post("/x/open-vi", &[], &format!("answer={answer}")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{answer}");
        assert!(refused.body.contains(words) && refused.body.contains("<form"), "{}", refused.body);
    }
    let last = post_alone("/x/open-en", &[], "answer=31121999").await;
    assert_eq!(last.status, StatusCode::FORBIDDEN);
    assert!(last.body.contains("This link is locked") && last.body.contains("tel:"), "{}", last.body);
}

#[tokio::test]
async fn a_slash_behind_a_link_leads_to_the_link_and_nowhere_else() {
    for (path, to) in [("/x/open-vi/", "/x/open-vi"), ("/s/open-share/.", "/s/open-share")] {
        let answer = get(path, &[]).await;
        assert_eq!((answer.status, answer.header(LOCATION)), (StatusCode::SEE_OTHER, to), "{path}");
    }
    for path in ["/x/", "/x//evil.example", "/nowhere/"] {
        let answer = get(path, &[]).await;
        assert!(!answer.header(LOCATION).contains("//"), "{path}");
    }
    assert_eq!(get("/nowhere/", &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_link_typed_in_capitals_leads_to_the_link_and_the_token_keeps_its_letters() {
    for (path, to) in
        [("/X/open-vi", "/x/open-vi"), ("/S/Open-Share", "/s/Open-Share"), ("/X/open-vi/.", "/x/open-vi")]
    {
        let answer = get(path, &[]).await;
        assert_eq!((answer.status, answer.header(LOCATION)), (StatusCode::SEE_OTHER, to), "{path}");
    }
    for path in ["/X/", "/X", "/X//", "/%C3%A9/a"] {
        assert_eq!(get(path, &[]).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let wrong_case = get("/x/OPEN-VI", &[]).await;
    assert_eq!(wrong_case.status, StatusCode::NOT_FOUND);
    assert!(wrong_case.body.contains("chữ hoa và chữ thường"), "{}", wrong_case.body);
}

#[tokio::test]
async fn unknown_expired_and_revoked_links_look_the_same() {
    let unknown = get("/x/unknown", &[]).await;
    let expired = get("/x/expired", &[]).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert_eq!(unknown.headers, expired.headers);
    assert!(unknown.body.contains("đã được bệnh viện ngừng"), "what a recalled link says is true, too");
    assert_eq!(unknown.body.replace("/x/unknown", ""), expired.body.replace("/x/expired", ""));
    let revoked = get("/x/revoked", &[]).await;
    assert_eq!(unknown.headers, revoked.headers);
    assert_eq!(unknown.body.replace("/x/unknown", ""), revoked.body.replace("/x/revoked", ""));
    let posted = post("/x/unknown", &[], "answer=02031958").await;
    assert_eq!((posted.status, posted.body), (unknown.status, unknown.body));
}

#[tokio::test]
async fn an_old_slip_says_that_a_newer_one_exists() {
    let answer = get("/x/replaced", &[]).await;
    assert_eq!(answer.status, StatusCode::GONE);
    assert!(answer.body.contains("Đã có phiếu mới hơn"));
}

#[tokio::test]
async fn where_no_birth_date_is_known_the_link_asks_for_the_password_alone() {
    let known = get("/x/open-en", &[]).await.body;
    assert!(known.contains("id=\"birth-date\"") && known.contains("id=\"password\""));
    let unknown = get("/x/open-no-birth-date", &[]).await.body;
    assert!(!unknown.contains("id=\"birth-date\"") && unknown.contains("id=\"password\""));
    assert!(unknown.contains("The hospital has no birth date"));
}

#[tokio::test]
async fn nobody_sees_personal_pages_without_a_session() {
    let study = format!("/studies/{STUDY}");
    let paths = [
        "/studies".to_owned(),
        "/shares".to_owned(),
        format!("{study}/download"),
        format!("{study}/files/1.2.3"),
        format!("{study}/access"),
        study,
    ];
    for (path, cookie) in paths.iter().flat_map(|path| [(path, ""), (path, "filmless_session=forged")]) {
        let answer = get(path, &[("cookie", cookie)]).await;
        assert_eq!((answer.status, answer.header(LOCATION)), (StatusCode::SEE_OTHER, "/"), "{path} {cookie}");
    }
    let grant = get(&format!("/studies/{STUDY}/grant"), &[]).await;
    assert_eq!((grant.status, grant.body.as_str()), (StatusCode::UNAUTHORIZED, "null"));
}

#[tokio::test]
async fn the_list_tells_released_studies_from_those_on_their_way() {
    let answer = get("/studies", &[("cookie", HOA)]).await;
    assert_eq!(answer.status, StatusCode::OK);
    for text in ["Nguyễn Thị Hoà", "Đang chuẩn bị hình ảnh", "Chụp X-quang", "23/11/2020", "343 ảnh"]
    {
        assert!(answer.body.contains(text), "{text}");
    }
    assert!(answer.body.contains(&format!(r#"href="/studies/{STUDY}""#)));
    assert!(!answer.body.contains("/studies/1.2.3.4"), "a study on its way cannot be opened");
}

#[tokio::test]
async fn the_list_is_told_to_scripts_as_json() {
    let json = [("cookie", HOA), ("accept", "application/json")];
    let answer = get("/studies", &json).await;
    assert_eq!(answer.header(CONTENT_TYPE), "application/json");
    assert_eq!((answer.header(CACHE_CONTROL), answer.header(VARY)), ("no-store", "accept"));
    let list: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    let expected = serde_json::json!({"studies": [{
        "study_instance_uid": STUDY, "title": "Chụp CLVT ngực", "date": "23/11/2020", "day": "2020-11-23",
        "modality": "Chụp cắt lớp vi tính (CT)", "modalities": ["CT"],
    }]});
    assert_eq!(list, expected, "a study on its way is not offered");
    let refused = get("/studies", &[("accept", "application/json")]).await;
    assert_eq!((refused.status, refused.body.as_str()), (StatusCode::UNAUTHORIZED, "null"));
    let page = get("/studies", &[("cookie", HOA), ("accept", "text/html,*/*")]).await;
    assert!(page.header(CONTENT_TYPE).starts_with("text/html"));
}

#[tokio::test]
async fn the_words_of_the_viewer_are_in_the_page() {
    let answer = get(&format!("/studies/{STUDY}"), &[("cookie", HOA)]).await;
    let start = answer.body.find("data-words=\"").unwrap() + "data-words=\"".len();
    let words = answer.body[start..].split('"').next().unwrap().replace("&#34;", "\"").replace("&#38;", "&");
    let words: serde_json::Value = serde_json::from_str(&words).unwrap();
    assert_eq!(words["quickPreview"], "Hình xem nhanh, không dùng để chẩn đoán");
    let all = |words: &serde_json::Value| words.as_object().unwrap().values().cloned().collect::<Vec<_>>();
    let of_reports = all(&words["reportStatus"]);
    let words = all(&words).into_iter().filter(|word| !word.is_object()).chain(of_reports);
    assert!(words.into_iter().all(|word| !word.as_str().unwrap().is_empty()));
}

/// Where the poster of a series of the study lies.
fn poster_of(place: u32) -> String {
    let series = format!("{STUDY}.{place}");
    let (study, uid) = (StudyInstanceUid::parse(STUDY).unwrap(), SeriesInstanceUid::parse(&series).unwrap());
    object_key::SeriesKeys::new(&study, &uid, &world::digest(&series)).poster.as_str().to_owned()
}

#[tokio::test]
async fn a_study_page_holds_poster_series_and_urls() {
    let answer = get(&format!("/studies/{STUDY}"), &[("cookie", HOA)]).await;
    assert_eq!(answer.status, StatusCode::OK);
    for text in
        ["Nguyễn Thị Hoà", "02/03/1958", "Topogram", "300 ảnh", "Loạt ảnh 3", "2 ảnh không xem trước được"]
    {
        assert!(answer.body.contains(text), "{text}");
    }
    let poster = format!(r#"<img id="poster" src="{S3}/derived/{}?"#, poster_of(2));
    assert!(answer.body.contains(&poster), "the poster of the main series is in the page");
    assert_eq!(answer.body.matches(r#"aria-pressed="true""#).count(), 1);
    assert_eq!(answer.body.matches("<button type=\"button\" class=\"series\"").count(), 5);
}

#[tokio::test]
async fn the_hospitals_words_stand_beside_the_images_and_reports_on_top() {
    let body = get(&format!("/studies/{STUDY}"), &[("cookie", HOA)]).await.body;
    let result = &body[body.find("class=\"result\"").unwrap()..body.find("id=\"series-title\"").unwrap()];
    for text in [
        "Phổi &#60;script&#62;alert(1)&#60;/script&#62; sáng.\nKhông tràn dịch &#38; khí.",
        "BS. Trần &#60;i&#62;Văn An&#60;/i&#62;",
        "16:05, 23/11/2020",
        "thay cho kết quả trước",
        "PDF &#60;b&#62;report&#60;/b&#62;",
        "Bản kết quả",
    ] {
        assert!(result.contains(text), "{text}");
    }
    let series = &body[body.find("id=\"series-title\"").unwrap()..];
    assert!(!series.contains("PDF &#60;b"), "a report is no series of images");
    assert!(series.contains("<span>Báo cáo liều tia</span>"), "a dose report is no result");
}

#[tokio::test]
async fn names_are_shown_as_text_and_never_as_markup() {
    let list = get("/studies", &[("cookie", JOHN)]).await;
    assert!(!list.body.contains("<b>"));
    assert!(list.body.contains("John &#60;b&#62;Bold&#60;/b&#62; &#38; &#34;Co&#34;"));
    let study = get(&format!("/studies/{STUDY}"), &[("cookie", HOA)]).await;
    assert!(!study.body.contains("<1mm>"));
}

#[tokio::test]
async fn the_reading_room_opens_for_a_study_with_images_and_is_remembered_until_it_is_left() {
    let room = format!("/studies/{STUDY}/read");
    let page = get(&format!("/studies/{STUDY}"), &[("cookie", HOA)]).await;
    assert!(page.body.contains(&format!(r#"class="to-reading-room" href="{room}""#)));
    let opened = get(&room, &[("cookie", HOA)]).await;
    assert_eq!(opened.status, StatusCode::OK);
    assert!(opened.body.contains(r#"<main id="room""#));
    assert_eq!(opened.body.matches("data-series=").count(), 5, "documents too");
    let remembered = opened.header(SET_COOKIE);
    assert!(
        remembered.starts_with("filmless_reading_room=1; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000")
    );
    let cookies = format!("{HOA}; filmless_reading_room=1");
    let again = get(&format!("/studies/{STUDY}"), &[("cookie", &cookies)]).await;
    assert_eq!((again.status, again.header(LOCATION)), (StatusCode::SEE_OTHER, room.as_str()));
    let leave = format!("/studies/{STUDY}?view=page");
    assert!(opened.body.contains(&format!(r#"id="room-leave" href="{leave}""#)));
    let left = get(&leave, &[("cookie", &cookies)]).await;
    assert_eq!(left.status, StatusCode::OK);
    assert!(
        left.header(SET_COOKIE)
            .starts_with("filmless_reading_room=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0")
    );
}

#[tokio::test]
async fn the_reading_room_opens_nothing_that_the_page_would_not() {
    for study in [STUDY_OF_ANOTHER, WITHHELD, "1.2.3", "x"] {
        let answer = get(&format!("/studies/{study}/read"), &[("cookie", HOA)]).await;
        assert_eq!(
            (answer.status, answer.headers.contains_key(SET_COOKIE)),
            (StatusCode::NOT_FOUND, false),
            "{study}"
        );
    }
    let answer = get(&format!("/studies/{STUDY}/read"), &[]).await;
    assert_eq!((answer.status, answer.header(LOCATION)), (StatusCode::SEE_OTHER, "/"));
}

#[tokio::test]
async fn the_grant_renews_the_urls_of_every_series() {
    let answer = get(&format!("/studies/{STUDY}/grant"), &[("cookie", HOA)]).await;
    let grant: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(grant["urls_expire_at"], "2020-11-23T09:45:00Z");
    assert_eq!(grant["series"].as_array().unwrap().len(), 5);
    assert_eq!(grant["series"][0]["series_instance_uid"], format!("{STUDY}.1"));
    let lung = &grant["series"][1];
    assert_eq!((lung["number"].as_i64(), lung["frames"].as_u64()), (Some(2), Some(300)));
    assert_eq!(lung["description"], "Lung <1mm> & \"sharp\"");
    assert_eq!(
        (lung["label"].as_str(), lung["modality"].as_str()),
        (lung["description"].as_str(), Some("CT"))
    );
    for url in ["index_url", "pack_url", "poster_url", "thumbs_url", "metadata_url"] {
        assert!(lung[url].as_str().unwrap().starts_with(S3), "{url}");
    }
    assert_eq!(grant["series"][2]["label"], "Loạt ảnh 3");
    assert_eq!(grant["series"][3]["poster_url"], serde_json::Value::Null);
    assert_eq!(answer.header(CACHE_CONTROL), "no-store");
}

#[tokio::test]
async fn another_patients_study_is_as_unknown_as_any() {
    let unknown = get("/studies/1.2.3", &[("cookie", HOA)]).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    for path in [
        format!("/studies/{STUDY_OF_ANOTHER}"),
        format!("/studies/{STUDY_OF_ANOTHER}/download"),
        format!("/studies/{STUDY_OF_ANOTHER}/files/1.2.3"),
        "/studies/not%20a%20uid".into(),
        "/studies/..%2F..".into(),
    ] {
        let answer = get(&path, &[("cookie", HOA)]).await;
        assert_eq!((answer.status, &answer.body), (unknown.status, &unknown.body), "{path}");
        assert_eq!(answer.headers, unknown.headers, "{path}");
    }
}

#[tokio::test]
async fn a_patient_whose_study_is_held_once_more_is_told_so_and_shown_nothing_of_it() {
    let held = get(&format!("/studies/{WITHHELD}"), &[("cookie", HOA)]).await;
    assert_eq!(held.status, StatusCode::NOT_FOUND);
    assert!(held.body.contains("Bệnh viện đang kiểm tra lại kết quả này") && held.body.contains("tel:"));
    assert!(!held.body.contains("canvas") && !held.body.contains("23/11/2020"), "{}", held.body);
    let list = get("/studies", &[("cookie", HOA)]).await;
    assert!(list.body.contains("đang kiểm tra lại 1 lần chụp"), "{}", list.body);
    let json = get(&format!("/studies/{WITHHELD}/grant"), &[("cookie", HOA)]).await;
    assert_eq!(json.status, StatusCode::NOT_FOUND);
    let stranger = get(&format!("/studies/{WITHHELD}"), &[("cookie", JOHN)]).await;
    let unknown = get("/studies/1.2.3", &[("cookie", JOHN)]).await;
    assert_eq!((stranger.status, stranger.body), (unknown.status, unknown.body));
}

#[tokio::test]
async fn the_originals_are_downloaded_from_the_object_store() {
    let page = get(&format!("/studies/{STUDY}/download"), &[("cookie", HOA)]).await;
    assert!(page.body.contains(&format!("{S3}/derived/downloads/{STUDY}/")), "{}", page.body);
    assert!(page.body.contains("1,5 MB"), "{}", page.body);
    for (query, kind) in [("", "uploaded"), ("?kind=uploaded", "uploaded"), ("?kind=media", "media")] {
        let asked = post(&format!("/studies/{STUDY}/download{query}"), &[("cookie", HOA)], "").await;
        assert_eq!(asked.header(LOCATION), format!("/studies/{STUDY}/download?asked={kind}"), "{query}");
        let theirs =
            post(&format!("/studies/{STUDY_OF_ANOTHER}/download{query}"), &[("cookie", HOA)], "").await;
        assert_eq!(theirs.status, StatusCode::NOT_FOUND, "{query}");
    }
    let unknown = post(&format!("/studies/{STUDY}/download?kind=film"), &[("cookie", HOA)], "").await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
    let file = get(&format!("/studies/{STUDY}/files/1.2.3"), &[("cookie", HOA)]).await;
    let original = format!("{S3}/studies/incoming/{STUDY}/3.dcm?");
    assert!(file.header(LOCATION).starts_with(&original), "{}", file.header(LOCATION));
}

#[tokio::test]
async fn the_page_says_for_whom_each_download_is_and_looks_again_while_one_is_made() {
    let path = format!("/studies/{STUDY}/download");
    let page = get(&path, &[("cookie", HOA)]).await.body;
    assert!(page.contains("Đĩa ảnh cho bác sĩ và bệnh viện khác") && page.contains("INDEX.HTM"), "{page}");
    assert!(page.contains("Ảnh gốc như bệnh viện lưu") && page.contains("Tải tệp ZIP"), "{page}");
    assert!(page.contains(&format!("action=\"{path}?kind=media\"")), "{page}");
    assert!(!page.contains("http-equiv=\"refresh\""), "{page}");
    let asked = get(&format!("{path}?asked=media"), &[("cookie", HOA)]).await.body;
    assert!(asked.contains("http-equiv=\"refresh\"") && asked.contains("đang được chuẩn bị"), "{asked}");
    assert!(!asked.contains("?kind=media"), "{asked}");
    let english = get(&path, &[("cookie", JOHN)]).await;
    assert_eq!(english.status, StatusCode::NOT_FOUND, "it is another patient's");
}

#[tokio::test]
async fn a_form_from_another_site_is_refused() {
    let password = shared().await.known.password.clone();
    let typed = format!("account=N20-0317542&password={password}&answer=02031958&to=en");
    for headers in [[(ORIGIN.as_str(), "https://evil.example")], [("sec-fetch-site", "cross-site")]] {
        for path in ["/sign-in", "/sign-out", "/x/open-vi", "/language"] {
            let answer = post(path, &headers, &typed).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {headers:?}");
            assert_eq!(answer.header(SET_COOKIE), "", "{path} {headers:?}");
        }
    }
}

#[tokio::test]
async fn every_answer_carries_the_protecting_headers() {
    let paths = [
        "/",
        "/x/open-vi",
        "/x/gone",
        "/studies",
        "/guide",
        "/nowhere",
        "/healthz",
        "/robots.txt",
        "/licenses",
        "/assets/style.css",
    ];
    for path in paths {
        let answer = get(path, &[("cookie", HOA)]).await;
        let csp = answer.header(CONTENT_SECURITY_POLICY);
        assert_eq!(
            csp,
            format!(
                "default-src 'none'; img-src 'self' data: blob: {S3}; media-src blob:; connect-src 'self' {S3} ws://127.0.0.1:8080; \
                 script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; manifest-src 'self'; \
                 form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
            ),
            "{path}"
        );
        assert_eq!(answer.header(HeaderName::from_static("referrer-policy")), "no-referrer", "{path}");
        assert_eq!(answer.header(HeaderName::from_static("x-content-type-options")), "nosniff", "{path}");
        assert_eq!(answer.header(HeaderName::from_static("strict-transport-security")), "", "{path}");
        let is_public = path.starts_with("/assets") || ["/robots.txt", "/licenses"].contains(&path);
        assert_eq!(answer.header(CACHE_CONTROL) == "no-store", !is_public, "{path}");
    }
}

#[tokio::test]
async fn with_https_cookies_are_secure_and_http_is_forgotten() {
    let world = shared().await;
    let typed = format!("account=N20-0317542&password={}", world.known.password);
    let setup = Setup { public_url: "https://images.hospital.example/", ..Setup::default() };
    let answer = world.send_to(setup, form("/sign-in", &[], &typed)).await;
    let cookie = cookie_of(&answer);
    assert!(cookie.starts_with("__Host-filmless_session="));
    assert_eq!(answer.header(SET_COOKIE), format!("{cookie}; Path=/; HttpOnly; SameSite=Lax; Secure"));
    assert!(
        answer.header(HeaderName::from_static("strict-transport-security")).contains("includeSubDomains")
    );
}

#[tokio::test]
async fn the_language_follows_choice_then_the_browser_then_the_order() {
    let english = [(ACCEPT_LANGUAGE.as_str(), "en")];
    for (path, headers, expected) in [
        ("/", vec![], "vi"),
        ("/", english.to_vec(), "en"),
        ("/x/open-en", vec![], "en"),
        ("/x/open-vi", english.to_vec(), "en"),
        ("/x/open-vi", vec![], "vi"),
        ("/x/open-vi", vec![("cookie", "filmless_language=en")], "en"),
        ("/studies", vec![("cookie", JOHN)], "en"),
        ("/studies", vec![("cookie", JOHN), (ACCEPT_LANGUAGE.as_str(), "vi-VN,en;q=0.5")], "vi"),
        ("/guide", vec![("cookie", JOHN), (ACCEPT_LANGUAGE.as_str(), "vi")], "vi"),
        ("/guide", english.to_vec(), "en"),
        ("/x/gone", english.to_vec(), "en"),
        ("/s/gone", english.to_vec(), "en"),
        ("/guide", vec![("cookie", "filmless_language=vi"), english[0]], "vi"),
        ("/nowhere", vec![("cookie", "filmless_language=xx"), english[0]], "en"),
    ] {
        let answer = get(path, &headers).await;
        assert!(answer.body.contains(&format!(r#"<html lang="{expected}">"#)), "{path} {headers:?}");
    }
}

#[tokio::test]
async fn choosing_a_language_leads_back_but_never_away() {
    for (back, expected) in
        [("%2Fx%2Fopen-vi", "/x/open-vi"), ("https%3A%2F%2Fevil.example", "/"), ("%2F%2Fevil", "/")]
    {
        let answer = post("/language", &[], &format!("to=en&back={back}")).await;
        assert_eq!((answer.status, answer.header(LOCATION)), (StatusCode::SEE_OTHER, expected));
        assert!(answer.header(SET_COOKIE).starts_with("filmless_language=en; Path=/; HttpOnly"));
    }
}

#[tokio::test]
async fn signing_out_forgets_the_session() {
    let world = World::new().await;
    let answer = world.send(form("/sign-out", &[("cookie", HOA)], "")).await;
    assert_eq!((answer.status, answer.header(LOCATION)), (StatusCode::SEE_OTHER, "/?after=sign-out"));
    assert!(answer.header(SET_COOKIE).contains("filmless_session=; Path=/"));
    assert!(answer.header(SET_COOKIE).contains("Max-Age=0"));
    let after = world.send(request(Method::GET, "/studies", &[("cookie", HOA)], "")).await;
    assert_eq!((after.status, after.header(LOCATION)), (StatusCode::SEE_OTHER, "/"));
    assert!(get("/?after=sign-out", &[]).await.body.contains("Ông/Bà đã đăng xuất"));
}

#[tokio::test]
async fn whoever_is_signed_in_need_not_sign_in_again() {
    let answer = get("/", &[("cookie", HOA)]).await;
    assert_eq!((answer.status, answer.header(LOCATION)), (StatusCode::SEE_OTHER, "/studies"));
}

#[tokio::test]
async fn support_is_named_on_every_page() {
    let hospital = Hospital::default();
    let study = format!("/studies/{STUDY}");
    for path in ["/", "/x/open-vi", "/x/gone", "/x/replaced", "/studies", &study, "/guide", "/nowhere"] {
        let cookie = if path == "/" { "" } else { HOA };
        let body = get(path, &[("cookie", cookie)]).await.body;
        for text in
            [&hospital.name_vi, &hospital.support_email, &hospital.hotline, &hospital.hotline_hours_vi]
        {
            assert!(body.contains(text.as_str()), "{path} {text}");
        }
        assert!(body.contains(r#"href="tel:19000000""#), "{path}");
    }
}

#[tokio::test]
async fn a_fault_of_ours_is_explained_without_its_cause() {
    let world = World::without_table().await;
    let answer = world.send(request(Method::GET, "/studies", &[("cookie", HOA)], "")).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(answer.body.contains("Trang đang gặp trục trặc"));
    assert!(!answer.body.contains("table"));
}

#[tokio::test]
async fn unreadable_requests_get_a_page_in_words() {
    let large = format!("account={}", "x".repeat(17 * 1024));
    let too_large = post("/sign-in", &[], &large).await;
    assert_eq!(too_large.status, StatusCode::PAYLOAD_TOO_LARGE);
    let method = get("/sign-in", &[]).await;
    assert_eq!(method.status, StatusCode::METHOD_NOT_ALLOWED);
    let not_a_form = shared().await.send(request(Method::POST, "/sign-in", &[], "{}")).await;
    assert_eq!(not_a_form.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    for answer in [too_large, method, not_a_form] {
        assert!(answer.header(CONTENT_TYPE).starts_with("text/html"), "{}", answer.status);
        assert!(answer.body.contains("Về trang đầu"), "{}", answer.status);
    }
}

#[tokio::test]
async fn assets_are_compressed_typed_and_kept_for_ever() {
    let page = get("/", &[]).await.body;
    let start = page.find("/assets/style.css?v=").unwrap();
    let url = page[start..].split('"').next().unwrap().to_owned();
    for (accepted, coding) in
        [("gzip, deflate, br, zstd", "br"), ("br;q=0, gzip", "gzip"), ("gzip", "gzip"), ("identity", "")]
    {
        let answer = get(&url, &[("accept-encoding", accepted)]).await;
        assert_eq!(answer.header(CONTENT_TYPE), "text/css; charset=utf-8");
        assert_eq!(answer.header(CONTENT_ENCODING), coding, "{accepted}");
        assert_eq!(answer.header(CACHE_CONTROL), "public, max-age=31536000, immutable");
    }
    assert_eq!(get("/assets/style.css", &[]).await.header(CONTENT_ENCODING), "");
    assert_eq!(get("/assets/nothing.css", &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn health_names_what_fails_and_tells_nothing_else() {
    let world = World::without_table().await;
    let answer = world.send(request(Method::GET, "/healthz", &[], "")).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.body, r#"{"failing":["table"]}"#);
    assert_eq!(answer.header(CONTENT_TYPE), "application/json");
}

#[tokio::test]
async fn the_guide_leads_to_the_licences_of_what_is_shipped() {
    assert!(get("/guide", &[]).await.body.contains(r#"<a href="/licenses">"#));
    let answer = get("/licenses", &[]).await;
    assert_eq!(answer.header(CONTENT_TYPE), "text/plain; charset=utf-8");
    for named in [
        "Apache License",
        "openjpeg-sys",
        "CharLS",
        "libwebp-sys 0.9.6 (vendor)",
        "Noto Sans",
        "pdfjs-dist",
        "SIL OPEN FONT LICENSE",
    ] {
        assert!(answer.body.contains(named), "{named}");
    }
    assert_eq!(get("/licenses", &[("accept-encoding", "gzip")]).await.header(CONTENT_ENCODING), "gzip");
}

#[tokio::test]
async fn robots_are_asked_to_stay_away_and_health_is_told() {
    assert_eq!(get("/robots.txt", &[]).await.body, "User-agent: *\nDisallow: /\n");
    assert_eq!(get("/healthz", &[]).await.body, "ok\n");
    let manifest = get("/manifest.webmanifest", &[]).await;
    let json: serde_json::Value = serde_json::from_str(&manifest.body).unwrap();
    assert_eq!(json["icons"].as_array().unwrap().len(), 2);
    assert_eq!(manifest.header(CONTENT_TYPE), "application/manifest+json");
}

#[tokio::test]
async fn a_share_asks_for_its_code_and_opens_with_nothing_else() {
    let page = get("/s/open-share", &[]).await;
    assert!(page.status == StatusCode::OK && page.body.contains(r#"name="code""#));
    for secret in ["Nguyễn", "N20-0317542", "CLVT", S3] {
        assert!(!page.body.contains(secret), "{secret}");
    }
    let world = World::new().await;
    let wrong = world.send(form("/s/open-share", &[], "code=000000")).await;
    assert_eq!((wrong.status, wrong.header(SET_COOKIE)), (StatusCode::FORBIDDEN, ""));
    assert!(wrong.body.contains("Còn 1 lần nhập"));
    let right = world.send(form("/s/open-share", &[], "code=123+456")).await;
    assert_eq!((right.status, right.header(LOCATION)), (StatusCode::SEE_OTHER, "/studies"));
    let cookie = cookie_of(&right);
    assert!(cookie.starts_with("filmless_session="));
    let list = world.send(request(Method::GET, "/studies", &[("cookie", &cookie)], "")).await;
    assert!(list.body.contains(&format!(r#"href="/studies/{STUDY}""#)) && !list.body.contains(WITHHELD));
    let (unknown, posted) = (get("/s/unknown", &[]).await, post("/s/unknown", &[], "code=123456").await);
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert_eq!((posted.status, posted.body), (unknown.status, unknown.body));
}

#[tokio::test]
async fn a_share_is_made_once_with_link_and_code() {
    let list = get("/shares", &[("cookie", HOA)]).await;
    for text in
        ["BS. &#60;Minh&#62;", "Đến hết 30/11/2020", "Đã mở 2 lần, lần cuối 16:26, 23/11/2020", "Đã dừng"]
    {
        assert!(list.body.contains(text), "{text}");
    }
    assert_eq!(list.body.matches("/end\"").count(), 1, "what has ended cannot be ended");
    assert!(list.body.contains(&format!(r#"value="{STUDY}""#)) && !list.body.contains("value=\"1.2.3.4\""));

    let typed = format!("label=BS.+Minh&relation=doctor&study={STUDY}&days=7&may_download=yes");
    let world = World::new().await;
    let made = world.send(form("/shares", &[("cookie", HOA)], &typed)).await;
    assert_eq!((made.status, made.header(CACHE_CONTROL)), (StatusCode::OK, "no-store"));
    for text in ["http://127.0.0.1:8080/s/", "data:image/png;base64,", "30/11/2020"] {
        assert!(made.body.contains(text), "{text}");
    }
    let (token, code) = secrets_of(&made.body);
    let opened = world.send(form(&format!("/s/{token}"), &[], &format!("code={code}"))).await;
    assert_eq!((opened.status, opened.header(LOCATION)), (StatusCode::SEE_OTHER, "/studies"));
    let again = world.send(request(Method::GET, "/shares", &[("cookie", HOA)], "")).await;
    assert!(!again.body.contains(&token) && !again.body.contains(&code), "they are shown once");
    for form in ["", "label=x&relation=enemy", "label=x&relation=doctor&study=1.2.3&days=7", "days=1e9"] {
        let refused = post("/shares", &[("cookie", HOA)], form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
        assert!(refused.body.contains(r#"role="alert""#));
    }
}

#[tokio::test]
async fn a_guest_sees_what_is_shared_and_rules_nothing() {
    let list = get("/studies", &[("cookie", GUEST)]).await;
    assert!(list.body.contains("Được chia sẻ với Ông/Bà đến hết 30/11/2020."));
    let study = get(&format!("/studies/{STUDY}"), &[("cookie", GUEST)]).await;
    assert_eq!(study.status, StatusCode::OK);
    for hidden in ["/shares", "/access\"", "/download\"", "sign-out-everywhere"] {
        assert!(!list.body.contains(hidden) && !study.body.contains(hidden), "{hidden}");
    }
    let cookie = [("cookie", GUEST)];
    for answer in [
        get("/shares", &cookie).await,
        get(&format!("/studies/{STUDY}/access"), &cookie).await,
        post("/shares", &cookie, &format!("label=x&relation=doctor&study={STUDY}&days=7")).await,
        post(&format!("/shares/{}/end", shared().await.known.share), &cookie, "").await,
        post("/sign-out-everywhere", &cookie, "").await,
    ] {
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_patient_reads_who_opened_their_study() {
    let page = get(&format!("/studies/{STUDY}/access"), &[("cookie", HOA)]).await;
    for text in ["16:25, 23/11/2020", "Người được chia sẻ: BS. &#60;Minh&#62;", "Đã thấy ảnh lúc 16:26"]
    {
        assert!(page.body.contains(text), "{text}");
    }
    let theirs = get(&format!("/studies/{STUDY_OF_ANOTHER}/access"), &[("cookie", HOA)]).await;
    assert_eq!(theirs.status, StatusCode::NOT_FOUND);
    let seen = post(&format!("/studies/{STUDY}/seen"), &[("cookie", HOA)], "").await;
    assert_eq!((seen.status, seen.body.as_str()), (StatusCode::NO_CONTENT, ""));
}

#[tokio::test]
async fn ending_a_share_and_leaving_everywhere_lead_back() {
    let world = World::new().await;
    let end = format!("/shares/{}/end", world.known.share);
    let ended = world.send(form(&end, &[("cookie", HOA)], "")).await;
    assert_eq!((ended.status, ended.header(LOCATION)), (StatusCode::SEE_OTHER, "/shares"));
    assert_eq!(post("/shares/s9/end", &[("cookie", HOA)], "").await.status, StatusCode::NOT_FOUND);
    let left = world.send(form("/sign-out-everywhere", &[("cookie", HOA)], "")).await;
    assert_eq!((left.status, left.header(LOCATION)), (StatusCode::SEE_OTHER, "/?after=sign-out"));
    assert!(left.header(SET_COOKIE).contains("Max-Age=0"));
}
