//! Autonumbers: consecutive within a year, in order of creation.

use super::story::Story;
use super::{Counter, clock};
use uuid::Uuid;

/// Which field a number is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Series {
    Quote,
    Invoice,
    Ticket,
}

const SERIES: [(Series, &str, &str); 3] = [
    (Series::Quote, "Quote", "quote_number"),
    (Series::Invoice, "Invoice", "invoice_number"),
    (Series::Ticket, "Ticket", "ticket_number"),
];

/// When each numbered record was created: all of them have to be known before the first number is given. Twenty-four
/// bytes per record, the only thing that is held for the whole data set.
#[derive(Default)]
pub(super) struct Numbering([Vec<(i64, Uuid)>; 3]);

impl Numbering {
    /// Takes note of what a story will number.
    pub(super) fn note(&mut self, story: &Story) {
        for deal in &story.deals {
            self.0[Series::Quote as usize].extend(deal.quotes.iter().map(|q| (q.created, q.id)));
            self.0[Series::Invoice as usize].extend(deal.invoices.iter().map(|i| (i.created, i.id)));
        }
        self.0[Series::Ticket as usize].extend(story.tickets.iter().map(|t| (t.created, t.id)));
    }

    /// Puts them in order, once all are noted.
    pub(super) fn settle(&mut self) {
        self.0.iter_mut().for_each(|all| all.sort_unstable());
    }

    /// The number of a record.
    pub(super) fn number(&self, series: Series, created: i64, id: Uuid) -> String {
        let all = &self.0[series as usize];
        let year = clock::year(created);
        let place = all.partition_point(|entry| *entry < (created, id));
        let number = place - all.partition_point(|(at, _)| clock::year(*at) < year) + 1;
        match series {
            Series::Quote => format!("Q-{year}-{number:04}"),
            Series::Invoice => format!("INV-{year}-{number:05}"),
            Series::Ticket => format!("T-{year}-{number:05}"),
        }
    }

    /// The last number of each field and year.
    pub(super) fn counters(&self) -> Vec<Counter> {
        let mut counters: Vec<Counter> = Vec::new();
        for (series, module, field) in SERIES {
            for (at, _) in &self.0[series as usize] {
                let period = clock::year(*at).to_string();
                match counters.last_mut() {
                    Some(last) if last.module == module && last.period == period => last.last += 1,
                    _ => counters.push(Counter { module, field, period, last: 1 }),
                }
            }
        }
        counters
    }
}
