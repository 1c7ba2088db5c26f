// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/verify.h"

#include <algorithm>
#include <cmath>
#include <future>
#include <memory>
#include <stdexcept>
#include <utility>

#include "encoders/dvd/dvd_check.h"
#include "encoders/dvd/mpeg2_headers.h"
#include "encoders/film_reader.h"
#include "encoders/finished_file.h"
#include "encoders/program_stream.h"
#include "encoders/read/film_scan.h"
#include "encoders/vbv.h"
#include "src/errors.h"
#include "src/pictures/contact_sheet.h"
#include "src/text/format.h"
#include "src/text/time_code.h"
#include "src/verify/findings.h"
#include "src/verify/frame_clock.h"
#include "src/verify/picture_checks.h"

namespace lifereel {
namespace {

constexpr int stills = 20;
constexpr int most_sample_points = 1000;
constexpr int most_decoder_threads = 16;
// Gray levels. A universe's picture has 255 in it wherever the universe has a particle.
constexpr double darkest_maximum = 25;
// The published checklist: a quiet picture's mean is above 5, an active one's above 15.
constexpr double quiet_mean = 5;
constexpr double active_mean = 15;
std::string kilobits(std::int64_t bits) {
  return format("%lld kbit", static_cast<long long>(bits / 1000));
}

/// What the film itself says it should be.
struct OwnSettings {
  std::optional<RenderSettings> settings;
  std::string unreadable;  // why there are none, where there should be
};

OwnSettings own_settings(const std::string& path) {
  OwnSettings own;
  std::string comment;
  try {
    comment = read_film_comment(path);
  } catch (const std::runtime_error& error) {
    own.unreadable = error.what();
    return own;
  }
  if (!comment.starts_with("# lifereel ")) return own;
  try {
    RenderSettings settings;
    apply_embedded_config(settings, comment, "the film's settings");
    frame_count(settings);
    own.settings = std::move(settings);
  } catch (const std::invalid_argument& error) {
    own.unreadable = error.what();
  }
  return own;
}

/// A stream as a line of text.
std::string describe(const ScannedStream& stream) {
  switch (stream.kind) {
    case ScannedStream::Kind::video: {
      std::string text = format("video: %s, %dx%d, %s", stream.codec.c_str(), stream.width,
                                stream.height, stream.pixel_format.c_str());
      const Rational rate = stream.frames_per_second;
      text +=
          rate.den == 1 ? format(", %d fps", rate.num) : format(", %d/%d fps", rate.num, rate.den);
      if (stream.sample_aspect.num > 0 && stream.sample_aspect.num != stream.sample_aspect.den)
        text += format(", shown as %.3f:1",
                       stream.width * stream.sample_aspect.value() / std::max(1, stream.height));
      return text;
    }
    case ScannedStream::Kind::audio: {
      std::string text = format("audio: %s, %d Hz, %d channels", stream.codec.c_str(),
                                stream.sample_rate, stream.channels);
      if (stream.bit_rate > 0)
        text += format(", %lld kb/s", static_cast<long long>(stream.bit_rate / 1000));
      return text;
    }
    case ScannedStream::Kind::other:
      break;
  }
  return "other: " + stream.codec;
}

/// The decoder's program stream check on a thread of its own; the file is read once for both.
class StreamCheck {
 public:
  void start(const std::string& path) {
    result_ =
        std::async(std::launch::async, [this, path] { return check_program_stream(path, &stop_); });
  }
  ~StreamCheck() { stop_ = true; }
  bool started() const { return result_.valid(); }
  ProgramStreamReport get() { return result_.get(); }

