//! Queues deliver at least once, not before a message is due, and not for ever.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use filmless_store::port::QueueName;

use crate::backend::{Backend, Held, RECEIVES_MAX};
use crate::every_backend::on_every_backend;

on_every_backend! {
    a_message_is_received_as_it_was_sent_and_by_one
    a_delayed_message_does_not_come_early
    of_a_batch_only_what_failed_comes_again
    a_message_in_dead_hands_comes_again
    a_poison_message_is_given_up_on_after_so_many_receives
    queues_do_not_mix
}

const LONG: Duration = Duration::from_secs(60);
const WAIT: Duration = Duration::from_secs(10);
const AT_ONCE: Duration = Duration::ZERO;

async fn send(backend: &Backend, body: &str) {
    backend.queue.send(QueueName::Settle, body, Duration::ZERO).await.unwrap();
}

async fn receive(backend: &Backend, visibility: Duration, wait: Duration) -> Vec<Held> {
    backend.receiver.receive(QueueName::Settle, visibility, wait).await
}

async fn receive_one(backend: &Backend, visibility: Duration) -> Held {
    let mut held = receive(backend, visibility, WAIT).await;
    assert_eq!(held.len(), 1);
    held.remove(0)
}

async fn a_message_is_received_as_it_was_sent_and_by_one(backend: &Backend) {
    let body = r#"{"text":"Nguyễn <&> \"quoted\"","n":1}"#;
    send(backend, body).await;
    let held = receive_one(backend, LONG).await;
    assert_eq!((held.body.as_str(), held.receive_count), (body, 1));
    assert!(receive(backend, LONG, AT_ONCE).await.is_empty(), "somebody else got it too");
    backend.receiver.delete(QueueName::Settle, &held.receipt).await;
}

async fn a_delayed_message_does_not_come_early(backend: &Backend) {
    let sent = Instant::now();
    backend.queue.send(QueueName::Settle, "late", Duration::from_millis(1500)).await.unwrap();
    assert!(receive(backend, LONG, AT_ONCE).await.is_empty());
    assert_eq!(receive_one(backend, LONG).await.body, "late");
    assert!(sent.elapsed() >= Duration::from_millis(1400), "{:?}", sent.elapsed());
}

async fn of_a_batch_only_what_failed_comes_again(backend: &Backend) {
    let bodies = ["a", "b", "c", "d"];
    for body in bodies {
        send(backend, body).await;
    }
    let mut seen = BTreeSet::new();
    while seen.len() < bodies.len() {
        for held in receive(backend, LONG, WAIT).await {
            if held.body == "b" {
                backend.receiver.give_back(QueueName::Settle, &held.receipt).await;
            } else {
                backend.receiver.delete(QueueName::Settle, &held.receipt).await;
            }
            seen.insert(held.body);
        }
    }
    let again = receive_one(backend, LONG).await;
    assert!(again.body == "b" && again.receive_count >= 2);
    backend.receiver.delete(QueueName::Settle, &again.receipt).await;
    assert!(receive(backend, LONG, AT_ONCE).await.is_empty());
}

async fn a_message_in_dead_hands_comes_again(backend: &Backend) {
    send(backend, "held by a process that dies").await;
    receive_one(backend, Duration::from_secs(1)).await;
    let again = receive_one(backend, LONG).await;
    assert_eq!((again.body.as_str(), again.receive_count), ("held by a process that dies", 2));
}

async fn a_poison_message_is_given_up_on_after_so_many_receives(backend: &Backend) {
    send(backend, "poison").await;
    for count in 1..=RECEIVES_MAX {
        let held = receive_one(backend, LONG).await;
        assert_eq!(held.receive_count, count);
        backend.receiver.give_back(QueueName::Settle, &held.receipt).await;
    }
    assert_eq!(backend.receiver.dead(QueueName::Settle, WAIT).await, ["poison"]);
}

async fn queues_do_not_mix(backend: &Backend) {
    for queue in [QueueName::Release, QueueName::Notices] {
        backend.queue.send(queue, queue.as_str(), Duration::ZERO).await.unwrap();
    }
    for queue in [QueueName::Notices, QueueName::Release] {
        let held = backend.receiver.receive(queue, LONG, WAIT).await;
        assert_eq!(held.iter().map(|h| h.body.as_str()).collect::<Vec<_>>(), [queue.as_str()]);
    }
    assert!(receive(backend, LONG, AT_ONCE).await.is_empty());
}
