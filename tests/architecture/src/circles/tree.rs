//! The modules of one target, and the names in each.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::visit::Visit;
use syn::{Attribute, Expr, Item, ItemMod, ItemUse, Lit, Meta, UseTree, Visibility};

/// The path of a module from the root of its target: `[]` is the root.
pub(super) type ModulePath = Vec<String>;

/// One module: a file, or a block in one.
pub(super) struct Module {
    /// The file that holds it, from the root of the repository.
    pub(super) file: String,
    /// Names that it defines.
    pub(super) defined: BTreeSet<String>,
    /// Names that it imports, with the path as written.
    pub(super) imported: BTreeMap<String, Vec<Vec<String>>>,
    /// Modules from which it imports every name.
    pub(super) globs: Vec<Vec<String>>,
    /// Its items, except those that only tests compile and those of other modules.
    pub(super) items: Vec<Item>,
}

/// All modules of a target: a library, a program or a test.
pub(super) struct Tree {
    pub(super) modules: BTreeMap<ModulePath, Module>,
    /// The files that define a macro by example. Such a name is known by textual order, not by path.
    pub(super) macros: BTreeMap<String, BTreeSet<String>>,
}

/// Reads a file, given its path from the root of the repository.
type Reader<'a> = &'a dyn Fn(&Path) -> Option<String>;

impl Tree {
    /// Reads a target, starting with its root file.
    pub(super) fn read(root: &str, reader: Reader) -> Self {
        let mut tree = Self { modules: BTreeMap::new(), macros: BTreeMap::new() };
        let root = Path::new(root);
        tree.read_file(Vec::new(), root, root.parent().unwrap(), reader);
        tree
    }

    /// `below` is the folder of the modules that this file declares.
    fn read_file(&mut self, at: ModulePath, file: &Path, below: &Path, reader: Reader) {
        let text = reader(file).unwrap_or_else(|| panic!("{} is declared, but not there", file.display()));
        let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        self.add(at, file, below, parsed.items, reader);
    }

    fn add(&mut self, at: ModulePath, file: &Path, below: &Path, items: Vec<Item>, reader: Reader) {
        let mut module = Module {
            file: file.to_str().unwrap().to_owned(),
            defined: BTreeSet::new(),
            imported: BTreeMap::new(),
            globs: Vec::new(),
            items: Vec::new(),
        };
        for item in items.into_iter().filter(|item| !is_for_tests(attributes(item))) {
            match item {
                Item::Mod(child) => self.add_child(&at, file, below, child, reader),
                item => module.take(item),
            }
        }
        for item in &module.items {
            if let Item::Macro(definition) = item
                && let Some(name) = &definition.ident
            {
                self.macros.entry(name.to_string()).or_default().insert(module.file.clone());
            }
        }
        self.modules.insert(at, module);
    }

    fn add_child(&mut self, parent: &[String], file: &Path, below: &Path, child: ItemMod, reader: Reader) {
        let name = child.ident.to_string();
        let at: ModulePath = parent.iter().cloned().chain([name.clone()]).collect();
        if let Some((_, items)) = child.content {
            self.add(at, file, &below.join(name), items, reader);
        } else if let Some(path) = path_attribute(&child.attrs) {
            let path = without_steps_up(&file.parent().unwrap().join(path));
            self.read_file(at, &path, path.parent().unwrap(), reader);
        } else {
            let (beside, within) = (below.join(format!("{name}.rs")), below.join(&name).join("mod.rs"));
            let path = if reader(&beside).is_some() { beside } else { within };
            self.read_file(at, &path, &below.join(&name), reader);
        }
    }
}

impl Module {
    fn take(&mut self, item: Item) {
        self.defined.extend(name_of(&item));
        // Functions may hold imports, too.
        Imports(self).visit_item(&item);
        self.items.push(item);
    }
}

struct Imports<'a>(&'a mut Module);

impl<'ast> Visit<'ast> for Imports<'_> {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        for leaf in leaves(&item.tree) {
            match leaf.name.as_str() {
                "*" => self.0.globs.push(leaf.path),
                name => self.0.imported.entry(name.to_owned()).or_default().push(leaf.path),
            }
        }
    }
}

/// One name of a `use`: its path, and its name here. `*` is every name of what the path refers to.
pub(super) struct Leaf {
    pub(super) path: Vec<String>,
    pub(super) name: String,
}

/// The names of a `use`, with groups and renames resolved.
pub(super) fn leaves(tree: &UseTree) -> Vec<Leaf> {
    let mut found = Vec::new();
    collect(tree, &[], &mut found);
    found
}

fn collect(tree: &UseTree, before: &[String], found: &mut Vec<Leaf>) {
    let with = |name: &syn::Ident| {
        let mut path = before.to_vec();
        // `use a::{self}` is `use a`.
        if name != "self" || before.is_empty() {
            path.push(name.to_string());
        }
        path
    };
    match tree {
        UseTree::Path(step) => collect(&step.tree, &with(&step.ident), found),
        UseTree::Group(group) => group.items.iter().for_each(|tree| collect(tree, before, found)),
        UseTree::Glob(_) => found.push(Leaf { path: before.to_vec(), name: "*".to_owned() }),
        UseTree::Name(name) => {
            let path = with(&name.ident);
            found.push(Leaf { name: path.last().unwrap().clone(), path });
        }
        UseTree::Rename(rename) => {
            found.push(Leaf { path: with(&rename.ident), name: rename.rename.to_string() });
        }
    }
}

/// Whether a `use` passes its names on.
pub(super) fn is_re_export(item: &ItemUse) -> bool {
    !matches!(item.vis, Visibility::Inherited)
}

/// Whether the item has `#[cfg(test)]` or `#[cfg(all(test, …))]`.
pub(super) fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).any(|attribute| {
        let Meta::List(condition) = &attribute.meta else { return false };
        let condition = condition.tokens.to_string().replace(' ', "");
        condition == "test" || condition.starts_with("all(test,")
    })
}

/// The attributes of an item that may be excluded from the product.
pub(super) fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn name_of(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}

fn path_attribute(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    })
}

/// The path without `..`, so that a file has only one name.
fn without_steps_up(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        if part.as_os_str() == ".." {
            plain.pop();
        } else {
            plain.push(part);
        }
    }
    plain
}
