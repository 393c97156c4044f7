//! No circles between files: of any two files of a crate, one can be read without the other.
//!
//! A file needs another if it names an item that the other defines, however the name gets there: `use`, a path in code
//! or in a macro's arguments, a re-export, a glob. Two things are no arrow: a parent that passes on names of its
//! children (`mod x; pub use x::Y;`) without using them, and code that only tests compile. Methods go unseen because
//! they have no path: an `impl` in another file than its type is known only by that type.

mod arrows;
mod names;
mod proof;
mod tree;

use std::fs;

use crate::workspace::{Package, assert_none, packages, root};
use arrows::{Arrows, arrows_of, circles_of};
use tree::Tree;

/// Folders of crates whose circles stay for now, each with its reason in a comment.
const EXCEPTIONS: [&str; 0] = [];

/// The arrows within a crate. Reads its library, programs, tests and examples one by one, as the compiler does.
fn arrows_in(package: &Package) -> Arrows {
    let mut arrows = Arrows::new();
    for target in &package.roots {
        let tree = Tree::read(target, &|path| fs::read_to_string(root().join(path)).ok());
        for (between, names) in arrows_of(&tree) {
            arrows.entry(between).or_default().extend(names);
        }
    }
    arrows
}

#[test]
fn no_two_files_need_each_other() {
    let packages = packages();
    let bound = packages.iter().filter(|package| !EXCEPTIONS.contains(&package.folder.as_str()));
    let circles: Vec<String> = bound.flat_map(|package| circles_of(&arrows_in(package))).collect();
    assert_none(&circles, "Give what ties these files a file of its own, below both:");
}

#[test]
fn the_arrows_of_the_product_are_found() {
    let packages = packages();
    let store = packages.iter().find(|package| package.folder == "shared/store").unwrap();
    let found = arrows_in(store).len();
    assert!(found > 100, "the search for arrows is broken: it found {found} in shared/store");
}
