//! Address ranges.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use bigdecimal::ToPrimitive as _;

use super::{Args, Num, Val, strings};

/// A range of addresses; an IPv4 address is its 32 bits as a number.
#[derive(Clone, Copy)]
struct Network {
    first: u128,
    prefix: u32,
    /// 32 or 128.
    bits: u32,
}

impl Network {
    fn parse(text: &str) -> Result<Self, String> {
        let (address, prefix) = text
            .split_once('/')
            .ok_or("not an address range in CIDR notation")?;
        let (address, bits) =
            parse_address(address).ok_or("not an address range in CIDR notation")?;
        let digits = !prefix.is_empty()
            && prefix.len() <= 3
            && prefix.bytes().all(|byte| byte.is_ascii_digit());
        let prefix = prefix
            .parse::<u32>()
            .ok()
            .filter(|prefix| digits && *prefix <= bits);
        let prefix = prefix.ok_or("not an address range in CIDR notation")?;
        Ok(Self {
            first: address & !host_mask(bits - prefix),
            prefix,
            bits,
        })
    }

    fn host_bits(self) -> u32 {
        self.bits - self.prefix
    }

    fn last(self) -> u128 {
        self.first | host_mask(self.host_bits())
    }

    fn address(self, number: u128) -> String {
        if self.bits == 32 {
            Ipv4Addr::from(u32::try_from(number).unwrap_or(u32::MAX)).to_string()
        } else {
            Ipv6Addr::from(number).to_string()
        }
    }

    fn text(self) -> String {
        format!("{}/{}", self.address(self.first), self.prefix)
    }
}

/// As many ones.
fn host_mask(bits: u32) -> u128 {
    u128::MAX.checked_shr(128 - bits.min(128)).unwrap_or(0)
}

/// An address and how many bits its kind has. Zeros in front of an IPv4 part mean nothing, as in Terraform.
fn parse_address(text: &str) -> Option<(u128, u32)> {
    if text.contains(':') {
        return text
            .parse::<Ipv6Addr>()
            .ok()
            .map(|address| (address.into(), 128));
    }
    let parts: Vec<&str> = text
        .split('.')
        .map(|part| {
            let trimmed = part.trim_start_matches('0');
            if trimmed.is_empty() && !part.is_empty() {
                "0"
            } else {
                trimmed
            }
        })
        .collect();
    match parts.join(".").parse::<IpAddr>().ok()? {
        IpAddr::V4(address) => Some((u32::from(address).into(), 32)),
        IpAddr::V6(_) => None,
    }
}

/// A whole number of any size that an address can hold, with its sign.
fn whole(number: &Num) -> Result<(bool, u128), String> {
    let size = if number.is_negative() {
        number.neg()
    } else {
        number.clone()
    };
    let size = if size.is_whole() {
        size.exact().to_u128()
    } else {
        None
    };
    Ok((
        number.is_negative(),
        size.ok_or("a whole number is required")?,
    ))
}

pub(super) fn cidrhost(args: &Args<'_>) -> Result<Val, String> {
    let network = Network::parse(args.text(0)?)?;
    let (negative, number) = whole(args.number(1)?)?;
    let room = host_mask(network.host_bits());
    let inside = if negative {
        number.checked_sub(1).is_some_and(|number| number <= room)
    } else {
        number <= room
    };
    if !inside {
        return Err("the prefix does not accommodate a host with this number".to_owned());
    }
    let host = if negative {
        network.last() - (number - 1)
    } else {
        network.first + number
    };
    Ok(Val::str(network.address(host)))
}

pub(super) fn cidrnetmask(args: &Args<'_>) -> Result<Val, String> {
    let network = Network::parse(args.text(0)?)?;
    if network.bits != 32 {
        return Err("IPv6 has no netmasks".to_owned());
    }
    Ok(Val::str(
        network.address(host_mask(32) & !host_mask(network.host_bits())),
    ))
}

pub(super) fn cidrsubnet(args: &Args<'_>) -> Result<Val, String> {
    let network = Network::parse(args.text(0)?)?;
    let bits = args.int(1)?;
    let (negative, number) = whole(args.number(2)?)?;
    let prefix = bits
        .checked_add(network.prefix.into())
        .and_then(|prefix| u32::try_from(prefix).ok());
    let prefix = prefix
        .filter(|prefix| *prefix <= network.bits)
        .ok_or("insufficient address space to extend the prefix")?;
    // Terraform shortens a prefix too.
    let room = u32::try_from(bits).map_or(u128::MAX, host_mask);
    if negative || number > room {
        return Err(
            "the prefix extension does not accommodate a subnet with this number".to_owned(),
        );
    }
    let shifted = number.checked_shl(network.bits - prefix).unwrap_or(0);
    Ok(Val::str(
        Network {
            first: network.first | shifted,
            prefix,
            ..network
        }
        .text(),
    ))
}

pub(super) fn cidrsubnets(args: &Args<'_>) -> Result<Val, String> {
    let network = Network::parse(args.text(0)?)?;
    // Terraform begins at the range before this one, and fails where there is none.
    if network.first == 0 && !args.rest(1).is_empty() {
        return Err("not enough remaining address space".to_owned());
    }
    let mut next = Some(network.first);
    let mut subnets = Vec::new();
    for value in args.rest(1) {
        let bits = value
            .as_num()
            .and_then(Num::to_i64)
            .filter(|bits| (1..=32).contains(bits));
        let bits =
            u32::try_from(bits.ok_or("must extend the prefix by 1 to 32 bits")?).unwrap_or(0);
        let prefix = network.prefix + bits;
        let room = network.bits.checked_sub(prefix).map(host_mask);
        // The next place that is a multiple of the subnet's size.
        let first = room.and_then(|room| Some(next?.checked_add(room)? & !room));
        let last = first
            .zip(room)
            .and_then(|(first, room)| first.checked_add(room));
        match (first, last) {
            (Some(first), Some(last)) if last <= network.last() => {
                subnets.push(
                    Network {
                        first,
                        prefix,
                        ..network
                    }
                    .text(),
                );
                next = last.checked_add(1);
            }
            _ => return Err("not enough remaining address space".to_owned()),
        }
    }
    Ok(strings(subnets))
}

/// OpenTofu's: whether a range holds an address or the whole of another range.
pub(super) fn cidrcontains(args: &Args<'_>) -> Result<Val, String> {
    let outer = Network::parse(args.text(0)?)?;
    let inner = args.text(1)?;
    let inner = match Network::parse(inner) {
        Ok(inner) => inner,
        Err(error) => {
            let (first, bits) = parse_address(inner).ok_or(error)?;
            Network {
                first,
                prefix: bits,
                bits,
            }
        }
    };
    if outer.bits != inner.bits {
        return Err("address family mismatch".to_owned());
    }
    Ok((outer.first <= inner.first && inner.last() <= outer.last()).into())
}
