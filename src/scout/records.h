// SPDX-License-Identifier: GPL-2.0-or-later
// What was measured, on disk. Private to src/scout/.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/scout/observer.h"

namespace lifereel {

/// A run of a seed for so many frames.
struct RunKey {
  std::uint64_t seed = 0;
  std::int64_t frames = 0;
  auto operator<=>(const RunKey&) const = default;
};

/// A line of a file of records, without its end: numbers, and a checksum of them.
std::string print_record(const RunKey& key, const ObservedRun& run);
/// Nothing where that is no record, or a damaged one.
std::optional<std::pair<RunKey, ObservedRun>> parse_record(std::string_view line);

/// Numbers with a blank before each, in an order of our own, for records and runs on their way.
void print_measures(std::string& text, const ScoutMeasures& measures);
bool parse_measures(std::string_view& text, ScoutMeasures& measures);

/// All records in a folder: every file "records-*.txt".
class Records {
 public:
  /// Reads them. Lines that are damaged or cut short do not count. Throws std::runtime_error: a
  /// file cannot be read, or two records of the same run differ.
  explicit Records(const std::string& folder);

  const ObservedRun* find(const RunKey& key) const;
  void add(const RunKey& key, const ObservedRun& run);
  int damaged_lines() const noexcept { return damaged_; }

 private:
  std::map<RunKey, ObservedRun> runs_;
  int damaged_ = 0;
};

/// Appends whole lines to a file of records, each on disk when append() returns. Not thread-safe.
class RecordWriter {
 public:
  /// What a kill has cut short there is cut off. Throws TryAgain when another process writes it,
  /// std::runtime_error (disk).
  explicit RecordWriter(const std::string& path);
  ~RecordWriter();
  RecordWriter(const RecordWriter&) = delete;
  RecordWriter& operator=(const RecordWriter&) = delete;
  /// Throws std::runtime_error.
  void append(const std::string& line);

 private:
  const std::string path_;
  int fd_ = -1;
};

}  // namespace lifereel
