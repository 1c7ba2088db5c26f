// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/film.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <map>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "encoders/audio/silent_ac3.h"
#include "encoders/chunk_plan.h"
#include "encoders/dvd/dvd_video.h"
#include "encoders/film/chunk_encoder.h"
#include "encoders/film/chunk_records.h"
#include "encoders/film/container.h"
#include "encoders/film/film_writer.h"
#include "encoders/libav/libav.h"
#include "encoders/libav/log_capture.h"
#include "encoders/libav/picture_frame.h"
#include "encoders/video/chunk_rules.h"
#include "encoders/video/processor_kind.h"
#include "encoders/video/video_encoder.h"

namespace lifereel {
namespace {

constexpr std::size_t most_warnings = 16;
constexpr std::int64_t not_known = 0;  // how long a chunk will be

bool takes_odd_sizes(const AVCodec& codec) {
  return codec.id == AV_CODEC_ID_RAWVIDEO || codec.id == AV_CODEC_ID_FFV1;
}

std::string size_text(int width, int height) {
  return std::to_string(width) + "x" + std::to_string(height);
}

void check_shape(const FilmSettings& settings, const FilmOutput& output) {
  if (output.width <= 0 || output.height <= 0)
    throw std::invalid_argument("the size must be positive, not " +
                                size_text(output.width, output.height));
  if (av_image_check_size2(static_cast<unsigned>(output.width),
                           static_cast<unsigned>(output.height), INT64_MAX, AV_PIX_FMT_YUV420P, 0,
                           nullptr) < 0)
    throw std::invalid_argument("the size " + size_text(output.width, output.height) +
                                " is larger than libav can handle");
  const Rational rate = settings.frames_per_second;
  if (rate.num <= 0 || rate.den <= 0)
    throw std::invalid_argument("frames per second must be positive, not " +
                                std::to_string(rate.num) + "/" + std::to_string(rate.den));
  if (settings.aspect && (settings.aspect->num <= 0 || settings.aspect->den <= 0))
    throw std::invalid_argument("the aspect must be positive, as 16:9");
}

/// Adds its own lifetime to `seconds`.
class Lap {
 public:
  explicit Lap(double& seconds) : seconds_(seconds) {}
  ~Lap() {
    seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }
  Lap(const Lap&) = delete;
  Lap& operator=(const Lap&) = delete;

 private:
  double& seconds_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace

void validate(const FilmSettings& asked, const FilmOutput& output) {
  LogCapture log;
  check_shape(asked, output);
  check_disc_settings(asked, output.width, output.height);
  check_codec_settings(asked);
  check_chunks(asked);
  const FilmSettings settings = with_film_defaults(asked);
  const AVCodec& codec = find_video_encoder(settings.codec);

  if (const DvdVideo* const disc = dvd_video(settings.target)) {
    check_ac3_bitrate(*settings.audio_bitrate);
    check_comment(output.comment);
    const std::string extension = extension_of(output.path);
    if (asked.container.empty() && !extension.empty() && extension != "mpg" &&
        extension != "mpeg" && extension != "vob")
      throw std::invalid_argument(std::string(disc->name) +
                                  " makes a program stream; name the film .mpg, not ." + extension);
  } else if (settings.audio_bitrate) {
    throw std::invalid_argument(
        "audio-bitrate is for the sound of a disc target; this film has no sound");
  }
  check_container(settings, find_muxer(settings, output.path), codec);

  if (choose_pixel_format(settings, output.path) == PixelFormat::yuv420p &&
      settings.filter.empty() && !takes_odd_sizes(codec) &&
      (output.width % 2 != 0 || output.height % 2 != 0))
    throw std::invalid_argument("the size " + size_text(output.width, output.height) +
                                " is odd; 4:2:0 colour needs an even width and height");
  FinishedFile::check_path(output.path, output.overwrite);
}

struct Film::Impl final : ChunkedSink {
  class Chunk;

