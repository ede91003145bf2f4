namespace Maas;

/// <summary>
/// How packages tell <c>app.MapMaas()</c> what it maps: each registers a
/// <c>Func&lt;IEndpointRouteBuilder, string, IEndpointConventionBuilder&gt;</c> under this key, which gets the application and the prefix.
/// </summary>
internal static class EndpointMap
{
    /// <summary>The key of the service.</summary>
    public const string Key = "Maas.Endpoints";
}
