//! The console from outside: who gets which page, what a page says, and what it never contains.

use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, SET_COOKIE,
};
use axum::http::{Method, Request, StatusCode};
use filmless_delivery::record::log;
use filmless_delivery::staff::{Decided, Decision};
use filmless_domain::audit::{Actor, AuditAction, AuditEvent, AuditOutcome};
use filmless_domain::staff::Role;
use filmless_domain::{AccessionNumber, ObjectKey, StudyInstanceUid};
use filmless_store::index::{LogEntry, LogName};
use filmless_store::{ObjectVersion, Served};

use crate::answer::Answer;
use crate::world::{
    Known, MISMATCHED, S3, STUDY, STUDY_OF_ANOTHER, Setup, WITHOUT_ORDER, World, desk, many_listed, shared,
};
use crate::{cookie_of, form, request, secrets_of};

/// The address of a patient, with the code in base64url.
const HOA: &str = "/staff/patients/TjIwLTAzMTc1NDI";
/// A patient whose code would not survive a gateway, and was joined into another.
const ODD: &str = "/staff/patients/TjIwLzIuLg";
const ROLES: [&str; 5] = ["nobody", "hotline", "records", "finance", "admin"];

fn cookie(role: &str) -> String {
    format!("filmless_staff={role}")
}

fn request_as(role: &str, method: Method, path: &str, typed: &str, more: &[(&str, &str)]) -> Request<Body> {
    let cookie = cookie(role);
    let mut headers = vec![("cookie", cookie.as_str())];
    headers.extend_from_slice(more);
    if method == Method::POST { form(path, &headers, typed) } else { request(method, path, &headers, typed) }
}

async fn as_role(role: &str, method: Method, path: &str, typed: &str, more: &[(&str, &str)]) -> Answer {
    shared().await.send(request_as(role, method, path, typed, more)).await
}

async fn get(role: &str, path: &str) -> Answer {
    as_role(role, Method::GET, path, "", &[]).await
}

/// Sends a form that is refused or whose effect no other test looks at.
async fn post(role: &str, path: &str, typed: &str) -> Answer {
    as_role(role, Method::POST, path, typed, &[]).await
}

/// Sends a form to a world of its own.
async fn post_alone(role: &str, path: &str, typed: &str) -> Answer {
    World::new().await.send(request_as(role, Method::POST, path, typed, &[])).await
}

async fn anonymous(method: Method, path: &str, cookie: &str) -> Answer {
    shared().await.send(request(method, path, &[("cookie", cookie)], "")).await
}

/// Tries an allowed act in a world of its own; a forbidden act changes nothing and needs none.
async fn try_as(role: &str, method: &Method, path: &str, typed: &str, expected: u16) -> Answer {
    if *method == Method::POST && expected < 400 {
        post_alone(role, path, typed).await
    } else {
        as_role(role, method.clone(), path, typed, &[]).await
    }
}

/// Every route of the console with what it needs, and the status for each of [`ROLES`].
fn table(known: &Known) -> Vec<(Method, String, String, [u16; 5])> {
    let study = format!("/staff/studies/{STUDY}");
    let release = format!("/staff/studies/{MISMATCHED}/release");
    let share = format!("label=BS.+Minh&relation=doctor&study={STUDY}&days=7");
    let consultations = format!("{HOA}/consultations");
    let none = format!("{consultations}/{}", "0".repeat(32));
    // Nobody, hotline, records, finance, administrator.
    let all = [200; 5];
    let front = [403, 200, 200, 403, 200];
    let front_done = [403, 303, 303, 403, 303];
    let records = [403, 403, 200, 403, 200];
    let records_done = [403, 403, 303, 403, 303];
    let no_consultation = [403, 403, 404, 403, 404];
    let admin = [403, 403, 403, 403, 200];
    let finance = [403, 403, 403, 200, 200];
    let finance_file = [403, 403, 403, 303, 303];
    let rows: [(Method, &str, &str, [u16; 5]); 56] = [
        (Method::GET, "/staff", "", all),
        (Method::POST, "/staff/search", "query=hoa", front_done),
        (Method::GET, "/staff/found/kept", "", front),
        (Method::POST, "/staff/sign-out-everywhere", "", [303; 5]),
        (Method::GET, HOA, "", front),
        (Method::POST, &format!("{HOA}/contact"), "phone=0903123456&email=", front_done),
        (Method::GET, &format!("{HOA}/revoke"), "", front),
        (Method::POST, &format!("{HOA}/revoke"), "reason=lost&confirm=yes", front),
        (Method::GET, &format!("{HOA}/merge"), "", records),
        (Method::POST, &format!("{HOA}/merge"), "code=N20%2F3..&reason=one&confirm=yes", records),
        (Method::GET, &format!("{HOA}/erase"), "", admin),
        (Method::POST, &format!("{HOA}/erase"), "code=N20-0317542&reason=asked", admin),
        (Method::POST, &format!("{HOA}/shares"), &share, front),
        (Method::POST, &format!("{HOA}/shares/{}/end", known.share), "", front_done),
        (Method::GET, &consultations, "", records),
        // A form without anything, and a consultation that is none.
        (Method::POST, &consultations, "", [403, 403, 422, 403, 422]),
        (Method::GET, &none, "", no_consultation),
        (Method::POST, &format!("{none}/end"), "", no_consultation),
        (Method::POST, &format!("{none}/members"), "name=A&facility=B", no_consultation),
        (Method::POST, &format!("{none}/members/00c0ffee/code"), "", no_consultation),
        (Method::POST, &format!("{none}/members/00c0ffee/link"), "", no_consultation),
        (Method::GET, &study, "", front),
        (Method::POST, &format!("{study}/slip"), "", front),
        (Method::POST, &format!("{study}/reissue"), "channels=all&reason=lost", front_done),
        (Method::POST, &format!("{study}/resend"), "channels=sms", front_done),
        (
            Method::POST,
            &release,
            &format!("reason=checked&order=A1&seen={}&confirm=yes", known.seen),
            records_done,
        ),
        (Method::POST, &format!("{study}/hold"), "reason=wrong", records_done),
        (Method::GET, &format!("{study}/recall"), "", records),
        (Method::POST, &format!("{study}/recall"), "reason=wrong&confirm=yes", records),
        (Method::GET, &format!("{study}/viewers"), "", records),
        (Method::GET, "/staff/held", "", front),
        (Method::GET, "/staff/held.csv", "", front),
        (Method::GET, "/staff/unreached?day=2020-11-23", "", front),
        (Method::GET, "/staff/unreached.csv", "", front),
        (Method::GET, "/staff/failed?days=90", "", front),
        (Method::GET, "/staff/failed.csv", "", front),
        (Method::GET, "/staff/opened?day=2020-11-23", "", front),
        (Method::GET, "/staff/opened.csv", "", front),
        (Method::POST, "/staff/resend", "channels=sms", front),
        (Method::GET, "/staff/refusals?days=31&code=not-dicom", "", front),
        (Method::GET, "/staff/refusals.csv", "", front),
        (Method::GET, "/staff/finance", "", finance),
        (Method::GET, "/staff/finance/payers.csv", "", finance),
        (Method::POST, "/staff/finance/export", "month=2020-11", finance_file),
        (Method::POST, "/staff/finance/budget", "period=2020-11&films=1.200", finance_file),
        (Method::GET, "/staff/finance/lines?month=2020-11&payer=insured", "", finance),
        (Method::GET, "/staff/finance/claims?month=2020-11", "", finance),
        (Method::GET, "/staff/finance/claims?month=2020-10", "", finance),
        // A form without a file.
        (Method::POST, "/staff/finance/claims", "", [403, 403, 403, 422, 422]),
        (Method::GET, "/staff/finance/claims/2020-11/list", "", finance_file),
        (Method::GET, "/staff/usage", "", finance),
        (Method::GET, "/staff/usage?month=2020-11&modality=CT&payer=", "", finance),
        (Method::GET, "/staff/usage/2020-11/files/khong-in-phim-2020-11.xlsx", "", finance_file),
        (Method::GET, "/staff/audit", "", admin),
        (Method::POST, "/staff/audit/verify", "", admin),
        (Method::GET, "/staff/audit/export?day=2020-11-23&form=fhir", "", admin),
    ];
    rows.into_iter()
        .map(|(m, path, form, statuses)| (m, path.to_owned(), form.to_owned(), statuses))
        .collect()
}

