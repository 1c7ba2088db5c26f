// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/verify/findings.h"

#include <algorithm>
#include <utility>

#include "src/text/format.h"
#include "src/text/time_code.h"
#include "src/verify/frame_clock.h"

namespace lifereel {
namespace {

constexpr std::int64_t told_of_a_check = 32;

/// What a file claims must neither reach a terminal as it is nor break JSON.
std::string printable(std::string text) {
  for (char& c : text)
    if (c < 0x20 || c > 0x7e) c = '?';
  return text;
}

}  // namespace

std::string count_text(std::int64_t count, const char* one, const char* many) {
  return format("%lld ", static_cast<long long>(count)) + (count == 1 ? one : many);
}

void Findings::error(const char* check, std::string sentence) {
  add(VerifySeverity::error, check, {}, {}, std::move(sentence));
}

void Findings::error(const char* check, std::int64_t first, std::int64_t last,
                     std::string sentence) {
  add(VerifySeverity::error, check, first, last, std::move(sentence));
}

void Findings::error(const char* check, std::int64_t frame, std::string sentence) {
  error(check, frame, frame, std::move(sentence));
}

void Findings::warn(const char* check, std::optional<std::int64_t> frame, std::string sentence) {
  add(VerifySeverity::warning, check, frame, frame, std::move(sentence));
}

void Findings::add(VerifySeverity severity, const char* check, std::optional<std::int64_t> first,
                   std::optional<std::int64_t> last, std::string sentence) {
  Count& count = counts_[check];
  ++(severity == VerifySeverity::error ? count.errors : count.warnings);
  if (count.errors + count.warnings > told_of_a_check) return;
  VerifyFinding finding;
  finding.severity = severity;
  finding.check = check;
  finding.sentence = printable(std::move(sentence));
  const auto place = [&](const std::optional<std::int64_t>& frame,
                         std::optional<std::int64_t>& number, std::string& code) {
    if (!frame) return;
    number = std::clamp<std::int64_t>(*frame, 0, furthest_frame);
    code = time_code(*number, rate_);
  };
  place(first, finding.first_frame, finding.first_time_code);
  place(last, finding.last_frame, finding.last_time_code);
  report_.findings.push_back(std::move(finding));
}

void Findings::end(const char* name, std::string summary, bool left_out) {
  const Count count = counts_[name];
  VerifyCheck check;
  check.name = name;
  check.summary = printable(std::move(summary));
  check.finding_count = count.errors + count.warnings + count.untold;
  if (count.errors > 0)
    check.verdict = VerifyCheck::Verdict::failed;
  else if (count.warnings > 0)
    check.verdict = VerifyCheck::Verdict::warned;
  else if (left_out)
    check.verdict = VerifyCheck::Verdict::left_out;
  report_.checks.push_back(std::move(check));
}

void Streak::tell(Findings& findings, const char* check, const Stretch& stretch) {
  std::string sentence = stretch.text;
  if (stretch.events > 1)
    sentence += format("; %lld such faults up to here", static_cast<long long>(stretch.events));
  findings.error(check, stretch.first, stretch.last, std::move(sentence));
}

Streak::Streak(std::int64_t reach, Findings& findings, const char* check)
    : Streak(reach,
             [&findings, check](const Stretch& stretch) { tell(findings, check, stretch); }) {}

void Streak::add(std::int64_t frame, std::int64_t events, const std::string& text) {
  if (open_ && (frame > stretch_.last + reach_ || frame < stretch_.first)) finish();
  if (!open_) stretch_ = {frame, frame, 0, text};
  open_ = true;
  stretch_.last = std::max(stretch_.last, frame);
  stretch_.events += events;
}

void Streak::finish() {
  if (std::exchange(open_, false)) tell_(stretch_);
}

}  // namespace lifereel
