// SPDX-License-Identifier: GPL-2.0-or-later
// A process that was started, and what it writes. Private to src/.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace lifereel {

/// Leads a process group of its own, which ends with this object.
class ChildProcess {
 public:
  using Environment = std::vector<std::pair<std::string, std::string>>;

  /// `words` include its name. `patience`: between asking it to end and ending it. Throws
  /// ProgramFailure.
  ChildProcess(const std::string& path, const std::vector<std::string>& words,
               const Environment& environment, const std::string& folder,
               std::chrono::milliseconds patience);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Waits for that long for something to be read. False once both outputs are at their end.
  bool wait_for_output(int milliseconds);
  /// What there is at present; valid until the next call.
  std::span<const std::uint8_t> read_output() { return read(output_); }
  std::span<const std::uint8_t> read_errors() { return read(errors_); }

  /// Waits for that long for its end. `failure` is then why that was none of success, "failed with
  /// status 1", or empty.
  bool ended(int milliseconds, std::string& failure);

 private:
  struct Pipe {
    int read_end = -1, write_end = -1;
    bool ready = false;

    Pipe() = default;
    ~Pipe() { close(); }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    void open();
    void close();
  };

  std::span<const std::uint8_t> read(Pipe& pipe);
  void end_group() noexcept;

  const std::chrono::milliseconds patience_;
  pid_t pid_ = -1;  ///< -1 when it has been waited for
  Pipe output_, errors_;
  std::vector<std::uint8_t> buffer_;
};

}  // namespace lifereel
