//! Settings that cannot be used.

use crate::support::{Output, Place};

#[test]
fn every_mistake_of_a_file_is_listed() {
    let place = Place::new();
    let file = "[server]\nlisten = \"here\"\nlisen = 1\nexplorer = \"yes\"\n\
                [database]\nurl = \"mysql://x\"\nconnections = \"many\"\nstatement_timeout = 0\n\
                [log]\nformat = \"xml\"\nfilter = \"a=b=c\"\n[post]\n";
    place.write("config/kontor.toml", file);
    for command in [&["apply"][..], &["apply", "--config", "config/kontor.toml"], &["serve"]] {
        place.run(command).failure(&[
            "the settings have 9 mistakes:",
            "\n  - server.listen is `here`",
            "\n  - there is no setting `server.lisen`",
            "\n  - server.explorer is \"yes\"; it must be true or false",
            "\n  - database.url is not valid",
            "\n  - database.connections is \"many\"; it must be a whole number",
            "\n  - database.statement_timeout is 0",
            "\n  - log.format is `xml`",
            "\n  - log.filter is `a=b=c`",
            "\n  - there is no setting `post`",
            "\n  help: ",
        ]);
    }
    assert_eq!(place.names(), ["config"]);
}

#[test]
fn every_mistake_about_the_transport_is_listed() {
    let place = Place::new();
    let file = "[server]\npublic_url = \"crm.example.com\"\ntrace = 1\n[cors]\norigins = [\"https://a.b/\"]\n\
                [documents]\nmode = \"allow_list\"\n[files]\nsize_limit = 0\n";
    place.write("config/kontor.toml", file);
    let mut command = place.command(&["apply"]);
    Output::of(command.env("KONTOR_FILE_COUNT_LIMIT", "many")).failure(&[
        "the settings have 6 mistakes:",
        "\n  - server.public_url is `crm.example.com`; it must be such as https://crm.example.com",
        "\n  - server.trace is 1; it must be true or false",
        "\n  - cors.origins has `https://a.b/`; an origin is such as https://app.example.com, and `*` stands alone",
        "\n  - documents.manifest is missing; documents.mode = \"allow_list\" needs it",
        "\n  - files.size_limit is 0; it must be from 1 to 1073741824",
        "\n  - KONTOR_FILE_COUNT_LIMIT is `many`, which is not a whole number",
    ]);
    place.write("config/kontor.toml", "[documents]\nmode = \"some\"\n");
    place.run(&["apply"]).failure(&["documents.mode is `some`; it must be off, automatic or allow_list"]);
}

#[test]
fn numbers_out_of_bounds_are_refused() {
    let place = Place::new();
    for name in ["KONTOR_DATABASE_CONNECTIONS", "KONTOR_STATEMENT_TIMEOUT", "KONTOR_ACCESS_TOKEN_MINUTES"] {
        for value in ["0", "18446744073709551615"] {
            let output = Output::of(place.command(&["apply"]).env(name, value));
            output.failure(&["the settings have 1 mistake:", "it must be from 1 to"]);
        }
        Output::of(place.command(&["apply"]).env(name, "-1")).failure(&[name, "not a whole number"]);
    }
}

#[test]
fn a_file_that_is_no_toml_is_shown_where_it_is_not() {
    let place = Place::new();
    place.write("config/kontor.toml", "[server\n");
    place.run(&["apply"]).failure(&["config/kontor.toml", "line 1, column 8", "[server"]);
}

#[test]
fn a_file_that_is_named_and_missing_is_no_default() {
    Place::new().run(&["apply", "--config", "nowhere.toml"]).failure(&["nowhere.toml cannot be read"]);
}

#[test]
fn flags_beat_the_environment_and_that_the_file() {
    let place = Place::new();
    place.write("config/kontor.toml", "[database]\nurl = \"sqlite:file.db\"\n");
    Output::of(place.command(&["apply"]).env("KONTOR_DATABASE_URL", "sqlite:environment.db")).success();
    assert!(!place.path("file.db").exists() && place.path("environment.db").exists());
    let mut command = place.command(&["apply", "--database", "sqlite:flag.db"]);
    Output::of(command.env("KONTOR_DATABASE_URL", "sqlite:other.db")).success();
    assert!(!place.path("other.db").exists() && place.path("flag.db").exists());
}
