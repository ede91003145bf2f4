using Maas.Judges;

namespace Maas.Images.Tests.Trees;

/// <summary>The reference tools that make and judge images.</summary>
public static class Tools
{
    /// <summary>Runs a tool, which must succeed; the test is skipped where a program of its command line is not installed.</summary>
    public static async Task<string> RunAsync(string program, params IEnumerable<string> arguments) =>
        (await Judge.RunAsync(program, arguments, cancellationToken: TestContext.Current.CancellationToken)).Approved().Output;

    /// <summary>Runs a shell line in a folder; the test is skipped where a program of the line is not installed.</summary>
    public static Task<string> ShellAsync(string folder, string line) => RunAsync("sh", "-c", $"cd '{folder}' && {line}");
}
