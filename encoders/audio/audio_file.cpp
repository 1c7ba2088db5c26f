// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/audio/audio_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace lifereel {
namespace {

constexpr std::int64_t second = AudioSource::sample_rate;
constexpr std::int64_t longest_overlap = 2 * second;
/// Loops up to this length are kept in memory, where they need not be decoded again and again.
constexpr std::int64_t longest_kept = 60 * second;
constexpr int piece_samples = 4096;

}  // namespace

AudioFile::AudioFile(const AudioSettings& settings, std::int64_t film_samples, const Ask& ask)
    : settings_(settings),
      film_samples_(film_samples),
      fades_(settings, film_samples),
      stamp_(stamp_of(settings.file)),
      decoder_(std::make_unique<AudioDecoder>(settings.file, settings.track)),
      title_(decoder_->title()),
      artist_(decoder_->artist()) {
  if (settings_.loop) survey(ask);
}

AudioFile::Stamp AudioFile::stamp_of(const std::string& path) {
  struct stat file {};
  if (stat(path.c_str(), &file) != 0) return {};
  return {file.st_size, file.st_mtim.tv_sec, file.st_mtim.tv_nsec, file.st_ino};
}

void AudioFile::survey(const Ask& ask) {
  std::array<float, piece_samples> left{}, right{};
  std::int64_t length = 0;
  while (length < film_samples_) {
    ask();
    const std::int64_t got = decoder_->read(left.data(), right.data(), piece_samples);
    if (got == 0) break;
    const std::int64_t kept = std::min(got, longest_kept - std::min(length, longest_kept));
    kept_[0].insert(kept_[0].end(), left.begin(), left.begin() + kept);
    kept_[1].insert(kept_[1].end(), right.begin(), right.begin() + kept);
    length += got;
  }
  if (length < film_samples_) {
    length_ = length;
    overlap_ = std::min(longest_overlap, length / 4);
  }
  const bool whole = length == length_ && length <= longest_kept;
  for (std::vector<float>& channel : kept_) {
    if (!whole) channel.resize(static_cast<std::size_t>(overlap_));
    channel.shrink_to_fit();
  }
  if (whole) {
    damage_ = decoder_->damage();
    decoder_.reset();
  } else {
    open_at(0);
  }
}

void AudioFile::open_at(std::int64_t samples) {
  if (decoder_ && damage_.empty()) damage_ = decoder_->damage();
  decoder_.reset();
  if (!gone_.empty()) return;
  try {
    decoder_ = std::make_unique<AudioDecoder>(settings_.file, settings_.track);
    std::array<float, piece_samples> left{}, right{};
    while (samples > 0) {
      const std::int64_t got =
          decoder_->read(left.data(), right.data(), std::min<std::int64_t>(samples, piece_samples));
      if (got == 0) break;
      samples -= got;
    }
  } catch (const std::invalid_argument& error) {
    gone_ = "'" + settings_.file +
            "' could not be read again while the film was made; silence follows where it ended (" +
            error.what() + ")";
  }
}

void AudioFile::rewind() {
  at_ = position_ = 0;
  if (static_cast<std::int64_t>(kept_[0].size()) != length_) open_at(0);
}

void AudioFile::set_gain(double decibels) { gain_ = std::pow(10.0, decibels / 20); }

void AudioFile::read(float* left, float* right, int count) {
  for (int done = 0; done < count;) {
    const auto now = static_cast<int>(std::min<std::int64_t>(count - done, length_ - at_));
    read_file(left + done, right + done, now);
    blend_with_begin(left + done, right + done, now);
    at_ += now;
    done += now;
    if (at_ == length_) begin_again();
  }
  fades_.apply(gain_, position_, left, right, count);
  position_ += count;
}

void AudioFile::read_file(float* left, float* right, int count) {
  std::int64_t got = 0;
  if (static_cast<std::int64_t>(kept_[0].size()) == length_) {
    std::copy_n(kept_[0].begin() + at_, count, left);
    std::copy_n(kept_[1].begin() + at_, count, right);
    got = count;
  } else if (decoder_) {
    got = decoder_->read(left, right, count);
  }
  std::fill(left + got, left + count, 0.0F);
  std::fill(right + got, right + count, 0.0F);
}

// At equal power, as two pieces of music add up.
void AudioFile::blend_with_begin(float* left, float* right, int count) const {
  const std::int64_t seam = length_ - overlap_;
  for (std::int64_t i = std::max<std::int64_t>(0, seam - at_); i < count; ++i) {
    const auto k = static_cast<std::size_t>(at_ + i - seam);
    const double angle =
        (static_cast<double>(k) + 0.5) / static_cast<double>(overlap_) * std::numbers::pi / 2;
    const double out = std::cos(angle), in = std::sin(angle);
    left[i] = static_cast<float>(out * left[i] + in * kept_[0][k]);
    right[i] = static_cast<float>(out * right[i] + in * kept_[1][k]);
  }
}

// Behind what was heard of the begin already.
void AudioFile::begin_again() {
  at_ = overlap_;
  if (static_cast<std::int64_t>(kept_[0].size()) != length_) open_at(overlap_);
}

std::vector<std::string> AudioFile::notices() const {
  std::vector<std::string> sentences;
  if (!damage_.empty())
    sentences.push_back(damage_);
  else if (decoder_ && !decoder_->damage().empty())
    sentences.push_back(decoder_->damage());
  if (!gone_.empty()) sentences.push_back(gone_);
  if (gone_.empty() && !(stamp_of(settings_.file) == stamp_))
    sentences.push_back("'" + settings_.file +
                        "' was changed or removed while the film was made, which may have both "
                        "the old sound and the new");
  return sentences;
}

}  // namespace lifereel
