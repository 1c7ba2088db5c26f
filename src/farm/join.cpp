// SPDX-License-Identifier: GPL-2.0-or-later
// Many machines' chunks, one film.
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <future>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "encoders/film.h"
#include "src/farm/heartbeat.h"
#include "src/farm/job_folder.h"
#include "src/pipeline/cancellation.h"
#include "src/render/chunk_folder.h"
#include "src/render/disk_file.h"
#include "src/render/film_description.h"
#include "src/render/film_sound.h"
#include "src/render/job.h"
#include "src/render/sealed_file.h"
#include "src/settings/validation.h"
#include "src/text/format.h"

namespace lifereel {
namespace {

namespace fs = std::filesystem;
using FoundChunk = ChunkFolder::Kept;

const char* kept_text(FoundChunk kept) {
  switch (kept) {
    case FoundChunk::missing:
      return "missing";
    case FoundChunk::damaged:
      return "damaged";
    case FoundChunk::other_length:
      return "of another length";
    case FoundChunk::other_job:
      return "another job's";
    case FoundChunk::whole:
      break;
  }
  return "whole";
}

/// Files of the same bytes.
bool are_equal(const std::string& a, const std::string& b, const std::atomic<bool>* cancel) {
  FileReader first(a), second(b);
  if (!first.is_there() || !second.is_there() || first.size() != second.size()) return false;
  std::vector<char> block(1 << 20), other(block.size());
  for (;;) {
    throw_if_cancelled(cancel);
    const std::size_t got = first.read(block.data(), block.size());
    if (second.read(other.data(), block.size()) != got) return false;
    if (got == 0) return true;
    if (!std::equal(block.begin(), block.begin() + static_cast<std::ptrdiff_t>(got), other.begin()))
      return false;
  }
}

class Join {
 public:
  Join(const JobFolder& job, const JoinSettings& join, const JobControl& control)
      : job_(job),
        join_(join),
        control_(control),
        plan_(job.chunks()),
        chunks_(job.path(), job.plan().digest, plan_, control.cancel) {}

  JoinReport run() {
    JoinReport report;
    const auto begin = std::chrono::steady_clock::now();
    report.finished_before = job_.is_finished();
    if (!report.finished_before) {
      try {
        check_all_are_there();
        make_film(report);
      } catch (const Cancelled&) {
        throw Cancelled("the join was stopped; the chunks stay, and a join begins anew");
      } catch (const FinishedUnnamed&) {
        throw;
      } catch (const FinishedWithError&) {
        throw;
      } catch (const std::exception&) {
        // Another join has finished it, and thrown the chunks away.
        if (!job_.is_finished()) throw;
        report = {};
        report.finished_before = true;
      }
    }
    clear_folder();
    report.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return report;
  }

 private:
  // Begin and end of each; a few times for what others' writes have not brought here yet.
  void check_all_are_there() {
    std::vector<std::int64_t> left(static_cast<std::size_t>(plan_.count()));
    for (std::size_t i = 0; i < left.size(); ++i) left[i] = static_cast<std::int64_t>(i);
    const bool all = look_again(job_.path(), [&] {
      std::erase_if(left, [&](std::int64_t chunk) {
        throw_if_cancelled(control_.cancel);
        return chunks_.glance(chunk) == FoundChunk::whole;
      });
      return left.empty();
    });
    if (!all) refuse_what_is_missing();
  }

  /// Reads every chunk, so that all that is wrong is named at once. Returns where nothing is.
  void refuse_what_is_missing() {
    std::set<int> tasks;
    std::string named;
    std::int64_t wrong = 0;
    constexpr std::int64_t most_named = 8;
    for (std::int64_t chunk = 0; chunk < plan_.count(); ++chunk) {
      throw_if_cancelled(control_.cancel);
      const FoundChunk kept = chunks_.see(chunk);
      if (kept == FoundChunk::whole) continue;
      const int task = job_.task_of(chunk);
      tasks.insert(task);
      if (++wrong <= most_named)
        named += format("%schunk %lld of task %d is %s", named.empty() ? "" : ", ",
                        static_cast<long long>(chunk), task, kept_text(kept));
    }
    if (tasks.empty()) return;
    if (wrong > most_named)
      named += format(", and so on: %lld of %lld", static_cast<long long>(wrong),
                      static_cast<long long>(plan_.count()));
    const std::vector<int> missing(tasks.begin(), tasks.end());
    throw TasksMissing(
        "the film cannot be joined yet: " + named + "; run these tasks: " + task_list(missing),
        missing);
  }

