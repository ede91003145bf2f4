namespace Maas.Core.Scripts;

/// <summary>Which scripts a machine shall run, and the values that the user gave to their parameters.</summary>
public sealed record ScriptRequest
{
    /// <summary>The kinds of scripts, in the order in which they run, each with names, ids or tags.</summary>
    public required IReadOnlyList<ScriptSelection> Selections { get; init; }

    /// <summary>
    /// Values by parameter, for every script that has it, and by <c>SCRIPT_PARAMETER</c> for one script.
    /// </summary>
    public IReadOnlyDictionary<string, string> Values { get; init; } = new Dictionary<string, string>();
}

/// <summary>Scripts of a kind.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Words">
/// Names, ids or tags; empty for none. A script that overwrites disks is not chosen by a tag but <c>destructive</c>.
/// <see langword="null"/> for the usual ones: tests with the tag <c>commissioning</c>; commissioning and deployment scripts without the
/// tag <c>noauto</c>, of the latter those that overwrite no disks; no release scripts. Commissioning always takes the inventory.
/// </param>
public sealed record ScriptSelection(ScriptKind Kind, IReadOnlyList<string>? Words);

/// <summary>What came of a <see cref="ScriptRequest"/>.</summary>
/// <param name="Runs">The runs, in their order.</param>
/// <param name="Errors">What is wrong, by field; empty when nothing is.</param>
public sealed record ScriptPlan(IReadOnlyList<PlannedScript> Runs, IReadOnlyList<(string Field, string Reason)> Errors);

/// <summary>A run of a script.</summary>
/// <param name="Kind">What it is run for.</param>
/// <param name="Name">The script's name.</param>
/// <param name="Timeout">How long it may take; zero for no limit.</param>
/// <param name="Destroys">Whether it overwrites disks.</param>
/// <param name="Script">What the script is now, and the values of its parameters.</param>
public sealed record PlannedScript(ScriptKind Kind, string Name, TimeSpan Timeout, bool Destroys, ScheduledScript Script);
