//! Messages of which nothing is trusted.

use filmless_consult::limits::*;
use filmless_consult::{Flow, Incoming, Outgoing, Pace, Refusal};
use serde_json::{Value, json};

use crate::world::{at, chat, json_of, mark, state, uuid};

fn refused(text: &str) -> Option<Value> {
    Incoming::parse(text).err().map(|unread| json_of(&Outgoing::unread(unread)))
}

pub fn one_of_each() -> Vec<Value> {
    let mut all = vec![
        json!({ "type": "join", "ticket": "t0ken" }),
        json!({ "type": "join" }),
        state(1, "1.2.840.1", 0),
        json!({ "type": "scroll", "sequence": 2, "frames": [[0, 7]] }),
        json!({ "type": "pointer", "pane": 0, "series_instance_uid": "1.2.3", "frame": 7, "at": [1.5, 2] }),
        json!({ "type": "pointer", "pane": 0, "series_instance_uid": "1.2.3", "frame": null, "at": null }),
        mark(1, "1.2.840.1"),
        json!({ "type": "mark", "id": uuid(1), "mark": null }),
        chat(2, "Xin chào"),
        json!({ "type": "progress", "loaded": 0.5, "is_slow": true }),
        json!({ "type": "hand_over", "to": "00000003" }),
    ];
    all.extend(["admit", "remove"].map(|kind| json!({ "type": kind, "member": "00000003" })));
    all.extend(["ask_to_drive", "take_over", "end", "ping"].map(|kind| json!({ "type": kind })));
    all
}

#[test]
fn every_message_is_read_as_it_is_written_and_with_one_more_field_refused() {
    for message in one_of_each() {
        let kind = message["type"].as_str().unwrap();
        let read = Incoming::parse(&message.to_string()).unwrap_or_else(|_| panic!("{message}"));
        assert_eq!(read.kind(), kind);
        assert_eq!(Incoming::parse(&serde_json::to_string(&read).unwrap()).as_ref(), Ok(&read));
        let mut more = message.clone();
        more["is_chair"] = json!(true);
        let refusal = refused(&more.to_string()).unwrap_or_else(|| panic!("{more}"));
        assert_eq!((refusal["of"].as_str(), refusal["code"].as_str()), (Some(kind), Some("malformed")));
    }
    let kinds: std::collections::BTreeSet<String> =
        one_of_each().iter().map(|message| message["type"].as_str().unwrap().to_owned()).collect();
    assert!(kinds.iter().map(String::as_str).eq(std::collections::BTreeSet::from(Incoming::TYPES)));
}

#[test]
fn what_cannot_be_read_is_refused_with_its_type_and_its_id() {
    let long = "ế".repeat(CHAT_CHARS_MAX + 1);
    let huge = format!(r#"{{"type":"chat","id":"{}","text":"{}"}}"#, uuid(9), "x".repeat(MESSAGE_BYTES_MAX));
    let id = uuid(9);
    for (message, of, code, with_id) in [
        ("nonsense".to_owned(), None, "malformed", false),
        ("[]".to_owned(), None, "malformed", false),
        ("{}".to_owned(), None, "malformed", false),
        (r#"{"type":7}"#.to_owned(), None, "malformed", false),
        (r#"{"type":"end","type":"ping"}"#.to_owned(), None, "malformed", false),
        (format!(r#"{{"type":"welcome","id":"{id}"}}"#), None, "unknown_type", true),
        (huge, None, "too_large", false),
        (chat(9, &long).to_string(), Some("chat"), "malformed", true),
        (chat(9, " \u{200b}\n").to_string(), Some("chat"), "malformed", true),
        (r#"{"type":"chat","id":"../x","text":"a"}"#.to_owned(), Some("chat"), "malformed", false),
        (format!(r#"{{"type":"mark","id":"{id}","mark":[]}}"#), Some("mark"), "malformed", true),
        (r#"{"type":"state","sequence":-1,"state":{}}"#.to_owned(), Some("state"), "malformed", false),
        (
            r#"{"type":"progress","loaded":1.01,"is_slow":false}"#.to_owned(),
            Some("progress"),
            "malformed",
            false,
        ),
        (
            r#"{"type":"pointer","pane":0,"series_instance_uid":"1.2","frame":0,"at":[1e7,0]}"#.to_owned(),
            Some("pointer"),
            "malformed",
            false,
        ),
    ] {
        let expected = match (of, with_id) {
            (of, true) => json!({ "type": "refused", "of": of, "code": code, "id": id }),
            (of, false) => json!({ "type": "refused", "of": of, "code": code }),
        };
        assert_eq!(refused(&message), Some(expected), "{}", &message[..message.len().min(80)]);
    }
    assert_eq!(refused(&chat(9, &"ế".repeat(CHAT_CHARS_MAX)).to_string()), None);
}

#[test]
fn text_loses_what_would_make_it_look_like_another_text() {
    let read = Incoming::parse(&chat(1, "a\u{202e}b\u{200b} \r\n c").to_string()).unwrap();
    assert!(matches!(read, Incoming::Chat { text, .. } if text == "ab\nc"));
}

#[test]
fn a_connection_that_floods_is_slowed_and_then_closed_and_free_again_in_the_next_second() {
    let (now, next) = (at("08:00:00.2"), at("08:00:01"));
    for (kind, most) in [
        (Some("state"), STATES_PER_SECOND_MAX),
        (Some("scroll"), STATES_PER_SECOND_MAX),
        (Some("pointer"), POINTERS_PER_SECOND_MAX),
        (Some("chat"), OTHERS_PER_SECOND_MAX),
        (None, OTHERS_PER_SECOND_MAX),
    ] {
        let mut pace = Pace::default();
        let flows: Vec<Flow> = (0..=MESSAGES_PER_SECOND_CLOSE).map(|_| pace.take(now, kind)).collect();
        let passed = flows.iter().take_while(|flow| **flow == Flow::Pass).count();
        assert_eq!(passed, most as usize, "{kind:?}");
        assert!(flows[passed..flows.len() - 1].iter().all(|flow| *flow == Flow::TooFast), "{kind:?}");
        assert_eq!(flows.last(), Some(&Flow::Close), "{kind:?}");
        assert_eq!(pace.take(next, kind), Flow::Pass, "{kind:?}");
    }
}

#[test]
fn every_refusal_has_a_code_of_its_own_and_words_in_both_languages() {
    use filmless_domain::Language::{En, Vi};
    for refusal in Refusal::ALL {
        assert_eq!(serde_json::to_value(refusal).unwrap(), refusal.code());
        assert_eq!(refusal.to_string(), refusal.code());
        assert_ne!(refusal.words(Vi), refusal.words(En));
    }
}
