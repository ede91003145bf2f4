using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Maas.Architecture.Tests.Documentation;

/// <summary>The summaries of an assembly's public members, as Markdown.</summary>
internal static partial class XmlDocumentation
{
    private static readonly Dictionary<string, XElement> Members = Directory.EnumerateFiles(AppContext.BaseDirectory, "Maas.*.xml")
        .SelectMany(file => XDocument.Load(file).Descendants("member"))
        .GroupBy(member => (string)member.Attribute("name")!) // the compiler writes a name for each
        .ToDictionary(group => group.Key, group => group.First());

    /// <summary>What a type is for.</summary>
    public static string Of(Type type) => Summary($"T:{type.FullName?.Replace('+', '.')}");

    /// <summary>What a property is for; that of the overridden or inherited one when it has no text of its own.</summary>
    public static string Of(PropertyInfo property) => Summary($"P:{property.DeclaringType?.FullName?.Replace('+', '.')}.{property.Name}");

    /// <summary>What a field is for, such as a value of an enumeration.</summary>
    public static string Of(FieldInfo field) => Summary($"F:{field.DeclaringType?.FullName?.Replace('+', '.')}.{field.Name}");

    private static string Summary(string name) =>
        Members.TryGetValue(name, out var member) && member.Element("summary") is { } summary
            ? Space().Replace(Render(summary), " ").Trim()
            : "";

    private static string Render(XElement element)
    {
        var text = new StringBuilder();
        foreach (var node in element.Nodes())
            text.Append(node switch
            {
                XText words => words.Value,
                XElement { Name.LocalName: "see" } see when see.Attribute("langword") is { } word => $"`{word.Value}`",
                XElement { Name.LocalName: "see" } see when see.Attribute("cref") is { } target => $"`{ShortName(target.Value)}`",
                XElement { Name.LocalName: "paramref" } parameter => $"`{parameter.Attribute("name")?.Value}`",
                XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
                XElement other => Render(other) + " ",
                _ => "",
            });
        return text.ToString();
    }

    // P:Maas.Boot.BootServerOptions.Interface is BootServerOptions.Interface.
    private static string ShortName(string reference)
    {
        var name = reference[2..].Split('(')[0];
        var parts = name.Split('.');
        return reference[0] == 'T' || parts.Length == 1 ? parts[^1] : $"{parts[^2]}.{parts[^1]}";
    }

    [GeneratedRegex(@"\s+", RegexOptions.None, 60_000)]
    private static partial Regex Space();
}
