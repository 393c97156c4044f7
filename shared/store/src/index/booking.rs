//! What a study is booked as: stored with the study, and changed together with the lines of the ledger.

use filmless_domain::usage::Booked;

use super::study_record::StudyRecord;
use super::{Change, Condition, LogEntry, LogName, Transaction};
use crate::StoreError;

/// A change to a study's booking.
#[derive(Debug)]
pub struct Booking {
    /// What it is booked as from now on; `None` if that was taken back.
    pub booked: Option<Booked>,
    /// The events for the usage ledger.
    pub usage: Vec<LogEntry>,
}

impl Transaction {
    /// Adds the lines of a booking to the usage ledger.
    ///
    /// # Errors
    /// As [`Transaction::log`].
    pub fn log_booking(self, booking: Option<&Booking>) -> Result<Self, StoreError> {
        self.log_all(LogName::Usage, booking.map_or(&[], |booking| &booking.usage))
    }
}

impl Change {
    /// Stores the booking with the study, if it has not changed since the record was read.
    /// [`Transaction::log_booking`] belongs in the same transaction.
    #[must_use]
    pub fn book(self, study: &StudyRecord, booking: Option<&Booking>) -> Self {
        let Some(booking) = booking else { return self };
        let as_read = match study.bookings {
            0 => Condition::Absent("bookings"),
            number => Condition::is_number("bookings", i64::from(number)),
        };
        let change = self.set("bookings", study.bookings.saturating_add(1)).when(&as_read);
        match &booking.booked {
            Some(booked) => change.set("booked", booked),
            None => change.remove("booked"),
        }
    }
}
