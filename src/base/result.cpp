// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

namespace satchel {

Failure::Failure(Error error) : error_(new Error(std::move(error))) {}

Failure::Failure(const Failure& other) : error_(other.error_ != nullptr ? new Error(*other.error_) : nullptr) {}

void Failure::destroy(Error* error) noexcept { delete error; }

}  // namespace satchel
