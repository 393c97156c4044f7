#![no_main]

#[allow(dead_code)] // The other targets check the other codecs.
#[path = "../checks/codecs.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::check_jpeg_2000(bytes));
