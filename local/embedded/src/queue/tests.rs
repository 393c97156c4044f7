use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use filmless_store::port::{Clock, Queue, QueueName};
use jiff::Timestamp;

use crate::database::Database;

use super::*;

const QUEUE: QueueName = QueueName::Settle;
const VISIBILITY: Duration = Duration::from_secs(30);
const NOW: Duration = Duration::ZERO;

/// A clock that moves only when told to.
#[derive(Debug, Default)]
struct ManualClock(AtomicI64);

impl ManualClock {
    fn advance(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

struct Bench {
    dir: tempfile::TempDir,
    clock: Arc<ManualClock>,
    queue: Arc<DurableQueue>,
}

impl Bench {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::<ManualClock>::default();
        clock.advance(Duration::from_secs(1_000_000));
        let queue = open(dir.path(), &clock).await;
        Self { dir, clock, queue }
    }

    /// As after a kill: the old handle is gone, and nothing was put back.
    async fn restart(&mut self) {
        self.queue = open(self.dir.path(), &self.clock).await;
    }

    async fn receive(&self) -> Vec<Received> {
        self.queue.receive(QUEUE, 10, VISIBILITY).await.unwrap()
    }

    async fn receive_one(&self) -> Received {
        let mut received = self.receive().await;
        assert_eq!(received.len(), 1);
        received.remove(0)
    }

    async fn bodies(&self) -> Vec<String> {
        self.receive().await.into_iter().map(|message| message.body).collect()
    }

    async fn depth(&self) -> (u64, u64, u64, u64) {
        let depth = self.queue.depth(QUEUE).await.unwrap();
        (depth.visible, depth.in_flight, depth.delayed, depth.dead)
    }
}

async fn open(dir: &std::path::Path, clock: &Arc<ManualClock>) -> Arc<DurableQueue> {
    let database = Database::open(&dir.join("embedded.db")).unwrap();
    let clock: Arc<dyn Clock> = Arc::clone(clock) as Arc<dyn Clock>;
    Arc::new(DurableQueue::open(database, clock, RetryPolicy::default()).await.unwrap())
}

#[tokio::test]
async fn received_message_is_hidden_until_its_time_runs_out() {
    let bench = Bench::new().await;
    bench.queue.send(QUEUE, "one", NOW).await.unwrap();
    let first = bench.receive_one().await;
    assert_eq!((first.body.as_str(), first.receive_count), ("one", 1));
    assert_eq!(bench.depth().await, (0, 1, 0, 0));
    bench.clock.advance(VISIBILITY - Duration::from_millis(1));
    assert!(bench.receive().await.is_empty());
    bench.clock.advance(Duration::from_millis(1));
    let second = bench.receive_one().await;
    assert_eq!((second.id, second.receive_count), (first.id, 2));
    assert_eq!(second.first_received_at, first.first_received_at);
    assert!(!bench.queue.delete(&first.receipt).await.unwrap(), "an old receipt deletes nothing");
    assert!(bench.queue.delete(&second.receipt).await.unwrap());
    bench.clock.advance(VISIBILITY);
    assert!(bench.queue.is_idle().await.unwrap());
}

#[tokio::test]
async fn a_study_with_very_many_messages_does_not_keep_another_waiting() {
    let bench = Bench::new().await;
    let about = |study: &str, n: usize| format!(r#"{{"study_instance_uid":"{study}","n":{n}}}"#);
    for n in 0..1000 {
        bench.queue.send(QUEUE, &about("1.1", n), NOW).await.unwrap();
    }
    let one = async || bench.queue.receive(QUEUE, 1, VISIBILITY).await.unwrap().remove(0);
    let first = one().await;
    assert_eq!(first.body, about("1.1", 0));
    for n in 0..2 {
        bench.queue.send(QUEUE, &about("1.2", n), NOW).await.unwrap();
    }
    bench.queue.send(QUEUE, "about none", NOW).await.unwrap();
    assert_eq!(one().await.body, about("1.2", 0), "its study is worked on by nobody");
    assert_eq!(one().await.body, "about none");
    assert_eq!(one().await.body, about("1.1", 1), "both are worked on once; it came first");
    assert_eq!(one().await.body, about("1.2", 1));
    assert!(bench.queue.delete(&first.receipt).await.unwrap());
    assert_eq!(one().await.body, about("1.1", 2));
}

#[tokio::test]
async fn delayed_message_is_not_received_early() {
    let bench = Bench::new().await;
    bench.queue.send(QUEUE, "later", Duration::from_secs(5)).await.unwrap();
    assert_eq!(bench.depth().await, (0, 0, 1, 0));
    assert!(bench.receive().await.is_empty());
    assert!(!bench.queue.is_idle().await.unwrap());
    bench.clock.advance(Duration::from_secs(5));
    assert_eq!(bench.bodies().await, ["later"]);
}

#[tokio::test]
async fn queues_do_not_mix() {
    let bench = Bench::new().await;
    bench.queue.send(QueueName::Intake, "other", NOW).await.unwrap();
    assert!(bench.receive().await.is_empty());
}

#[tokio::test]
async fn at_most_ten_messages_are_handed_out_at_once() {
    let bench = Bench::new().await;
    for n in 0..12 {
        bench.queue.send(QUEUE, &n.to_string(), NOW).await.unwrap();
    }
    assert_eq!(bench.queue.receive(QUEUE, 100, VISIBILITY).await.unwrap().len(), 10);
    assert_eq!(bench.queue.receive(QUEUE, 1, VISIBILITY).await.unwrap().len(), 1);
    assert_eq!(bench.depth().await, (1, 11, 0, 0));
}

#[tokio::test]
async fn holder_can_ask_for_more_time() {
    let bench = Bench::new().await;
    bench.queue.send(QUEUE, "slow", NOW).await.unwrap();
    let held = bench.receive_one().await;
    bench.clock.advance(Duration::from_secs(29));
    assert!(bench.queue.change_visibility(&held.receipt, VISIBILITY).await.unwrap());
    bench.clock.advance(Duration::from_secs(29));
    assert!(bench.receive().await.is_empty());
    assert!(bench.queue.delete(&held.receipt).await.unwrap());
    assert!(!bench.queue.change_visibility(&held.receipt, VISIBILITY).await.unwrap());
}

const WHY: &str = "storage-failed";

#[tokio::test]
async fn failures_back_off_and_end_as_a_dead_letter_that_can_be_redriven() {
    let bench = Bench::new().await;
    bench.queue.send(QUEUE, "bad", NOW).await.unwrap();
    for full in [1_000, 2_000, 4_000, 8_000].map(Duration::from_millis) {
        let held = bench.receive_one().await;
        let Retry::After(wait) = bench.queue.release_for_retry(&held.receipt, Some(WHY)).await.unwrap()
        else {
            panic!("not the last try");
        };
        assert!(wait >= full / 2 && wait <= full, "{wait:?} of {full:?}");
        assert_eq!(bench.depth().await, (0, 0, 1, 0));
        bench.clock.advance(wait);
    }
    let held = bench.receive_one().await;
    assert_eq!(held.receive_count, 5);
    assert_eq!(bench.queue.release_for_retry(&held.receipt, Some(WHY)).await.unwrap(), Retry::DeadLettered);
    assert_eq!(bench.queue.release_for_retry(&held.receipt, Some(WHY)).await.unwrap(), Retry::NotHeld);
    assert_eq!(bench.depth().await, (0, 0, 0, 1));
    assert!(bench.queue.is_idle().await.unwrap());
    let letters = bench.queue.dead_letters(QUEUE).await.unwrap();
    assert_eq!((letters.len(), letters[0].body.as_str(), letters[0].receive_count), (1, "bad", 5));
    assert_eq!(letters[0].last_error.as_deref(), Some(WHY));

    assert_eq!(bench.queue.redrive(QUEUE).await.unwrap(), 1);
    assert_eq!(bench.receive_one().await.receive_count, 1);
}

#[tokio::test]
async fn receiver_that_never_answers_makes_a_dead_letter_too() {
    let bench = Bench::new().await;
    bench.queue.send(QUEUE, "hangs", NOW).await.unwrap();
    for _ in 0..5 {
        bench.receive_one().await;
        bench.clock.advance(VISIBILITY);
    }
    assert_eq!(bench.depth().await, (0, 0, 0, 1));
    assert!(bench.receive().await.is_empty());
    assert_eq!(bench.queue.dead_letters(QUEUE).await.unwrap().len(), 1);
}

#[tokio::test]
async fn restart_makes_held_messages_visible_and_does_not_count_against_them() {
    let mut bench = Bench::new().await;
    bench.queue.send(QUEUE, "held", NOW).await.unwrap();
    bench.queue.send(QUEUE, "delayed", Duration::from_secs(60)).await.unwrap();
    for _ in 0..10 {
        let held = bench.receive_one().await;
        assert_eq!((held.body.as_str(), held.receive_count), ("held", 1));
        bench.restart().await;
        assert!(!bench.queue.delete(&held.receipt).await.unwrap(), "the receipt died with its process");
        assert_eq!(bench.depth().await, (1, 0, 1, 0));
    }
}

#[tokio::test]
async fn message_that_kills_the_process_every_time_ends_as_a_dead_letter() {
    let mut bench = Bench::new().await;
    bench.queue.send(QUEUE, "poison", NOW).await.unwrap();
    let mut deaths = 0;
    while !bench.receive().await.is_empty() {
        bench.restart().await;
        deaths += 1;
        assert!(deaths < 100, "the message never ends");
    }
    assert_eq!(bench.depth().await, (0, 0, 0, 1));
}

#[tokio::test]
async fn waiting_receiver_is_woken_by_a_message() {
    let bench = Bench::new().await;
    let queue = Arc::clone(&bench.queue);
    let waiting = tokio::spawn(async move {
        queue.receive_wait(QUEUE, 10, VISIBILITY, Duration::from_secs(60)).await.unwrap()
    });
    tokio::task::yield_now().await;
    bench.queue.send(QUEUE, "ring", NOW).await.unwrap();
    let received = tokio::time::timeout(Duration::from_secs(10), waiting).await.unwrap().unwrap();
    assert_eq!(received[0].body, "ring");
}

#[tokio::test]
async fn waiting_receiver_sees_a_delayed_message_when_it_is_due() {
    let dir = tempfile::tempdir().unwrap();
    let database = Database::open(&dir.path().join("embedded.db")).unwrap();
    let clock: Arc<dyn Clock> = Arc::new(filmless_store::port::SystemClock);
    let queue = DurableQueue::open(database, clock, RetryPolicy::default()).await.unwrap();
    let (started, delay) = (std::time::Instant::now(), Duration::from_millis(60));
    queue.send(QUEUE, "soon", delay).await.unwrap();
    let received = queue.receive_wait(QUEUE, 10, VISIBILITY, Duration::from_secs(60)).await.unwrap();
    assert_eq!(received[0].body, "soon");
    assert!(started.elapsed() >= delay - Duration::from_millis(1));
}

#[tokio::test]
async fn wait_ends_without_a_message() {
    let bench = Bench::new().await;
    let received = bench.queue.receive_wait(QUEUE, 10, VISIBILITY, Duration::from_millis(20)).await.unwrap();
    assert!(received.is_empty());
}

#[tokio::test]
async fn port_refuses_what_is_too_large_and_shortens_what_waits_too_long() {
    let bench = Bench::new().await;
    let port: &dyn Queue = bench.queue.as_ref();
    port.send(QUEUE, "fits", Duration::from_secs(900)).await.unwrap();
    let too_large = "x".repeat(256 * 1024 + 1);
    let refused = port.send(QUEUE, &too_large, NOW).await.unwrap_err();
    assert!(matches!(refused, filmless_store::port::PortError::Refused { .. }));
    port.send(QUEUE, "later", Duration::from_secs(3600)).await.unwrap();
    assert_eq!(bench.depth().await, (0, 0, 2, 0));
}

#[tokio::test]
async fn debug_shows_no_body() {
    let bench = Bench::new().await;
    bench.queue.send(QUEUE, "hush", NOW).await.unwrap();
    assert!(!format!("{:?}", bench.receive().await).contains("hush"));
}
