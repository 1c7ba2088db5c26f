// SPDX-License-Identifier: GPL-2.0-or-later
// The same film, whatever memory held before: encoders that read what they never wrote make other
// bytes from time to time, and a film that was stopped would not go on to what it would have been.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "tests/encoders/films.h"
#include "tests/sanitizers.h"

#if defined(LIFEREEL_ADDRESS_SANITIZER)
#include <sanitizer/allocator_interface.h>
#elif defined(__GLIBC__)
#include <malloc.h>
#endif

using namespace lifereel;
using namespace lifereel::test;

namespace {

// Whatever is allocated is full of a byte: by glibc, or by a hook where AddressSanitizer allocates,
// which fills small pieces alone.
constexpr int any_byte = -1;
#if defined(LIFEREEL_ADDRESS_SANITIZER)
std::atomic<int> allocated_byte = any_byte;
// calloc() clears what it gets after this, but for large pieces, which it takes to be clear.
constexpr std::size_t most_filled = 64 * 1024;
void fill(const volatile void* memory, std::size_t bytes) {
  const int byte = allocated_byte;
  if (byte != any_byte && bytes <= most_filled) std::memset(const_cast<void*>(memory), byte, bytes);
}
void forget(const volatile void*) {}

bool fill_heap_with(int byte) {
  static const int installed = __sanitizer_install_malloc_and_free_hooks(fill, forget);
  allocated_byte = byte;
  return installed > 0;
}
#elif defined(__GLIBC__)
// Filled with the complement of what freed memory is filled with. What threads keep for themselves
// is not, up to 1032 bytes: ctest runs this file with GLIBC_TUNABLES=glibc.malloc.tcache_count=0.
constexpr std::size_t most_filled = 1 << 20;
bool fill_heap_with(int byte) {
  return mallopt(M_PERTURB, byte == any_byte ? 0 : byte ^ 0xff) == 1;
}
#else
constexpr std::size_t most_filled = 0;
bool fill_heap_with(int) { return false; }
#endif

class HeapFilledWith {
 public:
  explicit HeapFilledWith(int byte) { REQUIRE(fill_heap_with(byte)); }
  ~HeapFilledWith() { fill_heap_with(any_byte); }
  HeapFilledWith(const HeapFilledWith&) = delete;
  HeapFilledWith& operator=(const HeapFilledWith&) = delete;
};

/// Two of them differ in every bit: enough where each film takes ten times as long.
constexpr int all_fillings[] = {0x55, 0xaa, 0x01, 0xfe};
constexpr std::span fillings = std::span(all_fillings).first(sanitized ? 2 : 4);

/// What make() makes of each filling, without repetitions.
template <class Make>
std::vector<std::string> made_of_each_filling(Make&& make) {
  std::vector<std::string> all;
  for (const int byte : fillings) {
    std::string bytes;
    {
      const HeapFilledWith filling(byte);
      bytes = make();
    }
    REQUIRE(!bytes.empty());
    if (std::find(all.begin(), all.end(), bytes) == all.end()) all.push_back(std::move(bytes));
  }
  return all;
}

struct Size {
  int width, height;
};

void check_repeats(const FilmSettings& settings, const std::string& extension,
                   std::initializer_list<Size> sizes, int frames = 48) {
  REQUIRE_ENCODER(settings.codec.c_str());
  for (const Size& size : sizes) {
    CAPTURE(settings.codec);
    CAPTURE(settings.codec_threads);
    CAPTURE(size.width);
    CAPTURE(size.height);
    const TemporaryFolder folder;
    FilmOutput output = film_output(folder.file("film." + extension), size.width, size.height);
    output.overwrite = true;
    output.frames = frames;
    const std::vector<std::string> different = made_of_each_filling([&] {
      make_film(settings, output, frames);
      return read_bytes(output.path);
    });
    CHECK(different.size() == 1);
  }
}

FilmSettings with_buffer(FilmSettings settings) {
  settings.bitrate = 600'000;
  settings.maxrate = 900'000;
  settings.bufsize = 900'000;
  settings.gop = 12;
  return settings;
}

}  // namespace

TEST_SUITE("encoders.repeat") {
  // What the others rest on.
  TEST_CASE("an encoder that lets one byte of the heap into its film is found") {
    const bool all_filled = std::getenv("GLIBC_TUNABLES") != nullptr;
    for (const std::size_t bytes : {100, 1000, 4096, 60'000, 1'000'000}) {
      if (bytes > most_filled || (bytes <= 1032 && !all_filled)) continue;
      CAPTURE(bytes);
      const TemporaryFolder folder;
      FilmOutput output = film_output(folder.file("film.mkv"), 64, 48);
      output.overwrite = true;
      const std::vector<std::string> different = made_of_each_filling([&] {
        PictureOwner owner(64, 48);
        Film film(film_settings("ffv1"), output);
        std::vector<std::uint8_t> luma = Blobs(64, 48).draw(0);
        auto* const memory = static_cast<volatile std::uint8_t*>(std::malloc(bytes));
        luma[1000] = memory[bytes / 2];
        std::free(const_cast<std::uint8_t*>(memory));
        film.write(owner.lend(0, luma));
        film.finish();
        return read_bytes(output.path);
      });
      CHECK(different.size() == fillings.size());
    }
  }

  // AddressSanitizer is not in x264 and x265, and makes them slow.
  TEST_CASE("H.264, at sizes that fill vectors and those that do not" * doctest::skip(sanitized)) {
    FilmSettings settings = film_settings("libx264");
    settings.codec_threads = 1;
    check_repeats(settings, "mp4",
                  {{16, 16}, {64, 48}, {336, 96}, {352, 288}, {366, 242}, {1366, 64}});
    check_repeats(with_buffer(settings), "mp4", {{352, 288}, {720, 96}});
    settings.codec_threads = 3;
    check_repeats(settings, "mp4", {{352, 288}});
    settings = with_buffer(film_settings("libx264"));
    settings.chunk_frames = 48;
    check_repeats(settings, "mp4", {{336, 96}}, 96);
  }

  TEST_CASE("HEVC" * doctest::skip(sanitized)) {
    const FilmSettings settings = film_settings("libx265");
    check_repeats(settings, "mkv", {{64, 48}, {336, 96}, {352, 288}, {366, 242}, {1366, 64}}, 24);
    check_repeats(with_buffer(settings), "mkv", {{352, 96}}, 24);
  }

  TEST_CASE("MPEG-2, for files and for discs") {
    check_repeats(film_settings("mpeg2video"), "mkv", {{16, 16}, {64, 48}, {336, 96}, {366, 242}});
    check_repeats(dvd_settings(), "mpg", {{720, 480}});
  }

  TEST_CASE("lossless, odd sizes too") {
    check_repeats(film_settings("ffv1"), "mkv", {{16, 16}, {352, 96}, {353, 97}, {1366, 65}}, 8);
  }
}
