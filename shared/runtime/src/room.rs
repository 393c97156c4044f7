//! What the rooms of consultations get on AWS.

use std::sync::Arc;

use filmless_delivery::parts::Common;
use filmless_store::aws::QueueUrls;
use filmless_store::port::Room;

use crate::ConfigError;
use crate::environment::Environment;
use crate::parts::{common_of, connect, room_of, sight_settings};

/// What `serve-room` works with.
pub struct RoomParts {
    /// Index, queues, time.
    pub common: Common,
    /// The connections.
    pub room: Arc<dyn Room>,
    /// Where the pages of consultations are.
    pub public_url: String,
}

/// For `serve-room`.
///
/// # Errors
/// [`ConfigError`] for the first variable that is missing or invalid.
pub async fn room_from_env() -> Result<RoomParts, ConfigError> {
    let env = Environment::of("serve-room");
    let aws = connect(&env).await?;
    let settings = sight_settings(&env)?;
    let public_url = settings.public_url.clone();
    let room = room_of(&aws, &env.required("ROOM_ENDPOINT")?);
    Ok(RoomParts { common: common_of(&env, &aws, QueueUrls::default(), settings)?, room, public_url })
}
