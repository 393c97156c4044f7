//! Watches the machine: free disk space, and whether work gets done. Retries what a full disk made fail once there is
//! space.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use filmless_embedded::DurableQueue;
use filmless_runtime::error_chain;
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinHandle;
use tracing::{error, info, warn};

/// Below this much free space, or a twentieth of a small disk, no study would fit.
const ROOM_MIN_BYTES: u64 = 512 << 20;
const ROOM_MIN_SHARE: u64 = 20;
/// If a due message waits longer than this, nobody is working.
const OVERDUE_MAX: Duration = Duration::from_secs(30 * 60);
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How long before we noticed a full disk work may have failed because of it.
const BEFORE_IT_WAS_SEEN: SignedDuration = SignedDuration::from_mins(15);

/// Space on a disk, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Room {
    free: u64,
    all: u64,
}

impl Room {
    fn is_enough(self) -> bool {
        self.free >= ROOM_MIN_BYTES.min(self.all / ROOM_MIN_SHARE)
    }
}

/// The data folder's disk and the queues.
#[derive(Debug, Clone)]
pub struct Machine {
    data: PathBuf,
    queue: Arc<DurableQueue>,
}

impl Machine {
    pub fn new(data: PathBuf, queue: Arc<DurableQueue>) -> Self {
        Self { data, queue }
    }

    /// If it cannot be determined, assume there is space: a failing write will tell.
    fn room(&self) -> Room {
        let found = rustix::fs::statvfs(&self.data).ok();
        found.map_or(Room { free: u64::MAX, all: u64::MAX }, |disk| Room {
            free: disk.f_bavail.saturating_mul(disk.f_frsize),
            all: disk.f_blocks.saturating_mul(disk.f_frsize),
        })
    }

    /// Free and total bytes of the data folder's disk.
    pub fn disk(&self) -> (u64, u64) {
        let room = self.room();
        (room.free, room.all)
    }

    /// Waits while the disk is full: a message that is not received cannot fail.
    pub async fn until_there_is_room(&self) {
        while !self.room().is_enough() {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Watches the disk.
    pub fn start(&self) -> JoinHandle<()> {
        let machine = self.clone();
        tokio::spawn(async move {
            let mut watch = Watch::default();
            loop {
                if let Some(since) = watch.look(machine.room(), Timestamp::now()) {
                    match machine.queue.redrive_since(since).await {
                        Ok(messages) => {
                            info!(messages, "there is room again: what failed meanwhile is done again")
                        }
                        Err(failure) => error!(cause = error_chain(&failure), "dead letters not sent back"),
                    }
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
        })
    }
}

/// Remembers since when there has been no space.
#[derive(Debug, Default)]
struct Watch {
    full_since: Option<Timestamp>,
}

impl Watch {
    /// When there is space again, returns the time since which work may have failed for lack of it.
    fn look(&mut self, room: Room, now: Timestamp) -> Option<Timestamp> {
        if room.is_enough() {
            return self.full_since.take().map(|since| since - BEFORE_IT_WAS_SEEN);
        }
        if self.full_since.is_none() {
            warn!(free_mib = room.free >> 20, "the disk is full: nothing is taken from the queues");
            self.full_since = Some(now);
        }
        None
    }
}

#[async_trait]
impl serve_portal::Machine for Machine {
    async fn failing(&self) -> Vec<&'static str> {
        let mut failing = Vec::new();
        if !self.room().is_enough() {
            failing.push("disk");
        }
        if self.queue.overdue().await.is_ok_and(|waited| waited > OVERDUE_MAX) {
            failing.push("queue");
        }
        failing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;

    #[test]
    fn a_disk_is_full_when_no_study_would_fit() {
        let check =
            |free, all, expected| assert_eq!(Room { free, all }.is_enough(), expected, "{free} of {all}");
        check(GIB, 100 * GIB, true);
        check(GIB / 4, 100 * GIB, false);
        // A small disk does not count as full from the start.
        check(GIB / 4, GIB, true);
        check(GIB / 64, GIB, false);
    }

    #[test]
    fn what_failed_while_the_disk_was_full_is_done_again_once_there_is_room() {
        let (full, room) = (Room { free: 0, all: 100 * GIB }, Room { free: GIB, all: 100 * GIB });
        let at = |minute: i64| Timestamp::from_second(minute * 60).unwrap();
        let mut watch = Watch::default();
        assert_eq!(watch.look(room, at(100)), None);
        assert_eq!(watch.look(full, at(101)), None);
        assert_eq!(watch.look(full, at(102)), None);
        assert_eq!(watch.look(room, at(103)), Some(at(101) - BEFORE_IT_WAS_SEEN));
        assert_eq!(watch.look(room, at(104)), None);
    }
}
