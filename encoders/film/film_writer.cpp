// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/film/film_writer.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>

#include "encoders/dvd/dvd_video.h"
#include "encoders/dvd/header_mending.h"
#include "encoders/libav/log_capture.h"
#include "encoders/video/avc_profile.h"
#include "encoders/video/chunk_encoder.h"
#include "encoders/video/codec_traits.h"

namespace lifereel {
namespace {

/// MPEG-1 and MPEG-2 by themselves or in a program stream: elsewhere the container knows the end.
bool wants_sequence_end(std::string_view format, AVCodecID codec) {
  if (codec != AV_CODEC_ID_MPEG1VIDEO && codec != AV_CODEC_ID_MPEG2VIDEO) return false;
  for (const std::string_view bare :
       {"dvd", "vob", "mpeg", "svcd", "vcd", "mpeg1video", "mpeg2video"})
    if (format == bare) return true;
  return false;
}

}  // namespace

FilmWriter::FilmWriter(const ResolvedFilm& film, const FilmOutput& output, WrittenCount& written)
    : settings_(film.settings),
      sound_(make_film_sound(film, output)),
      output_(sound_ ? sound_->with_tags(output) : output),
      written_(written),
      file_(make_film_file(film, output_)) {
  opened_.container = file_->format();
  opened_.encoder = settings_.codec;
  // Behind a filter chain the codec is opened for the first picture that comes out of it.
  if (!settings_.filter.empty())
    ChunkEncoder(film, wants_global_header(),
                 [&](const AVCodecContext& codec) { try_film_file(film, output, codec); });
  if (sound_) sound_->start(wants_global_header());
  if (settings_.chunk_frames > 0)
    if (const std::optional<VbvModel> model = vbv_model(settings_)) buffer_.emplace(*model);
}

void FilmWriter::begin(const AVCodecContext& codec) {
  video_stream_ = file_->add_stream(codec);
  if (sound_) {
    audio_stream_ = file_->add_stream(sound_->codec());
  } else if (settings_.target != DiscTarget::none) {
    silence_.emplace(*settings_.audio_bitrate);
    audio_stream_ = file_->add_stream(silence_->codec());
  }
  file_->write_header();
  begun_ = true;
  time_base_ = codec.time_base;
  codec_id_ = codec.codec_id;
  ends_sequence_ = wants_sequence_end(file_->format(), codec_id_);
  extradata_.assign(codec.extradata, codec.extradata + codec.extradata_size);
  opened_.encoder = codec.codec->name;
  opened_.pixel_format = av_get_pix_fmt_name(codec.pix_fmt);
  opened_.codec_threads = codec.thread_count;
  note_profile(extradata_);
}

void FilmWriter::check_extradata(std::span<const std::uint8_t> extradata) const {
  if (!std::equal(extradata.begin(), extradata.end(), extradata_.begin(), extradata_.end()))
    throw std::runtime_error("the encoder " + settings_.codec +
                             " gave two chunks different headers; set chunk-frames to 0");
}

void FilmWriter::note_profile(std::span<const std::uint8_t> header) {
  if (profile_noted_ || codec_id_ != AV_CODEC_ID_H264) return;
  const std::optional<AvcProfile> needed = find_avc_profile(header);
  LogCapture* const log = LogCapture::current();
  if (!needed || log == nullptr) return;
  for (const std::string& notice : avc_notices(*needed))
    log->add(AV_LOG_WARNING, "", notice + "\n");
  profile_noted_ = true;
}

void FilmWriter::write(AVPacket& packet) {
  count(packet);
  note_profile({packet.data, static_cast<std::size_t>(packet.size)});
  if (!ends_sequence_) {
    pass_on(packet);
    return;
  }
  if (held_ != nullptr) pass_on(*held_);
  held_ = make_packet();
  av_packet_move_ref(held_.get(), &packet);
}

void FilmWriter::pass_on(AVPacket& packet) {
  end_ticks_ = std::max(end_ticks_, packet.pts + packet.duration);
  if (buffer_ && !buffer_->take(std::int64_t{8} * packet.size) &&
      settings_.target != DiscTarget::none)
    throw std::runtime_error("the film breaks the disc's buffer model: picture " +
                             std::to_string(packet.pts) + " is late; lower the bitrate or maxrate");
  mend(packet);
  file_->write(packet, video_stream_, time_base_);
  // Sound goes in step, or the muxer's queues grow without bound.
  if (silence_)
    while (silence_->frames_taken() < SilentAc3::frames_for(end_ticks_, time_base_))
      write_sound(silence_->next());
  if (sound_)
    sound_->write_until(end_ticks_, time_base_, [this](AVPacket& sound) { write_sound(sound); });
}

void FilmWriter::write_sound(AVPacket& packet) {
  file_->write(packet, audio_stream_, {1, AudioSource::sample_rate});
}

void FilmWriter::mend(AVPacket& packet) {
  const bool on_disc = settings_.target != DiscTarget::none;
  const bool in_chunks = codec_id_ == AV_CODEC_ID_MPEG2VIDEO && settings_.chunk_frames > 0;
  if (!on_disc && !in_chunks) return;
  HeaderMending mending;
  mending.clear_progressive_sequence = on_disc;
  if (in_chunks) {
    // Every encoder counted from its chunk's first frame, and knew half the buffer.
    mending.place = {packet.pts, av_inv_q(time_base_)};
    if (settings_.maxrate) mending.buffer = {*settings_.maxrate, *settings_.bufsize};
  }
  mend_headers(packet, mending);
  if (on_disc && !comment_written_ && !output_.comment.empty())
    insert_comment(packet, output_.comment);
  comment_written_ = true;
}

void FilmWriter::finish() {
  if (held_ != nullptr) {
    append_sequence_end(*held_);
    last_sum_->bytes += sequence_end_bytes;
    written_.add(0, sequence_end_bytes);
    pass_on(*held_);
  }
  if (sound_)
    sound_->finish(end_ticks_, time_base_, [this](AVPacket& sound) { write_sound(sound); });
  file_bytes_ = file_->finish();
}

void FilmWriter::count(const AVPacket& packet) {
  Sum* sum = (packet.flags & AV_PKT_FLAG_KEY) != 0 ? &i_ : &p_;
  double quantiser = -1;  // not told
  std::size_t size = 0;
  const std::uint8_t* const data =
      av_packet_get_side_data(&packet, AV_PKT_DATA_QUALITY_STATS, &size);
  if (data != nullptr && size >= 5) {
    const std::uint32_t quality = static_cast<std::uint32_t>(data[0]) | data[1] << 8 |
                                  data[2] << 16 | static_cast<std::uint32_t>(data[3]) << 24;
    quantiser = static_cast<double>(static_cast<std::int32_t>(quality)) / FF_QP2LAMBDA;
    if (data[4] == AV_PICTURE_TYPE_I) sum = &i_;
    if (data[4] == AV_PICTURE_TYPE_P) sum = &p_;
    if (data[4] == AV_PICTURE_TYPE_B) sum = &b_;
  }
  const std::int64_t frames =
      codec_traits(settings_.codec).one_packet ? packet.duration : std::int64_t{1};
  sum->frames += frames;
  sum->bytes += packet.size;
  if (quantiser >= 0) {
    ++sum->quantisers;
    sum->quantiser += quantiser;
  }
  last_sum_ = sum;
  written_.add(frames, packet.size);
}

void FilmWriter::describe(FilmStatistics& statistics) const {
  const auto average = [](const Sum& sum) {
    return sum.quantisers == 0 ? 0.0 : sum.quantiser / static_cast<double>(sum.quantisers);
  };
  if (sound_) statistics.sound = sound_->statistics();
  statistics.encoder = opened_.encoder;
  statistics.container = opened_.container;
  statistics.pixel_format = opened_.pixel_format;
  statistics.codec_threads = opened_.codec_threads;
  statistics.frames = i_.frames + p_.frames + b_.frames;
  statistics.frames_i = i_.frames;
  statistics.frames_p = p_.frames;
  statistics.frames_b = b_.frames;
  statistics.average_quantiser_i = average(i_);
  statistics.average_quantiser_p = average(p_);
  statistics.average_quantiser_b = average(b_);
  statistics.bytes_i = i_.bytes;
  statistics.bytes_p = p_.bytes;
  statistics.bytes_b = b_.bytes;
  statistics.video_bytes = i_.bytes + p_.bytes + b_.bytes;
  statistics.duration_seconds = static_cast<double>(end_ticks_) * av_q2d(time_base_);
  statistics.average_bitrate =
      statistics.duration_seconds > 0
          ? static_cast<double>(statistics.video_bytes) * 8 / statistics.duration_seconds
          : 0.0;
  statistics.file_bytes = file_bytes_;
  statistics.late_frames = buffer_ ? buffer_->report().late_frames : 0;
}

}  // namespace lifereel
