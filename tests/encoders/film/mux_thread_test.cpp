// SPDX-License-Identifier: GPL-2.0-or-later
// The thread that writes what lanes encode: order, failures, and lanes that are too fast for it.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "encoders/chunk_plan.h"
#include "encoders/chunk_store.h"
#include "encoders/film/chunk_sequencer.h"
#include "encoders/video/chunk_encoder.h"
#include "tests/encoders/films.h"
#include "tests/encoders/full_disk.h"
#include "tests/sanitizers.h"

using namespace lifereel;
using namespace lifereel::test;

namespace {

using namespace std::chrono_literals;

constexpr int frame_width = 64, frame_height = 48;
constexpr std::int64_t chunk_length = 12;

FilmSettings small_film() {
  FilmSettings settings = film_settings("ffv1", {25, 1});
  settings.chunk_frames = chunk_length;
  settings.container = "nut";
  return settings;
}

FilmOutput small_output(const std::string& path, std::int64_t frames) {
  FilmOutput output = film_output(path, frame_width, frame_height);
  output.frames = frames;
  output.overwrite = true;
  return output;
}

/// The encoders of a film, in which something may be done to every packet.
struct Encoders {
  std::function<void(AVPacket&)> change;  // may be empty
  std::function<FilmSettings(FilmSettings)> settings_of_later_ones;

  OpenEncoder open() {
    return [this](const ResolvedFilm& film, bool global_header) -> std::unique_ptr<PictureEncoder> {
      ResolvedFilm own = film;
      if (opened_++ > 0 && settings_of_later_ones)
        own.settings = settings_of_later_ones(own.settings);
      return std::make_unique<Changing>(*this, own, global_header);
    };
  }

 private:
  class Changing final : public PictureEncoder {
   public:
    Changing(const Encoders& encoders, const ResolvedFilm& film, bool global_header)
        : encoders_(encoders), real_(film, global_header) {}
    const AVCodecContext* codec() const noexcept override { return real_.codec(); }
    int pictures_held_at_most() const noexcept override { return real_.pictures_held_at_most(); }
    void write(const Picture& picture, const TakePacket& take) override {
      real_.write(picture, changed(take));
    }
    void finish(const TakePacket& take) override { real_.finish(changed(take)); }

   private:
    TakePacket changed(const TakePacket& take) const {
      return [this, &take](AVPacket& packet, const AVCodecContext& codec) {
        if (encoders_.change) encoders_.change(packet);
        take(packet, codec);
      };
    }
    const Encoders& encoders_;
    ChunkEncoder real_;
  };

  std::atomic<int> opened_{0};
};

void grow(AVPacket& packet, int bytes) {
  const int before = packet.size;
  check(av_grow_packet(&packet, bytes), "av_grow_packet");
  std::memset(packet.data + before, 0, static_cast<std::size_t>(bytes));
}

/// Gives a sink pictures of the film; one thread.
class Lane {
 public:
  explicit Lane(int lane_width = frame_width, int lane_height = frame_height, int stride_bytes = 0)
      : blobs_(lane_width, lane_height),
        owner_(lane_width, lane_height, PixelFormat::yuv420p, stride_bytes) {}
  ~Lane() { CHECK(owner_.each_released_once()); }

  void write(PictureSink& sink, std::int64_t begin, std::int64_t frame) {
    sink.write(owner_.lend(frame, blobs_.draw(static_cast<int>(begin + frame))));
    ++written;
  }
  void make_chunk(ChunkedSink& film, std::int64_t index, std::int64_t frames = chunk_length) {
    const auto sink = film.begin_chunk(index, frames);
    for (std::int64_t i = 0; i < frames; ++i) write(*sink, index * film.chunk_frames(), i);
    sink->finish();
  }

  std::atomic<std::int64_t> written{0};

 private:
  const Blobs blobs_;
  PictureOwner owner_;
};

/// Chunks in memory.
class MemoryStore final : public ChunkStore {
 public:
  std::int64_t pictures(std::int64_t index) const override {
    const std::lock_guard lock(mutex_);
    const auto found = chunks_.find(index);
    return found == chunks_.end() ? 0 : found->second.pictures;
  }
  std::unique_ptr<ChunkWriter> keep(std::int64_t index) override {
    return std::make_unique<Writer>(*this, index);
  }
  std::unique_ptr<ChunkReader> open(std::int64_t index) override {
    ++opened;
    const std::lock_guard lock(mutex_);
    return std::make_unique<Reader>(chunks_.at(index).bytes);
  }

