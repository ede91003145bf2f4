using System.Text;
using CsCheck;
using Maas.Boot.Tftp;

namespace Maas.Boot.Tests.Tftp;

public class TftpRequestTests
{
    [Fact]
    public void A_request_with_all_options_is_read()
    {
        var request = Parse("\0\u0001snponly.efi\0octet\0tsize\00\0blksize\01468\0windowsize\04\0timeout\05\0");
        Encoding.ASCII.GetString(request.Name.Span).Should().Be("snponly.efi");
        request.Should()
            .Match<TftpRequest>(
                r => !r.IsWrite && !r.IsNetascii && r.AsksSize && r.BlockSize == 1468 && r.WindowSize == 4 && r.TimeoutSeconds == 5);
    }

    [Theory]
    [InlineData("\0\u0001f\0octet\0")]
    [InlineData("\0\u0001f\0OcTeT\0")]
    [InlineData("\0\u0001f\0octet")]
    [InlineData("\0\u0001f\0octet\0\0\0\0")]
    [InlineData("\0\u0001f\0octet\0unknown\0value\0")]
    [InlineData("\0\u0001f\0octet\0blksize\0")]
    [InlineData("\0\u0001f\0octet\0blksize\0abc\0")]
    [InlineData("\0\u0001f\0octet\0blksize\07\0")]
    [InlineData("\0\u0001f\0octet\0blksize\0-1\0")]
    [InlineData("\0\u0001f\0octet\0blksize\099999999999999999999\0")]
    [InlineData("\0\u0001f\0octet\0windowsize\00\0timeout\00\0")]
    public void What_is_no_valid_option_is_left_out(string datagram) => Parse(datagram).HasOptions.Should().BeFalse();

    [Fact]
    public void An_option_beyond_what_exists_is_held_to_it()
    {
        var request = Parse("\0\u0001f\0octet\0blksize\070000\0windowsize\070000\0");
        (request.BlockSize, request.WindowSize).Should().Be((65464, 65535));
    }

    // RFC 2349 section 3.1: the answer's timeout must be the one asked for, so that 255 for 256 would be no answer.
    [Theory]
    [InlineData("1", 1)]
    [InlineData("255", 255)]
    [InlineData("0", null)]
    [InlineData("256", null)]
    [InlineData("300", null)]
    [InlineData("100000", null)]
    [InlineData("99999999999999999999", null)]
    [InlineData("-1", null)]
    [InlineData("5s", null)]
    public void A_timeout_out_of_its_range_is_left_out_of_the_answer(string asked, int? seconds)
    {
        var request = Parse($"\0\u0001f\0octet\0tsize\00\0timeout\0{asked}\0");
        request.TimeoutSeconds.Should().Be(seconds);
        var answer =
            System.Text.Encoding.ASCII.GetString(
                TftpNegotiatedOptions.Agree(request, 1000, new TftpServerOptions(), 1468).OptionAcknowledgement.Span);
        answer.Should().Be("\0\u0006tsize\01000\0" + (seconds is null ? "" : $"timeout\0{seconds}\0"));
    }

    [Fact]
    public void Of_an_option_given_twice_the_first_counts() =>
        Parse("\0\u0001f\0octet\0blksize\01024\0blksize\01468\0").BlockSize.Should().Be(1024);

    [Theory]
    [InlineData("")]
    [InlineData("\0")]
    [InlineData("\0\u0001")]
    [InlineData("\0\u0001\0octet\0")]
    [InlineData("\0\u0001f")]
    [InlineData("\0\u0001f\0")]
    [InlineData("\0\u0001f\0mail\0")]
    [InlineData("\0\u0001f\0\0")]
    [InlineData("\0\u0004f\0octet\0")]
    [InlineData("\u0001\0f\0octet\0")]
    public void What_is_no_request_says_why(string datagram)
    {
        TftpRequest.TryParse(Encoding.Latin1.GetBytes(datagram), out var request, out var problem).Should().BeFalse();
        request.Should().BeNull();
        problem.Should().NotBeNullOrEmpty();
    }

    [Fact]
    public void An_oversized_request_is_refused() =>
        TftpRequest.TryParse([0, 1, .. Enumerable.Repeat((byte)'a', 2000), 0, .. "octet"u8, 0], out _, out _).Should().BeFalse();

    [Fact]
    public void Any_bytes_are_a_request_or_a_problem() =>
        Gen.Byte.Array[0, 1200].Sample(bytes =>
        {
            if (bytes.Length > 1) (bytes[0], bytes[1]) = (0, (byte)(1 + (bytes[1] % 2)));
            return TftpRequest.TryParse(bytes, out var request, out var problem) ? request.Name.Length > 0 : problem.Length > 0;
        });

    private static TftpRequest Parse(string datagram)
    {
        TftpRequest.TryParse(Encoding.Latin1.GetBytes(datagram), out var request, out var problem).Should().BeTrue(problem);
        return request!;
    }
}