 private:
  std::atomic<bool> stop_{false};
  std::future<ProgramStreamReport> result_;  // waits when it goes
};

class Verifier final : FilmScan::Taker {
 public:
  Verifier(const std::string& path, const VerifySettings& settings,
           const VerifyCallbacks& callbacks)
      : path_(path),
        settings_(settings),
        callbacks_(callbacks),
        scan_(path, std::min(available_processors(), most_decoder_threads)),
        film_(scan_.film()),
        video_(film_.streams[film_.video]),
        own_(own_settings(path)),
        rate_(frame_rate()),
        clock_(video_.time_base, rate_),
        findings_(report_, rate_),
        picture_times_(video_.wrap_bits),
        decoding_times_(video_.wrap_bits) {
    report_.path = path;
    report_.container = film_.container;
    report_.file_bytes = film_.bytes;
    report_.container_seconds = film_.duration_seconds;
    report_.own_settings = own_.settings.has_value();
    for (const ScannedStream& stream : film_.streams) report_.streams.push_back(describe(stream));
    if (unfiltered()) report_.expected_frames = frame_count(*own_.settings);
    frames_total_ = likely_frames();
    if (film_.audio) {
      const ScannedStream& audio = film_.streams[*film_.audio];
      audio_clock_.emplace(audio.time_base, rate_);
      sound_times_.emplace(audio.wrap_bits);
    }
    prepare_disc();
    prepare_buffer();
    if (settings_.against_universe) prepare_universe();
    plan_stills();
  }

  VerifyReport run() {
    if (whole()) {
      if (disc_) stream_check_.start(path_);
      while (scan_.read(*this)) stop_when_asked();
    } else {
      for (int point = 0; point < settings_.sample; ++point) decode_point(point);
    }
    finish_streaks();
    conclude();
    std::stable_sort(report_.findings.begin(), report_.findings.end(),
                     [](const VerifyFinding& a, const VerifyFinding& b) {
                       return a.first_frame < b.first_frame;  // the whole film's before all
                     });
    if (sheet_) sheet_->write(settings_.contact_sheet);
    return std::move(report_);
  }

 private:
  // --- what there is to hold the film against

  bool whole() const { return settings_.sample == 0; }
  /// Own settings speak of the pictures in the film only where no filter chain has changed them.
  bool unfiltered() const { return own_.settings && own_.settings->film.filter.empty(); }

  Rational frame_rate() const {
    if (unfiltered()) return own_.settings->film.frames_per_second;
    if (video_.frames_per_second.num > 0) return video_.frames_per_second;
    return {25, 1};
  }

  std::int64_t likely_frames() const {
    if (report_.expected_frames) return std::min(*report_.expected_frames, most_frames);
    if (video_.declared_frames > 0) return std::min(video_.declared_frames, most_frames);
    if (!film_.duration_seconds) return 0;
    return static_cast<std::int64_t>(
        std::min(static_cast<double>(most_frames), *film_.duration_seconds * rate_.value() + 0.5));
  }

  void prepare_disc() {
    const bool program_stream = film_.container == "mpeg" && video_.codec == "mpeg2video";
    if (own_.settings)
      target_ = own_.settings->film.target;
    else if (program_stream)
      target_ = DvdCheck::target_of(video_.width, video_.height);
    if (target_ == DiscTarget::none) return;
    if (!program_stream) {
      findings_.error("dvd",
                      "the settings say DVD-Video, but the film is no MPEG-2 program stream");
      return;
    }
    disc_.emplace(target_);
  }

  void prepare_buffer() {
    if (!own_.settings) return;
    set_buffer(vbv_model(own_.settings->film));
  }

  void set_buffer(const std::optional<VbvModel>& model) {
    if (!model) return;
    try {
      buffer_.emplace(*model);
    } catch (const std::invalid_argument& error) {
      findings_.error("vbv", error.what());
    }
  }

  void prepare_universe() {
    if (!own_.settings)
      throw std::invalid_argument("'" + path_ + "' carries no settings of lifereel" +
                                  (own_.unreadable.empty() ? "" : ": " + own_.unreadable) +
                                  "; it cannot be compared with its universe");
    if (!unfiltered())
      throw std::invalid_argument(
          "'" + path_ + "' went through a filter chain; it cannot be compared with its universe");
    const UniverseSettings& universe = own_.settings->universe;
    if (universe.width != video_.width || universe.height != video_.height) {
      findings_.error("universe",
                      format("the film's pictures are %dx%d, its universe is %dx%d", video_.width,
                             video_.height, universe.width, universe.height));
      return;
    }
    const bool gray = video_.pixel_format == "gray";
    universe_.emplace(findings_, *own_.settings, settings_.engine,
                      gray ? PixelFormat::gray8 : PixelFormat::yuv420p, callbacks_.cancel);
  }

