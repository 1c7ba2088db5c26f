// SPDX-License-Identifier: GPL-2.0-or-later
// Settings as lines "key = value".
#include <algorithm>
#include <filesystem>
#include <functional>
#include <set>
#include <stdexcept>
#include <vector>

#include "src/settings/setting_keys.h"
#include "src/text/setting_text.h"
#include "src/text/text_file.h"
#include "src/version.h"

namespace lifereel {
namespace {

namespace fs = std::filesystem;

/// A value in a config line: bare up to a comment, or in double quotes.
std::string read_value(std::string_view text, const std::string& where) {
  text = trim(text);
  if (!text.starts_with('"')) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (text[at] == '#' && (at == 0 || text[at - 1] == ' ' || text[at - 1] == '\t')) {
        return std::string(trim(text.substr(0, at)));
      }
    }
    return std::string(text);
  }
  std::string value;
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '"') {
      const std::string_view rest = trim(text.substr(at + 1));
      if (!rest.empty() && rest[0] != '#') {
        refuse(where + ": " + in_quotes(rest) + " follows a quoted value");
      }
      return value;
    }
    if (text[at] != '\\') {
      value += text[at];
      continue;
    }
    if (++at == text.size()) break;
    switch (text[at]) {
      case 'n':
        value += '\n';
        break;
      case 'r':
        value += '\r';
        break;
      case 't':
        value += '\t';
        break;
      case '"':
      case '\\':
        value += text[at];
        break;
      default:
        refuse(where + ": \\" + text[at] + " in a quoted value; known are \\\" \\\\ \\n \\r \\t");
    }
  }
  refuse(where + ": a quoted value without its closing quote");
}

/// Bare where read_value() gives the same text back, else in double quotes.
std::string print_value(const std::string& value) {
  const bool bare = !value.empty() && trim(value) == value && value[0] != '"' &&
                    value.find_first_of("#\n\r\t") == std::string::npos;
  if (bare) return value;
  std::string text = "\"";
  for (const char c : value) {
    switch (c) {
      case '\n':
        text += "\\n";
        break;
      case '\r':
        text += "\\r";
        break;
      case '\t':
        text += "\\t";
        break;
      case '"':
      case '\\':
        text += '\\';
        [[fallthrough]];
      default:
        text += c;
    }
  }
  return text + "\"";
}

/// What a film or a golden file may set is the film: whoever made it does not decide where this
/// machine reads or writes.
void require_harmless(const std::string& key, const std::string& value, const std::string& where) {
  for (const SettingEntry& entry : setting_entries()) {
    if (key == entry.key.name && !defines_film(entry.key))
      refuse(where + ": a film or golden file may not set " + key);
  }
  if (key == "look")
    refuse(where + ": a film or golden file holds what its look sets, not its name");
  if (key == "audio" && value != "none" && value != "universe")
    refuse(where + ": a film or golden file holds its sound's audio-digest, not a file's name");
  if (key == "matrix" && !value.starts_with('[') && value != "seed")
    refuse(where + ": the matrix of a film or golden file must stand in it, [a b; c d]");
}

void require_of_a_look(const std::string& key, const std::string& where) {
  if (key == "trail-decay") return;
  for (const SettingEntry& entry : setting_entries()) {
    if (key != entry.key.name) continue;
    if (key == "look" || std::string_view(entry.key.group) != "look")
      refuse(where + ": a look may not set " + key +
             "; it has the keys of the group look, and trail-decay");
  }
}

bool is_repeatable(std::string_view key) {
  const auto& keys = setting_keys();
  return std::any_of(keys.begin(), keys.end(), [&](const SettingKey& known) {
    return known.repeatable && key == known.name;
  });
}

/// Whether a preset sets it, too: films of that preset do no harm by it.
bool is_of_a_preset(std::string_view key, std::string_view value) {
  for (const Preset& preset : presets()) {
    std::string_view text = preset.text;
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      const std::string_view line = text.substr(0, end);
      const std::size_t equals = line.find('=');
      if (equals != std::string_view::npos && trim(line.substr(0, equals)) == key &&
          trim(line.substr(equals + 1)) == value)
        return true;
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }
  return false;
}

/// What reaches FFmpeg's own parsers, some of which open files.
bool needs_trust(std::string_view key, std::string_view value) {
  return (key == "filter" || key == "codec-option") && !is_of_a_preset(key, value);
}

/// The whole value, for people to judge, with nothing in it that a terminal obeys.
std::string shown_whole(std::string value) {
  for (char& c : value)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return value;
}

