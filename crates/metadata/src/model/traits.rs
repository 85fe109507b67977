/// A capability that a module asks for by name in `traits:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trait {
    /// `owner`, `assigned_to` and `team` relations.
    Owned,
    /// `deleted_at`: a delete hides, `restore` brings back.
    SoftDelete,
    /// Changes are written to the audit log.
    Audited,
    /// The connection `tags`.
    Tags,
    /// The connection `notes`.
    Notes,
    /// The connection `attachments`.
    Attachments,
    /// The connection `activities`, by a relation from Activity that is added where it is missing.
    Activities,
    /// The JSON column `custom_fields`.
    CustomFields,
    /// Rows are never deleted, and changed only in fields marked `immutable: false`.
    AppendOnly,
    /// Each record is an uploaded file, or the address of one elsewhere: `file_name`, `mime_type`, `size`, `checksum`,
    /// `url`.
    File,
    /// Its records stand in the activity feed of those that they are linked to.
    Feed,
    /// Each record is a natural person, who may ask for what is kept of them and to be forgotten: `erased_at`.
    Person,
}

impl Trait {
    /// Every trait, in the order of the documentation.
    pub const ALL: [Trait; 12] = [
        Trait::Owned,
        Trait::SoftDelete,
        Trait::Audited,
        Trait::Tags,
        Trait::Notes,
        Trait::Attachments,
        Trait::Activities,
        Trait::CustomFields,
        Trait::AppendOnly,
        Trait::File,
        Trait::Feed,
        Trait::Person,
    ];

    /// The name in YAML, `soft_delete`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Trait::Owned => "owned",
            Trait::SoftDelete => "soft_delete",
            Trait::Audited => "audited",
            Trait::Tags => "tags",
            Trait::Notes => "notes",
            Trait::Attachments => "attachments",
            Trait::Activities => "activities",
            Trait::CustomFields => "custom_fields",
            Trait::AppendOnly => "append_only",
            Trait::File => "file",
            Trait::Feed => "feed",
            Trait::Person => "person",
        }
    }

    /// The trait of this YAML name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.name() == name)
    }
}

/// The set of traits of one module.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traits(u16);

impl Traits {
    /// The same set with `t` in it.
    #[must_use]
    pub fn with(self, t: Trait) -> Self {
        Self(self.0 | 1 << t as u16)
    }

    /// Whether `t` is in the set.
    #[must_use]
    pub fn has(self, t: Trait) -> bool {
        self.0 & (1 << t as u16) != 0
    }
}
