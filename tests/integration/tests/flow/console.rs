//! The staff console of a real `filmless up`: sign-in through the provider that it serves, and every act through the
//! forms of its pages.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;

use filmless_store::index::{Change, Index, StaffSessionRecord, Transaction};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::agent::agent;
use crate::portal::{Browser, path_of, released};
use crate::sample::Study;
use crate::system::{System, link_of};

/// A staff member's browser. Keeps all cookies, and stops at each redirect.
#[derive(Default)]
pub struct Desk {
    cookies: RefCell<BTreeMap<String, String>>,
}

pub struct Answer {
    pub status: u16,
    pub location: String,
    media_type: String,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

impl Desk {
    pub fn get(&self, url: &str) -> Answer {
        self.read(agent().get(url).header("cookie", self.cookie()).call().unwrap())
    }

    fn post(&self, url: &str, fields: &[(&str, &str)]) -> Answer {
        let request =
            agent().post(url).header("sec-fetch-site", "same-origin").header("cookie", self.cookie());
        self.read(request.send_form(fields.iter().copied()).unwrap())
    }

    fn cookie(&self) -> String {
        let cookies = self.cookies.borrow();
        cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn read(&self, mut answer: ureq::http::Response<ureq::Body>) -> Answer {
        for cookie in answer.headers().get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
        }
        let header = |name: &str| {
            answer.headers().get(name).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default()
        };
        let (location, media_type) = (header("location"), header("content-type"));
        Answer {
            status: answer.status().as_u16(),
            location,
            media_type,
            bytes: answer.body_mut().read_to_vec().unwrap(),
        }
    }

    /// Goes to the provider and submits its form; returns the answer.
    fn answer_provider(&self, system: &System, account: &str, password: &str) -> Answer {
        let begun = self.get(&format!("{}/staff/sign-in/begin", system.text("portal")));
        assert_eq!(begun.status, 303, "{}\n{}", begun.text(), system.log());
        let form = self.get(&begun.location).text();
        let hidden = form.split("<input type=\"hidden\" name=\"").skip(1).map(|rest| {
            let (name, rest) = rest.split_once("\" value=\"").unwrap();
            (name, rest.split('"').next().unwrap().replace("&#38;", "&"))
        });
        let hidden: Vec<_> = hidden.collect();
        let mut fields: Vec<(&str, &str)> = hidden.iter().map(|(n, v)| (*n, v.as_str())).collect();
        fields.extend([("account", account), ("password", password)]);
        self.post(&format!("{}/identity/authorize", system.text("portal")), &fields)
    }

    fn sign_in(&self, system: &System, account: &str, password: &str) -> Answer {
        let granted = self.answer_provider(system, account, password);
        assert_eq!(granted.status, 303, "{}", granted.text());
        self.get(&granted.location)
    }

    /// Somebody who is signed in.
    pub fn of(system: &System, account: &str, password: &str) -> Self {
        let desk = Self::default();
        let back = desk.sign_in(system, account, password);
        assert_eq!((back.status, back.location.as_str()), (303, "/staff"), "{}", back.text());
        desk
    }

    pub fn page(&self, system: &System, path: &str) -> Answer {
        self.get(&format!("{}{path}", system.text("portal")))
    }

    pub fn act(&self, system: &System, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post(&format!("{}{path}", system.text("portal")), fields)
    }

    /// Submits a form with a month and a file, as browsers send it.
    pub fn upload(&self, system: &System, path: &str, month: &str, file: &[u8]) -> Answer {
        let head = format!(
            "--XX\r\nContent-Disposition: form-data; name=\"month\"\r\n\r\n{month}\r\n\
             --XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n"
        );
        let body = [head.as_bytes(), file, b"\r\n--XX--\r\n"].concat();
        let request = agent()
            .post(format!("{}{path}", system.text("portal")))
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "multipart/form-data; boundary=XX")
            .header("cookie", self.cookie());
        self.read(request.send(body.as_slice()).unwrap())
    }

