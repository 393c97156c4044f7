//! The rooms of consultations whose connections this process keeps open itself.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use filmless_store::port::{PortError, Room};
use tokio::{
    sync::{mpsc, watch},
    time::timeout,
};

/// What may wait for one connection, in bytes: as much as all marks and chat of a full room. Whoever is further behind is
/// disconnected, comes back and gets the room as it is then.
pub const WAITING_BYTES_MAX: usize = 4 << 20;

/// The connections of this process.
#[derive(Debug, Clone, Default)]
pub struct InProcessRoom(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    lines: Mutex<HashMap<String, Line>>,
    changes: Mutex<HashMap<String, watch::Sender<()>>>,
    /// How many receiving ends there are.
    open: watch::Sender<usize>,
    is_closing: AtomicBool,
}

/// Why a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEnd {
    /// Whoever was behind it has left, or had to.
    Left,
    /// It was too slow.
    TooSlow,
    /// This process stops.
    Stopping,
}

/// The sending end of a connection.
#[derive(Debug)]
struct Line {
    frames: mpsc::UnboundedSender<Bytes>,
    backlog: Arc<Backlog>,
}

#[derive(Debug, Default)]
struct Backlog {
    bytes: AtomicUsize,
    is_too_slow: AtomicBool,
}

/// The receiving end of a connection: whoever keeps it open writes these frames to it. Dropped, it is gone.
#[derive(Debug)]
pub struct Frames {
    id: String,
    frames: mpsc::UnboundedReceiver<Bytes>,
    backlog: Arc<Backlog>,
    shared: Arc<Shared>,
}

impl InProcessRoom {
    /// Opens a connection with a new id.
    #[must_use]
    pub fn open(&self, id: &str) -> Frames {
        let (sender, frames) = mpsc::unbounded_channel();
        let backlog = Arc::<Backlog>::default();
        let line = Line { frames: sender, backlog: Arc::clone(&backlog) };
        locked(&self.0.lines).insert(id.to_owned(), line);
        self.0.open.send_modify(|open| *open += 1);
        Frames { id: id.to_owned(), frames, backlog, shared: Arc::clone(&self.0) }
    }

    /// Closes all connections, and returns when all are gone, or after so long.
    pub async fn close(&self, patience: Duration) {
        self.0.is_closing.store(true, Ordering::Relaxed);
        locked(&self.0.lines).clear();
        locked(&self.0.changes).clear();
        let _ = timeout(patience, self.0.open.subscribe().wait_for(|open| *open == 0)).await;
    }

    /// How many connections there are.
    #[must_use]
    pub fn count(&self) -> usize {
        *self.0.open.borrow()
    }
}

impl Frames {
    /// The next frame; `None` once the connection is to be closed.
    pub async fn next(&mut self) -> Option<Bytes> {
        let frame = self.frames.recv().await?;
        self.backlog.bytes.fetch_sub(frame.len(), Ordering::Relaxed);
        // What is late by more than may wait is of no use.
        (self.end() != LineEnd::TooSlow).then_some(frame)
    }

    /// Why there is no next frame.
    #[must_use]
    pub fn end(&self) -> LineEnd {
        if self.backlog.is_too_slow.load(Ordering::Relaxed) {
            return LineEnd::TooSlow;
        }
        if self.shared.is_closing.load(Ordering::Relaxed) { LineEnd::Stopping } else { LineEnd::Left }
    }
}

impl Drop for Frames {
    fn drop(&mut self) {
        locked(&self.shared.lines).remove(&self.id);
        self.shared.open.send_modify(|open| *open -= 1);
    }
}

#[async_trait]
impl Room for InProcessRoom {
    fn join(&self, room: &str) -> Option<watch::Receiver<()>> {
        let mut changes = locked(&self.0.changes);
        // Rooms in which nobody waits any more.
        changes.retain(|_, sender| sender.receiver_count() > 0);
        let sender = changes.entry(room.to_owned()).or_insert_with(|| watch::channel(()).0);
        Some(sender.subscribe())
    }

    fn wake(&self, room: &str) {
        if let Some(sender) = locked(&self.0.changes).get(room) {
            sender.send_replace(());
        }
    }

    async fn send(&self, connections: &[String], frame: &Bytes) -> Result<Vec<String>, PortError> {
        let mut lines = locked(&self.0.lines);
        let mut gone = Vec::new();
        for id in connections {
            let Some(line) = lines.get(id) else {
                gone.push(id.clone());
                continue;
            };
            let waiting = line.backlog.bytes.fetch_add(frame.len(), Ordering::Relaxed) + frame.len();
            if waiting > WAITING_BYTES_MAX {
                line.backlog.is_too_slow.store(true, Ordering::Relaxed);
            }
            if line.backlog.is_too_slow.load(Ordering::Relaxed) || line.frames.send(frame.clone()).is_err() {
                lines.remove(id);
                gone.push(id.clone());
            }
        }
        Ok(gone)
    }

    async fn gone(&self, connections: &[String]) -> Result<Vec<String>, PortError> {
        let lines = locked(&self.0.lines);
        Ok(connections.iter().filter(|id| !lines.contains_key(*id)).cloned().collect())
    }

    async fn leave(&self, connection: &str) -> Result<(), PortError> {
        locked(&self.0.lines).remove(connection);
        Ok(())
    }
}

fn locked<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both() -> Vec<String> {
        vec!["a".to_owned(), "b".to_owned()]
    }

    #[tokio::test]
    async fn frames_arrive_in_their_order_and_a_connection_ends_after_them() {
        let room = InProcessRoom::default();
        let mut a = room.open("a");
        let frames = ["one", "two"].map(|text| Bytes::from_static(text.as_bytes()));
        for frame in &frames {
            assert_eq!(room.send(&both(), frame).await.unwrap(), ["b"], "nobody is behind that one");
        }
        assert_eq!(room.gone(&both()).await.unwrap(), ["b"]);
        room.leave("a").await.unwrap();
        assert_eq!(room.gone(&both()).await.unwrap(), both());
        assert_eq!(room.send(&both(), &frames[0]).await.unwrap(), both());
        for frame in frames {
            assert_eq!(a.next().await, Some(frame));
        }
        assert_eq!((a.next().await, a.end()), (None, LineEnd::Left));
    }

    #[tokio::test]
    async fn whoever_reads_nothing_holds_up_nobody_and_is_closed() {
        let room = InProcessRoom::default();
        let (mut slow, mut quick) = (room.open("a"), room.open("b"));
        let frame = Bytes::from(vec![b' '; WAITING_BYTES_MAX / 4]);
        for sent in 1..=5 {
            let gone = room.send(&both(), &frame).await.unwrap();
            assert_eq!(gone.is_empty(), sent < 5);
            assert!(quick.next().await.is_some());
        }
        assert_eq!((slow.next().await, slow.end()), (None, LineEnd::TooSlow));
        assert_eq!(quick.end(), LineEnd::Left);
        drop((slow, quick));
        room.close(Duration::ZERO).await;
        assert_eq!(room.count(), 0);
    }

    #[tokio::test]
    async fn whoever_waits_is_woken_by_their_own_room_alone() {
        let room = InProcessRoom::default();
        let mut here = room.join("here").unwrap();
        let there = room.join("there").unwrap();
        room.wake("here");
        here.changed().await.unwrap();
        assert!(!there.has_changed().unwrap());
    }
}