  void plan_stills() {
    const std::int64_t count =
        whole() ? std::min<std::int64_t>(stills, std::max<std::int64_t>(frames_total_, 1))
                : settings_.sample;
    if (whole())
      for (std::int64_t i = 0; i < count; ++i)
        still_frames_.push_back((2 * i + 1) * frames_total_ / (2 * count));
    if (settings_.contact_sheet.empty()) return;
    const Rational pixel = video_.sample_aspect;
    const double aspect = pixel.num > 0 ? std::clamp(pixel.value(), 0.25, 4.0) : 1.0;
    sheet_.emplace(static_cast<int>(count), std::max(1, video_.width), std::max(1, video_.height),
                   aspect);
  }

  // --- the way through the film

  void stop_when_asked() const {
    if (callbacks_.cancel && callbacks_.cancel->load(std::memory_order_relaxed))
      throw Cancelled("the check was cancelled");
  }

  /// A second, from the first picture at or after the point.
  void decode_point(int point) {
    const std::int64_t stretch = std::min<std::int64_t>(nominal_rate(rate_) + 1, 1000);
    const std::int64_t last = std::max<std::int64_t>(0, frames_total_ - stretch);
    point_begin_ = settings_.sample == 1 ? 0 : last * point / (settings_.sample - 1);
    point_pictures_ = 0;
    const double seconds = static_cast<double>(point_begin_) / rate_.value();
    // Without an index a search may end behind the last key frame before the place.
    for (double back = 0; point_pictures_ == 0; back = std::max(5.0, 2 * back)) {
      at_point_ = false;
      finish_streaks();
      last_frame_.reset();
      last_decoding_time_.reset();
      sound_ends_.reset();
      if (point > 0 && !scan_.seek(std::max(0.0, seconds - back))) {
        findings_.error("decoding", point_begin_,
                        "the container cannot be searched for this place");
        return;
      }
      while (point_pictures_ < stretch && scan_.read(*this)) stop_when_asked();
      if (seconds - back <= 0) break;
    }
    if (point_pictures_ == 0)
      findings_.error("decoding", point_begin_, "nothing can be decoded here");
  }

  /// Whether it says of every picture when it is shown, and of the film how long it is. Others
  /// guess, leave out, or count otherwise, also where nothing is wrong.
  bool exact_container() const {
    static constexpr std::string_view exact[] = {"mov,mp4", "matroska", "yuv4mpegpipe"};
    return disc_ || std::any_of(std::begin(exact), std::end(exact), [&](std::string_view name) {
             return film_.container.starts_with(name);
           });
  }

  /// Where the film is, for what has no time of its own.
  std::int64_t present_frame() const {
    return last_frame_ ? *last_frame_ + 1 : whole() ? 0 : point_begin_;
  }

  void take(const ScannedPacket& packet) override {
    if (packet.kind == ScannedStream::Kind::audio) {
      take_sound(packet);
      return;
    }
    const std::int64_t frame = packets_++;
    if (packet.dts_ticks) {
      const std::int64_t time = decoding_times_(*packet.dts_ticks);
      if (last_decoding_time_ && time <= *last_decoding_time_)
        time_faults_.add(whole() ? frame : present_frame(), 1,
                         "a packet's decoding time is not after that of the packet before");
      last_decoding_time_ = time;
    }
    if (!whole()) return;
    if (video_.codec == "mpeg2video" && !buffer_ && !own_.settings && packets_ == 1) {
      const Mpeg2Headers headers = read_mpeg2_headers(packet.bytes);
      if (headers.sequence) set_buffer(vbv_model(*headers.sequence));
    }
    if (buffer_ && !buffer_->take(static_cast<std::int64_t>(packet.bytes.size()) * 8))
      late_pictures_.add(frame);
    if (disc_)
      for (const std::string& fault : disc_->see_picture(packet.bytes))
        findings_.error("dvd", frame, fault);
  }

