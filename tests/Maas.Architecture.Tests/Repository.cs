namespace Maas.Architecture.Tests;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    /// <summary>The folder of <c>Maas.sln</c>.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary><c>Debug</c> or <c>Release</c>: what this test was built as, and so what stands beside it.</summary>
    public static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Parent?.Name ?? "Debug";

    /// <summary>The packages' names.</summary>
    public static IReadOnlyList<string> Packages { get; } = [.. Directory.GetDirectories(Path.Combine(Root, "src")).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Maas.sln"))) folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Maas.sln is above no folder of the test.");
        return folder;
    }
}