  FilmOutput film_output_here(const RenderSettings& settings) {
    FilmOutput output = film_output(settings);
    output.chunks = &chunks_;
    std::random_device source;
    temporary_ = job_.path() + format("/film.part-%08x", static_cast<unsigned>(source()));
    output.temporary_path = temporary_;
    output.before_naming = [this] {
      // It is gone where another join has finished the film and cleared the folder.
      std::error_code error;
      const std::uintmax_t bytes = fs::file_size(temporary_, error);
      if (error)
        throw FileError("cannot look at '" + temporary_ + "': " + error.message(), error.value());
      job_.note_finished(bytes);
    };
    output.measuring_sound = watch_measuring(control_, settings.film.audio.file);
    describe_film(settings, output);
    return output;
  }

  void make_film(JoinReport& report) {
    RenderSettings settings = job_.settings();
    identify_sound(settings.film, control_);
    const ResolvedFilm resolved = *validated_film(settings);
    check_job(settings, resolved);
    const FilmOutput output = film_output_here(settings);
    Film film(resolved, output);
    try {
      mux(film);
    } catch (const FinishedUnnamed& error) {
      settle_name(error);
      report.finished_before = true;
      return;
    } catch (const FinishedWithError&) {
      throw;
    } catch (const FileError&) {
      throw;
    } catch (const Cancelled&) {
      throw;
    } catch (const std::exception&) {
      refuse_what_is_missing();
      throw;
    }
    report.film = film.statistics();
  }

  // The film's headers are this machine's.
  void check_job(const RenderSettings& settings, const ResolvedFilm& resolved) const {
    const auto engine = make_cpu_engine(settings.universe, {Isa::automatic, 1});
    job_.check_job(film_job(settings, resolved, *engine));
  }

  // On a thread of its own, so that the caller's sees how it goes.
  void mux(Film& film) {
    using namespace std::chrono_literals;
    const FrameMeter meter;
    std::future<void> done = std::async(std::launch::async, [&film] { film.chunks().finish(); });
    while (done.wait_for(200ms) != std::future_status::ready) {
      if (!control_.progress) continue;
      const Film::Written written = film.written();
      JobProgress progress = meter.measure(written.frames, plan_.frames);
      progress.bytes = written.video_bytes;
      control_.progress(progress);
    }
    done.get();
  }

  /// A file of that name has appeared: another join's, perhaps, which may also have cleared the
  /// folder since.
  void settle_name(const FinishedUnnamed& error) const {
    std::error_code none;
    if (!fs::exists(error.kept_path(), none) && !none && job_.is_finished()) return;
    if (error.error() == EEXIST &&
        are_equal(error.kept_path(), job_.plan().film, control_.cancel)) {
      std::error_code ignored;
      fs::remove(error.kept_path(), ignored);
      return;
    }
    throw error;
  }

  // The film is there: what other joins have written of it is of no use any more, and one that is
  // still at work ends with that film, too.
  void clear_folder() const {
    std::vector<fs::path> files;
    for (const fs::directory_entry& entry : fs::directory_iterator(job_.path())) {
      const std::string name = entry.path().filename().string();
      const std::string whole = name.substr(0, name.find(".part-"));
      const bool kept = number_of(whole, chunk_kind) || number_of(whole, checkpoint_kind);
      if ((kept && (join_.remove || whole != name)) || name.starts_with("film.part-") ||
          task_of_beat(name))
        files.push_back(entry.path());
    }
    std::error_code ignored;
    for (const fs::path& file : files) fs::remove(file, ignored);
  }

  const JobFolder& job_;
  const JoinSettings& join_;
  const JobControl& control_;
  const ChunkPlan plan_;
  ChunkFolder chunks_;
  std::string temporary_;
};

}  // namespace

JoinReport join_film(const std::string& folder, const JoinSettings& join,
                     const JobControl& control) {
  return or_try_again([&] {
    const JobFolder job(folder);
    return Join(job, join, control).run();
  });
}

}  // namespace lifereel
