//! A consultation from its start to its end: who gets in, what they see, and when they see nothing any more.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::http::header::LOCATION;
use axum::http::{Method, StatusCode};
use filmless_delivery::Services;
use filmless_delivery::consult::{ConsultationId, MemberId};
use filmless_delivery::notice::feedback::{Feedback, Recorded, Verdict, record_feedback};
use filmless_delivery::notice::send_member_message;
use filmless_delivery::record::messages::MemberTask;
use filmless_delivery::release::release_study;
use filmless_delivery::viewing::{Portal, SeatOpening};
use filmless_domain::Channel;
use filmless_domain::staff::Identified;
use filmless_store::index::{Index, MemberMessageKind, MemberMessageRecord, Transaction};
use filmless_store::port::{Message, Messenger, Messengers, PortError};
use jiff::SignedDuration;

use crate::answer::Answer;
use crate::world::{self, OPENED, PUBLIC_URL, STUDY, STUDY_OF_ANOTHER, World, digest, now, shared, uid};
use crate::{GUEST, HOA, JOHN, cookie_of, form, request};

pub const PATIENT: &str = "/staff/patients/TjIwLTAzMTc1NDI/consultations";
pub const RECORDS: &str = "filmless_staff=records";
pub const CONSENT: &str = "&consent_by=DD.+Lan&consent_form=written&consent_at=2020-11-23T16:00";
pub const MEMBERS: &str = "&name_0=BS.+Ch%E1%BB%A7&facility_0=BV+A&licence_0=001&name_1=BS.+Kh%C3%A1ch&facility_1=BV+B&licence_1=002&chair=0";

/// The link and the code of one member.
pub struct Ticket {
    token: String,
    code: String,
}

impl World {
    pub async fn page(&self, cookie: &str, path: &str) -> Answer {
        self.send(request(Method::GET, path, &[("cookie", cookie)], "")).await
    }

    pub async fn act(&self, cookie: &str, path: &str, typed: &str) -> Answer {
        self.send(form(path, &[("cookie", cookie)], typed)).await
    }

    /// Starts a consultation about Hoà's study with two members who have no address.
    async fn consultation(&self) -> (String, Vec<Ticket>) {
        self.consultation_with("").await
    }

    pub async fn consultation_with(&self, more: &str) -> (String, Vec<Ticket>) {
        let typed = format!("study={STUDY}&question=U+gi%3F&days=7{CONSENT}{MEMBERS}{more}");
        let answer = self.act(RECORDS, PATIENT, &typed).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let id = between(&answer.body, &format!("href=\"{PATIENT}/"), "\"").to_owned();
        (id, tickets_of(&answer.body))
    }

    /// Where a member's pages hear that they stand.
    async fn standing(&self, cookie: &str, id: &str) -> String {
        let answer = self.page(cookie, &format!("/consultations/{id}/standing")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.body
    }

    /// Enters a code; returns the cookie.
    pub async fn enter(&self, ticket: &Ticket) -> String {
        let answer = self.act("", &format!("/c/{}", ticket.token), &format!("code={}", ticket.code)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        cookie_of(&answer)
    }
}

pub fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("{before} is not in {text}")).1;
    rest.split_once(after).unwrap().0
}

pub fn tickets_of(page: &str) -> Vec<Ticket> {
    let link = format!("{PUBLIC_URL}/c/");
    page.split(&link)
        .skip(1)
        .map(|rest| Ticket {
            token: rest.split('<').next().unwrap().to_owned(),
            // Whoever signs in with an account has none.
            code: rest
                .split_once("secret digits\">")
                .map_or_else(String::new, |(_, rest)| rest.split('<').next().unwrap().replace(' ', "+")),
        })
        .collect()
}

/// The address of the member of that name, on a page with the forms of the chair.
pub fn member_url<'a>(page: &'a str, name: &str) -> &'a str {
    let card = page.split("<li class=\"card\">").find(|card| card.contains(&format!("<h3>{name}")));
    let until = card.unwrap().split_once("/code\"").unwrap().0;
    until.rsplit_once("action=\"").unwrap().1
}

