//! Vietnamese in TCVN 5712:1993 VN3 ("TCVN3", the ABC fonts), Windows-1258 and VNI, for which DICOM has no label.
//!
//! Older hospital systems send them labelled as Latin 1. Bytes count as one of them only if every word with high bytes
//! becomes a possible Vietnamese syllable, and one word is nearly impossible in Latin 1 or two are unlikely.

use unicode_normalization::UnicodeNormalization;

/// Bytes A1 to FE; `\0` means unassigned.
const TCVN3: [char; 94] = [
    'Ă', 'Â', 'Ê', 'Ô', 'Ơ', 'Ư', 'Đ', 'ă', 'â', 'ê', 'ô', 'ơ', 'ư', 'đ', '\0', // A1-AF
    '\u{300}', '\u{309}', '\u{303}', '\u{301}', '\u{323}', 'à', 'ả', 'ã', 'á', 'ạ', '\0', 'ằ', 'ẳ', 'ẵ', 'ắ',
    '\0', // B0-BF
    '\0', '\0', '\0', '\0', '\0', '\0', 'ặ', 'ầ', 'ẩ', 'ẫ', 'ấ', 'ậ', 'è', '\0', 'ẻ', 'ẽ', // C0-CF
    'é', 'ẹ', 'ề', 'ể', 'ễ', 'ế', 'ệ', 'ì', 'ỉ', '\0', '\0', '\0', 'ĩ', 'í', 'ị', 'ò', // D0-DF
    '\0', 'ỏ', 'õ', 'ó', 'ọ', 'ồ', 'ổ', 'ỗ', 'ố', 'ộ', 'ờ', 'ở', 'ỡ', 'ớ', 'ợ', 'ù', // E0-EF
    '\0', 'ủ', 'ũ', 'ú', 'ụ', 'ừ', 'ử', 'ữ', 'ứ', 'ự', 'ỳ', 'ỷ', 'ỹ', 'ý', 'ỵ', // F0-FE
];

const ONSETS: [&str; 28] = [
    "", "b", "c", "ch", "d", "đ", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh", "nh", "p",
    "ph", "q", "r", "s", "t", "th", "tr", "v", "x",
];
const NUCLEI: [&str; 56] = [
    "a", "ă", "â", "e", "ê", "i", "o", "ô", "ơ", "u", "ư", "y", "ai", "ao", "au", "ay", "âu", "ây", "eo",
    "êu", "ia", "iê", "iêu", "iu", "oa", "oai", "oay", "oă", "oe", "oi", "ôi", "ơi", "oeo", "oo", "ua", "uâ",
    "uây", "uê", "ui", "uô", "uôi", "uơ", "uy", "uya", "uyê", "uyu", "ưa", "ưi", "ươ", "ươi", "ươu", "ưu",
    "yê", "yêu", "oao", "uao",
];
const CODAS: [&str; 9] = ["", "c", "ch", "m", "n", "ng", "nh", "p", "t"];

/// The text of a word in one of the three encodings, and whether its bytes are nearly impossible otherwise.
type DecodeWord = fn(&[u8]) -> Option<(String, bool)>;

/// Decodes Vietnamese without a label: TCVN3, Windows-1258 or VNI, if it is one of them. Bytes without high ones are
/// never touched.
pub(crate) fn from_unlabelled(bytes: &[u8]) -> Option<String> {
    let tcvn3: DecodeWord = |word| decode_word(word).map(|text| (text, false));
    [tcvn3, windows_1258_word, vni_word].into_iter().find_map(|decode| decoded_by(bytes, decode))
}

fn decoded_by(bytes: &[u8], decode: DecodeWord) -> Option<String> {
    let (mut certain, mut likely) = (false, 0);
    for word in bytes.split(|b| b.is_ascii() && !b.is_ascii_alphabetic()) {
        if word.is_ascii() {
            continue;
        }
        let (text, is_rare) = decode(word)?;
        if !is_syllable(&text) {
            return None;
        }
        // A symbol on its own, as in "« Thorax »" or "3 ½", proves nothing.
        if word.len() == 1 {
            continue;
        }
        let in_latin_1: String = word.iter().map(|b| char::from(*b)).collect();
        // "Hoà" is a syllable as it stands, and Hồ in VNI: only a word that is not one otherwise proves anything.
        let is_strange = !is_syllable(&in_latin_1);
        certain |= is_rare && is_strange || !is_plausible_in_latin_1(&in_latin_1);
        likely += usize::from(is_strange);
    }
    if !certain && likely < 2 {
        return None;
    }
    let mut text = String::new();
    for part in bytes.split_inclusive(|b| b.is_ascii() && !b.is_ascii_alphabetic()) {
        text.push_str(&decode(part)?.0);
    }
    Some(text)
}

