//! Days and times as people write them.

use filmless_domain::hospital::HOSPITAL_TIME;

use crate::texts::Texts;

/// A day at the hospital, as people write it.
pub(crate) fn day(t: &Texts, at: jiff::Timestamp) -> String {
    (t.date)(at.to_zoned(HOSPITAL_TIME).date())
}

/// Day and time at the hospital, as people write them.
pub(crate) fn moment(t: &Texts, at: jiff::Timestamp) -> String {
    let at = at.to_zoned(HOSPITAL_TIME);
    format!("{:02}:{:02}, {}", at.hour(), at.minute(), (t.date)(at.date()))
}