  void take_sound(const ScannedPacket& packet) {
    ++sound_packets_;
    if (!packet.pts_ticks) return;
    const std::int64_t begin = (*sound_times_)(*packet.pts_ticks);
    if (!sound_begins_) sound_begins_ = begin;
    // In a program stream not every packet has a time, and libav's guesses are not always right:
    // there the check of the program stream knows better.
    if (sound_ends_ && whole() && film_.container != "mpeg") {
      const std::int64_t gap = begin - *sound_ends_;
      if (gap > 1 || gap < -1)
        sound_faults_.add(
            sound_frame(begin), 1,
            format(gap > 0 ? "sound is missing for %.1f ms" : "frames of sound overlap by %.1f ms",
                   1000 * std::abs(sound_seconds(gap))));
    }
    sound_ends_ = std::clamp(begin + std::min(packet.duration_ticks, furthest_ticks),
                             -furthest_ticks, furthest_ticks);
  }

  double sound_seconds(std::int64_t ticks) const {
    return static_cast<double>(ticks) * film_.streams[*film_.audio].time_base.value();
  }
  /// Of the film, at this time of the sound; both clocks are the container's.
  std::int64_t sound_frame(std::int64_t ticks) const {
    const std::int64_t origin = origin_ ? clock_.frame(*origin_) : 0;
    return audio_clock_->frame(ticks) - origin;
  }

  void take(const ScannedDamage& damage) override {
    if (!whole() && !at_point_) return;  // on the way to the point
    report_.decode_errors += damage.errors;
    const char* const where = damage.kind == ScannedStream::Kind::video   ? "video: "
                              : damage.kind == ScannedStream::Kind::audio ? "sound: "
                                                                          : "container: ";
    const std::int64_t frame = damage.kind == ScannedStream::Kind::audio && sound_ends_
                                   ? sound_frame(*sound_ends_)
                                   : present_frame();
    damage_.add(frame, damage.errors, where + damage.text);
  }

  void take(const ScannedPicture& picture) override {
    const std::int64_t frame = number(picture);
    if (!whole() && !at_point_) {
      if (frame < point_begin_) {
        last_frame_.reset();
        return;
      }
      at_point_ = true;
    }
    last_frame_ = frame;
    ++report_.frames;
    ++point_pictures_;
    if (picture.damaged) {
      ++report_.decode_errors;
      damage_.add(frame, 1, "the decoder calls a picture damaged");
    }
    if (picture.width != video_.width || picture.height != video_.height)
      size_faults_.add(frame, 1,
                       format("a picture is %dx%d, not %dx%d", picture.width, picture.height,
                              video_.width, video_.height));
    else if (picture.luma == nullptr)
      unseen_ = true;
    else
      look_at(picture, frame);
    if (callbacks_.progress && report_.frames % 8 == 0)
      callbacks_.progress({report_.frames, whole() ? frames_total_ : sample_total()});
  }

  std::int64_t sample_total() const {
    return std::int64_t{settings_.sample} * (nominal_rate(rate_) + 1);
  }

  /// The picture's place in the film by its timestamp; tells when that is not one frame on.
  std::int64_t number(const ScannedPicture& picture) {
    const std::int64_t expected = last_frame_ ? *last_frame_ + 1 : 0;
    if (!picture.pts_ticks) {
      // A program stream tells the time of the first picture in a packet; of others, the last of
      // the film among them, libav may not know it. The check of the program stream does.
      if (exact_container() && !disc_) time_faults_.add(expected, 1, "a picture has no timestamp");
      return expected;
    }
    const std::int64_t time = picture_times_(*picture.pts_ticks);
    if (!origin_) origin_ = first_time_ = time;
    const std::int64_t before = std::exchange(last_time_, time);
    const std::int64_t frame = clock_.frame(time - *origin_);
    const std::int64_t drift = time - *origin_ - clock_.ticks(frame);
    const bool on_grid = std::abs(drift) <= (clock_.exact() ? 0 : 1);
    if (!last_frame_ && (!whole() || frame == 0)) return frame;
    if (frame == expected && on_grid) return frame;
    if (frame > expected && frame < most_frames && on_grid) {
      time_faults_.add(expected, frame - expected,
                       count_text(frame - expected, "picture is missing", "pictures are missing"));
      return frame;
    }
    // From here on time is counted anew, so that one fault is told once.
    const double step = last_frame_ ? static_cast<double>(time - before) : 0;
    time_faults_.add(
        expected, 1,
        format("a picture comes %.3f frames after the one before it",
               step / static_cast<double>(std::max<std::int64_t>(1, clock_.ticks(1)))));
    origin_ = time - clock_.ticks(expected);
    return expected;
  }

