//! Databases that are not there, cannot be written, or are none.

use crate::support::{Output, Place};
use std::{fs::Permissions, os::unix::fs::PermissionsExt as _};

/// A user and group without rights: `nobody`.
const NOBODY: u32 = 65_534;

#[test]
fn postgresql_that_cannot_be_reached_says_what_to_check() {
    let place = Place::new();
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("postgres://kontor:hush-hush@127.0.0.1:{port}/kontor");
    for command in ["apply", "plan", "demo", "serve"] {
        let mut args = vec![command, "--database", &url];
        if command == "serve" {
            args.extend(["--listen", "127.0.0.1:0"]);
        }
        let text = place.run(&args).failure(&["PostgreSQL cannot be reached", "refused", "check that it runs"]);
        assert!(!text.contains("hush-hush"), "a password in a message: {text}");
    }
    assert!(place.names().is_empty());
}

#[test]
fn a_url_of_no_known_kind_is_refused() {
    let place = Place::new();
    let kinds = ["mysql://root@localhost/x", "kontor.db", "sqlite:", "sqlite::memory:", "sqlite:x.db?mode=ro", ""];
    for url in kinds {
        place.run(&["apply", "--database", url]).failure(&["database.url is not valid: ", "help: "]);
    }
    assert!(place.names().is_empty());
}

#[test]
fn a_file_that_is_no_database_is_left_as_it_is() {
    let place = Place::new();
    let text = "Dear diary, this is no database. ".repeat(100);
    let path = place.write("diary.txt", &text);
    for command in ["apply", "plan", "serve"] {
        let mut args = vec![command, "--database", "sqlite:diary.txt"];
        if command == "serve" {
            args.extend(["--listen", "127.0.0.1:0"]);
        }
        place.run(&args).failure(&["diary.txt cannot be used", "not a database", "help: "]);
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), text);
    assert_eq!(place.names(), ["diary.txt"]);
}

#[test]
fn a_folder_and_a_file_in_a_file_are_no_databases() {
    let place = Place::new();
    std::fs::create_dir(place.path("folder")).unwrap();
    place.write("file", "");
    place.run(&["apply", "--database", "sqlite:folder"]).failure(&["folder cannot be used", "help: "]);
    place.run(&["apply", "--database", "sqlite:file/x.db"]).failure(&["file/x.db cannot be used", "help: check"]);
}

#[test]
fn a_file_or_folder_that_may_not_be_written_says_so() {
    let place = Place::new();
    place.run(&["apply", "--database", "sqlite:file/x.db"]).success();
    place.run(&["apply", "--database", "sqlite:folder/x.db"]).success();
    std::fs::create_dir(place.path("empty")).unwrap();
    for (path, mode) in
        [("file", 0o777), ("file/x.db", 0o444), ("folder", 0o555), ("folder/x.db", 0o444), ("empty", 0o555)]
    {
        std::fs::set_permissions(place.path(path), Permissions::from_mode(mode)).unwrap();
    }
    let before = std::fs::read(place.path("file/x.db")).unwrap();
    let Some(run) = unprivileged(&place) else { return };
    run("sqlite:file/x.db").failure(&["file/x.db is read-only", "right to write"]);
    run("sqlite:folder/x.db").failure(&["folder/x.db", "help: ", "write"]);
    run("sqlite:empty/x.db").failure(&["empty/x.db cannot be used", "folder you may write to"]);
    assert_eq!(std::fs::read(place.path("file/x.db")).unwrap(), before);
    // Else the folder could not be removed.
    for path in ["folder", "empty"] {
        std::fs::set_permissions(place.path(path), Permissions::from_mode(0o777)).unwrap();
    }
}

/// Runs the program with one more argument.
type Runner<'p> = Box<dyn Fn(&str) -> Output + 'p>;

/// Runs `apply` as somebody whom permissions bind: ourselves, or `nobody` when we are root. `None` where that cannot be.
fn unprivileged(place: &Place) -> Option<Runner<'_>> {
    let binds = std::fs::write(place.path("empty/probe"), "").is_err();
    if binds {
        return Some(Box::new(|url| place.run(&["apply", "--database", url])));
    }
    std::fs::remove_file(place.path("empty/probe")).unwrap();
    // `nobody` may see neither the target folder nor the repository.
    let binary = place.path("kontor");
    std::fs::copy(env!("CARGO_BIN_EXE_kontor"), &binary).unwrap();
    let packages = place.packages();
    for path in [&place.path("."), &binary] {
        std::fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
    }
    let run = move |args: &[&str]| {
        use std::os::unix::process::CommandExt as _;
        let mut command = place.command_of(&binary, args);
        command.env("KONTOR_PACKAGES", &packages).uid(NOBODY).gid(NOBODY).output()
    };
    if !run(&["--version"]).is_ok_and(|output| output.status.success()) {
        eprintln!("\n*** SKIPPED: permissions do not bind root, and nothing can be run as another user ***\n");
        return None;
    }
    Some(Box::new(move |url| {
        let output = run(&["apply", "--database", url]).unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Output { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }))
}
