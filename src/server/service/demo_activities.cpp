// SPDX-License-Identifier: Apache-2.0
//
// Tasks, calls, appointments, mails and notes of the demo organisation. Most lie in the past and are done; enough are due
// in the days around now, and a few are overdue, so that each salesperson has something to do when he opens the app.
#include <algorithm>

#include "server/service/internal/demo_world.h"

namespace satchel::server::service::demo {
namespace {

constexpr Duration kDay = Duration::of_days(1);

// What every activity has, and who owns it.
struct Activity {
  About about;
  int owner = 0;
  int person = 0;  // who does the work
  ChangeMaker row;
};

Activity new_activity(World& world, std::string_view table, Words subjects) {
  auto about = world.about_anything();
  const int owner = world.owner_below(about.owner);
  const int person = world.person(owner);
  Activity activity{std::move(about), owner, person, ChangeMaker(world.table(table), world.new_id())};
  activity.row.set("subject", world.told(world.dice.pick(subjects), activity.about))
      .set("regardingobjectid", activity.about.regarding)
      .set("ownerid", world.owner(owner));
  return activity;
}

// The person at the customer's, or whom it is about.
model::Party customer(World& world, const About& about) {
  if (about.contact < 0) return {about.regarding, ""};
  const auto& contact = world.contacts[static_cast<std::size_t>(about.contact)];
  return {{world.table("contact").number, contact.id}, contact.mail};
}

model::Party colleague(World& world, int person) {
  return {{world.table("systemuser").number, world.users[static_cast<std::size_t>(person)]}, ""};
}

// Only records of these kinds can be parties.
bool has_party(const World& world, const About& about) {
  if (about.contact >= 0) return true;
  const auto table = about.regarding.table;
  return table == world.table("account").number || table == world.table("contact").number ||
         table == world.table("lead").number;
}

model::Party customer_or_colleague(World& world, const Activity& activity) {
  return has_party(world, activity.about) ? customer(world, activity.about) : colleague(world, kAdmin);
}

void set_span(ChangeMaker& row, Instant start, std::int64_t minutes) {
  row.set("scheduledstart", start.seconds())
      .set("scheduledend", (start + Duration::of_minutes(minutes)).seconds())
      .set("scheduleddurationminutes", minutes);
}

void set_done(ChangeMaker& row, Instant end, std::int64_t minutes) {
  row.set("actualstart", (end - Duration::of_minutes(minutes)).seconds())
      .set("actualend", end.seconds())
      .set("actualdurationminutes", minutes);
}

}  // namespace

// ---- tasks ---------------------------------------------------------------------------------------------------------

Result<void> put_task(World& world) {
  auto activity = new_activity(world, "task", kTasks);
  auto& row = activity.row;
  const bool is_of_now = world.dice.percent(20);
  const auto days = is_of_now ? world.dice.between(-4, 10) : world.dice.between(2, 21);
  const Instant due =
      std::max(world.moment,
               in_working_hours((is_of_now ? world.clock.now() : world.moment) + kDay * days, world.dice.random()));
  const bool is_over = !is_of_now && due < world.clock.now() && world.dice.percent(97);
  row.set("scheduledend", due.seconds()).set("prioritycode", world.dice.between(0, 2));
  if (world.dice.percent(30)) row.set("description", world.told(kNoteSentences, 2, activity.about));
  if (!is_over) {
    constexpr std::array<std::int64_t, 4> kStatuses = {2, 3, 4, 7};
    const auto status = world.dice.percent(60) ? 2 : world.dice.pick(kStatuses);
    row.set("statuscode", status).set("percentcomplete", std::int64_t{status == 3 ? world.dice.between(1, 9) * 10 : 0});
    return world.put(activity.person, row);
  }
  const Instant done = world.between(world.moment, due);
  const bool is_canceled = world.dice.percent(6);
  row.set("statuscode", std::int64_t{is_canceled ? 6 : 5}).set("percentcomplete", std::int64_t{is_canceled ? 0 : 100});
  if (!is_canceled) row.set("actualend", done.seconds());
  return world.put(activity.person, row, done);
}

// ---- calls ---------------------------------------------------------------------------------------------------------

Result<void> put_phone_call(World& world) {
  auto activity = new_activity(world, "phonecall", kCalls);
  auto& row = activity.row;
  const bool is_outgoing = world.dice.percent(60);
  const auto them = customer_or_colleague(world, activity);
  const auto us = colleague(world, activity.person);
  row.set("from", model::PartyList{is_outgoing ? us : them})
      .set("to", model::PartyList{is_outgoing ? them : us})
      .set("directioncode", std::int64_t{is_outgoing});
  const auto contact = activity.about.contact;
  row.set("phonenumber",
          contact >= 0 ? world.contacts[static_cast<std::size_t>(contact)].phone : world.phone(*activity.about.city));
  if (world.dice.percent(55)) row.set("description", world.told(kNoteSentences, 2, activity.about));
  if (is_outgoing && world.dice.percent(15)) {
    const auto due = in_working_hours(world.clock.now() + kDay * world.dice.between(-2, 7), world.dice.random());
    row.set("scheduledend", std::max(world.moment, due).seconds());
    return world.put(activity.person, row);
  }
  row.set("statuscode", std::int64_t{is_outgoing ? 2 : 4})
      .set("leftvoicemail", std::int64_t{is_outgoing && world.dice.percent(12)});
  set_done(row, world.moment, world.dice.between(1, 30));
  return world.put(activity.person, row);
}

// ---- appointments --------------------------------------------------------------------------------------------------

namespace {

model::PartyList attendees(World& world, const Activity& activity) {
  model::PartyList parties{customer_or_colleague(world, activity)};
  // Somebody else of the same company.
  const auto place = activity.about.contact;
  if (place >= 0 && world.dice.percent(35)) {
    const auto& first = world.contacts[static_cast<std::size_t>(place)];
    const auto& other = world.dice.pick(world.contacts);
    if (other.account == first.account && other.id != first.id)
      parties.push_back({{world.table("contact").number, other.id}, other.mail});
  }
  return parties;
}

}  // namespace

Result<void> put_appointment(World& world) {
  auto activity = new_activity(world, "appointment", kMeetings);
  auto& row = activity.row;
  const bool is_to_come = world.dice.percent(20);
  const Instant from = is_to_come ? world.clock.now() : world.moment;
  const Instant start = in_working_hours(from + kDay * world.dice.between(1, 14), world.dice.random());
  const auto minutes = world.dice.between(1, 5) * 30;
  set_span(row, start, minutes);
  row.set("location", world.told(world.dice.pick(kPlaces), activity.about))
      .set("organizer", model::PartyList{colleague(world, activity.person)})
      .set("requiredattendees", attendees(world, activity));
  if (world.dice.percent(20)) row.set("optionalattendees", model::PartyList{colleague(world, kAdmin)});
  if (world.dice.percent(40)) row.set("description", world.told(kNoteSentences, 2, activity.about));
  const Instant end = start + Duration::of_minutes(minutes);
  if (end >= world.clock.now()) {
    row.set("statuscode", std::int64_t{world.dice.percent(80) ? 5 : 2});
    return world.put(activity.person, row);
  }
  const bool is_canceled = world.dice.percent(10);
  row.set("statuscode", std::int64_t{is_canceled ? 4 : 3});
  if (!is_canceled) set_done(row, end, minutes);
  return world.put(activity.person, row, end);
}

// ---- mails ---------------------------------------------------------------------------------------------------------

namespace {

std::string address_of(const World& world, const Activity& activity) {
  constexpr std::array<std::string_view, kUsers> kNames = {"admin", "east1", "east2", "west1", "drafts1"};
  (void)world;
  return std::string(kNames[static_cast<std::size_t>(activity.person)]) + "@satchel.example.com";
}

std::string html_of(World& world, const About& about) {
  std::string html = "<p>" + world.told("Hello {first},", about) + "</p><p>";
  html += world.told(kMailSentences, static_cast<int>(world.dice.between(2, 4)), about);
  return html + "</p><p>Kind regards</p>";
}

}  // namespace

Result<void> put_email(World& world) {
  auto activity = new_activity(world, "email", kMails);
  auto& row = activity.row;
  const bool is_draft = world.dice.percent(8), is_outgoing = is_draft || world.dice.percent(60);
  auto us = colleague(world, activity.person);
  us.address_used = address_of(world, activity);
  const auto them = customer_or_colleague(world, activity);
  row.set("from", model::PartyList{is_outgoing ? us : them})
      .set("to", model::PartyList{is_outgoing ? them : us})
      .set("directioncode", std::int64_t{is_outgoing})
      .set("sender", is_outgoing ? us.address_used : them.address_used)
      .set("torecipients", is_outgoing ? them.address_used : us.address_used)
      .set("description", html_of(world, activity.about));
  if (is_outgoing && world.dice.percent(15)) row.set("cc", model::PartyList{colleague(world, kAdmin)});
  if (is_draft) return world.put(activity.person, row);
  row.set("statuscode", std::int64_t{is_outgoing ? 3 : 4})
      .set("senton", world.moment.seconds())
      .set("actualend", world.moment.seconds())
      .set("messageid", "<" + world.dice.random().hex(8) + "@mail.example.com>");
  return world.put(activity.person, row);
}

// ---- notes ---------------------------------------------------------------------------------------------------------

Result<void> put_note(World& world) {
  const auto about = world.about_anything();
  const int owner = world.owner_below(about.owner);
  ChangeMaker row(world.table("annotation"), world.new_id());
  row.set("subject", world.told(world.dice.pick(kNoteTitles), about))
      .set("notetext", world.told(kNoteSentences, static_cast<int>(world.dice.between(2, 5)), about))
      .set("objectid", about.regarding)
      .set("isdocument", std::int64_t{0})
      .set("ownerid", world.owner(owner));
  return world.put(world.person(owner), row);
}

}  // namespace satchel::server::service::demo
