// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/read/film_scan.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "encoders/audio/sound_meter.h"
#include "encoders/dvd/start_codes.h"
#include "encoders/libav/libav.h"
#include "encoders/libav/log_capture.h"
#include "encoders/read/film_input.h"

namespace lifereel {
namespace {

/// A file that cannot be read on is left after so many errors in a row.
constexpr int most_read_errors = 8;

std::optional<std::int64_t> ticks(std::int64_t timestamp) {
  if (timestamp == AV_NOPTS_VALUE) return std::nullopt;
  return timestamp;
}

Rational positive_or_none(AVRational value) {
  if (value.num <= 0 || value.den <= 0) return {0, 1};
  return {value.num, value.den};
}

int channel_count(const AVCodecParameters& parameters) { return parameters.ch_layout.nb_channels; }

ScannedStream describe(AVFormatContext& input, AVStream& stream) {
  const AVCodecParameters& parameters = *stream.codecpar;
  ScannedStream result;
  result.codec = avcodec_get_name(parameters.codec_id);
  if (stream.time_base.num > 0 && stream.time_base.den > 0)
    result.time_base = {stream.time_base.num, stream.time_base.den};
  if (stream.pts_wrap_bits > 0 && stream.pts_wrap_bits < 63)
    result.wrap_bits = stream.pts_wrap_bits;
  result.duration_ticks = ticks(stream.duration);
  result.declared_frames = std::max<std::int64_t>(stream.nb_frames, 0);
  result.bit_rate = std::max<std::int64_t>(parameters.bit_rate, 0);
  if (parameters.codec_type == AVMEDIA_TYPE_VIDEO) {
    result.kind = ScannedStream::Kind::video;
    result.width = parameters.width;
    result.height = parameters.height;
    const char* const format = av_get_pix_fmt_name(static_cast<AVPixelFormat>(parameters.format));
    result.pixel_format = format == nullptr ? "unknown" : format;
    result.frames_per_second = positive_or_none(av_guess_frame_rate(&input, &stream, nullptr));
    result.sample_aspect = positive_or_none(av_guess_sample_aspect_ratio(&input, &stream, nullptr));
  } else if (parameters.codec_type == AVMEDIA_TYPE_AUDIO) {
    result.kind = ScannedStream::Kind::audio;
    result.sample_rate = parameters.sample_rate;
    result.channels = channel_count(parameters);
  }
  return result;
}

UniqueCodecContext open_decoder(const AVStream& stream, int threads, CodecLog& log) {
  const AVCodecParameters& parameters = *stream.codecpar;
  const AVCodec* const codec = avcodec_find_decoder(parameters.codec_id);
  if (codec == nullptr)
    throw std::runtime_error(std::string("this FFmpeg has no decoder for ") +
                             avcodec_get_name(parameters.codec_id));
  UniqueCodecContext decoder(check_allocated(avcodec_alloc_context3(codec)));
  check(avcodec_parameters_to_context(decoder.get(), &parameters), "avcodec_parameters_to_context");
  decoder->pkt_timebase = stream.time_base;
  decoder->opaque = &log;
  // Looks closely, but shows what it can: the film behind the damage is to be seen, too.
  decoder->err_recognition = AV_EF_CRCCHECK | AV_EF_BITSTREAM | AV_EF_BUFFER;
  decoder->thread_count = threads;
  check(avcodec_open2(decoder.get(), codec, nullptr), "avcodec_open2 (decoder)");
  return decoder;
}

/// The decoder of MPEG-1 and MPEG-2, when it looks closely, calls the code behind the last picture
/// damage to it.
void leave_out_sequence_end(AVPacket& packet, AVCodecID codec) {
  if (codec != AV_CODEC_ID_MPEG1VIDEO && codec != AV_CODEC_ID_MPEG2VIDEO) return;
  const auto size = static_cast<std::size_t>(packet.size);
  if (size <= 4) return;
  const std::span<const std::uint8_t> end(packet.data + size - 4, 4);
  if (next_start_code(end, 0) == 0 && end[3] == sequence_end_code) packet.size -= 4;
}

/// Whether a component is a plane of its own of whole bytes, as PlaneView has them.
bool is_plane(const AVPixFmtDescriptor& shape, int component) {
  const AVComponentDescriptor& place = shape.comp[component];
  return place.depth >= 8 && place.depth == shape.comp[0].depth &&
         place.step == sample_bytes(place.depth) && place.plane == component && place.offset == 0 &&
         place.shift == 0;
}

/// libav copies enumerations out of a file unchecked; reading a value outside the enumeration as
/// one is undefined, so what a damaged film says is read as the number it is.
template <class Enumeration>
int number_of(const Enumeration& stored) {
  static_assert(sizeof(Enumeration) == sizeof(int));
  int number = 0;
  std::memcpy(&number, &stored, sizeof number);
  return number;
}

bool is_full_range(const AVFrame& frame) {
  const int range = number_of(frame.color_range);
  if (range != AVCOL_RANGE_UNSPECIFIED) return range == AVCOL_RANGE_JPEG;
  switch (frame.format) {
    case AV_PIX_FMT_GRAY8:
    case AV_PIX_FMT_YUVJ420P:
    case AV_PIX_FMT_YUVJ422P:
    case AV_PIX_FMT_YUVJ444P:
    case AV_PIX_FMT_YUVJ440P:
    case AV_PIX_FMT_YUVJ411P:
      return true;
    default:
      return false;
  }
}

ColourDescription colour_of(const AVFrame& frame) {
  ColourDescription colour =
      format_for_size(PixelFormat::yuv420p, frame.width, frame.height).colour;
  colour.range = is_full_range(frame) ? ColourRange::full : ColourRange::limited;
  switch (number_of(frame.colorspace)) {
    case AVCOL_SPC_BT709:
      colour.matrix = ColourMatrix::bt709;
      break;
    case AVCOL_SPC_BT470BG:
      colour.matrix = ColourMatrix::bt470bg;
      break;
    case AVCOL_SPC_SMPTE170M:
      colour.matrix = ColourMatrix::smpte170m;
      break;
    default:
      break;  // not said, or one that lifereel does not make: by the size
  }
  return colour;
}

PictureView view_of(const AVFrame& frame) {
  PictureView view;
  view.colour = colour_of(frame);
  const AVPixFmtDescriptor* const shape =
      av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
  constexpr std::uint64_t others = AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_HWACCEL |
                                   AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BE | AV_PIX_FMT_FLAG_FLOAT;
  if (shape == nullptr || (shape->flags & others) != 0 || !is_plane(*shape, 0)) return view;
  view.plane_count = 1;
  view.colour.bit_depth = shape->comp[0].depth;
  view.planes[0] = {frame.data[0], frame.linesize[0], frame.width, frame.height,
                    view.colour.bit_depth};
  if (shape->nb_components < 3) {
    view.colour.matrix = ColourMatrix::none;
    return view;
  }
  if (!is_plane(*shape, 1) || !is_plane(*shape, 2)) return view;
  view.plane_count = 3;
  for (int plane = 1; plane < 3; ++plane)
    view.planes[plane] = {
        frame.data[plane], frame.linesize[plane], AV_CEIL_RSHIFT(frame.width, shape->log2_chroma_w),
        AV_CEIL_RSHIFT(frame.height, shape->log2_chroma_h), view.colour.bit_depth};
  return view;
}

}  // namespace

struct FilmScan::Impl {
  struct Decoder {
    int stream = -1;
    ScannedStream::Kind kind = ScannedStream::Kind::other;
    CodecLog log;
    UniqueCodecContext codec;
    bool awaits_key = false;  // after a seek, what depends on earlier pictures is no damage
  };

