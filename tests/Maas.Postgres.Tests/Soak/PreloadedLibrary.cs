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
}
