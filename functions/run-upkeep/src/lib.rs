//! Runs jobs by the clock: sweep the outbox, seal the logs, end retention.
//!
//! ```no_run
//! use filmless_delivery::parts::Upkeep;
//! use run_upkeep::handler::{UpkeepEvent, handle};
//!
//! async fn sweep(parts: &Upkeep) -> Result<(), Box<dyn std::error::Error>> {
//!     // As the schedule sends it.
//!     let event: UpkeepEvent = serde_json::from_str(r#"{"job": "minutely"}"#)?;
//!     let done = handle(parts, event).await?;
//!     println!("{} messages were left in the outbox", done.swept);
//!     Ok(())
//! }
//! ```

pub mod handler;
