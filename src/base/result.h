// SPDX-License-Identifier: Apache-2.0
//
// Result<T>: a value, or the Error that stood in its way.
//
//   Result<Seq> apply(const RecordChange& change) {
//     auto transaction = TRY(Transaction::begin(database_));
//     TRY(transaction.execute(...));
//     return seq;
//   }
//
// What the world can cause comes back as a Result; what only a bug can cause is an assert.
#pragma once

#include <cassert>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/error.h"

namespace satchel {

template <class T>
class [[nodiscard]] Result {
 public:
  using Value = T;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}
  template <class U>
    requires(std::is_convertible_v<U, T> && !std::is_same_v<std::decay_t<U>, Error> &&
             !std::is_same_v<std::decay_t<U>, T> && !std::is_same_v<std::decay_t<U>, Result<T>>)
  Result(U&& value) : state_(std::in_place_index<0>, std::forward<U>(value)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    assert(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const& {
    assert(!ok());
    return *std::get_if<1>(&state_);
  }
  Error&& error() && {
    assert(!ok());
    return std::move(*std::get_if<1>(&state_));
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using Value = void;

  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  void value() const { assert(ok()); }
  void operator*() const { assert(ok()); }
  const Error& error() const& {
    assert(!ok());
    return *error_;
  }
  Error&& error() && {
    assert(!ok());
    return std::move(*error_);
  }

 private:
  std::optional<Error> error_;
};

}  // namespace satchel

// The value of a Result, or an early return of its Error from the enclosing function (which returns a Result too).
// A statement expression of gcc and clang: the two compilers of this project both have it. Each use has a variable of
// its own name, so that TRY may stand inside the argument of TRY.
#define TRY(...) SATCHEL_TRY_NAMED(SATCHEL_TRY_NAME(__COUNTER__), __VA_ARGS__)
#define SATCHEL_TRY_NAME(number) SATCHEL_TRY_JOIN(try_result_, number)
#define SATCHEL_TRY_JOIN(name, number) name##number
#define SATCHEL_TRY_NAMED(result, ...)                  \
  __extension__({                                       \
    auto result = (__VA_ARGS__);                        \
    if (!result.ok()) return std::move(result).error(); \
    std::move(result).value();                          \
  })
