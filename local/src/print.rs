//! Output of commands.

use std::io::Write;

/// Prints to standard output; a closed pipe (`filmless status | head`) is not a failure.
pub fn print(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}