  // --- what is to be seen

  void look_at(const ScannedPicture& picture, std::int64_t frame) {
    const LumaView view = luma_view(picture);
    const Brightness luma = brightness(view);
    const auto gray = [&](double level) {
      return picture.full_range ? level : expand_range(level);
    };
    const double mean = gray(luma.mean), maximum = gray(luma.maximum);
    if (is_still(frame)) {
      report_.brightness.push_back({frame, time_code(frame, rate_), mean, maximum});
      if (sheet_) sheet_->add(view, picture.full_range, time_code(frame, rate_));
    }
    std::optional<LumaView> universe;
    if (universe_) universe = universe_->see(picture, frame);
    motion_.see(picture, frame, maximum <= darkest_maximum, universe);
  }

  bool is_still(std::int64_t frame) {
    if (!whole()) return point_pictures_ == 1;
    bool due = false;
    for (; next_still_ < still_frames_.size() && still_frames_[next_still_] <= frame; ++next_still_)
      due = true;
    return due;
  }

  void finish_streaks() {
    motion_.finish();
    if (universe_) universe_->finish();
    for (Streak* const streak :
         {&time_faults_, &late_pictures_, &sound_faults_, &damage_, &size_faults_})
      streak->finish();
  }

  // --- the verdict

  void conclude() {
    conclude_streams();
    conclude_frames();
    conclude_duration();
    conclude_timestamps();
    conclude_decoding();
    conclude_audio();
    conclude_buffer();
    conclude_disc();
    conclude_brightness();
    conclude_motion();
    conclude_universe();
  }

  void conclude_streams() {
    if (!own_.unreadable.empty())
      findings_.error("streams", "its own settings cannot be read: " + own_.unreadable);
    if (video_.frames_per_second.num == 0 && !unfiltered())
      findings_.warn("streams", {}, "the film has no frame rate; 25 is assumed");
    if (unseen_)
      findings_.warn("streams", {},
                     "pictures of the format " + video_.pixel_format +
                         " have no 8-bit luma plane, so nothing was seen of them");
    if (own_.settings) hold_against_settings(*own_.settings);
    findings_.conclude("streams", own_.settings ? "held against the settings that the film carries"
                                                : "the film carries no settings of lifereel");
  }

  void hold_against_settings(const RenderSettings& own) {
    const auto demand = [&](bool kept, const std::string& sentence) {
      if (!kept) findings_.error("streams", sentence);
    };
    const std::string format_made = format_of_encoder(own.film.codec);
    demand(format_made.empty() || format_made == video_.codec,
           "the video is " + video_.codec + ", its settings say " + own.film.codec);
    demand(own.film.target == DiscTarget::none || film_.audio, "the film has no sound");
    if (!unfiltered()) return;
    demand(own.universe.width == video_.width && own.universe.height == video_.height,
           format("the pictures are %dx%d, its settings say %dx%d", video_.width, video_.height,
                  own.universe.width, own.universe.height));
    const double pixel = video_.sample_aspect.num > 0 ? video_.sample_aspect.value() : 1;
    const double shown = video_.width * pixel / std::max(1, video_.height);
    demand(!own.film.aspect || std::abs(shown / own.film.aspect->value() - 1) < 0.02,
           format("the film is shown as %.3f:1, its settings say %d:%d", shown,
                  own.film.aspect ? own.film.aspect->num : 0,
                  own.film.aspect ? own.film.aspect->den : 0));
  }

  void conclude_frames() {
    const auto number = [](std::int64_t value) { return static_cast<long long>(value); };
    if (!whole()) {
      findings_.leave_out("frames", format("%lld decoded at %d points; only the whole film "
                                           "can be counted",
                                           number(report_.frames), settings_.sample));
      return;
    }
    if (report_.frames == 0) findings_.error("frames", "not one picture can be decoded");
    if (report_.expected_frames && *report_.expected_frames != report_.frames)
      findings_.error("frames", std::min(report_.frames, *report_.expected_frames),
                      format("%lld pictures are decoded, its settings say %lld",
                             number(report_.frames), number(*report_.expected_frames)));
    if (exact_container() && video_.declared_frames > 0 && video_.declared_frames != report_.frames)
      findings_.error("frames", std::min(report_.frames, video_.declared_frames),
                      format("%lld pictures are decoded, the container says %lld",
                             number(report_.frames), number(video_.declared_frames)));
    if (packets_ != report_.frames)
      findings_.error("frames", format("%lld packets give %lld pictures", number(packets_),
                                       number(report_.frames)));
    findings_.conclude("frames",
                       format("%lld decoded", number(report_.frames)) +
                           (report_.expected_frames
                                ? format(", %lld by its settings", number(*report_.expected_frames))
                                : std::string()));
  }

