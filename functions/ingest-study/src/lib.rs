//! Takes uploads into the index, or into quarantine with a reason.
//!
//! S3 writes one message for each object below `incoming/` and `orders/`; [`handler::handle`] takes a batch of them.
//!
//! ```no_run
//! use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
//! use filmless_delivery::parts::Intake;
//!
//! async fn ingest(parts: &Intake) {
//!     // S3 sends such a notification, with one record for each object.
//!     let mut message = SqsMessage::default();
//!     message.body = Some(r#"{"Records": []}"#.to_owned());
//!     let mut event = SqsEvent::default();
//!     event.records.push(message);
//!     let again = ingest_study::handler::handle(parts, event).await.batch_item_failures;
//!     assert!(again.is_empty());
//! }
//! ```

pub mod handler;
