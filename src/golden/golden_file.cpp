// SPDX-License-Identifier: GPL-2.0-or-later
// Reads golden files.
#include <algorithm>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/golden.h"
#include "src/text/setting_text.h"
#include "src/text/text_file.h"

namespace lifereel {
namespace {

constexpr std::string_view comment_mark = "#lifereel ";
constexpr std::string_view version_mark = "# lifereel ";
constexpr std::size_t hash_digits = 64;

[[noreturn]] void fail(const std::string& message) { throw std::invalid_argument(message); }

/// One line "stream, dts, pts, duration, size, hash".
struct HashLine {
  int stream = 0;
  std::int64_t frame = 0;
  std::int64_t bytes = 0;
  std::string hash;
};

std::optional<HashLine> parse_hash_line(std::string_view line) {
  std::vector<std::string_view> fields;
  while (true) {
    const std::size_t comma = line.find(',');
    fields.push_back(trim(line.substr(0, comma)));
    if (comma == std::string_view::npos) break;
    line.remove_prefix(comma + 1);
  }
  if (fields.size() != 6) return std::nullopt;
  HashLine result;
  try {
    result.stream = parse_int(fields[0]);
    result.frame = parse_integer(fields[2]);
    result.bytes = parse_integer(fields[4]);
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
  result.hash = fields[5];
  if (result.hash.size() != hash_digits ||
      result.hash.find_first_not_of("0123456789abcdef") != std::string::npos) {
    return std::nullopt;
  }
  return result;
}

/// Line after line; then what they come to together.
class GoldenReader {
 public:
  explicit GoldenReader(const std::string& name) : name_(name) {}

  void read_line(std::string_view line) {
    ++number_;
    if (line.starts_with(comment_mark)) {
      read_comment(line.substr(comment_mark.size()));
    } else if (line.starts_with("#hash:")) {
      if (trim(line.substr(6)) != "SHA256") fail(where(number_) + "the hashes are not SHA256");
    } else if (line.starts_with("#media_type 1:")) {
      has_states_ = true;
    } else if (!line.empty() && line[0] != '#') {
      read_hash(line);
    }
    config_ += '\n';
  }

  Golden conclude(bool whole_lines) {
    if (!has_config_)
      fail(where(1) +
           "there are no \"#lifereel\" lines with settings; lifereel hash -o writes them");
    // Whoever checks it encodes nothing.
    apply_embedded_config(golden_.settings, config_, name_, FilmTrust::filters_and_codec_options);
    validate(golden_.settings.universe);
    const std::int64_t frames = frame_count(golden_.settings);
    if (!whole_lines) fail(at_end() + "the last line is cut off");
    check_count(golden_.pictures, frames, " pictures");
    if (has_states_ || !golden_.states.empty()) check_count(golden_.states, frames, " states");
    golden_.format = pixel_format();
    return std::move(golden_);
  }

 private:
  std::string where(int line) const { return name_ + ":" + std::to_string(line) + ": "; }
  std::string at_end() const { return where(std::max(number_, 1)); }

  void read_comment(std::string_view comment) {
    if (comment.starts_with(version_mark)) {
      golden_.version = comment.substr(version_mark.size());
    } else {
      has_config_ = true;
      config_ += comment;
    }
  }

  void read_hash(std::string_view line) {
    const auto parsed = parse_hash_line(line);
    if (!parsed || parsed->stream < 0 || parsed->stream > 1)
      fail(where(number_) + in_quotes(line) + " is no line of hashes");
    auto& hashes = parsed->stream == 0 ? golden_.pictures : golden_.states;
    if (parsed->frame != static_cast<std::int64_t>(hashes.size()))
      fail(where(number_) + "frame " + std::to_string(parsed->frame) + " stands where frame " +
           std::to_string(hashes.size()) + " is expected");
    if (hashes.empty() && parsed->stream == 0) picture_bytes_ = parsed->bytes;
    hashes.push_back(parsed->hash);
  }

  void check_count(const std::vector<std::string>& hashes, std::int64_t frames,
                   const char* what) const {
    const auto count = static_cast<std::int64_t>(hashes.size());
    if (count != frames)
      fail(at_end() + "the file ends with " + std::to_string(count) + " of " +
           std::to_string(frames) + what);
  }

  /// No two formats have pictures of as many bytes.
  PixelFormat pixel_format() const {
    const UniverseSettings& universe = golden_.settings.universe;
    for (const PixelFormat format :
         {PixelFormat::yuv420p, PixelFormat::yuv420p10, PixelFormat::gray8})
      if (picture_bytes_ ==
          static_cast<std::int64_t>(packed_bytes(format, universe.width, universe.height)))
        return format;
    fail(name_ + ": the pictures are not of " + std::to_string(universe.width) + "x" +
         std::to_string(universe.height) + " pixels, as the settings in it say");
  }

  const std::string& name_;
  Golden golden_;
  std::string config_;  // with an empty line for every line that is none, so that numbers agree
  bool has_config_ = false, has_states_ = false;
  std::int64_t picture_bytes_ = 0;
  int number_ = 0;
};

}  // namespace

Golden parse_golden(std::string_view text, const std::string& name) {
  GoldenReader reader(name);
  const bool whole_lines = text.empty() || text.back() == '\n';
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    reader.read_line(trim(text.substr(0, end)));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return reader.conclude(whole_lines);
}

Golden read_golden(const std::string& path) {
  GoldenReader reader(path);
  const bool whole_lines =
      read_text_lines(path, [&reader](std::string_view line) { reader.read_line(trim(line)); });
  return reader.conclude(whole_lines);
}

}  // namespace lifereel
