// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/verify.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "encoders/finished_file.h"
#include "encoders/read/film_scan.h"
#include "src/pipeline/cancellation.h"
#include "src/text/format.h"
#include "src/text/time_code.h"
#include "src/verify/audio_check.h"
#include "src/verify/brightness_check.h"
#include "src/verify/checked_film.h"
#include "src/verify/decoding_check.h"
#include "src/verify/disc_check.h"
#include "src/verify/disc_verifier.h"
#include "src/verify/dvd_files.h"
#include "src/verify/findings.h"
#include "src/verify/integrity_check.h"
#include "src/verify/length_check.h"
#include "src/verify/motion_check.h"
#include "src/verify/sound_check.h"
#include "src/verify/streams_check.h"
#include "src/verify/timestamps_check.h"
#include "src/verify/universe_check.h"
#include "src/verify/vbv_check.h"

namespace lifereel {
namespace {

constexpr int most_sample_points = 1000;
constexpr int most_decoder_threads = 16;

/// Reads the film and shows every check what it is for. What is found at one place is told in the
/// order of the checks.
class Verifier final : FilmScan::Taker {
 public:
  Verifier(const std::string& path, const VerifySettings& settings, const JobControl& control)
      : settings_(settings),
        control_(control),
        scan_(path, std::min(available_processors(), most_decoder_threads)),
        film_(path, scan_.film(), settings.sample) {
    if (settings.against_universe) universe_.start(settings.engine, control);
    if (film_.whole() && film_.own_sound()) scan_.measure_sound();
    report_.path = path;
    report_.container = film_.scan.container;
    report_.file_bytes = film_.scan.bytes;
    report_.container_seconds = film_.scan.duration_seconds;
    report_.own_settings = film_.settings.has_value();
    report_.expected_frames = film_.expected_frames;
    for (const ScannedStream& stream : film_.scan.streams)
      report_.streams.push_back(describe(stream));
  }

  VerifyReport run() {
    if (film_.whole()) {
      disc_.start();
      integrity_.start();
      while (scan_.read(*this)) stop_when_asked();
    } else {
      for (int point = 0; point < film_.points; ++point) decode_point(point);
    }
    finish_stretch();
    conclude();
    std::stable_sort(report_.findings.begin(), report_.findings.end(),
                     [](const VerifyFinding& a, const VerifyFinding& b) {
                       return a.first_frame < b.first_frame;  // the whole film's before all
                     });
    brightness_.write_contact_sheet();
    return std::move(report_);
  }

 private:
  void stop_when_asked() const { throw_if_cancelled(control_.cancel, "the check was cancelled"); }

  /// A little more than a second.
  std::int64_t point_frames() const { return nominal_rate(film_.rate) + 1; }

  /// A second, from the first picture at or after the point.
  void decode_point(int point) {
    const std::int64_t stretch = std::min<std::int64_t>(point_frames(), 1000);
    const std::int64_t last = std::max<std::int64_t>(0, film_.likely_frames - stretch);
    const std::int64_t begin = film_.points == 1 ? 0 : last * point / (film_.points - 1);
    const double seconds = static_cast<double>(begin) / film_.rate.value();
    point_pictures_ = 0;
    // Without an index a search may end behind the last key frame before the place.
    for (double back = 0; point_pictures_ == 0; back = std::max(5.0, 2 * back)) {
      finish_stretch();
      timestamps_.go_to(begin);
      audio_.interrupt();
      if (point > 0 && !scan_.seek(std::max(0.0, seconds - back))) {
        findings_.error("decoding", begin, "the container cannot be searched for this place");
        return;
      }
      while (point_pictures_ < stretch && scan_.read(*this)) stop_when_asked();
      if (seconds - back <= 0) break;
    }
    if (point_pictures_ == 0) findings_.error("decoding", begin, "nothing can be decoded here");
  }

  void take(const ScannedPacket& packet) override {
    if (packet.kind == ScannedStream::Kind::audio) {
      audio_.see(packet);
      return;
    }
    const std::int64_t number = length_.see(packet);
    timestamps_.see(packet, number);
    if (!film_.whole()) return;
    vbv_.see(packet, number);
    disc_.see(packet, number);
  }

