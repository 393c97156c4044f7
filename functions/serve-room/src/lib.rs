//! The rooms of consultations behind API Gateway, which keeps the WebSockets open and invokes this function with what comes
//! over them. What is sent to them goes through [`filmless_store::aws::ApiGatewayRoom`].
//!
//! ```
//! use serve_room::RoomEvent;
//!
//! let event = r#"{"requestContext":{"eventType":"CONNECT","connectionId":"L0SM9cOFvHcCIhw=","identity":{"sourceIp":"203.0.113.9"}}}"#;
//! let event: RoomEvent = serde_json::from_str(event)?;
//! assert_eq!(event.context.connection_id, "L0SM9cOFvHcCIhw=");
//! # Ok::<(), serde_json::Error>(())
//! ```

mod event;
mod handler;

pub use event::{ClockEvent, ClockJob, Invocation, RoomAnswer, RoomEvent, RoomEventContext, RoomEventKind};
pub use handler::RoomHandler;
