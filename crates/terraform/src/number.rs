//! Numbers as Terraform computes with them: binary, with a precision of their own, and shown as the shortest decimal that
//! reads as the same number again (Go's `big.Float`).

use std::{cmp::Ordering, sync::Arc};

use bigdecimal::{
    BigDecimal, RoundingMode, Signed as _, ToPrimitive as _, Zero as _, num_bigint::BigInt,
};
use hipaa_iac_source::Number;

/// The precision of numbers that are written in decimal digits, in bits.
const WRITTEN: u64 = 512;
/// The precision of whole numbers that Terraform counts itself.
const COUNTED: u64 = 64;
/// The precision of what is calculated with doubles.
const DOUBLE: u64 = 53;
/// Significant decimal digits that [`WRITTEN`] bits always keep.
const EXACT_DIGITS: u64 = 153;
/// Numbers beyond ten to this power are refused.
const MAX_EXPONENT: i64 = 4096;

/// A number.
#[derive(Clone, Debug)]
pub struct Num(Arc<Rounded>);

#[derive(Debug)]
struct Rounded {
    /// The shortest decimal that is this number when it is read with its precision.
    decimal: BigDecimal,
    /// The precision: how many bits the mantissa has.
    bits: u64,
}

/// Numbers are equal that are shown as the same, whatever their precision, as Terraform has it.
impl PartialEq for Num {
    fn eq(&self, other: &Self) -> bool {
        self.0.decimal == other.0.decimal
    }
}
impl Eq for Num {}

impl Num {
    /// A number that is written in decimal digits; `None` where it is too large to be worked with.
    pub fn new(number: &BigDecimal) -> Option<Self> {
        if number.digits() > EXACT_DIGITS && is_small(number) {
            return Self::of(&Binary::of(number, WRITTEN), WRITTEN);
        }
        Self::shown(number, WRITTEN)
    }

