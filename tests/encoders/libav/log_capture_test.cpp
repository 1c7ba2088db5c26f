// SPDX-License-Identifier: GPL-2.0-or-later
// What libav logs: kept where lifereel is at work, the program's everywhere else.
#include "encoders/libav/log_capture.h"

#include <doctest/doctest.h>

#include <atomic>
#include <cstdarg>
#include <string_view>
#include <thread>

#include "encoders/libav/libav.h"
#include "encoders/libav_log.h"
#include "tests/encoders/films.h"

using namespace lifereel;
using namespace lifereel::test;

namespace {

std::atomic<int> program_lines{0}, other_lines{0};

void program_log(void*, int, const char* format, va_list) {
  if (std::string_view(format) == "mine\n") ++program_lines;
}

void other_log(void*, int, const char* format, va_list) {
  if (std::string_view(format) == "mine\n") ++other_lines;
}

int lines_of_program() {
  program_lines = other_lines = 0;
  av_log(nullptr, AV_LOG_ERROR, "mine\n");
  return program_lines;
}

}  // namespace

TEST_SUITE_BEGIN("encoders.log_capture");

TEST_CASE("scopes keep warnings of their thread, the innermost first") {
  LogCapture outer;
  av_log(nullptr, AV_LOG_WARNING, "a ");
  av_log(nullptr, AV_LOG_WARNING, "line\n");
  av_log(nullptr, AV_LOG_INFO, "nothing\n");
  {
    LogCapture inner;
    av_log(nullptr, AV_LOG_ERROR, "Buffer Underflow st=0\n");
    CHECK(inner.find("buffer underflow") != nullptr);
    CHECK(outer.find("buffer underflow") == nullptr);
    const std::string error = error_of([] { check(AVERROR(ENOSPC), "some_call"); });
    CHECK(error == "some_call: No space left on device (Buffer Underflow st=0)");
  }
  CHECK(outer.summary() == "a line; Buffer Underflow st=0");
  LogCapture fresh;
  std::thread([] { CHECK(LogCapture::current() == nullptr); }).join();
  CHECK(error_of([] { check(AVERROR_EOF, "some_call"); }) == "some_call: End of file");
  for (int i = 0; i < 1000; ++i) av_log(nullptr, AV_LOG_ERROR, "%d\n", i);
  CHECK(fresh.messages().size() == 64);
}

TEST_CASE("a program's own callback is libav's but where lifereel is at work") {
  const TemporaryFolder folder;
  set_libav_log(program_log);
  CHECK(lines_of_program() == 1);
  {
    Film film(film_settings("rawvideo"), film_output(folder.file("film.yuv"), 32, 32));
    CHECK(lines_of_program() == 1);
    PictureOwner owner(32, 32);
    film.write(owner.lend(0, Blobs(32, 32).draw(0)));
    CHECK(lines_of_program() == 1);
    film.finish();
  }
  CHECK(lines_of_program() == 1);
  {
    const LogCapture scope;
    CHECK(lines_of_program() == 0);
    CHECK(scope.summary() == "mine");
    std::thread([] { CHECK(lines_of_program() == 1); }).join();
    set_libav_log(other_log);
    CHECK(lines_of_program() == 0);
  }
  CHECK(lines_of_program() == 0);
  CHECK(other_lines == 1);
  // One that lifereel was not told of stays until lifereel is at work.
  av_log_set_callback(program_log);
  CHECK(lines_of_program() == 1);
  { const LogCapture scope; }
  CHECK(lines_of_program() == 0);
  CHECK(other_lines == 1);
  set_libav_log(nullptr);
}

TEST_SUITE_END();
