//! What is asked about a place.

use super::{
    project::{Known, Project},
    text,
};
use kontor_metadata::{
    explain,
    places::{Place, Subject},
};
use lsp_types::{
    DocumentSymbol, DocumentSymbolParams, GotoDefinitionParams, Hover, HoverContents, HoverParams, Location,
    MarkupContent, MarkupKind, NumberOrString, ReferenceParams, SymbolKind,
};

/// Where what is named here is described.
pub(super) fn definition(project: &mut Project, params: &GotoDefinitionParams) -> Option<Location> {
    let (known, place) = project.place(&params.text_document_position_params)?;
    location(known, known.places.definition(&place.subject)?)
}

/// Every place that names it.
pub(super) fn references(project: &mut Project, params: &ReferenceParams) -> Option<Vec<Location>> {
    let (known, place) = project.place(&params.text_document_position)?;
    let all = known.places.all(&place.subject);
    let wanted = all.filter(|place| place.describes.is_none() || params.context.include_declaration);
    Some(wanted.filter_map(|place| location(known, place)).collect())
}

fn location(known: &Known, place: &Place) -> Option<Location> {
    Some(Location { uri: known.uri(place.file)?, range: text::range(known.text(place.file), &place.extent) })
}

/// What there is to say about what stands here, and about what is wrong with it.
pub(super) fn hover(project: &mut Project, params: &HoverParams) -> Option<Hover> {
    let at = &params.text_document_position_params;
    let mut parts = Vec::new();
    let mut range = None;
    if let Some((known, place)) = project.place(at) {
        parts.extend(known.places.tell(&place.subject));
        range = Some(text::range(known.text(place.file), &place.extent));
    }
    let wrong = text::path(&at.text_document.uri).and_then(|path| project.reported.get(&path));
    for diagnostic in
        wrong.into_iter().flatten().filter(|wrong| wrong.range.start <= at.position && at.position <= wrong.range.end)
    {
        if let Some(NumberOrString::String(code)) = &diagnostic.code {
            parts.extend(explain(code).map(|told| format!("**{code}**\n\n{}", told.trim())));
        }
    }
    if parts.is_empty() {
        return None;
    }
    let contents = MarkupContent { kind: MarkupKind::Markdown, value: parts.join("\n\n---\n\n") };
    Some(Hover { contents: HoverContents::Markup(contents), range })
}

/// The modules of a file with their fields, and these with their options.
pub(super) fn symbols(project: &mut Project, params: &DocumentSymbolParams) -> Option<Vec<DocumentSymbol>> {
    let path = text::path(&params.text_document.uri)?;
    let known = project.known();
    let file = known.file(&path)?;
    let mut open: Vec<DocumentSymbol> = Vec::new();
    let mut whole = Vec::new();
    let close = |symbol: DocumentSymbol, open: &mut Vec<DocumentSymbol>, whole: &mut Vec<DocumentSymbol>| match open
        .last_mut()
    {
        Some(parent) => parent.children.get_or_insert_default().push(symbol),
        None => whole.push(symbol),
    };
    for place in known.places.described(file) {
        let Some(symbol) = symbol(known.text(file), place) else { continue };
        while open.last().is_some_and(|last| last.range.end < symbol.range.end) {
            if let Some(done) = open.pop() {
                close(done, &mut open, &mut whole);
            }
        }
        open.push(symbol);
    }
    while let Some(done) = open.pop() {
        close(done, &mut open, &mut whole);
    }
    Some(whole)
}

fn symbol(content: &str, place: &Place) -> Option<DocumentSymbol> {
    let (name, kind) = match &place.subject {
        Subject::Module(name) => (name, SymbolKind::CLASS),
        Subject::Field(_, name) => (name, SymbolKind::FIELD),
        Subject::Choice(_, _, name) => (name, SymbolKind::ENUM_MEMBER),
        _ => return None,
    };
    #[expect(deprecated, reason = "the struct has no default, and asks for all of its fields")]
    Some(DocumentSymbol {
        name: name.clone(),
        detail: None,
        kind,
        tags: None,
        deprecated: None,
        range: text::range(content, &place.describes?),
        selection_range: text::range(content, &place.extent),
        children: None,
    })
}
