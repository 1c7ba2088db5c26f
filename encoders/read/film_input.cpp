// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/read/film_input.h"

#include <stdexcept>

#include "encoders/libav/log_capture.h"

namespace lifereel {

FilmInput open_film(const std::string& path) {
  LogCapture log;
  AVFormatContext* context = nullptr;
  const int opened = avformat_open_input(&context, ("file:" + path).c_str(), nullptr, nullptr);
  if (opened < 0) throw std::runtime_error("cannot read '" + path + "': " + libav_text(opened));
  FilmInput film{UniqueInput(context), nullptr};
  check(avformat_find_stream_info(context, nullptr),
        ("avformat_find_stream_info (" + path + ")").c_str());
  for (unsigned i = 0; i < context->nb_streams && film.video == nullptr; ++i)
    if (context->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_VIDEO)
      film.video = context->streams[i];
  if (film.video == nullptr) throw std::runtime_error("'" + path + "' has no video");
  return film;
}

}  // namespace lifereel
