//! The whole way of a study, over the real protocols: on a real `filmless up`, and on the functions that LocalStack runs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod attack_crowd;
mod attack_enumeration;
mod attack_forgery;
mod attack_guessing;
mod attack_protocol;
mod attack_routes;
mod attack_sessions;
mod attack_text;
mod backup;
mod bad_input;
mod console;
mod contents;
mod delivery;
mod downloads;
mod embedded;
mod erasure;
mod feedback;
mod identity;
mod keys;
mod kill;
mod logs;
mod metrics;
mod orders;
mod patients;
mod portal;
mod reconcile;
mod result;
mod sample;
mod sharing;
mod stack;
mod staff;
mod storage;
mod system;
mod usage;
mod wire;
