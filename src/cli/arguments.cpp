// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/cli/arguments.h"

#include <algorithm>
#include <boost/program_options.hpp>
#include <charconv>
#include <optional>

#include "encoders/film_reader.h"

namespace lifereel::cli {
namespace {

namespace po = boost::program_options;

constexpr std::size_t help_column = 49;  // two of them a line
constexpr const char* positional_name = "(positional)";

bool takes(const Command& command, const SettingKey& key) {
  return std::any_of(command.settings.begin(), command.settings.end(),
                     [&](std::string_view accepted) {
                       return accepted == key.group || accepted == "--" + std::string(key.name);
                     });
}

/// Settings a command takes.
std::vector<SettingKey> taken_keys(const Command& command) {
  std::vector<SettingKey> keys;
  for (const SettingKey& key : setting_keys()) {
    if (takes(command, key)) keys.push_back(key);
  }
  return keys;
}

const SettingKey* find_key(std::string_view name) {
  const auto& keys = setting_keys();
  const auto found = std::find_if(keys.begin(), keys.end(),
                                  [&](const SettingKey& key) { return name == key.name; });
  return found == keys.end() ? nullptr : &*found;
}

char letter_of(std::string_view name) {
  for (const std::string_view known : {"output", "help", "quiet"})
    if (name == known) return known.front();
  return 0;
}

void add_option(po::options_description& description, const Option& option) {
  // Boost's name of an option has its letter.
  const std::string name =
      option.letter == 0 ? option.name : option.name + "," + std::string(1, option.letter);
  if (option.value.empty()) {
    description.add_options()(name.c_str(), "");
  } else {
    description.add_options()(name.c_str(), po::value<std::string>());
  }
}

bool is_yes_or_no(std::string_view word) {
  const auto known = {"yes", "no", "true", "false", "on", "off"};
  return std::find(known.begin(), known.end(), word) != known.end();
}

/// Boost's flags take no value, and its optional values swallow any word that follows; so
/// --overwrite=no and --overwrite no are taken out here, before Boost sees them.
std::vector<po::option> take_flags_with_values(const Command& command,
                                               std::vector<std::string>& words) {
  std::vector<po::option> taken;
  std::vector<std::string> left;
  for (auto word = words.begin(); word != words.end(); ++word) {
    if (*word == "--") {
      left.insert(left.end(), word, words.end());
      break;
    }
    const std::size_t equals = word->find('=');
    const SettingKey* const key =
        word->starts_with("--") ? find_key(std::string_view(*word).substr(2, equals - 2)) : nullptr;
    const bool flag = key && takes(command, *key) && std::string_view(key->value).empty();
    if (flag && equals != std::string::npos) {
      taken.emplace_back(key->name, std::vector<std::string>{word->substr(equals + 1)});
    } else if (flag && word + 1 != words.end() && is_yes_or_no(word[1])) {
      taken.emplace_back(key->name, std::vector<std::string>{*++word});
    } else {
      left.push_back(*word);
    }
  }
  words = std::move(left);
  return taken;
}

std::vector<po::option> parse(const Command& command, std::vector<std::string> words) {
  po::options_description description;
  for (const Option& option : options_of(command)) add_option(description, option);
  add_option(description, {positional_name, 0, "WORD", "", "", ""});
  po::positional_options_description positional;
  positional.add(positional_name, -1);

  const std::string see = "; lifereel " + std::string(command.name) + " --help lists the options";
  try {
    // Guessing would let a later version's new option change what an old command line means.
    namespace style = po::command_line_style;
    std::vector<po::option> options = take_flags_with_values(command, words);
    const po::parsed_options parsed = po::command_line_parser(words)
                                          .options(description)
                                          .positional(positional)
                                          .style(style::unix_style & ~style::allow_guessing)
                                          .run();
    options.insert(options.end(), parsed.options.begin(), parsed.options.end());
    return options;
  } catch (const po::unknown_option& error) {
    std::string name = error.get_option_name();
    const std::string bare = name.substr(std::min(name.find_first_not_of('-'), name.size()));
    if (find_key(bare)) {
      throw UsageError("lifereel " + std::string(command.name) + " does not take " + name + see);
    }
    const std::string near = nearest_key(bare);
    const bool suggest = !near.empty() && takes(command, *find_key(near));
    throw UsageError("there is no option " + name +
                     (suggest ? "; did you mean --" + near + "?" : see));
  } catch (const po::error& error) {
    throw UsageError(error.what() + see);
  }
}

std::string pad(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size() + 1), ' ');
  return text;
}

