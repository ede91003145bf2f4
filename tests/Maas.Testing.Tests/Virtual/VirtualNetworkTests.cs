using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Maas.Boot;
using Maas.Boot.Scripts;
using Maas.Testing.Events;
using Maas.Testing.Tests.Servers;
using Maas.Testing.Virtual;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Logging;

namespace Maas.Testing.Tests.Virtual;

public sealed class VirtualNetworkTests
{
    private static readonly LinkConditions Bad = new()
    {
        Loss = 0.3,
        Reordering = 0.2,
        Duplication = 0.05,
        Jitter = TimeSpan.FromMilliseconds(3),
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_seed_gives_the_same_log_byte_for_byte_and_another_seed_another()
    {
        var log = await LogOfAsync(seed: 7);
        log.Should().Contain("was never acknowledged").And.Contain("10.0.0.1:67 > 255.255.255.255:68");
        (await LogOfAsync(seed: 7)).Should().Be(log);
        (await LogOfAsync(seed: 8)).Should().NotBe(log);
    }

    [Fact]
    public async Task A_policy_that_does_real_work_leaves_the_log_as_it_is()
    {
        var log = await LogOfAsync(seed: 7);
        var real = new KernelPolicy(async (_, stop) =>
        {
            await Task.Run(() => { }, stop);
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, stop);
        });
        (await LogOfAsync(seed: 7, real)).Should().Be(log, "the network's time stands still meanwhile");
    }

    [Theory]
    [InlineData(SimulatedFirmware.BiosIpxe)]
    [InlineData(SimulatedFirmware.BiosPxe)]
    [InlineData(SimulatedFirmware.UefiPxe)]
    public async Task Machines_whose_links_lose_three_datagrams_in_ten_and_reorder_boot_in_the_end(SimulatedFirmware firmware)
    {
        await using var boot = await VirtualBoot.StartAsync(new VirtualNetwork(seed: 11));
        List<SimulatedMachine> machines = [.. Enumerable.Range(1, 10).Select(n => boot.Add(n, Bad, firmware))];
        await boot.Network.RunAsync(() => Task.WhenAll(machines.Select(TurnOnUntilBootedAsync)));
        boot.Network.Loop.Strays.Should().Be(0);

        // As an operator does: a machine that gave up network boot is turned on again.
        static async Task TurnOnUntilBootedAsync(SimulatedMachine machine)
        {
            for (var tries = 0; tries < 50; tries++)
            {
                machine.TurnOn();
                if (await machine.WhenAtRestAsync(Stop) is SettledState.UnknownKernel) return;
                await machine.TurnOffAsync();
            }

            throw new InvalidOperationException($"{machine.Mac} has never booted.");
        }
    }

    [Fact]
    public async Task A_plug_that_a_scenario_pulls_takes_no_time()
    {
        var network = new VirtualNetwork(seed: 1);
        await using var machine = new SimulatedMachine(new SimulatedMachineOptions
        {
            Mac = HardwareAddress.Parse("52:54:00:00:00:01"), Network = new SimulatedNetwork { Virtual = network },
            SelfTest = TimeSpan.FromHours(1),
        });
        await network.RunAsync(async () =>
        {
            machine.TurnOn();
            await Task.Delay(TimeSpan.FromSeconds(10), network.TimeProvider, Stop);
            var later = Task.Delay(TimeSpan.FromMinutes(3), network.TimeProvider, Stop);
            await machine.TurnOffAsync();
            later.IsCompleted.Should().BeFalse();
        });

        machine.IsOn.Should().BeFalse();
        network.Elapsed.Should().Be(TimeSpan.FromSeconds(10));
        network.Loop.Strays.Should().Be(0);
    }

    [Fact]
    public async Task Firmware_retransmits_for_its_whole_series_until_a_late_server_answers()
    {
        List<TimeSpan> discovers = [];
        var network = new VirtualNetwork(seed: 1)
        {
            DatagramSent = d =>
            {
                if (d.Destination.Port == 67) discovers.Add(TimeSpan.FromSeconds(Math.Round(d.At.TotalSeconds)));
            },
        };
        await using var machine = new SimulatedMachine(new SimulatedMachineOptions
        {
            Mac = HardwareAddress.Parse("52:54:00:00:00:01"),
            Network = new SimulatedNetwork { Virtual = network },
        });
        VirtualBoot? boot = null;
        var started = Stopwatch.GetTimestamp();
        var state = await network.RunAsync(async () =>
        {
            machine.TurnOn();
            await Task.Delay(TimeSpan.FromSeconds(27), network.TimeProvider, Stop);
            boot = await VirtualBoot.StartAsync(network);
            return await machine.WhenAtRestAsync(Stop);
        });
        state.Should().BeOfType<SettledState.UnknownKernel>();
        discovers.Should().Equal(
            new[] { 0, 4, 12, 28, 28 }.Select(s => TimeSpan.FromSeconds(s)), "three lost DISCOVERs, one heard, and its REQUEST");
        Stopwatch.GetElapsedTime(started).Should().BeLessThan(TimeSpan.FromSeconds(20), "28 s of virtual time are not waited for");
        await boot!.DisposeAsync();
    }

