//! Vendors, agreements, and the services that a cloud's agreement lists.

use super::text_of;
use crate::{
    agreement::Accounts,
    cel::eval::{Outcome, Scope},
    cel::value::{Partial, Val},
    vendor,
};

pub(super) fn vendor_baa(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let id = text_of(scope, "vendorBaa", args, 0)?;
    let offered = vendor::baa(&id);
    if matches!(offered, "no" | "unknown") {
        scope.uncovered.borrow_mut().insert(id.to_string());
    }
    Ok(offered.into())
}

pub(super) fn baa_covers(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let (id, service) = (
        text_of(scope, "baaCovers", args, 0)?,
        text_of(scope, "baaCovers", args, 1)?,
    );
    let environment = scope
        .world
        .resource(scope.resource)
        .and_then(|resource| resource.environment.as_deref());
    let settings = scope.world.settings;
    let accounts = Accounts::of(scope.world.body(scope.resource));
    let covers = settings
        .agreements
        .covers(&id, &service, environment, &accounts, settings.as_of);
    if covers != Some(true) {
        scope.uncovered.borrow_mut().insert(id.to_string());
    }
    Ok(match covers {
        Some(covers) => covers.into(),
        None => Partial::because(
            "the agreement is for certain accounts, and the input does not tell this one's",
        )
        .into(),
    })
}

pub(super) fn eligible_service(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    Ok(vendor::eligibility(&text_of(scope, "eligibleService", args, 0)?).into())
}
