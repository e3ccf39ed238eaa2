//! Documents in texts.

use hipaa_iac_source::Node;

use super::{not_readable, resource};
use crate::{
    cel::{
        eval::{Outcome, Scope},
        value::{Partial, Val},
    },
    iam,
    json_text::{self, Document},
};

/// The one node at the path of a document; `None` where it is absent.
fn node(
    scope: &Scope<'_>,
    name: &str,
    args: &[Val],
) -> Result<Result<Node, Val>, crate::cel::Error> {
    let mut found = resource::find(scope, name, args)?;
    if !found.hidden.is_empty() {
        return Ok(Err(Partial {
            reasons: found.hidden,
            ..Partial::default()
        }
        .into()));
    }
    match (found.nodes.pop(), found.nodes.is_empty()) {
        (Some(node), true) => Ok(Ok(node)),
        (None, _) => Ok(Err(Val::Null)),
        (Some(_), false) => Err(crate::cel::Error::new(format!(
            "`{name}` needs a path to one value"
        ))),
    }
}

pub(super) fn json(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    match node(scope, "json", args)? {
        Ok(node) => {
            charge(scope, &node)?;
            Ok(match json_text::read(&node) {
                Document::Value(value) => Val::from(&value),
                Document::Unknown(node) => Val::from(&node),
                Document::NotJson => return not_readable("the text is not a JSON document"),
            })
        }
        Err(val) => Ok(val),
    }
}

fn charge(scope: &Scope<'_>, node: &Node) -> Result<(), crate::cel::Error> {
    scope.charge(1 + node.as_str().map_or(64, str::len) / 8)
}

pub(super) fn iam_policy(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    match node(scope, "iamPolicy", args)? {
        Ok(node) => {
            charge(scope, &node)?;
            Ok(Val::from(&iam::policy(scope.world, scope.resource, &node)))
        }
        Err(Val::Null) => Ok(Val::from(&iam::empty())),
        Err(val) => Ok(val),
    }
}
