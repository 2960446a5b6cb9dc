// SPDX-License-Identifier: Apache-2.0
#include "server/service/internal/demo_texts.h"

#include <array>

namespace satchel::server::service::demo {
namespace {

constexpr auto account_notes = std::to_array<std::string_view>({
    "Customer since they opened the hall in {city}. Invoices go to the head office, goods to the warehouse gate.",
    "Two sites, one in {city}. They want one contract for both from next year on.",
    "Family business, third generation. Decisions are made at the kitchen table and then hold.",
    "Prefers to be called before ten. The loading bay is closed between twelve and one.",
    "Grew out of a workshop with four people; now there are {number} handhelds in daily use.",
    "Their own IT looks after the devices. We only deliver spare batteries and answer questions.",
    "Had trouble with the radio coverage in the cold store. Solved with two more access points in spring.",
    "Budget year ends in March. Orders come in February or not at all.",
    "Asked us twice for a reference in the food trade. Send the {city} story when it's printed.",
    "Old contract with another house runs out this year. Talk to {first} before summer.",
    "Wants printed delivery notes in two languages. The template is in the service folder.",
    "Buys through a purchasing group; prices are negotiated once a year in autumn.",
    "New hall under construction. The plans show room for forty docking stations.",
    "Pays on the last day, but always pays.",
    "Seasonal business: twice the staff between May and September, so rentals matter more than sales.",
    "Very careful about data protection. No device leaves the house with its storage.",
});

constexpr auto contact_notes = std::to_array<std::string_view>({
    "Knows every corner of the warehouse. Ask {first} before you plan anything on paper.",
    "Best reached by mail; answers the same evening.",
    "Took over from a colleague last year and likes short meetings.",
    "Met at the fair in {city}. Interested in {product}.",
    "Speaks for the whole purchasing department. Needs figures, not brochures.",
    "On parental leave until spring; the assistant has all the papers.",
    "Runs the user group of the region. A good word from {first} opens doors.",
    "Was sceptical at first and now shows visitors the new devices.",
    "Has the keys, the passwords and the patience.",
    "Wants to be told about price changes before they are printed.",
    "Signs up to ten thousand alone, above that together with the director.",
    "Plays in a brass band; never call on Thursday evenings.",
});

constexpr auto topics = std::to_array<std::string_view>({
    "{number} × {product} for the hall in {city}",
    "{product} for the field crew",
    "Replacing the old handhelds with {product}",
    "Service contract for {number} devices",
    "Pilot with {product}, one shift",
    "Scanners and printers for the new warehouse",
    "Cold store sensors, second stage",
    "Rental of {number} tablets for the season",
    "Label printing at the packing line",
    "Framework agreement {quarter}",
    "Spare batteries and docking stations",
    "Training for the {city} team",
    "Wireless coverage of the yard",
    "Inventory by {product} instead of paper",
    "Device management for {number} tablets",
    "Upgrade to {product}",
    "Proof of delivery on the road",
    "Temperature records for the trucks",
    "Move of the server room, with support on the weekend",
    "Extended warranty for {number} printers",
});

constexpr auto needs = std::to_array<std::string_view>({
    "Picking lists are still on paper, and one order in fifty goes out wrong.",
    "The present devices get no updates any more and must leave the network by the end of the year.",
    "Drivers write down temperatures by hand; the auditors asked for records without gaps.",
    "Batteries last half a shift in the cold store.",
    "Three sites count stock in three different ways. The board wants one figure.",
    "Labels peel off in the rain, so goods have to be relabelled at the customer's gate.",
    "In the high season they hire forty people who need a device on their first day.",
    "Repairs take two weeks and there's no spare device in the cupboard.",
});

constexpr auto solutions = std::to_array<std::string_view>({
    "{product} with one docking station for four devices, set up by us, with a day of training.",
    "A pilot of six weeks in one hall with {number} devices. If the figures are right, the rest follows.",
    "Rental instead of purchase, with exchange within a day and a fixed price for each month.",
    "Sensors in each chamber and one gateway; the records go to their own server.",
    "{product} now, the printers in the next budget year. Both under one service contract.",
    "Loan devices for the change-over weekend, so that nobody has to wait.",
});

constexpr auto lead_topics = std::to_array<std::string_view>({
    "Asked for a quotation for {number} scanners",
    "Saw {product} at the fair",
    "Wants to stop counting stock on paper",
    "Needs rugged tablets for the field crew",
    "Looking for a service partner in {city}",
    "Downloaded the cold chain guide",
    "Recommended by a customer in {city}",
    "Filled in the contact form about {product}",
    "Has a contract elsewhere until {quarter}",
    "Interested in renting devices for the season",
    "Asked about printers for outdoor labels",
    "Wants a demonstration on site",
});

constexpr auto tasks = std::to_array<std::string_view>({
    "Send the quotation to {first}",
    "Call {first} back about {product}",
    "Prepare the demonstration at {company}",
    "Check stock of {product}",
    "Send the signed contract to {company}",
    "Ask {first} for the floor plan",
    "Order loan devices for {company}",
    "Update the price list for {company}",
    "Write the minutes of the meeting with {first}",
    "Find out who decides at {company}",
    "Follow up on the quotation",
    "Arrange the training in {city}",
    "Send the data sheet of {product}",
    "Remind {first} of the open invoice",
    "Plan the roll-out at {company}",
    "Collect the pilot devices from {company}",
    "Thank {first} for the recommendation",
    "Check the radio survey of {city}",
    "Renew the service contract of {company}",
    "Send samples of outdoor labels to {first}",
    "Ask the workshop about the repair for {company}",
    "Prepare figures for the yearly talk with {first}",
});

constexpr auto calls = std::to_array<std::string_view>({
    "{first}: delivery date of {product}",
    "{first}: question about the invoice",
    "{first}: wants a second quotation",
    "{first}: battery of {product} empty too soon",
    "{first}: date for the training",
    "Introduction at {company}",
    "{first}: decision is put off to {quarter}",
    "{first}: order confirmed by telephone",
    "{first}: price of {number} devices",
    "{first}: address of the new hall",
    "Yearly call with {company}",
    "{first}: loan devices arrived",
    "{first}: please call again after the stocktaking",
    "{first}: complaint about the carrier",
    "{first}: asks for a reference customer",
});

constexpr auto meetings = std::to_array<std::string_view>({
    "Demonstration of {product} at {company}",
    "First visit to {company}",
    "Contract talk with {first}",
    "Walk through the hall in {city}",
    "Review of the pilot at {company}",
    "Training, first group",
    "Training, second group",
    "Quarterly review with {company}",
    "Lunch with {first}",
    "Hand-over of {number} devices",
    "Radio survey in {city}",
    "Planning of the roll-out with {first}",
    "Video call about {product}",
    "Workshop: from paper to scanner",
});

constexpr auto places = std::to_array<std::string_view>({
    "At the customer's, reception",
    "Meeting room Cedar",
    "Meeting room Oak",
    "Video call",
    "Warehouse, gate 3",
    "Telephone",
    "Café at the station",
    "Showroom",
    "Customer's head office, second floor",
    "Training room, {city}",
});

constexpr auto mails = std::to_array<std::string_view>({
    "Your quotation for {product}",
    "Delivery of {number} devices",
    "Minutes of our meeting",
    "Dates for the training in {city}",
    "Data sheet of {product}",
    "Invoice of last month",
    "Thank you for your visit",
    "Loan devices: please return by Friday",
    "Service contract: two questions",
    "Prices from {quarter} on",
    "Re: floor plan of the new hall",
    "Re: battery life of {product}",
    "Order confirmation",
    "Your question about outdoor labels",
    "Repair of your device is done",
});

constexpr auto mail_sentences = std::to_array<std::string_view>({
    "Thank you for the friendly talk yesterday.",
    "Please find the figures below.",
    "We can deliver {number} pieces of {product} within ten working days.",
    "Could you tell me who signs for the goods in {city}?",
    "The loan devices leave our workshop on Monday.",
    "If you agree, I'll send the contract this week.",
    "The price holds until the end of {quarter}.",
    "Please let me know which of the two dates suits you better.",
    "Our technician comes between eight and ten and needs a ladder and a socket.",
    "I have attached nothing; all you need is in this mail.",
    "The training takes three hours, and everybody should bring his own device.",
    "As promised I asked the workshop: it's the charging contact.",
    "Nothing has to be decided today.",
    "I'd be glad to show you {product} at your own packing line.",
});

constexpr auto note_titles = std::to_array<std::string_view>({
    "After the visit",
    "Telephone note",
    "What they really need",
    "Open points",
    "Competition",
    "Prices",
    "People",
    "For the hand-over",
    "Ideas for next year",
    "Access to the site",
    "Delivery",
    "Summary of the pilot",
    "Complaint",
    "Agreed today",
});

constexpr auto note_sentences = std::to_array<std::string_view>({
    "We walked through the hall for an hour.",
    "{first} showed us the packing line and the place where time is lost.",
    "They have {number} devices in use, half of them older than five years.",
    "The decision is made in {quarter}, not earlier.",
    "Price matters less to them than a spare device within a day.",
    "Another supplier was there last week and left two samples.",
    "The radio coverage behind the high racks is poor.",
    "The director wants to see a hall where {product} is in use already.",
    "Parking is behind the building; register at gate 2 and bring safety shoes.",
    "We agreed on a pilot of six weeks.",
    "If the pilot succeeds, {city} is next.",
    "The works council has to be asked before devices show who scanned what.",
    "{first} will send the floor plan and the shift times.",
    "They print four hundred labels a day, in winter twice as many.",
    "Gloves are a problem: the buttons are too small.",
    "The old contract ends in {quarter} and renews itself unless somebody writes.",
    "Nobody knows where the user manuals are.",
    "The new hall has no floor yet, so there's time.",
    "Accounts wants one invoice per site.",
    "I promised an answer by Thursday.",
    "They asked for training in two languages.",
    "The cold store is at minus twenty-two degrees, and displays get slow there.",
    "{first} is sceptical about rentals and would rather buy.",
    "A good reference for the region if all goes well.",
    "Next visit after the stocktaking.",
    "The previous device fell from a forklift. Twice.",
});

constexpr auto problems = std::to_array<Problem>({
    {"Battery of {product} lasts two hours only",
     "It was charged over night and is empty by ten. A second battery behaves the same.", 2},
    {"Scanner doesn't read damaged labels",
     "Labels with a scratch across the bars aren't read. The old devices managed them.", 2},
    {"Printer prints every second label blank", "Since the roll was changed. Calibration was tried without success.",
     2},
    {"Display cracked after a fall", "Fell from the packing table. The touch panel doesn't react at the lower edge.",
     2},
    {"Docking station doesn't charge slot 3", "The other slots are fine. The contacts look clean.", 2},
    {"Device loses the network behind the high racks", "Between rows 14 and 18 only. In the yard everything works.", 2},
    {"Temperature sensor shows minus 127 degrees",
     "One of {number} sensors. It came back by itself for an hour and then again.", 2},
    {"Tablet starts over again and again", "After the update of last night. Two devices of the same delivery.", 2},
    {"Wrong power supplies delivered", "They fit the previous model. We need {number} of the right ones.", 2},
    {"Buttons stick after cleaning", "The crew uses a disinfectant with alcohol. Which one may be used?", 2},
    {"Time on the devices is an hour off", "Since the change of the clocks. Reports of the night shift are wrong.", 2},
    {"Labels don't stick to frozen goods", "They fall off within a day. At room temperature they hold.", 2},
    {"How do we reset a forgotten PIN?", "The shift leader left the company and {number} devices are locked.", 1},
    {"Which labels fit the {product}?", "We'd like to buy them ourselves and need size and core.", 1},
    {"Is there a holster for left-handed people?", "Three of our pickers asked for it.", 1},
    {"How long is the warranty?", "The devices were bought two years ago together with the service contract.", 1},
    {"Can the sensors stay in the truck in summer?", "It gets to sixty degrees behind the windscreen.", 1},
    {"What does the blinking orange light mean?", "It began this morning. The device works.", 1},
    {"May the devices be used near the ovens?", "About fifty degrees and some flour in the air.", 1},
    {"Invoice in the name of the subsidiary", "The company was renamed. Please write the last invoice again.", 3},
    {"Loan device during the repair", "We can't do without it until Friday. Somebody can collect it.", 3},
    {"Five more licences for device management", "From the first of next month on, under the same contract.", 3},
    {"New delivery address in {city}", "The old gate is closed because of building work.", 3},
    {"Training for two new colleagues", "Mornings are best. Half a day should do.", 3},
    {"Return of {number} rental devices", "The season is over. When can they be collected?", 3},
    {"Data sheet in French", "For our colleagues in the other hall.", 3},
});

constexpr auto families = std::to_array<std::string_view>(
    {"Handheld scanners", "Rugged tablets", "Label printers", "Cold chain sensors", "Accessories", "Services"});

constexpr auto products = std::to_array<Product>({
    {"Heron 2 scanner", "HS-200", "Light scanner with a pistol grip; reads bars and squares up to four metres.", 640,
     0},
    {"Heron 4 scanner", "HS-400", "As Heron 2, with a display and keys for gloves.", 890, 0},
    {"Heron 4C cold store scanner", "HS-410", "Heated window and battery, down to minus thirty degrees.", 1140, 0},
    {"Wren ring scanner", "HS-080", "Worn on a finger, so both hands stay free.", 410, 0},
    {"Kite long range scanner", "HS-700", "Reads rack labels from the forklift, up to eighteen metres.", 1320, 0},
    {"Heron Classic", "HS-100", "The first of its kind; spare parts for three more years.", 390, 0},
    {"Badger 8 tablet", "RT-008", "Eight inches, survives a fall from a man's height.", 1180, 1},
    {"Badger 10 tablet", "RT-010", "Ten inches, readable in the sun, two batteries that can be changed while it runs.",
     1490, 1},
    {"Badger 10 Forklift", "RT-011", "With mount, power supply from the vehicle and a heated display.", 1860, 1},
    {"Otter waterproof tablet", "RT-020", "For wash-down areas; can be cleaned with a hose.", 1720, 1},
    {"Marten folding tablet", "RT-030", "Fits into a jacket. Announced for next year.", 1350, 1},
    {"Quill 4 label printer", "LP-400", "Four inches, up to five thousand labels a day.", 980, 2},
    {"Quill 6 label printer", "LP-600", "Six inches for pallet labels.", 1640, 2},
    {"Quill Mobile", "LP-200", "On the belt; prints eighty metres with one charge.", 560, 2},
    {"Quill Outdoor", "LP-410", "For labels that have to bear rain and sun.", 1270, 2},
    {"Snowdrop temperature sensor", "CS-010", "Minus forty to plus sixty degrees, five years with one battery.", 85, 3},
    {"Snowdrop humidity sensor", "CS-020", "Temperature and humidity in one case.", 115, 3},
    {"Snowdrop gateway", "CS-100", "Collects up to two hundred sensors and keeps a month of records.", 480, 3},
    {"Snowdrop truck set", "CS-300", "Four sensors, gateway and antenna for one vehicle.", 790, 3},
    {"Docking station, four slots", "AC-040", "Charges devices and spare batteries.", 260, 4},
    {"Spare battery, large", "AC-011", "For Heron 4 and Badger 8.", 95, 4},
    {"Spare battery, cold store", "AC-012", "For Heron 4C.", 140, 4},
    {"Holster", "AC-020", "Left and right.", 38, 4},
    {"Vehicle mount", "AC-030", "For Badger 10, with a lock.", 175, 4},
    {"Protective film, ten pieces", "AC-050", "For all displays from eight to ten inches.", 60, 4},
    {"Labels 100 × 150, carton", "AC-100", "Twelve rolls, for indoor use.", 74, 4},
    {"Outdoor labels, carton", "AC-110", "Twelve rolls, two years in the sun.", 129, 4},
    {"Service contract, next day", "SV-010",
     "Exchange of a faulty device by the next working day, per device and year.", 140, 5},
    {"Service contract, four hours", "SV-020", "A technician on site within four hours, per site and year.", 2900, 5},
    {"Radio survey", "SV-030", "One day on site, with a map of the coverage.", 1450, 5},
    {"Training, half a day", "SV-040", "Up to eight people.", 620, 5},
    {"Roll-out on a weekend", "SV-050", "Set-up, hand-over and help on Monday morning.", 3800, 5},
    {"Device management", "SV-060", "Updates, settings and locking from afar, per device and month.", 4, 5},
    {"Rental, tablet per month", "SV-070", "With exchange within a day.", 65, 5},
});

constexpr auto competitors = std::to_array<Competitor>({
    {"Baltic Scan Systems", "TideScan 5", "Strong in ports and ferries; own repair shop in three countries.",
     "No devices for cold stores.", "Family firm on the coast, growing slowly and steadily."},
    {"Carbon & Reed", "Reed Tablet", "Very light devices, good displays.", "Spare parts take weeks.",
     "Comes from the construction trade."},
    {"Dockline", "Dockline Suite", "Software and devices from one house.", "Bound to its own software; hard to leave.",
     "Sells to large freight companies."},
    {"Eastwind Mobile", "EW-90", "Low prices.", "Little service outside the capital.",
     "Young company with much advertising."},
    {"Fathom Sensors", "Deep 2", "Sensors of high precision.", "No gateway of its own.",
     "Known from laboratories, new in logistics."},
    {"Granite Handhelds", "Granite X", "Nearly unbreakable.", "Heavy; pickers don't like them.",
     "Serves mines and quarries too."},
    {"Hopper Rentals", "Season set", "Rents anything for a week.", "Old devices.", "Strong in harvest time."},
    {"Inkwell Labels", "Inkwell 300", "Cheap labels and quick delivery.", "Printers from three different makers.",
     "Wholesaler with a web shop."},
    {"Jetty Software", "Jetty WMS", "Knows warehouse processes very well.", "Sells no devices, only recommends.",
     "Sometimes a partner, sometimes a rival."},
    {"Korund Industrial", "K-Scan", "Good reach into machine works.", "Slow with quotations.",
     "Part of a large group."},
    {"Lumen Barcode", "Lumen One", "Reads damaged labels best of all.", "Only one model.",
     "Spun off from a university."},
    {"Monsoon Devices", "M8", "Waterproof and cheap.", "Updates end after two years.",
     "Sold through wholesalers only."},
    {"Nordlicht Kühltechnik", "Eiswächter", "Complete cold chain from the compressor to the record.", "Expensive.",
     "Comes with the cold store, so is early at the table."},
    {"Pemberton Services", "Care 24", "Service round the clock.", "Doesn't know our devices.",
     "Takes over service contracts of other makers."},
});

}  // namespace

const Words kAccountNotes = account_notes;
const Words kContactNotes = contact_notes;
const Words kTopics = topics;
const Words kNeeds = needs;
const Words kSolutions = solutions;
const Words kLeadTopics = lead_topics;
const Words kTasks = tasks;
const Words kCalls = calls;
const Words kMeetings = meetings;
const Words kPlaces = places;
const Words kMails = mails;
const Words kMailSentences = mail_sentences;
const Words kNoteTitles = note_titles;
const Words kNoteSentences = note_sentences;
const std::span<const Problem> kProblems = problems;
const Words kFamilies = families;
const std::span<const Product> kProducts = products;
const std::span<const Competitor> kCompetitors = competitors;

}  // namespace satchel::server::service::demo
