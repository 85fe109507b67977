//! Why somebody is not let in, for the client, in its language.

use super::{Code, Error, is_german, of_store, of_write};
use crate::auth::{LONGEST, Refusal, SHORTEST, Weakness};
use kontor_metadata::model::Catalog;
use serde_json::json;

/// The error of an operation on identity, for the client.
pub fn of_refusal(catalog: Option<&Catalog>, refusal: &Refusal, language: &str, request_id: &str) -> Error {
    let german = is_german(language);
    let say = |code, english: &str, deutsch: &str| Error::new(code, if german { deutsch } else { english });
    match refusal {
        Refusal::Wrong => say(
            Code::Unauthenticated,
            "The e-mail address or the password is wrong.",
            "Die E-Mail-Adresse oder das Passwort ist falsch.",
        ),
        Refusal::CodeMissing => say(
            Code::SecondFactorRequired,
            "A code is needed too: send the one that your app shows, or a recovery code, as `code`.",
            "Dazu ist ein Code nötig: bitte den der App oder einen Wiederherstellungscode als `code` senden.",
        ),
        Refusal::Code => say(
            Code::Unauthenticated,
            "The code is wrong, or was used already: wait for the next one.",
            "Der Code ist falsch oder schon benutzt; bitte auf den nächsten warten.",
        ),
        Refusal::Token => say(
            Code::Unauthenticated,
            "The token is not valid any more, or never was: sign in again.",
            "Das Token gilt nicht oder nicht mehr; bitte neu anmelden.",
        ),
        Refusal::Throttled(wait) => {
            let seconds = wait.as_millis().div_ceil(1_000).max(1);
            let english = format!("Too many attempts: try again in {seconds} s.");
            let deutsch = format!("Zu viele Versuche; bitte in {seconds} s erneut versuchen.");
            say(Code::RateLimited, &english, &deutsch)
                .with("retryAfter", json!(u64::try_from(seconds).unwrap_or(u64::MAX)))
        }
        Refusal::NoText => say(
            Code::BadUserInput,
            "U+0000 is in no text, and cannot be looked for.",
            "U+0000 steht in keinem Text und kann nicht gesucht werden.",
        ),
        Refusal::Weak(weaknesses) => {
            let told: Vec<_> = weaknesses.iter().map(|weakness| weak(*weakness, german)).collect();
            let message = told.iter().map(|(_, message)| message.as_str()).collect::<Vec<_>>().join(" ");
            let violation =
                |(rule, message): &(&str, String)| json!({"path": ["password"], "rule": rule, "message": message});
            Error::new(Code::ValidationFailed, message).with("violations", told.iter().map(violation).collect())
        }
        Refusal::Forbidden => say(Code::Forbidden, "Your role does not allow this.", "Ihre Rolle erlaubt das nicht."),
        Refusal::Input(message) => Error::input(message.clone()),
        Refusal::Write(error) => match catalog {
            Some(catalog) => of_write(catalog, error, language, request_id),
            None => Error::internal(request_id),
        },
        Refusal::Mail(error) => {
            tracing::error!(error = super::chain(error), "a message was not sent");
            Error::internal(request_id)
        }
        Refusal::Stranger => say(
            Code::Forbidden,
            "There is no user with your verified address: ask an administrator for an invitation.",
            "Es gibt keinen Benutzer mit Ihrer bestätigten Adresse; bitten Sie um eine Einladung.",
        ),
        Refusal::Elsewhere => say(
            Code::Unauthenticated,
            "The sign-in elsewhere failed: try again.",
            "Die Anmeldung dort ist fehlgeschlagen; bitte erneut versuchen.",
        ),
        Refusal::NobodySignedIn => Error::unauthenticated(),
        Refusal::Metadata(problems) => say(
            Code::MetadataRejected,
            "The packages cannot be used as they are; what was served before is served still. `problems` tells why.",
            "Die Pakete sind so nicht zu gebrauchen; es gilt, was vorher galt. Die Gründe stehen in `problems`.",
        )
        .with("problems", json!(problems)),
        Refusal::Failed => Error::internal(request_id),
        Refusal::Store(error) => of_store(error, request_id),
    }
}

/// The rule that a password breaks, and what its user is told.
fn weak(weakness: Weakness, german: bool) -> (&'static str, String) {
    let (rule, english, deutsch) = match weakness {
        Weakness::Short => (
            "min_length",
            format!("The password needs at least {SHORTEST} characters."),
            format!("Das Passwort braucht mindestens {SHORTEST} Zeichen."),
        ),
        Weakness::Long => (
            "max_length",
            format!("The password may have at most {LONGEST} characters."),
            format!("Das Passwort darf höchstens {LONGEST} Zeichen haben."),
        ),
        Weakness::Personal => (
            "personal",
            "The password must not be the name or the e-mail address.".to_owned(),
            "Das Passwort darf nicht der Name oder die E-Mail-Adresse sein.".to_owned(),
        ),
        Weakness::Common => (
            "common",
            "The password is one of the first that anybody tries.".to_owned(),
            "Das Passwort gehört zu denen, die jeder zuerst versucht.".to_owned(),
        ),
    };
    (rule, if german { deutsch } else { english })
}
