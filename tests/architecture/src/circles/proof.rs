//! The search finds the circles of made-up crates, and nothing else.

use std::path::Path;

use super::arrows::{Arrows, arrows_of, circles_of};
use super::tree::Tree;

/// The arrows of a crate made of these files: `from → to: names`.
fn arrows(files: &[(&str, &str)]) -> Vec<String> {
    let found = found_in(files);
    let lines = found.iter().map(|((from, to), names)| {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        format!("{from} → {to}: {}", names.join(", "))
    });
    lines.collect()
}

fn found_in(files: &[(&str, &str)]) -> Arrows {
    let text_of = |path: &Path| {
        let held = files.iter().find(|(name, _)| Path::new(name) == path);
        held.map(|(_, text)| (*text).to_owned())
    };
    arrows_of(&Tree::read("lib.rs", &text_of))
}

#[test]
fn files_that_need_each_other_are_a_circle_and_are_told_with_the_names_that_tie_them() {
    let files = [
        ("lib.rs", "mod alone; mod order; mod price;"),
        ("alone.rs", "use crate::order::Order; pub fn of(order: Order) {}"),
        ("order.rs", "use crate::price::{Price, sum as total}; pub struct Order(Price); fn f() { total() }"),
        ("price.rs", "pub struct Price; pub fn sum() {} pub fn of(order: &super::order::Order) {}"),
    ];
    let expected = "circle of 2 files:\n    order.rs → price.rs: Price, sum\n    price.rs → order.rs: Order";
    assert_eq!(circles_of(&found_in(&files)), [expected]);
}

#[test]
fn a_circle_may_go_round_over_many_files_and_two_circles_are_told_apart() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c; mod x; mod y;"),
        ("a.rs", "pub fn a() { crate::b::b() }"),
        ("b.rs", "pub fn b() { crate::c::c() }"),
        ("c.rs", "pub fn c() { crate::a::a(); crate::x::x() }"),
        ("x.rs", "pub fn x() { crate::y::y() }"),
        ("y.rs", "pub fn y() { crate::x::x() }"),
    ];
    let circles = circles_of(&found_in(&files));
    let first_lines: Vec<&str> = circles.iter().filter_map(|circle| circle.lines().next()).collect();
    assert_eq!(first_lines, ["circle of 3 files:", "circle of 2 files:"]);
}

#[test]
fn a_parent_that_only_hands_on_its_childrens_names_needs_no_child() {
    let files = [
        ("lib.rs", "mod shop; pub use shop::Order;"),
        (
            "shop/mod.rs",
            "mod order; mod price; pub use order::Order; pub(crate) use self::price::*; pub struct Shop;",
        ),
        ("shop/order.rs", "use super::{Price, Shop}; pub struct Order(Price, Shop);"),
        ("shop/price.rs", "pub struct Price;"),
    ];
    let expected = [
        "shop/order.rs → shop/mod.rs: Shop",
        // The name comes through the parent, but from the file that defines it.
        "shop/order.rs → shop/price.rs: Price",
    ];
    assert_eq!(arrows(&files), expected);
}

#[test]
fn a_parent_that_uses_what_it_hands_on_needs_its_child() {
    let files = [
        ("lib.rs", "mod order; pub use order::Order; pub struct Shop; fn sell(order: Order) {}"),
        ("order.rs", "use super::Shop; pub struct Order(Shop);"),
    ];
    assert_eq!(circles_of(&found_in(&files)).len(), 1);
}

#[test]
fn a_variable_is_not_the_item_of_the_same_name_that_a_parent_hands_on() {
    let files = [
        ("lib.rs", "mod order; pub use order::order; fn sell() { let order = 1; drop(order) }"),
        ("order.rs", "pub fn order() {}"),
    ];
    assert!(arrows(&files).is_empty());
}

#[test]
fn what_only_tests_compile_is_no_arrow() {
    let files = [
        ("lib.rs", "mod order; mod price; #[cfg(test)] mod proof;"),
        ("order.rs", "use crate::price::Price; pub struct Order(Price);"),
        (
            "price.rs",
            "pub struct Price; #[cfg(test)] use crate::order::Order; #[cfg(test)] mod tests { use crate::order::Order; }
             impl Price { #[cfg(all(test, unix))] fn f(order: crate::order::Order) {} }",
        ),
    ];
    assert_eq!(arrows(&files), ["order.rs → price.rs: Price"]);
}

#[test]
fn whatever_way_a_name_comes_it_is_found() {
    let ways = [
        "use crate::far::off::Thing; fn f(_: Thing) {}",
        "use crate::{far::{off::{Thing}}}; fn f(_: Thing) {}",
        "use crate::far::off; fn f(_: off::Thing) {}",
        "use crate::far::off::{self}; fn f(_: off::Thing) {}",
        "use crate::far; fn f(_: far::off::Thing) {}",
        "use crate::far::off as away; fn f(_: away::Thing) {}",
        "use crate::far::off::Thing as _;",
        "use crate::far::off::*; fn f(_: Thing) {}",
        "use crate::far::off::*; fn f() { matches!(1, Thing) }",
        "use super::handed::Thing; fn f(_: Thing) {}",
        "use super::globbed::Thing; fn f(_: Thing) {}",
        "fn f() { use crate::far::off::Thing; }",
        "fn f() -> Vec<crate::far::off::Thing> { }",
        "fn f() { crate::far::off::Thing::new() }",
        "fn f() { assert!(vec![(1, crate::far::off::Thing)].is_empty()) }",
        "impl crate::far::off::Thing {}",
        "pub use crate::far::off::Thing;",
        "struct S { #[serde(with = \"crate::far::off::Thing\")] field: u8 }",
        "mod inner { fn f(_: super::super::far::off::Thing) {} }",
        "mod inner { use super::far::Thing; use super::super::far; fn f(_: super::super::far::off::Thing) {} }",
    ];
    for way in ways {
        let files = [
            ("lib.rs", "mod far; mod globbed; mod handed; mod near;"),
            ("near.rs", way),
            ("handed.rs", "pub use crate::far::off::Thing;"),
            ("globbed.rs", "pub use crate::far::off::*;"),
            ("far/mod.rs", "pub mod off;"),
            ("far/off.rs", "pub struct Thing;"),
        ];
        let found = arrows(&files);
        assert!(found.contains(&"near.rs → far/off.rs: Thing".to_owned()), "{way}: {found:?}");
    }
}

#[test]
fn names_of_other_crates_and_of_the_same_file_are_no_arrows() {
    let files = [
        ("lib.rs", "mod near; mod std_like; pub struct Thing;"),
        (
            "near.rs",
            "use std::fmt::Display; use serde::Thing; struct Own(Thing); fn f(_: Own, _: other::Thing) {}",
        ),
        ("std_like.rs", "pub struct Display;"),
    ];
    assert!(arrows(&files).is_empty());
}

#[test]
fn macros_by_example_belong_to_the_file_that_defines_them() {
    let files = [
        ("lib.rs", "#[macro_use] mod words; mod page;"),
        ("words.rs", "macro_rules! words { ($name:ident) => { pub struct $name; } } words! { Own }"),
        ("page.rs", "words! { Page } fn f(_: crate::words::Own) {}"),
    ];
    assert_eq!(arrows(&files), ["page.rs → words.rs: Own, words"]);
}
