//! Finds what was lost and starts it again, every hour.
//!
//! ```no_run
//! use filmless_delivery::parts::Reconcile;
//! use reconcile::handler::{ReconcileEvent, handle};
//!
//! async fn mend(parts: &Reconcile) -> Result<(), Box<dyn std::error::Error>> {
//!     // As the schedule sends it.
//!     let event: ReconcileEvent = serde_json::from_str(r#"{}"#)?;
//!     let counts = handle(parts, event).await?;
//!     println!("{} studies were compared with the index", counts.studies);
//!     Ok(())
//! }
//! ```

pub mod handler;
