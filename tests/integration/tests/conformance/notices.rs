//! Notices in both shapes that a table holds: channels in a map, and the older one attribute for each of two.

use std::collections::BTreeMap;

use filmless_domain::{Channel, StudyInstanceUid};
use filmless_store::index::{
    Change, ChannelRecord, ChannelState, Index, NoticeRecord, Transaction, TransactionOutcome,
};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::backend::Backend;
use crate::every_backend::on_every_backend;

on_every_backend! {
    a_notice_of_before_is_read_and_changed_beside_those_of_now
    a_channel_that_failed_is_followed_by_another_in_the_same_write
}

fn study() -> StudyInstanceUid {
    StudyInstanceUid::parse("1.2.3").unwrap()
}

/// A notice with these channels, as an older program or the current one wrote it.
fn notice(version: u32, channels: &Value) -> Value {
    let mut notice = json!({
        "study_instance_uid": study(), "link_version": version, "account_name": "N1", "language": "vi",
        "phone": "+84903000001", "email": "a@b.vn", "issued_at": 0, "link_expires_at": 9,
    });
    for (name, value) in channels.as_object().unwrap() {
        notice[name] = value.clone();
    }
    notice
}

async fn put(index: &Index, version: u32, notice: &Value) {
    let key = NoticeRecord::key(&study(), version);
    let put = Transaction::new().put(&key, notice, Change::new()).unwrap();
    assert_eq!(index.commit(put).await.unwrap(), TransactionOutcome::Committed);
}

async fn read(index: &Index, version: u32) -> NoticeRecord {
    index.notice(&study(), version).await.unwrap().unwrap()
}

fn states(notice: &NoticeRecord) -> BTreeMap<Channel, ChannelState> {
    notice.messages().map(|(channel, message)| (channel, message.state)).collect()
}

fn now(state: ChannelState) -> ChannelRecord {
    let (provider_id, at) = (Some(format!("id-{}", state.as_str())), Some(Timestamp::UNIX_EPOCH));
    ChannelRecord { state, provider_id, at, detail: None }
}

async fn a_notice_of_before_is_read_and_changed_beside_those_of_now(backend: &Backend) {
    use ChannelState::{Delivered, Pending, Sending, Sent};
    let index = &backend.index;
    let sent = json!({ "state": "sent", "provider_id": "e1", "at": 1000 });
    let before = json!({ "sms_channel": { "state": "pending" }, "email_channel": sent });
    let of_now = json!({ "channels": { "sms": { "state": "pending" }, "email": sent } });
    put(index, 1, &notice(1, &before)).await;
    put(index, 2, &notice(2, &of_now)).await;
    for found in index.notices(&study()).await.unwrap() {
        let version = found.link_version;
        assert_eq!(states(&found), [(Channel::Sms, Pending), (Channel::Email, Sent)].into(), "{version}");
        assert_eq!(found.channel(Channel::Email).unwrap().provider_id.as_deref(), Some("e1"));
        assert!(!found.is_done());
        let mark = async |channel, from, to: &ChannelRecord| {
            index.mark_channel(&found, channel, from, to, &[]).await.unwrap()
        };
        assert!(mark(Channel::Sms, Pending, &now(Sending)).await, "{version}");
        assert!(!mark(Channel::Sms, Pending, &now(Sending)).await, "{version}: it was not pending any more");
        assert!(mark(Channel::Sms, Sending, &now(Sent)).await, "{version}");
        assert!(mark(Channel::Email, Sent, &now(Delivered)).await, "{version}");
        let done = read(index, version).await;
        assert_eq!(states(&done), [(Channel::Sms, Sent), (Channel::Email, Delivered)].into(), "{version}");
        assert_eq!((done.is_done(), done.channels.is_empty()), (true, version == 1), "it keeps its shape");
        index.erase_notice_secrets(&done).await.unwrap();
        assert_eq!(states(&read(index, version).await), states(&done), "{version}");
    }
    assert_eq!(index.message("id-sent").await.unwrap().unwrap().channel, Channel::Sms);
}

async fn a_channel_that_failed_is_followed_by_another_in_the_same_write(backend: &Backend) {
    use ChannelState::{Failed, Pending, Sending, Sent};
    let index = &backend.index;
    put(index, 1, &notice(1, &json!({ "channels": { "sms": { "state": "sending" } } }))).await;
    let found = read(index, 1).await;
    let follow =
        async || index.follow_channel(&found, Channel::Sms, &now(Failed), Channel::Email, &[]).await.unwrap();
    assert!(follow().await);
    let followed = read(index, 1).await;
    assert_eq!(states(&followed), [(Channel::Sms, Failed), (Channel::Email, Pending)].into());
    // A second run does not reset the other channel.
    assert!(index.mark_channel(&followed, Channel::Email, Pending, &now(Sending), &[]).await.unwrap());
    assert!(index.mark_channel(&followed, Channel::Email, Sending, &now(Sent), &[]).await.unwrap());
    assert!(!follow().await);
    assert_eq!(states(&read(index, 1).await), [(Channel::Sms, Failed), (Channel::Email, Sent)].into());
}
