//! What providers report of messages: delivered, bounced, complained about.

pub mod handler;
