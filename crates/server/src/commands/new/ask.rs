//! What is missing is asked for, where somebody can answer.

use crate::{failure::Failure, terminal};
use dialoguer::Input;

/// What was given, or else the answer; without a terminal a failure that says what to give.
pub(super) fn text(given: Option<String>, question: &str, give: &str) -> Result<String, Failure> {
    if let Some(given) = given {
        return Ok(given);
    }
    if !terminal::can_ask() {
        return Err(Failure::new(format!("{} is missing", question.to_lowercase())).help(format!("give {give}")));
    }
    Input::new().with_prompt(question).interact_text().map_err(|error| unanswered(&error))
}

/// Answers until one is empty.
pub(super) fn texts(question: &str) -> Result<Vec<String>, Failure> {
    let mut answers = Vec::new();
    loop {
        let answer: String =
            Input::new().with_prompt(question).allow_empty(true).interact_text().map_err(|error| unanswered(&error))?;
        if answer.trim().is_empty() {
            return Ok(answers);
        }
        answers.push(answer.trim().to_owned());
    }
}

fn unanswered(error: &dialoguer::Error) -> Failure {
    Failure::because("there was no answer", error)
}
