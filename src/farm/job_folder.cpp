// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/farm/job_folder.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <thread>

#include "encoders/finished_file.h"
#include "sim/hash/sha256.h"
#include "src/render/disk_file.h"
#include "src/render/job.h"
#include "src/text/setting_text.h"

namespace lifereel {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view plan_seal = "plan-sha256 = ", settings_begin = "[settings]\n";

std::string sealed_plan(const std::string& text) {
  return text + std::string(plan_seal) + sha256_hex(text.data(), text.size()) + "\n";
}

/// A small file of a folder that others write in.
std::optional<std::string> read_shared(const std::string& folder, const char* name) {
  std::optional<std::string> text;
  look_again(folder, [&] { return (text = read_file(folder + "/" + name)).has_value(); });
  return text;
}

[[noreturn]] void refuse_damaged(const std::string& folder, const char* name) {
  throw std::invalid_argument("'" + folder + "/" + name +
                              "' is damaged; plan the film again with the same settings, which "
                              "keeps the chunks that are there");
}

FarmTask parse_task(std::string_view text) {
  const std::size_t blank = text.find(' ');
  if (blank == std::string_view::npos) refuse("a task has two numbers");
  return {parse_integer(text.substr(0, blank)), parse_integer(text.substr(blank + 1))};
}

/// What the lines before the settings say.
void read_line(FarmPlan& plan, RenderSettings& settings, std::string& digest,
               const std::string& line) {
  const std::size_t at = line.find(" = ");
  if (line.starts_with('#') || at == std::string::npos) return;
  const std::string key = line.substr(0, at), value = line.substr(at + 3);
  if (key == "job") digest = value;
  if (key == "film") plan.film = (fs::path(plan.folder).parent_path() / value).string();
  if (key == "overwrite") settings.overwrite = parse_flag(value);
  if (key == "audio") settings.film.audio.file = value;
  if (key == "engine-speed") plan.engine_speed = parse_double(value);
  if (key == "render-speed") plan.render_speed = parse_double(value);
  if (key == "task") plan.tasks.push_back(parse_task(value));
}

/// Tasks are all of the chunks, one after another.
bool covers(const FarmPlan& plan) {
  std::int64_t next = 0;
  for (const FarmTask& task : plan.tasks) {
    if (task.first != next || task.end <= task.first) return false;
    next = task.end;
  }
  return next == plan.chunks;
}

std::string plan_text(const FarmPlan& plan, const RenderSettings& settings) {
  std::string text =
      "# How a film is shared out among machines. A task that has begun goes on by what it read.\n";
  const auto add = [&text](const char* key, const std::string& value) {
    text += std::string(key) + " = " + value + "\n";
  };
  add("job", plan.digest);
  add("film", fs::path(plan.film).filename().string());
  add("overwrite", print_flag(settings.overwrite));
  if (!settings.film.audio.file.empty())
    add("audio", fs::absolute(settings.film.audio.file).lexically_normal().string());
  add("engine-speed", print_double(plan.engine_speed));
  add("render-speed", print_double(plan.render_speed));
  for (const FarmTask& task : plan.tasks)
    add("task", print_integer(task.first) + " " + print_integer(task.end));
  return text + std::string(settings_begin) + print_config(settings);
}

}  // namespace

JobFolder::JobFolder(const std::string& folder) {
  // The film gets beside the folder itself, not beside a link to it.
  std::error_code none;
  plan_.folder = fs::canonical(folder, none).string();
  if (none) plan_.folder = fs::absolute(folder, none).lexically_normal().string();
  if (plan_.folder.ends_with('/')) plan_.folder.pop_back();
  const std::optional<std::string> text = read_shared(plan_.folder, "plan");
  if (!text)
    throw std::invalid_argument("there is no planned film in '" + folder +
                                "': planning makes such a folder, FILM.farm, beside the film");
  const std::size_t end = text->rfind(plan_seal);
  // A line of its own: names may end in it.
  const std::size_t line_before = text->find("\n" + std::string(settings_begin));
  const std::size_t settings_at = line_before + 1;
  if (end == std::string::npos || line_before == std::string::npos || settings_at > end ||
      *text != sealed_plan(text->substr(0, end)))
    refuse_damaged(folder, "plan");
  RenderSettings settings;
  std::istringstream lines(text->substr(0, settings_at));
  std::string digest;
  for (std::string line; std::getline(lines, line);) read_line(plan_, settings, digest, line);
  const std::size_t from = settings_at + settings_begin.size();
  settings_ = settings;
  apply_config_text(settings_, text->substr(from, end - from), plan_.folder + "/plan");
  settings_.film.audio.file = settings.film.audio.file;
  settings_.output = plan_.film;

  const std::optional<std::string> job = read_shared(plan_.folder, "job");
  const std::size_t job_end = job ? job->rfind("job-sha256 = ") : std::string::npos;
  if (job_end == std::string::npos || *job != sealed_job(job->substr(0, job_end)))
    refuse_damaged(folder, "job");
  job_ = job->substr(0, job_end);
  plan_.digest = job_hash(job_);
  plan_.frames = frame_count(settings_);
  plan_.chunk_frames = chunk_frames(settings_.film);
  plan_.chunks = chunks().count();
  if (plan_.digest != digest || !covers(plan_)) refuse_damaged(folder, "plan");
}

