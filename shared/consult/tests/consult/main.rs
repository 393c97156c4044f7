//! The room under friends and attackers, the record after them, and what is signed.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod asyncapi;
mod incoming;
mod life;
mod record;
mod room;
mod signed;
mod view;
mod world;
