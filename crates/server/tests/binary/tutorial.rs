//! The tutorial, step by step: what it prints is what happens.

use crate::support::{Answer, Output, Place, Served, copy, repository};
use serde_json::json;
use std::{path::Path, process::Command};

const EMAIL: &str = "ada@example.com";
const PASSWORD: &str = "correct horse";

#[test]
fn the_tutorial_is_true() {
    let place = Place::new();
    copy(&repository().join("config/packages"), &place.path("config/packages"));
    let text = std::fs::read_to_string(repository().join("docs/tutorial.md")).unwrap();
    let blocks = blocks(&text);
    let mut ran = (0, 0);
    for (n, (kind, content)) in blocks.iter().enumerate() {
        match kind.split_once(' ') {
            Some(("yaml", path)) => drop(place.write(path, content)),
            None if *kind == "console" => ran.0 += console(&place, content),
            None if *kind == "graphql" => {
                let (_, printed) = &blocks[n + 1];
                let served = Served::start_with(&place, &[], &[("KONTOR_PACKAGES", "config/packages")]);
                let token = served.token(EMAIL, PASSWORD);
                let mut answer = Answer::graphql(&served.address, Some(&token), content, &json!({}));
                answer.as_object_mut().unwrap().remove("extensions");
                let printed: serde_json::Value = serde_json::from_str(printed).unwrap();
                assert_eq!(answer, printed, "{content}");
                ran.1 += 1;
            }
            _ => assert!(*kind == "json", "a block of {kind}"),
        }
    }
    assert!(ran.0 >= 12 && ran.1 >= 4, "{ran:?}");
}

/// Fenced blocks: what stands behind the fence, and the content.
fn blocks(markdown: &str) -> Vec<(&str, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(&str, String)> = None;
    for line in markdown.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(kind), None) => open = Some((kind, String::new())),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some((_, text))) => text.extend([line, "\n"]),
            (None, None) => {}
        }
    }
    blocks
}

/// Runs the commands of a block one after the other, each with what it should print; gives their number.
fn console(place: &Place, block: &str) -> usize {
    let mut folder = place.path(".");
    let mut commands: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in block.lines() {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => commands.push((command, Vec::new())),
            (None, Some((_, printed))) => printed.push(line),
            (None, None) => panic!("no command before `{line}`"),
        }
    }
    for (command, printed) in &commands {
        if let Some(to) = command.strip_prefix("cd ") {
            folder = folder.join(to);
            continue;
        }
        let output = Output::of(&mut shell(&folder, command));
        let told = format!("{}{}", output.stdout, output.stderr);
        let mut lines = told.lines();
        for expected in printed {
            match expected.strip_suffix('…') {
                None => assert_eq!(lines.next(), Some(*expected), "{command}\n{told}"),
                // What follows is left out.
                Some("") => lines.by_ref().for_each(drop),
                Some(beginning) => {
                    let found = lines.any(|line| line.starts_with(beginning));
                    assert!(found, "no line begins with `{beginning}`: {command}\n{told}");
                }
            }
        }
        assert_eq!(lines.next(), None, "{command}\n{told}");
    }
    commands.len()
}

fn shell(folder: &Path, command: &str) -> Command {
    let binary = Path::new(env!("CARGO_BIN_EXE_kontor")).parent().unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(binary.to_owned()).chain(std::env::split_paths(&path));
    let mut shell = Command::new("sh");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("KONTOR_")) {
        shell.env_remove(name);
    }
    shell.args(["-c", command]).current_dir(folder);
    shell.env("PATH", std::env::join_paths(paths).unwrap()).env("KONTOR_USER_PASSWORD", PASSWORD);
    shell
}
