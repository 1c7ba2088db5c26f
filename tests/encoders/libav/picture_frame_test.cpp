// SPDX-License-Identifier: GPL-2.0-or-later
// Pictures as AVFrames: whose memory, how large, released when.
#include "encoders/libav/picture_frame.h"

#include <doctest/doctest.h>

#include <climits>

#include "tests/encoders/films.h"

using namespace lifereel;
using namespace lifereel::test;

TEST_SUITE_BEGIN("encoders.picture_frame");

TEST_CASE("planes from two allocations are two buffers of their true size") {
  PictureOwner owner(64, 48);
  const Picture picture = owner.lend(7, Blobs(64, 48).draw(0));
  UniqueFrame frame = make_frame();
  PictureGuard guard(picture);
  wrap_picture(picture, guard, *frame);
  CHECK(frame->pts == 7);
  CHECK(frame->data[0] == picture.planes[0]);
  CHECK(frame->data[1] == frame->data[2]);
  REQUIRE(frame->buf[0] != nullptr);
  REQUIRE(frame->buf[1] != nullptr);
  CHECK(frame->buf[2] == nullptr);
  CHECK(frame->buf[0]->size + frame->buf[1]->size == 64 * 48 + 32 * 24);
  CHECK(av_frame_is_writable(frame.get()) == 0);
  for (int plane = 0; plane < 3; ++plane)
    CHECK(av_frame_get_plane_buffer(frame.get(), plane) != nullptr);

  UniqueFrame second = make_frame();
  REQUIRE(av_frame_ref(second.get(), frame.get()) == 0);
  frame.reset();
  CHECK(owner.held() == 1);
  av_buffer_unref(&second->buf[0]);
  CHECK(owner.held() == 1);
  second.reset();
  CHECK(owner.each_released_once());
}

TEST_CASE("planes of one allocation are one buffer") {
  std::vector<std::uint8_t> memory(64 * 48 * 3 / 2);
  int releases = 0;
  Picture picture;
  picture.width = 64;
  picture.height = 48;
  picture.planes[0] = memory.data();
  picture.planes[1] = memory.data() + 64 * 48;
  picture.planes[2] = picture.planes[1] + 32 * 24;
  picture.stride_bytes[0] = 64;
  picture.stride_bytes[1] = picture.stride_bytes[2] = 32;
  picture.release = [](void* owner, std::uintptr_t) noexcept { ++*static_cast<int*>(owner); };
  picture.owner = &releases;
  {
    const UniqueFrame frame = make_frame();
    PictureGuard guard(picture);
    wrap_picture(picture, guard, *frame);
    CHECK(frame->buf[0]->size == memory.size());
    CHECK(frame->buf[1] == nullptr);
    CHECK(releases == 0);
  }
  CHECK(releases == 1);
}

TEST_CASE("no memory for a reference: released once, nothing left") {
  PictureOwner owner(64, 48);
  const Picture picture = owner.lend(0, Blobs(64, 48).draw(0));
  const UniqueFrame frame = make_frame();
  av_max_alloc(1);
  bool failed = false;
  try {
    PictureGuard guard(picture);
    wrap_picture(picture, guard, *frame);
  } catch (const std::bad_alloc&) {
    failed = true;
  }
  av_max_alloc(INT_MAX);
  CHECK(failed);
  CHECK(owner.each_released_once());
  CHECK(frame->buf[0] == nullptr);
}

TEST_SUITE_END();
