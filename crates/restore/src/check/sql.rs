//! Assertions on the restored data: one number or boolean, in a transaction that only reads.

use std::time::{Duration, Instant};

use postgres::{
    GenericClient,
    error::SqlState,
    types::{Kind, Type},
};

use super::{Check, Outcome, Stage};
use crate::{
    config::{Operator, SqlAssertion, StoreValues, Value},
    context::Context,
    result::{Observed, Reason, Severity},
};

pub(super) struct Assertion {
    config: SqlAssertion,
    store: StoreValues,
}

impl Assertion {
    pub(super) const fn new(config: SqlAssertion, store: StoreValues) -> Self {
        Self { config, store }
    }

    fn look(&self, context: &mut Context) -> Result<Outcome, Outcome> {
        let (operator, expected) = match (
            &self.config.expect,
            self.config.expect.matches_manifest.as_deref(),
        ) {
            (_, Some(name)) => {
                let verified = super::manifest::verified(context)?;
                let value = verified.manifest.content.values.get(name).copied();
                let value = value.ok_or_else(|| {
                    Outcome::not_run(
                        Reason::ConfigError,
                        format!("the producer's manifest has no value `{name}`"),
                    )
                })?;
                (Operator::Equal, Value::from(value))
            }
            (expect, None) => match (expect.op, expect.value.clone()) {
                (Some(operator), Some(value)) => (operator, value),
                _ => return Err(Outcome::error(Reason::ConfigError)),
            },
        };
        let mut client = super::database(context, self.config.database.as_deref())?;
        let left = context.deadline().saturating_duration_since(Instant::now());
        let timeout = left.min(Duration::from_secs(self.config.timeout_seconds.into()));
        let mut transaction = client
            .build_transaction()
            .read_only(true)
            .start()
            .map_err(|error| failed(&error))?;
        transaction
            .batch_execute(&format!(
                "set local statement_timeout = {}; set local search_path = \"$user\", public",
                timeout.as_millis().max(1)
            ))
            .map_err(|error| failed(&error))?;
        let value = evaluate(&mut transaction, &self.config.query)?;
        let expected_text = format!("{} {}", operator.sign(), show(&expected));
        let Some(value) = value else {
            return Ok(Outcome::fail(Reason::AssertionFailed)
                .expected(expected_text)
                .observed(Observed::text("null")));
        };
        // Neither NaN nor an infinity is a number of anything, and each is unlike every number.
        if let Value::Number(number) = value
            && !number.is_finite()
        {
            return Ok(Outcome::fail(Reason::AssertionFailed)
                .expected(expected_text)
                .observed(Observed::text("not a finite number")));
        }
        if matches!(operator, Operator::Equal | Operator::NotEqual)
            && [&value, &expected].into_iter().any(is_rounded)
        {
            return Err(Outcome::error(Reason::AssertionError)
                .expected(format!("{expected_text}, of numbers below 2^53")));
        }
        let holds = holds(operator, &value, &expected).ok_or_else(|| {
            Outcome::error(Reason::AssertionError).expected(expected_text.clone())
        })?;
        let outcome = if holds {
            Outcome::pass()
        } else {
            Outcome::fail(Reason::AssertionFailed)
        };
        let outcome = outcome.expected(expected_text);
        Ok(match (self.store, observed(&value)) {
            (StoreValues::NumbersOnly, Some(observed)) => outcome.observed(observed),
            _ => outcome,
        })
    }
}

impl Check for Assertion {
    fn id(&self) -> String {
        format!("sql.{}", self.config.id)
    }

    fn severity(&self) -> Severity {
        self.config.severity
    }

    fn required(&self) -> bool {
        self.config.required
    }

    fn stage(&self) -> Stage {
        Stage::Running
    }

    fn run(&self, context: &mut Context) -> Outcome {
        self.look(context).unwrap_or_else(|outcome| outcome)
    }
}

