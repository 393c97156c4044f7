//! The whole way of a study, over the real protocols: on a real `filmless up`, and on the functions that LocalStack runs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod bad_input;
mod contents;
mod delivery;
mod embedded;
mod kill;
mod orders;
mod portal;
mod sample;
mod sharing;
mod stack;
mod staff;
mod storage;
mod system;
