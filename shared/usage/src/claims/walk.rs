//! Reads XML step by step: elements and their text. No DTD, and no entities but XML's own five.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::Event;

/// One step.
#[derive(Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// An element begins.
    Open(Cow<'a, str>),
    /// The innermost element ends.
    Close,
    /// Text of the innermost element, or part of it.
    Text(Cow<'a, str>),
    /// The document ends.
    End,
}

/// A document being read.
pub struct Walk<'a> {
    reader: Reader<&'a [u8]>,
    text: &'a str,
    counted: usize,
    line: u64,
    depth: usize,
    depth_max: usize,
    has_root: bool,
}

impl<'a> Walk<'a> {
    /// Starts at the beginning.
    pub fn new(text: &'a str, depth_max: usize) -> Self {
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Self { reader, text, counted: 0, line: 1, depth: 0, depth_max, has_root: false }
    }

    /// The line on which the last step ended, from 1.
    pub fn line(&mut self) -> u64 {
        let position = usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX);
        let position = position.min(self.text.len()).max(self.counted);
        let passed = &self.text.as_bytes()[self.counted..position];
        self.line += passed.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.counted = position;
        self.line
    }

    /// Number of open elements.
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// Goes one step further. The error says why not, without repeating the text.
    pub fn step(&mut self) -> Result<Step<'a>, &'static str> {
        loop {
            match self.reader.read_event().map_err(|_| "XML không đúng cú pháp")? {
                Event::Start(start) => {
                    self.depth += 1;
                    self.has_root = true;
                    if self.depth > self.depth_max {
                        return Err("XML lồng nhau quá sâu");
                    }
                    let name = String::from_utf8_lossy(start.local_name().as_ref()).into_owned();
                    return Ok(Step::Open(name.into()));
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Step::Close);
                }
                Event::Text(text) => {
                    return text.xml10_content().map(Step::Text).map_err(|_| "không phải UTF-8");
                }
                Event::CData(text) => return text.decode().map(Step::Text).map_err(|_| "không phải UTF-8"),
                Event::GeneralRef(reference) => {
                    let character =
                        match reference.resolve_char_ref().map_err(|_| "ký tự &#…; không có thật")? {
                            Some(character) => character,
                            None => match &*reference {
                                b"lt" => '<',
                                b"gt" => '>',
                                b"amp" => '&',
                                b"quot" => '"',
                                b"apos" => '\'',
                                _ => return Err("không nhận thực thể (entity) tự định nghĩa"),
                            },
                        };
                    return Ok(Step::Text(character.to_string().into()));
                }
                Event::DocType(_) => return Err("không nhận DTD"),
                Event::Eof if self.depth > 0 || !self.has_root => return Err("XML bị cụt"),
                Event::Eof => return Ok(Step::End),
                Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::Empty(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Result<String, &'static str> {
        let mut walk = Walk::new(text, 3);
        let mut told = String::new();
        loop {
            match walk.step()? {
                Step::Open(name) => told += &format!("<{name}@{}>", walk.line()),
                Step::Close => told.push('/'),
                Step::Text(text) => told += text.trim(),
                Step::End => return Ok(told),
            }
        }
    }

    #[test]
    fn elements_text_and_lines_are_told_and_nothing_is_expanded() {
        assert_eq!(
            all("<?xml version='1.0'?>\n<A>\n<B>1 &lt; &#50;</B><C/>\n<D><![CDATA[<x>]]></D></A>").as_deref(),
            Ok("<A@2><B@3>1<2/<C@3>/<D@4><x>//")
        );
        for (text, why) in [
            ("<!DOCTYPE A [<!ENTITY x 'y'>]><A>&x;</A>", "không nhận DTD"),
            ("<A>&x;</A>", "không nhận thực thể (entity) tự định nghĩa"),
            ("<A><B></A></B>", "XML không đúng cú pháp"),
            ("<A><B>", "XML bị cụt"),
            ("", "XML bị cụt"),
            ("<A><A><A><A/></A></A></A>", "XML lồng nhau quá sâu"),
            ("<A>&#0;</A>", "ký tự &#…; không có thật"),
        ] {
            assert_eq!(all(text), Err(why), "{text}");
        }
    }
}
