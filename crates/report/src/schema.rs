//! The published JSON Schema.

use schemars::generate::SchemaSettings;

use crate::CheckResult;

/// The JSON Schema (2020-12) of a [`CheckResult`] as [`crate::json`] writes it.
pub fn result_schema() -> serde_json::Value {
    let mut schema = SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<CheckResult>();
    schema.insert(
        "$id".to_owned(),
        "https://hipaa-iac.dev/schemas/check-result/v1.json".into(),
    );
    schema.insert("title".to_owned(), "The result of hipaa-iac check".into());
    schema.to_value()
}
