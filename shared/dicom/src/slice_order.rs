//! The display order of the instances of a series.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

/// What determines the place of one instance in its series.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SliceKey {
    /// Position along the slice normal, in millimetres.
    pub slice_position: Option<f64>,
    /// Acquisition time (0008,0032), which separates the passes of a dynamic series.
    pub acquisition_time: Option<String>,
    /// Instance Number (0020,0013).
    pub instance_number: Option<i64>,
    /// SOP Instance UID, so that the order is always the same.
    pub sop_instance_uid: String,
}

/// Orders instances of one series: by position, then instance number, then acquisition time, then UID.
///
/// Instances without a position come after those with one. The order is total for all values.
#[must_use]
pub fn display_order(a: &SliceKey, b: &SliceKey) -> Ordering {
    by_presence(a.slice_position.as_ref(), b.slice_position.as_ref(), f64::total_cmp)
        .then_with(|| by_presence(a.instance_number.as_ref(), b.instance_number.as_ref(), i64::cmp))
        .then_with(|| by_presence(a.acquisition_time.as_ref(), b.acquisition_time.as_ref(), String::cmp))
        .then_with(|| a.sop_instance_uid.cmp(&b.sop_instance_uid))
}

fn by_presence<T>(a: Option<&T>, b: Option<&T>, compare: impl Fn(&T, &T) -> Ordering) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => compare(a, b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(position: Option<f64>, number: Option<i64>, uid: &str) -> SliceKey {
        SliceKey {
            slice_position: position,
            instance_number: number,
            sop_instance_uid: uid.to_owned(),
            acquisition_time: None,
        }
    }

    #[test]
    fn position_wins_over_number_and_number_over_uid() {
        let mut keys = [
            key(None, None, "9"),
            key(None, Some(1), "8"),
            key(Some(10.0), Some(1), "7"),
            key(Some(-5.0), Some(3), "6"),
            key(Some(-5.0), Some(2), "5"),
            key(Some(f64::NAN), Some(2), "4"),
            key(None, Some(1), "3"),
        ];
        keys.sort_by(display_order);
        let order: Vec<&str> = keys.iter().map(|k| k.sop_instance_uid.as_str()).collect();
        assert_eq!(order, ["5", "6", "7", "4", "3", "8", "9"]);
    }
}
