//! The events of a day as Parquet (zstd): what Athena and DuckDB read.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::ColumnPath;

use crate::rows::Rows;
use crate::{DigestWriter, Line, UsageError};

/// The columns. Month and day are in the file's path.
pub const SCHEMA: &str = "
message usage_events {
    optional int64 sequence;
    optional binary id (STRING);
    optional int32 schema;
    optional int64 written_at (TIMESTAMP(MILLIS,true));
    optional binary kind (STRING);
    optional binary study_instance_uid (STRING);
    optional binary accession_number (STRING);
    optional binary episode (STRING);
    optional binary department (STRING);
    optional binary visit_class (STRING);
    optional binary payer (STRING);
    optional binary modality (STRING);
    optional binary service_code (STRING);
    optional binary price_variant (STRING);
    optional int64 unit_price_vnd;
    optional int64 quantity;
    optional binary unit (STRING);
    optional binary channel (STRING);
    optional int32 link_version;
    optional binary storage_class (STRING);
    optional binary reason (STRING);
    optional binary corrects (STRING);
    optional binary concerns (STRING);
}";

/// Rows of one row group: how much of a day is held in memory.
const GROUP_ROWS: usize = 128 * 1024;
/// A file of this size is full and another follows: Athena reads files of 128 to 512 MB best.
pub const PART_BYTES: u64 = 256 << 20;

/// A file being written.
pub struct EventsFile<W: Write + Send> {
    writer: SerializedFileWriter<DigestWriter<W>>,
    rows: Rows,
    count: u64,
}

/// A written file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Number of rows.
    pub rows: u64,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 in hex.
    pub sha256: String,
}

impl<W: Write + Send> EventsFile<W> {
    /// Begins an empty file.
    ///
    /// # Errors
    /// [`UsageError::Parquet`].
    pub fn create(sink: W) -> Result<Self, UsageError> {
        let schema = parse_message_type(SCHEMA).map_err(UsageError::Parquet)?;
        let writer =
            SerializedFileWriter::new(DigestWriter::new(sink), Arc::new(schema), Arc::new(properties()?));
        Ok(Self { writer: writer.map_err(UsageError::Parquet)?, rows: Rows::default(), count: 0 })
    }

    /// Adds a line.
    ///
    /// # Errors
    /// [`UsageError::Parquet`].
    pub fn push(&mut self, line: &Line<'_>) -> Result<(), UsageError> {
        self.rows.push(line);
        self.count += 1;
        if self.rows.len() == GROUP_ROWS {
            self.flush()?;
        }
        Ok(())
    }

    /// Whether the next line belongs in another file.
    pub fn is_full(&self) -> bool {
        self.rows.len() == 0 && self.writer.bytes_written() as u64 >= PART_BYTES
    }

    fn flush(&mut self) -> Result<(), UsageError> {
        let group = self.writer.next_row_group().map_err(UsageError::Parquet)?;
        self.rows.write(group)
    }

    /// Finishes the file.
    ///
    /// # Errors
    /// [`UsageError`].
    pub fn finish(mut self) -> Result<Written, UsageError> {
        if self.rows.len() > 0 {
            self.flush()?;
        }
        let sink = self.writer.into_inner().map_err(UsageError::Parquet)?;
        let (sha256, bytes) = sink.finish().map_err(UsageError::Io)?;
        Ok(Written { rows: self.count, bytes, sha256 })
    }
}

/// No property depends on when, where or by which version the file is written.
fn properties() -> Result<WriterProperties, UsageError> {
    let column = |name: &str| ColumnPath::from(name);
    let level = ZstdLevel::try_new(1).map_err(UsageError::Parquet)?;
    let mut properties = WriterProperties::builder()
        .set_created_by("filmless usage 1".to_owned())
        .set_compression(Compression::ZSTD(level))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_column_dictionary_enabled(column("id"), false);
    for counter in ["sequence", "written_at"] {
        properties = properties
            .set_column_dictionary_enabled(column(counter), false)
            .set_column_encoding(column(counter), Encoding::DELTA_BINARY_PACKED);
    }
    Ok(properties.build())
}
