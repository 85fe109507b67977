//! The language server: what an editor asks while packages are written (Language Server Protocol 3.17, over standard
//! input and output).
//!
//! [`project`] has the files, those that are open in the editor as they are there; [`answer`] and [`rename`] answer,
//! [`report`] tells what is wrong, [`mend`] how it can be mended; [`text`] knows how the protocol counts.

mod answer;
mod mend;
mod project;
mod rename;
mod report;
mod text;

use crate::{
    cli::Common,
    config,
    failure::{Done, Failure},
};
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, DidChangeWatchedFilesRegistrationOptions,
    FileSystemWatcher, GlobPattern, HoverProviderCapability, InitializeParams, OneOf, Registration, RegistrationParams,
    RenameOptions, ServerCapabilities, TextDocumentSyncCapability, TextDocumentSyncKind, WorkDoneProgressOptions,
    notification::{
        DidChangeTextDocument, DidChangeWatchedFiles, DidCloseTextDocument, DidOpenTextDocument, DidSaveTextDocument,
        Notification as _, PublishDiagnostics,
    },
    request::{
        CodeActionRequest, DocumentSymbolRequest, GotoDefinition, HoverRequest, PrepareRenameRequest, References,
        RegisterCapability, Rename, Request as _,
    },
};
use project::Project;
use serde::{Serialize, de::DeserializeOwned};
use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

/// Silence of the keyboard after which the packages are checked.
const QUIET: Duration = Duration::from_millis(150);

/// Why the server ends before it is asked to.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("the editor broke the protocol")]
    Protocol(#[from] lsp_server::ProtocolError),
    #[error("the editor has gone")]
    Gone,
    #[error("a message of the editor makes no sense")]
    Message(#[from] serde_json::Error),
}

/// A request that is refused, and why.
struct Refused(String);

/// Serves an editor until it says that it needs nothing more.
pub(crate) fn serve(common: &Common) -> Done {
    let (connection, threads) = Connection::stdio();
    let failed = |error: &Broken| Failure::because("the editor is not served any more", error);
    let given = initialize(&connection).map_err(|error| failed(&error))?;
    // As everywhere else, settings and packages are those of the folder that one is in.
    if let Some(root) = project::root(&given) {
        std::env::set_current_dir(&root)
            .map_err(|error| Failure::because(format!("the folder {} cannot be used", root.display()), &error))?;
    }
    let settings = config::resolve(common, None)?;
    let mut server =
        Server { connection, project: Project::new(&settings.packages, &given), edited: Some(Instant::now()) };
    server.run().map_err(|error| failed(&error))?;
    drop(server);
    threads.join().map_err(|error| Failure::because("standard output cannot be written", &error))?;
    Ok(ExitCode::SUCCESS)
}

fn initialize(connection: &Connection) -> Result<InitializeParams, Broken> {
    let capabilities = ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Kind(TextDocumentSyncKind::FULL)),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
            ..CodeActionOptions::default()
        })),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        })),
        ..ServerCapabilities::default()
    };
    let (id, params) = connection.initialize_start()?;
    let info = serde_json::json!({"name": "kontor", "version": env!("CARGO_PKG_VERSION")});
    connection.initialize_finish(id, serde_json::json!({"capabilities": capabilities, "serverInfo": info}))?;
    Ok(serde_json::from_value(params)?)
}

struct Server {
    connection: Connection,
    project: Project,
    /// When something was edited that was not checked since.
    edited: Option<Instant>,
}

