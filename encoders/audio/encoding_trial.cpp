// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/audio/encoding_trial.h"

#include <algorithm>

#include "encoders/audio/audio_encoder.h"
#include "encoders/audio/sound_meter.h"
#include "encoders/libav/log_capture.h"

namespace lifereel {
namespace {

UniqueCodecContext open_decoder_of(const AVCodecContext& encoder) {
  const AVCodec* const codec = avcodec_find_decoder(encoder.codec_id);
  if (codec == nullptr) return nullptr;
  UniqueCodecContext decoder(check_allocated(avcodec_alloc_context3(codec)));
  const std::unique_ptr<AVCodecParameters, FreeByAddress<avcodec_parameters_free>> parameters(
      check_allocated(avcodec_parameters_alloc()));
  check(avcodec_parameters_from_context(parameters.get(), &encoder),
        "avcodec_parameters_from_context");
  check(avcodec_parameters_to_context(decoder.get(), parameters.get()),
        "avcodec_parameters_to_context");
  decoder->thread_count = 1;
  check(avcodec_open2(decoder.get(), codec, nullptr), "avcodec_open2 (decoder)");
  return decoder;
}

}  // namespace

Loudness try_encoding(const AudioCodec& codec, std::int64_t bitrate, AudioSource& source,
                      std::int64_t samples, const std::function<void()>& ask) {
  LogCapture log;
  constexpr bool headers_apart = true;
  AudioEncoder encoder(codec, bitrate, headers_apart, source);
  const UniqueCodecContext decoder = open_decoder_of(encoder.codec());
  if (decoder == nullptr) return {};  // then nothing says how it sounds
  SoundMeter meter;
  const UniqueFrame frame = make_frame();
  const auto decode = [&](const AVPacket* packet) {
    check(avcodec_send_packet(decoder.get(), packet), "avcodec_send_packet");
    int result = 0;
    while ((result = avcodec_receive_frame(decoder.get(), frame.get())) >= 0) {
      meter.add(*frame);
      av_frame_unref(frame.get());
    }
    if (result != AVERROR(EAGAIN) && result != AVERROR_EOF) check(result, "avcodec_receive_frame");
  };
  const AudioEncoder::TakePacket take = [&](const AVPacket& packet) { decode(&packet); };
  for (std::int64_t done = 0; done < samples;) {
    ask();
    done = std::min(samples, done + AudioSource::sample_rate);
    encoder.encode_until(done, take);
  }
  encoder.finish(samples, take);
  decode(nullptr);
  log.forget();
  return meter.finish();
}

}  // namespace lifereel
