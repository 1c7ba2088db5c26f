// SPDX-License-Identifier: GPL-2.0-or-later
// What a render reports about itself: as a sentence, as lines of text, as JSON (render.h).
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "src/render.h"
#include "src/render/frame_budget.h"
#include "src/text/format.h"
#include "src/text/json.h"
#include "src/text/setting_text.h"
#include "src/version.h"

namespace lifereel {
namespace {

constexpr double mebibyte = 1024.0 * 1024.0;

double ratio(double part, double whole) { return whole > 0 ? part / whole : 0; }
int percent(double part, double whole) {
  return static_cast<int>(std::lround(100 * ratio(part, whole)));
}

double frames_per_second(const RenderReport& report) {
  return ratio(static_cast<double>(report.pipeline.frames), report.pipeline.wall_seconds);
}

double speed(const RenderReport& report) {
  const auto made = static_cast<double>(report.pipeline.frames);
  const auto all = made + static_cast<double>(report.pipeline.frames_kept);
  return ratio(report.film.duration_seconds * ratio(made, all), report.pipeline.wall_seconds);
}

enum class Limit { engine, encoder, both };

/// Who was waited for. Waits below a twentieth of the time are noise.
Limit limit(const PipelineStatistics& pipeline) {
  const double noise = 0.05 * pipeline.wall_seconds;
  const double for_encoder = pipeline.engine_waited_seconds;
  const double for_engine = pipeline.encoder_waited_seconds / pipeline.lanes;
  if (for_encoder < noise && for_engine < noise) return Limit::both;
  return for_encoder > for_engine ? Limit::encoder : Limit::engine;
}

struct FrameType {
  const char* letter;
  std::int64_t frames;
  double average_quantiser;
  std::int64_t bytes;
};

std::vector<FrameType> frame_types(const FilmStatistics& film) {
  return {{"I", film.frames_i, film.average_quantiser_i, film.bytes_i},
          {"P", film.frames_p, film.average_quantiser_p, film.bytes_p},
          {"B", film.frames_b, film.average_quantiser_b, film.bytes_b}};
}

/// What no thread has used of the processors.
double idle_seconds(const RenderReport& report) {
  const PipelineStatistics& pipeline = report.pipeline;
  return std::max(0.0, report.processors * pipeline.wall_seconds - pipeline.cpu_seconds);
}

/// What engines and codecs have computed on threads of their own, and all else.
double other_cpu_seconds(const PipelineStatistics& pipeline) {
  return std::max(
      0.0, pipeline.cpu_seconds - pipeline.engine_cpu_seconds - pipeline.encoder_cpu_seconds);
}

std::string cores_text(const RenderReport& report) {
  const PipelineStatistics& pipeline = report.pipeline;
  const double all = report.processors * pipeline.wall_seconds;
  return format(
      "cores       %d: engine %d %%, encoder %d %%, their own threads %d %%, idle %d %%\n",
      report.processors, percent(pipeline.engine_cpu_seconds, all),
      percent(pipeline.encoder_cpu_seconds, all), percent(other_cpu_seconds(pipeline), all),
      percent(idle_seconds(report), all));
}

/// "-21.3 LUFS and -9.0 dBTP, changed by +7.3 dB".
std::string loudness_text(const SoundStatistics& sound) {
  if (!sound.integrated_lufs || !sound.true_peak_dbtp) return "loudness as it is";
  return format("%.1f LUFS and %.1f dBTP, changed by %+.1f dB", *sound.integrated_lufs,
                *sound.true_peak_dbtp, sound.gain_db);
}

std::string sound_text(const SoundStatistics& sound) {
  const std::string rate =
      sound.bits_per_second > 0
          ? format("%lld kb/s", static_cast<long long>(sound.bits_per_second / 1000))
          : std::string("lossless");
  return format("sound       %s, %s, %.2f s, ", sound.encoder.c_str(), rate.c_str(),
                static_cast<double>(sound.samples) / 48000) +
         loudness_text(sound) + "\n";
}

std::string psnr_text(double decibels) {
  return std::isfinite(decibels) ? format("%.2f dB", decibels) : "equal";
}

void add_sound(Json& json, const SoundStatistics& sound) {
  json.open("sound");
  json.add("encoder", sound.encoder);
  json.add("bits_per_second", sound.bits_per_second);
  json.add("samples", sound.samples);
  json.add("bytes", sound.bytes);
  json.add("integrated_lufs", sound.integrated_lufs);
  json.add("true_peak_dbtp", sound.true_peak_dbtp);
  json.add("gain_db", sound.gain_db);
  json.close();
}

}  // namespace

std::string bottleneck(const RenderReport& report) {
  const PipelineStatistics& pipeline = report.pipeline;
  const double wall = pipeline.wall_seconds;
  switch (limit(pipeline)) {
    case Limit::encoder:
      return format("The encoder set the pace: the engine waited for it %d %% of the time.",
                    percent(pipeline.engine_waited_seconds, wall));
    case Limit::engine:
      return format("The engine set the pace: the encoder waited for it %d %% of the time.",
                    percent(pipeline.encoder_waited_seconds, wall * pipeline.lanes));
    case Limit::both:
      break;
  }
  return "Engine and encoder kept pace: neither waited for the other 5 % of the time.";
}

std::string describe(const RenderReport& report) {
  const FilmStatistics& film = report.film;
  const PipelineStatistics& pipeline = report.pipeline;
  if (report.finished_before)
    return "the film was finished before; its working files are gone now\n";
  std::string text;
  if (!film.encoder.empty()) {
    for (const FrameType& type : frame_types(film)) {
      if (type.frames == 0) continue;
      text += format("frame %s     %lld, average quantiser %.2f, average size %.0f bytes\n",
                     type.letter, static_cast<long long>(type.frames), type.average_quantiser,
                     ratio(static_cast<double>(type.bytes), static_cast<double>(type.frames)));
    }
    text +=
        format("video       %s, %s, %d thread%s, %.1f kb/s over %.2f s\n", film.encoder.c_str(),
               film.pixel_format.c_str(), film.codec_threads, film.codec_threads == 1 ? "" : "s",
               film.average_bitrate / 1000, film.duration_seconds);
    if (!film.sound.encoder.empty()) text += sound_text(film.sound);
    text += format("file        %s, %.2f MiB\n", film.container.c_str(),
                   static_cast<double>(film.file_bytes) / mebibyte);
  }
  if (report.psnr_luma_mean) {
    text += "PSNR        luma mean " + psnr_text(*report.psnr_luma_mean);
    if (report.psnr_luma_minimum) text += ", minimum " + psnr_text(*report.psnr_luma_minimum);
    text += '\n';
  }
  const EngineDescription& engine = report.engine;
  const auto engine_mebibytes = static_cast<double>(engine.memory_bytes) / mebibyte;
  text += format("engine      %s, %s, %s, ", engine.engine.c_str(), engine.device.c_str(),
                 engine.isa.c_str());
  text += engine.engine == "cuda"
              ? format("%.1f MiB of device memory\n", engine_mebibytes)
              : format("%d thread%s\n", engine.threads, engine.threads == 1 ? "" : "s");
  text +=
      format("time        %lld frames in %.2f s, %.1f fps", static_cast<long long>(pipeline.frames),
             pipeline.wall_seconds, frames_per_second(report));
  if (film.duration_seconds > 0) text += format(", %.2fx real time", speed(report));
  text += '\n';
  if (pipeline.frames > 0) text += "a frame     " + describe(frame_budget(report)) + '\n';
  if (report.estimate) {
    text += "estimated   " + describe(report.estimate->budget) + '\n';
    text += "            " + describe(*report.estimate) + '\n';
  }
  if (pipeline.frames_kept > 0)
    text += format("kept        %lld frames from before\n",
                   static_cast<long long>(pipeline.frames_kept));
  text +=
      format("waiting     engine for a slot %.2f s (%d %%), encoder for a frame %.2f s (%d %%)\n",
             pipeline.engine_waited_seconds,
             percent(pipeline.engine_waited_seconds, pipeline.wall_seconds),
             pipeline.encoder_waited_seconds,
             percent(pipeline.encoder_waited_seconds, pipeline.wall_seconds * pipeline.lanes));
  text += cores_text(report);
  text += format("lanes       %d, with rings of %d slots, %.1f filled on average, %.1f MiB\n",
                 pipeline.lanes, pipeline.ring_slots, pipeline.mean_ring_fill,
                 static_cast<double>(pipeline.ring_bytes) / mebibyte);
  if (pipeline.slow_slots > 0)
    text += format("warning     %d slots lie in memory that the engine is slower to draw into\n",
                   pipeline.slow_slots);
  if (film.late_frames > 0)
    text +=
        format("warning     %lld pictures come late for a decoder with this maxrate and bufsize\n",
               static_cast<long long>(film.late_frames));
  for (const std::string& warning : report.warnings) text += "warning     " + warning + '\n';
  for (const std::string& warning : film.warnings) text += "warning     " + warning + '\n';
  text += format("memory      %.1f MiB at most\n",
                 static_cast<double>(report.peak_memory_bytes) / mebibyte);
  return text + bottleneck(report) + "\n";
}

std::string to_json(const RenderSettings& settings, const RenderReport& report) {
  const FilmStatistics& film = report.film;
  const PipelineStatistics& pipeline = report.pipeline;
  Json json;
  json.open(nullptr);
  json.add("lifereel", std::string(version()));
  json.add("config", print_config(settings));
  json.add("output", settings.output);
  if (report.state_hash.empty())
    json.add("state_sha256", std::optional<double>());
  else
    json.add("state_sha256", report.state_hash);

  json.open("film");
  json.add("frames", film.frames);
  json.add("duration_seconds", film.duration_seconds);
  json.add("encoder", film.encoder);
  json.add("container", film.container);
  json.add("pixel_format", film.pixel_format);
  json.add("codec_threads", film.codec_threads);
  json.add("video_bytes", film.video_bytes);
  json.add("file_bytes", film.file_bytes);
  json.add("average_bits_per_second", film.average_bitrate);
  json.add("encode_seconds", film.encode_seconds);
  json.add("mux_seconds", film.mux_seconds);
  json.add("late_frames", film.late_frames);
  if (!film.sound.encoder.empty()) add_sound(json, film.sound);
  for (const FrameType& type : frame_types(film)) {
    json.open(("frames_" + std::string(1, static_cast<char>(type.letter[0] | 0x20))).c_str());
    json.add("frames", type.frames);
    json.add("average_quantiser", type.average_quantiser);
    json.add("bytes", type.bytes);
    json.close();
  }
  json.add("psnr_luma_mean_db", report.psnr_luma_mean);
  json.add("psnr_luma_minimum_db", report.psnr_luma_minimum);
  json.add("psnr_cb_mean_db", report.psnr_cb_mean);
  json.add("psnr_cr_mean_db", report.psnr_cr_mean);
  json.close();

  json.open("pipeline");
  json.add("frames", pipeline.frames);
  json.add("frames_kept", pipeline.frames_kept);
  json.add("wall_seconds", pipeline.wall_seconds);
  json.add("frames_per_second", frames_per_second(report));
  json.add("speed", speed(report));
  json.add("engine_busy_seconds", pipeline.engine_busy_seconds);
  json.add("engine_waited_seconds", pipeline.engine_waited_seconds);
  json.add("encoder_busy_seconds", pipeline.encoder_busy_seconds);
  json.add("encoder_waited_seconds", pipeline.encoder_waited_seconds);
  json.open_list("lane_busy_seconds");
  for (const double seconds : pipeline.lane_busy_seconds) json.add(nullptr, seconds);
  json.close_list();
  json.add("lanes", pipeline.lanes);
  json.add("processors", report.processors);
  json.add("cpu_seconds", pipeline.cpu_seconds);
  json.add("engine_cpu_seconds", pipeline.engine_cpu_seconds);
  json.add("encoder_cpu_seconds", pipeline.encoder_cpu_seconds);
  json.add("other_cpu_seconds", other_cpu_seconds(pipeline));
  json.add("idle_seconds", idle_seconds(report));
  json.add("mean_ring_fill", pipeline.mean_ring_fill);
  json.add("ring_slots", pipeline.ring_slots);
  json.add("ring_bytes", pipeline.ring_bytes);
  json.add("slow_slots", pipeline.slow_slots);
  json.add("peak_memory_bytes", report.peak_memory_bytes);
  json.add("bottleneck", bottleneck(report));
  json.close();

  add_budget(json, "stages", frame_budget(report));
  if (report.estimate) {
    json.open("estimate");
    add_estimate(json, *report.estimate);
    json.close();
  }

  json.open("engine");
  json.add("engine", report.engine.engine);
  json.add("device", report.engine.device);
  json.add("isa", report.engine.isa);
  json.add("threads", report.engine.threads);
  json.add("memory_bytes", static_cast<std::uint64_t>(report.engine.memory_bytes));
  json.close();
  json.close();
  return json.text() + "\n";
}

}  // namespace lifereel