  Impl(const std::string& path, int threads, Sound wanted)
      : input(open_film(path)), packet(make_packet()) {
    LogCapture log;
    AVFormatContext& file = *input.input;
    film.container = file.iformat->name;
    if (file.pb != nullptr) film.bytes = std::max<std::int64_t>(avio_size(file.pb), 0);
    if (file.duration != AV_NOPTS_VALUE && file.duration >= 0 &&
        file.duration_estimation_method != AVFMT_DURATION_FROM_BITRATE)
      film.duration_seconds = static_cast<double>(file.duration) / AV_TIME_BASE;
    for (unsigned i = 0; i < file.nb_streams; ++i) {
      film.streams.push_back(describe(file, *file.streams[i]));
      file.streams[i]->discard = AVDISCARD_ALL;
    }
    film.video = static_cast<std::size_t>(input.video->index);
    open(video, film.video, ScannedStream::Kind::video, threads);
    if (wanted == Sound::ignored) return;
    const auto sound = std::find_if(
        film.streams.begin(), film.streams.end(),
        [](const ScannedStream& stream) { return stream.kind == ScannedStream::Kind::audio; });
    if (sound != film.streams.end()) {
      film.audio = static_cast<std::size_t>(sound - film.streams.begin());
      open(audio, *film.audio, ScannedStream::Kind::audio, 1);
    }
  }

