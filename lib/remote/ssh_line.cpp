#include "lib/remote/ssh_line.hpp"

namespace mlo {

SshLine::Current SshLine::connection() {
  const std::lock_guard lock(mutex_);
  if (!current_.connection) {
    current_.connection = std::make_shared<SshConnection>(world_, argv_, host_, in_, out_);
    ++current_.number;
  }
  return current_;
}

void SshLine::give_up(const Current& lost, unsigned attempts, const Error& error) {
  world_.log.detail(fmt::format("{}; connecting again", error.message()));
  pause(world_, delay_after(attempts, kFirstDelay, world_.rng));
  const std::lock_guard lock(mutex_);
  if (current_.number == lost.number) current_.connection.reset();
}

}  // namespace mlo