/// The one number or boolean that a query gives; none for null, or no row. Text is refused before it is read.
pub(crate) fn evaluate(
    client: &mut impl GenericClient,
    query: &str,
) -> Result<Option<Value>, Outcome> {
    let query = query.trim().trim_end_matches(';');
    // The extended protocol takes one statement, so that nothing can end the read-only transaction.
    let statement = client.prepare(query).map_err(|error| failed(&error))?;
    let [column] = statement.columns() else {
        return Err(Outcome::error(Reason::AssertionError).expected("one column"));
    };
    let mut base = column.type_().clone();
    while let Kind::Domain(inner) = base.kind() {
        base = inner.clone();
    }
    let boolean = base == Type::BOOL;
    let numbers = [
        Type::INT2,
        Type::INT4,
        Type::INT8,
        Type::FLOAT4,
        Type::FLOAT8,
        Type::NUMERIC,
        Type::OID,
    ];
    let conversion = if boolean {
        "value::boolean"
    } else if base == Type::INTERVAL {
        "extract(epoch from value)::float8"
    } else if numbers.contains(&base) {
        "value::float8"
    } else {
        return Err(
            Outcome::error(Reason::AssertionError).expected("a number, a boolean or an interval")
        );
    };
    let rows = client
        .query(
            &format!("select {conversion} from (\n{query}\n) as asserted(value) limit 2"),
            &[],
        )
        .map_err(|error| failed(&error))?;
    let row = match rows.as_slice() {
        [] => return Ok(None),
        [row] => row,
        _ => return Err(Outcome::error(Reason::AssertionError).expected("one row")),
    };
    let read = |_| Outcome::error(Reason::AssertionError);
    Ok(if boolean {
        row.try_get::<_, Option<bool>>(0)
            .map_err(read)?
            .map(Value::Boolean)
    } else {
        row.try_get::<_, Option<f64>>(0)
            .map_err(read)?
            .map(Value::Number)
    })
}

/// What a refused statement says of the backup: of missing or damaged data, it is the backup's fault.
pub(super) fn failed(error: &postgres::Error) -> Outcome {
    let code = error.code().map_or("", SqlState::code);
    match code {
        "42P01" => Outcome::fail(Reason::TableMissing),
        "42703" => Outcome::fail(Reason::SchemaMismatch),
        // Data or index corrupted, and files that cannot be read.
        "XX001" | "XX002" | "58030" | "58P01" => Outcome::fail(Reason::PhysicalCorruption),
        "53100" => Outcome::error(Reason::StorageFull),
        "53200" => Outcome::error(Reason::OutOfMemory),
        "57014" => Outcome::error(Reason::AssertionError).expected("an answer within its timeout"),
        // The session is gone: the server died over it.
        "" => Outcome::error(Reason::BootFailed),
        _ => Outcome::error(Reason::AssertionError),
    }
    .observed(Observed::text(&format!("SQLSTATE {code}")))
}

/// Whether a number is so large that a double may be that of its neighbour (2^53).
fn is_rounded(value: &Value) -> bool {
    matches!(value, Value::Number(number) if number.abs() >= 9_007_199_254_740_992.0)
}

/// Whether a comparison holds; none where the two cannot be compared.
fn holds(operator: Operator, left: &Value, right: &Value) -> Option<bool> {
    match (left, right) {
        (Value::Boolean(left), Value::Boolean(right)) => match operator {
            Operator::Equal => Some(left == right),
            Operator::NotEqual => Some(left != right),
            _ => None,
        },
        (Value::Number(left), Value::Number(right)) => Some(match operator {
            #[expect(clippy::float_cmp, reason = "the assertion asks for equality")]
            Operator::Equal => left == right,
            #[expect(clippy::float_cmp, reason = "the assertion asks for inequality")]
            Operator::NotEqual => left != right,
            Operator::Less => left < right,
            Operator::AtMost => left <= right,
            Operator::Greater => left > right,
            Operator::AtLeast => left >= right,
        }),
        _ => None,
    }
}

fn show(value: &Value) -> String {
    match value {
        Value::Boolean(value) => value.to_string(),
        Value::Number(value) => value.to_string(),
    }
}

fn observed(value: &Value) -> Option<Observed> {
    Some(match value {
        Value::Boolean(value) => Observed::Boolean(*value),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "it has no fraction and is within 2^53"
        )]
        Value::Number(value) if value.fract() == 0.0 && value.abs() < 9e15 => {
            Observed::Number((*value as i64).into())
        }
        Value::Number(value) => Observed::Number(serde_json::Number::from_f64(*value)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_are_those_of_numbers() {
        let number = |value| Value::Number(value);
        assert_eq!(
            holds(Operator::AtLeast, &number(2.0), &number(2.0)),
            Some(true)
        );
        assert_eq!(
            holds(Operator::Greater, &number(2.0), &number(2.0)),
            Some(false)
        );
        assert_eq!(
            holds(Operator::NotEqual, &number(f64::NAN), &number(1.0)),
            Some(true)
        );
        assert_eq!(
            holds(Operator::AtMost, &number(f64::NAN), &number(1.0)),
            Some(false)
        );
        assert_eq!(
            holds(Operator::Less, &Value::Boolean(true), &number(1.0)),
            None
        );
        assert_eq!(
            holds(Operator::Less, &Value::Boolean(true), &Value::Boolean(true)),
            None
        );
    }
}
