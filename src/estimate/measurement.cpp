// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/estimate/measurement.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <locale>
#include <sstream>

#include "sim/hash/sha256.h"
#include "src/text/format.h"

namespace lifereel {
namespace {

constexpr const char* measurement_seal = "sha256 ";

void add_numbers(std::string& line, const std::vector<double>& numbers) {
  for (const double number : numbers) line += format(" %.17g", number);
  line += '\n';
}

std::vector<double> numbers_of(const StageTimes& stages) {
  return {stages.step, stages.light, stages.glyphs, stages.bend, stages.bloom, stages.tone};
}

/// The next number of a line; what is none fails the stream.
double number_in(std::istream& line) {
  double number = 0;
  line >> number;
  if (!std::isfinite(number) || number < 0) line.setstate(std::ios::failbit);
  return number;
}

StageTimes stages_in(std::istream& line) {
  std::array<double, 6> seconds{};
  for (double& one : seconds) one = number_in(line);
  return {seconds[0], seconds[1], seconds[2], seconds[3], seconds[4], seconds[5]};
}

AgeSample sample_in(std::istream& line) {
  AgeSample sample;
  line >> sample.age;
  for (double* const number : {&sample.engine_cpu, &sample.engine_wall, &sample.encoder_cpu,
                               &sample.key_bytes, &sample.other_bytes})
    *number = number_in(line);
  sample.stages = stages_in(line);
  return sample;
}

FinishedCost finished_in(std::istream& line) {
  FinishedCost cost;
  line >> cost.frames >> cost.lanes;
  cost.wall_seconds = number_in(line);
  line >> cost.film_bytes >> cost.peak_memory_bytes;
  for (double* const number :
       {&cost.budget.frame, &cost.budget.engine, &cost.budget.encode, &cost.budget.mux})
    *number = number_in(line);
  cost.budget.stages = stages_in(line);
  if (cost.frames <= 0) line.setstate(std::ios::failbit);
  return cost;
}

/// The mean over the samples more than half as old as the last: one alone may be of a busy or of a
/// calm moment.
double mean_of_old(const std::vector<AgeSample>& samples, double AgeSample::*quantity) {
  double sum = 0;
  int count = 0;
  for (const AgeSample& sample : samples) {
    if (2 * sample.age <= samples.back().age && samples.back().age > 0) continue;
    sum += sample.*quantity;
    ++count;
  }
  return sum / count;
}

}  // namespace

double mean_over(const std::vector<AgeSample>& samples, double AgeSample::*quantity, double from,
                 double to) {
  if (samples.empty()) return 0;
  const double old_mean = mean_of_old(samples, quantity);
  const auto value_at = [&](double age) {
    const auto after = std::find_if(samples.begin(), samples.end(), [age](const AgeSample& sample) {
      return static_cast<double>(sample.age) >= age;
    });
    if (after == samples.begin()) return samples.front().*quantity;
    if (after == samples.end()) return old_mean;
    const AgeSample& before = after[-1];
    const double way = static_cast<double>(after->age - before.age);
    const double part = (age - static_cast<double>(before.age)) / way;
    return before.*quantity * (1 - part) + *after.*quantity * part;
  };
  if (to <= from) return value_at(from);
  const double last = std::clamp(static_cast<double>(samples.back().age), from, to);
  std::vector<double> bends{from};
  for (const AgeSample& sample : samples) {
    const auto age = static_cast<double>(sample.age);
    if (age > from && age < last) bends.push_back(age);
  }
  bends.push_back(last);
  double sum = old_mean * (to - last);
  for (std::size_t i = 0; i + 1 < bends.size(); ++i)
    sum += (value_at(bends[i]) + value_at(bends[i + 1])) / 2 * (bends[i + 1] - bends[i]);
  return sum / (to - from);
}

double mean_bytes(const Measurement& measurement, double from, double to) {
  const double frames = std::max(1.0, to - from), gop = std::max(1.0, measurement.gop);
  const double key_share = std::ceil(frames / gop) / frames;
  const double bytes =
      key_share * mean_over(measurement.samples, &AgeSample::key_bytes, from, to) +
      (1 - key_share) * mean_over(measurement.samples, &AgeSample::other_bytes, from, to);
  const double chunk = measurement.chunk_frames > 0 ? measurement.chunk_frames : frames;
  constexpr double most_saved =
      0.5;  // of a chunk that is hardly longer than what is looked ahead at
  return bytes - std::min(most_saved * bytes,
                          measurement.saved_at_end * std::ceil(frames / chunk) / frames);
}

std::string print(const Measurement& measurement) {
  std::string text = "probe";
  add_numbers(text, {measurement.gop, measurement.chunk_frames, measurement.saved_at_end,
                     measurement.probe_seconds, measurement.to_the_end ? 1.0 : 0.0});
  for (const AgeSample& s : measurement.samples) {
    text += format("sample %lld", static_cast<long long>(s.age));
    std::vector<double> numbers{s.engine_cpu, s.engine_wall, s.encoder_cpu, s.key_bytes,
                                s.other_bytes};
    const std::vector<double> stages = numbers_of(s.stages);
    numbers.insert(numbers.end(), stages.begin(), stages.end());
    add_numbers(text, numbers);
  }
  if (measurement.finished) {
    const FinishedCost& cost = *measurement.finished;
    text += format("finished %lld %d %.17g %lld %llu", static_cast<long long>(cost.frames),
                   cost.lanes, cost.wall_seconds, static_cast<long long>(cost.film_bytes),
                   static_cast<unsigned long long>(cost.peak_memory_bytes));
    std::vector<double> numbers{cost.budget.frame, cost.budget.engine, cost.budget.encode,
                                cost.budget.mux};
    const std::vector<double> stages = numbers_of(cost.budget.stages);
    numbers.insert(numbers.end(), stages.begin(), stages.end());
    add_numbers(text, numbers);
  }
  return text + measurement_seal + sha256_hex(text.data(), text.size()) + "\n";
}

std::optional<Measurement> parse_measurement(const std::string& text) {
  const std::size_t seal = text.rfind(measurement_seal);
  if (seal == std::string::npos ||
      text.substr(seal) != measurement_seal + sha256_hex(text.data(), seal) + "\n")
    return std::nullopt;
  Measurement measurement;
  std::istringstream lines(text.substr(0, seal));
  lines.imbue(std::locale::classic());
  for (std::string one; std::getline(lines, one);) {
    std::istringstream line(one);
    line.imbue(std::locale::classic());
    std::string what;
    line >> what;
    if (what == "probe") {
      measurement.gop = number_in(line);
      measurement.chunk_frames = number_in(line);
      measurement.saved_at_end = number_in(line);
      measurement.probe_seconds = number_in(line);
      measurement.to_the_end = number_in(line) > 0;
    } else if (what == "sample")
      measurement.samples.push_back(sample_in(line));
    else if (what == "finished")
      measurement.finished = finished_in(line);
    else
      return std::nullopt;
    if (!line) return std::nullopt;
  }
  if (measurement.samples.empty() && !measurement.finished) return std::nullopt;
  return measurement;
}

}  // namespace lifereel
