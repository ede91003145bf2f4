using Microsoft.AspNetCore.Routing;

namespace Maas.Api.Requests;

/// <summary>The values of the parameters in a request's path.</summary>
internal sealed class RequestPath(RouteValueDictionary values)
{
    /// <summary>The value of a parameter of the route.</summary>
    public string this[string name] => Find(name) ?? throw new KeyNotFoundException($"The route has no parameter '{name}'.");

    /// <summary>
    /// The value of a parameter; null when the route has none of this name. <c>%2F</c>, the one escape that servers leave in a path, is a
    /// slash within its segment (<c>subnets/10.0.0.0%2F24/</c>). In the value of several segments a trailing slash makes no difference.
    /// </summary>
    public string? Find(string name) =>
        values.TryGetValue(name, out var value) && value is string text ? Decode(text) : null;

    internal static string Decode(string text) => text.TrimEnd('/').Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
}
