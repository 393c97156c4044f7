use super::error::VERSION;
use rusqlite::Connection;

use crate::database::error::DatabaseError;

/// The migrations from each version to the next; the first one starts at version 1.
const STEPS: [&str; 2] =
    ["ALTER TABLE message ADD COLUMN study TEXT;", "ALTER TABLE message ADD COLUMN last_error TEXT;"];

/// Migrates a file to the current schema in one transaction, and refuses a newer one.
pub(super) fn apply(connection: &Connection) -> Result<(), DatabaseError> {
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let statements = match usize::try_from(found) {
        Ok(0) => TABLES.to_owned(),
        Ok(version) if found <= VERSION => STEPS.get(version - 1..).unwrap_or_default().concat(),
        _ => return Err(DatabaseError::Version(found)),
    };
    if found != VERSION {
        connection.execute_batch(&format!(
            "BEGIN IMMEDIATE; {statements} PRAGMA user_version = {VERSION}; COMMIT;"
        ))?;
    }
    Ok(())
}

/// Keys are compared byte by byte (`BINARY`), the order in which S3 lists.
const TABLES: &str = "
    CREATE TABLE bucket (
        name TEXT PRIMARY KEY,
        created_ms INTEGER NOT NULL
    ) STRICT;

    -- One row per version of an object; `latest` marks the one that answers without a version id.
    -- `path` is where the bytes are, below `buckets/`; a delete marker has none.
    CREATE TABLE object (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        bucket TEXT NOT NULL,
        key TEXT NOT NULL,
        version_id TEXT NOT NULL UNIQUE,
        latest INTEGER NOT NULL,
        path TEXT,
        size INTEGER NOT NULL,
        etag TEXT NOT NULL,
        modified_ms INTEGER NOT NULL,
        headers TEXT NOT NULL,
        upload_id TEXT
    ) STRICT;
    CREATE UNIQUE INDEX object_latest ON object (bucket, key) WHERE latest = 1;
    CREATE INDEX object_versions ON object (bucket, key, sequence);
    CREATE INDEX object_upload ON object (upload_id) WHERE upload_id IS NOT NULL;

    CREATE TABLE upload (
        upload_id TEXT PRIMARY KEY,
        bucket TEXT NOT NULL,
        key TEXT NOT NULL,
        created_ms INTEGER NOT NULL,
        headers TEXT NOT NULL
    ) STRICT;
    CREATE INDEX upload_key ON upload (bucket, key, upload_id);

    CREATE TABLE part (
        upload_id TEXT NOT NULL,
        number INTEGER NOT NULL,
        file TEXT NOT NULL UNIQUE,
        size INTEGER NOT NULL,
        etag TEXT NOT NULL,
        modified_ms INTEGER NOT NULL,
        checksums TEXT NOT NULL,
        PRIMARY KEY (upload_id, number)
    ) STRICT;

    -- Files that no row needs any more and that are about to be removed.
    CREATE TABLE stale_file (
        path TEXT PRIMARY KEY,
        bucket TEXT NOT NULL,
        key TEXT NOT NULL
    ) STRICT;

    -- `receipt` is set while a receiver holds the message; `due_ms` is then when it shows again.
    CREATE TABLE message (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        queue TEXT NOT NULL,
        -- Which study it is about, when it says so: studies take turns.
        study TEXT,
        body TEXT NOT NULL,
        sent_ms INTEGER NOT NULL,
        due_ms INTEGER NOT NULL,
        receipt TEXT,
        receive_count INTEGER NOT NULL DEFAULT 0,
        interruptions INTEGER NOT NULL DEFAULT 0,
        first_received_ms INTEGER,
        dead_ms INTEGER,
        -- The code with which it failed last.
        last_error TEXT
    ) STRICT;
    CREATE INDEX message_due ON message (queue, due_ms) WHERE dead_ms IS NULL;
    CREATE INDEX message_dead ON message (queue, id) WHERE dead_ms IS NOT NULL;
    CREATE UNIQUE INDEX message_receipt ON message (receipt) WHERE receipt IS NOT NULL;
";
