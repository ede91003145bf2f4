namespace Maas.Client.Machines;

/// <summary>A request of a machine that boots, and its answer.</summary>
public sealed record MaasBootRequest
{
    /// <summary>The request, such as a DHCP DISCOVER of a firmware.</summary>
    public string Request { get => field ?? ""; init; }

    /// <summary>What it would receive; null for no answer.</summary>
    public string? Answer { get; init; }

    /// <summary>The rule that decides.</summary>
    public string Rule { get => field ?? ""; init; }
}
