//! Why an export or a verification ends early.

use std::path::PathBuf;

use filmless_delivery::DeliveryError;
use filmless_delivery::record::log::LogError;
use filmless_delivery::staff::ExportFailure;
use filmless_domain::chain::ChainError;
use filmless_store::StoreError;
use filmless_usage::UsageError;
use thiserror::Error;

/// Why an export or a verification ends early.
#[derive(Debug, Error)]
pub enum ExportError {
    /// A bucket or the index could not be used: run it again.
    #[error("the ledger's storage could not be used")]
    Store(#[from] StoreError),
    /// What finance should see could not be stored.
    #[error(transparent)]
    Delivery(#[from] DeliveryError),
    /// The ledger's chain is broken: nothing is exported from it.
    #[error("the ledger is broken in {key}: {source}")]
    Broken {
        /// Key of the object.
        key: String,
        /// Which line.
        source: ChainError,
    },
    /// The ledger as a whole does not verify.
    #[error(transparent)]
    Ledger(#[from] LogError),
    /// A line or a file cannot be read or written.
    #[error(transparent)]
    Usage(#[from] UsageError),
    /// A line of an object is not a usage event.
    #[error("{key}: {source}")]
    Line {
        /// Key of the object.
        key: String,
        /// Which line.
        source: UsageError,
    },
    /// A file of a copy of the ledger cannot be read.
    #[error("{} cannot be read", path.display())]
    Copy {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// An object of the bucket cannot be read or written.
    #[error("{key} cannot be read or written")]
    Object {
        /// Key of the object.
        key: String,
        /// Why.
        source: StoreError,
    },
    /// The temporary folder cannot be used.
    #[error("a local file cannot be written or read")]
    Local(#[source] std::io::Error),
    /// An event came after the file of its day was closed; the export runs again with all days open.
    #[error("an event came after its day was closed")]
    Late,
}

impl ExportError {
    /// What could not be used, in the terms finance is told.
    #[must_use]
    pub const fn what_failed(&self) -> ExportFailure {
        match self {
            Self::Store(_) | Self::Delivery(_) | Self::Local(_) | Self::Copy { .. } | Self::Object { .. } => {
                ExportFailure::Storage
            }
            Self::Broken { .. } | Self::Ledger(_) | Self::Line { .. } | Self::Late => ExportFailure::Ledger,
            Self::Usage(_) => ExportFailure::Prices,
        }
    }
}
