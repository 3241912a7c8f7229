//! Definitions that users were free to make, and that a later major refuses.

use super::Removal;
use super::What::Definition;

/// The words are those that the query `removed_uses` answers with.
pub(super) const DEFINITIONS: &[Removal] = &[
    Removal::new(
        90500,
        Definition("an operator named `=>`"),
        "another name: `=>` marks a named argument",
    ),
    Removal::new(
        140000,
        Definition("a postfix operator"),
        "a prefix operator, or a function",
    ),
    Removal::new(
        140000,
        Definition("an aggregate or operator of an array function with `anyarray`"),
        "the same with `anycompatiblearray` and `anycompatible` on the target",
    ),
    Removal::new(
        140000,
        Definition("an encoding conversion with a function of five arguments"),
        "nothing, or a conversion whose function takes six arguments, on the target",
    ),
];
