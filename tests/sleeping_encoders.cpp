// SPDX-License-Identifier: GPL-2.0-or-later
// Prints how well the pipeline feeds more encoders than this machine has processors for: they sleep
// as long as they would compute, and hand over packets that were encoded before. All else is as in
// a render: rings, lanes, the muxer's thread, the container and the disk. A table in Markdown.
//   sleeping_encoders [SECONDS]     of each line; 20: the last chunks of all encoders are written
//   when they are done
// Films go to the folder for temporary files (TMPDIR).
#include <sys/prctl.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "encoders/film/chunk_sequencer.h"
#include "encoders/libav/log_capture.h"
#include "encoders/libav/picture_frame.h"
#include "encoders/video/chunk_encoder.h"
#include "sim/engine.h"
#include "src/pipeline.h"
#include "src/pipeline/frame_source.h"
#include "src/render/chunk_folder.h"
#include "src/settings.h"
#include "tests/temporary_folder.h"

using namespace lifereel;

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Draws nothing, in no time.
class IdleEngine final : public Engine {
 public:
  IdleEngine() { settings_.width = settings_.height = 16; }
  const UniverseSettings& settings() const noexcept override { return settings_; }
  EngineDescription describe() const override { return {}; }
  void step() override { ++frame_; }
  void begin_draw(const PictureTarget&) override {}
  void finish_draw() override {}
  void read_state(State& state) const override { state = {}; }
  std::uint64_t frame() const noexcept override { return frame_; }

 private:
  UniverseSettings settings_;
  std::uint64_t frame_ = 0;
};

/// One chunk of a preset's film as its own encoder makes it, and that encoder.
struct EncodedChunk {
  EncodedChunk(const RenderSettings& settings, const ResolvedFilm& film, bool global_header)
      : encoder(film, global_header) {
    const auto engine = make_cpu_engine(settings.universe);
    FrameSource source(*engine, film.pictures);
    const auto take = [this](AVPacket& packet, const AVCodecContext&) {
      packets.push_back(make_packet());
      av_packet_move_ref(packets.back().get(), &packet);
    };
    for (int frame = 0; frame < film.settings.chunk_frames; ++frame) {
      source.next();
      encoder.write(source.picture(), take);
    }
    encoder.finish(take);
  }

  ChunkEncoder encoder;
  std::vector<UniquePacket> packets;
};

/// A processor's time that nobody else wants. What the machine wakes a thread late by is given back
/// next time; all that passes between two calls counts.
class SleptTime {
 public:
  explicit SleptTime(std::chrono::nanoseconds time) : time_(time) {}
  void pass() {
    if (time_ == time_.zero()) return;
    const Clock::time_point due = Clock::now() - late_ + time_;
    const auto since_epoch = std::chrono::nanoseconds(due.time_since_epoch()).count();
    const timespec until{since_epoch / 1'000'000'000, since_epoch % 1'000'000'000};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
    late_ = Clock::now() - due;
  }

 private:
  const std::chrono::nanoseconds time_;
  std::chrono::nanoseconds late_{0};
};

class SleepingEncoder final : public PictureEncoder {
 public:
  SleepingEncoder(std::shared_ptr<const EncodedChunk> chunk, std::chrono::nanoseconds time)
      : chunk_(std::move(chunk)), time_(time) {}

  const AVCodecContext* codec() const noexcept override { return chunk_->encoder.codec(); }
  int pictures_held_at_most() const noexcept override { return 1; }
  void write(const Picture& picture, const TakePacket& take) override {
    const PictureGuard guard(picture);
    time_.pass();
    // A copy of its own, as from an encoder: containers write into it.
    check(av_packet_ref(packet_.get(), chunk_->packets[next_++].get()), "av_packet_ref");
    check(av_packet_make_writable(packet_.get()), "av_packet_make_writable");
    take(*packet_, *codec());
    av_packet_unref(packet_.get());
  }
  void finish(const TakePacket&) override {}

 private:
  const std::shared_ptr<const EncodedChunk> chunk_;
  SleptTime time_;
  UniquePacket packet_ = make_packet();
  std::size_t next_ = 0;
};

/// Knows when the last packet was written, before the disk was waited for.
class TimedFilm final : public ChunkedSink {
 public:
  explicit TimedFilm(ChunkSequencer& film) : film_(film) {}
  std::int64_t chunk_frames() const noexcept override { return film_.chunk_frames(); }
  std::unique_ptr<PictureSink> begin_chunk(std::int64_t index, std::int64_t frames) override {
    return film_.begin_chunk(index, frames);
  }
  void finish() override {
    film_.statistics();
    all_written = Clock::now();
    film_.finish();
  }
  PictureFormat picture_format() const noexcept override { return film_.picture_format(); }
  int pictures_held_at_most() const noexcept override { return film_.pictures_held_at_most(); }

  Clock::time_point all_written;

 private:
  ChunkSequencer& film_;
};

struct Case {
  const char* preset;
  const char* extension;
  int lanes;
  double milliseconds;  // a frame; 0: none
  double spread;        // of chunks: each takes up to this part more or less
  bool keeps_chunks;
};

