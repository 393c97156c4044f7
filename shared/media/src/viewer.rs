//! The viewer of a medium (`web/src/media`): one page that a browser opens from a disk, without a network.

/// INDEX.HTM. It reads `IHE_PDI/STUDY.JS` beside it, and the series that are named there.
pub const VIEWER: &str = include_str!("../../../web/dist/media/INDEX.HTM");

/// The terms under which what is in it is passed on.
pub const VIEWER_LICENSES: &str = include_str!("../../../THIRD-PARTY.md");