  void take(const ScannedDamage& damage) override {
    if (timestamps_.on_the_way()) return;
    const std::optional<std::int64_t> sound =
        damage.kind == ScannedStream::Kind::audio ? audio_.present_frame() : std::nullopt;
    decoding_.see(damage, sound.value_or(timestamps_.present_frame()));
  }

  void take(const ScannedPicture& picture) override {
    const std::optional<std::int64_t> frame = timestamps_.see(picture);
    if (!frame) return;
    length_.see(picture);
    ++point_pictures_;
    decoding_.see(picture, *frame);
    if (streams_.see(picture, *frame)) {
      const bool black = brightness_.see(picture, *frame, point_pictures_ == 1);
      const std::optional<PlaneView> universe = universe_.see(picture, *frame);
      motion_.see(picture, *frame, black, universe);
    }
    if (control_.progress && length_.pictures() % 8 == 0)
      control_.progress(meter_.measure(
          length_.pictures(), film_.whole() ? film_.likely_frames : film_.points * point_frames()));
  }

  void finish_stretch() {
    motion_.finish();
    universe_.finish();
    timestamps_.finish();
    vbv_.finish();
    audio_.finish();
    decoding_.finish();
    streams_.finish();
  }

  void conclude() {
    streams_.conclude();
    length_.conclude_frames(report_);
    length_.conclude_duration(report_, {timestamps_.last_frame(),
                                        film_.video_seconds(timestamps_.first_ticks().value_or(0)),
                                        audio_.duration_seconds()});
    timestamps_.conclude();
    decoding_.conclude(report_, audio_.packets());
    audio_.conclude();
    if (film_.whole() && film_.own_sound()) sound_.conclude(report_, scan_.sound());
    integrity_.conclude();
    vbv_.conclude(report_);
    disc_.conclude();
    brightness_.conclude(report_);
    motion_.conclude(report_.frames > 0 && !streams_.unseen());
    universe_.conclude(report_);
  }

  const VerifySettings settings_;
  const JobControl& control_;
  const FrameMeter meter_;
  VerifyReport report_;
  FilmScan scan_;
  const CheckedFilm film_;
  Findings findings_{report_, film_.rate};
  std::int64_t point_pictures_ = 0;

  LengthCheck length_{film_, findings_};
  TimestampsCheck timestamps_{film_, findings_};
  DecodingCheck decoding_{film_, findings_};
  StreamsCheck streams_{film_, findings_};
  AudioCheck audio_{film_, timestamps_, findings_};
  SoundCheck sound_{film_, timestamps_, findings_};
  DiscCheck disc_{film_, findings_};
  IntegrityCheck integrity_{film_, findings_};
  VbvCheck vbv_{film_, findings_};
  UniverseCheck universe_{film_, findings_};
  BrightnessCheck brightness_{film_, settings_.contact_sheet, findings_};
  MotionCheck motion_{findings_, film_.rate};
};

}  // namespace

bool VerifyReport::passes() const noexcept {
  return std::none_of(checks.begin(), checks.end(), [](const VerifyCheck& check) {
    return check.verdict == VerifyCheck::Verdict::failed;
  });
}

VerifyReport verify(const std::string& path, const VerifySettings& settings,
                    const JobControl& control) {
  if (settings.sample < 0 || settings.sample > most_sample_points)
    throw std::invalid_argument(
        format("sample is %d; it must be 1 to %d points, or 0 for the "
               "whole film",
               settings.sample, most_sample_points));
  std::error_code ignored;
  const std::filesystem::file_type type = std::filesystem::status(path, ignored).type();
  if (type == std::filesystem::file_type::fifo || type == std::filesystem::file_type::socket)
    throw std::invalid_argument("'" + path +
                                "' is a pipe, and a film is read at more than one place: write it "
                                "to a file first");
  if (DvdFiles::is_disc(path)) {
    if (settings.sample != 0 || settings.against_universe || !settings.contact_sheet.empty())
      throw std::invalid_argument("'" + path +
                                  "' is a disc, of which sample, against-universe and "
                                  "contact-sheet know nothing; leave them out, or name a film");
    return verify_disc(path, control);
  }
  if (!settings.contact_sheet.empty()) {
    FinishedFile::check_path(settings.contact_sheet, settings.overwrite);
    if (is_same_file(settings.contact_sheet, path))
      throw std::invalid_argument("contact-sheet names the film itself; name another file");
  }
  return Verifier(path, settings, control).run();
}

}  // namespace lifereel
