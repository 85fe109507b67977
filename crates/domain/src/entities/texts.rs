use sea_orm::{
    ColIdx, DbErr, QueryResult, TryGetError, TryGetable, Value,
    sea_query::{ArrayType, ColumnType, Nullable, ValueType, ValueTypeErr},
};
use sqlx::Row;

/// The options of a multiselect, read from `text[]` on PostgreSQL and from a JSON array on SQLite.
///
/// For reading, as [`super::Scaled`] is: as an operand it is bound as the JSON text of SQLite.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Texts(pub Vec<String>);

impl TryGetable for Texts {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        if let Some(row) = row.try_as_pg_row() {
            let texts: Option<Vec<String>> =
                row.try_get(index.as_sqlx_postgres_index()).map_err(|error| DbErr::Type(error.to_string()))?;
            return texts.map(Self).ok_or_else(|| TryGetError::Null(format!("{index:?}")));
        }
        let json = String::try_get_by(row, index)?;
        let texts = serde_json::from_str(&json).map_err(|error| DbErr::Type(error.to_string()))?;
        Ok(Self(texts))
    }
}

impl From<Texts> for Value {
    fn from(texts: Texts) -> Self {
        serde_json::Value::from(texts.0).to_string().into()
    }
}

impl Nullable for Texts {
    fn null() -> Value {
        String::null()
    }
}

impl ValueType for Texts {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        let json = <String as ValueType>::try_from(value)?;
        serde_json::from_str(&json).map(Self).map_err(|_| ValueTypeErr)
    }

    fn type_name() -> String {
        "Texts".to_owned()
    }

    fn array_type() -> ArrayType {
        ArrayType::String
    }

    fn column_type() -> ColumnType {
        ColumnType::Text
    }
}
