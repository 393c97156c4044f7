//! Finds what was lost and starts it again, every hour.
//!
//! ```no_run
//! use filmless_delivery::Services;
//! use reconcile::handler::{ReconcileEvent, handle};
//!
//! async fn mend(services: &Services) -> Result<(), Box<dyn std::error::Error>> {
//!     // As the schedule sends it.
//!     let event: ReconcileEvent = serde_json::from_str(r#"{}"#)?;
//!     let counts = handle(services, event).await?;
//!     println!("{} studies were compared with the index", counts.studies);
//!     Ok(())
//! }
//! ```

pub mod handler;
