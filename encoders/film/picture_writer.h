// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "encoders/film/film_file.h"

namespace lifereel {

/// Each packet is a picture and becomes a file, which gets its name when it is whole. Those that
/// are made stay where they are, whatever becomes of the rest.
class PictureWriter final : public FilmFile {
 public:
  static constexpr const char* format_name = "image2";

  explicit PictureWriter(const FilmOutput& output)
      : path_(output.path), overwrite_(output.overwrite), next_(output.first_picture) {}

  const char* format() const noexcept override { return format_name; }
  bool wants_global_header() const noexcept override { return false; }
  int add_stream(const AVCodecContext&) override { return 0; }
  void write_header() override {}
  void write(AVPacket& packet, int stream, AVRational time_base) override;
  std::int64_t finish() override { return bytes_; }

 private:
  const std::string path_;
  const bool overwrite_;
  std::int64_t next_;  // number
  std::int64_t bytes_ = 0;
};

}  // namespace lifereel
