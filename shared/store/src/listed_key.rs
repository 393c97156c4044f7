//! Keys as a listing names them.

use aws_sdk_s3::types::EncodingType;
use percent_encoding::percent_decode_str;

/// A key as a listing names it. They are asked for with `encoding-type=url`, since a key may hold what XML cannot; a server
/// that does not know the parameter says so by silence.
pub(crate) fn listed_key(listed: &str, encoding: Option<&EncodingType>) -> String {
    if encoding != Some(&EncodingType::Url) {
        return listed.to_owned();
    }
    percent_decode_str(&listed.replace('+', " ")).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_their_server_encoded_them() {
        for encoded in ["a%20b%2B%01/%E1%BA%BF", "a+b%2B%01/%E1%BA%BF"] {
            assert_eq!(listed_key(encoded, Some(&EncodingType::Url)), "a b+\u{1}/ế");
        }
        assert_eq!(listed_key("a+b%20", None), "a+b%20");
    }
}
