// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers with a point, whatever the program's locale. Internal to encoders/.
#pragma once

#include <locale.h>

namespace lifereel {

/// libav, and the libraries behind it, read and write numbers by the locale: under one with a
/// decimal comma "20.5" is 20. While one of these lives, its thread has the locale "C"; other
/// threads keep the program's. Scopes nest; one belongs on the stack.
class PlainLocale {
 public:
  PlainLocale() noexcept : before_(uselocale(plain())) {}
  ~PlainLocale() { uselocale(before_); }
  PlainLocale(const PlainLocale&) = delete;
  PlainLocale& operator=(const PlainLocale&) = delete;

 private:
  static locale_t plain() noexcept {
    // Where there is no memory for it, a null handle leaves the thread's locale as it is.
    static const locale_t locale = newlocale(LC_ALL_MASK, "C", nullptr);
    return locale;
  }

  const locale_t before_;
};

}  // namespace lifereel