  void open(Decoder& decoder, std::size_t index, ScannedStream::Kind kind, int threads) {
    AVStream& stream = *input.input->streams[index];
    stream.discard = AVDISCARD_DEFAULT;
    decoder.stream = stream.index;
    decoder.kind = kind;
    decoder.codec = open_decoder(stream, threads, decoder.log);
  }

  bool read(Taker& taker) {
    if (over) return false;
    av_packet_unref(packet.get());
    const int result = fetch(taker);
    if (result == AVERROR_EOF || read_errors == most_read_errors) {
      over = true;
      see_end(taker);
      for (Decoder* const decoder : {&video, &audio})
        if (decoder->codec && !(sought && decoder == &audio)) decode(*decoder, nullptr, taker);
      return false;
    }
    if (result < 0) return true;
    for (Decoder* const decoder : {&video, &audio}) {
      if (!decoder->codec || packet->stream_index != decoder->stream) continue;
      if (sought && decoder == &audio) break;  // what is behind a place begins within a sound frame
      if (decoder->awaits_key && (packet->flags & AV_PKT_FLAG_KEY) == 0) break;
      decoder->awaits_key = false;
      see_packet(*decoder, taker);
      leave_out_sequence_end(*packet, decoder->codec->codec_id);
      decode(*decoder, packet.get(), taker);
      break;
    }
    return true;
  }

  /// The next packet; errors are told.
  int fetch(Taker& taker) {
    LogCapture log;
    const int result = av_read_frame(input.input.get(), packet.get());
    if (result == AVERROR(ENOMEM)) throw_libav_error(result, "av_read_frame");
    tell_logged(log, ScannedStream::Kind::other, taker);
    if (result < 0 && result != AVERROR_EOF) {
      if (++read_errors == 1)
        taker.take(
            ScannedDamage{ScannedStream::Kind::other, 1, "av_read_frame: " + libav_text(result)});
    } else {
      read_errors = 0;
    }
    return result;
  }

  /// Errors that were logged in this thread.
  static void tell_logged(const LogCapture& log, ScannedStream::Kind kind, Taker& taker) {
    ScannedDamage damage{kind, 0, {}};
    for (const LogCapture::Message& message : log.messages())
      if (message.level <= AV_LOG_ERROR && damage.errors++ == 0) damage.text = message.text;
    if (damage.errors > 0) taker.take(damage);
  }

  void see_packet(const Decoder& decoder, Taker& taker) {
    if ((packet->flags & AV_PKT_FLAG_CORRUPT) != 0)
      taker.take(ScannedDamage{decoder.kind, 1, "a packet is cut off or damaged"});
    if (decoder.kind == ScannedStream::Kind::video) {
      if (last_position >= 0) position_step = packet->pos - last_position;
      last_position = packet->pos;
      last_size = packet->size;
    }
    ScannedPacket seen;
    seen.kind = decoder.kind;
    seen.pts_ticks = ticks(packet->pts);
    seen.dts_ticks = ticks(packet->dts);
    seen.duration_ticks = std::max<std::int64_t>(packet->duration, 0);
    seen.bytes = {packet->data, static_cast<std::size_t>(packet->size)};
    taker.take(seen);
  }

  /// `sent` is null at the end.
  void decode(Decoder& decoder, const AVPacket* sent, Taker& taker) {
    int result = step(decoder, taker, "avcodec_send_packet",
                      [&] { return avcodec_send_packet(decoder.codec.get(), sent); });
    if (result < 0 && result != AVERROR_EOF)
      taker.take(ScannedDamage{decoder.kind, 1, "avcodec_send_packet: " + libav_text(result)});
    for (int errors = 0; errors < most_read_errors;) {
      UniqueFrame frame = make_frame();
      result = step(decoder, taker, "avcodec_receive_frame",
                    [&] { return avcodec_receive_frame(decoder.codec.get(), frame.get()); });
      if (result == AVERROR(EAGAIN) || result == AVERROR_EOF) return;
      if (result < 0) {
        ++errors;
        taker.take(ScannedDamage{decoder.kind, 1, "avcodec_receive_frame: " + libav_text(result)});
      } else if (decoder.kind == ScannedStream::Kind::video) {
        hand_over(std::move(frame), taker);
      } else {
        if (is_damaged(*frame))
          taker.take(ScannedDamage{decoder.kind, 1, "a frame of sound is damaged"});
        if (measures) meter.add(*frame);
      }
    }
  }

