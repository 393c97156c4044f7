//! Rows waiting to become a row group: one vector per column.

use bytes::Bytes;
use parquet::data_type::{ByteArray, ByteArrayType, Int32Type, Int64Type};
use parquet::file::writer::SerializedRowGroupWriter;

use crate::line::Text;
use crate::{Line, UsageError};

/// Texts of one column, joined; `None` is a null.
#[derive(Default)]
pub struct Texts {
    bytes: Vec<u8>,
    ends: Vec<u32>,
    levels: Vec<i16>,
}

/// Numbers of one column. A null has a level but no value.
#[derive(Default)]
pub struct Numbers<T> {
    values: Vec<T>,
    levels: Vec<i16>,
}

/// The columns of the events, in the order of [`crate::events_file::SCHEMA`].
#[derive(Default)]
pub struct Rows {
    count: usize,
    sequence: Numbers<i64>,
    id: Texts,
    schema: Numbers<i32>,
    at: Numbers<i64>,
    kind: Texts,
    study_instance_uid: Texts,
    accession_number: Texts,
    episode: Texts,
    department: Texts,
    visit_class: Texts,
    payer: Texts,
    modality: Texts,
    service_code: Texts,
    price_variant: Texts,
    unit_price_vnd: Numbers<i64>,
    quantity: Numbers<i64>,
    unit: Texts,
    channel: Texts,
    link_version: Numbers<i32>,
    storage_class: Texts,
    reason: Texts,
    corrects: Texts,
    concerns: Texts,
}

impl Texts {
    fn push(&mut self, text: Option<&str>) {
        self.levels.push(i16::from(text.is_some()));
        if let Some(text) = text {
            self.bytes.extend_from_slice(text.as_bytes());
            self.ends.push(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
        }
    }

    fn write(&mut self, group: &mut SerializedRowGroupWriter<'_, impl std::io::Write + Send>) -> Written {
        let bytes = Bytes::from(std::mem::take(&mut self.bytes));
        let mut start = 0;
        let values: Vec<ByteArray> = self
            .ends
            .drain(..)
            .map(|end| {
                let range = start as usize..end as usize;
                start = end;
                bytes.slice(range).into()
            })
            .collect();
        let Some(mut column) = group.next_column()? else { return Ok(()) };
        column.typed::<ByteArrayType>().write_batch(&values, Some(&self.levels), None)?;
        self.levels.clear();
        column.close()
    }
}

type Written = Result<(), parquet::errors::ParquetError>;

impl<T> Numbers<T> {
    fn push(&mut self, number: Option<T>) {
        self.levels.push(i16::from(number.is_some()));
        self.values.extend(number);
    }
}

impl Numbers<i64> {
    fn write(&mut self, group: &mut SerializedRowGroupWriter<'_, impl std::io::Write + Send>) -> Written {
        let Some(mut column) = group.next_column()? else { return Ok(()) };
        column.typed::<Int64Type>().write_batch(&self.values, Some(&self.levels), None)?;
        self.values.clear();
        self.levels.clear();
        column.close()
    }
}

impl Numbers<i32> {
    fn write(&mut self, group: &mut SerializedRowGroupWriter<'_, impl std::io::Write + Send>) -> Written {
        let Some(mut column) = group.next_column()? else { return Ok(()) };
        column.typed::<Int32Type>().write_batch(&self.values, Some(&self.levels), None)?;
        self.values.clear();
        self.levels.clear();
        column.close()
    }
}

impl Rows {
    pub fn len(&self) -> usize {
        self.count
    }

    pub fn push(&mut self, line: &Line<'_>) {
        fn text<'a>(text: &'a Option<Text<'_>>) -> Option<&'a str> {
            text.as_deref()
        }
        let int = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
        self.count += 1;
        self.sequence.push(i64::try_from(line.chain.sequence).ok());
        self.id.push(Some(&line.id));
        self.schema.push(Some(line.schema.into()));
        self.at.push(Some(line.at_ms()));
        self.kind.push(Some(line.kind.as_str()));
        self.study_instance_uid.push(Some(&line.study_instance_uid));
        self.accession_number.push(text(&line.accession_number));
        self.episode.push(text(&line.episode));
        self.department.push(text(&line.department));
        self.visit_class.push(text(&line.visit_class));
        self.payer.push(Some(line.payer.as_str()));
        self.modality.push(text(&line.modality));
        self.service_code.push(text(&line.service_code));
        self.price_variant.push(text(&line.price_variant));
        self.unit_price_vnd.push(line.unit_price_vnd);
        self.quantity.push(Some(line.quantity));
        self.unit.push(Some(line.unit.as_str()));
        self.channel.push(text(&line.channel));
        self.link_version.push(line.link_version.map(int));
        self.storage_class.push(line.storage_class.map(filmless_domain::usage::StorageClass::as_str));
        self.reason.push(text(&line.reason));
        self.corrects.push(text(&line.corrects));
        self.concerns.push(line.concerns.map(|month| month.to_string()).as_deref());
    }

    /// Writes all rows as one row group, and is empty afterwards.
    pub fn write(
        &mut self,
        mut group: SerializedRowGroupWriter<'_, impl std::io::Write + Send>,
    ) -> Result<(), UsageError> {
        let group_writer = &mut group;
        let mut write = || -> Written {
            self.sequence.write(group_writer)?;
            self.id.write(group_writer)?;
            self.schema.write(group_writer)?;
            self.at.write(group_writer)?;
            for column in [
                &mut self.kind,
                &mut self.study_instance_uid,
                &mut self.accession_number,
                &mut self.episode,
                &mut self.department,
                &mut self.visit_class,
                &mut self.payer,
                &mut self.modality,
                &mut self.service_code,
                &mut self.price_variant,
            ] {
                column.write(group_writer)?;
            }
            self.unit_price_vnd.write(group_writer)?;
            self.quantity.write(group_writer)?;
            self.unit.write(group_writer)?;
            self.channel.write(group_writer)?;
            self.link_version.write(group_writer)?;
            self.storage_class.write(group_writer)?;
            self.reason.write(group_writer)?;
            self.corrects.write(group_writer)?;
            self.concerns.write(group_writer)
        };
        write().map_err(UsageError::Parquet)?;
        self.count = 0;
        group.close().map(|_| ()).map_err(UsageError::Parquet)
    }
}
