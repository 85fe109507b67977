/// Checks a pattern such as `Q-{YYYY}-{0000}`: the year or month in braces, and one run of one to twelve zeros.
pub(super) fn check(pattern: &str) -> Result<(), String> {
    let mut counters = 0;
    let mut rest = pattern;
    while let Some(open) = rest.find(['{', '}']) {
        let part = &rest[open..];
        if part.starts_with('}') {
            return Err("a `}` without `{`".to_owned());
        }
        let close = part.find('}').ok_or("a `{` that is not closed")?;
        match &part[1..close] {
            "YYYY" | "YY" | "MM" => {}
            zeros if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') => {
                if zeros.len() > 12 {
                    return Err("a counter of more than 12 digits".to_owned());
                }
                counters += 1;
            }
            other => return Err(format!("`{{{other}}}`, which is neither YYYY, YY, MM nor a run of zeros")),
        }
        rest = &part[close + 1..];
    }
    match counters {
        1 => Ok(()),
        0 => Err("no counter such as `{0000}`".to_owned()),
        _ => Err("more than one counter".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn patterns() {
        assert!(check("Q-{YYYY}-{0000}").is_ok());
        assert!(check("{00}").is_ok());
        for bad in ["Q-{YYYY}", "{0000}{00}", "{000", "0}", "{DD}-{00}", "{}", "{0000000000000}"] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
