using System.Net;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Tests.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Maas.Boot.Tests.Dhcp4.Server;

/// <summary>A client that wants an address and gets none is seen by an operator who logs nothing below Information.</summary>
public class UnservedClientTests
{
    [Fact]
    public async Task A_client_of_a_subnet_that_is_not_served_is_named_once_a_minute_with_its_relay_and_the_reason()
    {
        var logger = new RecordingLogger<DhcpServer>();
        await using var server = await RunningServer.StartAsync(logger: logger);
        using var relay = new LoopbackRelay((await server.Server.Listening)[0], IPAddress.Parse("192.168.7.1"));
        for (var client = 1; client <= 5; client++) relay.Send(relay.Message(client, DhcpMessageType.Discover));
        await server.ObservedAsync<BootObservation.DhcpExchange>(count: 5);

        Seen(logger).Should().ContainSingle(l => l.Contains("No answer to", StringComparison.Ordinal)).Which.Should().Match(
            "No answer to DISCOVER of 02:00:00:00:00:01 on 127.0.0.1:* through relay 127.0.0.1, link address 192.168.7.1: " +
            "no subnet for the client's link. Further ones are not logged for a minute");
    }

    [Fact]
    public async Task A_client_that_took_another_servers_offer_is_none_to_tell_of()
    {
        var logger = new RecordingLogger<DhcpServer>();
        await using var server = await RunningServer.StartAsync(logger: logger);
        using var relay = await server.RelayAsync();
        var foreign = relay.Message(1, DhcpMessageType.Request);
        foreign.Options.Set(DhcpOptionCode.ServerIdentifier, IPAddress.Parse("10.0.0.99"));
        relay.Send(foreign);
        await server.ObservedAsync<BootObservation.DhcpExchange>();
        Seen(logger).Should().NotContain(l => l.Contains("No answer", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_reply_that_would_go_to_no_single_host_is_not_sent_and_the_relay_is_named()
    {
        var logger = new RecordingLogger<DhcpServer>();
        await using var server = await RunningServer.StartAsync(logger: logger);
        using var relay = await server.RelayAsync();
        var discover = relay.Message(1, DhcpMessageType.Discover);
        discover.RelayAddress = IPAddress.Parse("10.0.255.255"); // the subnet's broadcast address
        relay.Send(discover);
        (await server.ObservedAsync<BootObservation.DhcpExchange>()).Should()
            .ContainSingle(e => e.Answered == null && e.Rule == "the relay's address is none of a single other host");
        Seen(logger).Should().ContainSingle(l => l.Contains("through relay 10.0.255.255", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_line_says_null_and_none_says_a_thing_twice()
    {
        var logger = new RecordingLogger<DhcpServer>();
        await using (var server = await RunningServer.StartAsync(logger: logger))
        {
            using var relay = await server.RelayAsync();
            relay.Lease(1)!.Type.Should().Be(DhcpMessageType.Ack);
            var refused = relay.Message(2, DhcpMessageType.Request);
            refused.Options.Set(DhcpOptionCode.RequestedAddress, IPAddress.Parse("192.168.1.1"));
            relay.Ask(refused)!.Type.Should().Be(DhcpMessageType.Nak);
            var inform = relay.Message(3, DhcpMessageType.Inform);
            inform.ClientAddress = IPAddress.Parse("10.0.0.77");
            relay.Ask(inform)!.Type.Should().Be(DhcpMessageType.Ack);
            relay.Send(relay.Message(4, DhcpMessageType.Release));
            await server.ObservedAsync<BootObservation.DhcpExchange>(count: 5);
        }

        logger.Lines.Should().NotContain(l => l.Text.Contains("(null)", StringComparison.Ordinal));
        logger.Lines.Should().Contain(l => l.Level == LogLevel.Debug && l.Text.Contains("ACK 10.0.", StringComparison.Ordinal));
        var listening = logger.Lines.Single(l => l.Text.StartsWith("DHCP (Full)", StringComparison.Ordinal)).Text;
        listening.Split("127.0.0.1:").Should().HaveCount(2, listening);
    }

    private static IEnumerable<string> Seen(RecordingLogger<DhcpServer> logger) =>
        logger.Lines.Where(l => l.Level >= LogLevel.Information).Select(l => l.Text);
}
