// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace lifereel {

/// What a sequence of pictures has beside them while it is made: a text file that says of which job
/// they are, so that a sequence that was stopped resumes behind the last of them. A picture is of
/// that job when its file is newer than the record.
class PictureRecord {
 public:
  /// Of the sequence `output`, film%05d.png.
  explicit PictureRecord(const std::string& output);

  bool is_there() const;
  /// Throws std::invalid_argument where there is a record of another job.
  void check_job(const std::string& job) const;
  /// Pictures that are there, from 0 without a gap, of at most so many.
  std::int64_t pictures_kept(std::int64_t frames) const;
  /// Throws std::runtime_error.
  void make(const std::string& job) const;
  void remove() const noexcept;

 private:
  const std::string output_, path_;
};

}  // namespace lifereel
