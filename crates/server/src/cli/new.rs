//! `kontor new`

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub(crate) struct NewArgs {
    #[command(subcommand)]
    pub(crate) command: NewCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum NewCommand {
    /// Write a package: a folder with a package.yaml.
    Package(NewPackageArgs),
    /// Write a module with its fields.
    Module(NewModuleArgs),
    /// Add a field to a module: to its file, or for another package to an extension.
    Field(NewFieldArgs),
}

#[derive(Debug, Args)]
pub(crate) struct NewPackageArgs {
    /// In snake_case, such as fleet; asked for on a terminal.
    pub(crate) name: Option<String>,
    /// What people call it, as in `Fleet` or `de=Fuhrpark`. May be given several times.
    #[arg(long, value_name = "[TAG=]TEXT")]
    pub(crate) label: Vec<String>,
    /// A package that it builds on; `core` where none is named. May be given several times.
    #[arg(long, value_name = "NAME")]
    pub(crate) requires: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct NewModuleArgs {
    /// In PascalCase, such as Vehicle; asked for on a terminal.
    pub(crate) name: Option<String>,
    /// The package that it is for; asked for on a terminal.
    #[arg(long, value_name = "NAME")]
    pub(crate) package: Option<String>,
    /// The name for many; made from the name where it is missing.
    #[arg(long, value_name = "NAME")]
    pub(crate) plural: Option<String>,
    /// What people call it, as in `Vehicle` or `de=Fahrzeug`. May be given several times.
    #[arg(long, value_name = "[TAG=]TEXT")]
    pub(crate) label: Vec<String>,
    /// A field: `name:type`, `name:Module` for a relation, `name:a|b` for a picklist; required with `!` at the end. May be
    /// given several times; a text `name` where none is given.
    #[arg(long, value_name = "NAME:TYPE")]
    pub(crate) field: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct NewFieldArgs {
    /// Module and field, such as Vehicle.mileage; asked for on a terminal.
    pub(crate) field: Option<String>,
    /// A type such as integer, a module for a relation, options for a picklist as in `petrol|electric`; with `!` at the
    /// end it is required. Asked for on a terminal.
    #[arg(value_name = "TYPE")]
    pub(crate) ty: Option<String>,
    /// What people call it, as in `Mileage` or `de=Kilometerstand`. May be given several times.
    #[arg(long, value_name = "[TAG=]TEXT")]
    pub(crate) label: Vec<String>,
    /// The block that it stands in; the last one where none is named.
    #[arg(long, value_name = "NAME")]
    pub(crate) block: Option<String>,
    /// The package that adds it; the module's own where none is named.
    #[arg(long, value_name = "NAME")]
    pub(crate) package: Option<String>,
}
