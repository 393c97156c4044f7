//! What queries read from an exported event.

use std::sync::Arc;

use bytes::Bytes;
use filmless_domain::usage::UsageKind;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Row, RowAccessor};
use parquet::schema::types::Type;

use crate::{Month, UsageError};

/// The columns that some query needs, in file order ([`crate::events_file::SCHEMA`]).
const COLUMNS: [&str; 12] = [
    "sequence",
    "kind",
    "study_instance_uid",
    "department",
    "payer",
    "modality",
    "unit_price_vnd",
    "quantity",
    "channel",
    "storage_class",
    "corrects",
    "concerns",
];

/// An exported event.
#[derive(Debug, Clone)]
pub struct Event {
    pub sequence: i64,
    pub kind: String,
    pub study: Arc<str>,
    pub department: Option<String>,
    pub payer: Option<String>,
    pub modality: Option<String>,
    pub unit_price_vnd: Option<i64>,
    pub quantity: i64,
    pub channel: Option<String>,
    pub storage_class: Option<String>,
    pub is_correction: bool,
    /// The month in which the corrected booking was made.
    pub concerns: Option<Month>,
}

impl Event {
    /// Whether it reports a message handed to a provider: one kind now, one per channel in older ledgers.
    pub fn is_sent(&self) -> bool {
        UsageKind::SENT.iter().any(|kind| kind.as_str() == self.kind)
    }
}

/// Reads a file of events.
pub fn read(file: Bytes, mut take: impl FnMut(&Event)) -> Result<(), UsageError> {
    let read = || -> Result<(), ParquetError> {
        let reader = SerializedFileReader::new(file)?;
        let schema = reader.metadata().file_metadata().schema();
        let columns = schema.get_fields().iter().filter(|field| COLUMNS.contains(&field.name())).cloned();
        let columns: Vec<_> = columns.collect();
        // Files from before corrections named their month lack the last column.
        let is_there = |name: &&str| columns.iter().any(|column| column.name() == *name);
        if !COLUMNS[..COLUMNS.len() - 1].iter().all(is_there) {
            return Err(ParquetError::General("a column of the events is missing".into()));
        }
        let asked = Type::group_type_builder(schema.name()).with_fields(columns).build()?;
        for row in reader.get_row_iter(Some(asked))? {
            take(&event(&row?)?);
        }
        Ok(())
    };
    read().map_err(UsageError::Parquet)
}

impl Event {
    /// Releases that it books or takes back.
    pub fn released(&self) -> i64 {
        let is_booked = matches!(self.kind.as_str(), "study-released" | "release-corrected");
        if is_booked { self.quantity } else { 0 }
    }

    /// What it charges or takes back.
    pub fn charged_vnd(&self) -> i64 {
        self.released() * self.unit_price_vnd.unwrap_or_default()
    }

    /// Its films, if it is of that kind.
    pub fn films(&self, kind: &str) -> i64 {
        if self.kind == kind { self.quantity } else { 0 }
    }

    /// Whether it says how the study was booked, not how it is now.
    pub fn takes_back(&self) -> bool {
        self.concerns.is_some() && self.quantity < 0
    }
}

fn event(row: &Row) -> Result<Event, ParquetError> {
    let text = |n: usize| -> Result<Option<String>, ParquetError> {
        Ok(if row.is_null(n)? { None } else { Some(row.get_string(n)?.clone()) })
    };
    let number = |n: usize| -> Result<Option<i64>, ParquetError> {
        if row.is_null(n)? { Ok(None) } else { row.get_long(n).map(Some) }
    };
    Ok(Event {
        sequence: number(0)?.unwrap_or_default(),
        kind: text(1)?.unwrap_or_default(),
        study: text(2)?.unwrap_or_default().into(),
        department: text(3)?,
        payer: text(4)?,
        modality: text(5)?,
        unit_price_vnd: number(6)?,
        quantity: number(7)?.unwrap_or_default(),
        channel: text(8)?,
        storage_class: text(9)?,
        is_correction: !row.is_null(10)?,
        concerns: if row.len() > 11 { text(11)?.and_then(|month| month.parse().ok()) } else { None },
    })
}