  /// A call of the decoder; what it logs is told.
  template <class Call>
  int step(Decoder& decoder, Taker& taker, const char* name, Call&& call) {
    LogCapture log;
    const int result = call();
    if (result == AVERROR(ENOMEM)) throw_libav_error(result, name);
    tell_logged(log, decoder.kind, taker);
    const CodecLog::Errors errors = decoder.log.take();
    if (errors.count > 0) taker.take(ScannedDamage{decoder.kind, errors.count, errors.first});
    return result;
  }

  static bool is_damaged(const AVFrame& frame) {
    return frame.decode_error_flags != 0 || (frame.flags & AV_FRAME_FLAG_CORRUPT) != 0;
  }

  static void hand_over(UniqueFrame frame, Taker& taker) {
    ScannedPicture picture;
    picture.width = frame->width;
    picture.height = frame->height;
    picture.pts_ticks = ticks(frame->pts);
    if (!picture.pts_ticks) picture.pts_ticks = ticks(frame->best_effort_timestamp);
    picture.damaged = is_damaged(*frame);
    picture.view = view_of(*frame);
    picture.owner = std::shared_ptr<AVFrame>(frame.release(), FreeByAddress<av_frame_free>());
    taker.take(picture);
  }

  /// Raw pictures all have the same size, and demuxers of files that hold nothing else say nothing
  /// when the last one has not.
  void see_end(Taker& taker) {
    const AVIOContext* const file = input.input->pb;
    if (file != nullptr && file->error < 0 && file->error != AVERROR_EOF)
      taker.take(ScannedDamage{ScannedStream::Kind::other, 1, libav_text(file->error)});
    const bool raw = film.container == "rawvideo" || film.container == "yuv4mpegpipe";
    if (!raw || position_step <= 0 || sought) return;
    // A picture's position is that of its header or, in other versions of libav, behind it.
    const std::int64_t left = film.bytes - last_position - last_size;
    if (left != 0 && left != position_step - last_size)
      taker.take(ScannedDamage{ScannedStream::Kind::other, 1, "the file ends within a picture"});
  }

  bool seek(double seconds) {
    LogCapture log;
    AVFormatContext& file = *input.input;
    const AVStream& stream = *file.streams[film.video];
    const std::int64_t start = stream.start_time == AV_NOPTS_VALUE ? 0 : stream.start_time;
    const std::int64_t offset =
        av_rescale_q(static_cast<std::int64_t>(std::clamp(seconds, 0.0, 1e12) * AV_TIME_BASE),
                     {1, AV_TIME_BASE}, stream.time_base);
    std::int64_t target = 0;
    if (__builtin_add_overflow(start, offset, &target)) return false;
    if (av_seek_frame(&file, stream.index, target, AVSEEK_FLAG_BACKWARD) < 0) return false;
    for (Decoder* const decoder : {&video, &audio}) {
      if (!decoder->codec) continue;
      avcodec_flush_buffers(decoder->codec.get());
      decoder->awaits_key = true;
    }
    over = false;
    sought = true;
    return true;
  }

  ScannedFilm film;
  FilmInput input;
  UniquePacket packet;
  Decoder video, audio;
  SoundMeter meter;
  bool measures = false;
  int read_errors = 0;
  bool over = false, sought = false;
  std::int64_t last_position = -1, position_step = 0, last_size = 0;
};

FilmScan::FilmScan(const std::string& path, int threads, Sound sound)
    : impl_(std::make_unique<Impl>(path, threads, sound)) {}
FilmScan::~FilmScan() = default;

const ScannedFilm& FilmScan::film() const noexcept { return impl_->film; }
bool FilmScan::read(Taker& taker) { return impl_->read(taker); }
bool FilmScan::seek(double seconds) { return impl_->seek(seconds); }

void FilmScan::measure_sound() { impl_->measures = true; }

ScannedSound FilmScan::sound() {
  SoundMeter& meter = impl_->meter;
  const Loudness loudness = meter.finish();
  return {meter.samples(), meter.begin_ticks(), loudness.integrated, loudness.true_peak};
}

std::string format_of_encoder(const std::string& encoder) {
  const AVCodec* const codec = avcodec_find_encoder_by_name(encoder.c_str());
  return codec == nullptr ? std::string() : avcodec_get_name(codec->id);
}

}  // namespace lifereel
