// SPDX-License-Identifier: GPL-2.0-or-later
// What has to be known of single encoders beyond what libavcodec tells. Internal to encoders/.
#pragma once

#include <span>
#include <string_view>

namespace lifereel {

/// Of one encoder. The defaults are those of an encoder of which nothing is known.
struct CodecTraits {
  std::string_view name;  ///< libavcodec's

  /// Its chunks are known to join: the first picture is a key frame, nothing refers across it,
  /// headers are the same each time, and there are as many packets as pictures.
  bool joins = false;
  bool raw = false;              ///< it copies: neither worth a thread nor bound to one format
  bool lossless = false;         ///< without a bitrate its packets may be as large as gray pictures
  bool takes_odd_sizes = false;  ///< of 4:2:0
  bool full_range = false;       ///< takes limited-range YUV only against its standard
  std::string_view unusable_because = {};  ///< "it ...": why no film is made with it
  bool one_packet = false;                 ///< the whole film is its only packet
  bool wants_closed_gops = false;          ///< its GOPs are open unless it is told

  // An option that holds a list of parameters of its own, in which the user's come after ours.
  std::string_view list = {};          ///< "x264-params"
  std::string_view parameters = {};    ///< always
  std::string_view in_chunks = {};     ///< beside them, where the film is cut
  std::string_view with_maxrate = {};  ///< beside them, where it has a buffer
  bool pools_threads = false;          ///< the list says how many threads there are in all

  // Whoever needs the same bytes on every machine must not leave the number of threads to it.
  bool threads_change_chunks = false;   ///< its bytes follow that number
  bool threads_change_maxrate = false;  ///< in one piece, too, where it has a buffer
  bool threads_race_maxrate = false;    ///< several make other bytes every time, with a buffer
  int threads_of_usual_chunks = 1;      ///< where chunks were not asked for, without a buffer

  /// What a chunk may miss its size by, in seconds of its bit rate; 0: the encoder's own tolerance.
  double chunk_tolerance_seconds = 0;

  bool closes_after_end_alone = false;  ///< closing it before its end hangs or complains

  const char* log_variable = nullptr;  ///< of the environment: "1" keeps it off the terminal

  std::span<const std::string_view> presets = {};  ///< empty: the encoder refuses others by itself

  // How the library behind it says its release in a film's first packet; empty: it does not.
  std::string_view release_begins = {};
  std::string_view release_asked_by = {};  ///< parameters for the list
};

/// By libavcodec's name of the encoder.
const CodecTraits& codec_traits(std::string_view name) noexcept;

/// An option that holds a list of parameters, "a=1:b=2".
struct ParameterList {
  std::string_view option;
  bool read_by_libav = true;  ///< with its escapes; else by the encoder, which has none
};

/// Every one, other names of the same list included.
std::span<const ParameterList> parameter_lists() noexcept;

/// Who encodes, which libavcodec tells by the name alone.
enum class CodecOrigin { libavcodec, other_library, nvenc, quick_sync };
CodecOrigin codec_origin(std::string_view name) noexcept;

}  // namespace lifereel