  Impl(const FilmSettings& asked, const FilmOutput& where)
      : settings((validate(asked, where), with_film_defaults(asked))),
        output(where),
        format(lifereel::picture_format(choose_pixel_format(settings, output.path), output.width,
                                        output.height)),
        plan{where.frames > 0 ? where.frames : INT64_MAX, settings.chunk_frames} {
    if (output.chunks != nullptr && output.frames <= 0)
      throw std::invalid_argument(
          "a film that keeps its chunks must know how many pictures will come: which chunk is "
          "whole "
          "depends on it");
    LogCapture log;
    writer = std::make_unique<FilmWriter>(settings, output);
    spare = open_encoder();
    held = spare->pictures_held_at_most();
    // Behind a filter chain, the codec is opened for the first frame that comes out of it.
    if (spare->codec() != nullptr) writer->begin(*spare->codec());
    note_warnings(log);
  }

  std::unique_ptr<ChunkEncoder> open_encoder() {
    return std::make_unique<ChunkEncoder>(settings, output, writer->wants_global_header());
  }

  bool cut() const noexcept { return plan.chunk_frames > 0; }

  // What a library user does from one thread: chunk after chunk.

  void write(const Picture& picture);
  void finish_last_chunk();

  // ChunkedSink: any thread.

  std::int64_t chunk_frames() const noexcept override { return plan.chunk_frames; }
  bool needs_chunk(std::int64_t index) const override {
    return output.chunks == nullptr || output.chunks->pictures(index) != plan.length(index);
  }
  std::unique_ptr<PictureSink> begin_chunk(std::int64_t index, std::int64_t frames) override;
  std::int64_t end_early(std::int64_t frames) override;
  void finish() override;
  PictureFormat picture_format() const noexcept override { return format; }
  int pictures_held_at_most() const noexcept override { return held; }

  /// Gives the writer to the calling thread if `index` is the next chunk to be written and no other
  /// thread has it. Then, pass_on() its packets as they come.
  bool claim_writer(std::int64_t index);
  /// Pictures of a chunk, as far as it is known by now where the film ends.
  std::int64_t length(std::int64_t index) const {
    return std::min(plan.length(index), end - plan.begin(index));
  }
  void pass_on(std::int64_t index, AVPacket& packet);
  void check_extradata(const std::vector<std::uint8_t>& extradata) const;
  /// After the last packet of a chunk whose writer was claimed: writes those that waited for it.
  void release_writer();
  /// Takes a chunk that is whole: it waits for those before it. With a store it is kept there.
  void hand_over(std::int64_t index, EncodedChunk chunk);
  /// Writes what is there, as far as no chunk is missing. The writer must be the calling thread's.
  void write_ready(std::unique_lock<std::mutex>& lock);
  void write_chunk(std::int64_t index, EncodedChunk& chunk);
  void write_kept_chunk(std::int64_t index);

  /// Lets go of every picture and of an unfinished file.
  void close() noexcept {
    chunk.reset();
    spare.reset();
    writer.reset();
  }

  void note_warnings(const LogCapture& log) {
    const std::lock_guard lock(mutex);
    for (const LogCapture::Message& message : log.messages())
      if (statistics.warnings.size() < most_warnings &&
          std::find(statistics.warnings.begin(), statistics.warnings.end(), message.text) ==
              statistics.warnings.end())
        statistics.warnings.push_back(message.text);
  }

  const FilmSettings settings;  // with defaults
  const FilmOutput output;
  const PictureFormat format;
  const ChunkPlan plan;
  int held = 1;

  std::unique_ptr<PictureSink> chunk;  // being written from one thread
  std::int64_t chunk_index = 0, pictures = 0;
  bool finished = false;
  std::atomic<std::int64_t> end{INT64_MAX};  // pictures of a film that ends early

