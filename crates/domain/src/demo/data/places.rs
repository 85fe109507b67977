//! Cities with a postal code that is theirs, streets, and telephone numbers that nobody has.

/// A city as it stands on an envelope.
pub(crate) struct Place {
    /// Name.
    pub(crate) city: &'static str,
    /// State, county or canton.
    pub(crate) state: &'static str,
    /// A postal code of the city.
    pub(crate) postal_code: &'static str,
    /// Numbers reserved for fiction (Bundesnetzagentur, Ofcom, 555-01xx), or in a form no operator assigns; each `#`
    /// stands for a digit.
    pub(crate) phone: &'static str,
}

/// A country that customers come from.
pub(crate) struct Country {
    /// ISO 3166-1 alpha-2.
    pub(crate) code: &'static str,
    /// ISO 4217.
    pub(crate) currency: &'static str,
    /// Whether its people are written to in German.
    pub(crate) german: bool,
    /// Of a hundred customers, how many are from here.
    pub(crate) weight: u32,
    /// Mobile numbers, as [`Place::phone`].
    pub(crate) mobile: &'static str,
    /// Its cities.
    pub(crate) places: &'static [Place],
    /// Its streets; `#` stands for the house number.
    pub(crate) streets: &'static [&'static str],
    /// Legal forms of companies.
    pub(crate) forms: &'static [&'static str],
}

const fn place(city: &'static str, state: &'static str, postal_code: &'static str, phone: &'static str) -> Place {
    Place { city, state, postal_code, phone }
}

const GERMAN_STREETS: &[&str] = &[
    "Hauptstraße #",
    "Bahnhofstraße #",
    "Industriestraße #",
    "Gartenweg #",
    "Lindenallee #",
    "Goethestraße #",
    "Schillerstraße #",
    "Am Hafen #",
    "Gewerbepark #",
    "Mühlenweg #",
    "Bergstraße #",
    "Dieselstraße #",
    "Robert-Bosch-Straße #",
    "Marktplatz #",
    "Kirchgasse #",
    "An der Brücke #",
    "Königsallee #",
    "Rosenstraße #",
];

