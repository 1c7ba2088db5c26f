// SPDX-License-Identifier: GPL-2.0-or-later
// A title set's video objects, sector by sector. Private to src/.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "encoders/dvd/dvd_check.h"
#include "encoders/dvd/navigation_pack.h"
#include "encoders/dvd/unit_scanner.h"
#include "src/image/spanned_file.h"
#include "src/verify/findings.h"

namespace lifereel {

/// A navigation pack, and where it is.
struct ObjectUnit {
  std::int64_t sector = 0;
  NavigationPack pack;
  std::optional<std::int64_t> first_picture_90khz;
};

/// Shows MPEG-2 video, which comes in pieces, to the rules of DVD-Video picture by picture.
class PictureFeed {
 public:
  explicit PictureFeed(DiscTarget target) : check_(target) {}

  /// Sentences about what is wrong, each with the number of its picture.
  std::vector<std::string> add(std::span<const std::uint8_t> video);
  std::vector<std::string> finish();

  std::int64_t pictures() const noexcept { return pictures_; }
  const DvdCheck& check() const noexcept { return check_; }

 private:
  void see(std::size_t bytes, std::vector<std::string>& faults);

  DvdCheck check_;
  std::unique_ptr<UnitScanner> scanner_ = make_picture_scanner();
  std::vector<std::uint8_t> bytes_;  // from the begin of the present picture on
  std::int64_t begin_ = -1;          // of that, in the stream; below 0: none has begun
  std::int64_t end_ = 0;             // of the stream so far
  std::int64_t pictures_ = 0;
};

/// Reads every sector: the check "packs".
class ObjectUnits {
 public:
  enum class Kind : std::uint8_t { navigation, video, sound, other };

  ObjectUnits(std::string name, DiscTarget standard) : name_(std::move(name)), feed_(standard) {}

  /// `ask` is called now and then with the sectors done; what it throws ends it.
  void read(const SpannedFile& vobs, Findings& findings,
            const std::function<void(std::int64_t)>& ask);

  std::int64_t sectors() const noexcept { return static_cast<std::int64_t>(kinds_.size()); }
  const std::vector<ObjectUnit>& units() const noexcept { return units_; }
  bool begins_at(std::int64_t sector) const { return is(sector, Kind::navigation); }
  bool is(std::int64_t sector, Kind kind) const {
    return sector >= 0 && sector < sectors() && kinds_[static_cast<std::size_t>(sector)] == kind;
  }
  const PictureFeed& pictures() const noexcept { return feed_; }

 private:
  void see(std::int64_t sector, std::span<const std::uint8_t> data, Findings& findings);

  const std::string name_;
  PictureFeed feed_;
  std::vector<Kind> kinds_;  // of every sector
  std::vector<ObjectUnit> units_;
};

}  // namespace lifereel
