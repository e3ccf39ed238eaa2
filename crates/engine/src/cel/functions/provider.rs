//! Which account and region of the cloud resources belong to: that of the configuration of the provider that makes them.

use std::sync::Arc;

use hipaa_iac_source::{Map, Node, Reference, Resource};

use super::{library, resource::resource};
use crate::{
    cel::{
        eval::{Outcome, Scope},
        value::{Partial, Val},
    },
    relations::Target,
};

/// Arguments of the `aws` provider that do not decide about the account that it works in
/// (<https://registry.terraform.io/providers/hashicorp/aws/latest/docs#argument-reference>).
const BESIDE_THE_ACCOUNT: [&str; 24] = [
    "alias",
    "allowed_account_ids",
    "custom_ca_bundle",
    "default_tags",
    "forbidden_account_ids",
    "http_proxy",
    "https_proxy",
    "ignore_tags",
    "max_retries",
    "no_proxy",
    "region",
    "retry_mode",
    "s3_us_east_1_regional_endpoint",
    "s3_use_path_style",
    "skip_credentials_validation",
    "skip_metadata_api_check",
    "skip_region_validation",
    "skip_requesting_account_id",
    "sts_region",
    "tag_policy_compliance",
    "token_bucket_rate_limiter_capacity",
    "use_dualstack_endpoint",
    "use_fips_endpoint",
    "version",
];

/// A resource with the configuration of its provider.
struct Configured<'a> {
    resource: &'a Resource,
    body: &'a Node,
    /// The address of the configuration; `None` where the input does not tell.
    address: Option<&'a Arc<str>>,
    /// The block, as a place in the inventory.
    block: Option<usize>,
    /// Its arguments: none where it is in use without a block. `None` where the input tells of no configuration.
    arguments: Option<&'a Map>,
}

static NO_ARGUMENTS: std::sync::LazyLock<Map> = std::sync::LazyLock::new(Map::default);

fn configured<'a>(
    scope: &Scope<'a>,
    name: &str,
    arg: &Val,
) -> Result<Configured<'a>, crate::cel::Error> {
    let (at, resource) = resource(scope, name, std::slice::from_ref(arg))?;
    let id = resource.terraform();
    let address = id.and_then(|id| id.provider_config.as_ref());
    let relations = &scope.world.relations;
    let found = address.map(|address| {
        let reference = Reference {
            address: Arc::clone(address),
            attribute: "".into(),
        };
        relations.target(at, &reference)
    });
    let block = match &found {
        Some(Target::Resources(found)) if found.len() == 1 => found.first().copied(),
        _ => None,
    };
    let arguments = match found {
        // Without a block its configuration is empty. A state holds no blocks.
        Some(Target::Missing) => {
            let of_state = address.is_some_and(|address| address.contains("provider[\""));
            (!of_state).then(|| &*NO_ARGUMENTS)
        }
        _ => block.and_then(|block| scope.world.resource(block)?.body.as_map()),
    };
    Ok(Configured {
        resource,
        body: &resource.body,
        address,
        block,
        arguments,
    })
}

impl Configured<'_> {
    fn is_aws(&self) -> bool {
        self.resource
            .terraform()
            .is_some_and(|id| &*id.provider == "hashicorp/aws")
    }

    /// The number of the account, where the configuration says so: by the role that is assumed, or as the only one allowed.
    fn account(&self) -> Option<&str> {
        let arguments = self.arguments?;
        let role = arguments.get("assume_role").and_then(Node::as_list);
        if let Some([role]) = role.map(Vec::as_slice) {
            return role.get("role_arn")?.as_str()?.split(':').nth(4);
        }
        match arguments.get("allowed_account_ids")?.as_list()?.as_slice() {
            [only] => only.as_str(),
            _ => None,
        }
    }

    /// Whether both work with the same credentials: all arguments that decide about them are alike.
    fn like(&self, other: &Self) -> bool {
        let (Some(own), Some(theirs)) = (self.arguments, other.arguments) else {
            return false;
        };
        let decides = |name: &&Arc<str>| !BESIDE_THE_ACCOUNT.contains(&&***name);
        own.keys().chain(theirs.keys()).filter(decides).all(|name| {
            let given = |of: &Map| of.get(name).cloned().unwrap_or_default();
            given(own) == given(theirs)
        })
    }

    fn region(&self) -> Option<&Node> {
        let own = self.body.get("region").filter(|node| !node.is_null());
        let of_provider = || self.arguments?.get("region");
        own.or_else(of_provider).filter(|node| !node.is_null())
    }
}

