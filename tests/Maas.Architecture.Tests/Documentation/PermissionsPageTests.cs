using System.Text;
using Maas.Api;
using Maas.Api.Routing;

namespace Maas.Architecture.Tests.Documentation;

/// <summary>docs/reference/permissions.md is written from the route table.</summary>
public class PermissionsPageTests
{
    [Fact]
    public void The_page_shows_every_operation_with_its_access_and_right()
    {
        var page = new StringBuilder("\n| method | path | op | access | right |\n|---|---|---|---|---|\n");
        foreach (var resource in RouteTable.Everything.Resources.OrderBy(resource => resource.Path, StringComparer.Ordinal))
        {
            foreach (var action in resource.Actions.OrderBy(action => action.Op ?? "", StringComparer.Ordinal)
                .ThenBy(action => action.Method, StringComparer.Ordinal))
            {
                var right = action.Right is not { } needed ? ""
                    : $"`{needed.EntitlementName()}`{(needed.IsEverybodys() ? " (every user)" : "")}";
                page.Append($"| {action.Method} | `{resource.Path}` | {action.Op} | {Words(action.Access)} | {right} |\n");
            }
        }

        GeneratedPage.ShouldShow("docs/reference/permissions.md", "the route table", page.Append('\n').ToString());
    }

    private static string Words(ApiAccess access) => access switch
    {
        ApiAccess.Administrator => "administrator",
        ApiAccess.User => "user",
        ApiAccess.Machine => "machine",
        ApiAccess.UserOrAnonymous => "user, or without credentials",
        ApiAccess.MachineOrAnonymous => "machine, or without credentials",
        ApiAccess.Public => "public",
        _ => throw new ArgumentOutOfRangeException(nameof(access)),
    };
}
