//! The queues' SQL. Times are milliseconds since 1970.

use filmless_store::port::QueueName;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Deserialize;

use super::state::{DeadLetter, Depth};
use crate::database::DatabaseError;

/// Process deaths that are forgiven before they count as failed receives. An operator's restarts must not create dead
/// letters, but a message that kills the process every time must end.
const INTERRUPTIONS_FORGIVEN: u32 = 50;

pub(super) struct Due {
    pub(super) id: i64,
    pub(super) body: String,
    pub(super) receive_count: u32,
    pub(super) sent_ms: i64,
    pub(super) first_received_ms: Option<i64>,
}

/// Inserts a message, in the caller's transaction.
pub(crate) fn insert(
    connection: &Connection,
    queue: QueueName,
    body: &str,
    now_ms: i64,
    due_ms: i64,
) -> Result<(), DatabaseError> {
    connection
        .prepare_cached(
            "INSERT INTO message (queue, body, sent_ms, due_ms, study) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![queue.as_str(), body, now_ms, due_ms, study_of(body)])?;
    Ok(())
}

fn study_of(body: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct About {
        study_instance_uid: String,
    }
    serde_json::from_str(body).ok().map(|about: About| about.study_instance_uid)
}

/// Makes everything in flight visible. An interrupted receive does not count, within limits.
pub(super) fn release_interrupted(connection: &Connection, now_ms: i64) -> Result<(), DatabaseError> {
    connection.execute(
        "UPDATE message SET receipt = NULL, due_ms = ?1, interruptions = interruptions + 1,
             receive_count = receive_count - (interruptions < ?2)
         WHERE receipt IS NOT NULL",
        params![now_ms, INTERRUPTIONS_FORGIVEN],
    )?;
    Ok(())
}

/// Moves messages that were received too often, and are no longer held, to the dead letters.
pub(super) fn bury_exhausted(
    connection: &Connection,
    queue: QueueName,
    now_ms: i64,
    receives_max: u32,
) -> rusqlite::Result<usize> {
    connection
        .prepare_cached(
            "UPDATE message SET dead_ms = ?2, receipt = NULL
             WHERE queue = ?1 AND dead_ms IS NULL AND due_ms <= ?2 AND receive_count >= ?3",
        )?
        .execute(params![queue.as_str(), now_ms, receives_max])
}

/// Messages that are due. Rendering takes long, and a study may have thousands of series. So the study with the least
/// work in progress comes first, and nobody waits for all of another's.
pub(super) fn due(
    connection: &Connection,
    queue: QueueName,
    now_ms: i64,
    max: usize,
) -> rusqlite::Result<Vec<Due>> {
    let in_turn = "WITH held AS (
            SELECT study, count(*) AS tasks FROM message
            WHERE queue = ?1 AND dead_ms IS NULL AND due_ms > ?2 AND receipt IS NOT NULL GROUP BY study)
         SELECT id, body, receive_count, sent_ms, first_received_ms FROM message LEFT JOIN held USING (study)
         WHERE queue = ?1 AND dead_ms IS NULL AND due_ms <= ?2
         ORDER BY coalesce(held.tasks, 0), due_ms, id LIMIT ?3";
    let in_order = "SELECT id, body, receive_count, sent_ms, first_received_ms FROM message
         WHERE queue = ?1 AND dead_ms IS NULL AND due_ms <= ?2 ORDER BY due_ms, id LIMIT ?3";
    connection
        .prepare_cached(if queue == QueueName::Settle { in_turn } else { in_order })?
        .query_map(params![queue.as_str(), now_ms, i64::try_from(max).unwrap_or(i64::MAX)], |row| {
            Ok(Due {
                id: row.get(0)?,
                body: row.get(1)?,
                receive_count: row.get(2)?,
                sent_ms: row.get(3)?,
                first_received_ms: row.get(4)?,
            })
        })?
        .collect()
}

pub(super) fn hold(
    connection: &Connection,
    id: i64,
    receipt: &str,
    now_ms: i64,
    due_ms: i64,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE message SET receipt = ?2, due_ms = ?4, receive_count = receive_count + 1,
                 first_received_ms = coalesce(first_received_ms, ?3)
             WHERE id = ?1",
        )?
        .execute(params![id, receipt, now_ms, due_ms])?;
    Ok(())
}

/// When the next message of the queue is due.
pub(super) fn next_due_ms(connection: &Connection, queue: QueueName) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT min(due_ms) FROM message WHERE queue = ?1 AND dead_ms IS NULL")?
        .query_row([queue.as_str()], |row| row.get(0))
}

/// When the longest-waiting message became due.
pub(super) fn due_since_ms(connection: &Connection, now_ms: i64) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT min(due_ms) FROM message WHERE dead_ms IS NULL AND due_ms <= ?1")?
        .query_row([now_ms], |row| row.get(0))
}

/// When the oldest message that is due was sent.
pub(super) fn oldest_sent_ms(
    connection: &Connection,
    queue: QueueName,
    now_ms: i64,
) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached(
            "SELECT min(sent_ms) FROM message WHERE queue = ?1 AND dead_ms IS NULL AND due_ms <= ?2",
        )?
        .query_row(params![queue.as_str(), now_ms], |row| row.get(0))
}

