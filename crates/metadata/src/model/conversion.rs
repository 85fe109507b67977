use super::{FieldId, ModuleId};

/// What a record of a module becomes: a lead an account, a contact and an opportunity.
#[derive(Debug, Clone)]
pub struct Conversion {
    /// In the order of the YAML: what comes first is linked to by what comes after it.
    pub targets: Vec<ConversionTarget>,
    /// Own field: when it was done; empty until then.
    pub at: FieldId,
    /// Own picklist, and its option that says so, where the module has them.
    pub status: Option<(FieldId, String)>,
}

/// One record that comes of it.
#[derive(Debug, Clone)]
pub struct ConversionTarget {
    /// Its module.
    pub module: ModuleId,
    /// Key in the input and in the answer, `account`.
    pub gql: String,
    /// Own relation that leads to it from then on, `converted_account`.
    pub link: FieldId,
    /// Own relation that may lead to such a record already, `account`: then it is that one.
    pub existing: Option<FieldId>,
    /// Its fields, each with the own field that its value comes from.
    pub fields: Vec<(FieldId, FieldId)>,
    /// Its relations to what it comes from or with.
    pub relations: Vec<(FieldId, ConvertedFrom)>,
    /// Own fields without which there is none of it, unless it is asked for: those that its required fields come from.
    pub needs: Vec<FieldId>,
}

/// Where a relation of a new record leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConvertedFrom {
    /// To the record that is converted.
    Source,
    /// To what comes of it before, by its place in [`Conversion::targets`].
    Target(usize),
}
