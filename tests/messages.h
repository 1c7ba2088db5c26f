// SPDX-License-Identifier: GPL-2.0-or-later
// What calls throw, as text.
#pragma once

#include <exception>
#include <functional>
#include <stdexcept>
#include <string>

namespace lifereel::test {

/// The message of what `call` throws; empty when it throws nothing.
inline std::string error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  return {};
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// What a call throws as std::invalid_argument, and nothing else; empty when it does not.
inline std::string refusal_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

}  // namespace lifereel::test
