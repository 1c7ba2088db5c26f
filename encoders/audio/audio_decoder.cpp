// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/audio/audio_decoder.h"

#include <algorithm>
#include <cstdio>
#include <stdexcept>

#include "encoders/audio/audio_source.h"
#include "encoders/libav/log_capture.h"

namespace lifereel {
namespace {

/// A file that cannot be read on is left after so many errors in a row.
constexpr int most_errors_in_a_row = 8;

/// Throws where it is memory that is lacking; damage is another thing.
void throw_without_memory(int result, const char* call) {
  if (result == AVERROR(ENOMEM)) throw_libav_error(result, call);
}

std::string time_text(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%d:%05.2f", static_cast<int>(seconds / 60),
                seconds - 60 * static_cast<int>(seconds / 60));
  return text;
}

std::string tag(const AVDictionary* tags, const char* key) {
  const AVDictionaryEntry* const entry = av_dict_get(tags, key, nullptr, 0);
  return entry == nullptr ? std::string() : entry->value;
}

/// What is sold with a lock on it.
bool is_encrypted(const AVCodecParameters& parameters) {
  return parameters.codec_tag == MKTAG('e', 'n', 'c', 'a') ||
         parameters.codec_tag == MKTAG('d', 'r', 'm', 's') ||
         parameters.codec_tag == MKTAG('a', 'a', 'v', 'd');
}

bool same_layout(const AVChannelLayout& a, const AVChannelLayout& b) {
  return a.order == b.order && a.nb_channels == b.nb_channels && a.u.mask == b.u.mask;
}

/// Channels of which nothing is said but their number are in the usual order.
AVChannelLayout plain_layout(const AVFrame& frame) {
  AVChannelLayout layout{};
  if (frame.ch_layout.order == AV_CHANNEL_ORDER_NATIVE) {
    layout.order = AV_CHANNEL_ORDER_NATIVE;
    layout.nb_channels = frame.ch_layout.nb_channels;
    layout.u.mask = frame.ch_layout.u.mask;
  } else {
    av_channel_layout_default(&layout, frame.ch_layout.nb_channels);
  }
  return layout;
}

AudioShape shape_of(const AVFrame& frame) {
  return {static_cast<AVSampleFormat>(frame.format), frame.sample_rate, plain_layout(frame)};
}

}  // namespace

AudioDecoder::AudioDecoder(const std::string& path, std::optional<int> track)
    : path_(path), decoded_(make_frame()), frame_(make_frame()), packet_(make_packet()) {
  LogCapture log;
  open_file();
  choose_track(track);
  open_codec();
  read_tags();
  if (!next_frame()) {
    log.forget();
    throw std::invalid_argument("'" + path_ +
                                "' holds no sound that can be decoded: it is empty, damaged or "
                                "encrypted" +
                                (reason_.empty() ? "" : " (" + reason_ + ")"));
  }
  log.forget();
}

void AudioDecoder::open_file() {
  AVFormatContext* context = nullptr;
  const int opened = avformat_open_input(&context, ("file:" + path_).c_str(), nullptr, nullptr);
  input_.reset(context);
  throw_without_memory(opened, "avformat_open_input");
  if (opened < 0)
    throw std::invalid_argument("'" + path_ + "' cannot be read as sound (" + libav_text(opened) +
                                "); give a file of music, such as .wav, .flac, .mp3 or .m4a");
  const int found = avformat_find_stream_info(context, nullptr);
  throw_without_memory(found, "avformat_find_stream_info");
  if (found < 0) throw std::invalid_argument("'" + path_ + "' is damaged: " + libav_text(found));
}

void AudioDecoder::choose_track(std::optional<int> wanted) {
  std::vector<AVStream*> tracks;
  for (unsigned i = 0; i < input_->nb_streams; ++i) {
    input_->streams[i]->discard = AVDISCARD_ALL;
    if (input_->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_AUDIO)
      tracks.push_back(input_->streams[i]);
  }
  if (tracks.empty())
    throw std::invalid_argument(
        "'" + path_ + "' has no sound in it, only " +
        (input_->nb_streams == 0 ? "bytes that say nothing" : "pictures or other data"));
  const auto count = static_cast<int>(tracks.size());
  if (wanted && (*wanted < 1 || *wanted > count))
    throw std::invalid_argument(
        "'" + path_ + "' has " + std::to_string(count) + " sound track" + (count == 1 ? "" : "s") +
        ", counted from 1, and no audio-track = " + std::to_string(*wanted));
  stream_ = tracks[wanted ? static_cast<std::size_t>(*wanted - 1) : 0];
  if (!wanted && count > 1) {
    const int best = av_find_best_stream(input_.get(), AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0);
    throw_without_memory(best, "av_find_best_stream");
    if (best >= 0) stream_ = input_->streams[best];
  }
  stream_->discard = AVDISCARD_DEFAULT;
}

void AudioDecoder::open_codec() {
  const AVCodecParameters& parameters = *stream_->codecpar;
  if (is_encrypted(parameters))
    throw std::invalid_argument("the sound of '" + path_ +
                                "' is encrypted (DRM); give a file without a lock");
  const AVCodec* const codec = avcodec_find_decoder(parameters.codec_id);
  if (codec == nullptr)
    throw std::invalid_argument("this FFmpeg has no decoder for the sound of '" + path_ + "' (" +
                                avcodec_get_name(parameters.codec_id) + ")");
  codec_.reset(check_allocated(avcodec_alloc_context3(codec)));
  check(avcodec_parameters_to_context(codec_.get(), &parameters), "avcodec_parameters_to_context");
  codec_->pkt_timebase = stream_->time_base;
  codec_->thread_count = 1;
  const int opened = avcodec_open2(codec_.get(), codec, nullptr);
  throw_without_memory(opened, "avcodec_open2");
  if (opened < 0)
    throw std::invalid_argument("the sound of '" + path_ + "' cannot be decoded (" +
                                avcodec_get_name(parameters.codec_id) + ": " + libav_text(opened) +
                                ")");
}

