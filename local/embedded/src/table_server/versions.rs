//! Which versions of `filmless.db` this program can use.

use std::path::Path;

use dynoxide::Database;
use rusqlite::{Connection, OptionalExtension};

use crate::{DatabaseError, EmbeddedError, database::make_private};

/// Our own version, in `user_version`: it rises when the items of the index change so that an older program would
/// misread them. A file without it was written before we counted.
pub(crate) const VERSION: i64 = 2;
/// The newest schema of the built-in engine, which upgrades older ones on its own and trusts newer ones.
const ENGINE_VERSION: i64 = 11;

/// Opens or creates the file, and refuses a newer one before the engine touches it.
pub(super) fn open(path: &Path) -> Result<Database, EmbeddedError> {
    make_private(path)?;
    let connection = Connection::open(path).map_err(DatabaseError::from)?;
    let (ours, engine) = found(&connection).map_err(DatabaseError::from)?;
    for (found, known) in [(ours, VERSION), (engine, ENGINE_VERSION)] {
        if found > known {
            return Err(EmbeddedError::TablesVersion { found, known });
        }
    }
    let database = Database::new(&path.to_string_lossy())
        .map_err(|error| EmbeddedError::Tables { source: Box::new(error) })?;
    if ours < VERSION {
        connection.pragma_update(None, "user_version", VERSION).map_err(DatabaseError::from)?;
    }
    Ok(database)
}

fn found(connection: &Connection) -> rusqlite::Result<(i64, i64)> {
    let ours = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let is_there = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '_config')";
    if !connection.query_row(is_there, [], |row| row.get::<_, bool>(0))? {
        return Ok((ours, 0));
    }
    let sql = "SELECT CAST(value AS INTEGER) FROM _config WHERE key = 'schema_version'";
    Ok((ours, connection.query_row(sql, [], |row| row.get(0)).optional()?.unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(change: &str) -> (i64, i64) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("filmless.db");
        drop(open(&path).unwrap());
        Connection::open(&path).unwrap().execute_batch(change).unwrap();
        match open(&path) {
            Err(EmbeddedError::TablesVersion { found, known }) => (found, known),
            other => panic!("{:?}", other.map(|_| ())),
        }
    }

    #[test]
    fn tables_of_a_newer_program_are_left_alone() {
        assert_eq!(refused("PRAGMA user_version = 3"), (3, VERSION));
        let newer_engine = "UPDATE _config SET value = '99' WHERE key = 'schema_version'";
        assert_eq!(refused(newer_engine), (99, ENGINE_VERSION));
    }

    /// Fails when the engine writes a newer schema; raise `ENGINE_VERSION` then.
    #[test]
    fn the_engine_writes_the_layout_that_is_known_and_brings_up_older_ones() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("filmless.db");
        drop(open(&path).unwrap());
        let connection = Connection::open(&path).unwrap();
        assert_eq!(found(&connection).unwrap(), (VERSION, ENGINE_VERSION));
        connection
            .execute_batch(
                "PRAGMA user_version = 0; UPDATE _config SET value = '9' WHERE key = 'schema_version'",
            )
            .unwrap();
        drop(open(&path).unwrap());
        assert_eq!(found(&connection).unwrap(), (VERSION, ENGINE_VERSION));
    }
}
