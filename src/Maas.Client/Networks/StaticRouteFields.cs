namespace Maas.Client.Networks;

/// <summary>The arguments of a route.</summary>
public sealed record StaticRouteFields : IMaasFields
{
    /// <summary>The number or network of the subnet of the machines.</summary>
    public string? Source { get; init; }

    /// <summary>The number or network of the subnet that the route leads to.</summary>
    public string? Destination { get; init; }

    /// <summary>The router.</summary>
    public string? GatewayIp { get; init; }

    /// <summary>The cost.</summary>
    public long? Metric { get; init; }

    /// <inheritdoc/>
    public void WriteTo(MaasForm form)
    {
        form
            .Add("source", Source)
            .Add("destination", Destination)
            .Add("gateway_ip", GatewayIp)
            .Add("metric", Metric);
    }
}
