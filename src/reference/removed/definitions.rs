//! Definitions that a later major version rejects.

use super::Removal;
use super::What::Definition;

/// Definitions that a later major version rejects. The names are those in the answer of the query `removed_uses`.
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
