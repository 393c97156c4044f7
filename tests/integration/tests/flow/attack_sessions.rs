//! Sessions and secrets that were used up, ended or stolen.

use crate::agent::agent;
use crate::patients::{Patient, guest};
use crate::system::System;
use crate::wire::{Answer, Ask};

async fn studies(system: &System, cookie: &str) -> Answer {
    Ask::get("/studies").cookie(cookie).send(system).await
}

/// Whether the cookie still opens the account.
async fn is_in(system: &System, cookie: &str) -> bool {
    let answer = studies(system, cookie).await;
    assert!(matches!(answer.status, 200 | 303), "{}", answer.status);
    answer.status == 200
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_on_the_server_and_its_cookie_opens_nothing_again() {
    let system = System::start();
    let patient = Patient::marked(&system, 221).await;
    let cookie = patient.session(&system).await;
    assert!(is_in(&system, &cookie).await);
    let out = Ask::post("/sign-out", &[]).cookie(&cookie).send(&system).await;
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    assert!(!is_in(&system, &cookie).await, "a kept cookie still opens");

    // Staff end a session while it is in use.
    let (cookie, link) = (patient.session(&system).await, patient.link_path());
    let share = patient.share(&system, &[]);
    let doctor = guest(&system, &share).await;
    system.staff(&["revoke", &patient.study.patient_id, "--reason", "phone stolen"]);
    for cookie in [&cookie, &doctor] {
        assert!(!is_in(&system, cookie).await);
    }
    assert_eq!(Ask::post(&link, &[("answer", patient.birth_date)]).send(&system).await.status, 404);
    assert_eq!(Ask::post(&share.0, &[("code", &share.1)]).send(&system).await.status, 404);
    assert_eq!(patient.sign_in().send(&system).await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_new_at_every_entry_and_the_one_before_ends() {
    let system = System::start();
    let patient = Patient::marked(&system, 222).await;
    let planted = "filmless_session=planted-by-somebody-else";
    let entered = patient.sign_in().cookie(planted).send(&system).await;
    let first = entered.cookie();
    assert!(!first.contains("planted") && !is_in(&system, planted).await);
    let by_link = Ask::post(&patient.link_path(), &[("answer", patient.birth_date)]).cookie(&first);
    let second = by_link.send(&system).await.cookie();
    assert!(second != first && is_in(&system, &second).await);
    assert!(!is_in(&system, &first).await, "two sessions where there should be one");

    let attributes = entered.header("set-cookie").to_owned();
    for attribute in ["; Path=/", "; HttpOnly", "; SameSite=Lax"] {
        assert!(attributes.contains(attribute), "{attributes}");
    }
    assert!(!attributes.contains("Domain") && !attributes.contains("Expires"), "{attributes}");
    let token = first.split('=').nth(1).unwrap();
    assert!(token.len() >= 32, "192 bits");
    // It is never stored in plain form.
    for file in ["filmless.db", "filmless.db-wal", "embedded.db"] {
        let bytes = std::fs::read(system.embedded().data.join(file)).unwrap_or_default();
        for secret in [token, second.split('=').nth(1).unwrap(), &patient.link_path()[3..]] {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{file} holds a token");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_share_ends_its_sessions_and_a_view_hands_out_no_files() {
    let system = System::start();
    let patient = Patient::marked(&system, 223).await;
    let uid = patient.study.uid.as_str();
    let file = format!("/studies/{uid}/files/{}.1", patient.study.series_uid(1));
    let view = guest(&system, &patient.share(&system, &[])).await;
    let download = guest(&system, &patient.share(&system, &["--download"])).await;
    let zip = format!("/studies/{uid}/download");
    for (cookie, expected) in [(&view, [404, 404, 404]), (&download, [200, 303, 303])] {
        let answers = [
            Ask::get(&zip).cookie(cookie).send(&system).await.status,
            Ask::post(&zip, &[]).cookie(cookie).send(&system).await.status,
            Ask::get(&file).cookie(cookie).send(&system).await.status,
        ];
        assert_eq!(answers, expected);
    }
    let page = Ask::get(&format!("/studies/{uid}")).cookie(&view).send(&system).await.body;
    assert!(!page.contains("/download") && !page.contains("/files/"), "{page}");
    let patients = patient.session(&system).await;
    let list = Ask::get("/shares").cookie(&patients).send(&system).await.body;
    for action in list.split("action=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        if action.ends_with("/end") {
            assert_eq!(Ask::post(action, &[]).cookie(&patients).send(&system).await.status, 303);
        }
    }
    assert!(!is_in(&system, &view).await && !is_in(&system, &download).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn presigned_addresses_open_one_object_for_a_quarter_of_an_hour_and_cannot_be_widened() {
    let system = System::start();
    let (mine, theirs) = (Patient::other(&system, 224).await, Patient::marked(&system, 225).await);
    let grant = async |patient: &Patient| {
        let cookie = patient.session(&system).await;
        let path = format!("/studies/{}/grant", patient.study.uid);
        let answer = Ask::get(&path).cookie(&cookie).send(&system).await;
        let grant: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        let urls = ["pack_url", "index_url", "poster_url", "thumbs_url"];
        urls.map(|url| grant["series"][0][url].as_str().unwrap().to_owned())
    };
    let (urls, foreign) = (grant(&mine).await, grant(&theirs).await);
    let status = |url: &str| agent().get(url).call().unwrap().status().as_u16();
    let refused = |url: &str| {
        let status = status(url);
        assert!(matches!(status, 400 | 403), "{status} for {url}");
    };
    for (url, other) in urls.iter().zip(&foreign) {
        assert_eq!(status(url), 200);
        assert!(url.contains("X-Amz-Expires=900"), "{url}");
        let (object, signature) = url.split_once('?').unwrap();
        let other_object = other.split('?').next().unwrap();
        let other_path = other_object.rsplit_once("/derived/").unwrap().1;
        for widened in [
            object.to_owned(),
            format!("{other_object}?{signature}"),
            url.replace("X-Amz-Expires=900", "X-Amz-Expires=604800"),
            format!("{url}&response-content-type=text/html"),
            format!("{url}&response-content-disposition=inline"),
            format!("{url}&versionId=null"),
            format!("{url}&list-type=2"),
            format!("{object}/../../{other_path}?{signature}"),
            format!("{object}%2f..%2f..%2f{other_path}?{signature}"),
            format!("{}//{other_path}?{signature}", object.split("/derived/").next().unwrap()),
            url.replace("/derived/", "/slips/"),
            url.replace("/derived/", "/studies/"),
        ] {
            refused(&widened);
        }
        let put = agent().put(url).send("overwritten").unwrap().status().as_u16();
        let deleted = agent().delete(url).call().unwrap().status().as_u16();
        assert!(matches!((put, deleted), (400 | 403, 400 | 403)), "{put} {deleted}");
        assert_eq!(status(url), 200, "it was changed after all");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_sends_its_address_on_and_none_names_a_token_to_others() {
    let system = System::start();
    let patient = Patient::marked(&system, 226).await;
    let (share, code) = patient.share(&system, &[]);
    let link = patient.link_path();
    let pages = [
        Ask::get(&link).send(&system).await,
        Ask::post(&link, &[("answer", "01/01/1901")]).send(&system).await,
        Ask::get(&share).send(&system).await,
        Ask::post(&share, &[("code", &code)]).send(&system).await,
    ];
    for (page, path) in pages.iter().zip([&link, &link, &share, &share]) {
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        let token = &path[3..];
        // Except the hidden field that leads back after a change of language: a form's body, never an address.
        for attribute in ["href=\"", "src=\"", "action=\"", "data-"] {
            for value in page.body.split(attribute).skip(1) {
                assert!(!value.split('"').next().unwrap().contains(token), "{path}: {attribute}");
            }
        }
        assert!(!page.header("location").contains(token), "the token is carried on");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_birth_date_of_a_corrected_order_opens_no_account_of_another_patient() {
    let system = System::start();
    let patient = Patient::marked(&system, 227).await;
    let mut order = crate::sample::Study::numbered(227).order();
    order["patient"]["id"] = "N20-OTHER".into();
    order["patient"]["birth_date"] = "1990-05-05".into();
    system.upload_order(&order).await;
    system.until(&patient.study.uid, "held").await;
    for birth_date in ["05/05/1990", patient.birth_date] {
        let answer = Ask::post(&patient.link_path(), &[("answer", birth_date)]).send(&system).await;
        assert_eq!((answer.status, answer.header("set-cookie")), (404, ""), "{birth_date}");
    }
}
