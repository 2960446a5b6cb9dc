// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "base/random.h"
#include "base/text.h"
#include "device/store/internal/store_for_test.h"
#include "device/store/limits.h"
#include "device/store/store.h"

namespace satchel::device::store {
namespace {

struct People {
  StoreForTest store;
  const model::Table& contact = store.table("contact");
  const model::Table& account = store.table("account");

  void put(const model::Table& table, std::uint64_t id, ValuesForTest values) {
    store.write(
        [&] { must(store->set_mirror(table, id_for_test(id), Mirror{record_for_test(table, id, 1, values), {}})); });
  }
  void remove(const model::Table& table, std::uint64_t id) {
    store.write([&] { must(store->set_mirror(table, id_for_test(id), std::nullopt)); });
  }
  void put_some() {
    put(contact, 1,
        {{"fullname", std::string("Ada King")},
         {"emailaddress1", std::string("Ada.Lovelace@analytical.example")},
         {"telephone1", std::string("+1 (425) 555-0100")}});
    put(contact, 2,
        {{"fullname", std::string("Zoë Adams")},
         {"emailaddress1", std::string("zoe@kingsley.example")},
         {"mobilephone", std::string("4255550177")}});
    put(contact, 3, {{"fullname", std::string("Sean O\u2019Neil \u2013 Stone")}});
    put(account, 4, {{"name", std::string("King & Sons")}, {"address1_city", std::string("Reykjavík")}});
    put(account, 5, {{"name", std::string("Adatum")}, {"telephone1", std::string("555-0100")}});
  }
  std::vector<std::string> names(std::string_view text, std::size_t hits_max = 20) {
    std::vector<std::string> out;
    for (const auto& hit : must(store->search(text, hits_max))) out.push_back(hit.name);
    return out;
  }
};

using Names = std::vector<std::string>;

}  // namespace

// Both ways of searching must say the same, so each question is asked before the index is there and after.
TEST_CASE("search finds words in any order, the last one by its beginning") {
  People people;
  people.put_some();
  for (const bool indexed : {false, true}) {
    CAPTURE(indexed);
    if (indexed) people.store.make_ready();
    CHECK(must(people.store->search_ready()) == indexed);
    CHECK(people.names("king") == Names{"King & Sons", "Ada King", "Zoë Adams"});  // the name that begins with it first
    CHECK(people.names("ada k") == Names{"Ada King"});
    CHECK(people.names("k ada").empty());
    CHECK(people.names("king ada") ==
          Names{"Ada King"});  // "kingsley" only begins with king, and king isn't the last word
    CHECK(people.names("ada") == Names{"Adatum", "Ada King", "Zoë Adams"});
    CHECK(people.names("ada@") == people.names("ada"));
    CHECK(people.names("lovelace@analytical") == Names{"Ada King"});
    CHECK(people.names("zoe") == Names{"Zoë Adams"});
    CHECK(people.names("ZOË ad") == Names{"Zoë Adams"});
    CHECK(people.names("reykjavik") == Names{"King & Sons"});
    CHECK(people.names("o'neil") == Names{"Sean O\u2019Neil \u2013 Stone"});
    CHECK(people.names("O\u2019Neil stone") == Names{"Sean O\u2019Neil \u2013 Stone"});
    CHECK(people.names("555-01") == Names{"Adatum", "Ada King"});
    CHECK(people.names("425 555") == Names{"Ada King", "Zoë Adams"});  // with and without gaps
    CHECK(people.names("(425) 555-0177") == Names{"Zoë Adams"});
    CHECK(people.names("14255550100") == Names{"Ada King"});
    CHECK(people.names("dams").empty());
    CHECK(people.names("").empty());
    CHECK(people.names(" -@ ").empty());
    CHECK(people.names("ada AND king").empty());  // not a language, just words
    CHECK(people.names("\"ada\" OR *").empty());
    CHECK(people.names("ada", 2).size() == 2);
    CHECK(people.names("ada", 0).empty());
  }
}

TEST_CASE("a name that begins with the text comes first, however many others there are") {
  People people;
  for (std::uint64_t i = 0; i < kSearchCandidatesMax + 50; ++i)
    people.put(people.account, 100 + i,
               {{"name", "Wide " + std::to_string(i)}, {"address1_city", std::string("Kingston")}});
  people.put(people.contact, 1, {{"fullname", std::string("Kingston Smith")}});
  people.store.make_ready();
  CHECK(people.names("kingston", 5).front() == "Kingston Smith");
  CHECK(people.names("kings", 5).size() == 5);
  CHECK(people.names("w", 500).size() == kSearchHitsMax);
}

TEST_CASE("search follows changes, deletes, shadows and rows that take an old one's place") {
  People people;
  people.put_some();
  people.store.make_ready();
  people.put(people.contact, 1, {{"fullname", std::string("Ada Byron")}});
  CHECK(people.names("king") == Names{"King & Sons", "Zoë Adams"});
  CHECK(people.names("byron") == Names{"Ada Byron"});
  people.remove(people.account, 5);
  people.put(people.account, 6, {{"name", std::string("Successor")}});  // takes the rowid of the removed one
  CHECK(people.names("adatum").empty());
  CHECK(people.names("succ") == Names{"Successor"});
  people.store.write([&] {
    must(people.store->keep_shadow(people.contact, id_for_test(2)));
    must(people.store->set_visible(people.contact, id_for_test(2), std::nullopt));
  });
  CHECK(people.names("zoe").empty());
  people.store.write([&] { must(people.store->drop_shadow(people.contact, id_for_test(2))); });
  CHECK(people.names("zoe") == Names{"Zoë Adams"});
  people.store.verify();
}

// FTS5's detail=none with secure-delete loses the words of other rows in just this case (README); ours must not.
TEST_CASE("a word that goes and comes back in one transaction stays, for this row and the others") {
  People people;
  people.store.make_ready();
  for (std::uint64_t i = 1; i <= 50; ++i) people.put(people.account, i, {{"name", "Common " + std::to_string(i)}});
  people.store.write([&] {
    for (int round = 0; round < 3; ++round)
      for (std::uint64_t i = 1; i <= 50; i += 2)
        for (const char* name : {"Other", "Common", "Common Other"})
          must(people.store->set_mirror(
              people.account, id_for_test(i),
              Mirror{record_for_test(people.account, i, 2, {{"name", name + (" " + std::to_string(i))}}), {}}));
  });
  CHECK(people.names("common", 100).size() == 50);
  CHECK(people.names("other", 100).size() == 25);
  people.store.verify();
}

// Goal: nothing of a deleted or overwritten text stays in the file. The store isn't encrypted here, so the file can be searched.
// Many rows around, so that the words lie in segments that were merged.
TEST_CASE("deleted words leave the file") {
  People people;
  const auto put_crowd = [&](std::uint64_t from, std::uint64_t until) {
    people.store.write([&] {
      for (auto i = from; i < until; ++i)
        must(people.store->set_mirror(
            people.contact, id_for_test(i),
            Mirror{record_for_test(people.contact, i, 1, {{"fullname", "Crowd " + std::to_string(i * 7919)}}), {}}));
    });
  };
  put_crowd(1000, 3000);
  people.put(
      people.contact, 1,
      {{"fullname", std::string("Xylophagous Quixotry")}, {"emailaddress1", std::string("before@zugzwangs.example")}});
  put_crowd(3000, 4000);
  people.store.make_ready();
  people.put(
      people.contact, 2,
      {{"fullname", std::string("Xylophagous Syzygial")}, {"emailaddress1", std::string("after@zugzwangs.example")}});
  for (std::uint64_t i = 0; i < 30; ++i) put_crowd(4000 + i * 10, 4010 + i * 10);
  people.store.write([&] {
    must(people.store->keep_shadow(people.contact, id_for_test(2)));
    auto entry = OutboxEntry{};
    entry.change = {people.contact.number, id_for_test(2), model::ChangeKind::update, {}};
    entry.change.set(people.contact.find_column("jobtitle")->index, std::string("Zugzwangs keeper"));
    must(people.store->append(entry));
    must(people.store->stage_page("zugzwangs staged"));
  });
  const auto checkpoint = [&] {
    must(must(people.store.database().prepare("pragma wal_checkpoint(truncate)"))->run());
  };
  checkpoint();
  CHECK(to_lower_ascii(people.store.disk().bytes()).find("zugzwangs") != std::string::npos);

  people.remove(people.contact, 1);
  people.store.write([&] {
    must(people.store->set_mirror(people.contact, id_for_test(2), std::nullopt));
    for (const auto& entry : must(people.store->outbox())) must(people.store->remove(entry.position));
    must(people.store->drop_shadow(people.contact, id_for_test(2)));
    must(people.store->drop_staged_pages());
  });
  checkpoint();
  const auto bytes = to_lower_ascii(people.store.disk().bytes());
  // FTS5 leaves the beginning out that a word shares with the one before it, so endings are looked for.
  for (const char* word : {"lophagous", "quixotry", "ixotry", "syzygial", "zygial", "zugzwangs", "gzwangs"}) {
    CAPTURE(word);
    CHECK(bytes.find(word) == std::string::npos);
  }
  people.store.verify();
}

// The index against the scan over random rows and random questions.
TEST_CASE("the index and the scan find the same") {
  const char* pieces[] = {"ada", "adam", "king",   "kingston",         "zoë", "425",
                          "555", "4255", "o'neil", "ada@king.example", "-",   "\u2013"};
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    SeededRandom random(seed);
    const auto phrase = [&] {
      std::string out;
      for (auto left = 1 + random.below(3); left > 0; --left)
        out += (out.empty() ? "" : " ") + std::string(pieces[random.below(std::size(pieces))]);
      return out;
    };
    People people;
    for (std::uint64_t i = 0; i < 120; ++i)
      people.put(random.one_in(2) ? people.contact : people.account, i,
                 {{"emailaddress1", phrase()},
                  {"telephone1", std::to_string(random.below(3) * 425) + " " + std::to_string(random.below(1000))}});
    std::map<std::string, std::vector<RecordId>> scanned;
    const auto ask = [&](const std::string& question) {
      std::vector<RecordId> ids;
      for (const auto& hit : must(people.store->search(question, kSearchHitsMax))) ids.push_back(hit.record.id);
      return ids;
    };
    for (int i = 0; i < 60; ++i) scanned[phrase()];
    for (auto& [question, ids] : scanned) ids = ask(question);
    people.store.make_ready();
    for (const auto& [question, ids] : scanned) {
      CAPTURE(question);
      CHECK(ask(question) == ids);
    }
  }
}

}  // namespace satchel::device::store
