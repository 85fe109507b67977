//! What a password must be like (NIST SP 800-63B §5.1.1): long, not about its user, and not among the first that anybody
//! tries. No rules on kinds of characters, which only make passwords alike.

/// Fewest characters.
pub const SHORTEST: usize = 12;
/// Most characters.
pub const LONGEST: usize = 128;
/// Fewest different characters.
const FEWEST_DIFFERENT: usize = 5;

/// What long passwords begin with that anybody tries first.
const COMMON: [&str; 16] = [
    "123456789012",
    "password1234",
    "passwordpassword",
    "passwort1234",
    "passwortpasswort",
    "qwertyuiop12",
    "qwertyuiopas",
    "qwertzuiopas",
    "1q2w3e4r5t6y",
    "q1w2e3r4t5y6",
    "1qaz2wsx3edc",
    "abcdefghijkl",
    "iloveyou1234",
    "administrator",
    "letmeinletmein",
    "welcome12345",
];

/// What is wrong with a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakness {
    /// It has too few characters.
    Short,
    /// It has too many.
    Long,
    /// It is the user's name or address.
    Personal,
    /// It is among the first that anybody tries.
    Common,
}

/// All that is wrong with a password of a user with these names and addresses.
#[must_use]
pub fn weaknesses<'n>(password: &str, personal: impl IntoIterator<Item = &'n str>) -> Vec<Weakness> {
    let mut found = Vec::new();
    let length = password.chars().count();
    if length < SHORTEST {
        found.push(Weakness::Short);
    }
    if length > LONGEST {
        found.push(Weakness::Long);
    }
    let plain = simplified(password);
    if personal.into_iter().map(simplified).any(|name| name.chars().count() > 3 && about(&plain, &name)) {
        found.push(Weakness::Personal);
    }
    let mut different: Vec<char> = plain.chars().collect();
    different.sort_unstable();
    different.dedup();
    if different.len() < FEWEST_DIFFERENT || COMMON.iter().any(|common| about(&plain, common)) {
        found.push(Weakness::Common);
    }
    found
}

fn simplified(text: &str) -> String {
    text.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect()
}

/// Whether a password is this and at most three characters more.
fn about(password: &str, known: &str) -> bool {
    password.contains(known) && password.chars().count() <= known.chars().count() + 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_long_and_not_the_first_ones_tried() {
        let of = |password: &str| weaknesses(password, ["ada.lovelace@example.com", "Ada Lovelace"]);
        assert_eq!(of("correct horse"), []);
        assert_eq!(of("zwölf Zeichen"), []);
        assert_eq!(of("short"), [Weakness::Short]);
        assert_eq!(of(&"correct horse ".repeat(10)), [Weakness::Long]);
        assert_eq!(of("AdaLovelace12"), [Weakness::Personal]);
        assert_eq!(of("ada.lovelace@example.com"), [Weakness::Personal]);
        assert_eq!(of("Password1234!"), [Weakness::Common]);
        assert_eq!(of("aaaaaaaaaaaaaaaa"), [Weakness::Common]);
        assert_eq!(of("Password1234! and much more of it"), []);
        assert_eq!(of("1212"), [Weakness::Short, Weakness::Common]);
    }
}
