//! What a role may do, as conditions on records. Plans, feeds and the write pipeline all take them from here.

mod links;

pub use links::link_field;

use crate::query::{Circle, Filter, Sharing};
use kontor_metadata::model::{
    Access, Action, Catalog, Connection, Field, FieldId, FieldType, Level, Module, ModuleId, Trait,
};
use kontor_metadata::naming;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// The rights of a role, worked out once per catalog.
#[derive(Debug, Clone)]
pub struct Rights {
    /// By module, in the order of [`Action::ALL`].
    levels: Vec<[Level; 6]>,
    /// What an API key leaves out of the role that it has, even of what is the caller's own affair.
    left_out: FxHashSet<(ModuleId, Action)>,
    /// How far the role may read and write fields that have rights of their own, where that is not everywhere.
    fields: FxHashMap<(ModuleId, FieldId), Narrowed>,
}

/// How far a field may be read and written.
#[derive(Debug, Clone, Copy)]
struct Narrowed {
    read: Level,
    write: Level,
}

impl Rights {
    /// Those of the program itself: all.
    #[must_use]
    pub fn of_program(catalog: &Catalog) -> Self {
        let levels = vec![[Level::All; 6]; catalog.modules.len()];
        let (left_out, fields) = Default::default();
        Self { levels, left_out, fields }
    }

    /// Those of a role; one that nobody grants anything has none.
    #[must_use]
    pub fn of_role(catalog: &Catalog, role: &str) -> Self {
        let mut rights = Self::of_program(catalog);
        for module in &catalog.modules {
            let level = |action| Access::level(&module.access, role, action);
            rights.levels[usize::from(module.id.0)] = Action::ALL.map(level);
            for field in module.fields.iter().filter(|field| !field.access.is_empty()) {
                let of = |action| Access::level(&field.access, role, action);
                // What reaches as far as the right to read records does, is shown in all that are seen.
                let read = if of(Action::Read) >= level(Action::Read) { Level::All } else { of(Action::Read) };
                let narrowed = Narrowed { read, write: of(Action::Update) };
                if narrowed.read < Level::All || narrowed.write < Level::All {
                    rights.fields.insert((module.id, field.id), narrowed);
                }
            }
        }
        rights
    }

    /// Those of every role that is granted anything.
    #[must_use]
    pub fn by_role(catalog: &Catalog) -> FxHashMap<String, Arc<Self>> {
        let of_module = |module: &Module| module.access.iter().map(|access| access.role.clone()).collect::<Vec<_>>();
        let roles: FxHashSet<String> = catalog.modules.iter().flat_map(of_module).collect();
        roles.into_iter().map(|role| (role.clone(), Arc::new(Self::of_role(catalog, &role)))).collect()
    }

    /// Those of who has just signed in, whatever the role: to read the user that one is.
    #[must_use]
    pub fn of_guest(catalog: &Catalog) -> Self {
        let mut rights = Self::of_role(catalog, "");
        if let Some(users) = catalog.find("User") {
            rights.levels[usize::from(users.id.0)][Action::Read as usize] = Level::Own;
            rights.fields.retain(|(module, _), _| *module != users.id);
        }
        rights
    }

    /// The same, less actions on the records of modules that are not allowed.
    #[must_use]
    pub fn confined(mut self, catalog: &Catalog, allows: impl Fn(&Module, Action) -> bool) -> Self {
        for module in &catalog.modules {
            for action in Action::ALL.into_iter().filter(|action| !allows(module, *action)) {
                self.levels[usize::from(module.id.0)][action as usize] = Level::None;
                self.left_out.insert((module.id, action));
            }
        }
        self
    }

    /// Whether an API key leaves an action on the records of a module out, whatever its role may.
    #[must_use]
    pub fn leaves_out(&self, module: ModuleId, action: Action) -> bool {
        self.left_out.contains(&(module, action))
    }

    /// How far an action reaches.
    #[must_use]
    pub fn level(&self, module: ModuleId, action: Action) -> Level {
        self.levels[usize::from(module.0)][action as usize]
    }

    /// Whether who has the role makes a difference to what may be read.
    #[must_use]
    pub fn is_personal(&self) -> bool {
        let partly = |level: Level| matches!(level, Level::Own | Level::Team);
        self.levels.iter().any(|levels| partly(levels[Action::Read as usize]))
            || self.fields.values().any(|field| partly(field.read))
    }

    /// Whether the role may do something with some records of a module.
    #[must_use]
    pub fn may(&self, module: ModuleId, action: Action) -> bool {
        self.level(module, action) > Level::None
    }

