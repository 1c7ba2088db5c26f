// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/film/container.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>
#include <stdexcept>
#include <string_view>

#include "encoders/containers.h"
#include "encoders/dvd/dvd_video.h"
#include "encoders/libav/log_capture.h"
#include "encoders/picture_files.h"

namespace lifereel {
namespace {

constexpr std::size_t film_buffer_bytes = 256 * 1024;

bool writes_one_video_file(const AVOutputFormat& muxer) {
  return (muxer.flags & AVFMT_NOFILE) == 0 && muxer.video_codec != AV_CODEC_ID_NONE &&
         std::string_view(muxer.name) != "image2pipe";
}

bool is_mov(const AVOutputFormat& muxer) {
  const std::string_view name = muxer.name;
  return name == "mp4" || name == "mov" || name == "ipod" || name == "f4v" || name == "ismv";
}

/// Ticks that a stream's codec is late by, for a muxer that tells players to take them away again
/// but does not add them.
std::int64_t untold_delay([[maybe_unused]] const AVOutputFormat& muxer,
                          [[maybe_unused]] const AVCodecParameters& stream) {
#if LIBAVFORMAT_VERSION_MAJOR < 61
  const std::string_view name = muxer.name;
  if ((name == "matroska" || name == "webm") && stream.codec_type == AVMEDIA_TYPE_AUDIO)
    return stream.initial_padding;
#endif
  return 0;
}

/// Containers for many codecs, of which libavformat does not tell which.
bool holds_many(const AVOutputFormat& muxer) {
  for (const std::string_view name : {"mpegts", "mpeg", "vob", "dvd", "svcd", "vcd", "mxf",
                                      "mxf_opatom", "ogg", "ogv", "a64", "gxf", "swf", "avm2"})
    if (name == muxer.name) return true;
  return false;
}

/// FFmpeg 7 and newer know which containers are for one codec: they have no tags, and refuse all
/// others.
bool holds_another_one(const AVOutputFormat& muxer) {
  for (const AVCodecID id : {AV_CODEC_ID_MPEG2VIDEO, AV_CODEC_ID_MPEG4, AV_CODEC_ID_H264,
                             AV_CODEC_ID_HEVC, AV_CODEC_ID_VP8, AV_CODEC_ID_VP9})
    if (id != muxer.video_codec && avformat_query_codec(&muxer, id, FF_COMPLIANCE_NORMAL) == 1)
      return true;
  return false;
}

/// Program and transport streams have a number for what their video is, but none for most codecs;
/// libavformat writes those, too, and reads none of them.
bool has_no_number(const AVOutputFormat& muxer, AVCodecID codec) {
  const std::string_view name = muxer.name;
  const bool transport = name == "mpegts";
  if (!transport && name != "mpeg" && name != "vob" && name != "dvd" && name != "svcd" &&
      name != "vcd")
    return false;
  for (const AVCodecID numbered : {AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO,
                                   AV_CODEC_ID_MPEG4, AV_CODEC_ID_H264, AV_CODEC_ID_HEVC})
    if (codec == numbered) return false;
  return !(transport && codec == AV_CODEC_ID_DIRAC);
}

/// ", or the encoder gif", or nothing where this FFmpeg has none for the muxer.
std::string encoder_for(const AVOutputFormat& muxer) {
  const AVCodec* const encoder = avcodec_find_encoder(muxer.video_codec);
  return encoder == nullptr ? std::string() : std::string(", or the encoder ") + encoder->name;
}

/// Throws std::invalid_argument for files of sound, in which video is at most the cover's picture.
void refuse_sound(const FilmSettings& settings, const std::string& path,
                  const AVOutputFormat& muxer) {
  const std::string_view name = muxer.name;
  bool sound = name == "mp3" || name == "flac" || name == "aiff";
  if (settings.container.empty())
    for (const std::string_view extension : {"m4a", "m4b", "wma", "isma", "ra"})
      sound = sound || extension == extension_of(path);
  if (sound)
    throw std::invalid_argument(
        "'" + path + "' would be taken for sound alone; choose another extension (.mp4, .mkv)");
}

/// Extensions that libavformat does not know or means otherwise, and the muxers tried in turn.
struct OwnExtension {
  const char* extension;
  const char* muxers[2];
};
constexpr OwnExtension own_extensions[] = {
    {"gray", {"rawvideo", nullptr}}, {"yuv", {"rawvideo", nullptr}},
    {"raw", {"rawvideo", nullptr}},  {"framehash", {"framehash", nullptr}},
    {"mpg", {"mpeg", "vob"}},        {"mpeg", {"mpeg", "vob"}},
};

std::string known_extensions() {
  std::set<std::string> names;
  void* state = nullptr;
  while (const AVOutputFormat* muxer = av_muxer_iterate(&state)) {
    if (!writes_one_video_file(*muxer) || muxer->extensions == nullptr) continue;
    std::string_view list = muxer->extensions;
    while (!list.empty()) {
      const std::size_t comma = std::min(list.find(','), list.size());
      if (list[0] == ' ') {  // ". A64"
        list.remove_prefix(1);
        continue;
      }
      if (comma > 0) names.insert(std::string(".").append(list.substr(0, comma)));
      list.remove_prefix(std::min(comma + 1, list.size()));
    }
  }
  for (const OwnExtension& own : own_extensions)
    for (const char* muxer : own.muxers)
      if (muxer != nullptr && av_guess_format(muxer, nullptr, nullptr) != nullptr)
        names.insert(std::string(".").append(own.extension));
  return join({names.begin(), names.end()});
}

/// The stream's buffer model, which the program stream muxer reads: FFmpeg up to 6.0 does not pass
/// it on with the codec parameters.
void copy_side_data([[maybe_unused]] const AVCodecContext& codec,
                    [[maybe_unused]] AVStream& stream) {
#if LIBAVCODEC_VERSION_INT < AV_VERSION_INT(60, 30, 100)
  for (int i = 0; i < codec.nb_coded_side_data; ++i) {
    const AVPacketSideData& from = codec.coded_side_data[i];
    std::uint8_t* const to =
        check_allocated(av_stream_new_side_data(&stream, from.type, from.size));
    std::copy(from.data, from.data + from.size, to);
  }
#endif
}

/// Others take raw pictures of 10 bits a sample for something else.
void refuse_deep_samples(const FilmSettings& settings, const AVOutputFormat& muxer,
                         const AVCodec& codec) {
  if (codec.id != AV_CODEC_ID_RAWVIDEO || bit_depth(settings.pixel_format) == 8) return;
  for (const std::string_view knows : {"nut", "yuv4mpegpipe", "rawvideo", "framehash"})
    if (muxer.name == knows) return;
  throw std::invalid_argument(std::string("the container ") + muxer.name +
                              " does not say that raw pictures have 10 bits a sample; name the "
                              "film .nut, .y4m or .yuv, or take the codec ffv1");
}

}  // namespace

std::vector<std::string> available_containers() {
  std::set<std::string> names;
  void* state = nullptr;
  while (const AVOutputFormat* muxer = av_muxer_iterate(&state))
    if (writes_one_video_file(*muxer)) names.insert(muxer->name);
  return {names.begin(), names.end()};
}

std::string extension_of(const std::string& path) {
  std::string extension = std::filesystem::path(path).extension().string();
  if (!extension.empty()) extension.erase(0, 1);
  for (char& letter : extension)
    letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return extension;
}

bool is_own_extension(const std::string& extension) {
  return std::any_of(std::begin(own_extensions), std::end(own_extensions),
                     [&](const OwnExtension& own) { return extension == own.extension; });
}

const AVOutputFormat& find_muxer(const FilmSettings& settings, const std::string& path) {
  if (!settings.container.empty()) {
    const AVOutputFormat* const muxer =
        av_guess_format(settings.container.c_str(), nullptr, nullptr);
    if (muxer == nullptr)
      throw std::invalid_argument("this FFmpeg has no container '" + settings.container +
                                  "'; for films it has " + join(available_containers()));
    if (!writes_one_video_file(*muxer) && std::string_view(muxer->name) != "framehash")
      throw std::invalid_argument("the container '" + settings.container +
                                  "' does not write one video file; for films there are " +
                                  join(available_containers()));
    return *muxer;
  }
  if (path == "-")
    throw std::invalid_argument(
        "standard output has no extension to choose a container by; set one, container = matroska");
  const std::string extension = extension_of(path);
  const AVOutputFormat* muxer = nullptr;
  bool own_extension = false;
  for (const OwnExtension& own : own_extensions) {
    if (extension != own.extension) continue;
    own_extension = true;
    for (const char* name : own.muxers)
      // MPEG-1's program streams hold no AC-3.
      if (name != nullptr && muxer == nullptr &&
          !(settings.audio.given() && std::string_view(name) == "mpeg"))
        muxer = av_guess_format(name, nullptr, nullptr);
  }
  if (!own_extension && !extension.empty()) {
    muxer = av_guess_format(nullptr, ("film." + extension).c_str(), nullptr);
    if (muxer != nullptr && !writes_one_video_file(*muxer)) muxer = nullptr;
  }
  if (muxer != nullptr) return *muxer;
  if (has_picture_extension(path))
    throw std::invalid_argument("'" + path +
                                "' names one picture; for a sequence put a number into the name, "
                                "as in film%05d.png, and for a still choose its frame");
  throw std::invalid_argument(
      (extension.empty() ? "'" + path + "' has no extension to choose a container by"
                         : "no container is known for the extension '." + extension + "'") +
      "; set one, container = matroska, or use one of " + known_extensions());
}

void check_container(const FilmSettings& settings, const std::string& path,
                     const AVOutputFormat& muxer, const AVCodec& codec) {
  if (settings.faststart && !is_mov(muxer))
    throw std::invalid_argument(std::string("faststart moves the index of mp4 and mov; ") +
                                muxer.name + " has none");
  refuse_sound(settings, path, muxer);
  refuse_deep_samples(settings, muxer, codec);
  const std::string_view name = muxer.name;
  // Matroska takes more than it says: what has no tag of its own is wrapped as in AVI.
  if (name == "matroska") {
    if (codec.id != AV_CODEC_ID_QTRLE) return;
    throw std::invalid_argument(
        "the container matroska does not say how deep pictures of qtrle are, and nothing could "
        "decode them; name the film .mov");
  }
  if (name == "yuv4mpegpipe") {
    if (codec.id == AV_CODEC_ID_RAWVIDEO) return;
    throw std::invalid_argument("the container yuv4mpegpipe holds only the codec rawvideo");
  }
  const int holds = avformat_query_codec(&muxer, codec.id, FF_COMPLIANCE_NORMAL);
  // Of what is negative it is not known: such muxers look at the codec by themselves, or write
  // whatever they are given.
  const bool other_one =
      codec.id != muxer.video_codec && !holds_many(muxer) &&
      (holds < 0 || (holds == 0 && muxer.codec_tag == nullptr && !holds_another_one(muxer)));
  if ((holds == 0 && !other_one) || has_no_number(muxer, codec.id))
    throw std::invalid_argument("the container " + std::string(name) + " cannot hold " +
                                avcodec_get_name(codec.id) +
                                "; choose another extension or codec (.mkv holds most)");
  if (other_one)
    throw std::invalid_argument("the container " + std::string(name) + " holds only " +
                                avcodec_get_name(muxer.video_codec) + ", and the encoder " +
                                codec.name + " makes " + avcodec_get_name(codec.id) +
                                "; choose another extension (.mkv holds most)" +
                                encoder_for(muxer));
}

Container::Container(const ResolvedFilm& film, const FilmOutput& output)
    : settings_(film.settings),
      before_naming_(output.before_naming),
      file_(output.path, output.overwrite, output.temporary_path) {
  const AVOutputFormat& muxer = find_muxer(settings_, output.path);
  target_.file = &file_;
  if (const auto element = digest_element_of(muxer); element && file_.seekable())
    digest_.emplace(*element, settings_.faststart, target_);
  avio_ = open_avio(target_, film_buffer_bytes);
  // Some muxers look at the file's extension.
  const std::string url = file_.temporary_path().empty() ? "" : "file:" + output.path;
  AVFormatContext* context = nullptr;
  const int result = avformat_alloc_output_context2(&context, &muxer, nullptr, url.c_str());
  context_.reset(context);
  check(result, "avformat_alloc_output_context2");
  context_->pb = avio_.get();
  context_->opaque = this;
  open_by_name_ = context_->io_open;
  context_->io_open = open_unfinished;
  // No versions and no dates in the file: the same film is the same bytes.
  context_->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
  if (!output.title.empty())
    check(av_dict_set(&context_->metadata, "title", output.title.c_str(), 0), "av_dict_set");
  if (!output.artist.empty())
    check(av_dict_set(&context_->metadata, "artist", output.artist.c_str(), 0), "av_dict_set");
  if (!output.comment.empty())
    check(av_dict_set(&context_->metadata, "comment", output.comment.c_str(), 0), "av_dict_set");
  if (const DvdVideo* const disc = dvd_video(settings_.target)) {
    context_->packet_size = static_cast<unsigned>(disc->packet_bytes);
    context_->max_delay = static_cast<int>(disc->max_delay_us);
  }
}

Container::~Container() {
  if (!header_written_) return;
  // Only the trailer frees what the program stream muxer holds; what it writes is dropped.
  try {
    LogCapture quiet;
    target_.file = nullptr;
    avio_->error = 0;
    if (dvd_video(settings_.target) != nullptr || std::string_view(muxer().name) == "vob" ||
        std::string_view(muxer().name) == "mpeg")
      av_write_trailer(context_.get());
  } catch (...) {
    // LogCapture found no memory: the file is dropped all the same.
  }
}

// Of muxers that read back what they have written, as faststart does.
int Container::open_unfinished(AVFormatContext* context, AVIOContext** opened, const char* url,
                               int flags, AVDictionary** options) {
  auto& self = *static_cast<Container*>(context->opaque);
  if (const int error = self.target_.flush()) return AVERROR(error);
  const std::string unfinished = "file:" + self.file_.temporary_path();
  const bool is_film = std::string_view(url) == context->url;
  return self.open_by_name_(context, opened, is_film ? unfinished.c_str() : url, flags, options);
}

bool Container::wants_global_header() const noexcept {
  return (context_->oformat->flags & AVFMT_GLOBALHEADER) != 0;
}

int Container::add_stream(const AVCodecContext& codec) {
  AVStream* const stream = check_allocated(avformat_new_stream(context_.get(), nullptr));
  check(avcodec_parameters_from_context(stream->codecpar, &codec),
        "avcodec_parameters_from_context");
  stream->time_base = codec.time_base;
  if (codec.codec_type == AVMEDIA_TYPE_VIDEO) {
    stream->sample_aspect_ratio = codec.sample_aspect_ratio;
    stream->avg_frame_rate = codec.framerate;
    stream->r_frame_rate = codec.framerate;
    // Players of one vendor take HEVC under no other tag.
    if (codec.codec_id == AV_CODEC_ID_HEVC && is_mov(muxer()))
      stream->codecpar->codec_tag = MKTAG('h', 'v', 'c', '1');
  }
  // The y4m muxer of FFmpeg 5.1 takes frames dressed as packets, not raw video.
  if (codec.codec_id == AV_CODEC_ID_RAWVIDEO &&
      muxer().video_codec == AV_CODEC_ID_WRAPPED_AVFRAME) {
    stream->codecpar->codec_id = AV_CODEC_ID_WRAPPED_AVFRAME;
    stream->codecpar->codec_tag = 0;
    wrapped_ = make_frame();
    wrapped_->format = codec.pix_fmt;
    wrapped_->width = codec.width;
    wrapped_->height = codec.height;
  }
  // More than 8 bits are an extension of y4m that every reader of films knows.
  if (codec.codec_type == AVMEDIA_TYPE_VIDEO && std::string_view(muxer().name) == "yuv4mpegpipe" &&
      av_pix_fmt_desc_get(codec.pix_fmt)->comp[0].depth > 8)
    context_->strict_std_compliance = FF_COMPLIANCE_UNOFFICIAL;
  copy_side_data(codec, *stream);
  return stream->index;
}

void Container::check_written(int result, const char* call) const {
  file_.check_written();  // names the disk's trouble better than libav does
  if (result < 0) throw_libav_error(result, std::string(call) + " (" + muxer().name + ")");
  if (avio_->error < 0) throw_libav_error(avio_->error, std::string(call) + " (writing)");
  const LogCapture* const log = LogCapture::current();
  if (log == nullptr) return;
  // The muxer goes on, and says so in no other way. Its "packet too large" comes after such a line;
  // "delay too large" is none: it comes with the last packets of a sound stream.
  if (const LogCapture::Message* const message = log->find("buffer underflow"))
    throw std::runtime_error("the film breaks the program stream's buffer model (" + message->text +
                             "): lower the bitrate or maxrate");
}

void Container::write_header() {
  LogCapture log;
  Dictionary options;
  if (const DvdVideo* const disc = dvd_video(settings_.target)) {
    options.set("muxrate", std::to_string(disc->muxrate));
    options.set("preload", std::to_string(disc->preload_us));
  }
  if (settings_.faststart) options.set("movflags", "+faststart");
  // Edit lists count in the film's own ticks: these say where sound ends to the sample.
  if (settings_.audio.given() && is_mov(muxer())) options.set("movie_timescale", "48000");
  const int result = avformat_write_header(context_.get(), options.address());
  header_written_ = result >= 0;
  file_.check_written();
  if (result < 0 && !file_.seekable() && log.find("seekable") != nullptr)
    throw std::runtime_error(std::string("the container ") + muxer().name +
                             " goes back in its file at the end, which a pipe or standard output "
                             "does not allow; choose the container matroska, mpegts or nut, or "
                             "name a file");
  if (result < 0)
    throw std::runtime_error(
        std::string("the container ") + muxer().name + " does not take this film, of " +
        avcodec_get_name(context_->streams[0]->codecpar->codec_id) + ": " + libav_text(result) +
        (log.messages().empty() ? "" : " (" + log.summary() + ")"));
  check_written(result, "avformat_write_header");
  for (const auto& [key, value] : options.entries())
    throw std::runtime_error(std::string("the container ") + muxer().name + " has no option '" +
                             key + "'");
  check_ticks();
  if (digest_) digest_->start(*avio_);
}

void Container::check_ticks() const {
  if ((muxer().flags & AVFMT_NOTIMESTAMPS) != 0) return;
  const AVStream& video = *context_->streams[0];
  if (video.avg_frame_rate.num <= 0 ||
      av_cmp_q(av_inv_q(video.avg_frame_rate), video.time_base) >= 0)
    return;
  throw std::invalid_argument(std::string("the container ") + muxer().name + " counts time in " +
                              rational_text(video.time_base) + " s, too coarse for " +
                              rational_text(video.avg_frame_rate) +
                              " frames a second; lower the rate or choose another container");
}

void Container::write(AVPacket& packet, int stream, AVRational time_base) {
  LogCapture log;
  packet.stream_index = stream;
  const AVStream& track = *context_->streams[static_cast<unsigned>(stream)];
  const std::int64_t delay = untold_delay(muxer(), *track.codecpar);
  packet.pts += delay;
  packet.dts += delay;
  av_packet_rescale_ts(&packet, time_base, track.time_base);
  if (wrapped_ != nullptr)
    write_wrapped(packet);
  else
    check_written(av_interleaved_write_frame(context_.get(), &packet),
                  "av_interleaved_write_frame");
}

void Container::write_wrapped(AVPacket& packet) {
  check(av_image_fill_arrays(wrapped_->data, wrapped_->linesize, packet.data,
                             static_cast<AVPixelFormat>(wrapped_->format), wrapped_->width,
                             wrapped_->height, 1),
        "av_image_fill_arrays");
  const UniquePacket dressed = make_packet();
  check(av_packet_copy_props(dressed.get(), &packet), "av_packet_copy_props");
  dressed->stream_index = packet.stream_index;
  dressed->data = reinterpret_cast<std::uint8_t*>(wrapped_.get());
  dressed->size = sizeof(AVFrame);
  // One stream, nothing to interleave: the muxer is done with the frame when this returns.
  check_written(av_write_frame(context_.get(), dressed.get()), "av_write_frame");
}

void Container::write_trailer() {
  LogCapture log;
  if (digest_) {
    check_written(av_interleaved_write_frame(context_.get(), nullptr),
                  "av_interleaved_write_frame");
    digest_->stop(*avio_);
  }
  header_written_ = false;  // the trailer frees what it would free, also when it fails
  check_written(av_write_trailer(context_.get()), "av_write_trailer");
  avio_flush(avio_.get());
  target_.flush();
  check_written(0, "avio_flush");
  context_.reset();
}

std::int64_t Container::finish() {
  write_trailer();
  if (digest_) digest_->finish(*avio_);
  target_.flush();
  check_written(0, "avio_flush");
  return file_.finish(before_naming_);
}

}  // namespace lifereel
