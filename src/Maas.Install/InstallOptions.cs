namespace Maas.Install;

/// <summary>What applies to all recipes.</summary>
public sealed class InstallOptions
{
    /// <summary>
    /// Whether installers fetch packages through this server, where a recipe names no proxy and its mirror is an http address. The host
    /// sets it when it serves packages. Default false.
    /// </summary>
    public bool ServerIsProxy { get; set; }

    /// <summary>The proxy for packages of a recipe; <see langword="null"/> for none.</summary>
    internal Uri? ProxyOf(Recipes.InstallRecipe recipe, Uri server) =>
        recipe.Proxy is { } proxy ? proxy
        : ServerIsProxy && server.Scheme == Uri.UriSchemeHttp && recipe.Mirror?.Scheme == Uri.UriSchemeHttp ? new Uri(server, "/")
        : null;
}
