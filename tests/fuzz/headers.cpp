// SPDX-License-Identifier: GPL-2.0-or-later
// What is looked for and mended in the headers of MPEG-2 video.
#include <cstring>
#include <span>

#include "encoders/dvd/dvd_check.h"
#include "encoders/dvd/dvd_video.h"
#include "encoders/dvd/header_mending.h"
#include "encoders/dvd/mpeg2_headers.h"
#include "encoders/libav/libav.h"
#include "fuzz.h"

using namespace lifereel;
using fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Numbers numbers(data, size);
  const std::int64_t frame = numbers.take(5);
  const auto rate = static_cast<int>(1 + numbers.take(1) % 120);
  const std::string comment(fuzz::text_of(data, std::min<std::size_t>(size, 6)));
  const auto bytes = static_cast<int>(numbers.left());
  const std::string found = find_comment(numbers.rest(), numbers.left());
  require(found.size() <= numbers.left(), "a comment lies within the packet");

  const std::span<const std::uint8_t> video(numbers.rest(), numbers.left());
  const Mpeg2Headers headers = read_mpeg2_headers(video);
  if (headers.sequence)
    if (const auto model = vbv_model(*headers.sequence))
      require(model->frames_per_second.num > 0, "a model has a frame rate");
  DvdCheck disc(rate % 2 == 0 ? DiscTarget::pal_dvd : DiscTarget::ntsc_dvd);
  for (int i = 0; i < 20; ++i) disc.see_picture(video.subspan(video.size() / 20 * i));
  require(disc.longest_group() <= 20, "as many pictures in a group as were seen");

  const UniquePacket packet = make_packet();
  check(av_new_packet(packet.get(), bytes), "av_new_packet");
  if (bytes > 0) std::memcpy(packet->data, numbers.rest(), numbers.left());
  HeaderMending mending;
  mending.place = {frame, {rate, 1}};
  mending.buffer = {1 + frame % 1'000'000'000, 1 + frame % 2'000'000'000};
  mending.clear_progressive_sequence = true;
  mend_headers(*packet, mending);
  require(packet->size == bytes, "mending changes no length");
  try {
    check_comment(comment);
    // An empty one would be found first, too.
    const bool had_none =
        fuzz::text_of(packet->data, numbers.left()).find("lifereel\n") == std::string_view::npos;
    insert_comment(*packet, comment);
    const auto now = static_cast<std::size_t>(packet->size);
    if (had_none) require(find_comment(packet->data, now) == comment, "a comment is found again");
  } catch (const std::invalid_argument&) {
  } catch (const std::runtime_error&) {
    require(packet->size == bytes, "a refusal changes no length");
  }
  return 0;
}
