// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/libav/log_capture.h"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <cstdarg>
#include <cstdio>
#include <utility>

#include "encoders/libav/libav.h"
#include "encoders/libav_log.h"

namespace lifereel {
namespace {

constexpr std::size_t most_messages = 64;

thread_local LogCapture* innermost = nullptr;

/// The program's.
std::atomic<LibavLog> libav_log{av_log_default_callback};
std::mutex loan_mutex;
std::int64_t loans = 0;

/// libav's callback knows the object that speaks, but not for whom it works.
struct Listeners {
  std::mutex mutex;
  std::vector<CodecLog*> all;
};
Listeners& listeners() {
  static Listeners listeners;
  return listeners;
}

std::string name_of(void* object) {
  const AVClass* const* const holder = static_cast<const AVClass* const*>(object);
  if (holder == nullptr || *holder == nullptr) return {};
  const char* name = (*holder)->item_name != nullptr ? (*holder)->item_name(object) : nullptr;
  if (name == nullptr || *name == '\0' || std::string_view(name) == "NULL")
    name = (*holder)->class_name;
  return std::string(name) + ": ";
}

/// It comes with every full-range JPEG, whose range is set.
bool is_noise(std::string_view text) {
  return text.find("deprecated pixel format used") != std::string_view::npos;
}

void log_callback(void* object, int level, const char* format, va_list arguments) {
  LogCapture* const scope = innermost;
  try {
    if (scope == nullptr) {
      if (!CodecLog::add(object, level & 0xff, format, arguments))
        libav_log.load()(object, level, format, arguments);
      return;
    }
    level &= 0xff;  // the upper bits are a tint
    if (level > AV_LOG_WARNING) return;
    char text[2048];
    std::vsnprintf(text, sizeof text, format, arguments);
    if (is_noise(text)) return;
    scope->add(level, name_of(object), text);
  } catch (...) {
    // No memory for a log line: the error that matters is on its way by itself.
  }
}

}  // namespace

void set_libav_log(LibavLog log) noexcept {
  const std::lock_guard lock(loan_mutex);
  libav_log = log == nullptr ? av_log_default_callback : log;
  if (loans == 0) av_log_set_callback(libav_log);
}

LogLoan::LogLoan() noexcept {
  const std::lock_guard lock(loan_mutex);
  ++loans;
  // Each time, for the program may have set another meanwhile.
  av_log_set_callback(log_callback);
}

LogLoan::~LogLoan() {
  const std::lock_guard lock(loan_mutex);
  if (--loans == 0) av_log_set_callback(libav_log);
}

LogCapture::LogCapture() : outer_(innermost) { innermost = this; }

LogCapture::~LogCapture() {
  innermost = outer_;
  if (outer_ == nullptr) return;
  try {
    for (Message& message : messages_)
      if (outer_->messages_.size() < most_messages) outer_->messages_.push_back(std::move(message));
    outer_->line_open_ = false;
  } catch (...) {
    // No memory for a log line: the error that matters is on its way by itself.
  }
}

LogCapture* LogCapture::current() noexcept { return innermost; }

void LogCapture::add(int level, const std::string& prefix, std::string_view piece) {
  const bool ends = !piece.empty() && piece.back() == '\n';
  while (!piece.empty() && (piece.back() == '\n' || piece.back() == '\r')) piece.remove_suffix(1);
  if (line_open_ && !messages_.empty()) {
    messages_.back().text += piece;
    messages_.back().level = std::min(messages_.back().level, level);
  } else if (messages_.size() < most_messages && !piece.empty()) {
    messages_.push_back({level, prefix + std::string(piece)});
  }
  line_open_ = !ends;
}

std::string LogCapture::summary() const {
  std::vector<std::string> texts;
  for (const Message& message : messages_)
    if (std::find(texts.begin(), texts.end(), message.text) == texts.end())
      texts.push_back(message.text);
  return join(texts, "; ");
}

const LogCapture::Message* LogCapture::find(std::string_view text) const noexcept {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  };
  for (const Message& message : messages_)
    if (std::search(message.text.begin(), message.text.end(), text.begin(), text.end(), same) !=
        message.text.end())
      return &message;
  return nullptr;
}

CodecLog::CodecLog() {
  const std::lock_guard lock(listeners().mutex);
  listeners().all.push_back(this);
}

CodecLog::~CodecLog() {
  const std::lock_guard lock(listeners().mutex);
  std::erase(listeners().all, this);
}

CodecLog::Errors CodecLog::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(errors_, {});
}

bool CodecLog::add(void* object, int level, const char* format, va_list arguments) {
  if (object == nullptr || *static_cast<const AVClass* const*>(object) != avcodec_get_class())
    return false;
  const void* const owner = static_cast<const AVCodecContext*>(object)->opaque;
  const std::lock_guard listening(listeners().mutex);
  const auto found = std::find(listeners().all.begin(), listeners().all.end(), owner);
  if (found == listeners().all.end()) return false;
  CodecLog& log = **found;
  const std::lock_guard lock(log.mutex_);
  if (level > AV_LOG_ERROR || log.errors_.count++ > 0) return true;
  char text[512];
  std::vsnprintf(text, sizeof text, format, arguments);
  log.errors_.first = name_of(object) + text;
  while (!log.errors_.first.empty() && log.errors_.first.back() == '\n')
    log.errors_.first.pop_back();
  return true;
}

}  // namespace lifereel
