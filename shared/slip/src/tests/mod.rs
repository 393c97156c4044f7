//! What a patient, a printer, a phone and a mail program make of the output.

mod email;
mod page;
mod print;
mod result;
mod sample;
mod sms;
