//! Records what providers report of messages: delivered, bounced, complained about.
//!
//! SES reports through SNS and a queue, SNS through its log; [`handler::FeedbackEvent`] is either.
//!
//! ```no_run
//! use filmless_delivery::parts::Release;
//! use record_feedback::handler::{FeedbackEvent, handle};
//!
//! async fn record(parts: &Release) -> Result<(), Box<dyn std::error::Error>> {
//!     // An empty batch of the queue.
//!     let event: FeedbackEvent = serde_json::from_str(r#"{"Records": []}"#)?;
//!     let again = handle(parts, event).await?.batch_item_failures;
//!     assert!(again.is_empty());
//!     Ok(())
//! }
//! ```

pub mod handler;
