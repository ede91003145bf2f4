namespace Maas.Client.Machines;

/// <summary>A network interface.</summary>
public sealed record MaasControllerInterface
{
    /// <summary>Its name at the controller.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary>Its hardware address.</summary>
    public string? MacAddress { get; init; }

    /// <summary>Mbit/s.</summary>
    public int? LinkSpeed { get; init; }

    /// <summary>Whether it has a link.</summary>
    public bool? LinkConnected { get; init; }
}
