namespace Maas.Judges;

/// <summary>
/// The checkout that the tests were built from, found at run time: a deterministic build maps the paths that compilers record.
/// </summary>
public static class Repository
{
    /// <summary>The folder of <c>Maas.sln</c>.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary><c>Debug</c> or <c>Release</c>: what this test was built as, and so what is beside it.</summary>
    public static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Parent?.Name ?? "Debug";

    /// <summary>The packages' names.</summary>
    public static IReadOnlyList<string> Packages { get; } = 
    [
        // src/Shared holds source that several packages compile in; it is not a package.
        .. Directory.GetFiles(
            Path.Combine(Root, "src"), "*.csproj", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 })
            .Select(project => Path.GetFileNameWithoutExtension(project)).Order(StringComparer.Ordinal),
    ];

    /// <summary>The full path of a file or folder of the checkout.</summary>
    /// <param name="path">Relative to <see cref="Root"/>, with <c>/</c>.</param>
    public static string PathOf(string path) => Path.Combine(Root, path);

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Maas.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Maas.sln is above no folder of the test.");
        return folder;
    }
}
