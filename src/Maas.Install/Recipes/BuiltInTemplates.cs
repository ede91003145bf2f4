using System.Reflection;

namespace Maas.Install.Recipes;

/// <summary>The templates that the package brings.</summary>
public static class BuiltInTemplates
{
    /// <summary>Texts by name, such as <c>debian/preseed</c>.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = Read();

    private static Dictionary<string, string> Read()
    {
        var assembly = typeof(BuiltInTemplates).Assembly;
        return assembly.GetManifestResourceNames().ToDictionary(name => name, name => Read(assembly, name), StringComparer.Ordinal);
    }

    private static string Read(Assembly assembly, string name)
    {
        using var text = new StreamReader(assembly.GetManifestResourceStream(name)!); // it is one of the assembly's own names
        return text.ReadToEnd();
    }
}
