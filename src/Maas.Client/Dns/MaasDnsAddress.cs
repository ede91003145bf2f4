namespace Maas.Client.Dns;

/// <summary>An address of a name.</summary>
public sealed record MaasDnsAddress
{
    /// <summary>Its number.</summary>
    public long Id { get; init; }

    /// <summary>The address; null until there is one.</summary>
    public string? Ip { get; init; }

    /// <summary>How it was allocated.</summary>
    public int AllocType { get; init; }
}
