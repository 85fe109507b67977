use super::Origin;

/// What is done to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// It is read, counted, found.
    Read,
    /// It is made.
    Create,
    /// It is changed.
    Update,
    /// It is deleted, restored or removed for good.
    Delete,
    /// All that is kept of the person that it is about is handed out.
    Export,
    /// The person that it is about is forgotten.
    Erase,
}

impl Action {
    /// Every action, in the order of [`Access::levels`].
    pub const ALL: [Action; 6] =
        [Action::Read, Action::Create, Action::Update, Action::Delete, Action::Export, Action::Erase];

    /// The name in YAML, `read`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Action::Read => "read",
            Action::Create => "create",
            Action::Update => "update",
            Action::Delete => "delete",
            Action::Export => "export",
            Action::Erase => "erase",
        }
    }

    /// Whether it is about a person's rights rather than about records: granted by its own name, to administrators also
    /// by `all`.
    #[must_use]
    pub fn is_of_privacy(self) -> bool {
        matches!(self, Action::Export | Action::Erase)
    }
}

/// How far a right reaches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// To no record.
    #[default]
    None,
    /// To the user's own records.
    Own,
    /// To those of the teams that the user is in or leads, and of who reports to the user.
    Team,
    /// To every record of the organisation.
    All,
}

impl Level {
    /// The level of this YAML name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "false" => Some(Level::None),
            "own" => Some(Level::Own),
            "team" => Some(Level::Team),
            "all" | "true" => Some(Level::All),
            _ => None,
        }
    }
}

/// What one role may do; whatever is not granted is denied.
#[derive(Debug, Clone)]
pub struct Access {
    /// Role name, `sales_rep`.
    pub role: String,
    /// How far each action reaches, in the order of [`Action::ALL`].
    pub levels: [Level; 6],
    /// Where it was written; a module whose author grants nobody anything has the platform's own.
    pub origin: Origin,
}

impl Access {
    /// How far an action of a role reaches.
    #[must_use]
    pub fn level(access: &[Access], role: &str, action: Action) -> Level {
        Self::of(access, role).map_or(Level::None, |access| access.levels[action as usize])
    }

    /// What is said of a role.
    #[must_use]
    pub fn of<'a>(access: &'a [Access], role: &str) -> Option<&'a Access> {
        access.iter().find(|access| access.role == role)
    }
}
