// SPDX-License-Identifier: GPL-2.0-or-later
// What verify found, as a table and as JSON (verify.h).
#include <algorithm>

#include "src/text/format.h"
#include "src/text/json.h"
#include "src/verify.h"
#include "src/version.h"

namespace lifereel {
namespace {

const char* verdict_text(VerifyCheck::Verdict verdict) {
  switch (verdict) {
    case VerifyCheck::Verdict::passed:
      return "ok";
    case VerifyCheck::Verdict::warned:
      return "warning";
    case VerifyCheck::Verdict::failed:
      return "FAILED";
    case VerifyCheck::Verdict::left_out:
      break;
  }
  return "-";
}

const char* verdict_key(VerifyCheck::Verdict verdict) {
  switch (verdict) {
    case VerifyCheck::Verdict::passed:
      return "passed";
    case VerifyCheck::Verdict::warned:
      return "warned";
    case VerifyCheck::Verdict::failed:
      return "failed";
    case VerifyCheck::Verdict::left_out:
      break;
  }
  return "left out";
}

const char* severity_text(VerifySeverity severity) {
  return severity == VerifySeverity::error ? "error" : "warning";
}

std::string place(const VerifyFinding& finding) {
  if (finding.first_time_code == finding.last_time_code) return finding.first_time_code;
  return finding.first_time_code + " to " + finding.last_time_code;
}

void add(Json& json, const char* name, const std::optional<std::int64_t>& value) {
  if (value)
    json.add(name, *value);
  else
    json.add(name, std::optional<double>());
}

}  // namespace

std::string describe(const VerifyReport& report) {
  std::string text = (report.disc ? "disc            " : "film            ") + report.path + ", " +
                     report.container +
                     format(", %.2f MiB\n", static_cast<double>(report.file_bytes) / 0x1p20);
  for (const std::string& stream : report.streams) text += "                " + stream + '\n';
  for (const VerifyCheck& check : report.checks)
    text += format("%-15s %-8s ", check.name.c_str(), verdict_text(check.verdict)) + check.summary +
            '\n';
  if (!report.brightness.empty()) text += "brightness at   mean  maximum\n";
  for (const VerifyBrightness& one : report.brightness)
    text += format("%-14s %5.1f    %5.0f\n", one.time_code.c_str(), one.mean, one.maximum);

  std::int64_t total = 0;
  for (const VerifyCheck& check : report.checks) total += check.finding_count;
  for (const VerifyFinding& finding : report.findings) {
    const std::string where = place(finding);
    text += std::string(severity_text(finding.severity)) + ": " + finding.check + ": " +
            (where.empty() ? "" : where + ": ") + finding.sentence + '\n';
  }
  const auto told = static_cast<std::int64_t>(report.findings.size());
  if (total > told) text += format("and %lld more\n", static_cast<long long>(total - told));
  return text + (report.disc ? "The disc is " : "The film is ") +
         (report.passes() ? "what it should be.\n" : "not what it should be.\n");
}

std::string to_json(const VerifyReport& report) {
  Json json;
  json.open(nullptr);
  json.add("lifereel", std::string(version()));
  json.add("path", report.path);
  json.add("verdict", std::string(report.passes() ? "passed" : "failed"));
  json.add("kind", std::string(report.disc ? "disc" : "film"));
  json.add("container", report.container);
  json.add("file_bytes", report.file_bytes);
  json.open_list("streams");
  for (const std::string& stream : report.streams) json.add(nullptr, stream);
  json.close_list();
  json.add("settings", std::string(report.own_settings ? "lifereel" : "none"));
  json.add("frames", report.frames);
  add(json, "expected_frames", report.expected_frames);
  json.add("duration_seconds", report.duration_seconds);
  json.add("container_seconds", report.container_seconds);
  json.add("decode_errors", report.decode_errors);
  add(json, "sound_samples", report.sound_samples);
  json.add("sound_integrated_lufs", report.sound_integrated_lufs);
  json.add("sound_true_peak_dbtp", report.sound_true_peak_dbtp);
  add(json, "vbv_late_frames", report.vbv_late_frames);
  add(json, "vbv_minimum_fill_bits", report.vbv_minimum_fill_bits);
  json.add("frames_compared", report.frames_compared);
  json.add("psnr_luma_mean_db", report.psnr_luma_mean);
  json.add("psnr_luma_minimum_db", report.psnr_luma_minimum);
  json.add("psnr_cb_mean_db", report.psnr_cb_mean);
  json.add("psnr_cr_mean_db", report.psnr_cr_mean);
  json.add("ssim_luma_mean", report.ssim_luma_mean);
  json.add("ssim_luma_minimum", report.ssim_luma_minimum);

  json.open_list("checks");
  for (const VerifyCheck& check : report.checks) {
    json.open(nullptr);
    json.add("check", check.name);
    json.add("verdict", std::string(verdict_key(check.verdict)));
    json.add("summary", check.summary);
    json.add("findings", check.finding_count);
    json.close();
  }
  json.close_list();

  json.open_list("brightness");
  for (const VerifyBrightness& one : report.brightness) {
    json.open(nullptr);
    json.add("frame", one.frame);
    json.add("time_code", one.time_code);
    json.add("mean", one.mean);
    json.add("maximum", one.maximum);
    json.close();
  }
  json.close_list();

  json.open_list("findings");
  for (const VerifyFinding& finding : report.findings) {
    json.open(nullptr);
    json.add("severity", std::string(severity_text(finding.severity)));
    json.add("check", finding.check);
    add(json, "first_frame", finding.first_frame);
    add(json, "last_frame", finding.last_frame);
    json.add("first_time_code", finding.first_time_code);
    json.add("last_time_code", finding.last_time_code);
    json.add("sentence", finding.sentence);
    json.close();
  }
  json.close_list();
  json.close();
  return json.text() + "\n";
}

}  // namespace lifereel
