using System.Text;
using Maas.Core.Nodes;
using Maas.Core.Scripts;

namespace Maas.Core.Diagnosis;

/// <summary>A script that failed in a machine's present operation, or in the one that failed.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it was run for.</param>
/// <param name="Status">How it ended.</param>
/// <param name="ExitStatus">Its exit status; <see langword="null"/> when it has none.</param>
/// <param name="FirstLine">The first line of its output that tells of the failure; empty when it printed nothing.</param>
public sealed record ScriptFailure(string Name, ScriptKind Kind, ScriptStatus Status, int? ExitStatus, string FirstLine)
{
    private const int MostRead = 64 * 1024;

    // The words with which programs begin the line of a failure.
    private static readonly string[] Markers =
        ["error", "fail", "cannot", "could not", "fatal", "traceback", "not found", "no such", "denied", "timed out", "wrong"];

    private static readonly ScriptStatus[] Failed =
    [
        ScriptStatus.Failed, ScriptStatus.TimedOut, ScriptStatus.FailedInstalling, ScriptStatus.FailedApplyingNetwork,
    ];

    /// <summary>What became of it, as a part of a sentence.</summary>
    internal string Words => Status switch
    {
        ScriptStatus.TimedOut => $"{Name} was ended after its time limit",
        ScriptStatus.FailedInstalling => $"{Name} could not install the packages that it needs",
        ScriptStatus.FailedApplyingNetwork => $"{Name} could not apply the network configuration that it needs",
        _ => $"{Name} failed{(ExitStatus is { } code and not 0 ? $" with exit status {code}" : "")}",
    } + (FirstLine.Length > 0 ? $": {FirstLine.TrimEnd('.')}" : " and printed nothing");

    /// <summary>The failed scripts of a machine's operation that no administrator has suppressed, in their order; at most three.</summary>
    internal static async Task<IReadOnlyList<ScriptFailure>> ListAsync(
        IScriptResultStore store, Machine machine, CancellationToken cancellationToken)
    {
        if (machine.OperationId is not { } operation) return [];
        var results = await store.ListAsync(machine.Id, cancellationToken).ConfigureAwait(false);
        List<ScriptFailure> failures = [];
        foreach (var result in results.Reverse()
            .Where(result => result.OperationId == operation && !result.Suppressed && Failed.Contains(result.Status)).Take(3))
        {
            var output = await store.GetOutputAsync(result.Id, cancellationToken).ConfigureAwait(false);
            failures.Add(new ScriptFailure(result.Name, result.Kind, result.Status, result.ExitStatus, FirstLineOf(output)));
        }

        return failures;
    }

    // The first line of the error stream; without one, the first line with a word of a failure, or the last line.
    private static string FirstLineOf(ScriptOutput? output)
    {
        if (output is null) return "";
        if (LinesOf(output.StandardError.Span) is [var first, ..]) return first;
        var lines = LinesOf(output.StandardOutput.Length > 0 ? output.StandardOutput.Span : output.Combined.Span);
        return lines.FirstOrDefault(line => Markers.Any(marker => line.Contains(marker, StringComparison.OrdinalIgnoreCase)))
            ?? (lines.Count > 0 ? lines[^1] : "");
    }

    private static List<string> LinesOf(ReadOnlySpan<byte> printed) =>
    [
        .. Encoding.UTF8.GetString(printed[..Math.Min(printed.Length, MostRead)])
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => LogText.From(line, 200)),
    ];
}
