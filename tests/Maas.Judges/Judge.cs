using System.Diagnostics;
using Xunit;

namespace Maas.Judges;

/// <summary>
/// An outside program that judges our work (e2fsck, xorriso, dhclient, QEMU …).
/// On a laptop a missing judge skips the test with the Debian package that would enable it;
/// with <c>MAAS_TEST_ALL=1</c> (what <c>./test --all</c> and CI set) it fails the test.
/// </summary>
public static class Judge
{
    /// <summary>Whether a missing judge is a failure.</summary>
    public static bool AllRequired => Environment.GetEnvironmentVariable("MAAS_TEST_ALL") == "1";

    /// <summary>The full path of <paramref name="program"/>, or a skip that names <paramref name="debianPackage"/>.</summary>
    public static string Require(string program, string debianPackage)
    {
        if (Find(program) is { } path) return path;
        SkipOrFail($"{program} is not installed: apt-get install {debianPackage}");
        return program;
    }

    /// <summary>The path of an existing file (firmware, keyring …), or a skip that names the package it comes from.</summary>
    public static string RequireFile(string path, string debianPackage)
    {
        if (!File.Exists(path)) SkipOrFail($"{path} is missing: apt-get install {debianPackage}");
        return path;
    }

    /// <summary>Skips unless the test runs as root (network namespaces, mounts, ports below 1024).</summary>
    public static void RequireRoot()
    {
        if (!Environment.IsPrivilegedProcess) SkipOrFail("needs root: sudo ./test");
    }

    /// <summary>Runs a judge and returns what it printed; never throws on a non-zero exit code.</summary>
    public static async Task<Verdict> RunAsync(string program, IEnumerable<string> arguments, string? standardInput = null, CancellationToken cancellationToken = default)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["LC_ALL"] = "C.UTF-8";

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
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

    private static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(["/usr/sbin", "/sbin", "/usr/local/sbin"])
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);

    private static void SkipOrFail(string reason)
    {
        if (AllRequired) Assert.Fail(reason);
        Assert.Skip(reason);
    }
}

/// <summary>What a judge said.</summary>
/// <param name="ExitCode">0 is approval for every judge we use.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
public sealed record Verdict(int ExitCode, string Output, string Error)
{
    /// <summary>Fails the test unless the judge exited with 0, showing what it printed.</summary>
    public Verdict Approved()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}\n{Output}\n{Error}");
        return this;
    }
}
