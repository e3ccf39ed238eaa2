//! Vendors, agreements, and the services that a cloud's agreement lists.

use super::text_of;
use crate::{
    cel::eval::{Outcome, Scope},
    cel::value::Val,
    vendor,
};

pub(super) fn vendor_baa(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    Ok(vendor::baa(&text_of(scope, "vendorBaa", args, 0)?).into())
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
    Ok(settings
        .agreements
        .covers(&id, &service, environment, settings.as_of)
        .into())
}

pub(super) fn eligible_service(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    Ok(vendor::eligibility(&text_of(scope, "eligibleService", args, 0)?).into())
}