    /// Reads a decimal number as Terraform's conversion from string does: digits, a point, an exponent.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = text.len() <= 8192
            && text.bytes().any(|byte| byte.is_ascii_digit())
            && text.bytes().all(|byte| {
                byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E')
            });
        if !plain {
            return None;
        }
        // The exponent is looked at first: the library would expand it.
        if let Some((_, exponent)) = text.split_once(['e', 'E'])
            && exponent.parse::<i64>().ok()?.abs() > MAX_EXPONENT
        {
            return None;
        }
        Self::new(&text.parse().ok()?)
    }

    /// What was calculated with doubles; `None` where it is not finite.
    pub fn of_double(number: f64) -> Option<Self> {
        // Rust writes the shortest decimal too.
        let text = number.is_finite().then(|| number.to_string())?;
        Self::shown(&text.parse().ok()?, DOUBLE)
    }

    /// A whole number of any size.
    pub fn of_whole(number: BigInt) -> Option<Self> {
        let bits = number.bits().max(COUNTED);
        Self::of(
            &Binary {
                mantissa: number,
                exponent: 0,
            },
            bits,
        )
    }

    /// The number that is shown as this decimal.
    fn shown(decimal: &BigDecimal, bits: u64) -> Option<Self> {
        let decimal = if decimal.is_zero() {
            BigDecimal::zero()
        } else {
            decimal.normalized()
        };
        is_small(&decimal).then(|| Self(Arc::new(Rounded { decimal, bits })))
    }

    /// A whole number, at 64 bits or more.
    fn counted(number: i64, bits: u64) -> Self {
        let (mut digits, mut scale) = (number, 0);
        while digits != 0 && digits % 10 == 0 {
            digits /= 10;
            scale -= 1;
        }
        let decimal = BigDecimal::new(digits.into(), scale);
        Self(Arc::new(Rounded { decimal, bits }))
    }

    /// The number of a mantissa that has no more than so many bits.
    fn of(number: &Binary, bits: u64) -> Option<Self> {
        Self::shown(&number.shortest(bits)?, bits)
    }

    fn binary(&self) -> Binary {
        Binary::of(&self.0.decimal, self.0.bits)
    }

    /// The decimal that shows it: the shortest.
    pub fn decimal(&self) -> &BigDecimal {
        &self.0.decimal
    }

    /// All digits of the binary number.
    pub fn exact(&self) -> BigDecimal {
        self.binary().exact()
    }

    /// Whether it has no fraction.
    pub fn is_whole(&self) -> bool {
        self.0.decimal.is_integer()
    }

    /// As a whole number, if it is one that fits.
    pub fn to_i64(&self) -> Option<i64> {
        if !self.is_whole() {
            None
        } else if self.0.bits >= COUNTED {
            // Every whole number of 64 bits is shown to its last digit.
            self.0.decimal.to_i64()
        } else {
            self.exact().to_i64()
        }
    }

    /// As an index: a whole number from zero.
    pub fn to_index(&self) -> Option<usize> {
        usize::try_from(self.to_i64()?).ok()
    }

    /// As a double, rounded.
    pub fn to_f64(&self) -> f64 {
        self.0.decimal.to_f64().unwrap_or(f64::NAN)
    }

    /// Which is larger, to the last bit.
    pub fn compare(&self, other: &Self) -> Ordering {
        if self.0.bits == other.0.bits {
            self.0.decimal.cmp(&other.0.decimal)
        } else if let (Some(a), Some(b)) = (self.to_i64(), other.to_i64()) {
            a.cmp(&b)
        } else {
            self.exact().cmp(&other.exact())
        }
    }

    /// The larger of the two.
    pub fn largest(self, other: Self) -> Self {
        if other.compare(&self).is_gt() {
            other
        } else {
            self
        }
    }

    /// The smaller of the two.
    pub fn smallest(self, other: Self) -> Self {
        if other.compare(&self).is_lt() {
            other
        } else {
            self
        }
    }

    /// The sum.
    pub fn add(&self, other: &Self) -> Option<Self> {
        let bits = self.0.bits.max(other.0.bits);
        if let (Some(a), Some(b)) = (self.to_i64(), other.to_i64())
            && let Some(sum) = a.checked_add(b)
            && bits >= COUNTED
        {
            return Some(Self::counted(sum, bits));
        }
        Self::of(&self.binary().add(&other.binary()).rounded(bits), bits)
    }

    /// The difference.
    pub fn sub(&self, other: &Self) -> Option<Self> {
        self.add(&other.neg())
    }

    /// The product. It keeps the bits that it needs.
    pub fn mul(&self, other: &Self) -> Option<Self> {
        let product = self.binary().mul(&other.binary()).rounded(WRITTEN);
        let bits = self.0.bits.max(other.0.bits).max(product.needs());
        Self::of(&product, bits)
    }

    /// The quotient; `None` for a division by zero too.
    pub fn div(&self, other: &Self) -> Option<Self> {
        if other.0.decimal.is_zero() {
            return None;
        }
        let bits = self.0.bits.max(other.0.bits);
        Self::of(&self.binary().div(&other.binary(), bits), bits)
    }

    /// The remainder, with the sign of the dividend. By zero it is the dividend, as Terraform has it.
    pub fn rem(&self, other: &Self) -> Option<Self> {
        if other.0.decimal.is_zero() {
            return Some(self.clone());
        }
        let bits = self.0.bits;
        let whole = self
            .div(other)?
            .exact()
            .with_scale_round(0, RoundingMode::Down);
        let whole = Binary::of(&whole, bits);
        let rest = other.binary().mul(&whole).rounded(bits).negated();
        Self::of(&self.binary().add(&rest).rounded(bits), bits)
    }

    /// The number with its sign turned.
    pub fn neg(&self) -> Self {
        Self(Arc::new(Rounded {
            decimal: -&self.0.decimal,
            bits: self.0.bits,
        }))
    }

    /// The number without its sign.
    pub fn abs(&self) -> Self {
        if self.is_negative() {
            self.neg()
        } else {
            self.clone()
        }
    }

    /// The nearest whole number in a direction.
    pub fn whole(&self, direction: RoundingMode) -> Option<Self> {
        Self::shown(&self.0.decimal.with_scale_round(0, direction), self.0.bits)
    }

    /// Whether it is below zero.
    pub fn is_negative(&self) -> bool {
        self.0.decimal.is_negative()
    }

    /// The number for policies.
    pub(crate) fn to_number(&self) -> Number {
        let text = self.to_string();
        if let Ok(whole) = text.parse() {
            return Number::Int(whole);
        }
        match text.parse::<f64>() {
            // A double that prints as the same text loses nothing.
            Ok(double) if !self.is_whole() && double.to_string() == text => Number::Float(double),
            _ => Number::Big(text.into()),
        }
    }
}

