//! `kontor man`

use crate::{
    cli::{self, ManArgs},
    failure::{Done, Failure, print},
};
use clap_mangen::Man;

pub(crate) fn run(args: &ManArgs) -> Done {
    let Some(folder) = &args.out else {
        let mut page = Vec::new();
        let rendered = Man::new(cli::command()).render(&mut page);
        rendered.map_err(|error| Failure::because("the page cannot be made", &error))?;
        return print(&String::from_utf8_lossy(&page));
    };
    let written = std::fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(cli::command(), folder));
    written.map_err(|error| Failure::because(format!("{} cannot be written", folder.display()), &error))?;
    print(&format!("The pages are in {}; read them with `man -l {}/kontor.1`.\n", folder.display(), folder.display()))
}