  void forget(std::int64_t index) {
    const std::lock_guard lock(mutex_);
    chunks_.erase(index);
  }
  void spoil(std::int64_t index) {
    const std::lock_guard lock(mutex_);
    chunks_.at(index).bytes.resize(chunks_.at(index).bytes.size() / 2);
  }
  std::atomic<int> opened{0};

 private:
  struct Chunk {
    std::string bytes;
    std::int64_t pictures = 0;
  };
  class Writer final : public ChunkWriter {
   public:
    Writer(MemoryStore& store, std::int64_t index) : store_(store), index_(index) {}
    void write(const std::uint8_t* bytes, std::size_t size) override {
      bytes_.append(reinterpret_cast<const char*>(bytes), size);
    }
    void finish(std::int64_t pictures) override {
      const std::lock_guard lock(store_.mutex_);
      store_.chunks_[index_] = {bytes_, pictures};
    }

   private:
    MemoryStore& store_;
    const std::int64_t index_;
    std::string bytes_;
  };
  class Reader final : public ChunkReader {
   public:
    explicit Reader(std::string bytes) : bytes_(std::move(bytes)) {}
    std::uint64_t left() const noexcept override { return bytes_.size() - at_; }
    void read(std::uint8_t* bytes, std::size_t size) override {
      bytes_.copy(reinterpret_cast<char*>(bytes), size, at_);  // of none, too
      at_ += size;
    }
    void finish() override {}

   private:
    const std::string bytes_;
    std::size_t at_ = 0;
  };

  mutable std::mutex mutex_;
  std::map<std::int64_t, Chunk> chunks_;
};

/// A film on its way through a pipe whose other end reads nothing until it is told to.
class SlowPipe {
 public:
  explicit SlowPipe(const std::string& path) : path_(path) {
    REQUIRE(mkfifo(path.c_str(), 0600) == 0);
    fd_ = open(path.c_str(), O_RDWR | O_CLOEXEC);  // waits for nobody
    REQUIRE(fd_ >= 0);
  }
  ~SlowPipe() { close(fd_); }
  const std::string& path() const { return path_; }

  /// What comes, until `over` is set and nothing is left.
  std::string read_all(const std::atomic<bool>& over) const {
    fcntl(fd_, F_SETFL, O_NONBLOCK);
    std::string bytes, piece(1 << 16, '\0');
    for (;;) {
      const bool last = over;
      const ssize_t taken = ::read(fd_, piece.data(), piece.size());
      if (taken > 0)
        bytes.append(piece, 0, static_cast<std::size_t>(taken));
      else if (last)
        return bytes;
      else
        std::this_thread::sleep_for(1ms);
    }
  }

 private:
  const std::string path_;
  int fd_ = -1;
};

/// Where a count comes to rest.
std::int64_t rest_of(const std::atomic<std::int64_t>& count, std::int64_t at_least) {
  while (count < at_least) std::this_thread::sleep_for(1ms);
  std::int64_t last = -1;
  while (count != last) {
    last = count;
    std::this_thread::sleep_for(50ms);
  }
  return last;
}

std::string whole_film(const TemporaryFolder& folder, std::int64_t frames) {
  make_film(small_film(), small_output(folder.file("whole.nut"), frames), static_cast<int>(frames));
  return read_bytes(folder.file("whole.nut"));
}

/// Any chunk by any of `threads`, each far from its place by up to a dozen.
void make_scrambled(ChunkedSink& film, std::int64_t chunks, int threads, unsigned seed) {
  std::vector<std::int64_t> order;
  std::mt19937 random(seed);
  for (std::int64_t i = 0; i < chunks; ++i)
    if (film.needs_chunk(i)) order.push_back(i);
  for (std::size_t i = 0; i < order.size(); i += 12)
    std::shuffle(order.begin() + static_cast<std::ptrdiff_t>(i),
                 order.begin() + static_cast<std::ptrdiff_t>(std::min(i + 12, order.size())),
                 random);
  std::atomic<std::size_t> next{0};
  std::vector<std::thread> running;
  for (int t = 0; t < threads; ++t)
    running.emplace_back([&] {
      Lane lane;
      for (std::size_t at = next++; at < order.size(); at = next++)
        lane.make_chunk(film, order[at]);
    });
  for (std::thread& thread : running) thread.join();
  film.finish();
}

}  // namespace

