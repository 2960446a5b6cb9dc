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
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/error.h"

namespace satchel {

// A failure on its way up: an Error on the heap, so that a Result is hardly larger than its value, and handing a failure on
// moves a pointer. There are more than a thousand such places in the device, and phones download each.
class Failure {
 public:
  explicit Failure(Error error);
  Failure(const Failure& other);
  Failure(Failure&& other) noexcept : error_(std::exchange(other.error_, nullptr)) {}
  Failure& operator=(Failure other) noexcept {
    std::swap(error_, other.error_);
    return *this;
  }
  ~Failure() {
    if (error_ != nullptr) destroy(error_);
  }

  Error& error() const {
    assert(error_ != nullptr);  // Not after it was moved away.
    return *error_;
  }

 private:
  static void destroy(Error* error) noexcept;

  Error* error_;
};

template <class T>
class [[nodiscard]] Result {
 public:
  using Value = T;

  Result(T value) : ok_(true) { std::construct_at(&value_, std::move(value)); }
  Result(Error error) : Result(Failure(std::move(error))) {}
  Result(Failure failure) noexcept : ok_(false) { std::construct_at(&failure_, std::move(failure)); }
  template <class U>
    requires(std::is_convertible_v<U, T> && !std::is_same_v<std::decay_t<U>, Error> &&
             !std::is_same_v<std::decay_t<U>, T> && !std::is_same_v<std::decay_t<U>, Failure> &&
             !std::is_same_v<std::decay_t<U>, Result<T>>)
  Result(U&& value) : ok_(true) {
    std::construct_at(&value_, std::forward<U>(value));
  }

  Result(const Result& other)
    requires std::is_copy_constructible_v<T>
      : ok_(other.ok_) {
    if (ok_) std::construct_at(&value_, other.value_);
    else std::construct_at(&failure_, other.failure_);
  }
  Result(Result&& other) noexcept : ok_(other.ok_) {
    if (ok_) std::construct_at(&value_, std::move(other.value_));
    else std::construct_at(&failure_, std::move(other.failure_));
  }
  Result& operator=(Result other) noexcept {
    std::destroy_at(this);
    return *std::construct_at(this, std::move(other));
  }
  ~Result() {
    if (ok_) std::destroy_at(&value_);
    else std::destroy_at(&failure_);
  }

  bool ok() const { return ok_; }
  explicit operator bool() const { return ok_; }

  T& value() & {
    assert(ok_);
    return value_;
  }
  const T& value() const& {
    assert(ok_);
    return value_;
  }
  T&& value() && {
    assert(ok_);
    return std::move(value_);
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const& {
    assert(!ok_);
    return failure_.error();
  }
  Error&& error() && {
    assert(!ok_);
    return std::move(failure_.error());
  }
  Failure&& failure() && {
    assert(!ok_);
    return std::move(failure_);
  }

 private:
  bool ok_;
  union {
    T value_;
    Failure failure_;
  };
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using Value = void;

  Result() = default;
  Result(Error error) : failure_(std::in_place, std::move(error)) {}
  Result(Failure failure) noexcept : failure_(std::move(failure)) {}

  bool ok() const { return !failure_.has_value(); }
  explicit operator bool() const { return ok(); }
  void value() const { assert(ok()); }
  void operator*() const { assert(ok()); }
  const Error& error() const& {
    assert(!ok());
    return failure_->error();
  }
  Error&& error() && {
    assert(!ok());
    return std::move(failure_->error());
  }
  Failure&& failure() && {
    assert(!ok());
    return *std::move(failure_);
  }

 private:
  std::optional<Failure> failure_;
};

}  // namespace satchel

// The value of a Result, or an early return of its Error from the enclosing function (which returns a Result too).
// A statement expression of gcc and clang: the two compilers of this project both have it. Each use has a variable of
// its own name, so that TRY may stand inside the argument of TRY.
// Never write it behind another member in an aggregate's braces, `Pair{a, TRY(b())}`: gcc 12 forgets to destroy `a` when TRY
// returns. In the arguments of a function or constructor it's right.
#define TRY(...) SATCHEL_TRY_NAMED(SATCHEL_TRY_NAME(__COUNTER__), __VA_ARGS__)
#define SATCHEL_TRY_NAME(number) SATCHEL_TRY_JOIN(try_result_, number)
#define SATCHEL_TRY_JOIN(name, number) name##number
#define SATCHEL_TRY_NAMED(result, ...)                    \
  __extension__({                                         \
    auto result = (__VA_ARGS__);                          \
    if (!result.ok()) return std::move(result).failure(); \
    std::move(result).value();                            \
  })
