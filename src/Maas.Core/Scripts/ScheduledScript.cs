using System.Text.Json;
using Maas.Core.Inventory;

namespace Maas.Core.Scripts;

/// <summary>
/// What a script was when its run was scheduled, and the values of its parameters. Later changes of the script do not matter.
/// </summary>
public sealed record ScheduledScript
{
    /// <summary>A script of which nothing is known but its name: results of earlier versions have it.</summary>
    public static ScheduledScript Unknown { get; } = new();

    /// <summary>Id of a script that an administrator added; 0 for others.</summary>
    public long ScriptId { get; init; }

    /// <summary>Id of the revision of its text; 0 for scripts that no administrator added.</summary>
    public long RevisionId { get; init; }

    /// <summary>Whether it is built in, or registered by the application.</summary>
    public bool IsDefault { get; init; }

    /// <summary>Which part of a machine it is about.</summary>
    public ScriptHardwareType HardwareType { get; init; }

    /// <summary>Which scripts may run at the same time.</summary>
    public ScriptParallelism Parallel { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Hardware of which some must be there, else the script is skipped; empty for any.</summary>
    public IReadOnlyList<string> ForHardware { get; init; } = [];

    /// <summary>The packages that it needs: a JSON object.</summary>
    public string Packages { get; init; } = "{}";

    /// <summary>Whether it may reboot the machine.</summary>
    public bool MayReboot { get; init; }

    /// <summary>Whether the machine's configured network is set up for it.</summary>
    public bool ApplyConfiguredNetworking { get; init; }

    /// <summary>Its parameters with their values, in their order.</summary>
    public IReadOnlyList<ScriptArgument> Arguments { get; init; } = [];

    /// <summary>How long it is to work, in seconds, by a parameter; <see langword="null"/> for its time limit.</summary>
    public long? RunTimeSeconds { get; init; }

    /// <summary>Whether it waits for the inventory, which tells the disks or interfaces that it runs on.</summary>
    public bool IsDeferred => Arguments.Any(argument => argument.IsUnresolved);

    /// <summary>The record as JSON, for stores.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, NodeScriptJson.Default.ScheduledScript);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <param name="json">The JSON.</param>
    public static ScheduledScript FromJson(string json) =>
        JsonSerializer.Deserialize(json, NodeScriptJson.Default.ScheduledScript) ?? Unknown;
}

/// <summary>A parameter of a script with its value: a text, a disk or an interface.</summary>
public sealed record ScriptArgument
{
    /// <summary>The parameter's name.</summary>
    public required string Name { get; init; }

    /// <summary>The parameter's type: <c>storage</c>, <c>interface</c>, <c>runtime</c>, <c>url</c>, <c>string</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The arguments that the script gets; blanks separate them, and words in braces are replaced.</summary>
    public required string Format { get; init; }

    /// <summary>The text, or what the user named disks or interfaces by.</summary>
    public string Value { get; init; } = "";

    /// <summary>The disk; <see langword="null"/> for other parameters, and before the inventory.</summary>
    public Disk? Disk { get; init; }

    /// <summary>The interface; <see langword="null"/> for other parameters, and before the inventory.</summary>
    public NetworkInterface? Interface { get; init; }

    /// <summary>Whether it means disks or interfaces that the inventory has yet to list.</summary>
    internal bool IsUnresolved => Type switch
    {
        "storage" => Disk is null,
        "interface" => Interface is null,
        _ => false,
    };
}
