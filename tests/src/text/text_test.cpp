// SPDX-License-Identifier: GPL-2.0-or-later
// What src/text/ makes of values: JSON that every reader takes, formats of any length.
#include <doctest/doctest.h>

#include <string>

#include "src/text/format.h"
#include "src/text/json.h"
#include "tests/src/json_check.h"

using namespace lifereel;
using test::is_json;

namespace {

std::string json_of(const std::string& value) {
  Json json;
  json.open(nullptr);
  json.add("name", value);
  json.close();
  return json.text();
}

}  // namespace

TEST_SUITE("src.text") {
  TEST_CASE("the check of JSON knows UTF-8") {
    CHECK(is_json("\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\""));
    for (const char* const text : {"\"\xff\"", "\"\x80\"", "\"\xc3\"", "\"\xc0\xaf\"",
                                   "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xe2\x82\""}) {
      CAPTURE(text);
      CHECK_FALSE(is_json(text));
    }
  }

  TEST_CASE("UTF-8 stands in JSON as it is") {
    for (const char* const text :
         {"film.mkv", "f\xc3\xbcnf", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xc2\x80", "\xdf\xbf",
          "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80",
          "\xf4\x8f\xbf\xbf"}) {
      CAPTURE(text);
      CHECK(json_of(text) == "{\n  \"name\": \"" + std::string(text) + "\"\n}");
      CHECK(is_json(json_of(text)));
    }
  }

  TEST_CASE("bytes that are no UTF-8 become replacement characters") {
    const std::string odd = "\\ufffd";
    for (const auto& one : {std::pair<std::string, std::string>{"\xff", odd},
                            {"a\x80z", "a" + odd + "z"},
                            {"caf\xe9", "caf" + odd},  // Latin-1
                            {"caf\xe9.mkv", "caf" + odd + ".mkv"},
                            {"\xc3", odd},  // cut short
                            {"\xc3\"", odd + "\\\""},
                            {"\xe2\x82", odd + odd},
                            {"\xc0\xaf", odd + odd},  // '/' in two bytes
                            {"\xe0\x80\xaf", odd + odd + odd},
                            {"\xf0\x80\x80\xaf", odd + odd + odd + odd},
                            {"\xed\xa0\x80", odd + odd + odd},  // half of a pair
                            {"\xf4\x90\x80\x80", odd + odd + odd + odd},
                            {"\xf5\x80\x80\x80", odd + odd + odd + odd},
                            {"\xe2\x82\xac\xe2", "\xe2\x82\xac" + odd}}) {
      CAPTURE(one.second);
      CHECK(json_of(one.first) == "{\n  \"name\": \"" + one.second + "\"\n}");
      CHECK(is_json(json_of(one.first)));
    }
  }

  TEST_CASE("every pair of bytes is JSON") {
    for (int a = 0; a < 256; ++a)
      for (int b = 0; b < 256; ++b) {
        const std::string text{static_cast<char>(a), static_cast<char>(b)};
        if (is_json(json_of(text))) continue;
        CAPTURE(a);
        CAPTURE(b);
        FAIL("not JSON");
      }
  }

  TEST_CASE("a format is as long as it comes") {
    for (const int length : {0, 1, 510, 511, 512, 513, 5000}) {
      const std::string word(static_cast<std::size_t>(length), 'x');
      CHECK(format("%s", word.c_str()) == word);
      CHECK(format("<%s|%d>", word.c_str(), 7) == "<" + word + "|7>");
    }
  }
}