/// Two cells a line, filled column by column.
void add_cells(std::string& text, const std::vector<std::string>& cells) {
  const std::size_t rows = (cells.size() + 1) / 2;
  for (std::size_t row = 0; row < rows; ++row) {
    std::string line = "  " + cells[row];
    if (row + rows < cells.size()) line = pad(line, help_column + 2) + cells[row + rows];
    text += line + "\n";
  }
}

std::string cell(const Option& option) {
  const std::string initial = option.initial.empty() ? "" : " [" + option.initial + "]";
  const std::string help = option.help + initial;
  // -q is known; here it would take the room of a word.
  return pad(option_with_value(option).substr(option.letter == 'q' ? 4 : 0), 22) + help;
}

}  // namespace

std::vector<Option> options_of(const Command& command) {
  std::vector<Option> options;
  for (const CommandOption& own : command.options)
    options.push_back(
        {own.name, letter_of(own.name), own.value, own.help, "", "", false, own.words});
  for (const SettingKey& key : taken_keys(command))
    options.push_back({key.name, letter_of(key.name), key.value, key.help, key.group, key.initial,
                       key.repeatable});
  options.push_back({"help", 'h', "", "the options", "", ""});
  return options;
}

std::string option_with_value(const Option& option) {
  std::string text;
  if (option.letter != 0) text = std::string("-") + option.letter + ", ";
  text += "--" + option.name;
  return option.value.empty() ? text : text + " " + option.value;
}

const std::vector<CommandOption>& source_options() {
  static const std::vector<CommandOption> options{
      {"preset", "NAME", "lifereel presets: the list", preset_names()},
      {"config", "FILE", "settings from a file"},
      {"from", "FILM", "settings out of a film"}};
  return options;
}

const std::vector<CommandOption>& quality_options() {
  static const std::vector<CommandOption> options{
      {"quality",
       "NAME",
       "draft ... max, or auto",
       {"draft", "preview", "production", "max", "auto"}},
      {"within", "TIME", "for auto, 1h"}};
  return options;
}

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  for (const Preset& preset : presets()) names.push_back(preset.name);
  return names;
}

Arguments::Arguments(const Command& command, const std::vector<std::string>& words)
    : encodes_(std::find(command.settings.begin(), command.settings.end(), "film") !=
               command.settings.end()) {
  for (const po::option& option : parse(command, words)) {
    const std::string value = option.value.empty() ? "yes" : option.value.front();
    if (option.string_key == positional_name) {
      if (static_cast<int>(positional_.size()) == command.most_positional) {
        throw UsageError("'" + value + "' is one argument too many; lifereel " +
                         std::string(command.name) + " --help shows the usage");
      }
      positional_.push_back(value);
      continue;
    }
    const SettingKey* const key = find_key(option.string_key);
    const bool setting = key && takes(command, *key);
    const auto given_before = [&](const std::string& name) {
      return std::any_of(settings_.begin(), settings_.end(),
                         [&](const auto& given) { return given.first == name; });
    };
    if (setting) {
      if (!key->repeatable && given_before(option.string_key)) {
        throw UsageError("--" + option.string_key + " is given twice");
      }
      settings_.emplace_back(option.string_key, value);
    } else if (!options_.emplace(option.string_key, value).second) {
      throw UsageError("--" + option.string_key + " is given twice");
    }
    if (given_before("frames") && given_before("seconds")) {
      throw UsageError("--frames and --seconds exclude each other");
    }
    if (given_before("frame") && (given_before("frames") || given_before("seconds"))) {
      throw UsageError(
          "--frame is the number of a single picture, which has no length; leave --frames and "
          "--seconds out");
    }
  }
  if (has("config") && has("from")) throw UsageError("--config and --from exclude each other");
  if (has("within") && !chooses_quality())
    throw UsageError("--within is the time that --quality auto has; give that, too");
}

