//! Which file needs which other file, and where that forms a circle.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItemFn, Item, ItemFn, ItemUse, Macro, Meta, PatIdent, Path};

use super::names::Meant;
use super::tree::{ModulePath, Tree, attributes, is_for_tests, is_re_export, leaves};

/// From one file to another: the names that the first takes from the second.
pub(super) type Arrows = BTreeMap<(String, String), BTreeSet<String>>;

/// All arrows between the files of a target.
pub(super) fn arrows_of(tree: &Tree) -> Arrows {
    let mut arrows = Arrows::new();
    for (at, module) in &tree.modules {
        let mut walk = Walk { tree, at, locals: BTreeSet::new(), arrows: &mut arrows };
        module.items.iter().for_each(|item| walk.visit_item(item));
    }
    arrows
}

/// The circles, each with every arrow that is part of it.
pub(super) fn circles_of(arrows: &Arrows) -> Vec<String> {
    let mut left: BTreeSet<&str> = arrows.keys().map(|(from, _)| from.as_str()).collect();
    let mut circles = Vec::new();
    while let Some(file) = left.pop_first() {
        let reached = reached_from(file, arrows);
        let circle: BTreeSet<&str> =
            reached.into_iter().filter(|other| reached_from(other, arrows).contains(file)).collect();
        left.retain(|other| !circle.contains(other));
        if circle.len() > 1 {
            circles.push(described(&circle, arrows));
        }
    }
    circles
}

/// The files that a file needs, directly or through others.
fn reached_from<'a>(file: &'a str, arrows: &'a Arrows) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut next = vec![file];
    while let Some(file) = next.pop() {
        let onward = arrows.keys().filter(|(from, _)| from == file).map(|(_, to)| to.as_str());
        next.extend(onward.filter(|to| reached.insert(*to)));
    }
    reached
}

fn described(circle: &BTreeSet<&str>, arrows: &Arrows) -> String {
    let within = arrows
        .iter()
        .filter(|((from, to), _)| circle.contains(from.as_str()) && circle.contains(to.as_str()));
    let lines = within.map(|((from, to), names)| {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        format!("    {from} → {to}: {}", names.join(", "))
    });
    format!("circle of {} files:\n{}", circle.len(), lines.collect::<Vec<_>>().join("\n"))
}

/// Reads the code of one module.
struct Walk<'a> {
    tree: &'a Tree,
    at: &'a ModulePath,
    /// Variables of the current function. They hide items of the module with the same name.
    locals: BTreeSet<String>,
    arrows: &'a mut Arrows,
}

impl Walk<'_> {
    fn needs(&mut self, path: &[String]) {
        if let Some(Meant::Item(module, name)) = self.tree.follow(self.at, path) {
            self.needs_file(&self.tree.modules[&module].file, name);
        }
    }

    fn needs_file(&mut self, file: &str, name: String) {
        let from = &self.tree.modules[self.at].file;
        if from != file {
            self.arrows.entry((from.clone(), file.to_owned())).or_default().insert(name);
        }
    }

    /// Paths in the tokens of a macro or an attribute. A single lower-case name is usually a field or a variable, so
    /// it counts only where it is called.
    fn needs_tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let is_colon =
            |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(mark)) if mark.as_char() == ':');
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Group(group) => self.needs_tokens(group.stream()),
                TokenTree::Ident(first) => {
                    let mut path = vec![first.to_string()];
                    while is_colon(at + 1)
                        && is_colon(at + 2)
                        && let Some(TokenTree::Ident(next)) = tokens.get(at + 3)
                    {
                        path.push(next.to_string());
                        at += 3;
                    }
                    let is_called = matches!(tokens.get(at + 1), Some(TokenTree::Group(_)));
                    let is_capital = path[0].starts_with(char::is_uppercase);
                    if path.len() > 1 || is_called || is_capital {
                        self.needs(&path);
                    }
                }
                TokenTree::Punct(mark) if mark.as_char() == '.' => at += 1,
                _ => {}
            }
            at += 1;
        }
    }

    fn within_function(&mut self, locals: Locals, read: impl FnOnce(&mut Self)) {
        let outside = self.locals.clone();
        self.locals.extend(locals.0);
        read(self);
        self.locals = outside;
    }
}

impl<'ast> Visit<'ast> for Walk<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_for_tests(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        for leaf in leaves(&item.tree) {
            let meant = self.tree.follow(self.at, &leaf.path);
            if let Some(Meant::Item(module, name)) = meant
                && !(is_re_export(item) && module.starts_with(self.at))
            {
                self.needs_file(&self.tree.modules[&module].file, name);
            }
        }
    }

    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        let mut locals = Locals::default();
        locals.visit_item_fn(function);
        self.within_function(locals, |walk| visit::visit_item_fn(walk, function));
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        if !is_for_tests(&function.attrs) {
            let mut locals = Locals::default();
            locals.visit_impl_item_fn(function);
            self.within_function(locals, |walk| visit::visit_impl_item_fn(walk, function));
        }
    }

    fn visit_path(&mut self, path: &'ast Path) {
        let names: Vec<String> = path.segments.iter().map(|step| step.ident.to_string()).collect();
        let is_local = names.len() == 1 && self.locals.contains(&names[0]);
        if path.leading_colon.is_none() && !is_local {
            self.needs(&names);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &'ast Macro) {
        let here = &self.tree.modules[self.at].file;
        let definitions = called.path.get_ident().and_then(|name| self.tree.macros.get(&name.to_string()));
        match definitions {
            // The nearest one is meant: two files may each have one.
            Some(files) if files.contains(here) => {}
            Some(files) => {
                let name = called.path.get_ident().map(ToString::to_string).unwrap_or_default();
                files.iter().for_each(|file| self.needs_file(file, name.clone()));
            }
            None => self.visit_path(&called.path),
        }
        self.needs_tokens(called.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        let Meta::List(list) = &attribute.meta else { return };
        self.needs_tokens(list.tokens.clone());
        if attribute.path().is_ident("serde") {
            // `with = "path"`: serde takes paths as text, also those of modules.
            for text in list.tokens.to_string().split('"').skip(1).step_by(2) {
                let Ok(path) = syn::parse_str::<Path>(text) else { continue };
                let names: Vec<String> = path.segments.iter().map(|step| step.ident.to_string()).collect();
                match self.tree.follow(self.at, &names) {
                    Some(Meant::Module(module)) => {
                        self.needs_file(&self.tree.modules[&module].file, names.join("::"));
                    }
                    _ if names.len() > 1 => self.needs(&names),
                    _ => {}
                }
            }
        }
    }
}

/// The variables a function binds.
#[derive(Default)]
struct Locals(BTreeSet<String>);

impl<'ast> Visit<'ast> for Locals {
    fn visit_pat_ident(&mut self, pattern: &'ast PatIdent) {
        // A pattern in capitals is a constant, not a variable.
        let name = pattern.ident.to_string();
        if name.starts_with(|first: char| first.is_lowercase() || first == '_') {
            self.0.insert(name);
        }
        visit::visit_pat_ident(self, pattern);
    }
}
