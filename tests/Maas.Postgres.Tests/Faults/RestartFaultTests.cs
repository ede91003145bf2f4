using System.Net;
using Maas.Postgres.Tests.Soak;

namespace Maas.Postgres.Tests.Faults;

/// <summary>Hosts that are killed, and start again while the database is away.</summary>
public sealed class RestartFaultTests
{
    [Fact(Timeout = 300_000)]
    public async Task A_host_that_starts_without_the_database_answers_DHCP_and_goes_on_when_the_database_is_back()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var server = await PostgresServer.StartNewAsync();
        await using var host = new SoakProcess(33, server);
        await using var other = new SoakProcess(host, 2);
        await using var machines = new SoakMachines([host, other], stop);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _ = machines.ServePowerAsync(end.Token);
        try
        {
            await host.StartAsync([], stop);
            await other.StartAsync([], stop);
            Dictionary<int, IPAddress> known = [];
            for (var number = 0; number < 4; number++) known[number] = await machines.LeaseAsync(number);
            await IsKeptAsync(host, stop);
            for (var number = 4; number < 8; number++) await machines.LeaseAsync(number); // what the host may not have kept

            await host.KillAsync();
            await other.KillAsync();
            await server.StopAsync("immediate");
            await host.LaunchAsync([], stop);
            foreach (var (number, address) in known) (await machines.LeaseAsync(number)).Should().Be(address, "a client goes on with it");
            var added = await machines.LeaseAsync(100);
            await IsUnavailableAsync(host, stop);

            await host.KillAsync();
            await host.LaunchAsync([], stop);
            (await machines.LeaseAsync(100)).Should().Be(added, "the host has written it to its disk");
            await machines.LeaseAsync(101);

            await server.StartAsync();
            await host.AnswersAsync(stop);
            await other.StartAsync([], stop);
            (await machines.LeaseAsync(100)).Should().Be(added);
            for (var number = 200; number < 208; number++) await machines.LeaseAsync(number);
            (await machines.LiveAsync(300, null)).Should().NotBeNull(machines.LastFailure);
            await AddressChecker.CheckAsync(machines, 19, server, stop);
        }
        finally
        {
            await end.CancelAsync();
        }
    }

    private static async Task IsKeptAsync(SoakProcess host, CancellationToken stop)
    {
        var file = new FileInfo(Path.Combine(host.Folder, "leases.snapshot"));
        var before = TimeProvider.System.GetUtcNow().UtcDateTime;
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (file is not { Exists: true } || file.LastWriteTimeUtc < before)
        {
            await ticks.WaitForNextTickAsync(stop);
            file.Refresh();
        }
    }

    private static async Task IsUnavailableAsync(SoakProcess host, CancellationToken stop)
    {
        using var client = new HttpClient();
        using var answer = await client.GetAsync(new Uri(host.Api, "api/2.0/version/"), stop);
        answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        answer.Headers.RetryAfter!.Delta.Should().BePositive();
        (await answer.Content.ReadAsStringAsync(stop)).Should().Contain("database does not answer").And.Contain("DHCP answers from")
            .And.Contain("5 leases wait");
    }
}
