using Maas.Power.Control;

namespace Maas.Power.Tools;

/// <summary>Runs a program with a time limit; what keeps it from running has a name.</summary>
internal static class ToolRunnerExtensions
{
    /// <exception cref="PowerFailureException">The program is not installed, or did not end in time.</exception>
    public static async Task<ToolOutcome.Exited> RunWithinAsync(
        this IToolRunner tools, ToolRequest request, TimeSpan longest, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(longest, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var outcome = await tools.RunAsync(request, either.Token).ConfigureAwait(false);
            return outcome is ToolOutcome.NotStarted missing
                ? throw new PowerFailureException(
                    PowerFailure.ToolMissing,
                    $"The program '{request.Program}' could not be started ({missing.Reason}). {request.Hint}".TrimEnd())
                : (ToolOutcome.Exited)outcome;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PowerFailureException(
                PowerFailure.TimedOut, $"The program '{request.Program}' did not end within {longest.TotalSeconds:0} s.");
        }
    }
}
