// SPDX-License-Identifier: GPL-2.0-or-later
// Catches what libav logs in this thread, so that errors can quote it and fatal lines are seen.
// Internal to encoders/.
#pragma once

#include <cstdarg>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "encoders/libav/plain_locale.h"

namespace lifereel {

/// libav's log callback is lifereel's while at least one of these lives, and the program's
/// (libav_log.h) again after the last. Any thread.
class LogLoan {
 public:
  LogLoan() noexcept;
  ~LogLoan();
  LogLoan(const LogLoan&) = delete;
  LogLoan& operator=(const LogLoan&) = delete;
};

/// While an object of this class lives, warnings and errors that libav (and x264 through it) logs
/// in this thread are kept here instead of reaching the terminal; lesser messages are dropped.
/// Scopes nest: the innermost one of a thread gets the message and hands it to the next when it
/// ends. Threads without a scope log as ever. Belongs on the stack of the thread that made it.
/// Whatever is at work with libav has one, so it brings the locale that libav needs.
class LogCapture {
 public:
  struct Message {
    int level = 0;     ///< AV_LOG_WARNING and so on
    std::string text;  ///< "libx264: ...", without a line end
  };

  LogCapture();
  ~LogCapture();
  LogCapture(const LogCapture&) = delete;
  LogCapture& operator=(const LogCapture&) = delete;

  /// At most 64; later ones are dropped.
  const std::vector<Message>& messages() const noexcept { return messages_; }
  /// All of them in one line, each once.
  std::string summary() const;
  /// The first message that contains `text`, letter case ignored, or nullptr.
  const Message* find(std::string_view text) const noexcept;

  /// Lets go of what was caught so far: it concerns nobody.
  void forget() noexcept { messages_.clear(); }

  /// This thread's innermost scope, or nullptr.
  static LogCapture* current() noexcept;

  /// Adds a piece of a message; a message ends with its line. Called by the log callback.
  void add(int level, const std::string& prefix, std::string_view piece);

 private:
  const PlainLocale locale_;
  const LogLoan loan_;
  LogCapture* outer_;
  std::vector<Message> messages_;
  bool line_open_ = false;
};

/// Catches what a codec logs in threads of its own, where no LogCapture lives. It listens to the
/// codec context whose `opaque` is its address, and to the copies that libav makes of it for its
/// threads; it must outlive them. Any thread.
class CodecLog {
 public:
  CodecLog();
  ~CodecLog();
  CodecLog(const CodecLog&) = delete;
  CodecLog& operator=(const CodecLog&) = delete;

  struct Errors {
    std::int64_t count = 0;
    std::string first;  ///< without a line end
  };
  /// Errors logged since the last call.
  Errors take();

  /// False where nobody listens to `object`. Called by the log callback.
  static bool add(void* object, int level, const char* format, va_list arguments);

 private:
  const LogLoan loan_;
  std::mutex mutex_;
  Errors errors_;
};

}  // namespace lifereel
