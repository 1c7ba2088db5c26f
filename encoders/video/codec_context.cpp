// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/video/codec_context.h"

#include <algorithm>
#include <climits>
#include <set>
#include <stdexcept>
#include <string_view>

#include "encoders/dvd/dvd_video.h"
#include "encoders/libav/log_capture.h"
#include "encoders/text/quantity_text.h"
#include "encoders/video/chunk_rules.h"
#include "encoders/video/codec_traits.h"
#include "encoders/video/video_encoder.h"

namespace lifereel {
namespace {

/// Rows of a picture that x265 works on at once: each stays two blocks behind the one above, and
/// about half of them wait for something else.
int wavefront_threads(int width, int height) {
  const int columns = (width + 63) / 64, rows = (height + 63) / 64;
  return std::max(1, columns * rows / (columns + 2 * (rows - 1)) / 2);
}

/// What the encoder's own list of parameters is to say before the user's.
std::string own_parameters(const CodecTraits& traits, const ResolvedFilm& film, int width,
                           int height) {
  std::string list;
  const auto add = [&list](std::string_view parameters) {
    if (!list.empty() && !parameters.empty()) list += ':';
    list += parameters;
  };
  const FilmSettings& settings = film.settings;
  add(traits.parameters);
  if (settings.chunk_frames > 0) add(traits.in_chunks);
  if (settings.maxrate) add(traits.with_maxrate);
  // In a pool of 4 its lookahead searches otherwise than in a smaller one, in 12 again otherwise:
  // left to itself, that is a matter of the machine's processors. Two threads of its own it is.
  if (traits.pools_threads && settings.codec_threads > 0)
    add("lookahead-threads=2:pools=" +
        std::to_string(
            2 + std::clamp(settings.codec_threads * wavefront_threads(width, height), 2, 62)));
  return list;
}

}  // namespace

const AVOption* find_codec_option(const AVCodec& codec, const std::string& name) {
  const AVClass* generic = avcodec_get_class();
  const AVClass* own = codec.priv_class;
  for (const AVClass** search : {&own, &generic}) {
    if (*search == nullptr) continue;
    // A libav idiom: a pointer to a class pointer stands for an object of that class.
    const AVOption* option = av_opt_find(search, name.c_str(), nullptr, AV_OPT_FLAG_ENCODING_PARAM,
                                         AV_OPT_SEARCH_FAKE_OBJ);
    if (option != nullptr && option->type != AV_OPT_TYPE_CONST) return option;
  }
  return nullptr;
}

std::string own_codec_options(const AVCodec& codec) {
  std::set<std::string> names;
  if (const AVClass* own = codec.priv_class) {
    const AVOption* option = nullptr;
    while ((option = av_opt_next(&own, option)) != nullptr)
      if (option->type != AV_OPT_TYPE_CONST) names.insert(option->name);
  }
  if (names.empty()) return std::string(codec.name) + " has none of its own";
  return std::string("those of ") + codec.name + " are " + join({names.begin(), names.end()});
}

void refuse_codec_option(const AVCodec& codec, const std::string& name) {
  throw std::invalid_argument(std::string("the encoder ") + codec.name + " has no option '" + name +
                              "'; " + own_codec_options(codec) +
                              ", besides libavcodec's general ones");
}

StringPairs codec_options(const ResolvedFilm& film, int width, int height) {
  const FilmSettings& settings = film.settings;
  StringPairs options;
  if (settings.target != DiscTarget::none) options = disc_codec_options();
  if (settings.codec_preset) options.emplace_back("preset", *settings.codec_preset);
  if (settings.crf) options.emplace_back("crf", number_text(*settings.crf));
  const CodecTraits& traits = codec_traits(settings.codec);
  std::string own = own_parameters(traits, film, width, height);
  for (const auto& [key, value] : settings.codec_options) {
    if (!traits.list.empty() && key == traits.list)
      own += (own.empty() ? "" : ":") + value;
    else
      options.emplace_back(key, value);
  }
  if (!own.empty()) options.emplace_back(traits.list, own);
  return options;
}

UniqueCodecContext make_codec_context(const ResolvedFilm& film) {
  const FilmSettings& settings = film.settings;
  const AVCodec& codec = find_video_encoder(settings.codec);
  const CodecTraits& traits = codec_traits(settings.codec);
  UniqueCodecContext context(check_allocated(avcodec_alloc_context3(&codec)));
  if (settings.bitrate) context->bit_rate = *settings.bitrate;
  if (settings.maxrate) context->rc_max_rate = *settings.maxrate;
  if (settings.bufsize) context->rc_buffer_size = static_cast<int>(*settings.bufsize);
  if (film.chunk_rate) {
    context->rc_max_rate = film.chunk_rate->maxrate;
    context->rc_buffer_size = static_cast<int>(film.chunk_rate->bufsize);
    context->rc_initial_buffer_occupancy = context->rc_buffer_size;
    context->bit_rate = std::min(context->bit_rate, context->rc_max_rate);
  }
  if (traits.chunk_tolerance_seconds > 0 && settings.chunk_frames > 0 && settings.bitrate)
    context->bit_rate_tolerance = static_cast<int>(
        std::min(static_cast<double>(*settings.bitrate) * traits.chunk_tolerance_seconds,
                 static_cast<double>(INT_MAX)));
  if (settings.gop) context->gop_size = *settings.gop;
  context->thread_count = settings.codec_threads;
  if (settings.target != DiscTarget::none || traits.wants_closed_gops)
    context->flags |= AV_CODEC_FLAG_CLOSED_GOP;
  return context;
}

UniqueCodecContext configured_codec_context(const ResolvedFilm& film) {
  LogCapture log;
  UniqueCodecContext context = make_codec_context(film);
  const AVCodec& codec = *context->codec;
  for (const auto& [key, value] : codec_options(film, 0, 0)) {
    if (find_codec_option(codec, key) == nullptr) refuse_codec_option(codec, key);
    const int result =
        av_opt_set(context.get(), key.c_str(), value.c_str(), AV_OPT_SEARCH_CHILDREN);
    if (result < 0)
      throw std::invalid_argument(std::string("the encoder ") + codec.name + " does not take " +
                                  key + "=" + value + ": " + libav_text(result) +
                                  (log.messages().empty() ? "" : " (" + log.summary() + ")"));
  }
  return context;
}

int pictures_held_at_most(const ResolvedFilm& film) {
  const UniqueCodecContext configured = configured_codec_context(film);
  const AVCodecContext& context = *configured;
  const AVCodec& codec = *context.codec;
  if ((codec.capabilities & AV_CODEC_CAP_FRAME_THREADS) != 0 && context.thread_count > 1)
    return context.thread_count + 2;
  // Wrappers of other libraries copy on entry; so do hardware encoders fed from memory, but for
  // one.
  const CodecOrigin origin = codec_origin(codec.name);
  if (origin == CodecOrigin::quick_sync) return 8 + context.max_b_frames;
  if (origin != CodecOrigin::libavcodec) return 1;
  // libavcodec's own keep the last picture; those that predict keep aligned ones for the next, too,
  // and while B-frames wait for the picture they point to.
  const AVCodecDescriptor* const kind = avcodec_descriptor_get(codec.id);
  if (kind != nullptr && (kind->props & AV_CODEC_PROP_INTRA_ONLY) != 0) return 1;
  return 2 + (context.max_b_frames > 0 ? context.max_b_frames + 1 : 0);
}

EncoderNeeds encoder_needs(const FilmSettings& asked, int width, int height) {
  const FilmSettings settings = resolve_encoding(asked).settings;
  const CodecTraits& traits = codec_traits(settings.codec);
  EncoderNeeds needs;
  needs.threads = settings.codec_threads > 0 ? settings.codec_threads : av_cpu_count();
  // As measured; those that look ahead keep many pictures in several sizes.
  const bool looks_ahead = codec_origin(settings.codec) == CodecOrigin::other_library;
  const double of_pool = traits.pools_threads ? 0.9 : 1;
  const double bytes_a_pixel = looks_ahead ? of_pool * (180 + 8 * needs.threads) : 32;
  const double pixels = static_cast<double>(width) * height;
  const int bytes_a_sample = sample_bytes(bit_depth(settings.pixel_format));
  // Beside pictures they keep data that do not grow with the bits of a sample.
  const double of_samples = looks_ahead && bytes_a_sample > 1 ? 1.7 : bytes_a_sample;
  needs.memory_bytes = static_cast<std::uint64_t>(pixels * bytes_a_pixel * of_samples);
  // Its frame threads share a pool that takes the rows of each picture.
  if (traits.pools_threads) needs.threads *= wavefront_threads(width, height);
  // Lossless: a gray picture that did not shrink. By quality: more than was seen.
  const double picture_bytes =
      settings.bitrate
          ? static_cast<double>(*settings.bitrate) / 8 / settings.frames_per_second.value()
          : (traits.lossless ? pixels * bytes_a_sample : pixels / 8);
  needs.chunk_bytes = static_cast<std::uint64_t>(picture_bytes * settings.chunk_frames);
  return needs;
}

}  // namespace lifereel