impl Server {
    fn run(&mut self) -> Result<(), Broken> {
        if self.project.watches {
            self.send(Message::Request(watch()?))?;
        }
        loop {
            let message = match self.edited.map(|since| QUIET.saturating_sub(since.elapsed())) {
                None => self.connection.receiver.recv().map_err(|_| Broken::Gone)?,
                Some(Duration::ZERO) => {
                    self.edited = None;
                    for told in report::all(&mut self.project) {
                        self.tell::<PublishDiagnostics>(&told)?;
                    }
                    continue;
                }
                Some(wait) => match self.connection.receiver.recv_timeout(wait) {
                    Ok(message) => message,
                    Err(error) if error.is_timeout() => continue,
                    Err(_) => return Err(Broken::Gone),
                },
            };
            match message {
                Message::Request(request) => {
                    if self.connection.handle_shutdown(&request)? {
                        return Ok(());
                    }
                    let response = self.answer(request);
                    self.send(Message::Response(response))?;
                }
                Message::Notification(notification) => self.take(notification)?,
                Message::Response(_) => {}
            }
        }
    }

    fn send(&self, message: Message) -> Result<(), Broken> {
        self.connection.sender.send(message).map_err(|_| Broken::Gone)
    }

    fn tell<N: lsp_types::notification::Notification>(&self, params: &N::Params) -> Result<(), Broken> {
        let params = serde_json::to_value(params)?;
        self.send(Message::Notification(Notification { method: N::METHOD.to_owned(), params }))
    }

    fn take(&mut self, Notification { method, params }: Notification) -> Result<(), Broken> {
        match method.as_str() {
            DidOpenTextDocument::METHOD => self.project.open(serde_json::from_value(params)?),
            DidChangeTextDocument::METHOD => self.project.change(serde_json::from_value(params)?),
            DidCloseTextDocument::METHOD => self.project.close(&serde_json::from_value(params)?),
            DidSaveTextDocument::METHOD | DidChangeWatchedFiles::METHOD => self.project.forget(),
            _ => return Ok(()),
        }
        self.edited = Some(Instant::now());
        Ok(())
    }

    fn answer(&mut self, request: Request) -> Response {
        let Request { id, method, params } = request;
        let project = &mut self.project;
        match method.as_str() {
            GotoDefinition::METHOD => reply(id, params, |params| Ok(answer::definition(project, &params))),
            References::METHOD => reply(id, params, |params| Ok(answer::references(project, &params))),
            CodeActionRequest::METHOD => reply(id, params, |params| Ok(mend::actions(params))),
            HoverRequest::METHOD => reply(id, params, |params| Ok(answer::hover(project, &params))),
            DocumentSymbolRequest::METHOD => reply(id, params, |params| Ok(answer::symbols(project, &params))),
            PrepareRenameRequest::METHOD => reply(id, params, |params| Ok(rename::prepare(project, &params))),
            Rename::METHOD => reply(id, params, |params| rename::rename(project, &params)),
            other => Response::new_err(id, ErrorCode::MethodNotFound as i32, format!("`{other}` is not answered")),
        }
    }
}

/// Asks the editor to tell of files that others change.
fn watch() -> Result<Request, Broken> {
    let watchers = vec![FileSystemWatcher { glob_pattern: GlobPattern::String("**/*.yaml".to_owned()), kind: None }];
    let options = serde_json::to_value(DidChangeWatchedFilesRegistrationOptions { watchers })?;
    let method = DidChangeWatchedFiles::METHOD.to_owned();
    let registration = Registration { id: method.clone(), method, register_options: Some(options) };
    let params = serde_json::to_value(RegistrationParams { registrations: vec![registration] })?;
    Ok(Request { id: RequestId::from(0), method: RegisterCapability::METHOD.to_owned(), params })
}

fn reply<P: DeserializeOwned, A: Serialize>(
    id: RequestId,
    params: serde_json::Value,
    answer: impl FnOnce(P) -> Result<A, Refused>,
) -> Response {
    let refused = |message| Response::new_err(id.clone(), ErrorCode::InvalidParams as i32, message);
    match serde_json::from_value(params) {
        Ok(params) => match answer(params) {
            Ok(answer) => Response::new_ok(id.clone(), answer),
            Err(Refused(message)) => refused(message),
        },
        Err(error) => refused(error.to_string()),
    }
}
