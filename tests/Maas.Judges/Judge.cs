using System.Diagnostics;
using Xunit;

namespace Maas.Judges;

/// <summary>
/// An outside program that judges our work (e2fsck, xorriso, dhclient, QEMU …). A test starts a program through this class only.
/// On a laptop a missing judge skips the test with the Debian package that would enable it;
/// with <c>MAAS_TEST_ALL=1</c> (what <c>./test --all</c> and CI set) it fails the test.
/// </summary>
public static class Judge
{
    /// <summary>The gate that every program passes before it starts.</summary>
    /// <remarks>
    /// <c>MAAS_TEST_PATH</c>, if set, replaces <c>PATH</c> and the <c>sbin</c> folders, which a user's <c>PATH</c> lacks.
    /// </remarks>
    public static ProgramGate Gate { get; } = new(
        Variable("MAAS_TEST_PATH") is { Length: > 0 } only
            ? only.Split(':')
            : [.. Variable("PATH").Split(':', StringSplitOptions.RemoveEmptyEntries), "/usr/local/sbin", "/usr/sbin", "/sbin"],
        Variable("MAAS_TEST_ALL") == "1",
        GateLog.OfProcess is { } log ? log.Add : null);

    /// <summary>Whether a missing judge is a failure.</summary>
    public static bool AllRequired => Gate.IsEverythingRequired;

    /// <summary>The full path of <paramref name="program"/>, or a skip that names its package.</summary>
    public static string Require(string program) => Gate.Require(program);

    /// <summary>The full path of <paramref name="program"/>, or a skip that names <paramref name="debianPackage"/>.</summary>
    public static string Require(string program, string debianPackage) => Gate.Require(program, debianPackage);

    /// <summary>Skips unless every one of the programs is installed. A property test calls this before its sample.</summary>
    public static void RequireAll(params string[] programs) => Gate.Require(programs);

    /// <summary>The path of an existing file (firmware, keyring …), or a skip that names the package it comes from.</summary>
    public static string RequireFile(string path, string debianPackage) => Gate.RequireFile(path, debianPackage);

    /// <summary>Skips unless the test runs as root (network namespaces, mounts, ports below 1024).</summary>
    public static void RequireRoot() => Gate.RequireRoot();

    /// <summary>
    /// Skips unless <c>./test --long</c> runs. Such a test has the trait <c>Category=Long</c>: without <c>--long</c>, <c>./test</c> neither
    /// runs nor counts it.
    /// </summary>
    public static void RequireLong() => Assert.SkipUnless(Variable("MAAS_TEST_LONG") == "1", "runs in ./test --long only");

    /// <summary>
    /// Runs a judge and returns what it printed, whatever its exit code; first, all its command line's programs pass the gate.
    /// </summary>
    /// <param name="program">Its name in <see cref="ProgramTable"/>, or the path of a program.</param>
    /// <param name="arguments">Its arguments. The script of <c>sh -c</c> is read, and its programs pass the gate too.</param>
    /// <param name="standardInput">What it reads.</param>
    /// <param name="cancellationToken">Kills it.</param>
    public static async Task<Verdict> RunAsync(
        string program, IEnumerable<string> arguments, string? standardInput = null, CancellationToken cancellationToken = default)
    {
        using var process = Start(program, arguments);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            if (standardInput is not null) await process.StandardInput.WriteAsync(standardInput.AsMemory(), cancellationToken);
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellationToken);
            return new Verdict(process.ExitCode, await output, await error);
        }
        catch
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>
    /// Starts a program beside the test, its input and output redirected; first, all its command line's programs pass the gate.
    /// </summary>
    /// <param name="program">Its name in <see cref="ProgramTable"/>, or the path of a program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="folder">The folder it runs in; null is the test's.</param>
    public static Process Start(string program, IEnumerable<string> arguments, string? folder = null)
    {
        string[] words = [.. arguments];
        var start = new ProcessStartInfo(Gate.RequireCommand(program, words), words)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder ?? "",
        };
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["PATH"] = Gate.SearchPath;
        return Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
    }

    private static string Variable(string name) => Environment.GetEnvironmentVariable(name) ?? "";
}
