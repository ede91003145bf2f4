using System.Net.Sockets;
using System.Text;
using Maas.Api.Requests;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Api.Tests.Requests;

/// <summary>What a request's body costs, and when it is read.</summary>
public sealed class BodyBudgetTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_share_is_waited_for_in_the_order_of_coming_and_small_bodies_never_wait()
    {
        var budget = Budget(1024 * 1024);
        var first = (await budget.ReserveAsync(150 * 1024, default))!;
        var second = budget.ReserveAsync(200 * 1024, default).AsTask();
        var third = budget.ReserveAsync(70 * 1024, default).AsTask();
        (second.IsCompleted, third.IsCompleted).Should().Be((false, false), "the third would fit, and does not overtake");
        (await budget.ReserveAsync(BodyBudget.SmallBody, default)).Should().NotBeNull();

        first.Dispose();
        first.Dispose();
        (await second)!.Dispose();
        (await third)!.Dispose();
        budget.Used.Should().Be(0);
    }

    [Fact]
    public async Task Whoever_gets_no_share_in_time_is_told_so_and_those_behind_go_on()
    {
        var budget = Budget(1024 * 1024);
        var held = (await budget.ReserveAsync(100 * 1024, default))!;
        var (large, small) = (budget.ReserveAsync(250 * 1024, default).AsTask(), budget.ReserveAsync(70 * 1024, default).AsTask());
        using var leaving = new CancellationTokenSource();
        var left = budget.ReserveAsync(250 * 1024, leaving.Token).AsTask();
        await leaving.CancelAsync();
        await FluentActions.Awaiting(() => left).Should().ThrowAsync<OperationCanceledException>();
        _time.Advance(BodyBudget.Patience);
        (await large).Should().BeNull();
        (await small)?.Dispose();
        held.Dispose();
        budget.Used.Should().Be(0);
    }

    [Fact]
    public async Task A_body_that_is_more_than_all_memory_is_read_when_nothing_else_is()
    {
        var budget = Budget(1024 * 1024);
        var small = (await budget.ReserveAsync(70 * 1024, default))!;
        var huge = budget.ReserveAsync(60 * 1024 * 1024, default).AsTask();
        huge.IsCompleted.Should().BeFalse();
        small.Dispose();
        (await huge)!.Dispose();
        budget.Used.Should().Be(0);
    }

    public static TheoryData<string, string> AdministratorsActions =>
        [.. RouteTable.Everything.Resources.SelectMany(resource => resource.Actions
        .Where(action => action is { Access: ApiAccess.Administrator, Method: "POST" or "PUT" })
        .Select(action => (
            action.Method,
            $"/MAAS/{string.Concat(resource.Path.Split('{', '}', '*'))}{(action.Op is { } op ? $"?op={op}" : "")}")))];

    [Fact]
    public async Task A_body_is_not_read_from_a_caller_who_may_not_ask_what_is_asked()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();
        foreach (var row in AdministratorsActions)
        {
            var (method, path) = row.Data;
            (await HeadOnlyAsync(host, method, path, host.Sign(host.Eve), 60 * 1024 * 1024)).Should().StartWith(
                "HTTP/1.1 403", $"{method} {path}");
            (await HeadOnlyAsync(host, method, path, host.Sign(await host.TokenAsync(machine)), 60 * 1024 * 1024)).Should().StartWith(
                "HTTP/1.1 403", $"{method} {path}");
        }
    }

    [Fact]
    public async Task No_action_but_that_of_files_takes_a_form_of_many_megabytes_and_the_refusal_comes_before_the_body()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();
        foreach (var (path, authorization, limit) in new[]
        {
            ("/MAAS/api/2.0/users/", host.Sign(host.Admin), FormLimits.Usual),
            ("/MAAS/api/2.0/account/?op=create_authorisation_token", host.Sign(host.Bob), FormLimits.Usual),
            ($"/MAAS/api/2.0/machines/{machine.Id}/?op=deploy", host.Sign(host.Bob), FormLimits.UserData),
            ("/MAAS/metadata/2012-03-01/?op=signal", host.Sign(await host.TokenAsync(machine)), FormLimits.Report),
            ("/MAAS/api/2.0/machines/", "", 256 * 1024),
        })
            (await HeadOnlyAsync(host, "POST", path, authorization, limit + 1)).Should().StartWith("HTTP/1.1 413", path);
    }

    [Fact]
    public async Task What_a_caller_only_announces_is_not_allocated()
    {
        await using var host = await ApiHost.StartAsync();
        (await host.SendAsync("GET", "version/")).Expect(200); // the first request builds the routing graph
        var before = GC.GetTotalAllocatedBytes(precise: true);
        List<TcpClient> clients = [];
        for (var number = 0; number < 40; number++)
            clients.Add(await SendHeadAsync(host, "POST", "/MAAS/api/2.0/machines/", "", 250 * 1024));
        // All of them have come as far as waiting for the body once this one, which came after them, is answered.
        (await host.SendAsync("GET", "version/")).Expect(200);
        ((GC.GetTotalAllocatedBytes(precise: true) - before) / clients.Count).Should().BeLessThan(120 * 1024);
        foreach (var client in clients) client.Dispose();
    }

    private BodyBudget Budget(long memory) => new(Options.Create(new MaasApiOptions { BodyMemory = memory }), _time);

    /// <summary>Sends a request's head with a length and no body, and gives the first line of the answer.</summary>
    private static async Task<string> HeadOnlyAsync(ApiHost host, string method, string path, string authorization, long length)
    {
        using var client = await SendHeadAsync(host, method, path, authorization, length);
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ApiHost.Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        return await reader.ReadLineAsync(patience.Token) ?? "";
    }

    private static async Task<TcpClient> SendHeadAsync(ApiHost host, string method, string path, string authorization, long length)
    {
        var origin = new Uri(host.Origin);
        var client = new TcpClient();
        await client.ConnectAsync(origin.Host, origin.Port, ApiHost.Cancellation);
        var head =
            $"{method} {path} HTTP/1.1\r\nHost: {origin.Authority}\r\n" +
            $"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n" +
            (authorization.Length > 0 ? $"Authorization: {authorization}\r\n" : "") + "\r\n";
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head), ApiHost.Cancellation);
        return client;
    }
}
