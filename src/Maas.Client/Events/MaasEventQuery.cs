namespace Maas.Client.Events;

/// <summary>Which events. Everything that is set must fit.</summary>
public sealed record MaasEventQuery : IMaasFields
{
    /// <summary>Of these machines, by system id.</summary>
    public IReadOnlyList<string>? SystemIds { get; init; }

    /// <summary>Of these machines, by name.</summary>
    public IReadOnlyList<string>? Hostnames { get; init; }

    /// <summary>Of the machines with these hardware addresses.</summary>
    public IReadOnlyList<string>? MacAddresses { get; init; }

    /// <summary>Of machines in this zone.</summary>
    public string? Zone { get; init; }

    /// <summary>The lowest level; INFO by default. AUDIT is that level alone.</summary>
    public string? Level { get; init; }

    /// <summary>The size of a page, up to 1000; 100 by default.</summary>
    public int? Limit { get; init; }

    /// <summary>Older than this event.</summary>
    public long? Before { get; init; }

    /// <summary>Newer than this event. Not together with <see cref="Before"/>.</summary>
    public long? After { get; init; }

    /// <inheritdoc/>
    public void WriteTo(MaasForm form) => form.Add("id", SystemIds).Add("hostname", Hostnames).Add("mac_address", MacAddresses)
        .Add("zone", Zone).Add("level", Level).Add("limit", Limit).Add("before", Before).Add("after", After);
}