  std::mutex mutex;                              // what follows
  std::unique_ptr<ChunkEncoder> spare;           // opened with the film; the first chunk takes it
  std::map<std::int64_t, EncodedChunk> waiting;  // for a chunk before them
  std::int64_t next = 0;                         // to be written
  bool writing = false;  // the writer is with a thread, which has left the mutex; for good if it
                         // fails: the film has failed
  std::unique_ptr<FilmWriter> writer;  // of that thread, or of who holds the mutex
  FilmStatistics statistics;
};

/// One chunk's pictures. Its packets go on into the film at once where nothing before them is
/// missing, and wait where something is: in the store, if there is one, else in memory.
class Film::Impl::Chunk final : public PictureSink {
 public:
  Chunk(Impl& film, std::int64_t index, std::int64_t frames, std::unique_ptr<ChunkEncoder> encoder)
      : film_(film), index_(index), frames_(frames), encoder_(std::move(encoder)) {}
  ~Chunk() override {
    try {
      LogCapture quiet;  // encoders that are closed early have their say
      encoder_.reset();
    } catch (...) {
      // No scope for the log: closing goes on in the member's own destructor.
    }
  }

  void write(const Picture& picture) override {
    PictureGuard guard(picture);
    if (encoder_ == nullptr) throw std::logic_error("a picture came after the chunk had ended");
    guard.disarm();
    run([&] { encoder_->write(picture, take_); });
    ++pictures_;
  }

  void finish() override {
    if (encoder_ == nullptr) throw std::logic_error("the chunk failed and cannot be finished");
    run([&] {
      const std::int64_t frames = std::min(frames_, film_.end - film_.plan.begin(index_));
      if (frames_ != not_known && pictures_ != frames)
        throw std::logic_error("chunk " + std::to_string(index_) + " ended after " +
                               std::to_string(pictures_) + " of " + std::to_string(frames) +
                               " pictures");
      encoder_->finish(take_);
      encoder_.reset();  // some encoders keep their last picture until then
      if (recorder_) recorder_->finish();
      if (owns_writer_)
        film_.release_writer();
      else if (film_.cut())
        film_.hand_over(index_, std::move(encoded_));
    });
    const std::lock_guard lock(film_.mutex);
    film_.statistics.encode_seconds += seconds_;
  }

  PictureFormat picture_format() const noexcept override { return film_.format; }
  int pictures_held_at_most() const noexcept override { return film_.held; }

 private:
  /// A chunk that has failed lets go of its pictures at once.
  template <class Work>
  void run(Work&& work) {
    const Lap lap(seconds_);
    LogCapture log;
    try {
      work();
    } catch (...) {
      encoder_.reset();
      throw;
    }
    if (!log.messages().empty()) film_.note_warnings(log);
  }

  void take(AVPacket& packet, const AVCodecContext& codec) {
    if (!film_.cut()) {
      if (!film_.writer->begun()) film_.writer->begin(codec);
      film_.writer->write(packet);
      return;
    }
    if (packets_++ == 0) begin_packets(codec);
    if (recorder_) recorder_->add(packet);
    // Packets that are in the store only would be missed by a writer that is claimed now.
    if (!owns_writer_ && !recorder_ && film_.claim_writer(index_)) own_writer();
    if (owns_writer_) {
      film_.pass_on(index_, packet);
    } else if (!recorder_) {
      encoded_.packets.push_back(make_packet());
      av_packet_move_ref(encoded_.packets.back().get(), &packet);
    }
  }

  void begin_packets(const AVCodecContext& codec) {
    encoded_.extradata.assign(codec.extradata, codec.extradata + codec.extradata_size);
    if (film_.output.chunks != nullptr)
      recorder_.emplace(film_.output.chunks->keep(index_), encoded_.extradata);
    if (film_.claim_writer(index_)) own_writer();
  }

  void own_writer() {
    owns_writer_ = true;
    film_.check_extradata(encoded_.extradata);
    for (const UniquePacket& packet : encoded_.packets) film_.pass_on(index_, *packet);
    encoded_.packets.clear();
  }

