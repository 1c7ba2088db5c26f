// SPDX-License-Identifier: GPL-2.0-or-later
// Programs of others that are at work for us. Private to src/.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lifereel {

/// It could not be started, failed, or was ended by somebody else.
struct ProgramFailure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A number as programs write it, with a point, whatever the locale here; nothing for other text.
std::optional<double> told_number(std::string_view text);

class ExternalProgram {
 public:
  /// Found on the PATH, in folders that begin with a slash. Throws std::runtime_error, which names
  /// the Debian package it is in, where it is not.
  ExternalProgram(std::string name, const std::string& package);

  /// Whether one of this name is on the PATH.
  static bool is_installed(const std::string& name);

  struct Run {
    std::vector<std::string> arguments;
    std::string folder;  ///< to work in; empty: this process's
    /// Beside this process's, of which LC_ALL and TZ are replaced.
    std::vector<std::pair<std::string, std::string>> environment;
    /// Every line it writes, on either output unless `output` takes one; ends at carriage returns,
    /// too.
    std::function<void(std::string_view)> line;
    /// All it writes on standard output, as bytes; may be empty.
    std::function<void(std::span<const std::uint8_t>)> output;
    /// The last line of which this is true goes into the sentence of a failure; empty: the last one
    /// of all.
    std::function<bool(std::string_view)> is_reason;
    /// Called ten times a second, whatever it writes; may be empty.
    std::function<void()> tick;
    /// Between asking it to end and ending it.
    std::chrono::milliseconds patience = std::chrono::seconds(2);
  };

  /// Runs it without a shell, in a process group of its own and with nothing on standard input,
  /// until it ends; one that says nothing is waited for, too. Where `cancel`, which may be nullptr,
  /// becomes true or a callback throws, the whole group is ended first. Throws ProgramFailure,
  /// Cancelled, and what a callback throws. Where this process is killed, what it writes next ends
  /// it, for nobody reads it.
  void run(const Run& run, const std::atomic<bool>* cancel) const;

  const std::string& name() const noexcept { return name_; }

 private:
  std::string name_, path_;
};

}  // namespace lifereel
