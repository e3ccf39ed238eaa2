//! What every other part of hipaa-iac stands on: the files that were read, places in them,
//! the one value type of the program ([`Node`]), resources made of it, and diagnostics.
//!
//! Nothing here knows an input format, a policy or a report.

mod diagnostic;
mod file;
mod node;
mod query;
mod resource;
mod walk;

pub use diagnostic::{Diagnostic, Level, fragment};
pub use file::{
    Column, FileId, MAX_FILE_BYTES, Position, ReadError, SourceFile, Sources, Span, display_path,
};
pub use node::{Map, Node, Number, Origin, Reference, TemplatePart, Unknown, Value, Written};
pub use query::{Match, Query, QueryError};
pub use resource::{Inventory, KubernetesId, Resource, ResourceKind, TerraformId, Unresolved};
pub use walk::{WalkEntry, walk};