    [Fact]
    public async Task A_switch_port_that_forwards_late_costs_the_first_attempts()
    {
        await using var boot = await VirtualBoot.StartAsync(new VirtualNetwork(seed: 1));
        var machine = boot.Add(1, new LinkConditions { ForwardingDelay = TimeSpan.FromSeconds(15) }, SimulatedFirmware.BiosIpxe);
        (await boot.BootAsync(machine)).Should().AllBeOfType<SettledState.UnknownKernel>();
        boot.Network.Elapsed.Should().BeCloseTo(TimeSpan.FromSeconds(28), TimeSpan.FromSeconds(2));
        await machine.DisposeAsync();
        (await machine.WatchAsync(Stop).OfType<MachineEvent.Dhcp>().FirstAsync(Stop)).Attempts.Should().Be(4);
    }

    [Fact]
    public async Task A_rogue_server_that_answers_first_is_seen_and_firmware_boots_by_the_other()
    {
        await using var boot = await VirtualBoot.StartAsync(new VirtualNetwork(seed: 1));
        using var rogue = Rogue(boot.Network, RogueDhcpBehavior.OfferWithoutBootFile);
        var machine = boot.Add(1);
        (await boot.BootAsync(machine)).Should().AllBeOfType<SettledState.UnknownKernel>();
        rogue.Answers.Should().BePositive();
        (await VirtualBoot.StoryAsync(machine)).Should()
            .Contain(line => line.Contains("leased 10.0.")).And.NotContain(line => line.Contains("192.168."));
    }

    [Fact]
    public async Task A_rogue_server_alone_offers_nothing_to_boot()
    {
        var network = new VirtualNetwork(seed: 1);
        using var rogue = Rogue(network, RogueDhcpBehavior.OfferWithoutBootFile);
        await using var machine = new SimulatedMachine(new SimulatedMachineOptions
        {
            Mac = HardwareAddress.Parse("52:54:00:00:00:01"),
            Network = new SimulatedNetwork { Virtual = network },
        });
        var state = await network.RunAsync(() =>
        {
            machine.TurnOn();
            return machine.WhenAtRestAsync(Stop);
        });
        state.Should().BeOfType<SettledState.Stuck>();
        (await machine.WatchAsync(Stop).OfType<MachineEvent.Dhcp>().FirstAsync(Stop)).ToString()
            .Should().Be("iPXE: DHCP offers without an address or a boot file after 4 attempts");
    }

    [Fact]
    public async Task A_rogue_server_that_refuses_requests_keeps_machines_from_booting()
    {
        await using var boot = await VirtualBoot.StartAsync(new VirtualNetwork(seed: 1));
        using var rogue = Rogue(boot.Network, RogueDhcpBehavior.RefuseRequests);
        var machine = boot.Add(1, firmware: SimulatedFirmware.BiosIpxe);
        (await boot.BootAsync(machine)).Should().AllBeOfType<SettledState.Stuck>();
        (await VirtualBoot.StoryAsync(machine)).Should().Contain(line => line.Contains("refused"));
        rogue.Answers.Should().Be(4);
    }

