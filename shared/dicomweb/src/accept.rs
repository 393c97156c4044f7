//! Which media type an answer has (PS3.18 8.7; RFC 9110 12.5.1). Clients write what they accept in many ways: with quotes and
//! without, with a type of parts, as a parameter of the query. What can be read is read.

use crate::Refusal;

/// Longest list of media types that is looked at, in bytes.
pub const ACCEPT_BYTES_MAX: usize = 8 << 10;
/// Most media types that are looked at.
pub const ACCEPTED_MAX: usize = 64;

/// One value, or parts (PS3.18 8.6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The value is all of the answer.
    Single,
    /// `multipart/related`.
    Multipart,
}

/// Something that can be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer<'o> {
    /// Media type of the value, or of its parts.
    pub media_type: &'o str,
    /// In which form.
    pub form: Form,
    /// In which transfer syntax, where the media type has them.
    pub transfer_syntax: Option<&'o str>,
}

impl<'o> Offer<'o> {
    /// One value without a transfer syntax.
    #[must_use]
    pub const fn single(media_type: &'o str) -> Self {
        Self { media_type, form: Form::Single, transfer_syntax: None }
    }

    /// Parts without a transfer syntax.
    #[must_use]
    pub const fn multipart(media_type: &'o str) -> Self {
        Self { media_type, form: Form::Multipart, transfer_syntax: None }
    }

    /// The same in this transfer syntax.
    #[must_use]
    pub const fn in_syntax(self, transfer_syntax: &'o str) -> Self {
        Self { transfer_syntax: Some(transfer_syntax), ..self }
    }

    /// As a client would ask for it.
    fn described(&self) -> String {
        let media_type = match self.form {
            Form::Single => self.media_type.to_owned(),
            Form::Multipart => format!("multipart/related; type=\"{}\"", self.media_type),
        };
        match self.transfer_syntax {
            Some(syntax) => format!("{media_type}; transfer-syntax={syntax}"),
            None => media_type,
        }
    }
}

/// What a client accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accept {
    /// Of the query, which goes first (PS3.18 8.7.8).
    parameter: Vec<MediaRange>,
    header: Vec<MediaRange>,
}

/// One media type of a list, in small letters.
#[derive(Debug, Clone, PartialEq, Eq)]
struct MediaRange {
    media_type: String,
    /// The type of the parts of `multipart/related`.
    part_type: Option<String>,
    transfer_syntax: Option<String>,
    /// In thousandths.
    weight: u16,
}

impl Accept {
    /// Reads the header `Accept`, which may come in several lines, and the parameter `accept` of the query. Without both, anything
    /// is accepted.
    ///
    /// # Errors
    /// [`Refusal::BadAccept`] where nothing of a list is a media type, or it is too long.
    pub fn read<'h>(
        headers: impl IntoIterator<Item = &'h str>,
        parameter: Option<&str>,
    ) -> Result<Self, Refusal> {
        let header = headers.into_iter().collect::<Vec<_>>().join(",");
        let mut header = ranges(&header)?;
        let parameter = ranges(parameter.unwrap_or_default())?;
        if header.is_empty() && parameter.is_empty() {
            header.push(MediaRange::anything());
        }
        Ok(Self { parameter, header })
    }

    /// Whether a transfer syntax is named: where none is, nobody has to look which one a file has.
    #[must_use]
    pub fn names_syntax(&self) -> bool {
        let named = |range: &MediaRange| range.transfer_syntax.as_deref().is_some_and(|syntax| syntax != "*");
        self.parameter.iter().chain(&self.header).any(named)
    }

    /// The offer that is preferred; of several that are liked alike, the first one in the client's order, then in ours.
    ///
    /// # Errors
    /// [`Refusal::NotAcceptable`] where none is accepted.
    pub fn choose<'a, 'o>(&self, offers: &'a [Offer<'o>]) -> Result<&'a Offer<'o>, Refusal> {
        let chosen = best(&self.parameter, offers).or_else(|| best(&self.header, offers));
        chosen.ok_or_else(|| {
            let mut described: Vec<String> = offers.iter().map(Offer::described).collect();
            described.dedup();
            Refusal::NotAcceptable { offered: described.join(", ") }
        })
    }
}

