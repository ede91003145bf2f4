using System.Collections.Concurrent;
using System.Net;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Dhcp6.Server;
using Maas.Boot.RouterAdvertisement;
using Maas.Boot.Tests.Dhcp4.Server;
using Maas.Boot.Tests.Dhcp6.Leases;
using Maas.Judges;

namespace Maas.Boot.Tests.Dhcp6.Server;

[Collection("network namespaces")]
public class RealClientTests
{
    private const string Script = """
        #!/bin/sh
        case "$reason" in
          BOUND6|RENEW6|REBIND6) ip -6 addr replace "$new_ip6_address/128" dev "$interface" ;;
        esac
        """;

    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(16);

    [Fact]
    public async Task Dhclient_and_dhcpcd_get_an_IPv6_lease_and_renew_it()
    {
        Judge.RequireRoot();
        await Task.WhenAll(
            GetsAndRenews(
                Judge.Require("dhclient", "isc-dhcp-client"),
                folder =>
                    ["-6", "-d", "-sf", $"{folder}/script", "-lf", $"{folder}/lease", "-pf", $"{folder}/pid", "-cf", "/dev/null", "vc"]),
            GetsAndRenews(Judge.Require("dhcpcd", "dhcpcd-base"), _ => ["-6", "-B", "-A", "-c", "/bin/true", "vc"]));
    }

    [Fact]
    public async Task The_kernel_takes_prefix_and_flags_from_an_advertisement_and_asks_for_one()
    {
        await using var lab = await VethLab.CreateAsync("fd00:77::1/64");
        using var stop = new CancellationTokenSource();
        var running = VethLab.Inside(lab.Server, () => Advertiser().RunAsync(stop.Token));
        // Its hop limit, checksum and source are what the kernel insists on; the interface flags 0x80 and 0x40 are M and O.
        var address = await Eventually(["-n", lab.Client, "-6", "addr", "show", "dev", "vc", "scope", "global"], "inet6 fd00:77:");
        address.Should().Contain("/64");
        (await Eventually(["-n", lab.Client, "-6", "route", "show"], "fd00:77::/64")).Should().NotContain("default");
        await stop.CancelAsync();
        await running;
    }

    private static RouterAdvertiser Advertiser() => new(new RouterAdvertiserOptions
    {
        Interfaces = { "vs" },
        Prefixes = { new AdvertisedPrefix { Network = IPNetwork.Parse("fd00:77::/64"), IsAutonomous = true } },
    }, new BootServices());

    private static async Task<string> Eventually(string[] arguments, string text)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var verdict = await Judge.RunAsync("ip", arguments, cancellationToken: patience.Token);
            if (verdict.Output.Contains(text, StringComparison.Ordinal)) return verdict.Output;
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, patience.Token);
        }
    }

    private static async Task GetsAndRenews(string client, Func<string, string[]> arguments)
    {
        var folder = Directory.CreateTempSubdirectory("maas-dhcp6-").FullName;
        await using var lab = await VethLab.CreateAsync("fd00:77::1/64");
        await lab.SettleAsync();
        await File.WriteAllTextAsync($"{folder}/script", Script);
        (await Judge.RunAsync("chmod", ["+x", $"{folder}/script"])).Approved();

        var store = new MemoryLeaseStore6();
        var addresses = await LeaseAllocator6.OpenAsync([LeaseScene6.Subnet with { LeaseTime = LeaseTime }], store);
        var replies = new Replies();
        using var stop = new CancellationTokenSource();
        var server = new Dhcp6Server(
            new Dhcp6ServerOptions { Interfaces = { "vs" } }, new BootServices { Addresses6 = addresses, Observer = replies });
        var running = VethLab.Inside(lab.Server, () => Task.WhenAll(server.RunAsync(stop.Token), Advertiser().RunAsync(stop.Token)));

        using var process = Judge.Start("ip", ["netns", "exec", lab.Client, client, .. arguments(folder)]);
        var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            var first = await replies.NextAsync("REQUEST");
            var renewal = await replies.NextAsync("RENEW");
            renewal.Client.Should().Be(first.Client);
            renewal.Rule.Should().Be("it keeps its address");
            renewal.Hardware.Should().NotBeNull();
            store.Leases.Should().ContainKey(first.Client!);
        }
        catch (TimeoutException e)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{client}: {e.Message}\n{string.Join('\n', await output)}");
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            await stop.CancelAsync();
            await running;
            Directory.Delete(folder, recursive: true);
        }
    }

    private sealed class Replies : IBootObserver
    {
        private readonly BlockingCollection<BootObservation.DhcpExchange> _seen = [];

        public void Observe(BootObservation observation) => _seen.Add((BootObservation.DhcpExchange)observation);

        public Task<BootObservation.DhcpExchange> NextAsync(string asked) => Task.Run(() =>
        {
            var all = new List<string>();
            while (_seen.TryTake(out var exchange, TimeSpan.FromSeconds(40)))
            {
                if (exchange.Asked == asked && exchange.Answered == "REPLY") return exchange;
                all.Add($"{exchange.Asked} {exchange.Answered} {exchange.Rule}");
            }

            throw new TimeoutException($"no REPLY to a {asked}, but {string.Join(", ", all)}");
        });
    }
}
