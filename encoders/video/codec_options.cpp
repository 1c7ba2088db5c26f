// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/video/codec_options.h"

#include <algorithm>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string_view>

#include "encoders/libav/libav.h"
#include "encoders/video/codec_traits.h"

namespace lifereel {
namespace {

/// One thing a user tells the codec.
struct Given {
  std::string shown;  ///< for errors: "maxrate", "x264-params vbv-maxrate"
  std::string name;
};

struct Own {
  std::string_view option, setting;
};
/// What has a setting, which the joins, the decoder's buffer and the checks are reckoned from.
constexpr Own own_settings[] = {{"b", "bitrate"},
                                {"bitrate", "bitrate"},
                                {"crf", "crf"},
                                {"maxrate", "maxrate"},
                                {"vbv-maxrate", "maxrate"},
                                {"bufsize", "bufsize"},
                                {"vbv-bufsize", "bufsize"},
                                {"g", "gop"},
                                {"keyint", "gop"},
                                {"threads", "codec-threads"},
                                {"fps", "fps"},
                                {"frame-threads", "codec-threads"}};

/// What asks for another kind of rate control.
constexpr std::string_view quality_options[] = {"qp", "qp-constant", "cqp", "cq", "lossless"};

/// What makes a chunk's encoder begin or end otherwise than the next one's takes for granted, or
/// speaks of the whole film, of which it sees a part.
constexpr std::string_view join_breakers[] = {"rc-init-occupancy",
                                              "minrate",
                                              "vbv-init",
                                              "vbv-end",
                                              "vbv-end-fr-adj",
                                              "nal-hrd",
                                              "hrd",
                                              "hrd-concat",
                                              "filler",
                                              "strict-cbr",
                                              "stitchable",
                                              "pass",
                                              "stats",
                                              "passlogfile",
                                              "fastfirstpass",
                                              "multi-pass-opt-analysis",
                                              "qpfile",
                                              "zones",
                                              "zonefile",
                                              "multi-pass-opt-distortion",
                                              "chunk-start",
                                              "chunk-end",
                                              "total-frames",
                                              "multi-pass-opt-rps",
                                              "frame-dup",
                                              "analysis-save",
                                              "analysis-load",
                                              "analysis-reuse-file"};

/// What makes the encoder give a picture more bits than the decoder's buffer has.
constexpr std::string_view buffer_breakers[] = {"qmax", "qpmax", "crf-max", "rc-max-vbv-use",
                                                "rc-min-vbv-use"};

struct Refused {
  std::string_view option, why;
};
constexpr Refused never[] = {
    {"deterministic", "decides whether the bytes are the same every time"},
    {"n-deterministic", "would make other bytes every time"},  // "no" is taken off
    {"const-vbv", "decides whether the bytes are the same every time, and is set where they are"},
    {"cpu-independent",
     "decides whether the bytes are the same every time and on every processor, and is set"},
    {"opencl", "would make bytes that depend on the machine's GPU"},
    {"opencl-clbin", "would make bytes that depend on the machine's GPU"},
    {"opencl-device", "would make bytes that depend on the machine's GPU"},
    {"info",
     "would write the processor's capabilities into the film, which would then differ from one "
     "processor to another"},
    {"copy-pic", "would let the encoder read pictures that are gone"}};

template <typename List>
bool contains(const List& list, std::string_view name) {
  return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

/// As x264 and x265 read the names in their lists: no-open-gop is open_gop.
std::string list_name(std::string name) {
  std::replace(name.begin(), name.end(), '_', '-');
  if (name.starts_with("no")) name.erase(0, name.starts_with("no-") ? 3 : 2);
  return name;
}

/// nullptr where the option holds no list.
const ParameterList* parameter_list(std::string_view option) {
  for (const ParameterList& list : parameter_lists())
    if (list.option == option) return &list;
  return nullptr;
}

std::vector<Given> given_options(const StringPairs& options) {
  std::vector<Given> all;
  for (const auto& [key, value] : options) {
    const ParameterList* const list = parameter_list(key);
    if (list == nullptr) {
      std::string name = key;
      std::replace(name.begin(), name.end(), '_', '-');
      all.push_back({key, name});
      continue;
    }
    std::vector<std::string> names;
    if (list->read_by_libav) {
      Dictionary read;
      // What libav cannot read is refused elsewhere.
      av_dict_parse_string(read.address(), value.c_str(), "=", ":", 0);
      for (const auto& [name, ignored] : read.entries()) names.push_back(name);
    } else {
      std::istringstream parameters(value);
      for (std::string one; std::getline(parameters, one, ':');)
        names.push_back(one.substr(0, one.find('=')));
    }
    for (const std::string& name : names) all.push_back({key + " " + name, list_name(name)});
  }
  return all;
}

/// An escape at the end of one list would change how the next is read, for they become one.
void check_lists_given_once(const StringPairs& options) {
  for (const ParameterList& list : parameter_lists())
    if (std::count_if(options.begin(), options.end(),
                      [&list](const auto& option) { return option.first == list.option; }) > 1)
      throw std::invalid_argument("the codec option " + std::string(list.option) +
                                  " is given twice; put all of its parameters into one");
}

}  // namespace

bool may_break_joins(const StringPairs& codec_options) {
  const std::vector<Given> all = given_options(codec_options);
  return std::any_of(all.begin(), all.end(), [](const Given& given) {
    return given.name == "flags" || contains(join_breakers, given.name);
  });
}

void check_codec_options(const ResolvedFilm& film) {
  const FilmSettings& settings = film.settings;
  check_lists_given_once(settings.codec_options);
  for (const Given& given : given_options(settings.codec_options)) {
    const std::string option = "the codec option " + given.shown;
    for (const Own& own : own_settings)
      if (given.name == own.option)
        throw std::invalid_argument(option + " is for lifereel's setting " +
                                    std::string(own.setting) +
                                    ", from which a film's rules are reckoned; set that instead");
    for (const Refused& refused : never)
      if (given.name == refused.option)
        throw std::invalid_argument(option + " " + std::string(refused.why) + "; leave it out");
    if (contains(quality_options, given.name))
      for (const auto& [setting, set] : {std::pair{"crf", settings.crf.has_value()},
                                         {"bitrate", settings.bitrate.has_value()},
                                         {"maxrate", settings.maxrate.has_value()}})
        if (set)
          throw std::invalid_argument(option + " and " + setting +
                                      " contradict each other; give one of them");
    if (settings.maxrate && contains(buffer_breakers, given.name))
      throw std::invalid_argument(option +
                                  " would make pictures larger than maxrate and bufsize allow; "
                                  "leave it out, or set no maxrate");
    if (settings.chunk_frames > 0 && contains(join_breakers, given.name))
      throw std::invalid_argument(option +
                                  " would break the joins of a film in chunks; leave it out, or "
                                  "set chunk-frames to 0");
  }
}

}  // namespace lifereel
