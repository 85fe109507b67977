use super::{Part, Typer};
use crate::expr::{Ast, DatePart, Node, Of, Range, Read, Step, Type};
use crate::report::{Code, similar};

/// Every function: its name, how many values it takes, and how it is written.
const FUNCTIONS: [(&str, usize, usize, &str); 32] = [
    ("now", 0, 0, "now()"),
    ("today", 0, 0, "today()"),
    ("changed", 1, 1, "changed(field)"),
    ("if", 3, 3, "if(condition, then, otherwise)"),
    ("coalesce", 2, 50, "coalesce(value, value, …)"),
    ("min", 2, 50, "min(value, value, …)"),
    ("max", 2, 50, "max(value, value, …)"),
    ("round", 1, 2, "round(number, digits)"),
    ("floor", 1, 1, "floor(number)"),
    ("ceil", 1, 1, "ceil(number)"),
    ("abs", 1, 1, "abs(number)"),
    ("length", 1, 1, "length(text)"),
    ("lower", 1, 1, "lower(text)"),
    ("upper", 1, 1, "upper(text)"),
    ("trim", 1, 1, "trim(text)"),
    ("concat", 2, 50, "concat(text, text, …)"),
    ("join", 3, 50, "join(separator, text, text, …)"),
    ("contains", 2, 2, "contains(text, text)"),
    ("starts_with", 2, 2, "starts_with(text, text)"),
    ("ends_with", 2, 2, "ends_with(text, text)"),
    ("days", 1, 1, "days(later - earlier)"),
    ("hours", 1, 1, "hours(later - earlier)"),
    ("minutes", 1, 1, "minutes(later - earlier)"),
    ("seconds", 1, 1, "seconds(later - earlier)"),
    ("date", 1, 1, "date(datetime)"),
    ("year", 1, 1, "year(date)"),
    ("month", 1, 1, "month(date)"),
    ("day", 1, 1, "day(date)"),
    ("add_days", 2, 2, "add_days(date, number)"),
    ("add_months", 2, 2, "add_months(date, number)"),
    ("add_hours", 2, 2, "add_hours(datetime, number)"),
    ("add_minutes", 2, 2, "add_minutes(datetime, number)"),
];

const WHOLE: Type = Type::Number { scale: 0 };