fn is_small(number: &BigDecimal) -> bool {
    let exponent = i64::try_from(number.digits())
        .ok()
        .and_then(|digits| digits.checked_sub(number.fractional_digit_count()));
    number.is_zero() || exponent.is_some_and(|exponent| exponent.abs() <= MAX_EXPONENT)
}

impl std::fmt::Display for Num {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.decimal.to_plain_string())
    }
}

impl From<i64> for Num {
    fn from(number: i64) -> Self {
        Self::counted(number, COUNTED)
    }
}

impl From<usize> for Num {
    fn from(number: usize) -> Self {
        Self(Arc::new(Rounded {
            decimal: BigDecimal::from(number as u64).normalized(),
            bits: COUNTED,
        }))
    }
}

/// A binary floating-point number: mantissa times two to the exponent.
struct Binary {
    mantissa: BigInt,
    exponent: i64,
}

impl Binary {
    fn of(number: &BigDecimal, bits: u64) -> Self {
        let (digits, scale) = number.as_bigint_and_exponent();
        let ten = |power: i64| BigInt::from(10).pow(u32::try_from(power).unwrap_or(0));
        if scale <= 0 {
            let whole = Self {
                mantissa: digits * ten(-scale),
                exponent: 0,
            };
            whole.rounded(bits)
        } else {
            Self::quotient(digits, &ten(scale), 0, bits)
        }
    }

    /// `a / b * 2^exponent`, rounded.
    fn quotient(a: BigInt, b: &BigInt, exponent: i64, bits: u64) -> Self {
        // Two bits more than are kept, and one that says whether anything was left.
        let shift = (bits + 2 + b.bits()).saturating_sub(a.bits());
        let scaled = a << shift;
        let mut mantissa = &scaled / b;
        let left = scaled % b;
        mantissa <<= 1;
        if !left.is_zero() {
            mantissa += left.signum();
        }
        let all = Self {
            mantissa,
            exponent: exponent - i64::try_from(shift).unwrap_or(0) - 1,
        };
        all.rounded(bits)
    }

    /// To the nearest, ties to even.
    fn rounded(self, bits: u64) -> Self {
        let excess = self.mantissa.bits().saturating_sub(bits);
        if excess == 0 {
            return self;
        }
        let negative = self.mantissa.is_negative();
        let size = self.mantissa.abs();
        let mut kept = &size >> excess;
        let rest = size - (&kept << excess);
        let half = BigInt::from(1) << (excess - 1);
        if rest > half || rest == half && kept.bit(0) {
            kept += 1;
        }
        let mantissa = if negative { -kept } else { kept };
        Self {
            mantissa,
            exponent: self.exponent + i64::try_from(excess).unwrap_or(0),
        }
    }

    fn negated(self) -> Self {
        Self {
            mantissa: -self.mantissa,
            exponent: self.exponent,
        }
    }

    /// How many bits the mantissa has from the first to the last that is set.
    fn needs(&self) -> u64 {
        self.mantissa.bits() - self.mantissa.trailing_zeros().unwrap_or(0)
    }

    fn add(&self, other: &Self) -> Self {
        let exponent = self.exponent.min(other.exponent);
        let shifted = |number: &Self| {
            &number.mantissa << u64::try_from(number.exponent - exponent).unwrap_or(0)
        };
        Self {
            mantissa: shifted(self) + shifted(other),
            exponent,
        }
    }

    fn mul(&self, other: &Self) -> Self {
        Self {
            mantissa: &self.mantissa * &other.mantissa,
            exponent: self.exponent + other.exponent,
        }
    }

    fn div(&self, other: &Self, bits: u64) -> Self {
        let exponent = self.exponent - other.exponent;
        if other.mantissa.is_negative() {
            return Self::quotient(-&self.mantissa, &-&other.mantissa, exponent, bits);
        }
        Self::quotient(self.mantissa.clone(), &other.mantissa, exponent, bits)
    }