    fn is_in(&self, system: &System) -> bool {
        self.page(system, "/staff").status == 200
    }

    fn session(&self) -> String {
        self.cookies.borrow()["filmless_staff"].clone()
    }
}

/// Makes a staff account, as an administrator of the machine does; returns its password.
pub fn account(system: &System, name: &str, roles: &[&str]) -> String {
    let mut words = vec!["staff-account", "--json", "add", name];
    words.extend(roles.iter().flat_map(|role| ["--role", *role]));
    let (is_done, text) = system.command(&words);
    assert!(is_done, "{text}");
    let made: Value = serde_json::from_str(&text).unwrap();
    made["password"].as_str().unwrap().to_owned()
}

fn digest(cookie: &str) -> String {
    Sha256::digest(cookie).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_account_signs_in_with_the_password_that_lies_in_its_file() {
    let system = System::start();
    let mode = |name: &str| {
        std::fs::metadata(system.embedded().data.join(name)).unwrap().permissions().mode() & 0o777
    };
    for file in ["staff.json", "staff-admin-password.txt", "identity.key"] {
        assert_eq!(mode(file), 0o600, "{file}");
    }
    let password = std::fs::read_to_string(system.embedded().data.join("staff-admin-password.txt")).unwrap();
    let password = password.trim();
    let desk = Desk::of(&system, "admin", password);
    assert!(desk.page(&system, "/staff").text().contains("Quản trị"));
    let verified = desk.act(&system, "/staff/audit/verify", &[]);
    assert!(verified.text().contains("Nhật ký nguyên vẹn"), "{}", verified.text());
    let audit = desk.page(&system, "/staff/audit").text();
    assert!(audit.contains("staff-sign-in") && audit.contains("127.0.0.1"), "{audit}");

    let old = desk.session();
    assert_eq!(desk.act(&system, "/staff/sign-out", &[]).location, "/staff/sign-in?after=sign-out");
    desk.cookies.borrow_mut().insert("filmless_staff".into(), old);
    assert!(!desk.is_in(&system), "a session that was left is still open");
    let kept = std::fs::read_to_string(system.embedded().data.join("staff.json")).unwrap();
    for text in [system.log(), kept] {
        assert!(!text.contains(password), "the password is told");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_belongs_to_the_browser_that_began_it_and_is_used_once() {
    let system = System::start();
    let password = account(&system, "lan", &["hotline"]);
    // Somebody signs in and passes the way back on to another browser, before and after using it.
    let (lan, victim) = (Desk::default(), Desk::default());
    victim.page(&system, "/staff/sign-in/begin");
    let granted = lan.answer_provider(&system, "lan", &password);
    let code = granted.location.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let theirs = victim.get(&granted.location);
    assert_eq!(theirs.status, 403, "another browser came in");
    assert!(!victim.is_in(&system));
    assert_eq!(Desk::default().get(&granted.location).status, 403);
    // That did not use up the code. A changed state does end the sign-in.
    let changed = granted.location.replace("state=", "state=x");
    assert_eq!(lan.get(&changed).status, 403);
    assert_eq!(lan.get(&granted.location).status, 403);

    let granted = lan.answer_provider(&system, "lan", &password);
    let pending = lan.cookies.borrow()["filmless_staff_sign_in"].clone();
    assert_eq!(lan.get(&granted.location).location, "/staff");
    assert!(lan.is_in(&system));
    lan.cookies.borrow_mut().insert("filmless_staff_sign_in".into(), pending);
    assert_eq!(lan.get(&granted.location).status, 403, "the way back was walked twice");
    // The code of one sign-in is used in another.
    let began = Desk::default();
    let begun = began.page(&system, "/staff/sign-in/begin").location;
    let state = begun.split("state=").nth(1).unwrap().split('&').next().unwrap();
    let mixed = format!("{}/staff/sign-in/return?code={code}&state={state}", system.text("portal"));
    assert_eq!(began.get(&mixed).status, 403, "a code for another challenge was taken");
    assert!(!system.log().contains(&code), "a code is in the log");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_new_at_each_sign_in_and_ends_by_idleness_and_age() {
    let system = System::start();
    let password = account(&system, "lan", &["hotline"]);
    let desk = Desk::default();
    desk.cookies.borrow_mut().insert("filmless_staff".into(), "planted-by-somebody".into());
    desk.sign_in(&system, "lan", &password);
    let first = desk.session();
    assert_ne!(first, "planted-by-somebody");
    desk.sign_in(&system, "lan", &password);
    let second = desk.session();
    assert_ne!(first, second);
    desk.cookies.borrow_mut().insert("filmless_staff".into(), first);
    assert!(!desk.is_in(&system), "the earlier session outlived a new sign-in");

    desk.cookies.borrow_mut().insert("filmless_staff".into(), second.clone());
    assert!(desk.is_in(&system));
    let index = system.connection().index("filmless");
    let now = jiff::Timestamp::now();
    let minutes = jiff::SignedDuration::from_mins;
    index.see_staff_session(&digest(&second), now - minutes(29)).await.unwrap();
    assert!(desk.is_in(&system));
    index.see_staff_session(&digest(&second), now - minutes(31)).await.unwrap();
    assert!(!desk.is_in(&system), "an idle session is still open");

    desk.sign_in(&system, "lan", &password);
    let third = digest(&desk.session());
    let session = index.staff_session(&third, now).await.unwrap().unwrap();
    assert_eq!(session.expires_at - session.started_at.as_second(), 10 * 3600);
    let old = StaffSessionRecord { expires_at: now.as_second() - 1, ..session };
    let key = Index::staff_session_key(&third);
    index
        .commit(Transaction::new().put(&key, &old, Change::new()).unwrap())
        .await
        .unwrap()
        .or_contention()
        .unwrap();
    assert!(!desk.is_in(&system), "a session of yesterday is still open");

    let (here, there) = (Desk::of(&system, "lan", &password), Desk::of(&system, "lan", &password));
    here.act(&system, "/staff/sign-out-everywhere", &[]);
    assert!(!there.is_in(&system));
    assert!(Desk::of(&system, "lan", &password).is_in(&system));
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_that_change_and_accounts_that_go_count_at_once() {
    let system = System::start();
    let password = account(&system, "lan", &["hotline"]);
    let desk = Desk::of(&system, "lan", &password);
    assert_eq!(desk.page(&system, "/staff/audit").status, 403);
    let changed = account(&system, "lan", &["admin", "finance"]);
    assert!(!desk.is_in(&system), "a session with the old roles is still open");
    assert_eq!(desk.answer_provider(&system, "lan", &password).status, 403, "the old password still opens");
    let desk = Desk::of(&system, "lan", &changed);
    assert_eq!(desk.page(&system, "/staff/audit").status, 200);
    let (_, list) = system.command(&["staff-account", "--json", "list"]);
    let expected = json!({"accounts": [
        {"name": "admin", "roles": ["admin"]}, {"name": "lan", "roles": ["finance", "admin"]},
    ]});
    assert_eq!(serde_json::from_str::<Value>(&list).unwrap(), expected);
    assert!(system.command(&["staff-account", "remove", "lan"]).0);
    assert!(!desk.is_in(&system));
    assert_eq!(desk.answer_provider(&system, "lan", &changed).status, 403);
    assert!(!system.command(&["staff-account", "remove", "lan"]).0);
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_slowed_and_tells_nothing_of_accounts() {
    let system = System::start();
    let password = account(&system, "lan", &["hotline"]);
    let stranger = Desk::default();
    let known = stranger.answer_provider(&system, "lan", "AAAAA-AAAAA-AAAAA-AAAAA");
    let unknown = stranger.answer_provider(&system, "quang", "AAAAA-AAAAA-AAAAA-AAAAA");
    assert_eq!((known.status, unknown.status), (403, 403));
    let plain = |answer: &Answer, name: &str| {
        let text = answer.text();
        let typed = format!("value=\"{name}\"");
        text.split("<label for=\"account\"").nth(1).unwrap().replace(&typed, "")
    };
    assert_eq!(plain(&known, "lan"), plain(&unknown, "quang"));
    for _ in 0..9 {
        stranger.answer_provider(&system, "lan", "wrong");
    }
    assert_eq!(stranger.answer_provider(&system, "lan", &password).status, 429, "guessing is not slowed");
    // A patient's account of the same name is a different account.
    assert_eq!(
        Browser::default().submit(&system, "/sign-in", &[("account", "lan"), ("password", "x")]).0,
        403
    );
}

/// Searches, and follows the redirect to the answer.
fn found_by(desk: &Desk, system: &System, query: &str) -> String {
    let kept = desk.act(system, "/staff/search", &[("query", query)]).location;
    assert!(kept.starts_with("/staff/found/") && !kept.contains("nguyen"), "{kept}");
    desk.page(system, &kept).text()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_act_of_the_desk_is_done_by_a_form() {
    let system = System::start();
    let (study, sms) = released(&system, 71).await;
    let (hotline, records) = (account(&system, "lan", &["hotline"]), account(&system, "nam", &["records"]));
    let (hotline, records) = (Desk::of(&system, "lan", &hotline), Desk::of(&system, "nam", &records));
    let found = found_by(&hotline, &system, "nguyen thi hoa");
    let bare_code = study.patient_id.replace('-', "").to_lowercase();
    for query in ["0903123456", "3456", "123 456", "02/03/1958", &bare_code, &study.accession] {
        assert!(found_by(&hotline, &system, query).contains(&study.patient_id), "{query}");
    }
    assert!(!found_by(&hotline, &system, "9999").contains(&study.patient_id));
    let kept = hotline.act(&system, "/staff/search", &[("query", "hoa")]).location;
    assert_eq!(records.page(&system, &kept).status, 404, "a search is its member's alone");
    let patient = found.split("<a href=\"/staff/patients/").nth(1).unwrap().split('"').next().unwrap();
    let patient = format!("/staff/patients/{patient}");
    let page = hotline.page(&system, &patient).text();
    assert!(page.contains(&study.uid) && page.contains("0903123456"), "{page}");
    let at = format!("/staff/studies/{}", study.uid);
    let history = hotline.page(&system, &at).text();
    for line in
        ["Nhận ảnh đầu tiên", "Chuẩn bị xong ảnh", "Trả kết quả", "Lập phiếu", "SMS đã gửi", "Email đã gửi"]
    {
        assert!(history.contains(line), "{line} is missing: {history}");
    }
    assert!(history.contains("Kết quả</dt><dd>chưa có</dd>"), "no result was sent yet: {history}");
    for forbidden in ["/recall", "/viewers"] {
        assert_eq!(hotline.page(&system, &format!("{at}{forbidden}")).status, 403);
    }
    for (act, fields) in
        [("hold", vec![("reason", "x")]), ("recall", vec![("reason", "x"), ("confirm", "yes")])]
    {
        assert_eq!(hotline.act(&system, &format!("{at}/{act}"), &fields).status, 403, "{act}");
    }
    assert_eq!(system.study(&study.uid).unwrap()["state"], "released");

    let reissued = hotline.act(&system, &format!("{at}/reissue"), &[("channels", "sms"), ("reason", "lost")]);
    assert_eq!(reissued.location, format!("{at}?done=reissued"));
    let newest = system.until_sms(2).await.remove(0);
    let slip = hotline.act(&system, &format!("{at}/slip"), &[]);
    assert!(slip.media_type == "application/pdf" && slip.bytes.starts_with(b"%PDF"));
    let file = system.embedded().data.join("printed.pdf");
    std::fs::write(&file, &slip.bytes).unwrap();
    let text = std::process::Command::new("pdftotext").arg(&file).arg("-").output().unwrap();
    assert!(String::from_utf8(text.stdout).unwrap().contains(&link_of(&newest)), "not the newest slip");
    assert_eq!(Browser::default().get(&link_of(&sms)).0, 410);

    // A slip can no longer be printed once its result was amended.
    let reader = Browser::default();
    reader.submit(&system, &path_of(&link_of(&newest)), &[("answer", "020358")]);
    let mut order = study.order();
    for (status, words) in [("final", "Phổi sáng"), ("amended", "Có tổn thương")] {
        assert_eq!(hotline.act(&system, &format!("{at}/slip"), &[]).status, 200, "before {words}");
        order["result"] = json!({ "status": status, "conclusion": words });
        system.upload_order(&order).await;
        let url = format!("{}/studies/{}", system.text("portal"), study.uid);
        system.until_some(words, || Some(()).filter(|()| reader.get(&url).1.contains(words))).await;
        let desk = hotline.page(&system, &at).text();
        let state = if status == "final" { "<dd>đã ký<br>" } else { "<dd>đã ký, có sửa đổi<br>" };
        assert!(desk.contains(state) && desk.contains("Có kết luận"), "{desk}");
        assert!(!desk.contains(words), "the conclusion is for the patient alone");
    }
    // A signed result does not vanish without notice.
    order["result"] = json!({ "status": "preliminary", "conclusion": "U phổi?" });
    system.upload_order(&order).await;
    let page = format!("{}/studies/{}", system.text("portal"), study.uid);
    let taken_back = || Some(reader.get(&page).1).filter(|page| page.contains("đã rút lại kết quả trước"));
    let page = system.until_some("the result to be taken back", taken_back).await;
    assert!(page.contains("canvas") && !page.contains("Có tổn thương") && !page.contains("U phổi"), "{page}");
    assert!(hotline.page(&system, &at).text().contains("<dd>đã rút lại để xem lại</dd>"));
    let refused = hotline.act(&system, &format!("{at}/slip"), &[]);
    assert!(refused.status == 409 && refused.text().contains("đã được sửa sau khi phiếu này được lập"));

    // Two browsers opened the study; it counts once.
    assert!(hotline.page(&system, "/staff").text().contains("Đã mở hôm nay: 1"));
    let opened = hotline.page(&system, "/staff/opened").text();
    assert!(
        opened.contains("Nguyễn Thị Hoà") && opened.contains(&format!("/staff/studies/{}", study.uid)),
        "{opened}"
    );
    let csv = hotline.page(&system, "/staff/opened.csv").text();
    assert_eq!(csv.lines().count(), 2, "{csv}");

    let contact = [("phone", "0912 000 111"), ("email", "")];
    assert_eq!(hotline.act(&system, &format!("{patient}/contact"), &contact).status, 303);
    hotline.act(&system, &format!("{at}/resend"), &[("channels", "all")]);
    assert_eq!(system.until_sms(3).await[0]["to"], "+84912000111");
    let form = [("label", "BS. Minh"), ("relation", "doctor"), ("study", study.uid.as_str()), ("days", "7")];
    let shared = hotline.act(&system, &format!("{patient}/shares"), &form).text();
    assert!(shared.contains("/s/"), "{shared}");

    assert_eq!(records.act(&system, &format!("{at}/hold"), &[("reason", "side")]).status, 303);
    let held = records.page(&system, "/staff/held").text();
    assert!(held.contains(&study.uid) && held.contains("Nhân viên giữ lại"), "{held}");
    let facts = records.page(&system, &format!("{at}/release")).text();
    let seen = facts.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let decision = [("reason", "checked"), ("order", ""), ("seen", seen), ("confirm", "yes")];
    assert_eq!(records.act(&system, &format!("{at}/release"), &decision).status, 303);
    system.until(&study.uid, "released").await;
    let browser = Browser::default();
    browser.submit(&system, &path_of(&link_of(&system.until_sms(3).await[0])), &[("answer", "02/03/1958")]);
    let viewers = records.page(&system, &format!("{at}/viewers")).text();
    assert!(viewers.contains("127.0.0.1"), "{viewers}");
    let recall = [("reason", "wrong patient"), ("confirm", "yes")];
    let recalled = records.act(&system, &format!("{at}/recall"), &recall).text();
    assert!(recalled.contains("Đã thu hồi") && recalled.contains("127.0.0.1"), "{recalled}");
    assert_eq!(system.study(&study.uid).unwrap()["state"], "recalled");
    let admin = account(&system, "ha", &["admin"]);
    let admin = Desk::of(&system, "ha", &admin);
    let mistyped = admin.act(&system, &format!("{patient}/erase"), &[("reason", "asked"), ("code", "N20")]);
    assert!(mistyped.status == 422 && system.study(&study.uid).is_some());
    let erase = [("reason", "asked"), ("code", study.patient_id.as_str())];
    assert!(admin.act(&system, &format!("{patient}/erase"), &erase).text().contains("Đã xóa"));
    assert!(system.study(&study.uid).is_none());
    let day = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let export = format!("/staff/audit/export?day={day}");
    let is_sealed = || Some(()).filter(|()| admin.page(&system, &export).text().contains("erase-subject"));
    system.until_some("the event in the log", is_sealed).await;
    let log = admin.page(&system, &export).text();
    for action in
        ["staff-sign-in", "find-patient", "read-ledger", "reissue-slip", "hold-study", "recall-study"]
    {
        assert!(log.contains(&format!("\"{action}\"")), "{action} is missing");
    }
    assert!(log.contains("\"refused\"") && !log.contains("Hoà") && !log.contains("0912000111"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_nobody_reached_is_listed_by_day_and_as_a_table() {
    let system = System::start();
    let study = Study::numbered(72);
    let mut order = study.order();
    order["patient"]["phone"] = Value::Null;
    order["patient"]["email"] = Value::Null;
    system.upload("incoming/1", study.slice(1, 1)).await;
    system.upload_order(&order).await;
    system.until(&study.uid, "released").await;
    let password = account(&system, "lan", &["hotline"]);
    let desk = Desk::of(&system, "lan", &password);
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(7))).date();
    for (path, is_listed) in [
        ("/staff/unreached".to_owned(), true),
        (format!("/staff/unreached?day={today}"), true),
        ("/staff/unreached?day=2020-11-23".to_owned(), false),
        (format!("/staff/unreached.csv?day={today}"), true),
    ] {
        let page = desk.page(&system, &path).text();
        assert_eq!(page.contains(&study.patient_id) && page.contains("Hoà"), is_listed, "{path}: {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_of_the_hospitals_own_takes_the_place_of_ours_and_may_be_down() {
    let folder = tempfile::tempdir().unwrap();
    let options =
        ["--staff-oidc-issuer", "http://127.0.0.1:9/realms/bv", "--staff-oidc-client-id", "filmless"];
    let system = System::start_in(folder.path(), &options);
    let desk = Desk::default();
    let down = desk.page(&system, "/staff/sign-in/begin");
    assert!(down.status == 503 && down.text().contains("Thử lại"), "{}", down.text());
    assert_eq!(desk.page(&system, "/identity/.well-known/openid-configuration").status, 404);
    assert_eq!(desk.page(&system, "/").status, 200, "patients are kept out by it");
    assert!(!folder.path().join("staff.json").exists());
    assert!(system.log().contains("identity-provider-down"));
}