/// Of the lifereel that wrote the settings in a film; empty where they do not say.
std::string made_by_version(std::string_view text) {
  constexpr std::string_view mark = "# lifereel ";
  if (!text.starts_with(mark)) return {};
  return std::string(trim(text.substr(mark.size(), text.find('\n') - mark.size())));
}

enum class Origin { user, trusted_film, untrusted_film, look };

struct ConfigLine {
  std::string key, value;
  std::string where;  // for messages
};

std::vector<ConfigLine> config_lines(std::string_view text, const std::string& name) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  std::vector<ConfigLine> lines;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || line[0] == '#') continue;
    const std::string where = name + ":" + std::to_string(number);
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) {
      refuse(where + ": " + in_quotes(line) + " is not KEY = VALUE");
    }
    lines.push_back({std::string(trim(line.substr(0, equals))),
                     read_value(line.substr(equals + 1), where), where});
    if (lines.back().key == "preset" && lines.size() > 1)
      refuse(where + ": preset must stand before every other setting");
  }
  return lines;
}

/// A scene starts over, so wherever it stands the other lines change it.
void put_scene_first(std::vector<ConfigLine>& lines) {
  const auto starts_over = [](const ConfigLine& line) {
    return line.key == "preset" || line.key == "scene";
  };
  std::stable_partition(lines.begin(), lines.end(), starts_over);
}

void read_line(RenderSettings& settings, const ConfigLine& line, const fs::path& folder) {
  if (line.key != "preset") {
    read_setting(settings, line.key, {line.value, folder}, line.where);
    return;
  }
  try {
    apply_preset(settings, line.value);
  } catch (const std::invalid_argument& error) {
    refuse(line.where + ": " + error.what());
  }
}

void apply_config(RenderSettings& settings, std::string_view text, const std::string& name,
                  const fs::path& folder, Origin origin) {
  RenderSettings result = settings;  // all or nothing
  std::set<std::string, std::less<>> seen;
  std::string untrusted;
  std::vector<ConfigLine> lines = config_lines(text, name);
  put_scene_first(lines);
  for (const ConfigLine& line : lines) {
    if (origin == Origin::look)
      require_of_a_look(line.key, line.where);
    else if (origin != Origin::user)
      require_harmless(line.key, line.value, line.where);
    if (origin == Origin::untrusted_film && needs_trust(line.key, line.value))
      untrusted +=
          (untrusted.empty() ? "'" : "; '") + line.key + " = " + shown_whole(line.value) + "'";
    read_line(result, line, folder);
    const bool again = !seen.insert(line.key).second;
    if (again && !is_repeatable(line.key))
      refuse(line.where + ": " + line.key + " stands here twice");
    if (seen.contains("frames") && seen.contains("seconds")) {
      refuse(line.where + ": frames and seconds exclude each other");
    }
  }
  if (!untrusted.empty()) {
    throw UntrustedFilm(
        name + " sets what could read, write or empty files on this machine: " + untrusted);
  }
  settings = std::move(result);
}

}  // namespace

void apply_config_text(RenderSettings& settings, std::string_view text, const std::string& name) {
  apply_config(settings, text, name, fs::path(), Origin::user);
}

void apply_embedded_config(RenderSettings& settings, std::string_view text, const std::string& name,
                           FilmTrust trust) {
  try {
    apply_config(settings, text, name, fs::path(),
                 trust == FilmTrust::none ? Origin::untrusted_film : Origin::trusted_film);
  } catch (const UntrustedFilm&) {
    throw;
  } catch (const std::invalid_argument& error) {
    const std::string maker = made_by_version(text);
    if (maker.empty() || maker == version()) throw;
    refuse(std::string(error.what()) + "; these are settings of lifereel " + maker +
           ", and this is " + version() + ": use that version");
  }
}

void apply_look_text(RenderSettings& settings, std::string_view text, const std::string& name) {
  apply_config(settings, text, name, fs::path(), Origin::look);
}

void apply_config_file(RenderSettings& settings, const std::string& path) {
  apply_config(settings, read_text_file(path), path, fs::path(path).parent_path(), Origin::user);
}

std::string print_config(const RenderSettings& settings) {
  std::string text;
  const auto line = [&](const char* key, const std::string& value) {
    text += std::string(key) + " = " + print_value(value) + "\n";
  };
  for (const SettingEntry& entry : setting_entries()) {
    if (!defines_film(entry.key)) continue;
    if (const auto value = entry.print(settings)) line(entry.key.name, *value);
    if (entry.key.repeatable) {
      for (const auto& [name, value] : settings.film.codec_options) {
        line(entry.key.name, name + "=" + value);
      }
    }
  }
  return text;
}

}  // namespace lifereel
