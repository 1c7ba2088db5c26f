// SPDX-License-Identifier: GPL-2.0-or-later
// One libavcodec video encoder: frames in, packets out. Internal to encoders/.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "encoders/film_settings.h"
#include "encoders/libav/libav.h"
#include "encoders/picture.h"

namespace lifereel {

/// What an encoder is fed.
struct VideoFormat {
  AVPixelFormat pixel_format = AV_PIX_FMT_NONE;
  int width = 0;
  int height = 0;
  AVRational time_base{0, 1};  ///< of frames' and packets' pts
  AVRational frame_rate{0, 1};
  AVRational sample_aspect{1, 1};
  AVColorRange range = AVCOL_RANGE_UNSPECIFIED;
  AVColorSpace matrix = AVCOL_SPC_UNSPECIFIED;
  AVColorPrimaries primaries = AVCOL_PRI_UNSPECIFIED;
  AVColorTransferCharacteristic transfer = AVCOL_TRC_UNSPECIFIED;
  AVFieldOrder field_order = AV_FIELD_PROGRESSIVE;
};

/// Pictures as they come from outside: size, rate and aspect as set, colours as described.
VideoFormat source_format(const FilmSettings& settings, const PictureFormat& pictures, int width,
                          int height);

/// Throws std::invalid_argument with the list of encoders there are.
const AVCodec& find_video_encoder(const std::string& name);

/// What the encoder takes from memory; empty: anything.
std::vector<AVPixelFormat> supported_pixel_formats(const AVCodec& codec);

/// All of them for 8 bits a sample; for more, those that have as many or, where none has, more.
std::vector<AVPixelFormat> formats_with_bits(const AVCodec& codec, int bits);
/// Whether there are any.
bool takes_bits(const AVCodec& codec, int bits);

/// The names of encoders that take the format and need no device.
std::vector<std::string> encoders_that_take(AVPixelFormat format);

/// Throws std::invalid_argument for an encoder whose pictures lie in a device's memory.
void refuse_device_memory(const AVCodec& codec);

/// Closes an encoder, having brought it to its end where it has to be. One that has had no picture
/// gets a blank one: SVT-AV1 waits for ever for the first.
struct CloseEncoder {
  bool fed = false;
  bool ended = false;
  void operator()(AVCodecContext* codec) const noexcept;
};

class VideoEncoder {
 public:
  using TakePacket = std::function<void(AVPacket&)>;

  /// Throws std::invalid_argument or std::runtime_error.
  VideoEncoder(const ResolvedFilm& film, const VideoFormat& format, bool global_header);

  const AVCodecContext& codec() const noexcept { return *codec_; }

  /// Encodes one frame (nullptr: no more will come) and hands over every packet that is ready. The
  /// packet is in ticks of codec().time_base, belongs to the encoder and may be emptied.
  void encode(const AVFrame* frame, const TakePacket& take);

 private:
  std::unique_ptr<AVCodecContext, CloseEncoder> codec_;
  UniquePacket packet_;
};

}  // namespace lifereel
