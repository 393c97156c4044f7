//! `multipart/related` (PS3.18 8.6.1.2, RFC 2387), part by part: what stands before each part, and behind the last one. Clients
//! read the headers of a part letter by letter: `Content-Type:` is written exactly so.

/// One answer of several parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Multipart {
    boundary: String,
    part_type: String,
}

impl Multipart {
    /// Parts of this media type, its parameters among it. The boundary stands in none of them: give one that is random, of letters
    /// and digits.
    #[must_use]
    pub fn new(boundary: &str, part_type: &str) -> Self {
        Self { boundary: boundary.to_owned(), part_type: part_type.to_owned() }
    }

    /// `Content-Type` of the answer.
    #[must_use]
    pub fn content_type(&self) -> String {
        let media_type = self.part_type.split(';').next().unwrap_or_default().trim();
        format!("multipart/related; type=\"{media_type}\"; boundary={}", self.boundary)
    }

    /// What stands before a part.
    #[must_use]
    pub fn before_part(&self, is_first: bool) -> String {
        self.before_part_of_type(is_first, &self.part_type)
    }

    /// What stands before a part of another type than most.
    #[must_use]
    pub fn before_part_of_type(&self, is_first: bool, part_type: &str) -> String {
        let line = if is_first { "" } else { "\r\n" };
        format!("{line}--{}\r\nContent-Type: {part_type}\r\n\r\n", self.boundary)
    }

    /// What stands behind the last part.
    #[must_use]
    pub fn end(&self) -> String {
        format!("\r\n--{}--\r\n", self.boundary)
    }

    /// How long an answer is whose parts have these lengths, in bytes.
    #[must_use]
    pub fn length(&self, parts: &[u64]) -> u64 {
        let heads = (0..parts.len()).map(|place| self.before_part(place == 0).len() as u64);
        heads.sum::<u64>() + parts.iter().sum::<u64>() + self.end().len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_between_boundaries_and_the_length_is_known_before() {
        let multipart = Multipart::new("b0", "image/jls; transfer-syntax=1.2.840.10008.1.2.4.80");
        assert_eq!(multipart.content_type(), "multipart/related; type=\"image/jls\"; boundary=b0");
        let written =
            [&multipart.before_part(true), "one", &multipart.before_part(false), "three", &multipart.end()]
                .concat();
        let part = "--b0\r\nContent-Type: image/jls; transfer-syntax=1.2.840.10008.1.2.4.80\r\n\r\n";
        assert_eq!(written, format!("{part}one\r\n{part}three\r\n--b0--\r\n"));
        assert_eq!(multipart.length(&[3, 5]), written.len() as u64);
    }
}
