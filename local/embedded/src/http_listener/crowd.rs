//! Tracks who is connected, and who must go when there are too many: never the newest, always an idle one.

use std::{
    cmp::Reverse,
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::{sync::Notify, time::Instant};

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mood {
    /// Nothing but refusals so far.
    Stranger,
    /// Served before, idle now.
    Resting,
    /// A request is being worked on, or its answer is on the way.
    Working,
}

/// All open connections, by address; an IPv6 visitor owns a whole /64.
#[derive(Debug, Clone, Default)]
pub(super) struct Crowd(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    members: Mutex<HashMap<u64, Entry>>,
    /// A connection closed, or became idle.
    changed: Notify,
}

#[derive(Debug)]
struct Entry {
    address: IpAddr,
    mood: Mood,
    since: Instant,
    leave: Arc<Notify>,
}

/// How many connections are allowed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Places {
    pub(super) all_max: usize,
    pub(super) per_address_max: usize,
}

/// Why a connection is not admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoPlace {
    /// All connections of this address are busy.
    OfAddress,
    /// All connections are busy.
    AtAll,
}

impl Crowd {
    /// Admits one more. If there is no place, it takes that of an idle connection.
    pub(super) fn admit(&self, address: IpAddr, places: Places) -> Result<Member, NoPlace> {
        let address = match address.to_canonical() {
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
            v4 => v4,
        };
        let mut members = self.0.members();
        let neighbours = members.values().filter(|entry| entry.address == address).count();
        if neighbours >= places.per_address_max {
            send_away(&mut members, Some(address)).ok_or(NoPlace::OfAddress)?;
        } else if members.len() >= places.all_max {
            send_away(&mut members, None).ok_or(NoPlace::AtAll)?;
        }
        let id = members.keys().max().map_or(0, |last| last + 1);
        let leave = Arc::new(Notify::new());
        let entry = Entry { address, mood: Mood::Stranger, since: Instant::now(), leave: Arc::clone(&leave) };
        members.insert(id, entry);
        drop(members);
        Ok(Member(Arc::new(Ticket { crowd: self.clone(), id, leave, was_served: AtomicBool::new(false) })))
    }

    /// Waits until there may be a place.
    pub(super) async fn changed(&self) {
        self.0.changed.notified().await;
    }
}

impl Shared {
    fn members(&self) -> MutexGuard<'_, HashMap<u64, Entry>> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Removes an idle connection: first one that was never served, then one of the address with the most, then the oldest.
fn send_away(members: &mut HashMap<u64, Entry>, address: Option<IpAddr>) -> Option<()> {
    let mut counts: HashMap<IpAddr, usize> = HashMap::new();
    for entry in members.values() {
        *counts.entry(entry.address).or_default() += 1;
    }
    let (&id, _) = members
        .iter()
        .filter(|(_, entry)| entry.mood != Mood::Working && address.is_none_or(|only| entry.address == only))
        .min_by_key(|(_, entry)| (entry.mood, Reverse(counts.get(&entry.address).copied()), entry.since))?;
    members.remove(&id)?.leave.notify_one();
    Some(())
}

/// A connection's place, held until the last clone is dropped.
#[derive(Debug, Clone)]
pub(super) struct Member(Arc<Ticket>);

#[derive(Debug)]
struct Ticket {
    crowd: Crowd,
    id: u64,
    leave: Arc<Notify>,
    was_served: AtomicBool,
}

impl Member {
    /// Waits until the place is taken away.
    pub(super) async fn asked_to_leave(&self) {
        self.0.leave.notified().await;
    }

    /// Never served, and not being served now.
    pub(super) fn is_stranger(&self) -> bool {
        !self.0.was_served.load(Ordering::Relaxed) && self.mood() != Some(Mood::Working)
    }

    /// `None` once the place is taken away.
    pub(super) fn mood(&self) -> Option<Mood> {
        self.0.crowd.0.members().get(&self.0.id).map(|entry| entry.mood)
    }

