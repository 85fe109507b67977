//! What companies are called and what they do.

/// First parts of company names, German and English. Neither list has a word of the other, so that names in one
/// language never equal names in the other.
pub(crate) const STEMS: [&[&str]; 2] = [
    &[
        "Alpen", "Nordlicht", "Hansa", "Rhein", "Elbe", "Isar", "Spree", "Weser", "Ostsee", "Harz", "Schwarzwald",
        "Ahrendt", "Bachmann", "Birkenfeld", "Böttcher", "Brückner", "Dahlmann", "Dietz", "Eberhardt", "Eichhorn",
        "Engelmann", "Falkenberg", "Feldkamp", "Gerlach", "Gottschalk", "Grünwald", "Haller", "Hagedorn", "Heidenreich",
        "Hellwig", "Holtmann", "Jansen", "Kaltenbach", "Kirchner", "Kröger", "Kühn", "Lindner", "Löwe", "Mertens",
        "Mühlbauer", "Niemeyer", "Oberländer", "Petersen", "Pfeiffer", "Quandt", "Rademacher", "Reinhardt", "Riedel",
        "Rosenthal", "Sandmann", "Schönfeld", "Steinbach", "Strasser", "Tannhäuser", "Thiele", "Überling", "Ulrich",
        "Voigt", "Waldmann", "Wiesner", "Zeller",
    ],
    &[
        "Northgate", "Silverline", "Redwood", "Blue Harbour", "Stonebridge", "Kingsway", "Lakeside", "Summit", "Evergreen",
        "Ironbridge", "Fairfield", "Ashworth", "Barlow", "Beaumont", "Blackwell", "Bradshaw", "Brightwater", "Caldwell",
        "Carrington", "Chadwick", "Clifton", "Cranford", "Dalton", "Drummond", "Eastwood", "Fenwick", "Fletcher",
        "Garland", "Granger", "Hadley", "Hargreaves", "Hawthorne", "Holloway", "Huxley", "Kendrick", "Langford", "Lockwood",
        "Marlow", "Meridian", "Midland", "Oakley", "Orchard", "Pemberton", "Pinnacle", "Prescott", "Radcliffe", "Ridgeway",
        "Rutherford", "Sheffield", "Sterling", "Thornton", "Trident", "Vanguard", "Wakefield", "Wellington", "Westbrook",
        "Whitmore", "Winslow", "Wyndham", "Yardley", "Zenith",
    ],
];

/// A line of business: its industry and the words that stand in company names, German and English.
pub(crate) const TRADES: &[(&str, [&[&str]; 2])] = &[
    ("Machinery", [&["Maschinenbau", "Werkzeugbau", "Antriebstechnik"], &["Machinery", "Tooling", "Drives"]]),
    ("Manufacturing", [&["Metallbau", "Kunststofftechnik", "Feinmechanik"], &["Manufacturing", "Plastics", "Metalworks"]]),
    ("Logistics", [&["Logistik", "Spedition", "Hafenlogistik"], &["Logistics", "Freight", "Haulage"]]),
    ("Wholesale", [&["Großhandel", "Handelskontor", "Baustoffe"], &["Wholesale", "Trading", "Supplies"]]),
    ("Retail", [&["Kaufhaus", "Märkte", "Möbelhaus"], &["Stores", "Outfitters", "Home"]]),
    ("Software", [&["Softwarehaus", "Datentechnik", "Informatik"], &["Software", "Systems", "Data"]]),
    ("Energy", [&["Energie", "Windkraft", "Stadtwerke"], &["Energy", "Renewables", "Power"]]),
    ("Healthcare", [&["Medizintechnik", "Kliniken", "Pharma"], &["Healthcare", "Medical", "Biosciences"]]),
    ("Food", [&["Feinkost", "Brauerei", "Molkerei"], &["Foods", "Brewing", "Dairies"]]),
    ("Construction", [&["Hochbau", "Holzbau", "Tiefbau"], &["Construction", "Timber", "Builders"]]),
    ("Consulting", [&["Beratung", "Ingenieure", "Planung"], &["Consulting", "Advisory", "Engineers"]]),
    ("Finance", [&["Versicherung", "Vermögensberatung", "Leasing"], &["Insurance", "Capital", "Finance"]]),
    ("Education", [&["Akademie", "Lehrmittel", "Fachverlag"], &["Academy", "Learning", "Press"]]),
    ("Hospitality", [&["Hotels", "Gastronomie", "Reisen"], &["Hospitality", "Catering", "Travel"]]),
    ("Automotive", [&["Fahrzeugtechnik", "Autohaus", "Karosseriebau"], &["Automotive", "Motors", "Coachworks"]]),
];

/// Company sizes: option, people from and to, and the tier that goes with it; small ones are many.
pub(crate) const SIZES: &[(&str, i64, i64, &str, u32)] = &[
    ("1-10", 2, 10, "small_business", 14),
    ("11-50", 11, 50, "small_business", 27),
    ("51-200", 51, 200, "mid_market", 27),
    ("201-500", 201, 500, "mid_market", 15),
    ("501-1000", 501, 1000, "enterprise", 9),
    ("1001-5000", 1001, 5000, "enterprise", 6),
    ("5001+", 5001, 42_000, "strategic", 2),
];

/// Competitors that deals are lost to.
pub(crate) const COMPETITORS: &[&str] =
    &["Sensoria AG", "Lagerwerk Systems", "TrackNorth Inc.", "Optiflow Ltd", "Meßtechnik Rhein GmbH", "BrightGauge Labs"];
