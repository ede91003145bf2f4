using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Maas.Boot.Dhcp.Leases;
using Maas.Judges;
using Maas.Postgres.Tests.Soak;
using Maas.Testing.Api;

namespace Maas.Postgres.Tests.Faults;

/// <summary>A host whose database has no disk space left, and then has it again.</summary>
public sealed class FullDiskTests
{
    [Fact(Timeout = 240_000)]
    public async Task Writes_are_refused_and_DHCP_goes_on_while_the_disk_of_the_database_is_full()
    {
        await using var disk = await SmallDisk.MountAsync("96m");
        var stop = TestContext.Current.CancellationToken;
        var log = Directory.CreateTempSubdirectory("maas-wal-");
        await using var server = await PostgresServer.StartNewAsync(
            new PostgresServerSetup { DataFolder = disk.Path, LogFolder = log.FullName });
        try
        {
            await using var host = new SoakProcess(30, server);
            await using var machines = new SoakMachines([host], stop);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
            _ = machines.ServePowerAsync(end.Token);
            await host.StartAsync([], stop);
            using var api = new CheckedApi(host);
            (await machines.LiveAsync(0, null)).Should().NotBeNull(machines.LastFailure);
            await api.CreateAsync(stop);

            disk.Fill();
            await api.FillAsync(stop);
            var address = await machines.LeaseAsync(1);
            (await api.ListMachinesAsync(stop)).Should().Contain(api.Created, "a full disk is read");

            disk.MakeRoom();
            await api.CreateAsync(stop);
            (await machines.LiveAsync(2, null)).Should().NotBeNull(machines.LastFailure);
            (await api.ListMachinesAsync(stop)).Should().Contain(api.Created, "what was acknowledged is stored");
            await IsStoredAsync(server, address, stop);
            await end.CancelAsync();
        }
        finally
        {
            log.Delete(recursive: true);
        }
    }

    [Fact(Timeout = 240_000)]
    public async Task A_database_whose_log_has_no_space_loses_nothing_and_takes_writes_again_when_it_has()
    {
        await using var disk = await SmallDisk.MountAsync("24m");
        var stop = TestContext.Current.CancellationToken;
        await using var server = await PostgresServer.StartNewAsync(new PostgresServerSetup
        {
            LogFolder = disk.Path, Settings = ["min_wal_size=2MB", "max_wal_size=8MB"],
        });
        await using var host = new SoakProcess(31, server);
        await using var machines = new SoakMachines([host], stop);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _ = machines.ServePowerAsync(end.Token);
        await host.StartAsync([], stop);
        using var api = new CheckedApi(host);
        (await machines.LiveAsync(0, null)).Should().NotBeNull(machines.LastFailure);
        await api.CreateAsync(stop);

        disk.Fill();
        // PostgreSQL refuses, or stops.
        (await api.CreateUntilRefusedAsync(stop)).Should().BeOneOf(HttpStatusCode.InsufficientStorage, HttpStatusCode.ServiceUnavailable);
        var address = await machines.LeaseAsync(1);

        disk.MakeRoom();
        await server.StopAsync("immediate"); // as in a crash, or what is left of it
        await server.StartAsync();
        await api.CreateAsync(stop);
        (await machines.LiveAsync(2, null)).Should().NotBeNull(machines.LastFailure);
        (await api.ListMachinesAsync(stop)).Should().Contain(api.Created, "what was acknowledged is stored");
        await IsStoredAsync(server, address, stop);
        await end.CancelAsync();
    }