    /// A request came. Hold the returned value until all of its answer was handed over.
    pub(super) fn work(&self) -> Work {
        let before = self.mood().unwrap_or(Mood::Stranger);
        self.turn(Mood::Working);
        Work { member: self.clone(), after: before }
    }

    fn turn(&self, mood: Mood) {
        if let Some(entry) = self.0.crowd.0.members().get_mut(&self.0.id) {
            entry.mood = mood;
            entry.since = Instant::now();
        }
        if mood != Mood::Working {
            self.0.crowd.0.changed.notify_one();
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.crowd.0.members().remove(&self.id);
        self.crowd.0.changed.notify_one();
    }
}

/// A request that is being worked on.
#[derive(Debug)]
pub(super) struct Work {
    member: Member,
    after: Mood,
}

impl Work {
    /// It was not refused: the client is no longer a stranger.
    pub(super) fn welcome(&mut self) {
        self.member.0.was_served.store(true, Ordering::Relaxed);
        self.after = Mood::Resting;
    }

    pub(super) fn is_of_stranger(&self) -> bool {
        self.after == Mood::Stranger
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.member.turn(self.after);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACES: Places = Places { all_max: 4, per_address_max: 3 };

    fn address(last: u8) -> IpAddr {
        [10, 0, 0, last].into()
    }

    fn served(crowd: &Crowd, last: u8) -> Member {
        let member = crowd.admit(address(last), PLACES).unwrap();
        member.work().welcome();
        member
    }

    #[tokio::test]
    async fn the_place_of_one_that_asks_nothing_goes_to_whoever_comes() {
        let crowd = Crowd::default();
        let silent = crowd.admit(address(1), PLACES).unwrap();
        let known = served(&crowd, 1);
        let busy = crowd.admit(address(1), PLACES).unwrap();
        let _work = busy.work();
        let _next = crowd.admit(address(1), PLACES).unwrap();
        assert_eq!((silent.mood(), known.mood()), (None, Some(Mood::Resting)));
        silent.asked_to_leave().await;
        // Even if everybody is silent, the oldest goes.
        let _after = crowd.admit(address(1), PLACES).unwrap();
        assert_eq!(known.mood(), Some(Mood::Resting));
        assert_eq!(busy.mood(), Some(Mood::Working));
    }

    #[tokio::test]
    async fn whoever_is_worked_for_is_never_sent_away() {
        let crowd = Crowd::default();
        let members: Vec<_> = (0..3).map(|_| crowd.admit(address(1), PLACES).unwrap()).collect();
        let mut works: Vec<_> = members.iter().map(Member::work).collect();
        assert_eq!(crowd.admit(address(1), PLACES).unwrap_err(), NoPlace::OfAddress);
        let other = crowd.admit(address(2), PLACES).unwrap();
        works.push(other.work());
        assert_eq!(crowd.admit(address(3), PLACES).unwrap_err(), NoPlace::AtAll);
        works.pop();
        crowd.changed().await;
        crowd.admit(address(3), PLACES).unwrap();
        assert_eq!(other.mood(), None);
    }

    #[tokio::test]
    async fn the_largest_crowd_gives_up_its_place_first() {
        let crowd = Crowd::default();
        let alone = crowd.admit(address(1), PLACES).unwrap();
        let many: Vec<_> = (0..3).map(|_| crowd.admit(address(2), PLACES).unwrap()).collect();
        let _newcomer = crowd.admit(address(3), PLACES).unwrap();
        assert!(alone.mood().is_some());
        assert_eq!(many.iter().filter(|member| member.mood().is_none()).count(), 1);
    }

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        let crowd = Crowd::default();
        let of = |host: u16| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 0, 0, 0, host));
        let held: Vec<_> = (0..3).map(|host| crowd.admit(of(host), PLACES).unwrap()).collect();
        let _works: Vec<_> = held.iter().map(Member::work).collect();
        assert_eq!(crowd.admit(of(9), PLACES).unwrap_err(), NoPlace::OfAddress);
    }
}