  void conclude_duration() {
    const double frame = 1 / rate_.value();
    const double pictures = static_cast<double>(last_frame_ ? *last_frame_ + 1 : 0) * frame;
    if (!whole()) {
      findings_.leave_out("duration", film_.duration_seconds ? format("%.2f s by the container",
                                                                      *film_.duration_seconds)
                                                             : "unknown");
      return;
    }
    report_.duration_seconds = pictures;
    if (!exact_container()) {
      findings_.conclude("duration", format("%.2f s", pictures));
      return;
    }
    const double tick = video_.time_base.value();
    if (video_.duration_ticks) {
      const double said = static_cast<double>(*video_.duration_ticks) * tick;
      if (std::abs(said - pictures) > frame + tick)
        findings_.error(
            "duration", last_frame_.value_or(0),
            format("the pictures last %.3f s, the container says %.3f s for them", pictures, said));
    }
    if (film_.duration_seconds) {
      double content = pictures;
      if (sound_begins_ && sound_ends_)
        content = std::max(content, sound_seconds(*sound_ends_ - *sound_begins_));
      // Sound may begin a frame of its own earlier.
      if (std::abs(*film_.duration_seconds - content) > frame + 0.05)
        findings_.error("duration", last_frame_.value_or(0),
                        format("the film lasts %.3f s, the container says %.3f s", content,
                               *film_.duration_seconds));
    }
    findings_.conclude("duration", format("%.2f s", pictures) +
                                       (film_.duration_seconds ? format(", %.2f s by the container",
                                                                        *film_.duration_seconds)
                                                               : std::string()));
  }

  void conclude_timestamps() {
    const std::string rate =
        rate_.den == 1 ? format("%d", rate_.num) : format("%d/%d", rate_.num, rate_.den);
    findings_.conclude("timestamps", "expected one frame after another at " + rate + " fps");
  }

  void conclude_decoding() {
    findings_.conclude(
        "decoding",
        count_text(report_.decode_errors, "error", "errors") + " in " +
            count_text(report_.frames, "picture", "pictures") +
            (film_.audio ? " and " + count_text(sound_packets_, "frame", "frames") + " of sound"
                         : std::string()));
  }

  void conclude_audio() {
    if (!film_.audio) {
      findings_.leave_out("audio", "the film has no sound");
      return;
    }
    if (!whole()) {
      findings_.leave_out("audio", "only the whole film can be checked for gaps");
      return;
    }
    if (!sound_begins_ || !sound_ends_ || !first_time_ || !last_frame_) {
      findings_.error("audio", "the sound has no packets");
      findings_.conclude("audio", "none");
      return;
    }
    const double begin = static_cast<double>(*first_time_) * video_.time_base.value();
    const double end = begin + static_cast<double>(*last_frame_ + 1) / rate_.value();
    const double early = begin - sound_seconds(*sound_begins_);
    const double left = sound_seconds(*sound_ends_) - end;
    // A disc's sound lasts as long as its pictures; elsewhere that is the film's own affair.
    const double slack = disc_ ? film_.streams[*film_.audio].time_base.value() : 1;
    if (left < -slack)
      findings_.error("audio", sound_frame(*sound_ends_),
                      format("the sound ends %.1f ms before the pictures", -1000 * left));
    if (disc_ && std::abs(early) > 0.04)
      findings_.error("audio", 0,
                      format("the sound begins %.1f ms %s the pictures", 1000 * std::abs(early),
                             early > 0 ? "before" : "after"));
    if (disc_) {
      const ScannedStream& audio = film_.streams[*film_.audio];
      const std::string fault =
          DvdCheck::audio_fault(audio.codec, audio.sample_rate, audio.bit_rate);
      if (!fault.empty()) findings_.error("dvd", fault);
    }
    findings_.conclude("audio",
                       format("%lld frames, to %.1f ms %s the last picture",
                              static_cast<long long>(sound_packets_), 1000 * std::abs(left),
                              left < 0 ? "before the end of" : "after"));
  }

