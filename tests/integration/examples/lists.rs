//! How long the lists of staff take among 100,000 studies, of which 1,000 are held and 1,000 were not reached:
//! `cargo run --release -p integration-tests --example lists`.

use std::io::Write;
use std::time::Instant;

use filmless_embedded::{Credentials, Embedded, EmbeddedConfig};
use filmless_store::index::{Change, Index, ItemKey, StudyRecord, Transaction, Worklist};
use filmless_store::{Connection, Endpoints};
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use serde_json::json;

const STUDIES: usize = 100_000;
const DAYS: usize = 31;
/// One of so many studies is held.
const HELD_OF: usize = 100;
/// Studies of one transaction: two or three items each, a hundred at most.
const AT_ONCE: usize = 33;

type Anything<T> = Result<T, Box<dyn std::error::Error>>;

fn study(number: usize, now: Timestamp) -> Anything<StudyRecord> {
    let day = i64::try_from(number % DAYS)?;
    let received = now.checked_sub((24 * day).hours())?.as_millisecond();
    Ok(serde_json::from_value(json!({
        "study_instance_uid": format!("1.2.826.0.1.3680043.10.999.{number}"),
        "state": if number.is_multiple_of(HELD_OF) { "held" } else { "released" },
        "reason": if number.is_multiple_of(HELD_OF) { Some("no-order") } else { None },
        "patient": { "id": format!("N{number}"), "name": "NGUYEN^THI HOA", "birth_date": "1958-03-02" },
        "description": "CT NGUC", "modalities": ["CT"], "instances": 300, "series": 4,
        "received_at": received, "last_received_at": received, "is_listed": true,
    }))?)
}

async fn fill(index: &Index, now: Timestamp) -> Anything<()> {
    for first in (0..STUDIES).step_by(AT_ONCE) {
        let mut transaction = Transaction::new();
        for number in first..(first + AT_ONCE).min(STUDIES) {
            let study = study(number, now)?;
            let uid = &study.study_instance_uid;
            let day = study.received_at.to_zoned(TimeZone::UTC).date();
            let pointer = ItemKey::new(format!("DAY#{day}"), format!("STUDY#{uid}"));
            transaction = transaction
                .put(&ItemKey::new(format!("STUDY#{uid}"), "STUDY"), &study, Change::new())?
                .put(&pointer, &json!({ "study_instance_uid": uid }), Change::new())?;
            if number.is_multiple_of(HELD_OF) {
                transaction = transaction.list_held(&study)?;
            }
        }
        index.commit(transaction).await?.or_contention()?;
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Anything<()> {
    let folder = tempfile::tempdir()?;
    let credentials = Credentials::of_the_system(folder.path())?;
    let config = EmbeddedConfig::new(folder.path().to_owned(), credentials.clone());
    let region = config.region.clone();
    let embedded = Embedded::open(config).await?;
    let connection = Connection::to(&Endpoints {
        s3: embedded.s3_url(),
        s3_public: embedded.s3_url(),
        dynamodb: embedded.dynamodb_url(),
        region,
        access_key_id: credentials.access_key_id,
        secret_access_key: credentials.secret_access_key,
    });
    let index = connection.index("filmless");
    index.create_table().await?;
    let now = Timestamp::now();
    let started = Instant::now();
    fill(&index, now).await?;
    let mut out = std::io::stdout();
    writeln!(out, "{STUDIES} studies written in {:.1} s", started.elapsed().as_secs_f64())?;
    let today = now.to_zoned(TimeZone::UTC).date();
    for days in [7, 31] {
        let from = today.saturating_sub((days - 1).days());
        let mut times = Vec::new();
        let mut found = 0;
        for _ in 0..9 {
            let started = Instant::now();
            found = index.worklist(Worklist::Held, from, today).await?.len();
            times.push(started.elapsed().as_millis());
        }
        times.sort_unstable();
        writeln!(out, "held of {days} days: {found} studies, {} ms (median of 9)", times[4])?;
    }
    embedded.shutdown().await;
    Ok(())
}
