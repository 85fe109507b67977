//! Given names, family names and what people do, German (first) and English (second).

/// Given names.
pub(crate) const FIRST_NAMES: [&[&str]; 2] = [
    &[
        "Jürgen", "Sabine", "Björn", "Käthe", "Thomas", "Andrea", "Stefan", "Petra", "Jörg", "Ulrike", "Michael", "Katrin",
        "Günter", "Renate", "Matthias", "Silke", "Torsten", "Anke", "Lukas", "Leonie", "Felix", "Hannah", "Maximilian",
        "Sophie", "Jonas", "Marie", "Tobias", "Lena", "Sebastian", "Julia", "Florian", "Franziska", "Özlem", "Mehmet",
        "Aylin", "Rüdiger", "Birgit", "Wolfgang", "Gisela", "Uwe", "Heike", "Dirk", "Monika", "Ralf", "Claudia", "Sören",
        "Mareike", "Hauke", "Frauke", "Kai", "Nele", "Moritz", "Clara", "Emil", "Greta", "Anton", "Frieda", "Henrik",
        "Ingrid", "Konstantin",
    ],
    &[
        "James", "Emily", "Oliver", "Charlotte", "William", "Amelia", "Henry", "Grace", "George", "Isla", "Samuel",
        "Freya", "Daniel", "Olivia", "Thomas", "Sophia", "Jacob", "Chloe", "Ethan", "Hannah", "Michael", "Jessica",
        "Andrew", "Laura", "Christopher", "Megan", "Matthew", "Rachel", "Joshua", "Rebecca", "David", "Sarah", "Robert",
        "Karen", "Brian", "Angela", "Kevin", "Michelle", "Priya", "Arjun", "Aisha", "Omar", "Mei", "Kenji", "Fiona",
        "Callum", "Siobhán", "Niamh", "Patrick", "Deborah", "Marcus", "Tanya", "Carlos", "Elena", "Victor", "Naomi",
        "Graham", "Phoebe", "Stuart", "Imogen",
    ],
];

/// Family names.
pub(crate) const LAST_NAMES: [&[&str]; 2] = [
    &[
        "Müller", "Schmidt", "Schneider", "Fischer", "Weber", "Meyer", "Wagner", "Becker", "Schulz", "Hoffmann", "Schäfer",
        "Koch", "Bauer", "Richter", "Klein", "Wolf", "Schröder", "Neumann", "Schwarz", "Zimmermann", "Braun", "Krüger",
        "Hofmann", "Hartmann", "Lange", "Schmitt", "Werner", "Krause", "Lehmann", "Maier", "Köhler", "Herrmann", "König",
        "Walter", "Mayer", "Huber", "Kaiser", "Fuchs", "Peters", "Lang", "Scholz", "Möller", "Weiß", "Jung", "Hahn",
        "Schubert", "Vogel", "Friedrich", "Keller", "Günther", "Frank", "Berger", "Winkler", "Roth", "Beck", "Lorenz",
        "Baumann", "Franke", "Albrecht", "Schuster", "Simon", "Ludwig", "Böhm", "Winter", "Kraus", "Schumacher", "Krämer",
        "Vogt", "Stein", "Jäger", "Otto", "Sommer", "Groß", "Seidel", "Heinrich", "Brandt", "Haas", "Schreiber", "Yılmaz",
        "Kowalski",
    ],
    &[
        "Smith", "Johnson", "Williams", "Brown", "Jones", "Taylor", "Davies", "Evans", "Thomas", "Roberts", "Walker",
        "Wright", "Robinson", "Thompson", "White", "Hughes", "Edwards", "Green", "Hall", "Wood", "Harris", "Lewis",
        "Martin", "Jackson", "Clarke", "Turner", "Hill", "Cooper", "Ward", "Morris", "Moore", "Clark", "Baker", "Harrison",
        "King", "Morgan", "Allen", "James", "Scott", "Phillips", "Watson", "Parker", "Bennett", "Young", "Cook", "Carter",
        "Richardson", "Bailey", "Collins", "Bell", "Shaw", "Murphy", "Miller", "Cox", "Khan", "Patel", "Anderson", "Ellis",
        "Simpson", "Marshall", "Foster", "Chapman", "Mason", "Gray", "Hunt", "Palmer", "Nguyen", "Garcia", "Martinez",
        "O'Brien", "O'Connor", "Fitzgerald", "Sinclair", "MacLeod", "Singh", "Chen", "Kim", "Rossi", "Novak", "Alvarez",
    ],
];

/// Job titles with the department they belong to.
pub(crate) const JOBS: [&[(&str, &str)]; 2] = [
    &[
        ("Geschäftsführung", "Geschäftsleitung"), ("Leitung Einkauf", "Einkauf"), ("Strategischer Einkauf", "Einkauf"),
        ("Leitung IT", "IT"), ("Systemadministration", "IT"), ("Produktionsleitung", "Produktion"),
        ("Leitung Logistik", "Logistik"), ("Lagerleitung", "Logistik"), ("Leitung Instandhaltung", "Technik"),
        ("Projektleitung", "Technik"), ("Kaufmännische Leitung", "Finanzen"), ("Buchhaltung", "Finanzen"),
        ("Qualitätsmanagement", "Qualität"), ("Assistenz der Geschäftsführung", "Geschäftsleitung"),
        ("Leitung Digitalisierung", "IT"), ("Werksleitung", "Produktion"),
    ],
    &[
        ("Chief Executive Officer", "Management"), ("Chief Operating Officer", "Management"),
        ("Head of Procurement", "Procurement"), ("Purchasing Manager", "Procurement"), ("Chief Information Officer", "IT"),
        ("IT Manager", "IT"), ("Systems Engineer", "IT"), ("Plant Manager", "Operations"),
        ("Operations Director", "Operations"), ("Warehouse Manager", "Logistics"), ("Supply Chain Manager", "Logistics"),
        ("Finance Director", "Finance"), ("Accounts Payable Clerk", "Finance"), ("Quality Manager", "Quality"),
        ("Maintenance Lead", "Engineering"), ("Project Manager", "Engineering"),
    ],
];
