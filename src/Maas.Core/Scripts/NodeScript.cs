using System.Text.Json.Serialization;
using Maas.Core.Records;

namespace Maas.Core.Scripts;

/// <summary>A script for machines: one of the built-in ones, or one that an administrator added.</summary>
public sealed record NodeScript : StoredRecord
{
    /// <summary>Its name; unique.</summary>
    public required string Name { get; init; }

    /// <summary>Title, for people.</summary>
    public string Title { get; init; } = "";

    /// <summary>Description.</summary>
    public string Description { get; init; } = "";

    /// <summary>Tags, by which groups of scripts are chosen.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>When it is run.</summary>
    public NodeScriptType Type { get; init; }

    /// <summary>Which part of a machine it is about.</summary>
    public ScriptHardwareType HardwareType { get; init; }

    /// <summary>Which scripts may run at the same time.</summary>
    public ScriptParallelism Parallel { get; init; }

    /// <summary>How long it may run, in seconds; 0 for no limit.</summary>
    public long TimeoutSeconds { get; init; }

    /// <summary>Whether it overwrites disks.</summary>
    public bool Destructive { get; init; }

    /// <summary>Hardware on which it runs by itself: <c>modalias:</c>, <c>pci:</c>, <c>usb:</c> …</summary>
    public IReadOnlyList<string> ForHardware { get; init; } = [];

    /// <summary>Whether it may reboot the machine.</summary>
    public bool MayReboot { get; init; }

    /// <summary>Whether the built-in scripts are run again after it.</summary>
    public bool Recommission { get; init; }

    /// <summary>Whether the machine's configured network is set up for it.</summary>
    public bool ApplyConfiguredNetworking { get; init; }

    /// <summary>The results that it reports: JSON.</summary>
    public string Results { get; init; } = "{}";

    /// <summary>The parameters that it takes: a JSON object.</summary>
    public string Parameters { get; init; } = "{}";

    /// <summary>The packages that it needs: a JSON object.</summary>
    public string Packages { get; init; } = "{}";

    /// <summary>Whether it is built in.</summary>
    [JsonIgnore]
    public bool IsDefault { get; init; }

    /// <summary>A text that is saved together with the record.</summary>
    [JsonIgnore]
    internal NewScriptRevision? NewRevision { get; init; }
}

/// <summary>One of the texts that a script has had.</summary>
public sealed record NodeScriptRevision : StoredRecord
{
    /// <summary>The script.</summary>
    public long ScriptId { get; init; }

    /// <summary>1 upward in the script.</summary>
    public long Number { get; init; }

    /// <summary>What was changed, in words.</summary>
    public string Comment { get; init; } = "";

    /// <summary>When it was saved.</summary>
    public DateTimeOffset Created { get; init; }
}

/// <summary>The text of a revision, apart from it so that a history is read without texts.</summary>
internal sealed record NodeScriptText : StoredRecord
{
    public long ScriptId { get; init; }

    public long Number { get; init; }

    public ReadOnlyMemory<byte> Body { get; init; }
}

/// <summary>A revision to save, and those that it displaces.</summary>
internal sealed record NewScriptRevision(NodeScriptRevision Revision, ReadOnlyMemory<byte> Body, IReadOnlyList<RecordChange> Displaced);

/// <summary>When a script is run. The numbers are MAAS's.</summary>
public enum NodeScriptType
{
    /// <summary>When a machine is commissioned.</summary>
    Commissioning = 0,

    /// <summary>When a machine is tested.</summary>
    Testing = 2,

    /// <summary>When a machine is released.</summary>
    Release = 3,

    /// <summary>When a machine is deployed.</summary>
    Deployment = 4,
}

/// <summary>The part of a machine that a script is about. The numbers are MAAS's.</summary>
public enum ScriptHardwareType
{
    /// <summary>The whole machine.</summary>
    Node = 0,

    /// <summary>Processors.</summary>
    Cpu = 1,

    /// <summary>Memory.</summary>
    Memory = 2,

    /// <summary>Disks.</summary>
    Storage = 3,

    /// <summary>Network interfaces.</summary>
    Network = 4,

    /// <summary>Graphics processors.</summary>
    Gpu = 5,
}

/// <summary>Which scripts may run at the same time. The numbers are MAAS's.</summary>
public enum ScriptParallelism
{
    /// <summary>None.</summary>
    Disabled = 0,

    /// <summary>The same script with other parameters.</summary>
    Instance = 1,

    /// <summary>Any.</summary>
    Any = 2,
}
