//! Settles studies, renders their series and packs downloads.
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
//! use filmless_delivery::InstanceRenderer;
//! use filmless_delivery::parts::Prepare;
//!
//! async fn settle(parts: &Prepare, renderer: &Arc<dyn InstanceRenderer>) {
//!     // Settles the study and sends its series to be rendered, unless files came within the quiet period.
//!     let mut message = SqsMessage::default();
//!     message.body = Some(r#"{"task": "check-quiet", "study_instance_uid": "1.2.840.113619.2.1"}"#.to_owned());
//!     let mut event = SqsEvent::default();
//!     event.records.push(message);
//!     let again = prepare_study::handler::handle(parts, renderer, event).await.batch_item_failures;
//!     assert!(again.is_empty());
//! }
//! ```

pub mod handler;