/// Where customers are.
pub(crate) const COUNTRIES: &[Country] = &[
    Country {
        code: "DE",
        currency: "EUR",
        german: true,
        weight: 46,
        mobile: "+49 171 39200##",
        places: &[
            place("Berlin", "Berlin", "10115", "+49 30 23125 ###"),
            place("Berlin", "Berlin", "12435", "+49 30 23125 ###"),
            place("Hamburg", "Hamburg", "20457", "+49 40 66969 ###"),
            place("Hamburg", "Hamburg", "22765", "+49 40 66969 ###"),
            place("München", "Bayern", "80331", "+49 89 99998 ###"),
            place("München", "Bayern", "81675", "+49 89 99998 ###"),
            place("Köln", "Nordrhein-Westfalen", "50667", "+49 221 4710 ###"),
            place("Frankfurt am Main", "Hessen", "60311", "+49 69 90009 ###"),
            place("Stuttgart", "Baden-Württemberg", "70173", "+49 711 0###"),
            place("Düsseldorf", "Nordrhein-Westfalen", "40213", "+49 211 0###"),
            place("Leipzig", "Sachsen", "04109", "+49 341 0###"),
            place("Dresden", "Sachsen", "01067", "+49 351 0###"),
            place("Nürnberg", "Bayern", "90402", "+49 911 0###"),
            place("Hannover", "Niedersachsen", "30159", "+49 511 0###"),
            place("Bremen", "Bremen", "28195", "+49 421 0###"),
            place("Lübeck", "Schleswig-Holstein", "23552", "+49 451 0###"),
            place("Münster", "Nordrhein-Westfalen", "48143", "+49 251 0###"),
            place("Freiburg im Breisgau", "Baden-Württemberg", "79098", "+49 761 0###"),
            place("Osnabrück", "Niedersachsen", "49074", "+49 541 0###"),
            place("Würzburg", "Bayern", "97070", "+49 931 0###"),
        ],
        streets: GERMAN_STREETS,
        forms: &["GmbH", "GmbH", "GmbH", "GmbH & Co. KG", "AG", "KG", "SE", "e. K."],
    },
    Country {
        code: "AT",
        currency: "EUR",
        german: true,
        weight: 5,
        mobile: "+43 660 000 ####",
        places: &[
            place("Wien", "Wien", "1010", "+43 1 000 ####"),
            place("Graz", "Steiermark", "8010", "+43 316 000 ###"),
            place("Linz", "Oberösterreich", "4020", "+43 732 000 ###"),
            place("Salzburg", "Salzburg", "5020", "+43 662 000 ###"),
        ],
        streets: GERMAN_STREETS,
        forms: &["GmbH", "GmbH", "AG", "OG"],
    },
    Country {
        code: "CH",
        currency: "CHF",
        german: true,
        weight: 5,
        mobile: "+41 79 000 ## ##",
        places: &[
            place("Zürich", "Zürich", "8001", "+41 44 000 ## ##"),
            place("Basel", "Basel-Stadt", "4051", "+41 61 000 ## ##"),
            place("Bern", "Bern", "3011", "+41 31 000 ## ##"),
        ],
        streets: GERMAN_STREETS,
        forms: &["AG", "AG", "GmbH"],
    },
    Country {
        code: "GB",
        currency: "GBP",
        german: false,
        weight: 21,
        mobile: "+44 7700 900###",
        places: &[
            place("London", "Greater London", "EC2A 4NE", "+44 20 7946 0###"),
            place("London", "Greater London", "SE1 9SG", "+44 20 7946 0###"),
            place("Manchester", "Greater Manchester", "M1 4BT", "+44 161 496 0###"),
            place("Leeds", "West Yorkshire", "LS1 4DY", "+44 113 496 0###"),
            place("Birmingham", "West Midlands", "B2 5DB", "+44 121 496 0###"),
            place("Bristol", "Bristol", "BS1 5TR", "+44 117 496 0###"),
            place("Edinburgh", "Scotland", "EH1 1YZ", "+44 131 496 0###"),
            place("Glasgow", "Scotland", "G2 1DY", "+44 141 496 0###"),
            place("Liverpool", "Merseyside", "L1 8JQ", "+44 151 496 0###"),
            place("Cardiff", "Wales", "CF10 1EP", "+44 29 2018 0###"),
        ],
        streets: &[
            "# High Street",
            "# Station Road",
            "# Church Lane",
            "# Victoria Road",
            "# Mill Lane",
            "# King Street",
            "# Queens Road",
            "# Park Avenue",
            "# Wharf Road",
            "# Canal Street",
            "# Albert Street",
            "# Bridge Street",
        ],
        forms: &["Ltd", "Ltd", "Ltd", "PLC", "LLP"],
    },
    Country {
        code: "US",
        currency: "USD",
        german: false,
        weight: 23,
        mobile: "+1 917 555 01##",
        places: &[
            place("New York", "NY", "10013", "+1 212 555 01##"),
            place("Chicago", "IL", "60654", "+1 312 555 01##"),
            place("Austin", "TX", "78701", "+1 512 555 01##"),
            place("Denver", "CO", "80202", "+1 303 555 01##"),
            place("Seattle", "WA", "98101", "+1 206 555 01##"),
            place("Boston", "MA", "02110", "+1 617 555 01##"),
            place("Atlanta", "GA", "30303", "+1 404 555 01##"),
            place("Portland", "OR", "97205", "+1 503 555 01##"),
            place("Minneapolis", "MN", "55401", "+1 612 555 01##"),
            place("San Diego", "CA", "92101", "+1 619 555 01##"),
        ],
        streets: &[
            "# Main Street",
            "# Market Street",
            "# 2nd Avenue",
            "# Oak Street",
            "# Washington Boulevard",
            "# Lake Drive",
            "# Industrial Parkway",
            "# Commerce Way",
            "# Elm Street",
            "# Harbor Drive",
            "# Franklin Street",
        ],
        forms: &["Inc.", "Inc.", "LLC", "Corp."],
    },
];
