//! Credentials and what people type: account names, passwords, link tokens.

use unicode_normalization::UnicodeNormalization;

use crate::{PatientId, Secret, person_name};

/// Letters and digits that nobody confuses on paper: no 0/O, 1/I/L, 2/Z, 5/S, 8/B, U/V.
pub const UNAMBIGUOUS: &[u8; 24] = b"34679ACDEFGHJKMNPQRTVWXY";

/// Characters of a password, written in two groups of five. 24^10 ≈ 2^45.8, for a secret that is also protected by
/// slowed guessing.
pub const PASSWORD_CHARS: usize = 10;

/// Characters of a token, letters and digits: 62^32 ≈ 2^190.5. Programs cut other characters off the end of a link.
pub const TOKEN_CHARS: usize = 32;

/// Random bytes of a viewer token: 192 bits.
pub const VIEWER_TOKEN_BYTES: usize = 24;

/// Characters of a viewer token: the fewest letters and digits that hold every such number, 62^33 ≈ 2^196.5.
pub const VIEWER_TOKEN_CHARS: usize = 33;

/// Letters and digits of tokens.
const TOKEN_ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Makes a token from random bytes; `None` if too few are usable (bytes of 248 and above are dropped, so that every
/// character is equally likely).
#[must_use]
pub fn token_from(random: &[u8]) -> Option<Secret> {
    let usable = random.iter().filter(|b| **b < 248);
    let token: String =
        usable.map(|b| char::from(TOKEN_ALPHABET[usize::from(*b) % 62])).take(TOKEN_CHARS).collect();
    (token.len() == TOKEN_CHARS).then(|| Secret::new(token))
}

/// The viewer token of random bytes: the number that they are, big endian, in base 62 and always as long.
#[must_use]
pub fn viewer_token_from(random: [u8; VIEWER_TOKEN_BYTES]) -> Secret {
    let mut number = random;
    let mut token = [TOKEN_ALPHABET[0]; VIEWER_TOKEN_CHARS];
    for character in token.iter_mut().rev() {
        let mut remainder = 0;
        for digit in &mut number {
            let value = remainder << 8 | u16::from(*digit);
            *digit = (value / 62) as u8;
            remainder = value % 62;
        }
        *character = TOKEN_ALPHABET[usize::from(remainder)];
    }
    Secret::new(token.map(char::from).iter().collect())
}

/// Whether a text has the shape of a viewer token.
#[must_use]
pub fn is_viewer_token(text: &str) -> bool {
    text.len() == VIEWER_TOKEN_CHARS && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The token of a link that went through a message program, as it was meant: without what stands before it, and without
/// punctuation, blanks and parameters that were added behind. Tokens from before may hold a dash or an underline.
#[must_use]
pub fn token_of_link(text: &str) -> &str {
    let is_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let text = text.trim_start_matches(|c| !is_token(c));
    let end = text.find(|c| !is_token(c)).unwrap_or(text.len());
    let token = &text[..end];
    // The text is longer than a token: it ends with punctuation that a token could also contain.
    match token.get(..TOKEN_CHARS) {
        Some(whole) if token[TOKEN_CHARS..].chars().all(|c| matches!(c, '-' | '_')) => whole,
        _ => token,
    }
}

/// Makes a password from random bytes; `None` if too few are usable (bytes of 240 and above are dropped, so that every
/// character is equally likely).
#[must_use]
pub fn password_from(random: &[u8]) -> Option<Secret> {
    let usable = random.iter().filter(|b| **b < 240).map(|b| char::from(UNAMBIGUOUS[usize::from(*b) % 24]));
    let chars: Vec<char> = usable.take(PASSWORD_CHARS).collect();
    if chars.len() < PASSWORD_CHARS {
        return None;
    }
    let text: String = chars.iter().enumerate().fold(String::new(), |mut text, (i, c)| {
        if i == 5 {
            text.push('-');
        }
        text.push(*c);
        text
    });
    Some(Secret::new(text))
}

/// A typed password, in the form that is hashed: only letters and digits (also wide ones, `Ａ１`), upper case. A
/// character outside the alphabet becomes the one it is most easily confused with: O and 0 are never printed, but Q
/// is.
#[must_use]
pub fn typed_password(text: &str) -> Secret {
    let kept = text.nfkc().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase());
    Secret::new(kept.take(64).map(read_as).collect())
}

/// Whether the typed text has as many characters as a password; anything else is not one.
#[must_use]
pub fn is_password_like(text: &str) -> bool {
    text.chars().filter(char::is_ascii_alphanumeric).count() == PASSWORD_CHARS
}

/// What somebody meant who typed a character that we never print.
const fn read_as(typed: char) -> char {
    match typed {
        '0' | 'O' => 'Q',
        '1' | 'I' | 'L' | '2' | 'Z' => '7',
        'U' => 'V',
        'B' | '8' => '3',
        'S' | '5' => '6',
        other => other,
    }
}

/// Makes a code of digits from random bytes; `None` if too few are usable (bytes of 250 and above are dropped, so that
/// every digit is equally likely).
#[must_use]
pub fn digits_from(random: &[u8], digits: usize) -> Option<Secret> {
    let usable = random.iter().filter(|b| **b < 250).map(|b| char::from(b'0' + *b % 10));
    let code: String = usable.take(digits).collect();
    (code.len() == digits).then(|| Secret::new(code))
}

/// A typed code of digits: O counts as zero, I or L as one; wide digits (`１２`) are digits.
#[must_use]
pub fn typed_digits(text: &str) -> Secret {
    let digit = |c: char| match c {
        'o' | 'O' => Some('0'),
        'i' | 'I' | 'l' | 'L' => Some('1'),
        c if c.is_ascii_digit() => Some(c),
        _ => None,
    };
    Secret::new(text.nfkc().filter_map(digit).take(64).collect())
}

/// The look-up key of an account: only letters and digits, unaccented, upper case.
#[must_use]
pub fn account_key(typed: &str) -> String {
    person_name::fold(typed)
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(64)
        .collect::<String>()
        .to_uppercase()
}

/// The account name proposed for a patient: the hospital's own code, as printed elsewhere. `attempt` is 0 at first;
/// each later attempt adds a number, because the codes of two patients may fold to the same name.
#[must_use]
pub fn account_name(patient: &PatientId, attempt: u32) -> String {
    let code: String =
        patient.as_str().chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(40).collect();
    let code =
        if account_key(&code).is_empty() { format!("BN{}", account_key(patient.as_str())) } else { code };
    if attempt == 0 { code } else { format!("{code}-{}", attempt + 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn password_uses_the_unambiguous_alphabet_evenly() {
        let all: Vec<u8> = (0..=255).collect();
        let mut counts = std::collections::BTreeMap::new();
        for byte in all.iter().filter(|b| **b < 240) {
            *counts.entry(UNAMBIGUOUS[usize::from(*byte) % 24]).or_insert(0) += 1;
        }
        assert!(counts.len() == 24 && counts.values().all(|n| *n == 10));
        let password = password_from(&all).unwrap();
        assert_eq!(password.expose(), "34679-ACDEF");
        assert_eq!(password_from(&[255; 64]), None);
        for printed in UNAMBIGUOUS {
            assert_eq!(read_as(char::from(*printed)), char::from(*printed));
        }
    }

    #[test]
    fn tokens_are_letters_and_digits_each_as_likely() {
        let mut counts = std::collections::BTreeMap::new();
        for byte in 0..=255 {
            if let Some(token) = token_from(&[byte; TOKEN_CHARS]) {
                assert!(token.expose().chars().all(|c| c.is_ascii_alphanumeric()));
                *counts.entry(token.expose().to_owned()).or_insert(0) += 1;
            }
        }
        assert!(counts.len() == 62 && counts.values().all(|count| *count == 4), "{counts:?}");
        assert_eq!(token_from(&[255; 64]), None);
    }

    #[test]
    fn a_viewer_token_says_all_of_its_192_bits_in_33_letters_and_digits() {
        let number = |token: &Secret| {
            let mut number = [0_u8; VIEWER_TOKEN_BYTES];
            for character in token.expose().bytes() {
                let digit = TOKEN_ALPHABET.iter().position(|known| *known == character).unwrap();
                let mut carry = u32::try_from(digit).unwrap();
                for byte in number.iter_mut().rev() {
                    let value = u32::from(*byte) * 62 + carry;
                    *byte = value as u8;
                    carry = value >> 8;
                }
                assert_eq!(carry, 0, "more than 192 bits");
            }
            number
        };
        let mut cases = vec![[0; VIEWER_TOKEN_BYTES], [255; VIEWER_TOKEN_BYTES]];
        for bit in 0..VIEWER_TOKEN_BYTES * 8 {
            let mut one = [0; VIEWER_TOKEN_BYTES];
            one[bit / 8] = 1 << (bit % 8);
            cases.push(one);
        }
        for random in cases {
            let token = viewer_token_from(random);
            assert!(is_viewer_token(token.expose()), "{random:?}");
            assert_eq!(number(&token), random);
        }
        assert_eq!(viewer_token_from([0; VIEWER_TOKEN_BYTES]).expose(), "0".repeat(33));
        let long = "A".repeat(33);
        for (text, expected) in
            [(long.as_str(), true), (&long[1..], false), ("", false), (&format!("-{}", &long[1..]), false)]
        {
            assert_eq!(is_viewer_token(text), expected, "{text}");
        }
    }

    #[test]
    fn a_link_survives_what_message_programs_do_to_it() {
        let token = "8fKq2ZrT6mWcJ4vNxD9sLhBy3PgA7eQu";
        for added in [
            "",
            ".",
            ",",
            ")",
            "...",
            " ",
            "\u{a0}",
            "%20",
            "\u{200b}",
            "&fbclid=x",
            ">",
            "\"",
            "*",
            "_",
            "-",
            "--",
            "\n",
            "/",
            "?utm_source=zalo",
            ";",
            "…",
            "”",
        ] {
            assert_eq!(token_of_link(&format!("{token}{added}")), token, "{added:?}");
            assert_eq!(token_of_link(&format!(" {token}{added}")), token, "{added:?}");
        }
        for out in [
            "8fKq2ZrT6mWcJ4vNxD9sLhBy3PgA7eQ-",
            "8fKq2ZrT6mWcJ4vNxD9sLhBy3PgA7e__",
            "-fKq2ZrT6mWcJ4vNxD9sLhBy3PgA7eQ_",
        ] {
            assert_eq!(token_of_link(out), out, "older links still work");
            assert_eq!(token_of_link(&format!("{out}.")), out);
        }
        assert_eq!(token_of_link(""), "");
        assert_eq!(token_of_link("é…"), "");
    }

    #[test]
    fn typing_is_forgiven() {
        for typed in ["34679-ACDEF", "34679acdef", " 34679 - ACDEF ", "34679–acdef"] {
            assert_eq!(typed_password(typed).expose(), "34679ACDEF", "{typed}");
        }
        assert_eq!(account_key("n20 0317542"), account_key("N20-0317542"));
        assert_eq!(typed_password("0OB8U-ZIL5S2").expose(), "QQ33V777667");
        assert_eq!(typed_digits(" 1O-2l ").expose(), "1021");
        assert_eq!(typed_digits("１０ ２Ｏ－３ｌ").expose(), "102031");
        assert_eq!(typed_password("３４６ｄｅ－Ａ").expose(), typed_password("346de-A").expose());
    }

    #[test]
    fn codes_have_evenly_likely_digits() {
        let all: Vec<u8> = (0..250).collect();
        let code = digits_from(&all, 250).unwrap();
        assert!((0..10).all(|d| code.expose().matches(&d.to_string()).count() == 25));
        assert_eq!(digits_from(&[250; 64], 6), None);
    }

    #[test]
    fn account_names_come_from_the_patient_code() {
        let id = PatientId::parse("N20-0317542").unwrap();
        assert_eq!(account_name(&id, 0), "N20-0317542");
        assert_eq!(account_name(&id, 1), "N20-0317542-2");
        assert_eq!(account_name(&PatientId::parse("ế/ơ").unwrap(), 0), "BNEO");
    }
}