TEST_SUITE_BEGIN("encoders.mux_thread");

TEST_CASE("chunks in any order from any threads are one film, kept or not") {
  REQUIRE_ENCODER("ffv1");
  const TemporaryFolder folder;
  constexpr std::int64_t chunks = 30, frames = chunks * chunk_length;
  const std::string whole = whole_film(folder, frames);
  for (unsigned seed = 1; seed <= (sanitized ? 1 : 3); ++seed) {
    CAPTURE(seed);
    FilmOutput output = small_output(folder.file("film.nut"), frames);
    {
      Film film(small_film(), output);
      make_scrambled(film.chunks(), chunks, 4, seed);
      CHECK(film.statistics().frames == frames);
      CHECK(film.statistics().mux_seconds > 0);
    }
    CHECK(read_bytes(output.path) == whole);
    MemoryStore store;
    output.chunks = &store;
    {
      Film film(small_film(), output);
      make_scrambled(film.chunks(), chunks, 4, seed);
    }
    CHECK(read_bytes(output.path) == whole);
    CHECK(store.opened == 0);  // as much as this waits in memory
    // As a render that was stopped finds it.
    for (const std::int64_t missing : {0, 1, 7, 8, 20}) store.forget(missing);
    {
      Film film(small_film(), output);
      make_scrambled(film.chunks(), chunks, 3, seed);
      CHECK(film.statistics().frames == frames);
    }
    CHECK(read_bytes(output.path) == whole);
    {
      Film film(small_film(), output);
      film.chunks().finish();  // all of it is there
    }
    CHECK(read_bytes(output.path) == whole);
  }
}

TEST_CASE("what would be too much to wait in memory is read from the store" *
          doctest::skip(looks_for_races)) {
  REQUIRE_ENCODER("ffv1");
  const TemporaryFolder folder;
  const auto made = [&](ChunkStore* store) {
    int packets = 0;
    Encoders encoders;
    // The first chunk that is made may not wait.
    encoders.change = [&](AVPacket& packet) {
      if (packets++ < chunk_length)
        grow(packet, 1 + static_cast<int>(MuxThread::most_waiting_bytes / (chunk_length - 1)));
    };
    FilmOutput output = small_output(folder.file("film.nut"), 3 * chunk_length);
    output.chunks = store;
    ChunkSequencer film(resolve(small_film(), output), output, encoders.open());
    Lane lane;
    for (const std::int64_t index : {1, 2, 0}) lane.make_chunk(film, index);
    film.finish();
    return read_bytes(output.path);
  };
  MemoryStore store;
  const std::string film = made(&store);
  CHECK(store.opened == 1);
  CHECK(film == made(nullptr));
}

TEST_CASE("packets go on as they come, and statistics wait for them") {
  REQUIRE_ENCODER("ffv1");
  const TemporaryFolder folder;
  Film film(small_film(), small_output(folder.file("film.nut"), 5 * chunk_length));
  Lane lane;
  const auto write = [&](std::int64_t from, std::int64_t to) {
    for (std::int64_t i = from; i < to; ++i) lane.write(film, 0, i);
  };
  write(0, 7);  // half a chunk
  CHECK(film.statistics().frames == 7);
  CHECK(film.written().frames == 7);
  write(7, 30);
  CHECK(film.statistics().frames == 30);
  write(30, 60);
  film.finish();
  CHECK(film.statistics().frames == 60);
}

TEST_CASE("a film that ends early has what was made of it") {
  REQUIRE_ENCODER("ffv1");
  const TemporaryFolder folder;
  for (const bool keeps : {false, true}) {
    MemoryStore store;
    FilmOutput output = small_output(folder.file("film.nut"), 10 * chunk_length);
    if (keeps) output.chunks = &store;
    Film film(small_film(), output);
    Lane lane;
    lane.make_chunk(film.chunks(), 1);
    CHECK(film.chunks().end_early(2 * chunk_length + 5) == 2 * chunk_length + 5);
    lane.make_chunk(film.chunks(), 2, 5);
    lane.make_chunk(film.chunks(), 0);
    film.chunks().finish();
    CHECK(decode(output.path).frames == 2 * chunk_length + 5);
  }
}

