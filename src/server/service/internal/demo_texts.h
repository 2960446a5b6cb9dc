// SPDX-License-Identifier: Apache-2.0
//
// The words of the demo organisation, all our own. It sells scanners, tablets, printers and sensors for warehouses and
// field crews, with the services around them.
//
// Changing a list changes every demo record behind it, and with them the sums that tests compare.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace satchel::server::service::demo {

using Words = std::span<const std::string_view>;

// ---- people and places (demo_names.cpp) ------------------------------------------------------------------------------

extern const Words kFirstNames, kLastNames, kJobTitles, kDepartments, kStreets;

// "Harrow", "Lindqvist": a company's name is one of these and a trade's word.
extern const Words kCompanyNames;
struct Trade {
  std::string_view word;      // "Logistics"
  std::int64_t industry = 0;  // industrycode
};
extern const std::span<const Trade> kTrades;

struct City {
  std::string_view name, state, country;
  std::string_view dial;    // "+1 206"
  std::string_view postal;  // # a digit, @ a letter
  int currency = 0;         // 0 USD, 1 EUR, 2 GBP
};
extern const std::span<const City> kCities;

// ---- sales and service (demo_texts.cpp) -------------------------------------------------------------------------------
// In texts {company}, {first}, {product}, {city}, {number} and {quarter} stand for what the record is about.

extern const Words kAccountNotes, kContactNotes;
extern const Words kTopics, kNeeds, kSolutions, kLeadTopics;
extern const Words kTasks, kCalls, kMeetings, kPlaces, kMails, kMailSentences;
extern const Words kNoteTitles, kNoteSentences;

struct Problem {
  std::string_view title, description;
  std::int64_t type = 0;  // casetypecode: 1 question, 2 problem, 3 request
};
extern const std::span<const Problem> kProblems;

struct Product {
  std::string_view name, number, description;
  std::int64_t price = 0;  // USD
  int family = 0;          // place in kFamilies
};
extern const Words kFamilies;
extern const std::span<const Product> kProducts;

struct Competitor {
  std::string_view name, product, strengths, weaknesses, overview;
};
extern const std::span<const Competitor> kCompetitors;

}  // namespace satchel::server::service::demo