/// Windows-1258 writes tone marks as separate letters after the vowel.
fn windows_1258_word(word: &[u8]) -> Option<(String, bool)> {
    let text = encoding_rs::WINDOWS_1258.decode_without_bom_handling_and_without_replacement(word)?;
    Some((text.nfc().collect(), false))
}

/// VNI writes a vowel and then a letter for its marks; a few letters stand for others.
fn vni_word(word: &[u8]) -> Option<(String, bool)> {
    let mut text = String::new();
    let mut is_rare = false;
    let mut host = ' ';
    for letter in word.iter().map(|b| char::from(*b)) {
        let small = letter.to_lowercase().next().unwrap_or(letter);
        let marks = match (host, small) {
            ('a' | 'e' | 'o' | 'u' | 'y' | 'ô' | 'ö', 'ù') => "\u{301}",
            ('a' | 'e' | 'o' | 'u' | 'y' | 'ô' | 'ö', 'ø') => "\u{300}",
            ('a' | 'e' | 'o' | 'u' | 'y' | 'ô' | 'ö', 'û') => "\u{309}",
            ('a' | 'e' | 'o' | 'u' | 'y' | 'ô' | 'ö', 'õ') => "\u{303}",
            ('a' | 'e' | 'o' | 'u' | 'y' | 'ô' | 'ö', 'ï') => "\u{323}",
            ('a' | 'e' | 'o', 'â') => "\u{302}",
            ('a' | 'e' | 'o', 'á') => "\u{302}\u{301}",
            ('a' | 'e' | 'o', 'à') => "\u{302}\u{300}",
            ('a' | 'e' | 'o', 'å') => "\u{302}\u{309}",
            ('a' | 'e' | 'o', 'ã') => "\u{302}\u{303}",
            ('a' | 'e' | 'o', 'ä') => "\u{302}\u{323}",
            ('a', 'ê') => "\u{306}",
            ('a', 'é') => "\u{306}\u{301}",
            ('a', 'è') => "\u{306}\u{300}",
            ('a', 'ú') => "\u{306}\u{309}",
            ('a', 'ü') => "\u{306}\u{303}",
            ('a', 'ë') => "\u{306}\u{323}",
            _ => "",
        };
        host = if marks.is_empty() { small } else { ' ' };
        if !marks.is_empty() {
            text.push_str(marks);
            // A circumflex or breve together with a tone.
            is_rare |= marks.chars().count() == 2 && word.len() > 2;
            continue;
        }
        let own = match small {
            'ñ' => "đ",
            'ô' => "ơ",
            'ö' => "ư",
            'í' => "í",
            'ì' => "ì",
            'æ' => "ỉ",
            'ó' => "ĩ",
            'ò' => "ị",
            'î' => "ỵ",
            _ if letter.is_ascii() => {
                text.push(letter);
                continue;
            }
            _ => return None,
        };
        if letter == small { text.push_str(own) } else { text.push_str(&own.to_uppercase()) }
    }
    Some((text.nfc().collect(), is_rare))
}

/// The ABC fonts for capitals reuse the codes of small letters, so a word with an ASCII capital after its first letter
/// is in capitals.
fn decode_word(word: &[u8]) -> Option<String> {
    let letters: Option<String> = word
        .iter()
        .map(|b| match b {
            0..=0x7F => Some(char::from(*b)),
            0xA1..=0xFE => Some(TCVN3[usize::from(*b) - 0xA1]).filter(|c| *c != '\0'),
            _ => None,
        })
        .collect();
    let letters = letters?;
    let capitals = letters.chars().skip(1).any(|c| c.is_ascii_uppercase())
        && !letters.chars().any(|c| c.is_ascii_lowercase());
    let text: String = if capitals { letters.to_uppercase() } else { letters };
    Some(text.nfc().collect())
}