  void conclude_buffer() {
    if (!whole()) {
      findings_.leave_out("vbv", "only the whole film can be checked");
      return;
    }
    if (!buffer_) {
      findings_.leave_out("vbv", "the film names no maxrate and bufsize");
      return;
    }
    const VbvReport& vbv = buffer_->report();
    report_.vbv_late_frames = vbv.late_frames;
    report_.vbv_minimum_fill_bits = vbv.minimum_fill_bits;
    findings_.conclude("vbv", format("%lld kb/s into %lld kbit: never below %s, at ",
                                     static_cast<long long>(buffer_->model().max_rate / 1000),
                                     static_cast<long long>(buffer_->model().buffer_bits / 1000),
                                     kilobits(vbv.minimum_fill_bits).c_str()) +
                                  time_code(vbv.minimum_fill_frame, rate_));
  }

  void conclude_disc() {
    if (!disc_) {
      findings_.leave_out("program stream", "no DVD-Video");
      findings_.leave_out("dvd", "no DVD-Video");
      return;
    }
    if (!stream_check_.started()) {
      findings_.leave_out("program stream", "only the whole film can be checked");
      findings_.leave_out("dvd", "only the whole film can be checked");
      return;
    }
    const auto frame = [&](const ProgramStreamReport::Fault& fault) {
      return static_cast<std::int64_t>(
          std::clamp(fault.seconds * rate_.value(), 0.0, static_cast<double>(most_frames)));
    };
    std::string summary, units;
    try {
      const ProgramStreamReport stream = stream_check_.get();
      const auto take = [&](const char* check, const auto& faults, std::int64_t count) {
        for (const auto& fault : faults) findings_.error(check, frame(fault), fault.text);
        findings_.count_untold(check, count - static_cast<std::int64_t>(faults.size()));
      };
      take("program stream", stream.faults, stream.fault_count);
      take("dvd", stream.layout_faults, stream.layout_fault_count);
      const std::string fault = DvdCheck::mux_rate_fault(stream.mux_rate);
      if (!fault.empty()) findings_.error("dvd", fault);
      if (stream.navigation_packs == 0) findings_.error("dvd", "the film has no navigation packs");
      if (stream.streams.size() != 2)
        findings_.error("dvd", "the film does not have one MPEG-2 video and one AC-3 stream");
      summary = count_text(stream.packs, "pack", "packs");
      for (const DecoderBufferReport& buffer : stream.streams)
        summary += format(", %s at most %lld of %lld KiB", buffer.stream.c_str(),
                          static_cast<long long>(buffer.fullest_bytes / 1024),
                          static_cast<long long>(buffer.buffer_bytes / 1024));
      units = format(", %s of at most %.2f s",
                     count_text(stream.navigation_packs, "object unit", "object units").c_str(),
                     stream.longest_unit_seconds);
    } catch (const std::runtime_error& error) {
      findings_.error("program stream", error.what());
      summary = "damaged";
    }
    findings_.conclude("program stream", summary);
    findings_.conclude(
        "dvd", format("%s of at most %d pictures",
                      count_text(disc_->groups(), "GOP", "GOPs").c_str(), disc_->longest_group()) +
                   units);
  }

  void conclude_brightness() {
    if (report_.brightness.empty()) {
      findings_.leave_out("brightness", "no picture was seen");
      return;
    }
    double least = 255, most = 0;
    std::int64_t active = 0, dim = 0;
    const VerifyBrightness* dimmest = nullptr;
    for (const VerifyBrightness& one : report_.brightness) {
      least = std::min(least, one.mean);
      most = std::max(most, one.mean);
      if (one.mean > active_mean) ++active;
      // Black ones are errors of another check.
      if (one.mean > quiet_mean || one.maximum <= darkest_maximum) continue;
      ++dim;
      if (dimmest == nullptr || one.mean < dimmest->mean) dimmest = &one;
    }
    const auto seen = static_cast<std::int64_t>(report_.brightness.size());
    if (dimmest != nullptr)
      findings_.warn("brightness", dimmest->frame,
                     format("%lld of %lld pictures looked at are dim, a mean of %.0f or less; "
                            "the dimmest has %.2f",
                            static_cast<long long>(dim), static_cast<long long>(seen), quiet_mean,
                            dimmest->mean));
    findings_.conclude("brightness", format("mean %.1f to %.1f in %s, %lld above %.0f", least, most,
                                            count_text(seen, "picture", "pictures").c_str(),
                                            static_cast<long long>(active), active_mean));
  }

