use super::{Args, Store};
use crate::{column::ColumnType, context::Whose, error::StoreError, value::Value};

impl Store {
    /// Number of the version of the metadata that the tables are of; 0 before the first.
    ///
    /// # Errors
    /// When the database does not answer, or was never set up.
    pub async fn metadata_version(&self) -> Result<i64, StoreError> {
        let sql = "SELECT CAST(COALESCE(MAX(version), 0) AS BIGINT) FROM metadata_versions";
        let args = Args::new(self.dialect());
        let rows = self.query(Whose::Platform, sql, &args, &[ColumnType::BigInt]).await?;
        Ok(match rows.into_iter().flatten().next() {
            Some(Value::Integer(version)) => version,
            _ => 0,
        })
    }
}
