//! Zalo ZNS: a channel beside SMS and email, reached over HTTP.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::portal::opens;
use crate::sample::Study;
use crate::system::System;
use crate::usage::{ledger, usage};

const TOKEN: &str = "a-token-of-zalo";
/// A number without a Zalo account.
const WITHOUT_ZALO: &str = "0903 000 118";

/// A provider that answers like ZNS.
struct Zalo {
    endpoint: String,
    sent: Arc<Mutex<Vec<Value>>>,
}

impl Zalo {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let sent = Arc::<Mutex<Vec<Value>>>::default();
        let taken = Arc::clone(&sent);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                answer(stream.unwrap(), &taken);
            }
        });
        Self { endpoint, sent }
    }

    fn sent(&self) -> Vec<Value> {
        self.sent.lock().unwrap().clone()
    }
}

/// Answers one request on one connection.
fn answer(mut stream: TcpStream, sent: &Mutex<Vec<Value>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut head, mut length) = (String::new(), 0);
    while reader.read_line(&mut head).unwrap() > 2 {
        let line = head.lines().last().unwrap().to_ascii_lowercase();
        length = line.strip_prefix("content-length: ").map_or(length, |bytes| bytes.parse().unwrap());
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    let is_asked_well = head.starts_with("POST /message/template HTTP/1.1")
        && head.to_ascii_lowercase().contains(&format!("access_token: {TOKEN}"));
    let answer = if !is_asked_well {
        json!({ "error": -124, "message": "Access token invalid" })
    } else if body["phone"] == "84903000118" {
        json!({ "error": -118, "message": "Zalo account not existed" })
    } else {
        let mut sent = sent.lock().unwrap();
        sent.push(body);
        json!({ "error": 0, "message": "Success", "data": { "msg_id": format!("zalo-{}", sent.len()) } })
    };
    let (answer, head) =
        (answer.to_string(), "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json");
    write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n{answer}", answer.len()).unwrap();
}

async fn release(system: &System, number: u32, phone: &str) -> (Study, Value) {
    let study = Study { phone: phone.into(), ..Study::numbered(number) };
    system.upload(&format!("incoming/{number}"), study.slice(1, 1)).await;
    system.upload_order(&study.order()).await;
    let released = system.until(&study.uid, "released").await;
    (study, released)
}

/// The states of a study's notices by channel, in order.
fn states(study: &Value) -> Vec<(String, String)> {
    let word = |notice: &Value, name: &str| notice[name].as_str().unwrap().to_owned();
    let notices = study["notices"].as_array().unwrap();
    notices.iter().map(|notice| (word(notice, "channel"), word(notice, "state"))).collect()
}

fn told(told: &[(&str, &str)]) -> Vec<(String, String)> {
    told.iter().map(|(channel, state)| ((*channel).to_owned(), (*state).to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_goes_by_zalo_and_by_sms_where_zalo_fails() {
    let zalo = Zalo::start();
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, format!("{TOKEN}\n")).unwrap();
    let settings = json!({ "zalo-zns": {
        "access_token_file": token, "template_id": "287654", "endpoint": zalo.endpoint,
        "template_data": { "tai_khoan": "account", "duong_dan": "link" },
    } });
    let file = folder.path().join("messengers.json");
    std::fs::write(&file, settings.to_string()).unwrap();
    let options = ["--channels", "zalo-zns,sms,email", "--messengers", file.to_str().unwrap()];
    let system = System::start_in(folder.path(), &options);

    // A Zalo message instead of an SMS, and an email.
    let (study, released) = release(&system, 801, "0903 123 456").await;
    assert_eq!(states(&released), told(&[("email", "sent"), ("zalo-zns", "sent")]));
    let sent = zalo.sent().remove(0);
    assert_eq!((&sent["phone"], &sent["template_id"]), (&json!("84903123456"), &json!("287654")));
    let data = sent["template_data"].as_object().unwrap();
    assert_eq!(data.keys().collect::<Vec<_>>(), ["duong_dan", "tai_khoan"], "no password");
    assert_eq!(data["tai_khoan"], study.patient_id.as_str());
    assert_eq!(opens(&system, data["duong_dan"].as_str().unwrap()).0, 200);
    assert_eq!((system.all_sms().len(), system.all_emails().len()), (0, 1));
    // What a relay of Zalo's reports says about it.
    let report = |id: &str, state: &str| format!("{id},zalo-zns,{state},2026-03-01T09:00:00+07:00");
    system.feed(&[&report("zalo-1", "delivered")]);
    let states_of = |study: &Study| states(&system.study(&study.uid).unwrap());
    assert_eq!(states_of(&study), told(&[("email", "sent"), ("zalo-zns", "delivered")]));

    // Zalo refuses at once: the SMS carries the same link, and nobody gets two messages.
    let (refused, released) = release(&system, 802, WITHOUT_ZALO).await;
    assert_eq!(states(&released), told(&[("sms", "sent"), ("email", "sent"), ("zalo-zns", "failed")]));
    assert_eq!(released["notices"][2]["reached_by"], "sms");
    assert_eq!((zalo.sent().len(), system.all_sms().len(), system.all_emails().len()), (1, 1, 2));
    assert_eq!(system.staff(&["unreached"]), json!([]));

    // Zalo accepts, then reports a loss: the SMS is a new notice, and does not wait for the email that went out.
    let (lost, _) = release(&system, 803, "0903 123 457").await;
    system.feed(&[&report("zalo-2", "failed"), &report("zalo-2", "failed")]);
    system.until_sms(2).await;
    let sms_sent = || states_of(&lost).contains(&("sms".into(), "sent".into())).then_some(());
    system.until_some("the SMS", sms_sent).await;
    let email_and_zalo = [("email", "sent"), ("zalo-zns", "failed"), ("sms", "sent")];
    assert_eq!(states_of(&lost), told(&email_and_zalo));

    // Counted under its channel, and asked for by its name.
    let resent = system.staff(&["resend", &study.uid, "--channels", "zalo-zns"]);
    assert_eq!((&resent["zalo-zns"], &resent["sms"]), (&json!(true), &json!(false)));
    system.until_some("the second by Zalo", || (zalo.sent().len() == 3).then_some(())).await;
    let of_zalo = |kind: &str| {
        let is_of = |event: &&Value| event["kind"] == kind && event["channel"] == "zalo-zns";
        ledger(&system).iter().filter(is_of).count()
    };
    let (is_done, exported) = usage(&system, &["export"]);
    assert!(is_done, "{exported}");
    assert_eq!((of_zalo("message-failed"), of_zalo("message-delivered")), (2, 1));
    assert!(of_zalo("message-sent") >= 2);
    let ledger = system.staff(&["ledger", &refused.uid]).to_string();
    assert!(ledger.contains("zalo-zns-failed") && ledger.contains("sms-sent"), "{ledger}");
    let log = system.log();
    assert!(!log.contains(TOKEN) && !log.contains("903123456"), "{log}");
}
