//! What people write, German first and English second. `{c}` stands for the company, `{p}` for the person's last name
//! (for the city in portraits).

/// What deals are about when no product says it.
pub(crate) const DEALS: [&[&str]; 2] = [
    &[
        "Überwachung der Kühlkette",
        "Bestandsortung im Lager",
        "Zustandsüberwachung der Anlagen",
        "Ausbau zweiter Standort",
        "Ablösung der Altsensorik",
        "Pilot Halle 3",
        "Rahmenvertrag Sensorik",
        "Energiemonitoring",
        "Anbindung an das ERP",
    ],
    &[
        "Cold chain monitoring",
        "Warehouse tracking",
        "Condition monitoring",
        "Roll-out to the second site",
        "Replacement of legacy sensors",
        "Pilot in hall 3",
        "Sensor framework agreement",
        "Energy monitoring",
        "ERP integration",
    ],
];
/// Why deals are lost.
pub(crate) const LOSSES: [&[&str]; 2] = [
    &[
        "Preis",
        "Budget gestrichen",
        "Wettbewerber gewählt",
        "Projekt verschoben",
        "Keine Rückmeldung mehr",
        "Eigenentwicklung",
    ],
    &["Price", "Budget cut", "Chose a competitor", "Project postponed", "No longer responding", "Built it themselves"],
];
/// What comes next in an open deal.
pub(crate) const NEXT_STEPS: [&[&str]; 2] = [
    &[
        "Angebot nachfassen",
        "Termin vor Ort vereinbaren",
        "Teststellung vorbereiten",
        "Freigabe des Einkaufs abwarten",
        "Vertrag zur Prüfung schicken",
    ],
    &[
        "Follow up on the quote",
        "Arrange a site visit",
        "Prepare the trial set",
        "Wait for purchasing",
        "Send contract for review",
    ],
];
/// More about each source of leads, in the order of `SOURCES`.
pub(crate) const DETAILS: [[&str; 10]; 2] = [
    [
        "Kontaktformular",
        "Empfehlung eines Kunden",
        "Telefonliste Maschinenbau",
        "Mailing Kühlkette",
        "Messestand",
        "Direktnachricht",
        "Anzeige Sensorik",
        "Suche nach Temperatursensor",
        "Systemhaus",
        "Zufall",
    ],
    [
        "Contact form",
        "Recommended by a customer",
        "Calling list",
        "Cold chain mailing",
        "Booth visit",
        "Direct message",
        "Sensor ad",
        "Search for temperature sensor",
        "System integrator",
        "By chance",
    ],
];
/// Why leads are given up.
pub(crate) const DISQUALIFIED: [&[&str]; 2] = [
    &["Kein Bedarf", "Kein Budget", "Nicht erreichbar", "Studentische Anfrage", "Passt nicht zum Angebot"],
    &["No need", "No budget", "Not reachable", "Student enquiry", "Not a fit"],
];
/// What to do with a lead of 0–24, 25–49, 50–74 and 75–100 points.
pub(crate) const RECOMMENDATIONS: [[&str; 4]; 2] = [
    [
        "Nicht weiter verfolgen.",
        "In den Newsletter aufnehmen.",
        "Diese Woche anrufen.",
        "Heute anrufen und Termin anbieten.",
    ],
    ["Do not pursue.", "Add to the newsletter.", "Call this week.", "Call today and offer a meeting."],
];
/// Terms of quotes.
pub(crate) const TERMS: [&str; 2] = [
    "Zahlbar innerhalb von 30 Tagen ohne Abzug. Lieferung frei Haus. Das Angebot ist 30 Tage gültig.",
    "Payable within 30 days net. Delivered free of charge. This quote is valid for 30 days.",
];
/// What a company is like.
pub(crate) const PORTRAITS: [&[&str]; 2] = [
    &[
        "{c} mit Sitz in {p} arbeitet in dritter Generation als Familienunternehmen.",
        "Zwei Werke nahe {p}, eigenes Lager. Die IT entscheidet zentral.",
        "Wächst seit Jahren zweistellig und baut in {p} ein neues Logistikzentrum.",
        "Kennt uns von der Hannover Messe. Einkauf in {p}, Technik dezentral.",
        "Setzt bisher auf Papierlisten; die Digitalisierung ist Chefsache.",
    ],
    &[
        "Family-run business in {p}, third generation.",
        "Two plants near {p} and a warehouse of their own. IT decides centrally.",
        "{c} has grown by double digits for years and is building a new distribution centre near {p}.",
        "Met us at a trade fair. Purchasing sits in {p}, engineering on each site.",
        "Still works with paper lists; digitalisation is on the board's agenda.",
    ],
];
/// Things done, with their kind.
pub(crate) const DONE: [&[(&str, &str)]; 2] = [
    &[
        ("call", "Erstgespräch mit {p}"),
        ("call", "Rückruf {p} zu offenen Fragen"),
        ("call", "Telefonat: Stand der Entscheidung"),
        ("meeting", "Termin bei {c}"),
        ("meeting", "Abstimmung Technik mit {p}"),
        ("email", "Unterlagen an {p} geschickt"),
        ("demo", "Vorführung der Plattform für {c}"),
        ("follow_up", "Nachgefasst bei {p}"),
        ("task", "Bedarf von {c} zusammengestellt"),
        ("proposal", "Angebot an {p} übermittelt"),
        ("note", "Gesprächsnotiz {c}"),
    ],
    &[
        ("call", "Discovery call with {p}"),
        ("call", "Called {p} back about open questions"),
        ("call", "Call: where is the decision?"),
        ("meeting", "Meeting at {c}"),
        ("meeting", "Technical review with {p}"),
        ("email", "Sent documents to {p}"),
        ("demo", "Platform demo for {c}"),
        ("follow_up", "Followed up with {p}"),
        ("task", "Collected requirements of {c}"),
        ("proposal", "Sent proposal to {p}"),
        ("note", "Minutes of the call with {c}"),
    ],
];
/// Things to do, with their kind.
pub(crate) const TASKS: [&[(&str, &str)]; 2] = [
    &[
        ("call", "{p} anrufen"),
        ("follow_up", "Angebot bei {p} nachfassen"),
        ("meeting", "Termin mit {p}"),
        ("demo", "Vorführung für {c}"),
        ("task", "Teststellung für {c} vorbereiten"),
        ("email", "Referenzen an {p} schicken"),
    ],
    &[
        ("call", "Call {p}"),
        ("follow_up", "Follow up on the quote with {p}"),
        ("meeting", "Meeting with {p}"),
        ("demo", "Demo for {c}"),
        ("task", "Prepare trial set for {c}"),
        ("email", "Send references to {p}"),
    ],
];
/// How things ended.
pub(crate) const OUTCOMES: [&[&str]; 2] = [
    &[
        "Interesse bestätigt",
        "Termin vereinbart",
        "Nicht erreicht, Nachricht hinterlassen",
        "Bittet um Angebot",
        "Entscheidung vertagt",
        "Erledigt",
    ],
    &[
        "Interest confirmed",
        "Meeting arranged",
        "No answer, left a message",
        "Asked for a quote",
        "Decision postponed",
        "Done",
    ],
];
/// What was or will be talked about.
pub(crate) const AGENDA: [&[&str]; 2] = [
    &[
        "{p} möchte wissen, ob die Sensoren auch bei −30 °C senden.",
        "Es geht um 40 Messstellen in zwei Hallen, Start im nächsten Quartal.",
        "Einkauf vergleicht drei Anbieter; Ausschlag gibt die Anbindung an das ERP.",
        "IT fragt nach Rechenzentrum, Verschlüsselung und Rollen.",
        "{c} will klein beginnen und nach sechs Monaten erweitern.",
        "Preis ist kein Thema, die Lieferzeit schon.",
    ],
    &[
        "{p} wants to know whether the sensors transmit at −30 °C.",
        "About 40 measuring points in two halls, start next quarter.",
        "Purchasing compares three vendors; the ERP connector will decide.",
        "IT asks about hosting, encryption and roles.",
        "{c} wants to start small and extend after six months.",
        "Price is no issue, delivery time is.",
    ],
];
/// Tickets: subject, description, kind.
pub(crate) const TICKETS: [&[(&str, &str, &str)]; 2] = [
    &[
        (
            "Sensor meldet sich nicht mehr",
            "Seit gestern Abend keine Werte von zwei Sensoren in Halle 2. Batterie laut Anzeige bei 80 %.",
            "problem",
        ),
        (
            "Gateway verliert die Verbindung",
            "Das Gateway ist mehrmals am Tag für einige Minuten offline. Das Netzwerk ist in Ordnung.",
            "problem",
        ),
        ("Rechnung: falsche Kostenstelle", "Bitte die Rechnung mit Kostenstelle 4711 neu ausstellen.", "question"),
        (
            "Wie lege ich weitere Benutzer an?",
            "Zwei Kolleginnen brauchen Zugriff auf die Berichte, aber nicht auf die Einstellungen.",
            "question",
        ),
        ("Export als Excel", "Wir brauchen den Monatsbericht als Excel-Datei, nicht nur als PDF.", "feature_request"),
        ("Alarm kommt zu spät", "Der Temperaturalarm kam erst nach 20 Minuten an. Eingestellt sind fünf.", "problem"),
        ("Kalibrierschein fehlt", "Zu den letzten zehn Sensoren fehlen die Kalibrierscheine.", "question"),
        ("Dunkles Design für die Anzeige", "In der Nachtschicht blendet die Anzeige in der Halle.", "feature_request"),
    ],
    &[
        (
            "Sensor stopped reporting",
            "No values from two sensors in hall 2 since last night. The battery shows 80 %.",
            "problem",
        ),
        (
            "Gateway loses connection",
            "The gateway is offline for some minutes several times a day. The network is fine.",
            "problem",
        ),
        ("Invoice: wrong cost centre", "Please reissue the invoice with cost centre 4711.", "question"),
        ("How do I add more users?", "Two colleagues need access to reports but not to settings.", "question"),
        ("Export to Excel", "We need the monthly report as an Excel file, not only as PDF.", "feature_request"),
        ("Alarm arrives late", "The temperature alarm arrived after 20 minutes. It is set to five.", "problem"),
        ("Calibration certificate missing", "Certificates are missing for the last ten sensors.", "question"),
        (
            "Dark theme for the display",
            "The shop floor display is too bright during the night shift.",
            "feature_request",
        ),
    ],
];
/// Posts of others: verb, sentiment in hundredths, text.
pub(crate) const SOCIAL: [&[(&str, i64, &str)]; 2] = [
    &[
        (
            "mentioned",
            75,
            "Seit einem halben Jahr überwachen wir bei {c} die Kühlräume mit Kontor-Sensoren. Läuft einfach.",
        ),
        ("posted", 60, "Unser neues Lager ist vernetzt: 200 Sensoren, eine Anzeige. Danke an das Team!"),
        ("replied", 5, "Gibt es die Gateways auch mit 5G?"),
        ("messaged", 0, "Guten Tag, wer ist bei Ihnen für {c} zuständig?"),
        ("reviewed", -55, "Hardware gut, aber auf Antworten vom Support warten wir zu lange."),
        ("shared", 35, "Lesenswert: Whitepaper zur Kühlkette."),
        ("liked", 30, ""),
        ("followed", 20, ""),
        ("mentioned", -35, "Schon wieder Lieferverzug bei den Gateways. Schade, {c} hätte sie gebraucht."),
    ],
    &[
        ("mentioned", 75, "Six months of cold store monitoring with Kontor sensors at {c}. It just works."),
        ("posted", 60, "Our new warehouse is connected: 200 sensors, one display. Thanks to the team!"),
        ("replied", 5, "Do you ship the gateways with 5G too?"),
        ("messaged", 0, "Hi, who looks after {c} on your side?"),
        ("reviewed", -55, "Good hardware, but support takes too long to answer."),
        ("shared", 35, "Worth reading: the cold chain whitepaper."),
        ("liked", 30, ""),
        ("followed", 20, ""),
        ("mentioned", -35, "Gateways delayed again. A pity, {c} was waiting for them."),
    ],
];
/// Our own posts about a campaign.
pub(crate) const POSTS: &[&str] = &[
    "{c}: noch freie Plätze, jetzt anmelden.",
    "{c}: see you there!",
    "{c}: thanks to everybody who came by.",
    "{c}: die Unterlagen stehen bereit.",
    "Two weeks to go: {c}.",
];
/// Single messages: subject, beginning of the text.
pub(crate) const EMAILS: [&[(&str, &str)]; 2] = [
    &[
        (
            "Ihr Angebot von Kontor",
            "Guten Tag, wie besprochen finden Sie im Anhang unser Angebot für {c}. Für Fragen bin ich gern erreichbar.",
        ),
        (
            "Terminvorschlag",
            "Guten Tag, passt Ihnen Dienstag um 10 Uhr für einen Termin bei {c}? Alternativ Donnerstag ab 14 Uhr.",
        ),
        (
            "Zusammenfassung unseres Gesprächs",
            "Vielen Dank für das Gespräch. Die wichtigsten Punkte: Messstellen, Anbindung, Zeitplan.",
        ),
        ("Technische Unterlagen", "Anbei die Datenblätter der Sensoren und der Netzplan für {c}."),
    ],
    &[
        (
            "Your quote from Kontor",
            "Hello, as discussed please find our quote for {c} attached. Do get in touch with any questions.",
        ),
        (
            "Proposed meeting",
            "Hello, would Tuesday at 10 suit you for a meeting at {c}? Thursday after 2 pm works as well.",
        ),
        ("Summary of our call", "Thank you for the call. The main points: measuring points, integration, schedule."),
        ("Technical documents", "Please find the data sheets of the sensors and the network plan for {c} attached."),
    ],
];
/// A sequence: its name and three messages, each a subject and its text.
pub(crate) type Sequence = (&'static str, [(&'static str, &'static str); 3]);
/// The sequences.
pub(crate) const SEQUENCES: [Sequence; 2] = [
    (
        "Willkommen (Deutsch)",
        [
            (
                "Danke für Ihr Interesse",
                "Guten Tag, danke für Ihr Interesse. Welche Anlagen möchten Sie bei {c} überwachen?",
            ),
            (
                "So macht es ein Kunde",
                "Ein Logistiker aus Bremen hat mit 60 Sensoren seine Ausfälle halbiert. Wie, steht in diesem Bericht.",
            ),
            (
                "Darf ich Ihnen 20 Minuten zeigen?",
                "Ich zeige Ihnen die Plattform gern an Ihrem Beispiel. Wann passt es Ihnen?",
            ),
        ],
    ),
    (
        "Welcome (English)",
        [
            ("Thanks for your interest", "Hello, thanks for getting in touch. What would you like to monitor at {c}?"),
            (
                "How a customer does it",
                "A logistics company in Leeds halved its downtime with 60 sensors. This report tells how.",
            ),
            (
                "May I show you 20 minutes?",
                "I would be glad to show you the platform with your own example. When would suit you?",
            ),
        ],
    ),
];
/// Notes.
pub(crate) const NOTES: [&[&str]; 2] = [
    &[
        "{p} ist bis Monatsende im Urlaub, Vertretung über die Zentrale.",
        "Ansprechpartner für die Technik hat gewechselt, {p} bleibt kaufmännisch zuständig.",
        "Preisliste 2 vereinbart, Skonto nur bei Zahlung binnen 10 Tagen.",
        "{c} plant den Umzug in die neue Halle; Montage erst danach.",
        "Bitte keine Anrufe vor 9 Uhr.",
        "War auf der Messe sehr angetan vom Edge-Gateway.",
        "Referenz zugesagt, Logo darf verwendet werden.",
    ],
    &[
        "{p} is on leave until the end of the month, ask the front desk for a stand-in.",
        "New technical contact; {p} stays responsible for the contract.",
        "Agreed on price list 2, cash discount only within 10 days.",
        "{c} is moving to the new hall; installation after that.",
        "Please do not call before 9.",
        "Was quite taken with the edge gateway at the fair.",
        "Agreed to be a reference, we may use the logo.",
    ],
];
