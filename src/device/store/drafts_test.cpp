// SPDX-License-Identifier: Apache-2.0
//
// Drafts, uses and known names in the store: what is kept, what an older store and a damaged one have.
#include <doctest/doctest.h>

#include "device/store/internal/store_for_test.h"
#include "device/store/limits.h"
#include "device/store/store.h"

namespace satchel::device::store {
namespace {

using model::ChangeKind;
using model::Reference;
using model::Value;

Draft draft_of(const model::Table& table, std::uint64_t id, const char* name) {
  Draft draft;
  draft.change = {table.number, id_for_test(id), ChangeKind::create, {}};
  draft.change.set(*table.primary_name, Value(std::string(name)));
  draft.created_at = draft.changed_at = Instant{1'000};
  return draft;
}

TEST_CASE("D1: drafts are kept with everything that is known of them, the oldest first") {
  StoreForTest store;
  const auto& account = store.table("account");
  auto full = draft_of(account, 1, "Contoso");
  full.related = Reference{TableNumber(2), id_for_test(9)};
  full.saving = OutboxPosition(7);
  full.changed_since = true;
  full.reason_code = "bad_value";
  full.reason = "The name is taken.";
  full.reason_target = "name";
  full.retired = {{"gone", "Words"}};
  store.write([&] {
    must(store->add_draft(full));
    must(store->add_draft(draft_of(account, 2, "Fabrikam")));
  });
  store.reopen();
  const auto drafts = must(store->drafts());
  REQUIRE(drafts.size() == 2);
  CHECK(drafts[0].change == full.change);
  CHECK(drafts[0].related == full.related);
  CHECK(drafts[0].saving == full.saving);
  CHECK(drafts[0].changed_since);
  CHECK(drafts[0].reason == full.reason);
  CHECK(drafts[0].retired == full.retired);
  CHECK(drafts[1].change.id == id_for_test(2));
  CHECK_FALSE(drafts[1].saving);
  CHECK(must(store->draft_count()) == 2);
  store.verify();
}

TEST_CASE("D4: a draft isn't among the records that lists, search and lookups show") {
  StoreForTest store;
  store.make_ready();
  const auto& account = store.table("account");
  store.write([&] { must(store->add_draft(draft_of(account, 1, "Contoso"))); });
  query::Query all;
  all.table = account.number;
  CHECK(must(store->list(all)).records.empty());
  CHECK(must(store->search("contoso", 10)).empty());
  CHECK_FALSE(must(store->find(account, id_for_test(1))));
}

TEST_CASE("D1: an id has one draft, and there is a limit to drafts") {
  StoreForTest store;
  const auto& account = store.table("account");
  store.write([&] {
    must(store->add_draft(draft_of(account, 1, "Contoso")));
    CHECK(store->add_draft(draft_of(account, 1, "Again")).error().code == ErrorCode::exists);
    for (std::uint64_t id = 2; id <= kDraftsMax; ++id) must(store->add_draft(draft_of(account, id, "More")));
    CHECK(store->add_draft(draft_of(account, kDraftsMax + 1, "Too much")).error().code == ErrorCode::outbox_full);
    CHECK(store->update_draft(draft_of(account, kDraftsMax + 1, "Nowhere")).error().code == ErrorCode::not_found);
  });
}

TEST_CASE("a draft that can't be read says so and leaves the others readable") {
  StoreForTest store;
  const auto& account = store.table("account");
  store.write([&] {
    for (std::uint64_t id = 1; id <= 3; ++id) must(store->add_draft(draft_of(account, id, "Contoso")));
    must(store.database().execute("update draft set body = substr(body, 1, 9) where number = 2"));
  });
  const auto drafts = must(store->drafts());
  REQUIRE(drafts.size() == 3);
  CHECK_FALSE(drafts[0].is_damaged);
  CHECK(drafts[1].is_damaged);
  CHECK(drafts[1].change.id == id_for_test(2));
  CHECK(drafts[2].change == draft_of(account, 3, "Contoso").change);
  CHECK(store->draft(id_for_test(2)).error().code == ErrorCode::store_damaged);
  store.write([&] {
    const auto verified = store->verify();
    REQUIRE_FALSE(verified.ok());
    CHECK(verified.error().message.find(id_for_test(2).to_string()) != std::string::npos);
    must(store->remove_draft(id_for_test(2)));
    must(store->verify());
  });
}

TEST_CASE("C1: the latest use comes first, and a clock that was set back makes none older") {
  StoreForTest store;
  store.make_ready();
  const auto& account = store.table("account");
  const Reference first{account.number, id_for_test(1)}, second{account.number, id_for_test(2)};
  store.write([&] {
    must(store->set_mirror(account, first.id,
                           Mirror{record_for_test(account, 1, 5, {{"name", Value(std::string("A"))}}), {}}));
    must(store->note_use(first, Instant{2'000}));
    must(store->note_use(second, Instant{1'000}));
    must(store->note_use(first, Instant{500}));
  });
  const auto uses = must(store->uses());
  REQUIRE(uses.size() == 2);
  CHECK(uses[0].record == first);
  CHECK(uses[0].used_at == Instant{2'000});
  CHECK(uses[0].bytes > 0);
  CHECK(uses[1].bytes == 0);
  store.write([&] { must(store->confirm_use(first, Instant{3'000}, false)); });
  CHECK(must(store->use(first.id))->confirmed_at == Instant{3'000});
  CHECK(must(store->cache_size()).rows == 2);
  store.write([&] { must(store->drop_use(first.id)); });
  CHECK_FALSE(must(store->has_use(first.id)));
}

TEST_CASE("C4: watched rows were confirmed with all of them, up to the end of their watch") {
  StoreForTest store;
  store.make_ready();
  const Reference first{TableNumber(2), id_for_test(1)}, second{TableNumber(1), id_for_test(2)};
  const auto confirmed = [&](const Reference& record) { return must(store->use(record.id))->confirmed_at; };
  store.write([&] {
    for (const auto& record : {first, second}) must(store->note_use(record, Instant{1'000}));
    must(store->confirm_use(first, Instant{2'000}, true));
    must(store->confirm_use(second, Instant{2'000}, false));
    must(store->confirm_watched(Instant{3'000}));
  });
  CHECK(confirmed(first) == Instant{3'000});
  CHECK(confirmed(second) == Instant{2'000});
  CHECK(must(store->uses_to_name()).size() == 1);
  CHECK(must(store->oldest_use()) == Instant{1'000});
  store.write([&] {
    CHECK_FALSE(must(store->end_watch(second.id)));
    CHECK_FALSE(must(store->end_watch(second.table)));
    CHECK(must(store->end_watch(first.table)));
    must(store->confirm_watched(Instant{4'000}));
  });
  CHECK(confirmed(first) == Instant{3'000});
  CHECK(must(store->uses_to_name()).size() == 2);
  store.write([&] {
    must(store->set_pin(first, true, Instant{5'000}));
    must(store->confirm_use(first, Instant{5'000}, true));
  });
  CHECK(must(store->uses_to_name()).size() == 2);  // a pinned one is asked for in sync tables too
  CHECK(must(store->oldest_use()) == Instant{1'000});
}

TEST_CASE("C1: a name that only a cached row knows is shown, and goes with the row's use") {
  StoreForTest store;
  const auto& account = store.table("account");
  const Reference there{account.number, id_for_test(8)};
  const std::vector<DeviceStore::KnownName> names{{there, "Fabrikam"}};
  store.write([&] {
    must(store->note_use({TableNumber(2), id_for_test(1)}, Instant{1}));
    must(store->know_names(id_for_test(1), names));
  });
  CHECK(store->name_of(there) == "Fabrikam");
  store.write([&] { must(store->drop_use(id_for_test(1))); });
  CHECK(store->name_of(there).empty());
}

TEST_CASE("an older store gets drafts and uses, and keeps what it has") {
  StoreForTest store;
  store.make_ready();
  const auto& account = store.table("account");
  store.write([&] {
    must(store->set_setting("cursor", "sealed"));
    must(store->set_mirror(account, id_for_test(1),
                           Mirror{record_for_test(account, 1, 5, {{"name", Value(std::string("A"))}}), {}}));
    must(
        store.database().execute("drop table draft; drop table use; drop table known_name; "
                                 "update meta set value = '1' where name = 'format'"));
  });
  store.reopen();
  CHECK(must(store->find(account, id_for_test(1))));
  CHECK(must(store->drafts()).empty());
  store.write([&] { must(store->add_draft(draft_of(account, 2, "Contoso"))); });
  store.reopen();
  CHECK(must(store->draft_count()) == 1);
  store.verify();
}

TEST_CASE("Q6, C6: an older store gets pins and the watch, and keeps its uses") {
  StoreForTest store;
  const Reference first{store.table("account").number, id_for_test(1)};
  store.write([&] { must(store->note_use(first, Instant{7'000})); });
  for (const auto* without : {"alter table use drop column pinned; update meta set value = '2' where name = 'format'",
                              "update meta set value = '3' where name = 'format'"}) {
    store.write([&] {
      must(
          store.database().execute("drop index use__to_name; drop index use__unpinned; alter table use drop column "
                                   "watched"));
      must(store.database().execute(without));
    });
    store.reopen();
    CHECK(must(store->use(first.id))->used_at == Instant{7'000});
    CHECK_FALSE(must(store->use(first.id))->pinned);
    CHECK(must(store->uses_to_name()).size() == 1);
  }
  store.write([&] { must(store->set_pin(first, true, Instant{8'000})); });
  store.reopen();
  CHECK(must(store->use(first.id))->pinned);
  CHECK(must(store->use(first.id))->used_at == Instant{7'000});
  CHECK(must(store->cache_size()).rows == 0);
}

TEST_CASE("Q6: as many records may be pinned as one pull may name") {
  StoreForTest store;
  const auto number = store.table("account").number;
  store.write([&] {
    for (std::uint64_t id = 1; id <= kPinsMax; ++id) must(store->set_pin({number, id_for_test(id)}, true, Instant{1}));
    must(store->set_pin({number, id_for_test(1)}, true, Instant{1}));  // again: nothing more
    const auto refused = store->set_pin({number, id_for_test(kPinsMax + 1)}, true, Instant{1});
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code == ErrorCode::too_large);
    must(store->set_pin({number, id_for_test(1)}, false, Instant{1}));
    must(store->set_pin({number, id_for_test(kPinsMax + 1)}, true, Instant{1}));
  });
}

TEST_CASE("D3: nothing of drafts and uses is left after a sign-out") {
  StoreForTest store;
  const auto& account = store.table("account");
  store.write([&] {
    must(store->add_draft(draft_of(account, 1, "Xylophone")));
    must(store->note_use({account.number, id_for_test(2)}, Instant{1}));
    must(store->know_names(id_for_test(2),
                           std::vector<DeviceStore::KnownName>{{{account.number, id_for_test(3)}, "Zyxwv"}}));
  });
  store.write([&] { must(store->erase()); });
  must(store->compact());
  CHECK(must(store->draft_count()) == 0);
  CHECK(must(store->uses()).empty());
  CHECK(store.disk().bytes().find("Xylophone") == std::string::npos);
  CHECK(store.disk().bytes().find("Zyxwv") == std::string::npos);
}

}  // namespace
}  // namespace satchel::device::store
