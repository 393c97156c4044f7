//! Delivers notices to patients: slip, SMS, email.

pub mod handler;
