/// A change of the metadata that can't be made to the tables without losing or inventing data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DiffProblem {
    /// A module is gone.
    #[error("module {module} vanished from the YAML: put it back or list it under `removed:`")]
    ModuleVanished {
        /// Module name.
        module: String,
    },
    /// A field is gone.
    #[error("field {field} of module {module} vanished from the YAML: put it back or list it under `removed:`")]
    FieldVanished {
        /// Module name.
        module: String,
        /// Field name.
        field: String,
    },
    /// An option is gone, and there may be records that have it.
    #[error(
        "option {option} of field {field} of module {module} vanished from the YAML: put it back or name its successor, \
         `replace: {{{option}: …}}`"
    )]
    OptionVanished {
        /// Module name.
        module: String,
        /// Field name.
        field: String,
        /// Option name.
        option: String,
    },
    /// A type became another that can't hold every value it has.
    #[error(
        "field {field} of module {module} was {from} and became {to}: only integer → decimal, a larger scale and \
         picklist → text are changed in place; put the type back and add a new field"
    )]
    TypeChanged {
        /// Module name.
        module: String,
        /// Field name.
        field: String,
        /// Type in the database.
        from: String,
        /// Type in the YAML.
        to: String,
    },
    /// A new field must have a value and the records that exist have none.
    #[error("field {field} is new in module {module} and required: give it a `default` for the records that exist")]
    RequiredWithoutDefault {
        /// Module name.
        module: String,
        /// Field name.
        field: String,
    },
    /// A field must have a value from now on and some records may have none.
    #[error("field {field} of module {module} became required: give it a `default` for the records that have no value")]
    TightenedWithoutDefault {
        /// Module name.
        module: String,
        /// Field name.
        field: String,
    },
}
