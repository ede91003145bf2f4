using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp4.Wire;
using Maas.Testing.Dhcp;
using Maas.Testing.Events;
using Maas.Testing.Tests.Servers;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Testing.Tests.Dhcp;

public class DhcpClientTests
{
    private static readonly HardwareAddress Mac = HardwareAddress.Parse("52:54:00:00:00:01");
    private static readonly DhcpClientProfile Rom = DhcpClientProfile.Of(SimulatedFirmware.BiosPxe, Mac, Guid.Empty);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static Task<DhcpLease?> AcquireAsync(
        DhcpClientProfile voice,
        TimeProvider timeProvider,
        DatagramFaults? faults,
        params ScriptedDhcp[] servers)
    {
        var network = new SimulatedNetwork
        {
            DhcpServers = [.. servers.Select(s => s.EndPoint)],
            ProxyPatience = TimeSpan.FromSeconds(5),
            BootServicePort = servers[^1].EndPoint.Port,
            Faults = faults ?? DatagramFaults.None
        };
        return new DhcpClient(network, Mac, new MachineLog(timeProvider), timeProvider).AcquireAsync(voice, Stop);
    }

    // Lets the client's patience end only when it has said all it has to say.
    private static async Task<T> In_fake_time<T>(FakeTimeProvider time, Task<T> task)
    {
        while (!task.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }

        return await task;
    }

    [Fact]
    public async Task A_lease_comes_through_the_relay_without_its_words()
    {
        await using var server = new ScriptedDhcp(asked => ScriptedDhcp.Lease(asked, "127.9.0.1", "undionly.kpxe"));
        var lease = await AcquireAsync(Rom, TimeProvider.System, null, server);
        lease.Should()
            .BeEquivalentTo(new DhcpLease(IPAddress.Parse("127.9.0.1"), IPAddress.Loopback, IPAddress.Loopback, "undionly.kpxe", 1));
        server.Heard.Should().HaveCount(2).And.OnlyContain(m => m.RelayAddress.Equals(IPAddress.Loopback) && m.Hops == 1);
        RelayAgentInformation.Parse(server.Heard[0].Options.Get(DhcpOptionCode.RelayAgentInformation)).UsesSourcePort.Should().BeTrue();
    }

    [Fact]
    public async Task An_offer_without_a_boot_file_is_not_enough_for_firmware_and_is_for_a_system()
    {
        await using var server = new ScriptedDhcp(asked => ScriptedDhcp.Lease(asked, "127.9.0.1"));
        var time = new FakeTimeProvider();
        (await In_fake_time(time, AcquireAsync(Rom, time, null, server))).Should().BeNull();
        (await AcquireAsync(DhcpClientProfile.Udhcpc(Mac), TimeProvider.System, null, server)).Should().NotBeNull();
    }

    [Theory]
    [InlineData("127.9.0.1", "PXE ROM: DHCP offers without an address or a boot file after 1 attempts")]
    [InlineData(null, "PXE ROM: no DHCP answer after 1 attempts")]
    public async Task The_story_tells_silence_from_offers_that_say_nothing_to_boot(string? address, string told)
    {
        await using var server = new ScriptedDhcp(asked => address is null ? null : ScriptedDhcp.Lease(asked, address));
        var patience = address is null ? TimeSpan.FromMilliseconds(10) : TimeSpan.FromSeconds(30);
        var network = new SimulatedNetwork
        {
            DhcpServers = [server.EndPoint], DhcpAttempts = 1, DhcpPatience = patience, ProxyPatience = TimeSpan.FromMilliseconds(10),
        };
        var log = new MachineLog(TimeProvider.System);

        (await new DhcpClient(network, Mac, log, TimeProvider.System).AcquireAsync(Rom, Stop)).Should().BeNull();
        log.End();

        (await log.WatchAsync(Stop).ToListAsync(Stop)).Should().ContainSingle().Which.ToString().Should().Be(told);
    }

    [Fact]
    public async Task Beside_another_server_a_proxy_names_the_file()
    {
        await using var addresses =
            new ScriptedDhcp(asked =>
                asked.Options.GetAddress(DhcpOptionCode.ServerIdentifier) is { } chosen && !chosen.Equals(IPAddress.Parse("127.0.0.2"))
            ? null : ScriptedDhcp.Lease(asked, "127.9.0.1", server: "127.0.0.2"));
        await using var proxy = new ScriptedDhcp(asked =>
        {
            if (asked.Type != DhcpMessageType.Discover) return null;
            var offer = ScriptedDhcp.Answer(asked, DhcpMessageType.Offer);
            offer.Options.Set(DhcpOptionCode.VendorClass, "PXEClient");
            offer.BootFile = "undionly.kpxe";
            return offer;
        });
        var lease = await AcquireAsync(Rom, TimeProvider.System, null, addresses, proxy);
        lease!.Address.Should().Be(IPAddress.Parse("127.9.0.1"));
        lease.BootFile.Should().Be("undionly.kpxe");
        lease.BootServer.Should().Be(IPAddress.Loopback);
    }

    [Fact]
    public async Task A_proxy_that_offers_no_file_is_asked_at_its_boot_service()
    {
        await using var addresses = new ScriptedDhcp(asked => ScriptedDhcp.Lease(asked, "127.9.0.1", server: "127.0.0.2"));
        await using var proxy = new ScriptedDhcp(asked =>
        {
            var isBootService = !asked.ClientAddress.Equals(IPAddress.Any);
            if (asked.Type == DhcpMessageType.Request && !isBootService) return null;
            var answer = ScriptedDhcp.Answer(asked, isBootService ? DhcpMessageType.Ack : DhcpMessageType.Offer);
            answer.Options.Set(DhcpOptionCode.VendorClass, "PXEClient");
            if (isBootService) answer.BootFile = "pxelinux.0";
            return answer;
        });
        var lease = await AcquireAsync(Rom, TimeProvider.System, null, addresses, proxy);
        lease!.BootFile.Should().Be("pxelinux.0");
        proxy.Heard[^1].ClientAddress.Should().Be(IPAddress.Parse("127.9.0.1"));
    }

    [Fact]
    public async Task A_refusal_makes_the_client_start_again()
    {
        var refusals = 1;
        await using var server = new ScriptedDhcp(asked => asked.Type == DhcpMessageType.Request && refusals-- > 0
            ? ScriptedDhcp.Answer(asked, DhcpMessageType.Nak) : ScriptedDhcp.Lease(asked, "127.9.0.1", "f"));
        (await AcquireAsync(Rom, TimeProvider.System, null, server))!.Attempts.Should().Be(2);
    }

    [Fact]
    public async Task Silence_ends_after_the_attempts_that_firmware_makes()
    {
        await using var server = new ScriptedDhcp(_ => null);
        var time = new FakeTimeProvider();
        var start = time.GetUtcNow();
        (await In_fake_time(time, AcquireAsync(Rom, time, null, server))).Should().BeNull();
        (time.GetUtcNow() - start).Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(4 + 8 + 16 + 32));
    }

    [Fact]
    public async Task Repeated_datagrams_change_nothing()
    {
        await using var server = new ScriptedDhcp(asked => ScriptedDhcp.Lease(asked, "127.9.0.1", "f"));
        (await AcquireAsync(Rom, TimeProvider.System, new DatagramFaults(0, 1), server))!.Attempts.Should().Be(1);
    }
}
