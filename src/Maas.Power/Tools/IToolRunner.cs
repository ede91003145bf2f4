namespace Maas.Power.Tools;

/// <summary>Runs an outside program to its end: the seam between a driver's rules and the operating system.</summary>
internal interface IToolRunner
{
    /// <summary>Runs the program; cancelling kills it.</summary>
    Task<ToolOutcome> RunAsync(ToolRequest request, CancellationToken cancellationToken);
}

/// <summary>A program to run.</summary>
/// <param name="Program">Its name, looked for in <c>PATH</c>, or its path.</param>
/// <param name="Arguments">Its arguments, which every user of the host can read: never a secret.</param>
/// <param name="Environment">Its whole environment, apart from <c>PATH</c>: nothing else of ours is handed on.</param>
internal sealed record ToolRequest(string Program, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>How the program is installed, as a sentence; empty when that is not known.</summary>
    public string Hint { get; init; } = "";

    /// <summary>The command line; the environment, where the secrets are, is left out.</summary>
    public override string ToString() => $"{Program} {string.Join(' ', Arguments)}";
}

/// <summary>How a program ended.</summary>
internal abstract record ToolOutcome
{
    private ToolOutcome() { }

    /// <summary>It ran and ended.</summary>
    /// <param name="Code">The exit code.</param>
    /// <param name="Output">The beginning of standard output.</param>
    /// <param name="Error">The beginning of standard error.</param>
    public sealed record Exited(int Code, string Output, string Error) : ToolOutcome;

    /// <summary>It could not be started.</summary>
    public sealed record NotStarted(string Reason) : ToolOutcome;
}
