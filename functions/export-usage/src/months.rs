//! Exports months one after the other, and records how that ended.

use filmless_delivery::parts::Export;
use filmless_delivery::staff::ExportState;
use filmless_usage::Month;
use serde::Serialize;

use crate::error::ExportError;
use crate::export::{export_month, price_file};

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// Month by month.
    pub months: Vec<ExportedMonth>,
}

/// One exported month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExportedMonth {
    /// Which month.
    pub month: Month,
    /// Number of events.
    pub rows: u64,
    /// Number of files, the manifest not counted.
    pub files: usize,
}

/// Exports months, and records the outcome for the finance page.
pub(crate) async fn export(parts: &Export, asked: &[Month]) -> Result<Exported, ExportError> {
    let done = export_months(parts, asked).await;
    let state = ExportState {
        at: parts.clock.now(),
        months: asked.iter().map(ToString::to_string).collect(),
        rows: done.as_ref().map_or(0, |done| done.months.iter().map(|month| month.rows).sum()),
        failed: done.as_ref().err().map(|failure| failure.what_failed().into()),
    };
    state.keep(&parts.usage).await?;
    done
}

async fn export_months(parts: &Export, asked: &[Month]) -> Result<Exported, ExportError> {
    let prices = price_file(parts).await?;
    let mut months = Vec::new();
    for month in asked.iter().copied() {
        if let Some(manifest) = export_month(parts, month, &prices).await? {
            months.push(ExportedMonth { month, rows: manifest.rows, files: manifest.files.len() });
        }
    }
    Ok(Exported { months })
}