    /// How far an action reaches a field, of the records that it reaches; what is not reading is writing.
    #[must_use]
    pub fn level_of_field(&self, module: ModuleId, field: FieldId, action: Action) -> Level {
        self.fields.get(&(module, field)).map_or(Level::All, |narrowed| match action {
            Action::Read | Action::Export => narrowed.read,
            Action::Create | Action::Update | Action::Delete | Action::Erase => narrowed.write,
        })
    }

    /// Whether the role may read a field of some of the records that it may read.
    #[must_use]
    pub fn may_read(&self, module: ModuleId, field: FieldId) -> bool {
        self.level_of_field(module, field, Action::Read) > Level::None
    }

    /// Whether the role may read a field of all of the records that it may read.
    #[must_use]
    pub fn may_read_all(&self, module: ModuleId, field: FieldId) -> bool {
        self.level_of_field(module, field, Action::Read) == Level::All
    }

    /// Keys, in the images and changes of a module's records, of what the role may not read in any record, former ones too:
    /// the logs are as they were. Links that other records hold are left out unless it may read them in all of those.
    #[must_use]
    pub fn hidden_keys(&self, catalog: &Catalog, module: &Module) -> Vec<String> {
        keys(catalog, module, |of, field| match of == module.id {
            true => !self.may_read(of, field),
            false => !self.may_read_all(of, field),
        })
    }

    /// The same of fields that it may not read in all records.
    #[must_use]
    pub fn narrowed_keys(&self, catalog: &Catalog, module: &Module) -> Vec<String> {
        keys(catalog, module, |of, field| !self.may_read_all(of, field))
    }

    /// Keys of fields that the role may read in some records only, with the condition that it may.
    #[must_use]
    pub fn partly_hidden(&self, catalog: &Catalog, module: &Module) -> Vec<(Filter, Vec<String>)> {
        let at = |level| {
            let is_at = |of, field| of == module.id && self.level_of_field(of, field, Action::Read) == level;
            let keys = keys(catalog, module, is_at);
            (!keys.is_empty()).then(|| (self.within(catalog, module, Action::Read, level, shared(Action::Read)), keys))
        };
        [Level::Own, Level::Team].into_iter().filter_map(at).collect()
    }

    /// The first searched field of a module that the role may not read everywhere: what a search finds would tell of it.
    #[must_use]
    pub fn hidden_from_search<'m>(&self, module: &'m Module) -> Option<&'m Field> {
        module.searched().map(|(field, _)| field).find(|field| !self.may_read_all(module.id, field.id))
    }

    /// In which of the records that an action reaches it reaches a field, too; in all of them where there is no condition.
    #[must_use]
    pub fn reach_of_field(
        &self,
        catalog: &Catalog,
        module: ModuleId,
        field: FieldId,
        action: Action,
    ) -> Option<Filter> {
        match self.level_of_field(module, field, action) {
            Level::All => None,
            Level::None => Some(nothing()),
            level => Some(self.within(catalog, catalog.module(module), action, level, shared(action))),
        }
    }

    /// Which records an action reaches; all of the organisation where there is no condition.
    #[must_use]
    pub fn reach(&self, catalog: &Catalog, module: ModuleId, action: Action) -> Option<Filter> {
        let of = catalog.module(module);
        match self.level(module, action) {
            Level::All => None,
            Level::None => Some(nothing()),
            _ if action == Action::Read && about(of).is_some_and(|(_, to)| self.reads_all(to)) => None,
            level => Some(self.within(catalog, of, action, level, shared(action))),
        }
    }

    fn reads_all(&self, modules: &[ModuleId]) -> bool {
        modules.iter().all(|module| self.level(*module, Action::Read) == Level::All)
    }

    /// Why a record may fall within the level of an action, each with the condition that it does; nothing where the level
    /// reaches all or none.
    #[must_use]
    pub fn grounds(&self, catalog: &Catalog, module: ModuleId, action: Action) -> Vec<(Ground, Filter)> {
        match self.level(module, action) {
            Level::All | Level::None => Vec::new(),
            level => self.grounds_of(catalog, catalog.module(module), action, level, shared(action)),
        }
    }

    fn within(
        &self,
        catalog: &Catalog,
        module: &Module,
        action: Action,
        level: Level,
        shared: Option<Sharing>,
    ) -> Filter {
        let grounds = self.grounds_of(catalog, module, action, level, shared);
        Filter::Any(grounds.into_iter().map(|(_, filter)| filter).collect())
    }

    fn grounds_of(
        &self,
        catalog: &Catalog,
        module: &Module,
        action: Action,
        level: Level,
        shared: Option<Sharing>,
    ) -> Vec<(Ground, Filter)> {
        let circle = if level == Level::Own { Circle::Caller } else { Circle::Colleagues };
        let people = people(module);
        if people.is_empty()
            && let Some((parent, to)) = parent(module)
        {
            // Lines belong to whom their quote belongs to.
            let above = catalog.module(to);
            let inner = match self.level(to, action).min(level) {
                Level::All => Filter::All(Vec::new()),
                Level::None => nothing(),
                // Whoever may change a quote that is shared makes and removes its lines too.
                level => {
                    let shared = if action == Action::Read { Sharing::Read } else { Sharing::Write };
                    self.within(catalog, above, action, level, Some(shared))
                }
            };
            return vec![(Ground::Parent(parent), Filter::One(parent, Box::new(inner)))];
        }
        let person = |field| (Ground::Person(field), Filter::In(field, circle));
        let mut grounds: Vec<_> = people.into_iter().map(person).collect();
        if level == Level::Team
            && module.has(Trait::Owned)
            && let Some(team) = module.find("team")
        {
            grounds.push((Ground::Team(team.id), Filter::In(team.id, Circle::Teams)));
        }
        if let Some(shared) = shared.filter(|_| may_be_shared(catalog, module.id)) {
            grounds.push((Ground::Shared, Filter::Shared(shared)));
        }
        if let Some((record, to)) = about(module).filter(|_| action == Action::Read) {
            let team = module.find("team").map(|team| team.id);
            grounds.extend(team.map(|team| (Ground::Team(team), Filter::In(team, Circle::Teams))));
            grounds.extend(to.iter().map(|to| (Ground::Parent(record), Filter::Readable(record, *to))));
        }
        grounds
    }
}

