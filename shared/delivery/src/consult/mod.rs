//! Remote consultation: one picture in front of everyone, and what is said of it.

pub mod live;
