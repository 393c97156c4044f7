//! The query of a search (PS3.18 8.3.4, 10.6.1.2).

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use dicom_core::dictionary::DataDictionaryEntry;
use dicom_core::{DataDictionary, Tag};
use dicom_dictionary_std::StandardDataDictionary;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::Refusal;
use crate::attributes::{Attribute, Attributes};
use crate::level::Level;
use crate::matching::Matcher;

/// Longest query that is looked at, in bytes.
pub const QUERY_BYTES_MAX: usize = 8 << 10;
/// Most attributes that may be matched in one query.
pub const KEYS_MAX: usize = 64;
/// Most attributes that may be asked for by name in one query.
pub const INCLUDED_MAX: usize = 256;
/// Most results of one answer; a client asks for more with `offset`.
pub const RESULTS_MAX: usize = 10_000;

/// A query that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    keys: Vec<Key>,
    includes_all: bool,
    included: BTreeSet<u32>,
    /// How many results are wanted, at most [`RESULTS_MAX`].
    pub limit: usize,
    /// How many results are passed over.
    pub offset: usize,
    /// The parameter `accept`, if there is one.
    pub accept: Option<String>,
}

/// An attribute that has to match.
#[derive(Debug, Clone, PartialEq)]
struct Key {
    /// Its tag, behind those of the sequences that it lies in.
    path: Vec<u32>,
    matcher: Matcher,
}

impl Query {
    /// Reads a query; `?` is not part of it. Keys that are no attributes are passed over (PS3.18 8.3.1).
    ///
    /// # Errors
    /// A [`Refusal`] that names the parameter, for values that are malformed and for more than is looked at.
    pub fn read(query: &str) -> Result<Self, Refusal> {
        let mut read = Self {
            keys: Vec::new(),
            includes_all: false,
            included: BTreeSet::new(),
            limit: RESULTS_MAX,
            offset: 0,
            accept: None,
        };
        let parameters = parameters(query)?;
        let single = |wanted: &str| single(&parameters, wanted);
        if let Some(limit) = single("limit")? {
            read.limit = count("limit", limit)?.min(RESULTS_MAX);
        }
        if let Some(offset) = single("offset")? {
            read.offset = count("offset", offset)?;
        }
        let is_fuzzy = match single("fuzzymatching")? {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => {
                let parameter = "fuzzymatching".to_owned();
                return Err(Refusal::BadParameter { parameter, expected: "expected true or false" });
            }
        };
        read.accept = single("accept")?.map(str::to_owned);
        read.read_included(&parameters)?;
        read.read_keys(&parameters, is_fuzzy)?;
        Ok(read)
    }

    fn read_included(&mut self, parameters: &[(Cow<'_, str>, Cow<'_, str>)]) -> Result<(), Refusal> {
        let lists = parameters.iter().filter(|(name, _)| name == "includefield");
        let mut named = 0;
        for name in lists.flat_map(|(_, list)| list.split(',')).map(str::trim).filter(|name| !name.is_empty())
        {
            named += 1;
            if named > INCLUDED_MAX {
                return Err(Refusal::TooMany { what: "attributes in includefield", max: INCLUDED_MAX });
            }
            if name == "all" {
                self.includes_all = true;
            } else if let Some(first) = path(name).and_then(|path| path.first().copied()) {
                self.included.insert(first);
            }
        }
        Ok(())
    }

    fn read_keys(
        &mut self,
        parameters: &[(Cow<'_, str>, Cow<'_, str>)],
        is_fuzzy: bool,
    ) -> Result<(), Refusal> {
        let mut seen: BTreeMap<Vec<u32>, &str> = BTreeMap::new();
        for (name, value) in parameters {
            let Some(path) = path(name) else { continue };
            let Some(tag) = path.last().copied() else { continue };
            let parameter = keyword(tag);
            if let Some(before) = seen.insert(path.clone(), value) {
                if before == value {
                    continue;
                }
                let expected = "expected one value, and the parameter once";
                return Err(Refusal::BadParameter { parameter, expected });
            }
            if seen.len() > KEYS_MAX {
                return Err(Refusal::TooMany { what: "attributes to match", max: KEYS_MAX });
            }
            if let Some(matcher) = Matcher::read(&parameter, vr_of(tag), value, is_fuzzy)? {
                self.keys.push(Key { path, matcher });
            }
        }
        Ok(())
    }

    /// Whether attributes that are known at this level, and at those above, match. Keys of levels below match everything: there are
    /// many of them (PS3.18 10.6.1.2.1).
    #[must_use]
    pub fn matches(&self, attributes: &Attributes, level: Level) -> bool {
        self.keys_up_to(level).all(|key| {
            let first = key.path.first().and_then(|tag| attributes.get(*tag));
            is_found(first, key.path.get(1..).unwrap_or_default(), &key.matcher)
        })
    }

    /// What an answer about `level` tells of attributes that belong to the level `of`.
    #[must_use]
    pub fn selected(&self, attributes: &Attributes, level: Level, of: Level) -> Attributes {
        attributes.filtered(|tag| self.is_selected(tag, level, of))
    }

