//! CSV as Go's `encoding/csv` reads it: strict about quotes and about the number of fields.

/// Every record; blank lines are none.
pub(super) fn parse(text: &str) -> Result<Vec<Vec<String>>, String> {
    let mut records: Vec<Vec<String>> = Vec::new();
    let normalized = text.replace("\r\n", "\n");
    let mut rest = normalized.as_str();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('\n') {
            rest = after;
            continue;
        }
        let mut record = Vec::new();
        loop {
            let (field, after) = field(rest)?;
            record.push(field);
            let Some(next) = after.strip_prefix(',') else {
                rest = after.strip_prefix('\n').unwrap_or(after);
                break;
            };
            rest = next;
        }
        if records
            .first()
            .is_some_and(|first| first.len() != record.len())
        {
            return Err("a line has another number of fields than the first".to_owned());
        }
        records.push(record);
    }
    Ok(records)
}

/// A field, and what follows it: a comma, a line break or nothing.
fn field(text: &str) -> Result<(String, &str), String> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', '\n']).unwrap_or(text.len());
        let (field, after) = text.split_at_checked(end).unwrap_or((text, ""));
        return if field.contains('"') {
            Err("a bare quote in a field".to_owned())
        } else {
            Ok((field.to_owned(), after))
        };
    };
    let mut field = String::new();
    let mut rest = quoted;
    loop {
        let (part, after) = rest.split_once('"').ok_or("a quoted field is not closed")?;
        field.push_str(part);
        match after.strip_prefix('"') {
            Some(next) => {
                field.push('"');
                rest = next;
            }
            None if after.is_empty() || after.starts_with([',', '\n']) => {
                return Ok((field, after));
            }
            None => return Err("text after a quoted field".to_owned()),
        }
    }
}
