// SPDX-License-Identifier: GPL-2.0-or-later
// Preloaded into a program (LD_PRELOAD), makes one of its calls into the system fail, or kills it
// there as a power cut would: LIFEREEL_FAULT=FUNCTION:NUMBER:WHAT, the call NUMBER from 0 or
// "every" call, WHAT an errno, or "before" or "after" for SIGKILL there; several with commas
// between them. LIFEREEL_FAULT_COUNT=FILE: a line a call goes into that file, and nothing fails.
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <cstring>

namespace {

struct Fault {
  char function[32] = "";
  long number = -1;
  bool every = false;
  int error = 0;
  bool before = false, after = false;
  std::atomic<long> calls{0};
};

struct Plan {
  Fault faults[4];
  int log = -1;
};

template <class Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

/// FUNCTION:NUMBER:WHAT, up to a comma or the end.
void read_fault(const char* text, Fault& fault) {
  const char* const colon = strchr(text, ':');
  const char* const second = colon == nullptr ? nullptr : strchr(colon + 1, ':');
  if (second == nullptr || colon - text >= static_cast<long>(sizeof fault.function)) abort();
  memcpy(fault.function, text, static_cast<std::size_t>(colon - text));
  fault.every = strncmp(colon + 1, "every:", 6) == 0;
  fault.number = atol(colon + 1);
  fault.before = strncmp(second + 1, "before", 6) == 0;
  fault.after = strncmp(second + 1, "after", 5) == 0;
  fault.error = atoi(second + 1);
}

Plan& plan() {
  static Plan one;
  [[maybe_unused]] static const bool read = [] {
    if (const char* const path = getenv("LIFEREEL_FAULT_COUNT"))
      one.log = real<int (*)(const char*, int, ...)>("open")(
          path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    const char* text = getenv("LIFEREEL_FAULT");
    for (Fault& fault : one.faults) {
      if (text == nullptr) break;
      read_fault(text, fault);
      text = strchr(text, ',');
      if (text != nullptr) ++text;
    }
    return true;
  }();
  return one;
}

/// One call of `function` on its way; `work` makes it.
template <class Result, class Work>
Result pass(const char* function, Work&& work) {
  Plan& now = plan();
  if (now.log >= 0) {
    using Write = ssize_t (*)(int, const void*, std::size_t);
    char line[40];
    strcpy(line, function);
    strcat(line, "\n");
    real<Write>("write")(now.log, line, strlen(line));
  }
  for (Fault& fault : now.faults) {
    if (strcmp(function, fault.function) != 0) continue;
    if (fault.calls.fetch_add(1) != fault.number && !fault.every) continue;
    if (fault.before) raise(SIGKILL);
    if (fault.after) {
      work();
      raise(SIGKILL);
    }
    // A close that fails has closed.
    if (strcmp(function, "close") == 0) work();
    errno = fault.error;
    return -1;
  }
  return work();
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  const auto work = [&] { return real<int (*)(const char*, int, ...)>("open")(path, flags, mode); };
  // What is only read is not of interest, but for folders, which are flushed.
  const bool writes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_DIRECTORY) != 0;
  return writes ? pass<int>("open", work) : work();
}

int close(int fd) {
  const auto work = [&] { return real<int (*)(int)>("close")(fd); };
  return fd > 2 ? pass<int>("close", work) : work();
}

ssize_t write(int fd, const void* data, std::size_t size) {
  const auto work = [&] {
    return real<ssize_t (*)(int, const void*, std::size_t)>("write")(fd, data, size);
  };
  return fd > 2 ? pass<ssize_t>("write", work) : work();
}

int fsync(int fd) noexcept(noexcept(::fsync(fd))) {
  return pass<int>("fsync", [&] { return real<int (*)(int)>("fsync")(fd); });
}

int flock(int fd, int how) noexcept {
  return pass<int>("flock", [&] { return real<int (*)(int, int)>("flock")(fd, how); });
}

int link(const char* from, const char* to) noexcept {
  return pass<int>("link",
                   [&] { return real<int (*)(const char*, const char*)>("link")(from, to); });
}

int statvfs(const char* path, struct statvfs* disk) noexcept {
  return pass<int>("statvfs", [&] {
    return real<int (*)(const char*, struct statvfs*)>("statvfs")(path, disk);
  });
}

int mkdir(const char* path, mode_t mode) noexcept {
  return pass<int>("mkdir",
                   [&] { return real<int (*)(const char*, mode_t)>("mkdir")(path, mode); });
}

int rename(const char* from, const char* to) noexcept {
  return pass<int>("rename",
                   [&] { return real<int (*)(const char*, const char*)>("rename")(from, to); });
}

int renameat2(int from_at, const char* from, int to_at, const char* to, unsigned flags) noexcept {
  return pass<int>("renameat2", [&] {
    using Function = int (*)(int, const char*, int, const char*, unsigned);
    return real<Function>("renameat2")(from_at, from, to_at, to, flags);
  });
}

int unlink(const char* path) noexcept {
  return pass<int>("unlink", [&] { return real<int (*)(const char*)>("unlink")(path); });
}

int remove(const char* path) noexcept {
  return pass<int>("remove", [&] { return real<int (*)(const char*)>("remove")(path); });
}
}
