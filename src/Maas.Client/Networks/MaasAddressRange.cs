namespace Maas.Client.Networks;

/// <summary>Addresses that follow each other.</summary>
public sealed record MaasAddressRange
{
    /// <summary>The first.</summary>
    public string Start { get => field ?? ""; init; }

    /// <summary>The last.</summary>
    public string End { get => field ?? ""; init; }

    /// <summary>How many there are; an IPv6 range may have more than a long holds.</summary>
    public double NumAddresses { get; init; }

    /// <summary>What they are used for; empty for free ones.</summary>
    public IReadOnlyList<string> Purpose { get => field ?? []; init; }
}