#[tokio::test]
async fn a_member_sees_nothing_before_the_chair_admits_them_and_nothing_after_they_are_removed() {
    let world = World::new().await;
    let (id, tickets) = world.consultation().await;
    let page_url = format!("/consultations/{id}");
    let (chair, member) = (world.enter(&tickets[0]).await, world.enter(&tickets[1]).await);
    // A code opens once.
    let again =
        world.act("", &format!("/c/{}", tickets[1].token), &format!("code={}", tickets[1].code)).await;
    assert_eq!(again.status, StatusCode::FORBIDDEN);
    assert!(again.body.contains("Mã số đã được dùng"), "{}", again.body);

    // Whoever has something else open in this browser hears that it closes.
    let link = format!("/c/{}", tickets[1].token);
    for (cookie, is_told) in [(chair.as_str(), true), (HOA, true), (member.as_str(), false), ("", false)] {
        let asked = world.page(cookie, &link).await;
        assert_eq!(asked.body.contains("phần đó sẽ đóng lại"), is_told, "{}", asked.body);
    }

    let waiting = world.page(&member, &page_url).await;
    assert!(waiting.body.contains("Xin chờ chủ tọa") && waiting.body.contains("BS. Khách"));
    for secret in ["Nguyễn", "U gi?", "BS. Chủ", STUDY] {
        assert!(!waiting.body.contains(secret), "{secret}");
    }
    // Not even the patient's name, on any page that opens without a study.
    assert_eq!(world.page(&member, "/studies").await.header(LOCATION), page_url);
    assert_eq!(world.page(&member, "/consultations").await.header(LOCATION), page_url);
    let study = format!("/studies/{STUDY}");
    let room = format!("{study}/read?consultation={id}");
    let seen_by_admitted = [study.clone(), format!("{study}/grant"), format!("{study}/read"), room.clone()];
    for path in &seen_by_admitted {
        assert_eq!(world.page(&member, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in [format!("{study}/viewer-token"), format!("{study}/download"), format!("{study}/seen")] {
        let status = world.act(&member, &path, "").await.status;
        assert!(status == StatusCode::NOT_FOUND || path.ends_with("seen"), "{path} {status}");
    }

    // Every page of a member asks whether it may still be seen; nobody else is asked.
    let standing_url = format!("data-standing-url=\"{page_url}/standing\"");
    assert!(waiting.body.contains(&standing_url) && waiting.body.contains("/member-"), "{}", waiting.body);
    assert_eq!(world.standing(&member, &id).await, r#"{"reason":null,"standing":"waiting"}"#);
    let asked = format!("{page_url}/standing");
    assert_eq!(world.page("", &asked).await.status, StatusCode::UNAUTHORIZED);
    let other = format!("/consultations/{}/standing", "0".repeat(32));
    for (cookie, path) in [(HOA, &asked), (GUEST, &asked), (&member, &other)] {
        assert_eq!(world.page(cookie, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(!world.page(HOA, &page_url).await.body.contains("standing"));

    let led = world.page(&chair, &page_url).await;
    let url = member_url(&led.body, "BS. Khách");
    // Nobody else admits: not the member themselves, not the patient, not a guest of the patient.
    for cookie in [&member, HOA] {
        let answer = world.act(cookie, &format!("{url}/admit"), "").await;
        assert_eq!(answer.header(LOCATION), format!("{page_url}?undone=yes"));
    }
    assert_eq!(world.act(GUEST, &format!("{url}/admit"), "").await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.act(&chair, &format!("{url}/admit"), "").await.header(LOCATION), page_url);
    for path in &seen_by_admitted {
        assert_eq!(world.page(&member, path).await.status, StatusCode::OK, "{path}");
    }
    // An address that somebody keeps who is removed lives a minute.
    let granted = world.page(&member, &format!("{study}/grant")).await.body;
    assert!(granted.contains("X-Amz-Expires=60&") && !granted.contains("X-Amz-Expires=900"), "{granted}");
    for path in [&study, &format!("{study}/read"), &room, &page_url] {
        assert!(world.page(&member, path).await.body.contains(&standing_url), "{path}");
    }
    let room_page = world.page(&member, &room).await.body;
    assert!(room_page.contains(&format!("data-consultation=\"{{&#34;id&#34;:&#34;{id}&#34;")), "{room_page}");
    // Only what was opened: another study of the same patient is not there.
    assert_eq!(world.page(&member, &format!("/studies/{OPENED}")).await.status, StatusCode::NOT_FOUND);
    // Another consultation, or none, is no room of theirs.
    let other = format!("{study}/read?consultation={}", "0".repeat(32));
    assert_eq!(world.page(&member, &other).await.status, StatusCode::NOT_FOUND);

    // The patient sees who is in it and what they opened; somebody else's patient sees nothing.
    let shown = world.page(HOA, &page_url).await.body;
    assert!(
        shown.contains("BS. Khách") && shown.contains("Đã mở hình ảnh: ") && shown.contains("16:30"),
        "{shown}"
    );
    assert!(world.page(HOA, "/consultations").await.body.contains(&page_url));
    let who = world.page(HOA, &format!("{study}/access")).await.body;
    assert!(who.contains("Thành viên hội chẩn: BS. Khách"), "{who}");
    assert_eq!(world.page(JOHN, &page_url).await.status, StatusCode::NOT_FOUND);
    assert!(!world.page(JOHN, "/consultations").await.body.contains(&page_url));

    assert_eq!(world.act(&chair, &format!("{url}/remove"), "").await.header(LOCATION), page_url);
    for path in seen_by_admitted.iter().chain([&page_url]) {
        let answer = world.page(&member, path).await;
        let is_out = answer.header(LOCATION) == "/" || answer.status == StatusCode::UNAUTHORIZED;
        assert!(is_out, "{path} {}", answer.status);
    }
    // What their browser has loaded goes, too, and it says why; also a page that is loaded anew.
    assert_eq!(world.standing(&member, &id).await, r#"{"reason":"removed","standing":"out"}"#);
    let start = world.page(&member, "/").await.body;
    assert!(start.contains("Chủ tọa đã mời Ông/Bà ra khỏi hội chẩn"), "{start}");
    let link = world.page("", &format!("/c/{}", tickets[1].token)).await;
    assert_eq!(link.status, StatusCode::NOT_FOUND);
    // The others go on.
    assert_eq!(world.standing(&chair, &id).await, r#"{"reason":null,"standing":"in"}"#);
    assert_eq!(world.page(&chair, &study).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_hold_of_the_study_and_the_patients_own_word_end_everything_and_the_chairs_end_leaves_the_page() {
    for (who, path, typed) in [
        (RECORDS, format!("/staff/studies/{STUDY}/hold"), "reason=wrong"),
        (RECORDS, format!("/staff/studies/{STUDY}/recall"), "reason=wrong&confirm=yes"),
        (HOA, "/consultations/ID/end".to_owned(), ""),
    ] {
        let world = World::new().await;
        let (id, tickets) = world.consultation().await;
        let chair = world.enter(&tickets[0]).await;
        assert_eq!(world.page(&chair, &format!("/studies/{STUDY}")).await.status, StatusCode::OK);
        let path = path.replace("ID", &id);
        assert!(world.act(who, &path, typed).await.status.as_u16() < 400, "{path}");
        let why = if who == HOA { "withdrawn" } else { "recalled" };
        let out = format!(r#"{{"reason":"{why}","standing":"out"}}"#);
        assert_eq!(world.standing(&chair, &id).await, out);
        for path in [format!("/studies/{STUDY}"), format!("/consultations/{id}")] {
            assert_eq!(world.page(&chair, &path).await.header(LOCATION), "/", "{path}");
        }
        let link = world.page("", &format!("/c/{}", tickets[1].token)).await;
        assert_eq!(link.status, StatusCode::NOT_FOUND);
        let shown = world.page(RECORDS, &format!("{PATIENT}/{id}")).await.body;
        let why = if who == HOA {
            "Đã dừng: người bệnh rút lại sự đồng ý"
        } else {
            "Đã dừng: một lần chụp được thu hồi"
        };
        assert!(shown.contains(why), "{shown}");
    }
    let world = World::new().await;
    let (id, tickets) = world.consultation().await;
    let chair = world.enter(&tickets[0]).await;
    let page_url = format!("/consultations/{id}");
    assert_eq!(world.act(&chair, &format!("{page_url}/end"), "").await.header(LOCATION), page_url);
    let shown = world.page(&chair, &page_url).await.body;
    assert!(shown.contains("Chủ tọa đã kết thúc.") && shown.contains("Xem lại cuộc hội chẩn"), "{shown}");
    assert_eq!(world.standing(&chair, &id).await, r#"{"reason":"chair","standing":"room-over"}"#);
    // The patient reads what was opened, with whose consent, by whom, and until when it can be looked at.
    assert_eq!(world.page(&chair, &format!("/studies/{STUDY}")).await.status, StatusCode::OK);
    let until = between(&shown, "Hình ảnh mở đến hết ", "<").to_owned();
    let list = world.page(HOA, "/consultations").await.body;
    assert!(list.contains(&format!("Hình ảnh mở đến hết {until}")), "{list}");
    let read = world.page(HOA, &page_url).await.body;
    assert!(read.contains(&format!("href=\"/studies/{STUDY}\"")), "{read}");
    assert!(
        read.contains("DD. Lan, Ký giấy, ") && read.contains("<p class=\"soft\">Đã mở hình ảnh: "),
        "{read}"
    );
    // The patient may still take back the consent, and reads that.
    assert!(world.page(HOA, &page_url).await.body.contains("Rút lại sự đồng ý</button>"));
    world.act(HOA, &format!("{page_url}/end"), "").await;
    let shown = world.page(HOA, &page_url).await.body;
    assert!(
        shown.contains("Ông/Bà đã rút lại sự đồng ý") && !shown.contains("Rút lại sự đồng ý</button>"),
        "{shown}"
    );
}

#[tokio::test]
async fn an_order_that_names_somebody_else_closes_what_was_said_at_once_and_the_gate_ends_everything() {
    for is_over in [false, true] {
        let world = World::new().await;
        let (id, tickets) = world.consultation().await;
        let chair = world.enter(&tickets[0]).await;
        let url = format!("/consultations/{id}");
        world.act(&chair, &format!("{url}/opinions"), "text=Không+thấy+u").await;
        world.act(&chair, &format!("{url}/minutes"), "follows=&conclusion=Không+có+u").await;
        let mut said = vec![url.clone(), format!("{url}/minutes"), format!("{url}/minutes.pdf")];
        if is_over {
            world.act(&chair, &format!("{url}/end"), "").await;
            said.push(format!("{url}/record"));
        }
        for path in &said {
            assert_eq!(world.page(&chair, path).await.status, StatusCode::OK, "{path}");
        }
        assert!(world.page(HOA, &url).await.body.contains("U gi?"));
        let changed = world.with(|services| async move {
            let study = services.index.study(&uid(STUDY)).await.unwrap().unwrap();
            let record = services.index.order(&study.order_accession.unwrap()).await.unwrap().unwrap();
            let mut order = serde_json::to_value(&record.order).unwrap();
            order["patient"]["name"] = "Phạm Hoàn Toàn Khác".into();
            order["patient"]["birth_date"] = "1999-09-09".into();
            world::order(&services, order).await;
        });
        changed.await;
        for path in &said {
            assert_eq!(world.page(&chair, path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        world
            .with(|services| async move { release_study(&services.into(), &uid(STUDY)).await.unwrap() })
            .await;
        assert_eq!(world.standing(&chair, &id).await, r#"{"reason":"recalled","standing":"out"}"#);
        for path in &said {
            assert_eq!(world.page(&chair, path).await.header(LOCATION), "/", "{path}");
        }
        let link = world.page("", &format!("/c/{}", tickets[1].token)).await;
        assert_eq!(link.status, StatusCode::NOT_FOUND);
        let shown = world.page(RECORDS, &format!("{PATIENT}/{id}")).await.body;
        assert!(shown.contains("Đã dừng: một lần chụp được thu hồi"), "{shown}");
        // The question may speak of the other one's images.
        let shown = world.page(HOA, &url).await.body;
        assert!(shown.contains("Nội dung đã đóng") && !shown.contains("U gi?"), "{shown}");
    }
}

#[tokio::test]
async fn nobody_comes_back_to_a_consultation_that_was_withdrawn_or_recalled_whatever_link_is_made() {
    for (is_withdrawn, is_over) in [(true, false), (true, true), (false, false), (false, true)] {
        let world = World::new().await;
        let (id, tickets) = world.consultation().await;
        let url = format!("/consultations/{id}");
        let chair = world.enter(&tickets[0]).await;
        let of_staff = format!("{PATIENT}/{id}");
        let members = [member_url(&world.page(RECORDS, &of_staff).await.body, "BS. Chủ").to_owned()];
        if is_over {
            world.act(&chair, &format!("{url}/end"), "").await;
            let shown = world.page(RECORDS, &of_staff).await.body;
            assert!(shown.contains(&format!("{}/link", members[0])), "{shown}");
            assert!(
                !shown.contains(
                    "/link\"><button class=\"secondary\">Đường dẫn và mã mới<span class=\"unseen\"> BS. Khách"
                ),
                "{shown}"
            );
        }
        if is_withdrawn {
            world.act(HOA, &format!("{url}/end"), "").await;
        } else {
            let hold = format!("/staff/studies/{STUDY}/hold");
            world.act(RECORDS, &hold, "reason=wrong&confirm=yes").await;
        }
        let shown = world.page(RECORDS, &of_staff).await.body;
        assert!(!shown.contains("/link\"") && !shown.contains("/code\""), "{shown}");
        for what in ["link", "code"] {
            for by in ["", "by=hand"] {
                let refused = world.act(RECORDS, &format!("{}/{what}", members[0]), by).await;
                assert_eq!(refused.status, StatusCode::CONFLICT, "{what} {by}");
            }
        }
        assert_eq!(world.page("", &format!("/c/{}", tickets[0].token)).await.status, StatusCode::NOT_FOUND);
        assert_eq!(world.page(&chair, &format!("/studies/{STUDY}")).await.header(LOCATION), "/");
        // The patient reads what was asked until a study is out of sight.
        if is_withdrawn {
            assert!(world.page(HOA, &url).await.body.contains("U gi?"));
            world.act(RECORDS, &format!("/staff/studies/{STUDY}/hold"), "reason=wrong&confirm=yes").await;
        }
        let shown = world.page(HOA, &url).await.body;
        assert!(shown.contains("Nội dung đã đóng") && !shown.contains("U gi?"), "{shown}");
    }
}

#[tokio::test]
async fn minutes_wait_for_no_secretary_who_was_removed_also_after_the_end_or_never_came_in() {
    for (is_admitted, is_over) in [(true, false), (true, true), (false, false)] {
        let world = World::new().await;
        let (id, tickets) = world.consultation_with("&secretary=1").await;
        let url = format!("/consultations/{id}");
        let chair = world.enter(&tickets[0]).await;
        if is_admitted {
            world.enter(&tickets[1]).await;
            let led = world.page(&chair, &url).await.body;
            let secretary = member_url(&led, "BS. Khách").to_owned();
            world.act(&chair, &format!("{secretary}/admit"), "").await;
            world.act(&chair, &format!("{url}/minutes"), "follows=&conclusion=U").await;
            let shown = world.page(&chair, &url).await.body;
            assert!(shown.contains("Còn thiếu chữ ký: Chủ tọa, Thư ký."), "{shown}");
            assert!(shown.contains("Nếu thư ký không ký được"), "{shown}");
            if is_over {
                world.act(&chair, &format!("{url}/end"), "").await;
            }
            assert!(world.page(&chair, &url).await.body.contains(&format!("{secretary}/remove")));
            let removed = world.act(&chair, &format!("{secretary}/remove"), "").await;
            assert_eq!(removed.header(LOCATION), url);
        }
        let follows = between(
            &world.page(&chair, &format!("{url}/minutes")).await.body,
            "name=\"follows\" value=\"",
            "\"",
        )
        .to_owned();
        // Seven texts of ordinary Vietnamese: far below the limit of a version, and three times as long in a form.
        let long = "Tổn thương dạng kính mờ. ".repeat(790);
        let typed = ["conclusion", "diagnosis", "course", "treatment_so_far", "treatment", "follow_up"].map(
            |field| {
                format!(
                    "&{field}={}",
                    url::form_urlencoded::byte_serialize(long.as_bytes()).collect::<String>()
                )
            },
        );
        let typed = format!("follows={follows}{}", typed.concat());
        assert!(typed.len() > 256 * 1024, "{}", typed.len());
        let written = world.act(&chair, &format!("{url}/minutes"), &typed).await;
        assert_eq!(written.status, StatusCode::SEE_OTHER, "{}", written.body);
        let shown = world.page(&chair, &url).await.body;
        assert!(shown.contains("Còn thiếu chữ ký: Chủ tọa."), "{shown}");
        let digest = digest_of(&world.page(&chair, &format!("{url}/minutes")).await.body);
        world.act(&chair, &format!("{url}/minutes/sign"), &format!("digest={digest}")).await;
        let shown = world.page(&chair, &url).await.body;
        assert!(shown.contains("Đủ chữ ký.") && !shown.contains("Còn thiếu"), "{shown}");
    }
}

#[tokio::test]
async fn a_consultation_without_consent_question_chair_or_sight_is_not_started_and_the_form_says_why() {
    let world = shared().await;
    let study = format!("study={STUDY}&question=U&days=7");
    let member = "&name_0=A&facility_0=B&licence_0=1";
    for (typed, why) in [
        (
            format!("{study}{member}&chair=0&consent_by=L&consent_at=2020-11-23T16:00"),
            "bằng cách nào?: còn thiếu",
        ),
        (
            format!("{study}{member}&chair=0&consent_form=spoken&consent_at=2020-11-23T16:00"),
            "Ai đã hỏi người bệnh?: còn trống",
        ),
        (
            format!("{study}{member}&chair=0&consent_by=L&consent_form=spoken&consent_at=2020-11-24T16:00"),
            "Lúc nào?: ngoài",
        ),
        (
            format!("study={STUDY}&question=+&days=7{CONSENT}{member}&chair=0"),
            "Câu hỏi cần hội chẩn: còn trống",
        ),
        (
            format!("study={STUDY}&question=U+%E2%9C%93&days=7{CONSENT}{member}&chair=0"),
            "không in được trong biên bản, xin viết cách khác (✓).",
        ),
        (
            format!("study={STUDY}&question=U%E2%80%AEgnas&days=7{CONSENT}{member}&chair=0"),
            "không in được trong biên bản, xin viết cách khác (U+202E).",
        ),
        (
            format!("{study}{CONSENT}&name_0=BS%E2%81%A6+A&facility_0=BV&chair=0"),
            "Thành viên 1 – Họ tên: có ký tự không in được trong biên bản, xin viết cách khác (U+2066).",
        ),
        (
            format!("{study}{CONSENT}&name_0=A&facility_0=%E2%80%8FBV&chair=0"),
            "Thành viên 1 – Nơi làm việc: có ký tự không in được",
        ),
        (
            format!("{study}{CONSENT}&name_0=A&facility_0=B&licence_0=0%E2%80%AD1&chair=0"),
            "Thành viên 1 – Số giấy phép hành nghề: có ký tự không in được",
        ),
        (
            format!(
                "{study}&consent_by=L%E2%80%AAan&consent_form=spoken&consent_at=2020-11-23T16:00{member}&chair=0"
            ),
            "có ký tự không in được trong biên bản, xin viết cách khác (U+202A).",
        ),
        (format!("study={STUDY}&question=U&days=31{CONSENT}{member}&chair=0"), "trong bao lâu?: ngoài"),
        (format!("{study}{CONSENT}{member}&chair=4"), "Chủ tọa: còn thiếu"),
        (format!("{study}{CONSENT}{member}&chair=0&secretary=0"), "Thư ký: không hợp lệ"),
        (format!("{study}{CONSENT}{member}&chair=0&secretary=3"), "Thư ký: không hợp lệ"),
        (
            format!("{study}{member}&chair=0&consent_by=L&consent_form=spoken&consent_at=2020-08-01T10:00"),
            "Lúc nào?: ngoài",
        ),
        (format!("{study}{CONSENT}{member}&chair=0&name_3=X"), "Thành viên 4 – Nơi làm việc: còn trống"),
        (format!("{study}{CONSENT}{member}&chair=0&email_0=x"), "Thành viên 1 – Email: không hợp lệ"),
        (format!("{study}{CONSENT}{member}&chair=0&voice_link=http%3A%2F%2Fzoom.us"), "không hợp lệ"),
        (
            format!("study={STUDY_OF_ANOTHER}&question=U&days=7{CONSENT}{member}&chair=0"),
            "hiện không xem được",
        ),
        (format!("question=U&days=7{CONSENT}{member}&chair=0"), "Những lần chụp nào?: còn trống"),
    ] {
        let answer = world.act(RECORDS, PATIENT, &typed).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{why}");
        assert!(answer.body.contains(why), "{why}: {}", between(&answer.body, "role=\"alert\"", "</p>"));
    }
    assert!(!world.page(HOA, "/consultations").await.body.contains("/consultations/"));
}

#[tokio::test]
async fn a_doctor_starts_one_only_with_a_share_that_may() {
    let world = World::new().await;
    let typed = format!("study={STUDY}&question=U&days=7{CONSENT}{MEMBERS}");
    for cookie in [HOA, GUEST] {
        assert_eq!(world.page(cookie, "/consultations/new").await.status, StatusCode::NOT_FOUND);
        assert_eq!(world.act(cookie, "/consultations", &typed).await.status, StatusCode::NOT_FOUND);
    }
    let share = format!("label=BS.+An&relation=doctor&study={STUDY}&days=7&may_consult=yes");
    let made = world.act(HOA, "/shares", &share).await;
    let (token, code) = crate::secrets_of(&made.body);
    let doctor = cookie_of(&world.act("", &format!("/s/{token}"), &format!("code={code}")).await);
    assert!(world.page(&doctor, "/consultations/new").await.body.contains("value=\"BS. An\""));
    // Another study of the same patient is not in the share.
    let beyond = typed.replace(STUDY, OPENED);
    assert_eq!(world.act(&doctor, "/consultations", &beyond).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let started = world.act(&doctor, "/consultations", &typed).await;
    assert_eq!(started.status, StatusCode::OK, "{}", started.body);
    let id = between(&started.body, "href=\"/consultations/", "\"").to_owned();
    let shown = world.page(&doctor, &format!("/consultations/{id}")).await.body;
    // Whoever started it invites and ends, but does not lead.
    assert!(shown.contains("/code\"") && shown.contains("/end\"") && !shown.contains("/admit\""), "{shown}");
    // The link of a member is none of a share, and the other way round.
    let tickets = tickets_of(&started.body);
    assert_eq!(world.page("", &format!("/s/{}", tickets[0].token)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.page("", &format!("/c/{token}")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_opinion_is_signed_once_added_to_and_never_changed() {
    let world = World::new().await;
    let (id, tickets) = world.consultation().await;
    let url = format!("/consultations/{id}");
    let (chair, member) = (world.enter(&tickets[0]).await, world.enter(&tickets[1]).await);
    let opinions = format!("{url}/opinions");
    // Nobody signs who is not admitted, and the patient signs nothing.
    for cookie in [&member, HOA, JOHN, GUEST] {
        let answer = world.act(cookie, &opinions, "text=Không+thấy+u").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
    let empty = world.act(&chair, &opinions, "text=+").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.body.contains("Ý kiến của Ông/Bà: còn trống."), "{}", empty.body);
    for typed in ["text=Lành%E2%80%AE+ác", "text=Lành&licence=%E2%80%8F001"] {
        let misleading = world.act(&chair, &opinions, typed).await;
        assert_eq!(misleading.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
        assert!(misleading.body.contains("(U+20"), "{}", misleading.body);
    }
    // The same form twice is one opinion.
    for _ in 0..2 {
        let answer = world.act(&chair, &opinions, "text=Không+thấy+u").await;
        assert_eq!(answer.header(LOCATION), format!("{url}#opinions"));
    }
    let added = world.act(&chair, &opinions, "text=Nên+chụp+lại&adds_to=1").await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.body);
    // The same words about another opinion are another one.
    let again = world.act(&chair, &opinions, "text=Nên+chụp+lại&adds_to=2").await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.body);
    for nowhere in ["9", "0", "-1", "abc"] {
        let later = world.act(&chair, &opinions, &format!("text=Thêm&adds_to={nowhere}")).await;
        assert_eq!(later.status, StatusCode::UNPROCESSABLE_ENTITY, "{nowhere}");
    }
    let shown = world.page(&chair, &url).await.body;
    assert_eq!(shown.matches("Không thấy u").count(), 1, "{shown}");
    assert!(shown.contains("Ký bởi BS. Chủ, BV A, CCHN 001, 16:30, 23/11/2020"), "{shown}");
    assert!(shown.contains("Bổ sung cho ý kiến 1") && !shown.contains("không khớp với mã"));
    let consultation = ConsultationId::parse(&id).unwrap();
    let (signed, lines) = world
        .with(|services| async move {
            let index = &services.index;
            let lines = index.room_lines(&consultation, 0, 100).await.unwrap();
            (index.opinions(&consultation).await.unwrap(), lines)
        })
        .await;
    assert_eq!(signed.len(), 3);
    for opinion in &signed {
        assert!(opinion.is_as_signed());
        assert!(opinion.signed.seen.studies.contains_key(&uid(STUDY)));
        // The record names what was signed.
        assert_eq!(lines.iter().filter(|line| line.text.contains(&opinion.digest)).count(), 1);
    }
    // Who is admitted later reads them; after the chair's end they can still be added to.
    let led = world.page(&chair, &url).await;
    world.act(&chair, &format!("{}/admit", member_url(&led.body, "BS. Khách")), "").await;
    assert!(world.page(&member, &url).await.body.contains("Không thấy u"));
    world.act(&chair, &format!("{url}/end"), "").await;
    let after = world.act(&member, &opinions, "text=Đồng+ý").await;
    assert_eq!(after.status, StatusCode::SEE_OTHER, "{}", after.body);
}

#[tokio::test]
async fn minutes_are_versions_that_name_the_one_before_and_count_once_chair_and_secretary_signed() {
    let world = World::new().await;
    let (id, tickets) = world.consultation_with("&secretary=1").await;
    let url = format!("/consultations/{id}");
    let (chair, secretary) = (world.enter(&tickets[0]).await, world.enter(&tickets[1]).await);
    let minutes = format!("{url}/minutes");
    // Before they are admitted nobody writes; the patient neither writes nor reads.
    for cookie in [&secretary, HOA, GUEST] {
        assert_eq!(world.page(cookie, &minutes).await.status, StatusCode::NOT_FOUND);
        assert_eq!(world.act(cookie, &minutes, "conclusion=U").await.status, StatusCode::NOT_FOUND);
    }
    let led = world.page(&chair, &url).await;
    world.act(&chair, &format!("{}/admit", member_url(&led.body, "BS. Khách")), "").await;
    world.act(&chair, &format!("{url}/opinions"), "text=Không+thấy+u").await;
    // The draft has what happened; somebody writes the rest.
    let draft = world.page(&secretary, &minutes).await.body;
    for found in ["Nguyễn Thị Hoà", "BS. Chủ · BV A · 001", "U gi?", "BS. Chủ: Không thấy u"] {
        assert!(draft.contains(found), "{found}: {draft}");
    }
    let first = world.act(&secretary, &minutes, "follows=&conclusion=").await;
    assert_eq!(first.header(LOCATION), format!("{url}#minutes"));
    // Without a conclusion nobody signs, and a signature is for one version.
    let digest = digest_of(&world.page(&chair, &minutes).await.body);
    let sign = format!("{minutes}/sign");
    let empty = world.act(&chair, &sign, &format!("digest={digest}")).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let second = format!("follows={digest}&conclusion=Không+có+u");
    for _ in 0..2 {
        assert_eq!(world.act(&secretary, &minutes, &second).await.status, StatusCode::SEE_OTHER);
    }
    let stale = world.act(&chair, &sign, &format!("digest={digest}")).await;
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(stale.body.contains("Bản: đã có bản mới hơn."), "{}", stale.body);
    let digest = digest_of(&world.page(&chair, &minutes).await.body);
    // A form that follows an older version does not overwrite a newer one.
    let behind = world.act(&chair, &minutes, "follows=&conclusion=Khác&bed=12").await;
    assert_eq!(behind.status, StatusCode::UNPROCESSABLE_ENTITY);
    // What was typed is still there, beside what the newest version says, and follows it when it is saved again.
    let newest = between(&behind.body, "id=\"conclusion-newest\"", "</div>");
    assert!(
        newest.contains("<p>Không có u</p>") && behind.body.contains(">\nKhác</textarea>"),
        "{}",
        behind.body
    );
    assert!(between(&behind.body, "id=\"bed-newest\"", "</div>").contains("(để trống)"), "{}", behind.body);
    assert!(!behind.body.contains("id=\"place-newest\""), "it says the same: {}", behind.body);
    assert_eq!(digest_of(&behind.body), digest);
    for cookie in [&chair, &chair, &secretary] {
        let signed = world.act(cookie, &sign, &format!("digest={digest}")).await;
        assert_eq!(signed.status, StatusCode::SEE_OTHER, "{}", signed.body);
    }
    let shown = world.page(&chair, &url).await.body;
    assert!(shown.contains("Đủ chữ ký.") && !shown.contains("Chưa đủ chữ ký"), "{shown}");
    assert_eq!(shown.matches("Ký bởi BS. Chủ").count(), 2, "the opinion and the minutes: {shown}");
    // The form sent again is the same opinion, although the study has signed minutes by now.
    world.act(&chair, &format!("{url}/opinions"), "text=Không+thấy+u").await;
    let shown = world.page(&chair, &url).await.body;
    assert_eq!(shown.matches("Ký bởi BS. Chủ").count(), 2, "{shown}");
    for language in ["vi", "en"] {
        let pdf = world.page(&secretary, &format!("{url}/minutes.pdf?language={language}")).await;
        assert_eq!((pdf.status, pdf.body.get(..5)), (StatusCode::OK, Some("%PDF-")));
    }
    assert_eq!(world.page(HOA, &format!("{url}/minutes.pdf")).await.status, StatusCode::NOT_FOUND);
    // A correction of what was signed says why, and has to be signed again.
    let silent = world.act(&secretary, &minutes, &format!("follows={digest}&conclusion=Có+u")).await;
    assert!(silent.body.contains("Lý do sửa: còn trống."), "{}", silent.body);
    // Nothing was saved, so it still says what would be replaced.
    assert!(
        between(&silent.body, "id=\"conclusion-newest\"", "</div>").contains("Không có u"),
        "{}",
        silent.body
    );
    let said = format!("follows={digest}&conclusion=Có+u&reason=Ghi+nhầm");
    assert_eq!(world.act(&secretary, &minutes, &said).await.status, StatusCode::SEE_OTHER);
    let shown = world.page(&chair, &url).await.body;
    assert!(shown.contains("Chưa đủ chữ ký") && shown.contains("Lý do sửa: Ghi nhầm"), "{shown}");
    let consultation = ConsultationId::parse(&id).unwrap();
    let versions =
        world.with(|services| async move { services.index.minutes(&consultation).await.unwrap() }).await;
    assert_eq!(versions.len(), 3);
    assert!(versions.iter().all(filmless_consult::Minutes::is_as_written));
    assert_eq!(versions[2].written.replaces.as_ref().unwrap().digest, versions[1].digest);
}

/// The digest that the next version follows.
pub fn digest_of(page: &str) -> String {
    between(page, "name=\"follows\" value=\"", "\"").to_owned()
}

/// Keeps what it is to send.
struct Kept(Channel, Arc<Mutex<Vec<String>>>);

#[async_trait]
impl Messenger for Kept {
    fn channel(&self) -> Channel {
        self.0
    }

    async fn send(&self, message: &Message) -> Result<String, PortError> {
        let text = match message {
            Message::Sms(sms) => format!("sms {} {}", sms.to.as_str(), sms.text),
            Message::Email(email) => format!("email {} {}", email.to, String::from_utf8_lossy(&email.raw)),
            Message::Values(_) => "values".to_owned(),
        };
        self.1.lock().unwrap().push(text);
        Ok(message.idempotency_key().to_owned())
    }

    fn is_idempotent(&self) -> bool {
        false
    }
}

/// The token of the only member's link, from their first message before it is sent.
async fn sealed_token(services: &Services, id: &str) -> String {
    let consultation = ConsultationId::parse(id).unwrap();
    let member = services.index.members(&consultation).await.unwrap().remove(0).member.id;
    let message = services.index.member_message(&consultation, &member, 1).await.unwrap().unwrap();
    let context = MemberMessageRecord::seal_context(&consultation, &member, 1);
    services.sealer.open(&message.sealed.unwrap(), &context).await.unwrap().expose().to_owned()
}

/// Sends the messages of a member, from the first on, each twice: the second run finds nothing to do.
async fn sent(services: Services, id: &str, count: u32) -> Vec<String> {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let messengers =
        [Channel::Sms, Channel::Email].map(|channel| Arc::new(Kept(channel, Arc::clone(&kept))) as _);
    let services = Services { messengers: Messengers::new(messengers), ..services };
    let consultation = ConsultationId::parse(id).unwrap();
    for member in services.index.members(&consultation).await.unwrap() {
        let member: MemberId = member.member.id;
        for number in (1..=count).flat_map(|number| [number, number]) {
            let consultation = consultation.clone();
            let task =
                MemberTask { study_instance_uid: uid(STUDY), consultation, member: member.clone(), number };
            send_member_message(&(&services).into(), &task).await.unwrap();
        }
    }
    let kept = kept.lock().unwrap();
    kept.clone()
}

#[tokio::test]
async fn the_link_goes_by_email_and_the_code_by_sms_each_once_and_neither_is_on_the_page() {
    let world = World::new().await;
    let typed = format!(
        "study={STUDY}&question=U&days=7{CONSENT}&name_0=BS.+Ch&facility_0=BV&chair=0&email_0=ch@bv.vn&phone_0=0903123456"
    );
    let started = world.act(RECORDS, PATIENT, &typed).await.body;
    assert!(tickets_of(&started).is_empty() && !started.contains("secret"), "{started}");
    assert!(
        started.contains("Đường dẫn đang được gửi bằng Email.")
            && started.contains("Mã số đang được gửi bằng SMS.")
    );
    let id = between(&started, &format!("href=\"{PATIENT}/"), "\"").to_owned();
    let of = id.clone();
    let (token, told) = world
        .with(|services| async move {
            let token = sealed_token(&services, &of).await;
            (token, sent(services, &of, 2).await)
        })
        .await;
    let [email, sms] = told.as_slice() else { panic!("{} messages", told.len()) };
    assert!(email.starts_with("email ch@bv.vn"), "{email}");
    assert!(sms.starts_with("sms +84903123456") && !sms.contains("/c/"), "{sms}");
    let code: String = sms.lines().nth(1).unwrap().to_owned();
    // Wrong codes count, as those of shares do; a right one then still opens.
    let wrong = world.act("", &format!("/c/{token}"), "code=000000").await;
    assert!(
        wrong.status == StatusCode::FORBIDDEN && wrong.body.contains("Số lần nhập còn lại: 9."),
        "{}",
        wrong.body
    );
    assert_eq!(
        world.act("", &format!("/c/{token}"), &format!("code={code}")).await.status,
        StatusCode::SEE_OTHER
    );
    // The member asks for another one, which goes by SMS again.
    let asked = world.act("", &format!("/c/{token}/code"), "").await;
    assert!(asked.body.contains("Mã mới đã được gửi bằng SMS."), "{}", asked.body);
    // Whoever guesses gains nothing by asking for more codes.
    for left in ["còn lại: 9.", "còn lại: 8."] {
        let wrong = world.act("", &format!("/c/{token}"), "code=000000").await;
        assert!(wrong.body.contains(left), "{left}: {}", wrong.body);
        assert_eq!(world.act("", &format!("/c/{token}/code"), "").await.status, StatusCode::OK);
    }
    let told = world.with(|services| async move { sent(services, &id, 5).await }).await;
    assert_eq!(told.len(), 3, "{told:?}");
    let code: String = told[2].lines().nth(1).unwrap().to_owned();
    let opened = world.act("", &format!("/c/{token}"), &format!("code={code}")).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.body);
    for _ in 0..2 {
        world.act("", &format!("/c/{token}/code"), "").await;
    }
    let slowed = world.act("", &format!("/c/{token}/code"), "").await;
    assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS);
}

/// A provider reports on a message to the only member.
async fn reported(services: &Services, id: &str, number: u32, verdict: Verdict) -> Recorded {
    let consultation = ConsultationId::parse(id).unwrap();
    let member = services.index.members(&consultation).await.unwrap().remove(0).member.id;
    let provider_id = format!("consult-{id}-{member}-{number}");
    record_feedback(&services.into(), &Feedback { provider_id, verdict }).await.unwrap()
}

#[tokio::test]
async fn whoever_started_it_and_the_chair_see_what_did_not_arrive_and_send_the_link_another_way() {
    let world = World::new().await;
    let typed = format!(
        "study={STUDY}&question=U&days=7{CONSENT}&name_0=BS.+Ch&facility_0=BV&chair=0&email_0=ch@bv.vn&phone_0=0903123456"
    );
    let started = world.act(RECORDS, PATIENT, &typed).await.body;
    let id = between(&started, &format!("href=\"{PATIENT}/"), "\"").to_owned();
    let url = format!("{PATIENT}/{id}");
    assert!(!world.page(RECORDS, &url).await.body.contains("không đến nơi"));
    let of = id.clone();
    world
        .with(|services| async move {
            // The report of the SMS is faster than what we write down of it.
            assert_eq!(reported(&services, &of, 2, Verdict::Delivered).await, Recorded::OfUnknown);
            sent(services.clone(), &of, 2).await;
            let bounced = Verdict::Failed("bounce Permanent General ch@bv.vn".into());
            for _ in 0..2 {
                assert_eq!(reported(&services, &of, 1, bounced.clone()).await, Recorded::OfKnown);
            }
        })
        .await;
    let shown = world.page(RECORDS, &url).await.body;
    assert!(shown.contains("Tin gửi cho người này không đến nơi, bằng Email."), "{shown}");
    assert!(shown.contains("SMS (mã số): đã đến") && shown.contains("Email (đường dẫn): không đến nơi"));
    let member = member_url(&shown, "BS. Ch").to_owned();
    // By SMS; then the code would go by email, where nothing arrives.
    let again = world.act(RECORDS, &format!("{member}/link"), "by=sms").await.body;
    assert!(
        again.contains("Đường dẫn đang được gửi bằng SMS.") && again.contains("secret digits"),
        "{again}"
    );
    let of = id.clone();
    let told = world
        .with(|services| async move {
            let told = sent(services.clone(), &of, 3).await;
            reported(&services, &of, 3, Verdict::Failed("unreachable".into())).await;
            told
        })
        .await;
    assert!(told.len() == 1 && told[0].starts_with("sms") && told[0].contains("/c/"), "{told:?}");
    let shown = world.page(RECORDS, &url).await.body;
    assert!(shown.contains("không đến nơi, bằng Email, SMS."), "{shown}");
    // By hand it always goes; the chair sees the same.
    let by_hand = world.act(RECORDS, &format!("{member}/link"), "by=hand").await.body;
    let chair = world.enter(&tickets_of(&by_hand)[0]).await;
    let shown = world.page(&chair, &format!("/consultations/{id}")).await.body;
    assert!(shown.contains("không đến nơi, bằng Email, SMS."), "{shown}");
    assert!(!world.page(HOA, &format!("/consultations/{id}")).await.body.contains("không đến nơi"));
}

#[tokio::test]
async fn whoever_ended_it_is_named_and_somebody_who_waits_reads_that_it_is_over() {
    let world = World::new().await;
    let (id, tickets) = world.consultation().await;
    let (chair, waiting) = (world.enter(&tickets[0]).await, world.enter(&tickets[1]).await);
    let page_url = format!("/consultations/{id}");
    assert!(world.page(&waiting, &page_url).await.body.contains("http-equiv=\"refresh\""));
    assert!(world.act(RECORDS, &format!("{PATIENT}/{id}/end"), "").await.status.is_redirection());
    let shown = world.page(&chair, &page_url).await.body;
    assert!(shown.contains("Bệnh viện đã kết thúc.") && !shown.contains("Chủ tọa đã kết thúc."), "{shown}");
    let over = world.page(&waiting, &page_url).await.body;
    assert!(over.contains("Cuộc hội chẩn đã kết thúc") && !over.contains("refresh"), "{over}");
    assert!(!over.contains("Nguyễn"), "{over}");
}

#[tokio::test]
async fn a_member_with_an_account_signs_in_without_a_code_and_no_other_account_takes_the_seat() {
    let mut world = World::new().await;
    let provider = world.start_provider().await;
    let (id, tickets) = world.consultation_with("&account_1=an").await;
    assert_eq!(tickets[1].code, "", "no code is shown");
    let link = format!("/c/{}", tickets[1].token);
    let asked = world.page("", &link).await.body;
    let sign_in = format!("{link}/sign-in");
    assert!(
        asked.contains(&format!("href=\"{PUBLIC_URL}{sign_in}\"")) && !asked.contains("name=\"code\""),
        "{asked}"
    );
    assert_eq!(world.act("", &link, "code=000000").await.status, StatusCode::FORBIDDEN);
    assert_eq!(world.act("", &format!("{link}/code"), "").await.status, StatusCode::CONFLICT);
    assert_eq!(world.page("", "/c/unknown/sign-in").await.status, StatusCode::NOT_FOUND);
    let come_as = async |account: &str| {
        let begun = world.page("", &sign_in).await;
        let back = provider.let_in(begun.header(LOCATION), account, &[]);
        let cookie = cookie_of(&begun);
        let answer = world.page(&cookie, &back).await;
        // The answer of the provider is used once.
        assert_eq!(world.page(&cookie, &back).await.status, StatusCode::FORBIDDEN);
        answer
    };
    let other = come_as("binh").await;
    assert!(
        other.status == StatusCode::FORBIDDEN && other.body.contains("Tài khoản này không được mời"),
        "{}",
        other.body
    );
    assert!(!other.header(axum::http::header::SET_COOKIE).contains("filmless_session="));
    let came = come_as("an").await;
    assert_eq!(came.header(LOCATION), format!("/consultations/{id}"), "{}", came.body);
    let waiting = world.page(&cookie_of(&came), &format!("/consultations/{id}")).await.body;
    assert!(waiting.contains("Xin chờ chủ tọa") && waiting.contains("BS. Khách"), "{waiting}");
    let chair = world.enter(&tickets[0]).await;
    let led = world.page(&chair, &format!("/consultations/{id}")).await.body;
    assert!(led.contains("Vào bằng tài khoản bệnh viện") && led.matches("/code\"").count() == 1, "{led}");
}

#[tokio::test]
async fn the_provider_names_a_member_by_the_mailbox_that_it_verified_and_their_code_ends() {
    let world = World::new().await;
    let typed = format!(
        "study={STUDY}&question=U&days=7{CONSENT}&name_0=BS.+Ch&facility_0=BV&chair=0&email_0=ch@bv.vn"
    );
    let started = world.act(RECORDS, PATIENT, &typed).await.body;
    let id = between(&started, &format!("href=\"{PATIENT}/"), "\"").to_owned();
    let code = between(&started, "secret digits\">", "<").replace(' ', "+");
    let of = id.clone();
    let token = world
        .with(|services| async move {
            let token = sealed_token(&services, &of).await;
            let portal = Portal::new(&services);
            for (subject, email, is_theirs) in [
                ("u1", None, false),
                ("u1", Some("other@bv.vn"), false),
                ("u1", Some("CH@bv.vn"), true),
                // The mailbox is somebody else's now: the seat is not.
                ("u2", Some("ch@bv.vn"), false),
                ("u1", None, true),
            ] {
                let (subject, name) = (subject.to_owned(), Some("TS. Trần Văn Chủ".to_owned()));
                // A name that minutes could not print is none.
                let misleading = Identified {
                    subject: subject.clone(),
                    name: Some("TS. \u{202e}ủhC".to_owned()),
                    email: email.map(str::to_owned),
                };
                if is_theirs {
                    portal.take_seat_as(&digest(&token), &misleading, "203.0.113.9").await.unwrap();
                    let of = ConsultationId::parse(&of).unwrap();
                    let named = services.index.members(&of).await.unwrap().remove(0).member.name;
                    assert!(!named.contains("ủhC"), "{named}");
                }
                let who = Identified { subject, name, email: email.map(str::to_owned) };
                let opened = portal.take_seat_as(&digest(&token), &who, "203.0.113.9").await.unwrap();
                assert_eq!(matches!(opened, SeatOpening::Granted { .. }), is_theirs, "{email:?} {opened:?}");
            }
            let consultation = ConsultationId::parse(&of).unwrap();
            let member = services.index.members(&consultation).await.unwrap().remove(0).member;
            assert_eq!(member.name, "TS. Trần Văn Chủ");
            token
        })
        .await;
    let refused = world.act("", &format!("/c/{token}"), &format!("code={code}")).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_account_with_an_at_sign_is_the_verified_mailbox_and_no_stable_name_that_looks_like_it() {
    let world = World::new().await;
    let (_, tickets) = world.consultation_with("&account_1=an%40bv.vn").await;
    let token = tickets[1].token.clone();
    world
        .with(|services| async move {
            let portal = Portal::new(&services);
            for (subject, email, is_theirs) in [
                // An address that the provider did not verify does not even come here.
                ("an@bv.vn", None, false),
                ("an@bv.vn", Some("binh@bv.vn"), false),
                ("u7", Some("an@bv.vn.evil.example"), false),
                ("u7", Some("AN@bv.vn"), true),
                ("an@bv.vn", Some("an@bv.vn"), false),
            ] {
                let who = Identified { subject: subject.into(), name: None, email: email.map(str::to_owned) };
                let opened = portal.take_seat_as(&digest(&token), &who, "203.0.113.9").await.unwrap();
                let is_granted = matches!(opened, SeatOpening::Granted { .. });
                assert_eq!(is_granted, is_theirs, "{subject} {email:?} {opened:?}");
            }
        })
        .await;
}

#[tokio::test]
async fn a_share_gives_to_a_consultation_no_more_than_it_has_and_takes_it_along_when_it_ends() {
    let world = World::new().await;
    let share = format!("label=BS.+Minh&relation=doctor&study={STUDY}&days=1&may_consult=yes");
    let made = world.act(HOA, "/shares", &share).await;
    let (token, code) = crate::secrets_of(&made.body);
    let doctor = cookie_of(&world.act("", &format!("/s/{token}"), &format!("code={code}")).await);
    let typed = format!("study={STUDY}&question=U&days=30{CONSENT}{MEMBERS}&may_annotate=yes");
    let started = world.act(&doctor, "/consultations", &typed).await;
    let id = between(&started.body, "href=\"/consultations/", "\"").to_owned();
    let chair = world.enter(&tickets_of(&started.body)[0]).await;
    let page_url = format!("/consultations/{id}");
    assert!(world.page(&chair, &page_url).await.body.contains("đến hết 24/11/2020"), "the share's last day");
    // Neither the chair nor the form gets a right that the share does not have.
    let room = world.page(&chair, &format!("/studies/{STUDY}/read?consultation={id}")).await.body;
    assert!(room.contains("data-may-annotate=\"false\""), "{room}");
    assert_eq!(save_marks(&world, &chair).await, StatusCode::FORBIDDEN);
    // Three at a time are enough for one share.
    for status in [StatusCode::OK, StatusCode::OK, StatusCode::UNPROCESSABLE_ENTITY] {
        assert_eq!(world.act(&doctor, "/consultations", &typed).await.status, status);
    }
    let shares = world.page(HOA, "/shares").await.body;
    let card = shares.split("<li class").find(|card| card.contains("<h3>BS. Minh")).unwrap();
    assert!(card.contains("đang mở 3 cuộc hội chẩn"), "{card}");
    let end = format!("/shares/{}/end", between(card, "action=\"/shares/", "/end\""));
    assert_eq!(world.act(HOA, &end, "").await.header(LOCATION), "/shares");
    for path in [format!("/studies/{STUDY}"), page_url.clone()] {
        assert_eq!(world.page(&chair, &path).await.header(LOCATION), "/", "{path}");
    }
    let shown = world.page(HOA, &page_url).await.body;
    assert!(shown.contains("Đã dừng: Ông/Bà đã rút lại sự đồng ý."), "{shown}");
}

#[tokio::test]
async fn a_share_starts_six_consultations_a_day_however_soon_they_end() {
    let (world, clock) = World::with_clock().await;
    let share = format!("label=BS.+Minh&relation=doctor&study={STUDY}&days=7&may_consult=yes");
    let made = world.act(HOA, "/shares", &share).await;
    let (token, code) = crate::secrets_of(&made.body);
    let path = format!("/s/{token}");
    let come = async || cookie_of(&world.act("", &path, &format!("code={code}")).await);
    let typed = format!("study={STUDY}&question=U&days=1{CONSENT}{MEMBERS}");
    let doctor = come().await;
    for _ in 0..6 {
        let started = world.act(&doctor, "/consultations", &typed).await;
        assert_eq!(started.status, StatusCode::OK, "{}", started.body);
        let id = between(&started.body, "href=\"/consultations/", "\"");
        world.act(&doctor, &format!("/consultations/{id}/end"), "").await;
    }
    let refused = world.act(&doctor, "/consultations", &typed).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "none is open, but six were started");
    clock.set(now() + SignedDuration::from_hours(25));
    let doctor = come().await;
    assert_eq!(world.act(&doctor, "/consultations", &typed).await.status, StatusCode::OK);
}

async fn save_marks(world: &World, cookie: &str) -> StatusCode {
    let body = r#"{"author":{"name":"GS. Khac","facility":"BV Khac"},"key_images":[{"image":{"series_instance_uid":"1.2.3","sop_instance_uid":"1.2.4"}}]}"#;
    let headers = [("cookie", cookie), ("content-type", "application/json")];
    world.send(request(Method::POST, &format!("/studies/{STUDY}/marks"), &headers, body)).await.status
}

#[tokio::test]
async fn members_save_marks_only_where_the_hospital_says_so_and_nothing_after_the_end() {
    let world = World::new().await;
    for (more, before) in [("", StatusCode::FORBIDDEN), ("&may_annotate=yes", StatusCode::NOT_FOUND)] {
        let (id, tickets) = world.consultation_with(more).await;
        let chair = world.enter(&tickets[0]).await;
        // The image is not there; the right is no obstacle then.
        assert_eq!(save_marks(&world, &chair).await, before, "{more}");
        world.act(&chair, &format!("/consultations/{id}/end"), "").await;
        assert_eq!(save_marks(&world, &chair).await, StatusCode::FORBIDDEN, "{more}");
    }
}

#[tokio::test]
async fn members_hear_of_much_that_is_new_once_and_their_invitation_does_not_count_with_it() {
    let world = World::new().await;
    let (id, tickets) = world.consultation_with("&email_1=khach@bv.vn").await;
    let url = format!("/consultations/{id}");
    let chair = world.enter(&tickets[0]).await;
    let consultation = ConsultationId::parse(&id).unwrap();
    let of = consultation.clone();
    world
        .with(|services| async move {
            for member in services.index.members(&of).await.unwrap() {
                let (key, seated) = Index::seat_member_change(&of, &member, services.clock.now());
                let _ = services.index.commit(Transaction::new().update(key, seated)).await.unwrap();
            }
        })
        .await;
    let led = world.page(&chair, &url).await.body;
    world.act(&chair, &format!("{}/admit", member_url(&led, "BS. Khách")), "").await;
    for text in ["Mot", "Hai", "Ba"] {
        world.act(&chair, &format!("{url}/opinions"), &format!("text={text}")).await;
    }
    let kinds = world
        .with(|services| async move {
            let told = services.index.member_messages(&consultation).await.unwrap();
            told.into_iter().map(|message| message.kind).collect::<Vec<_>>()
        })
        .await;
    assert_eq!(kinds, [MemberMessageKind::Link, MemberMessageKind::News]);
}
