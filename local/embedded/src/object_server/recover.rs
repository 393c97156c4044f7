//! Finishes what a kill interrupted, before the first request is answered.

use std::fs;

use rusqlite::Connection;

use crate::{EmbeddedError, database::Database};

use super::{files::Files, multipart_rows, publish, rows};

pub(super) async fn finish_interrupted(database: &Database, files: &Files) -> Result<(), EmbeddedError> {
    let files = files.clone();
    database
        .write(move |c| {
            finish_placing(c, &files)?;
            remove_stale_files(c, &files)?;
            remove_lost_parts(c, &files)
        })
        .await
}

/// Places files that are still staged: those with a row were committed and go where the row says. The others are pieces
/// of uploads that were never acknowledged.
fn finish_placing(connection: &Connection, files: &Files) -> Result<(), EmbeddedError> {
    for id in files.staged_ids().map_err(EmbeddedError::folder("list interrupted uploads"))? {
        let staged = files.staged(&id);
        match rows::by_version_id(connection, &id)? {
            Some(row) => publish::place_at_start(connection, files, &staged, &row)?,
            None => {
                fs::remove_file(&staged).map_err(EmbeddedError::folder("remove an interrupted upload"))?
            }
        }
    }
    Ok(())
}

/// Removes files that were about to be removed.
fn remove_stale_files(connection: &Connection, files: &Files) -> Result<(), EmbeddedError> {
    for path in rows::stale_files(connection)? {
        files.remove(&path).map_err(EmbeddedError::folder("remove the file of a deleted object"))?;
    }
    Ok(rows::forget_all_stale(connection)?)
}

/// Removes parts whose upload was completed or aborted, or that were never acknowledged.
fn remove_lost_parts(connection: &Connection, files: &Files) -> Result<(), EmbeddedError> {
    for id in files.part_ids().map_err(EmbeddedError::folder("list parts of uploads"))? {
        if !multipart_rows::part_is_needed(connection, &id)? {
            fs::remove_file(files.part(&id)).map_err(EmbeddedError::folder("remove a part of an upload"))?;
        }
    }
    Ok(())
}
