namespace Maas.Client.Events;

/// <summary>A page of events.</summary>
public sealed record MaasEventPage
{
    /// <summary>How many events the page has.</summary>
    public int Count { get; init; }

    /// <summary>The events, the newest first.</summary>
    public IReadOnlyList<MaasEvent> Events { get => field ?? []; init; }

    /// <summary>The address of the page with newer events; null for none.</summary>
    public string? NextUri { get; init; }

    /// <summary>The address of the page with older events; null for none.</summary>
    public string? PrevUri { get; init; }
}
