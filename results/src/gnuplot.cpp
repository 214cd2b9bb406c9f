// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plexus/results/files.hpp"
#include "plexus/results/plot.hpp"

namespace plexus::results {

namespace {

constexpr int not_started = 127;  // exit code of a child that could not start its program

struct Ended {
    int status = 0;
    std::string output;
};

/// In the child: everything here is async-signal-safe, because other threads may hold locks.
[[noreturn]] void start(const char* folder, const char* const* arguments, int output) {
    const int null = ::open("/dev/null", O_RDONLY);
    if (null >= 0)
        ::dup2(null, STDIN_FILENO);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    // A Ctrl-C is for this program, which wants its pictures drawn.
    ::setpgid(0, 0);
    if (::chdir(folder) == 0)
        ::execvp(arguments[0], const_cast<char* const*>(arguments));
    ::_exit(not_started);
}

Ended run(const std::filesystem::path& folder,
          const std::string& program,
          const std::string& script_name) {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0)
        throw IoError(std::string("cannot start ") + program + ": " +
                      std::generic_category().message(errno));
    const std::array<const char*, 3> arguments{program.c_str(), script_name.c_str(), nullptr};
    std::fflush(nullptr);  // what is buffered must not be written by the child, too
    const pid_t child = ::fork();
    if (child == 0)
        start(folder.c_str(), arguments.data(), pipe[1]);
    ::close(pipe[1]);
    Ended out;
    std::array<char, 4096> buffer{};
    ssize_t n = 0;
    while (child > 0 &&
           ((n = ::read(pipe[0], buffer.data(), buffer.size())) > 0 || (n < 0 && errno == EINTR)))
        if (n > 0)
            out.output.append(buffer.data(), static_cast<std::size_t>(n));
    ::close(pipe[0]);
    if (child < 0)
        throw IoError(std::string("cannot start ") + program + ": " +
                      std::generic_category().message(errno));
    while (::waitpid(child, &out.status, 0) < 0 && errno == EINTR) {
    }
    return out;
}

}  // namespace

std::string draw_picture(const std::filesystem::path& folder,
                         const std::string& name,
                         const std::string& script,
                         const std::string& program) {
    const std::string script_name = name + ".gp";
    write_atomically(folder / script_name, script);
    const Ended ended = run(folder, program, script_name);
    if (WIFEXITED(ended.status) && WEXITSTATUS(ended.status) == 0)
        return "";
    if (WIFEXITED(ended.status) && WEXITSTATUS(ended.status) == not_started && ended.output.empty())
        return "no plot, because the program gnuplot is not installed (Debian package "
               "gnuplot-nox); once it is, `gnuplot " +
               script_name + "` in " + folder.string() + " draws it";
    const std::string first = ended.output.substr(0, ended.output.find_last_not_of('\n') + 1);
    return "no plot, because gnuplot failed on " + (folder / script_name).string() + ": " + first;
}

}  // namespace plexus::results
