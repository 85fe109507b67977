//! Lines are put into YAML that people have written: everything else stays, comments and order too.

use crate::failure::Failure;
use kontor_metadata::model::{Field, Module};

/// The text of a module with a field more, at the end of a block: of the last one where none is named.
pub(super) fn insert(text: &str, module: &Module, block: Option<&str>, line: &str) -> Result<String, Failure> {
    // Blocks that extensions have added stand in other files.
    let mut blocks = module.blocks.iter().filter(|block| block.origin.file == module.origin.file);
    let found = match block {
        Some(name) => blocks.find(|block| block.name == name),
        None => blocks.next_back(),
    };
    let Some(found) = found else {
        let names: Vec<&str> = module.blocks.iter().map(|block| block.name.as_str()).collect();
        return Err(Failure::new(format!("{} has no block {}", module.name, block.unwrap_or_default()))
            .help(format!("its blocks are {}", names.join(", "))));
    };
    let fields = found.fields.iter().map(|id| module.field(*id));
    let own = fields.filter(|field| field.origin.file == module.origin.file);
    let last = own.max_by_key(|field| field.origin.line);
    last.and_then(|last| behind(text, last, line)).ok_or_else(|| {
        Failure::new(format!("block {} of {} is not written one field below the other", found.name, module.name))
            .help(format!("add the line by hand: {line}"))
    })
}

/// The text with a line behind a field that begins a line itself, indented like it.
fn behind(text: &str, field: &Field, line: &str) -> Option<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let at = field.origin.line.checked_sub(1)? as usize;
    let first = lines.get(at)?;
    let indent = first.len() - first.trim_start_matches(' ').len();
    let key = first[indent..].trim_start_matches(['"', '\'']);
    key.strip_prefix(field.name.as_str())?.trim_start_matches(['"', '\'']).trim_start().strip_prefix(':')?;
    Some(with_line(&lines, end_of(&lines, at, indent), indent, line))
}

/// The text of an extension with a field more: in `fields`, or in a block.
pub(super) fn extend(text: &str, block: Option<&str>, line: &str) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let path: Vec<&str> = match block {
        Some(block) => vec!["blocks", block, "fields"],
        None => vec!["fields"],
    };
    let (mut from, mut to, mut depth) = (0, lines.len(), 0);
    for (known, key) in path.iter().enumerate() {
        let found = (from..to).find(|at| is_key(lines[*at], key, depth));
        let Some(at) = found else {
            // What is missing of the path stands behind what is there of it.
            let missing: Vec<String> = path[known..]
                .iter()
                .enumerate()
                .map(|(deeper, key)| format!("{}{key}:\n", " ".repeat(depth + 2 * deeper)))
                .collect();
            let indent = depth + 2 * (path.len() - known);
            let last = (from..to).rev().find(|at| !is_blank(lines[*at])).map_or(from, |at| at + 1);
            return with_text(&lines, last, &format!("{}{}{line}\n", missing.concat(), " ".repeat(indent)));
        };
        to = end_of(&lines, at, depth);
        from = at + 1;
        let inner = (from..to).find(|at| !is_blank(lines[*at])).map(|at| indent_of(lines[at]));
        depth = inner.unwrap_or(depth + 2);
    }
    with_line(&lines, to, depth, line)
}

fn is_key(line: &str, key: &str, depth: usize) -> bool {
    indent_of(line) == depth && line.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_end() == ":")
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// Nothing but a comment or space.
fn is_blank(line: &str) -> bool {
    line.trim().is_empty() || line.trim_start().starts_with('#')
}

/// The line behind all that belongs to a key: what is indented deeper, without blank lines and comments behind it.
fn end_of(lines: &[&str], at: usize, indent: usize) -> usize {
    let mut end = at + 1;
    for (next, line) in lines.iter().enumerate().skip(at + 1) {
        if is_blank(line) {
            continue;
        }
        if indent_of(line) <= indent {
            break;
        }
        end = next + 1;
    }
    end
}

fn with_line(lines: &[&str], at: usize, indent: usize, line: &str) -> String {
    with_text(lines, at, &format!("{}{line}\n", " ".repeat(indent)))
}

fn with_text(lines: &[&str], at: usize, text: &str) -> String {
    let before = lines[..at].concat();
    let newline = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    format!("{before}{newline}{text}{}", lines[at..].concat())
}

#[cfg(test)]
mod tests {
    use super::extend;

    #[test]
    fn extensions_get_a_line_where_it_belongs() {
        let bare = "format: 1\nextend: core/Account\n# the end\n";
        assert_eq!(extend(bare, None, "a: {}"), "format: 1\nextend: core/Account\nfields:\n  a: {}\n# the end\n");
        let fields = "extend: x/Y\nfields:\n    # first\n    a:\n        type: text\n\nrules: {}\n";
        assert_eq!(
            extend(fields, None, "b: {}"),
            "extend: x/Y\nfields:\n    # first\n    a:\n        type: text\n    b: {}\n\nrules: {}\n"
        );
        let blocks = "blocks:\n  one:\n    fields:\n      a: {}\nrules: {}";
        assert_eq!(
            extend(blocks, Some("two"), "b: {}"),
            "blocks:\n  one:\n    fields:\n      a: {}\n  two:\n    fields:\n      b: {}\nrules: {}"
        );
        assert_eq!(
            extend(blocks, Some("one"), "b: {}"),
            "blocks:\n  one:\n    fields:\n      a: {}\n      b: {}\nrules: {}"
        );
    }
}