fn both<'a>(
    scope: &Scope<'a>,
    name: &str,
    args: &[Val],
) -> Result<[Configured<'a>; 2], crate::cel::Error> {
    match args {
        [a, b] => Ok([configured(scope, name, a)?, configured(scope, name, b)?]),
        args => Err(library::no_overload(name, args)),
    }
}

fn untold(of: &Configured<'_>) -> Val {
    Val::unknown(format!(
        "by which configuration of the provider {} is made is not known",
        of.resource.address
    ))
}

/// `r.provider()`: the block that configures the provider of a resource; null where there is none.
pub(super) fn provider(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let [one] = args else {
        return Err(library::no_overload("provider", args));
    };
    let one = configured(scope, "provider", one)?;
    Ok(match (one.address, one.block) {
        (None, _) => untold(&one),
        (_, Some(block)) => Val::Resource(block),
        _ if one.arguments.is_some() => Val::Null,
        _ => Val::unknown("the input holds no configurations of providers"),
    })
}

/// `r.region()`: the region that a resource names, else that of its provider.
pub(super) fn region(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let [one] = args else {
        return Err(library::no_overload("region", args));
    };
    let one = configured(scope, "region", one)?;
    Ok(match one.region() {
        Some(region) => region.into(),
        None if one.address.is_none() => untold(&one),
        None => Val::unknown(UNWRITTEN),
    })
}

/// Why a region is not known.
const UNWRITTEN: &str = "the region of the provider is not written down";

/// `a.sameAccount(b)`: whether two resources are in one account.
pub(super) fn same_account(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let [a, b] = both(scope, "sameAccount", args)?;
    let (Some(own), Some(theirs)) = (a.address, b.address) else {
        return Ok(untold(if a.address.is_none() { &a } else { &b }));
    };
    if own == theirs {
        return Ok(true.into());
    }
    if a.is_aws() && b.is_aws() {
        if let (Some(own), Some(theirs)) = (a.account(), b.account()) {
            return Ok((own == theirs).into());
        }
        if a.like(&b) {
            return Ok(true.into());
        }
    }
    Ok(Val::unknown(format!(
        "whether {own} and {theirs} work in one account is not known"
    )))
}

/// `a.sameRegion(b)`: whether two resources are in one region: that which they name, else that of the provider.
pub(super) fn same_region(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let [a, b] = both(scope, "sameRegion", args)?;
    let named = |of: &Configured<'_>| of.body.get("region").is_some_and(|node| !node.is_null());
    if !named(&a) && !named(&b) && a.address.is_some() && a.address == b.address {
        return Ok(true.into());
    }
    match (a.region(), b.region()) {
        (Some(own), Some(theirs)) => match (own.as_str(), theirs.as_str()) {
            (Some(own), Some(theirs)) => Ok((own == theirs).into()),
            _ => Ok(Partial::of([&Val::from(own), &Val::from(theirs)]).into()),
        },
        // Both take it from where the program runs.
        (None, None) if a.is_aws() && b.is_aws() && a.like(&b) => Ok(true.into()),
        _ if a.address.is_none() => Ok(untold(&a)),
        _ if b.address.is_none() => Ok(untold(&b)),
        _ => Ok(Val::unknown(UNWRITTEN)),
    }
}
