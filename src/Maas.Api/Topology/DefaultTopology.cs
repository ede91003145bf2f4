using Maas.Api.Requests;

namespace Maas.Api.Topology;

/// <summary>
/// The zones, pools and domains there are: one of each, called <c>default</c>, <c>default</c> and <c>maas</c>, as in an unconfigured MAAS.
/// Clients list them first, so they are listed although there is only one of each.
/// </summary>
internal static class DefaultTopology
{
    public const string Default = "default";

    /// <summary>The zone in a form; another than the one there is, is an error.</summary>
    public static string? Zone(FormReader form) => Known(form, "zone");

    /// <summary>The resource pool in a form; another than the one there is, is an error.</summary>
    public static string? Pool(FormReader form) => Known(form, "pool");

    /// <summary>The places that any of the fields name; one that there is not is an error of the field. Empty values ask nothing.</summary>
    public static IReadOnlyList<string> Named(FormReader form, string kind, params ReadOnlySpan<string> fields)
    {
        List<string> names = [];
        foreach (var field in fields)
        {
            foreach (var name in form.Form.All(field))
            {
                if (name.Length == 0) continue;
                if (name != Default) form.Refuse(field, $"No such {kind}: '{LogText.From(name, 64)}'.");
                names.Add(name);
            }
        }

        return names;
    }

    private static string? Known(FormReader form, string name)
    {
        if (form.Optional(name) is { } value && value != Default) form.Refuse(name, $"No such {name}: '{LogText.From(value, 64)}'.");
        return form.Optional(name);
    }
}