    [Fact]
    public async Task Boot_files_by_HTTP_come_from_the_handler_of_the_host_and_know_the_client()
    {
        var network = new VirtualNetwork(seed: 1);
        var script = BootScript.Write(BootScriptDialect.Ipxe, new BootInstruction.Kernel("linux", [], "by http"));
        ConcurrentQueue<string> asked = [];
        using var handler = new ScriptedHttp(async request =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, Stop); // elsewhere, as a real server
            asked.Enqueue($"{request.RequestUri!.AbsolutePath} from {request.Headers.GetValues("X-Forwarded-For").Single()}");
            return new HttpResponseMessage
            {
                Content = request.RequestUri.AbsolutePath.Contains("/ipxe/", StringComparison.Ordinal)
                    ? new StringContent(script)
                    : new ByteArrayContent(new byte[1000]),
            };
        });
        await using var boot = await VirtualBoot.StartAsync(
            network, configure: o => o.Dhcp!.HttpBase = new Uri("http://10.0.0.1:5240/boot/"));
        boot.Host.ServeHttp(handler, port: 5240);
        var machine = boot.Add(1, new LinkConditions { Loss = 0.1 }, SimulatedFirmware.UefiHttp);
        (await boot.BootAsync(machine)).Should().Equal(new SettledState.UnknownKernel("by http"));
        asked.Should().HaveCountGreaterThan(2).And.OnlyContain(a => a.Contains(" from 10.0."));
    }

    [Fact]
    public async Task Endpoints_of_a_test_server_serve_machines_and_may_wait_by_the_networks_clock()
    {
        var network = new VirtualNetwork(seed: 1);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        await using var app = builder.Build();
        app.MapGet("/boot/{**name}", async (string name) =>
        {
            await Task.Delay(TimeSpan.FromMinutes(1), network.TimeProvider, Stop);
            return name.Contains("ipxe/", StringComparison.Ordinal)
                ? Results.Text(BootScript.Write(BootScriptDialect.Ipxe, new BootInstruction.Kernel("linux", [], "by an endpoint")))
                : Results.Bytes(new byte[1000]);
        });
        await app.StartAsync(Stop);
        app.GetTestServer().PreserveExecutionContext = true;
        await using var boot = await VirtualBoot.StartAsync(
            network, configure: o => o.Dhcp!.HttpBase = new Uri("http://10.0.0.1:5240/boot/"));
        boot.Host.ServeHttp(app.GetTestServer().CreateHandler(), port: 5240);
        (await boot.BootAsync(boot.Add(1, firmware: SimulatedFirmware.UefiHttp))).Should()
            .Equal(new SettledState.UnknownKernel("by an endpoint"));
        network.Elapsed.Should().BeGreaterThan(TimeSpan.FromMinutes(3));
    }

    [Fact]
    public async Task DHCPv6_is_served_too()
    {
        var server = IPAddress.Parse("fd00:77::1");
        var network = new VirtualNetwork(seed: 1);
        var host = network.AddHost("boot", server);
        var client = network.AddHost("client", IPAddress.Parse("fe80::2"));
        var subnet = new Boot.Dhcp6.Leases.Dhcp6Subnet
        {
            Network = IPNetwork.Parse("fd00:77::/64"),
            Ranges = [Boot.Dhcp6.Leases.AddressRange6.Parse("fd00:77::1000-fd00:77::1fff")],
        };
        var journal = Path.Combine(Path.GetTempPath(), $"maas-leases6-{Guid.CreateVersion7():N}");
        await using var leases = Boot.Dhcp6.Leases.LeaseJournal6.Open(journal);
        using var stop = new CancellationTokenSource();
        var options = new Boot.Dhcp6.Server.Dhcp6ServerOptions
        {
            Interfaces = { VirtualHost.InterfaceName },
            ServerIdentifier = Boot.Dhcp6.Wire.Duid.Parse("00:03:00:01:52:54:00:00:00:fe"),
        };
        var run = new Boot.Dhcp6.Server.Dhcp6Server(options, host.Attach(new BootServices
        {
            Addresses6 = await Boot.Dhcp6.Leases.LeaseAllocator6.OpenAsync([subnet], leases, timeProvider: network.TimeProvider),
        })).RunAsync(stop.Token);
        var answer = new TaskCompletionSource<VirtualDatagram>();
        using var port = client.OpenUdp(546, (_, datagram) => answer.TrySetResult(datagram));
        var advertised = await network.RunAsync(
            () =>
            {
                // RFC 8415 section 7.3: SOLICIT with a client identifier, an IA_NA and the elapsed time
                port.Send(
                    Convert.FromHexString(
                        "01123456" + "0001000a00030001525400000001" + "0003000c000000010000000000000000" + "000800020000"),
                    new IPEndPoint(IPAddress.Parse("ff02::1:2"), 547));
                return answer.Task;
            },
            Stop);
        advertised.Source.Should().Be(new IPEndPoint(server, 547));
        advertised.Payload.Span[0].Should().Be(2, "ADVERTISE");
        await stop.CancelAsync();
        await run.ContinueWith(_ => { }, TaskScheduler.Default);
        foreach (var file in Directory.GetFiles(Path.GetTempPath(), Path.GetFileName(journal) + "*")) File.Delete(file);
    }

    [Fact]
    public async Task A_policy_that_waits_by_the_networks_clock_is_given_the_time()
    {
        var network = new VirtualNetwork(seed: 1);
        var policy = new KernelPolicy(async (_, stop) => await Task.Delay(TimeSpan.FromSeconds(2), network.TimeProvider, stop));
        await using var boot = await VirtualBoot.StartAsync(network, policy);
        (await boot.BootAsync(boot.Add(1))).Should().AllBeOfType<SettledState.UnknownKernel>();
        network.Elapsed.Should().BeGreaterThan(TimeSpan.FromSeconds(4));
    }

    [Fact]
    public async Task A_policy_that_never_answers_stalls_the_run_with_its_name()
    {
        var network = new VirtualNetwork(seed: 1) { StallTimeout = TimeSpan.FromMilliseconds(200) };
        var never = new TaskCompletionSource();
        await using var boot = await VirtualBoot.StartAsync(network, new KernelPolicy((_, _) => new ValueTask(never.Task)));
        var run = () => boot.BootAsync(boot.Add(1));
        (await run.Should().ThrowAsync<VirtualNetworkStalledException>())
            .WithMessage("*the boot policy's decision for 52:54:00:00:00:01*TimeProvider*StallTimeout*");
        never.SetResult();
    }

    [Fact]
    public async Task Code_that_waits_for_something_else_or_for_ever_stalls_the_run()
    {
        var network = new VirtualNetwork(seed: 1) { StallTimeout = TimeSpan.FromMilliseconds(100), TimeLimit = TimeSpan.FromHours(1) };
        var never = new TaskCompletionSource();
        var elsewhere = () => network.RunAsync(() => never.Task, Stop);
        (await elsewhere.Should().ThrowAsync<VirtualNetworkStalledException>()).WithMessage("*OutsideAsync*");
        var tooLong = () => network.RunForAsync(TimeSpan.FromDays(1), Stop);
        (await tooLong.Should().ThrowAsync<VirtualNetworkStalledException>()).WithMessage("*time limit*");
        using var released = new ManualResetEventSlim();
        var blocked = () => network.RunAsync(
            () =>
            {
                released.Wait(Stop);
                return Task.CompletedTask;
            },
            Stop);
        (await blocked.Should().ThrowAsync<VirtualNetworkStalledException>()).WithMessage("*blocked its loop*");
        released.Set();
    }

    [Fact]
    public async Task Work_beside_the_network_stops_its_clock()
    {
        var network = new VirtualNetwork(seed: 1);
        await using var busy = network.TimeProvider.CreateTimer(_ => { }, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        var result = await network.RunAsync(async () =>
        {
            var outcome = await network.OutsideAsync(async () =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Stop);
                return 5;
            });
            return (outcome, network.Elapsed, network.Loop.IsOnLoop);
        });
        result.Should().Be((5, TimeSpan.Zero, true));
    }

    private static RogueDhcpServer Rogue(VirtualNetwork network, RogueDhcpBehavior behavior)
    {
        var host = network.AddHost("rogue", IPAddress.Parse("192.168.222.254"));
        host.Link = new LinkConditions { Delay = TimeSpan.FromMicroseconds(1) };
        return new RogueDhcpServer(host, behavior);
    }

    private static async Task<string> LogOfAsync(int seed, IBootPolicy? policy = null)
    {
        List<string> log = [];
        await using var boot = await VirtualBoot.StartAsync(
            new VirtualNetwork(seed) { DatagramSent = d => log.Add(d.ToString()) }, policy);
        List<SimulatedMachine> machines = [.. Enumerable.Range(1, 12).Select(n => boot.Add(
            n, n % 3 == 0 ? Bad : null, n % 2 == 0 ? SimulatedFirmware.BiosPxe : SimulatedFirmware.UefiPxe))];
        await boot.BootAsync(machines);
        foreach (var machine in machines) log.AddRange(await VirtualBoot.StoryAsync(machine));
        lock (boot.Observations) log.AddRange(boot.Observations.Select(o => o.ToString()));
        return string.Join('\n', log);
    }

    private sealed class ScriptedHttp(Func<HttpRequestMessage, Task<HttpResponseMessage>> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            answer(request);
    }
}