    fn is_selected(&self, tag: u32, level: Level, of: Level) -> bool {
        let belongs = Level::of(tag);
        let is_named =
            self.included.contains(&tag) || self.keys.iter().any(|key| key.path.first() == Some(&tag));
        of.returns(tag) || (belongs <= level && (is_named || (self.includes_all && belongs == of)))
    }

    /// Whether more is asked of an instance than every answer about it has: then all of its metadata is looked at.
    #[must_use]
    pub fn asks_beyond(&self, level: Level) -> bool {
        let named = self.keys_up_to(level).filter_map(|key| key.path.first()).chain(&self.included);
        self.includes_all || named.into_iter().any(|tag| Level::of(*tag) == level && !level.returns(*tag))
    }

    fn keys_up_to(&self, level: Level) -> impl Iterator<Item = &Key> {
        self.keys.iter().filter(move |key| key.path.first().is_some_and(|tag| Level::of(*tag) <= level))
    }
}

/// The parameter `accept` of a query that searches for nothing.
///
/// # Errors
/// As [`Query::read`].
pub fn accept_parameter(query: &str) -> Result<Option<String>, Refusal> {
    Ok(single(&parameters(query)?, "accept")?.map(str::to_owned))
}

/// A parameter's name and value, decoded.
type Parameter<'q> = (Cow<'q, str>, Cow<'q, str>);

fn parameters(query: &str) -> Result<Vec<Parameter<'_>>, Refusal> {
    if query.len() > QUERY_BYTES_MAX {
        return Err(Refusal::QueryTooLong { max: QUERY_BYTES_MAX });
    }
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decoded(name)?, decoded(value)?))
        })
        .collect()
}

/// A blank comes as `%20`, or as forms write it.
fn decoded(text: &str) -> Result<Cow<'_, str>, Refusal> {
    let bad = Refusal::BadQuery { expected: "expected UTF-8, percent-encoded" };
    if text.contains('+') {
        let blank = text.replace('+', " ");
        let text = percent_decode_str(&blank).decode_utf8().map_err(|_| bad)?;
        return Ok(Cow::Owned(text.into_owned()));
    }
    percent_decode_str(text).decode_utf8().map_err(|_| bad)
}

fn single<'p>(
    parameters: &'p [(Cow<'_, str>, Cow<'_, str>)],
    wanted: &str,
) -> Result<Option<&'p str>, Refusal> {
    let mut values = parameters.iter().filter(|(name, _)| name == wanted).map(|(_, value)| value.as_ref());
    let first = values.next();
    if values.any(|other| Some(other) != first) {
        let expected = "expected one value, and the parameter once";
        return Err(Refusal::BadParameter { parameter: wanted.to_owned(), expected });
    }
    Ok(first)
}

fn count(parameter: &str, text: &str) -> Result<usize, Refusal> {
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !is_number {
        let expected = "expected a whole number, not below 0";
        return Err(Refusal::BadParameter { parameter: parameter.to_owned(), expected });
    }
    Ok(text.parse().unwrap_or(usize::MAX))
}

/// An attribute by its keyword or its tag, behind those of the sequences that it lies in, with dots between them
/// (PS3.18 8.3.1.1); `None` for what is none.
fn path(name: &str) -> Option<Vec<u32>> {
    const DEPTH_MAX: usize = 16;
    let path: Option<Vec<u32>> = name.split('.').take(DEPTH_MAX + 1).map(tag_of).collect();
    path.filter(|path| path.len() <= DEPTH_MAX)
}

fn tag_of(name: &str) -> Option<u32> {
    if name.len() == 8 && name.bytes().all(|b| b.is_ascii_hexdigit()) {
        return u32::from_str_radix(name, 16).ok();
    }
    let entry = StandardDataDictionary.by_name(name)?;
    let tag = entry.tag();
    Some(u32::from(tag.group()) << 16 | u32::from(tag.element()))
}

fn dicom_tag(tag: u32) -> Tag {
    Tag((tag >> 16) as u16, (tag & 0xFFFF) as u16)
}

/// How an attribute is called where a client is told about it.
fn keyword(tag: u32) -> String {
    let entry = StandardDataDictionary.by_tag(dicom_tag(tag));
    entry.map_or_else(|| format!("{tag:08X}"), |entry| entry.alias().to_owned())
}

fn vr_of(tag: u32) -> &'static str {
    let entry = StandardDataDictionary.by_tag(dicom_tag(tag));
    entry.map_or("UN", |entry| entry.vr().relaxed().to_string())
}

/// Whether a path below an attribute leads to one that matches, in any item.
fn is_found(attribute: Option<&Attribute>, path: &[u32], matcher: &Matcher) -> bool {
    let Some((next, rest)) = path.split_first() else { return matcher.matches(attribute) };
    let items = attribute.map(|attribute| attribute.values.as_slice()).unwrap_or_default();
    let key = format!("{next:08X}");
    let inner = |item: &Value| {
        let found = item.get(&key)?;
        let vr = found.get("vr")?.as_str()?.to_owned();
        let values = found.get("Value").and_then(Value::as_array).cloned().unwrap_or_default();
        Some(Attribute { vr, values, inline_binary: None })
    };
    if items.is_empty() {
        return *matcher == Matcher::Anything;
    }
    items.iter().any(|item| is_found(inner(item).as_ref(), rest, matcher))
}

#[cfg(test)]
mod tests;
