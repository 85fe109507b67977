//! Conditions on related records, for all subscribers together: what is asked within a moment goes out as one statement.

use async_graphql::dataloader::{DataLoader, Loader};
use kontor_domain::{
    context::{Asked, Moment},
    error::StoreError,
    plan,
    query::{Filter, Operand},
    rights::Rights,
    store::Store,
    value::Value,
};
use kontor_metadata::model::{Catalog, ModuleId};
use rustc_hash::FxHashMap;
use std::{
    collections::HashMap,
    hash::{Hash, Hasher},
    sync::Arc,
    time::Duration,
};
use uuid::Uuid;

/// Time in which questions about one event come together.
const GATHER: Duration = Duration::from_millis(1);
/// Most questions of one statement.
const MOST: usize = 100;

/// Whether the records that a record is linked to meet a condition.
#[derive(Clone)]
pub struct Question {
    /// The metadata that the condition is of.
    pub catalog: Arc<Catalog>,
    /// The tenant.
    pub org: Uuid,
    /// The subscriber.
    pub user: Uuid,
    /// What it may do.
    pub rights: Arc<Rights>,
    /// What `now()` is.
    pub moment: Moment,
    /// Module of the record.
    pub module: ModuleId,
    /// The condition, see [`plan::Question`].
    pub condition: Filter,
    /// Its operands.
    pub values: Arc<[Value]>,
    /// The id that the record is linked by.
    pub link: Uuid,
    /// Whose condition it is, and which of theirs: the same question is asked once.
    pub number: (usize, usize),
}

impl PartialEq for Question {
    fn eq(&self, other: &Self) -> bool {
        (self.number, self.link) == (other.number, other.link)
    }
}

impl Eq for Question {}

impl Hash for Question {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.number, self.link).hash(state);
    }
}

/// Asks the database.
pub struct Related(Arc<Store>);

impl Related {
    /// Gathers questions to a store.
    pub fn loader(store: Arc<Store>) -> DataLoader<Self> {
        DataLoader::new(Self(store), tokio::spawn).delay(GATHER)
    }

    async fn ask(&self, questions: &[&Question]) -> Result<Vec<bool>, StoreError> {
        let [first, ..] = questions else { return Ok(Vec::new()) };
        let mut values = Vec::new();
        let mut asked = Vec::with_capacity(questions.len());
        for question in questions {
            let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            let start = number(values.len());
            values.extend(question.values.iter().cloned());
            let link = Operand(number(values.len()));
            values.push(Value::Uuid(question.link));
            let rights = &*question.rights;
            asked.push(plan::Question {
                rights,
                module: question.module,
                condition: &question.condition,
                first: start,
                link,
            });
        }
        let statement = plan::ask(&first.catalog, self.0.dialect(), &asked);
        self.0
            .answers(&statement, &Asked { org: first.org, user: Some(first.user), moment: first.moment }, &values)
            .await
    }
}

impl Loader<Question> for Related {
    type Value = bool;
    type Error = Arc<StoreError>;

    async fn load(&self, questions: &[Question]) -> Result<HashMap<Question, bool>, Self::Error> {
        let mut groups: FxHashMap<_, Vec<&Question>> = FxHashMap::default();
        for question in questions {
            groups
                .entry((Arc::as_ptr(&question.catalog) as usize, question.org, question.user))
                .or_default()
                .push(question);
        }
        let mut answers = HashMap::with_capacity(questions.len());
        for chunk in groups.values().flat_map(|group| group.chunks(MOST)) {
            let given = self.ask(chunk).await?;
            answers.extend(chunk.iter().map(|question| (*question).clone()).zip(given));
        }
        Ok(answers)
    }
}
