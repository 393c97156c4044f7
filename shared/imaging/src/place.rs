//! The position of a frame among the others of its series.

use serde::{Deserialize, Serialize};

/// The position of a frame among the others, in numbers from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Number of the plane: frames with one orientation and stack.
    pub plane: u32,
    /// The slice within the plane.
    pub slice: u32,
    /// Number among the frames of one slice that differ in time, echo, b-value or gate.
    pub volume: u32,
    /// Number among the frames of one slice and volume that show a beating heart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<u32>,
}
