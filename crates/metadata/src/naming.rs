//! Every derived name, with an example each. Nobody else joins names together.

/// Longest identifier of PostgreSQL, in bytes; SQLite has no limit.
pub const MAX_DATABASE_NAME: usize = 63;

/// `OpportunityLineItem` → `opportunity_line_item`, `URLRule` → `url_rule`.
#[must_use]
pub fn snake(pascal: &str) -> String {
    let chars: Vec<char> = pascal.chars().collect();
    let mut out = String::with_capacity(pascal.len() + 4);
    for (at, c) in chars.iter().enumerate() {
        let after_small = at > 0 && !chars[at - 1].is_uppercase();
        let before_small = at > 0 && chars.get(at + 1).is_some_and(|n| n.is_lowercase());
        if c.is_uppercase() && (after_small || before_small) {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// `expected_close_date` → `ExpectedCloseDate`.
#[must_use]
pub fn pascal(snake: &str) -> String {
    snake.split('_').map(capital).collect()
}

/// `expected_close_date` → `expectedCloseDate`, `address_line1` → `addressLine1`.
#[must_use]
pub fn camel(snake: &str) -> String {
    let mut parts = snake.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |name, part| name + &capital(part))
}

/// `OpportunityLineItem` → `opportunityLineItem`: the root field of a module, and of its plural.
#[must_use]
pub fn root(pascal: &str) -> String {
    camel(&snake(pascal))
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

/// `expected_close_date` → `Expected close date`: the label of a field without one.
#[must_use]
pub fn label(snake: &str) -> String {
    let mut chars = snake.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    first + &chars.as_str().replace('_', " ")
}

/// `OpportunityLineItem` → `Opportunity line item`: the label of a module without one.
#[must_use]
pub fn module_label(pascal: &str) -> String {
    label(&snake(pascal))
}

/// Plural `OpportunityLineItems` → table `opportunity_line_items`.
#[must_use]
pub fn table(plural: &str) -> String {
    snake(plural)
}

/// Module `Opportunity`, field `products` → junction table `opportunity_products`.
#[must_use]
pub fn junction(module: &str, field: &str) -> String {
    format!("{}_{field}", snake(module))
}

/// Relation `account` → column `account_id`; also the snake_case name of its id in the API.
#[must_use]
pub fn id_column(field: &str) -> String {
    format!("{field}_id")
}

/// Polymorphic relation `record` → column `record_type`.
#[must_use]
pub fn type_column(field: &str) -> String {
    format!("{field}_type")
}

/// `accounts`, `[owner, status]` → `accounts_owner_status_idx`, and `…_key` when unique; shortened to 63 bytes with
/// a checksum of the whole name, so that two long names stay distinct.
#[must_use]
pub fn index(table: &str, fields: &[&str], unique: bool) -> String {
    let end = if unique { "key" } else { "idx" };
    let whole = format!("{table}_{}_{end}", fields.join("_"));
    if whole.len() <= MAX_DATABASE_NAME {
        return whole;
    }
    // FNV-1a: short, stable between releases, and not a secret.
    let sum = whole.bytes().fold(0x811c_9dc5_u32, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193));
    let tail = format!("_{sum:08x}_{end}");
    let keep = whole.char_indices().map(|(at, _)| at).take_while(|at| *at <= MAX_DATABASE_NAME - tail.len()).last();
    format!("{}{tail}", &whole[..keep.unwrap_or(0)])
}

/// Column of a module's table on PostgreSQL that full-text search reads; no field's name begins with `kontor_`.
pub const SEARCH_COLUMN: &str = "kontor_search";

/// FTS5 table on SQLite, `accounts` → `kontor_accounts_search`; no module's table begins with `kontor_`.
#[must_use]
pub fn search_table(table: &str) -> String {
    format!("kontor_{table}_search")
}

/// Table of the numbers by which FTS5 knows records, `accounts` → `kontor_accounts_rows`.
#[must_use]
pub fn search_rows_table(table: &str) -> String {
    format!("kontor_{table}_rows")
}

/// Option → GraphQL enum value: `cold_call` → `COLD_CALL`, `1-10` → `_1_10`, `5001+` → `_5001_PLUS`.
#[must_use]
pub fn enum_value(option: &str) -> String {
    let mut out = String::with_capacity(option.len() + 1);
    if option.starts_with(|c: char| c.is_ascii_digit()) {
        out.push('_');
    }
    for c in option.chars() {
        match c {
            '+' => out.push_str("_PLUS"),
            c if c.is_ascii_alphanumeric() => out.push(c.to_ascii_uppercase()),
            _ => out.push('_'),
        }
    }
    out
}

/// Picklist `status` of `Opportunity` → enum `OpportunityStatus`.
#[must_use]
pub fn enum_type(module: &str, field: &str) -> String {
    format!("{module}{}", pascal(field))
}

/// Polymorphic relation `record` of `Note` → union `NoteRecord`; connection `records` of `Tag` → union `TagRecords`.
#[must_use]
pub fn union_type(module: &str, field: &str) -> String {
    format!("{module}{}", pascal(field))
}

/// Generated types of every module; `{}` stands for its name, or for a union's.
const MODULE_TYPES: [&str; 27] = [
    "{}Connection",
    "{}Edge",
    "{}Filter",
    "{}Order",
    "{}CreateInput",
    "{}UpdateInput",
    "{}UniqueKey",
    "{}LinkInput",
    "{}RequiredLinkInput",
    "{}LinksInput",
    "{}Aggregate",
    "{}AggregateOrder",
    "{}GroupBy",
    "{}Having",
    "{}Group",
    "{}Counts",
    "{}CountsHaving",
    "{}CountsOrder",
    "{}Totals",
    "{}TotalsHaving",
    "{}TotalsOrder",
    "{}Extremes",
    "{}ExtremesHaving",
    "{}ExtremesOrder",
    "{}Event",
    "{}EventName",
    "{}ListFilter",
];

/// `Account` → `AccountConnection`, `AccountEdge`, `AccountFilter`, …: every type name generated from a module's.
#[must_use]
pub fn module_types(module: &str) -> Vec<String> {
    MODULE_TYPES.iter().map(|pattern| pattern.replace("{}", module)).collect()
}

/// `Account` → `AccountConnection`.
#[must_use]
pub fn connection_type(module: &str) -> String {
    format!("{module}Connection")
}

/// `Account` → `AccountEdge`.
#[must_use]
pub fn edge_type(module: &str) -> String {
    format!("{module}Edge")
}

/// `Account` → `AccountFilter`.
#[must_use]
pub fn filter_type(module: &str) -> String {
    format!("{module}Filter")
}

/// `Account` → `AccountListFilter`: `some`, `every`, `none` over a connection.
#[must_use]
pub fn list_filter_type(module: &str) -> String {
    format!("{module}ListFilter")
}

/// `Account` → `AccountOrder`.
#[must_use]
pub fn order_type(module: &str) -> String {
    format!("{module}Order")
}

/// `Account` → `AccountCreateInput`.
#[must_use]
pub fn create_input_type(module: &str) -> String {
    format!("{module}CreateInput")
}

/// `Account` → `AccountUpdateInput`.
#[must_use]
pub fn update_input_type(module: &str) -> String {
    format!("{module}UpdateInput")
}

/// `Account` → `AccountLinkInput`: what an input says of a relation to it; `AccountRequiredLinkInput` where there must be one.
#[must_use]
pub fn link_input_type(module: &str, required: bool) -> String {
    if required { format!("{module}RequiredLinkInput") } else { format!("{module}LinkInput") }
}

/// `Tag` → `TagLinksInput`: what an input says of a connection to it through a junction.
#[must_use]
pub fn links_input_type(module: &str) -> String {
    format!("{module}LinksInput")
}

/// `QuoteLineItem`, relation `quote` → `QuoteLineItemOfQuoteLinksInput`: what an input says of the connection that is the
/// other side of the relation.
#[must_use]
pub fn links_of_input_type(module: &str, relation: &str) -> String {
    format!("{module}Of{}LinksInput", pascal(relation))
}

/// `Note`, relation `record` → `NoteOfRecordCreateInput`: values of a new record but for the relation, which is known.
#[must_use]
pub fn create_of_input_type(module: &str, relation: &str) -> String {
    format!("{module}Of{}CreateInput", pascal(relation))
}

/// `Lead` → `LeadConvertInput`: what a conversion is told.
#[must_use]
pub fn convert_input_type(module: &str) -> String {
    format!("{module}ConvertInput")
}

/// `Lead`, `Account` → `LeadConvertAccountInput`: what it is told of one record that comes of it.
#[must_use]
pub fn convert_target_input_type(module: &str, target: &str) -> String {
    format!("{module}Convert{target}Input")
}

/// `Lead`, `Account` → `LeadConvertAccountCreateInput`: values of that record besides those that come from the source.
#[must_use]
pub fn convert_create_input_type(module: &str, target: &str) -> String {
    format!("{module}Convert{target}CreateInput")
}

/// `Lead` → `LeadConversion`: what has come of it.
#[must_use]
pub fn conversion_type(module: &str) -> String {
    format!("{module}Conversion")
}

/// `Account` → `AccountAggregate`.
#[must_use]
pub fn aggregate_type(module: &str) -> String {
    format!("{module}Aggregate")
}

/// `Account` → `AccountGroup`: the keys of a group.
#[must_use]
pub fn group_type(module: &str) -> String {
    format!("{module}Group")
}

/// `Account` → `AccountGroupBy`.
#[must_use]
pub fn group_by_type(module: &str) -> String {
    format!("{module}GroupBy")
}

/// `Account` → `AccountHaving`.
#[must_use]
pub fn having_type(module: &str) -> String {
    format!("{module}Having")
}

/// `Account` → `AccountAggregateOrder`.
#[must_use]
pub fn aggregate_order_type(module: &str) -> String {
    format!("{module}AggregateOrder")
}

/// `Accounts` → `accountsAggregate`; connection `contacts` → `contactsAggregate`.
#[must_use]
pub fn aggregate_field(many: &str) -> String {
    format!("{many}Aggregate")
}

/// `Account` → `AccountEvent`.
#[must_use]
pub fn event_type(module: &str) -> String {
    format!("{module}Event")
}

/// `Opportunity` → `OpportunityEventName`.
#[must_use]
pub fn event_name_type(module: &str) -> String {
    format!("{module}EventName")
}

/// Enum type → filter over it: `OpportunityStatus` → `OpportunityStatusFilter`.
#[must_use]
pub fn enum_filter_type(enum_type: &str) -> String {
    format!("{enum_type}Filter")
}

/// Enum type of a multiselect → filter over its sets: `ThingKinds` → `ThingKindsSetFilter`.
#[must_use]
pub fn enum_set_filter_type(enum_type: &str) -> String {
    format!("{enum_type}SetFilter")
}

/// Root fields of `Query`: `account`, `accounts`, `accountsAggregate`.
#[must_use]
pub fn query_fields(module: &str, plural: &str) -> [String; 3] {
    [root(module), root(plural), aggregate_field(&root(plural))]
}

/// Root fields of `Mutation`: `createAccount`, `createAccounts`, `updateAccount`, `updateAccounts`, `upsertAccount`,
/// `upsertAccounts`, `deleteAccount`, `deleteAccounts`, `restoreAccount`, `restoreAccounts`, `purgeAccount`.
#[must_use]
pub fn mutation_fields(module: &str, plural: &str) -> [String; 11] {
    [
        create_field(module),
        create_field(plural),
        update_field(module),
        update_field(plural),
        upsert_field(module),
        upsert_field(plural),
        delete_field(module),
        delete_field(plural),
        restore_field(module),
        restore_field(plural),
        purge_field(module),
    ]
}

/// Root field of `Subscription`: `accountAggregateEvents`.
#[must_use]
pub fn aggregate_subscription_field(module: &str) -> String {
    format!("{}AggregateEvents", root(module))
}

/// Root field of `Subscription`: `accountEvents`.
#[must_use]
pub fn subscription_field(module: &str) -> String {
    format!("{}Events", root(module))
}

/// `Lead` → `convertLead`.
#[must_use]
pub fn convert_field(module: &str) -> String {
    format!("convert{module}")
}

/// `Account` → `createAccount`, `Accounts` → `createAccounts`.
#[must_use]
pub fn create_field(what: &str) -> String {
    format!("create{what}")
}

/// `Account` → `updateAccount`, `Accounts` → `updateAccounts`.
#[must_use]
pub fn update_field(what: &str) -> String {
    format!("update{what}")
}

/// `Account` → `upsertAccount`, `Accounts` → `upsertAccounts`.
#[must_use]
pub fn upsert_field(what: &str) -> String {
    format!("upsert{what}")
}

/// `Account` → `deleteAccount`, `Accounts` → `deleteAccounts`.
#[must_use]
pub fn delete_field(what: &str) -> String {
    format!("delete{what}")
}

/// `Account` → `restoreAccount`, `Accounts` → `restoreAccounts`.
#[must_use]
pub fn restore_field(what: &str) -> String {
    format!("restore{what}")
}

/// `Account` → `purgeAccount`.
#[must_use]
pub fn purge_field(module: &str) -> String {
    format!("purge{module}")
}

/// `Contact` → `eraseContact`.
#[must_use]
pub fn erase_field(module: &str) -> String {
    format!("erase{module}")
}

/// `Account` → `AccountUniqueKey`: the unique keys by which an upsert finds records.
#[must_use]
pub fn unique_key_type(module: &str) -> String {
    format!("{module}UniqueKey")
}

/// Unique key over `platform` and `external_id` → enum value `PLATFORM_EXTERNAL_ID`.
#[must_use]
pub fn unique_key(fields: &[&str]) -> String {
    enum_value(&fields.join("_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples() {
        assert_eq!(snake("OpportunityLineItem"), "opportunity_line_item");
        assert_eq!(snake("URLRule"), "url_rule");
        assert_eq!(snake("Quote2Order"), "quote2_order");
        assert_eq!(camel("address_line1"), "addressLine1");
        assert_eq!(pascal("expected_close_date"), "ExpectedCloseDate");
        assert_eq!(label("expected_close_date"), "Expected close date");
        assert_eq!(root("SocialEvents"), "socialEvents");
        assert_eq!(module_label("EmailMessage"), "Email message");
        assert_eq!(enum_value("1-10"), "_1_10");
        assert_eq!(enum_value("5001+"), "_5001_PLUS");
        assert_eq!(enum_value("cold_call"), "COLD_CALL");
        assert_eq!(unique_key(&["platform", "external_id"]), "PLATFORM_EXTERNAL_ID");
        assert_eq!(junction("User", "teams"), "user_teams");
        assert_eq!(enum_type("Activity", "activity_type"), "ActivityActivityType");
    }

    #[test]
    fn long_index_names_stay_short_and_distinct() {
        let long = ["a_rather_long_field_name", "another_rather_long_field_name"];
        let one = index("opportunity_line_items", &long, false);
        let two = index("opportunity_line_items", &[long[1], long[0]], false);
        assert!(one.len() <= MAX_DATABASE_NAME && two.len() <= MAX_DATABASE_NAME);
        assert_ne!(one, two);
        assert_eq!(index("leads", &["status"], true), "leads_status_key");
    }
}