    // What was leased without the database is written when it takes it.
    private static async Task IsStoredAsync(PostgresServer server, IPAddress address, CancellationToken stop)
    {
        await using var store = new PostgresLeaseStore(new PostgresStoreOptions { ConnectionString = server.ConnectionString });
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!(await store.Leases.ReadAsync(Guid.CreateVersion7(), 0, stop)).Leases.Any(
            entry => entry.Server is null && entry.Lease.Address.Equals(address) && entry.Lease.State == LeaseState.Bound))
            await ticks.WaitForNextTickAsync(stop);
    }

    /// <summary>An administrator, who expects of each request that it is done, or refused with a reason and a time.</summary>
    private sealed class CheckedApi : IDisposable
    {
        private const int MostRounds = 500;
        private readonly Answers _answers = new();
        private readonly ApiTestClient _client;
        private int _number;

        public CheckedApi(SoakProcess host) => _client = new ApiTestClient(
            _answers, host.Api, File.ReadAllText(Path.Combine(host.Folder, "admin.apikey")));

        /// <summary>The machines whose creation was acknowledged.</summary>
        public List<string> Created { get; } = [];

        public async Task<List<string>> ListMachinesAsync(CancellationToken stop)
        {
            var machines = await _client.GetAsync("machines/", stop);
            return [.. machines.EnumerateArray().Select(machine => machine.GetProperty("system_id").GetString()!)]; // each has one
        }

        public async Task CreateAsync(CancellationToken stop)
        {
            var number = _number++;
            var machine = await _client.PostAsync(
                "machines/",
                [
                    new("architecture", "amd64/generic"), new("description", new string('x', 4000)),
                    new("mac_addresses", string.Create(CultureInfo.InvariantCulture, $"52:54:00:60:{number >> 8:x2}:{number & 0xff:x2}")),
                ],
                stop);
            Created.Add(machine.GetProperty("system_id").GetString()!); // each has one
        }

        public async Task<HttpStatusCode> CreateUntilRefusedAsync(CancellationToken stop)
        {
            for (var round = 0; round < MostRounds; round++)
            {
                try
                {
                    await CreateAsync(stop);
                }
                catch (HttpRequestException refused)
                {
                    return _answers.Refusal(refused);
                }
            }

            throw new InvalidOperationException("Nothing was refused.");
        }

        /// <summary>Writes of many kinds, until each was refused: tables have some space of their own.</summary>
        public async Task FillAsync(CancellationToken stop)
        {
            (await CreateUntilRefusedAsync(stop)).Should().Be(HttpStatusCode.InsufficientStorage);
            var text = new string('x', 2000);
            List<(string Path, Func<int, KeyValuePair<string, string>[]> Fields)> writes =
            [
                ("tags/", round => [new("name", $"tag-{round}"), new("comment", text)]),
                ("zones/", round => [new("name", $"zone-{round}"), new("description", text)]),
                ("resourcepools/", round => [new("name", $"pool-{round}"), new("description", text)]),
                ("fabrics/", round => [new("name", $"link-{round}"), new("description", text)]),
                ("users/", round =>
                    [new("username", $"user{round}"), new("email", ""), new("password", "p"), new("is_superuser", "0")]),
                ("spaces/", round => [new("name", $"space-{round}"), new("description", text)]),
                ("devices/", round =>
                    [new("hostname", $"device-{round}"), new("mac_addresses", $"52:54:00:61:{round >> 8:x2}:{round & 0xff:x2}")]),
            ];
            for (var round = 0; writes.Count > 0 && round < MostRounds; round++)
            {
                foreach (var write in writes.ToList())
                {
                    try
                    {
                        await _client.PostAsync(write.Path, write.Fields(round), stop);
                    }
                    catch (HttpRequestException refused)
                    {
                        _answers.Refusal(refused).Should().Be(HttpStatusCode.InsufficientStorage, $"of {write.Path}: {refused.Message}");
                        writes.Remove(write);
                    }
                }
            }

            writes.Should().BeEmpty("each kind of write needs space in the end");
        }

        public void Dispose() => _client.Dispose();

        private sealed class Answers() : DelegatingHandler(new HttpClientHandler())
        {
            private readonly ConcurrentQueue<bool> _haveTime = new();

            public HttpStatusCode Refusal(HttpRequestException refused)
            {
                _haveTime.TryDequeue(out var hasTime).Should().BeTrue();
                hasTime.Should().BeTrue($"it says when to come again: {refused.Message}");
                return refused.StatusCode!.Value; // the server has answered
            }

            protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                var answer = await base.SendAsync(request, cancellationToken);
                if (!answer.IsSuccessStatusCode) _haveTime.Enqueue(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
                return answer;
            }
        }
    }
}