fn best<'a, 'o>(accepted: &[MediaRange], offers: &'a [Offer<'o>]) -> Option<&'a Offer<'o>> {
    let liked = |offer: &Offer<'_>| {
        // The most specific of those that fit tells how much it is liked (RFC 9110 12.5.1).
        let fitting = accepted.iter().enumerate().filter(|(_, range)| range.fits(offer));
        let (place, range) =
            fitting.min_by_key(|(place, range)| (std::cmp::Reverse(range.precision()), *place))?;
        (range.weight > 0).then_some((range.weight, place))
    };
    let mut found: Option<((u16, usize), &Offer<'_>)> = None;
    for offer in offers {
        let Some((weight, place)) = liked(offer) else { continue };
        let is_better = |best: (u16, usize)| weight > best.0 || (weight == best.0 && place < best.1);
        if found.as_ref().is_none_or(|(best, _)| is_better(*best)) {
            found = Some(((weight, place), offer));
        }
    }
    found.map(|(_, offer)| offer)
}

impl MediaRange {
    fn anything() -> Self {
        Self { media_type: "*/*".to_owned(), part_type: None, transfer_syntax: None, weight: 1000 }
    }

    fn fits(&self, offer: &Offer<'_>) -> bool {
        let fits_type = match offer.form {
            Form::Single => fits(&self.media_type, offer.media_type),
            Form::Multipart => {
                let part = self.part_type.as_deref().unwrap_or("*/*");
                fits(&self.media_type, "multipart/related") && fits(part, offer.media_type)
            }
        };
        let fits_syntax = match self.transfer_syntax.as_deref() {
            None | Some("*") => true,
            Some(asked) => offer.transfer_syntax == Some(asked),
        };
        fits_type && fits_syntax
    }

    fn precision(&self) -> (bool, bool, bool, bool) {
        let is_type = |text: &str| !text.ends_with("/*");
        (
            self.media_type != "*/*",
            is_type(&self.media_type),
            self.part_type.as_deref().is_some_and(is_type),
            self.transfer_syntax.as_deref().is_some_and(|syntax| syntax != "*"),
        )
    }
}

fn fits(range: &str, media_type: &str) -> bool {
    match range.split_once('/') {
        Some(("*", "*")) => true,
        Some((family, "*")) => media_type.split('/').next() == Some(family),
        _ => range == media_type,
    }
}

fn ranges(list: &str) -> Result<Vec<MediaRange>, Refusal> {
    if list.len() > ACCEPT_BYTES_MAX {
        return Err(Refusal::BadAccept);
    }
    let entries: Vec<&str> =
        split(list, ',').into_iter().map(str::trim).filter(|entry| !entry.is_empty()).collect();
    let ranges: Vec<MediaRange> = entries.iter().filter_map(|entry| range_of(entry)).collect();
    let is_bad = entries.len() > ACCEPTED_MAX || (ranges.is_empty() && !list.trim().is_empty());
    if is_bad { Err(Refusal::BadAccept) } else { Ok(ranges) }
}

fn range_of(entry: &str) -> Option<MediaRange> {
    let mut parts = split(entry, ';').into_iter().map(str::trim);
    let media_type = parts.next()?.to_ascii_lowercase();
    // What Java's oldest client sends for anything.
    let media_type = if media_type == "*" { "*/*".to_owned() } else { media_type };
    let mut range = MediaRange { media_type: token(&media_type)?, ..MediaRange::anything() };
    for parameter in parts {
        let Some((name, value)) = parameter.split_once('=') else { continue };
        let value = value.trim().trim_matches('"').trim();
        match name.trim().to_ascii_lowercase().as_str() {
            "type" => range.part_type = Some(token(&value.to_ascii_lowercase())?),
            "transfer-syntax" => range.transfer_syntax = Some(value.to_owned()),
            "q" => {
                let weight = value.parse::<f32>().ok().filter(|weight| (0.0..=1.0).contains(weight))?;
                range.weight = (weight * 1000.0) as u16;
            }
            _ => {}
        }
    }
    Some(range)
}

/// A media type or a range of them.
fn token(text: &str) -> Option<String> {
    let is_name = |name: &str| {
        let is_sign = |b: u8| b.is_ascii_alphanumeric() || b"!#$&-^_.+*".contains(&b);
        !name.is_empty() && name.bytes().all(is_sign)
    };
    let (family, name) = text.split_once('/')?;
    let is_range = is_name(family) && is_name(name) && (family != "*" || name == "*");
    is_range.then(|| text.to_owned())
}