/// Makes the dead letters since then ordinary, visible messages again.
pub(super) fn redrive_since(connection: &Connection, since_ms: i64, now_ms: i64) -> rusqlite::Result<usize> {
    connection
        .prepare_cached(
            "UPDATE message SET dead_ms = NULL, receipt = NULL, due_ms = ?2, receive_count = 0,
                 interruptions = 0, first_received_ms = NULL, last_error = NULL
             WHERE dead_ms >= ?1",
        )?
        .execute(params![since_ms, now_ms])
}

pub(super) fn delete(connection: &Connection, receipt: &str) -> rusqlite::Result<bool> {
    Ok(connection.prepare_cached("DELETE FROM message WHERE receipt = ?1")?.execute([receipt])? > 0)
}

/// Changes when a held message becomes visible again; the holder keeps it.
pub(super) fn postpone(connection: &Connection, receipt: &str, due_ms: i64) -> rusqlite::Result<bool> {
    let mut statement = connection.prepare_cached("UPDATE message SET due_ms = ?2 WHERE receipt = ?1")?;
    Ok(statement.execute(params![receipt, due_ms])? > 0)
}

/// Puts a held message back, visible again at `due_ms`.
pub(super) fn put_back(connection: &Connection, id: i64, due_ms: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE message SET receipt = NULL, due_ms = ?2 WHERE id = ?1")?
        .execute(params![id, due_ms])?;
    Ok(())
}

/// Stores why a message could not be processed.
pub(super) fn remember_error(connection: &Connection, id: i64, code: Option<&str>) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE message SET last_error = ?2 WHERE id = ?1")?
        .execute(params![id, code])?;
    Ok(())
}

pub(super) fn bury(connection: &Connection, id: i64, now_ms: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE message SET dead_ms = ?2, receipt = NULL WHERE id = ?1")?
        .execute(params![id, now_ms])?;
    Ok(())
}

/// Id, queue and receive count of the message held under the receipt.
pub(super) fn held(connection: &Connection, receipt: &str) -> rusqlite::Result<Option<(i64, String, u32)>> {
    connection
        .prepare_cached("SELECT id, queue, receive_count FROM message WHERE receipt = ?1")?
        .query_row([receipt], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()
}

pub(super) fn depth(
    connection: &Connection,
    queue: QueueName,
    now_ms: i64,
    receives_max: u32,
) -> rusqlite::Result<Depth> {
    // A message whose last receive has run out is dead, whether or not it has been moved yet.
    connection
        .prepare_cached(
            "SELECT count(*) FILTER (WHERE state = 'visible'), count(*) FILTER (WHERE state = 'in flight'),
                    count(*) FILTER (WHERE state = 'delayed'), count(*) FILTER (WHERE state = 'dead')
             FROM (SELECT CASE
                     WHEN dead_ms IS NOT NULL OR (due_ms <= ?2 AND receive_count >= ?3) THEN 'dead'
                     WHEN due_ms <= ?2 THEN 'visible'
                     WHEN receipt IS NOT NULL THEN 'in flight'
                     ELSE 'delayed' END AS state
                   FROM message WHERE queue = ?1)",
        )?
        .query_row(params![queue.as_str(), now_ms, receives_max], |row| {
            Ok(Depth {
                visible: row.get(0)?,
                in_flight: row.get(1)?,
                delayed: row.get(2)?,
                dead: row.get(3)?,
            })
        })
}

pub(super) fn any_alive(connection: &Connection, now_ms: i64, receives_max: u32) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM message
                            WHERE dead_ms IS NULL AND NOT (due_ms <= ?1 AND receive_count >= ?2))",
        )?
        .query_row(params![now_ms, receives_max], |row| row.get(0))
}

pub(super) fn dead_letters(connection: &Connection, queue: QueueName) -> rusqlite::Result<Vec<DeadLetter>> {
    connection
        .prepare_cached(
            "SELECT id, body, receive_count, sent_ms, dead_ms, last_error FROM message
             WHERE queue = ?1 AND dead_ms IS NOT NULL ORDER BY id",
        )?
        .query_map([queue.as_str()], dead_letter)?
        .collect()
}

/// Makes every dead letter of the queue an ordinary, visible message again.
pub(super) fn redrive(connection: &Connection, queue: QueueName, now_ms: i64) -> rusqlite::Result<usize> {
    connection
        .prepare_cached(
            "UPDATE message SET dead_ms = NULL, receipt = NULL, due_ms = ?2, receive_count = 0,
                 interruptions = 0, first_received_ms = NULL, last_error = NULL
             WHERE queue = ?1 AND dead_ms IS NOT NULL",
        )?
        .execute(params![queue.as_str(), now_ms])
}

fn dead_letter(row: &Row<'_>) -> rusqlite::Result<DeadLetter> {
    Ok(DeadLetter {
        id: row.get(0)?,
        body: row.get(1)?,
        receive_count: row.get(2)?,
        sent_at: self::timestamp(row.get(3)?),
        dead_at: self::timestamp(row.get(4)?),
        last_error: row.get(5)?,
    })
}

pub(crate) fn timestamp(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or_default()
}
