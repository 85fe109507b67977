use crate::languages::is_tag;
use crate::model::Text;
use crate::report::{Code, Sink};
use crate::yaml::{Kind, Node, Span, Spanned, text};

/// A text for people as written: in one language or in several.
#[derive(Debug, Clone)]
pub(crate) struct RawText {
    pub(crate) span: Span,
    /// Language tag and text; a bare text is English.
    pub(crate) by_language: Vec<(Spanned<String>, Spanned<String>)>,
}

impl RawText {
    pub(crate) fn to_text(&self) -> Text {
        Text::new(self.by_language.iter().map(|(tag, text)| (tag.value.clone(), text.value.clone())).collect())
    }
}

/// A text, or a map from language tags to texts.
pub(super) fn label(node: &Node, key: &str, sink: &mut Sink) -> Option<RawText> {
    let mut by_language = Vec::new();
    match &node.kind {
        Kind::Map(entries) => {
            for (tag, value) in entries {
                if !is_tag(&tag.value) {
                    sink.at(tag.span, Code::LanguageTag, format!("`{}` is not a language tag", tag.value))
                        .label("expected a tag such as `de` or `pt-BR`")
                        .help("a label is a text, or a map from BCP 47 language tags to texts");
                }
                if let Some(text) = phrase(value, key, sink) {
                    by_language.push((tag.clone(), text));
                }
            }
        }
        _ => by_language.push((Spanned::new("en".to_owned(), node.span), phrase(node, key, sink)?)),
    }
    Some(RawText { span: node.span, by_language })
}

/// A text that is not empty; a number is one too, for the label of `2024` needs no quotes.
fn phrase(node: &Node, key: &str, sink: &mut Sink) -> Option<Spanned<String>> {
    let found = match node.as_number() {
        Some(number) => Spanned::new(number.to_owned(), node.span),
        None => text(node, key, sink)?,
    };
    if found.value.trim().is_empty() {
        sink.at(node.span, Code::BadValue, format!("`{key}` is empty"))
            .help("leave it out; a missing label is made from the name");
        return None;
    }
    Some(found)
}
