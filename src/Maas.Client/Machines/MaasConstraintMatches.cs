namespace Maas.Client.Machines;

/// <summary>What answers the labels of an allocation's constraints.</summary>
public sealed record MaasConstraintMatches
{
    /// <summary>By label: numbers of disks, and <c>partition:NUMBER</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Storage
    {
        get => field ?? new Dictionary<string, IReadOnlyList<string>>();
        init;
    }

    /// <summary>By label: numbers of interfaces.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Interfaces
    {
        get => field ?? new Dictionary<string, IReadOnlyList<string>>();
        init;
    }
}