    fn exact(&self) -> BigDecimal {
        let power = u32::try_from(self.exponent.unsigned_abs()).unwrap_or(u32::MAX);
        if self.exponent >= 0 {
            BigDecimal::from(&self.mantissa << power)
        } else {
            // m / 2^n is m * 5^n / 10^n.
            BigDecimal::new(&self.mantissa * BigInt::from(5).pow(power), -self.exponent)
        }
    }

    /// The shortest decimal that is this number again when it is read with this precision, as Go finds it
    /// (`roundShortest` of `math/big`): its digits up to the first at which it differs from both neighbours' halves.
    fn shortest(&self, bits: u64) -> Option<BigDecimal> {
        if self.mantissa.is_zero() {
            return Some(BigDecimal::zero());
        }
        // A mantissa whose last bit is worth half a unit in the last place.
        let size = self.mantissa.abs();
        let shift = (bits + 1).checked_sub(size.bits())?;
        let exponent = self.exponent - i64::try_from(shift).ok()?;
        let mantissa = size << shift;
        let inclusive = !mantissa.bit(1);
        let digits = |mantissa: BigInt| {
            let exact = Self { mantissa, exponent }.exact().normalized();
            exact.into_bigint_and_exponent().0.to_string().into_bytes()
        };
        let (lower, upper) = (digits(&mantissa - 1), digits(&mantissa + 1));
        let exact = self.exact().normalized();
        let own = exact
            .abs()
            .into_bigint_and_exponent()
            .0
            .to_string()
            .into_bytes();
        let at = |digits: &[u8], at: usize| digits.get(at).copied().unwrap_or(b'0');
        for (place, digit) in own.iter().enumerate() {
            let (low, high) = (at(&lower, place), at(&upper, place));
            let down = low != *digit || inclusive && place + 1 == lower.len();
            let up = *digit != high && (inclusive || digit + 1 < high || place + 1 < upper.len());
            let mode = match (down, up) {
                (true, true) => RoundingMode::HalfEven,
                (true, false) => RoundingMode::Down,
                (false, true) => RoundingMode::Up,
                (false, false) => continue,
            };
            let precision = std::num::NonZeroU64::new(place as u64 + 1)?;
            return Some(exact.with_precision_round(precision, mode).normalized());
        }
        Some(exact)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(number: Option<Num>) -> String {
        number.map(|number| number.to_string()).unwrap_or_default()
    }

    /// What Go's `math/big` prints, `Text('f', -1)`, for the same calculation with the same precisions.
    #[test]
    fn numbers_have_the_digits_of_their_precision() {
        let counted = |number: i64| Num::from(number);
        let written = |text: &str| Num::parse(text).unwrap();
        let power = Num::of_double(12_345_678_901_234_567_890.0_f64.powi(2)).unwrap();
        let logarithm = Num::of_double(3.321_928_094_887_362_6).unwrap();
        let same = [
            (counted(1).div(&counted(3)), "0.33333333333333333334"),
            (counted(2).div(&counted(3)), "0.6666666666666666667"),
            (counted(10).div(&counted(7)), "1.4285714285714285714"),
            (written("0.1").add(&written("0.2")), "0.3"),
            (
                Some(power.clone()),
                "152415787532388340000000000000000000000",
            ),
            (
                power.add(&counted(1)),
                "152415787532388344690000000000000000000",
            ),
            (
                power.add(&written("1")),
                "152415787532388344689912330787336749057",
            ),
            (logarithm.div(&counted(3)), "1.1073093649624542086"),
            (
                counted(1).div(&written("3")),
                "0.33333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333335",
            ),
            (
                logarithm.div(&written("3")),
                "1.1073093649624542085992591940642644961675008138020833333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333334",
            ),
        ];
        for (found, expected) in same {
            assert_eq!(shown(found), expected);
        }
        let third = written("1").div(&written("3")).unwrap();
        assert_eq!(shown(third.mul(&written("3"))), "1");
    }

    /// Equal is what is shown alike; what is larger is told to the last bit.
    #[test]
    fn numbers_of_two_precisions_are_compared_as_terraform_compares_them() {
        let (written, double) = (Num::parse("0.1").unwrap(), Num::of_double(0.1).unwrap());
        assert_eq!(written, double);
        assert!(written.compare(&double).is_lt());
    }
}
