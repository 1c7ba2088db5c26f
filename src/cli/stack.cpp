// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/cli/stack.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include <cstddef>
#include <system_error>
#include <thread>

namespace lifereel::cli {
namespace {

constexpr std::size_t enough_bytes = 2 << 20;

void enlarge_later_threads() {
  pthread_attr_t attributes;
  if (pthread_getattr_default_np(&attributes) != 0) return;
  std::size_t bytes = 0;
  if (pthread_attr_getstacksize(&attributes, &bytes) == 0 && bytes < enough_bytes &&
      pthread_attr_setstacksize(&attributes, enough_bytes) == 0)
    pthread_setattr_default_np(&attributes);
  pthread_attr_destroy(&attributes);
}

bool has_enough() {
  rlimit limit{};
  return getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur >= enough_bytes;
}

}  // namespace

int with_enough_stack(const std::function<int()>& work) {
  enlarge_later_threads();
  if (has_enough()) return work();
  int status = 0;
  std::thread worker;
  try {
    worker = std::thread([&] { status = work(); });
  } catch (const std::system_error&) {
    return work();
  }
  // They are to interrupt what waits.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  worker.join();
  return status;
}

}  // namespace lifereel::cli
