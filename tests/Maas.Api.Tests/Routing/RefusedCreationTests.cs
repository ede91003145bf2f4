using System.Net.Http.Headers;
using System.Text;
using Maas.Api.Routing;

namespace Maas.Api.Tests.Routing;

/// <summary>A creation or a change that is refused leaves nothing behind: every list is as it was.</summary>
public class RefusedCreationTests
{
    private static readonly string[] Values =
        ["", "0", "-1", "1e309", "99999999999999999999", "%00", "%ff%fe", "%f0%9f%98%80", "%7b%22a%22:1%7d", "10.0.0.0/8", "maas",
            "52:54:00:00:00:01", "x".PadRight(5000, 'x')];

    public static TheoryData<string> Lists =>
    [
        .. RouteTable.Everything.Resources.Where(resource => resource.Path.StartsWith("api/2.0/", StringComparison.Ordinal)
            && resource.Parameters.All(parameter => parameter == "system_id")
            && resource.Actions.Any(IsList) && resource.Actions.Any(IsCreation)).Select(resource => resource.Path).Distinct(),
    ];

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task A_refused_creation_leaves_the_list_as_it_was(string path)
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();
        var resource = RouteTable.Everything.Resources.First(each => each.Path == path);
        var list = resource.Actions.First(IsList);
        foreach (var creation in resource.Actions.Where(IsCreation))
        {
            var names = creation.Arguments.Select(argument => argument.Name).ToList();
            foreach (var form in Values.SelectMany(value => names.Select(name => $"{name}={value}")
                .Append(string.Join('&', names.Select(name => $"{name}={value}")))
                .Append(string.Join('&', names.Select(name => $"{name}=1&{name}={value}")))))
            {
                var before = (await ListAsync()).Text;
                using var content = new ByteArrayContent(Encoding.ASCII.GetBytes(form));
                content.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded");
                var reply = await host.SendAsync(
                    "POST", DefaultDenyTests.PathOf(resource, creation, machine.Id), host.Sign(host.Admin), content);
                if (reply.Code < 400) continue; // it was no bad value
                (await ListAsync()).Text.Should().Be(
                    before, "{0} {1} with {2} was refused: {3}",
                    creation.Op ?? "POST", path, form[..Math.Min(form.Length, 200)], reply.Text);
            }
        }

        Task<Reply> ListAsync() => host.SendAsync("GET", DefaultDenyTests.PathOf(resource, list, machine.Id), host.Sign(host.Admin));
    }

    private static bool IsList(ApiAction action) => action is { Method: "GET", Op: null };

    private static bool IsCreation(ApiAction action) => action.Method == "POST" && action.Op is null or "create_physical" or "create_bond"
        or "create_bridge" or "create_vlan" && !action.TakesAnyArgument;
}
