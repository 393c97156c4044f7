//! Invisible characters that change the text around them.

/// Whether a character is invisible but changes how its neighbours look (bidirectional overrides, joiners, soft
/// hyphens, fillers, variation selectors, tags). With one a name could look different from what is stored.
#[must_use]
pub const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a character is not seen, but has its neighbours read in another order or elsewhere (bidirectional controls), or looks
/// like a blank that is none (fillers): without it a text reads as something else than its writer saw.
#[must_use]
pub const fn misleads(c: char) -> bool {
    matches!(c,
        '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}'
        | '\u{3164}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}')
}

/// The text on one line without such characters; control characters, line breaks and runs of blanks become one blank.
#[must_use]
pub fn one_line(text: &str) -> String {
    let visible = text.chars().filter(|c| !is_invisible(*c));
    let visible =
        visible.map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c });
    visible.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text without such characters, line by line: each as in [`one_line`]. Of several empty lines in a row one stays.
#[must_use]
pub fn lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let mut kept: Vec<String> = Vec::new();
    for line in text.split(['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}']).map(one_line) {
        if !line.is_empty() || kept.last().is_some_and(|last| !last.is_empty()) {
            kept.push(line);
        }
    }
    kept.join("\n").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_misleads_is_invisible() {
        let all: Vec<char> = ('\0'..=char::MAX).filter(|c| misleads(*c)).collect();
        assert!(all.iter().all(|c| is_invisible(*c)));
        for c in ['\u{200e}', '\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}', '\u{3164}'] {
            assert!(all.contains(&c), "{c:?}");
        }
        assert!(!misleads('\u{200b}') && !misleads('\u{ad}'), "without them a text reads the same");
    }

    #[test]
    fn what_is_kept_is_what_is_seen() {
        for (text, expected) in [
            ("Nguyễn Thị Hoà", "Nguyễn Thị Hoà"),
            ("a\r\nb\u{2028}c\u{85}d\0e", "a b c d e"),
            ("gnp\u{202e}.exe\u{200b}\u{feff}", "gnp.exe"),
        ] {
            assert_eq!(one_line(text), expected, "{text:?}");
        }
    }
}
