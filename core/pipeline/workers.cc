#include "core/pipeline/workers.h"

#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace haul {
namespace {

// Shared with threads that may outlive the call.
struct Crew {
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t running = 0;
  std::exception_ptr first_error;
};

}  // namespace

CrewEnd RunWorkers(std::size_t count, StopFlag& stop, std::chrono::milliseconds grace,
                   const std::function<void(std::size_t)>& work) {
  // A stop flag cannot wake anybody (a signal handler sets it), so the waiting thread looks at it.
  constexpr std::chrono::milliseconds kLook{50};
  auto crew = std::make_shared<Crew>();
  auto shared_work = std::make_shared<const std::function<void(std::size_t)>>(work);
  crew->running = count;
  std::vector<std::thread> threads;
  threads.reserve(count);
  for (std::size_t index = 0; index < count; ++index) {
    threads.emplace_back([crew, shared_work, index, &stop] {
      std::exception_ptr error;
      try {
        (*shared_work)(index);
      } catch (...) {
        error = std::current_exception();
        stop.Request();
      }
      const std::lock_guard lock(crew->mutex);
      if (error && !crew->first_error) crew->first_error = error;
      --crew->running;
      crew->changed.notify_all();
    });
  }

  std::unique_lock lock(crew->mutex);
  const auto all_returned = [&] { return crew->running == 0; };
  while (!all_returned() && !stop.requested()) crew->changed.wait_for(lock, kLook, all_returned);
  const bool stopped_from_outside = stop.requested() && !crew->first_error;
  bool abandoned = false;
  if (stopped_from_outside) {
    abandoned = !crew->changed.wait_for(lock, grace, all_returned);
  } else {
    crew->changed.wait(lock, all_returned);
  }
  const std::exception_ptr error = crew->first_error;
  lock.unlock();
  for (std::thread& thread : threads) abandoned ? thread.detach() : thread.join();
  if (abandoned) return CrewEnd::kAbandoned;
  if (error) std::rethrow_exception(error);
  return stopped_from_outside ? CrewEnd::kStopped : CrewEnd::kDone;
}

}  // namespace haul
