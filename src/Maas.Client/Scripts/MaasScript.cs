namespace Maas.Client.Scripts;

/// <summary>A commissioning, testing or other script.</summary>
public sealed record MaasScript
{
    /// <summary>Its number.</summary>
    public long Id { get; init; }

    /// <summary>Its name, which identifies it.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary>Its title.</summary>
    public string Title { get => field ?? ""; init; }

    /// <summary>Free text.</summary>
    public string Description { get => field ?? ""; init; }

    /// <summary>0 commissioning, 2 testing, 3 release, 4 deployment.</summary>
    public int Type { get; init; }

    /// <summary>The same as text.</summary>
    public string TypeName { get => field ?? ""; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyList<string> Tags { get => field ?? []; init; }

    /// <summary>How long it may run.</summary>
    public string Timeout { get => field ?? ""; init; }

    /// <summary>Whether it overwrites disks.</summary>
    public bool Destructive { get; init; }

    /// <summary>Whether the server brought it.</summary>
    public bool Default { get; init; }

    /// <summary>The path of the object on the server.</summary>
    public string ResourceUri { get => field ?? ""; init; }
}
