//! `multipart/related` (RFC 2387, RFC 2046 5.1.1), whose length is known before its first byte.
//!
//! Names of headers are written as every client knows them: some read them by their capitals.

/// Media type of an instance (PS3.18 8.7.3.4).
pub const DICOM: &str = "application/dicom";

/// An answer in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Multipart {
    boundary: String,
    part_type: String,
}

impl Multipart {
    /// Parts of one media type. The boundary must not occur in them, and nobody may be able to foretell it.
    #[must_use]
    pub fn new(boundary: [u8; 16], part_type: &str) -> Self {
        let boundary = boundary.iter().map(|byte| format!("{byte:02x}")).collect();
        Self { boundary, part_type: part_type.to_owned() }
    }

    /// `Content-Type` of the answer.
    #[must_use]
    pub fn content_type(&self) -> String {
        format!("multipart/related; type=\"{}\"; boundary={}", self.part_type, self.boundary)
    }

    /// What stands before the bytes of a part.
    #[must_use]
    pub fn before(&self, content_type: &str, is_first: bool) -> String {
        let line = if is_first { "" } else { "\r\n" };
        format!("{line}--{}\r\nContent-Type: {content_type}\r\n\r\n", self.boundary)
    }

    /// What stands behind the last part.
    #[must_use]
    pub fn end(&self) -> String {
        format!("\r\n--{}--\r\n", self.boundary)
    }

    /// Bytes of the whole answer: of each part its content type and its length.
    #[must_use]
    pub fn total<'p>(&self, parts: impl Iterator<Item = (&'p str, u64)>) -> u64 {
        let part = |(place, (content_type, length)): (usize, (&str, u64))| {
            self.before(content_type, place == 0).len() as u64 + length
        };
        parts.enumerate().map(part).sum::<u64>() + self.end().len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_written_as_clients_read_them_and_the_length_is_foretold() {
        let multipart = Multipart::new([0xAB; 16], "image/jls");
        let boundary = "ab".repeat(16);
        assert_eq!(
            multipart.content_type(),
            format!("multipart/related; type=\"image/jls\"; boundary={boundary}")
        );
        let mut whole = String::new();
        for (place, bytes) in ["one", "three"].into_iter().enumerate() {
            whole += &multipart.before("image/jls", place == 0);
            whole += bytes;
        }
        whole += &multipart.end();
        let head = "Content-Type: image/jls\r\n\r\n";
        let expected =
            format!("--{boundary}\r\n{head}one\r\n--{boundary}\r\n{head}three\r\n--{boundary}--\r\n");
        assert_eq!(whole, expected);
        let total = multipart.total([("image/jls", 3), ("image/jls", 5)].into_iter());
        assert_eq!(total, whole.len() as u64);
    }
}
