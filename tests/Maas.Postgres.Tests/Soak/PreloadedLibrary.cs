using System.Globalization;
using Maas.Judges;

namespace Maas.Postgres.Tests.Soak;

/// <summary>A library in C that takes the place of functions of the system in a process of a test.</summary>
internal static class PreloadedLibrary
{
    /// <summary>Compiles it; <c>gcc</c> and <c>env</c> are there.</summary>
    /// <returns>Its path, for <c>LD_PRELOAD</c>.</returns>
    public static async Task<string> CompileAsync(string folder, string name, string source, CancellationToken stop)
    {
        var (file, library) = (Path.Combine(folder, name + ".c"), Path.Combine(folder, name + ".so"));
        await File.WriteAllTextAsync(file, source, stop);
        (await Judge.RunAsync("gcc", ["-O1", "-shared", "-fPIC", "-o", library, file, "-ldl"], cancellationToken: stop)).Approved();
        return library;
    }

    /// <summary>
    /// Compiles one that makes each sync of a file slow. A sync leaves a byte in the file <c>syncs</c>, so that the test knows that they
    /// were.
    /// </summary>
    public static Task<string> CompileSlowSyncAsync(string folder, int milliseconds, CancellationToken stop) => CompileAsync(
        folder, "slow",
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            #define _GNU_SOURCE
            #include <dlfcn.h>
            #include <fcntl.h>
            #include <unistd.h>
            static int later(const char *name, int fd) {
                int count = open("{{folder}}/syncs", O_WRONLY | O_CREAT | O_APPEND, 0666);
                if (count >= 0) { if (write(count, ".", 1) < 0) return -1; close(count); }
                usleep({{milliseconds}} * 1000);
                return ((int (*)(int))dlsym(RTLD_NEXT, name))(fd);
            }
            int fsync(int fd) { return later("fsync", fd); }
            int fdatasync(int fd) { return later("fdatasync", fd); }
            """),
        stop);
}
