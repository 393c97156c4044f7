//! One file per page; the files below hold what they share.

pub(crate) mod access;
pub(crate) mod answer;
pub(crate) mod consult;
pub(crate) mod consult_room;
pub(crate) mod download;
pub(crate) mod frame;
pub(crate) mod guide;
pub(crate) mod language;
pub(crate) mod link;
pub(crate) mod marks;
pub(crate) mod moments;
pub(crate) mod open_with;
pub(crate) mod read;
pub(crate) mod share;
pub(crate) mod shares;
pub(crate) mod sign_in;
pub(crate) mod staff;
pub(crate) mod studies;
pub(crate) mod study;
pub(crate) mod trouble;
pub(crate) mod well_known;
