namespace Maas.Conformance;

/// <summary>How a case ended.</summary>
/// <param name="Case">The case.</param>
/// <param name="Failure">What is wrong; null when it passed.</param>
/// <param name="Elapsed">How long it took.</param>
public sealed record CaseResult(ConformanceCase Case, string? Failure, TimeSpan Elapsed)
{
    /// <summary>Why it could not be tried; null when it was.</summary>
    public string? NotApplicable { get; private init; }

    /// <summary>Runs a case.</summary>
    public static async Task<CaseResult> OfAsync(ConformanceCase @case, Server server)
    {
        var began = TimeProvider.System.GetTimestamp();
        string? failure = null, notApplicable = null;
        try
        {
            await @case.RunAsync(server);
        }
        catch (Exception exception) when (exception is ConformanceException or HttpRequestException or TaskCanceledException)
        {
            failure = exception.Message;
        }
        catch (NotApplicableException exception)
        {
            notApplicable = exception.Message;
        }

        return new(@case, failure, TimeProvider.System.GetElapsedTime(began)) { NotApplicable = notApplicable };
    }
}