#[tokio::test]
async fn each_role_does_what_is_its_own_and_nothing_else() {
    for (method, path, typed, statuses) in table(&shared().await.known) {
        for (role, expected) in ROLES.iter().zip(statuses) {
            let answer = try_as(role, &method, &path, &typed, expected).await;
            assert_eq!(answer.status.as_u16(), expected, "{method} {path} as {role}: {}", answer.body);
        }
    }
}

#[tokio::test]
async fn whoever_is_not_signed_in_gets_the_sign_in_and_nothing_else() {
    for (method, path, ..) in table(&shared().await.known) {
        for cookie in ["", "filmless_staff=forged", "filmless_session=session-of-hoa"] {
            let answer = anonymous(method.clone(), &path, cookie).await;
            let found = (answer.status, answer.header(LOCATION), answer.body.as_str());
            assert_eq!(found, (StatusCode::SEE_OTHER, "/staff/sign-in", ""), "{method} {path} {cookie}");
        }
    }
}

#[tokio::test]
async fn no_page_of_the_console_holds_an_image_a_script_or_a_word_of_markup_from_outside() {
    for (method, path, typed, statuses) in table(&shared().await.known) {
        for (role, status) in ROLES.iter().zip(statuses) {
            let answer = try_as(role, &method, &path, &typed, status).await;
            assert_eq!(answer.header(CACHE_CONTROL), "no-store", "{path}");
            let policy = answer.header(CONTENT_SECURITY_POLICY);
            assert!(policy.starts_with("default-src 'none'") && !policy.contains(S3), "{path}: {policy}");
            if status != 200 || !answer.header(CONTENT_TYPE).starts_with("text/html") {
                continue;
            }
            for never in [
                S3,
                "X-Amz",
                "<script",
                "<canvas",
                "/studies/1.2.826/grant",
                "<CT>",
                "<Hoà>",
                "<Lan>",
                "<b>",
                "<x>",
                "<Minh>",
            ] {
                assert!(!answer.body.contains(never), "{never} in {path} as {role}");
            }
            assert!(answer.body.contains(r#"<html lang="vi">"#), "{path}");
        }
    }
}

#[tokio::test]
async fn without_a_provider_there_is_no_console() {
    let world = shared().await;
    for (method, path, typed, _) in table(&world.known) {
        let setup = Setup { with_console: false, ..Setup::default() };
        let answer = world.send_to(setup, request_as("admin", method.clone(), &path, &typed, &[])).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {path}");
    }
}

#[tokio::test]
async fn where_the_portal_may_not_delete_nothing_is_erased() {
    for (method, path) in [(Method::GET, format!("{HOA}/erase")), (Method::POST, format!("{HOA}/erase"))] {
        let setup = Setup { with_erasure: false, ..Setup::default() };
        let asked = request_as("admin", method, &path, "code=N20-0317542&reason=asked", &[]);
        let answer = shared().await.send_to(setup, asked).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(get("admin", HOA).await.status, StatusCode::OK);
}

#[tokio::test]
async fn another_site_cannot_act_in_their_name() {
    let table = table(&shared().await.known);
    for (method, path, form, _) in table.into_iter().filter(|(method, ..)| *method == Method::POST) {
        for foreign in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
            let answer = as_role("admin", method.clone(), &path, &form, &[foreign]).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {foreign:?}");
        }
    }
}

#[tokio::test]
async fn a_sign_in_goes_out_with_a_cookie_of_its_own_and_comes_back_with_a_session() {
    let mut world = World::new().await;
    let provider = world.start_provider().await;
    let get = async |path: &str, cookie: &str| {
        world.send(request(Method::GET, path, &[("cookie", cookie)], "")).await
    };
    let page = get("/staff/sign-in", "").await;
    assert!(page.body.contains(r#"href="http://127.0.0.1:8080/staff/sign-in/begin""#), "{}", page.body);
    let begun = get("/staff/sign-in/begin", "").await;
    let sign_in = cookie_of(&begun);
    assert!(sign_in.starts_with("filmless_staff_sign_in="));
    let set = begun.header(SET_COOKIE);
    assert_eq!(set, format!("{sign_in}; Path=/; HttpOnly; SameSite=Lax; Max-Age=600"));
    let back = provider.let_in(begun.header(LOCATION), "lan", &[Role::Hotline]);
    let back = get(&format!("{back}&session_state=x"), &sign_in).await;
    assert_eq!((back.status, back.header(LOCATION)), (StatusCode::SEE_OTHER, "/staff"));
    let cookies: Vec<_> = back.headers.get_all(SET_COOKIE).iter().map(|c| c.to_str().unwrap()).collect();
    let session = cookie_of(&back);
    assert!(session.starts_with("filmless_staff="));
    assert_eq!(cookies[0], format!("{session}; Path=/; HttpOnly; SameSite=Lax"));
    assert!(cookies[1].starts_with("filmless_staff_sign_in=; ") && cookies[1].contains("Max-Age=0"));
    let inside = get("/staff", &session).await;
    assert!(inside.body.contains("Tìm người bệnh") && !inside.body.contains("/staff/audit"));
    // A planted session must not become the one that starts.
    let begun = get("/staff/sign-in/begin", "").await;
    let back = provider.let_in(begun.header(LOCATION), "lan", &[Role::Hotline]);
    let back = get(&back, &format!("filmless_staff=planted; {}", cookie_of(&begun))).await;
    assert!(back.header(SET_COOKIE).starts_with("filmless_staff="));
    assert!(!back.header(SET_COOKIE).starts_with("filmless_staff=planted"));
}

#[tokio::test]
async fn with_https_the_cookies_of_staff_are_bound_to_the_host() {
    let mut world = World::new().await;
    let provider = world.start_provider().await;
    let get = async |path: &str, cookie: &str| {
        let setup = Setup { public_url: "https://xem.benhvien.example/", ..Setup::default() };
        world.send_to(setup, request(Method::GET, path, &[("cookie", cookie)], "")).await
    };
    let begun = get("/staff/sign-in/begin", "").await;
    let sign_in = cookie_of(&begun);
    assert!(sign_in.starts_with("__Host-filmless_staff_sign_in="));
    let set = begun.header(SET_COOKIE);
    assert_eq!(set, format!("{sign_in}; Path=/; HttpOnly; SameSite=Lax; Max-Age=600; Secure"));
    let back = get(&provider.let_in(begun.header(LOCATION), "lan", &[Role::Hotline]), &sign_in).await;
    let session = cookie_of(&back);
    assert!(session.starts_with("__Host-filmless_staff="));
    assert_eq!(back.header(SET_COOKIE), format!("{session}; Path=/; HttpOnly; SameSite=Lax; Secure"));
}

#[tokio::test]
async fn what_keeps_somebody_from_signing_in_is_told() {
    const REFUSED: &str = "đã hết hạn, đã được dùng, hoặc không được chấp nhận";
    let mut world = World::new().await;
    let provider = world.start_provider().await;
    let send = async |world: &World, path: &str, cookie: &str| {
        world.send(request(Method::GET, path, &[("cookie", cookie)], "")).await
    };
    let begin = async |roles: &[Role]| {
        let begun = send(&world, "/staff/sign-in/begin", "").await;
        (provider.let_in(begun.header(LOCATION), "lan", roles), cookie_of(&begun))
    };
    let check = |answer: &Answer, status: u16, words: &str| {
        assert_eq!(answer.status.as_u16(), status, "{words}");
        assert!(answer.body.contains(words) && answer.body.contains("Thử lại"), "{words}: {}", answer.body);
        assert!(!answer.header(SET_COOKIE).contains("filmless_staff="), "{words}");
    };
    let (back, cookie) = begin(&[Role::Hotline]).await;
    for wrong in ["", "filmless_staff_sign_in=forged"] {
        check(&send(&world, &back, wrong).await, 403, REFUSED);
    }
    assert_eq!(send(&world, &back, &cookie).await.status, StatusCode::SEE_OTHER);
    check(&send(&world, &back, &cookie).await, 403, REFUSED);
    let (back, cookie) = begin(&[]).await;
    check(&send(&world, &back, &cookie).await, 403, "chưa có vai trò nào");
    let (back, cookie) = begin(&[Role::Hotline]).await;
    drop(provider);
    world.provider_url = shared().await.provider_url.clone();
    check(&send(&world, &back, &cookie).await, 503, "không trả lời");
    let answer = send(&world, "/staff/sign-in/begin", "").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.body.contains("Người bệnh vẫn xem được hình ảnh"));
    for wrong in ["code=c&code=d", "x=%FF", ""] {
        let answer = anonymous(Method::GET, &format!("/staff/sign-in/return?{wrong}"), "").await;
        assert!(answer.status.is_client_error(), "{wrong}");
    }
}

#[tokio::test]
async fn what_was_searched_is_found_by_words_and_is_in_no_address() {
    // Kept to the end: without an owner the world is dropped, and the search with it.
    let _world = shared().await;
    let kept = post("hotline", "/staff/search", "query=nguyen+thi+hoa").await;
    let found = kept.header(LOCATION);
    assert!(found.starts_with("/staff/found/") && !found.contains("hoa"), "{found}");
    let page = get("hotline", found).await;
    for text in ["Nguyễn Thị Hoà &#60;Lan&#62;", "02/03/1958", HOA, r#"value="nguyen thi hoa""#, "Kết quả: 2"]
    {
        assert!(page.body.contains(text), "{text}");
    }
    assert!(get("hotline", "/staff/found/nobody").await.body.contains("Không tìm thấy ai"));
    assert_eq!(get("hotline", "/staff/found/somebody-elses").await.status, StatusCode::NOT_FOUND);
    let empty = post("hotline", "/staff/search", "query=+").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.body.contains("Xin nhập số điện thoại"));
    assert_eq!(get("hotline", "/staff/search?query=hoa").await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn the_navigation_and_the_forms_are_those_of_the_role() {
    for (role, seen, unseen) in [
        (
            "hotline",
            vec!["/staff/held", "/staff/unreached", "/staff/failed", "/staff/refusals"],
            vec!["/staff/audit"],
        ),
        ("finance", vec!["Tài chính"], vec!["/staff/held", "name=\"query\""]),
        ("nobody", vec!["chưa có trang nào"], vec!["/staff/held", "name=\"query\""]),
        ("admin", vec!["/staff/audit", "Quản trị"], vec![]),
    ] {
        let page = get(role, "/staff").await;
        for text in seen {
            assert!(page.body.contains(text), "{text} for {role}");
        }
        for text in unseen {
            assert!(!page.body.contains(text), "{text} for {role}");
        }
    }
    let study = format!("/staff/studies/{STUDY}");
    for (role, page, expected) in [
        ("hotline", HOA, [("/revoke", true), ("/merge", false), ("/erase", false)]),
        ("records", HOA, [("/revoke", true), ("/merge", true), ("/erase", false)]),
        ("admin", HOA, [("/revoke", true), ("/merge", true), ("/erase", true)]),
        ("hotline", &study, [("/slip", true), ("/hold", false), ("/recall", false)]),
        ("records", &study, [("/slip", true), ("/hold", true), ("/recall", true)]),
    ] {
        let answer = get(role, page).await;
        for (path, is_there) in expected {
            assert_eq!(answer.body.contains(&format!("{page}{path}\"")), is_there, "{path} for {role}");
        }
    }
}

#[tokio::test]
async fn a_patient_is_shown_with_contact_studies_and_shares() {
    let page = get("hotline", HOA).await;
    for text in [
        "Nguyễn Thị Hoà &#60;Lan&#62;",
        "BS. &#60;Minh&#62;",
        "0903123456",
        "23/11/2020",
        "Chest &#60;CT&#62;",
        "đang giữ lại",
        "Chưa có phiếu chỉ định",
        "Nhân viên đã sửa",
    ] {
        assert!(page.body.contains(text), "{text}");
    }
    assert!(!page.body.contains("in English only"));
    let odd = get("hotline", ODD).await;
    assert_eq!(odd.status, StatusCode::OK);
    assert!(odd.body.contains("N20/2.."));
    for wrong in ["Tm9ib2R5", "N20-0317542", "%2e%2e", "=", "____"] {
        assert_eq!(get("hotline", &format!("/staff/patients/{wrong}")).await.status, 404, "{wrong}");
    }
}

#[tokio::test]
async fn a_study_tells_its_way_and_why_it_is_held() {
    let study = get("hotline", &format!("/staff/studies/{STUDY}")).await;
    for text in [
        "Nhận ảnh đầu tiên",
        "Lập phiếu",
        "lần cấp 1",
        "Email không gửi được",
        "bounce &#60;x&#62;",
        "Mở lần chụp",
        "<dt>Ngày sinh ghi trong ảnh</dt><dd>có ghi nhưng không đọc được</dd>",
    ] {
        assert!(study.body.contains(text), "{text}");
    }
    let held = get("records", &format!("/staff/studies/{WITHOUT_ORDER}")).await;
    assert!(held.body.contains("Chưa có phiếu chỉ định") && held.body.contains("Trả kết quả"));
    assert!(!held.body.contains("/slip\""), "a held study has no slip to print");
    assert!(!held.body.contains("Ngày sinh ghi trong ảnh"), "nothing is wrong with it there");
    assert_eq!(get("records", "/staff/studies/1.2.3").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_hurts_asks_twice() {
    let recall = format!("/staff/studies/{STUDY}/recall");
    for (path, form, words) in [
        (format!("{HOA}/revoke"), "reason=lost", "Xin đánh dấu ô xác nhận"),
        (recall.clone(), "reason=wrong", "Xin đánh dấu ô xác nhận"),
        (format!("{HOA}/erase"), "reason=asked&code=N20-0317543", "Chưa có gì bị xóa"),
        (format!("{HOA}/erase"), "reason=asked", "Chưa có gì bị xóa"),
        (recall, "reason=+&confirm=yes", "Xin ghi lý do"),
    ] {
        let answer = post("admin", &path, form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path} {form}");
        assert!(answer.body.contains(words), "{path} {form}");
    }
    let compared = post("records", &format!("{HOA}/merge"), "code=N20%2F3..").await;
    assert_eq!(compared.status, StatusCode::OK);
    assert!(compared.body.contains("name=\"confirm\"") && compared.body.contains("value=\"N20/3..\""));
    let unknown = post("records", &format!("{HOA}/merge"), "code=NOBODY").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert!(unknown.body.contains("name=\"code\""), "the form stays");
}

#[tokio::test]
async fn a_release_shows_to_whom_and_what_differs_before_it_is_done() {
    let world = World::new().await;
    let seen = &world.known.seen;
    let release = format!("/staff/studies/{MISMATCHED}/release");
    let asked = get("records", &release).await;
    assert_eq!(asked.status, StatusCode::OK);
    for words in [
        "sẽ được trả cho <strong>Nguyễn Thị Hoà &#60;Lan&#62;</strong>, sinh <strong>02/03/1958</strong>",
        "<td class=\"differs\">TRAN &#60;b&#62;BINH",
        &format!("name=\"seen\" value=\"{seen}\""),
        "hai người cùng xác nhận",
    ] {
        assert!(asked.body.contains(words), "{words}: {}", asked.body);
    }
    assert_eq!(get("hotline", &release).await.status, StatusCode::FORBIDDEN);
    let other = get("records", &format!("{release}?order=NONE")).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
    assert!(other.body.contains("name=\"order\" value=\"NONE\""));
    let typed = format!("order=A1&reason=right&seen={seen}&confirm=yes");
    let alone = post_alone("records", &release, &typed).await;
    assert_eq!(alone.header(LOCATION), format!("/staff/studies/{MISMATCHED}?done=asked"));
    let decision = Decision {
        order: AccessionNumber::parse("A1").ok(),
        reason: "looked at".into(),
        seen: seen.clone(),
        is_same_person: false,
    };
    world
        .with(|services| async move {
            let study = StudyInstanceUid::parse(MISMATCHED).unwrap();
            let other = desk(&services, "u-18", [Role::Records]);
            assert_eq!(other.release(&study, &decision).await.unwrap(), Decided::AskedAnother);
        })
        .await;
    let done = world.send(request_as("records", Method::POST, &release, &typed, &[])).await;
    assert_eq!(done.header(LOCATION), format!("/staff/studies/{MISMATCHED}?done=released"));
    let list = get("records", "/staff/reviews").await;
    for words in ["A-REUSED", "Cùng một người: trả kết quả và ghi nhớ", "dùng lại cho người khác"]
    {
        assert!(list.body.contains(words), "{words}");
    }
    assert_eq!(get("hotline", "/staff/reviews").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_was_done_is_told_and_what_was_refused_is_explained() {
    let study = format!("/staff/studies/{STUDY}");
    let (mismatched, johns) =
        (format!("/staff/studies/{MISMATCHED}"), format!("/staff/studies/{STUDY_OF_ANOTHER}"));
    let seen = shared().await.known.seen.clone();
    for (path, typed, status, words) in [
        (format!("{HOA}/revoke"), "reason=lost&confirm=yes", 200, "Mật khẩu</dt><dd>2"),
        (format!("{study}/recall"), "reason=wrong&confirm=yes", 200, "203.0.113.9"),
        (format!("{HOA}/erase"), "reason=asked&code=N20-0317542", 200, "Tệp</dt><dd>18"),
        (format!("{HOA}/merge"), "code=N20%2F3..&reason=x&confirm=yes", 200, "Lần chụp đã chuyển</dt><dd>2"),
        (format!("{HOA}/merge"), "code=N20-0317542&reason=x&confirm=yes", 409, "dùng chung một tài khoản"),
        (format!("{HOA}/contact"), "phone=12", 422, "không nhận được SMS"),
        (format!("{HOA}/shares"), "label=x", 422, "Chia sẻ cần có tên người nhận"),
        (format!("{johns}/resend"), "channels=email", 409, "Không có số điện thoại hoặc email"),
        (format!("{study}/hold"), "reason=", 422, "Xin ghi lý do"),
        (format!("{mismatched}/release"), &format!("reason=right&seen={seen}"), 422, "Xin đánh dấu"),
        (format!("{mismatched}/release"), "reason=right&seen=old&confirm=yes", 409, "đối chiếu lại"),
        (
            format!("{mismatched}/release"),
            &format!("reason=right&seen={seen}&order=NONE"),
            422,
            "Xin đánh dấu",
        ),
    ] {
        let answer = try_as("admin", &Method::POST, &path, typed, status).await;
        assert_eq!(answer.status.as_u16(), status, "{path} {typed}: {}", answer.body);
        assert!(answer.body.contains(words), "{path} {typed}: {}", answer.body);
    }
    let done = post_alone("hotline", &format!("{study}/reissue"), "channels=sms&reason=lost").await;
    assert_eq!(done.header(LOCATION), format!("{study}?done=reissued"));
    assert!(get("hotline", &format!("{study}?done=reissued")).await.body.contains("Đã cấp phiếu mới"));
    let forbidden = post("hotline", &format!("{study}/recall"), "reason=x&confirm=yes").await;
    assert!(forbidden.body.contains("Không thuộc quyền"));
}

#[tokio::test]
async fn the_page_of_a_study_says_whether_its_result_is_there_and_who_signed_it() {
    let signed = get("hotline", &format!("/staff/studies/{STUDY_OF_ANOTHER}")).await.body;
    for words in [
        "Kết quả</dt><dd>đã ký<br>",
        "Có kết luận: người bệnh đọc được",
        "Người ký</dt><dd>BS. &#60;An&#62;</dd>",
        "Lúc ký</dt><dd>16:10, 23/11/2020</dd>",
    ] {
        assert!(signed.contains(words), "{words}: {signed}");
    }
    let held = get("hotline", &format!("/staff/studies/{WITHOUT_ORDER}")).await.body;
    assert!(held.contains("Kết quả</dt><dd>chưa rõ") && !held.contains("Người ký"), "{held}");
}

#[tokio::test]
async fn a_code_that_was_joined_into_another_says_so_and_leads_there() {
    let page = get("admin", ODD).await.body;
    assert!(page.contains("Đã gộp vào mã <a href=\"/staff/patients/TjI2LTE\">N26-1</a>"), "{page}");
    assert!(!page.contains("/merge"), "it is joined already: {page}");
    let other = get("admin", HOA).await.body;
    assert!(other.contains("/merge") && !other.contains("Đã gộp vào"), "{other}");
    let found = get("admin", "/staff/found/joined").await.body;
    assert!(found.contains("<small>Đã gộp vào mã N26-1</small>"), "{found}");
}

#[tokio::test]
async fn files_are_sent_as_files_and_kept_nowhere() {
    let slip = post("hotline", &format!("/staff/studies/{STUDY}/slip"), "").await;
    assert_eq!(slip.header(CONTENT_TYPE), "application/pdf");
    assert_eq!(slip.header(CACHE_CONTROL), "no-store");
    assert!(slip.body.starts_with("%PDF-1."), "{}", slip.body.chars().take(20).collect::<String>());
    assert_eq!(get("hotline", &format!("/staff/studies/{STUDY}/slip")).await.status, 405);
    let csv = get("hotline", "/staff/unreached.csv?day=2020-11-23").await;
    assert_eq!(csv.header(CONTENT_DISPOSITION), "attachment; filename=\"unreached-2020-11-23.csv\"");
    assert!(csv.body.starts_with('\u{feff}') && csv.body.contains("\"'+Nguyễn \"\"Hoà\"\"\",\"0903123456\""));
    let csv = get("hotline", "/staff/failed.csv").await;
    assert_eq!(csv.header(CONTENT_DISPOSITION), "attachment; filename=\"failed.csv\"");
    assert!(
        csv.body.contains("Nguyễn Thị Hoà <Lan>\",\"Email\"") && csv.body.contains("bounce <x>"),
        "{}",
        csv.body
    );
    for (narrowed, is_there) in [
        ("reason=bounce%20%3Cx%3E&modality=CT&day=2020-11-23", true),
        ("modality=MR", false),
        ("reason=other", false),
        ("day=2020-11-22", false),
    ] {
        for page in ["/staff/failed", "/staff/failed.csv"] {
            let found = get("hotline", &format!("{page}?days=31&{narrowed}")).await;
            let is_hers = found.body.contains("Nguyễn Thị Hoà");
            assert_eq!(is_hers, is_there, "{page} {narrowed}: {}", found.body);
            assert!(!is_there || found.body.contains("16:16, 23/11/2020"), "{page} {narrowed}");
        }
    }
    let front = get("hotline", "/staff").await.body;
    for count in
        ["Đang giữ lại: 3", "Chưa báo được: 2", "Tin gửi lỗi: 2", "Tệp bị từ chối: 2", "Đã mở hôm nay: 2"]
    {
        assert!(front.contains(count), "{count}: {front}");
    }
    let opened = get("hotline", "/staff/opened").await.body;
    assert!(opened.contains("@Nguyễn &#60;Hoà&#62;") && opened.contains("16:20"), "{opened}");
    let csv = get("hotline", "/staff/opened.csv?day=2020-11-23").await;
    assert_eq!(csv.header(CONTENT_DISPOSITION), "attachment; filename=\"opened-2020-11-23.csv\"");
    assert!(csv.body.contains("\"'@Nguyễn <Hoà>\""), "{}", csv.body);
    let other = get("hotline", "/staff/opened?day=2020-11-23").await.body;
    assert!(other.contains("Đã mở ngày 23/11/2020") && !other.contains("<h1>Đã mở hôm nay"), "{other}");
    assert_eq!(get("admin", "/staff/audit?from=2026-02-31").await.status, StatusCode::NOT_FOUND);
    assert_eq!(get("admin", "/staff/audit/export?day=2026-02-31").await.status, StatusCode::NOT_FOUND);
    for list in
        ["opened", "opened.csv", "unreached", "unreached.csv", "failed", "failed.csv", "held", "refusals"]
    {
        let answer = get("hotline", &format!("/staff/{list}?day=2026-02-31")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{list}");
        assert!(answer.body.contains("Trong lịch không có ngày này"), "{list}");
    }
    assert!(get("hotline", "/staff/opened?day=2020-11-22").await.body.contains("Chưa có lần chụp nào"));
    let none = get("hotline", "/staff/unreached?day=2020-11-22").await;
    assert!(none.body.contains("Mọi người bệnh đều đã được báo"));
}

#[tokio::test]
async fn a_long_list_is_read_page_by_page() {
    let world = World::new().await;
    world.with(|services| async move { many_listed(&services, 51).await }).await;
    let get = async |path: &str| world.send(request_as("records", Method::GET, path, "", &[])).await;
    let front = get("/staff").await.body;
    for count in ["Đang giữ lại: 50+", "Chưa báo được: 50+"] {
        assert!(front.contains(count), "{count}: {front}");
    }
    let held = get("/staff/held?days=90&modality=CT").await.body;
    let link = "/staff/held?days=90&#38;modality=CT&#38;after=2020-11-23.";
    assert!(
        held.contains("giữ lại: 50+</h1>") && held.contains(link) && !held.contains("Về trang đầu"),
        "{held}"
    );
    let place = held[held.find(link).unwrap() + link.len()..].split('"').next().unwrap().to_owned();
    let second = get(&format!("/staff/held?days=90&modality=CT&after=2020-11-23.{place}")).await.body;
    let rows = |page: &str| page.matches("href=\"/staff/studies/1.2.7.").count();
    assert_eq!((rows(&held), rows(&second)), (50, 1), "{second}");
    assert!(second.contains("Về trang đầu"), "{second}");
    assert!(!second.contains(link), "{second}");
    // The last row is gone by now.
    let last = "/staff/held?days=90&modality=CT&after=2020-11-23.1606123900000.1.2.9";
    let third = get(last).await.body;
    assert!(third.contains("Đã hết danh sách") && third.contains("Về trang đầu"), "{third}");
    assert!(!third.contains("Không có lần chụp nào bị giữ lại") && !third.contains(link), "{third}");
    for no_place in ["x", "2020-11-23.1", "2020-11-23.1..", "2020-11-23.1.../../"] {
        let page = get(&format!("/staff/held?after={no_place}")).await;
        assert!(page.status == 200 && page.body.contains("giữ lại: 50+</h1>"), "{no_place}");
    }
}

#[tokio::test]
async fn the_audit_log_is_taken_along_by_the_day_and_verified() {
    let world = World::new().await;
    let now = world.services.clock.now();
    world
        .with(move |services| async move {
            log::seal(&services.index, &services.audit, LogName::Audit, now, true).await.unwrap();
        })
        .await;
    let get = async |path: &str| world.send(request_as("admin", Method::GET, path, "", &[])).await;
    let verify = || world.send(request_as("admin", Method::POST, "/staff/audit/verify", "", &[]));
    let fhir = get("/staff/audit/export?day=2020-11-23&form=fhir").await;
    assert_eq!(fhir.header(CONTENT_TYPE), "application/fhir+ndjson");
    assert!(fhir.body.ends_with('\n'));
    for line in fhir.body.lines() {
        let resource: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(resource["resourceType"], "AuditEvent");
    }
    let log = get("/staff/audit/export?day=2020-11-23").await;
    assert!(log.body.contains("\"open-study\""));
    assert!(!verify().await.body.contains("Nhật ký không nguyên vẹn"));
    world
        .with(|services| async move {
            // Somebody removes the record of who opened a study.
            let key = ObjectKey::parse("audit/2020/11/23/000000000001.ndjson").unwrap();
            let object = ObjectVersion { key: &key, version_id: None };
            let lines = services.audit.get(object, 1 << 20).await.unwrap();
            let lines = String::from_utf8(lines.to_vec()).unwrap();
            let kept: String =
                lines.lines().filter(|l| !l.contains("open-study")).map(|l| format!("{l}\n")).collect();
            assert!(kept.len() < lines.len());
            let served = Served::uncached("application/x-ndjson");
            services.audit.put(&key, kept.into_bytes(), served).await.unwrap();
        })
        .await;
    let broken = verify().await;
    assert!(
        broken.body.contains("Nhật ký không nguyên vẹn") && broken.body.contains("line "),
        "{}",
        broken.body
    );
    // Too large for one answer.
    world
        .with(|services| async move {
            let key = ObjectKey::parse("audit/2020/01/01/000000000001.ndjson").unwrap();
            let lines = "{}\n".repeat(600_000);
            let served = Served::uncached("application/x-ndjson");
            services.audit.put(&key, lines.into_bytes(), served).await.unwrap();
        })
        .await;
    assert_eq!(get("/staff/audit/export?day=2020-01-01").await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_share_is_made_on_the_patients_behalf_and_shown_once() {
    let world = World::new().await;
    let post = async |path: &str, typed: &str| {
        world.send(request_as("hotline", Method::POST, path, typed, &[])).await
    };
    let typed = format!("label=BS.+Minh&relation=doctor&study={STUDY}&days=7");
    let made = post(&format!("{HOA}/shares"), &typed).await;
    assert!(made.body.contains("data:image/png;base64,"));
    let (token, code) = secrets_of(&made.body);
    let opened = world.send(form(&format!("/s/{token}"), &[], &format!("code={code}"))).await;
    assert_eq!((opened.status, opened.header(LOCATION)), (StatusCode::SEE_OTHER, "/studies"));
    let after = world.send(request_as("hotline", Method::GET, HOA, "", &[])).await;
    assert!(!after.body.contains(&token), "it is shown once");
    let ended = post(&format!("{HOA}/shares/{}/end", world.known.share), "").await;
    assert_eq!(ended.header(LOCATION), format!("{HOA}?done=share-ended"));
    assert_eq!(post(&format!("{HOA}/shares/s9/end"), "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_console_speaks_vietnamese_until_somebody_chooses() {
    let english = [("accept-language", "en-US,en;q=0.9")];
    let page = as_role("hotline", Method::GET, "/staff", "", &english).await;
    assert!(page.body.contains("Tìm người bệnh"));
    let cookie = "filmless_staff=hotline; filmless_language=en";
    let page = anonymous(Method::GET, "/staff", cookie).await;
    assert!(page.body.contains("Find a patient") && page.body.contains("Hotline"));
    let refused = anonymous(Method::GET, "/staff/audit", cookie).await;
    assert!(refused.body.contains("None of your roles may do that"));
}

#[tokio::test]
async fn leaving_ends_the_session() {
    for path in ["/staff/sign-out", "/staff/sign-out-everywhere"] {
        let world = World::new().await;
        let answer = world.send(request_as("hotline", Method::POST, path, "", &[])).await;
        assert_eq!(answer.header(LOCATION), "/staff/sign-in?after=sign-out");
        assert!(
            answer.header(SET_COOKIE).starts_with("filmless_staff=; ")
                && answer.header(SET_COOKIE).contains("Max-Age=0")
        );
        let after = world.send(request_as("hotline", Method::GET, "/staff", "", &[])).await;
        assert_eq!(after.header(LOCATION), "/staff/sign-in", "{path}");
    }
    assert!(anonymous(Method::GET, "/staff/sign-in?after=sign-out", "").await.body.contains("đã đăng xuất"));
    let inside = get("hotline", "/staff/sign-in").await;
    assert_eq!((inside.status, inside.header(LOCATION)), (StatusCode::SEE_OTHER, "/staff"));
}

#[tokio::test]
async fn finance_chooses_a_month_and_a_part_of_it_and_takes_files_along() {
    let all = get("finance", "/staff/usage").await.body;
    for word in [
        "1.240",
        "55.800.000",
        "CT – ",
        "BHYT",
        "Không rõ",
        "K&#60;01&#62;",
        "<option selected>2020-11",
        "1.234",
    ] {
        assert!(all.contains(word), "{word} is missing: {all}");
    }
    assert_eq!(all.matches("<rect ").count(), 2, "one bar for each modality");
    let part = get("finance", "/staff/usage?month=2020-11&department=&modality=CT&payer=self").await.body;
    assert!(
        part.contains("<dd>270.000</dd>") && !part.contains("<td data-label=\"Khoa\">K&#60;01&#62;"),
        "{part}"
    );
    assert!(part.contains("<option value=\"CT\" selected>"), "{part}");
    let unknown = get("finance", "/staff/usage?department=-").await.body;
    assert!(unknown.contains("<dd>34</dd>"), "{unknown}");
    let nothing = get("finance", "/staff/usage?modality=XA").await;
    assert!(nothing.status == StatusCode::OK && nothing.body.contains("Không có gì khớp"));
    assert_eq!(get("finance", "/staff/usage?month=2019-01").await.status, StatusCode::NOT_FOUND);
    let file = get("finance", "/staff/usage/2020-11/files/khong-in-phim-2020-11.xlsx").await;
    assert!(file.header(LOCATION).starts_with(S3), "{}", file.header(LOCATION));
}

#[tokio::test]
async fn finance_sees_months_side_by_side_and_takes_each_table_along() {
    let page = get("finance", "/staff/finance").await.body;
    for text in [
        "1.240.000\u{a0}₫",
        "-1.240.000\u{a0}₫",
        "K&#60;01&#62;",
        "<a href=\"/staff/finance/lines?month=2020-11&amp;department=K%3C01%3E\">1.200.000\u{a0}₫</a>",
        "<a href=\"/staff/finance/lines?month=2020-11&amp;payer=insured\">1.200.000\u{a0}₫</a>",
        "Cao nhất: 2020-11, 1.240.000\u{a0}₫. Thấp nhất: 2020-10, -1.240.000\u{a0}₫.",
        "Không xong: sổ sự kiện không đọc được",
        "Đang chờ xuất: 2020-10",
        "href=\"/staff/finance/departments.csv\"",
        "Tài chính",
    ] {
        assert!(page.replace("&#38;", "&amp;").contains(text), "{text}: {page}");
    }
    assert_eq!(page.matches("<rect ").count(), 2, "a bar for each month");
    let csv = get("finance", "/staff/finance/payers.csv").await;
    assert_eq!(csv.header(CONTENT_DISPOSITION), "attachment; filename=\"finance-payers.csv\"");
    let lines: Vec<&str> = csv.body.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(
        lines,
        [
            "\"Nguồn thanh toán\",\"2020-10\",\"2020-11\"",
            "\"BHYT\",-1200000,1200000",
            "\"Tự trả\",-40000,40000",
            "\"Tổng\",-1240000,1240000",
        ]
    );
    let months = get("finance", "/staff/finance/months.csv").await.body;
    assert!(months.contains("\"2020-11\",6,1240000,55800000,0"), "{months}");
    assert_eq!(get("finance", "/staff/finance/names.csv").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn receivables_are_told_apart_from_what_was_never_compared() {
    let receivables = get("finance", "/staff/finance/receivables.csv").await.body;
    let lines: Vec<&str> = receivables.lines().skip(1).collect();
    let expected = [
        "\"2020-10 – BHYT\",-1200000,,,",
        "\"2020-10 – Tự trả\",-40000,,,",
        // Open: 1,200,000 charged, less studies of 1,000,000 whose claims stand.
        "\"2020-11 – BHYT\",1200000,900000,800000,200000",
        "\"2020-11 – Tự trả\",40000,,,",
    ];
    assert_eq!(lines, expected);
    let open = get("finance", "/staff/finance/open.csv").await.body;
    assert_eq!(open.lines().skip(1).collect::<Vec<_>>(), ["\"K<01>\",,200000", "\"Tổng\",,200000"]);
    let page = get("finance", "/staff/finance").await.body;
    assert!(page.contains("<a href=\"/staff/finance/claims?month=2020-10\">Chưa đối chiếu</a>"), "{page}");
    assert!(page.contains("chưa phải kết quả giám định của cơ quan BHXH"), "{page}");
    let budget = get("finance", "/staff/finance/budget.csv").await.body;
    let expected = ["\"2020-10\",,0,", "\"2020-11\",100,0,100", "\"Cả năm 2020\",1200,0,1200"];
    assert_eq!(budget.lines().skip(1).collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn a_figure_leads_to_its_lines_page_by_page() {
    let page = get("finance", "/staff/finance/lines?month=2020-11&payer=insured&department=K%3C01%3E").await;
    for text in [
        "K&#60;01&#62;, BHYT</h1>",
        "Tiền thu của lựa chọn này: 1.200.000\u{a0}₫",
        "CD&#60;2020&#62;",
        "512.000\u{a0}₫",
        "2020-11-23",
    ] {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    let body = page.body.replace("&#38;", "&amp;");
    let link = "/staff/finance/lines?month=2020-11&amp;department=K%3C01%3E&amp;payer=insured&amp;after=";
    let after = body[body.find(link).unwrap() + link.len()..].split('"').next().unwrap();
    let part = "month=2020-11&department=K%3C01%3E&payer=insured";
    let next = get("finance", &format!("/staff/finance/lines?{part}&after={after}")).await.body;
    assert!(next.contains("-512.000\u{a0}₫") && next.contains("Thu hồi kết quả"), "{next}");
    assert!(!next.contains("after="), "the last page leads nowhere");
    assert_eq!(get("finance", "/staff/finance/lines?month=2019-01").await.status, StatusCode::NOT_FOUND);
}

/// A form with a file, as browsers send it.
async fn upload(file: &[u8]) -> Answer {
    let head = "--XX\r\nContent-Disposition: form-data; name=\"month\"\r\n\r\n2020-11\r\n\
                --XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"Nguyen Thi Hoa.xml\"\r\n\r\n";
    let body = [head.as_bytes(), file, b"\r\n--XX--\r\n"].concat();
    let request = Request::builder()
        .method(Method::POST)
        .uri("/staff/finance/claims")
        .header("cookie", "filmless_staff=finance")
        .header("content-type", "multipart/form-data; boundary=XX");
    World::new().await.send(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn a_file_of_claims_is_taken_up_to_four_megabytes_and_not_a_byte_more() {
    let most = upload(&vec![b'x'; 4 << 20]).await;
    let to = (most.status, most.header(LOCATION));
    assert_eq!(to, (StatusCode::SEE_OTHER, "/staff/finance/claims?month=2020-11"));
    for size in [0, (4 << 20) + 1, 20 << 20] {
        let answer = upload(&vec![b'x'; size]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{size}");
        assert!(answer.body.contains("lớn hơn 4 MiB") && !answer.body.contains("Hoa"), "{}", answer.body);
    }
    // All other forms keep their small limit.
    let other = post("finance", "/staff/finance/budget", &"x".repeat(17 * 1024)).await;
    assert_eq!(other.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn claims_show_what_is_at_risk_and_what_is_kept() {
    let page = get("finance", "/staff/finance/claims?month=2020-11").await;
    for text in [
        "Tối đa (MB): 4.",
        "Tệp được xóa ngay sau khi đối chiếu",
        "<dd>900.000\u{a0}₫</dd>",
        "Không có bằng chứng đã trả kết quả",
        "K&#60;01&#62;",
        "Tổng, mỗi dòng tính một lần",
        "href=\"/staff/finance/claims/2020-11/list\"",
        "77.000\u{a0}₫",
    ] {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    assert!(page.headers.get("refresh").is_none(), "nothing is awaited");
    let waiting = get("finance", "/staff/finance/claims?month=2020-10").await;
    assert_eq!(waiting.header(axum::http::header::REFRESH), "3");
    for text in ["Đang đối chiếu", "dòng 3: &#60;b&#62; không phải bảng CSV", "chưa đối chiếu lần nào"]
    {
        assert!(waiting.body.contains(text), "{text}: {}", waiting.body);
    }
    let list = get("finance", "/staff/finance/claims/2020-11/list").await;
    assert!(list.header(LOCATION).starts_with(S3), "{}", list.header(LOCATION));
}

#[tokio::test]
async fn refusals_are_listed_by_code_and_name_order_and_patient() {
    let page = get("hotline", "/staff/refusals?days=31").await;
    for text in ["orders/=a&#60;b&#62;.json", "`patient.sex` is a text that", "not-dicom (1)"] {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    assert!(page.body.contains("Không phải ảnh DICOM hoặc tệp ZIP."), "in words");
    for named in ["<small>Số chỉ định: CT.&#60;1&#62;</small>", "<small>Mã người bệnh: =N26</small>"]
    {
        assert_eq!(page.body.matches(named).count(), 1, "{named}: {}", page.body);
    }
    assert!(!get("hotline", "/staff/refusals?day=2020-11-22").await.body.contains("incoming/x"));
    assert!(get("hotline", "/staff/refusals?day=2020-11-23").await.body.contains("incoming/x"));
    let one = get("hotline", "/staff/refusals?days=31&code=not-dicom").await;
    assert!(one.body.contains("incoming/x") && !one.body.contains("orders/"));
    assert!(one.body.contains("refusals.csv?days=31&amp;code=not-dicom"));
    let csv = get("hotline", "/staff/refusals.csv?code=order-bad-field").await;
    assert_eq!(csv.header(CONTENT_DISPOSITION), "attachment; filename=\"refusals.csv\"");
    assert!(csv.body.contains("\"'orders/") || csv.body.contains("\"orders/=a<b>.json\""), "{}", csv.body);
    assert!(csv.body.contains("\"CT.<1>\",\"'=N26\",\"order-bad-field\""), "{}", csv.body);
    assert!(!csv.body.contains("incoming/x"));
    let unreached = get("hotline", "/staff/unreached?day=2020-11-23").await;
    assert!(unreached.body.contains("0903123456 / &#60;con gái&#62;"), "what was typed is for whoever calls");
}

#[tokio::test]
async fn more_refusals_than_a_page_holds_are_counted() {
    let world = World::new().await;
    world
        .with(|services| async move {
            for number in 0..501 {
                let key = ObjectKey::parse(&format!("quarantine/{number}.reason.json")).unwrap();
                let reason = r#"{ "code": "not-dicom", "message": "", "key": "incoming/many" }"#;
                let served = Served::uncached("application/json");
                services.studies.put(&key, reason.as_bytes(), served).await.unwrap();
            }
        })
        .await;
    // Three more, besides the two of every world.
    let page = world.send(request_as("hotline", Method::GET, "/staff/refusals", "", &[])).await;
    assert!(page.body.contains("<strong>+ 3</strong>"), "{}", page.body);
}

#[tokio::test]
async fn messages_go_out_again_to_those_ticked_and_the_page_counts_what_did_not() {
    let ticked = format!("channels=sms&study%3A{STUDY}=on&study%3A1.2.3.4.5.6.7.8=on&study%3Ax=on");
    let page = post_alone("hotline", "/staff/resend", &ticked).await;
    assert!(page.body.contains("<dt>Đã xếp hàng để gửi lại</dt><dd>1</dd>"), "{}", page.body);
    let johns = format!("channels=email&study%3A{STUDY_OF_ANOTHER}=on");
    let page = post("hotline", "/staff/resend", &johns).await;
    assert!(page.body.contains("<dt>Đã xếp hàng để gửi lại</dt><dd>0</dd>"), "{}", page.body);
    let many: Vec<String> = (1..=52).map(|number| format!("study%3A1.2.{number}=on")).collect();
    let page = post("hotline", "/staff/resend", &many.join("&")).await;
    assert!(page.body.contains("tối đa 50 người</dt><dd>2</dd>"), "{}", page.body);
}

#[tokio::test]
async fn the_audit_log_is_narrowed_and_says_where_it_is_cut() {
    let world = World::new().await;
    world
        .with(|services| async move {
            for number in 0..201 {
                let event = AuditEvent {
                    id: format!("e{number}"),
                    at: services.clock.now(),
                    action: AuditAction::FindPatient,
                    outcome: AuditOutcome::Success,
                    actor: Actor::Staff { subject: "lan".into() },
                    source: None,
                    study_instance_uid: None,
                    account: None,
                    detail: None,
                };
                let written = serde_json::to_string(&event).unwrap();
                let entry = LogEntry { id: event.id, at: event.at, event: written };
                services.index.log(LogName::Audit, &entry).await.unwrap();
            }
        })
        .await;
    let get = async |path: &str| world.send(request_as("admin", Method::GET, path, "", &[])).await;
    let period = "/staff/audit?from=2020-11-01&to=2020-11-23&member=lan";
    let page = get(&format!("{period}&action=find-patient")).await;
    assert_eq!(page.status, StatusCode::OK);
    for text in ["Chỉ hiện 200", r#"<option value="find-patient" selected>"#, "2020-11-01 – 2020-11-23"]
    {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    let page = get(&format!("{period}&action=open-study&patient=N%3C1")).await;
    assert_eq!(page.status, StatusCode::OK);
    for text in [r#"<option value="open-study" selected>"#, "2020-11-01 – 2020-11-23"] {
        assert!(page.body.contains(text), "{text}");
    }
    assert!(!page.body.contains("Chỉ hiện 200"), "nothing is left out");
    assert!(page.body.contains(r#"value="lan""#) && page.body.contains("N&#60;1"));
    let backwards = get("/staff/audit?from=2020-11-23&to=2020-11-01").await;
    assert_eq!(backwards.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(backwards.body.contains("92 ngày"));
}
