// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/build_facts.h"

#ifdef __linux__
#include <link.h>
#endif

#include <string_view>

#include <revision.h>  // written by cmake/revision.cmake
#include "encoders/film.h"

extern "C" {
#include <libavcodec/version.h>
#include <libavfilter/version.h>
#include <libavformat/version.h>
#include <libavutil/version.h>
}

namespace lifereel {
namespace {

std::string compiler() {
#ifdef __clang__
  return "Clang " __clang_version__;
#else
  return "GCC " __VERSION__;
#endif
}

#ifdef __linux__
/// The number in "/usr/lib/x86_64-linux-gnu/libx264.so.164", of the library that is loaded.
std::string loaded_version(std::string_view library) {
  struct Search {
    std::string name, version;
  } search{std::string(library) + ".so.", ""};
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* data) {
        auto& wanted = *static_cast<Search*>(data);
        const std::string_view path = info->dlpi_name == nullptr ? "" : info->dlpi_name;
        const std::size_t at = path.rfind('/') + 1;  // 0 where there is none
        if (!path.substr(at).starts_with(wanted.name)) return 0;
        wanted.version = path.substr(at + wanted.name.size());
        return 1;
      },
      &search);
  return search.version;
}
#else
std::string loaded_version(std::string_view) { return {}; }
#endif

/// Of a library in FFmpeg's archives, "0.164.3095"; empty where the build did not know.
std::string linked_version(std::string_view library) {
  const std::string_view all = LIFEREEL_FFMPEG_SOURCES;  // "ffmpeg 7:5.1.9-0 x264 2:0.164"
  const std::string name = " " + std::string(library) + " ";
  const std::size_t at = all.find(name);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = all.substr(at + name.size());
  return std::string(rest.substr(0, rest.find(' ')));
}

}  // namespace

std::vector<BuildFact> build_facts() {
  std::vector<BuildFact> facts;
  if (!std::string_view(LIFEREEL_REVISION).empty())
    facts.push_back({"revision", LIFEREEL_REVISION});
  facts.push_back({"compiler", compiler() +
#ifdef __OPTIMIZE__
                                   ", optimised"
#else
                                   ", not optimised"
#endif
  });
#ifdef __GLIBC__
  facts.push_back({"C library", "glibc " + std::to_string(__GLIBC__) + "." +
                                    std::to_string(__GLIBC_MINOR__) + " or newer"});
#endif
  const std::string_view cuda = LIFEREEL_CUDA_VERSION;
  facts.push_back({"GPU engine", cuda.empty() ? "none" : "CUDA " + std::string(cuda)});
  const struct {
    std::string_view library;
    const char* version;
  } built_with[] = {{"libavutil ", AV_STRINGIFY(LIBAVUTIL_VERSION)},
                    {"libavcodec ", AV_STRINGIFY(LIBAVCODEC_VERSION)},
                    {"libavformat ", AV_STRINGIFY(LIBAVFORMAT_VERSION)},
                    {"libavfilter ", AV_STRINGIFY(LIBAVFILTER_VERSION)}};
  for (const std::string& line : libav_versions()) {
    const std::size_t blank = line.find(' ');
    BuildFact fact{line.substr(0, blank), line.substr(blank + 1)};
    for (const auto& [library, version] : built_with)
      if (line.starts_with(library) && fact.value != version)
        fact.value += ", built with " + std::string(version);
    facts.push_back(std::move(fact));
  }
  for (const char* library : {"x264", "x265"}) {
    std::string version = linked_version(library);
    if (version.empty()) version = loaded_version(std::string("lib") + library);
    if (!version.empty()) facts.push_back({library, version});
  }
  return facts;
}

}  // namespace lifereel
