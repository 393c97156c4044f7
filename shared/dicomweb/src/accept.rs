//! Which of what can be given is given (PS3.18 8.7.8).

use crate::Refusal;
use crate::wanted::{Shape, Wanted};

/// Something that can be given, without a transfer syntax.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// Media type of the value, or of its parts.
    pub media_type: &'static str,
    /// Whether it comes in parts.
    pub is_multipart: bool,
}

impl Offer {
    /// By itself.
    #[must_use]
    pub const fn single(media_type: &'static str) -> Self {
        Self { media_type, is_multipart: false }
    }

    /// In parts.
    #[must_use]
    pub const fn parts(media_type: &'static str) -> Self {
        Self { media_type, is_multipart: true }
    }

    fn is_taken(self, wanted: &Wanted) -> bool {
        let fits = match wanted.shape {
            Shape::Parts => self.is_multipart,
            Shape::Single => !self.is_multipart,
            Shape::Any => true,
        };
        fits && wanted.takes(self.media_type)
    }

    /// As a client would ask for it.
    fn described(self) -> String {
        let media_type = self.media_type;
        if self.is_multipart {
            format!("multipart/related; type=\"{media_type}\"")
        } else {
            media_type.to_owned()
        }
    }
}

/// The offer that is wanted most; of several the first.
///
/// # Errors
/// [`Refusal::NotAcceptable`] where none is wanted: it names all of them.
pub fn choose(wanted: &[Wanted], offers: &[Offer]) -> Result<Offer, Refusal> {
    let chosen = wanted.iter().find_map(|wanted| offers.iter().find(|offer| offer.is_taken(wanted)));
    chosen.copied().ok_or_else(|| {
        let described: Vec<String> = offers.iter().map(|offer| offer.described()).collect();
        Refusal::NotAcceptable { offered: described.join(", ") }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wanted;

    const PDF: [Offer; 4] = [
        Offer::single("application/pdf"),
        Offer::parts("application/pdf"),
        Offer::single("application/octet-stream"),
        Offer::parts("application/octet-stream"),
    ];

    fn chosen(header: &str, parameter: Option<&str>) -> Result<usize, u16> {
        let wanted = wanted(Some(header), parameter).map_err(|refusal| refusal.status())?;
        let chosen = choose(&wanted, &PDF).map_err(|refusal| refusal.status())?;
        Ok(PDF.iter().position(|offer| *offer == chosen).unwrap())
    }

    #[test]
    fn every_client_gets_what_it_asks_for() {
        for (header, parameter, expected) in [
            ("", None, Ok(0)),
            ("*/*", None, Ok(0)),
            ("multipart/related; type=\"application/octet-stream\"", None, Ok(3)),
            ("multipart/related; type=application/octet-stream; transfer-syntax=*", None, Ok(3)),
            ("multipart/related", None, Ok(1)),
            ("application/octet-stream", None, Ok(2)),
            ("application/*", None, Ok(0)),
            ("application/pdf;q=0.1, application/octet-stream", None, Ok(2)),
            ("text/html, */*;q=0.1", None, Ok(0)),
            // OHIF asks for a document by a parameter.
            ("multipart/related; type=\"application/octet-stream\"", Some("application/pdf"), Ok(0)),
            ("text/html", None, Err(406)),
            ("*/*", Some("image/png"), Err(406)),
            ("application/pdf;q=0", None, Err(406)),
            ("nonsense", None, Err(400)),
        ] {
            assert_eq!(chosen(header, parameter), expected, "{header} {parameter:?}");
        }
    }

    #[test]
    fn who_takes_nothing_of_it_is_told_what_there_is() {
        let wanted = wanted(Some("text/html"), None).unwrap();
        let Err(Refusal::NotAcceptable { offered }) = choose(&wanted, &PDF[..2]) else { panic!("none fits") };
        assert_eq!(offered, "application/pdf, multipart/related; type=\"application/pdf\"");
    }
}
