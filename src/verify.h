// SPDX-License-Identifier: GPL-2.0-or-later
// Is a finished film what it should be? Reads it as a player would and reports what is
// wrong, and where.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "job_control.h"
#include "settings.h"

namespace [[gnu::visibility("default")]] lifereel {

struct VerifySettings {
  /// Points, evenly spaced, at which a second of the film is decoded; 0: the whole film. What needs
  /// every packet (frame count, buffers, disc rules) is then left out.
  int sample = 0;
  /// Draw the universe again from the settings that the film carries, and compare every decoded
  /// picture with it.
  bool against_universe = false;
  EngineSettings engine;      ///< that draws it
  std::string contact_sheet;  ///< path of a PNG with stills of the film; empty: none
  bool overwrite = false;     ///< else an existing contact sheet is an error
};

enum class VerifySeverity {
  warning,  ///< worth a look, but may be intended: a dim picture
  error,    ///< the film is not what it should be
};

struct VerifyFinding {
  VerifySeverity severity = VerifySeverity::error;
  std::string check;  ///< VerifyCheck::name
  /// Frames from the film's first, 0, and the same as hh:mm:ss:ff (none dropped); none and empty
  /// where the finding concerns the film as a whole.
  std::optional<std::int64_t> first_frame, last_frame;
  std::string first_time_code, last_time_code;
  std::string sentence;
};

/// One line of the report.
struct VerifyCheck {
  enum class Verdict { passed, warned, failed, left_out };

  std::string name;  ///< "frames"
  Verdict verdict = Verdict::passed;
  std::string summary;  ///< what was found, or why it was left out
  std::int64_t finding_count = 0;
};

/// Brightness of one picture, gray 0 to 255.
struct VerifyBrightness {
  std::int64_t frame = 0;
  std::string time_code;
  double mean = 0;
  double maximum = 0;
};

struct VerifyReport {
  std::string path;
  bool disc = false;  ///< DVD-Video as a folder or an image, else a film
  std::string container;
  std::int64_t file_bytes = 0;
  std::vector<std::string> streams;  ///< one line each
  bool own_settings = false;         ///< the film carries settings of lifereel

  std::int64_t frames = 0;  ///< decoded
  std::optional<std::int64_t> expected_frames;
  double duration_seconds = 0;              ///< of the pictures, by their number
  std::optional<double> container_seconds;  ///< as the container says
  std::int64_t decode_errors = 0;
  /// Of a whole film whose settings say that it has sound: decoded samples of each channel, LUFS
  /// and dBTP of what is not silent.
  std::optional<std::int64_t> sound_samples;
  std::optional<double> sound_integrated_lufs, sound_true_peak_dbtp;
  std::optional<std::int64_t> vbv_late_frames, vbv_minimum_fill_bits;
  std::vector<VerifyBrightness> brightness;
  /// With against_universe: of the pictures compared. Infinite PSNR: no difference.
  std::int64_t frames_compared = 0;
  std::optional<double> psnr_luma_mean, psnr_luma_minimum, ssim_luma_mean, ssim_luma_minimum;
  std::optional<double> psnr_cb_mean, psnr_cr_mean;  ///< of films in 4:2:0

  std::vector<VerifyCheck> checks;
  /// In the order of the film; at most 32 of a check, but VerifyCheck::finding_count counts all.
  std::vector<VerifyFinding> findings;

  /// Warnings do not count.
  bool passes() const noexcept;
};

/// Checks a film, or a DVD-Video.
///
/// A film: streams, frame count, duration, timestamps, decoding, sound, the file's
/// own sizes and checksums, VBV, the rules of
/// DVD-Video (program streams only), brightness, black and frozen stretches, and, when asked for,
/// its likeness to the universe. A film of lifereel is held against the settings it carries.
/// Blocks; decodes on all processors; memory does not grow with the film. A damaged film is no
/// error but a report with findings, unless it cannot be opened at all. Throws
/// std::invalid_argument (settings, a contact sheet that cannot be written, against_universe
/// without settings in the film or with a filter chain in them), std::runtime_error (unreadable
/// film, disk, device), Cancelled.
///
/// A DVD-Video, as a folder or an image: every table and its backup, cells and object units against
/// what stands in the VOBs, every sector's pack, every navigation pack's searches, the decoder's
/// buffers, and the rules of DVD-Video. Its pictures are not decoded, and the other settings do not
/// go with it.
VerifyReport verify(const std::string& path, const VerifySettings& settings = {},
                    const JobControl& control = {});

/// A table and the findings, as lines of text.
std::string describe(const VerifyReport& report);

/// The same as JSON.
std::string to_json(const VerifyReport& report);

}  // namespace lifereel