  void conclude_motion() {
    if (report_.frames == 0 || unseen_) {
      findings_.leave_out("motion", "no picture was seen");
      return;
    }
    findings_.conclude("motion", "looked for black pictures and for those that stand still");
  }

  void conclude_universe() {
    if (!settings_.against_universe) {
      findings_.leave_out("universe", "compared with --against-universe");
      return;
    }
    if (universe_)
      universe_->conclude(report_, rate_);
    else
      findings_.conclude("universe", "not compared");
  }

  const std::string path_;
  const VerifySettings settings_;
  const VerifyCallbacks& callbacks_;
  VerifyReport report_;
  FilmScan scan_;
  const ScannedFilm& film_;
  const ScannedStream& video_;
  const OwnSettings own_;
  const Rational rate_;
  const FrameClock clock_;
  std::optional<FrameClock> audio_clock_;
  Findings findings_;
  std::int64_t frames_total_ = 0;

  // Where the film is.
  Unwrapper picture_times_, decoding_times_;
  std::optional<std::int64_t> origin_;      // ticks of frame 0, as time is counted now
  std::optional<std::int64_t> first_time_;  // ticks of the first picture
  std::int64_t last_time_ = 0;
  std::optional<std::int64_t> last_frame_, last_decoding_time_;
  std::int64_t packets_ = 0;
  std::int64_t point_begin_ = 0, point_pictures_ = 0;
  bool at_point_ = false;

  std::optional<Unwrapper> sound_times_;
  std::optional<std::int64_t> sound_begins_, sound_ends_;  // ticks
  std::int64_t sound_packets_ = 0;

  // What it is held against.
  DiscTarget target_ = DiscTarget::none;
  std::optional<DvdCheck> disc_;
  StreamCheck stream_check_;
  std::optional<VbvBuffer> buffer_;
  std::optional<UniverseComparison> universe_;

  // What is to be seen.
  bool unseen_ = false;
  MotionCheck motion_{findings_, rate_};
  std::vector<std::int64_t> still_frames_;
  std::size_t next_still_ = 0;
  std::optional<ContactSheet> sheet_;
  const std::int64_t second_ = nominal_rate(rate_);
  Streak time_faults_{second_, findings_, "timestamps"};
  Streak sound_faults_{second_, findings_, "audio"};
  Streak damage_{second_, findings_, "decoding"};
  Streak size_faults_{second_, findings_, "streams"};
  Streak late_pictures_{second_, [this](const Streak::Stretch& stretch) {
                          findings_.error(
                              "vbv", stretch.first, stretch.last,
                              count_text(stretch.events, "picture has", "pictures have") +
                                  " not arrived when the film's decoder needs them");
                        }};
};

}  // namespace

bool VerifyReport::passes() const noexcept {
  return std::none_of(checks.begin(), checks.end(), [](const VerifyCheck& check) {
    return check.verdict == VerifyCheck::Verdict::failed;
  });
}

VerifyReport verify(const std::string& path, const VerifySettings& settings,
                    const VerifyCallbacks& callbacks) {
  if (settings.sample < 0 || settings.sample > most_sample_points)
    throw std::invalid_argument(
        format("sample is %d; it must be 1 to %d points, or 0 for the "
               "whole film",
               settings.sample, most_sample_points));
  if (!settings.contact_sheet.empty()) {
    FinishedFile::check_path(settings.contact_sheet, settings.overwrite);
    if (is_same_file(settings.contact_sheet, path))
      throw std::invalid_argument("contact-sheet names the film itself; name another file");
  }
  return Verifier(path, settings, callbacks).run();
}

}  // namespace lifereel
