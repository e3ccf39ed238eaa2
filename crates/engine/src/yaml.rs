//! The project's own YAML files (policies, configuration, agreements), by `serde-saphyr`, with places.

use hipaa_iac_source::{Diagnostic, Level, SourceFile, Span, fragment};
use serde::de::{DeserializeOwned, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{SnippetMode, Spanned, UserMessageFormatter};

/// Reads a file of one document.
pub(crate) fn parse<T: DeserializeOwned>(
    file: &SourceFile,
    level: Level,
    code: &'static str,
) -> Result<T, Diagnostic> {
    serde_saphyr::from_str(file.text()).map_err(|error: serde_saphyr::Error| {
        let formatter = UserMessageFormatter;
        let options =
            serde_saphyr::render_options! { formatter: &formatter, snippets: SnippetMode::Off };
        let text = error.without_snippet().render_with_options(options);
        let remedy = match code {
            "config-syntax" => {
                "`hipaa-iac schema config` and docs/configuration.md tell what may stand there"
            }
            "agreements-syntax" => "docs/configuration.md tells what may stand there",
            _ => "`hipaa-iac schema policy` and docs/policies.md tell what may stand there",
        };
        let mut diagnostic = Diagnostic::new(level, code, fragment(&text))
            .in_path(file.path().clone())
            .remedy(remedy);
        diagnostic.span = error.location().and_then(|location| span(file, &location));
        diagnostic
    })
}

fn span(file: &SourceFile, location: &serde_saphyr::Location) -> Option<Span> {
    let at = location.span();
    if let Some(start) = at.byte_offset() {
        let start = usize::try_from(start).ok()?;
        let length = usize::try_from(at.byte_len().unwrap_or(0)).ok()?;
        return Some(Span::new(
            file.id(),
            start..start.saturating_add(length).min(file.text().len()),
        ));
    }
    let start = file.line_start(u32::try_from(location.line()).ok()?)? as usize;
    Some(Span::new(file.id(), start..start))
}

/// The place of the value at a path of keys and indexes, or of the nearest value above it that is there.
/// Reads the file again: for the error path only.
pub(crate) fn locate(file: &SourceFile, path: &[&str]) -> Option<Span> {
    (0..=path.len()).rev().find_map(|length| {
        let path: Vec<&str> = path.iter().take(length).copied().collect();
        let found = serde_saphyr::with_deserializer_from_str(file.text(), |deserializer| {
            serde::de::DeserializeSeed::deserialize(At(&path), deserializer)
        });
        found
            .ok()
            .flatten()
            .and_then(|location| span(file, &location))
    })
}

/// The place of the key at a path of keys, or of the nearest value above it that is there.
pub(crate) fn locate_key(file: &SourceFile, path: &[&str]) -> Option<Span> {
    let (key, above) = path.split_last()?;
    let found = serde_saphyr::with_deserializer_from_str(file.text(), |deserializer| {
        serde::de::DeserializeSeed::deserialize(KeyAt { above, key }, deserializer)
    });
    let found = found.ok().flatten();
    found
        .and_then(|location| span(file, &location))
        .or_else(|| locate(file, above))
}

/// Finds the location of a key below a path of keys.
struct KeyAt<'a> {
    above: &'a [&'a str],
    key: &'a str,
}

impl<'de> serde::de::DeserializeSeed<'de> for KeyAt<'_> {
    type Value = Option<serde_saphyr::Location>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for KeyAt<'_> {
    type Value = Option<serde_saphyr::Location>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a mapping")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(key) = map.next_key::<Spanned<String>>()? {
            match self.above.split_first() {
                Some((first, above)) if key.value == **first => {
                    let key = self.key;
                    found = map.next_value_seed(KeyAt { above, key })?;
                }
                above => {
                    if above.is_none() && key.value == self.key {
                        found = Some(key.referenced);
                    }
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(found)
    }
}

/// The places of the elements of the list under a key of the document, in one reading.
pub(crate) fn locate_elements(file: &SourceFile, key: &str) -> Vec<Option<Span>> {
    let found = serde_saphyr::with_deserializer_from_str(file.text(), |deserializer| {
        deserializer.deserialize_map(Elements(key))
    });
    let elements = found.unwrap_or_default();
    elements
        .iter()
        .map(|element| span(file, &element.referenced))
        .collect()
}

/// Finds the elements of the list under a key.
struct Elements<'a>(&'a str);

impl<'de> Visitor<'de> for Elements<'_> {
    type Value = Vec<Spanned<IgnoredAny>>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a mapping")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            if key == self.0 {
                found = map.next_value()?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

/// Finds the location of the value at a path.
struct At<'a>(&'a [&'a str]);

impl<'de> serde::de::DeserializeSeed<'de> for At<'_> {
    type Value = Option<serde_saphyr::Location>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        if self.0.is_empty() {
            let value: Spanned<IgnoredAny> = serde::Deserialize::deserialize(deserializer)?;
            return Ok(Some(value.referenced));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for At<'_> {
    type Value = Option<serde_saphyr::Location>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a mapping or a sequence")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        let (first, rest) = self.0.split_first().unwrap_or((&"", &[]));
        while let Some(key) = map.next_key::<String>()? {
            if key == *first {
                found = map.next_value_seed(At(rest))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        let (first, rest) = self.0.split_first().unwrap_or((&"", &[]));
        let wanted = first.parse::<usize>().ok();
        for at in 0.. {
            let more = if wanted == Some(at) {
                seq.next_element_seed(At(rest))?
                    .map(|location| found = location)
                    .is_some()
            } else {
                seq.next_element::<IgnoredAny>()?.is_some()
            };
            if !more {
                break;
            }
        }
        Ok(found)
    }
}
