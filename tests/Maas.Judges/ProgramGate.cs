using Xunit;

namespace Maas.Judges;

/// <summary>
/// Decides whether a test may start a program. A missing program skips the test and names its Debian package; where everything is
/// required, it fails the test. A program that <see cref="ProgramTable"/> does not list fails the test everywhere.
/// </summary>
/// <param name="folders">The folders that are searched for programs.</param>
/// <param name="isEverythingRequired">Whether a missing program is a failure.</param>
/// <param name="onCheck">Called before each check, whatever its result.</param>
public sealed class ProgramGate(IReadOnlyList<string> folders, bool isEverythingRequired, Action? onCheck = null)
{
    private static readonly string[] SystemFolders = ["/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/", "/usr/local/bin/", "/usr/local/sbin/"];

    /// <summary>Whether a missing program is a failure.</summary>
    public bool IsEverythingRequired => isEverythingRequired;

    /// <summary>The folders that are searched for programs, as the value of <c>PATH</c>.</summary>
    public string SearchPath => string.Join(':', folders);

    /// <summary>Checks every program of a command line before it starts, those inside a shell's script included.</summary>
    /// <returns>The full path of the first program.</returns>
    public string RequireCommand(string program, params IEnumerable<string> arguments)
    {
        Require(CommandLine.ProgramsOf([program, .. arguments]));
        return program.Contains('/') ? program : Find(program) ?? program;
    }

    /// <summary>Checks every program of a shell script.</summary>
    public void RequireScript(string script) => Require(CommandLine.ProgramsOf(script));

    /// <summary>Checks programs, each a name or a path. A path outside the system's folders is a program of the test, and passes.</summary>
    public void Require(IEnumerable<string> programs)
    {
        onCheck?.Invoke();
        var names = programs.Where(IsOfSystem).Distinct(StringComparer.Ordinal).ToList();
        foreach (var program in names) PackageOf(program);
        var missing = names.Where(program => program.StartsWith('/') ? !File.Exists(program) : Find(program) is null).ToList();
        if (missing.Count > 0)
        {
            var packages = missing.Select(PackageOf).Distinct(StringComparer.Ordinal);
            var verb = missing.Count == 1 ? "is" : "are";
            SkipOrFail($"{string.Join(", ", missing)} {verb} not installed: apt-get install {string.Join(' ', packages)}");
        }

        var forRoot = names.Find(program => ProgramTable.RootPrograms.Contains(Path.GetFileName(program)));
        if (forRoot is not null) RequireRoot($"{forRoot} needs root");
    }

    /// <summary>The full path of a program.</summary>
    /// <param name="program">Its name.</param>
    /// <param name="debianPackage">The package that the caller expects, which must be the table's; null takes the table's.</param>
    public string Require(string program, string? debianPackage = null)
    {
        onCheck?.Invoke();
        var package = PackageOf(program);
        if (debianPackage is not null && debianPackage != package)
            Assert.Fail($"The test expects {program} in the package {debianPackage}, tests/Maas.Judges/ProgramTable.cs in {package}.");
        if (Find(program) is { } path) return path;
        SkipOrFail($"{program} is not installed: apt-get install {package}");
        return program;
    }

    /// <summary>The path of an existing file.</summary>
    public string RequireFile(string path, string debianPackage)
    {
        onCheck?.Invoke();
        if (!File.Exists(path)) SkipOrFail($"{path} is missing: apt-get install {debianPackage}");
        return path;
    }

    /// <summary>Skips unless the test runs as root.</summary>
    public void RequireRoot(string reason = "needs root")
    {
        onCheck?.Invoke();
        if (!Environment.IsPrivilegedProcess) SkipOrFail($"{reason}: sudo ./test");
    }

    private static bool IsOfSystem(string program) =>
        Path.GetFileName(program) != "dotnet" &&
        (!program.Contains('/') || SystemFolders.Any(folder => program == folder + Path.GetFileName(program)));

    private static string PackageOf(string program)
    {
        if (ProgramTable.Packages.TryGetValue(Path.GetFileName(program), out var package)) return package;
        Assert.Fail(
            $"The table of programs lacks {program}: add it to tests/Maas.Judges/ProgramTable.cs, and its package to eng/ci-packages.txt.");
        return "";
    }

    private string? Find(string program) => folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private void SkipOrFail(string reason)
    {
        if (isEverythingRequired) Assert.Fail(reason);
        Assert.Skip(reason);
    }
}