TEST_CASE("a disk that is full is told while the film is made, by each lane and at the end") {
  REQUIRE_ENCODER("ffv1");
  const TemporaryFolder folder;
  const std::string path = folder.file("film.nut");
  const std::string full = "cannot write '" + path + "': File too large; the file was not kept";
  {
    const FullDisk disk(300'000);
    Film film(small_film(), small_output(path, 100'000 * chunk_length));
    std::vector<std::thread> lanes;
    std::vector<std::string> told(3);
    for (std::size_t lane = 0; lane < told.size(); ++lane)
      lanes.emplace_back([&, lane] {
        told[lane] = error_of([&] {
          Lane own;
          for (auto index = static_cast<std::int64_t>(lane);; index += 3)
            own.make_chunk(film.chunks(), index);
        });
      });
    for (std::thread& lane : lanes) lane.join();
    for (const std::string& sentence : told) CHECK(sentence == full);
    CHECK(error_of([&] { film.chunks().finish(); }) == full);
  }
  // Nothing of this one is written before its end.
  const FullDisk disk(10'000);
  const FilmOutput output = small_output(path, chunk_length);
  CHECK(error_of([&] { make_film(small_film(), output, chunk_length); }) == full);
  CHECK(folder.names().empty());
}

TEST_CASE("a film that breaks a disc's buffer is told by whoever goes on with it") {
  REQUIRE_ENCODER("mpeg2video");
  const TemporaryFolder folder;
  FilmSettings settings = dvd_settings();
  settings.chunk_frames = 18;
  FilmOutput output = film_output(folder.file("film.mpg"), 720, 480);
  output.frames = 18'000;
  {
    Encoders encoders;
    encoders.change = [](AVPacket& packet) { grow(packet, 100'000); };
    ChunkSequencer film(resolve(settings, output), output, encoders.open());
    Lane lane(720, 480, 768);
    CHECK(contains(error_of([&] {
                     for (std::int64_t index = 0;; ++index) lane.make_chunk(film, index, 18);
                   }),
                   "the film breaks the disc's buffer model: picture "));
    CHECK(contains(error_of([&] { film.finish(); }), "lower the bitrate or maxrate"));
  }
  CHECK(folder.names().empty());
}

TEST_CASE("encoders whose headers differ are told, those of kept chunks, too") {
  REQUIRE_ENCODER("ffv1");
  const TemporaryFolder folder;
  const std::string told =
      "the encoder ffv1 gave two chunks different headers; set chunk-frames to 0";
  FilmOutput output = small_output(folder.file("film.nut"), 3 * chunk_length);
  const auto in_other_slices = [](FilmSettings settings) {
    settings.codec_options = {{"slices", "9"}};
    return settings;
  };
  Encoders encoders;
  encoders.settings_of_later_ones = in_other_slices;
  {
    ChunkSequencer film(resolve(small_film(), output), output, encoders.open());
    Lane lane;
    lane.make_chunk(film, 0);
    CHECK(error_of([&] { lane.make_chunk(film, 1); }) == told);
    CHECK_THROWS(film.finish());
  }
  MemoryStore store;
  output.chunks = &store;
  {
    Encoders same;
    ChunkSequencer film(resolve(in_other_slices(small_film()), output), output, same.open());
    Lane().make_chunk(film, 0);
  }
  Film film(small_film(), output);
  CHECK(error_of([&] {
          Lane lane;
          lane.make_chunk(film.chunks(), 1);
          lane.make_chunk(film.chunks(), 2);
          film.chunks().finish();
        }) == told);
}

TEST_CASE("a kept chunk that cannot be read again is told") {
  REQUIRE_ENCODER("ffv1");
  const TemporaryFolder folder;
  FilmOutput output = small_output(folder.file("film.nut"), 3 * chunk_length);
  MemoryStore store;
  output.chunks = &store;
  {
    Film film(small_film(), output);
    Lane().make_chunk(film.chunks(), 1);
  }
  store.spoil(1);
  {
    Film film(small_film(), output);
    CHECK(contains(error_of([&] {
                     Lane lane;
                     lane.make_chunk(film.chunks(), 0);
                     lane.make_chunk(film.chunks(), 2);
                     film.chunks().finish();
                   }),
                   "a kept chunk of the film cannot be read: it is cut short"));
  }
  CHECK(folder.names().empty());
}

TEST_CASE("what libav and the writer warn of on that thread is a warning of the film") {
  REQUIRE_ENCODER("libx264");
  const TemporaryFolder folder;
  FilmSettings settings = film_settings("libx264", {25, 1});
  settings.codec_preset = "ultrafast";
  settings.chunk_frames = chunk_length;
  settings.crf = 0;
  FilmStatistics statistics;
  // Without a global header the profile is seen in the first packet.
  make_film(settings, small_output(folder.file("film.ts"), 2 * chunk_length), 2 * chunk_length,
            &statistics);
  CHECK(contains(join(statistics.warnings), "crf of 1 or more"));
}

TEST_CASE("a disk that is too slow makes lanes wait, and nobody for ever") {
  REQUIRE_ENCODER("ffv1");
  const TemporaryFolder folder;
  SUBCASE("for chunks") {
    constexpr std::int64_t chunks = 400, frames = chunks * chunk_length;
    const std::string whole = whole_film(folder, frames);
    const SlowPipe pipe(folder.file("film.pipe"));
    std::atomic<bool> over{false};
    std::atomic<std::int64_t> begun{0};
    std::thread making([&] {
      Film film(small_film(), small_output(pipe.path(), frames));
      std::vector<std::thread> lanes;
      for (std::int64_t first = 0; first < 3; ++first)
        lanes.emplace_back([&, first] {
          Lane lane;
          for (std::int64_t index = first; index < chunks; index += 3) {
            lane.make_chunk(film.chunks(), index);
            ++begun;
          }
        });
      for (std::thread& lane : lanes) lane.join();
      film.chunks().finish();
      over = true;
    });
    // What pipe and buffers hold, and twice as many as there are lanes.
    const auto held = static_cast<std::int64_t>((65'536 + 2 * 262'144) / (whole.size() / chunks));
    CHECK(rest_of(begun, 6) <= held + 8);
    CHECK(pipe.read_all(over) == whole);
    making.join();
  }
  SUBCASE("within a chunk") {
    constexpr std::int64_t frames = 100, packet_bytes = 1 << 20;
    FilmSettings settings = small_film();
    settings.chunk_frames = frames;
    const SlowPipe pipe(folder.file("film.pipe"));
    std::atomic<bool> over{false};
    Lane lane;
    std::thread making([&] {
      Encoders encoders;
      encoders.change = [](AVPacket& packet) { grow(packet, packet_bytes); };
      const FilmOutput output = small_output(pipe.path(), frames);
      ChunkSequencer film(resolve(settings, output), output, encoders.open());
      lane.make_chunk(film, 0, frames);
      film.finish();
      over = true;
    });
    constexpr std::int64_t most = MuxThread::most_waiting_bytes / packet_bytes;
    CHECK(rest_of(lane.written, most) <= 2 * most + 4);
    CHECK(pipe.read_all(over).size() > frames * packet_bytes);
    making.join();
  }
  SUBCASE("for chunks that come last first") {
    constexpr std::int64_t chunks = 100, frames = chunks * chunk_length;
    const std::string whole = whole_film(folder, frames);
    const SlowPipe pipe(folder.file("film.pipe"));
    std::atomic<bool> over{false};
    std::thread making([&] {
      Film film(small_film(), small_output(pipe.path(), frames));
      Lane lane;
      for (std::int64_t index = chunks; index-- > 0;) lane.make_chunk(film.chunks(), index);
      film.chunks().finish();
      over = true;
    });
    CHECK(pipe.read_all(over) == whole);
    making.join();
  }
}

TEST_CASE("a film that is given up leaves nothing, whatever its thread is at") {
  REQUIRE_ENCODER("ffv1");
  const TemporaryFolder folder;
  for (const int chunks : {0, 1, 3}) {
    MemoryStore store;
    FilmOutput output = small_output(folder.file("film.nut"), 10 * chunk_length);
    if (chunks == 3) output.chunks = &store;
    {
      Film film(small_film(), output);
      Lane lane;
      for (int index = 0; index < chunks; ++index) lane.make_chunk(film.chunks(), index);
      const auto unfinished = film.chunks().begin_chunk(chunks, chunk_length);
      for (int i = 0; i < 5; ++i) lane.write(*unfinished, chunks * chunk_length, i);
    }
    CHECK(folder.names().empty());
    CHECK(store.pictures(2) == (chunks == 3 ? chunk_length : 0));
    CHECK(store.pictures(3) == 0);
  }
}

TEST_SUITE_END();
