use super::field::one_or_more;
use super::{RawText, label::label, read_format};
use crate::report::Sink;
use crate::yaml::{Node, Reader, Span, Spanned, name_list, text};

/// A `package.yaml`.
#[derive(Debug)]
pub(crate) struct RawPackage {
    /// Whether there is such a file and it could be read.
    pub(crate) known: bool,
    pub(crate) span: Span,
    pub(crate) label: Option<RawText>,
    pub(crate) version: Option<Spanned<String>>,
    pub(crate) requires: Vec<Spanned<String>>,
    pub(crate) languages: Vec<Spanned<String>>,
    /// What names that it adds to modules of other packages begin with.
    pub(crate) prefix: Option<Spanned<String>>,
    pub(crate) package: Option<Spanned<String>>,
    /// Modules that are gone for good.
    pub(crate) removed: Vec<Spanned<String>>,
}

impl RawPackage {
    /// Stands for a file that is missing or cannot be read.
    pub(crate) fn empty(span: Span) -> Self {
        let (requires, languages, removed) = (Vec::new(), Vec::new(), Vec::new());
        let (label, version, prefix, package) = (None, None, None, None);
        Self { known: false, span, label, version, requires, languages, prefix, package, removed }
    }
}

pub(crate) fn read_package(node: &Node, sink: &mut Sink) -> Option<RawPackage> {
    let mut reader = Reader::open(node, "a package", sink)?;
    let at = Span::start_of(node.span.file as usize);
    read_format(&mut reader, at, sink);
    let package = RawPackage {
        known: true,
        span: at,
        package: reader.take("package").and_then(|n| text(n, "package", sink)),
        label: reader.take("label").and_then(|n| label(n, "label", sink)),
        version: reader.take("version").and_then(|n| {
            let number = n.as_number().map(|v| Spanned::new(v.to_owned(), n.span));
            number.or_else(|| text(n, "version", sink))
        }),
        requires: reader.take("requires").map(|n| name_list(n, "requires", sink)).unwrap_or_default(),
        prefix: reader.take("prefix").and_then(|n| text(n, "prefix", sink)),
        languages: reader.take("languages").map(|n| name_list(n, "languages", sink)).unwrap_or_default(),
        removed: reader.take("removed").map(|n| one_or_more(n, "removed", sink)).unwrap_or_default(),
    };
    if let Some(help) = reader.take("help") {
        label(help, "help", sink);
    }
    for key in ["author", "license", "homepage"] {
        if let Some(node) = reader.take(key) {
            text(node, key, sink);
        }
    }
    reader.finish(sink);
    Some(package)
}
