//! CEL: the conditions of policies. The `cel` crate parses and has the standard library; evaluation is ours, because it is in three
//! values, bounded, and asks the inventory. Nothing outside of this module knows the crate.

mod eval;
pub(crate) mod functions;
mod library;
mod term;
mod value;

#[cfg(test)]
mod tests;

pub use eval::OUT_OF_STEPS;
pub(crate) use eval::{Error, Scope};
pub(crate) use term::{MAX_LITERAL_PATTERNS, Names, Patterns, Program, RESERVED};
pub(crate) use value::{Caller, MAX_ALTERNATIVES, Val};
