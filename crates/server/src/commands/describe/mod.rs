//! `kontor describe`

mod json;
mod text;

use crate::{
    cli::{Common, DescribeArgs},
    config,
    failure::{Done, print},
    open, wording,
};

pub(crate) fn run(common: &Common, args: &DescribeArgs) -> Done {
    let catalog = open::catalog(&config::resolve(common, None)?)?;
    let module = wording::module(&catalog, &args.module)?;
    print(&if args.json { json::describe(&catalog, module) } else { text::describe(&catalog, module) })
}
