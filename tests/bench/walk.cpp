// walk DIRECTORY: lstat of everything below it, on all cores, and nothing else: what any status must take.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

int main(int, char** argv) {
  std::vector<std::string> left{argv[1]};
  std::mutex mutex;
  std::atomic<std::size_t> busy = 0, files = 0;
  const auto work = [&] {
    for (;;) {
      std::string path;
      {
        const std::lock_guard lock(mutex);
        if (left.empty() && busy == 0) return;
        if (left.empty()) continue;
        path = std::move(left.back());
        left.pop_back();
        ++busy;
      }
      DIR* directory = ::opendir(path.c_str());
      while (const dirent* entry = ::readdir(directory)) {
        const std::string name = entry->d_name;
        struct stat st {};
        if (name == "." || name == ".." || ::fstatat(::dirfd(directory), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
          continue;
        ++files;
        if (!S_ISDIR(st.st_mode)) continue;
        const std::lock_guard lock(mutex);
        left.push_back(path + "/" + name);
      }
      ::closedir(directory);
      --busy;
    }
  };
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < std::thread::hardware_concurrency(); ++i) threads.emplace_back(work);
  }
  std::printf("%zu\n", files.load());
}
