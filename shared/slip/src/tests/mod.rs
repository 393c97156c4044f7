//! The output, as a patient, a printer, a phone and a mail program handle it.

mod email;
mod minutes;
mod page;
mod print;
mod result;
mod sample;
mod sms;
