namespace Maas.Client.Networks;

/// <summary>How full a subnet is.</summary>
public sealed record MaasSubnetStatistics
{
    /// <summary>Addresses that are free.</summary>
    public double NumAvailable { get; init; }

    /// <summary>The longest run of free addresses.</summary>
    public double LargestAvailable { get; init; }

    /// <summary>Addresses that are in use or reserved.</summary>
    public double NumUnavailable { get; init; }

    /// <summary>All addresses.</summary>
    public double TotalAddresses { get; init; }

    /// <summary>The part in use, from 0 to 1.</summary>
    public double Usage { get; init; }

    /// <summary>The same as text.</summary>
    public string UsageString { get => field ?? ""; init; }

    /// <summary>The first address.</summary>
    public string FirstAddress { get => field ?? ""; init; }

    /// <summary>The last address.</summary>
    public string LastAddress { get => field ?? ""; init; }

    /// <summary>4 or 6.</summary>
    public int IpVersion { get; init; }
}