/// -1 to 1, another one for each chunk, as chunks differ in what they show.
double unevenness(std::int64_t chunk) {
  const double places = static_cast<double>(chunk) * 0.6180339887498949;
  return 2 * (places - std::floor(places)) - 1;
}

class Bench {
 public:
  Bench(const Case& one, double seconds) : case_(one) {
    apply_preset(settings_, one.preset);
    settings_.film.chunk_frames = 360;
    settings_.film.chunk_frames = chunk_frames(settings_.film);  // whole GOPs
    const double rate = one.milliseconds > 0 ? 1000 * one.lanes / one.milliseconds : 20'000;
    const std::int64_t round = std::int64_t{one.lanes} * settings_.film.chunk_frames;
    output_.frames = std::max<std::int64_t>(2, std::llround(seconds * rate / round)) * round;
    output_.path = folder_.file(std::string("film") + one.extension);
    output_.width = settings_.universe.width;
    output_.height = settings_.universe.height;
    film_ = resolve(settings_.film, output_);
    if (one.keeps_chunks) {
      const ChunkPlan plan{output_.frames, film_.settings.chunk_frames};
      std::filesystem::create_directory(folder_.file("chunks"));
      output_.chunks = &store_.emplace(folder_.file("chunks"), std::string(64, '0'), plan, nullptr);
    }
  }

  void run() {
    std::atomic<std::int64_t> opened{0};
    const OpenEncoder open = [&](const ResolvedFilm& film, bool global_header) {
      std::call_once(encoded_, [&] {
        chunk_ = std::make_shared<const EncodedChunk>(settings_, film, global_header);
      });
      const double milliseconds = case_.milliseconds * factor(opened++);
      return std::make_unique<SleepingEncoder>(
          chunk_, std::chrono::nanoseconds(std::llround(1e6 * milliseconds)));
    };
    ChunkSequencer sequencer(film_, output_, open);
    TimedFilm film(sequencer);
    IdleEngine engine;
    PipelineSettings pipeline;
    pipeline.frames = output_.frames;
    pipeline.lanes = case_.lanes;
    const Clock::time_point begin = Clock::now();
    run_pipeline(engine, film, pipeline);
    print(std::chrono::duration<double>(film.all_written - begin).count(),
          seconds_since(film.all_written), sequencer.statistics());
  }

 private:
  double factor(std::int64_t chunk) const { return 1 + case_.spread * unevenness(chunk); }

  /// Encoders that are never without work.
  double most_frames_per_second() const {
    const std::int64_t chunks = output_.frames / film_.settings.chunk_frames;
    double sum = 0;
    for (std::int64_t chunk = 0; chunk < chunks; ++chunk) sum += factor(chunk);
    return 1000 * case_.lanes / (case_.milliseconds * sum / static_cast<double>(chunks));
  }

  void print(double seconds, double flush_seconds, const FilmStatistics& statistics) const {
    const auto frames = static_cast<double>(output_.frames);
    std::string part;
    char encoders[64] = "2, as fast as they can";
    if (case_.milliseconds > 0) {
      char percent[16];
      std::snprintf(percent, sizeof percent, "%.1f %%",
                    100 * frames / seconds / most_frames_per_second());
      part = percent;
      std::snprintf(encoders, sizeof encoders,
                    case_.spread > 0 ? "%d of %.1f ms, chunks of ± %.0f %%" : "%d of %.1f ms",
                    case_.lanes, case_.milliseconds, 100 * case_.spread);
    }
    std::printf("| %s, %s%s | %s | %.0f | %s | %.1f µs | %.2f s |\n", case_.preset,
                statistics.container.c_str(), case_.keeps_chunks ? ", chunks kept" : "", encoders,
                frames / seconds, part.c_str(),
                1e6 * (statistics.mux_seconds - flush_seconds) / frames, flush_seconds);
    std::fflush(stdout);
  }

  const Case case_;
  const test::TemporaryFolder folder_;
  RenderSettings settings_;
  FilmOutput output_;
  ResolvedFilm film_;
  std::optional<ChunkFolder> store_;
  std::once_flag encoded_;
  std::shared_ptr<const EncodedChunk> chunk_;
};

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 20;
  const LogCapture quiet;       // encoders have their say when they are closed
  prctl(PR_SET_TIMERSLACK, 1);  // nanoseconds; threads inherit it
  std::printf(
      "| encoders that sleep | encoders, a frame | frames/s | of what they can do | muxer's "
      "thread, "
      "a frame | flush at the end |\n|---|---|---|---|---|---|\n");
  try {
    for (const bool keeps_chunks : {false, true})
      for (const auto& [preset, extension] :
           {std::pair{"dvd_video", ".mpg"}, {"dvd_mp4", ".mp4"}}) {
        Bench({preset, extension, 16, 2.2, 0, keeps_chunks}, seconds).run();
        Bench({preset, extension, 64, 8.8, 0, keeps_chunks}, seconds).run();
        Bench({preset, extension, 2, 0, 0, keeps_chunks}, seconds).run();
      }
    Bench({"dvd_video", ".mpg", 16, 2.2, 0.25, false}, 2 * seconds).run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sleeping_encoders: %s\n", error.what());
    return 1;
  }
}
