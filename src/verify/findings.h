// SPDX-License-Identifier: GPL-2.0-or-later
// How a verification collects what it finds. Private to src/.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "src/verify.h"

namespace lifereel {

/// "1 picture", "2 pictures".
std::string count_text(std::int64_t count, const char* one, const char* many);

/// Findings by the name of their check, and the checks in the order in which they are concluded.
class Findings {
 public:
  /// `report` must outlive this object; time codes are for `rate`.
  Findings(VerifyReport& report, Rational rate) : report_(report), rate_(rate) {}

  void error(const char* check, std::string sentence);
  void error(const char* check, std::int64_t first, std::int64_t last, std::string sentence);
  void error(const char* check, std::int64_t frame, std::string sentence);
  void warn(const char* check, std::optional<std::int64_t> frame, std::string sentence);

  /// Errors, more than those that were told, that only their number is known of.
  void count_untold(const char* check, std::int64_t errors) { counts_[check].untold += errors; }

  /// Ends a check; its verdict is that of its findings.
  void conclude(const char* check, std::string summary) { end(check, std::move(summary), false); }
  /// Likewise, of a check that has not been made.
  void leave_out(const char* check, std::string why) { end(check, std::move(why), true); }

 private:
  struct Count {
    std::int64_t errors = 0, warnings = 0, untold = 0;
  };

  void add(VerifySeverity severity, const char* check, std::optional<std::int64_t> first,
           std::optional<std::int64_t> last, std::string sentence);
  void end(const char* check, std::string summary, bool left_out);

  VerifyReport& report_;
  const Rational rate_;
  std::map<std::string, Count> counts_;
};

/// Events near each other, which make one finding.
class Streak {
 public:
  struct Stretch {
    std::int64_t first = 0, last = 0;  ///< frames
    std::int64_t events = 0;
    std::string text;  ///< of the first event
  };

  /// As errors of a check: the first event's text, and how many there are.
  static void tell(Findings& findings, const char* check, const Stretch& stretch);

  /// Events at most `reach` frames apart belong together.
  Streak(std::int64_t reach, std::function<void(const Stretch&)> tell)
      : reach_(reach), tell_(std::move(tell)) {}
  Streak(std::int64_t reach, Findings& findings, const char* check);

  void add(std::int64_t frame, std::int64_t events = 1, const std::string& text = {});
  void finish();

 private:
  std::int64_t reach_;
  std::function<void(const Stretch&)> tell_;
  Stretch stretch_;
  bool open_ = false;
};

}  // namespace lifereel
