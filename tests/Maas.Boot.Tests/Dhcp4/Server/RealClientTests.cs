using System.Collections.Concurrent;
using System.Net;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Tests.Dhcp4.Leases;
using Maas.Judges;

namespace Maas.Boot.Tests.Dhcp4.Server;

[Collection("network namespaces")]
public class RealClientTests
{
    // Each client calls this once it has an address; dhclient and udhcpc leave it to the script to set it.
    private const string Script = """
        #!/bin/sh
        case "${reason:-$1}" in
          BOUND|RENEW|REBOOT|REBIND) ip addr replace "$new_ip_address/24" dev "$interface" ;;
          bound|renew) ip addr replace "$ip/24" dev "$interface" ;;
        esac
        """;

    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Dhclient_udhcpc_and_dhcpcd_get_a_lease_and_renew_it()
    {
        Judge.RequireRoot();
        await Task.WhenAll(
            GetsAndRenews(
                Judge.Require("dhclient", "isc-dhcp-client"),
                folder =>
                    ["-4", "-d", "-sf", $"{folder}/script", "-lf", $"{folder}/lease", "-pf", $"{folder}/pid", "-cf", "/dev/null", "vc"]),
            GetsAndRenews(Judge.Require("udhcpc", "udhcpc"), folder => ["-i", "vc", "-f", "-s", $"{folder}/script"]),
            GetsAndRenews(Judge.Require("dhcpcd", "dhcpcd-base"), folder => ["-4", "-B", "-A", "-c", "/bin/true", "vc"]));
    }

    private static async Task GetsAndRenews(string client, Func<string, string[]> arguments)
    {
        var folder = Directory.CreateTempSubdirectory("maas-dhcp-").FullName;
        await using var lab = await VethLab.CreateAsync("10.66.0.1/24");
        await File.WriteAllTextAsync($"{folder}/script", Script);
        (await Judge.RunAsync("chmod", ["+x", $"{folder}/script"])).Approved();

        var subnet = new DhcpSubnet
        {
            Network = IPNetwork.Parse("10.66.0.0/24"),
            Ranges = [AddressRange.Parse("10.66.0.100-10.66.0.199")],
            LeaseTime = LeaseTime
        };
        var store = new MemoryLeaseStore();
        var addresses = await LeaseAllocator.OpenAsync([subnet], store);
        var acks = new Acks();
        using var stop = new CancellationTokenSource();
        var server = new DhcpServer(
            new DhcpServerOptions { Interfaces = { "vs" } }, new BootServices { Addresses = addresses, Observer = acks });
        var running = VethLab.Inside(lab.Server, () => server.RunAsync(stop.Token));

        using var process = Judge.Start("ip", ["netns", "exec", lab.Client, client, .. arguments(folder)]);
        var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            var first = await acks.NextAsync(TimeSpan.FromSeconds(40));
            var renewal = await acks.NextAsync(LeaseTime + LeaseTime);
            renewal.Client.Should().Be(first.Client);
            renewal.Rule.Should().Be("it keeps its address");
            store.Leases.Should().ContainKey(first.Client!);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{client} got {acks.Seen} of 2 acknowledgements:\n{string.Join('\n', await output)}");
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            await stop.CancelAsync();
            await running;
            Directory.Delete(folder, recursive: true);
        }
    }

    private sealed class Acks : IBootObserver
    {
        private readonly BlockingCollection<BootObservation.DhcpExchange> _acks = [];

        public int Seen { get; private set; }

        public void Observe(BootObservation observation)
        {
            if (observation is BootObservation.DhcpExchange { Answered: "ACK" } ack) _acks.Add(ack);
        }

        public Task<BootObservation.DhcpExchange> NextAsync(TimeSpan patience) => Task.Run(() =>
        {
            if (!_acks.TryTake(out var ack, patience)) throw new TimeoutException();
            Seen++;
            return ack;
        });
    }
}
