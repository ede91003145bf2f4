using System.Net.Http.Headers;
using System.Text;
using Maas.Api.Routing;
using Maas.Core;
using Maas.Core.Nodes;

namespace Maas.Api.Tests.Routing;

/// <summary>Every argument that is declared, with values it does not expect: the answer is never a server error.</summary>
public class BadInputTests
{
    /// <summary>Values as they are sent, percent-encoded.</summary>
    private static readonly string[] Values =
    [
        "", "0", "-1", "1.0", "1e3", "1e309", "99999999999999999999", "NaN", "true", "null", "%00", "%ff%fe", "%ed%a0%80", "%f0%9f%98%80",
            "%0d%0a%1b%5b31m", "{", "%5b1%5d", "%7b%22a%22:1%7d",
        "%22%5cud800%22", "../..", "none", "zz:zz", "52:54:00:00:00:01", "=", "x".PadRight(300, 'x'), "y".PadRight(100_000, 'y'),
    ];

    public static TheoryData<string> Starts =>
        [.. RouteTable.Everything.Resources.Select(resource =>
            resource.Path.Split('/') is ["api", var version, var noun, ..] ? $"api/{version}/{noun}/"
                : resource.Path.Split('/')[0] + "/").Distinct()];

    [Theory]
    [MemberData(nameof(Starts))]
    public async Task No_value_of_any_argument_is_answered_with_500(string start)
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync(1000);
        var machine = await host.ReadyAsync();
        await host.DoAsync(machine.Id, new MachineCommand.Allocate("admin"));

        foreach (var resource in RouteTable.Everything.Resources.Where(each => each.Path.StartsWith(start, StringComparison.Ordinal)))
        {
            foreach (var action in resource.Actions.Where(each =>
                each.Op is not "mark_broken")) // it would take the machine away from its owner
            {
                foreach (var name in NamesOf(action))
                {
                    foreach (var value in Values) await AskAsync(host, resource, action, machine.Id, $"{name}={value}");
                    await AskAsync(host, resource, action, machine.Id, $"{name}=1&{name}=2&{name}=");
                }

                await AskAsync(host, resource, action, machine.Id, "");
                // All arguments at once, so that a handler gets past the ones that it requires.
                foreach (var value in Values.Where(each => each.Length < 1000))
                    await AskAsync(host, resource, action, machine.Id, string.Join('&', NamesOf(action).Select(name => $"{name}={value}")));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Starts))]
    public async Task No_value_in_any_path_is_answered_with_500(string start)
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();

        foreach (var resource in RouteTable.Everything.Resources.Where(each =>
            each.Path.StartsWith(start, StringComparison.Ordinal) && each.Parameters.Count > 0))
        {
            foreach (var action in resource.Actions)
            {
                foreach (var parameter in resource.Parameters)
                {
                    foreach (var value in Values.Where(each => each.Length is > 0 and < 1000 && each is not ("%00" or "../.." or "=")))
                    {
                        var path = DefaultDenyTests.PathOf(resource
                            with { Path = resource.Path.Replace($"{{{parameter}}}", value, StringComparison.Ordinal)
                                .Replace($"{{{parameter}*}}", value, StringComparison.Ordinal) }, action, machine.Id);
                        var reply = await host.SendAsync(action.Method, path, await AuthorizationAsync(host, action, machine.Id));
                        reply.Code.Should().BeLessThan(500, "{0} {1} was answered: {2}", action.Method, path, reply.Text);
                    }
                }
            }
        }
    }

    private static IEnumerable<string> NamesOf(ApiAction action) =>
        action.Arguments.Select(each => each.Name).Concat(action.AlsoTakes.Select(name => name.Replace("*", "x", StringComparison.Ordinal)))
            .Concat(action.TakesAnyArgument ? ["key"] : []).Distinct();

    private static async Task AskAsync(ApiHost host, ApiResource resource, ApiAction action, SystemId machine, string form)
    {
        var path = DefaultDenyTests.PathOf(resource, action, machine);
        HttpContent? content = null;
        if (action.Method is "GET" or "DELETE")
        {
            if (form.Length > 4000) return; // Kestrel refuses such a request line by itself
            path += (action.Op is null ? "?" : "&") + form;
        }
        else
        {
            content = new ByteArrayContent(Encoding.ASCII.GetBytes(form));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded");
        }

        var reply = await host.SendAsync(action.Method, path, await AuthorizationAsync(host, action, machine), content);
        reply.Code.Should().Match(code =>
            code < 500 || code == 503, "{0} {1} with {2} was answered: {3}", action.Method, path, form.Length < 200 ? form : form[..200],
                reply.Text);
    }

    private static async Task<string> AuthorizationAsync(ApiHost host, ApiAction action, SystemId machine) =>
        action.Access is ApiAccess.Machine or ApiAccess.MachineOrAnonymous
        && await host.Core.MachineTokens.GetOrCreateAsync(machine, ApiHost.Cancellation) is { } token
            ? host.Sign(token) : host.Sign(host.Admin);
}
