//! Bootstrap of the `serve-room` Lambda.

use std::sync::Arc;

use filmless_delivery::consult::live::Live;
use filmless_runtime::{RoomParts, Traces, init_logging, room_from_env};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serve_room::{Invocation, RoomHandler};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    init_logging();
    let traces = Traces::from_env();
    let RoomParts { common, room, public_url } = room_from_env().await?;
    let handler = RoomHandler::new(Live::new(common, Arc::clone(&room)), room, public_url);
    // Boxed: the compiler limits how deep futures may nest.
    let answer = async |event: LambdaEvent<Invocation>| {
        Ok::<_, Error>(traces.flushed(Box::pin(handler.answer(&event.payload))).await)
    };
    run(service_fn(answer)).await.map_err(anyhow::Error::from_boxed)
}
