using System.Buffers.Binary;
using CsCheck;
using Maas.Boot.Ntp;

namespace Maas.Boot.Tests.Ntp;

public class SntpResponderTests
{
    private static readonly DateTimeOffset Received = new(2026, 11, 22, 22, 21, 9, 500, TimeSpan.Zero);
    private static readonly DateTimeOffset Sent = Received.AddMilliseconds(1);

    [Fact]
    public void A_client_is_told_the_time_with_its_own_timestamp_as_origin()
    {
        var request = Request(version: 4, mode: 3);
        BinaryPrimitives.WriteUInt64BigEndian(request.AsSpan(40), 0x0123456789abcdef);
        var response = new byte[48];

        SntpResponder.TryRespond(request, Received, Sent, new SntpClock(10, IsSet: true), response).Should().BeTrue();

        response[0].Should().Be(0b00_100_100, "no leap warning, version 4, mode server");
        response[1].Should().Be(10);
        BinaryPrimitives.ReadUInt64BigEndian(response.AsSpan(24)).Should().Be(0x0123456789abcdef);
        NtpTimestamp.ToTime(BinaryPrimitives.ReadUInt64BigEndian(response.AsSpan(32)))
            .Should()
            .BeCloseTo(Received, TimeSpan.FromMicroseconds(1));
        NtpTimestamp.ToTime(BinaryPrimitives.ReadUInt64BigEndian(response.AsSpan(40)))
            .Should()
            .BeCloseTo(Sent, TimeSpan.FromMicroseconds(1));
    }

    [Fact]
    public void A_clock_that_is_not_set_says_so()
    {
        var response = new byte[48];
        SntpResponder.TryRespond(Request(4, 3), Received, Sent, new SntpClock(10, IsSet: false), response).Should().BeTrue();
        (response[0] >> 6).Should().Be(3);
        response[1].Should().Be(0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void An_older_version_is_answered_in_its_version(int version)
    {
        var response = new byte[48];
        SntpResponder.TryRespond(Request(version, 3), Received, Sent, new SntpClock(10, true), response).Should().BeTrue();
        ((response[0] >> 3) & 7).Should().Be(version);
    }

    [Theory]
    [InlineData(4, 1)]
    [InlineData(4, 4)]
    [InlineData(4, 5)]
    [InlineData(2, 6)]
    [InlineData(2, 7)]
    [InlineData(0, 3)]
    [InlineData(5, 3)]
    public void Anything_but_a_client_request_is_met_with_silence(int version, int mode) =>
        SntpResponder.TryRespond(Request(version, mode), Received, Sent, new SntpClock(10, true), new byte[48]).Should().BeFalse();

    [Fact]
    public void The_first_second_of_the_era_is_zero() =>
        NtpTimestamp.From(new DateTimeOffset(1900, 1, 1, 0, 0, 0, TimeSpan.Zero)).Should().Be(0);

    [Fact]
    public void The_year_2036_begins_a_new_era_instead_of_failing() =>
        NtpTimestamp.From(new DateTimeOffset(2036, 2, 7, 6, 28, 16, TimeSpan.Zero)).Should().Be(0);

    [Fact]
    public void No_datagram_throws_or_earns_more_than_it_brought() =>
        Gen.Byte.Array[0, 300].Sample(request =>
        {
            var answered = SntpResponder.TryRespond(request, Received, Sent, new SntpClock(10, true), new byte[48]);
            return !answered || request.Length >= 48;
        });

    private static byte[] Request(int version, int mode)
    {
        var request = new byte[48];
        request[0] = (byte)((version << 3) | mode);
        return request;
    }
}
