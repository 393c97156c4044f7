//! DICOMweb for the software that doctors elsewhere have: whatever a viewer token opens, and nothing else.

pub mod handler;
