//! Examples at the end of the help of each command.

use clap::Command;

/// Path of the command, what it does, how it is called.
const EXAMPLES: &[(&str, &[(&str, &str)])] = &[
    (
        "serve",
        &[
            ("Try it out, with data", "kontor serve --demo"),
            ("Over PostgreSQL", "kontor serve --database postgres://kontor@localhost/crm --listen 0.0.0.0:8080"),
        ],
    ),
    (
        "check",
        &[
            ("All packages of the settings", "kontor check"),
            ("One folder, mending what can be mended", "kontor check --fix config/packages"),
            ("For a code review", "kontor check --format sarif > kontor.sarif"),
        ],
    ),
    (
        "apply",
        &[
            ("", "kontor apply --database sqlite:kontor.db"),
            ("Only what was looked at", "kontor apply --base 12:0a1b2c3d4e5f"),
            ("A field may vanish; its values stay, hidden", "kontor apply --accept Opportunity.value"),
            ("Drop what is hidden; `rollback` brings it back", "kontor apply --prune"),
        ],
    ),
    (
        "diff",
        &[
            ("What the working copy changes", "kontor diff main config/packages"),
            ("The part of the version that must grow", "kontor diff v1.2 v1.3 --semver"),
        ],
    ),
    (
        "plan",
        &[
            ("", "kontor plan"),
            ("With the SQL", "kontor plan --sql"),
            ("For programs: risk, rows, locks, SQL, changes of the API", "kontor plan --json"),
        ],
    ),
    (
        "rollback",
        &[
            ("What was applied last", "kontor rollback"),
            ("To a version, with its YAML", "kontor rollback 11 --packages-to old"),
        ],
    ),
    ("verify", &[("", "kontor verify"), ("Storing the right values", "kontor verify --repair")]),
    (
        "schema",
        &[
            ("The GraphQL schema", "kontor schema > schema.graphql"),
            ("For editors", "kontor schema --json-schema > config/module.schema.json"),
            ("For editors, of extensions", "kontor schema --json-schema=extension > config/extension.schema.json"),
        ],
    ),
    ("lsp", &[("", "kontor lsp --packages config/packages")]),
    ("generate", &[("", "kontor generate --check")]),
    ("demo", &[("About 5,000 records", "kontor demo"), ("Half a million", "kontor demo --scale 100 --slug big")]),
    ("org create", &[("", "kontor org create --slug acme --email ada@acme.example")]),
    ("org plan", &[("", "kontor org plan acme small")]),
    ("org list", &[("", "kontor org list")]),
    ("retention", &[("", "kontor retention --dry-run")]),
    ("user create", &[("", "kontor user create --email ben@acme.example --org acme --role sales_rep")]),
    ("user reset-password", &[("", "kontor user reset-password --email ben@acme.example")]),
    ("user reset-totp", &[("", "kontor user reset-totp --email ben@acme.example")]),
    ("keys rotate", &[("", "kontor keys rotate signing --prepare")]),
    ("explain", &[("", "kontor explain KON021")]),
    (
        "completions",
        &[
            ("bash", "kontor completions bash > ~/.local/share/bash-completion/completions/kontor"),
            ("zsh", "kontor completions zsh > ~/.zfunc/_kontor"),
            ("fish", "kontor completions fish > ~/.config/fish/completions/kontor.fish"),
        ],
    ),
    (
        "describe",
        &[
            ("", "kontor describe Opportunity"),
            ("For programs", "kontor describe Opportunity --json | jq '.fields[].origin'"),
        ],
    ),
    ("docs", &[("", "kontor docs --out site/modules"), ("In German", "kontor docs --language de")]),
    (
        "erd",
        &[
            ("Everything", "kontor erd > model.mmd"),
            ("Some modules", "kontor erd Account Contact Opportunity"),
            ("A package", "kontor erd --package shipments"),
        ],
    ),
    (
        "man",
        &[("", "kontor man | man -l -"), ("A page for each command", "kontor man --out /usr/local/share/man/man1")],
    ),
    ("new package", &[("", "kontor new package fleet --label en=Fleet --label de=Fuhrpark")]),
    (
        "new module",
        &[(
            "With a text, a relation and a picklist",
            "kontor new module Vehicle --package fleet --field 'plate:text!' --field customer:Account --field 'fuel:petrol|electric'",
        )],
    ),
    (
        "new field",
        &[
            ("", "kontor new field Vehicle.mileage integer"),
            ("In a module of another package", "kontor new field Account.vehicles_leased integer --package fleet"),
        ],
    ),
];

/// Adds them.
pub(super) fn add(command: Command) -> Command {
    EXAMPLES.iter().fold(command, |command, (path, examples)| {
        let path: Vec<&str> = path.split(' ').collect();
        at(command, &path, &text(examples))
    })
}

fn at(command: Command, path: &[&str], text: &str) -> Command {
    match path.split_first() {
        None => command.after_help(text.to_owned()),
        Some((name, rest)) if command.find_subcommand(name).is_some() => {
            command.mut_subcommand(*name, |inner| at(inner, rest, text))
        }
        Some(_) => command,
    }
}

fn text(examples: &[(&str, &str)]) -> String {
    let mut text = "Examples:".to_owned();
    for (what, call) in examples {
        let what = if what.is_empty() { String::new() } else { format!("  {what}:\n  ") };
        text.push_str(&format!("\n{what}  {call}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::cli;
    use clap::Command;

    fn leaves(command: &Command, path: &str, found: &mut Vec<(String, bool)>) {
        for inner in command.get_subcommands() {
            let path = format!("{path} {}", inner.get_name());
            if inner.has_subcommands() {
                leaves(inner, &path, found);
            } else {
                found.push((path, inner.get_after_help().is_some()));
            }
        }
    }

    #[test]
    fn every_command_has_one_and_every_one_is_understood() {
        let mut found = Vec::new();
        leaves(&cli::command(), "kontor", &mut found);
        let without: Vec<_> = found.iter().filter(|(_, has)| !has).map(|(path, _)| path).collect();
        assert!(without.is_empty(), "no example for {without:?}: add one to EXAMPLES");
        for (_, call) in super::EXAMPLES.iter().flat_map(|(_, examples)| *examples) {
            let plain = call.split([' ']).take_while(|word| !matches!(*word, "|" | ">")).map(|w| w.trim_matches('\''));
            let parsed = cli::command().try_get_matches_from(plain);
            assert!(parsed.is_ok(), "{call}: {}", parsed.unwrap_err());
        }
    }
}
