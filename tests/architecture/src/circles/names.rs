//! What a path refers to.

use super::tree::{ModulePath, Tree};

/// What one of our paths refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meant {
    /// An item, in the module that defines it.
    Item(ModulePath, String),
    /// A module itself.
    Module(ModulePath),
}

/// Names already looked at, with their modules, so that imports that refer to each other end.
type Seen = Vec<(ModulePath, String)>;

impl Tree {
    /// Follows a path from a module through imports and re-exports to the module that defines the item; `None` if
    /// another crate defines it.
    pub(super) fn follow(&self, module: &[String], path: &[String]) -> Option<Meant> {
        self.follow_from(module, path, &mut Vec::new())
    }

    fn follow_from(&self, module: &[String], path: &[String], seen: &mut Seen) -> Option<Meant> {
        let mut at = module.to_vec();
        let mut rest = path;
        let mut is_ours = false;
        while let Some((first, after)) = rest.split_first() {
            match first.as_str() {
                "crate" | "$crate" => at.clear(),
                "self" => {}
                "super" => at.truncate(at.len().checked_sub(1)?),
                _ => break,
            }
            (rest, is_ours) = (after, true);
        }
        while let Some((name, after)) = rest.split_first() {
            let child: ModulePath = at.iter().cloned().chain([name.clone()]).collect();
            let is_child = self.modules.contains_key(&child);
            // The last name may be both a module and a function; the function is meant.
            if is_child && !after.is_empty() {
                (at, rest, is_ours) = (child, after, true);
                continue;
            }
            return match self.held_by(&at, rest, seen) {
                None if is_child => Some(Meant::Module(child)),
                // A macro's definitions cannot be read, so the item belongs to the module where it is looked for.
                None if is_ours => Some(Meant::Item(at, name.clone())),
                found => found,
            };
        }
        is_ours.then_some(Meant::Module(at))
    }

    /// Looks up the first name of a path in what a module defines and imports.
    fn held_by(&self, module: &[String], path: &[String], seen: &mut Seen) -> Option<Meant> {
        let (name, after) = path.split_first()?;
        let place = (module.to_vec(), name.clone());
        if seen.contains(&place) {
            return None;
        }
        seen.push(place);
        let held = self.modules.get(module)?;
        if held.defined.contains(name) {
            return Some(Meant::Item(module.to_vec(), name.clone()));
        }
        let named = held.imported.get(name).into_iter().flatten();
        let named = named.map(|import| [import.as_slice(), after].concat());
        let found: Vec<Meant> = named.filter_map(|import| self.follow_from(module, &import, seen)).collect();
        let item = found.iter().find(|meant| matches!(meant, Meant::Item(..)));
        item.or(found.first()).cloned().or_else(|| {
            held.globs.iter().find_map(|glob| match self.follow_from(module, glob, seen)? {
                Meant::Module(source) if source != module => self.held_or_child(&source, path, seen),
                _ => None,
            })
        })
    }

    fn held_or_child(&self, module: &[String], path: &[String], seen: &mut Seen) -> Option<Meant> {
        let child: ModulePath = module.iter().chain(path.first()).cloned().collect();
        match self.modules.contains_key(&child) {
            true if path.len() > 1 => self.follow_from(&child, &path[1..], seen),
            _ => self.held_by(module, path, seen),
        }
    }
}
