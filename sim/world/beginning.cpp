// SPDX-License-Identifier: Apache-2.0
#include "sim/world/beginning.h"

#include "base/json.h"
#include "device/store/store.h"
#include "edge/sqlite/database.h"
#include "edge/sqlite/maintenance.h"
#include "odata/record_json.h"

namespace satchel::sim {
namespace {

constexpr const char* kAdministrator = "admin";
constexpr std::uint64_t kSeedOfBeginning = 0xbe61;

edge::sqlite::Profile profile_of(FileKind kind) {
  return kind == FileKind::server ? edge::sqlite::Profile::server : edge::sqlite::Profile::device;
}

class Maker {
 public:
  Result<Beginning> make() {
    made_.server_file = TRY(empty_file(FileKind::server));
    service_ = TRY(server::service::Service::open(*made_.server_file, model::Schema::standard(), hasher_, random_, log_,
                                                  server::service::ServiceOptions{}));
    TRY(server::service::create_organization(*service_, *made_.server_file, {"Simulated", kAdministrator, kPassword},
                                             random_, kStart));
    const auto admin = TRY(sign_in_admin(*service_, kStart));
    token_ = admin.token;
    made_.unit = admin.unit;
    made_.admin = admin.admin;
    TRY(add_profile());
    TRY(add_team());
    for (int i = 0; i < 3; ++i) TRY(add_user("user" + std::to_string(i)));
    made_.device_file = TRY(empty_file(FileKind::device));
    TRY(device::store::DeviceStore::open(*made_.device_file, model::Schema::standard()));
    return std::move(made_);
  }

 private:
  Result<void> post(const std::string& set, const std::string& body) {
    const auto answer = ask_as(*service_, token_, "POST", set, body, {}, kStart);
    if (answer.status >= 300) return odata::read_error(answer.status, answer.body);
    return {};
  }

  // Everybody works with offline sync, in every table (E1).
  Result<void> add_profile() {
    made_.profile = new_id<RecordId>(random_, kStart);
    return post("mobileofflineprofiles", "{\"mobileofflineprofileid\":\"" + made_.profile.to_string() +
                                             "\",\"name\":\"Field\",\"published\":true}");
  }

  Result<void> add_team() {
    made_.team = new_id<RecordId>(random_, kStart);
    return post("teams", "{\"teamid\":\"" + made_.team.to_string() +
                             "\",\"name\":\"Team\",\"businessunitid@odata.bind\":\"" +
                             bind("businessunits", made_.unit) + "\",\"administratorid@odata.bind\":\"" +
                             bind("systemusers", made_.admin) + "\"}");
  }

  Result<void> add_user(const std::string& name) {
    const auto id = new_id<RecordId>(random_, kStart);
    TRY(post("systemusers", "{\"systemuserid\":\"" + id.to_string() + "\",\"domainname\":\"" + name +
                                "\",\"firstname\":\"U\",\"lastname\":\"" + name +
                                "\",\"businessunitid@odata.bind\":\"" + bind("businessunits", made_.unit) +
                                "\",\"mobileofflineprofileid@odata.bind\":\"" +
                                bind("mobileofflineprofiles", made_.profile) + "\"}"));
    auto transaction = TRY(sql::Transaction::begin(*made_.server_file));
    TRY(service_->sessions().set_password(id, kPassword));
    TRY(service_->sessions().set_roles(id, {server::access::Role::salesperson}));
    TRY(transaction.commit());
    made_.users.push_back(id);
    return {};
  }

  SeededRandom random_{kSeedOfBeginning};
  PlainHasher hasher_;
  NullLog log_;
  Beginning made_;
  std::unique_ptr<server::service::Service> service_;
  std::string token_;
};

}  // namespace

Result<std::unique_ptr<sql::Database>> empty_file(FileKind kind) {
  return edge::sqlite::open({.path = ":memory:", .profile = profile_of(kind)});
}

Result<std::unique_ptr<sql::Database>> copy_of(sql::Database& file, FileKind kind) {
  auto copy = TRY(empty_file(kind));
  TRY(edge::sqlite::copy_into(file, *copy));
  return copy;
}

Result<Beginning> Beginning::make() { return Maker().make(); }

Beginning* Beginning::shared(std::string& why) {
  static auto made = make();
  if (made) return &*made;
  why = made.error().message;
  return nullptr;
}

Result<AdminToken> sign_in_admin(server::service::Service& service, Instant now) {
  Request request;
  request.method = "POST";
  request.target = "/oauth2/token";
  request.headers.set("Content-Type", "application/x-www-form-urlencoded");
  request.body = std::string("grant_type=password&client_id=sim&username=") + kAdministrator + "&password=" + kPassword;
  const auto token = TRY(Json::parse(service.handle(request, now).body));
  const auto unit = RecordId::parse(token.string_at("business_unit_id"));
  const auto admin = RecordId::parse(token.string_at("user_id"));
  if (!unit || !admin) return Error{ErrorCode::internal, "The administrator can't sign in."};
  return AdminToken{std::string(token.string_at("access_token")), *unit, *admin};
}

Response ask_as(server::service::Service& service, const std::string& token, const std::string& method,
                const std::string& target, const std::string& body, Headers headers, Instant now) {
  Request request;
  request.method = method;
  request.target = "/api/data/v9.2/" + target;
  request.headers = std::move(headers);
  request.headers.set("Authorization", "Bearer " + token);
  request.headers.set("Content-Type", "application/json");
  request.body = body;
  return service.handle(request, now);
}

std::string bind(const std::string& set, RecordId id) { return "/" + set + "(" + id.to_string() + ")"; }

}  // namespace satchel::sim
