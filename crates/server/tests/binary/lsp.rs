//! `kontor lsp`, spoken to as an editor does.

use crate::support::Place;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    path::Path,
    process::{Child, ChildStdin, Stdio},
    sync::mpsc,
    time::Duration,
};

/// Longer than anything here takes on a busy machine.
const DEADLINE: Duration = Duration::from_secs(60);

const CLIENT: &str = r#"format: 1
module: Client
plural: Clients
title: name
blocks:
  client:
    fields:
      name: {type: text, label: {en: "Größe 🚚"}, required: "status == 'open'"}
      status:
        type: select
        options:
          open:
          closed:
"#;

const PURCHASE: &str = r#"format: 1
module: Purchase
plural: Purchases
title: number
blocks:
  purchase:
    fields:
      number: {type: text}
      client: {type: relation, to: Client, where: "status == 'open'"}
"#;

/// An editor with the folder of a place open.
struct Editor {
    server: Child,
    input: ChildStdin,
    messages: mpsc::Receiver<Value>,
    number: i64,
    /// What was reported last of each file.
    reported: HashMap<String, Value>,
}

impl Editor {
    fn start(place: &Place) -> Self {
        let mut command = place.command(&["lsp", "--packages", "packages"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut server = command.spawn().unwrap();
        let input = server.stdin.take().unwrap();
        let mut output = BufReader::new(server.stdout.take().unwrap());
        let (sender, messages) = mpsc::channel();
        std::thread::spawn(move || {
            loop {
                let mut length = 0;
                loop {
                    let mut line = String::new();
                    if output.read_line(&mut line).unwrap_or(0) == 0 {
                        return;
                    }
                    match line.trim().split_once(": ") {
                        Some(("Content-Length", value)) => length = value.parse().unwrap(),
                        Some(_) => {}
                        None => break,
                    }
                }
                let mut body = vec![0; length];
                output.read_exact(&mut body).unwrap();
                if sender.send(serde_json::from_slice(&body).unwrap()).is_err() {
                    return;
                }
            }
        });
        let mut editor = Self { server, input, messages, number: 0, reported: HashMap::new() };
        let edits = json!({"documentChanges": true, "resourceOperations": ["create", "rename", "delete"]});
        let initialized = editor.ask(
            "initialize",
            &json!({
                "processId": null,
                "rootUri": uri(&place.path("")),
                "capabilities": {"workspace": {"workspaceEdit": edits}},
            }),
        );
        assert_eq!(initialized["serverInfo"]["name"], "kontor");
        assert_eq!(initialized["capabilities"]["renameProvider"]["prepareProvider"], true);
        editor.tell("initialized", &json!({}));
        editor
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        self.input.flush().unwrap();
    }

    fn tell(&mut self, method: &str, params: &Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    fn receive(&mut self) -> Value {
        let message = self.messages.recv_timeout(DEADLINE).expect("the server says something");
        if message["method"] == "textDocument/publishDiagnostics" {
            let uri = message["params"]["uri"].as_str().unwrap().to_owned();
            self.reported.insert(uri, message["params"]["diagnostics"].clone());
        }
        message
    }

    /// The whole answer.
    fn answer(&mut self, method: &str, params: &Value) -> Value {
        self.number += 1;
        let id = self.number;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            let message = self.receive();
            if message["id"] == id {
                return message;
            }
        }
    }

    fn ask(&mut self, method: &str, params: &Value) -> Value {
        let answer = self.answer(method, params);
        assert_eq!(answer["error"], Value::Null, "{method}: {answer}");
        answer["result"].clone()
    }

    /// Waits until what is reported of a file is as wanted.
    fn until(&mut self, file: &Path, wanted: impl Fn(&Value) -> bool) -> Value {
        let uri = uri(file);
        loop {
            if let Some(reported) = self.reported.get(&uri).filter(|reported| wanted(reported)) {
                return reported.clone();
            }
            self.receive();
        }
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// A position of the protocol: in the text behind a part of it that is there once.
fn at(path: &Path, text: &str, before: &str) -> Value {
    let end = text.find(before).unwrap_or_else(|| panic!("no {before}")) + before.len();
    let line = text[..end].matches('\n').count();
    let start = text[..end].rfind('\n').map_or(0, |at| at + 1);
    let character = text[start..end].encode_utf16().count();
    json!({"textDocument": {"uri": uri(path)}, "position": {"line": line, "character": character}})
}

fn with(mut params: Value, key: &str, value: Value) -> Value {
    params[key] = value;
    params
}

fn range(line: u32, from: u32, to: u32) -> Value {
    json!({"start": {"line": line, "character": from}, "end": {"line": line, "character": to}})
}

#[test]
fn an_editor_is_told_asks_and_renames() {
    let place = Place::new();
    place.write("packages/shop/package.yaml", "format: 1\npackage: shop\nversion: 1.0.0\n");
    let client = place.write("packages/shop/modules/client.yaml", CLIENT);
    let purchase = place.write("packages/shop/modules/purchase.yaml", PURCHASE);
    let mut editor = Editor::start(&place);

    // What is typed counts, though it is not saved: here, and for the file that refers to it.
    let open = |path: &Path, text: &str| json!({"textDocument": {"uri": uri(path), "languageId": "yaml", "version": 1, "text": text}});
    let typed = |path: &Path, version: u32, text: &str| json!({"textDocument": {"uri": uri(path), "version": version}, "contentChanges": [{"text": text}]});
    editor.tell("textDocument/didOpen", &open(&client, CLIENT));
    let broken = CLIENT.replace("          open:\n", "          opened:\n");
    editor.tell("textDocument/didChange", &typed(&client, 2, &broken));
    let wrong = editor.until(&purchase, |all| all != &json!([]));
    assert_eq!(wrong[0]["source"], "kontor");
    assert_eq!(wrong[0]["severity"], 1);
    assert_eq!(wrong[0]["range"], range(8, 61, 67), "{wrong}");
    assert!(wrong[0]["message"].as_str().unwrap().contains("did you mean `opened`?"), "{wrong}");
    // What can be mended in one way only is offered.
    let asked =
        json!({"textDocument": {"uri": uri(&purchase)}, "range": wrong[0]["range"], "context": {"diagnostics": wrong}});
    let offered = editor.ask("textDocument/codeAction", &asked);
    assert_eq!(
        (&offered[0]["kind"], &offered[0]["title"]),
        (&json!("quickfix"), &json!("Write `'opened'`")),
        "{offered}"
    );
    let edit = &offered[0]["edit"]["changes"][uri(&purchase)][0];
    assert_eq!(edit["newText"], "'opened'", "{offered}");
    assert_eq!(edit["range"]["start"]["line"], 8, "{offered}");
    // Columns are counted as the protocol does, behind letters of two units, too.
    let here = editor.until(&client, |all| all != &json!([]));
    let column = CLIENT.lines().nth(7).unwrap().split("'open'").next().unwrap().encode_utf16().count() as u32;
    assert_eq!(here[0]["range"], range(7, column, column + 6), "{here}");
    let code = here[0]["code"].as_str().unwrap().to_owned();
    let hover = editor.ask("textDocument/hover", &at(&client, &broken, "status == 'op"));
    assert!(hover["contents"]["value"].as_str().unwrap().contains(&format!("**{code}**")), "{hover}");
    editor.tell("textDocument/didChange", &typed(&client, 3, CLIENT));
    editor.until(&client, |all| all == &json!([]));
    editor.until(&purchase, |all| all == &json!([]));

    let given = editor.ask("textDocument/definition", &at(&purchase, PURCHASE, "to: Cli"));
    assert_eq!(given, json!({"uri": uri(&client), "range": range(1, 8, 14)}));
    let given = editor.ask("textDocument/definition", &at(&purchase, PURCHASE, "where: \"sta"));
    assert_eq!(given, json!({"uri": uri(&client), "range": range(8, 6, 12)}));
    let references = with(at(&client, CLIENT, "      sta"), "context", json!({"includeDeclaration": false}));
    let references = editor.ask("textDocument/references", &references);
    assert_eq!(references.as_array().unwrap().len(), 2, "{references}");
    let hover = editor.ask("textDocument/hover", &at(&purchase, PURCHASE, "where: \"sta"));
    assert!(hover["contents"]["value"].as_str().unwrap().starts_with("**Client.status**: select"), "{hover}");
    let hover = editor.ask("textDocument/hover", &at(&purchase, PURCHASE, "Client, whe"));
    assert!(hover["contents"]["value"].as_str().unwrap().contains("What a record has to be like"), "{hover}");
    let symbols = editor.ask("textDocument/documentSymbol", &json!({"textDocument": {"uri": uri(&client)}}));
    let names = |symbols: &Value| -> Vec<String> {
        symbols.as_array().into_iter().flatten().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&symbols), ["Client"]);
    assert_eq!(names(&symbols[0]["children"]), ["name", "status"]);
    assert_eq!(names(&symbols[0]["children"][1]["children"]), ["open", "closed"]);

    // A module: every place, its former name, and its file.
    let prepared = editor.ask("textDocument/prepareRename", &at(&purchase, PURCHASE, "to: Cli"));
    assert_eq!(prepared, json!({"range": range(8, 35, 41), "placeholder": "Client"}));
    let params = with(at(&purchase, PURCHASE, "to: Cli"), "newName", json!("Customer"));
    let edit = editor.ask("textDocument/rename", &params);
    let changes = edit["documentChanges"].as_array().unwrap();
    let text = |change: &Value| -> Vec<String> {
        change["edits"].as_array().unwrap().iter().map(|edit| edit["newText"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(changes[0]["textDocument"], json!({"uri": uri(&client), "version": 3}));
    assert_eq!(text(&changes[0]), ["Customer", "\nrenamed_from: Client"]);
    assert_eq!(text(&changes[1]), ["Customer"]);
    let moved =
        json!({"kind": "rename", "oldUri": uri(&client), "newUri": uri(&client.with_file_name("customer.yaml"))});
    assert_eq!(changes[2], moved);

    // An option, and what cannot be.
    let params = with(at(&client, CLIENT, "          op"), "newName", json!("waiting"));
    let edit = editor.ask("textDocument/rename", &params);
    assert_eq!(text(&edit["documentChanges"][0]), ["waiting", "waiting", " {renamed_from: open}"]);
    for (before, new, why) in [
        ("          op", "closed", "There is a `closed` already."),
        ("          op", "Not so", "is no such name"),
        ("      sta", "Status", "snake_case"),
        ("type: sel", "selection", "Only modules, fields and options"),
    ] {
        let refused = editor.answer("textDocument/rename", &with(at(&client, CLIENT, before), "newName", json!(new)));
        assert!(refused["error"]["message"].as_str().unwrap().contains(why), "{refused}");
    }

    assert_eq!(editor.ask("shutdown", &Value::Null), Value::Null);
    editor.tell("exit", &Value::Null);
    assert_eq!(editor.server.wait().unwrap().code(), Some(0));
}
