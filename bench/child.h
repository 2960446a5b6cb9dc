// SPDX-License-Identifier: Apache-2.0
//
// Child: work in a process of its own, so that the memory of server and device is counted apart.
//
//   auto figures = TRY(in_child([&] { return first_sync(place); }));     // one answer, then it ends
//
//   auto server = TRY(Child::start([&](Child::Parent& parent) { return serve(folder, parent); }));
//   const auto where = TRY(server.hear());                               // what the child said
//   ...                                                                  // it ends when `server` does
//
// Always true: a child ends when its parent lets go of it, however the parent ends; what it says are lines of JSON.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <utility>

#include "base/json.h"
#include "base/result.h"

namespace satchel::bench {

class Child {
 public:
  // The child's view of who started it.
  class Parent {
   public:
    Parent(int out, int hold) : out_(out), hold_(hold) {}
    void say(const Json& json);
    // Comes back when the parent lets go.
    void wait_until_released();

   private:
    int out_;
    int hold_;
  };
  using Work = std::function<Result<void>(Parent&)>;

  // Call it while this process has one thread. Errors: io_error.
  static Result<Child> start(const Work& work);
  Child(Child&& other) noexcept
      : process_(std::exchange(other.process_, -1)),
        in_(std::exchange(other.in_, -1)),
        hold_(std::exchange(other.hold_, -1)),
        heard_(std::move(other.heard_)) {}
  Child& operator=(Child&&) = delete;
  // Lets go, and waits for the end.
  ~Child();

  // What it says next. Errors: its own, or internal when it ended without a word.
  Result<Json> hear();

 private:
  Child(pid_t process, int in, int hold) : process_(process), in_(in), hold_(hold) {}

  pid_t process_;
  int in_;
  int hold_;
  std::string heard_;
};

// The answer has "peak_kb" in it: the most memory that the child had.
Result<Json> in_child(const std::function<Result<Json>()>& work);

// The most memory that this process had so far, in KiB. 0 where the system doesn't tell.
std::int64_t peak_memory_kb();
// The processor time that this process used so far, of all threads, in milliseconds.
double cpu_milliseconds();

}  // namespace satchel::bench
