// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/cli/signals.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>

#include "src/disc.h"

namespace lifereel::cli {
namespace {

// A signal handler reaches nothing but statics; lock-free atomics are safe in it.
std::atomic<bool> cancel{false};  // set last: who sees it sees the signal, too
std::atomic<int> caught{0};
std::atomic<std::int64_t> first_ns{INT64_MAX};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free &&
              std::atomic<std::int64_t>::is_always_lock_free);

// One wish may come twice: from a shell and the kernel, to a process and to its group.
constexpr std::int64_t one_wish_ns = 500'000'000;

extern "C" void on_signal(int signal_number) {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const std::int64_t now_ns = std::int64_t{1'000'000'000} * now.tv_sec + now.tv_nsec;
  int none = 0;
  if (caught.compare_exchange_strong(none, signal_number)) {
    first_ns = now_ns;
    cancel.store(true, std::memory_order_release);
  } else if (now_ns - first_ns > one_wish_ns) {
    // Without another program at work the job clears up and ends at once.
    if (!end_disc_programs()) _exit(128 + signal_number);
    first_ns = now_ns;
  }
}

}  // namespace

const std::atomic<bool>& catch_signals() {
  struct sigaction action = {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  // Without SA_RESTART: who waits for the other end of a pipe to be opened waits no longer.
  // What the parent ignores stays ignored: jobs in the background, nohup.
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction inherited = {};
    sigaction(number, nullptr, &inherited);
    if (inherited.sa_handler != SIG_IGN) sigaction(number, &action, nullptr);
  }
  signal(SIGPIPE, SIG_IGN);
  signal(SIGCHLD, SIG_DFL);  // else nobody is told how another program ended
  signal(SIGXFSZ, SIG_IGN);  // a file size limit is an error of write(), with a sentence
  return cancel;
}

int caught_signal() noexcept { return cancel.load(std::memory_order_acquire) ? caught.load() : 0; }

}  // namespace lifereel::cli
