// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/settings/interlacing.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace lifereel;

namespace {

std::string of_option(const char* name, const char* value) {
  FilmSettings film;
  film.codec_options = {{"bf", "2"}, {name, value}};
  return interlacing(film);
}

std::string of_filter(const char* chain) {
  FilmSettings film;
  film.filter = chain;
  return interlacing(film);
}

}  // namespace

TEST_SUITE("src.interlacing") {
  TEST_CASE("options that make films of fields are named as they stand") {
    CHECK(of_option("flags", "+ildct") == "codec-option = flags=+ildct");
    for (const auto& [name, value] : {std::pair{"flags", "ildct"},
                                      {"flags", "+cgop+ilme"},
                                      {"flags", "-cgop+ildct"},
                                      {"field_order", "tt"},
                                      {"field_order", "3"},
                                      {"x264-params", "interlaced=1"},
                                      {"x264-params", "keyint=12:tff"},
                                      {"x264opts", "bff=1:ref=2"},
                                      {"x265-params", "log-level=0:interlace=tff"}}) {
      const std::string given = value;
      CAPTURE(given);
      CHECK(of_option(name, value) == "codec-option = " + std::string(name) + '=' + value);
    }
    for (const auto& [name, value] : {std::pair{"flags", "+cgop"},
                                      {"flags", "-ildct-ilme"},
                                      {"flags", ""},
                                      {"flags", "+"},
                                      {"field_order", "progressive"},
                                      {"x264-params", "interlaced=0:tff=0"},
                                      {"x264-params", "fake-interlaced=1"},
                                      {"x264-params", "::="},
                                      {"x265-params", "interlace=prog"},
                                      {"preset", "interlaced"}}) {
      const std::string given = value;
      CAPTURE(given);
      CHECK(of_option(name, value).empty());
    }
    CHECK(interlacing({}).empty());
  }

  TEST_CASE("filters that make fields are found wherever they stand in a chain") {
    CHECK(of_filter("tinterlace=4") == "filter = tinterlace");
    CHECK(of_filter("hflip, interlace=scan=tff") == "filter = interlace");
    CHECK(of_filter("split[a][b];[a]weave[c]") == "filter = weave");
    CHECK(of_filter("telecine@mine=pattern=23,hflip") == "filter = telecine");
    for (const char* chain : {"setfield=tff", "setfield=mode=bff", "setfield=0"})
      CHECK(of_filter(chain) == "filter = setfield");
    for (const char* chain : {"setparams=tff", "setparams=field_mode=bff", "setparams=1",
                              "hflip,setparams=range=tv:field_mode=tff"})
      CHECK(of_filter(chain) == "filter = setparams");
    for (const char* chain :
         {"", " ", ",,", "hflip", "setfield=prog", "setfield=mode=prog,hflip", "detelecine",
          "setparams", "setparams=range=0", "setparams=prog:range=1", "setparams=field_mode=prog",
          "drawtext=text=interlace", "yadif,scale=640:480", "[", "="}) {
      CAPTURE(std::string(chain));
      CHECK(of_filter(chain).empty());
    }
  }
}
