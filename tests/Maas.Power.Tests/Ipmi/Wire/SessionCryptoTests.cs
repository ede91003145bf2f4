using CsCheck;
using Maas.Power.Ipmi.Wire;

namespace Maas.Power.Tests.Ipmi.Wire;

public class SessionCryptoTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    public static TheoryData<byte> Suites => [.. CipherSuite.All.Select(suite => suite.Id)];

    private static byte[] Seal(byte suite, byte[] payload)
    {
        using var crypto = new SessionCrypto(CipherSuite.Find(suite)!, Key);
        var datagram = new byte[SessionPacket.Longest];
        return datagram[..crypto.Seal(PayloadType.IpmiMessage, 5, 6, payload, datagram)];
    }

    private static byte[]? Open(byte suite, byte[] datagram)
    {
        using var crypto = new SessionCrypto(CipherSuite.Find(suite)!, Key);
        var plain = new byte[SessionPacket.Longest];
        return SessionPacket.TryParse(datagram, out var packet) && crypto.TryOpen(packet, plain, out var length) ? plain[..length] : null;
    }

    [Theory, MemberData(nameof(Suites))]
    public void What_is_sealed_is_opened(byte suite) =>
        Gen.Byte.Array[0, 300].Sample(payload => Open(suite, Seal(suite, payload))!.SequenceEqual(payload));

    [Theory, MemberData(nameof(Suites))]
    public void A_changed_bit_anywhere_after_the_RMCP_header_is_found(byte suite) =>
        Gen.Select(Gen.Byte.Array[0, 100], Gen.Int[32, 100_000]).Sample((payload, bit) =>
        {
            var datagram = Seal(suite, payload);
            bit = 32 + (bit % ((datagram.Length - 4) * 8));
            datagram[bit / 8] ^= (byte)(1 << (bit % 8));
            Open(suite, datagram).Should().BeNull();
        });

    [Fact]
    public void A_datagram_of_another_key_or_suite_is_not_opened()
    {
        Open(3, Seal(17, [1, 2, 3])).Should().BeNull();
        using var other = new SessionCrypto(CipherSuite.Sha1, [9]);
        SessionPacket.TryParse(Seal(3, [1]), out var packet).Should().BeTrue();
        other.TryOpen(packet, new byte[64], out _).Should().BeFalse();
    }

    [Fact]
    public void Sequence_numbers_are_accepted_once_and_not_from_far_behind()
    {
        var window = new ReplayWindow();
        window.TryAccept(0).Should().BeFalse();
        foreach (var fresh in new uint[] { 10, 12, 11, 40, 100, 69, uint.MaxValue }) window.TryAccept(fresh).Should().BeTrue("{0}", fresh);
        foreach (var stale in new uint[] { 10, 11, 12, 68, 100, uint.MaxValue }) window.TryAccept(stale).Should().BeFalse("{0}", stale);
    }

    [Fact]
    public void Numbers_in_any_order_within_the_window_are_accepted_once() =>
        Gen.Int[1, 20].Array[1, 60].Sample(numbers =>
        {
            var window = new ReplayWindow();
            var accepted = numbers.Where(n => window.TryAccept((uint)n)).ToList();
            return accepted.Count == numbers.Distinct().Count();
        });
}
