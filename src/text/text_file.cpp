// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/text/text_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <memory>

#include "encoders/text/errno_text.h"
#include "src/text/setting_text.h"

namespace lifereel {
namespace {

constexpr std::size_t largest_text_file = 16u << 20, longest_line = 1u << 20;

/// Calls `take` with a file's text, piece by piece.
template <typename Take>
void read_blocks(const std::string& path, Take&& take) {
  const auto reason = [&](int error) { return "cannot read " + path + ": " + errno_text(error); };
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             &std::fclose);
  if (!file) refuse(reason(errno));
  std::array<char, 65536> part;
  while (const std::size_t count = std::fread(part.data(), 1, part.size(), file.get()))
    take(std::string_view(part.data(), count));
  if (std::ferror(file.get())) refuse(reason(errno));
}

}  // namespace

std::string read_text_file(const std::string& path) {
  std::string text;
  read_blocks(path, [&](std::string_view part) {
    text += part;
    if (text.size() > largest_text_file) refuse("cannot read " + path + ": larger than 16 MiB");
  });
  return text;
}

bool read_text_lines(const std::string& path, const std::function<void(std::string_view)>& take,
                     LongLines long_lines) {
  std::string line;  // as much as has come of it
  read_blocks(path, [&](std::string_view part) {
    for (std::size_t end = part.find('\n'); end != std::string_view::npos; end = part.find('\n')) {
      line += part.substr(0, end);
      take(line);
      line.clear();
      part.remove_prefix(end + 1);
    }
    line += part;
    if (line.size() <= longest_line) return;
    if (long_lines == LongLines::refused)
      refuse("cannot read " + path + ": a line of more than 1 MiB");
    line.resize(longest_line);
  });
  if (line.empty()) return true;
  take(line);
  return false;
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

}  // namespace lifereel
