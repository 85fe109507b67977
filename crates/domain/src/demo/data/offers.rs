//! What the demo company sells: sensors, gateways, software and services around warehouses and machines.

/// A product: number, name, whether it is a service, price in cents, what it is.
pub(crate) struct Offer {
    /// Stock keeping unit.
    pub(crate) sku: &'static str,
    /// Name.
    pub(crate) name: &'static str,
    /// Sold by the day or month rather than by the piece.
    pub(crate) service: bool,
    /// Cents.
    pub(crate) price: i64,
    /// One sentence.
    pub(crate) description: &'static str,
}

const fn good(sku: &'static str, name: &'static str, price: i64, description: &'static str) -> Offer {
    Offer { sku, name, service: false, price, description }
}

const fn service(sku: &'static str, name: &'static str, price: i64, description: &'static str) -> Offer {
    Offer { sku, name, service: true, price, description }
}

/// The price list.
pub(crate) const OFFERS: &[Offer] = &[
    good("SEN-T100", "Temperature sensor T100", 8_900, "Wireless, −40 to +85 °C, five years on one battery."),
    good("SEN-T200", "Temperature sensor T200 Ex", 24_900, "As T100, certified for explosive atmospheres."),
    good("SEN-H110", "Humidity sensor H110", 9_900, "Relative humidity and dew point for storage rooms."),
    good("SEN-V300", "Vibration sensor V300", 34_900, "Three axes, 10 kHz, finds bearing damage early."),
    good("SEN-P120", "Pressure sensor P120", 19_900, "0 to 16 bar, stainless steel, G1/4 thread."),
    good("SEN-L210", "Fill level sensor L210", 27_900, "Radar, for silos and tanks up to 20 m."),
    good("SEN-D050", "Door contact D050", 3_490, "Reports every opening with its time."),
    good("SEN-G400", "Gas detector G400", 58_900, "CO, CO₂ and refrigerants, with alarm relay."),
    good("TRK-P10", "Pallet tracker P10", 5_990, "Position indoors and out, shock log."),
    good("TRK-C20", "Container tracker C20", 22_900, "Solar powered, world-wide roaming."),
    good("TRK-V30", "Vehicle tracker V30", 17_900, "Plugs into the CAN bus of lorries and forklifts."),
    good("GTW-S1", "Gateway S1", 39_900, "Up to 100 sensors, Ethernet and LTE."),
    good("GTW-L2", "Gateway L2", 89_900, "Up to 1,000 sensors, redundant power supply."),
    good("GTW-X3", "Edge gateway X3", 249_000, "Computes models on site, 32 GB memory."),
    good("TRM-H7", "Handheld terminal H7", 64_900, "Rugged scanner with a 7-inch screen."),
    good("TRM-F12", "Forklift terminal F12", 149_000, "12-inch screen, heated, vibration proof."),
    good("SCN-R5", "Ring scanner R5", 44_900, "Leaves both hands free while picking."),
    good("PRT-Z4", "Label printer Z4", 52_900, "Thermal transfer, 300 dpi."),
    good("DSP-65", "Shop floor display 65\"", 189_000, "Shows figures and alarms of a production line."),
    good("BAT-10", "Battery pack (10)", 6_900, "Ten lithium cells for all sensors of the series."),
    good("MNT-KIT", "Mounting kit", 2_490, "Rails, magnets and cable ties."),
    good("ANT-OUT", "Outdoor antenna", 12_900, "Doubles the range in yards."),
    service("SFT-CORE", "Platform licence Core", 49_000, "Per site and month: dashboards, alarms, API."),
    service("SFT-PRO", "Platform licence Pro", 119_000, "Per site and month: Core, reports and roles."),
    service("SFT-ENT", "Platform licence Enterprise", 390_000, "Per month, any number of sites, single sign-on."),
    service("SFT-PRED", "Predictive maintenance module", 79_000, "Per month: forecasts from vibration data."),
    service("SFT-WMS", "Warehouse connector", 59_000, "Per month: exchanges orders with the warehouse system."),
    service("SFT-ERP", "ERP connector", 69_000, "Per month: master data and postings both ways."),
    service("SRV-DAY", "Consulting day", 148_000, "One consultant for one day, travel within 100 km included."),
    service("SRV-INST", "Installation day", 118_000, "One technician with tools and lift."),
    service("SRV-PM", "Project management day", 162_000, "Planning, minutes, acceptance."),
    service("SRV-TRN", "Training (up to 8 people)", 190_000, "A day at the customer's site, in German or English."),
    service("SRV-ONB", "Onboarding package", 350_000, "Set-up, import and two half-day trainings."),
    service("SRV-CAL", "Calibration per sensor", 4_900, "With certificate to ISO/IEC 17025."),
    service("SUP-STD", "Support Standard", 29_000, "Per month, answer within eight working hours."),
    service("SUP-PRE", "Support Premium", 89_000, "Per month, answer within one hour, day and night."),
];