impl Typer<'_, '_, '_> {
    pub(super) fn call(&mut self, function: &str, arguments: &[Node], range: Range) -> Option<Type> {
        let Some((name, least, most, form)) = FUNCTIONS.into_iter().find(|(name, ..)| *name == function) else {
            let place = Range { start: range.start, end: range.start + function.len() };
            let names = FUNCTIONS.iter().map(|(name, ..)| *name);
            let like = similar(function, names.clone());
            let help = like.map_or_else(
                || format!("the functions are {}", names.collect::<Vec<_>>().join(", ")),
                |name| format!("did you mean `{name}`?"),
            );
            self.problem(place, Code::UnknownFunction, format!("there is no function `{function}`"))
                .label("unknown function")
                .help(help);
            return None;
        };
        let given = arguments.len();
        if !(least..=most).contains(&given) {
            let wanted = match (least, most) {
                (0, 0) => "nothing".to_owned(),
                (1, 1) => "one value".to_owned(),
                (a, b) if a == b => format!("{a} values"),
                (a, 2) => format!("{a} or 2 values"),
                (a, b) => format!("{a} to {b} values"),
            };
            self.problem(range, Code::WrongArguments, format!("`{function}` takes {wanted}, not {given}"))
                .label("wrong number of values")
                .help(format!("write `{form}`"));
            return None;
        }
        match name {
            "now" => {
                self.uses_now = true;
                Some(self.push(Step::Now, Type::DateTime))
            }
            "today" => {
                self.uses_now = true;
                Some(self.push(Step::Today, Type::Date))
            }
            "changed" => self.changed(&arguments[0], range),
            "if" => self.conditional(&arguments[0], &arguments[1], &arguments[2]),
            "round" => self.round(arguments),
            _ => {
                let parts = self.nodes(arguments)?;
                let (step, ty) = self.applied(name, arguments, &parts)?;
                Some(self.push(step, ty))
            }
        }
    }

    /// The step of a function whose operands are written.
    fn applied(&mut self, name: &str, arguments: &[Node], parts: &[Part<'_>]) -> Option<(Step, Type)> {
        Some(match name {
            "coalesce" => (Step::Coalesce(parts.len()), self.alternatives(parts)?),
            "min" => (Step::Min(parts.len()), self.ordered(parts)?),
            "max" => (Step::Max(parts.len()), self.ordered(parts)?),
            "floor" => self.of_number(&parts[0], Step::Floor, |_| 0)?,
            "ceil" => self.of_number(&parts[0], Step::Ceil, |_| 0)?,
            "abs" => self.of_number(&parts[0], Step::Abs, |scale| scale)?,
            "contains" if parts[0].ty == Type::Set => {
                self.texts(&parts[1..])?;
                self.options(&arguments[0], &arguments[1]);
                (Step::Has, Type::Boolean)
            }
            "length" => (Step::Length, self.texts(parts).map(|()| WHOLE)?),
            "lower" => (Step::Lower, self.texts(parts).map(|()| Type::Text)?),
            "upper" => (Step::Upper, self.texts(parts).map(|()| Type::Text)?),
            "trim" => (Step::Trim, self.texts(parts).map(|()| Type::Text)?),
            "concat" => (Step::Concat(parts.len()), self.texts(parts).map(|()| Type::Text)?),
            "join" => (Step::Join(parts.len() - 1), self.texts(parts).map(|()| Type::Text)?),
            "contains" => (Step::Contains, self.texts(parts).map(|()| Type::Boolean)?),
            "starts_with" => (Step::StartsWith, self.texts(parts).map(|()| Type::Boolean)?),
            "ends_with" => (Step::EndsWith, self.texts(parts).map(|()| Type::Boolean)?),
            "days" => (Step::Whole(86_400), self.duration(&parts[0])?),
            "hours" => (Step::Whole(3_600), self.duration(&parts[0])?),
            "minutes" => (Step::Whole(60), self.duration(&parts[0])?),
            "seconds" => (Step::Whole(1), self.duration(&parts[0])?),
            "date" => match parts[0].ty {
                Type::DateTime => (Step::DateOf, Type::Date),
                _ => return self.mismatch(&parts[0], "a datetime"),
            },
            "year" => (Step::Part(DatePart::Year), self.day(&parts[0])?),
            "month" => (Step::Part(DatePart::Month), self.day(&parts[0])?),
            "day" => (Step::Part(DatePart::Day), self.day(&parts[0])?),
            _ => return self.later(name, parts),
        })
    }

    /// `add_days` and its like.
    fn later(&mut self, name: &str, parts: &[Part<'_>]) -> Option<(Step, Type)> {
        if parts[1].ty != WHOLE {
            return self.mismatch(&parts[1], "a whole number");
        }
        let seconds = match name {
            "add_days" => 86_400,
            "add_hours" => 3_600,
            _ => 60,
        };
        match (name, parts[0].ty) {
            ("add_days", Type::Date) => Some((Step::AddDays, Type::Date)),
            ("add_months", Type::Date) => Some((Step::AddMonths, Type::Date)),
            ("add_months", _) => self.mismatch(&parts[0], "a date"),
            (_, Type::DateTime) => {
                self.steps.push(Step::Span(seconds));
                Some((Step::Shift, Type::DateTime))
            }
            ("add_days", _) => self.mismatch(&parts[0], "a date or a datetime"),
            _ => self.mismatch(&parts[0], "a datetime"),
        }
    }

    fn round(&mut self, arguments: &[Node]) -> Option<Type> {
        let part = self.node(&arguments[0])?;
        let digits = match arguments.get(1).map(|node| (&node.ast, node.range)) {
            None => 0,
            Some((Ast::Number(digits), _)) if digits.parse::<u8>().is_ok_and(|n| n <= 9) => {
                digits.parse().unwrap_or_default()
            }
            Some((_, range)) => {
                self.problem(range, Code::WrongArguments, "`round` takes a fixed number of digits".to_owned())
                    .label("expected 0 to 9");
                return None;
            }
        };
        let (step, ty) = self.of_number(&part, Step::Round(digits), |_| digits.into())?;
        Some(self.push(step, ty))
    }

    /// Whether a field has another value than before the change.
    fn changed(&mut self, argument: &Node, range: Range) -> Option<Type> {
        self.needs_old("changed", Range { start: range.start, end: range.start + "changed".len() })?;
        let Ast::Name(name) = &argument.ast else {
            self.problem(argument.range, Code::WrongArguments, "`changed` takes the name of a field".to_owned())
                .label("expected a field of this record");
            return None;
        };
        self.name(name, argument.range)?;
        let Some(Step::Read(new)) = self.steps.last() else { return None };
        let old = Read { of: Of::Old, ..self.reads[*new] };
        let number = self.reads.iter().position(|r| *r == old).unwrap_or_else(|| {
            self.reads.push(old);
            self.reads.len() - 1
        });
        self.steps.push(Step::Read(number));
        Some(self.push(Step::Differs, Type::Boolean))
    }

    fn ordered(&mut self, parts: &[Part<'_>]) -> Option<Type> {
        match self.alternatives(parts)? {
            Type::Boolean | Type::Record(_) | Type::Set | Type::Json => {
                self.mismatch(&parts[0], "a number, a text or a date")
            }
            ty => Some(ty),
        }
    }

    fn of_number(&mut self, part: &Part<'_>, step: Step, scale: impl Fn(u16) -> u16) -> Option<(Step, Type)> {
        match part.ty {
            Type::Number { scale: own } => Some((step, Type::Number { scale: scale(own) })),
            _ => self.mismatch(part, "a number"),
        }
    }

    fn texts(&mut self, parts: &[Part<'_>]) -> Option<()> {
        match parts.iter().find(|p| p.ty != Type::Text) {
            Some(part) => self.mismatch(part, "a text"),
            None => Some(()),
        }
    }

    fn duration(&mut self, part: &Part<'_>) -> Option<Type> {
        if part.ty == Type::Duration {
            Some(WHOLE)
        } else {
            self.mismatch(part, "a duration such as `now() - created_at`")
        }
    }

    /// A day, or the day in UTC of a moment.
    fn day(&mut self, part: &Part<'_>) -> Option<Type> {
        match part.ty {
            Type::Date => {}
            Type::DateTime => self.steps.push(Step::DateOf),
            _ => return self.mismatch(part, "a date"),
        }
        Some(WHOLE)
    }
}