/// Splits at a sign that is not within quotes.
fn split(text: &str, at: char) -> Vec<&str> {
    let mut is_quoted = false;
    text.split(|c| {
        is_quoted ^= c == '"';
        c == at && !is_quoted
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const JLS: &str = "1.2.840.10008.1.2.4.80";
    const EXPLICIT: &str = "1.2.840.10008.1.2.1";

    /// What an instance is offered as, stored in JPEG-LS.
    fn chosen(header: &str, parameter: Option<&str>) -> Result<usize, u16> {
        let offers = [
            Offer::multipart("application/dicom").in_syntax(JLS),
            Offer::single("application/dicom").in_syntax(JLS),
            Offer::multipart("application/dicom").in_syntax(EXPLICIT),
            Offer::single("application/dicom").in_syntax(EXPLICIT),
            Offer::single("application/dicom+json"),
        ];
        let accept = Accept::read([header], parameter).map_err(|refusal| refusal.status())?;
        let chosen = accept.choose(&offers).map_err(|refusal| refusal.status())?;
        Ok(offers.iter().position(|offer| offer == chosen).unwrap())
    }

    #[test]
    fn every_client_gets_what_it_asks_for() {
        for (header, expected) in [
            ("", Ok(0)),
            ("*/*", Ok(0)),
            ("application/dicom", Ok(1)),
            ("application/*", Ok(1)),
            // OHIF, Weasis, dicomweb-client, Orthanc; with quotes and without.
            (r#"multipart/related; type="application/dicom"; transfer-syntax=*"#, Ok(0)),
            (r#"multipart/related;type="application/dicom";transfer-syntax=1.2.840.10008.1.2.1"#, Ok(2)),
            ("multipart/related; type=application/dicom; transfer-syntax=1.2.840.10008.1.2.1", Ok(2)),
            (
                r#"multipart/related; type="application/dicom"; transfer-syntax="1.2.840.10008.1.2.4.80"; boundary=x"#,
                Ok(0),
            ),
            (
                r#"multipart/related; type="application/dicom,x"; transfer-syntax=*, application/dicom+json"#,
                Ok(4),
            ),
            ("Application/DICOM; Transfer-Syntax=1.2.840.10008.1.2.1", Ok(3)),
            ("application/dicom+json", Ok(4)),
            ("application/dicom;q=0.5, application/dicom+json", Ok(4)),
            (
                "application/dicom+json;q=0.1, application/dicom;transfer-syntax=1.2.840.10008.1.2.1;q=0.2",
                Ok(3),
            ),
            ("application/dicom;q=0, */*;q=0.1", Ok(0)),
            ("multipart/related;q=0, application/dicom;q=0, */*;q=0.1", Ok(4)),
            ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", Ok(0)),
            ("text/html", Err(406)),
            ("application/dicom; transfer-syntax=1.2.840.10008.1.2.4.50", Err(406)),
            ("application/dicom;q=0", Err(406)),
            ("nonsense", Err(400)),
            (";;;,,,;", Err(400)),
            ("*/dicom", Err(400)),
            ("application/dicom;q=7", Err(400)),
            ("nonsense, application/dicom", Ok(1)),
        ] {
            assert_eq!(chosen(header, None), expected, "{header}");
        }
    }

    #[test]
    fn the_parameter_of_the_query_goes_first() {
        assert_eq!(chosen("*/*", Some("application/dicom+json")), Ok(4));
        assert_eq!(chosen("application/dicom", Some("text/html")), Ok(1));
        assert_eq!(chosen("text/html", Some("image/png")), Err(406));
        assert_eq!(chosen("*/*", Some("nonsense")), Err(400));
    }

    #[test]
    fn lists_without_end_are_refused_and_offers_are_named() {
        assert_eq!(chosen(&"a/b,".repeat(ACCEPTED_MAX + 1), None), Err(400));
        assert_eq!(chosen(&"a".repeat(ACCEPT_BYTES_MAX + 1), None), Err(400));
        let refused = Accept::read(["text/html"], None)
            .unwrap()
            .choose(&[Offer::multipart("image/jls").in_syntax(JLS)]);
        let Err(Refusal::NotAcceptable { offered }) = refused else { panic!("{refused:?}") };
        assert_eq!(offered, format!("multipart/related; type=\"image/jls\"; transfer-syntax={JLS}"));
    }
}
