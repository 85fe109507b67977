//! Names of tags and campaigns.

/// Tags with their colours.
pub(crate) const TAGS: [(&str, &str); 16] = [
    ("VIP", "#b45309"),
    ("Stammkunde", "#15803d"),
    ("Key account", "#1d4ed8"),
    ("Rahmenvertrag", "#0f766e"),
    ("Renewal", "#7c3aed"),
    ("Upsell", "#c026d3"),
    ("At risk", "#dc2626"),
    ("Referenz", "#0369a1"),
    ("Pilot", "#ca8a04"),
    ("Hannover Messe", "#ea580c"),
    ("Newsletter", "#64748b"),
    ("Kühlkette", "#0891b2"),
    ("Predictive maintenance", "#4f46e5"),
    ("Ausschreibung", "#9333ea"),
    ("Public sector", "#475569"),
    ("Dringend", "#e11d48"),
];

/// Campaigns with their kind; the year of their beginning is added.
pub(crate) const CAMPAIGNS: &[(&str, &str)] = &[
    ("Hannover Messe", "trade_fair"),
    ("Cold chain whitepaper", "email"),
    ("Webinar Predictive Maintenance", "webinar"),
    ("Search ads DACH", "advertising"),
    ("LinkedIn: Digital warehouse", "social"),
    ("LogiMAT Stuttgart", "trade_fair"),
    ("Kunden werben Kunden", "referral"),
    ("Spring newsletter", "email"),
    ("Webinar: Sensors in the brewery", "webinar"),
    ("Search ads UK & US", "advertising"),
    ("MODEX Atlanta", "trade_fair"),
    ("Instagram: Behind the scenes", "social"),
    ("Herbstaktion Gateways", "email"),
    ("Partner programme", "referral"),
];
