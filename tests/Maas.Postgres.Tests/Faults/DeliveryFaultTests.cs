using System.Diagnostics;
using Maas.Core.Nodes;
using Maas.Judges;

namespace Maas.Postgres.Tests.Faults;

/// <summary>
/// Two hosts with the same webhook: the one that delivers is killed while attempts are under way, and the other one continues.
/// </summary>
public sealed class DeliveryFaultTests
{
    private const int Machines = 12;
    private const int Edits = 20;
    private static readonly TimeSpan LongestTakeover = TimeSpan.FromSeconds(30);
    private static readonly string[] Names = ["sender-0", "sender-1"];

    [Fact(Timeout = 120_000)]
    public async Task Another_host_continues_deliveries_within_seconds_and_loses_none()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var receiver = await WebhookReceiver.StartAsync(stop);
        await using var hosts = await TestHosts.OpenAsync(1);
        using var folder = new Folder();
        var processes = new Dictionary<string, Process>();
        var started = new Dictionary<string, DateTimeOffset>();
        try
        {
            foreach (var name in Names)
            {
                started[name] = hosts.Now;
                processes[name] = Start(name, hosts, folder.Path, receiver);
                // Changes are delivered from the first start on; and the second host does not lead.
                if (name == Names[0]) await DeliversAsync(hosts, stop);
            }

            var writing = WriteAsync(hosts, stop);
            List<PostedChange> posted = [];
            List<TimeSpan> takeovers = [];
            for (var kill = 1; kill <= 2; kill++)
            {
                await TakeAsync(receiver, posted, 60 * kill, stop);
                receiver.HoldAnswers();
                var held = posted.Count;
                await TakeAsync(receiver, posted, held + 3, stop); // requests that are not answered any more
                var leader = posted[^1].Host;
                var other = Names.Single(name => name != leader);
                await RunsAsync(hosts, other, started[other], stop); // its start is not measured
                var killed = Stopwatch.GetTimestamp();
                processes[leader].Kill();
                await processes[leader].WaitForExitAsync(stop);
                receiver.Answer();
                while (posted[^1].Host == leader) posted.Add(await receiver.Posted.ReadAsync(stop));
                takeovers.Add(Stopwatch.GetElapsedTime(killed, posted[^1].At));
                processes[leader].Dispose();
                started[leader] = hosts.Now;
                processes[leader] = Start(leader, hosts, folder.Path, receiver);
            }

            await writing;
            var changes = await hosts.Stores[0].Machines.ReadChangesAsync(0, 10_000, stop);
            var missing = changes.Select(change => change.Number).Except(posted.Select(each => each.Number)).ToHashSet();
            while (missing.Count > 0)
            {
                posted.Add(await receiver.Posted.ReadAsync(stop));
                missing.Remove(posted[^1].Number);
            }

            Check(posted, changes);
            takeovers.Should().OnlyContain(takeover => takeover < LongestTakeover);
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"{changes.Count} changes, {posted.Count} requests, taken over after {string.Join(" and ", takeovers)}");
        }
        finally
        {
            foreach (var process in processes.Values)
            {
                process.Kill();
                await process.WaitForExitAsync(CancellationToken.None);
                process.Dispose();
            }
        }
    }

    private static void Check(List<PostedChange> posted, IReadOnlyList<MachineChanged> changes)
    {
        posted.Select(each => each.Number).Distinct().Should().BeEquivalentTo(changes.Select(change => change.Number), "none is lost");
        posted.GroupBy(each => each.Number).Should().OnlyContain(
            same => same.Select(each => each.Id).Distinct().Count() == 1, "a repetition has the same id");
        posted.DistinctBy(each => each.Id).Should().HaveSameCount(changes, "two changes have different ids");
        posted.Should().HaveCountGreaterThan(changes.Count, "requests that were not answered are repeated");
        foreach (var machine in posted.GroupBy(each => each.Machine))
        {
            machine.DistinctBy(each => each.Id).Select(each => each.Version).Should().Equal(
                Enumerable.Range(1, machine.DistinctBy(each => each.Id).Count()).Select(version => (long)version), "in their order");
        }
    }

    private static Task WriteAsync(TestHosts hosts, CancellationToken stop) => Task.WhenAll(
        Enumerable.Range(0, Machines).Select(number => Task.Run(
            async () =>
            {
                var machine = await hosts.CreateAsync(number, MachineStatus.Ready);
                for (var edit = 0; edit < Edits; edit++)
                {
                    var change = new MachineChange { Machine = machine with { CpuCount = edit }, At = hosts.Now };
                    machine = ((SaveResult.Saved)await hosts.Stores[0].Machines.SaveAsync([change], stop)).Machines[0];
                }
            },
            stop)));

    private static async Task TakeAsync(WebhookReceiver receiver, List<PostedChange> posted, int count, CancellationToken stop)
    {
        while (posted.Count < count) posted.Add(await receiver.Posted.ReadAsync(stop));
    }

    private static async Task DeliversAsync(TestHosts hosts, CancellationToken stop)
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await hosts.Stores[0].Settings.GetAsync("maas.delivery.webhook-test", stop) is null) await ticks.WaitForNextTickAsync(stop);
    }

    // A host says that it runs after its start, and every 15 s from then on.
    private static async Task RunsAsync(TestHosts hosts, string name, DateTimeOffset since, CancellationToken stop)
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!(await hosts.Cores[0].Hosts.ListAsync(stop)).Any(
            host => host.Hostname == name && host.State is HostState.Running && host.Seen >= since)) await ticks.WaitForNextTickAsync(stop);
    }

    private static Process Start(string name, TestHosts hosts, string folder, WebhookReceiver receiver)
    {
        var process = Judge.Start(
            "dotnet",
            [
                HostProcess.Program, "webhooks", hosts.Options.ConnectionString, hosts.Options.Schema, Path.Combine(folder, name),
                Path.Combine(folder, "secret.key"), receiver.UrlOf(name),
            ],
            folder);
        _ = process.StandardError.ReadToEndAsync(CancellationToken.None); // a full pipe would stop it
        _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        return process;
    }

    private sealed class Folder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("maas-delivery-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
