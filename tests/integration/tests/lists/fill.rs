//! Many studies a day, as the pipeline leaves them. Of every three days, one has opened studies, one held ones, and
//! one those that reached nobody.

use filmless_domain::{HoldReason, Order};
use filmless_store::StoreError;
use filmless_store::index::{
    AccountRecord, Change, ChannelRecord, ChannelState, Index, ItemKey, NoticeRecord, OrderRecord,
    StudyRecord, Transaction, Worklist,
};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_json::json;

/// Studies in one transaction: each takes up to nine items plus those of its patient, out of a hundred.
const AT_ONCE: usize = 8;
const TRANSACTIONS_AT_ONCE: usize = 8;
/// Studies per patient.
const OF_PATIENT: usize = 10;

const GIVEN_NAMES: [&str; 20] = [
    "Hoà", "An", "Bình", "Chi", "Dung", "Giang", "Hạnh", "Khánh", "Lan", "Mai", "Nga", "Oanh", "Phúc",
    "Quân", "Sơn", "Thảo", "Uyên", "Vân", "Xuân", "Yến",
];

/// What happened to the studies of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Opened,
    Held,
    Unreached,
}

/// What happened to the studies received this many days ago.
pub fn fate(days_ago: usize) -> Fate {
    [Fate::Opened, Fate::Held, Fate::Unreached][days_ago % 3]
}

/// When a study was received: the last of a day half a minute before the end, so that none falls on another day.
pub fn moment(now: Timestamp, days_ago: usize, number: usize) -> Timestamp {
    let days = i64::try_from(days_ago).expect("few days");
    let seconds = i64::try_from(number).expect("few studies");
    now.checked_sub((24 * days).hours()).and_then(|at| at.checked_sub(seconds.seconds())).expect("a moment")
}

pub fn uid(days_ago: usize, number: usize) -> String {
    // Not in order of time.
    format!("1.2.826.0.1.3680043.10.999.{}.{days_ago}.{number}", number * 7919 % 1009)
}

/// The patient's name.
pub fn name(number: usize) -> String {
    format!("Nguyễn Thị {}", GIVEN_NAMES[number / OF_PATIENT % GIVEN_NAMES.len()])
}

/// The number that gets the messages.
pub fn phone(days_ago: usize, number: usize) -> String {
    format!("+849{:08}", days_ago * 1000 + number / OF_PATIENT)
}

pub fn study(now: Timestamp, days_ago: usize, number: usize) -> StudyRecord {
    let received = moment(now, days_ago, number).as_millisecond();
    let patient = number / OF_PATIENT;
    let mut study = json!({
        "study_instance_uid": uid(days_ago, number),
        "state": "released",
        "patient": { "id": format!("N{days_ago}-{patient}"), "name": name(number), "birth_date": "1958-03-02" },
        "description": "CT NGUC", "modalities": ["CT"], "instances": 300, "series": 4,
        "received_at": received, "last_received_at": received, "is_listed": true,
    });
    if fate(days_ago) == Fate::Held {
        study["state"] = json!("held");
        study["reason"] = json!("no-order");
    } else {
        study["released_at"] = json!(received);
        study["account_key"] = json!(format!("n{days_ago}-{patient}"));
        study["order_accession"] = json!(format!("A{days_ago}-{number}"));
        study["link_version"] = json!(1);
    }
    serde_json::from_value(study).expect("a study")
}

fn order(study: &StudyRecord) -> OrderRecord {
    let code = study.patient.id.as_ref().and_then(|id| id.as_str().strip_prefix('N')?.split_once('-'));
    let (days_ago, patient) = code.expect("a code of ours");
    let (days_ago, patient): (usize, usize) =
        (days_ago.parse().expect("days"), patient.parse().expect("a patient"));
    let number = patient * OF_PATIENT;
    let order = json!({
        "accession_number": study.order_accession, "patient": {
            "id": study.patient.id, "name": name(number), "birth_date": "1958-03-02",
            "phone": phone(days_ago, number) },
    });
    OrderRecord {
        order: Order::parse(order.to_string().as_bytes()).expect("an order"),
        whole: None,
        written_at: study.received_at,
        upload: None,
        study_instance_uid: Some(study.study_instance_uid.clone()),
        result_changed_at: None,
    }
}

