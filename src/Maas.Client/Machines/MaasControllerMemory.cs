namespace Maas.Client.Machines;

/// <summary>A memory module.</summary>
public sealed record MaasControllerMemory
{
    /// <summary>Its slot.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary>MiB.</summary>
    public long Memory { get; init; }

    /// <summary>Type, such as DDR4.</summary>
    public string? Type { get; init; }

    /// <summary>Serial number.</summary>
    public string? Serial { get; init; }
}
