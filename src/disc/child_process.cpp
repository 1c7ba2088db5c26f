// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/disc/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <string_view>
#include <thread>

#include "encoders/text/errno_text.h"
#include "src/disc.h"
#include "src/disc/external_program.h"

extern char** environ;

namespace lifereel {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t read_bytes = 1 << 18;

/// Groups at work, for end_disc_programs(), which a signal's handler may call. More at once than
/// there is room for are not ended by it.
constexpr std::size_t most_groups = 32;
std::atomic<pid_t> groups_at_work[most_groups];
static_assert(std::atomic<pid_t>::is_always_lock_free);

void enter_group(pid_t group) noexcept {
  for (std::atomic<pid_t>& one : groups_at_work) {
    pid_t none = 0;
    if (one.compare_exchange_strong(none, group)) return;
  }
}

void leave_group(pid_t group) noexcept {
  for (std::atomic<pid_t>& one : groups_at_work) {
    pid_t same = group;
    if (one.compare_exchange_strong(same, 0)) return;
  }
}

/// What is handed to posix_spawn(), freed with this object.
class SpawnOptions {
 public:
  SpawnOptions() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnOptions() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnOptions(const SpawnOptions&) = delete;
  SpawnOptions& operator=(const SpawnOptions&) = delete;

  /// Signals as a shell would have them: this process ignores some, which would be passed on.
  void be_like_new() {
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  }

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

std::vector<std::string> merged(const ChildProcess::Environment& own) {
  std::vector<std::string> all;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const bool replaced = std::any_of(own.begin(), own.end(), [&](const auto& variable) {
      return text.starts_with(variable.first + "=");
    });
    if (!replaced) all.emplace_back(text);
  }
  for (const auto& [name, value] : own) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> all;
  for (std::string& word : words) all.push_back(word.data());
  all.push_back(nullptr);
  return all;
}

std::string failure_of(int status) {
  if (WIFSIGNALED(status))
    return std::string("was ended by a signal (") + strsignal(WTERMSIG(status)) + ")";
  const int code = WEXITSTATUS(status);
  return code == 0 ? std::string() : "failed with status " + std::to_string(code);
}

}  // namespace

void ChildProcess::Pipe::open() {
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC) != 0)
    throw ProgramFailure("cannot make a pipe for another program: " + errno_text());
  read_end = ends[0];
  write_end = ends[1];
  fcntl(read_end, F_SETFL, O_NONBLOCK);
#if defined(F_SETPIPE_SZ)
  fcntl(read_end, F_SETPIPE_SZ, static_cast<int>(read_bytes));  // an image goes through; may fail
#endif
}

void ChildProcess::Pipe::close() {
  for (int* const end : {&read_end, &write_end})
    if (*end >= 0) ::close(std::exchange(*end, -1));
}

ChildProcess::ChildProcess(const std::string& path, const std::vector<std::string>& words,
                           const Environment& environment, const std::string& folder,
                           std::chrono::milliseconds patience)
    : patience_(patience), buffer_(read_bytes) {
  output_.open();
  errors_.open();
  SpawnOptions options;
  options.be_like_new();
  posix_spawn_file_actions_addopen(&options.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&options.actions, output_.write_end, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&options.actions, errors_.write_end, STDERR_FILENO);
  if (!folder.empty()) posix_spawn_file_actions_addchdir_np(&options.actions, folder.c_str());
  std::vector<std::string> arguments = words, variables = merged(environment);
  const int error = posix_spawn(&pid_, path.c_str(), &options.actions, &options.attributes,
                                pointers(arguments).data(), pointers(variables).data());
  if (error != 0)
    pid_ = -1;
  else
    enter_group(pid_);
  for (Pipe* const pipe : {&output_, &errors_}) ::close(std::exchange(pipe->write_end, -1));
  if (error != 0) throw ProgramFailure("cannot start " + path + ": " + errno_text(error));
}

ChildProcess::~ChildProcess() {
  output_.close();
  errors_.close();
  if (pid_ > 0) end_group();
}

bool ChildProcess::wait_for_output(int milliseconds) {
  pollfd ends[2] = {{output_.read_end, POLLIN, 0}, {errors_.read_end, POLLIN, 0}};
  if (output_.read_end < 0 && errors_.read_end < 0) return false;
  poll(ends, 2, milliseconds);  // a signal ends it early, which is as well
  output_.ready = ends[0].revents != 0;
  errors_.ready = ends[1].revents != 0;
  return true;
}

std::span<const std::uint8_t> ChildProcess::read(Pipe& pipe) {
  if (!std::exchange(pipe.ready, false)) return {};
  const ssize_t taken = ::read(pipe.read_end, buffer_.data(), buffer_.size());
  if (taken > 0) return {buffer_.data(), static_cast<std::size_t>(taken)};
  if (taken == 0 || (errno != EAGAIN && errno != EINTR)) pipe.close();
  return {};
}

bool ChildProcess::ended(int milliseconds, std::string& failure) {
  const auto until = Clock::now() + std::chrono::milliseconds(milliseconds);
  while (true) {
    siginfo_t info{};
    const int result = waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
    if (result == 0 && info.si_pid == pid_) {
      leave_group(pid_);  // as long as the number is nobody else's
      int status = 0;
      while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
      }
      pid_ = -1;
      failure = failure_of(status);
      return true;
    }
    if (result < 0 && errno != EINTR) {
      const int error = errno;
      leave_group(std::exchange(pid_, -1));
      failure = error == ECHILD
                    ? "cannot be waited for, since this process ignores the signal SIGCHLD"
                    : "cannot be waited for: " + errno_text(error);
      return true;
    }
    if (Clock::now() >= until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

void ChildProcess::end_group() noexcept {
  kill(-pid_, SIGTERM);
  kill(-pid_, SIGCONT);  // one that is stopped ends, too
  const auto until = Clock::now() + patience_;
  siginfo_t info{};
  // Not yet waited for, so that its number stays its group's.
  while (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == 0 && Clock::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  kill(-pid_, SIGKILL);  // also what it has left behind
  leave_group(pid_);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

bool end_disc_programs() noexcept {
  bool ended = false;
  for (std::atomic<pid_t>& one : groups_at_work)
    if (const pid_t group = one.load(); group > 0) ended = kill(-group, SIGKILL) == 0 || ended;
  return ended;
}

}  // namespace lifereel
