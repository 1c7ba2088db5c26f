// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/frame_hash.h"

#include <cstring>
#include <deque>
#include <mutex>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "encoders/finished_file.h"
#include "encoders/libav/avio.h"
#include "encoders/libav/libav.h"
#include "encoders/libav/log_capture.h"
#include "encoders/libav/picture_frame.h"

namespace lifereel {

void append_packed(const Picture& picture, std::vector<std::uint8_t>& bytes) {
  bytes.reserve(bytes.size() + packed_bytes(picture.format, picture.width, picture.height));
  for (int index = 0; index < plane_count(picture.format); ++index) {
    const PlaneView plane = picture.plane(index);
    for (int y = 0; y < plane.height; ++y)
      bytes.insert(bytes.end(), plane.row(y), plane.row(y) + plane.row_bytes());
  }
}

struct FrameHash::Impl {
  static constexpr std::size_t buffer_bytes = 32 * 1024;
  static constexpr int picture_stream = 0;
  static constexpr int state_stream = 1;

  Impl(const FrameHashSettings& wanted, const std::string& path, bool overwrite)
      : settings(wanted), packet(make_packet()) {
    LogCapture log;
    if (settings.width <= 0 || settings.height <= 0 || settings.frames_per_second.num <= 0 ||
        settings.frames_per_second.den <= 0)
      throw std::invalid_argument("frame hashes need a positive size and frame rate");
    const AVOutputFormat* const muxer = av_guess_format("framehash", nullptr, nullptr);
    if (muxer == nullptr) throw std::runtime_error("this FFmpeg has no muxer 'framehash'");
    if (path.empty()) {
      target.text = &text;
    } else {
      file.emplace(path, overwrite);
      target.file = &*file;
    }
    avio = open_avio(target, buffer_bytes);
    AVFormatContext* made = nullptr;
    const int result = avformat_alloc_output_context2(&made, muxer, nullptr, nullptr);
    context.reset(made);
    check(result, "avformat_alloc_output_context2");
    context->pb = avio.get();
    context->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
    context->flush_packets = 0;

    const AVRational tick = {settings.frames_per_second.den, settings.frames_per_second.num};
    AVStream* const pictures = check_allocated(avformat_new_stream(context.get(), nullptr));
    pictures->codecpar->codec_type = AVMEDIA_TYPE_VIDEO;
    pictures->codecpar->codec_id = AV_CODEC_ID_RAWVIDEO;
    pictures->codecpar->format = to_libav(settings.format);
    pictures->codecpar->width = settings.width;
    pictures->codecpar->height = settings.height;
    pictures->time_base = tick;
    if (settings.with_states) {
      AVStream* const states = check_allocated(avformat_new_stream(context.get(), nullptr));
      states->codecpar->codec_type = AVMEDIA_TYPE_DATA;
      states->codecpar->codec_id = AV_CODEC_ID_BIN_DATA;
      states->time_base = tick;
    }
    write_comments();
    check_written(avformat_write_header(context.get(), nullptr), "avformat_write_header");
    publish();
  }

  void write_comments() {
    for (const std::string& comment : settings.comments) {
      std::istringstream lines(comment);
      for (std::string line; std::getline(lines, line);) {
        line = "#lifereel " + line + "\n";
        avio_write(avio.get(), reinterpret_cast<const unsigned char*>(line.data()),
                   static_cast<int>(line.size()));
      }
    }
  }

  void check_written(int result, const char* call) const {
    if (file) file->check_written();
    if (result < 0) throw_libav_error(result, std::string(call) + " (framehash)");
    if (avio->error < 0) throw_libav_error(avio->error, "writing frame hashes");
  }

  /// text() shows whole lines.
  void publish() {
    if (!file) avio_flush(avio.get());
    check_written(0, "avio_flush");
  }

  void hash(int stream, std::int64_t pts, std::uint8_t* data, std::size_t size) {
    packet->data = data;  // ours: the muxer reads it before av_write_frame returns
    packet->size = static_cast<int>(size);
    packet->stream_index = stream;
    packet->pts = packet->dts = pts;
    packet->duration = 1;
    packet->flags = AV_PKT_FLAG_KEY;
    const int result = av_write_frame(context.get(), packet.get());
    packet->data = nullptr;
    packet->size = 0;
    check_written(result, "av_write_frame");
  }

  void write(const Picture& picture) {
    PictureGuard guard(picture);
    const std::lock_guard lock(mutex);
    LogCapture log;
    check_picture(picture, settings.format, settings.width, settings.height);
    packed.clear();
    append_packed(picture, packed);
    write_states_until(picture.pts_frames - 1);
    hash(picture_stream, picture.pts_frames, packed.data(), packed.size());
    last_pts = picture.pts_frames;
    write_states_until(picture.pts_frames);
    publish();
  }

  void write_state(std::int64_t pts, const std::vector<std::uint8_t>& bytes) {
    const std::lock_guard lock(mutex);
    LogCapture log;
    if (!settings.with_states)
      throw std::logic_error("these frame hashes were opened without states");
    waiting.push_back({pts, bytes});
    if (last_pts) write_states_until(*last_pts);
    publish();
  }

  void write_states_until(std::int64_t pts) {
    for (; !waiting.empty() && waiting.front().pts <= pts; waiting.pop_front())
      hash(state_stream, waiting.front().pts, waiting.front().bytes.data(),
           waiting.front().bytes.size());
  }

  void finish() {
    const std::lock_guard lock(mutex);
    if (finished) return;
    LogCapture log;
    write_states_until(INT64_MAX);
    check_written(av_write_trailer(context.get()), "av_write_trailer");
    avio_flush(avio.get());
    target.flush();
    check_written(0, "avio_flush");
    if (file) file->finish();
    finished = true;
  }

  struct State {
    std::int64_t pts;
    std::vector<std::uint8_t> bytes;
  };

  FrameHashSettings settings;
  std::string text;
  std::optional<FinishedFile> file;
  ByteTarget target;
  UniqueAvio avio;
  UniqueOutput context;
  UniquePacket packet;
  std::mutex mutex;  // all below, and the muxer
  std::vector<std::uint8_t> packed;
  std::deque<State> waiting;
  std::optional<std::int64_t> last_pts;
  bool finished = false;
};

FrameHash::FrameHash(const FrameHashSettings& settings, const std::string& path, bool overwrite)
    : impl_(std::make_unique<Impl>(settings, path, overwrite)) {}

FrameHash::~FrameHash() = default;

void FrameHash::write(const Picture& picture) { impl_->write(picture); }

void FrameHash::write_state(std::int64_t pts_frames, const std::vector<std::uint8_t>& bytes) {
  impl_->write_state(pts_frames, bytes);
}

void FrameHash::finish() { impl_->finish(); }

PictureFormat FrameHash::picture_format() const noexcept {
  const FrameHashSettings& settings = impl_->settings;
  return format_for_size(settings.format, settings.width, settings.height);
}

const std::string& FrameHash::text() const noexcept { return impl_->text; }

}  // namespace lifereel
