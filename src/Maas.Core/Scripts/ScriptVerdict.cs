namespace Maas.Core.Scripts;

/// <summary>What a machine's "all done" is worth. Pure.</summary>
internal static class ScriptVerdict
{
    /// <summary>
    /// Names of scripts that failed, or were left out by a machine that ran others. A machine that ran none at all does not
    /// know scripts (clients of 2012 only signal OK), and is believed.
    /// </summary>
    public static IReadOnlyList<string> Failures(IReadOnlyList<ScriptResult> operation)
    {
        var ranAny = operation.Any(result => result.Status is not ScriptStatus.Pending);
        return [.. operation.Where(result => HasFailed(result.Status) || (ranAny && ScriptResult.Unfinished.Contains(result.Status)))
            .Select(result => result.Name)];
    }

    /// <summary>Whether every commissioning script passed, so that what failed is a test.</summary>
    public static bool OnlyTestsFailed(IReadOnlyList<ScriptResult> operation)
    {
        var commissioning = operation.Where(result => result.Kind == ScriptKind.Commissioning).ToList();
        return commissioning.TrueForAll(result => result.Status is ScriptStatus.Passed or ScriptStatus.Degraded or ScriptStatus.Skipped)
            && operation.Any(result => result.Kind == ScriptKind.Testing && HasFailed(result.Status));
    }

    private static bool HasFailed(ScriptStatus status) => status
        is ScriptStatus.Failed or ScriptStatus.TimedOut or ScriptStatus.FailedInstalling or ScriptStatus.FailedApplyingNetwork;
}
