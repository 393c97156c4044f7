use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::watch;

use super::PortError;

/// The connections of the rooms in which consultations are held. Somebody else keeps them open: `filmless up`, or API
/// Gateway. A connection is named by an id of its own; who is behind it, and in which room, the index knows.
#[async_trait]
pub trait Room: Send + Sync {
    /// Takes part in a room from afar, by asking again and again: the receiver changes when it is woken
    /// there. `None` where this process cannot know, so that whoever asks is answered at once.
    fn join(&self, room: &str) -> Option<watch::Receiver<()>>;

    /// Wakes whoever takes part from afar.
    fn wake(&self, room: &str);

    /// Sends a text frame to each of these connections, after everything sent there before. Returns those that are gone:
    /// closed, or so slow that they were closed.
    ///
    /// # Errors
    /// [`PortError`]: perhaps none, some or all of them got it.
    async fn send(&self, connections: &[String], frame: &Bytes) -> Result<Vec<String>, PortError>;

    /// Which of these connections are gone, without anything being sent there.
    ///
    /// # Errors
    /// [`PortError`].
    async fn gone(&self, connections: &[String]) -> Result<Vec<String>, PortError>;

    /// Closes a connection, once it got what was sent there before. One that is gone already is no error.
    ///
    /// # Errors
    /// [`PortError`].
    async fn leave(&self, connection: &str) -> Result<(), PortError>;
}
