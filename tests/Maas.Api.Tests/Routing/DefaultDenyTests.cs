using Maas.Api.Routing;
using Maas.Core;
using Maas.Core.Nodes;

namespace Maas.Api.Tests.Routing;

/// <summary>Walks the route table: whatever is added to it is denied here to whoever has no right to it.</summary>
public class DefaultDenyTests
{
    /// <summary>Everything that may be asked without credentials. A new line here wants a reason.</summary>
    private static readonly string[] Open =
    [
        // what clients ask before they know who they are
        "GET api/2.0/version/", "GET api/1.0/version/", "GET api/version/", "GET api/2.0/describe/", "GET api/1.0/doc/",
        "GET api/1.0/describe/", "GET api/2.0/openapi.json", "GET api/2.0/openapi.yaml",
        "POST accounts/authenticate/", // takes a password
        // machines nobody knows
        "POST api/2.0/machines/", "GET api/2.0/machines/ is_registered", "POST api/1.0/nodes/ new", "GET api/1.0/nodes/ is_registered",
        "GET api/2.0/nodes/ is_registered", "GET api/2.0/devices/ is_registered", "GET api/2.0/nodes/ is_action_in_progress",
        "GET api/2.0/machines/ is_action_in_progress", "GET api/2.0/devices/ is_action_in_progress",
        "GET api/1.0/devices/ is_registered", "GET api/1.0/devices/ is_action_in_progress", "GET api/2.0/rackcontrollers/ is_registered",
        "GET api/2.0/rackcontrollers/ is_action_in_progress",
        "GET api/2.0/regioncontrollers/ is_registered", "GET api/2.0/regioncontrollers/ is_action_in_progress",
        "GET api/2.0/files/ get_by_key", "GET api/1.0/files/ get_by_key", // by an unguessable key
        "GET metadata/boot/{token}/", "GET metadata/{version}/by-token/{token}/ get_preseed", // by a one-time token
        "GET metadata/{version}/install/{token}/{file}", // by the same
        "GET metadata/{version}/by-id/{system_id}/ get_preseed", // without secrets
        "GET metadata/{version}/", "GET metadata/curtin/{version}/", // what there is for an unknown machine
        "GET metadata/{version}/maas-scripts", "GET metadata/curtin/{version}/maas-scripts", // always 204
        "GET metadata/{version}/by-mac/{rest*}", // always 403
        "GET metadata/enlist/",
        "GET metadata/enlist/{version}/",
        "GET metadata/enlist/{version}/meta-data/",
        "GET metadata/enlist/{version}/meta-data/{item}",
        "GET metadata/enlist/{version}/user-data", "GET metadata/{version}/enlist-preseed/ get_enlist_preseed",
    ];

    [Fact]
    public void Nothing_is_open_that_is_not_listed_here() =>
        RouteTable.Everything.Resources.SelectMany(resource => resource.Actions.Select(action => (resource, action)))
            .Where(each => IsOpen(each.action))
            .Select(each => Name(each.resource, each.action))
            .Should().BeEquivalentTo(Open);

    [Fact]
    public async Task Every_other_action_is_denied_to_the_anonymous_the_expired_the_replayed_and_the_forged()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();
        var used = host.Sign(host.Admin);
        (await host.SendAsync("GET", "users/?op=whoami", used)).Expect(200);