void AudioDecoder::read_tags() {
  const auto either = [this](const char* key) {
    const std::string of_file = tag(input_->metadata, key);
    return of_file.empty() ? tag(stream_->metadata, key) : of_file;
  };
  title_ = either("title");
  artist_ = either("artist");
}

std::int64_t AudioDecoder::read(float* left, float* right, std::int64_t count) {
  LogCapture log;
  std::int64_t done = 0;
  while (done < count) {
    if (taken_ == frame_->nb_samples && !next_frame()) break;
    const auto now =
        static_cast<int>(std::min<std::int64_t>(count - done, frame_->nb_samples - taken_));
    std::copy_n(reinterpret_cast<const float*>(frame_->data[0]) + taken_, now, left + done);
    std::copy_n(reinterpret_cast<const float*>(frame_->data[1]) + taken_, now, right + done);
    taken_ += now;
    done += now;
  }
  log.forget();  // what matters of it has been told
  return done;
}

bool AudioDecoder::next_frame() {
  av_frame_unref(frame_.get());
  taken_ = 0;
  while (!over_) {
    if (graph_ && graph_->receive(*frame_)) {
      samples_ += frame_->nb_samples;
      if (frame_->nb_samples > 0) return true;
      av_frame_unref(frame_.get());
    } else if (closing_) {
      graph_.reset();
      closing_ = false;
      if (waiting_ == nullptr) {
        over_ = true;
      } else {
        if (open_graph(*waiting_)) graph_->send(waiting_.get());
        waiting_.reset();
      }
    } else {
      feed();
    }
  }
  return false;
}

/// The graph has nothing: gives it the next that is decoded.
void AudioDecoder::feed() {
  const int result = avcodec_receive_frame(codec_.get(), decoded_.get());
  throw_without_memory(result, "avcodec_receive_frame");
  if (result >= 0) {
    take_decoded(*decoded_);
    av_frame_unref(decoded_.get());
  } else if (result == AVERROR_EOF || draining_) {
    if (graph_) graph_->send(nullptr);
    closing_ = true;
  } else {
    if (result != AVERROR(EAGAIN)) tell_damage(libav_text(result));
    fetch_packet();
  }
}

void AudioDecoder::fetch_packet() {
  if (draining_) return;
  av_packet_unref(packet_.get());
  const int result = av_read_frame(input_.get(), packet_.get());
  throw_without_memory(result, "av_read_frame");
  if (result == AVERROR_EOF || (result < 0 && ++read_errors_ == most_errors_in_a_row)) {
    if (result != AVERROR_EOF) tell_damage(libav_text(result));
    draining_ = true;
    throw_without_memory(avcodec_send_packet(codec_.get(), nullptr), "avcodec_send_packet");
    return;
  }
  if (result < 0) return tell_damage(libav_text(result));
  read_errors_ = 0;
  if (packet_->stream_index != stream_->index) return;
  const int sent = avcodec_send_packet(codec_.get(), packet_.get());
  throw_without_memory(sent, "avcodec_send_packet");
  if (sent < 0 && sent != AVERROR(EAGAIN)) tell_damage(libav_text(sent));
}

void AudioDecoder::take_decoded(AVFrame& frame) {
  const AudioShape shape = shape_of(frame);
  if (shape.sample_rate <= 0 || shape.layout.nb_channels <= 0)
    return tell_damage("a frame without rate or channels");
  const bool same = graph_ && shape.format == shape_.format &&
                    shape.sample_rate == shape_.sample_rate &&
                    same_layout(shape.layout, shape_.layout);
  check(av_channel_layout_copy(&frame.ch_layout, &shape.layout), "av_channel_layout_copy");
  frame.pts = AV_NOPTS_VALUE;
  if (graph_ && !same) {
    graph_->send(nullptr);
    closing_ = true;
    waiting_ = make_frame();
    av_frame_move_ref(waiting_.get(), &frame);
    return;
  }
  if (graph_ || open_graph(frame)) graph_->send(&frame);
}

bool AudioDecoder::open_graph(const AVFrame& frame) {
  shape_ = shape_of(frame);
  try {
    graph_.emplace(shape_, std::vector<AudioGraph::Filter>{
                               {"aresample", "48000"},
                               {"aformat", "sample_fmts=fltp:channel_layouts=stereo"}});
    return true;
  } catch (const std::runtime_error& error) {
    const std::string what = std::to_string(shape_.layout.nb_channels) + " channels at " +
                             std::to_string(shape_.sample_rate) + " Hz";
    if (samples_ == 0)
      throw std::invalid_argument("the sound of '" + path_ + "', of " + what +
                                  ", cannot be made 48 kHz stereo; convert it first (" +
                                  error.what() + ")");
    graph_.reset();
    tell_damage(what + ": " + error.what());
    return false;
  }
}

void AudioDecoder::tell_damage(const std::string& what) {
  if (!damage_.empty()) return;
  reason_ = what;
  damage_ = "the sound of '" + path_ + "' is damaged at " +
            time_text(static_cast<double>(samples_) / AudioSource::sample_rate) + " (" + what +
            "); what follows the damage comes earlier by what is lost";
}

}  // namespace lifereel
