// SPDX-License-Identifier: GPL-2.0-or-later
// The locale of a program that uses the library changes nothing.
#include "encoders/libav/plain_locale.h"

#include <doctest/doctest.h>

#include <clocale>
#include <cstdlib>

#include "tests/encoders/films.h"

using namespace lifereel;
using namespace lifereel::test;

namespace {

/// The program's locale is German while this lives, where the machine can make that.
class GermanLocale {
 public:
  GermanLocale() {
    if (std::setlocale(LC_ALL, "de_DE.UTF-8") == nullptr) {
      const std::string make =
          "localedef -i de_DE -f UTF-8 '" + folder_.file("de_DE.UTF-8") + "' > /dev/null 2>&1";
      setenv("LOCPATH", folder_.file(".").c_str(), 1);
      // It warns of much and makes the locale all the same.
      static_cast<void>(std::system(make.c_str()));
      std::setlocale(LC_ALL, "de_DE.UTF-8");
    }
  }
  ~GermanLocale() {
    std::setlocale(LC_ALL, "C");
    unsetenv("LOCPATH");
  }
  GermanLocale(const GermanLocale&) = delete;
  GermanLocale& operator=(const GermanLocale&) = delete;

  bool has_comma() const { return std::string(std::localeconv()->decimal_point) == ","; }

 private:
  TemporaryFolder folder_;
};

}  // namespace

TEST_SUITE_BEGIN("encoders.plain_locale");

TEST_CASE("a scope has a decimal point, and the program its locale again afterwards") {
  const GermanLocale german;
  if (!german.has_comma()) {
    SKIP_TEST("this machine has no German locale, and localedef makes none");
    return;
  }
  CHECK(std::strtod("1,5", nullptr) == 1.5);
  {
    const LogCapture outer;
    CHECK(std::strtod("1.5", nullptr) == 1.5);
    { const PlainLocale inner; }
    CHECK(std::strtod("1.5", nullptr) == 1.5);
  }
  CHECK(std::strtod("1,5", nullptr) == 1.5);
}

TEST_CASE("films are the same bytes under a decimal comma") {
  REQUIRE_ENCODER("libx264");
  const TemporaryFolder folder;
  FilmSettings settings = film_settings("libx264");
  settings.crf = 20.5;
  settings.codec_options = {{"x264-params", "aq-strength=0.8:psy-rd=0.7,0.1"}, {"qcomp", "0.65"}};
  if (has_filter("eq")) settings.filter = "eq=contrast=1.2";
  make_film(settings, film_output(folder.file("point.mkv")), 30);
  const GermanLocale german;
  if (!german.has_comma()) {
    SKIP_TEST("this machine has no German locale, and localedef makes none");
    return;
  }
  make_film(settings, film_output(folder.file("comma.mkv")), 30);
  CHECK(read_bytes(folder.file("comma.mkv")) == read_bytes(folder.file("point.mkv")));
}

TEST_SUITE_END();
