// spawn N COMMAND..: runs the command N times, one after the other, and prints the median of its wall times in
// seconds. A program of its own because starting a process from Python takes longer than mlo does.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

extern char** environ;

int main(int argc, char** argv) {
  if (argc < 3 || std::atoi(argv[1]) < 1) return 2;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  std::vector<double> seconds;
  for (int left = std::atoi(argv[1]); left > 0; --left) {
    const auto begin = std::chrono::steady_clock::now();
    pid_t pid = 0;
    int status = 1;
    if (posix_spawnp(&pid, argv[2], &actions, nullptr, argv + 2, environ) != 0 || waitpid(pid, &status, 0) != pid ||
        status != 0) {
      std::fprintf(stderr, "spawn: `%s` failed\n", argv[2]);
      return 1;
    }
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  std::nth_element(seconds.begin(), seconds.begin() + seconds.size() / 2, seconds.end());
  std::printf("%.6f\n", seconds[seconds.size() / 2]);
}
