using System.Text;
using System.Text.RegularExpressions;
using Maas.Api;
using Maas.Api.Routing;
using Maas.Judges;

namespace Maas.Architecture.Tests.Documentation;

/// <summary>docs/reference/api-compatibility.md is written from MAAS's list of operations and the route table.</summary>
public partial class CompatibilityPageTests
{
    private const string Page = "docs/reference/api-compatibility.md", Version2 = "api/2.0/", Anonymous = " (anonymous)";

    private static readonly Dictionary<string, (string Path, ApiAction Action)> Served =
        (from resource in RouteTable.Everything.Resources
         where resource.Path.StartsWith(Version2, StringComparison.Ordinal)
         let path = resource.Path[Version2.Length..]
         from action in resource.Actions
         group (path, action) by Normalized($"{action.Method} {path} {action.Op}"))
        .ToDictionary(operation => operation.Key, operation => operation.First(), StringComparer.Ordinal);

    [Fact]
    public void The_page_shows_what_of_MAAS_is_served()
    {
        var page = new StringBuilder("\n| method | path | op | served | refused arguments |\n|---|---|---|---|---|\n");
        foreach (var operation in Operations())
        {
            var (method, path, op) = Parts(operation);
            var action = Served.TryGetValue(Normalized(operation), out var served) ? served.Action : null;
            page.Append($"| {method} | `{path}` | {op} | {(action is null ? "no" : "yes")} | {Refused(action)} |\n");
        }

        GeneratedPage.ShouldShow(Page, "operations of MAAS", page.Append('\n').ToString());
    }

    [Fact]
    public void The_page_shows_what_MAAS_does_not_have()
    {
        var known = Operations().Select(Normalized).ToHashSet(StringComparer.Ordinal);
        var page = new StringBuilder("\n| method | path | op | what it does |\n|---|---|---|---|\n");
        foreach (var (path, action) in Served.Where(entry => !known.Contains(entry.Key))
            .Select(entry => entry.Value)
            .OrderBy(operation => operation.Path, StringComparer.Ordinal)
            .ThenBy(operation => operation.Action.Op, StringComparer.Ordinal))
            page.Append($"| {action.Method} | `{path}` | {action.Op} | {GeneratedPage.Cell(action.Summary)} |\n");

        GeneratedPage.ShouldShow(Page, "additions", page.Append('\n').ToString());
    }

    private static IEnumerable<string> Operations() =>
        File.ReadLines(Repository.PathOf("tests/Maas.Api.Tests/Routing/operations.txt"))
            .Where(line => line.Length > 0 && !line.StartsWith('#') && !line.EndsWith(Anonymous, StringComparison.Ordinal));

    private static string Refused(ApiAction? action) =>
        action is null ? "" : string.Join(", ", action.Unsupported.Keys.Order(StringComparer.Ordinal).Select(name => $"`{name}`"));

    private static (string Method, string Path, string Op) Parts(string operation)
    {
        var parts = operation.Split(' ');
        return (parts[0], parts[1], parts.Length > 2 ? parts[2] : "");
    }

    /// <summary>Parameters have other names here, and a slash at the end makes no difference.</summary>
    private static string Normalized(string operation) =>
        Parameter().Replace(operation, "{}").Replace("/ ", " ", StringComparison.Ordinal).TrimEnd(' ', '/');

    [GeneratedRegex(@"\{[^}]*\}", RegexOptions.None, 1000)]
    private static partial Regex Parameter();
}
