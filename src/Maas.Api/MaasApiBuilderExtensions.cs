using Maas.Api;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the API to a MAAS.</summary>
public static class MaasApiBuilderExtensions
{
    /// <summary>Adds the HTTP API and the metadata service, as <c>AddMaasApi</c> does. <c>app.MapMaas()</c> maps them.</summary>
    /// <param name="builder">The MAAS.</param>
    /// <param name="configure">Sets the limits; <see langword="null"/> leaves the defaults.</param>
    public static IMaasBuilder AddApi(this IMaasBuilder builder, Action<MaasApiOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddMaasApi(configure);
        return builder;
    }
}
