//! Address ranges and ports.

use std::{net::IpAddr, sync::LazyLock};

use ipnet::{IpNet, Ipv4Net};

use super::{library, not_readable, text_of};
use crate::cel::{
    eval::{Outcome, Scope},
    value::{Partial, Val},
};

/// A range, or an address as the range of itself. An IPv4 range mapped into IPv6 is the IPv4 range.
fn range(text: &str) -> Option<IpNet> {
    let text = text.trim();
    let net = match text.parse::<IpNet>() {
        Ok(net) => net,
        Err(_) => IpNet::from(text.parse::<IpAddr>().ok()?),
    };
    Some(match net {
        IpNet::V6(v6) if v6.prefix_len() >= 96 => match v6.addr().to_ipv4_mapped() {
            Some(v4) => Ipv4Net::new(v4, v6.prefix_len() - 96).map_or(net, IpNet::V4),
            None => net,
        },
        _ => net,
    })
}

pub(super) fn cidr_contains(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let (outer, inner) = (
        text_of(scope, "cidrContains", args, 0)?,
        text_of(scope, "cidrContains", args, 1)?,
    );
    match (range(&outer), range(&inner)) {
        (Some(outer), Some(inner)) => Ok(outer.contains(&inner).into()),
        _ => not_readable("the text is not an address range"),
    }
}

pub(super) fn cidr_prefix(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    match range(&text_of(scope, "cidrPrefix", args, 0)?) {
        Some(range) => Ok(Val::Int(i64::from(range.prefix_len()))),
        None => not_readable("the text is not an address range"),
    }
}

/// Private, loopback, link-local, carrier-grade NAT and documentation space: RFC 1918, 6598, 3927, 5737, 4193, 4291, 3849, 9637.
static NOT_PUBLIC: LazyLock<Vec<IpNet>> = LazyLock::new(|| {
    [
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "100.64.0.0/10",
        "192.0.2.0/24",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "fc00::/7",
        "fe80::/10",
        "::1/128",
        "2001:db8::/32",
        "3fff::/20",
    ]
    .iter()
    .filter_map(|text| text.parse().ok())
    .collect()
});

pub(super) fn is_public_cidr(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let text = text_of(scope, "isPublicCidr", args, 0)?;
    let word = text.trim().to_ascii_lowercase();
    match word.as_str() {
        "*" | "internet" | "any" => return Ok(true.into()),
        "virtualnetwork" | "azureloadbalancer" => return Ok(false.into()),
        _ => {}
    }
    match range(&text) {
        // No two of these ranges lie side by side, so a range is outside of all unless one holds it.
        Some(range) => Ok((!NOT_PUBLIC
            .iter()
            .any(|private| private.contains(&range.trunc())))
        .into()),
        None => not_readable("the text is not an address range"),
    }
}

pub(super) fn ports_include(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let [spec, Val::List(ports)] = args else {
        return Err(library::no_overload("portsInclude", args));
    };
    let mut wanted = Vec::new();
    for port in ports.iter() {
        match port {
            Val::Int(port) => wanted.push(port),
            Val::Unknown(_) => return Ok(Partial::of([&port]).into()),
            _ => return Err(library::no_overload("portsInclude", args)),
        }
    }
    includes(scope, spec, &wanted)
}

fn includes(scope: &Scope<'_>, spec: &Val, wanted: &[i64]) -> Outcome {
    scope.charge(1 + wanted.len())?;
    match spec {
        Val::Null => Ok(false.into()),
        Val::Int(port) => Ok(wanted.contains(port).into()),
        Val::Str(text) => match port_range(text) {
            Some((low, high)) => Ok(wanted.iter().any(|port| (low..=high).contains(port)).into()),
            None => not_readable("the text is not a port range"),
        },
        Val::List(list) => {
            let mut unknown: Option<Partial> = None;
            for element in list.iter() {
                match includes(scope, &element.shape(), wanted)? {
                    Val::Bool(true) if !element.is_many() => return Ok(true.into()),
                    Val::Bool(false) => {}
                    answer => {
                        let reasons = Partial::of([&answer, &element]).reasons;
                        unknown
                            .get_or_insert_with(Partial::default)
                            .add_reasons(&reasons);
                    }
                }
            }
            Ok(unknown.map_or(false.into(), Into::into))
        }
        Val::Unknown(_) => scope.lift(std::slice::from_ref(spec), |args| match args {
            [spec] => includes(scope, spec, wanted),
            args => Err(library::no_overload("portsInclude", args)),
        }),
        other => Err(library::no_overload(
            "portsInclude",
            std::slice::from_ref(other),
        )),
    }
}

fn port_range(text: &str) -> Option<(i64, i64)> {
    let text = text.trim();
    if text == "*" || text.eq_ignore_ascii_case("any") || text.eq_ignore_ascii_case("all") {
        return Some((0, 65535));
    }
    // A range that ends beyond the last port means everything from its start on.
    let number = |text: &str| text.trim().parse::<i64>().ok().filter(|port| *port >= 0);
    match text.split_once(['-', ':']) {
        Some((low, high)) => Some((number(low)?, number(high)?)),
        None => number(text).map(|port| (port, port)),
    }
}
