namespace Maas.Client.Machines;

/// <summary>Which machines. Everything that is set must fit; of a list, one element.</summary>
public sealed record MaasMachineQuery : IMaasFields
{
    /// <summary>With these system ids.</summary>
    public IReadOnlyList<string>? SystemIds { get; init; }

    /// <summary>With these host names.</summary>
    public IReadOnlyList<string>? Hostnames { get; init; }

    /// <summary>With these hardware addresses.</summary>
    public IReadOnlyList<string>? MacAddresses { get; init; }

    /// <summary>With all of these tags.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>With these status names: <c>ready</c>, <c>deployed</c>, <c>failed_commissioning</c> and so on.</summary>
    public IReadOnlyList<string>? Statuses { get; init; }

    /// <summary>In these zones.</summary>
    public IReadOnlyList<string>? Zones { get; init; }

    /// <summary>In these resource pools.</summary>
    public IReadOnlyList<string>? Pools { get; init; }

    /// <summary>In these DNS domains.</summary>
    public IReadOnlyList<string>? Domains { get; init; }

    /// <summary>Allocated by a client with this name.</summary>
    public string? AgentName { get; init; }

    /// <inheritdoc/>
    public void WriteTo(MaasForm form) => form.Add("id", SystemIds).Add("hostname", Hostnames).Add("mac_address", MacAddresses)
        .Add("tags", Tags).Add("status", Statuses).Add("zone", Zones).Add("pool", Pools).Add("domain", Domains)
        .Add("agent_name", AgentName);
}