/// Why a record falls within a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// Who this field names is the caller, or at the level of the team a colleague.
    Person(FieldId),
    /// The team that this field names is one of the caller's.
    Team(FieldId),
    /// The record that this field leads to falls within it; of follows and shares, may be read.
    Parent(FieldId),
    /// It is shared with the caller, or with one of the caller's teams.
    Shared,
}

/// The keys that the value of a field with this name may have in images.
#[must_use]
pub fn keys_of(name: String) -> [String; 3] {
    [format!("{name}Id"), format!("{name}Type"), name]
}

/// Whether records of a module can be shared one by one: those that have an owner.
#[must_use]
pub fn may_be_shared(catalog: &Catalog, module: ModuleId) -> bool {
    let record = catalog.find("Share").and_then(|shares| shares.find("record"));
    record.is_some_and(|field| matches!(&field.ty, FieldType::Polymorphic { to } if to.contains(&module)))
}

/// How far a record must be shared for an action; no share is enough for some.
fn shared(action: Action) -> Option<Sharing> {
    match action {
        Action::Read => Some(Sharing::Read),
        Action::Update => Some(Sharing::Write),
        Action::Create | Action::Delete | Action::Export | Action::Erase => None,
    }
}

/// Keys of some fields in images and changes, and of the links that they hold, by the names that they have and had.
fn keys(catalog: &Catalog, module: &Module, which: impl Fn(ModuleId, FieldId) -> bool) -> Vec<String> {
    let fields = module.fields.iter().filter(|field| which(module.id, field.id));
    let names = fields.flat_map(|field| {
        let former = field.past.names.iter().map(|name| naming::camel(name));
        former.chain([field.gql.clone()]).flat_map(keys_of).collect::<Vec<_>>()
    });
    let held =
        |connection: &&Connection| link_field(catalog, module, connection).is_some_and(|(of, field)| which(of, field));
    names.chain(module.connections.iter().filter(held).map(|connection| connection.gql.clone())).collect()
}

fn nothing() -> Filter {
    Filter::Any(Vec::new())
}

/// The fields that say whose a record is: its owner and assignee; else the one user that it is for; else who made it. A
/// user is its own.
fn people(module: &Module) -> Vec<FieldId> {
    let relation = |field: &&Field| matches!(field.ty, FieldType::Relation { .. });
    let named = |name: &str| module.find(name).filter(relation).map(|field| field.id);
    if module.name == "User" {
        return vec![FieldId(0)];
    }
    if module.has(Trait::Owned) {
        return ["owner", "assigned_to"].into_iter().filter_map(named).collect();
    }
    if module.parent.is_some() {
        return Vec::new();
    }
    named("user").or_else(|| named("created_by")).into_iter().collect()
}

/// Of follows and shares the relation to what they are of, and its modules: who sees a record sees who follows it, and
/// with whom it is shared.
fn about(module: &Module) -> Option<(FieldId, &[ModuleId])> {
    let record = module.find("record").filter(|_| matches!(module.name.as_str(), "Follow" | "Share"))?;
    match &record.ty {
        FieldType::Polymorphic { to } => Some((record.id, to)),
        _ => None,
    }
}

fn parent(module: &Module) -> Option<(FieldId, ModuleId)> {
    let field = module.parent?;
    match module.field(field).ty {
        FieldType::Relation { to, .. } => Some((field, to)),
        _ => None,
    }
}
