using System.Text;
using Maas.Boot.Tftp;

namespace Maas.Boot.Tests.Tftp;

public class TftpNegotiatedOptionsTests
{
    private const int Ethernet = 1500 - 28 - 4;

    [Fact]
    public void Without_options_it_is_RFC_1350()
    {
        var terms = TftpNegotiatedOptions.Agree(Request(), 1000, new(), Ethernet);
        (terms.BlockSize, terms.WindowSize, terms.Timeout, terms.OptionAcknowledgement.Length).Should().Be((512, 1, null, 0));
    }

    [Fact]
    public void What_is_asked_within_the_limits_is_granted_and_said()
    {
        var terms = TftpNegotiatedOptions.Agree(
            Request() with { BlockSize = 1468, WindowSize = 4, AsksSize = true, TimeoutSeconds = 5 }, 1234, new(), Ethernet);
        (terms.BlockSize, terms.WindowSize, terms.Timeout).Should().Be((1468, 4, TimeSpan.FromSeconds(5)));
        Encoding.ASCII.GetString(terms.OptionAcknowledgement.Span)
            .Should()
            .Be("\0\u0006tsize\01234\0blksize\01468\0windowsize\04\0timeout\05\0");
    }

    [Fact]
    public void Only_options_that_were_asked_for_are_in_the_answer() =>
        Encoding.ASCII.GetString(
            TftpNegotiatedOptions.Agree(Request() with { WindowSize = 4 }, 1, new(), Ethernet).OptionAcknowledgement.Span)
            .Should()
            .Be("\0\u0006windowsize\04\0");

    [Theory]
    [InlineData(8192, 1500, 1468)]
    [InlineData(65464, 65536, 65464)]
    [InlineData(1400, 1500, 1400)]
    [InlineData(8, 1500, 8)]
    [InlineData(1468, 300, 512)]
    public void A_block_is_held_to_what_the_path_carries(int asked, int mtu, int granted) =>
        TftpNegotiatedOptions.Agree(Request() with { BlockSize = asked }, 1, new(), mtu - 32).BlockSize.Should().Be(granted);

    [Fact]
    public void The_clamp_can_be_switched_off() =>
        TftpNegotiatedOptions.Agree(
            Request() with { BlockSize = 8192 }, 1, new() { ClampBlockSizeToMtu = false }, Ethernet).BlockSize.Should()
            .Be(8192);

    [Theory]
    [InlineData(1468, 65535, 64)]
    [InlineData(65464, 64, 16)]
    [InlineData(512, 8, 8)]
    public void A_window_is_held_to_the_limits_in_blocks_and_in_bytes(int blockSize, int asked, int granted) =>
        TftpNegotiatedOptions.Agree(Request() with { BlockSize = blockSize, WindowSize = asked }, 1, new(), 65_504).WindowSize.Should()
            .Be(granted);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(511, 1)]
    [InlineData(512, 2)]
    [InlineData(513, 2)]
    public void A_file_that_fills_its_last_block_ends_with_an_empty_one(long length, long blocks) =>
        new TftpNegotiatedOptions(512, 1, length).Blocks.Should().Be(blocks);

    private static TftpRequest Request() => new() { IsWrite = false, IsNetascii = false, Name = "f"u8.ToArray() };
}