  Impl& film_;
  const std::int64_t index_, frames_;
  std::unique_ptr<ChunkEncoder> encoder_;
  const ChunkEncoder::TakePacket take_ = [this](AVPacket& packet, const AVCodecContext& codec) {
    take(packet, codec);
  };
  EncodedChunk encoded_;  // packets that wait for other chunks, where there is no store
  std::optional<ChunkRecorder> recorder_;
  bool owns_writer_ = false;
  std::int64_t pictures_ = 0, packets_ = 0;
  double seconds_ = 0;
};

void Film::Impl::write(const Picture& picture) {
  PictureGuard guard(picture);
  if (writer == nullptr || finished)
    throw std::logic_error("a picture came after the film had ended");
  Picture in_chunk = picture;
  if (cut()) {
    if (picture.pts_frames != pictures)
      throw std::runtime_error("picture " + std::to_string(picture.pts_frames) +
                               " came where picture " + std::to_string(pictures) +
                               " was awaited; the pictures of a film in chunks are numbered "
                               "without gaps");
    if (pictures == plan.frames)
      throw std::runtime_error("more pictures came than the " + std::to_string(plan.frames) +
                               " that were announced");
    in_chunk.pts_frames -= plan.begin(chunk_index);
  }
  if (!chunk)
    chunk = begin_chunk(chunk_index, output.frames > 0 ? plan.length(chunk_index) : not_known);
  guard.disarm();
  chunk->write(in_chunk);
  ++pictures;
  if (!cut() || in_chunk.pts_frames + 1 < plan.length(chunk_index)) return;
  chunk->finish();
  chunk.reset();
  ++chunk_index;
}

std::unique_ptr<PictureSink> Film::Impl::begin_chunk(std::int64_t index, std::int64_t frames) {
  if (!needs_chunk(index)) return std::make_unique<NullSink>();
  std::unique_ptr<ChunkEncoder> encoder;
  {
    const std::lock_guard lock(mutex);
    encoder = std::move(spare);
  }
  LogCapture log;
  if (!encoder) encoder = open_encoder();
  if (!log.messages().empty()) note_warnings(log);
  return std::make_unique<Chunk>(*this, index, frames, std::move(encoder));
}

// A chunk that is kept already is in the film as it is, and may have been written.
std::int64_t Film::Impl::end_early(std::int64_t frames) {
  if (cut()) {
    const std::int64_t index = std::min(frames / plan.chunk_frames, plan.count() - 1);
    if (frames > plan.begin(index) && !needs_chunk(index))
      frames = plan.begin(index) + plan.length(index);
  }
  end = frames;
  return frames;
}

bool Film::Impl::claim_writer(std::int64_t index) {
  std::unique_lock lock(mutex);
  if (writing) return false;
  write_ready(lock);
  if (next == index) writing = true;
  return writing;
}

void Film::Impl::release_writer() {
  std::unique_lock lock(mutex);
  ++next;
  write_ready(lock);
}

void Film::Impl::hand_over(std::int64_t index, EncodedChunk encoded) {
  std::unique_lock lock(mutex);
  if (output.chunks == nullptr) waiting.emplace(index, std::move(encoded));
  if (!writing) write_ready(lock);
}

void Film::Impl::write_ready(std::unique_lock<std::mutex>& lock) {
  writing = true;
  while (next < plan.count() && plan.begin(next) < end) {
    EncodedChunk ready;
    if (output.chunks == nullptr) {
      if (waiting.empty() || waiting.begin()->first != next) break;
      ready = std::move(waiting.begin()->second);
      waiting.erase(waiting.begin());
    } else if (output.chunks->pictures(next) != length(next)) {
      break;
    }
    lock.unlock();
    if (output.chunks == nullptr)
      write_chunk(next, ready);
    else
      write_kept_chunk(next);
    lock.lock();
    ++next;
  }
  writing = false;
}

void Film::Impl::check_extradata(const std::vector<std::uint8_t>& extradata) const {
  if (extradata != writer->extradata())
    throw std::runtime_error("the encoder " + settings.codec +
                             " gave two chunks different headers; set chunk-frames to 0");
}

void Film::Impl::pass_on(std::int64_t index, AVPacket& packet) {
  packet.pts += plan.begin(index);
  packet.dts += plan.begin(index);
  writer->write(packet);
}

void Film::Impl::write_chunk(std::int64_t index, EncodedChunk& ready) {
  check_extradata(ready.extradata);
  for (const UniquePacket& packet : ready.packets) pass_on(index, *packet);
}

void Film::Impl::write_kept_chunk(std::int64_t index) {
  ChunkPlayback kept(output.chunks->open(index));
  check_extradata(kept.extradata());
  std::int64_t frames = 0;
  for (; const UniquePacket packet = kept.next(); ++frames) pass_on(index, *packet);
  if (frames != length(index))
    throw std::runtime_error("chunk " + std::to_string(index) + " was kept with " +
                             std::to_string(frames) + " of its " + std::to_string(length(index)) +
                             " pictures");
}

void Film::Impl::finish() {
  LogCapture log;
  double seconds = 0;
  {
    const Lap lap(seconds);
    std::unique_lock lock(mutex);
    if (cut() && !writing) write_ready(lock);
    if (cut() && (writing || !waiting.empty() || writer->written().frames == 0))
      throw std::logic_error("the film failed or has chunks missing, and cannot be finished");
    const std::int64_t wanted = std::min(output.frames, end.load());
    if (cut() && output.frames > 0 && writer->written().frames != wanted)
      throw std::runtime_error("the film ended after " + std::to_string(writer->written().frames) +
                               " of " + std::to_string(wanted) + " pictures");
    writer->finish();
    finished = true;
    spare.reset();
  }
  note_warnings(log);
  statistics.encode_seconds += seconds;
}

/// From one thread: the last chunk ends with the film.
void Film::Impl::finish_last_chunk() {
  if (cut() && !chunk && pictures > 0) return;
  // Also a film without pictures has a chunk, which says what is wrong with it.
  if (!chunk) chunk = begin_chunk(chunk_index, not_known);
  if (cut() && output.frames > 0 && pictures != output.frames)
    throw std::runtime_error("the film ended after " + std::to_string(pictures) + " of " +
                             std::to_string(output.frames) + " pictures");
  chunk->finish();
  chunk.reset();
}

namespace {

/// "x264 - core 164 r3095 baee400", as encoders outside libavcodec write it into a film's first
/// packet. Those of libavcodec are as old as it is.
std::string encoder_release(const std::string& codec) {
  if (codec != "libx264" && codec != "libx265") return "libavcodec's";
  FilmSettings settings;
  settings.codec = codec;
  settings.codec_threads = 1;
  if (codec == "libx265") settings.codec_options = {{"x265-params", "info=1"}};
  VideoFormat format = source_format(settings, PixelFormat::yuv420p, 64, 64);
  VideoEncoder encoder(settings, format, false);
  const UniqueFrame frame = make_frame();
  frame->format = format.pixel_format;
  frame->width = format.width;
  frame->height = format.height;
  check(av_frame_get_buffer(frame.get(), 0), "av_frame_get_buffer");
  for (int plane = 0; plane < 3; ++plane)
    std::memset(frame->data[plane], 128,
                static_cast<std::size_t>(frame->linesize[plane] * (plane == 0 ? 64 : 32)));
  std::string bytes;
  const auto take = [&bytes](AVPacket& packet) {
    bytes.append(reinterpret_cast<const char*>(packet.data), static_cast<std::size_t>(packet.size));
  };
  encoder.encode(frame.get(), take);
  encoder.encode(nullptr, take);
  const std::size_t begin = bytes.find(codec == "libx264" ? "x264 - core" : "x265 (build");
  const std::size_t end = begin == std::string::npos ? begin : bytes.find(" - H.26", begin);
  return end == std::string::npos ? "unknown" : bytes.substr(begin, end - begin);
}

}  // namespace

std::vector<std::string> chunk_dependencies(const FilmSettings& asked, const FilmOutput& output) {
  const LogCapture quiet;
  const FilmSettings settings = with_film_defaults(asked);
  constexpr bool with_headers = true;
  const ChunkEncoder encoder(settings, output, with_headers);
  std::vector<std::string> lines;
  for (const std::string& version : libav_versions()) {
    const std::size_t blank = version.find(' ');
    lines.push_back(version.substr(0, blank) + " =" + version.substr(blank));
  }
  lines.push_back("encoder = " + encoder_release(settings.codec));
  const AVCodecContext* const codec = encoder.codec();
  lines.push_back("encoder-headers = " +
                  (codec == nullptr ? ""
                                    : hex_text(codec->extradata,
                                               static_cast<std::size_t>(codec->extradata_size))));
  lines.push_back("processor = " + processor_kind());
  return lines;
}

Film::Film(const FilmSettings& settings, const FilmOutput& output) {
  LogCapture quiet;  // an encoder closed by a failure further on has its say
  impl_ = std::make_unique<Impl>(settings, output);
}

Film::~Film() {
  if (impl_ == nullptr) return;
  try {
    LogCapture quiet;  // encoders that are closed early have their say
    impl_.reset();
  } catch (...) {
    // No scope for the log: closing goes on in the member's own destructor.
  }
}

// A film that has failed is over at once, so that whoever owns the pictures may go first.
void Film::write(const Picture& picture) {
  LogCapture quiet;
  try {
    impl_->write(picture);
  } catch (...) {
    impl_->close();
    throw;
  }
}

void Film::finish() {
  LogCapture quiet;
  if (impl_->finished) return;
  if (impl_->writer == nullptr) throw std::logic_error("the film failed and cannot be finished");
  try {
    impl_->finish_last_chunk();
    impl_->finish();
  } catch (...) {
    impl_->close();
    throw;
  }
}

PictureFormat Film::picture_format() const noexcept { return impl_->format; }
int Film::pictures_held_at_most() const noexcept { return impl_->held; }
ChunkedSink& Film::chunks() noexcept { return *impl_; }

const FilmStatistics& Film::statistics() const noexcept {
  if (impl_->writer) impl_->writer->describe(impl_->statistics);
  return impl_->statistics;
}

Film::Written Film::written() const noexcept {
  return impl_->writer ? impl_->writer->written() : Written();
}

std::vector<EncoderDescription> available_video_encoders() {
  std::vector<EncoderDescription> encoders;
  void* state = nullptr;
  while (const AVCodec* codec = av_codec_iterate(&state))
    if (av_codec_is_encoder(codec) != 0 && codec->type == AVMEDIA_TYPE_VIDEO &&
        codec->id != AV_CODEC_ID_WRAPPED_AVFRAME)
      encoders.push_back({codec->name, codec->long_name == nullptr ? "" : codec->long_name});
  std::sort(encoders.begin(), encoders.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return encoders;
}

std::vector<std::string> libav_versions() {
  std::vector<std::string> lines = {std::string("FFmpeg ") + av_version_info()};
  const std::pair<const char*, unsigned> libraries[] = {{"libavutil", avutil_version()},
                                                        {"libavcodec", avcodec_version()},
                                                        {"libavformat", avformat_version()},
                                                        {"libavfilter", avfilter_version()}};
  for (const auto& [name, version] : libraries)
    lines.push_back(std::string(name) + " " + std::to_string(AV_VERSION_MAJOR(version)) + "." +
                    std::to_string(AV_VERSION_MINOR(version)) + "." +
                    std::to_string(AV_VERSION_MICRO(version)));
  return lines;
}

}  // namespace lifereel
