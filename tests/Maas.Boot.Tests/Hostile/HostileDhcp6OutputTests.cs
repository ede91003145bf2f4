using System.Buffers.Binary;
using System.Net;
using CsCheck;
using Maas.Boot.Dhcp.Firmware;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Dhcp6.Server;
using Maas.Boot.Dhcp6.Wire;
using Maas.Boot.Tests.Dhcp6.Server;
using Maas.Boot.Tests.Packets;

namespace Maas.Boot.Tests.Hostile;

/// <summary>
/// PixieFail (CVE-2023-45229 to 45237) was firmware that trusted the lengths in DHCPv6 answers. Whatever real firmware asks and an operator
/// configures, and through however many relays, every length in an answer is true and nothing is longer than its place in that firmware.
/// </summary>
public class HostileDhcp6OutputTests
{
    private static readonly Gen<Dhcp6Subnet> Subnet =
        Gen.Select(Gen.Int[0, 80], Gen.Int[0, 20], Gen.Int[0, 60], Gen.Int[0, 1300], (servers, domains, times, parameter) => new Dhcp6Subnet
    {
        Network = IPNetwork.Parse("fd00:77::/64"),
        Ranges = [AddressRange6.Parse("fd00:77::1000-fd00:77::1fff")],
        NameServers = [.. Enumerable.Range(1, servers).Select(i => IPAddress.Parse($"fd00:77::53:{i:x}"))],
        SearchDomains = [.. Enumerable.Range(1, domains).Select(i => $"domain-{i}.example.org")],
        TimeServers = [.. Enumerable.Range(1, times).Select(i => IPAddress.Parse($"fd00:77::123:{i:x}"))],
        BootFileParameters = parameter == 0 ? [] : [new string('p', parameter), "quiet"],
    });

    private static readonly Gen<BootInstruction> Instruction = Gen.Select(Gen.Int[1, 1400], Gen.Bool).Select((length, isProgram) =>
        isProgram ? new BootInstruction.Program(new string('f', length)) : (BootInstruction)new BootInstruction.Kernel("linux", [], ""));

    public static TheoryData<string> Captured => [.. Captures.Names.Where(n => Captures.Dhcp6(n).Any())];

    [Theory]
    [MemberData(nameof(Captured))]
    public void Whatever_the_subnet_tells_an_answer_fits_one_packet_and_every_length_in_it_is_true(string name)
    {
        var requests = Captures.Dhcp6(name).Where(p => p.Destination.Port == 547).Select(p => p.Payload.ToArray()).ToArray();
        Gen.Select(Subnet, Instruction, Gen.Int[0, requests.Length - 1], Gen.Int[0, 8], Gen.Int[0, 300]).Sample(
            (subnet, instruction, index, relays, circuit) =>
            {
                var datagram = requests[index];
                for (var i = 0; i < relays; i++)
                    datagram = Packet6.Relay(
                        datagram, "fd00:77::1", $"{Packet6.LinkLocal}", (byte)i, (Dhcp6OptionCode.InterfaceId, new byte[circuit]));
                Check(Packet6.Read(datagram), subnet, instruction, relays);
            },
            iter: 2000,
            threads: 1);
    }

    // RFC 8415 as a suspicious client would check it, without this package's reader.
    private static void Check(Dhcp6Request request, Dhcp6Subnet subnet, BootInstruction instruction, int relays)
    {
        var source = new BootFileLocator(
            BootProgramTable.Default, IPAddress.Parse("fd00:77::1"), new Uri("http://[fd00:77::1]:5240/boot/"));
        var granted = new LeasedAddress(IPAddress.Parse("fd00:77::1000"), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10));
        var facts = new Dhcp6ResponseContext
        {
            Server = Packet6.Server,
            Subnet = subnet,
            Associations =
            [
                .. request.Associations.Select(a => new AssociationResult(new IdentityAssociation(a.Id, [granted]), "a free address"))
            ],
            Boot = request.Firmware is { } firmware
                ? BootParameters.For(firmware, instruction, HardwareAddress.Parse("52:54:00:77:00:01"), source)
                : null,
        };
        if (Dhcp6Responder.Respond(request, facts) is not { } reply) return;
        ReadOnlySpan<byte> octets = request.Envelope.Wrap(reply);
        octets.Length.Should().BeLessThanOrEqualTo(1280 - 48, "every link carries it in one piece");
        for (; relays > 0; relays--)
        {
            octets[0].Should().Be(13);
            octets = Options(octets[34..])[9].Single();
        }

        octets[0].Should().BeOneOf(2, 7);
        var options = Options(octets[4..]);
        options[1].Single().Length.Should().BeInRange(3, 130);
        options[2].Single().Length.Should().BeInRange(3, 130);
        foreach (var association in options.GetValueOrDefault(3, []))
            foreach (var address in Options(association.AsSpan(12)).GetValueOrDefault(5, [])) Options(address.AsSpan(24));
        foreach (var servers in options.GetValueOrDefault(23, []))
        {
            (servers.Length % 16).Should().Be(0);
            if (request.Firmware is { IsIPxe: false }) servers.Length.Should().Be(16, "firmware copied a list to where one address fits");
        }

        foreach (var url in options.GetValueOrDefault(59, []))
            url.Should().NotBeEmpty().And.NotContain((byte)0).And.OnlyContain(o => o < 0x7f);
        foreach (var parameters in options.GetValueOrDefault(60, []))
            for (var at = 0; at < parameters.Length;)
            {
                at += 2 + BinaryPrimitives.ReadUInt16BigEndian(parameters.AsSpan(at));
                at.Should().BeLessThanOrEqualTo(parameters.Length);
            }

        foreach (var (code, values) in options)
            if (code is not (3 or 4 or 25)) values.Should().HaveCount(1);
    }

    private static Dictionary<int, List<byte[]>> Options(ReadOnlySpan<byte> area)
    {
        var options = new Dictionary<int, List<byte[]>>();
        while (!area.IsEmpty)
        {
            area.Length.Should().BeGreaterThanOrEqualTo(4);
            var (code, length) = (BinaryPrimitives.ReadUInt16BigEndian(area), BinaryPrimitives.ReadUInt16BigEndian(area[2..]));
            length.Should().BeLessThanOrEqualTo((ushort)(area.Length - 4), "no option leads out of its area");
            if (!options.TryGetValue(code, out var values)) options[code] = values = [];
            values.Add(area.Slice(4, length).ToArray());
            area = area[(4 + length)..];
        }

        return options;
    }
}
