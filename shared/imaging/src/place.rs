//! Where a frame lies among the others of its series.

use serde::{Deserialize, Serialize};

/// Where a frame lies among the others, in numbers from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Of those with its orientation and stack.
    pub plane: u32,
    /// The slice within the plane.
    pub slice: u32,
    /// Of the frames of one slice that are told apart by time, echo, b-value, gate.
    pub volume: u32,
    /// Of the frames of one slice and volume that show a beating heart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<u32>,
}
