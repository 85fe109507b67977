//! Whether people look at what is printed.

use std::io::IsTerminal;

/// Whether to print colours: on a terminal, unless `NO_COLOR` says otherwise (no-color.org).
pub(crate) fn color(to: &impl IsTerminal) -> bool {
    to.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Whether somebody can be asked.
pub(crate) fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}
