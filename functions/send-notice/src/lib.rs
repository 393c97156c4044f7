//! Sends the notices of released studies: slip, SMS, email.
//!
//! ```no_run
//! use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
//! use filmless_delivery::parts::Notify;
//!
//! async fn send(parts: &Notify) {
//!     // The slip, SMS and email that go with the first link of this study.
//!     let mut message = SqsMessage::default();
//!     message.body = Some(r#"{"study_instance_uid": "1.2.840.113619.2.1", "link_version": 1}"#.to_owned());
//!     let mut event = SqsEvent::default();
//!     event.records.push(message);
//!     let again = send_notice::handler::handle(parts, event).await.batch_item_failures;
//!     assert!(again.is_empty());
//! }
//! ```

pub mod handler;
