using System.Text.RegularExpressions;
using Maas.Judges;

namespace Maas.Api.Tests.Routing;

/// <summary>
/// Every operation of MAAS's API 2.0 (<c>operations.txt</c>) is in the route table, or named in <c>missing.txt</c>, which
/// <c>UPDATE_GOLDEN=1</c> rewrites.
/// </summary>
public partial class OperationTests
{
    private const string Anonymous = " (anonymous)";

    /// <summary>What MAAS declares for the anonymous in order to refuse it: here it needs no entry to be refused.</summary>
    private static readonly string[] RefusedToAnonymous = ["POST machines/ accept" + Anonymous];

    private static readonly string Folder = Repository.PathOf("tests/Maas.Api.Tests/Routing");

    [Fact]
    public void Operations_of_MAAS_are_served_or_named_as_missing()
    {
        var served = Served();
        var file = Path.Combine(Folder, "missing.txt");
        List<string> missing =
        [
            .. Read("operations.txt").Except(RefusedToAnonymous).Where(operation => !served.Contains(Normalized(operation))),
        ];

        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            File.WriteAllLines(file, [.. File.ReadLines(file).TakeWhile(line => line.StartsWith('#')), .. missing]);
        else Read("missing.txt").Should().Equal(missing, "UPDATE_GOLDEN=1 rewrites missing.txt");
    }

    [Fact]
    public async Task What_MAAS_refuses_to_the_anonymous_is_refused()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();
        foreach (var operation in RefusedToAnonymous)
        {
            var parts = operation.Split(' ');
            (await host.SendAsync(parts[0], $"{parts[1]}?op={parts[2]}", null, ApiHost.Form(("machines", $"{machine.Id}")))).Expect(401);
        }

        (await host.MachineAsync(machine.Id)).Status.Should().Be(Core.Nodes.MachineStatus.New);
    }

    [Fact]
    public async Task What_is_internal_to_MAAS_is_denied_with_any_credentials()
    {
        await using var host = await ApiHost.StartAsync();
        var path = $"agents/{host.Core.Controllers.Self.SystemId}/services/dhcp/config/";
        (await host.GetAsync(host.Admin, path)).Expect(403);
        (await host.GetAsync(host.Bob, path)).Expect(403);
        (await host.SendAsync("GET", path)).Expect(401);
    }

    [Fact]
    public void The_list_has_as_many_operations_as_MAAS()
    {
        var all = Read("operations.txt").ToList();

        all.Should().OnlyHaveUniqueItems();
        (all.Count(operation => !operation.EndsWith(Anonymous, StringComparison.Ordinal)),
            all.Count(operation => operation.EndsWith(Anonymous, StringComparison.Ordinal))).Should().Be((396, 13));
    }

    private static IEnumerable<string> Read(string name) =>
        File.ReadLines(Path.Combine(Folder, name)).Where(line => line.Length > 0 && !line.StartsWith('#'));

    /// <summary>The operations of the route table, those without credentials once more as such.</summary>
    private static HashSet<string> Served() =>
    [
        .. from resource in RouteTable.Everything.Resources
           where resource.Path.StartsWith("api/2.0/", StringComparison.Ordinal)
           from action in resource.Actions
           let operation = Normalized($"{action.Method} {resource.Path["api/2.0/".Length..]} {action.Op}".TrimEnd())
           from name in action.Access is ApiAccess.Public or ApiAccess.UserOrAnonymous
               ? new[] { operation, operation + Anonymous } : [operation]
           select name,
    ];

    /// <summary>Parameters have other names here, and a slash at the end makes no difference.</summary>
    private static string Normalized(string operation) =>
        Parameter().Replace(operation, "{}").Replace("/ ", " ", StringComparison.Ordinal).TrimEnd('/');

    [GeneratedRegex(@"\{[^}]*\}", RegexOptions.None, 1000)]
    private static partial Regex Parameter();
}