/// Nobody writes a symbol within a word, or a capital after a small letter, in Latin 1; but units such as µm exist.
fn is_plausible_in_latin_1(word: &str) -> bool {
    let is_letter = |c: char| c.is_alphabetic() && !matches!(c, 'µ' | 'ª' | 'º');
    let chars: Vec<char> = word.strip_prefix('µ').unwrap_or(word).chars().collect();
    let rises = chars.windows(2).any(|pair| pair[0].is_lowercase() && pair[1].is_uppercase());
    let onset_only_vietnamese_has = word.starts_with("NG") && !is_syllable(word);
    chars.iter().all(|c| is_letter(*c)) && !rises && !onset_only_vietnamese_has
}

/// Whether a word has the shape of a Vietnamese syllable: onset, vowels, coda, at most one tone, and before a stop (c,
/// ch, p, t) one of the two tones possible there.
fn is_syllable(word: &str) -> bool {
    let mut tone = None;
    let mut base = String::new();
    for c in word.chars().flat_map(char::to_lowercase).nfd() {
        match c {
            '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}' if tone.is_some() => return false,
            '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}' => tone = Some(c),
            _ => base.push(c),
        }
    }
    let base: String = base.nfc().collect();
    ONSETS.iter().filter_map(|onset| base.strip_prefix(onset)).any(|rhyme| {
        CODAS.iter().any(|coda| {
            let stop = matches!(*coda, "c" | "ch" | "p" | "t");
            let sings = !stop || matches!(tone, Some('\u{301}' | '\u{323}'));
            sings && rhyme.strip_suffix(coda).is_some_and(|nucleus| NUCLEI.contains(&nucleus))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tcvn3_is_recognised() {
        for (bytes, expected) in [
            (&b"Nguy\xd4n^Th\xde Ho\xb5"[..], "Nguyễn^Thị Hoà"),
            (b"Tr\xc7n V\xa8n B\xd7nh", "Trần Văn Bình"),
            (b"\xa7\xc6ng \xa7\xd7nh \xa7\xf8c", "Đặng Đình Đức"),
            (b"NGUY\xd4N TH\xde", "NGUYỄN THỊ"),
            (b"L\xaa H\xb6i", "Lê Hải"),
            (b"Ch\xf4p CLVT ng\xf9c", "Chụp CLVT ngực"),
            (b"Ch\xf4p \xeb ng\xf9c", "Chụp ở ngực"),
        ] {
            assert_eq!(from_unlabelled(bytes).as_deref(), Some(expected), "{bytes:x?}");
        }
    }

    #[test]
    fn windows_1258_and_vni_are_recognised() {
        for (bytes, expected) in [
            (&b"Nguy\xea\xden^Thi\xf2 Hoa\xcc"[..], "Nguyễn^Thị Hoà"),
            (b"Tr\xe2\xccn V\xe3n Bi\xccnh", "Trần Văn Bình"),
            (b"NGUY\xca\xdeN THI\xf2", "NGUYỄN THỊ"),
            (b"Nguye\xe3n^Th\xf2 Hoa\xf8", "Nguyễn^Thị Hoà"),
            (b"Tra\xe0n Va\xean B\xecnh", "Trần Văn Bình"),
            (b"\xd1a\xebng \xd1\xecnh \xd1\xf6\xf9c", "Đặng Đình Đức"),
            (b"NGUYE\xc3N TH\xd2", "NGUYỄN THỊ"),
            (b"Chu\xefp ng\xf6\xefc", "Chụp ngực"),
        ] {
            assert_eq!(from_unlabelled(bytes).as_deref(), Some(expected), "{bytes:x?}");
        }
    }

    #[test]
    fn european_names_stay_latin_1() {
        for bytes in [
            &b"Buc^J\xe9r\xf4me"[..],
            b"M\xfcller^Hans",
            b"\xc4neas^R\xfcdiger",
            b"H\xe9l\xe8ne",
            b"Jos\xe9",
            b"Ren\xe9",
            b"S\xf8rensen",
            b"\xc5ngstr\xf6m",
            b"Mu\xf1oz",
            b"L\xea B\xf9i",
            b"Fran\xe7ois",
            b"Ho\xe0",
            b"Le\xe3o",
            b"Ana\xefs",
            b"Jo\xebl",
            b"Niccol\xf2",
            b"Ra\xfal",
            b"RH\xd4NE",
            b"50 \xb5m",
            b"\xab Thorax \xbb",
            b"Genou 3 \xbd",
            b"plain",
        ] {
            assert_eq!(from_unlabelled(bytes), None, "{bytes:x?}");
        }
    }
}
