using System.Net;
using CsCheck;
using Maas.Boot.Dhcp;
using Maas.Boot.Dhcp.Firmware;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp.Wire;
using Maas.Boot.Tests.Dhcp.Leases;
using Maas.Boot.Tests.Dhcp.Wire;

namespace Maas.Boot.Tests.Dhcp;

/// <summary>The ways in which DHCP servers have been brought down before, each as a test.</summary>
public class HostileClientTests
{
    private static readonly uint Server = IPAddress.Parse("10.0.0.1").ToNumber();

    [Fact]
    public async Task Any_octets_are_answered_or_not_and_no_answer_is_longer_than_its_receiver_takes()
    {
        var scene = await LeaseScene.OpenAsync();
        DhcpMessageProperties.Damaged.Sample(datagram =>
        {
            if (!DhcpMessage.TryParse(datagram, out var request)) return;
            var state = ClientState.Of(request, Server);
            var source = BootSource.On(new DhcpServerOptions(), IPAddress.Loopback);
            var boot = FirmwareClient.Of(request) is { } firmware ? BootPart.For(firmware, new BootInstruction.LocalDisk(), request.Hardware, source) : null;
            var address = AddressAnswer.Silent("not asked");
            if (state.Kind is { } kind)
            {
                lock (scene) address = scene.Ask(kind, request, IPv4.ToAddress(state.Address).ToString());
            }

            var reply = new DhcpMessage();
            if (!DhcpResponder.Respond(request, new ResponseFacts(Server, address, boot), reply)) return;
            var longest = DhcpResponder.LongestReplyTo(request);
            var written = DhcpResponder.Write(reply, new byte[longest]);
            written.Should().BeInRange(0, longest);
            _ = ReplyRoute.For(request, reply, (1, 1), (67, 68));
        }, iter: 20_000);
    }

    [Fact]
    public async Task A_client_identifier_of_any_length_names_a_client()
    {
        // CVE-2012-3571: an identifier of no length sent a server into an endless loop.
        var scene = await LeaseScene.OpenAsync();
        foreach (var length in (int[])[0, 1, 2, 255, 1000])
        {
            var message = LeaseScene.From(length);
            message.Options.Set(DhcpOptionCode.ClientIdentifier, new byte[length]);
            scene.Ask(AddressQuestionKind.Discover, message).Rule.Should().NotBeEmpty();
        }
    }

    [Fact]
    public async Task A_client_that_declines_whatever_it_gets_does_not_empty_the_pool()
    {
        var wide = LeaseScene.Subnet with { Ranges = [AddressRange.Parse("10.0.0.10-10.0.0.99")] };
        var scene = await LeaseScene.OpenAsync(wide);
        for (var i = 0; i < 200; i++) scene.Ask(AddressQuestionKind.InUse, 1, scene.Lease(1));
        scene.Addresses.List().Count(l => l.State == LeaseState.Quarantined).Should().Be(16);
        scene.Time.Advance(TimeSpan.FromMinutes(1));
        scene.Ask(AddressQuestionKind.InUse, 2, scene.Lease(2));
        scene.Addresses.List().Count(l => l.State == LeaseState.Quarantined).Should().Be(17);
    }

    [Fact]
    public async Task A_circuit_that_invents_clients_is_held_back_and_other_circuits_are_not()
    {
        var wide = LeaseScene.Subnet with { Ranges = [AddressRange.Parse("10.0.0.10-10.0.0.250")] };
        var scene = await LeaseScene.OpenAsync(wide, new LeaseRules { NewClientsPerMinute = 5 });
        Enumerable.Range(1, 100).Count(c => scene.Ask(AddressQuestionKind.Discover, Behind("bad", c)).Kind == AddressAnswerKind.Grant).Should().Be(5);
        scene.Ask(AddressQuestionKind.Discover, Behind("bad", 3)).Kind.Should().Be(AddressAnswerKind.Grant, "it has an address already");
        scene.Ask(AddressQuestionKind.Discover, Behind("good", 200)).Kind.Should().Be(AddressAnswerKind.Grant);
        scene.Time.Advance(TimeSpan.FromMinutes(1));
        scene.Ask(AddressQuestionKind.Discover, Behind("bad", 101)).Kind.Should().Be(AddressAnswerKind.Grant);
    }

    [Fact]
    public async Task A_relay_of_another_network_gets_no_address_of_this_one()
    {
        var scene = await LeaseScene.OpenAsync();
        var question = new AddressQuestion(AddressQuestionKind.Discover, LeaseScene.From(1), IPAddress.Parse("192.168.7.1"));
        (await scene.Addresses.AskAsync(question, default)).Kind.Should().Be(AddressAnswerKind.Silent);
    }

    [Fact]
    public void Options_that_a_client_sends_are_never_told_to_it_as_the_networks()
    {
        var request = LeaseScene.From(1);
        ClasslessRoute.Set(request.Options, [new ClasslessRoute(new IPNetwork(IPAddress.Any, 0), IPAddress.Parse("10.0.0.66"))]);
        request.Options.Set(DhcpOptionCode.Router, IPAddress.Parse("10.0.0.66"));
        request.Options.Set(DhcpOptionCode.DomainNameServer, IPAddress.Parse("10.0.0.66"));
        var reply = new DhcpMessage();
        var grant = AddressAnswer.Grant(IPAddress.Parse("10.0.0.10"), LeaseScene.Subnet, TimeSpan.FromHours(1), "a");
        DhcpResponder.Respond(request, new ResponseFacts(Server, grant, null), reply).Should().BeTrue();
        foreach (var code in (DhcpOptionCode[])[DhcpOptionCode.ClasslessStaticRoute, DhcpOptionCode.Router, DhcpOptionCode.DomainNameServer]) reply.Options.Contains(code).Should().BeFalse();
    }

    private static DhcpMessage Behind(string circuit, int client)
    {
        var message = LeaseScene.From(client);
        new RelayAgentInformation { CircuitId = System.Text.Encoding.ASCII.GetBytes(circuit) }.AddTo(message.Options);
        return message;
    }
}