std::optional<Quality> Arguments::quality() const {
  if (!has("quality") || chooses_quality()) return std::nullopt;
  const std::optional<Quality> quality = quality_of(value("quality"));
  if (!quality)
    throw UsageError("--quality: '" + value("quality") +
                     "' is not one of draft, preview, production, max, auto");
  return quality;
}

std::string Arguments::value(const std::string& option) const {
  const auto found = options_.find(option);
  return found == options_.end() ? "" : found->second;
}

int Arguments::count(const std::string& option, int otherwise) const {
  if (!has(option)) return otherwise;
  const std::string text = value(option);
  int number = 0;
  const char* const begin = text.data() + (text.starts_with('+') ? 1 : 0);
  const auto [end, error] = std::from_chars(begin, text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range)
    throw UsageError("--" + option + ": '" + text + "' is out of range");
  if (error != std::errc{} || end != text.data() + text.size())
    throw UsageError("--" + option + ": '" + text + "' is not a whole number");
  if (number < 1) throw UsageError("--" + option + " must be 1 or more");
  return number;
}

RenderSettings Arguments::settings(std::optional<Quality> quality) const {
  RenderSettings settings;
  // What a preset, a config file or a film says nothing of is as it always was.
  if (encodes_ && !has("preset") && !has("config") && !has("from")) apply_look(settings, "aurora");
  if (quality) apply_quality(settings, *quality);  // presets keep to it
  if (has("preset")) {
    try {
      apply_preset(settings, value("preset"));
    } catch (const std::invalid_argument& error) {
      throw UsageError(error.what());
    }
  }
  if (has("config")) apply_config_file(settings, value("config"));
  if (has("from")) {
    const std::string film = value("from");
    const std::string config = read_film_comment(film);
    if (config.empty()) {
      throw std::runtime_error(film +
                               " carries no settings of lifereel; --from needs a film of it");
    }
    try {
      apply_embedded_config(
          settings, config, film,
          !encodes_ || has("trust-film") ? FilmTrust::filters_and_codec_options : FilmTrust::none);
    } catch (const UntrustedFilm& error) {
      throw std::runtime_error(std::string(error.what()) +
                               "; if you know who made it, --trust-film takes that, too");
    }
    if (quality) apply_quality(settings, *quality);
  }
  // Looks and scenes start over, so wherever they stand the other options change them.
  constexpr std::string_view first[] = {"look", "scene", ""};
  for (const std::string_view wanted : first) {
    for (const auto& [key, text] : settings_) {
      if ((key == "look" || key == "scene" ? key : "") != wanted) continue;
      try {
        apply_setting(settings, key, text, "--" + key);
      } catch (const std::invalid_argument& error) {
        throw UsageError(error.what());
      }
    }
  }
  settle_quality(settings);
  return settings;
}

std::string help(const Command& command) {
  std::string text = "lifereel " + std::string(command.name) + " " + command.synopsis + "\n" +
                     command.summary + "\n";
  if (!command.options.empty()) text += "\n";
  std::string group;
  std::vector<std::string> cells;
  for (const Option& option : options_of(command)) {
    if (option.name == "help") continue;  // whoever reads it knows
    if (group != option.group) {
      add_cells(text, cells);
      cells.clear();
      group = option.group;
      text += group + "\n";
    }
    cells.push_back(cell(option));
  }
  add_cells(text, cells);
  if (!group.empty())
    text += "\n[ ]: what holds where neither option, preset nor config says otherwise\n";
  return text + command.notes;
}

}  // namespace lifereel::cli
