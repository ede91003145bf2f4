using System.Globalization;
using System.Reflection;

namespace Maas.Sql;

/// <summary>The numbered scripts that bring a store's schema up to date, each once. They are resources of the store's assembly.</summary>
internal sealed class SchemaScripts
{
    private readonly Assembly _assembly;
    private readonly List<(int Number, string Resource)> _all;

    /// <summary>Finds the scripts.</summary>
    /// <param name="assembly">The store's assembly.</param>
    /// <param name="prefix">What precedes the four digits of a script's number in the name of its resource.</param>
    public SchemaScripts(Assembly assembly, string prefix)
    {
        _assembly = assembly;
        _all =
        [
            .. assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(name => (int.Parse(name.AsSpan(prefix.Length, 4), CultureInfo.InvariantCulture), name)),
        ];
    }

    /// <summary>The number of the newest script.</summary>
    public int Newest => _all[^1].Number;

    /// <summary>The texts of the scripts after a number.</summary>
    /// <param name="after">The last script that the store has had.</param>
    /// <param name="upTo">The last script to run.</param>
    public IReadOnlyList<string> Read(long after, int upTo) =>
        [.. _all.Where(script => script.Number > after && script.Number <= upTo).Select(script => Read(script.Resource))];

    private string Read(string resource)
    {
        using var content = _assembly.GetManifestResourceStream(resource) ?? throw new InvalidOperationException($"{resource} is missing.");
        using var reader = new StreamReader(content);
        return reader.ReadToEnd();
    }
}