pub fn notice(study: &StudyRecord, state: ChannelState) -> NoticeRecord {
    let failed = state == ChannelState::Failed;
    let channel = ChannelRecord {
        state,
        provider_id: None,
        at: Some(study.received_at),
        detail: failed.then(|| "unreachable".into()),
    };
    let notice = json!({
        "study_instance_uid": study.study_instance_uid, "link_version": study.link_version, "account_name": "n",
        "language": "vi", "phone": "+84903000001", "channels": { "sms": channel },
        "issued_at": study.received_at.as_millisecond(), "link_expires_at": i64::MAX,
    });
    serde_json::from_value(notice).expect("a notice")
}

fn of_patient(study: &StudyRecord, sk: String) -> ItemKey {
    let patient = study.patient.id.as_ref().expect("a code");
    ItemKey::new(format!("PATIENT#{}", patient.as_str()), sk)
}

/// Everything that is written about a study.
pub fn add(transaction: Transaction, study: &StudyRecord, fate: Fate) -> Result<Transaction, StoreError> {
    let (uid, new) = (&study.study_instance_uid, Change::new);
    let day = study.received_at.to_zoned(TimeZone::UTC).date();
    let pointer = ItemKey::new(format!("DAY#{day}"), format!("STUDY#{uid}"));
    let leads_there = json!({ "study_instance_uid": uid });
    let transaction = transaction
        .put(&ItemKey::new(format!("STUDY#{uid}"), "STUDY"), study, new())?
        .put(&pointer, &leads_there, new())?
        .put(&of_patient(study, format!("STUDY#{uid}")), &leads_there, new())?;
    if fate == Fate::Held {
        return transaction.list_held(study, HoldReason::NoOrder);
    }
    let order = order(study);
    let accession = &order.order.accession_number;
    let state = if fate == Fate::Unreached { ChannelState::Failed } else { ChannelState::Sent };
    let notice = notice(study, state);
    let transaction = transaction
        .put(&ItemKey::new(format!("ORDER#{accession}"), "ORDER"), &order, new())?
        .put(
            &of_patient(study, format!("ORDER#{accession}")),
            &json!({ "accession_number": accession }),
            new(),
        )?
        .put(&NoticeRecord::key(uid, study.link_version), &notice, new())?;
    match fate {
        Fate::Unreached => transaction
            .begin_openings(uid)?
            .list_notice(Worklist::Unreached, &notice)?
            .list_notice(Worklist::Failed, &notice),
        Fate::Opened | Fate::Held => Ok(transaction.count_opening(uid).list_opened(uid, study.received_at)),
    }
}

fn account(study: &StudyRecord) -> Option<AccountRecord> {
    let (account_key, patient_id) = (study.account_key.clone()?, study.patient.id.clone()?);
    let account_name = account_key.clone();
    Some(AccountRecord {
        account_key,
        account_name,
        patient_id,
        person: None,
        salt: "00".repeat(16),
        sessions_from: None,
        merged_into: None,
    })
}

/// Adds this many studies on each day of a range.
pub async fn fill(
    index: &Index,
    now: Timestamp,
    days_ago: std::ops::Range<usize>,
    of_day: usize,
) -> Result<(), StoreError> {
    let starts = days_ago.flat_map(|day| (0..of_day).step_by(AT_ONCE).map(move |first| (day, first)));
    let written = stream::iter(starts).map(|(day, first)| async move {
        let mut transaction = Transaction::new();
        for number in first..(first + AT_ONCE).min(of_day) {
            let study = study(now, day, number);
            transaction = add(transaction, &study, fate(day))?;
            if let Some(account) = account(&study).filter(|_| number.is_multiple_of(OF_PATIENT)) {
                let key = ItemKey::new(format!("ACCOUNT#{}", account.account_key), "ACCOUNT");
                let pointer = json!({ "account_key": account.account_key });
                transaction = transaction
                    .put(&key, &account, Change::new())?
                    .put(&of_patient(&study, "ACCOUNT".into()), &pointer, Change::new())?
                    .point_to_patient(&order(&study).order)?;
            }
        }
        index.commit(transaction).await.map(|_| ())
    });
    written.buffer_unordered(TRANSACTIONS_AT_ONCE).try_collect().await
}
