using Maas.Judges;

namespace Maas.Architecture.Tests;

/// <summary>The sources of the tests, as they are in the checkout.</summary>
internal static class TestSources
{
    /// <summary>The projects below <c>tests</c>.</summary>
    public static IReadOnlyList<string> Projects { get; } =
        [.. Directory.GetDirectories(Repository.PathOf("tests")).Select(folder => Path.GetFileName(folder))];

    /// <summary>Every file of C#, without those that a build writes and those of this project, which quote what they search for.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. Directory.EnumerateFiles(Repository.PathOf("tests"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .Where(file => !file.Contains("/Maas.Architecture.Tests/", StringComparison.Ordinal)),
    ];
}
