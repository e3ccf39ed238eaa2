//! What the random test lets pass, and why.

use crate::said::Said;

/// Beginnings of what Terraform refuses though the evaluator finds a value. Before it plans, Terraform validates with
/// variables, resources and locals of unknown type, and there `tolist([[], local.names])` has no common type yet: it
/// refuses what the plan would accept. The evaluator judges with the values. A null also has a type there that the evaluator
/// does not keep. Real conflicts of types are in `expressions/`, where both must refuse.
const UNDECIDED_TYPES: &[&str] = &[
    "all list elements must have the same type",
    "all set elements must have the same type",
    "all map elements must have the same type",
    "to list of any single type",
    "to set of any single type",
    "to map of any single type",
    "element types must all match for conversion",
    "attribute types must all match for conversion",
    "cannot find a common base type for all elements",
    "This value does not have any indices",
    "cannot be applied to null sequences",
    "argument must be a string, a collection type, or a structural type",
    "coalescelist arguments must be lists or tuples",
    "string required, but received",
    "parameter: bool required",
    "parameter: number required",
    "all arguments must have the same type",
    "Inconsistent conditional result types",
    "keys and searchset must be of the same type",
    "all elements must be of the same type",
    "given sets must all have compatible element types",
];

/// Terraform knows that two values are not equal where their types differ, the type of a null or of the elements of an
/// empty collection too; the evaluator does not keep all of those, and then does not know. It never claims more.
pub(crate) fn decided_by_types(expected: &Said, found: &Said) -> bool {
    expected.kind() == "known" && expected.values.is_boolean() && found.kind() == "unknown"
}

/// Whether an error of Terraform is one of those.
pub(crate) fn undecided(message: &str) -> bool {
    UNDECIDED_TYPES.iter().any(|known| message.contains(known))
}
