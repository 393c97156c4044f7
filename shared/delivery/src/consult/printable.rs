//! What is signed must be printed as it was typed.

use filmless_consult::{BadField, Fault};
use filmless_slip::unprintable;

/// Refuses the first sign that the document of the minutes could not show.
pub(crate) fn demand_printable<'a>(
    texts: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<(), BadField> {
    for (field, text) in texts {
        if let Some(sign) = unprintable(text) {
            return Err(BadField { field: field.to_owned(), kind: Fault::Unprintable(sign) });
        }
    }
    Ok(())
}
