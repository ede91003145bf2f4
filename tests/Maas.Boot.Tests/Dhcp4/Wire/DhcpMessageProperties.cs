using System.Net;
using CsCheck;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Tests.Packets;

namespace Maas.Boot.Tests.Dhcp4.Wire;

public class DhcpMessageProperties
{
    private static readonly Gen<(DhcpOptionCode Code, byte[] Value)> Option =
        Gen.Select(
            Gen.Byte[1, 254].Where(c => c is not 52).Select(c => (DhcpOptionCode)c),
            Gen.OneOf(Gen.Byte.Array[0, 12], Gen.Byte.Array[0, 600]));

    private static readonly Gen<DhcpMessage> Message = Gen.Select(
        Gen.Byte.Array[0, 16], Gen.UInt, Gen.UShort, Gen.UInt.Array[4], Gen.Char['a', 'z'].Array[0, 127], Option.Array[0, 20],
        (hardware, xid, flags, addresses, file, options) =>
        {
            var message = new DhcpMessage
            {
                Operation = flags % 2 == 0 ? DhcpOperation.Request : DhcpOperation.Reply,
                Hardware = new HardwareAddress((byte)flags, hardware),
                TransactionId = xid,
                Flags = flags,
                SecondsElapsed = (ushort)~flags,
                ClientAddress = new IPAddress(addresses[0]),
                YourAddress = new IPAddress(addresses[1]),
                NextServerAddress = new IPAddress(addresses[2]),
                RelayAddress = new IPAddress(addresses[3]),
                BootFile = new string(file),
            };
            foreach (var (code, value) in options) message.Options.Set(code, value);
            return message;
        });

    [Fact]
    public void What_was_written_is_read_back() => Message.Sample(message => RoundTrips(message, 20_000));

    [Fact]
    public void What_was_written_into_less_room_is_read_back_or_refused() =>
        Gen.Select(Message, Gen.Int[0, 1472]).Sample((message, room) => RoundTrips(message, room, mayRefuse: true));

    [Fact]
    public void Any_octets_are_read_or_refused_and_what_is_read_survives_a_round_trip() =>
        Damaged.Sample(datagram => !DhcpMessage.TryParse(datagram, out var message) || RoundTrips(message, 70_000), iter: 20_000);

    [Fact]
    public void Any_relay_agent_information_is_read() =>
        Gen.Byte.Array[0, 300].Sample(value => RelayAgentInformation.Parse(value) is not null);

    private static Gen<byte[]> Seed { get; } = Captures.Names.SelectMany(Captures.Dhcp).ToArray() is var seeds
        ? Gen.Int[0, seeds.Length - 1].Select(i => seeds[i])
        : null!;

    /// <summary>Real packets with a few octets changed and the end cut or extended, and plain noise.</summary>
    internal static Gen<byte[]> Damaged { get; } = Gen.OneOf(
        Gen.Byte.Array[0, 1000],
        Gen.Select(Seed, Gen.Select(Gen.Int[0, 600], Gen.Byte).Array[0, 12], Gen.Int[-40, 40], (seed, changes, growth) =>
        {
            var datagram = new byte[Math.Max(0, seed.Length + growth)];
            seed.AsSpan(0, Math.Min(seed.Length, datagram.Length)).CopyTo(datagram);
            foreach (var (at, value) in changes)
                if (at < datagram.Length) datagram[at] = value;
            return datagram;
        }));

    private static bool RoundTrips(DhcpMessage message, int room, bool mayRefuse = false)
    {
        var buffer = new byte[room];
        return message.TryWrite(buffer, out var written) ? Sorted(Captures.Parse(buffer[..written])) == Sorted(message) : mayRefuse;
    }

    // The order of options is a matter of the wire when they are spread over fields; all else must be the same.
    private static string Sorted(DhcpMessage message) => string.Join('\n', message.ToString().Split('\n').Order(StringComparer.Ordinal));
}