void JobFolder::seal(const FarmPlan& plan, const RenderSettings& settings, const std::string& job) {
  if (mkdir(plan.folder.c_str(), 0777) != 0 && errno != EEXIST)
    fail_to("make the folder", plan.folder);
  // Of two that plan at once, one comes first, and the other sees whether it is the same.
  const std::string path = plan.folder + "/job";
  if (!fs::exists(path)) {
    try {
      as_plain_error([&] { write_text_file(path, false, sealed_job(job)); });
    } catch (const FileError& error) {
      if (error.error() != EEXIST) throw;
    } catch (const std::invalid_argument&) {
      // It has appeared.
    }
  }
  const std::optional<std::string> there = read_shared(plan.folder, "job");
  if (there != sealed_job(job)) {
    const std::string other = there ? other_job(*there, job) : std::string();
    if (!other.empty())
      throw std::invalid_argument("the job in '" + plan.folder + "' is another one: " + other +
                                  "; give that, another output, or remove the folder");
    as_plain_error([&] { write_text_file(path, true, sealed_job(job)); });
  }
  as_plain_error([&] {
    write_text_file(plan.folder + "/plan", true, sealed_plan(plan_text(plan, settings)));
  });
}

void JobFolder::check_job(const std::string& job) const {
  if (job == job_) return;
  const std::string other = other_job(sealed_job(job_), job);
  throw std::invalid_argument(
      "chunks of this machine would not fit into the film: it was planned " +
      (other.empty() ? "by another version of lifereel" : other) +
      "; keep the job to machines that are alike");
}

void JobFolder::note_finished(std::uint64_t film_bytes) const {
  as_plain_error([&] {
    write_text_file(path() + "/finished", true, "bytes = " + std::to_string(film_bytes) + "\n");
  });
}

bool JobFolder::is_finished() const { return is_joined(path(), plan_.film); }

bool is_joined(const std::string& folder, const std::string& film) {
  const std::optional<std::string> noted = read_file(folder + "/finished");
  if (!noted) return false;
  std::error_code none;
  const std::uintmax_t bytes = fs::file_size(film, none);
  return !none && *noted == "bytes = " + std::to_string(bytes) + "\n";
}

int JobFolder::task_of(std::int64_t chunk) const {
  const auto found =
      std::upper_bound(plan_.tasks.begin(), plan_.tasks.end(), chunk,
                       [](std::int64_t index, const FarmTask& task) { return index < task.end; });
  return static_cast<int>(found - plan_.tasks.begin());
}

bool look_again(const std::string& folder, const std::function<bool()>& look) {
  for (const int wait_ms : {0, 100, 400, 1000, 1500}) {
    std::this_thread::sleep_for(std::chrono::milliseconds(wait_ms));
    std::error_code none;
    if (wait_ms > 0)
      for (fs::directory_iterator entry(folder, none), end; !none && entry != end;
           entry.increment(none)) {
      }
    if (wait_ms > 0 && none == std::errc::no_such_file_or_directory) return false;
    try {
      if (look()) return true;
    } catch (const FileError& error) {
      if (error.error() != ESTALE || wait_ms == 1500) throw;
    }
  }
  return false;
}

bool may_pass(int error) noexcept {
  return error == ENOSPC || error == EDQUOT || error == ESTALE || error == ETIMEDOUT ||
         error == EIO || error == ENOENT;
}

std::string farm_folder(const std::string& film) { return FinishedFile::real_path(film) + ".farm"; }

FarmPlan read_farm_plan(const std::string& folder) { return JobFolder(folder).plan(); }

std::string task_list(const std::vector<int>& tasks) {
  std::string list;
  for (std::size_t at = 0; at < tasks.size();) {
    std::size_t end = at + 1;
    while (end < tasks.size() && tasks[end] == tasks[end - 1] + 1) ++end;
    list += (list.empty() ? "" : ",") + std::to_string(tasks[at]);
    if (end - at > 1) list += "-" + std::to_string(tasks[end - 1]);
    at = end;
  }
  return list;
}

}  // namespace lifereel
