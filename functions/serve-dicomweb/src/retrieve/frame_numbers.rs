//! Lists of frames in an address (PS3.18 10.1.1): `1`, or `1,3,5`.

use filmless_dicomweb::Refusal;

/// What fits into an address that every server takes.
const NUMBERS_MAX: usize = 1000;

/// The numbers, from 1, in the order of the list.
///
/// # Errors
/// [`Refusal`] for a list that is none, and for frame 0.
pub(crate) fn frame_numbers(list: &str) -> Result<Vec<u32>, Refusal> {
    let malformed = || Refusal::BadParameter {
        parameter: "frames".to_owned(),
        expected: "numbers from 1 on, separated by commas",
    };
    let numbers: Vec<&str> = list.split(',').take(NUMBERS_MAX + 1).collect();
    if numbers.len() > NUMBERS_MAX {
        return Err(Refusal::TooMany { what: "frames", max: NUMBERS_MAX });
    }
    let number = |text: &str| {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // A number that is too large for any frame is one of a frame that is not there.
        is_number.then(|| text.parse().unwrap_or(u32::MAX)).filter(|number| *number > 0)
    };
    numbers.into_iter().map(|text| number(text.trim()).ok_or_else(malformed)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_and_what_is_no_frame_is_refused() {
        assert_eq!(frame_numbers("1"), Ok(vec![1]));
        assert_eq!(frame_numbers("3,1, 2"), Ok(vec![3, 1, 2]));
        assert_eq!(frame_numbers("99999999999"), Ok(vec![u32::MAX]));
        for list in ["0", "", "1,,2", "-1", "+1", "a", "1.5", "1,0"] {
            assert_eq!(frame_numbers(list).unwrap_err().status(), 400, "{list}");
        }
        let many = vec!["1"; NUMBERS_MAX + 1].join(",");
        assert!(matches!(frame_numbers(&many), Err(Refusal::TooMany { .. })));
    }
}
