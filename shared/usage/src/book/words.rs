//! Texts that many rows share, stored once each.

use std::collections::HashMap;
use std::num::NonZeroU32;

use crate::line::Text;

/// The number of a shared text, from 1.
pub(super) type Word = NonZeroU32;

/// Each text once, with its number.
#[derive(Debug, Default)]
pub(super) struct Words {
    texts: Vec<Box<str>>,
    numbers: HashMap<Box<str>, Word>,
}

impl Words {
    /// Replaces the known word with the new one, if there is one.
    pub(super) fn renew(&mut self, known: &mut Option<Word>, said: &Option<Text<'_>>) {
        let Some(said) = said.as_deref() else { return };
        if known.is_some_and(|word| self.get(Some(word)) == Some(said)) {
            return;
        }
        *known = Some(self.number(said));
    }

    /// The number of a text; a new text gets a new one.
    pub(super) fn number(&mut self, text: &str) -> Word {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        self.texts.push(text.into());
        let number = u32::try_from(self.texts.len()).ok().and_then(Word::new).unwrap_or(Word::MAX);
        self.numbers.insert(text.into(), number);
        number
    }

    pub(super) fn get(&self, word: Option<Word>) -> Option<&str> {
        self.texts.get(word?.get() as usize - 1).map(AsRef::as_ref)
    }
}
