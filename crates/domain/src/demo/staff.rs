//! The people who use the CRM, in three teams.

use super::clock::{DAY, HOUR};
use super::data::people::{FIRST_NAMES, LAST_NAMES};
use super::person::slug;
use super::rng::{Purpose, Rng};
use super::row::{At, Owned, Row};
use super::world::World;
use super::writer::Writer;
use super::{SignIn, Spec, id};
use uuid::Uuid;

const TEAMS: [(&str, &str, usize); 3] = [
    ("Sales DACH", "Verkauf in Deutschland, Österreich und der Schweiz", 2),
    ("Sales International", "Sales outside the German-speaking countries", 3),
    ("Service & Marketing", "Tickets, campaigns and everything that is not a deal", 4),
];

/// First name, last name, role, job, department, team, manager.
type Cast = (&'static str, &'static str, &'static str, &'static str, &'static str, usize, Option<usize>);

const CAST: [Cast; 12] = [
    ("Alex", "Winter", "admin", "Head of IT", "IT", 2, None),
    ("Dana", "Hollmann", "manager", "Chief Sales Officer", "Management", 0, None),
    ("Clara", "Hoffmann", "manager", "Head of Sales DACH", "Sales", 0, Some(1)),
    ("David", "Ellis", "manager", "Head of International Sales", "Sales", 1, Some(1)),
    ("Eva", "Lindner", "marketing", "Head of Marketing", "Marketing", 2, Some(1)),
    ("Anna", "Schäfer", "sales_rep", "Account Executive", "Sales", 0, Some(2)),
    ("Finn", "Petersen", "sales_rep", "Account Executive", "Sales", 0, Some(2)),
    ("Ben", "Carter", "sales_rep", "Account Executive", "Sales", 1, Some(3)),
    ("Grace", "Bennett", "sales_rep", "Account Executive", "Sales", 1, Some(3)),
    ("Jonas", "Weber", "sales_rep", "Support Engineer", "Customer Service", 2, Some(4)),
    ("Niamh", "Murphy", "sales_rep", "Support Engineer", "Customer Service", 2, Some(4)),
    ("Karin", "Vogt", "readonly", "Controller", "Finance", 2, Some(0)),
];

/// Of the cast, those worth signing in with: one of each role.
const SIGN_INS: [usize; 5] = [0, 5, 2, 4, 11];

/// A user.
pub(super) struct Member {
    pub(super) id: Uuid,
    pub(super) first: String,
    pub(super) last: String,
    pub(super) email: String,
    role: &'static str,
    job: &'static str,
    department: &'static str,
    team: usize,
    manager: Option<usize>,
    created: i64,
}

/// Everybody, and who does what.
pub(super) struct Staff {
    pub(super) members: Vec<Member>,
    teams: Vec<Uuid>,
    sellers: [Vec<usize>; 2],
    support: Vec<usize>,
}

impl Staff {
    pub(super) fn new(spec: &Spec, founded: i64) -> Self {
        let mut rng = Rng::new(spec.seed, Purpose::Staff, 0);
        let teams = (0..3).map(|n| id::at(founded + n, rng.bits(), spec.org)).collect();
        let count = (9 + 3 * spec.scale.max(1) as usize).min(240);
        let mut members: Vec<Member> = Vec::with_capacity(count);
        for n in 0..count {
            let created = founded + HOUR + n as i64 * 61_000_000;
            let id = id::at(created, rng.bits(), spec.org);
            let (first, last, role, job, department, team, manager) =
                CAST.get(n).map_or_else(|| hired(&mut rng, n), |c| (c.0, c.1, c.2, c.3, c.4, c.5, c.6));
            let plain = if n == 0 { "admin".to_owned() } else { slug(first) };
            // Colleagues of the same first name have their last name, and at last a number, in their address.
            let taken = |name: &str| members.iter().any(|m| m.email.split('@').next() == Some(name));
            let full = format!("{}.{}", slug(first), slug(last));
            let local = [plain, full.clone()].into_iter().find(|l| !taken(l)).unwrap_or(format!("{full}{n}"));
            let email = format!("{local}@{}", spec.email_domain);
            let (first, last) = (first.to_owned(), last.to_owned());
            members.push(Member { id, first, last, email, role, job, department, team, manager, created });
        }
        let who = |test: &dyn Fn(&Member) -> bool| -> Vec<usize> {
            members.iter().enumerate().filter(|(_, m)| test(m)).map(|(n, _)| n).collect()
        };
        let sellers = [0, 1].map(|team| who(&|m| m.team == team && m.role == "sales_rep"));
        let support = who(&|m| m.department == "Customer Service");
        Self { members, teams, sellers, support }
    }

    /// Somebody who sells to customers of that language.
    pub(super) fn seller(&self, rng: &mut Rng, german: bool) -> usize {
        rng.pick(&self.sellers[usize::from(!german)])
    }

    /// Somebody who answers tickets.
    pub(super) fn supporter(&self, rng: &mut Rng) -> usize {
        rng.pick(&self.support)
    }

    /// The head of marketing.
    pub(super) fn marketer(&self) -> usize {
        4
    }

    /// The user.
    pub(super) fn id(&self, member: usize) -> Uuid {
        self.members[member].id
    }

    /// The rights of a record that one member looks after and another works on.
    pub(super) fn owned(&self, owner: usize, assigned_to: usize) -> Owned {
        let team = self.teams[self.members[owner].team];
        Owned { owner: self.id(owner), assigned_to: self.id(assigned_to), team }
    }

    pub(super) fn sign_ins(&self) -> Vec<SignIn> {
        let label = |m: &Member| format!("{} {}, {}", m.first, m.last, m.job);
        SIGN_INS
            .iter()
            .map(|n| &self.members[*n])
            .map(|m| SignIn { id: m.id, email: m.email.clone(), label: label(m) })
            .collect()
    }
}

/// Somebody who came as the organisation grew.
fn hired(rng: &mut Rng, n: usize) -> Cast {
    let team = n % 3;
    let list = usize::from(team == 1 || (team == 2 && rng.chance(50)));
    let (first, last) = (rng.pick(FIRST_NAMES[list]), rng.pick(LAST_NAMES[list]));
    match team {
        0 => (first, last, "sales_rep", "Account Executive", "Sales", 0, Some(2)),
        1 => (first, last, "sales_rep", "Account Executive", "Sales", 1, Some(3)),
        _ => (first, last, "sales_rep", "Support Engineer", "Customer Service", 2, Some(4)),
    }
}

/// Writes teams, users and who is in which team.
pub(super) fn write<E>(world: &World, writer: &mut Writer<E>) {
    let staff = &world.staff;
    let admin = staff.id(0);
    let mut rng = world.rng(Purpose::Staff, 1);
    for (n, (name, description, lead)) in TEAMS.iter().enumerate() {
        let created = world.founded() + n as i64;
        let row = Row::new(staff.teams[n]).set("name", *name).set("description", *description);
        writer.insert("Team", row.stamped(created, created, admin, admin));
        writer.amend("Team", Row::new(staff.teams[n]).set("lead", staff.id(*lead)));
    }
    for (n, m) in staff.members.iter().enumerate() {
        let german = m.team == 0 || [0, 4, 9, 11].contains(&n);
        let phone = rng.digits(if german { "+49 40 66969 ###" } else { "+44 20 7946 0###" });
        let login = world.now() - rng.range(1, 5 * DAY);
        let row = Row::new(m.id)
            .set("email", m.email.as_str())
            .set("username", m.email.split('@').next().unwrap_or_default())
            .set("password_hash", world.spec.password_hash.as_str())
            .set("role", m.role)
            .set("is_active", true)
            .set("is_staff", n == 0)
            .set("is_superuser", false)
            .set("mfa_enabled", false)
            .set("last_login_at", At(login))
            .set("first_name", m.first.as_str())
            .set("last_name", m.last.as_str())
            .set("phone", phone)
            .set("job_title", m.job)
            .set("department", m.department)
            .set("timezone", if german { "Europe/Berlin" } else { "Europe/London" })
            .set("locale", if german { "de" } else { "en" })
            .set("team", staff.teams[m.team])
            .set("manager", m.manager.map(|manager| staff.id(manager)));
        writer.insert("User", row.stamped(m.created, login, admin, m.id));
        // Managers belong to every team that reports to them.
        let teams: &[usize] = if n == 1 { &[0, 1, 2] } else { &[m.team] };
        for team in teams {
            writer.insert("user_teams", Row::empty().set("user_id", m.id).set("team_id", staff.teams[*team]));
        }
    }
}
