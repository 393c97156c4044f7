//! Builds the files of a month as its lines pass: one Parquet file per day (several for a large day), and the book from
//! which the table and the workbook are written at the end.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use filmless_domain::chain::ChainHead;
use filmless_usage::book::Book;
use filmless_usage::events_file::EventsFile;
use filmless_usage::manifest::{Counter, FileEntry, Manifest};
use filmless_usage::summary::Summary;
use filmless_usage::table::{cells, columns, write_csv};
use filmless_usage::{Day, DigestWriter, Line, Month, Prices, workbook};

use crate::error::ExportError;
use crate::layout;
use crate::ledger::Reader;

type Sink = BufWriter<File>;

/// The file of a day that is still growing.
struct OpenDay {
    part: u32,
    file: EventsFile<Sink>,
}

/// The files of one month while they are written.
pub struct MonthFiles {
    month: Month,
    folder: PathBuf,
    /// Whether a day is closed once only stragglers can come: this limits the memory used.
    closes_days: bool,
    open: BTreeMap<Day, OpenDay>,
    /// All earlier days are closed.
    closed_before: Option<Day>,
    files: Vec<FileEntry>,
    book: Book,
    counter: Counter,
}

impl MonthFiles {
    /// Files below a folder.
    pub fn new(month: Month, folder: &Path, closes_days: bool) -> Self {
        Self {
            month,
            folder: folder.to_owned(),
            closes_days,
            open: BTreeMap::new(),
            closed_before: None,
            files: Vec::new(),
            book: Book::new(),
            counter: Counter::default(),
        }
    }

    /// Writes what is left, the manifest last. `None` if the month has no event.
    pub fn finish(mut self, prices: &Prices, prices_sha256: &str) -> Result<Option<Manifest>, ExportError> {
        while let Some((day, open)) = self.open.pop_first() {
            self.close(day, open)?;
        }
        if self.book.is_empty() {
            return Ok(None);
        }
        let summary = Summary::of(&self.book, self.month, prices);
        let studies = self.book.studies();
        let key = layout::csv(self.month);
        let mut sink = DigestWriter::new(create(&self.folder, &key)?);
        let columns = columns(&summary.total.sent);
        let headings: Vec<&str> = columns.iter().map(|column| column.heading.as_ref()).collect();
        let lines = studies.iter().map(|study| cells(study, prices, self.month, &summary.total.sent));
        let rows = write_csv(&mut sink, &headings, lines)?;
        self.files.push(entry(key, rows, sink)?);
        let key = layout::xlsx(self.month);
        let mut sink = DigestWriter::new(create(&self.folder, &key)?);
        let rows = workbook::write_month(&mut sink, &summary, &studies, prices)?;
        self.files.push(entry(key, rows, sink)?);
        let manifest = self.counter.manifest(summary, prices_sha256.to_owned(), self.files);
        let file = path_of(&self.folder, &layout::manifest(self.month))?;
        fs::write(file, manifest.to_bytes()?).map_err(ExportError::Local)?;
        Ok(Some(manifest))
    }

    fn start(&self, day: Day, part: u32) -> Result<OpenDay, ExportError> {
        let sink = create(&self.folder, &layout::events(self.month, day, part))?;
        Ok(OpenDay { part, file: EventsFile::create(sink)? })
    }

    fn close(&mut self, day: Day, open: OpenDay) -> Result<(), ExportError> {
        let written = open.file.finish()?;
        let key = layout::events(self.month, day, open.part);
        let (rows, bytes, sha256) = (written.rows, written.bytes, written.sha256);
        self.files.push(FileEntry { key, rows, bytes, sha256 });
        Ok(())
    }
}

impl Reader for MonthFiles {
    fn reach(&mut self, at_ms: i64) -> Result<(), ExportError> {
        let today = Day::of_ms(at_ms);
        if !self.closes_days || self.closed_before.is_some_and(|day| today <= day) {
            return Ok(());
        }
        self.closed_before = Some(today);
        while self.open.first_key_value().is_some_and(|(day, _)| *day < today) {
            if let Some((day, open)) = self.open.pop_first() {
                self.close(day, open)?;
            }
        }
        Ok(())
    }

    fn take(&mut self, line: &Line<'_>, head: &ChainHead) -> Result<(), ExportError> {
        let day = Day::of_ms(line.at_ms());
        if self.closed_before.is_some_and(|closed| day < closed) {
            return Err(ExportError::Late);
        }
        let mut open = match self.open.remove(&day) {
            Some(open) => open,
            None => self.start(day, 0)?,
        };
        if open.file.is_full() {
            let next = self.start(day, open.part + 1)?;
            self.close(day, open)?;
            open = next;
        }
        open.file.push(line)?;
        self.open.insert(day, open);
        self.book.take(line);
        self.counter.take(line, head);
        Ok(())
    }
}

fn path_of(folder: &Path, key: &str) -> Result<PathBuf, ExportError> {
    let path = folder.join(key);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(ExportError::Local)?;
    }
    Ok(path)
}

fn create(folder: &Path, key: &str) -> Result<Sink, ExportError> {
    let file = File::create(path_of(folder, key)?).map_err(ExportError::Local)?;
    Ok(BufWriter::with_capacity(256 * 1024, file))
}

fn entry(key: String, rows: u64, sink: DigestWriter<Sink>) -> Result<FileEntry, ExportError> {
    let (sha256, bytes) = sink.finish().map_err(ExportError::Local)?;
    Ok(FileEntry { key, rows, bytes, sha256 })
}
