//! `docs/asyncapi.yaml` says of every message what the types say.

use std::collections::BTreeSet;

use filmless_consult::{EndReason, Incoming, Outgoing, Refusal};
use serde_json::{Value, json};

use crate::incoming::one_of_each;
use crate::world::{CHAIR, LAN, STUDY, WAITING, World, chat, id, json_of, layered, mark, series_of};

/// What stands before the name of a message that the room sends.
const TOLD: &str = "told_";

fn document() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/asyncapi.yaml");
    serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Whether a message is what the document says of its type.
fn is_valid(document: &Value, prefix: &str, message: &Value) -> bool {
    let name = format!("{prefix}{}", message["type"].as_str().unwrap());
    let payload = &document["components"]["messages"][&name]["payload"];
    assert!(payload.is_object(), "{name} is not in the document");
    let schema = json!({ "allOf": [payload], "components": document["components"] });
    jsonschema::validator_for(&schema).unwrap().is_valid(message)
}

/// Every message of a meeting in which everything happens.
fn told() -> Vec<Value> {
    let mut world = World::opened();
    let mut told = Vec::new();
    let kind = |kind: &str| json!({ "type": kind });
    for by in [CHAIR, LAN] {
        told.extend(world.join(by, by).unwrap().send);
    }
    told.extend(world.knock(WAITING).unwrap().send);
    for (by, message) in [
        (CHAIR, layered(1, STUDY)),
        (CHAIR, json!({ "type": "scroll", "sequence": 2, "frames": [[0, 7]] })),
        (
            LAN,
            json!({ "type": "pointer", "pane": 0, "series_instance_uid": series_of(STUDY), "frame": 7, "at": [1.0, 2.5] }),
        ),
        (
            LAN,
            json!({ "type": "pointer", "pane": 0, "series_instance_uid": series_of(STUDY), "frame": null, "at": null }),
        ),
        (LAN, mark(1, STUDY)),
        (LAN, chat(2, "a")),
        (LAN, json!({ "type": "progress", "loaded": 1.0, "is_slow": false })),
        (LAN, kind("ask_to_drive")),
        (CHAIR, json!({ "type": "hand_over", "to": LAN })),
        (LAN, kind("ping")),
    ] {
        told.extend(world.send(by, message).unwrap().send);
    }
    let (marks, members) = (world.marks.values().cloned().collect(), world.members.values().cloned());
    let members: Vec<_> = members.collect();
    let chat = told.iter().find_map(|(_, message)| match message {
        Outgoing::Chat { chat, .. } => Some(chat.clone()),
        _ => None,
    });
    let chat = chat.into_iter().collect();
    let welcome = world.room.welcome(world.now, &id(LAN), &world.consultation, &members, marks, chat);
    for message in [
        json!({ "type": "mark", "id": crate::world::uuid(1), "mark": null }),
        json!({ "type": "remove", "member": LAN }),
    ] {
        let by = if message["type"] == "mark" { LAN } else { CHAIR };
        told.extend(world.send(by, message).unwrap().send);
    }
    let note = filmless_consult::Note::Opinion { number: 1, digest: "d".repeat(64) };
    told.extend(world.room.note(world.now, &id(CHAIR), note).send);
    let mut told: Vec<Value> = told.iter().map(|(_, message)| json_of(message)).collect();
    told.extend(welcome.iter().map(json_of));
    for reason in [
        EndReason::Chair,
        EndReason::Starter,
        EndReason::Hospital,
        EndReason::Time,
        EndReason::Recalled,
        EndReason::Withdrawn,
        EndReason::Removed,
    ] {
        told.push(json_of(&Outgoing::Ended { reason }));
    }
    for refusal in Refusal::ALL {
        told.push(json_of(&Outgoing::refused("state", None, *refusal)));
    }
    told.push(json_of(&Outgoing::unread(Incoming::parse("?").unwrap_err())));
    told
}

#[test]
fn the_document_names_exactly_the_messages_that_there_are() {
    let document = document();
    let messages: BTreeSet<String> =
        document["components"]["messages"].as_object().unwrap().keys().cloned().collect();
    let incoming = Incoming::TYPES.map(str::to_owned).into_iter();
    let outgoing = Outgoing::TYPES.map(|kind| format!("{TOLD}{kind}")).into_iter();
    let there: BTreeSet<String> = incoming.chain(outgoing).collect();
    assert_eq!(messages, there);
    let channel: BTreeSet<String> =
        document["channels"]["room"]["messages"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(channel, there);
    let operation = |name: &str| -> Vec<String> {
        let messages = document["operations"][name]["messages"].as_array().unwrap().iter();
        messages.map(|it| it["$ref"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()).collect()
    };
    assert_eq!(operation("receive"), Incoming::TYPES);
    assert_eq!(operation("send"), Outgoing::TYPES.map(|kind| format!("{TOLD}{kind}")));
}

#[test]
fn what_is_sent_is_what_the_document_says_and_every_type_of_it_is_sent() {
    let document = document();
    let told = told();
    for message in &told {
        assert!(is_valid(&document, TOLD, message), "{message}");
    }
    let kinds: BTreeSet<&str> = told.iter().map(|message| message["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, BTreeSet::from(Outgoing::TYPES));
}

#[test]
fn what_is_received_with_a_field_less_or_more_is_refused_by_the_document_and_by_the_room() {
    let document = document();
    for message in one_of_each() {
        assert!(is_valid(&document, "", &message), "{message}");
        let fields: Vec<String> = message.as_object().unwrap().keys().cloned().collect();
        for field in fields.iter().filter(|field| *field != "type") {
            let mut less = message.clone();
            less.as_object_mut().unwrap().remove(field);
            let is_read = Incoming::parse(&less.to_string()).is_ok();
            assert_eq!(is_valid(&document, "", &less), is_read, "{less}");
        }
        let mut more = message.clone();
        more["surprise"] = json!(1);
        assert!(!is_valid(&document, "", &more), "{more}");
    }
}
