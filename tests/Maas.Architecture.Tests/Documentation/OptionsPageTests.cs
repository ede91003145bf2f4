using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using Maas.Judges;

namespace Maas.Architecture.Tests.Documentation;

/// <summary>docs/reference/options.md is written from the options classes: their properties, defaults, limits and summaries.</summary>
public partial class OptionsPageTests
{
    [Fact]
    public void The_page_shows_every_option()
    {
        var page = new StringBuilder();
        foreach (var package in Repository.Packages)
        {
            var types = Types(package).ToList();
            if (types.Count == 0) continue;
            page.Append(CultureInfo.InvariantCulture, $"\n## {package}\n");
            foreach (var type in types) Append(page, type);
        }

        GeneratedPage.ShouldShow("docs/reference/options.md", "the options classes of the packages", page.Append('\n').ToString());
    }

    private static IEnumerable<Type> Types(string package) =>
        from type in Assembly.Load(package).GetExportedTypes()
        where type is { IsClass: true, IsAbstract: false } && IsOptions().IsMatch(type.Name)
        where type.Namespace?.EndsWith(".Wire", StringComparison.Ordinal) == false // DhcpOptions are a message's
        where Properties(type).Any()
        orderby type.Name.TrimEnd('6'), type.Name
        select type;

    private static IEnumerable<PropertyInfo> Properties(Type type) =>
        type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Where(property => property is { CanRead: true, Name: not "EqualityContract" })
            .Where(property => property.SetMethod?.IsPublic == true || IsList(property.PropertyType));

    private static void Append(StringBuilder page, Type type)
    {
        page.Append(CultureInfo.InvariantCulture, $"\n### {type.Name}\n\n`{type.Namespace}`. {XmlDocumentation.Of(type)}\n\n");
        page.Append("| property | type | default | limits | meaning |\n|---|---|---|---|---|\n");
        var defaults = type.GetConstructor([]) is null ? null : Activator.CreateInstance(type);
        foreach (var property in Properties(type).OrderBy(each => each.MetadataToken).ThenBy(each => each.Name))
            page.Append(
                CultureInfo.InvariantCulture,
                $"| `{property.Name}` | `{Name(property.PropertyType)}` | {Default(property, defaults)} | {Limits(property)} "
                    + $"| {GeneratedPage.Cell(XmlDocumentation.Of(property))} |\n");
    }

    private static string Default(PropertyInfo property, object? defaults)
    {
        if (property.GetCustomAttribute<RequiredMemberAttribute>() is not null) return "required";
        return defaults is null ? "" : property.GetValue(defaults) switch
        {
            null => "none",
            "" => "empty",
            bool value => value ? "`true`" : "`false`",
            Enum value => $"`{value}`",
            TimeSpan value => $"`{value:c}`",
            string value => $"`{value}`",
            IFormattable value and (int or long or byte or double) => value.ToString("N0", CultureInfo.InvariantCulture),
            IEnumerable list => list.Cast<object>().Any() ? "see code" : "empty",
            var value when IsOptions().IsMatch(value.GetType().Name) => $"`{value.GetType().Name}`",
            var value when value.ToString() == value.GetType().ToString() => $"`{value.GetType().Name}`",
            var value => $"`{GeneratedPage.Cell($"{value}")}`",
        };
    }

    private static string Limits(PropertyInfo property) =>
        string.Join("; ", property.GetCustomAttributes().Select(attribute => attribute switch
        {
            RangeAttribute { Minimum: var least, Maximum: int.MaxValue or >= 1e18 } => $"at least {Number(least)}",
            RangeAttribute range => $"{Number(range.Minimum)} to {Number(range.Maximum)}",
            RequiredAttribute => "must be set",
            MinLengthAttribute length => $"at least {length.Length}",
            StringLengthAttribute length => $"at most {length.MaximumLength} characters",
            _ => null,
        }).Where(limit => limit is not null));

    private static string Number(object limit) =>
        limit is int or double ? ((IFormattable)limit).ToString("N0", CultureInfo.InvariantCulture) : $"{limit}";

    private static bool IsList(Type type) =>
        type != typeof(string) && type.IsGenericType && typeof(IEnumerable).IsAssignableFrom(type) && type.Name.StartsWith('I');

    private static string Name(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } value) return Name(value) + "?";
        if (type.IsArray) return Name(type.GetElementType()!) + "[]"; // an array has one
        if (type.IsGenericType) return $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
        return type.Name switch
        {
            "String" => "string",
            "Int32" => "int",
            "Int64" => "long",
            "Boolean" => "bool",
            "Byte" => "byte",
            "Double" => "double",
            var name => name,
        };
    }

    [GeneratedRegex("(Options6?|Quotas|Deadlines|LoopbackBoot)$", RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex IsOptions();
}
