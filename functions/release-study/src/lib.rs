//! Puts rendered studies before the publish gate, and makes account, password, link and slip for those that pass it.
//!
//! ```no_run
//! use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
//! use filmless_delivery::parts::Release;
//!
//! async fn release(parts: &Release) {
//!     // Doing it again for the same study changes nothing.
//!     let mut message = SqsMessage::default();
//!     message.body = Some(r#"{"study_instance_uid": "1.2.840.113619.2.1"}"#.to_owned());
//!     let mut event = SqsEvent::default();
//!     event.records.push(message);
//!     let again = release_study::handler::handle(parts, event).await.batch_item_failures;
//!     assert!(again.is_empty());
//! }
//! ```

pub mod handler;