        foreach (var (resource, action) in Closed(host))
        {
            var path = PathOf(resource, action, machine.Id);
            string?[] attempts =
            [
                null,
                host.Sign(host.Admin, host.Time.GetUtcNow().ToUnixTimeSeconds() - 400),
                used,
                host.Sign(host.Admin.ConsumerKey, host.Admin.TokenKey, new Secret("guess"), null, null),
                host.Sign(host.Admin.ConsumerKey, host.Bob.TokenKey, host.Bob.TokenSecret, null, null),
            ];
            foreach (var authorization in attempts)
            {
                var reply = await host.SendAsync(action.Method, path, authorization);
                reply.Code.Should().Be(401, "{0} was asked with {1}", Name(resource, action), authorization ?? "nothing");
                reply.ContentType.Should().NotBeNull();
            }
        }
    }

    [Fact]
    public async Task Every_action_is_denied_to_the_wrong_kind_of_key()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();
        var token = await host.TokenAsync(machine);

        foreach (var (resource, action) in Closed(host))
        {
            var path = PathOf(resource, action, machine.Id);
            var wrong = action.Access switch
            {
                ApiAccess.Machine => host.Sign(host.Admin),
                _ => host.Sign(token),
            };
            (await host.SendAsync(action.Method, path, wrong)).Code.Should().Be(
                403, "{0} was asked with the wrong kind of key", Name(resource, action));
            if (action.Access == ApiAccess.Administrator || action.Right is { } right && !right.IsEverybodys())
                (await host.SendAsync(action.Method, path, host.Sign(host.Bob))).Code.Should().Be(
                    403, "{0} was asked by a user", Name(resource, action));
        }
    }

    [Fact]
    public async Task A_machine_speaks_for_itself_only()
    {
        await using var host = await ApiHost.StartAsync();
        var (mine, other) = (await host.EnlistAsync("52:54:00:00:00:01"), await host.EnlistAsync("52:54:00:00:00:02"));
        var token = await host.TokenAsync(mine);

        (await host.SendAsync("POST", $"/MAAS/metadata/status/{other.Id}", host.Sign(token), new StringContent("{}"))).Expect(403);
        (await host.SendAsync("POST", $"/MAAS/metadata/latest/by-id/{other.Id}/?op=netboot_off", host.Sign(token))).Expect(403);
        (await host.MachineAsync(other.Id)).Netboot.Should().BeTrue();
    }

    [Fact]
    public async Task No_answer_to_the_anonymous_holds_a_secret()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();
        var token = await host.TokenAsync(machine);
        await host.Core.Files.PutAsync("bob", "provider-state", "canary-file"u8.ToArray(), ApiHost.Cancellation);
        await host.Core.SshKeys.AddAsync("bob", SshKey, null, ApiHost.Cancellation);
        await host.Core.Machines.EditAsync(machine.Id, new MachineActor("admin", IsAdministrator: true), each => each with
        {
            Description = "canary-description",
            Power = new("ipmi", new Dictionary<string, string> { ["power_pass"] = "canary-power" }),
        }, ApiHost.Cancellation);
        var boot = (await host.Core.BootTokens.IssueAsync(machine.Id, null, ApiHost.Cancellation))!.Value;
        string[] canaries =
        [
            "canary", token.TokenKey, token.TokenSecret.Reveal(), token.ConsumerKey, boot.Reveal(), "AAAAC3NzaC1lZDI1NTE5",
            .. new[]
            {
                host.Admin, host.Bob, host.Eve
            }.SelectMany(key => new[] { key.ConsumerKey, key.TokenKey, key.TokenSecret.Reveal() }),
        ];

        foreach (var resource in host.Routes.Resources)
        {
            foreach (var action in resource.Actions)
            {
                var path = PathOf(resource, action, machine.Id);
                foreach (var method in new[] { "GET", "HEAD", "POST", "PUT", "DELETE" })
                {
                    var reply = await host.SendAsync(method, path);
                    var all = reply.Text + string.Join('\n', reply.Headers.Concat(reply.ContentHeaders).SelectMany(header => header.Value));
                    foreach (var canary in canaries) all.Should().NotContain(canary, "{0} {1} was asked without credentials", method, path);
                }
            }
        }
    }

    private const string SshKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0HmXUrL7qg9hQZ8l9Kx5tzcQqT5t4q3mI8o5JvFqTj bob@canary";

    private static IEnumerable<(ApiResource Resource, ApiAction Action)> Closed(ApiHost host) =>
        host.Routes.Resources.SelectMany(resource => resource.Actions.Select(action => (resource, action)))
            .Where(each => !IsOpen(each.action));

    private static bool IsOpen(ApiAction action) =>
        action.Access is ApiAccess.Public or ApiAccess.UserOrAnonymous or ApiAccess.MachineOrAnonymous;

    private static string Name(ApiResource resource, ApiAction action) => $"{action.Method} {resource.Path} {action.Op}".TrimEnd();

    /// <summary>
    /// A path of the resource in which each parameter names something that exists, so that a refusal is not for want of it.
    /// </summary>
    internal static string PathOf(ApiResource resource, ApiAction action, SystemId machine)
    {
        var path = "/MAAS/" + resource.Path.Replace("*}", "}", StringComparison.Ordinal);
        foreach (var parameter in resource.Parameters)
        {
            var value = parameter switch
            {
                "system_id" => machine.ToString(),
                "version" => "latest",
                "token" => "wrong-token",
                "username" => "bob",
                "filename" => "provider-state",
                "item" => "instance-id",
                _ => "1",
            };
            path = path.Replace($"{{{parameter}}}", value, StringComparison.Ordinal);
        }

        return action.Op is null ? path : $"{path}?op={action.Op}";
    }
}
