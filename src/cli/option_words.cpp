// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/cli/option_words.h"

#include <algorithm>
#include <string_view>

#include "src/settings.h"

namespace lifereel::cli {
namespace {

/// Of discs, which are no settings of films.
constexpr std::string_view disc_options[] = {"label", "chapters", "extras", "keep", "disc"};

bool is_setting(std::string_view word) {
  if (std::find(std::begin(disc_options), std::end(disc_options), word) != std::end(disc_options))
    return true;
  return std::any_of(setting_keys().begin(), setting_keys().end(),
                     [word](const SettingKey& key) { return word == key.name; });
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Where an apostrophe's quoted words begin or end, from `at` on; not that of "the film's".
std::size_t find_quote(const std::string& text, std::size_t at, bool closing) {
  for (; (at = text.find('\'', at)) != std::string::npos; ++at) {
    const std::size_t beside = closing ? at + 1 : at - 1;  // wraps before the beginning
    if (beside >= text.size() || !is_letter(text[beside])) return at;
  }
  return text.size();
}

std::string with_options(std::string text) {
  constexpr std::string_view equals = " = ", yes = "yes";
  for (std::size_t at = 0; (at = text.find(equals, at)) != std::string::npos;) {
    std::size_t begin = at;
    while (begin > 0 && (is_letter(text[begin - 1]) || text[begin - 1] == '-')) --begin;
    const std::string key = text.substr(begin, at - begin);
    at += equals.size();
    if (!is_setting(key)) continue;
    const bool flag = text.compare(at, yes.size(), yes) == 0;
    const std::string option = "--" + key + (flag ? "" : " ");
    text.replace(begin, at + (flag ? yes.size() : 0) - begin, option);
    at = begin + option.size();
  }
  constexpr std::string_view render = "a render with the same settings";
  for (std::size_t at = 0; (at = text.find(render, at)) != std::string::npos;)
    text.replace(at, render.size(), "the same command");
  return text;
}

}  // namespace

std::string with_option_words(const std::string& sentence) {
  std::string result;
  for (std::size_t at = 0; at < sentence.size();) {
    const std::size_t quote = find_quote(sentence, at, false);
    result += with_options(sentence.substr(at, quote - at));
    at = quote == sentence.size() ? quote : find_quote(sentence, quote + 1, true) + 1;
    if (quote < sentence.size()) result += sentence.substr(quote, at - quote);
  }
  return result;
}

}  // namespace lifereel::cli
