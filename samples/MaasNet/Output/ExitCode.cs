namespace MaasNet.Output;

/// <summary>What a command ends with.</summary>
internal static class ExitCode
{
    public const int Done = 0, Refused = 1, Usage = 2, Unreachable = 3, Cancelled = 130;

    /// <summary>The codes, for the help text.</summary>
    public const string Description = "0 done, 1 refused or failed, 2 wrong usage, 3 the server cannot be reached, 130 cancelled";
}
