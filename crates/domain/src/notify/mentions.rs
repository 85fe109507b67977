//! Users whose names stand in a text behind `@`.
//!
//! `@ada.lovelace` is the part of an e-mail address before its `@`, or a user name; `@ada.lovelace@example.com` the whole
//! address; `@"Ada Lovelace"` first and last name, in straight or typographic quotes. Letter case does not matter. The
//! longest name that somebody has counts, so that a full stop behind it does no harm. A name that nobody has, or several
//! have, mentions nobody. `@` inside a word is no mention: `mail@example.com` is an address.

use std::collections::{BTreeSet, HashMap};
use unicode_normalization::UnicodeNormalization as _;
use uuid::Uuid;

/// What users are called in mentions.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Addresses, their local parts and user names; none where several have the same.
    handles: HashMap<String, Option<Uuid>>,
    /// First and last names.
    full: HashMap<String, Option<Uuid>>,
}

impl Names {
    /// Adds a user with its address, or a part of it, or its user name.
    pub(super) fn add_handle(&mut self, handle: &str, user: Uuid) {
        add(&mut self.handles, folded(handle), user);
    }

    /// Adds a user with its first and last name.
    pub(super) fn add_name(&mut self, name: &str, user: Uuid) {
        add(&mut self.full, words(&folded(name)), user);
    }

    /// The users that a text mentions.
    pub(super) fn mentioned(&self, text: &str) -> BTreeSet<Uuid> {
        let text = folded(text);
        let mut found = BTreeSet::new();
        let mut before = None;
        for (at, character) in text.char_indices() {
            let begins = character == '@' && !before.is_some_and(|c| c == '@' || is_part(c));
            before = Some(character);
            if begins {
                found.extend(self.named(&text[at + 1..]));
            }
        }
        found
    }

    /// The user whose name a text begins with.
    fn named(&self, text: &str) -> Option<Uuid> {
        if let Some(quoted) = text.strip_prefix(['"', '“', '„']) {
            let (name, _) = quoted.split_once(['"', '”', '“'])?;
            return self.full.get(&words(name)).copied().flatten();
        }
        let end = text.find(|c| c != '@' && !is_part(c)).unwrap_or(text.len());
        let mut name = &text[..end];
        while !name.is_empty() {
            if let Some(user) = self.handles.get(name) {
                return *user;
            }
            name = name.rfind(|c: char| !c.is_alphanumeric()).map_or("", |at| &name[..at]);
        }
        None
    }
}

/// Whether a text may mention anybody.
pub(super) fn may_mention(text: &str) -> bool {
    text.contains('@')
}

fn add(names: &mut HashMap<String, Option<Uuid>>, name: String, user: Uuid) {
    if name.is_empty() {
        return;
    }
    let known = names.entry(name).or_insert(Some(user));
    if *known != Some(user) {
        *known = None;
    }
}

/// Characters of a handle: those of addresses that people have.
fn is_part(character: char) -> bool {
    character.is_alphanumeric() || "._%+-'".contains(character)
}

fn folded(text: &str) -> String {
    text.nfc().flat_map(char::to_lowercase).collect()
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: Uuid = Uuid::from_u128(1);
    const BOB: Uuid = Uuid::from_u128(2);
    const EVE: Uuid = Uuid::from_u128(3);

    fn mentioned(text: &str) -> Vec<Uuid> {
        let mut names = Names::default();
        let users = [
            (ADA, "ada.lovelace@acme.example", "Ada  Lovelace"),
            (BOB, "bob@acme.example", "Bob Ångström"),
            (EVE, "bob@other.example", "Eve Ada"),
        ];
        for (user, address, name) in users {
            names.add_handle(address, user);
            names.add_handle(address.split_once('@').unwrap().0, user);
            names.add_name(name, user);
        }
        names.add_handle("eve", EVE);
        names.mentioned(text).into_iter().collect()
    }

    #[test]
    fn names_are_found_where_they_stand() {
        assert_eq!(mentioned("@ada.lovelace have a look"), [ADA]);
        assert_eq!(mentioned("(@Ada.Lovelace)"), [ADA]);
        assert_eq!(mentioned("Ask @eve's team, or @ada.lovelace."), [ADA, EVE]);
        assert_eq!(mentioned("@ADA.LOVELACE...and so on"), [ADA]);
        assert_eq!(mentioned("@\"ada lovelace\" and @„Bob ÅNGSTRÖM“"), [ADA, BOB]);
        assert_eq!(mentioned("@“Bob A\u{30a}ngstro\u{308}m”"), [BOB]);
        assert_eq!(mentioned("line\n@eve\n"), [EVE]);
    }

    #[test]
    fn the_whole_address_tells_two_of_the_same_name_apart() {
        assert!(mentioned("@bob").is_empty());
        assert_eq!(mentioned("@bob@acme.example, @bob@other.example."), [BOB, EVE]);
    }

    #[test]
    fn other_signs_mention_nobody() {
        for text in
            ["", "@", "eve@ada.lovelace", "x@eve", "@@eve", "@ada", "@\"Ada", "@\"Nobody Here\"", "@evelyn", "e v e"]
        {
            assert!(mentioned(text).is_empty(), "{text}");
        }
    }
}
